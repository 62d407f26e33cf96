//! FROM.

use std::sync::Arc;

use trunkline_sql::quote_identifier;

use super::frame::{shows_alias, shows_columns};
use super::{CLAUSE, PART, Printer};
use crate::analyze::tree::{From, Item, Join, Kind, Node, Select, Source};
use crate::joins::JoinKind;

impl Printer<'_> {
    pub(super) fn from(&mut self, select: &Select) {
        for (place, from) in select.from.iter().enumerate() {
            if place == 0 {
                self.clause(" FROM ", -CLAUSE, CLAUSE, 2);
                self.joined_item(from, select);
                continue;
            }
            self.push(", ");
            let text = self.apart(|printer| printer.joined_item(from, select));
            if !text.starts_with('\n') {
                self.clause("", -CLAUSE, CLAUSE, PART);
            }
            self.push(&text);
        }
    }

    fn joined_item(&mut self, from: &From, select: &Select) {
        match from {
            From::Item(place) => {
                if let Some(item) = select.items.get(*place) {
                    self.item(item);
                    self.item_names(*place, item);
                }
            }
            From::Join(join) => {
                stacker::maybe_grow(128 << 10, 2 << 20, || self.join(join, select));
            }
        }
    }

    fn join(&mut self, join: &Join, select: &Select) {
        let is_enclosed = !self.pretty || join.named.is_some();
        self.wrapped(is_enclosed, |printer| {
            printer.joined_item(&join.left, select);
            let word = match join.kind {
                JoinKind::Inner if join.on.is_none() && join.using.is_empty() => " CROSS JOIN ",
                JoinKind::Inner => " JOIN ",
                JoinKind::Left => " LEFT JOIN ",
                JoinKind::Right => " RIGHT JOIN ",
                JoinKind::Full => " FULL JOIN ",
            };
            printer.clause(word, -CLAUSE, CLAUSE, PART);
            let is_unnamed_join = matches!(&join.right, From::Join(join) if join.named.is_none());
            let wanted = printer.pretty && is_unnamed_join;
            printer.wrapped(wanted, |printer| printer.joined_item(&join.right, select));
            if !join.using.is_empty() {
                let names: Vec<_> = join.using.iter().map(|name| quote_identifier(name)).collect();
                printer.push(&format!(" USING ({})", names.join(", ")));
            } else if let Some(on) = &join.on {
                printer.push(" ON ");
                let plain = !printer.pretty;
                printer.wrapped(plain, |printer| printer.node(on, false));
            } else if join.kind != JoinKind::Inner {
                printer.push(" ON TRUE");
            }
        });
        if let Some((place, item)) =
            join.named.and_then(|place| Some((place, select.items.get(place)?)))
        {
            self.item_names(place, item);
        }
    }

    fn item(&mut self, item: &Item) {
        if item.lateral {
            self.push("LATERAL ");
        }
        match &item.source {
            Source::Relation { schema, name, .. } => {
                let text = self.names.relation_text(*schema, name);
                self.push(&text);
            }
            Source::Query(query) => {
                self.wrapped(true, |printer| printer.inner(query, true));
            }
            Source::Cte(name) => self.push(&quote_identifier(name)),
            Source::Functions { calls, ordinality, .. } => {
                match calls.as_slice() {
                    [only] => self.table_function(only),
                    several => self.row_functions(several),
                }
                if *ordinality {
                    self.push(" WITH ORDINALITY");
                }
            }
            Source::Join(_) => {}
        }
    }

    /// What stands in FROM without being a call needs parentheses there.
    fn table_function(&mut self, node: &Node) {
        let is_call = matches!(node.kind, Kind::Call(_) | Kind::Keyword(_) | Kind::Coalesce(_));
        if is_call {
            return self.node(node, true);
        }
        self.push("CAST(");
        self.node(node, false);
        let text = self.names.type_text(node.oid, node.typmod);
        self.push(&format!(" AS {text})"));
    }

    /// `UNNEST(a, b)`
    fn row_functions(&mut self, calls: &[Node]) {
        self.push("UNNEST(");
        let arguments = calls.iter().filter_map(|call| match &call.kind {
            Kind::Call(call) => call.arguments.first().cloned(),
            _ => None,
        });
        let arguments: Vec<Node> = arguments.collect();
        self.list(&arguments, true);
        self.push(")");
    }

    /// The name of an item, and those of its columns.
    fn item_names(&mut self, place: usize, item: &Item) {
        let shown = self.frames.last().and_then(|frame| frame.items.get(place));
        let name = shown.map(|shown| shown.name.clone()).unwrap_or_default();
        if shows_alias(item, &name) {
            self.push(&format!(" {}", quote_identifier(&name)));
        }
        if let Source::Functions { defined: true, .. } = &item.source {
            let columns = item.columns.iter().map(|column| {
                let type_text = self.names.type_text(column.oid, column.typmod);
                format!("{} {type_text}", quote_identifier(&column.name))
            });
            let columns = columns.collect::<Vec<_>>().join(", ");
            self.push(&format!("({columns})"));
        } else if shows_columns(item) {
            let columns: Vec<Arc<str>> = item.columns.iter().map(|one| one.name.clone()).collect();
            let columns: Vec<_> = columns.iter().map(|name| quote_identifier(name)).collect();
            self.push(&format!("({})", columns.join(", ")));
        }
    }
}
