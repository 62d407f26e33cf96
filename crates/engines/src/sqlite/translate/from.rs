//! FROM: tables, queries, functions and joins.

use std::ops::Range;

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName,
    TableAlias, TableFactor, TableWithJoins,
};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::name::{folded, parts, quoted};
use super::query::renamed_outputs;
use super::scope::{Scope, Source, SourceColumn};
use super::sequence::counted;
use super::{Translator, unsupported};
use crate::sqlite::schema::Relation;
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// ` FROM …`, or nothing.
    pub(super) fn from(
        &mut self,
        items: &[TableWithJoins],
        scope: &mut Scope<'_>,
    ) -> Result<String> {
        let mut parts = Vec::new();
        for item in items {
            parts.push(self.joined(item, scope)?);
        }
        if parts.is_empty() { Ok(String::new()) } else { Ok(format!(" FROM {}", parts.join(", "))) }
    }

    pub(super) fn joined(
        &mut self,
        item: &TableWithJoins,
        scope: &mut Scope<'_>,
    ) -> Result<String> {
        let first = scope.sources.len();
        let mut sql = self.factor(&item.relation, scope)?;
        for join in &item.joins {
            self.join(join, first, &mut sql, scope)?;
        }
        Ok(sql)
    }

    fn join(
        &mut self,
        join: &Join,
        first: usize,
        sql: &mut String,
        scope: &mut Scope<'_>,
    ) -> Result<()> {
        let middle = scope.sources.len();
        let right = self.factor(&join.relation, scope)?;
        let (words, constraint) = match &join.join_operator {
            JoinOperator::Join(on) | JoinOperator::Inner(on) => ("JOIN", on),
            JoinOperator::CrossJoin(on) => ("CROSS JOIN", on),
            JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => ("LEFT JOIN", on),
            JoinOperator::Right(on) | JoinOperator::RightOuter(on) => ("RIGHT JOIN", on),
            JoinOperator::FullOuter(on) => ("FULL JOIN", on),
            _ => return Err(unsupported("such a join")),
        };
        let outer_right = matches!(words, "LEFT JOIN" | "FULL JOIN");
        let outer_left = matches!(words, "RIGHT JOIN" | "FULL JOIN");
        for (index, source) in scope.sources.iter_mut().enumerate().skip(first) {
            if (index >= middle && outer_right) || (index < middle && outer_left) {
                source.columns.iter_mut().for_each(|column| column.not_null = false);
            }
        }
        let on = match constraint {
            JoinConstraint::On(condition) => {
                format!(" ON {}", self.condition(condition, scope, "JOIN/ON")?)
            }
            JoinConstraint::Using(names) => {
                let mut columns = Vec::new();
                for name in names {
                    columns.push(parts(name)?.pop().unwrap_or_default());
                }
                self.merge(scope, first..middle, &columns, words)?
            }
            JoinConstraint::Natural => {
                let right: Vec<String> = scope
                    .sources
                    .iter()
                    .skip(middle)
                    .flat_map(|s| s.columns.iter().map(|c| c.name.clone()))
                    .collect();
                let shared: Vec<String> = scope
                    .sources
                    .get(first..middle)
                    .unwrap_or_default()
                    .iter()
                    .flat_map(|s| s.columns.iter().filter(|c| !c.merged))
                    .filter(|column| right.contains(&column.name))
                    .map(|column| column.name.clone())
                    .collect();
                if shared.is_empty() {
                    String::new()
                } else {
                    self.merge(scope, first..middle, &shared, words)?
                }
            }
            JoinConstraint::None => String::new(),
        };
        sql.push_str(&format!(" {words} {right}{on}"));
        Ok(())
    }

    fn factor(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) -> Result<String> {
        match factor {
            TableFactor::Table { name, alias, args: None, sample: None, .. } => {
                self.table(name, alias.as_ref(), scope)
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                self.table_function(name, &args.args, alias.as_ref(), *with_ordinality, scope)
            }
            TableFactor::Function { name, args, alias, with_ordinality, .. } => {
                self.table_function(name, args, alias.as_ref(), *with_ordinality, scope)
            }
            TableFactor::Derived { lateral: false, subquery, alias, .. } => {
                let queried = self.query(subquery, scope.outer, None)?;
                let (name, columns) = alias_names(alias.as_ref());
                let name = name.unwrap_or_else(|| format!("unnamed:{}", scope.sources.len()));
                // Columns of VALUES are called so in SQLite, too: column1, column2, ….
                let inner = queried.outputs.clone();
                let outer = renamed_outputs(queried.outputs, &columns);
                let columns =
                    outer.into_iter().zip(inner).map(|(outer, inner)| (outer.name, inner));
                scope.sources.push(Source::named(&name, columns));
                Ok(format!("({}) AS {}", queried.sql, quoted(&name)))
            }
            TableFactor::Derived { lateral: true, subquery, alias, .. } => {
                self.lateral(subquery, alias.as_ref(), scope)
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                Ok(format!("({})", self.joined(table_with_joins, scope)?))
            }
            TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } => {
                let unnamed =
                    |expr: &Expr| FunctionArg::Unnamed(FunctionArgExpr::Expr(expr.clone()));
                let args: Vec<FunctionArg> = array_exprs.iter().map(unnamed).collect();
                let name = ObjectName::from(vec![Ident::new("unnest")]);
                self.table_function(&name, &args, alias.as_ref(), *with_ordinality, scope)
            }
            _ => Err(unsupported("such an item of FROM")),
        }
    }

    fn table(
        &mut self,
        name: &ObjectName,
        alias: Option<&TableAlias>,
        scope: &mut Scope<'_>,
    ) -> Result<String> {
        let (alias, renamed) = alias_names(alias);
        if let [only] = parts(name)?.as_slice()
            && let Some(cte) = self.ctes.iter().rev().find(|cte| cte.name == *only)
        {
            let shown = alias.unwrap_or_else(|| only.clone());
            let outer = renamed_outputs(cte.columns.clone(), &renamed);
            let columns = outer.into_iter().zip(cte.columns.clone()).map(|(o, i)| (o.name, i));
            let source = Source::named(&shown, columns);
            scope.sources.push(source);
            return Ok(format!("{} AS {}", quoted(only), quoted(&shown)));
        }
        if let Some(sequence) = self.counted_sequence(name) {
            let (sql, outputs) = counted(&sequence);
            let alias = alias.unwrap_or_else(|| sequence.name.clone());
            let outer = renamed_outputs(outputs.clone(), &renamed);
            let columns = outer.into_iter().zip(outputs).map(|(outer, inner)| (outer.name, inner));
            scope.sources.push(Source::named(&alias, columns));
            return Ok(format!("({sql}) AS {}", quoted(&alias)));
        }
        let (sql, mut source) = match self.lent(name, alias.as_deref())? {
            Some(lent) => lent,
            None => {
                let relation = self.relation(name)?;
                self.uses.insert((relation.oid, 0));
                let alias = alias.unwrap_or_else(|| relation.name.clone());
                let sql = format!("{} AS {}", written(&relation), quoted(&alias));
                (sql, table_source(&relation, &alias))
            }
        };
        let alias = &source.alias;
        if scope.sources.iter().any(|source| !source.joined && source.alias == *alias) {
            let message = format!("table name \"{alias}\" specified more than once");
            return Err(PgError::new(SqlState::DUPLICATE_ALIAS, message));
        }
        for (column, name) in source.columns.iter_mut().zip(renamed) {
            column.name = name;
        }
        scope.sources.push(source);
        Ok(sql)
    }

    /// ` ON …` for `USING (…)`: the columns of both sides become one, of the type that both can become.
    ///
    /// 42703 for a column that is not in both, 42883 for two that cannot be compared.
    fn merge(
        &mut self,
        scope: &mut Scope<'_>,
        left_side: Range<usize>,
        names: &[String],
        words: &str,
    ) -> Result<String> {
        let middle = left_side.end;
        let (mut tests, mut made) = (Vec::new(), Vec::new());
        for name in names {
            let (left_alias, left) = take(scope, left_side.clone(), name, "left")?;
            let right_side = middle..scope.sources.len();
            let (right_alias, right) = take(scope, right_side, name, "right")?;
            self.uses.extend(right.origin);
            self.uses.extend(left.origin);
            let merged = self.merged(&left, &right, words)?;
            // Under its own names, for SQLite may know a column by another one.
            tests.push(self.compared(left.typed(0), "=", right.typed(0))?);
            let alias = match &merged.sql {
                sql if *sql == left.sql => left_alias,
                sql if *sql == right.sql => right_alias,
                _ => UNNAMED.to_owned(),
            };
            made.push(Source {
                alias,
                columns: vec![merged],
                system: Vec::new(),
                key: Vec::new(),
                joined: true,
            });
        }
        // They stand before all else of the join.
        scope.sources.splice(left_side.start..left_side.start, made);
        Ok(format!(" ON {}", tests.join(" AND ")))
    }

    /// The column that USING makes of two: the left one, or the right one where only that is of the type
    /// of both, or always has a value.
    fn merged(
        &mut self,
        left: &SourceColumn,
        right: &SourceColumn,
        words: &str,
    ) -> Result<SourceColumn> {
        let ty = self.merged_type(left.ty, right.ty)?;
        let mut as_merged = |column: &SourceColumn| -> Result<SourceColumn> {
            if column.ty == ty {
                return Ok(SourceColumn { merged: false, ..column.clone() });
            }
            let typed = self.coerce(column.typed(0), ty)?;
            let (sql, ty) = (typed.sql, typed.ty.computed());
            Ok(SourceColumn { sql, ty, origin: None, merged: false, ..column.clone() })
        };
        let one = match words {
            "RIGHT JOIN" => as_merged(right)?,
            "FULL JOIN" => {
                let (left, right) = (as_merged(left)?, as_merged(right)?);
                let same_scale = left.ty.scale() == right.ty.scale();
                let ty = if same_scale { left.ty.computed() } else { Type::of(ty.oid) };
                let sql = format!("coalesce({}, {})", left.sql, right.sql);
                SourceColumn { sql, ty, origin: None, ..left }
            }
            "JOIN" if left.ty != ty && right.ty == ty => as_merged(right)?,
            _ => as_merged(left)?,
        };
        Ok(SourceColumn { not_null: left.not_null, ..one })
    }
}

