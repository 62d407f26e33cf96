//! Expressions as EXPLAIN shows them: by the names that relations have in a plan, and with the number of a
//! plan in place of a query.
//!
//! Source: what PostgreSQL 18 answers.

use std::collections::{HashMap, HashSet};

use super::{Frame, Printer};
use crate::analyze::Names;
use crate::analyze::tree::{How, Item, Node, Sublink, SublinkKind, Target};

/// The plans of queries in expressions, which are known by where they are in the tree.
pub(super) type Plans = HashMap<*const Sublink, Plan>;

/// The plan of a query in an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) number: usize,
    /// Whether it is run again for each row.
    pub(crate) is_correlated: bool,
}

impl Plan {
    /// Whether it is run once, before the rows that ask for its value.
    pub(crate) fn is_first(self, sublink: &Sublink) -> bool {
        !self.is_correlated && !matches!(sublink.kind, SublinkKind::Compared { .. })
    }
}

/// Writes the expressions of a plan.
pub(crate) struct Explained<'a> {
    printer: Printer<'a>,
    /// The names that relations have, each another.
    taken: HashSet<String>,
}

impl<'a> Explained<'a> {
    pub(crate) fn new(names: Names<'a>) -> Explained<'a> {
        let mut printer = Printer::new(names, false);
        printer.plans = Some(Plans::new());
        Explained { printer, taken: HashSet::new() }
    }

    /// Goes into a query over some items.
    pub(crate) fn enter(&mut self, items: &[Item], targets: &[Target]) {
        let frame = Frame::among(items, targets, &mut self.taken);
        self.printer.frames.push(frame);
    }

    /// Leaves it.
    pub(crate) fn leave(&mut self) {
        self.printer.frames.pop();
    }

    /// Notes the plan of a query in an expression.
    pub(crate) fn note(&mut self, sublink: &Sublink, plan: Plan) {
        self.printer.plans.get_or_insert_default().insert(std::ptr::from_ref(sublink), plan);
    }

    /// What an item of the query is called.
    pub(crate) fn item(&self, item: usize) -> &str {
        let shown = self.printer.frames.last().and_then(|frame| frame.items.get(item));
        shown.map_or("", |shown| &shown.name)
    }

    /// An expression, the names of relations before those of their columns if that is said.
    pub(crate) fn node(&mut self, node: &Node, prefix: bool) -> String {
        self.printer.prefix = prefix;
        self.printer.apart(|printer| printer.node(node, true))
    }

    /// What stands behind a key that is not sorted by as usual.
    pub(crate) fn direction(&mut self, descending: bool, nulls_first: bool) -> String {
        self.printer.apart(|printer| printer.direction(descending, nulls_first))
    }
}

impl Printer<'_> {
    /// What stands for a query in an expression.
    pub(super) fn subplan(&mut self, sublink: &Sublink, plan: Plan) {
        let number = plan.number;
        match &sublink.kind {
            SublinkKind::Compared { name, how, test } => {
                let word = match how {
                    How::Any => "ANY ",
                    How::All => "ALL ",
                    How::Row => "",
                };
                let is_hashed = !plan.is_correlated && &**name == "=" && *how == How::Any;
                let hashed = if is_hashed { "hashed " } else { "" };
                self.push(&format!("({word}"));
                self.wrapped(test.len() > 1, |printer| {
                    for (place, one) in test.iter().enumerate() {
                        printer.push(if place > 0 { " AND (" } else { "(" });
                        printer.node(one, true);
                        let column = place + 1;
                        printer.push(&format!(" {name} ({hashed}SubPlan {number}).col{column})"));
                    }
                });
                self.push(")");
            }
            _ if plan.is_first(sublink) => self.push(&format!("(InitPlan {number}).col1")),
            SublinkKind::Scalar => self.push(&format!("(SubPlan {number})")),
            SublinkKind::Exists => self.push(&format!("EXISTS(SubPlan {number})")),
            SublinkKind::Array => self.push(&format!("ARRAY(SubPlan {number})")),
        }
    }
}
