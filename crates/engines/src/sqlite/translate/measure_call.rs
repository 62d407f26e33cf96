//! More functions of numbers, and of how many arguments are NULL.

use trunkline_core::{Oid, Result};

use super::Translator;
use super::typed::Typed;
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// The call of such a function, or `None` if there is none of the name and arguments.
    pub(super) fn measure_call(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        match (name, values.len()) {
            (
                "asin" | "acos" | "atan" | "sinh" | "cosh" | "tanh" | "asinh" | "acosh" | "atanh"
                | "cot",
                1,
            )
            | ("atan2", 2) => {
                let sql = self.arguments(values, &[Type::FLOAT8])?;
                Ok(Some(Typed::new(format!("pg_{name}({sql})"), Type::FLOAT8)))
            }
            // There is none of floats.
            ("log", 2) if values.iter().all(|value| !is_float(value)) => {
                let sql = self.arguments(values, &[Type::NUMERIC])?;
                Ok(Some(Typed::new(format!("pg_log_of({sql})"), Type::NUMERIC)))
            }
            ("gcd" | "lcm" | "random", 2) => self.of_two_integers(name, values),
            ("width_bucket", 4) => {
                let types = [Type::FLOAT8, Type::FLOAT8, Type::FLOAT8, Type::INT4];
                let sql = self.arguments(values, &types)?;
                Ok(Some(Typed::new(format!("pg_width_bucket({sql})"), Type::INT4)))
            }
            ("num_nulls" | "num_nonnulls", 1..) => {
                let test = if name == "num_nulls" { "IS NULL" } else { "IS NOT NULL" };
                let mut tests = Vec::new();
                for value in values {
                    tests.push(format!("({} {test})", self.settle_text(value)?.sql));
                }
                let sql = format!("({})", tests.join(" + "));
                Ok(Some(Typed { not_null: true, ..Typed::new(sql, Type::INT4) }))
            }
            _ => Ok(None),
        }
    }

    /// A function of two integers that gives one of their type.
    fn of_two_integers(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let all: Vec<&Typed> = values.iter().collect();
        let ty = match self.common_of(&all)? {
            ty if ty.is_unknown() || ty.oid == Oid::INT2 => Type::INT4,
            ty if ty.is_integer() => ty.computed(),
            _ => return Ok(None),
        };
        let sql = self.arguments(values, &[ty])?;
        let bits = if name == "random" { ", random()" } else { "" };
        let sql = format!("pg_whole(pg_{name}({sql}{bits}), {})", ty.oid.0);
        Ok(Some(Typed::new(sql, ty)))
    }
}

fn is_float(value: &Typed) -> bool {
    matches!(value.ty.oid, Oid::FLOAT4 | Oid::FLOAT8)
}
