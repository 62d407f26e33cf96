//! Operators of `jsonb`, and those of arrays that have their names.

use sqlparser::ast::{BinaryOperator, Expr};
use trunkline_core::types::element_of;
use trunkline_core::{Oid, Result};

use super::Translator;
use super::typed::Typed;
use crate::sqlite::types::Type;

const JSONB: Type = Type::of(Oid::JSONB);

/// Whether an operator is one of those, or becomes one by what it stands between.
pub(super) fn is_meant(left: &Typed, op: &BinaryOperator, right: &Typed) -> bool {
    let is_jsonb = |typed: &Typed| typed.ty == JSONB;
    match op {
        BinaryOperator::Question
        | BinaryOperator::QuestionPipe
        | BinaryOperator::QuestionAnd
        | BinaryOperator::AtArrow
        | BinaryOperator::ArrowAt
        | BinaryOperator::HashMinus
        | BinaryOperator::PGOverlap => true,
        BinaryOperator::Minus => is_jsonb(left),
        BinaryOperator::StringConcat => {
            is_jsonb(left) && (is_jsonb(right) || right.is_unknown())
                || left.is_unknown() && is_jsonb(right)
        }
        _ => false,
    }
}

impl Translator<'_> {
    /// `jsonb_set` and `jsonb_insert`; `None` for other arguments.
    pub(super) fn jsonb_placed(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let wanted = [JSONB, Type::of(Oid::TEXT_ARRAY), JSONB, Type::BOOL];
        let mut arguments = Vec::new();
        for (value, ty) in values.into_iter().zip(wanted) {
            let value = self.settle(value, ty)?;
            if value.ty.oid != ty.oid {
                return Ok(None);
            }
            arguments.push(value.sql);
        }
        if arguments.len() < wanted.len() {
            // What is missing is created, and what is inserted comes before.
            arguments.push(i32::from(name == "jsonb_set").to_string());
        }
        Ok(Some(Typed::new(format!("pg_{name}({})", arguments.join(", ")), JSONB)))
    }

    pub(super) fn jsonb_operated(
        &mut self,
        left: Typed,
        op: &BinaryOperator,
        right: Typed,
        at: &Expr,
    ) -> Result<Typed> {
        let (a, b) = (left.ty, right.ty);
        let (left, right) = match op {
            BinaryOperator::AtArrow | BinaryOperator::ArrowAt | BinaryOperator::PGOverlap => {
                self.settle_pair(left, right)?
            }
            BinaryOperator::StringConcat => (self.settle(left, JSONB)?, self.settle(right, JSONB)?),
            BinaryOperator::QuestionPipe
            | BinaryOperator::QuestionAnd
            | BinaryOperator::HashMinus => {
                (self.settle(left, JSONB)?, self.settle(right, Type::of(Oid::TEXT_ARRAY))?)
            }
            _ => (self.settle(left, JSONB)?, self.settle_text(right)?),
        };
        let (whole, part) = match op {
            BinaryOperator::ArrowAt => (&right, &left),
            _ => (&left, &right),
        };
        let is_names = element_of(part.ty.oid).is_some_and(|one| Type::of(one).is_string());
        let function = match op {
            _ if element_of(whole.ty.oid).is_some() && whole.ty.oid == part.ty.oid => match op {
                BinaryOperator::AtArrow | BinaryOperator::ArrowAt => "pg_array_contains",
                BinaryOperator::PGOverlap => "pg_array_overlaps",
                _ => return Err(self.no_operator_before(a, &op.to_string(), b, at)),
            },
            _ if whole.ty != JSONB => {
                return Err(self.no_operator_before(a, &op.to_string(), b, at));
            }
            BinaryOperator::Question if part.ty.is_string() => "pg_jsonb_has",
            BinaryOperator::QuestionPipe if is_names => "pg_jsonb_has_any",
            BinaryOperator::QuestionAnd if is_names => "pg_jsonb_has_all",
            BinaryOperator::AtArrow | BinaryOperator::ArrowAt if part.ty == JSONB => {
                "pg_jsonb_contains"
            }
            BinaryOperator::StringConcat => "pg_jsonb_concat",
            BinaryOperator::HashMinus if is_names => "pg_jsonb_without_path",
            BinaryOperator::Minus if part.ty.is_string() => "pg_jsonb_without",
            BinaryOperator::Minus if is_names => "pg_jsonb_without_all",
            BinaryOperator::Minus if matches!(part.ty.oid, Oid::INT2 | Oid::INT4) => {
                "pg_jsonb_without_element"
            }
            _ => return Err(self.no_operator_before(a, &op.to_string(), b, at)),
        };
        let of = match function.starts_with("pg_array") {
            true => format!(", {}", whole.ty.oid.0),
            false => String::new(),
        };
        let sql = format!("{function}({}, {}{of})", whole.sql, part.sql);
        let changes = matches!(
            op,
            BinaryOperator::StringConcat | BinaryOperator::Minus | BinaryOperator::HashMinus
        );
        Ok(Typed::new(sql, if changes { JSONB } else { Type::BOOL }))
    }
}
