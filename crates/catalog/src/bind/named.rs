//! Arguments by name: `make_interval(days => 3)`.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-syntax-calling-funcs.html>.

use std::collections::HashSet;

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr};
use trunkline_core::{Result, SqlState};

use super::call::schema_oid;
use super::resolve::{Found, function};
use super::scope::folded;
use super::{Binder, Typed};
use crate::error::{at, syntax, unsupported};
use crate::facts::{PG_CATALOG, PROCS, Proc};

/// A call's arguments as they are written: those without a name come first.
struct Given {
    plain: Vec<Typed>,
    named: Vec<(String, Typed)>,
}

impl Binder {
    /// The arguments of a call, in the order in which the function has them.
    ///
    /// # Errors
    ///
    /// 42601 for a name that is there twice and what has none behind one, 42883 if no function has them.
    pub(super) fn call_arguments(
        &mut self,
        schema: Option<&str>,
        name: &str,
        list: &[FunctionArg],
        place: usize,
    ) -> Result<Vec<Typed>> {
        if !list.iter().any(|argument| matches!(argument, FunctionArg::Named { .. })) {
            return self.arguments(list);
        }
        let given = self.given(list, place)?;
        let in_schema = schema_oid(schema).or(schema.is_none().then_some(PG_CATALOG));
        let procs = PROCS.get(name).map(Vec::as_slice).unwrap_or_default();
        for proc in procs.iter().filter(|proc| Some(proc.schema) == in_schema) {
            let Some(arguments) = self.arranged(proc, &given)? else { continue };
            let types: Vec<_> = arguments.iter().map(|argument| argument.oid).collect();
            if matches!(function(in_schema, name, &types), Found::One(one) if one.what.oid == proc.oid)
            {
                return Ok(arguments);
            }
        }
        let named = given.named.iter();
        let types = given.plain.iter().map(|plain| self.type_names(&[plain.oid]));
        let named = named.map(|(name, own)| format!("{name} => {}", self.type_names(&[own.oid])));
        let types = types.chain(named).collect::<Vec<_>>().join(", ");
        Err(self.no_function_of(name, &types, place))
    }

    fn given(&mut self, list: &[FunctionArg], place: usize) -> Result<Given> {
        let mut given = Given { plain: Vec::new(), named: Vec::new() };
        let mut seen = HashSet::new();
        for argument in list {
            match argument {
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => {
                    let own = folded(name);
                    if !seen.insert(own.clone()) {
                        let message = format!("argument name \"{own}\" used more than once");
                        return Err(syntax(self.place(name.span), message));
                    }
                    given.named.push((own, self.expr(value)?));
                }
                FunctionArg::Unnamed(_) => {
                    let mut own = self.arguments(std::slice::from_ref(argument))?;
                    if !given.named.is_empty() {
                        let place = own.first().map_or(place, |own| own.place);
                        let message = "positional argument cannot follow named argument";
                        return Err(syntax(place, message));
                    }
                    given.plain.append(&mut own);
                }
                _ => return Err(unsupported(place, "this argument")),
            }
        }
        Ok(given)
    }

    /// The arguments in a function's order, with defaults between them; `None` if it has not all of the names,
    /// or takes something that was not given.
    fn arranged(&mut self, proc: &Proc, given: &Given) -> Result<Option<Vec<Typed>>> {
        let count = given.plain.len();
        let mut places = Vec::new();
        for (name, _) in &given.named {
            let place = proc.names.iter().position(|own| **own == **name);
            match place.filter(|place| *place >= count && *place < proc.arguments.len()) {
                Some(place) => places.push(place),
                None => return Ok(None),
            }
        }
        let length = places.iter().max().map_or(count, |last| last + 1);
        let first_default = proc.arguments.len().saturating_sub(proc.defaults);
        let mut defaults: Option<Vec<Typed>> = None;
        let mut arguments = given.plain.clone();
        for place in count..length {
            if let Some(own) = places.iter().position(|own| *own == place) {
                arguments.extend(given.named.get(own).map(|(_, value)| value.clone()));
                continue;
            }
            if defaults.is_none() {
                defaults = Some(self.defaults(proc)?);
            }
            let default = place.checked_sub(first_default);
            let default = default.and_then(|place| defaults.as_ref()?.get(place));
            match default {
                Some(default) => arguments.push(default.clone()),
                None => return Ok(None),
            }
        }
        // What is behind the last one that is given has to have a default, too.
        Ok((length >= first_default).then_some(arguments))
    }

    /// What stands for the last arguments of a function if they are left out.
    fn defaults(&mut self, proc: &Proc) -> Result<Vec<Typed>> {
        let Some(texts) = &proc.default_texts else { return Ok(Vec::new()) };
        let query = crate::parse::query(&format!("SELECT {texts}"))?;
        let ast::SetExpr::Select(select) = &*query.body else { return Ok(Vec::new()) };
        let items = select.projection.iter();
        items
            .map(|item| match item {
                ast::SelectItem::UnnamedExpr(value) => self.expr(value),
                _ => Err(unsupported(0, "this default")),
            })
            .collect()
    }

    pub(super) fn no_function_of(
        &self,
        name: &str,
        types: &str,
        place: usize,
    ) -> trunkline_core::PgError {
        let message = format!("function {name}({types}) does not exist");
        at(place, SqlState::UNDEFINED_FUNCTION, message).hint(
            "No function matches the given name and argument types. You might need to add explicit type casts.",
        )
    }
}
