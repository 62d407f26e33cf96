//! The plan of a query: WITH, set operations, order and limits.

use std::collections::HashSet;

use trunkline_core::Result;

use super::step::Step;
use crate::analyze::Names;
use crate::analyze::tree::{Body, Cte, Distinct, Node, Query, SetTree};
use crate::deparse::Explained;
use crate::error::unsupported;
use crate::plan;
use crate::run::Run;
use crate::world::World;

/// How many steps a query counts for.
const QUERY: usize = 256;

/// Makes the plan of a statement that is bound, in the words of its tree.
///
/// What is done is the plan's, which has no names any more; how it is called is the tree's.
pub(super) struct Explainer<'a> {
    pub(super) world: &'a World,
    /// What it may cost to tell the plan.
    pub(super) run: &'a Run,
    pub(super) names: Names<'a>,
    pub(super) words: Explained<'a>,
    pub(super) verbose: bool,
    /// Whether there are several relations, so that columns need the names of theirs.
    pub(super) prefix: bool,
    /// How many plans have a number.
    pub(super) numbered: usize,
    /// The queries of WITH RECURSIVE that are being made.
    pub(super) working: HashSet<usize>,
}

/// A plan, and its columns in the order of the list, with those that are hidden.
pub(super) struct Made {
    pub(super) step: Step,
    pub(super) columns: Vec<Printed>,
}

/// A column as it is written in different places.
#[derive(Clone)]
pub(super) struct Printed {
    /// Where it is worked out.
    pub(super) own: String,
    /// Further up.
    pub(super) above: String,
    /// As a key.
    pub(super) key: String,
    pub(super) is_hidden: bool,
}

impl Made {
    /// What is shown of the columns above the step that works them out.
    fn above(&self, hidden: bool) -> Vec<String> {
        let columns = self.columns.iter().filter(|one| hidden || !one.is_hidden);
        columns.map(|one| one.above.clone()).collect()
    }

    /// Puts a step above.
    fn under(self, kind: &'static str, change: impl FnOnce(&Made, &mut Step)) -> Made {
        let mut step = Step::new(kind);
        change(&self, &mut step);
        step.take("Outer", self.step);
        Made { step, columns: self.columns }
    }
}

