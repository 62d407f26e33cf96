//! Rows that are compared: field by field, as PostgreSQL does, where NULL is not equal to NULL.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-comparisons.html#ROW-WISE-COMPARISON>.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::{arguments, is_named};

/// What a comparison of rows is, field by field; `None` for any other expression.
pub(super) fn by_fields(expr: &Expr) -> Option<Expr> {
    let compared = match expr {
        Expr::BinaryOp { left, op, right } => compared(&fields(left)?, op, &fields(right)?)?,
        Expr::InList { expr, list, negated } => {
            let row = fields(expr)?;
            let equal = |other: &Expr| compared(&row, &BinaryOperator::Eq, &fields(other)?);
            let any = list.iter().map(equal).collect::<Option<Vec<_>>>()?;
            let any = joined(any, &BinaryOperator::Or)?;
            match negated {
                true => Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(nested(any)) },
                false => any,
            }
        }
        Expr::IsNull(row) => every(fields(row)?, Expr::IsNull)?,
        Expr::IsNotNull(row) => every(fields(row)?, Expr::IsNotNull)?,
        Expr::IsDistinctFrom(left, right) => {
            let pairs = pairs(&fields(left)?, &fields(right)?)?;
            let distinct = pairs.into_iter().map(|(a, b)| Expr::IsDistinctFrom(a, b));
            joined(distinct, &BinaryOperator::Or)?
        }
        Expr::IsNotDistinctFrom(left, right) => {
            let pairs = pairs(&fields(left)?, &fields(right)?)?;
            let same = pairs.into_iter().map(|(a, b)| Expr::IsNotDistinctFrom(a, b));
            joined(same, &BinaryOperator::And)?
        }
        _ => return None,
    };
    Some(nested(compared))
}

/// The fields of `(a, b)`, or of `ROW(a, b)`.
fn fields(row: &Expr) -> Option<Vec<Expr>> {
    match row {
        Expr::Nested(inner) => fields(inner),
        Expr::Tuple(fields) if !fields.is_empty() => Some(fields.clone()),
        Expr::Function(call) if is_named(&call.name, "row") => {
            let fields: Vec<Expr> =
                arguments(&mut call.clone()).map(|field| field.clone()).collect();
            (!fields.is_empty()).then_some(fields)
        }
        _ => None,
    }
}

/// `<` and its kin look at the first fields that differ.
fn compared(left: &[Expr], op: &BinaryOperator, right: &[Expr]) -> Option<Expr> {
    let strict = match op {
        BinaryOperator::Eq | BinaryOperator::NotEq => {
            let both = match op {
                BinaryOperator::Eq => BinaryOperator::And,
                _ => BinaryOperator::Or,
            };
            let pairs = pairs(left, right)?.into_iter();
            return joined(pairs.map(|(a, b)| binary(a, op.clone(), b)), &both);
        }
        BinaryOperator::Lt | BinaryOperator::LtEq => BinaryOperator::Lt,
        BinaryOperator::Gt | BinaryOperator::GtEq => BinaryOperator::Gt,
        _ => return None,
    };
    let mut pairs = pairs(left, right)?.into_iter().rev();
    let (a, b) = pairs.next()?;
    let last = binary(a, op.clone(), b);
    Some(pairs.fold(last, |rest, (a, b)| {
        let before = binary(a.clone(), strict.clone(), b.clone());
        let same = binary(a, BinaryOperator::Eq, b);
        let behind = binary(Box::new(same), BinaryOperator::And, Box::new(nested(rest)));
        binary(Box::new(before), BinaryOperator::Or, Box::new(nested(behind)))
    }))
}

type Pair = (Box<Expr>, Box<Expr>);

/// Which fields are compared; `None` for rows of different lengths.
fn pairs(left: &[Expr], right: &[Expr]) -> Option<Vec<Pair>> {
    let boxed = |field: &Expr| Box::new(nested(field.clone()));
    let pairs = left.iter().zip(right).map(|(a, b)| (boxed(a), boxed(b)));
    (left.len() == right.len()).then(|| pairs.collect())
}

fn every(fields: Vec<Expr>, test: fn(Box<Expr>) -> Expr) -> Option<Expr> {
    joined(fields.into_iter().map(|field| test(Box::new(nested(field)))), &BinaryOperator::And)
}

fn joined(exprs: impl IntoIterator<Item = Expr>, op: &BinaryOperator) -> Option<Expr> {
    exprs.into_iter().reduce(|all, next| binary(Box::new(all), op.clone(), Box::new(nested(next))))
}

fn binary(left: Box<Expr>, op: BinaryOperator, right: Box<Expr>) -> Expr {
    Expr::BinaryOp { left, op, right }
}

fn nested(expr: Expr) -> Expr {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_) | Expr::Nested(_) => {
            expr
        }
        expr => Expr::Nested(Box::new(expr)),
    }
}
