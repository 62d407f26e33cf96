//! All expressions of a query, also those of the queries within it.

use super::{Body, CteKind, Expr, FrameBound, From, Group, Leaf, Query, Select, Source, Wanted};
use crate::facts::Volatility;
use crate::run::{MORE, RED};

/// What is shown each expression, and how many queries are between it and the one that was asked.
type See<'s> = dyn FnMut(&Expr, usize) + 's;

impl Select {
    /// Calls a function with each expression, and how many queries it is within: the column of a row of this
    /// one has that depth.
    pub(crate) fn walk(&self, level: usize, see: &mut See<'_>) {
        if let Some(from) = &self.from {
            from.walk(level, see);
        }
        let sets = self.sets.iter().flat_map(|set| &set.arguments);
        for expr in self.filter.iter().chain(&self.project).chain(sets) {
            expr.walk(level, see);
        }
        if let Some(group) = &self.group {
            group.walk(level, see);
        }
        for window in &self.windows {
            window.exprs().into_iter().for_each(|expr| expr.walk(level, see));
            for bound in window.frame.iter().flat_map(|frame| [&frame.start, &frame.end]) {
                if let FrameBound::Before(expr) | FrameBound::After(expr) = bound {
                    expr.walk(level, see);
                }
            }
        }
    }
}

impl Group {
    fn walk(&self, level: usize, see: &mut See<'_>) {
        self.keys.iter().chain(&self.having).for_each(|expr| expr.walk(level, see));
        for aggregate in &self.aggregates {
            let order = aggregate.order.iter().map(|key| &key.expr);
            let all = aggregate.arguments.iter().chain(order).chain(&aggregate.filter);
            all.for_each(|expr| expr.walk(level + aggregate.within, see));
        }
    }
}

impl Query {
    /// Calls a function with each expression, as [`Select::walk`] does.
    pub(crate) fn walk(&self, level: usize, see: &mut See<'_>) {
        for cte in &self.ctes {
            match &cte.kind {
                CteKind::Plain(query) => query.walk(level, see),
                CteKind::Recursive(of) => {
                    of.first.walk(level, see);
                    of.next.walk(level, see);
                }
            }
        }
        match &self.body {
            Body::Select(select) => select.walk(level, see),
            Body::Values(rows) => rows.iter().flatten().for_each(|expr| expr.walk(level, see)),
            Body::Set { left, right, .. } => {
                left.query.walk(level, see);
                right.query.walk(level, see);
            }
        }
        self.limit.iter().chain(&self.offset).for_each(|expr| expr.walk(level, see));
    }
}

impl From {
    pub(crate) fn walk(&self, level: usize, see: &mut See<'_>) {
        stacker::maybe_grow(RED, MORE, || match self {
            From::Leaf(leaf) => leaf.walk(level, see),
            From::Join(join) => {
                join.left.walk(level, see);
                join.right.walk(level, see);
                join.on.iter().chain(&join.filter).for_each(|expr| expr.walk(level, see));
            }
        });
    }

    /// Calls a function with what is asked of its rows, but for what queries within ask.
    pub(crate) fn conditions<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        stacker::maybe_grow(RED, MORE, || match self {
            From::Leaf(leaf) => {
                let keys = leaf.probe.iter().map(|probe| &probe.key);
                leaf.filter.iter().chain(&leaf.own).chain(keys).for_each(see);
            }
            From::Join(join) => {
                join.left.conditions(see);
                join.right.conditions(see);
                join.on.iter().chain(&join.filter).for_each(see);
            }
        });
    }
}

impl Leaf {
    pub(crate) fn walk(&self, level: usize, see: &mut See<'_>) {
        let probes = self.probe.iter().flat_map(|probe| [&probe.own, &probe.key]);
        self.filter.iter().chain(&self.own).chain(probes).for_each(|expr| expr.walk(level, see));
        let key = self.key.as_ref().map(|key| &key.wanted);
        for wanted in key.into_iter().chain(&self.kinds) {
            match wanted {
                Wanted::Probe(_) => {}
                Wanted::List(list) => list.iter().for_each(|expr| expr.walk(level, see)),
                Wanted::Array(array) => array.walk(level, see),
                Wanted::Query(sub) => sub.query.walk(level + 1, see),
            }
        }
        match &self.source {
            Source::Table(..) | Source::Cte(_) => {}
            Source::Query(sub) => sub.query.walk(level + 1, see),
            Source::Functions { calls, .. } => {
                let arguments = calls.iter().flat_map(|call| &call.arguments);
                arguments.for_each(|expr| expr.walk(level, see));
            }
            Source::Value(values) => values.iter().for_each(|expr| expr.walk(level, see)),
        }
    }
}

impl Expr {
    /// Calls a function with this expression, its parts, and what is in the queries among those.
    pub(crate) fn walk(&self, level: usize, see: &mut See<'_>) {
        see(self, level);
        stacker::maybe_grow(RED, MORE, || {
            self.parts(&mut |part| part.walk(level, see));
            if let Expr::Subquery { query, .. } = self {
                query.query.walk(level + 1, see);
            }
        });
    }

    /// Whether its value depends on the rows of a leaf of its query and on no others, and it does nothing beside.
    pub(crate) fn is_of_leaf(&self, leaf: usize) -> bool {
        let mut is_own = true;
        self.walk(0, &mut |expr, _| {
            is_own &= match expr {
                Expr::Column { depth, leaf: of, .. } | Expr::WholeRow { depth, leaf: of, .. } => {
                    (*depth, *of) == (0, leaf)
                }
                Expr::Slot { .. } | Expr::Subquery { .. } => false,
                other => !other.is_volatile(),
            };
        });
        is_own
    }

    /// Whether it is a call that may do something beside giving a value.
    pub(crate) fn is_volatile(&self) -> bool {
        matches!(self, Expr::Call(call) if call.volatility == Volatility::Volatile)
    }
}
