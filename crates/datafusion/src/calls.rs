//! What can be told of expressions without a plan: the types in a call of a function that does not
//! exist.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Statement, Value,
    Visit, Visitor,
};
use trunkline_arrow::PgType;
use trunkline_core::{Oid, types};

use crate::planner::Planner;
use crate::types::oid_of;

/// The argument types of the first call of a function, as PostgreSQL lists them.
pub(crate) fn argument_types(
    statement: &Statement,
    function: &str,
    planner: &Planner<'_>,
) -> Option<String> {
    match statement.visit(&mut Calls { function, planner }) {
        ControlFlow::Break(types) => Some(types),
        ControlFlow::Continue(()) => None,
    }
}

struct Calls<'a> {
    function: &'a str,
    planner: &'a Planner<'a>,
}

impl Visitor for Calls<'_> {
    type Break = String;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        match expr {
            Expr::Function(call) if self.is_wanted(call) => ControlFlow::Break(self.types(call)),
            _ => ControlFlow::Continue(()),
        }
    }
}

impl Calls<'_> {
    fn is_wanted(&self, call: &Function) -> bool {
        call.name.to_string().to_lowercase() == self.function
    }

    fn types(&self, call: &Function) -> String {
        let FunctionArguments::List(list) = &call.args else { return String::new() };
        let types = list.args.iter().map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
            | FunctionArg::Named { arg: FunctionArgExpr::Expr(expr), .. } => {
                type_of(expr, self.planner).and_then(types::name_of).unwrap_or("unknown")
            }
            _ => "unknown",
        });
        types.collect::<Vec<_>>().join(", ")
    }
}

/// The type of a simple expression, as far as it can be told without a plan.
pub(crate) fn type_of(expr: &Expr, planner: &Planner<'_>) -> Option<Oid> {
    let column = |table: Option<&Ident>, name: &Ident| {
        let table = table.map(|table| table.value.to_lowercase());
        let field = planner.field(table.as_deref(), &name.value.to_lowercase())?;
        Some(PgType::of_field(&field).oid)
    };
    match expr {
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => type_of(inner, planner),
        Expr::Cast { data_type, .. } => oid_of(data_type),
        Expr::Identifier(ident) => column(None, ident),
        Expr::CompoundIdentifier(idents) => match idents.as_slice() {
            [.., table, name] => column(Some(table), name),
            _ => None,
        },
        Expr::Value(value) => match &value.value {
            Value::Boolean(_) => Some(Oid::BOOL),
            Value::Number(digits, _) if digits.parse::<i32>().is_ok() => Some(Oid::INT4),
            Value::Number(digits, _) if digits.parse::<i64>().is_ok() => Some(Oid::INT8),
            Value::Number(..) => Some(Oid::NUMERIC),
            _ => None,
        },
        _ => None,
    }
}
