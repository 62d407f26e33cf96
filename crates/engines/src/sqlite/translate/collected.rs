//! Aggregates that keep all of their values: `array_agg`, `json_agg` and their kin.

use sqlparser::ast::{DuplicateTreatment, Function, FunctionArgumentClause, FunctionArgumentList};
use trunkline_core::types::{array_of, element_of};
use trunkline_core::{Oid, Result};

use super::scope::Scope;
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// The call of such an aggregate, or `None` if there is none of the name and arguments.
    pub(super) fn collected(
        &mut self,
        name: &str,
        values: &[Typed],
        list: &FunctionArgumentList,
        function: &Function,
        scope: &Scope<'_>,
    ) -> Result<Option<Typed>> {
        let is_distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let is_joined = is_distinct && name == "string_agg";
        let (aggregate, ty, argument) = match (name, values) {
            ("array_agg", [value]) => {
                let value = self.settle_text(value.clone())?;
                if element_of(value.ty.oid).is_some() {
                    return Err(self.at(unsupported("array_agg of arrays"), &function.name));
                }
                let Some(array) = array_of(value.ty.oid) else {
                    return Err(self.at(unsupported("such an array"), &function.name));
                };
                ("pg_array_agg", Type::of(array), word_of(&value))
            }
            ("string_agg", [value, _]) if is_joined => {
                let value = self.settle_text(value.clone())?;
                ("pg_array_agg", Type::TEXT, word_of(&value))
            }
            ("json_agg" | "jsonb_agg", [value]) => {
                let aggregate = match super::json_call::stands_alone(value) {
                    true => "pg_json_agg_rows",
                    false => "pg_json_agg",
                };
                (aggregate, json_type(name), self.json_words(value.clone())?)
            }
            ("json_object_agg" | "jsonb_object_agg", [key, value]) => {
                let key = self.name_of_member(key.clone())?;
                let value = self.json_words(value.clone())?;
                ("pg_json_object_agg", json_type(name), format!("{key}, {value}"))
            }
            _ => return Ok(None),
        };
        if function.over.is_some() {
            let message = unsupported(&format!("{} over a window", function.name));
            return Err(self.at(message, &function.name));
        }
        self.current.has_aggregate = true;
        let mut order = String::new();
        for clause in &list.clauses {
            match clause {
                FunctionArgumentClause::OrderBy(keys) => order = self.sort_keys(keys, scope)?,
                _ => return Err(self.at(unsupported("this form of a call"), &function.name)),
            }
        }
        if let (true, true, [value, ..]) = (is_distinct, order.is_empty(), values) {
            // PostgreSQL finds what is there twice by putting it in order.
            order = format!("{} NULLS LAST", value.ordered());
        }
        let order = if order.is_empty() { order } else { format!(" ORDER BY {order}") };
        let distinct = if is_distinct { "DISTINCT " } else { "" };
        let mut conditions = Vec::new();
        if let Some(filter) = &function.filter {
            conditions.push(self.filter(filter, scope)?);
        }
        if is_joined {
            conditions.push(format!("{argument} IS NOT NULL"));
        }
        let filter = match conditions.as_slice() {
            [] => String::new(),
            all => format!(" FILTER (WHERE {})", all.join(" AND ")),
        };
        let sql = format!("{aggregate}({distinct}{argument}{order}){filter}");
        Ok(Some(match (values, ty.oid) {
            ([_, between], _) if is_joined => {
                let between = self.settle_text(between.clone())?;
                let array = Oid::TEXT_ARRAY.0;
                Typed::new(format!("pg_array_to_string({sql}, {array}, {})", between.sql), ty)
            }
            (_, Oid::JSONB) => Typed::new(format!("pg_jsonb({sql})"), ty),
            _ => Typed::new(sql, ty),
        }))
    }
}

fn json_type(name: &str) -> Type {
    Type::of(if name.starts_with("jsonb") { Oid::JSONB } else { Oid::JSON })
}

/// An element in the words of an array.
fn word_of(value: &Typed) -> String {
    format!("pg_array_element_text({}, {})", value.exact(), value.ty.oid.0)
}
