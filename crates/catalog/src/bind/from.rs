//! FROM.

use std::sync::Arc;

use sqlparser::ast::{
    self, FunctionArg, JoinConstraint, JoinOperator, TableFactor, TableWithJoins,
};
use trunkline_core::{Oid, Result, SqlState};

use super::query::{renamed, settled};
use super::scope::{LeafScope, Merged, column_of, folded};
use super::{Binder, OutputColumn, Typed};
use crate::datum::{Datum, Fields};
use crate::error::{MOST_ITEMS, at, too_many_items, unsupported};
use crate::functions;
use crate::joins;
use crate::plan::{Expr, From, Join, JoinKind, Leaf, SetCall, Source};
use crate::syntax::{ROWS_FROM, unnested};

/// How many items and queries a statement may come to, with those of the views that it names.
const MOST_PARTS: usize = 1_500;

impl Binder {
    /// The items of FROM, joined.
    pub(super) fn from(&mut self, items: &[TableWithJoins]) -> Result<Option<From>> {
        let before = self.forbid("functions in FROM");
        self.scope().no_sets = Some("FROM");
        let mut all: Option<From> = None;
        for item in items {
            let item = self.joined(item)?;
            all = Some(match all {
                Some(left) => inner(left, item),
                None => item,
            });
        }
        self.allow(before);
        Ok(all)
    }

    fn joined(&mut self, item: &TableWithJoins) -> Result<From> {
        let first = self.scope().leaves.len();
        let mut left = self.factor(&item.relation)?;
        for join in &item.joins {
            let middle = self.scope().leaves.len();
            let right = self.deeper(|binder| binder.factor(&join.relation))?;
            left = self.join(left, right, (first, middle), &join.join_operator)?;
        }
        Ok(left)
    }

    fn join(
        &mut self,
        left: From,
        right: From,
        (first, middle): (usize, usize),
        operator: &JoinOperator,
    ) -> Result<From> {
        let (kind, constraint) =
            joins::kind(operator).ok_or_else(|| unsupported(0, "this kind of join"))?;
        let on = match constraint {
            JoinConstraint::None => Vec::new(),
            JoinConstraint::On(condition) => {
                let before = self.forbid("JOIN conditions");
                let typed = self.expr(condition)?;
                self.allow(before);
                match self.condition(typed, "JOIN/ON")? {
                    Expr::And(all) => all,
                    one => vec![one],
                }
            }
            JoinConstraint::Using(names) => {
                self.using(joins::using(names), (first, middle), kind)?
            }
            JoinConstraint::Natural => {
                let names = self.common_names(first, middle);
                self.using(names, (first, middle), kind)?
            }
        };
        Ok(match kind {
            joins::JoinKind::Inner => super::push::joined(JoinKind::Inner, left, right, on),
            joins::JoinKind::Left => super::push::joined(JoinKind::Left, left, right, on),
            // The rows of leaves have their places, whichever side comes first.
            joins::JoinKind::Right => super::push::joined(JoinKind::Left, right, left, on),
            joins::JoinKind::Full => super::push::joined(JoinKind::Full, left, right, on),
        })
    }

    /// The names that both sides of a NATURAL JOIN have.
    fn common_names(&mut self, first: usize, middle: usize) -> Vec<Arc<str>> {
        let leaves = &self.scope().leaves;
        let names = |leaf: &LeafScope| -> Vec<Arc<str>> {
            leaf.columns.iter().map(|column| column.name.clone()).collect()
        };
        let right: Vec<_> = leaves.iter().skip(middle).flat_map(names).collect();
        let left = leaves.iter().take(middle).skip(first).flat_map(names);
        joins::common(left.collect(), &right)
    }

    /// USING: pairs of columns that are equal, and stand once in the list.
    fn using(
        &mut self,
        names: Vec<Arc<str>>,
        (first, middle): (usize, usize),
        kind: joins::JoinKind,
    ) -> Result<Vec<Expr>> {
        let mut on = Vec::new();
        for name in names {
            let end = self.scope().leaves.len();
            let merged = self.scope().merged.iter().position(|merged| merged.name == name);
            let before = merged.map(|place| self.scope().merged.remove(place).typed);
            let left = match before {
                Some(typed) => typed,
                None => self.side_column(&name, first..middle, "left")?,
            };
            let right = self.side_column(&name, middle..end, "right")?;
            on.push(self.operate("=", vec![left.clone(), right.clone()])?.expr);
            let typed = match kind {
                joins::JoinKind::Right => right,
                joins::JoinKind::Full => {
                    let (all, oid) = self.unify(vec![left, right], "JOIN/USING")?;
                    Typed::new(Expr::Coalesce(all), oid)
                }
                _ => left,
            };
            self.scope().merged.push(Merged { name, typed });
        }
        Ok(on)
    }

