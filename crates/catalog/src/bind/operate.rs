//! Operators and their operands.

use sqlparser::ast::{self, BinaryOperator, UnaryOperator};
use sqlparser::tokenizer::Span;
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::MAX_NAME_LENGTH;

use super::resolve::{Found, operator};
use super::typed::type_name;
use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{at, unsupported};
use crate::facts::{Volatility, type_facts};
use crate::functions;
use crate::plan::{Calling, Effort, Expr};

impl Binder {
    pub(super) fn binary(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Typed> {
        match op {
            BinaryOperator::And => self.chain(left, right, true),
            BinaryOperator::Or => self.chain(left, right, false),
            op => {
                let name =
                    operator_name(op).ok_or_else(|| unsupported(0, &format!("operator {op}")))?;
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                if left.fields.is_some() && right.fields.is_some() {
                    return self.compare_rows(&name, left, right);
                }
                self.operate(&name, vec![left, right])
            }
        }
    }

    /// AND and OR of any length, without depth.
    fn chain(&mut self, left: &ast::Expr, right: &ast::Expr, and: bool) -> Result<Typed> {
        let (mut parts, mut rest) = (vec![right], left);
        while let ast::Expr::BinaryOp { left, op, right } = rest {
            let is_same =
                matches!((op, and), (BinaryOperator::And, true) | (BinaryOperator::Or, false));
            if !is_same {
                break;
            }
            parts.push(right);
            rest = left;
        }
        parts.push(rest);
        let clause = if and { "AND" } else { "OR" };
        let mut all = Vec::with_capacity(parts.len());
        for part in parts.into_iter().rev() {
            let part = self.expr(part)?;
            match self.condition(part, clause)? {
                Expr::And(inner) if and => all.extend(inner),
                part => all.push(part),
            }
        }
        Ok(Self::boolean(if and { Expr::And(all) } else { Expr::Or(all) }))
    }

    pub(super) fn compare_rows(&mut self, name: &str, left: Typed, right: Typed) -> Result<Typed> {
        match (left.expr, right.expr, name) {
            (Expr::Row(one, _), Expr::Row(two, _), "=" | "<>") if one.len() == two.len() => {
                let fields = |typed: &Option<super::Fields>, place: usize| {
                    typed
                        .as_ref()
                        .and_then(|fields| fields.get(place))
                        .map_or(Oid::UNKNOWN, |(_, oid)| *oid)
                };
                let mut all = Vec::new();
                for (place, (one, two)) in one.into_iter().zip(two).enumerate() {
                    let one = Typed::new(one, fields(&left.fields, place));
                    let two = Typed::new(two, fields(&right.fields, place));
                    all.push(self.operate("=", vec![one, two])?.expr);
                }
                let equal = Expr::And(all);
                Ok(Self::boolean(if name == "=" { equal } else { Expr::Not(Box::new(equal)) }))
            }
            (Expr::Row(one, _), Expr::Row(two, _), "OVERLAPS")
                if one.len() == 2 && two.len() == 2 =>
            {
                let types = [&left.fields, &right.fields].into_iter().flatten();
                let types = types.flat_map(|fields| fields.iter().map(|(_, oid)| *oid));
                let ends = one.into_iter().chain(two).zip(types);
                let ends = ends.map(|(end, oid)| Typed::new(end, oid)).collect();
                self.call_named(None, "overlaps", ends, left.place)
            }
            (one, two, name) => {
                let function = functions::comparison(name)
                    .ok_or_else(|| unsupported(left.place, "this comparison of rows"))?;
                Ok(Self::boolean(Expr::Call(Box::new(Calling {
                    function,
                    arguments: vec![one, two],
                    types: vec![Oid::RECORD; 2],
                    result: Oid::BOOL,
                    strict: true,
                    volatility: Volatility::Immutable,
                    effort: Effort::Short,
                    is_equality: name == "=",
                }))))
            }
        }
    }

    pub(super) fn unary(&mut self, op: UnaryOperator, of: &ast::Expr) -> Result<Typed> {
        if op == UnaryOperator::Not {
            let of = self.expr(of)?;
            return Ok(Self::boolean(Expr::Not(Box::new(self.condition(of, "NOT")?))));
        }
        // A number with its sign is a constant.
        if op == UnaryOperator::Minus
            && let Some((text, place)) = negative(of)
        {
            let place = self.place(place);
            return Ok(super::literal::number(&text, place)?.placed(place));
        }
        let of = self.expr(of)?;
        self.operate(&op.to_string(), vec![of])
    }

    /// An operator and its operands.
    pub(super) fn operate(&mut self, name: &str, operands: Vec<Typed>) -> Result<Typed> {
        let mut operands = operands;
        operands.iter_mut().for_each(|one| one.oid = self.under_domain(one.oid));
        if let Some(compared) = self.operate_declared(name, &mut operands)? {
            return Ok(compared);
        }
        let operands: Vec<Typed> = operands.into_iter().map(plain).collect();
        let types: Vec<Oid> = operands.iter().map(|operand| operand.oid).collect();
        let only = if name == "~" { only_match(&operands) } else { None };
        let place = operands.first().map_or(0, |operand| operand.place);
        // Where the operator itself stands the tree does not tell.
        let chosen = match operator(name, &types) {
            Found::One(chosen) => chosen,
            Found::None => return Err(no_operator(name, &types, 0)),
            Found::Many => {
                let message = format!("operator is not unique: {}", signature(name, &types));
                return Err(at(0, SqlState::AMBIGUOUS_FUNCTION, message));
            }
        };
        let Some(function) = functions::operator(chosen.what) else {
            return Err(unsupported(
                place,
                &format!("operator {}", signature(name, &chosen.arguments)),
            ));
        };
        let arguments = operands.into_iter().zip(&chosen.arguments);
        let arguments = arguments.map(|(operand, to)| Ok(self.coerce(operand, *to)?.expr));
        let call = Calling {
            function,
            arguments: arguments.collect::<Result<_>>()?,
            types: chosen.arguments,
            result: chosen.result,
            // Arrays and strings are joined with what there is.
            strict: !functions::takes_null(chosen.what),
            // Between a date and a `timestamptz` the zone of the session stands.
            volatility: match functions::is_mixed(chosen.what) {
                true => Volatility::Stable,
                false => Volatility::Immutable,
            },
            effort: functions::effort_of_operator(name),
            is_equality: name == "="
                && !matches!(chosen.what.left, Oid::JSONB | Oid::BPCHAR)
                && !functions::is_mixed(chosen.what),
        };
        let typed = Typed::new(Expr::Call(Box::new(call)), chosen.result).placed(place);
        match only {
            // What can match one text only is looked up by it.
            Some((of, text)) => {
                let equal = self.operate("=", vec![of, text])?.expr;
                Ok(Self::boolean(Expr::And(vec![equal, typed.expr])).placed(place))
            }
            None => Ok(typed),
        }
    }
}

/// What is behind a minus as a number with that sign, if it is one, which may have signs of its own.
fn negative(of: &ast::Expr) -> Option<(String, Span)> {
    let (mut of, mut is_negative) = (of, true);
    loop {
        match of {
            ast::Expr::Nested(inner) => of = inner,
            ast::Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
                is_negative = !is_negative;
                of = expr;
            }
            ast::Expr::Value(value) => {
                let ast::Value::Number(text, _) = &value.value else { return None };
                let sign = if is_negative { "-" } else { "" };
                return Some((format!("{sign}{text}"), value.span));
            }
            _ => return None,
        }
    }
}

