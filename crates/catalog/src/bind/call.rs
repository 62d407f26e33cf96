//! Calls of functions, and what the grammar knows by key word.

use std::borrow::Cow;

use sqlparser::ast::{
    self, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, Ident,
};
use trunkline_core::{Oid, Result, SqlState};

use super::resolve::{Chosen, Found, function};
use super::scope::folded;
use super::typed::type_name;
use super::{Binder, Typed};
use crate::error::{at, syntax, unsupported};
use crate::facts::{PG_CATALOG, Proc, is_vector, type_facts};
use crate::functions;
use crate::grammar::GrammarCall;
use crate::plan::{Calling, Expr, SetCall, SubqueryKind};

/// How many arguments a call may have: PostgreSQL's limit.
const MOST_ARGUMENTS: usize = 100;

impl Binder {
    /// A name, unless it is one of those that the grammar knows.
    pub(super) fn identifier_or_keyword(&mut self, ident: &Ident) -> Result<Typed> {
        if ident.quote_style.is_none()
            && let Some(name) = keyword_function(&ident.value)
        {
            let place = self.place(ident.span);
            return self.call_named(None, name, Vec::new(), place);
        }
        if ident.quote_style.is_none()
            && let Some(typed) = self.clock(&ident.value, -1, self.place(ident.span))?
        {
            return Ok(typed);
        }
        self.identifier(ident)
    }

    /// `current_date` and its kin: what `now()` is, as another type.
    fn clock(&mut self, word: &str, precision: i32, place: usize) -> Result<Option<Typed>> {
        let oid = match word.to_ascii_lowercase().as_str() {
            "current_date" if precision == -1 => Oid::DATE,
            "current_timestamp" => Oid::TIMESTAMPTZ,
            "current_time" => Oid::TIMETZ,
            "localtimestamp" => Oid::TIMESTAMP,
            "localtime" => Oid::TIME,
            _ => return Ok(None),
        };
        let now = self.call_named(None, "now", Vec::new(), place)?;
        self.convert(now, oid, precision, crate::facts::CastContext::Explicit).map(Some)
    }

    pub(super) fn grammar_call(&mut self, call: &GrammarCall<'_>) -> Result<Typed> {
        let arguments: Vec<Typed> =
            call.arguments.iter().map(|one| self.expr(one)).collect::<Result<_>>()?;
        let place = arguments.iter().map(|one| one.place).find(|place| *place != 0);
        self.call_named(None, call.name, arguments, place.unwrap_or(0))
    }

    /// A call as it is written.
    pub(super) fn function(&mut self, call: &ast::Function) -> Result<Typed> {
        let (schema, name, place) = self.function_name(&call.name)?;
        if let FunctionArguments::Subquery(query) = &call.args {
            return self.call_of_query(&name, query, place);
        }
        let list = match &call.args {
            FunctionArguments::List(list) => Some(list),
            _ => None,
        };
        if schema.is_none() {
            if let (Some(name), None) = (keyword_function(&name), list) {
                return self.call_named(None, name, Vec::new(), place);
            }
            if let Some(precision) = precision(list)
                && let Some(typed) = self.clock(&name, precision, place)?
            {
                return Ok(typed);
            }
            let plain = list.and_then(|list| plain_arguments(&list.args));
            if let Some(arguments) = plain
                && let Some(typed) = self.grammar_function(&name, &arguments)?
            {
                return Ok(typed.placed(place));
            }
        }
        let schema_oid = schema_oid(schema.as_deref());
        if schema.is_none() && name == "grouping" {
            return self.grouping(list.map(|list| list.args.as_slice()).unwrap_or_default(), place);
        }
        if schema_oid.is_some_and(functions::is_aggregate_schema)
            && (functions::aggregate(&name).is_some() || call.over.is_some())
        {
            return self.aggregate_call(call, &name, place);
        }
        let given = list.map(|list| list.args.as_slice()).unwrap_or_default();
        let is_star = matches!(given, [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]);
        let given = if is_star { &[] } else { given };
        let mut arguments = self.call_arguments(schema.as_deref(), &name, given, place)?;
        for key in &call.within_group {
            arguments.push(self.expr(&key.expr)?);
        }
        let typed = self.call_named(schema.as_deref(), &name, arguments, place)?;
        match clause_of_aggregates(call, is_star, &name) {
            Some(clause) => {
                let message =
                    format!("{clause} specified, but {name} is not an aggregate function");
                Err(at(place, SqlState::WRONG_OBJECT_TYPE, message))
            }
            None => Ok(typed),
        }
    }

