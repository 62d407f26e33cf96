//! Queries: WITH, set operations, VALUES, ORDER BY, LIMIT.

use sqlparser::ast::{
    Cte as CteTree, Expr, Fetch, LimitClause, OrderByExpr, OrderByKind, Query, SetExpr,
    SetQuantifier, Value, With,
};
use trunkline_core::{Column, PgError, Result, SqlState};

use super::current::Current;
use super::definition::with_modifiers;
use super::name::{folded, quoted};
use super::scope::{Cte, Output, Scope};
use super::set_operation::is_spelled_freely;
use super::typed::{Typed, has_key};
use super::{Done, Translator, unsupported};
use crate::sqlite::types::Type;

/// A query in SQLite's words, with what it gives.
pub(super) struct Queried {
    pub(super) sql: String,
    pub(super) outputs: Vec<Output>,
    /// Whether it is known to give one row at most.
    pub(super) is_single: bool,
}

/// What ORDER BY may refer to besides the columns of a query.
pub(super) struct Ordering<'s> {
    pub(super) outputs: &'s [Output],
    pub(super) scope: Option<&'s Scope<'s>>,
    /// The expressions that alone may be ordered by, those of the list of a SELECT DISTINCT.
    pub(super) listed: Option<&'s [String]>,
    /// What to order by instead of some of the columns, for these are texts of numbers.
    pub(super) instead: &'s [Option<String>],
}

