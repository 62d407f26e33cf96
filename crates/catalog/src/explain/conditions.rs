//! Where in FROM each condition is looked at, as `bind::push` and `bind::order` have it.

use std::borrow::Cow;
use std::collections::HashSet;

use trunkline_core::Oid;

use crate::analyze::tree::{From, Item, Join, Kind, Logic, Node, Select, Source, Sublink};
use crate::joins::JoinKind;
use crate::plan;

/// A condition, and the leaves that it is worked out of.
#[derive(Clone)]
pub(super) struct Condition<'t> {
    pub(super) node: Cow<'t, Node>,
    leaves: HashSet<usize>,
    /// Whether it may need any: a query in it is not looked through.
    all: bool,
}

/// The conditions of a SELECT: those of WHERE with those of inner joins, and those of each outer join.
pub(super) struct Conditions<'t> {
    start: Vec<Condition<'t>>,
    /// By the leaves of the side whose rows may be missing, or of both.
    outer: Vec<(HashSet<usize>, Vec<Condition<'t>>)>,
}

/// Whether a query in an expression depends on the rows around it.
type IsCorrelated<'a> = dyn Fn(&Sublink) -> bool + 'a;

impl<'t> Conditions<'t> {
    /// The conditions of a SELECT, the items of whose leaves are these.
    pub(super) fn of(
        select: &'t Select,
        leaves: &[usize],
        is_correlated: &IsCorrelated<'_>,
    ) -> Conditions<'t> {
        let mut gather = Gather { items: &select.items, leaves, is_correlated, outer: Vec::new() };
        let mut start = Vec::new();
        for from in &select.from {
            gather.from(from, &mut start);
        }
        if let Some(filter) = &select.filter {
            gather.add(filter, &mut start);
        }
        Conditions { start, outer: gather.outer }
    }

    /// Calls a function with each.
    pub(super) fn each(&self, see: &mut dyn FnMut(&Node)) {
        let outer = self.outer.iter().flat_map(|(_, all)| all);
        self.start.iter().chain(outer).for_each(|one| see(&one.node));
    }

    /// Those that no outer join has, once.
    pub(super) fn start(&mut self) -> Vec<Condition<'t>> {
        std::mem::take(&mut self.start)
    }

    /// Those of the outer join of these leaves.
    pub(super) fn outer(&mut self, leaves: &HashSet<usize>) -> Vec<Condition<'t>> {
        let place = self.outer.iter().position(|(of, _)| of == leaves);
        place.map(|place| self.outer.swap_remove(place).1).unwrap_or_default()
    }
}

impl Condition<'_> {
    /// Whether it needs none of these leaves.
    pub(super) fn is_none_of(&self, leaves: &HashSet<usize>) -> bool {
        !self.all && self.leaves.is_disjoint(leaves)
    }

    /// Whether it says that something of one leaf is equal to something of others.
    pub(super) fn looks_up(&self, leaf: usize) -> bool {
        let Kind::Operator { name, operands } = &self.node.kind else { return false };
        &**name == "="
            && operands.len() == 2
            && !self.all
            && self.leaves.contains(&leaf)
            && self.leaves.len() > 1
    }

    /// Whether it is a condition on a column of an item by which rows can be found.
    pub(super) fn is_on(&self, item: usize, column: usize) -> bool {
        let is_it = |node: &Node| {
            let mut node = node;
            while let Kind::Convert(convert) = &node.kind {
                node = &convert.of;
            }
            matches!(&node.kind, Kind::Column { level: 0, item: of, column: own }
                if *of == item && *own == column)
        };
        match &self.node.kind {
            Kind::Operator { name, operands } => &**name == "=" && operands.iter().any(is_it),
            Kind::Quantified { name, all: false, sides } => &**name == "=" && is_it(&sides.0),
            Kind::Sublink(sublink) => match &sublink.kind {
                crate::analyze::tree::SublinkKind::Compared { test, .. } => test.iter().any(is_it),
                _ => false,
            },
            _ => false,
        }
    }
}

/// The leaves of a part of FROM.
pub(super) fn leaves_of(from: &plan::From) -> HashSet<usize> {
    let mut leaves = HashSet::new();
    let mut parts = vec![from];
    while let Some(part) = parts.pop() {
        match part {
            plan::From::Leaf(leaf) => {
                leaves.insert(leaf.index);
            }
            plan::From::Join(join) => parts.extend([&join.left, &join.right]),
        }
    }
    leaves
}