    pub(super) fn function_name(
        &self,
        name: &ast::ObjectName,
    ) -> Result<(Option<String>, String, usize)> {
        let parts: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let place = parts.first().map_or(0, |part| self.place(part.span));
        match parts.as_slice() {
            [name] => Ok((None, folded(name), place)),
            [schema, name] => Ok((Some(folded(schema)), folded(name), place)),
            [_, schema, name] => Ok((Some(folded(schema)), folded(name), place)),
            _ => Err(unsupported(place, "this name of a function")),
        }
    }

    pub(super) fn arguments(&mut self, list: &[FunctionArg]) -> Result<Vec<Typed>> {
        let mut arguments = Vec::with_capacity(list.len());
        for argument in list {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => {
                    arguments.push(self.expr(expr)?)
                }
                FunctionArg::Unnamed(FunctionArgExpr::QualifiedWildcard(name)) => {
                    arguments.push(self.whole_row(name)?);
                }
                _ => return Err(unsupported(0, "an argument by name")),
            }
        }
        Ok(arguments)
    }

    /// `ARRAY(SELECT …)`
    fn call_of_query(&mut self, name: &str, query: &ast::Query, place: usize) -> Result<Typed> {
        let (query, columns) = self.subquery(query)?;
        let [column] = columns.as_slice() else {
            return Err(syntax(place, "subquery must return only one column"));
        };
        let oid = if column.oid == Oid::UNKNOWN { Oid::TEXT } else { column.oid };
        if name == "array" {
            let array =
                self.list_type(oid).ok_or_else(|| unsupported(place, "an array of records"))?;
            let kind = SubqueryKind::Array { is_flat: is_vector(oid) };
            return Ok(Typed::new(Expr::Subquery { kind, query }, array).placed(place));
        }
        let value =
            Typed::new(Expr::Subquery { kind: SubqueryKind::Scalar, query }, oid).placed(place);
        self.call_named(None, name, vec![value], place)
    }

    /// What looks like a function but is none.
    fn grammar_function(&mut self, name: &str, arguments: &[&ast::Expr]) -> Result<Option<Typed>> {
        let bound = |binder: &mut Self| -> Result<Vec<Typed>> {
            arguments.iter().map(|one| binder.expr(one)).collect()
        };
        Ok(Some(match name {
            "coalesce" if !arguments.is_empty() => {
                let all = bound(self)?;
                let (all, oid) = self.unify(all, "COALESCE")?;
                Typed::new(Expr::Coalesce(all), oid)
            }
            "greatest" | "least" if !arguments.is_empty() => {
                let all = bound(self)?;
                let (of, oid) = self.unify(all, &name.to_ascii_uppercase())?;
                self.check_compared(type_facts(oid).is_none())?;
                Typed::new(Expr::Extreme { greatest: name == "greatest", of }, oid)
            }
            "nullif" if arguments.len() == 2 => {
                let mut all = bound(self)?;
                let equal = self.operate("=", all.clone())?.expr;
                let first = all.swap_remove(0);
                let first =
                    if first.oid == Oid::UNKNOWN { self.coerce(first, Oid::TEXT)? } else { first };
                let oid = first.oid;
                Typed::new(
                    Expr::NullIf { value: Box::new(first.expr), equal: Box::new(equal) },
                    oid,
                )
            }
            "row" => {
                let items: Vec<ast::Expr> = arguments.iter().map(|one| (*one).clone()).collect();
                self.row(&items)?
            }
            _ => return Ok(None),
        }))
    }

    /// A call of a function of a name, of one that gives rows too.
    pub(super) fn call_named(
        &mut self,
        schema: Option<&str>,
        name: &str,
        arguments: Vec<Typed>,
        place: usize,
    ) -> Result<Typed> {
        if arguments.len() > MOST_ARGUMENTS {
            let message = format!("cannot pass more than {MOST_ARGUMENTS} arguments to a function");
            return Err(at(place, SqlState::TOO_MANY_ARGUMENTS, message));
        }
        if let Some(typed) = self.enum_call(schema, name, &arguments, place)? {
            return Ok(typed);
        }
        let types: Vec<Oid> = arguments.iter().map(|argument| argument.oid).collect();
        if let ([argument], None | Some("pg_catalog")) = (arguments.as_slice(), schema)
            && self.is_cast(argument, name)?
        {
            return self.cast_by_name(schema, name, arguments, place);
        }
        let Some(chosen) = self.choose(schema, name, &types, place)? else {
            return self.cast_by_name(schema, name, arguments, place);
        };
        if chosen.what.returns_set {
            let fields = chosen.outputs().into();
            let arguments = self.cast_arguments(arguments, &chosen.arguments)?;
            let call = set_call(&chosen, arguments, place)?;
            return self.set_in_list(call, fields, place);
        }
        self.call_chosen(chosen, name, arguments, place)
    }

    /// A call of a function that gives one value.
    pub(super) fn call_chosen(
        &mut self,
        chosen: Chosen<Proc>,
        name: &str,
        arguments: Vec<Typed>,
        place: usize,
    ) -> Result<Typed> {
        let fields: super::Fields = chosen.outputs().into();
        let effort = functions::effort(&chosen.what.name, arguments.len());
        let is_untyped = arguments.first().is_some_and(|first| first.oid == Oid::UNKNOWN);
        let arguments = self.cast_arguments(arguments, &chosen.arguments)?;
        let types = match (name, &*arguments) {
            // A literal is asked for its type before it gets one.
            ("pg_typeof" | "pg_column_size", [Expr::Const(_)]) if is_untyped => vec![Oid::UNKNOWN],
            _ => chosen.arguments,
        };
        if chosen.what.kind == b'a' || chosen.what.kind == b'w' {
            return Err(unsupported(place, &format!("aggregate function {name}")));
        }
        let Some(function) = functions::function(chosen.what) else {
            return Err(unsupported(place, &format!("function {name}")));
        };
        let call = Calling {
            function,
            arguments,
            types,
            result: chosen.result,
            strict: chosen.what.strict,
            volatility: chosen.what.volatility,
            is_equality: false,
            effort,
        };
        let mut typed = Typed::new(Expr::Call(Box::new(call)), chosen.result).placed(place);
        if !fields.is_empty() {
            typed = typed.fields(fields);
        }
        Ok(typed)
    }

    /// `text(x)`, `oid(x)`: a type's name as a function casts.
    fn cast_by_name(
        &mut self,
        schema: Option<&str>,
        name: &str,
        arguments: Vec<Typed>,
        place: usize,
    ) -> Result<Typed> {
        let types: Vec<Oid> = arguments.iter().map(|argument| argument.oid).collect();
        if let [argument] = arguments.as_slice()
            && let Some(index) = self.field_place(argument, name)?
        {
            let argument = arguments.into_iter().next().unwrap_or_else(Self::null);
            return self.field_at(argument, index);
        }
        let oid = crate::facts::type_named(PG_CATALOG, name);
        match (oid, arguments.into_iter().next(), types.len()) {
            (Some(oid), Some(argument), 1) => {
                self.convert(argument, oid, -1, crate::facts::CastContext::Explicit)
            }
            _ => Err(self.no_function(&qualified(schema, name), &types, place)),
        }
    }

    /// The function that is meant; `None` if a cast may be.
    pub(super) fn choose(
        &mut self,
        schema: Option<&str>,
        name: &str,
        types: &[Oid],
        place: usize,
    ) -> Result<Option<Chosen<Proc>>> {
        let in_schema = match (schema, schema_oid(schema)) {
            (Some(schema), None) => {
                return Err(self.no_function(&qualified(Some(schema), name), types, place));
            }
            (_, oid) => oid,
        };
        for oid in types {
            self.register(*oid)?;
        }
        if let Some(chosen) = self.choose_of_declared(in_schema, name, types) {
            return Ok(Some(chosen));
        }
        let found = match function(in_schema, name, types) {
            // What is there for no domain may be there for what that is over.
            Found::None => {
                let bases: Vec<Oid> = types.iter().map(|oid| self.under_domain(*oid)).collect();
                if bases == types { Found::None } else { function(in_schema, name, &bases) }
            }
            found => found,
        };
        match found {
            Found::One(chosen) => Ok(Some(chosen)),
            Found::None
                if types.len() == 1 && schema.is_none_or(|schema| schema == "pg_catalog") =>
            {
                Ok(None)
            }
            Found::None => Err(self.no_function(&qualified(schema, name), types, place)),
            Found::Many => {
                let types = self.type_names(types);
                let message = format!("function {name}({types}) is not unique");
                Err(at(place, SqlState::AMBIGUOUS_FUNCTION, message).hint(
                    "Could not choose a best candidate function. You might need to add explicit type casts.",
                ))
            }
        }
    }

    pub(super) fn cast_arguments(
        &mut self,
        arguments: Vec<Typed>,
        types: &[Oid],
    ) -> Result<Vec<Expr>> {
        let pairs = arguments.into_iter().zip(types);
        pairs
            .map(|(argument, to)| {
                if argument.oid == Oid::RECORD {
                    Ok(argument.expr)
                } else {
                    Ok(self.coerce(argument, *to)?.expr)
                }
            })
            .collect()
    }

    /// A function that gives rows, in the list of SELECT.
    fn set_in_list(&mut self, call: SetCall, fields: super::Fields, place: usize) -> Result<Typed> {
        if let Some(clause) = self.scope().no_sets {
            let message = format!("set-returning functions are not allowed in {clause}");
            return Err(at(place, SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        let is_record = call.width > 1;
        let oid = if is_record { Oid::RECORD } else { call.result };
        let slot = self.scope().sets.len();
        self.scope().sets.push(call);
        let slot = super::select::SET_SLOTS + slot;
        self.scope().places.insert(slot, place);
        let expr = Expr::Slot { depth: 0, slot };
        let typed = Typed::new(expr, oid).placed(place);
        Ok(if is_record { typed.fields(fields) } else { typed })
    }
}

/// A call of a function that gives rows.
pub(super) fn set_call(
    chosen: &Chosen<Proc>,
    arguments: Vec<Expr>,
    place: usize,
) -> Result<SetCall> {
    let name = &chosen.what.name;
    let function = functions::set(chosen.what)
        .ok_or_else(|| unsupported(place, &format!("function {name}")))?;
    Ok(SetCall {
        function,
        arguments,
        types: chosen.arguments.clone(),
        result: chosen.result,
        strict: chosen.what.strict,
        width: chosen.what.outputs.len().max(1),
        fields: chosen.outputs().into(),
    })
}

/// The OID of a schema that functions are found in.
pub(super) fn schema_oid(schema: Option<&str>) -> Option<u32> {
    match schema {
        None | Some("pg_catalog") => Some(PG_CATALOG),
        Some("information_schema") => Some(*crate::world::INFORMATION_SCHEMA),
        Some(_) => None,
    }
}

/// What a call has that only aggregates take.
fn clause_of_aggregates(call: &ast::Function, is_star: bool, name: &str) -> Option<String> {
    let list = match &call.args {
        FunctionArguments::List(list) => Some(list),
        _ => None,
    };
    let is_order = |one: &FunctionArgumentClause| matches!(one, FunctionArgumentClause::OrderBy(_));
    let is_distinct =
        list.is_some_and(|list| list.duplicate_treatment == Some(DuplicateTreatment::Distinct));
    let clause = if is_distinct {
        "DISTINCT"
    } else if !call.within_group.is_empty() {
        "WITHIN GROUP"
    } else if list.is_some_and(|list| list.clauses.iter().any(is_order)) {
        "ORDER BY"
    } else if call.filter.is_some() {
        "FILTER"
    } else {
        return is_star.then(|| format!("{name}(*)"));
    };
    Some(clause.to_owned())
}

/// A name as it was written.
fn qualified<'a>(schema: Option<&str>, name: &'a str) -> Cow<'a, str> {
    schema.map_or(name.into(), |schema| format!("{schema}.{name}").into())
}