impl Translator<'_> {
    /// A query as a statement, or what stands behind a WITH.
    pub(super) fn query_statement(&mut self, query: &Query) -> Result<Done> {
        match query.body.as_ref() {
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement) => {
                let (with, held) = self.with(query.with.as_ref(), None)?;
                let mut done = self.statement(statement)?;
                self.ctes.truncate(held);
                if let Some(last) = done.steps.last_mut() {
                    last.insert_str(0, &with);
                }
                Ok(done)
            }
            body => {
                self.is_sent = true;
                self.current.is_query &= matches!(body, SetExpr::Select(_)) && query.with.is_none();
                let queried = self.query(query, None, None)?;
                Ok(Done {
                    steps: vec![queried.sql],
                    columns: Some(announced(&queried.outputs)),
                    tag: "SELECT".into(),
                    counts: false,
                    writes: false,
                })
            }
        }
    }

    /// A query; `expected` are the types that its unknown columns become, as in INSERT.
    pub(super) fn query(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        expected: Option<&[Type]>,
    ) -> Result<Queried> {
        let is_sent = std::mem::take(&mut self.is_sent);
        let (with, held) = self.with(query.with.as_ref(), outer)?;
        let mut queried = match query.body.as_ref() {
            SetExpr::Select(select) => {
                let order = match &query.order_by {
                    Some(order) => order_expressions(&order.kind)?,
                    None => &[],
                };
                self.is_sent = is_sent;
                self.select(select, order, outer, expected)?
            }
            body => {
                let mut queried = self.set_expression(body, outer, expected)?;
                if let Some(order) = &query.order_by {
                    let keys = order_expressions(&order.kind)?;
                    if queried.outputs.iter().any(|output| has_key(output.ty)) {
                        // SQLite puts a compound query in the order of its columns only.
                        queried.sql = format!("SELECT * FROM ({})", queried.sql);
                    }
                    let ordering = Ordering {
                        outputs: &queried.outputs,
                        scope: None,
                        listed: None,
                        instead: &[],
                    };
                    let order = self.order_by(keys, &ordering)?;
                    queried.sql.push_str(&order);
                }
                queried
            }
        };
        queried.sql.insert_str(0, &with);
        let limit = self.limit(query.limit_clause.as_ref(), query.fetch.as_ref(), outer)?;
        queried.sql.push_str(&limit);
        self.locks(query)?;
        queried.is_single |= matches!(limit.as_str(), " LIMIT 1" | " LIMIT 0");
        self.ctes.truncate(held);
        Ok(queried)
    }

    /// `WITH …`, and how many names could be seen before it.
    fn with(&mut self, with: Option<&With>, outer: Option<&Scope<'_>>) -> Result<(String, usize)> {
        let held = self.ctes.len();
        let Some(with) = with else { return Ok((String::new(), held)) };
        let mut parts = Vec::new();
        for cte in &with.cte_tables {
            parts.push(self.cte(cte, with.recursive, outer)?);
        }
        let recursive = if with.recursive { "RECURSIVE " } else { "" };
        Ok((format!("WITH {recursive}{} ", parts.join(", ")), held))
    }

    fn cte(&mut self, cte: &CteTree, recursive: bool, outer: Option<&Scope<'_>>) -> Result<String> {
        let name = folded(&cte.alias.name);
        let renamed: Vec<String> = cte.alias.columns.iter().map(|c| folded(&c.name)).collect();
        let held = self.ctes.len();
        let mut first = None;
        if recursive && let SetExpr::SetOperation { left, .. } = cte.query.body.as_ref() {
            // The part that does not refer to the name tells what its columns are.
            let mut trial = self.trial();
            if let Ok(found) = trial.set_expression(left, outer, None) {
                let columns = renamed_outputs(found.outputs, &renamed);
                self.ctes.push(Cte { name: name.clone(), columns: columns.clone() });
                first = Some((left.as_ref(), columns));
            }
        }
        let queried = self.query(&cte.query, outer, None);
        self.ctes.truncate(held);
        let queried = queried?;
        if let Some((left, columns)) = first {
            if is_union(&cte.query) && columns.iter().any(|column| is_spelled_freely(column.ty)) {
                return Err(unsupported(
                    "a recursive UNION of values that are kept in several ways",
                ));
            }
            self.check_recursion(&name, left, &columns, &queried.outputs)?;
        }
        let columns = renamed_outputs(queried.outputs, &renamed);
        let names: Vec<String> = columns.iter().map(|c| quoted(&c.inner)).collect();
        let materialized = match &cte.materialized {
            Some(words) => format!("{words} "),
            None => String::new(),
        };
        let sql =
            format!("{}({}) AS {materialized}({})", quoted(&name), names.join(", "), queried.sql);
        self.ctes.push(Cte { name, columns });
        Ok(sql)
    }

    /// 42804 for a recursive query whose columns are of another type than its first part gives.
    fn check_recursion(
        &self,
        name: &str,
        left: &SetExpr,
        first: &[Output],
        overall: &[Output],
    ) -> Result<()> {
        let types = |output: &Output| output.ty.as_announced();
        let changed = first.iter().zip(overall).position(|(a, b)| types(a) != types(b));
        let Some(place) = changed else { return Ok(()) };
        let shown = |outputs: &[Output]| outputs.get(place).map(|output| with_modifiers(output.ty));
        let message = format!(
            "recursive query \"{name}\" column {} has type {} in non-recursive term but type {} overall",
            place + 1,
            shown(first).unwrap_or_default(),
            shown(overall).unwrap_or_default(),
        );
        let error = PgError::new(SqlState::DATATYPE_MISMATCH, message)
            .hint("Cast the output of the non-recursive term to the correct type.");
        Err(match left {
            SetExpr::Select(select) => match select.projection.get(place) {
                Some(item) => self.at(error, item),
                None => error,
            },
            _ => error,
        })
    }

    /// A translator that knows what this one knows, of which nothing stays.
    pub(super) fn trial(&self) -> Translator<'_> {
        Translator { is_sent: false, current: Current::default(), once: None, ..self.clone() }
    }

    pub(super) fn set_expression(
        &mut self,
        body: &SetExpr,
        outer: Option<&Scope<'_>>,
        expected: Option<&[Type]>,
    ) -> Result<Queried> {
        self.deeper(|translator| translator.set_body(body, outer, expected))
    }

    fn set_body(
        &mut self,
        body: &SetExpr,
        outer: Option<&Scope<'_>>,
        expected: Option<&[Type]>,
    ) -> Result<Queried> {
        match body {
            SetExpr::Select(select) => self.select(select, &[], outer, expected),
            SetExpr::Query(query) => {
                let inner = self.query(query, outer, expected)?;
                Ok(Queried { sql: format!("SELECT * FROM ({})", inner.sql), ..inner })
            }
            SetExpr::Values(values) => {
                let rows: Vec<&[Expr]> =
                    values.rows.iter().map(|row| row.content.as_slice()).collect();
                self.values(&rows, outer, expected)
            }
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                self.set_operation(left, *op, *set_quantifier, right, outer, expected)
            }
            _ => Err(unsupported("a statement that changes data within a query")),
        }
    }

    /// `VALUES`: the columns have the types that all of their values can become.
    fn values(
        &mut self,
        rows: &[&[Expr]],
        outer: Option<&Scope<'_>>,
        expected: Option<&[Type]>,
    ) -> Result<Queried> {
        let empty = Scope::default();
        let scope = outer.unwrap_or(&empty);
        let width = rows.first().map_or(0, |row| row.len());
        let mut typed = Vec::new();
        for row in rows {
            if row.len() != width {
                let message = "VALUES lists must all be the same length";
                let error = PgError::new(SqlState::SYNTAX_ERROR, message);
                return Err(match row.first() {
                    Some(first) => self.at(error, first),
                    None => error,
                });
            }
            typed.push(
                row.iter()
                    .map(|value| self.expression(value, scope))
                    .collect::<Result<Vec<_>>>()?,
            );
        }
        empty.grouping.end_clause("VALUES", 0)?;
        let mut types = Vec::new();
        for column in 0..width {
            let column: Vec<&Typed> = typed.iter().filter_map(|row| row.get(column)).collect();
            types.push(self.common_of(&column)?);
        }
        if let Some(expected) = expected {
            for (ty, expected) in types.iter_mut().zip(expected) {
                if ty.is_unknown() {
                    *ty = *expected;
                }
            }
        }
        let mut sql = String::from("VALUES ");
        for (index, row) in typed.into_iter().enumerate() {
            sql.push_str(if index > 0 { ", (" } else { "(" });
            for (column, value) in row.into_iter().enumerate() {
                let ty = types.get(column).copied().unwrap_or(Type::TEXT).or_text();
                if column > 0 {
                    sql.push_str(", ");
                }
                sql.push_str(&self.coerce(value, ty)?.sql);
            }
            sql.push(')');
        }
        let outputs = types.into_iter().enumerate().map(|(index, ty)| {
            let name = format!("column{}", index + 1);
            let ty = ty.or_text();
            Output { inner: name.clone(), name, ty, origin: None }
        });
        let outputs: Vec<Output> = outputs.collect();
        Ok(Queried { sql, outputs, is_single: rows.len() == 1 })
    }

    /// ` ORDER BY …`, with PostgreSQL's place for NULLs: as if they were larger than all else.
    pub(super) fn order_by(
        &mut self,
        keys: &[OrderByExpr],
        ordering: &Ordering<'_>,
    ) -> Result<String> {
        let mut parts = Vec::new();
        for key in keys {
            let number = self.output_number(&key.expr, ordering.outputs)?;
            let (sql, not_null) = match number {
                Some(number) => {
                    match (ordering.instead.get(number - 1), ordering.outputs.get(number - 1)) {
                        (Some(Some(sql)), _) => (sql.clone(), false),
                        (_, Some(output)) if has_key(output.ty) => {
                            (Typed::new(quoted(&output.inner), output.ty).ordered(), false)
                        }
                        _ => (number.to_string(), false),
                    }
                }
                None => {
                    let empty = Scope::default();
                    let scope = ordering.scope.unwrap_or(&empty);
                    let typed = self.expression(&key.expr, scope)?;
                    if ordering.listed.is_some_and(|listed| !listed.contains(&typed.sql)) {
                        let message = "for SELECT DISTINCT, ORDER BY expressions must appear in \
                                       select list";
                        let code = SqlState::INVALID_COLUMN_REFERENCE;
                        return Err(self.at(PgError::new(code, message), &key.expr));
                    }
                    let not_null = typed.not_null;
                    (typed.key(), not_null)
                }
            };
            parts.push(direction(key, sql, not_null));
        }
        if parts.is_empty() {
            Ok(String::new())
        } else {
            Ok(format!(" ORDER BY {}", parts.join(", ")))
        }
    }

    /// The number of the column that a key of ORDER BY means, by number or by name: 42P10 for a number
    /// that is none's, 42601 for another constant.
    pub(super) fn output_number(&self, key: &Expr, outputs: &[Output]) -> Result<Option<usize>> {
        match key {
            Expr::Value(value) => match &value.value {
                Value::Number(digits, _) => match digits.parse() {
                    Ok(number) if (1..=outputs.len()).contains(&number) => Ok(Some(number)),
                    Ok(number) => {
                        let message = format!("ORDER BY position {number} is not in select list");
                        let code = SqlState::INVALID_COLUMN_REFERENCE;
                        Err(self.at(PgError::new(code, message), key))
                    }
                    Err(_) => Err(self.at(no_whole_number(), key)),
                },
                Value::SingleQuotedString(_) => Err(self.at(no_whole_number(), key)),
                _ => Ok(None),
            },
            Expr::Identifier(ident) => {
                let name = folded(ident);
                let found = outputs.iter().position(|output| output.name == name);
                Ok(found.map(|index| index + 1))
            }
            _ => Ok(None),
        }
    }

    fn limit(
        &mut self,
        clause: Option<&LimitClause>,
        fetch: Option<&Fetch>,
        outer: Option<&Scope<'_>>,
    ) -> Result<String> {
        let (mut limit, mut offset) = (None, None);
        match clause {
            Some(LimitClause::LimitOffset { limit: number, offset: start, .. }) => {
                limit = number.as_ref();
                offset = start.as_ref().map(|start| &start.value);
            }
            Some(LimitClause::OffsetCommaLimit { .. }) => return Err(unsupported("LIMIT #,#")),
            None => {}
        }
        let one = Expr::value(Value::Number("1".to_owned(), false));
        if let Some(fetch) = fetch {
            if fetch.with_ties || fetch.percent {
                return Err(unsupported("FETCH … WITH TIES"));
            }
            limit = Some(fetch.quantity.as_ref().unwrap_or(&one));
        }
        let (limit, offset) =
            (self.row_count(limit, "LIMIT", outer)?, self.row_count(offset, "OFFSET", outer)?);
        Ok(match (limit, offset) {
            (None, None) => String::new(),
            (Some(limit), None) => format!(" LIMIT {limit}"),
            (limit, Some(offset)) => {
                format!(" LIMIT {} OFFSET {offset}", limit.as_deref().unwrap_or("-1"))
            }
        })
    }

    /// NULL is no limit, and so is ALL; a negative number is refused, which SQLite would not do.
    fn row_count(
        &mut self,
        number: Option<&Expr>,
        clause: &str,
        outer: Option<&Scope<'_>>,
    ) -> Result<Option<String>> {
        let Some(number) = number else { return Ok(None) };
        if let Expr::Value(value) = number {
            match &value.value {
                Value::Null => return Ok(None),
                Value::Number(digits, _) if digits.parse::<i64>().is_ok() => {
                    return Ok(Some(digits.clone()));
                }
                _ => {}
            }
        }
        let empty = Scope::default();
        let typed = self.expression(number, outer.unwrap_or(&empty))?;
        let typed = self.settle(typed, Type::INT8)?;
        let sql = &typed.sql;
        let code = if clause == "LIMIT" { "2201W" } else { "2201X" };
        let default = if clause == "LIMIT" { "-1" } else { "0" };
        Ok(Some(format!(
            "CASE WHEN {sql} < 0 THEN pg_raise('{code}', '{clause} must not be negative') \
             ELSE coalesce({sql}, {default}) END"
        )))
    }
}