struct Gather<'a, 't> {
    items: &'t [Item],
    leaves: &'a [usize],
    is_correlated: &'a IsCorrelated<'a>,
    outer: Vec<(HashSet<usize>, Vec<Condition<'t>>)>,
}

impl<'t> Gather<'_, 't> {
    fn from(&mut self, from: &'t From, into: &mut Vec<Condition<'t>>) {
        let From::Join(join) = from else { return };
        let mut own = Vec::new();
        if let Some(on) = &join.on {
            self.add(on, &mut own);
        }
        for name in &join.using {
            if let Some(node) = self.merged(join, name) {
                own.push(self.condition(Cow::Owned(node)));
            }
        }
        let (mut left, mut right) = (Vec::new(), Vec::new());
        self.from(&join.left, &mut left);
        self.from(&join.right, &mut right);
        // What an outer join may have no rows of has its conditions within.
        let missing = match join.kind {
            JoinKind::Inner => {
                into.extend(left.into_iter().chain(right).chain(own));
                return;
            }
            JoinKind::Left => {
                into.append(&mut left);
                own.append(&mut right);
                self.within(&join.right)
            }
            JoinKind::Right => {
                into.append(&mut right);
                own.append(&mut left);
                self.within(&join.left)
            }
            JoinKind::Full => {
                let (one, two) = (self.within(&join.left), self.within(&join.right));
                let both = one.union(&two).copied().collect();
                self.outer.extend([(one, left), (two, right)]);
                both
            }
        };
        self.outer.push((missing, own));
    }

    /// The leaves of a part of FROM.
    fn within(&self, from: &From) -> HashSet<usize> {
        let mut leaves = HashSet::new();
        let mut parts = vec![from];
        while let Some(part) = parts.pop() {
            match part {
                From::Item(item) => leaves.extend(self.leaf(*item)),
                From::Join(join) => parts.extend([&join.left, &join.right]),
            }
        }
        leaves
    }

    fn leaf(&self, item: usize) -> Option<usize> {
        self.leaves.iter().position(|one| *one == item)
    }

    /// Adds a condition, or those that AND connects.
    fn add(&self, node: &'t Node, into: &mut Vec<Condition<'t>>) {
        match &node.kind {
            Kind::Logic(Logic::And, all) => all.iter().for_each(|one| self.add(one, into)),
            _ => into.push(self.condition(Cow::Borrowed(node))),
        }
    }

    fn condition(&self, node: Cow<'t, Node>) -> Condition<'t> {
        let (mut leaves, mut all) = (HashSet::new(), false);
        node.walk(0, &mut |node, level| match &node.kind {
            Kind::Column { level: of, item, .. } | Kind::Row { level: of, item }
                if *of == level =>
            {
                leaves.extend(self.leaf(*item));
            }
            Kind::Merged(_) => all = true,
            Kind::Sublink(sublink) if level == 0 => all |= (self.is_correlated)(sublink),
            _ => {}
        });
        Condition { node, leaves, all }
    }

    /// `left.name = right.name`, of a name in USING.
    fn merged(&self, join: &'t Join, name: &str) -> Option<Node> {
        let (left, right) = (self.column(&join.left, name)?, self.column(&join.right, name)?);
        let operands = vec![left, right];
        Some(Node::new(Kind::Operator { name: "=".into(), operands }, Oid::BOOL))
    }

    fn column(&self, from: &From, name: &str) -> Option<Node> {
        match from {
            From::Join(join) => {
                self.column(&join.left, name).or_else(|| self.column(&join.right, name))
            }
            From::Item(item) => {
                let of = self.items.get(*item)?;
                if matches!(of.source, Source::Join(_)) {
                    return None;
                }
                let column = of.columns.iter().position(|column| *column.name == *name)?;
                let oid = of.columns.get(column)?.oid;
                Some(Node::new(Kind::Column { level: 0, item: *item, column }, oid))
            }
        }
    }
}

impl Select {
    /// The expressions in FROM, in the order in which they stand there.
    pub(super) fn nodes_in_from(&self) -> Vec<&Node> {
        let mut nodes = Vec::new();
        self.from.iter().for_each(|from| self.nodes_of(from, &mut nodes));
        nodes
    }

    fn nodes_of<'t>(&'t self, from: &'t From, nodes: &mut Vec<&'t Node>) {
        match from {
            From::Item(item) => {
                if let Some(Source::Functions { calls, .. }) =
                    self.items.get(*item).map(|item| &item.source)
                {
                    nodes.extend(calls);
                }
            }
            From::Join(join) => {
                self.nodes_of(&join.left, nodes);
                self.nodes_of(&join.right, nodes);
                nodes.extend(&join.on);
            }
        }
    }
}
