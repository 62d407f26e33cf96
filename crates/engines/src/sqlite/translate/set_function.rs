//! Functions of rows in FROM, and queries that see what stands before them.
//!
//! SQLite lets only a function of rows see the sources before it, so their rows come as JSON from its
//! `json_each`.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, ObjectName, Query, TableAlias};
use trunkline_core::{Oid, PgError, Result};

use super::from::alias_names;
use super::name::{parts, quoted};
use super::scope::{Output, Scope, Source, SourceColumn};
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

/// The rows that a function gives.
struct Rows {
    /// What stands in FROM: a call of `json_each`, or a query with the columns `key` and `value`.
    sql: String,
    columns: Vec<SetColumn>,
    /// Whether the only column is called as the source is.
    is_named_by_alias: bool,
}

struct SetColumn {
    name: String,
    ty: Type,
}

impl Rows {
    fn of_json(json: &str, columns: &[(&str, Type)]) -> Rows {
        let column = |(name, ty): &(&str, Type)| SetColumn { name: (*name).to_owned(), ty: *ty };
        let columns = columns.iter().map(column).collect();
        Rows { sql: format!("json_each({json})"), columns, is_named_by_alias: false }
    }

    /// One column, which has no name but that of the function.
    fn unnamed(sql: String, function: &str, ty: Type) -> Rows {
        let column = SetColumn { name: function.to_owned(), ty };
        Rows { sql, columns: vec![column], is_named_by_alias: true }
    }
}