/// What PostgreSQL calls a column in an error that is neither the one nor the other of two.
const UNNAMED: &str = "unnamed_join";

/// The column of one side of a join that USING makes one with the other side's; it is found by its alias alone
/// from now on.
///
/// 42703 if it is not there, 42702 if there are two.
fn take(
    scope: &mut Scope<'_>,
    side: Range<usize>,
    name: &str,
    which: &str,
) -> Result<(String, SourceColumn)> {
    let sources = scope.sources.get_mut(side).unwrap_or_default();
    let mut named = sources.iter_mut().flat_map(|source| {
        let alias = &source.alias;
        let columns = source.columns.iter_mut();
        columns
            .filter(|column| column.name == *name && !column.merged)
            .map(move |column| (alias, column))
    });
    match (named.next(), named.next()) {
        (Some((alias, column)), None) => {
            column.merged = true;
            Ok((alias.clone(), column.clone()))
        }
        (None, _) => {
            let message = format!(
                "column \"{name}\" specified in USING clause does not exist in {which} table"
            );
            Err(PgError::new(SqlState::UNDEFINED_COLUMN, message))
        }
        (Some(_), Some(_)) => {
            let message =
                format!("common column name \"{name}\" appears more than once in {which} table");
            Err(PgError::new(SqlState::AMBIGUOUS_COLUMN, message))
        }
    }
}

