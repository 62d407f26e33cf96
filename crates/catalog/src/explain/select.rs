//! The plan of a SELECT: WHERE, GROUP BY, windows and the list.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use trunkline_core::Result;

use super::conditions::Conditions;
use super::query::{Explainer, Made, Printed, not_the_same};
use super::step::Step;
use crate::analyze::tree::{Grouping, Kind, Node, Query, Select, Source, Sublink};
use crate::deparse::Plan;
use crate::plan::{self, Expr, Sub};

/// A SELECT that is explained.
pub(super) struct Within<'t> {
    pub(super) select: &'t Select,
    /// The items that are leaves of the plan, by the places of those.
    pub(super) leaves: Vec<usize>,
    /// What is asked of its items: item and column.
    pub(super) asked: HashSet<(usize, usize)>,
    /// Items of which the whole row is asked.
    pub(super) whole: HashSet<usize>,
    pub(super) conditions: Conditions<'t>,
    /// The queries in its expressions that no step has taken yet.
    pub(super) waiting: HashMap<*const Sublink, (&'t Sublink, Arc<Sub>, Plan)>,
}

impl Explainer<'_> {
    /// The plan of a SELECT, which is all of `query` but for what stands around it.
    pub(super) fn select(
        &mut self,
        plan: &plan::Select,
        select: &Select,
        query: &Query,
        asked: Option<&HashSet<usize>>,
    ) -> Result<Made> {
        let mut within = self.within(plan, select, query, asked)?;
        let mut step = match &plan.from {
            None => self.nothing(&mut within)?,
            Some(from) => {
                let conditions = within.conditions.start();
                self.from(from, conditions, &mut within)?
            }
        };
        let mut given = Vec::new();
        let mut shown = 0;
        for target in &select.targets {
            let is_asked = target.hidden || asked.is_none_or(|asked| asked.contains(&shown));
            shown += usize::from(!target.hidden);
            if is_asked {
                given.push((&target.node, target.hidden));
            }
        }
        let columns = given.iter().map(|(node, hidden)| self.printed(node, *hidden));
        let columns = columns.collect::<Result<Vec<Printed>>>()?;
        let output: Vec<String> = columns.iter().map(|one| one.own.clone()).collect();
        if let Some(group) = &plan.group {
            step = self.group(group, select, step, &mut within)?;
        }
        if !plan.windows.is_empty() {
            step = Step::above("WindowAgg", step);
        }
        if !plan.sets.is_empty() {
            step = Step::above("ProjectSet", step);
        }
        step.output = output;
        for (node, _) in &given {
            self.attach(node, &mut step, &mut within)?;
        }
        Ok(Made { step, columns })
    }

    /// What the plan and the tree of a SELECT have in common.
    fn within<'t>(
        &mut self,
        plan: &plan::Select,
        select: &'t Select,
        query: &'t Query,
        asked: Option<&HashSet<usize>>,
    ) -> Result<Within<'t>> {
        let items = select.items.iter().enumerate();
        let leaves: Vec<usize> = items
            .filter(|(_, item)| !matches!(item.source, Source::Join(_)))
            .map(|(place, _)| place)
            .collect();
        if leaves.len() != plan.leaves {
            return Err(not_the_same());
        }
        let (mut of_items, mut whole) = (HashSet::new(), HashSet::new());
        let mut asked_by = |node: &Node, level: usize| match &node.kind {
            Kind::Column { level: of, item, column } if *of == level => {
                of_items.insert((*item, *column));
            }
            Kind::Row { level: of, item } if *of == level => {
                whole.insert(*item);
            }
            _ => {}
        };
        query.walk(0, &mut |node, level| asked_by(node, level));
        let mut found = Vec::new();
        let mut shown = 0;
        let mut targets = Vec::new();
        for target in &select.targets {
            let is_asked = target.hidden || asked.is_none_or(|asked| asked.contains(&shown));
            shown += usize::from(!target.hidden);
            if is_asked {
                targets.push(&target.node);
            }
        }
        // In the order in which the binder meets them.
        select
            .nodes_in_from()
            .into_iter()
            .chain(&select.filter)
            .for_each(|one| one.sublinks(&mut found));
        targets.into_iter().chain(&select.having).for_each(|one| one.sublinks(&mut found));
        let mut subs: Vec<Arc<Sub>> = Vec::new();
        plan.walk(0, &mut |expr, level| {
            if let (Expr::Subquery { query, .. }, 0) = (expr, level) {
                subs.push(query.clone());
            }
        });
        subs.sort_by_key(|sub| sub.id);
        subs.dedup_by_key(|sub| sub.id);
        if subs.len() != found.len() {
            return Err(not_the_same());
        }
        let mut waiting = HashMap::new();
        for (sublink, sub) in found.into_iter().zip(subs) {
            self.numbered += 1;
            let plan = Plan { number: self.numbered, is_correlated: sub.is_correlated };
            self.words.note(sublink, plan);
            waiting.insert(std::ptr::from_ref(sublink), (sublink, sub, plan));
        }
        let is_correlated = |sublink: &Sublink| {
            let known = waiting.get(&std::ptr::from_ref(sublink));
            known.is_none_or(|(_, sub, _)| sub.is_correlated)
        };
        let conditions = Conditions::of(select, &leaves, &is_correlated);
        conditions.each(&mut |node| node.walk(0, &mut |node, level| asked_by(node, level)));
        Ok(Within { select, leaves, asked: of_items, whole, conditions, waiting })
    }

    /// A SELECT without FROM.
    fn nothing(&mut self, within: &mut Within<'_>) -> Result<Step> {
        let mut step = Step { rows: 1, ..Step::new("Result") };
        let conditions = within.conditions.start();
        let text = self.conjunction(&conditions)?;
        step.detail("One-Time Filter", text);
        for condition in &conditions {
            self.attach(&condition.node, &mut step, within)?;
        }
        Ok(step)
    }

    fn group(
        &mut self,
        plan: &plan::Group,
        select: &Select,
        input: Step,
        within: &mut Within<'_>,
    ) -> Result<Step> {
        let mut step = Step::above("Aggregate", input);
        let strategy = match (plan.keys.is_empty(), plan.sets.is_empty()) {
            (true, true) => "Plain",
            (_, true) => "Hashed",
            (_, false) => "Mixed",
        };
        step.title = match strategy {
            "Hashed" => "HashAggregate".to_owned(),
            "Mixed" => "MixedAggregate".to_owned(),
            _ => step.title,
        };
        step.how = vec![("Strategy", strategy), ("Partial Mode", "Simple")];
        let mut keys = Vec::new();
        for group in &select.group {
            match group {
                Grouping::Column(column) => keys.push(*column),
                Grouping::Sets(_, sets) => keys.extend(sets.iter().flatten()),
            }
        }
        let mut texts: Vec<String> = Vec::new();
        for key in keys {
            let target = select.targets.get(key).ok_or_else(not_the_same)?;
            let text = self.text(&target.node, self.prefix || self.verbose)?;
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        step.list("Group Key", texts);
        if let Some(having) = &select.having {
            let text = self.text(having, self.prefix || self.verbose)?;
            step.detail("Filter", text);
            self.attach(having, &mut step, within)?;
        }
        Ok(step)
    }

    /// Gives a step the plans of the queries in one of its expressions.
    pub(super) fn attach(
        &mut self,
        node: &Node,
        step: &mut Step,
        within: &mut Within<'_>,
    ) -> Result<()> {
        let mut found = Vec::new();
        node.sublinks(&mut found);
        for sublink in found {
            let Some((sublink, sub, plan)) = within.waiting.remove(&std::ptr::from_ref(sublink))
            else {
                continue;
            };
            let made = self.query(&sub.query, &sublink.query, None)?;
            let kind = if plan.is_first(sublink) { "InitPlan" } else { "SubPlan" };
            let name = Some(format!("{kind} {}", plan.number));
            step.take(kind, Step { name, ..made.step });
        }
        Ok(())
    }
}

impl Node {
    /// The queries in an expression, but not those within them.
    fn sublinks<'t>(&'t self, found: &mut Vec<&'t Sublink>) {
        stacker::maybe_grow(128 << 10, 2 << 20, || {
            self.parts(&mut |part| part.sublinks(found));
            if let Kind::Sublink(sublink) = &self.kind {
                found.push(sublink);
            }
        });
    }
}