impl Translator<'_> {
    pub(super) fn table_function(
        &mut self,
        name: &ObjectName,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
        is_numbered: bool,
        scope: &mut Scope<'_>,
    ) -> Result<String> {
        let called = parts(name)?.pop().unwrap_or_default();
        let mut values = Vec::new();
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => values.push(expr),
                _ => return Err(unsupported("such an argument")),
            }
        }
        let rows = match self.rows_of(&called, &values, scope)? {
            Some(rows) => rows,
            None => self.single_row(&called, name, &values, scope)?,
        };
        Ok(self.set_source(rows, &called, alias, is_numbered, scope))
    }

    /// The row of a function of one value, which cannot see what stands before it.
    fn single_row(
        &mut self,
        called: &str,
        name: &ObjectName,
        values: &[&Expr],
        scope: &Scope<'_>,
    ) -> Result<Rows> {
        let (mut given, mut types) = (Vec::new(), Vec::new());
        for value in values {
            let value = self.expression(value, scope)?;
            types.push(value.ty);
            given.push(value);
        }
        let single = self.single(called, given)?;
        let single =
            single.ok_or_else(|| self.at(super::call::no_function(called, &types), name))?;
        for value in values {
            if self.expression(value, &Scope::default()).is_err() {
                let message = "such a function of what stands before it in FROM";
                return Err(self.at(unsupported(message), name));
            }
        }
        let sql = format!("(SELECT 0 AS key, {} AS value)", single.sql);
        Ok(Rows::unnamed(sql, called, single.ty))
    }

    /// The rows of a call; `None` for a function that is not known to give any.
    fn rows_of(
        &mut self,
        called: &str,
        values: &[&Expr],
        scope: &Scope<'_>,
    ) -> Result<Option<Rows>> {
        let as_text = i32::from(called.ends_with("_text"));
        let (document, ty) = match called.starts_with("jsonb_") {
            true => (Type::of(Oid::JSONB), Type::of(Oid::JSONB)),
            false => (Type::of(Oid::JSON), Type::of(Oid::JSON)),
        };
        let shown = if as_text == 1 { Type::TEXT } else { ty };
        Ok(Some(match (called, values) {
            ("generate_series", [_, _] | [_, _, _]) => self.series(values, scope)?,
            ("unnest", [array]) => {
                let (json, element) = self.elements(array, scope)?;
                Rows::unnamed(format!("json_each({json})"), called, element)
            }
            ("unnest", [_, _, ..]) => self.unnest_several(values, scope)?,
            (
                "jsonb_array_elements"
                | "jsonb_array_elements_text"
                | "json_array_elements"
                | "json_array_elements_text",
                [of],
            ) => {
                let of = self.document(of, document, called, scope)?;
                let json = format!("pg_json_elements({of}, {as_text}, {}, '{called}')", ty.oid.0);
                Rows::of_json(&json, &[("value", shown)])
            }
            ("jsonb_each" | "jsonb_each_text" | "json_each" | "json_each_text", [of]) => {
                let of = self.document(of, document, called, scope)?;
                let json = format!("pg_json_pairs({of}, {as_text}, {}, '{called}')", ty.oid.0);
                Rows::of_json(&json, &[("key", Type::TEXT), ("value", shown)])
            }
            ("jsonb_object_keys" | "json_object_keys", [of]) => {
                let of = self.document(of, document, called, scope)?;
                let sql = format!("json_each(pg_json_names({of}, '{called}'))");
                Rows::unnamed(sql, called, Type::TEXT)
            }
            ("regexp_matches", [_, _] | [_, _, _]) => {
                let words = self.texts(values, scope)?;
                let sql = format!("json_each(pg_regexp_matches({words}))");
                Rows::unnamed(sql, called, Type::of(Oid::TEXT_ARRAY))
            }
            ("regexp_split_to_table" | "string_to_table", [_, _] | [_, _, _]) => {
                let words = self.texts(values, scope)?;
                let function = match called {
                    "string_to_table" => "pg_string_to_array",
                    _ => "pg_regexp_split",
                };
                let array = Oid::TEXT_ARRAY.0;
                let sql = format!("json_each(pg_elements({function}({words}), {array}))");
                Rows::unnamed(sql, called, Type::TEXT)
            }
            _ => return Ok(None),
        }))
    }

    fn texts(&mut self, values: &[&Expr], scope: &Scope<'_>) -> Result<String> {
        let mut texts = Vec::new();
        for value in values {
            texts.push(self.expression(value, scope)?);
        }
        self.arguments(texts, &[Type::TEXT])
    }

    /// A document that is an argument: 42883 for anything else.
    fn document(
        &mut self,
        value: &Expr,
        ty: Type,
        called: &str,
        scope: &Scope<'_>,
    ) -> Result<String> {
        let typed = self.expression(value, scope)?;
        let typed = self.settle(typed, ty)?;
        if typed.ty.oid == ty.oid {
            return Ok(typed.sql);
        }
        Err(super::call::no_function(called, &[typed.ty]))
    }

    /// A source of these rows under its alias.
    fn set_source(
        &mut self,
        rows: Rows,
        called: &str,
        alias: Option<&TableAlias>,
        is_numbered: bool,
        scope: &mut Scope<'_>,
    ) -> String {
        let (name, renamed) = alias_names(alias);
        let is_renamed = name.is_some() && rows.is_named_by_alias;
        let name = name.unwrap_or_else(|| called.to_owned());
        let of = quoted(&name);
        let is_single = rows.columns.len() == 1;
        let mut columns: Vec<(String, String, Type)> = Vec::new();
        for (place, column) in rows.columns.into_iter().enumerate() {
            let sql = match is_single {
                true => format!("{of}.\"value\""),
                false => format!("({of}.\"value\" ->> {place})"),
            };
            let shown = if is_renamed { name.clone() } else { column.name };
            columns.push((shown, sql, column.ty));
        }
        if is_numbered {
            columns.push(("ordinality".to_owned(), format!("({of}.\"key\" + 1)"), Type::INT8));
        }
        let column = |(place, (shown, sql, ty)): (usize, (String, String, Type))| SourceColumn {
            name: renamed.get(place).cloned().unwrap_or(shown),
            sql,
            ty,
            not_null: false,
            origin: None,
            merged: false,
        };
        scope.sources.push(Source {
            alias: name,
            columns: columns.into_iter().enumerate().map(column).collect(),
            system: Vec::new(),
            key: Vec::new(),
            joined: false,
        });
        format!("{} AS {of}", rows.sql)
    }

    /// `generate_series(first, last [, step])`: of integers as a recursive query, unless its bounds are
    /// those of another source.
    fn series(&mut self, values: &[&Expr], scope: &Scope<'_>) -> Result<Rows> {
        let alone = Scope::within(scope.outer);
        let is_alone = values.iter().all(|value| self.expression(value, &alone).is_ok());
        let mut typed = Vec::new();
        for value in values {
            typed.push(self.expression(value, scope)?);
        }
        let is_time =
            |value: &Typed| value.ty.is_date_or_timestamp() || value.ty.oid == Oid::INTERVAL;
        if typed.iter().any(is_time) {
            return self.time_series(typed);
        }
        let mut numbers = Vec::new();
        let mut ty = Type::INT4;
        for value in typed {
            let value = self.settle(value, Type::INT4)?;
            if !value.ty.is_integer() {
                return Err(unsupported("generate_series of what is no integer and no date"));
            }
            if value.ty == Type::INT8 {
                ty = Type::INT8;
            }
            numbers.push(value.sql);
        }
        let step = numbers.get(2).cloned().unwrap_or_else(|| "1".to_owned());
        let (Some(first), Some(last)) = (numbers.first(), numbers.get(1)) else {
            return Err(PgError::internal("generate_series without bounds"));
        };
        if !is_alone {
            let sql = format!("json_each(pg_series({first}, {last}, {step}))");
            return Ok(Rows::unnamed(sql, "generate_series", ty));
        }
        let sql = format!(
            "(WITH RECURSIVE \"series\"(\"key\", \"value\", \"last\", \"step\") AS (\
             SELECT 0, {first}, {last}, CASE {step} WHEN 0 THEN \
             pg_raise('22023', 'step size cannot equal zero') ELSE {step} END \
             WHERE ({step} > 0 AND {first} <= {last}) OR ({step} < 0 AND {first} >= {last}) \
             OR {step} = 0 UNION ALL \
             SELECT \"key\" + 1, \"value\" + \"step\", \"last\", \"step\" FROM \"series\" WHERE \
             (\"step\" > 0 AND \"value\" + \"step\" <= \"last\") OR \
             (\"step\" < 0 AND \"value\" + \"step\" >= \"last\")) \
             SELECT \"key\", \"value\" FROM \"series\")"
        );
        Ok(Rows::unnamed(sql, "generate_series", ty))
    }

    fn time_series(&mut self, values: Vec<Typed>) -> Result<Rows> {
        let is_timestamp = |value: &Typed| value.ty.oid == Oid::TIMESTAMP;
        let is_moment = |value: &Typed| matches!(value.ty.oid, Oid::TIMESTAMPTZ | Oid::DATE);
        let has_timestamp = values.iter().any(is_timestamp) && !values.iter().any(is_moment);
        let ty = Type::of(if has_timestamp { Oid::TIMESTAMP } else { Oid::TIMESTAMPTZ });
        let types: Vec<Type> = values.iter().map(|value| value.ty).collect();
        let mut values = values.into_iter();
        let (Some(first), Some(last), Some(step)) = (values.next(), values.next(), values.next())
        else {
            return Err(super::call::no_function("generate_series", &types));
        };
        let (first, last) = (self.coerce(first, ty)?, self.coerce(last, ty)?);
        let step = self.coerce(step, Type::of(Oid::INTERVAL))?;
        let function = self.zoned("pg_time_series", ty)?;
        let (first, last, step) = (first.sql, last.sql, step.sql);
        let sql = format!("json_each({function}({first}, {last}, {}, {step}))", ty.oid.0);
        Ok(Rows::unnamed(sql, "generate_series", ty))
    }

    /// `unnest` of several arrays: a column of each, side by side.
    fn unnest_several(&mut self, arrays: &[&Expr], scope: &Scope<'_>) -> Result<Rows> {
        let (mut arguments, mut columns) = (Vec::new(), Vec::new());
        for array in arrays {
            let typed = self.expression(array, scope)?;
            let (typed, element) = self.array_and_element(typed, array)?;
            arguments.push(format!("{}, {}", typed.ty.oid.0, typed.sql));
            columns.push(("unnest", element));
        }
        Ok(Rows::of_json(&format!("pg_rows({})", arguments.join(", ")), &columns))
    }

    /// `LATERAL (SELECT …)`: all of its rows as one JSON.
    pub(super) fn lateral(
        &mut self,
        query: &Query,
        alias: Option<&TableAlias>,
        scope: &mut Scope<'_>,
    ) -> Result<String> {
        let queried = self.query(query, Some(&*scope), None)?;
        let (mut cells, mut columns) = (Vec::new(), Vec::new());
        for output in queried.outputs {
            if output.ty.oid == Oid::BYTEA {
                return Err(unsupported("LATERAL with a column of bytea"));
            }
            cells.push(quoted(&output.inner));
            columns.push(output);
        }
        let rows = format!(
            "json_each((SELECT pg_json_agg(pg_cells({})) FROM ({})))",
            cells.join(", "),
            queried.sql
        );
        let (name, renamed) = alias_names(alias);
        let name = name.unwrap_or_else(|| format!("unnamed:{}", scope.sources.len()));
        let of = quoted(&name);
        let column = |(place, column): (usize, Output)| SourceColumn {
            name: renamed.get(place).cloned().unwrap_or(column.name),
            sql: format!("({of}.\"value\" ->> {place})"),
            ty: column.ty,
            not_null: false,
            origin: column.origin,
            merged: false,
        };
        let columns = columns.into_iter().enumerate().map(column).collect();
        scope.sources.push(Source {
            alias: name,
            columns,
            system: Vec::new(),
            key: Vec::new(),
            joined: false,
        });
        Ok(format!("{rows} AS {of}"))
    }
}