impl Binder {
    pub(super) fn no_function(
        &self,
        name: &str,
        types: &[Oid],
        place: usize,
    ) -> trunkline_core::PgError {
        self.no_function_of(name, &self.type_names(types), place)
    }

    /// A list of types; of those that somebody declared only the world has the names.
    pub(super) fn type_names(&self, types: &[Oid]) -> String {
        let declared = |oid: &Oid| match &self.world {
            Some(world) if world.objects.types.get(oid.0).is_some() => world.type_text(oid.0, -1),
            _ => None,
        };
        let names = types.iter().map(|oid| declared(oid).unwrap_or_else(|| type_name(*oid)));
        names.collect::<Vec<_>>().join(", ")
    }
}

/// The digits of `CURRENT_TIMESTAMP(3)`, -1 if there are no parentheses; `None` for other arguments.
fn precision(list: Option<&ast::FunctionArgumentList>) -> Option<i32> {
    let Some(list) = list else { return Some(-1) };
    match list.args.as_slice() {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Value(value)))] => {
            match &value.value {
                ast::Value::Number(digits, _) => digits.parse().ok(),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The arguments of a call, if they are nothing but expressions.
fn plain_arguments(list: &[FunctionArg]) -> Option<Vec<&ast::Expr>> {
    let plain = list.iter().map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    plain.collect()
}

/// What the grammar knows without parentheses.
pub(crate) fn keyword_function(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "current_user" | "current_role" | "user" => "current_user",
        "session_user" => "session_user",
        "system_user" => "system_user",
        "current_catalog" => "current_database",
        "current_schema" => "current_schema",
        "current_timestamp" => "now",
        _ => return None,
    })
}
