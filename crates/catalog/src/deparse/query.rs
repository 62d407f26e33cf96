//! Queries.

use std::sync::Arc;

use trunkline_sql::quote_identifier;

use super::frame::Frame;
use super::{CLAUSE, PART, Printer};
use crate::analyze::tree::{
    Body, Cte, Distinct, Grouping, Kind, Node, Query, Select, SetTree, SortColumn, Target,
};

impl Printer<'_> {
    /// A query within another one, whose columns have the names that it gives them.
    pub(super) fn inner(&mut self, query: &Query, names_are_seen: bool) {
        let before = self.result.take();
        self.query(query, names_are_seen);
        self.result = before;
    }

    /// A query; `names_are_seen` says whether anybody can see the names of its columns.
    pub(super) fn query(&mut self, query: &Query, names_are_seen: bool) {
        stacker::maybe_grow(128 << 10, 2 << 20, || self.query_within(query, names_are_seen));
    }

    fn query_within(&mut self, query: &Query, names_are_seen: bool) {
        let items = match &query.body {
            Body::Select(select) => select.items.as_slice(),
            _ => &[],
        };
        let (level, prefix, in_order) =
            (self.level, self.prefix, std::mem::take(&mut self.in_order));
        self.prefix = !self.frames.is_empty() || items.len() != 1;
        let frame = Frame::new(items, query.targets(), &self.frames);
        self.frames.push(frame);
        self.with(query);
        match &query.body {
            Body::Select(select) => self.select(select, names_are_seen),
            Body::Values(rows, targets) => self.values(rows, targets),
            Body::Set(tree, _) => self.set_tree(tree, names_are_seen),
        }
        let by_number = !matches!(query.body, Body::Select(_));
        self.order(&query.order, query.targets(), by_number);
        self.limit(query);
        self.frames.pop();
        (self.level, self.prefix, self.in_order) = (level, prefix, in_order);
    }

    fn with(&mut self, query: &Query) {
        if query.ctes.is_empty() {
            return;
        }
        self.level += CLAUSE;
        self.push(if query.recursive { " WITH RECURSIVE " } else { " WITH " });
        for (place, cte) in query.ctes.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.cte(cte);
        }
        self.level -= CLAUSE;
        self.clause("", 0, 0, 0);
    }

    fn cte(&mut self, cte: &Cte) {
        self.push(&quote_identifier(&cte.name));
        if !cte.columns.is_empty() {
            let names: Vec<_> = cte.columns.iter().map(|name| quote_identifier(name)).collect();
            self.push(&format!("({})", names.join(", ")));
        }
        self.push(match cte.materialized {
            Some(true) => " AS MATERIALIZED (",
            Some(false) => " AS NOT MATERIALIZED (",
            None => " AS (",
        });
        self.clause("", 0, 0, 0);
        self.inner(&cte.query, true);
        self.clause("", 0, 0, 0);
        self.push(")");
    }

    fn values(&mut self, rows: &[Vec<Node>], targets: &[Target]) {
        self.level += CLAUSE;
        let names = self.result.clone().unwrap_or_default();
        let renamed: Vec<(Arc<str>, Arc<str>)> =
            targets.iter().zip(names).map(|(target, name)| (target.name.clone(), name)).collect();
        let is_renamed = renamed.iter().any(|(own, name)| own != name);
        self.push(" ");
        if is_renamed {
            let columns = renamed.iter().map(|(own, name)| {
                format!("\"*VALUES*\".{} AS {}", quote_identifier(own), quote_identifier(name))
            });
            let columns: Vec<String> = columns.collect();
            self.push("SELECT ");
            for (place, column) in columns.iter().enumerate() {
                if place > 0 {
                    self.push(", ");
                    self.clause("", -CLAUSE, CLAUSE, PART);
                }
                self.push(column);
            }
            self.clause(" FROM ", -CLAUSE, CLAUSE, 2);
            self.push("(");
        }
        self.push("VALUES ");
        for (place, row) in rows.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.push("(");
            for (place, cell) in row.iter().enumerate() {
                if place > 0 {
                    self.push(",");
                }
                self.node(cell, false);
            }
            self.push(")");
        }
        if is_renamed {
            let own: Vec<_> = renamed.iter().map(|(own, _)| quote_identifier(own)).collect();
            self.push(&format!(") \"*VALUES*\"({})", own.join(", ")));
        }
    }

    fn set_tree(&mut self, tree: &SetTree, names_are_seen: bool) {
        match tree {
            SetTree::Query(query) => {
                let wanted = !query.ctes.is_empty()
                    || !query.order.is_empty()
                    || !query.locks.is_empty()
                    || query.limit.is_some()
                    || query.offset.is_some();
                self.wrapped(wanted, |printer| printer.query(query, names_are_seen));
            }
            SetTree::Operation { word, all, left, right } => {
                let is_same = matches!(&**left,
                    SetTree::Operation { word: own, all: own_all, .. } if own == word && own_all == all);
                let wanted = matches!(&**left, SetTree::Operation { .. }) && !is_same;
                let indent = if wanted { CLAUSE } else { 0 };
                if wanted {
                    self.push("(");
                    self.clause("", indent, 0, 0);
                }
                self.set_tree(left, names_are_seen);
                self.clause(if wanted { ") " } else { "" }, -indent, 0, 0);
                self.push(word);
                self.push(if *all { " ALL " } else { " " });
                let wanted = matches!(&**right, SetTree::Operation { .. });
                let indent = if wanted { CLAUSE } else { 0 };
                if wanted {
                    self.push("(");
                }
                self.clause("", indent, 0, 0);
                self.set_tree(right, false);
                self.level -= indent;
                if wanted {
                    self.clause(")", 0, 0, 0);
                }
            }
        }
    }

    fn select(&mut self, select: &Select, names_are_seen: bool) {
        self.level += CLAUSE;
        self.push(" SELECT");
        match &select.distinct {
            Distinct::No => {}
            Distinct::All => self.push(" DISTINCT"),
            Distinct::On(columns) => {
                self.push(" DISTINCT ON (");
                self.keys(columns, &select.targets);
                self.push(")");
            }
        }
        self.targets(&select.targets, names_are_seen);
        self.from(select);
        if let Some(filter) = &select.filter {
            self.clause(" WHERE ", -CLAUSE, CLAUSE, 1);
            self.node(filter, false);
        }
        if !select.group.is_empty() {
            self.clause(" GROUP BY ", -CLAUSE, CLAUSE, 1);
            for (place, group) in select.group.iter().enumerate() {
                if place > 0 {
                    self.push(", ");
                }
                self.grouping(group, &select.targets);
            }
        }
        if let Some(having) = &select.having {
            self.clause(" HAVING ", -CLAUSE, CLAUSE, 0);
            self.node(having, false);
        }
        for (place, (name, window)) in select.windows.iter().enumerate() {
            match place {
                0 => self.clause(" WINDOW ", -CLAUSE, CLAUSE, 1),
                _ => self.push(", "),
            }
            self.push(&format!("{} AS ", quote_identifier(name)));
            self.window(window);
        }
    }

    fn targets(&mut self, targets: &[Target], names_are_seen: bool) {
        let shown = targets.iter().filter(|target| !target.hidden);
        for (place, target) in shown.enumerate() {
            self.push(if place == 0 { " " } else { ", " });
            let text = self.apart(|printer| printer.target(target, place, names_are_seen));
            if text.starts_with('\n') {
                let kept = self.out.trim_end_matches(' ').len();
                self.out.truncate(kept);
            } else if place > 0 {
                self.clause("", -CLAUSE, CLAUSE, PART);
            }
            self.push(&text);
        }
    }

    fn target(&mut self, target: &Target, place: usize, names_are_seen: bool) {
        self.node(&target.node, true);
        let own = match &target.node.kind {
            Kind::Column { level, item, column } => {
                let at = self.frames.len().checked_sub(1 + level);
                let item = at.and_then(|at| self.frames.get(at)?.items.get(*item));
                item.and_then(|item| item.columns.get(*column)).cloned()
            }
            Kind::Row { .. } => {
                self.label(target.node.oid, target.node.typmod);
                None
            }
            Kind::Merged(name) => Some(name.clone()),
            _ => (!names_are_seen).then(|| "?column?".into()),
        };
        let result = self.result.as_ref().and_then(|names| names.get(place));
        let name = result.unwrap_or(&target.name).clone();
        if own.as_ref() != Some(&name) {
            self.push(&format!(" AS {}", quote_identifier(&name)));
        }
    }

    fn grouping(&mut self, group: &Grouping, targets: &[Target]) {
        match group {
            Grouping::Column(column) => self.keys(&[*column], targets),
            Grouping::Sets("", _) => self.push("()"),
            Grouping::Sets(word, sets) => {
                self.push(word);
                self.push(if *word == "GROUPING SETS" { " (" } else { "(" });
                for (place, set) in sets.iter().enumerate() {
                    if place > 0 {
                        self.push(", ");
                    }
                    let wanted = set.len() != 1 || *word == "GROUPING SETS";
                    self.wrapped(wanted, |printer| printer.keys(set, targets));
                }
                self.push(")");
            }
        }
    }

    /// Columns of the list, as what they are.
    fn keys(&mut self, columns: &[usize], targets: &[Target]) {
        self.in_order = true;
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            if let Some(target) = targets.get(*column) {
                self.key(&target.node);
            }
        }
        self.in_order = false;
    }

    fn order(&mut self, order: &[SortColumn], targets: &[Target], by_number: bool) {
        for (place, sort) in order.iter().enumerate() {
            match place {
                0 => self.clause(" ORDER BY ", -CLAUSE, CLAUSE, 1),
                _ => self.push(", "),
            }
            match by_number {
                true => self.push(&(sort.target + 1).to_string()),
                false => self.keys(&[sort.target], targets),
            }
            self.direction(sort.descending, sort.nulls_first);
        }
    }

    fn limit(&mut self, query: &Query) {
        if let Some(offset) = &query.offset {
            self.clause(" OFFSET ", -CLAUSE, CLAUSE, 0);
            self.node(offset, false);
        }
        if let Some(limit) = &query.limit {
            if query.with_ties {
                self.clause(" FETCH FIRST ", -CLAUSE, CLAUSE, 0);
                self.wrapped(true, |printer| printer.node(limit, false));
                self.push(" ROWS WITH TIES");
            } else {
                self.clause(" LIMIT ", -CLAUSE, CLAUSE, 0);
                match &limit.kind {
                    Kind::Const(None) => self.push("ALL"),
                    _ => self.node(limit, false),
                }
            }
        }
        for lock in &query.locks {
            let item = self.frames.last().and_then(|frame| frame.items.get(lock.item));
            let name = item.map(|item| quote_identifier(&item.name).into_owned());
            let text = format!(" {} OF {}{}", lock.strength, name.unwrap_or_default(), lock.wait);
            self.clause(&text, -CLAUSE, CLAUSE, 0);
        }
    }
}