    /// A column of one side, which is from now on not found by its name alone.
    fn side_column(
        &mut self,
        name: &str,
        leaves: std::ops::Range<usize>,
        side: &str,
    ) -> Result<Typed> {
        let scope = self.scope();
        for leaf in leaves {
            let Some(own) = scope.leaves.get_mut(leaf) else { continue };
            let found = own.columns.iter().position(|column| *column.name == *name);
            if let Some(index) = found.filter(|index| !own.hidden.contains(index)) {
                own.hidden.push(index);
                if let Some(column) = own.columns.get(index) {
                    return Ok(column_of(leaf, index, column));
                }
            }
        }
        Err(joins::no_column(name, side))
    }

    fn factor(&mut self, factor: &TableFactor) -> Result<From> {
        match factor {
            TableFactor::Table { name, alias, args: None, sample: None, version: None, .. } => {
                let parts: Vec<&ast::Ident> =
                    name.0.iter().filter_map(|part| part.as_ident()).collect();
                let place = parts.first().map_or(0, |part| self.place(part.span));
                let names: Vec<String> = parts.iter().map(|part| folded(part)).collect();
                let (schema, name) = match names.as_slice() {
                    [name] => (None, name),
                    [schema, name] => (Some(schema.as_str()), name),
                    [_, schema, name] => (Some(schema.as_str()), name),
                    _ => return Err(unsupported(place, "this name of a relation")),
                };
                self.relation(schema, name, alias.as_ref(), place)
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. }
                if is_rows_from(name) =>
            {
                self.rows_from(&args.args, *with_ordinality, alias.as_ref())
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                self.function_leaf(name, &args.args, *with_ordinality, alias.as_ref())
            }
            TableFactor::Function { name, args, with_ordinality, alias, .. }
                if is_rows_from(name) =>
            {
                self.rows_from(args, *with_ordinality, alias.as_ref())
            }
            TableFactor::Function { name, args, with_ordinality, alias, .. } => {
                if let Some(arrays) = unnested(name, args) {
                    return self.unnest(arrays, *with_ordinality, alias.as_ref());
                }
                self.function_leaf(name, args, *with_ordinality, alias.as_ref())
            }
            TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } => {
                self.unnest(array_exprs.iter().collect(), *with_ordinality, alias.as_ref())
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                self.derived(*lateral, subquery, alias.as_ref())
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                self.deeper(|binder| binder.joined(table_with_joins))
            }
            _ => Err(unsupported(0, "this item of FROM")),
        }
    }

    fn derived(
        &mut self,
        lateral: bool,
        query: &ast::Query,
        alias: Option<&ast::TableAlias>,
    ) -> Result<From> {
        let own_level = "FROM clause of their own query level";
        let scope = self.scope();
        let no_aggregates = scope.no_aggregates.replace(own_level);
        let is_hidden = std::mem::replace(&mut scope.is_hidden, !lateral);
        let bound = self.subquery(query);
        let scope = self.scope();
        (scope.no_aggregates, scope.is_hidden) = (no_aggregates, is_hidden);
        let (sub, columns) = bound?;
        let columns = settled(columns);
        self.leaf(Source::Query(sub), columns, alias, None)
    }

    /// Adds a leaf to what is seen.
    pub(super) fn leaf(
        &mut self,
        source: Source,
        columns: Vec<OutputColumn>,
        alias: Option<&ast::TableAlias>,
        named: Option<(&str, Option<&str>, u32)>,
    ) -> Result<From> {
        let columns = match alias {
            Some(alias) => renamed(columns, alias),
            None => columns,
        };
        let own = match (alias, named) {
            (Some(alias), _) => folded(&alias.name).into(),
            (None, Some((name, ..))) => Self::shared(name),
            (None, None) => Self::shared(""),
        };
        let schema = match (alias, named) {
            (None, Some((_, schema, _))) => schema.map(Self::shared),
            _ => None,
        };
        let relation = named.map_or(0, |(_, _, oid)| oid);
        let index = self.scope().leaves.len();
        let is_taken =
            self.scope().leaves.iter().any(|leaf| *leaf.alias == *own && leaf.schema == schema);
        if is_taken && !own.is_empty() {
            let message = format!("table name \"{own}\" specified more than once");
            let place = alias.map_or(0, |alias| self.place(alias.name.span));
            return Err(at(place, SqlState::DUPLICATE_ALIAS, message));
        }
        if index >= MOST_ITEMS || self.next_id >= MOST_PARTS {
            return Err(too_many_items());
        }
        let width = columns.len();
        let is_value = matches!(source, Source::Functions { .. } | Source::Value(_)) && width == 1;
        let leaf =
            LeafScope { alias: own, schema, columns, hidden: Vec::new(), relation, is_value };
        self.scope().leaves.push(leaf);
        let id = self.id();
        Ok(From::Leaf(Box::new(Leaf::new(id, index, source))))
    }

    fn function_leaf(
        &mut self,
        name: &ast::ObjectName,
        arguments: &[FunctionArg],
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
    ) -> Result<From> {
        let (schema, name, place) = self.function_name(name)?;
        let arguments = self.call_arguments(schema.as_deref(), &name, arguments, place)?;
        if let Some(from) = self.json_records(&name, &arguments, alias, ordinality, place)? {
            return Ok(from);
        }
        let types: Vec<Oid> = arguments.iter().map(|argument| argument.oid).collect();
        let Some(chosen) = self.choose(schema.as_deref(), &name, &types, place)? else {
            let typed = self.call_named(schema.as_deref(), &name, arguments, place)?;
            return self.value_leaf(typed, &name, alias);
        };
        if !chosen.what.returns_set {
            let typed = self.call_chosen(chosen, &name, arguments, place)?;
            return self.value_leaf(typed, &name, alias);
        }
        let outputs = chosen.outputs();
        let arguments = self.cast_arguments(arguments, &chosen.arguments)?;
        let call = super::call::set_call(&chosen, arguments, place)?;
        let columns = match outputs.as_slice() {
            [] | [_] => vec![(outputs.first().map(|(name, _)| name.clone()), call.result)],
            several => several.iter().map(|(name, oid)| (Some(name.clone()), *oid)).collect(),
        };
        self.functions_leaf(vec![call], columns, ordinality, &name, alias)
    }

    pub(super) fn functions_leaf(
        &mut self,
        calls: Vec<SetCall>,
        columns: Vec<(Option<Arc<str>>, Oid)>,
        ordinality: bool,
        name: &str,
        alias: Option<&ast::TableAlias>,
    ) -> Result<From> {
        // One column goes by the name of the item, several by those of the function.
        let item = alias.map_or_else(|| name.to_owned(), |alias| folded(&alias.name));
        let columns = columns
            .into_iter()
            .map(|(own, oid)| (own.unwrap_or_else(|| item.as_str().into()), oid));
        let mut columns: Vec<OutputColumn> = columns.map(|(name, oid)| column(name, oid)).collect();
        if ordinality {
            columns.push(column("ordinality".into(), Oid::INT8));
        }
        let named = (name, None, 0);
        self.leaf(Source::Functions { calls, ordinality }, columns, alias, Some(named))
    }

    /// A function that gives one value, or one row.
    fn value_leaf(
        &mut self,
        typed: Typed,
        name: &str,
        alias: Option<&ast::TableAlias>,
    ) -> Result<From> {
        let typed = self.as_row(typed)?;
        let item = alias.map_or_else(|| name.to_owned(), |alias| folded(&alias.name));
        let (values, columns) = match &typed.fields {
            Some(fields) => {
                let all = fields.iter().enumerate().map(|(index, (name, oid))| {
                    (Expr::Field(Box::new(typed.expr.clone()), index), column(name.clone(), *oid))
                });
                all.unzip()
            }
            None => (vec![typed.expr.clone()], vec![column(item.as_str().into(), typed.oid)]),
        };
        self.leaf(Source::Value(values), columns, alias, Some((name, None, 0)))
    }

    /// `unnest(a, b)`: arrays side by side.
    fn unnest(
        &mut self,
        arrays: Vec<&ast::Expr>,
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
    ) -> Result<From> {
        let (mut calls, mut columns) = (Vec::new(), Vec::new());
        let is_one = arrays.len() == 1;
        for array in arrays {
            let array = self.expr(array)?;
            let place = array.place;
            let Some(chosen) = self.choose(None, "unnest", &[array.oid], place)? else {
                return Err(at(
                    place,
                    SqlState::UNDEFINED_FUNCTION,
                    "function unnest(unknown) does not exist",
                ));
            };
            let arguments = self.cast_arguments(vec![array], &chosen.arguments)?;
            let call = super::call::set_call(&chosen, arguments, place)?;
            match self.fields_of(&Typed::new(Expr::Const(Datum::Null), call.result))? {
                Some(fields) => {
                    columns.extend(fields.iter().map(|(name, oid)| (Some(name.clone()), *oid)));
                    calls.push(rows_of(call, fields));
                }
                None => {
                    let name = (!is_one).then(|| Self::shared("unnest"));
                    columns.push((name, call.result));
                    calls.push(call);
                }
            }
        }
        self.functions_leaf(calls, columns, ordinality, "unnest", alias)
    }
}

/// `unnest` of an array of rows: each as its fields.
fn rows_of(call: SetCall, fields: Fields) -> SetCall {
    let width = fields.len();
    let mut arguments = call.arguments;
    // Of a row that is NULL the function would not know how many they are.
    arguments.push(Expr::Const(Datum::Int(i64::try_from(width).unwrap_or(0))));
    SetCall { function: functions::unnest_rows, arguments, width, fields, ..call }
}

fn is_rows_from(name: &ast::ObjectName) -> bool {
    match name.0.as_slice() {
        [name] => name.as_ident().is_some_and(|name| name.value == ROWS_FROM),
        _ => false,
    }
}

fn column(name: Arc<str>, oid: Oid) -> OutputColumn {
    OutputColumn { name, oid, typmod: -1, fields: None, origin: None }
}

fn inner(left: From, right: From) -> From {
    From::Join(Box::new(Join {
        kind: JoinKind::Inner,
        left,
        right,
        on: Vec::new(),
        filter: Vec::new(),
    }))
}
