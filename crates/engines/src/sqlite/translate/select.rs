//! SELECT.

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, OrderByExpr, Select, SelectItem, SelectItemQualifiedWildcardKind,
    Spanned, Value,
};
use trunkline_core::{PgError, Result, SqlState};

use super::name::{folded, quoted, shown};
use super::query::{Ordering, Queried};
use super::scope::{Found, Output, Scope, missing_from};
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

/// The list of a SELECT or of RETURNING.
#[derive(Default)]
pub(super) struct Projection {
    pub(super) expressions: Vec<String>,
    pub(super) outputs: Vec<Output>,
}

impl Projection {
    pub(super) fn add(&mut self, name: String, typed: Typed) {
        let Typed { sql, ty, origin, .. } = typed;
        let mut inner = name.clone();
        while self.outputs.iter().any(|output| output.inner.eq_ignore_ascii_case(&inner)) {
            inner = format!("{name}:{}", self.outputs.len() + 1);
        }
        self.expressions.push(sql);
        self.outputs.push(Output { name, inner, ty, origin });
    }

    /// As it is written; every column has its name, by which the query around it finds it.
    pub(super) fn written(&self) -> String {
        let items = self.expressions.iter().zip(&self.outputs);
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
        let is_cursor = std::mem::take(&mut self.current.is_query);
        let mut scope = Scope::within(outer);
        let from = self.from(&select.from, &mut scope)?;
        let mut projection = self.projection(&select.projection, &scope, expected)?;
        let mut sql = String::new();
        let condition = match &select.selection {
            Some(condition) => format!(" WHERE {}", self.condition(condition, &scope, "WHERE")?),
            None => String::new(),
        };
        let group = self.group_by(&select.group_by, &scope, &projection)?;
        let having = match &select.having {
            Some(condition) => format!(" HAVING {}", self.condition(condition, &scope, "HAVING")?),
            None => String::new(),
        };
        let windows = self.named_windows(&select.named_window, &scope)?;
        let order_sql = {
            let ordering = Ordering { outputs: &projection.outputs, scope: Some(&scope) };
            self.order_by(order, &ordering)?
        };
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
            distinct => {
                let distinct =
                    if matches!(distinct, Some(Distinct::Distinct)) { "DISTINCT " } else { "" };
                sql.push_str(&format!(
                    "SELECT {distinct}{list}{from}{condition}{group}{having}{windows}{order_sql}"
                ));
            }
        }
        Ok(Queried { sql, outputs: projection.outputs })
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
            partition.push(self.key(key, scope, projection)?.sql);
        }
        let mut sorted = Vec::new();
        for key in order {
            let typed = self.key(&key.expr, scope, projection)?;
            sorted.push(super::query::direction(key, typed.sql, typed.not_null));
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
        let mut projection = Projection::default();
        for item in items {
            let (expr, name) = match item {
                SelectItem::UnnamedExpr(expr) => (expr, self.name_of(expr)),
                SelectItem::ExprWithAlias { expr, alias } => (expr, folded(alias)),
                SelectItem::Wildcard(_) => {
                    if scope.sources.is_empty() {
                        let message = "SELECT * with no tables specified is not valid";
                        let error = PgError::new(SqlState::SYNTAX_ERROR, message);
                        return Err(self.at(error, item));
                    }
                    for source in &scope.sources {
                        for column in source.columns.iter().filter(|column| !column.merged) {
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
            projection.add(name, typed);
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
            parts.push(self.key(key, scope, projection)?.sql);
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
            let place = self.place_at(condition.span().start);
            return Err(if place > 0 { error.position(place) } else { error });
        }
        Ok(typed.sql)
    }
}
