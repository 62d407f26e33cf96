//! Which columns a grouped query may use: those of its keys, and any within an aggregate.

use std::cell::{Cell, RefCell};

use sqlparser::ast::{Expr, GroupByExpr, Select, SelectItem, Value};
use trunkline_core::{PgError, Result, SqlState};

use super::Translator;
use super::name::folded;
use super::scope::{Found, Scope, Source, SourceColumn};

/// What is known of a query's groups while it is translated.
#[derive(Clone, Debug, Default)]
pub(super) struct Grouping {
    /// The keys, in SQLite's words.
    keys: Vec<String>,
    /// The sources of which a primary key is among them: all of their columns may be used.
    whole: Vec<String>,
    /// Where the first aggregate is called.
    aggregate: Cell<Option<usize>>,
    /// The columns that are used outside of aggregates, and are not of the keys.
    loose: RefCell<Vec<Loose>>,
}

#[derive(Clone, Debug)]
struct Loose {
    column: String,
    place: usize,
    /// Whether a query within the grouped one uses it.
    is_outer: bool,
}

/// How many loose columns were known of a query and of those around it.
pub(super) struct Mark(Vec<usize>);

impl Grouping {
    /// Notes that a column is used.
    pub(super) fn note(
        &self,
        source: &Source,
        column: &SourceColumn,
        place: usize,
        is_outer: bool,
    ) {
        if self.keys.contains(&column.sql) || self.whole.contains(&source.alias) {
            return;
        }
        let column = format!("{}.{}", source.alias, column.name);
        self.loose.borrow_mut().push(Loose { column, place, is_outer });
    }

    /// Whether an expression is a key; what it uses was noted since the mark, and is forgotten.
    pub(super) fn settle_key(&self, sql: &str, before: usize) {
        if self.keys.iter().any(|key| key == sql) {
            self.loose.borrow_mut().truncate(before);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.loose.borrow().len()
    }

    /// Whether an aggregate was called.
    pub(super) fn is_aggregated(&self) -> bool {
        self.aggregate.get().is_some()
    }

    /// Forgets where an aggregate is called, for a clause in which none may be.
    pub(super) fn take_aggregate(&self) -> Option<usize> {
        self.aggregate.take()
    }

    pub(super) fn put_back(&self, aggregate: Option<usize>) {
        self.aggregate.set(aggregate);
    }

    /// 42803 for a clause with an aggregate, which comes before there are groups; what it uses is forgotten.
    pub(super) fn end_clause(&self, clause: &str, before: usize) -> Result<()> {
        self.loose.borrow_mut().truncate(before);
        match self.aggregate.take() {
            None => Ok(()),
            Some(place) => {
                let message = format!("aggregate functions are not allowed in {clause}");
                let error = PgError::new(SqlState::GROUPING_ERROR, message);
                Err(error.position(place))
            }
        }
    }

    /// 42803 for the first column that is loose.
    fn check(&self) -> Result<()> {
        let loose = self.loose.borrow();
        let Some(Loose { column, place, is_outer }) = loose.first() else { return Ok(()) };
        let message = match is_outer {
            true => format!("subquery uses ungrouped column \"{column}\" from outer query"),
            false => format!(
                "column \"{column}\" must appear in the GROUP BY clause or be used in an aggregate \
                 function"
            ),
        };
        let error = PgError::new(SqlState::GROUPING_ERROR, message);
        Err(error.position(*place))
    }
}

impl Scope<'_> {
    /// What is loose here and around.
    pub(super) fn mark(&self) -> Mark {
        let (mut counts, mut seen) = (Vec::new(), Some(self));
        while let Some(scope) = seen {
            counts.push(scope.grouping.count());
            seen = scope.outer;
        }
        Mark(counts)
    }

    /// Translates what stands within a call, and tells where an aggregate is called in there.
    pub(super) fn within_call<T>(&self, translate: impl FnOnce() -> T) -> (T, Option<usize>) {
        let before = self.grouping.take_aggregate();
        let translated = translate();
        let inner = self.grouping.take_aggregate();
        self.grouping.put_back(before.or(inner));
        (translated, inner)
    }