impl Explainer<'_> {
    /// The plan of a query, of which only some columns are asked for, if that is said.
    ///
    /// # Errors
    ///
    /// 0A000 where the tree is not that of the plan.
    pub(super) fn query(
        &mut self,
        plan: &plan::Query,
        tree: &Query,
        asked: Option<&HashSet<usize>>,
    ) -> Result<Made> {
        self.run.steps(QUERY)?;
        stacker::maybe_grow(256 << 10, 4 << 20, || {
            let items = match &tree.body {
                Body::Select(select) => select.items.as_slice(),
                _ => &[],
            };
            self.words.enter(items, tree.targets());
            let made = self.entered(plan, tree, asked);
            self.words.leave();
            made
        })
    }

    fn entered(
        &mut self,
        plan: &plan::Query,
        tree: &Query,
        asked: Option<&HashSet<usize>>,
    ) -> Result<Made> {
        let asked = asked.filter(|_| plan.distinct == plan::Distinct::No);
        if plan.ctes.len() != tree.ctes.len() {
            return Err(not_the_same());
        }
        let mut ctes = Vec::new();
        for (plan, tree) in plan.ctes.iter().zip(&tree.ctes) {
            ctes.push(self.cte(plan, tree)?);
        }
        let mut made = match (&plan.body, &tree.body) {
            (plan::Body::Select(select), Body::Select(of)) => {
                self.select(select, of, tree, asked)?
            }
            (plan::Body::Values(rows), Body::Values(nodes, targets)) => {
                self.values(rows.len(), nodes, targets.len())?
            }
            (plan::Body::Set { .. }, Body::Set(set, _)) => self.set(plan, set)?,
            _ => return Err(not_the_same()),
        };
        if plan.distinct == plan::Distinct::All {
            made = made.under("Aggregate", |made, step| {
                step.title = "HashAggregate".to_owned();
                step.how = vec![("Strategy", "Hashed"), ("Partial Mode", "Simple")];
                step.output = made.above(true);
                let shown = made.columns.iter().filter(|one| !one.is_hidden);
                step.list("Group Key", shown.map(|one| one.key.clone()).collect());
            });
        }
        // What DISTINCT ON names is sorted by, too, behind what ORDER BY says.
        let firsts = match &tree.body {
            Body::Select(select) => match &select.distinct {
                Distinct::On(by) => by.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        let is_ordered = |target: &usize| tree.order.iter().any(|sort| sort.target == *target);
        let ordered = tree.order.iter().map(|s| (s.target, s.descending, s.nulls_first));
        let firsts = firsts.iter().filter(|target| !is_ordered(target));
        let mut keys = Vec::new();
        for (target, descending, nulls_first) in
            ordered.chain(firsts.map(|one| (*one, false, false)))
        {
            let column = made.columns.get(target).ok_or_else(not_the_same)?;
            let direction = self.words.direction(descending, nulls_first);
            keys.push(format!("{}{direction}", column.key));
        }
        if !keys.is_empty() {
            made = made.under("Sort", |made, step| {
                step.output = made.above(true);
                step.list("Sort Key", keys);
            });
        }
        if matches!(plan.distinct, plan::Distinct::On(_)) {
            made = made.under("Unique", |made, step| step.output = made.above(true));
        }
        if plan.limit.is_some() || plan.offset.is_some() {
            made = made.under("Limit", |made, step| step.output = made.above(false));
        }
        made.step.inputs.splice(0..0, ctes);
        Ok(made)
    }

    fn cte(&mut self, plan: &plan::Cte, tree: &Cte) -> Result<Step> {
        self.numbered += 1;
        let step = match (&plan.kind, &tree.query.body) {
            (plan::CteKind::Plain(query), _) => self.query(query, &tree.query, None)?.step,
            (
                plan::CteKind::Recursive(of),
                Body::Set(SetTree::Operation { left, right, .. }, _),
            ) => {
                let mut step = Step::new("Recursive Union");
                step.take("Outer", self.side(&of.first, left)?.step);
                self.working.insert(plan.id);
                let next = self.side(&of.next, right);
                self.working.remove(&plan.id);
                step.take("Inner", next?.step);
                step
            }
            _ => return Err(not_the_same()),
        };
        let name = Some(format!("CTE {}", tree.name));
        Ok(Step { name, relationship: "InitPlan", ..step })
    }

    /// VALUES: of one row it is what a SELECT without FROM gives.
    fn values(&mut self, count: usize, rows: &[Vec<Node>], width: usize) -> Result<Made> {
        if let ([row], 1) = (rows, count) {
            let columns = row.iter().map(|node| self.printed(node, false));
            let columns = columns.collect::<Result<Vec<Printed>>>()?;
            let output = columns.iter().map(|one| one.own.clone()).collect();
            return Ok(Made { step: Step { rows: 1, output, ..Step::new("Result") }, columns });
        }
        let mut step = Step::new("Values Scan");
        step.title.push_str(" on \"*VALUES*\"");
        step.what.push(("Alias", "*VALUES*".to_owned()));
        step.rows = count;
        let column = |place: usize| {
            let name = format!("column{place}");
            let full = format!("\"*VALUES*\".{name}");
            let own = if self.prefix { full.clone() } else { name };
            Printed { above: own.clone(), own, key: full, is_hidden: false }
        };
        let columns: Vec<Printed> = (1..=width).map(column).collect();
        step.output = columns.iter().map(|one| one.own.clone()).collect();
        Ok(Made { step, columns })
    }

    /// One side of a set operation.
    fn side(&mut self, plan: &plan::Query, tree: &SetTree) -> Result<Made> {
        stacker::maybe_grow(256 << 10, 4 << 20, || match tree {
            SetTree::Query(query) => self.query(plan, query, None),
            SetTree::Operation { .. } => self.set(plan, tree),
        })
    }

    fn set(&mut self, plan: &plan::Query, tree: &SetTree) -> Result<Made> {
        let plan::Body::Set { operation, all, left, right } = &plan.body else {
            return Err(not_the_same());
        };
        let SetTree::Operation { left: left_tree, right: right_tree, .. } = tree else {
            return Err(not_the_same());
        };
        let one = self.side(&left.query, left_tree)?;
        let two = self.side(&right.query, right_tree)?;
        let mut columns = one.columns;
        columns.retain(|column| !column.is_hidden);
        let (kind, command) = match operation {
            plan::SetOperation::Union => ("Append", ""),
            plan::SetOperation::Intersect => ("SetOp", "Intersect"),
            plan::SetOperation::Except => ("SetOp", "Except"),
        };
        let mut step = Step::new(kind);
        let sides = if kind == "Append" { ("Member", "Member") } else { ("Outer", "Inner") };
        step.take(sides.0, one.step);
        step.take(sides.1, two.step);
        let mut made = Made { step, columns };
        if kind == "SetOp" {
            let command = format!("{command}{}", if *all { " All" } else { "" });
            made.step.title = format!("HashSetOp {command}");
            made.step.how = vec![("Strategy", "Hashed")];
            made.step.what = vec![("Command", command)];
            made.step.output = made.above(true);
        } else if !*all {
            made = made.under("Aggregate", |made, step| {
                step.title = "HashAggregate".to_owned();
                step.how = vec![("Strategy", "Hashed"), ("Partial Mode", "Simple")];
                step.output = made.above(true);
                step.list("Group Key", made.columns.iter().map(|one| one.key.clone()).collect());
            });
        }
        Ok(made)
    }

    /// An expression as it is written in different places.
    ///
    /// # Errors
    ///
    /// 53400 if the plan has grown too long.
    pub(super) fn printed(&mut self, node: &Node, is_hidden: bool) -> Result<Printed> {
        let own = self.text(node, self.prefix)?;
        let key = self.text(node, self.prefix || self.verbose)?;
        let wrapped = |text: &str| match node.is_worked_out() {
            true => format!("({text})"),
            false => text.to_owned(),
        };
        Ok(Printed { above: wrapped(&own), key: wrapped(&key), own, is_hidden })
    }

    /// An expression, counted.
    ///
    /// # Errors
    ///
    /// 53400 if the plan has grown too long.
    pub(super) fn text(&mut self, node: &Node, prefix: bool) -> Result<String> {
        let text = self.words.node(node, prefix);
        self.run.steps(1 + text.len() / 16)?;
        // It stands there several times: further up, and in what is sent.
        self.run.charge(4 * (size_of::<String>() + text.len()))?;
        Ok(text)
    }
}

impl Node {
    /// Whether it is neither a column nor the same everywhere.
    fn is_worked_out(&self) -> bool {
        use crate::analyze::tree::Kind;
        !matches!(self.kind, Kind::Column { .. } | Kind::Const(_) | Kind::Param(_))
    }
}

/// 0A000: the tree is another one than the plan's.
pub(super) fn not_the_same() -> trunkline_core::PgError {
    unsupported(0, "EXPLAIN of this statement")
}
