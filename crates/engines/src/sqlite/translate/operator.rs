//! Operators.

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Spanned,
};
use trunkline_core::types::element_of;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::scope::Scope;
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

/// 42883 as PostgreSQL words it; 0A000 for an operator that only PostgreSQL has.
pub(super) fn no_operator(left: Type, op: &str, right: Type) -> PgError {
    if trunkline_catalog::has_operator(op, &[left.oid, right.oid]) {
        return unsupported(&format!("the operator {} {op} {}", left.name(), right.name()));
    }
    let message = format!("operator does not exist: {} {op} {}", left.name(), right.name());
    PgError::new(SqlState::UNDEFINED_FUNCTION, message).hint(
        "No operator matches the given name and argument types. \
         You might need to add explicit type casts.",
    )
}

/// How many terms of an AND or OR stand side by side: SQLite's trees are a thousand deep at most.
const SIDE_BY_SIDE: usize = 100;

impl Translator<'_> {
    pub(super) fn binary(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        match op {
            BinaryOperator::And | BinaryOperator::Or => self.connected(left, op, right, scope),
            op if let Some(word) = comparison(op) => self.compare(left, word, right, scope),
            _ => {
                // A chain of operators leans to the left, however long it is.
                let mut links = vec![(op, right)];
                let mut first = left;
                while let Expr::BinaryOp { left, op, right } = first {
                    let is_chained = matches!(op, BinaryOperator::And | BinaryOperator::Or);
                    if is_chained || comparison(op).is_some() {
                        break;
                    }
                    links.push((op, right));
                    first = left;
                }
                let mut typed = self.expression(first, scope)?;
                while let Some((op, right)) = links.pop() {
                    let operand = self.expression(right, scope)?;
                    typed = self.operated(typed, op, operand, right)?;
                }
                Ok(typed)
            }
        }
    }

    /// A chain of AND or of OR.
    fn connected(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let mut terms = vec![right];
        let mut first = left;
        while let Expr::BinaryOp { left, op: other, right } = first {
            if other != op {
                break;
            }
            terms.push(right);
            first = left;
        }
        terms.push(first);
        let word = op.to_string();
        let mut parts = Vec::new();
        for term in terms.into_iter().rev() {
            parts.push(self.condition(term, scope, &word)?);
        }
        let separator = format!(" {word} ");
        while parts.len() > SIDE_BY_SIDE {
            parts = parts
                .chunks(SIDE_BY_SIDE)
                .map(|chunk| format!("({})", chunk.join(&separator)))
                .collect();
        }
        Ok(Typed::boolean(format!("({})", parts.join(&separator))))
    }

    /// A comparison; of rows, column by column.
    pub(super) fn compare(
        &mut self,
        left: &Expr,
        op: &str,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        if let Some(items) = row_items(left) {
            return Ok(Typed::boolean(self.rows_compare(&items, op, right, scope)?));
        }
        let first = self.expression(left, scope)?;
        let second = self.expression(right, scope)?;
        let (first, second) = self.settle_pair(first, second)?;
        self.check_comparable(&first, second.ty, op, left)?;
        let first = match is_numbered(&first, second.ty) {
            true => Typed { ty: Type::INT8, ..first },
            false => first,
        };
        self.compared(first, op, second).map(Typed::boolean)
    }

    /// The comparison of two values that can be compared.
    pub(super) fn compared(&mut self, first: Typed, op: &str, second: Typed) -> Result<String> {
        let ty = self.common(first.ty, second.ty).unwrap_or(first.ty);
        let (first, second) = (self.comparable(first, ty)?, self.comparable(second, ty)?);
        let (a, b) = match first.ty.oid {
            Oid::JSONB => (first.sql.clone(), second.sql.clone()),
            _ if ty.is_date_or_timestamp() && op.starts_with(['<', '>']) && op != "<>" => {
                let [a, b] = self.date_keys([&first, &second]);
                (a, b)
            }
            _ => (first.ordered(), second.ordered()),
        };
        // Of `IS` and `IS NOT` the words are compared: documents are kept in those of PostgreSQL.
        Ok(match first.ty.oid == Oid::JSONB && !op.starts_with("IS") {
            true => format!("(pg_jsonb_compare({a}, {b}) {op} 0)"),
            false => format!("({a} {op} {b})"),
        })
    }

    /// `(a, b) = (c, d)`
    pub(super) fn rows_compare(
        &mut self,
        left: &[Expr],
        op: &str,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<String> {
        let Some(right) = row_items(right) else {
            return Err(self.at(unsupported("such a comparison of rows"), right));
        };
        if left.len() != right.len() {
            let message = "unequal number of entries in row expressions";
            return Err(PgError::new(SqlState::SYNTAX_ERROR, message));
        }
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for (left, right) in left.iter().zip(&right) {
            let (a, b) = (self.expression(left, scope)?, self.expression(right, scope)?);
            let (a, b) = self.settle_pair(a, b)?;
            self.check_comparable(&a, b.ty, op, left)?;
            first.push(a.ordered());
            second.push(b.ordered());
        }
        Ok(format!("(({}) {op} ({}))", first.join(", "), second.join(", ")))
    }

    /// 42883 where PostgreSQL has no such comparison.
    pub(super) fn check_comparable(
        &self,
        left: &Typed,
        right: Type,
        op: &str,
        at: &Expr,
    ) -> Result<()> {
        let is_told = is_numbered(left, right) && matches!(op, "=" | "<>");
        if is_told || left.ty.oid == right.oid || self.common(left.ty, right).is_some() {
            return Ok(());
        }
        let op = if op.starts_with("IS") { "=" } else { op };
        let error = no_operator(left.ty, op, right);
        Err(error.position(self.operator_place(at).unwrap_or_default()))
    }

    /// Where the operator behind an expression stands.
    fn operator_place(&self, left: &Expr) -> Option<usize> {
        let end = self.place_at(left.span().end);
        let behind = self.sql.chars().skip(end.checked_sub(1)?);
        let skipped = behind.take_while(|c| c.is_whitespace() || *c == ')').count();
        Some(end + skipped)
    }

    /// 42883, at the operator that stands before its right operand.
    pub(super) fn no_operator_before(
        &self,
        left: Type,
        op: &str,
        right: Type,
        operand: &Expr,
    ) -> PgError {
        self.at_operator_before(no_operator(left, op, right), op, operand)
    }

    /// An error with the place of the operator that stands before an operand.
    pub(super) fn at_operator_before(&self, error: PgError, op: &str, operand: &Expr) -> PgError {
        let start = self.place(operand);
        let before: Vec<char> = self.sql.chars().take(start.saturating_sub(1)).collect();
        let skipped = before.iter().rev().take_while(|c| c.is_whitespace() || **c == '(').count();
        match (before.len() - skipped).checked_sub(op.chars().count()) {
            Some(place) if start > 0 => error.position(place + 1),
            _ => error,
        }
    }

    fn operated(
        &mut self,
        left: Typed,
        op: &BinaryOperator,
        right: Typed,
        at: &Expr,
    ) -> Result<Typed> {
        match op {
            _ if super::jsonb::is_meant(&left, op, &right) => {
                self.jsonb_operated(left, op, right, at)
            }
            BinaryOperator::StringConcat => self.concatenated(left, right, at),
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo => self.arithmetic(left, op, right, at),
            BinaryOperator::PGExp => self.powered(left, right, at),
            BinaryOperator::PGBitwiseShiftLeft | BinaryOperator::PGBitwiseShiftRight => {
                self.shifted(left, op, right, at)
            }
            BinaryOperator::PGStartsWith => {
                let (left, right) = (self.settle_text(left)?, self.settle_text(right)?);
                if !left.ty.is_string() || !right.ty.is_string() {
                    return Err(self.no_operator_before(left.ty, "^@", right.ty, at));
                }
                let sql = format!("pg_starts_with({}, {})", left.sql, right.sql);
                Ok(Typed::boolean(sql))
            }
            BinaryOperator::BitwiseAnd
            | BinaryOperator::BitwiseOr
            | BinaryOperator::PGBitwiseXor => {
                let (left, right) = self.settle_pair(left, right)?;
                if !left.ty.is_integer() || !right.ty.is_integer() {
                    return Err(self.no_operator_before(left.ty, &op.to_string(), right.ty, at));
                }
                let ty = self.common(left.ty, right.ty).unwrap_or(left.ty);
                let (a, b) = (&left.sql, &right.sql);
                Ok(Typed::new(
                    match op {
                        BinaryOperator::PGBitwiseXor => format!("(({a} | {b}) - ({a} & {b}))"),
                        _ => format!("({a} {op} {b})"),
                    },
                    ty,
                ))
            }
            BinaryOperator::Arrow
            | BinaryOperator::LongArrow
            | BinaryOperator::HashArrow
            | BinaryOperator::HashLongArrow => self.json_member(left, op, right, at),
            BinaryOperator::PGLikeMatch | BinaryOperator::PGNotLikeMatch => {
                self.matched("pg_like", left, right, *op == BinaryOperator::PGNotLikeMatch)
            }
            BinaryOperator::PGILikeMatch | BinaryOperator::PGNotILikeMatch => {
                self.matched("pg_ilike", left, right, *op == BinaryOperator::PGNotILikeMatch)
            }
            BinaryOperator::PGRegexMatch | BinaryOperator::PGRegexNotMatch => {
                self.matched("pg_regex", left, right, *op == BinaryOperator::PGRegexNotMatch)
            }
            BinaryOperator::PGRegexIMatch | BinaryOperator::PGRegexNotIMatch => {
                self.matched("pg_iregex", left, right, *op == BinaryOperator::PGRegexNotIMatch)
            }
            _ => Err(self.at(unsupported(&format!("the operator {op}")), at)),
        }
    }

    fn matched(&mut self, function: &str, left: Typed, right: Typed, not: bool) -> Result<Typed> {
        let (left, right) = (self.settle_text(left)?, self.settle_text(right)?);
        let not = if not { "NOT " } else { "" };
        Ok(Typed::boolean(format!("({not}{function}({}, {}))", left.sql, right.sql)))
    }

    /// `||` of two texts, of a text and anything, or of arrays.
    fn concatenated(&mut self, left: Typed, right: Typed, at: &Expr) -> Result<Typed> {
        if [left.ty, right.ty].iter().any(|ty| element_of(ty.oid).is_some()) {
            return self.arrays_joined(left, right, at);
        }
        let textual = |typed: &Typed| typed.ty.is_string() || typed.is_unknown();
        if !textual(&left) && !textual(&right) {
            return Err(self.no_operator_before(left.ty, "||", right.ty, at));
        }
        let (left, right) = (self.settle_text(left)?, self.settle_text(right)?);
        let left = self.cast(left, Type::TEXT)?;
        let right = self.cast(right, Type::TEXT)?;
        Ok(Typed::new(format!("({} || {})", left.sql, right.sql), Type::TEXT))
    }

    /// `->` and `->>` of a name or a place, `#>` and `#>>` of a path.
    pub(super) fn json_member(
        &mut self,
        left: Typed,
        op: &BinaryOperator,
        right: Typed,
        at: &Expr,
    ) -> Result<Typed> {
        let path = matches!(op, BinaryOperator::HashArrow | BinaryOperator::HashLongArrow);
        let textual = matches!(op, BinaryOperator::LongArrow | BinaryOperator::HashLongArrow);
        let (a, b) = (left.ty, right.ty);
        let left = self.settle(left, Type::of(Oid::JSONB))?;
        let right = if path {
            self.settle(right, Type::of(Oid::TEXT_ARRAY))?
        } else {
            self.settle_text(right)?
        };
        let fits = match right.ty.oid {
            Oid::TEXT_ARRAY => path,
            _ => !path && (right.ty.is_string() || matches!(right.ty.oid, Oid::INT2 | Oid::INT4)),
        };
        if !matches!(left.ty.oid, Oid::JSON | Oid::JSONB) || !fits {
            return Err(self.no_operator_before(a, &op.to_string(), b, at));
        }
        let function = if path { "pg_json_path" } else { "pg_json_member" };
        let sql = format!(
            "{function}({}, {}, {}, {})",
            left.sql,
            right.sql,
            i32::from(textual),
            left.ty.oid.0
        );
        Ok(Typed::new(sql, if textual { Type::TEXT } else { left.ty }))
    }
}

/// Whether the number of a transaction stands beside an integer, which may be the same.
fn is_numbered(left: &Typed, right: Type) -> bool {
    left.ty.oid == Oid::XID && right.oid == Oid::INT4
}

/// The items of `(a, b)` and of `ROW(a, b)`.
pub(super) fn row_items(expr: &Expr) -> Option<Vec<Expr>> {
    match expr {
        Expr::Tuple(items) => Some(items.clone()),
        Expr::Function(function) => {
            let FunctionArguments::List(list) = &function.args else { return None };
            if !function.name.to_string().eq_ignore_ascii_case("row") {
                return None;
            }
            let item = |arg: &FunctionArg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
                _ => None,
            };
            list.args.iter().map(item).collect()
        }
        _ => None,
    }
}

/// The word of an operator that compares.
pub(super) fn comparison(op: &BinaryOperator) -> Option<&'static str> {
    Some(match op {
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::Lt => "<",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Gt => ">",
        BinaryOperator::GtEq => ">=",
        _ => return None,
    })
}
