//! SELECT.

use std::collections::HashMap;

use sqlparser::ast::{self, SelectItem, SelectItemQualifiedWildcardKind, Spanned};
use trunkline_core::{Oid, Result, SqlState};

use super::column_name::column_name;
use super::grouping::Keys;
use super::scope::{Mention, Scope, column_of, folded};
use super::{Binder, OutputColumn, Typed};
use crate::error::{MOST_COLUMNS, at, syntax, too_deep, too_many_columns, unsupported};
use crate::plan::{Body, Distinct, Expr, Group, Query, Select, SortKey};
use crate::syntax::ALL_FIELDS;

/// Numbers of slots while a query is bound: how many aggregates there are is known at its end.
pub(super) const GROUPING_SLOTS: usize = 1 << 19;
pub(super) const WINDOW_SLOTS: usize = 1 << 20;
pub(super) const SET_SLOTS: usize = 1 << 21;

/// How many expressions the fields of a row may come to.
const MOST_PARTS: usize = 100_000;

/// The list of a SELECT while it grows.
#[derive(Default)]
pub(super) struct List {
    pub(super) items: Vec<Typed>,
    pub(super) names: Vec<String>,
    /// The items by what they look like for debugging, as far as somebody asked: they are the same if that is.
    shown: HashMap<String, usize>,
    /// How many are among those.
    seen: usize,
    /// What was found by its name: others of that name are the same.
    named: HashMap<String, usize>,
}

impl List {
    /// The column that is this expression.
    fn find(&mut self, expr: &Expr) -> Option<usize> {
        for (place, item) in self.items.iter().enumerate().skip(self.seen) {
            self.shown.entry(format!("{:?}", item.expr)).or_insert(place);
        }
        self.seen = self.items.len();
        self.shown.get(&format!("{expr:?}")).copied()
    }

    /// The column that is this expression, which is appended if there is none.
    fn place_of(&mut self, item: Typed) -> Result<usize> {
        if let Some(column) = self.find(&item.expr) {
            return Ok(column);
        }
        self.push("", item)?;
        Ok(self.items.len() - 1)
    }

    /// Appends a column.
    fn push(&mut self, name: impl Into<String>, item: Typed) -> Result<()> {
        if self.items.len() >= MOST_COLUMNS {
            return Err(too_many_columns());
        }
        self.names.push(name.into());
        self.items.push(item);
        Ok(())
    }
}

impl Binder {
    /// Binds a SELECT; `order` is that of the query it is all of.
    pub(super) fn select(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
    ) -> Result<(Query, Vec<OutputColumn>)> {
        if select.into.is_some()
            || select.top.is_some()
            || select.qualify.is_some()
            || !select.lateral_views.is_empty()
        {
            return Err(unsupported(0, "this form of SELECT"));
        }
        self.scopes.push(Scope::default());
        let bound = self.select_within(select, order);
        self.scopes.pop();
        bound
    }

