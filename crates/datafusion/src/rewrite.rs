//! What PostgreSQL writes otherwise than DataFusion.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, ObjectName, ObjectNamePart, Query, Select, SelectItem, SetExpr, Statement,
    UnaryOperator, Value, VisitMut, VisitorMut,
};

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
        if let SetExpr::Values(values) = &mut *query.body {
            values.rows.iter_mut().flat_map(|row| row.content.iter_mut()).for_each(int4);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                int4(expr);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::BinaryOp { left, op, right } if is_arithmetic(op) => {
                int4(left);
                int4(right);
            }
            Expr::Case { conditions, else_result, .. } => {
                conditions.iter_mut().for_each(|when| int4(&mut when.result));
                else_result.iter_mut().for_each(|result| int4(result));
            }
            Expr::Array(array) => array.elem.iter_mut().for_each(int4),
            Expr::Function(function) => {
                unqualify(&mut function.name);
                if keeps_type(&function.name) {
                    arguments(function).for_each(int4);
                }
            }
            Expr::Identifier(ident) if ident.quote_style.is_none() => {
                let word = ident.value.to_ascii_lowercase();
                if matches!(&*word, "current_role" | "current_schema") {
                    *expr = Expr::Function(call(&word, ident.span));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
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
    )
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
            | "array_agg"
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

fn call(name: &str, span: datafusion::sql::sqlparser::tokenizer::Span) -> Function {
    let mut ident = datafusion::sql::sqlparser::ast::Ident::new(name);
    ident.span = span;
    Function {
        name: ObjectName::from(vec![ident]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::None,
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    }
}
