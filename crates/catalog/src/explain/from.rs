//! The plan of FROM: relations, functions and their joins.

use std::collections::HashSet;

use trunkline_core::Result;
use trunkline_sql::quote_identifier;

use super::conditions::{Condition, leaves_of};
use super::query::{Explainer, not_the_same};
use super::select::Within;
use super::step::{Detail, Step};
use crate::analyze;
use crate::analyze::tree::{Item, Kind, Node, Source};
use crate::datum::Datum;
use crate::facts::{self, PG_CATALOG};
use crate::plan::{Cells, From, Join, JoinKind, Leaf, Source as Rows, Sub};
use crate::views;

impl Explainer<'_> {
    pub(super) fn from<'t>(
        &mut self,
        from: &From,
        conditions: Vec<Condition<'t>>,
        within: &mut Within<'t>,
    ) -> Result<Step> {
        stacker::maybe_grow(256 << 10, 4 << 20, || match from {
            From::Leaf(leaf) => self.leaf(leaf, conditions, within),
            From::Join(join) => self.join(join, conditions, within),
        })
    }

    fn join<'t>(
        &mut self,
        join: &Join,
        conditions: Vec<Condition<'t>>,
        within: &mut Within<'t>,
    ) -> Result<Step> {
        let right_leaves = leaves_of(&join.right);
        let (mut left, mut right, mut here, mut on) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for condition in conditions {
            match (join.kind, condition.is_none_of(&right_leaves)) {
                (JoinKind::Inner | JoinKind::Left, true) => left.push(condition),
                (JoinKind::Inner, false) => right.push(condition),
                (JoinKind::Left | JoinKind::Full, _) => here.push(condition),
            }
        }
        match join.kind {
            JoinKind::Inner => {}
            JoinKind::Left => right.extend(within.conditions.outer(&right_leaves)),
            JoinKind::Full => {
                let left_leaves = leaves_of(&join.left);
                on = within.conditions.outer(&left_leaves.union(&right_leaves).copied().collect());
                left = within.conditions.outer(&left_leaves);
                right = within.conditions.outer(&right_leaves);
            }
        }
        // What is not found by a key is kept by what it is looked up by.
        let mut lookups = Vec::new();
        if let From::Leaf(leaf) = &join.right
            && leaf.key.is_none()
            && !leaf.probe.is_empty()
        {
            (lookups, right) = right.into_iter().partition(|one| one.looks_up(leaf.index));
        }
        let outer = self.from(&join.left, left, within)?;
        let inner = self.from(&join.right, right, within)?;
        let mut step = Step::new(if lookups.is_empty() { "Nested Loop" } else { "Hash Join" });
        let (word, title) = match join.kind {
            JoinKind::Inner => ("Inner", ""),
            JoinKind::Left => ("Left", " Left Join"),
            JoinKind::Full => ("Full", " Full Join"),
        };
        if !title.is_empty() {
            step.title = format!("{}{title}", step.kind.trim_end_matches(" Join"));
        }
        step.what.push(("Join Type", word.to_owned()));
        step.output =
            self.columns(&leaves_of(&join.left).union(&right_leaves).copied().collect(), within)?;
        if self.verbose {
            // Nobody has looked whether it is.
            step.details.push(("Inner Unique", Detail::Flag(false)));
        }
        step.take("Outer", outer);
        let inner = match lookups.is_empty() {
            true => inner,
            false => {
                let output = inner.output.clone();
                Step { output, ..Step::above("Hash", inner) }
            }
        };
        step.take("Inner", inner);
        for (label, conditions) in [("Hash Cond", lookups), ("Join Filter", on), ("Filter", here)] {
            self.say(label, &conditions, &mut step, within)?;
        }
        Ok(step)
    }

    /// Says of a step which conditions it looks at.
    fn say(
        &mut self,
        label: &'static str,
        conditions: &[Condition<'_>],
        step: &mut Step,
        within: &mut Within<'_>,
    ) -> Result<()> {
        let text = self.conjunction(conditions)?;
        step.detail(label, text);
        conditions.iter().try_for_each(|one| self.attach(&one.node, step, within))
    }

    /// Conditions that AND connects.
    pub(super) fn conjunction(&mut self, conditions: &[Condition<'_>]) -> Result<String> {
        let prefix = self.prefix || self.verbose;
        let texts = conditions.iter().map(|one| self.text(&one.node, prefix));
        let text = texts.collect::<Result<Vec<_>>>()?.join(" AND ");
        Ok(if conditions.len() > 1 { format!("({text})") } else { text })
    }

    /// The columns of leaves that somebody asks for.
    fn columns(&mut self, leaves: &HashSet<usize>, within: &Within<'_>) -> Result<Vec<String>> {
        if !self.verbose {
            return Ok(Vec::new());
        }
        let mut output = Vec::new();
        for (leaf, place) in within.leaves.iter().enumerate() {
            let Some(item) = within.select.items.get(*place).filter(|_| leaves.contains(&leaf))
            else {
                continue;
            };
            for column in within.asked_of(*place, item) {
                let kind = Kind::Column { level: 0, item: *place, column };
                let oid = item.columns.get(column).map(|column| column.oid).unwrap_or_default();
                output.push(self.text(&Node::new(kind, oid), self.prefix)?);
            }
        }
        Ok(output)
    }

    fn leaf<'t>(
        &mut self,
        leaf: &Leaf,
        conditions: Vec<Condition<'t>>,
        within: &mut Within<'t>,
    ) -> Result<Step> {
        let place = *within.leaves.get(leaf.index).ok_or_else(not_the_same)?;
        let item = within.select.items.get(place).ok_or_else(not_the_same)?;
        let (mut found, mut filter) = (Vec::new(), conditions);
        let mut step = match (&leaf.source, &item.source) {
            (Rows::Table(schema, name), Source::Relation { .. }) => {
                let column = leaf.key.as_ref().and_then(|key| {
                    item.columns.iter().position(|column| *column.own == *key.column)
                });
                if let Some(column) = column {
                    (found, filter) = filter.into_iter().partition(|one| one.is_on(place, column));
                }
                let key = leaf.key.as_ref().map(|key| key.column);
                self.relation(*schema, name, key, place)
            }
            (Rows::Query(sub), Source::Query(query)) => {
                let asked = within.asked_of(place, item).collect();
                let made = self.query(&sub.query, query, Some(&asked))?;
                self.scan_of_query("", made.step, place)
            }
            (Rows::Query(sub), Source::Relation { schema, name, .. }) => {
                let asked: Vec<usize> = within.asked_of(place, item).collect();
                self.view((*schema, name), sub, item, &asked, place)?
            }
            (Rows::Cte(id), Source::Cte(name)) => {
                let is_working = self.working.contains(id);
                let mut step = Step::new(if is_working { "WorkTable Scan" } else { "CTE Scan" });
                self.on(&mut step, name, name, place);
                step.what.insert(0, ("CTE Name", name.to_string()));
                step
            }
            (Rows::Functions { .. } | Rows::Value(_), Source::Functions { calls, .. }) => {
                self.functions(calls, place)?
            }
            _ => return Err(not_the_same()),
        };
        step.output = self.columns(&HashSet::from([leaf.index]), within)?;
        if let Source::Functions { calls, .. } = &item.source {
            calls.iter().try_for_each(|call| self.attach(call, &mut step, within))?;
        }
        self.say("Index Cond", &found, &mut step, within)?;
        self.say("Filter", &filter, &mut step, within)?;
        Ok(step)
    }

    /// Says what a step is on, `shown` with its schema; the name that it goes by stands there if it is another.
    fn on(&self, step: &mut Step, shown: &str, own: &str, place: usize) {
        let alias = self.words.item(place);
        step.title.push_str(&format!(" on {shown}"));
        if alias != own {
            step.title.push_str(&format!(" {}", quote_identifier(alias)));
        }
        step.what.push(("Alias", alias.to_owned()));
    }

    fn relation(&self, schema: u32, name: &str, key: Option<&str>, place: usize) -> Step {
        let mut step = Step::new(if key.is_some() { "Index Scan" } else { "Seq Scan" });
        if let Some(column) = key {
            step.what.push(("Scan Direction", "Forward".to_owned()));
            if let Some(index) = self.index_of(schema, name, column) {
                step.title.push_str(&format!(" using {index}"));
                step.what.push(("Index Name", index));
            }
        }
        step.what.push(("Relation Name", name.to_owned()));
        let schema = self.world.schema_name(schema).unwrap_or_default();
        let mut shown = quote_identifier(name).into_owned();
        if self.verbose {
            shown = format!("{}.{shown}", quote_identifier(&schema));
            step.what.push(("Schema", schema.to_string()));
        }
        self.on(&mut step, &shown, name, place);
        step
    }

    /// The index of a relation of the catalogs that begins with a column.
    fn index_of(&self, schema: u32, name: &str, column: &str) -> Option<String> {
        let relation = facts::relation_oid(schema, name)?;
        let place = |of: &str, column: &str| {
            let columns = facts::relation_columns(PG_CATALOG, of)?;
            columns.iter().position(|one| *one.name == *column)
        };
        let columns = facts::relation_columns(schema, name)?;
        let number = columns.iter().position(|one| *one.name == *column)? + 1;
        let (key, index) = (place("pg_index", "indkey")?, place("pg_index", "indexrelid")?);
        let rows = self.world.rows_by("pg_index", "indrelid", &Datum::Oid(relation), Cells::ALL);
        let found = rows.iter().find(|row| match row.get(key) {
            Some(Datum::Array(list)) => {
                list.items.first().and_then(Datum::as_int) == i64::try_from(number).ok()
            }
            _ => false,
        })?;
        let class = self.world.rows_by("pg_class", "oid", found.get(index)?, Cells::ALL);
        let named = class.first()?.get(place("pg_class", "relname")?)?;
        named.as_str().map(str::to_owned)
    }

    fn scan_of_query(&self, schema: &str, input: Step, place: usize) -> Step {
        let mut step = Step::new("Subquery Scan");
        let alias = self.words.item(place).to_owned();
        let shown = format!("{schema}{}", quote_identifier(&alias));
        self.on(&mut step, &shown, &alias, place);
        step.take("Subquery", input);
        step
    }

    /// A view, whose query is ours.
    fn view(
        &mut self,
        (schema, name): (u32, &str),
        sub: &Sub,
        item: &Item,
        asked: &[usize],
        place: usize,
    ) -> Result<Step> {
        let sql = views::definition(schema, name).ok_or_else(not_the_same)?;
        let tree = analyze::query(sql, self.names, &self.world.style)?;
        let shown: Vec<&str> = tree
            .targets()
            .iter()
            .filter(|target| !target.hidden)
            .map(|target| &*target.name)
            .collect();
        // A view that leaves columns out, because they are NULL, names those that it has.
        let is_named = shown.len() < item.columns.len();
        let of_view = |column: &usize| match is_named {
            true => {
                let own = &item.columns.get(*column)?.own;
                shown.iter().position(|name| **name == **own)
            }
            false => Some(*column),
        };
        let asked = asked.iter().filter_map(of_view).collect();
        let made = self.query(&sub.query, &tree, Some(&asked))?;
        Ok(self.scan_of_query("", made.step, place))
    }

    fn functions(&mut self, calls: &[Node], place: usize) -> Result<Step> {
        let mut step = Step::new("Function Scan");
        let prefix = self.prefix || self.verbose;
        let texts = calls.iter().map(|call| self.text(call, prefix));
        let texts = texts.collect::<Result<Vec<String>>>()?;
        match calls {
            [Node { kind: Kind::Call(call), .. }] => {
                let made = call.routine.and_then(|oid| self.world.objects.routines.get(oid));
                let schema = match made {
                    Some(made) => self.world.schema_name(made.schema).unwrap_or_default(),
                    None => "pg_catalog".into(),
                };
                let mut shown = quote_identifier(&call.name).into_owned();
                step.what.push(("Function Name", call.name.to_string()));
                if self.verbose {
                    shown = format!("{}.{shown}", quote_identifier(&schema));
                    step.what.push(("Schema", schema.to_string()));
                }
                self.on(&mut step, &shown, &call.name, place);
            }
            _ => {
                let alias = self.words.item(place).to_owned();
                self.on(&mut step, &quote_identifier(&alias), &alias, place);
            }
        }
        if self.verbose {
            step.detail("Function Call", texts.join(", "));
        }
        Ok(step)
    }
}

impl Within<'_> {
    /// The columns of an item that somebody asks for.
    fn asked_of<'s>(&'s self, place: usize, item: &'s Item) -> impl Iterator<Item = usize> + 's {
        let is_whole = self.whole.contains(&place);
        let all = 0..item.columns.len();
        all.filter(move |column| is_whole || self.asked.contains(&(place, *column)))
    }
}
