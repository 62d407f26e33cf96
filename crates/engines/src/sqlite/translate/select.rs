//! SELECT.

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, GroupByExpr, OrderByExpr, Select, SelectItem,
    SelectItemQualifiedWildcardKind, Value,
};
use trunkline_core::{PgError, Result, SqlState};

use super::name::{folded, quoted, shown};
use super::query::{Ordering, Queried};
use super::scope::{Found, Output, Scope, Source, missing_from};
use super::set_operation::{is_spelled_freely, keys_of};
use super::typed::{Form, Typed};
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

/// The list of a SELECT or of RETURNING.
#[derive(Default)]
pub(super) struct Projection {
    expressions: Vec<String>,
    pub(super) outputs: Vec<Output>,
    /// What is sent instead of an expression.
    sent: Vec<Option<String>>,
}

impl Projection {
    pub(super) fn add(&mut self, name: String, typed: Typed) {
        let Typed { sql, ty, origin, .. } = typed;
        let mut inner = name.clone();
        while self.outputs.iter().any(|output| output.inner.eq_ignore_ascii_case(&inner)) {
            inner = format!("{name}:{}", self.outputs.len() + 1);
        }
        self.expressions.push(sql);
        self.sent.push(None);
        self.outputs.push(Output { name, inner, ty, origin });
    }

    /// A column that is sent as it is: what is left to be done to its values is done by who sends them.
    ///
    /// Without FROM an integer is looked at here, before anything is announced.
    fn add_sent(&mut self, name: String, typed: Typed, has_from: bool) {
        let sent = match &typed.form {
            Form::Sent(sent) if has_from || !typed.ty.is_integer() => Some(sent.clone()),
            _ => typed.long_number().map(|_| typed.exact()),
        };
        self.add(name, typed);
        if let Some(last) = self.sent.last_mut() {
            *last = sent;
        }
    }

    /// The expressions of the columns that are sent as texts, by which they are not ordered.
    fn instead(&self) -> Vec<Option<String>> {
        let replaced =
            |(sql, sent): (&String, &Option<String>)| sent.is_some().then(|| sql.clone());
        self.expressions.iter().zip(&self.sent).map(replaced).collect()
    }

    /// As it is written for a query around it that compares its columns.
    fn plain(&self) -> String {
        let items = self.expressions.iter().zip(&self.outputs);
        let items = items.map(|(sql, output)| format!("{sql} AS {}", quoted(&output.inner)));
        items.collect::<Vec<_>>().join(", ")
    }

    /// As it is written; every column has its name, by which the query around it finds it.
    pub(super) fn written(&self) -> String {
        let sent = self.sent.iter().zip(&self.expressions);
        let items = sent.map(|(sent, sql)| sent.as_ref().unwrap_or(sql)).zip(&self.outputs);
        let items: Vec<String> =
            items.map(|(sql, output)| format!("{sql} AS {}", quoted(&output.inner))).collect();
        items.join(", ")
    }
}