pub(super) fn alias_names(alias: Option<&TableAlias>) -> (Option<String>, Vec<String>) {
    match alias {
        Some(alias) => (
            Some(folded(&alias.name)),
            alias.columns.iter().map(|column| folded(&column.name)).collect(),
        ),
        None => (None, Vec::new()),
    }
}

/// A table as SQLite finds it, whatever else has its name.
pub(in crate::sqlite) fn written(relation: &Relation) -> String {
    format!("{}.{}", relation.database(), quoted(&relation.name))
}

/// A table's columns under an alias.
pub(super) fn table_source(relation: &Relation, alias: &str) -> Source {
    let key = if relation.rowid_alias().is_some() { relation.primary_key() } else { Vec::new() };
    let columns = relation.columns.iter().enumerate().map(|(place, column)| SourceColumn {
        name: column.name.clone(),
        sql: format!("{}.{}", quoted(alias), quoted(&column.name)),
        ty: column.ty,
        not_null: column.not_null || key.contains(&place),
        origin: i16::try_from(place + 1).ok().map(|number| (relation.oid, number)),
        merged: false,
    });
    let of_key = relation.primary_key().into_iter().filter_map(|place| relation.columns.get(place));
    let key = of_key.map(|column| format!("{}.{}", quoted(alias), quoted(&column.name))).collect();
    let (columns, system) = (columns.collect(), system_columns(relation, alias));
    Source { alias: alias.to_owned(), columns, system, key, joined: false }
}

/// The columns that every table has: where a row lies is the number that SQLite gave to it.
fn system_columns(relation: &Relation, alias: &str) -> Vec<SourceColumn> {
    let mut columns = Vec::new();
    if !relation.view {
        columns.push(system_column("tableoid", relation.oid.0.to_string(), Type::of(Oid::OID)));
    }
    if let Some(rowid) = relation.rowid() {
        let sql = format!("{}.{rowid}", quoted(alias));
        columns.push(system_column("ctid", sql, Type::of(Oid::TID)));
    }
    columns
}

pub(super) fn system_column(name: &str, sql: String, ty: Type) -> SourceColumn {
    let (name, not_null, origin, merged) = (name.to_owned(), true, None, false);
    SourceColumn { name, sql, ty, not_null, origin, merged }
}
