//! Calls of functions.

use sqlparser::ast::{
    DataType, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArgumentList, FunctionArguments, NamedWindowDefinition,
    NamedWindowExpr, OrderByExpr, WindowFrame, WindowFrameBound, WindowSpec, WindowType,
};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::json_call::takes_rows;
use super::json_constructor::constructs;
use super::name::{folded, parts, quoted};
use super::scope::Scope;
use super::typed::{Form, Typed, has_key};
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

impl Translator<'_> {
    pub(super) fn call(&mut self, function: &Function, scope: &Scope<'_>) -> Result<Typed> {
        let name = self.function_name(function)?;
        if !function.within_group.is_empty() {
            return self.ordered_set(&name, function, scope);
        }
        if function.null_treatment.is_some() {
            return Err(self.at(unsupported("this form of a call"), &function.name));
        }
        let empty =
            FunctionArgumentList { duplicate_treatment: None, args: vec![], clauses: vec![] };
        let list = match &function.args {
            FunctionArguments::None => &empty,
            FunctionArguments::List(list) => list,
            FunctionArguments::Subquery(query) if name == "array" => {
                return self.array_of_query(query, &function.name, scope);
            }
            FunctionArguments::Subquery(_) => return Err(unsupported("a query as an argument")),
        };
        if constructs(&name, list) {
            return self.constructed(&name, list, function, scope);
        }
        let mark = scope.mark();
        let (arguments, inner) =
            scope.within_call(|| self.call_arguments(&name, list, function, scope));
        let (mut values, star) = arguments?;
        let refuse_nested = |translator: &Self| match function.over {
            None => translator.refuse_nested(inner),
            Some(_) => Ok(()),
        };
        if let Some(typed) = self.collected(&name, &values, list, function, scope)? {
            refuse_nested(self)?;
            scope.note_aggregate(self.place(&function.name), mark);
            return Ok(typed);
        }
        if let Some(aggregate) = self.aggregate(&name, &mut values, star)? {
            refuse_nested(self)?;
            let typed = self.aggregated(aggregate, values, list, function, scope)?;
            if function.over.is_none() {
                scope.note_aggregate(self.place(&function.name), mark);
            }
            return Ok(typed);
        }
        if function.filter.is_some() || function.over.is_some() {
            return Err(
                self.at(unsupported(&format!("the window function {name}")), &function.name)
            );
        }
        if name == "row" {
            return Err(self.at(unsupported("a row as a value"), &function.name));
        }
        let types: Vec<Type> = values.iter().map(|value| value.ty).collect();
        let typed = self.single(&name, values)?;
        typed.ok_or_else(|| self.at(no_function(&name, &types), &function.name))
    }

    /// The arguments of a call, and whether they are `*`.
    fn call_arguments(
        &mut self,
        name: &str,
        list: &FunctionArgumentList,
        function: &Function,
        scope: &Scope<'_>,
    ) -> Result<(Vec<Typed>, bool)> {
        let mut star = false;
        let mut values = Vec::new();
        for arg in &list.args {
            if takes_rows(name)
                && let Some(row) = self.whole_row(arg, scope)?
            {
                values.push(row);
                continue;
            }
            match arg {
                // A sequence is found by its name alone.
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Cast {
                    expr,
                    data_type: DataType::Regclass,
                    ..
                })) if matches!(name, "nextval" | "currval" | "setval") => {
                    values.push(self.expression(expr, scope)?);
                }
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => {
                    values.push(self.expression(expr, scope)?);
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => star = true,
                _ => return Err(self.at(unsupported("a named argument"), &function.name)),
            }
        }
        Ok((values, star))
    }

    /// The call of a function of one value, or `None` if there is none of the name and arguments.
    pub(super) fn single(&mut self, name: &str, mut values: Vec<Typed>) -> Result<Option<Typed>> {
        // JDBC calls void what a call gives back; PostgreSQL leaves such parameters out.
        let is_void =
            |value: &Typed| value.ty.oid == Oid::VOID && matches!(value.form, Form::Parameter(_));
        values.retain(|value| !is_void(value));
        match self.scalar_call(name, values.clone())? {
            None => self.session_call(name, values),
            found => Ok(found),
        }
    }

    /// A call that SQL has words of its own for.
    pub(super) fn call_plain(
        &mut self,
        name: &str,
        arguments: &[&Expr],
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.expression(argument, scope)?);
        }
        let types: Vec<Type> = values.iter().map(|value| value.ty).collect();
        self.scalar_call(name, values)?.ok_or_else(|| no_function(name, &types))
    }

    fn function_name(&self, function: &Function) -> Result<String> {
        let mut parts = parts(&function.name)?;
        let name = parts.pop().unwrap_or_default();
        match parts.as_slice() {
            [] => Ok(name),
            [schema] if schema == "pg_catalog" => Ok(name),
            [schema, ..] => {
                let message = format!("schema \"{schema}\" does not exist");
                let error = PgError::new(SqlState::INVALID_SCHEMA_NAME, message);
                Err(self.at(error, &function.name))
            }
        }
    }

    /// How an aggregate or a window function is called in SQLite, and the type of what it gives.
    fn aggregate(
        &mut self,
        name: &str,
        values: &mut [Typed],
        star: bool,
    ) -> Result<Option<(&'static str, Type)>> {
        for value in values.iter_mut() {
            let wanted = match name {
                "bool_and" | "bool_or" | "every" => Type::BOOL,
                "sum" | "avg" => Type::FLOAT8,
                "ntile" => Type::INT4,
                _ => continue,
            };
            *value = self.settle(value.clone(), wanted)?;
        }
        let ty = values.first().map_or(Type::UNKNOWN, |value| value.ty);
        let same = ty.or_text().computed();
        let widest = if ty.oid == Oid::VARCHAR { Type::TEXT } else { same };
        Ok(Some(match name {
            "count" if star || values.len() == 1 => ("count", Type::INT8),
            "sum" if ty.is_number() => (
                "sum",
                match ty.oid {
                    Oid::INT2 | Oid::INT4 => Type::INT8,
                    Oid::INT8 => Type::scaled(0),
                    _ => ty.computed(),
                },
            ),
            "avg" if ty.is_number() => (
                "avg",
                match ty.oid {
                    Oid::FLOAT4 | Oid::FLOAT8 => Type::FLOAT8,
                    _ => Type::NUMERIC,
                },
            ),
            // PostgreSQL has no such aggregates of them.
            "min" | "max" if matches!(ty.oid, Oid::BOOL | Oid::UUID | Oid::JSON | Oid::JSONB) => {
                return Ok(None);
            }
            "min" if values.len() == 1 => ("min", widest),
            "max" | "any_value" if values.len() == 1 => ("max", widest),
            "bit_and" if ty.is_integer() => ("pg_bit_and", ty),
            "bit_or" if ty.is_integer() => ("pg_bit_or", ty),
            "bit_xor" if ty.is_integer() => ("pg_bit_xor", ty),
            "sum" if ty.oid == Oid::INTERVAL => ("pg_sum_interval", ty),
            "avg" if ty.oid == Oid::INTERVAL => ("pg_avg_interval", ty),
            "bool_and" | "every" => ("min", Type::BOOL),
            "bool_or" => ("max", Type::BOOL),
            "string_agg" if values.len() == 2 => ("group_concat", Type::TEXT),
            "row_number" => ("row_number", Type::INT8),
            "rank" => ("rank", Type::INT8),
            "dense_rank" => ("dense_rank", Type::INT8),
            "percent_rank" => ("percent_rank", Type::FLOAT8),
            "cume_dist" => ("cume_dist", Type::FLOAT8),
            "ntile" => ("ntile", Type::INT4),
            "lag" => ("lag", same),
            "lead" => ("lead", same),
            "first_value" => ("first_value", same),
            "last_value" => ("last_value", same),
            "nth_value" => ("nth_value", same),
            _ => return self.statistic(name, values),
        }))
    }

    fn aggregated(
        &mut self,
        (name, ty): (&str, Type),
        values: Vec<Typed>,
        list: &FunctionArgumentList,
        function: &Function,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        if function.over.is_some() && name.starts_with("pg_") {
            let message = unsupported(&format!("{} over a window", function.name));
            return Err(self.at(message, &function.name));
        }
        self.current.has_aggregate = true;
        let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let scale = values.first().and_then(|value| value.ty.scale()).filter(|scale| *scale > 0);
        let first = values.first().cloned();
        let mut arguments = Vec::new();
        for value in values {
            let value = self.settle_text(value)?;
            arguments.push(if distinct && name == "count" { value.ordered() } else { value.sql });
        }
        let mut order = String::new();
        for clause in &list.clauses {
            match clause {
                FunctionArgumentClause::OrderBy(keys) => {
                    order = format!(" ORDER BY {}", self.sort_keys(keys, scope)?);
                }
                _ => return Err(self.at(unsupported("this form of a call"), &function.name)),
            }
        }
        let arguments = if arguments.is_empty() && name == "count" {
            "*".to_owned()
        } else {
            arguments.join(", ")
        };
        let distinct = if distinct { "DISTINCT " } else { "" };
        let filter = match &function.filter {
            Some(filter) => format!(" FILTER (WHERE {})", self.filter(filter, scope)?),
            None => String::new(),
        };
        let over = match &function.over {
            Some(WindowType::NamedWindow(window)) => format!(" OVER {}", quoted(&folded(window))),
            Some(WindowType::WindowSpec(window)) => {
                format!(" OVER ({})", self.window(window, scope)?)
            }
            None => String::new(),
        };
        let not_null = name == "count";
        let called_of = |name: &str, arguments: &str| {
            format!("{name}({distinct}{arguments}{order}){filter}{over}")
        };
        let called = |name: &str| called_of(name, &arguments);
        let typed = Typed { not_null, ..Typed::new(called(name), ty) };
        if let (Some(first), None) = (&first, &function.over)
            && let Some(summed) = summed(name, ty, first, &called_of)
        {
            return Ok(summed);
        }
        if let ("sum" | "avg", Some(first)) = (name, &first)
            && matches!(first.ty.oid, Oid::FLOAT4 | Oid::FLOAT8)
        {
            // SQLite takes a NaN for 0.
            let framed = if function.over.is_some() { "_framed" } else { "" };
            return Ok(Typed::new(called(&format!("pg_{name}_float{framed}")), ty));
        }
        if name == "avg" && ty.oid == Oid::NUMERIC {
            let sum = match scale {
                Some(scale) => format!("pg_fixed({}, {scale})", called("sum")),
                None => called("sum"),
            };
            let sent = format!("pg_exact('/', {sum}, {})", called("count"));
            return Ok(Typed { form: Form::Sent(sent), ..typed });
        }
        Ok(typed)
    }

    pub(super) fn sort_keys(&mut self, keys: &[OrderByExpr], scope: &Scope<'_>) -> Result<String> {
        let mut parts = Vec::new();
        for key in keys {
            let typed = self.expression(&key.expr, scope)?;
            parts.push(super::query::direction(key, typed.ordered(), typed.not_null));
        }
        Ok(parts.join(", "))
    }

    fn window(&mut self, window: &WindowSpec, scope: &Scope<'_>) -> Result<String> {
        let mut clauses = Vec::new();
        if let Some(name) = &window.window_name {
            clauses.push(quoted(&folded(name)));
        }
        if !window.partition_by.is_empty() {
            let mut parts = Vec::new();
            for key in &window.partition_by {
                parts.push(self.expression(key, scope)?.ordered());
            }
            clauses.push(format!("PARTITION BY {}", parts.join(", ")));
        }
        if !window.order_by.is_empty() {
            clauses.push(format!("ORDER BY {}", self.sort_keys(&window.order_by, scope)?));
        }
        if let Some(frame) = &window.window_frame {
            clauses.push(self.frame(frame, scope)?);
        }
        Ok(clauses.join(" "))
    }

    fn frame(&mut self, frame: &WindowFrame, scope: &Scope<'_>) -> Result<String> {
        let start = self.bound(&frame.start_bound, scope)?;
        Ok(match &frame.end_bound {
            Some(end) => {
                format!("{} BETWEEN {start} AND {}", frame.units, self.bound(end, scope)?)
            }
            None => format!("{} {start}", frame.units),
        })
    }

    fn bound(&mut self, bound: &WindowFrameBound, scope: &Scope<'_>) -> Result<String> {
        let (distance, word) = match bound {
            WindowFrameBound::CurrentRow => return Ok("CURRENT ROW".to_owned()),
            WindowFrameBound::Preceding(distance) => (distance, "PRECEDING"),
            WindowFrameBound::Following(distance) => (distance, "FOLLOWING"),
        };
        match distance {
            None => Ok(format!("UNBOUNDED {word}")),
            Some(distance) => {
                let distance = self.expression(distance, scope)?;
                Ok(format!("{} {word}", self.settle(distance, Type::INT8)?.sql))
            }
        }
    }

    pub(super) fn named_windows(
        &mut self,
        windows: &[NamedWindowDefinition],
        scope: &Scope<'_>,
    ) -> Result<String> {
        let mut parts = Vec::new();
        for NamedWindowDefinition(name, window) in windows {
            let window = match window {
                NamedWindowExpr::NamedWindow(other) => quoted(&folded(other)),
                NamedWindowExpr::WindowSpec(window) => self.window(window, scope)?,
            };
            parts.push(format!("{} AS ({window})", quoted(&folded(name))));
        }
        if parts.is_empty() {
            Ok(String::new())
        } else {
            Ok(format!(" WINDOW {}", parts.join(", ")))
        }
    }
}