impl Translator<'_> {
    pub(super) fn select(
        &mut self,
        select: &Select,
        order: &[OrderByExpr],
        outer: Option<&Scope<'_>>,
        expected: Option<&[Type]>,
    ) -> Result<Queried> {
        if select.into.is_some() {
            return Err(unsupported("SELECT INTO"));
        }
        if select.qualify.is_some() || !select.connect_by.is_empty() || select.top.is_some() {
            return Err(unsupported("this clause of SELECT"));
        }
        let with_rows = self.with_listed_rows(select)?;
        let select = with_rows.as_ref().unwrap_or(select);
        let is_sent = std::mem::take(&mut self.is_sent);
        let is_cursor = std::mem::take(&mut self.current.is_query);
        let mut scope = Scope::within(outer);
        let from = self.from(&select.from, &mut scope)?;
        if with_rows.is_some()
            && let Some(rows) = scope.sources.last_mut()
        {
            // No `*` stands for them, and nobody finds them by a name alone.
            rows.columns.iter_mut().for_each(|column| column.merged = true);
        }
        self.find_keys(select, &mut scope);
        self.is_sent = is_sent;
        let mut projection = self.projection(&select.projection, &scope, expected)?;
        let mut sql = String::new();
        let condition = match &select.selection {
            Some(condition) => self.where_clause(condition, &scope)?,
            None => String::new(),
        };
        let group = self.group_by(&select.group_by, &scope, &projection)?;
        let having = match &select.having {
            Some(condition) => format!(" HAVING {}", self.condition(condition, &scope, "HAVING")?),
            None => String::new(),
        };
        let windows = self.named_windows(&select.named_window, &scope)?;
        let order_sql = {
            let (outputs, instead) = (&projection.outputs, projection.instead());
            let listed = match select.distinct {
                Some(Distinct::Distinct) => Some(projection.expressions.as_slice()),
                _ => None,
            };
            let ordering = Ordering { outputs, scope: Some(&scope), instead: &instead, listed };
            self.order_by(order, &ordering)?
        };
        self.check_groups(select, &scope)?;
        if is_cursor {
            self.add_key(select, &scope, &mut projection);
        }
        let written = projection.written();
        let list = if projection.outputs.is_empty() { "NULL" } else { &written };
        match &select.distinct {
            Some(Distinct::On(keys)) => {
                let (first, rank) = self.distinct_on(keys, order, &projection, &scope)?;
                let names: Vec<String> =
                    projection.outputs.iter().map(|output| quoted(&output.inner)).collect();
                sql.push_str(&format!(
                    "SELECT {} FROM (SELECT {written}, {first} AS \"distinct:first\", \
                     {rank} AS \"distinct:rank\"{from}{condition}{group}{having}{windows}) \
                     WHERE \"distinct:first\" = 1 ORDER BY \"distinct:rank\"",
                    names.join(", "),
                ));
            }
            Some(Distinct::Distinct)
                if projection.outputs.iter().any(|output| is_spelled_freely(output.ty)) =>
            {
                let plain = projection.plain();
                let rows = format!("SELECT {plain}{from}{condition}{group}{having}{windows}");
                sql = self.distinct_by_keys(&rows, order, &projection, &scope)?;
            }
            distinct => {
                let distinct =
                    if matches!(distinct, Some(Distinct::Distinct)) { "DISTINCT " } else { "" };
                sql.push_str(&format!(
                    "SELECT {distinct}{list}{from}{condition}{group}{having}{windows}{order_sql}"
                ));
            }
        }
        let GroupByExpr::Expressions(keys, _) = &select.group_by else {
            return Err(unsupported("GROUP BY ALL"));
        };
        let is_single = select.from.is_empty()
            || (keys.is_empty() && scope.grouping.is_aggregated())
            || select.selection.as_ref().is_some_and(|condition| is_of_one_row(condition, &scope));
        Ok(Queried { sql, outputs: projection.outputs, is_single })
    }

    /// ` WHERE …`, which knows no groups.
    fn where_clause(&mut self, condition: &Expr, scope: &Scope<'_>) -> Result<String> {
        let listed = scope.grouping.take_aggregate();
        let before = scope.grouping.count();
        let condition = self.condition(condition, scope, "WHERE")?;
        scope.grouping.end_clause("WHERE", before)?;
        scope.grouping.put_back(listed);
        Ok(format!(" WHERE {condition}"))
    }

    /// The first of the rows that are equal, where equal values may be kept in other words.
    fn distinct_by_keys(
        &mut self,
        rows: &str,
        order: &[OrderByExpr],
        projection: &Projection,
        scope: &Scope<'_>,
    ) -> Result<String> {
        let outputs = &projection.outputs;
        let names: Vec<String> = outputs.iter().map(|output| quoted(&output.inner)).collect();
        let mut sorted = Vec::new();
        for key in order {
            let listed = match self.output_number(&key.expr, outputs)? {
                Some(number) => number.checked_sub(1),
                None => {
                    let sql = self.expression(&key.expr, scope)?.sql;
                    projection.expressions.iter().position(|expression| *expression == sql)
                }
            };
            let Some(output) = listed.and_then(|place| outputs.get(place)) else { continue };
            let column = Typed::new(quoted(&output.inner), output.ty);
            sorted.push(super::query::direction(key, column.ordered(), false));
        }
        let order = match sorted.as_slice() {
            [] => String::new(),
            keys => format!(" ORDER BY {}", keys.join(", ")),
        };
        let (names, keys) = (names.join(", "), keys_of(outputs));
        Ok(format!("SELECT {names} FROM ({rows}) GROUP BY {keys}{order}"))
    }

    /// The number of a row among those of the same keys, and among all.
    fn distinct_on(
        &mut self,
        keys: &[Expr],
        order: &[OrderByExpr],
        projection: &Projection,
        scope: &Scope<'_>,
    ) -> Result<(String, String)> {
        let mut partition = Vec::new();
        for key in keys {
            partition.push(self.key(key, scope, projection)?.ordered());
        }
        let mut sorted = Vec::new();
        let (mut is_beyond, mut met) = (false, vec![false; partition.len()]);
        for key in order {
            let typed = self.key(&key.expr, scope, projection)?;
            let ordered = typed.ordered();
            match partition.iter().position(|known| bare(known) == bare(&ordered)) {
                Some(place) if !is_beyond => {
                    if let Some(met) = met.get_mut(place) {
                        *met = true;
                    }
                }
                _ => is_beyond = true,
            }
            sorted.push(super::query::direction(key, ordered, typed.not_null));
        }
        if is_beyond && let Some(place) = met.iter().position(|met| !met) {
            let message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
            let error = PgError::new(SqlState::INVALID_COLUMN_REFERENCE, message);
            return Err(match keys.get(place) {
                Some(key) => self.at(error, key),
                None => error,
            });
        }
        if sorted.is_empty() {
            sorted.clone_from(&partition);
        }
        let sorted = sorted.join(", ");
        Ok((
            format!("row_number() OVER (PARTITION BY {} ORDER BY {sorted})", partition.join(", ")),
            format!("row_number() OVER (ORDER BY {sorted})"),
        ))
    }

    /// The items of a SELECT or of RETURNING.
    pub(super) fn projection(
        &mut self,
        items: &[SelectItem],
        scope: &Scope<'_>,
        expected: Option<&[Type]>,
    ) -> Result<Projection> {
        let is_sent = std::mem::take(&mut self.is_sent);
        let mut projection = Projection::default();
        for item in items {
            let (expr, name) = match item {
                // What the parser makes of no columns.
                SelectItem::UnnamedExpr(Expr::Tuple(none)) if none.is_empty() => continue,
                SelectItem::UnnamedExpr(expr) => (expr, self.name_of(expr)),
                SelectItem::ExprWithAlias { alias, .. } if alias.quote_style == Some('\'') => {
                    let message = format!("syntax error at or near \"{alias}\"");
                    let place = self.place_at(alias.span.start);
                    return Err(PgError::new(SqlState::SYNTAX_ERROR, message).position(place));
                }
                SelectItem::ExprWithAlias { expr, alias } => (expr, folded(alias)),
                SelectItem::Wildcard(_) => {
                    if scope.sources.is_empty() {
                        let message = "SELECT * with no tables specified is not valid";
                        let error = PgError::new(SqlState::SYNTAX_ERROR, message);
                        return Err(self.at(error, item));
                    }
                    for source in &scope.sources {
                        for column in source.columns.iter().filter(|column| !column.merged) {
                            self.uses.extend(column.origin);
                            scope.grouping.note(source, column, self.place(item), false);
                            projection.add(column.name.clone(), column.typed(0));
                        }
                    }
                    continue;
                }
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(name),
                    _,
                ) => {
                    let shown = shown(name);
                    let alias = shown.rsplit('.').next().unwrap_or(&shown);
                    let Some(source) = scope.source(alias) else {
                        return Err(self.at(missing_from(alias), name));
                    };
                    for column in &source.columns {
                        self.uses.extend(column.origin);
                        scope.grouping.note(source, column, self.place(name), false);
                        projection.add(column.name.clone(), column.typed(0));
                    }
                    continue;
                }
                _ => return Err(unsupported("such an item of SELECT")),
            };
            let typed = self.expression(expr, scope)?;
            let wanted = expected.and_then(|types| types.get(projection.outputs.len()).copied());
            let typed = match wanted {
                Some(wanted) if !wanted.is_unknown() => self.settle(typed, wanted)?,
                _ => self.settle_text(typed)?,
            };
            if is_sent {
                projection.add_sent(name, typed, !scope.sources.is_empty());
            } else {
                projection.add(name, typed);
            }
        }
        Ok(projection)
    }

    fn group_by(
        &mut self,
        group: &GroupByExpr,
        scope: &Scope<'_>,
        projection: &Projection,
    ) -> Result<String> {
        let GroupByExpr::Expressions(keys, modifiers) = group else {
            return Err(unsupported("GROUP BY ALL"));
        };
        if !modifiers.is_empty() {
            return Err(unsupported("GROUP BY with ROLLUP or CUBE"));
        }
        let mut parts = Vec::new();
        for key in keys {
            if matches!(key, Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_)) {
                return Err(unsupported("GROUP BY with ROLLUP, CUBE or GROUPING SETS"));
            }
            let listed = scope.grouping.take_aggregate();
            let before = scope.grouping.count();
            parts.push(self.key(key, scope, projection)?.key());
            scope.grouping.end_clause("GROUP BY", before)?;
            scope.grouping.put_back(listed);
        }
        if parts.is_empty() {
            Ok(String::new())
        } else {
            Ok(format!(" GROUP BY {}", parts.join(", ")))
        }
    }

    /// A key of GROUP BY or DISTINCT ON: an input column, else an output by name or number.
    fn key(&mut self, key: &Expr, scope: &Scope<'_>, projection: &Projection) -> Result<Typed> {
        let output = match key {
            Expr::Identifier(ident) if matches!(scope.find(&folded(ident)), Found::None) => {
                let name = folded(ident);
                projection.outputs.iter().position(|output| output.name == name)
            }
            Expr::Value(value) => match &value.value {
                Value::Number(digits, _) => {
                    digits.parse::<usize>().ok().and_then(|n| n.checked_sub(1))
                }
                _ => None,
            },
            _ => None,
        };
        let found = output.and_then(|index| {
            Some((projection.expressions.get(index)?, projection.outputs.get(index)?))
        });
        match found {
            Some((sql, output)) => Ok(Typed::new(format!("({sql})"), output.ty)),
            None => self.expression(key, scope),
        }
    }

    /// A condition; 42804 for what is not boolean.
    pub(super) fn condition(
        &mut self,
        condition: &Expr,
        scope: &Scope<'_>,
        clause: &str,
    ) -> Result<String> {
        let typed = self.expression(condition, scope)?;
        let typed = self.settle(typed, Type::BOOL)?;
        if typed.ty.oid != Type::BOOL.oid {
            let message =
                format!("argument of {clause} must be type boolean, not type {}", typed.ty.name());
            let error = PgError::new(SqlState::DATATYPE_MISMATCH, message);
            return Err(self.at(error, condition));
        }
        Ok(typed.sql)
    }
}