    /// An aggregate was called; what is in its arguments has been noted since the mark.
    pub(super) fn note_aggregate(&self, place: usize, Mark(counts): Mark) {
        let mut seen = Some(self);
        for count in counts {
            let Some(scope) = seen else { break };
            scope.grouping.loose.borrow_mut().truncate(count);
            seen = scope.outer;
        }
        if !self.grouping.is_aggregated() {
            self.grouping.aggregate.set(Some(place));
        }
    }
}

impl Translator<'_> {
    /// Finds the keys before the list is translated; what is wrong with them is told later.
    pub(super) fn find_keys(&mut self, select: &Select, scope: &mut Scope<'_>) {
        let GroupByExpr::Expressions(keys, _) = &select.group_by else { return };
        let mut found = Vec::new();
        for key in keys {
            let key = output_of(key, &select.projection, scope).unwrap_or(key);
            self.add_group_key(key, scope, &mut found);
        }
        scope.grouping = Grouping { keys: found, ..Grouping::default() };
        let keys = &scope.grouping.keys;
        let has_key = |source: &&Source| {
            !source.key.is_empty() && source.key.iter().all(|column| keys.contains(column))
        };
        let whole = scope.sources.iter().filter(has_key).map(|source| source.alias.clone());
        scope.grouping.whole = whole.collect();
    }

    fn add_group_key(&mut self, key: &Expr, scope: &Scope<'_>, found: &mut Vec<String>) {
        match key {
            Expr::Nested(inner) => self.add_group_key(inner, scope, found),
            Expr::Tuple(items) => {
                items.iter().for_each(|item| self.add_group_key(item, scope, found))
            }
            key => found.extend(self.expression(key, scope).ok().map(|typed| typed.sql)),
        }
    }

    /// 42803 for an aggregate within the arguments of another.
    pub(super) fn refuse_nested(&self, inner: Option<usize>) -> Result<()> {
        refuse_aggregate(inner, "aggregate function calls cannot be nested")
    }

    /// The condition of FILTER; 42803 for an aggregate in it.
    pub(super) fn filter(&mut self, filter: &Expr, scope: &Scope<'_>) -> Result<String> {
        let (condition, inner) = scope.within_call(|| self.condition(filter, scope, "FILTER"));
        refuse_aggregate(inner, "aggregate functions are not allowed in FILTER")?;
        condition
    }

    /// 42803 for a column of a grouped query that is of no group.
    pub(super) fn check_groups(&self, select: &Select, scope: &Scope<'_>) -> Result<()> {
        let GroupByExpr::Expressions(keys, _) = &select.group_by else { return Ok(()) };
        match !keys.is_empty() || select.having.is_some() || scope.grouping.is_aggregated() {
            true => scope.grouping.check(),
            false => Ok(()),
        }
    }
}

fn refuse_aggregate(place: Option<usize>, message: &str) -> Result<()> {
    let Some(place) = place else { return Ok(()) };
    Err(PgError::new(SqlState::GROUPING_ERROR, message.to_owned()).position(place))
}

/// The expression of the list that a key means by its number or its name.
fn output_of<'s>(key: &Expr, items: &'s [SelectItem], scope: &Scope<'_>) -> Option<&'s Expr> {
    match key {
        Expr::Value(value) => {
            let Value::Number(digits, _) = &value.value else { return None };
            match items.get(digits.parse::<usize>().ok()?.checked_sub(1)?)? {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                    Some(expr)
                }
                _ => None,
            }
        }
        Expr::Identifier(ident) if matches!(scope.find(&folded(ident)), Found::None) => {
            let name = folded(ident);
            items.iter().find_map(|item| match item {
                SelectItem::ExprWithAlias { expr, alias } if folded(alias) == name => Some(expr),
                _ => None,
            })
        }
        _ => None,
    }
}
