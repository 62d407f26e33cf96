//! What PostgreSQL writes otherwise than DataFusion.

mod blanks;
mod calls;
mod moments;
mod numbers;
mod patterns;
mod precedence;
mod tables;
mod tuples;
mod windows;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, CharacterLength, DataType, Expr, Fetch, Function, FunctionArg,
    FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, LimitClause,
    NamedWindowDefinition, NamedWindowExpr, ObjectName, ObjectNamePart, Query, Select, SelectItem,
    SetExpr, Statement, TableFactor, TimezoneInfo, UnaryOperator, Value, VisitMut, VisitorMut,
    WindowType,
};
use datafusion::sql::sqlparser::tokenizer::Span;
use trunkline_core::Oid;

use self::moments::{is_rounded, microseconds, round_moment};
use crate::using;

/// Rewrites a statement, so that DataFusion gives it PostgreSQL's meaning.
///
/// An integer in the place of a value is an `int4` if it fits; DataFusion takes it for an `int8`.
/// Functions may be qualified by `pg_catalog`.
pub(crate) fn rewrite(statement: &mut Statement) {
    let _: ControlFlow<()> = statement.visit(&mut Rewriter);
}

struct Rewriter;

impl VisitorMut for Rewriter {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        values(&mut query.body);
        limit_of_fetch(query);
        using::qualify_order(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                int4(expr);
            }
        }
        tables::series_in_from(select);
        windows::build_on_named(select);
        using::qualify(select);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for window in &mut select.named_window {
            if let NamedWindowDefinition(_, NamedWindowExpr::WindowSpec(spec)) = window {
                windows::frame(spec);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<()> {
        tables::function_in_from(table);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        precedence::sign_before_power(expr);
        precedence::distinct_before_and(expr);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        blanks::trimmed(expr);
        if let Some(by_fields) = tuples::by_fields(expr) {
            *expr = by_fields;
            return ControlFlow::Continue(());
        }
        match expr {
            Expr::BinaryOp { left, op, right } if is_arithmetic(op) => {
                int4(left);
                int4(right);
            }
            Expr::BinaryOp { op, right, .. } if patterns::is_match(op) => {
                patterns::translate(right);
            }
            Expr::Case { conditions, else_result, .. } => {
                conditions.iter_mut().for_each(|when| int4(&mut when.result));
                else_result.iter_mut().for_each(|result| int4(result));
            }
            Expr::Value(value) => {
                if let Some(float) = numbers::without_exponent(value) {
                    *expr = float;
                }
            }
            Expr::Cast { data_type, .. } if is_rounded(data_type) => {
                let places = microseconds(data_type);
                *expr = round_moment(take(expr), places);
            }
            Expr::Cast { data_type, expr: inner, .. } => {
                microseconds(data_type);
                exact(inner, data_type);
                calls::known_type(data_type);
                if let Some(numeric) = calls::to_numeric(inner, data_type) {
                    *expr = numeric;
                    return ControlFlow::Continue(());
                }
                if let Some(text) = calls::to_text(inner, data_type) {
                    *expr = text;
                    return ControlFlow::Continue(());
                }
                let wanted = data_type.clone();
                if let Some(bounded) = bounded(expr) {
                    *expr = bounded;
                }
                let text = take(expr);
                *expr = match calls::marked(text.clone(), &wanted) {
                    Some(marked) => marked,
                    None => text,
                };
            }
            Expr::UnaryOp { op, expr: operand } => {
                if let Some(call) = calls::of_unary(*op, operand) {
                    *expr = call;
                }
            }
            Expr::Substring {
                expr: text, substring_from: Some(from), substring_for: None, ..
            } => {
                if let Some(group) = calls::of_substring(text, from) {
                    *expr = group;
                }
            }
            Expr::Interval(interval) => {
                if let Some(literal) = calls::of_interval(interval) {
                    *expr = literal;
                }
            }
            Expr::AtTimeZone { timestamp, time_zone } => {
                let args = vec![take(time_zone), take(timestamp)];
                *expr = function("timezone", args);
            }
            Expr::Extract { field, expr: moment, .. } => {
                let unit = field.to_string().trim_matches('\'').to_lowercase();
                let unit = Value::SingleQuotedString(unit);
                *expr = function("extract", vec![Expr::Value(unit.into()), take(moment)]);
            }
            Expr::Like { pattern, escape_char, .. } | Expr::ILike { pattern, escape_char, .. } => {
                calls::escape(pattern, escape_char);
            }
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
                if let Some(member) = in_subquery(left, right, false) {
                    *expr = member;
                } else if let Some(member) = calls::in_array(left, right, false) {
                    *expr = member;
                }
            }
            Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => {
                if let Some(member) = in_subquery(left, right, true) {
                    *expr = member;
                } else if let Some(member) = calls::in_array(left, right, true) {
                    *expr = member;
                }
            }
            Expr::BinaryOp { left, op: BinaryOperator::PGStartsWith, right } => {
                *expr = function("starts_with", vec![take(left), take(right)]);
            }
            Expr::BinaryOp { left, op: BinaryOperator::PGOverlap, right } => {
                *expr = function("array_has_any", vec![take(left), take(right)]);
            }
            Expr::TypedString(typed) => {
                calls::known_type(&mut typed.data_type);
                let rounds = is_rounded(&typed.data_type);
                let places = microseconds(&mut typed.data_type);
                if rounds {
                    *expr = round_moment(take(expr), places);
                }
            }
            Expr::SimilarTo { negated, expr: subject, pattern, escape_char } => {
                if let Some(regex) = patterns::similar_to(pattern, escape_char.as_ref()) {
                    let subject = std::mem::replace(&mut **subject, Expr::Tuple(Vec::new()));
                    let op = match negated {
                        true => BinaryOperator::PGRegexNotMatch,
                        false => BinaryOperator::PGRegexMatch,
                    };
                    let right = Expr::Value(Value::SingleQuotedString(regex).into());
                    *expr = Expr::Nested(Box::new(Expr::BinaryOp {
                        left: Box::new(subject),
                        op,
                        right: Box::new(right),
                    }));
                }
            }
            Expr::Collate { expr: inner, .. } => {
                let inner = std::mem::replace(&mut **inner, Expr::Tuple(Vec::new()));
                *expr = inner;
            }
            Expr::Array(array) => array.elem.iter_mut().for_each(int4),
            Expr::Function(function) if is_named(&function.name, "current_date") => {
                let now = call("now", Span::empty(), Some(Vec::new()));
                *expr = calls::cast(now, DataType::Date);
            }
            Expr::Function(function) if is_named(&function.name, "localtimestamp") => {
                *expr = Expr::Cast {
                    kind: CastKind::Cast,
                    expr: Box::new(call("now", Span::empty(), Some(Vec::new()))),
                    data_type: DataType::Timestamp(Some(6), TimezoneInfo::None),
                    array: false,
                    format: None,
                };
            }
            Expr::Function(function) => {
                unqualify(&mut function.name);
                rename(&mut function.name);
                if keeps_type(&function.name) {
                    arguments(function).for_each(int4);
                }
                calls::sort_distinct(function);
                if let Some(WindowType::WindowSpec(spec)) = &mut function.over {
                    windows::frame(spec);
                }
                if let Some(other) = calls::of_function(function) {
                    *expr = other;
                }
            }
            Expr::Identifier(ident) if ident.quote_style.is_none() => {
                let word = ident.value.to_ascii_lowercase();
                if matches!(&*word, "current_role" | "current_schema") {
                    *expr = call(&word, ident.span, None);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Makes the integers of VALUES `int4`.
fn values(set: &mut SetExpr) {
    match set {
        SetExpr::Values(values) => {
            values.rows.iter_mut().flat_map(|row| row.content.iter_mut()).for_each(int4);
        }
        SetExpr::SetOperation { left, right, .. } => {
            values(left);
            values(right);
        }
        _ => {}
    }
}

/// Makes a bare integer that fits an `int4`.
fn int4(expr: &mut Expr) {
    let digits = match &*expr {
        Expr::Nested(_) => {
            if let Expr::Nested(inner) = expr {
                int4(inner);
            }
            return;
        }
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => expr,
        expr => expr,
    };
    let Expr::Value(value) = digits else { return };
    let Value::Number(digits, _) = &value.value else { return };
    if digits.parse::<i32>().is_ok() {
        let number = std::mem::replace(expr, Expr::Tuple(Vec::new()));
        *expr = Expr::Cast {
            kind: CastKind::Cast,
            expr: Box::new(number),
            data_type: DataType::Int4(None),
            array: false,
            format: None,
        };
    }
}

fn is_arithmetic(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::StringConcat
            | BinaryOperator::PGBitwiseXor
            | BinaryOperator::BitwiseAnd
            | BinaryOperator::BitwiseOr
            | BinaryOperator::PGBitwiseShiftLeft
            | BinaryOperator::PGBitwiseShiftRight
    )
}

/// `FETCH FIRST n ROWS ONLY` is `LIMIT n`.
fn limit_of_fetch(query: &mut Query) {
    let plain = |fetch: &Fetch| !fetch.percent && !fetch.with_ties;
    if !query.fetch.as_ref().is_some_and(plain) {
        return;
    }
    let one = || Expr::Value(Value::Number("1".to_owned(), false).into());
    let quantity = query.fetch.take().and_then(|fetch| fetch.quantity).unwrap_or_else(one);
    match &mut query.limit_clause {
        Some(LimitClause::LimitOffset { limit: limit @ None, .. }) => *limit = Some(quantity),
        clause @ None => {
            *clause = Some(LimitClause::LimitOffset {
                limit: Some(quantity),
                offset: None,
                limit_by: Vec::new(),
            });
        }
        Some(_) => {}
    }
}

/// A number that becomes a float is read as one: a decimal on the way would cost its last digit.
fn exact(number: &mut Expr, data_type: &DataType) {
    let is_float = matches!(crate::types::oid_of(data_type), Some(Oid::FLOAT4 | Oid::FLOAT8));
    if let (true, Expr::Value(value)) = (is_float, number)
        && let Value::Number(digits, _) = &value.value
    {
        value.value = Value::SingleQuotedString(digits.clone());
    }
}

/// `= ANY (SELECT …)` is `IN (SELECT …)`, and `<> ALL` its opposite.
fn in_subquery(left: &mut Expr, right: &mut Expr, negated: bool) -> Option<Expr> {
    let mut inner = right;
    while let Expr::Nested(nested) = inner {
        inner = nested;
    }
    let Expr::Subquery(subquery) = inner else { return None };
    Some(Expr::InSubquery {
        expr: Box::new(std::mem::replace(left, Expr::Tuple(Vec::new()))),
        subquery: subquery.clone(),
        negated,
    })
}

/// A cast to `varchar(n)` cuts, one to `char(n)` fills up, too.
fn bounded(expr: &mut Expr) -> Option<Expr> {
    let Expr::Cast { expr, data_type, .. } = expr else { return None };
    let (length, fills) = match data_type {
        DataType::Varchar(length)
        | DataType::CharacterVarying(length)
        | DataType::CharVarying(length) => (length.take()?, false),
        DataType::Char(length) | DataType::Character(length) => {
            let one = CharacterLength::IntegerLength { length: 1, unit: None };
            (length.take().unwrap_or(one), true)
        }
        _ => return None,
    };
    let CharacterLength::IntegerLength { length, .. } = length else { return None };
    let number = || Expr::Value(Value::Number(length.to_string(), false).into());
    let text = Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(std::mem::replace(&mut **expr, Expr::Tuple(Vec::new()))),
        data_type: DataType::Text,
        array: false,
        format: None,
    };
    // Both count characters; rpad cuts, too.
    let bound = if fills { "rpad" } else { "left" };
    Some(function(bound, vec![text, number()]))
}

/// Calls what DataFusion knows by another name.
fn rename(name: &mut ObjectName) {
    let known = match &*name.to_string().to_lowercase() {
        "sign" => "signum",
        "variance" => "var_samp",
        "every" => "bool_and",
        "gen_random_uuid" | "uuidv4" => "uuid",
        "ceiling" => "ceil",
        "array_remove" => "array_remove_all",
        "array_replace" => "array_replace_all",
        "array_upper" => "array_length",
        "pow" => "power",
        _ => return,
    };
    if let [ObjectNamePart::Identifier(ident)] = name.0.as_mut_slice() {
        *ident = Ident { span: ident.span, ..Ident::new(known) };
    }
}

/// A name as it is found: in lower case unless it is quoted.
fn folded(ident: &Ident) -> String {
    match ident.quote_style {
        None => ident.value.to_ascii_lowercase(),
        Some(_) => ident.value.clone(),
    }
}

fn is_named(name: &ObjectName, wanted: &str) -> bool {
    name.to_string().eq_ignore_ascii_case(wanted)
}

/// Whether the result of a function has the type of its arguments, or tells it.
fn keeps_type(name: &ObjectName) -> bool {
    let name = name.to_string().to_lowercase();
    matches!(
        &*name,
        "coalesce"
            | "nullif"
            | "greatest"
            | "least"
            | "min"
            | "max"
            | "sum"
            | "abs"
            | "array_agg"
            | "array_append"
            | "array_prepend"
            | "array_remove_all"
            | "array_replace_all"
            | "pg_typeof"
    )
}

fn arguments(function: &mut Function) -> impl Iterator<Item = &mut Expr> {
    let list = match &mut function.args {
        FunctionArguments::List(list) => list.args.as_mut_slice(),
        _ => &mut [],
    };
    list.iter_mut().filter_map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    })
}

/// Drops the schema of PostgreSQL's own functions.
fn unqualify(name: &mut ObjectName) {
    if let [ObjectNamePart::Identifier(schema), _] = &*name.0
        && schema.value.eq_ignore_ascii_case("pg_catalog")
    {
        name.0.remove(0);
    }
}

fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::Tuple(Vec::new()))
}

pub(crate) fn function(name: &str, args: Vec<Expr>) -> Expr {
    call(name, Span::empty(), Some(args))
}

/// A call; some words are called without parentheses.
fn call(name: &str, span: Span, args: Option<Vec<Expr>>) -> Expr {
    let list = |args: Vec<Expr>| {
        let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg)));
        FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: args.collect(),
            clauses: Vec::new(),
        })
    };
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident { span, ..Ident::new(name) }]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: args.map_or(FunctionArguments::None, list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}
