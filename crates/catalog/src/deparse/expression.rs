//! Expressions.

use trunkline_core::Oid;
use trunkline_sql::quote_identifier;

use super::constant::Label;
use super::simple::is_simple;
use super::{PART, Printer};
use crate::analyze::tree::{Case, Convert, How, Index, Kind, Logic, Node, Sublink, SublinkKind};

impl Printer<'_> {
    /// An expression; `shows_implicit` says whether a conversion that nobody wrote is written.
    pub(super) fn node(&mut self, node: &Node, shows_implicit: bool) {
        stacker::maybe_grow(128 << 10, 2 << 20, || self.node_within(node, shows_implicit));
    }

    /// An expression that is part of another one.
    pub(super) fn part(&mut self, node: &Node, shows_implicit: bool, parent: &Node) {
        let wanted = self.pretty && !is_simple(node, parent);
        self.wrapped(wanted, |printer| printer.node(node, shows_implicit));
    }

    fn node_within(&mut self, node: &Node, shows_implicit: bool) {
        let plain = !self.pretty;
        match &node.kind {
            Kind::Column { level, item, column } => self.column(*level, *item, Some(*column)),
            Kind::Row { level, item } => self.column(*level, *item, None),
            Kind::Value => self.push("VALUE"),
            Kind::Merged(name) => self.push(&quote_identifier(name)),
            Kind::CaseOperand => {}
            Kind::Const(value) => {
                self.constant(value.as_deref(), node.oid, node.typmod, Label::Needed);
            }
            Kind::Param(number) => self.push(&format!("${number}")),
            Kind::Keyword(word) => self.push(word),
            Kind::Call(call) => self.call(call, node),
            Kind::Aggregate(aggregate) => self.aggregate(aggregate),
            Kind::Operator { name, operands } => {
                self.wrapped(plain, |printer| printer.operator(name, operands, node));
            }
            Kind::Distinct(sides) => self.wrapped(plain, |printer| {
                printer.part(&sides.0, true, node);
                printer.push(" IS DISTINCT FROM ");
                printer.part(&sides.1, true, node);
            }),
            Kind::NullIf(sides) => {
                self.push("NULLIF(");
                self.node(&sides.0, true);
                self.push(", ");
                self.node(&sides.1, true);
                self.push(")");
            }
            Kind::Quantified { name, all, sides } => self.wrapped(plain, |printer| {
                printer.part(&sides.0, true, node);
                printer.push(&format!(" {name} {} (", if *all { "ALL" } else { "ANY" }));
                printer.part(&sides.1, true, node);
                // A query there would be one whose rows are compared with.
                if let Kind::Sublink(sublink) = &sides.1.kind
                    && sublink.kind == SublinkKind::Scalar
                {
                    printer.label(sides.1.oid, sides.1.typmod);
                }
                printer.push(")");
            }),
            Kind::Logic(logic, all) => {
                self.wrapped(plain, |printer| printer.logic(*logic, all, node))
            }
            Kind::Convert(convert) => self.convert(convert, shows_implicit, node),
            Kind::Collate { of, collation } => self.wrapped(plain, |printer| {
                printer.part(of, shows_implicit, node);
                printer.push(&format!(" COLLATE {collation}"));
            }),
            Kind::Case(case) => self.case(case),
            Kind::Coalesce(all) => self.named_list("COALESCE", all),
            Kind::Grouping(all) => self.named_list("GROUPING", all),
            Kind::Extreme { greatest, of } => {
                self.named_list(if *greatest { "GREATEST" } else { "LEAST" }, of);
            }
            Kind::Tuple(items) => self.named_list("ROW", items),
            Kind::RowComparison { name, left, right } => self.wrapped(true, |printer| {
                printer.named_list("ROW", left);
                printer.push(&format!(" {name} "));
                printer.named_list("ROW", right);
            }),
            Kind::NullTest { of, negated } => self.wrapped(plain, |printer| {
                printer.part(of, true, node);
                printer.push(if *negated { " IS NOT NULL" } else { " IS NULL" });
            }),
            Kind::TruthTest { of, words } => self.wrapped(plain, |printer| {
                printer.part(of, false, node);
                printer.push(&format!(" {words}"));
            }),
            Kind::Array(items) => {
                self.push("ARRAY[");
                self.list(items, true);
                self.push("]");
                if items.is_empty() {
                    self.label(node.oid, node.typmod);
                }
            }
            Kind::Subscript { of, indexes } => {
                let wanted = !matches!(of.kind, Kind::Column { .. });
                self.wrapped(wanted, |printer| printer.node(of, shows_implicit));
                self.indexes(indexes);
            }
            Kind::Field { of, name } => {
                let wanted = !matches!(of.kind, Kind::Subscript { .. } | Kind::Field { .. });
                self.wrapped(wanted, |printer| printer.node(of, true));
                self.push(&format!(".{}", quote_identifier(name)));
            }
            Kind::Sublink(sublink) => self.sublink(sublink),
        }
    }

    fn named_list(&mut self, name: &str, items: &[Node]) {
        self.push(name);
        self.push("(");
        self.list(items, true);
        self.push(")");
    }

    /// A column of an item of FROM, or all of them.
    fn column(&mut self, level: usize, item: usize, column: Option<usize>) {
        let place = self.frames.len().checked_sub(1 + level);
        let shown = place.and_then(|place| self.frames.get(place)?.items.get(item));
        let Some(shown) = shown else { return };
        let name = column.and_then(|column| shown.columns.get(column)).cloned();
        let is_ambiguous = || {
            let own = self.frames.last().zip(name.as_deref()).zip(column);
            let is_other =
                own.map(|((frame, name), column)| frame.is_other_target(name, (item, column)));
            self.in_order && level == 0 && is_other.unwrap_or(false)
        };
        let mut text = String::new();
        if self.prefix || name.is_none() || is_ambiguous() {
            text = format!("{}.", quote_identifier(&shown.name));
        }
        match name {
            Some(name) => text.push_str(&quote_identifier(&name)),
            None => text.push('*'),
        }
        self.push(&text);
    }

    fn operator(&mut self, name: &str, operands: &[Node], node: &Node) {
        match operands {
            [left, right] => {
                self.part(left, true, node);
                self.push(&format!(" {name} "));
                self.part(right, true, node);
            }
            [only] => {
                self.push(&format!("{name} "));
                self.part(only, true, node);
            }
            _ => {}
        }
    }

    fn logic(&mut self, logic: Logic, all: &[Node], node: &Node) {
        let word = match logic {
            Logic::And => " AND ",
            Logic::Or => " OR ",
            Logic::Not => {
                self.push("NOT ");
                ""
            }
        };
        for (place, one) in all.iter().enumerate() {
            if place > 0 {
                self.push(word);
            }
            self.part(one, false, node);
        }
    }

    fn convert(&mut self, convert: &Convert, shows_implicit: bool, node: &Node) {
        if convert.implicit && !shows_implicit {
            return self.part(&convert.of, false, node);
        }
        self.cast(&convert.of, node.oid, node.typmod, node);
    }

    /// `(value)::type`
    fn cast(&mut self, of: &Node, oid: Oid, typmod: i32, node: &Node) {
        match &of.kind {
            Kind::Tuple(_) if of.oid == oid => self.node(of, true),
            // The type stands there only once.
            Kind::Const(value) if of.oid == oid && of.typmod == -1 => {
                self.constant(value.as_deref(), of.oid, of.typmod, Label::Never);
            }
            _ => {
                let plain = !self.pretty;
                self.wrapped(plain, |printer| printer.part(of, false, node));
            }
        }
        self.label(oid, typmod);
    }

    fn case(&mut self, case: &Case) {
        self.clause("CASE", 0, PART, 0);
        if let Some(operand) = &case.operand {
            self.push(" ");
            self.node(operand, true);
        }
        for (condition, result) in &case.arms {
            self.clause("WHEN ", 0, 0, 0);
            self.node(condition, false);
            self.push(" THEN ");
            self.node(result, true);
        }
        self.clause("ELSE ", 0, 0, 0);
        self.node(&case.otherwise, true);
        self.clause("END", -PART, 0, 0);
    }

    fn indexes(&mut self, indexes: &[Index]) {
        for index in indexes {
            self.push("[");
            match index {
                Index::One(index) => self.node(index, false),
                Index::Slice(from, to) => {
                    if let Some(from) = from {
                        self.node(from, false);
                    }
                    self.push(":");
                    if let Some(to) = to {
                        self.node(to, false);
                    }
                }
            }
            self.push("]");
        }
    }

    fn sublink(&mut self, sublink: &Sublink) {
        let plans = self.plans.as_ref();
        if let Some(plan) = plans.and_then(|plans| plans.get(&std::ptr::from_ref(sublink))) {
            return self.subplan(sublink, *plan);
        }
        let mut in_parentheses = true;
        match &sublink.kind {
            SublinkKind::Array => {
                self.push("ARRAY(");
                in_parentheses = false;
            }
            SublinkKind::Scalar => {
                self.push("(");
                in_parentheses = false;
            }
            SublinkKind::Exists => self.push("(EXISTS "),
            SublinkKind::Compared { name, how, test } => {
                self.push("(");
                let several = test.len() > 1;
                self.wrapped(several, |printer| printer.list(test, true));
                match (&**name, how) {
                    ("=", How::Any) => self.push(" IN "),
                    (name, How::Any) => self.push(&format!(" {name} ANY ")),
                    (name, How::All) => self.push(&format!(" {name} ALL ")),
                    (name, How::Row) => self.push(&format!(" {name} ")),
                }
            }
        }
        self.wrapped(in_parentheses, |printer| printer.inner(&sublink.query, false));
        self.push(")");
    }
}
