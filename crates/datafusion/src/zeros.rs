//! Comparisons that DataFusion makes bit by bit, of values that PostgreSQL compares by `=`.

use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::{Case, InList};
use datafusion::logical_expr::{Expr, ExprSchemable, lit};

/// Makes what is computed of floats, and compared by CASE or `nullif`, no negative zero.
pub(crate) fn of_case(case: &mut Case, schema: &DFSchema) -> bool {
    case.expr.as_mut().is_some_and(|compared| positive(compared, schema))
}

/// Adds zero to a computed float: -0 + 0 is 0.
pub(crate) fn positive(expr: &mut Expr, schema: &DFSchema) -> bool {
    let is_computed = !matches!(expr, Expr::Column(_) | Expr::Literal(..));
    let is_float = expr.get_type(schema).is_ok_and(|found| found.is_floating());
    if is_computed && is_float {
        *expr = std::mem::take(expr) + lit(0.0_f64);
    }
    is_computed && is_float
}

/// `x IN (a, b)` of what is computed is `x = a OR x = b`; `None` for a list of literals.
pub(crate) fn of_list(list: &InList) -> Option<Expr> {
    fn is_literal(expr: &Expr) -> bool {
        match expr {
            Expr::Literal(..) | Expr::Placeholder(_) => true,
            Expr::Cast(cast) => is_literal(&cast.expr),
            Expr::Negative(inner) => is_literal(inner),
            _ => false,
        }
    }
    let InList { expr, list, negated } = list;
    if list.iter().all(is_literal) || expr.is_volatile() {
        return None;
    }
    let equal = list.iter().map(|other| Expr::clone(expr).eq(other.clone()));
    let any = equal.reduce(Expr::or)?;
    Some(if *negated { Expr::Not(Box::new(any)) } else { any })
}
