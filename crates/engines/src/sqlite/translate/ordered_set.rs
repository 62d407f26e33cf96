//! Aggregates of values in an order: `percentile_cont(0.5) WITHIN GROUP (ORDER BY …)` and its kin.

use sqlparser::ast::{Function, FunctionArg, FunctionArgExpr, FunctionArguments};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::call::no_function;
use super::scope::Scope;
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// The call of such an aggregate.
    ///
    /// # Errors
    ///
    /// 42883 where there is none of the name and arguments; 0A000 over a window, as in PostgreSQL, and for fractions
    /// that are an array, for intervals between others, and for what is ranked among others.
    pub(super) fn ordered_set(
        &mut self,
        name: &str,
        function: &Function,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let refused = |what: &str| self.at(unsupported(what), &function.name);
        if function.over.is_some() {
            let message = format!("OVER is not supported for ordered-set aggregate {name}");
            let error = PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message);
            return Err(self.at(error, &function.name));
        }
        let FunctionArguments::List(list) = &function.args else {
            return Err(refused("this form of a call"));
        };
        if function.null_treatment.is_some()
            || list.duplicate_treatment.is_some()
            || !list.clauses.is_empty()
            || !matches!(name, "percentile_cont" | "percentile_disc" | "mode")
        {
            return Err(refused("this form of a call"));
        }
        let mut values = Vec::new();
        for arg in &list.args {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = arg else {
                return Err(self.at(unsupported("this form of a call"), &function.name));
            };
            let fraction = self.expression(expr, scope)?;
            values.push(self.settle(fraction, Type::FLOAT8)?);
        }
        let mark = scope.mark();
        let (sorted, inner) = scope.within_call(|| self.sorted_keys(function, scope));
        let (keys, order) = sorted?;
        self.refuse_nested(inner)?;
        let types: Vec<Type> = values.iter().chain(&keys).map(|value| value.ty).collect();
        let absent = || self.at(no_function(name, &types), &function.name);
        let (arguments, ty) = match (name, values.as_slice(), keys.as_slice()) {
            ("mode", [], [key]) => (format!("{}, {}", key.sql, key.ordered()), key.ty),
            ("percentile_cont" | "percentile_disc", [fraction], [key])
                if fraction.ty.is_number() =>
            {
                let ty = match name {
                    "percentile_disc" => key.ty,
                    _ if key.ty.is_number() => Type::FLOAT8,
                    _ => return Err(absent()),
                };
                (format!("{}, {}", fraction.sql, key.sql), ty)
            }
            _ => return Err(absent()),
        };
        let filter = match &function.filter {
            Some(filter) => format!(" FILTER (WHERE {})", self.filter(filter, scope)?),
            None => String::new(),
        };
        self.current.has_aggregate = true;
        scope.note_aggregate(self.place(&function.name), mark);
        let ty = if ty.oid == Oid::VARCHAR { Type::TEXT } else { ty.or_text().computed() };
        Ok(Typed::new(format!("pg_{name}({arguments} ORDER BY {order}){filter}"), ty))
    }
    /// What is put in order, and in which.
    fn sorted_keys(
        &mut self,
        function: &Function,
        scope: &Scope<'_>,
    ) -> Result<(Vec<Typed>, String)> {
        let mut keys = Vec::new();
        for key in &function.within_group {
            let typed = self.expression(&key.expr, scope)?;
            keys.push(self.settle_text(typed)?);
        }
        Ok((keys, self.sort_keys(&function.within_group, scope)?))
    }
}
