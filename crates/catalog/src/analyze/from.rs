//! FROM.

use std::sync::Arc;

use sqlparser::ast::{
    self, FunctionArg, FunctionArgExpr, JoinConstraint, JoinOperator, TableFactor, TableWithJoins,
};
use trunkline_core::{Oid, Result};

use super::operator::mentions_column;
use super::scope::column_of;
use super::tree::{From, Item, ItemColumn, Join, Kind, Node, Source};
use super::{Analyzer, Columns, unknown};
use crate::bind::folded;
use crate::error::{MOST_ITEMS, no_relation, too_many_items};
use crate::joins::{self, JoinKind};
use crate::syntax::unnested;

impl Analyzer<'_> {
    /// The items of FROM.
    pub(super) fn from(&mut self, items: &[TableWithJoins]) -> Result<Vec<From>> {
        items.iter().map(|item| self.joined(item)).collect()
    }

    fn joined(&mut self, item: &TableWithJoins) -> Result<From> {
        let first = self.scope().visible.len();
        let mut left = self.factor(&item.relation)?;
        for join in &item.joins {
            let middle = self.scope().visible.len();
            let right = self.deeper(|analyzer| analyzer.factor(&join.relation))?;
            left = self.join(left, right, (first, middle), &join.join_operator)?;
        }
        Ok(left)
    }

    fn join(
        &mut self,
        left: From,
        right: From,
        sides: (usize, usize),
        operator: &JoinOperator,
    ) -> Result<From> {
        let Some((kind, constraint)) = joins::kind(operator) else {
            return unknown("this kind of join");
        };
        let (mut using, mut on) = (Vec::new(), None);
        match constraint {
            JoinConstraint::None => {}
            JoinConstraint::On(condition) => {
                let condition = self.expression(condition)?;
                on = Some(self.condition(condition, "JOIN/ON")?);
            }
            JoinConstraint::Using(names) => using = joins::using(names),
            JoinConstraint::Natural => using = self.common_names(sides),
        }
        for name in &using {
            self.merge(name, sides, kind)?;
        }
        Ok(From::Join(Box::new(Join { kind, left, right, using, on, named: None })))
    }

    /// The items of FROM from one of the visible ones on.
    fn visible(&mut self, from: usize, to: Option<usize>) -> Vec<usize> {
        let visible = &self.scope().visible;
        visible.get(from..to.unwrap_or(visible.len())).unwrap_or_default().to_vec()
    }

    /// The names that both sides of a NATURAL JOIN have.
    fn common_names(&mut self, (first, middle): (usize, usize)) -> Vec<Arc<str>> {
        let (left, right) = (self.visible(first, Some(middle)), self.visible(middle, None));
        let scope = self.scope();
        let names = |items: &[usize]| -> Vec<Arc<str>> {
            let items = items.iter().filter_map(|item| scope.items.get(*item));
            items.flat_map(|item| item.columns.iter().map(|one| one.name.clone())).collect()
        };
        joins::common(names(&left), &names(&right))
    }

    /// Makes the columns of both sides one.
    fn merge(
        &mut self,
        name: &Arc<str>,
        (first, middle): (usize, usize),
        kind: JoinKind,
    ) -> Result<()> {
        let before = self.scope().merged.iter().position(|(own, _)| own == name);
        let left = match before {
            Some(place) => self.scope().merged.remove(place).1,
            None => {
                let items = self.visible(first, Some(middle));
                self.side_column(name, &items, "left")?
            }
        };
        let items = self.visible(middle, None);
        let right = self.side_column(name, &items, "right")?;
        // It is the column of one side, if that is of the type that both have in common.
        let oid = self.common(&[&left, &right], "JOIN/USING")?;
        let node = match kind {
            JoinKind::Inner | JoinKind::Left if left.oid == oid => left,
            JoinKind::Inner | JoinKind::Right if right.oid == oid => right,
            _ => {
                let typmod = if left.typmod == right.typmod { left.typmod } else { -1 };
                Node { kind: Kind::Merged(name.clone()), oid, typmod }
            }
        };
        self.scope().merged.push((name.clone(), node));
        Ok(())
    }

    /// A column of one side, which is from now on not found by its name alone.
    fn side_column(&mut self, name: &str, items: &[usize], side: &str) -> Result<Node> {
        for item in items {
            let Some(of) = self.scope().items.get_mut(*item) else { continue };
            let found = of.columns.iter_mut().position(|one| *one.name == *name && !one.merged);
            if let Some(index) = found
                && let Some(node) = column_of(*item, index, of)
            {
                of.columns.iter_mut().skip(index).take(1).for_each(|one| one.merged = true);
                return Ok(node);
            }
        }
        Err(joins::no_column(name, side))
    }

    fn factor(&mut self, factor: &TableFactor) -> Result<From> {
        match factor {
            TableFactor::Table { name, alias, args: None, sample: None, version: None, .. } => {
                self.relation(name, alias.as_ref())
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                self.function_item(name, &args.args, *with_ordinality, alias.as_ref(), false)
            }
            TableFactor::Function { lateral, name, args, with_ordinality, alias } => {
                if let Some(arrays) = unnested(name, args) {
                    let calls = self.unnested(arrays)?;
                    let alias = alias.as_ref();
                    return self.calls_item(calls, "unnest", *with_ordinality, alias, *lateral);
                }
                self.function_item(name, args, *with_ordinality, alias.as_ref(), *lateral)
            }
            TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } => {
                let calls = self.unnested(array_exprs)?;
                self.calls_item(calls, "unnest", *with_ordinality, alias.as_ref(), false)
            }
            TableFactor::Derived { lateral, subquery, alias, sample: None } => {
                let before = std::mem::replace(&mut self.scope().is_hidden, !lateral);
                let query = self.subquery(subquery);
                self.scope().is_hidden = before;
                let mut query = query?;
                self.settle(&mut query)?;
                let shown = query.targets().iter().filter(|target| !target.hidden);
                let columns = shown
                    .map(|target| (target.name.clone(), target.node.oid, target.node.typmod))
                    .collect();
                let source = Source::Query(Box::new(query));
                self.item(source, "unnamed_subquery".into(), columns, alias.as_ref(), *lateral)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let first = self.scope().visible.len();
                let joined = self.deeper(|analyzer| analyzer.joined(table_with_joins))?;
                match alias {
                    None => Ok(joined),
                    Some(alias) => self.named_join(joined, first, alias),
                }
            }
            _ => unknown("this item of FROM"),
        }
    }

    /// A join with a name: its columns are those of both sides, which cannot be named any more.
    fn named_join(&mut self, joined: From, first: usize, alias: &ast::TableAlias) -> Result<From> {
        let within = self.visible(first, None);
        let scope = self.scope();
        let merged = std::mem::take(&mut scope.merged);
        let mut nodes: Vec<(Arc<str>, Node)> = merged;
        for item in &within {
            let Some(of) = scope.items.get(*item) else { continue };
            for (index, column) in of.columns.iter().enumerate() {
                if !column.merged
                    && let Some(node) = column_of(*item, index, of)
                {
                    nodes.push((column.name.clone(), node));
                }
            }
        }
        scope.visible.truncate(first);
        let columns =
            nodes.iter().map(|(name, node)| (name.clone(), node.oid, node.typmod)).collect();
        let nodes = nodes.into_iter().map(|(_, node)| node).collect();
        let item =
            self.item(Source::Join(nodes), "unnamed_join".into(), columns, Some(alias), false)?;
        match (joined, item) {
            (From::Join(mut join), From::Item(item)) => {
                join.named = Some(item);
                Ok(From::Join(join))
            }
            _ => unknown("this item of FROM"),
        }
    }

    fn relation(
        &mut self,
        name: &ast::ObjectName,
        alias: Option<&ast::TableAlias>,
    ) -> Result<From> {
        let parts: Vec<String> =
            name.0.iter().filter_map(|part| part.as_ident()).map(folded).collect();
        let (schema, name) = match parts.as_slice() {
            [name] => (None, name),
            [schema, name] | [_, schema, name] => (Some(schema.as_str()), name),
            _ => return unknown("this name of a relation"),
        };
        let cte = self.ctes.iter().rev().find(|cte| schema.is_none() && *cte.name == **name);
        if let Some(cte) = cte.cloned() {
            let source = Source::Cte(cte.name.clone());
            return self.item(source, cte.name, cte.columns, alias, false);
        }
        let Some(found) = self.names.relation(schema, name) else {
            return Err(no_relation(0, &parts.join(".")));
        };
        let name: Arc<str> = name.as_str().into();
        let source =
            Source::Relation { schema: found.schema, name: name.clone(), row_type: found.row_type };
        self.item(source, name, found.columns, alias, false)
    }

    fn function_item(
        &mut self,
        name: &ast::ObjectName,
        arguments: &[FunctionArg],
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
        lateral: bool,
    ) -> Result<From> {
        let parts: Vec<String> =
            name.0.iter().filter_map(|part| part.as_ident()).map(folded).collect();
        let (schema, name) = match parts.as_slice() {
            [name] => (None, name),
            [schema, name] => (Some(schema.as_str()), name),
            _ => return unknown("this name of a function"),
        };
        let mut given = Vec::new();
        for argument in arguments {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument else {
                return unknown("an argument by name");
            };
            given.push(self.expression(expr)?);
        }
        let call = self.call_named(schema, name, given)?;
        self.calls_item(vec![call], name, ordinality, alias, lateral)
    }

    /// Arrays side by side.
    fn unnested<'a>(
        &mut self,
        arrays: impl IntoIterator<Item = &'a ast::Expr>,
    ) -> Result<Vec<Node>> {
        let call = |array| {
            let array = self.expression(array)?;
            self.call_named(None, "unnest", vec![array])
        };
        arrays.into_iter().map(call).collect()
    }

    fn calls_item(
        &mut self,
        calls: Vec<Node>,
        name: &str,
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
        lateral: bool,
    ) -> Result<From> {
        let defined = alias
            .is_some_and(|alias| alias.columns.iter().any(|column| column.data_type.is_some()));
        let item = alias.map_or_else(|| name.to_owned(), |alias| folded(&alias.name));
        let mut columns: Columns = Vec::new();
        if let Some(alias) = alias.filter(|_| defined) {
            for column in &alias.columns {
                let Some(data_type) = &column.data_type else { return unknown("this alias") };
                let (oid, typmod) = self.names.type_named(&data_type.to_string())?;
                columns.push((folded(&column.name).into(), oid, typmod));
            }
        } else {
            for call in &calls {
                let outputs = self.outputs(call);
                match outputs.as_slice() {
                    [] => {
                        let own = if calls.len() == 1 { item.as_str() } else { name };
                        columns.push((own.into(), call.oid, -1));
                    }
                    [(name, oid)] if !name.is_empty() => columns.push((name.clone(), *oid, -1)),
                    [(_, oid)] => columns.push((item.as_str().into(), *oid, -1)),
                    several => {
                        columns.extend(several.iter().map(|(name, oid)| (name.clone(), *oid, -1)));
                    }
                }
            }
        }
        if ordinality {
            columns.push(("ordinality".into(), Oid::INT8, -1));
        }
        // What it is called with may be of the items before it.
        let lateral = lateral || calls.iter().any(mentions_column);
        let source = Source::Functions { calls, ordinality, defined };
        self.item(source, name.into(), columns, alias, lateral)
    }

    /// Names and types of the columns that a function gives; none if it gives a value.
    fn outputs(&self, call: &Node) -> Vec<(Arc<str>, Oid)> {
        let row = self.names.fields_of(call.oid);
        if !row.is_empty() {
            return row.into_iter().map(|(name, oid, _)| (name, oid)).collect();
        }
        let Kind::Call(called) = &call.kind else { return Vec::new() };
        let types: Vec<Oid> =
            called.arguments.iter().map(|node| self.names.stand_in(node.oid)).collect();
        let Some(routine) = called.routine else {
            return match crate::bind::resolve::function(None, &called.name, &types) {
                crate::bind::resolve::Found::One(found) => found.outputs(),
                _ => Vec::new(),
            };
        };
        let routine = self.names.routine(routine);
        let arguments = routine.map(|routine| routine.arguments.as_slice()).unwrap_or_default();
        let outputs = arguments.iter().filter(|one| matches!(one.mode, 'o' | 'b' | 't'));
        outputs.map(|one| (one.name.as_str().into(), one.type_oid)).collect()
    }

    /// Adds an item to what is seen.
    fn item(
        &mut self,
        source: Source,
        name: Arc<str>,
        columns: Columns,
        alias: Option<&ast::TableAlias>,
        lateral: bool,
    ) -> Result<From> {
        let given = alias.map(|alias| alias.columns.as_slice()).unwrap_or_default();
        let mut given_names = given.iter().map(|column| Arc::from(folded(&column.name)));
        let columns = columns.into_iter().map(|(own, oid, typmod)| ItemColumn {
            name: given_names.next().unwrap_or_else(|| own.clone()),
            own,
            oid,
            typmod,
            merged: false,
        });
        let item = Item {
            source,
            alias: alias.map(|alias| folded(&alias.name).into()),
            name,
            columns: columns.collect(),
            names_columns: !given.is_empty(),
            lateral,
        };
        let scope = self.scope();
        if scope.items.len() >= MOST_ITEMS {
            return Err(too_many_items());
        }
        scope.items.push(item);
        let place = scope.items.len() - 1;
        scope.visible.push(place);
        Ok(From::Item(place))
    }
}