/// An expression without the parentheses that one of the list has where it is told by its name or number.
fn bare(sql: &str) -> &str {
    sql.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(sql)
}

/// Whether a condition on the only source names all of its primary key, which is one column.
fn is_of_one_row(condition: &Expr, scope: &Scope<'_>) -> bool {
    let [Source { alias, key, .. }] = scope.sources.as_slice() else { return false };
    let [key] = key.as_slice() else { return false };
    let is_key = |expr: &Expr| match expr {
        Expr::Identifier(ident) => {
            let name = folded(ident);
            *key == format!("{}.{}", quoted(alias), quoted(&name))
        }
        Expr::CompoundIdentifier(idents) => match idents.as_slice() {
            [of, ident] => {
                folded(of) == *alias
                    && *key == format!("{}.{}", quoted(alias), quoted(&folded(ident)))
            }
            _ => false,
        },
        _ => false,
    };
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            is_of_one_row(left, scope) || is_of_one_row(right, scope)
        }
        // The other side may name another column of the source: then it is no key.
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            (is_key(left) && is_from_without(right, scope))
                || (is_key(right) && is_from_without(left, scope))
        }
        Expr::Nested(inner) => is_of_one_row(inner, scope),
        _ => false,
    }
}

/// Whether it is the same for all rows of a source: a constant, a parameter, a column of a query around.
fn is_from_without(expr: &Expr, scope: &Scope<'_>) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Identifier(ident) => match scope.find(&folded(ident)) {
            Found::One { scope: of, .. } => !std::ptr::eq(of, scope),
            _ => false,
        },
        Expr::CompoundIdentifier(idents) => match idents.as_slice() {
            [of, _] => scope.sources.iter().all(|source| source.alias != folded(of)),
            _ => false,
        },
        _ => false,
    }
}