/// Whether a query is a UNION that leaves out what is there twice.
fn is_union(query: &Query) -> bool {
    matches!(&*query.body, SetExpr::SetOperation { set_quantifier, .. }
        if *set_quantifier != SetQuantifier::All)
}

/// Whether a query is a SELECT without FROM.
pub(super) fn is_constant(query: &Query) -> bool {
    match query.body.as_ref() {
        SetExpr::Select(select) => select.from.is_empty() && query.with.is_none(),
        _ => false,
    }
}

/// The columns as the client is told.
pub(super) fn announced(outputs: &[Output]) -> Vec<Column> {
    let column = |output: &Output| {
        let column = Column::new(output.name.as_str(), output.ty.oid).typmod(output.ty.typmod);
        match output.origin {
            Some((table, number)) => column.origin(table, number),
            None => column,
        }
    };
    outputs.iter().map(column).collect()
}

pub(super) fn order_expressions(kind: &OrderByKind) -> Result<&[OrderByExpr]> {
    match kind {
        OrderByKind::Expressions(keys) => Ok(keys),
        OrderByKind::All(_) => Err(unsupported("ORDER BY ALL")),
    }
}

/// The direction of a key, and where NULLs go; of what is never NULL nothing needs to be said.
pub(super) fn direction(key: &OrderByExpr, sql: String, not_null: bool) -> String {
    let descending = key.options.asc == Some(false);
    let word = if descending { " DESC" } else { "" };
    let nulls = match key.options.nulls_first.unwrap_or(descending) {
        _ if not_null => "",
        true => " NULLS FIRST",
        false => " NULLS LAST",
    };
    format!("{sql}{word}{nulls}")
}

fn no_whole_number() -> PgError {
    PgError::new(SqlState::SYNTAX_ERROR, "non-integer constant in ORDER BY")
}

/// Outputs under the names of a column list; those beyond it keep theirs.
pub(super) fn renamed_outputs(outputs: Vec<Output>, names: &[String]) -> Vec<Output> {
    let mut names = names.iter();
    outputs
        .into_iter()
        .map(|output| match names.next() {
            Some(name) => Output { name: name.clone(), inner: name.clone(), ..output },
            None => output,
        })
        .collect()
}
