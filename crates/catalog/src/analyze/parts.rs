//! The parts of an expression, and all expressions of a query.

use super::tree::{
    Aggregate, Body, Bound, From, Index, Kind, Node, Over, Query, Select, SetTree, Sort, Source,
    SublinkKind, Window,
};

impl Node {
    /// Calls a function with each part; what a query within it has is none.
    pub(crate) fn parts<'a>(&'a self, see: &mut dyn FnMut(&'a Node)) {
        match &self.kind {
            Kind::Column { .. } | Kind::Row { .. } | Kind::Merged(_) | Kind::Value => {}
            Kind::Const(_) | Kind::Param(_) | Kind::CaseOperand | Kind::Keyword(_) => {}
            Kind::Call(call) => call.arguments.iter().for_each(see),
            Kind::Aggregate(aggregate) => aggregate.parts(see),
            Kind::Operator { operands: nodes, .. }
            | Kind::Logic(_, nodes)
            | Kind::Coalesce(nodes)
            | Kind::Extreme { of: nodes, .. }
            | Kind::Array(nodes)
            | Kind::Grouping(nodes)
            | Kind::Tuple(nodes) => nodes.iter().for_each(see),
            Kind::Distinct(sides) | Kind::NullIf(sides) | Kind::Quantified { sides, .. } => {
                see(&sides.0);
                see(&sides.1);
            }
            Kind::Convert(convert) => see(&convert.of),
            Kind::Collate { of, .. }
            | Kind::NullTest { of, .. }
            | Kind::TruthTest { of, .. }
            | Kind::Field { of, .. } => see(of),
            Kind::Case(case) => {
                case.operand.iter().for_each(&mut *see);
                for (when, then) in &case.arms {
                    see(when);
                    see(then);
                }
                see(&case.otherwise);
            }
            Kind::RowComparison { left, right, .. } => left.iter().chain(right).for_each(see),
            Kind::Subscript { of, indexes } => {
                see(of);
                for index in indexes {
                    match index {
                        Index::One(node) => see(node),
                        Index::Slice(from, to) => from.iter().chain(to).for_each(&mut *see),
                    }
                }
            }
            Kind::Sublink(sublink) => {
                if let SublinkKind::Compared { test, .. } = &sublink.kind {
                    test.iter().for_each(see);
                }
            }
        }
    }

    /// Calls a function with this expression, its parts, and what is in the queries among those, each with how
    /// many queries it is within.
    pub(crate) fn walk<'a>(&'a self, level: usize, see: &mut dyn FnMut(&'a Node, usize)) {
        stacker::maybe_grow(128 << 10, 2 << 20, || {
            see(self, level);
            self.parts(&mut |part| part.walk(level, see));
            if let Kind::Sublink(sublink) = &self.kind {
                sublink.query.walk(level + 1, see);
            }
        });
    }
}

impl Aggregate {
    fn parts<'a>(&'a self, see: &mut dyn FnMut(&'a Node)) {
        self.call.arguments.iter().for_each(&mut *see);
        let sorts = self.order.iter().chain(&self.within_group);
        sorts.map(|sort| &sort.node).chain(&self.filter).for_each(&mut *see);
        if let Some(Over::Window(window)) = &self.over {
            window.parts(see);
        }
    }
}

impl Window {
    /// Calls a function with each expression.
    pub(crate) fn parts<'a>(&'a self, see: &mut dyn FnMut(&'a Node)) {
        let order = self.order.iter().map(|sort: &Sort| &sort.node);
        self.partition.iter().chain(order).for_each(&mut *see);
        for bound in
            self.frame.iter().flat_map(|frame| std::iter::once(&frame.start).chain(&frame.end))
        {
            if let Bound::Offset(node, _) = bound {
                see(node);
            }
        }
    }
}

impl Query {
    /// Calls a function with each expression, as [`Node::walk`] does.
    pub(crate) fn walk<'a>(&'a self, level: usize, see: &mut dyn FnMut(&'a Node, usize)) {
        stacker::maybe_grow(128 << 10, 2 << 20, || {
            for cte in &self.ctes {
                // They are within this query, and see nothing of it.
                cte.query.walk(level + 1, see);
            }
            match &self.body {
                Body::Select(select) => select.walk(level, see),
                Body::Values(rows, _) => {
                    rows.iter().flatten().for_each(|node| node.walk(level, see));
                }
                Body::Set(tree, _) => tree.walk(level + 1, see),
            }
            self.limit.iter().chain(&self.offset).for_each(|node| node.walk(level, see));
        });
    }
}

impl SetTree {
    fn walk<'a>(&'a self, level: usize, see: &mut dyn FnMut(&'a Node, usize)) {
        match self {
            SetTree::Query(query) => query.walk(level, see),
            SetTree::Operation { left, right, .. } => {
                left.walk(level, see);
                right.walk(level, see);
            }
        }
    }
}

impl Select {
    fn walk<'a>(&'a self, level: usize, see: &mut dyn FnMut(&'a Node, usize)) {
        for item in &self.items {
            match &item.source {
                Source::Query(query) => query.walk(level + 1, see),
                Source::Functions { calls: nodes, .. } | Source::Join(nodes) => {
                    nodes.iter().for_each(|node| node.walk(level, see));
                }
                Source::Relation { .. } | Source::Cte(_) => {}
            }
        }
        self.from.iter().for_each(|from| from.walk(level, see));
        let targets = self.targets.iter().map(|target| &target.node);
        let all = targets.chain(&self.filter).chain(&self.having);
        all.for_each(|node| node.walk(level, see));
        for (_, window) in &self.windows {
            window.parts(&mut |node| node.walk(level, see));
        }
    }
}

impl From {
    fn walk<'a>(&'a self, level: usize, see: &mut dyn FnMut(&'a Node, usize)) {
        if let From::Join(join) = self {
            join.left.walk(level, see);
            join.right.walk(level, see);
            join.on.iter().for_each(|node| node.walk(level, see));
        }
    }
}
