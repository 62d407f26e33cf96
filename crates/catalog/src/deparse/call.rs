//! Calls of functions, aggregates and functions of windows.

use trunkline_core::Oid;
use trunkline_sql::quote_identifier;

use super::Printer;
use super::constant::Label;
use crate::analyze::tree::{
    Aggregate, Bound, Call, CallForm, Frame, Kind, Node, Over, Sort, Window,
};

impl Printer<'_> {
    pub(super) fn call(&mut self, call: &Call, node: &Node) {
        if call.form == CallForm::Grammar && self.grammar(call, node) {
            return;
        }
        let name = self.function_name(call);
        self.push(&name);
        self.push("(");
        let last = call.arguments.len().saturating_sub(1);
        for (place, argument) in call.arguments.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            if call.form == CallForm::Variadic && place == last {
                self.push("VARIADIC ");
            }
            self.node(argument, true);
        }
        self.push(")");
    }

    fn function_name(&self, call: &Call) -> String {
        match call.routine {
            Some(routine) => self.names.routine_text(routine, &call.name),
            None => quote_identifier(&call.name).into_owned(),
        }
    }

    /// A call as the grammar has it; `false` if it has no such form.
    fn grammar(&mut self, call: &Call, node: &Node) -> bool {
        let words: &[&str] = match (&*call.name, call.arguments.as_slice()) {
            ("timezone", [zone, time]) => {
                let plain = true;
                self.wrapped(plain, |printer| {
                    printer.part(time, false, node);
                    printer.push(" AT TIME ZONE ");
                    printer.part(zone, false, node);
                });
                return true;
            }
            ("overlaps", [one, two, three, four]) => {
                self.push("((");
                self.list(&[one.clone(), two.clone()], false);
                self.push(") OVERLAPS (");
                self.list(&[three.clone(), four.clone()], false);
                self.push("))");
                return true;
            }
            ("extract", [Node { kind: Kind::Const(Some(field)), .. }, of]) => {
                self.push(&format!("EXTRACT({field} FROM "));
                self.node(of, false);
                self.push(")");
                return true;
            }
            ("position", [of, what]) => {
                self.push("POSITION((");
                self.node(what, false);
                self.push(") IN (");
                self.node(of, false);
                self.push("))");
                return true;
            }
            ("btrim" | "ltrim" | "rtrim", [of, what @ ..]) => {
                self.push(match &*call.name {
                    "btrim" => "TRIM(BOTH",
                    "ltrim" => "TRIM(LEADING",
                    _ => "TRIM(TRAILING",
                });
                if let [what] = what {
                    self.push(" ");
                    self.node(what, false);
                }
                self.push(" FROM ");
                self.node(of, false);
                self.push(")");
                return true;
            }
            ("overlay", [_, _, _, ..]) => &["OVERLAY(", " PLACING ", " FROM ", " FOR "],
            ("substring", [_, from, ..]) if from.oid == Oid::INT4 => {
                &["SUBSTRING(", " FROM ", " FOR "]
            }
            _ => return false,
        };
        for (word, argument) in words.iter().zip(&call.arguments) {
            self.push(word);
            self.node(argument, false);
        }
        self.push(")");
        true
    }

    pub(super) fn aggregate(&mut self, aggregate: &Aggregate) {
        let name = self.function_name(&aggregate.call);
        self.push(&name);
        self.push("(");
        if aggregate.distinct {
            self.push("DISTINCT ");
        }
        if aggregate.star {
            self.push("*");
        }
        self.list(&aggregate.call.arguments, true);
        if !aggregate.order.is_empty() {
            self.push(" ORDER BY ");
            self.sorts(&aggregate.order);
        }
        self.push(")");
        if !aggregate.within_group.is_empty() {
            self.push(" WITHIN GROUP (ORDER BY ");
            self.sorts(&aggregate.within_group);
            self.push(")");
        }
        if let Some(filter) = &aggregate.filter {
            self.push(" FILTER (WHERE ");
            self.node(filter, false);
            self.push(")");
        }
        match &aggregate.over {
            None => {}
            Some(Over::Named(name)) => self.push(&format!(" OVER {}", quote_identifier(name))),
            Some(Over::Window(window)) => {
                self.push(" OVER ");
                self.window(window);
            }
        }
    }

    /// What stands behind OVER, or behind AS in WINDOW.
    pub(super) fn window(&mut self, window: &Window) {
        self.push("(");
        let mut separator = "";
        if let Some(name) = &window.refers_to {
            self.push(&quote_identifier(name));
            separator = " ";
        }
        if !window.partition.is_empty() {
            self.push(separator);
            self.push("PARTITION BY ");
            for (place, node) in window.partition.iter().enumerate() {
                if place > 0 {
                    self.push(", ");
                }
                self.key(node);
            }
            separator = " ";
        }
        if !window.order.is_empty() {
            self.push(separator);
            self.push("ORDER BY ");
            self.sorts(&window.order);
            separator = " ";
        }
        if let Some(frame) = &window.frame {
            self.push(separator);
            self.frame(frame);
        }
        self.push(")");
    }

    fn frame(&mut self, frame: &Frame) {
        self.push(frame.unit);
        match &frame.end {
            Some(end) => {
                self.push(" BETWEEN ");
                self.bound(&frame.start);
                self.push(" AND ");
                self.bound(end);
            }
            None => {
                self.push(" ");
                self.bound(&frame.start);
            }
        }
    }

    fn bound(&mut self, bound: &Bound) {
        match bound {
            Bound::CurrentRow => self.push("CURRENT ROW"),
            Bound::Unbounded(direction) => self.push(&format!("UNBOUNDED {direction}")),
            Bound::Offset(offset, direction) => {
                self.node(offset, false);
                self.push(&format!(" {direction}"));
            }
        }
    }

    fn sorts(&mut self, sorts: &[Sort]) {
        for (place, sort) in sorts.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.key(&sort.node);
            self.direction(sort.descending, sort.nulls_first);
        }
    }

    /// How a key of ORDER BY goes, where it is not as usual.
    pub(super) fn direction(&mut self, descending: bool, nulls_first: bool) {
        match (descending, nulls_first) {
            (true, true) => self.push(" DESC"),
            (true, false) => self.push(" DESC NULLS LAST"),
            (false, true) => self.push(" NULLS FIRST"),
            (false, false) => {}
        }
    }

    /// A key of ORDER BY and the like: neither a number nor a name that means a column of the list.
    pub(super) fn key(&mut self, node: &Node) {
        match &node.kind {
            Kind::Const(value) => {
                self.constant(value.as_deref(), node.oid, node.typmod, Label::Always);
            }
            Kind::Column { .. } => self.node(node, true),
            kind => {
                let is_call = match kind {
                    Kind::Call(_) | Kind::Aggregate(_) => true,
                    Kind::Convert(convert) => convert.by_function,
                    _ => false,
                };
                let wanted = self.pretty || is_call;
                self.wrapped(wanted, |printer| printer.node(node, true));
            }
        }
    }
}