    fn select_within(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
    ) -> Result<(Query, Vec<OutputColumn>)> {
        let from = self.from(&select.from)?;
        for window in &select.named_window {
            if let ast::NamedWindowExpr::WindowSpec(spec) = &window.1 {
                let (name, place) = (folded(&window.0), self.place(window.0.span));
                let spec = self.refined_window(spec, place)?;
                if self.scope().named_windows.iter().any(|(other, _)| *other == name) {
                    let message = format!("window \"{name}\" is already defined");
                    return Err(at(place, SqlState::WINDOWING_ERROR, message));
                }
                self.scope().named_windows.push((name, spec));
            }
        }
        let mut filter = Vec::new();
        if let Some(selection) = &select.selection {
            let before = self.forbid("WHERE");
            let typed = self.expr(selection)?;
            filter = match self.condition(typed, "WHERE")? {
                Expr::And(all) => all,
                one => vec![one],
            };
            self.allow(before);
        }
        self.scope().mentions.clear();
        let mut list = self.list_of(&select.projection)?;
        let width = list.items.len();
        let mentions = self.scope().mentions.len();
        let keys = self.group_keys(&select.group_by, &mut list)?;
        self.scope().mentions.truncate(mentions);
        let having = match &select.having {
            Some(having) => {
                let typed = self.expr(having)?;
                Some(self.condition(typed, "HAVING")?)
            }
            None => None,
        };
        let columns = self.output(&mut list)?;
        let mut sort = Vec::new();
        for key in order {
            let mut column = self.sort_column(&key.expr, &mut list, width, "ORDER BY")?;
            if let Some(item) = list.items.get(column) {
                let place = self.place(key.expr.span());
                self.check_ordered(item, place)?;
                match Self::order_of(item) {
                    Some(by) if select.distinct.is_none() => column = list.place_of(by)?,
                    Some(_) if item.oid == Oid::JSONB => {
                        return Err(unsupported(place, "DISTINCT with an order of jsonb"));
                    }
                    _ => {}
                }
            }
            let descending = key.options.asc == Some(false);
            let nulls_first = key.options.nulls_first.unwrap_or(descending);
            sort.push(SortKey { column, descending, nulls_first });
        }
        let distinct = match &select.distinct {
            None | Some(ast::Distinct::All) => Distinct::No,
            Some(ast::Distinct::Distinct) => {
                if sort.iter().any(|key| key.column >= width) {
                    let message =
                        "for SELECT DISTINCT, ORDER BY expressions must appear in select list";
                    return Err(at(0, SqlState::INVALID_COLUMN_REFERENCE, message));
                }
                list.items.iter().take(width).try_for_each(|item| self.check_grouped(item))?;
                Distinct::All
            }
            Some(ast::Distinct::On(by)) => {
                let mut columns = Vec::new();
                if by.is_empty() {
                    return Err(at(0, SqlState::SYNTAX_ERROR, "syntax error at or near \")\""));
                }
                for one in by {
                    let ordered = order.iter().zip(&sort).find(|(key, _)| key.expr == *one);
                    let column = match ordered {
                        Some((_, key)) => key.column,
                        None => self.sort_column(one, &mut list, width, "DISTINCT ON")?,
                    };
                    if let Some(item) = list.items.get(column) {
                        self.check_grouped(item)?;
                    }
                    columns.push((column, self.place(one.span())));
                }
                super::sortable::distinct_on(&columns, &mut sort)?
            }
        };
        let mut scope = std::mem::take(self.scope());
        let mut from = from;
        let (mut keys, mut having) = (keys, having);
        if let Some(keys) = &mut keys
            && keys.exprs.iter().any(super::sets::has_set)
        {
            let exprs = list.items.iter_mut().map(|item| &mut item.expr);
            let exprs = exprs.chain(keys.exprs.iter_mut()).chain(having.as_mut());
            from = Some(super::sets::into_from(&mut scope, from, exprs, self.id()));
        }
        let is_grouped = keys.is_some() || having.is_some() || !scope.aggregates.is_empty();
        if is_grouped {
            let has_sets = keys.as_ref().is_some_and(Keys::has_sets);
            let exprs = keys.as_ref().map(|keys| keys.exprs.as_slice()).unwrap_or_default();
            super::group::check(&scope, exprs, has_sets, &list.items, having.as_ref())?;
        }
        let groupings = std::mem::take(&mut scope.groupings);
        let sets = super::grouping::sets(keys.as_ref(), &groupings)?;
        self.grouped += sets.iter().map(|set| 1 + set.lacks.len() + set.says.len()).sum::<usize>();
        if let Some(keys) = keys.as_ref().filter(|_| !sets.is_empty()) {
            let leaf = scope.leaves.len();
            let windows = scope.windows.iter_mut();
            windows.for_each(|one| one.exprs_mut(&mut |one| keys.replace(one, leaf)));
            let calls = scope.sets.iter_mut().flat_map(|set| &mut set.arguments);
            let all = list.items.iter_mut().map(|item| &mut item.expr);
            all.chain(calls).chain(having.as_mut()).for_each(|one| keys.replace(one, leaf));
        }
        let (aggregates, windows) = (scope.aggregates.len(), scope.windows.len());
        let mut project: Vec<Expr> = list.items.into_iter().map(|item| item.expr).collect();
        for expr in &mut project {
            number_slots(expr, aggregates, windows);
        }
        for window in &mut scope.windows {
            window.exprs_mut(&mut |expr| number_slots(expr, aggregates, windows));
        }
        for set in &mut scope.sets {
            set.arguments.iter_mut().for_each(|one| number_slots(one, aggregates, windows));
        }
        let leaves = scope.leaves.len();
        let (from, filter) = super::push::place(from, filter);
        let group = is_grouped.then(|| Group {
            keys: keys.map(|keys| keys.exprs).unwrap_or_default(),
            sets,
            aggregates: std::mem::take(&mut scope.aggregates),
            having,
        });
        let body = Select {
            from,
            leaves,
            filter,
            group,
            windows: scope.windows,
            sets: scope.sets,
            project,
            kept: None,
        };
        let query = Query {
            ctes: Vec::new(),
            body: Body::Select(Box::new(body)),
            distinct,
            order: sort,
            limit: None,
            offset: None,
            width,
        };
        Ok((query, columns))
    }

