//! Expressions and queries as PostgreSQL writes them: what `pg_get_expr`, `pg_get_viewdef` and the like show.
//!
//! There are two ways: the plain one puts parentheses around every operator, and is what is kept; the pretty
//! one leaves out those that are not needed. What [`analyze`](crate::analyze) made of a text is written anew,
//! so that it does not matter who wrote it, and how.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-CATALOG>, and what
//! PostgreSQL answers.

mod call;
mod constant;
mod explained;
mod expression;
mod frame;
mod from;
mod query;
mod simple;

use std::sync::Arc;

use trunkline_core::Oid;

use crate::analyze::Names;
use crate::analyze::tree::{Item, Node, Query};
pub(crate) use explained::{Explained, Plan};
use frame::Frame;

/// How much further in a clause begins, and the arms of a CASE.
const CLAUSE: i32 = 8;
const PART: i32 = 4;
/// From where on everything is indented less.
const MOST: i32 = 40;

/// A query, without a semicolon; its columns are called `columns`.
pub(crate) fn query(query: &Query, columns: &[Arc<str>], names: Names<'_>, pretty: bool) -> String {
    let mut printer = Printer::new(names, pretty);
    printer.result = Some(columns.to_vec());
    printer.query(query, true);
    printer.out
}

/// An expression over some tables; if there are several their names stand before those of their columns.
pub(crate) fn expression(node: &Node, tables: &[Item], names: Names<'_>, pretty: bool) -> String {
    let mut printer = Printer::new(names, pretty);
    printer.prefix = tables.len() > 1;
    printer.frames.push(Frame::new(tables, &[], &[]));
    printer.node(node, false);
    printer.out
}

/// A constant, with its type where it would be read as another one.
pub(crate) fn literal(text: &str, oid: Oid, typmod: i32, names: Names<'_>) -> String {
    let mut printer = Printer::new(names, false);
    printer.constant(Some(text), oid, typmod, constant::Label::Needed);
    printer.out
}

/// Writes.
struct Printer<'a> {
    names: Names<'a>,
    out: String,
    /// Whether parentheses are left out that are not needed.
    pretty: bool,
    /// How far the current clause is indented.
    level: i32,
    /// The names of what is in FROM, the innermost query last.
    frames: Vec<Frame>,
    /// Whether columns are written with the name of their item.
    prefix: bool,
    /// The names of the columns of the outermost query, until they are used.
    result: Option<Vec<Arc<str>>>,
    /// Whether this is in ORDER BY or the like, where a column must not be taken for one of the list.
    in_order: bool,
    /// What stands for queries within expressions, where a plan is shown.
    plans: Option<explained::Plans>,
}

impl<'a> Printer<'a> {
    fn new(names: Names<'a>, pretty: bool) -> Printer<'a> {
        Printer {
            names,
            out: String::new(),
            pretty,
            level: 0,
            frames: Vec::new(),
            prefix: false,
            result: None,
            in_order: false,
            plans: None,
        }
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A key word on a line of its own, with `plus` blanks more before it; what stands in it is as far in as
    /// `before` and `after` say.
    fn clause(&mut self, text: &str, before: i32, after: i32, plus: i32) {
        if self.plans.is_some() {
            // A plan has each expression on one line.
            if !self.out.is_empty() && !self.out.ends_with([' ', '(']) {
                self.out.push(' ');
            }
            return self.push(text);
        }
        self.level += before;
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        self.out.push('\n');
        let level = self.level.max(0);
        let indent = if level < MOST { level } else { (MOST + (level - MOST) / 4) % MOST };
        for _ in 0..indent + plus {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.level = (self.level + after).max(0);
    }

    /// Runs something between parentheses, if they are wanted.
    fn wrapped(&mut self, wanted: bool, run: impl FnOnce(&mut Self)) {
        if wanted {
            self.out.push('(');
        }
        run(self);
        if wanted {
            self.out.push(')');
        }
    }

    /// Expressions with commas between them.
    fn list(&mut self, nodes: &[Node], shows_implicit: bool) {
        for (place, node) in nodes.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.node(node, shows_implicit);
        }
    }

    /// Writes something apart, and gives it.
    fn apart(&mut self, run: impl FnOnce(&mut Self)) -> String {
        let before = std::mem::take(&mut self.out);
        run(self);
        std::mem::replace(&mut self.out, before)
    }
}
