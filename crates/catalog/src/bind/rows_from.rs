//! `ROWS FROM (f(…), g(…))`: what each function gives, side by side, as long as the longest.

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr};
use trunkline_core::{Oid, Result};

use super::Binder;
use crate::error::unsupported;
use crate::plan::From;

impl Binder {
    pub(super) fn rows_from(
        &mut self,
        items: &[FunctionArg],
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
    ) -> Result<From> {
        let (mut calls, mut columns, mut first) = (Vec::new(), Vec::new(), None);
        for item in items {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Function(call))) = item
            else {
                return Err(unsupported(0, "what is no function in ROWS FROM"));
            };
            let (schema, name, place) = self.function_name(&call.name)?;
            let ast::FunctionArguments::List(list) = &call.args else {
                return Err(unsupported(place, "this function in ROWS FROM"));
            };
            let arguments = self.call_arguments(schema.as_deref(), &name, &list.args, place)?;
            let types: Vec<Oid> = arguments.iter().map(|argument| argument.oid).collect();
            let chosen = self.choose(schema.as_deref(), &name, &types, place)?;
            let Some(chosen) = chosen.filter(|chosen| chosen.what.returns_set) else {
                return Err(unsupported(place, "a function of one row in ROWS FROM"));
            };
            let outputs = chosen.outputs();
            let arguments = self.cast_arguments(arguments, &chosen.arguments)?;
            let call = super::call::set_call(&chosen, arguments, place)?;
            let own = Self::shared(&name);
            match outputs.as_slice() {
                [] => columns.push(((items.len() > 1).then_some(own), call.result)),
                [(name, _)] => columns.push((Some(name.clone()), call.result)),
                several => {
                    columns.extend(several.iter().map(|(name, oid)| (Some(name.clone()), *oid)));
                }
            }
            first.get_or_insert(name);
            calls.push(call);
        }
        self.functions_leaf(calls, columns, ordinality, &first.unwrap_or_default(), alias)
    }
}