    /// Says where aggregates and functions that give rows may not stand.
    pub(super) fn forbid(
        &mut self,
        clause: &'static str,
    ) -> (Option<&'static str>, Option<&'static str>) {
        let scope = self.scope();
        (scope.no_aggregates.replace(clause), scope.no_sets.replace(clause))
    }

    pub(super) fn allow(&mut self, before: (Option<&'static str>, Option<&'static str>)) {
        let scope = self.scope();
        (scope.no_aggregates, scope.no_sets) = before;
    }

    fn list_of(&mut self, items: &[SelectItem]) -> Result<List> {
        let mut list = List::default();
        for item in items {
            match item {
                SelectItem::UnnamedExpr(ast::Expr::CompoundFieldAccess { root, access_chain })
                    if matches!(
                        access_chain.last(),
                        Some(ast::AccessExpr::Dot(ast::Expr::Identifier(ident)))
                            if ident.value == ALL_FIELDS
                    ) =>
                {
                    let fields = access_chain.len().saturating_sub(1);
                    let chain = access_chain.get(..fields).unwrap_or_default();
                    let value = self.access(root, chain)?;
                    let value = self.as_row(value)?;
                    self.expand_record(value, &mut list)?;
                }
                SelectItem::UnnamedExpr(expr) => {
                    let typed = self.expr(expr)?;
                    list.push(column_name(expr), typed)?;
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let typed = self.expr(expr)?;
                    list.push(folded(alias), typed)?;
                }
                SelectItem::ExprWithAliases { .. } => {
                    return Err(unsupported(0, "several names of a column"));
                }
                SelectItem::Wildcard(options) => {
                    let place = self.place(options.wildcard_token.0.span);
                    self.star(&mut list, place)?;
                }
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(name),
                    _,
                ) => {
                    self.qualified_star(name, &mut list)?;
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(expr), _) => {
                    let value = self.expr(expr)?;
                    self.expand_record(value, &mut list)?;
                }
            }
        }
        Ok(list)
    }

    /// `*`
    fn star(&mut self, list: &mut List, place: usize) -> Result<()> {
        let scope = self.scope();
        if scope.leaves.is_empty() {
            return Err(at(
                0,
                SqlState::SYNTAX_ERROR,
                "SELECT * with no tables specified is not valid",
            ));
        }
        for merged in &scope.merged {
            list.push(&*merged.name, merged.typed.clone())?;
        }
        for (leaf, own) in scope.leaves.iter().enumerate() {
            for (index, column) in own.columns.iter().enumerate() {
                if !own.hidden.contains(&index) {
                    let mention = Mention { leaf, column: Some(index), place, is_within: false };
                    scope.mentions.push(mention);
                    list.push(&*column.name, column_of(leaf, index, column))?;
                }
            }
        }
        Ok(())
    }

    /// `relation.*`
    fn qualified_star(&mut self, name: &ast::ObjectName, list: &mut List) -> Result<()> {
        let (depth, leaf) = self.starred(name)?;
        let first = name.0.first().and_then(|part| part.as_ident());
        let place = first.map_or(0, |first| self.place(first.span));
        self.columns_of_row(depth, leaf, place, list)
    }

    /// The columns of an item of FROM, which is of a query `depth` further out.
    fn columns_of_row(
        &mut self,
        depth: usize,
        leaf: usize,
        place: usize,
        list: &mut List,
    ) -> Result<()> {
        let own = self.scope_at(depth).leaves.get(leaf);
        let columns = own.map(|own| own.columns.clone()).unwrap_or_default();
        for (index, column) in columns.iter().enumerate() {
            let typed = self.mentioned(column_of(leaf, index, column), depth, place);
            list.push(&*column.name, typed)?;
        }
        Ok(())
    }

    /// The column of the list that goes by a name.
    pub(super) fn named_column(
        &self,
        ident: &ast::Ident,
        list: &mut List,
        width: usize,
        clause: &str,
    ) -> Result<Option<usize>> {
        let name = folded(ident);
        if let Some(column) = list.named.get(&name) {
            return Ok(Some(*column));
        }
        let own = list.names.iter().zip(&list.items).take(width).enumerate();
        let mut own = own.filter(|(_, (own, _))| **own == name);
        let Some((column, (_, item))) = own.next() else { return Ok(None) };
        let shown = |item: &Typed| format!("{:?}", item.expr);
        // Columns that are the same are as good as one.
        if own.any(|(_, (_, other))| shown(other) != shown(item)) {
            let message = format!("{clause} \"{name}\" is ambiguous");
            return Err(at(self.place(ident.span), SqlState::AMBIGUOUS_COLUMN, message));
        }
        list.named.insert(name, column);
        Ok(Some(column))
    }

    /// The column of the list that an expression of ORDER BY means; a new one if it is none.
    fn sort_column(
        &mut self,
        expr: &ast::Expr,
        list: &mut List,
        width: usize,
        clause: &str,
    ) -> Result<usize> {
        let expr = without_parentheses(expr);
        if let Some(column) = self.position(expr, clause, width)? {
            return Ok(column);
        }
        if let ast::Expr::Identifier(ident) = expr
            && let Some(column) = self.named_column(ident, list, width, clause)?
        {
            return Ok(column);
        }
        let typed = self.expr(expr)?;
        let typed = if typed.oid == Oid::UNKNOWN { self.coerce(typed, Oid::TEXT)? } else { typed };
        list.place_of(typed)
    }

    /// `(row).*`
    fn expand_record(&mut self, value: Typed, list: &mut List) -> Result<()> {
        if let Expr::WholeRow { depth, leaf, .. } = value.expr {
            return self.columns_of_row(depth, leaf, value.place, list);
        }
        let Some(fields) = value.fields.clone() else {
            return Err(at(
                value.place,
                SqlState::WRONG_OBJECT_TYPE,
                "row expansion is not possible of this value",
            ));
        };
        // The fields of a row that is written down are what stands there; of any other, the whole is there for
        // each of them.
        if let Expr::Row(items, _) = value.expr {
            for (item, (name, oid)) in items.into_iter().zip(fields.iter()) {
                list.push(&**name, Typed::new(item, *oid))?;
            }
            return Ok(());
        }
        if value.expr.count(MOST_PARTS).saturating_mul(fields.len()) > MOST_PARTS {
            return Err(too_deep());
        }
        for (index, (name, oid)) in fields.iter().enumerate() {
            let field = Expr::Field(Box::new(value.expr.clone()), index);
            list.push(&**name, Typed::new(field, *oid))?;
        }
        Ok(())
    }

    /// The column of a list that a number means; other constants mean none.
    pub(super) fn position(
        &self,
        expr: &ast::Expr,
        clause: &str,
        width: usize,
    ) -> Result<Option<usize>> {
        let ast::Expr::Value(ast::ValueWithSpan { value, span }) = expr else { return Ok(None) };
        let number = match value {
            ast::Value::Placeholder(_) => return Ok(None),
            ast::Value::Number(number, _) => number.replace('_', "").parse::<i32>().ok(),
            _ => None,
        };
        let place = self.place(*span);
        let Some(number) = number else {
            return Err(syntax(place, format!("non-integer constant in {clause}")));
        };
        let column = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        match column.filter(|column| *column < width) {
            Some(column) => Ok(Some(column)),
            None => {
                let message = format!("{clause} position {number} is not in select list");
                Err(at(place, SqlState::INVALID_COLUMN_REFERENCE, message))
            }
        }
    }

    fn output(&mut self, list: &mut List) -> Result<Vec<OutputColumn>> {
        let mut columns = Vec::with_capacity(list.items.len());
        for (item, name) in list.items.iter().zip(&list.names) {
            columns.push(OutputColumn {
                name: Self::shared(name),
                oid: item.oid,
                typmod: item.typmod,
                fields: item.fields.clone(),
                origin: item.origin,
            });
        }
        Ok(columns)
    }
}

/// What an expression is that may stand in parentheses.
pub(super) fn without_parentheses(mut expr: &ast::Expr) -> &ast::Expr {
    while let ast::Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// Gives slots their last numbers: aggregates, then windows, then functions that give rows.
fn number_slots(expr: &mut Expr, aggregates: usize, windows: usize) {
    if let Expr::Slot { depth: 0, slot } = expr {
        *slot = match *slot {
            slot if slot >= SET_SLOTS => aggregates + windows + (slot - SET_SLOTS),
            slot if slot >= WINDOW_SLOTS => aggregates + (slot - WINDOW_SLOTS),
            slot => slot,
        };
        return;
    }
    stacker::maybe_grow(128 << 10, 2 << 20, || {
        expr.parts_mut(&mut |part| number_slots(part, aggregates, windows));
    });
}
