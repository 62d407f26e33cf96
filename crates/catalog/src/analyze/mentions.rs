//! Which columns of which relations a query names.

use std::sync::Arc;

use super::tree::{Body, From, Item, Join, Kind, Node, Query, Select, SetTree, Source, Target};

/// A relation, by the number of its schema and its name, and a column; none stands for all of it.
pub(crate) type Mention = (u32, Arc<str>, Option<Arc<str>>);

/// What a query names, each once, in the order in which it does; a relation of which no column is named is
/// named itself.
pub(crate) fn mentions(query: &Query) -> Vec<Mention> {
    let mut walk = Walk { scopes: Vec::new(), found: Vec::new(), has_aggregate: false };
    walk.query(query);
    walk.found
}

/// Whether the list of a query has aggregates or functions of windows.
pub(super) fn has_aggregate(targets: &[Target]) -> bool {
    let mut walk = Walk { scopes: vec![&[]], found: Vec::new(), has_aggregate: false };
    walk.nodes(targets.iter().map(|target| &target.node));
    walk.has_aggregate
}

struct Walk<'a> {
    /// The items of FROM of the queries around, innermost last.
    scopes: Vec<&'a [Item]>,
    found: Vec<Mention>,
    /// Whether the outermost list has one.
    has_aggregate: bool,
}

impl<'a> Walk<'a> {
    fn add(&mut self, mention: Mention) {
        if !self.found.contains(&mention) {
            self.found.push(mention);
        }
    }

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
                Source::Functions { calls, .. } => self.nodes(calls),
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
            self.add(mention);
        }
    }

    /// A relation of which no column was named.
    fn unnamed(&self, item: &Item) -> Option<Mention> {
        let Source::Relation { schema, name, .. } = &item.source else { return None };
        let is_named = self.found.iter().any(|(own, of, _)| own == schema && of == name);
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
            self.add((*schema, name.clone(), Some(column.own.clone())));
        }
    }

    fn nodes(&mut self, nodes: impl IntoIterator<Item = &'a Node>) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &'a Node) {
        match &node.kind {
            Kind::Column { level, item, column } => self.column(*level, *item, *column),
            Kind::Row { level, item } => {
                if let Some(Item { source: Source::Relation { schema, name, .. }, .. }) =
                    self.item(*level, *item)
                {
                    self.add((*schema, name.clone(), None));
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
