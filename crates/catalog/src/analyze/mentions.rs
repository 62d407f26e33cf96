//! What a query or an expression names: columns, functions, types.

use std::sync::Arc;

use trunkline_core::Oid;

use super::tree::{
    Body, Call, From, Item, Join, Kind, Node, Query, Select, SetTree, Source, Target,
};

/// A relation, by the number of its schema and its name, and a column; none stands for all of it.
pub(crate) type Mention = (u32, Arc<str>, Option<Arc<str>>);

/// What is named, each once, in the order in which it is.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    /// A relation of which no column is named is named itself.
    pub(crate) columns: Vec<Mention>,
    /// The numbers of functions that are not PostgreSQL's own.
    pub(crate) routines: Vec<u32>,
    /// The types of constants, and those that something is made.
    pub(crate) types: Vec<Oid>,
    /// Fields of values of composite types.
    pub(crate) fields: Vec<(Oid, Arc<str>)>,
}

impl Mentions {
    /// Adds what an expression over some items names.
    pub(crate) fn extend(&mut self, node: &Node, items: &[Item]) {
        let found = std::mem::take(self);
        let mut walk = Walk { scopes: vec![items], found, has_aggregate: false };
        walk.node(node);
        *self = walk.found;
    }
}

/// What a query names.
pub(crate) fn mentions(query: &Query) -> Mentions {
    let mut walk = Walk { scopes: Vec::new(), found: Mentions::default(), has_aggregate: false };
    walk.query(query);
    walk.found
}

fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

/// Whether the list of a query has aggregates or functions of windows.
pub(super) fn has_aggregate(targets: &[Target]) -> bool {
    let mut walk = Walk { scopes: vec![&[]], found: Mentions::default(), has_aggregate: false };
    walk.nodes(targets.iter().map(|target| &target.node));
    walk.has_aggregate
}

struct Walk<'a> {
    /// The items of FROM of the queries around, innermost last.
    scopes: Vec<&'a [Item]>,
    found: Mentions,
    /// Whether the outermost list has one.
    has_aggregate: bool,
}

impl<'a> Walk<'a> {
    fn query(&mut self, query: &'a Query) {
        for cte in &query.ctes {
            self.query(&cte.query);
        }
        match &query.body {
            Body::Select(select) => self.select(select),
            Body::Values(rows, _) => rows.iter().flatten().for_each(|node| self.node(node)),
            Body::Set(tree, _) => self.set(tree),
        }
        self.nodes(query.limit.iter().chain(&query.offset));
    }

    fn set(&mut self, tree: &'a SetTree) {
        match tree {
            SetTree::Query(query) => self.query(query),
            SetTree::Operation { left, right, .. } => {
                self.set(left);
                self.set(right);
            }
        }
    }

    fn select(&mut self, select: &'a Select) {
        self.scopes.push(&select.items);
        for target in &select.targets {
            self.node(&target.node);
        }
        for item in &select.items {
            match &item.source {
                // What stands in FROM sees the items beside it only if it is lateral, and counts all the same.
                Source::Query(query) => self.query(query),
                Source::Functions { calls, defined, .. } => {
                    self.nodes(calls);
                    for column in item.columns.iter().filter(|_| *defined) {
                        add(&mut self.found.types, column.oid);
                    }
                }
                Source::Join(columns) => self.nodes(columns),
                Source::Relation { .. } | Source::Cte(_) => {}
            }
        }
        for from in &select.from {
            self.from(from);
        }
        self.nodes(select.filter.iter().chain(&select.having));
        for (_, window) in &select.windows {
            window.parts(&mut |node| self.node(node));
        }
        self.scopes.pop();
        let whole: Vec<Mention> =
            select.items.iter().filter_map(|item| self.unnamed(item)).collect();
        for mention in whole {
            add(&mut self.found.columns, mention);
        }
    }

    /// A relation of which no column was named.
    fn unnamed(&self, item: &Item) -> Option<Mention> {
        let Source::Relation { schema, name, .. } = &item.source else { return None };
        let is_named = self.found.columns.iter().any(|(own, of, _)| own == schema && of == name);
        (!is_named).then(|| (*schema, name.clone(), None))
    }

    fn from(&mut self, from: &'a From) {
        let From::Join(join) = from else { return };
        let Join { left, right, using, on, .. } = &**join;
        for side in [left, right] {
            for name in using {
                self.named(side, name);
            }
            self.from(side);
        }
        self.nodes(on);
    }

    /// A column of a side of a join by its name.
    fn named(&mut self, side: &'a From, name: &str) {
        match side {
            From::Item(item) => {
                let columns = self.scopes.last().and_then(|items| items.get(*item));
                let columns = columns.map(|item| item.columns.as_slice()).unwrap_or_default();
                if let Some(column) = columns.iter().position(|column| *column.name == *name) {
                    self.column(0, *item, column);
                }
            }
            From::Join(join) => {
                self.named(&join.left, name);
                self.named(&join.right, name);
            }
        }
    }

    fn item(&self, level: usize, item: usize) -> Option<&'a Item> {
        let scope = self.scopes.len().checked_sub(level + 1)?;
        self.scopes.get(scope)?.get(item)
    }

    fn column(&mut self, level: usize, item: usize, column: usize) {
        let Some(item) = self.item(level, item) else { return };
        if let Source::Relation { schema, name, .. } = &item.source
            && let Some(column) = item.columns.get(column)
        {
            add(&mut self.found.columns, (*schema, name.clone(), Some(column.own.clone())));
        }
    }

    fn nodes(&mut self, nodes: impl IntoIterator<Item = &'a Node>) {
        for node in nodes {
            self.node(node);
        }
    }

    fn call(&mut self, call: &Call) {
        if let Some(routine) = call.routine {
            add(&mut self.found.routines, routine);
        }
    }

    fn node(&mut self, node: &'a Node) {
        match &node.kind {
            Kind::Call(call) => self.call(call),
            Kind::Aggregate(aggregate) => self.call(&aggregate.call),
            Kind::Const(_) | Kind::Convert(_) | Kind::Tuple(_) => {
                add(&mut self.found.types, node.oid);
            }
            Kind::Field { of, name } => add(&mut self.found.fields, (of.oid, name.clone())),
            _ => {}
        }
        match &node.kind {
            Kind::Column { level, item, column } => self.column(*level, *item, *column),
            Kind::Row { level, item } => {
                if let Some(Item { source: Source::Relation { schema, name, .. }, .. }) =
                    self.item(*level, *item)
                {
                    add(&mut self.found.columns, (*schema, name.clone(), None));
                }
            }
            Kind::Sublink(sublink) => {
                node.parts(&mut |part| self.node(part));
                self.query(&sublink.query);
            }
            kind => {
                self.has_aggregate |= matches!(kind, Kind::Aggregate(_)) && self.scopes.len() == 1;
                node.parts(&mut |part| self.node(part));
            }
        }
    }
}
