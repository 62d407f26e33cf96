//! Functions in FROM.

use datafusion::sql::sqlparser::ast::{
    DataType, Expr, FunctionArg, FunctionArgExpr, Ident, Select, SelectItem, SetExpr, Statement,
    TableAlias, TableAliasColumnDef, TableFactor, UnaryOperator, Value,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::calls::cast;
use super::{is_named, take};
use crate::names;

/// A function's column is called like the function, or like its alias; a series of `int4` has
/// numbers of that type.
pub(super) fn function_in_from(table: &mut TableFactor) {
    match table {
        TableFactor::Table { name, alias, args: Some(args), with_ordinality: false, .. }
            if is_named(name, "generate_series") =>
        {
            of_one_type(&mut args.args);
            let small = args.args.iter().all(|arg| expr_of(arg).is_some_and(is_small));
            let alias = alias.take().unwrap_or_else(|| named("generate_series"));
            let alias = with_column(alias);
            let wanted = match args.args.iter().take(2).all(|arg| expr_of(arg).is_some_and(is_date))
            {
                true => Some("TIMESTAMPTZ"),
                false => small.then_some("INT4"),
            };
            let derived = wanted.and_then(|wanted| derived(&args.args, &alias, wanted));
            *table = match derived {
                Some(derived) => derived,
                None => {
                    let mut table = take_table(table);
                    if let TableFactor::Table { alias: place, .. } = &mut table {
                        *place = Some(alias);
                    }
                    table
                }
            };
        }
        TableFactor::UNNEST { alias, array_exprs, with_ordinality: false, .. }
            if array_exprs.len() == 1 =>
        {
            let found = alias.take().unwrap_or_else(|| named("unnest"));
            *alias = Some(with_column(found));
        }
        _ => {}
    }
}

fn take_table(table: &mut TableFactor) -> TableFactor {
    let nothing = TableFactor::TableFunction { expr: Expr::Tuple(Vec::new()), alias: None };
    std::mem::replace(table, nothing)
}

fn named(name: &str) -> TableAlias {
    TableAlias { explicit: true, name: Ident::new(name), columns: Vec::new(), at: None }
}

fn with_column(mut alias: TableAlias) -> TableAlias {
    if alias.columns.is_empty() {
        alias.columns.push(TableAliasColumnDef { name: alias.name.clone(), data_type: None });
    }
    alias
}

/// `(SELECT value::wanted FROM generate_series(…) AS s(value)) AS alias`.
fn derived(args: &[FunctionArg], alias: &TableAlias, wanted: &str) -> Option<TableFactor> {
    let args = args.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let text =
        format!("SELECT CAST(value AS {wanted}) AS value FROM generate_series({args}) AS s(value)");
    let parsed = Parser::parse_sql(&PostgreSqlDialect {}, &text).ok()?;
    let Some(Statement::Query(subquery)) = parsed.into_iter().next() else { return None };
    let (alias, lateral) = (Some(alias.clone()), false);
    Some(TableFactor::Derived { lateral, subquery, alias, sample: None })
}

fn expr_of(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// A date; a series of them is one of `timestamptz`.
fn is_date(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { data_type, .. } => *data_type == DataType::Date,
        Expr::TypedString(typed) => typed.data_type == DataType::Date,
        _ => false,
    }
}

fn is_small(expr: &Expr) -> bool {
    match expr {
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => is_small(expr),
        Expr::Value(value) => {
            matches!(&value.value, Value::Number(digits, _) if digits.parse::<i32>().is_ok())
        }
        _ => false,
    }
}

/// Of a series of moments, literals are moments and spans of time.
fn of_one_type(args: &mut [FunctionArg]) {
    let data_type = match args.first().and_then(expr_of) {
        Some(Expr::Cast { data_type, .. }) => data_type.clone(),
        Some(Expr::TypedString(typed)) => typed.data_type.clone(),
        _ => return,
    };
    let interval = DataType::Interval { fields: None, precision: None };
    for (arg, wanted) in args.iter_mut().skip(1).zip([data_type, interval]) {
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = arg
            && let Expr::Value(value) = &*expr
            && matches!(value.value, Value::SingleQuotedString(_))
        {
            *expr = cast(take(expr), wanted);
        }
    }
}

/// `SELECT generate_series(…)` is `SELECT * FROM generate_series(…)`: a row for each value.
pub(super) fn series_in_from(select: &mut Select) {
    let ([SelectItem::ExprWithAlias { expr: Expr::Function(call), alias }], true) =
        (select.projection.as_slice(), select.from.is_empty())
    else {
        return;
    };
    if !is_named(&call.name, "generate_series") {
        return;
    }
    let name = Ident::with_quote('"', names::shown(&alias.value));
    let text = format!("SELECT * FROM {call} AS generate_series({name})");
    let parsed = Parser::parse_sql(&PostgreSqlDialect {}, &text).unwrap_or_default();
    if let Some(Statement::Query(query)) = parsed.into_iter().next()
        && let SetExpr::Select(of_series) = *query.body
    {
        select.projection = of_series.projection;
        select.from = of_series.from;
    }
}