/// An aggregate that SQLite does not have, or not as PostgreSQL has it.
fn summed(
    name: &str,
    ty: Type,
    of: &Typed,
    called: &dyn Fn(&str, &str) -> String,
) -> Option<Typed> {
    match (name, &of.form) {
        ("min" | "max", _) if has_key(of.ty) => {
            let arguments = format!("{}, {}", of.sql, of.ordered());
            Some(Typed::new(called(&format!("pg_{name}"), &arguments), ty))
        }
        // What has more than 64 bits is a numeric.
        ("sum", _) if of.ty.oid == Oid::INT8 => {
            let form = Form::Sent(called("pg_sum_text", &of.sql));
            Some(Typed { form, ..Typed::new(called("pg_sum_number", &of.sql), ty) })
        }
        ("sum", Form::Sent(sent)) if of.ty.oid == Oid::NUMERIC => {
            let form = Form::Sent(called("pg_sum_text", sent));
            Some(Typed { form, ..Typed::new(called("sum", &of.sql), ty) })
        }
        ("avg", _) if of.ty.oid == Oid::NUMERIC || of.ty.oid == Oid::INT8 => {
            let sum = match &of.form {
                Form::Sent(sent) if of.ty.oid == Oid::NUMERIC => called("pg_sum_text", sent),
                _ if of.ty.oid == Oid::INT8 => called("pg_sum_text", &of.sql),
                _ => return None,
            };
            let sent = format!("pg_exact('/', {sum}, {})", called("count", &of.sql));
            Some(Typed { form: Form::Sent(sent), ..Typed::new(called("avg", &of.sql), ty) })
        }
        _ => None,
    }
}

/// 42883 as PostgreSQL words it; 0A000 for a function that only PostgreSQL has.
pub(super) fn no_function(name: &str, types: &[Type]) -> PgError {
    let oids: Vec<Oid> = types.iter().map(|ty| ty.oid).collect();
    let is_known = trunkline_catalog::has_function(name, &oids);
    let types: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
    if is_known {
        return unsupported(&format!("the function {name}({})", types.join(", ")));
    }
    let message = format!("function {name}({}) does not exist", types.join(", "));
    PgError::new(SqlState::UNDEFINED_FUNCTION, message).hint(
        "No function matches the given name and argument types. \
         You might need to add explicit type casts.",
    )
}