/// What is matched and the only text that a pattern matches: `^(text)$`, as psql asks for names.
fn only_match(operands: &[Typed]) -> Option<(Typed, Typed)> {
    let [of, pattern] = operands else { return None };
    let Expr::Const(Datum::Text(text)) = &pattern.expr else { return None };
    let inner = text.strip_prefix('^')?.strip_suffix('$')?;
    let inner = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner);
    let is_plain = |one: char| one.is_alphanumeric() || matches!(one, '_' | ' ' | '-');
    let is_only = !inner.is_empty() && inner.len() < MAX_NAME_LENGTH && inner.chars().all(is_plain);
    let literal = || Typed::new(Expr::Const(Datum::text(inner)), Oid::UNKNOWN);
    (of.oid == Oid::NAME && is_only).then(|| (of.clone(), literal()))
}

/// A column of a type that somebody declared is compared as text would be: its relation has no rows.
fn plain(operand: Typed) -> Typed {
    let is_declared = operand.oid != Oid::UNKNOWN && type_facts(operand.oid).is_none();
    if is_declared { Typed { oid: Oid::TEXT, ..operand } } else { operand }
}

fn signature(name: &str, types: &[Oid]) -> String {
    match types {
        [one, two] => format!("{} {name} {}", type_name(*one), type_name(*two)),
        [one] => format!("{name} {}", type_name(*one)),
        _ => name.to_owned(),
    }
}

pub(super) fn no_operator(name: &str, types: &[Oid], place: usize) -> PgError {
    let message = format!("operator does not exist: {}", signature(name, types));
    let hint = match types.len() {
        1 => {
            "No operator matches the given name and argument type. You might need to add an explicit type cast."
        }
        _ => {
            "No operator matches the given name and argument types. You might need to add explicit type casts."
        }
    };
    at(place, SqlState::UNDEFINED_FUNCTION, message).hint(hint)
}

/// The name of an operator as `pg_operator` has it.
pub(crate) fn operator_name(op: &BinaryOperator) -> Option<String> {
    Some(match op {
        BinaryOperator::PGCustomBinaryOperator(parts) => match parts.last()?.as_str() {
            "!=" => "<>".to_owned(),
            name => name.to_owned(),
        },
        BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor => return None,
        BinaryOperator::NotEq => "<>".to_owned(),
        op => op.to_string(),
    })
}
