//! What depends on a table, a view or a column: views, and foreign keys of other tables.
//!
//! SQLite keeps no such list. What a view needs is found by translating its query once more; of a query
//! that cannot be translated, such as another program's, every name counts.

use std::collections::{BTreeMap, BTreeSet};

use trunkline_core::{Oid, Result};

use super::drop::drop_view;
use super::reading::PLAIN;
use super::rebuild::Rebuilt;
use super::table_text::mentions;
use super::typed::Typed;
use super::{Translator, syntax};

use crate::sqlite::schema::{ForeignKey, Relation, Schema, split_view};

/// The columns that a query needs, by table and number; number 0 is the table itself.
pub(super) type Uses = BTreeSet<(Oid, i16)>;

/// Something that depends on something else.
#[derive(Clone, Debug)]
pub(super) struct Dependency<'s> {
    /// `view dear`, `constraint orders_item_fkey on table orders`.
    pub(super) what: String,
    /// `table items`, `column price of table items`.
    pub(super) on: String,
    dependent: Dependent<'s>,
}

#[derive(Clone, Copy, Debug)]
enum Dependent<'s> {
    View(&'s Relation),
    Reference(&'s Relation, &'s ForeignKey),
}

/// The search for all that depends on what is to be dropped.
pub(super) struct Dependents<'s> {
    schema: &'s Schema,
    /// They are no dependents of each other.
    dropped: BTreeSet<Oid>,
    views: Vec<(&'s Relation, Uses)>,
    /// The views that use a table, by their places in `views`.
    users: BTreeMap<Oid, Vec<usize>>,
    seen: BTreeSet<(Oid, i64)>,
    found: Vec<Dependency<'s>>,
}

impl<'s> Dependents<'s> {
    pub(super) fn of(schema: &'s Schema, dropped: &[&Relation]) -> Dependents<'s> {
        let views = schema.relations().iter().filter(|relation| relation.view);
        // What a view of the file calls a table is never a temporary one.
        let lasting = schema.lasting();
        let views: Vec<(&Relation, Uses)> = views
            .map(|view| (view, uses_of(view, if view.temporary { schema } else { &lasting })))
            .collect();
        let mut users: BTreeMap<Oid, Vec<usize>> = BTreeMap::new();
        for (place, (_, uses)) in views.iter().enumerate() {
            let tables: BTreeSet<Oid> = uses.iter().map(|(table, _)| *table).collect();
            tables.into_iter().for_each(|table| users.entry(table).or_default().push(place));
        }
        let dropped = dropped.iter().map(|relation| relation.oid).collect();
        Dependents { schema, dropped, views, users, seen: BTreeSet::new(), found: Vec::new() }
    }

    /// Looks for what depends on a relation.
    pub(super) fn gather(&mut self, relation: &Relation) {
        self.gather_all(self.direct(relation, None, &described(relation)));
    }

    /// Looks for what depends on a column of a table, which is not dropped itself.
    pub(super) fn gather_column(&mut self, relation: &Relation, place: usize) {
        let name = relation.names(&[place]).concat();
        let on = format!("column {name} of {}", described(relation));
        self.gather_all(self.direct(relation, Some(place), &on));
    }

    /// Looks for the foreign keys that need a key of a table.
    pub(super) fn gather_key(&mut self, relation: &Relation, columns: &[usize], name: &str) {
        let names = relation.names(columns);
        let on = format!("index {name}");
        let mut direct = self.direct(relation, columns.first().copied(), &on);
        direct.retain(|one| match one.dependent {
            Dependent::View(_) => false,
            Dependent::Reference(_, key) => key.referred(Some(relation)) == names,
        });
        self.gather_all(direct);
    }

    /// The views that use a column, the oldest first.
    pub(super) fn views_of(&self, relation: &Relation, place: usize) -> Vec<&'s Relation> {
        let direct = self.direct(relation, Some(place), "");
        let view = |one: Dependency<'s>| match one.dependent {
            Dependent::View(view) => Some(view),
            Dependent::Reference(..) => None,
        };
        direct.into_iter().filter_map(view).collect()
    }

    /// What was found, each before what depends on it.
    pub(super) fn found(mut self) -> Vec<Dependency<'s>> {
        self.found.reverse();
        self.found
    }

    /// PostgreSQL goes from the newest to the oldest, and to what depends on something before itself.
    fn gather_all(&mut self, direct: Vec<Dependency<'s>>) {
        enum Step<'s> {
            Visit(Dependency<'s>),
            Leave(Dependency<'s>),
        }
        let mut steps: Vec<Step<'s>> = direct.into_iter().map(Step::Visit).collect();
        while let Some(step) = steps.pop() {
            match step {
                Step::Leave(one) => self.found.push(one),
                Step::Visit(one) if self.seen.insert(one.dependent.identity()) => {
                    let next = match one.dependent {
                        Dependent::View(view) => self.direct(view, None, &one.what),
                        Dependent::Reference(..) => Vec::new(),
                    };
                    steps.push(Step::Leave(one));
                    steps.extend(next.into_iter().map(Step::Visit));
                }
                Step::Visit(_) => {}
            }
        }
    }

    /// What depends on something immediately, the oldest first.
    fn direct(&self, relation: &Relation, column: Option<usize>, on: &str) -> Vec<Dependency<'s>> {
        let mut direct = Vec::new();
        let number = column.and_then(|place| i16::try_from(place + 1).ok());
        for place in self.users.get(&relation.oid).into_iter().flatten() {
            let Some((view, uses)) = self.views.get(*place) else { continue };
            let is_used = number.is_none_or(|number| uses.contains(&(relation.oid, number)));
            if is_used && !self.dropped.contains(&view.oid) {
                direct.push(Dependent::View(view));
            }
        }
        for child in self.schema.relations() {
            // What refers to itself goes with itself.
            let is_own = column.is_none() && child.oid == relation.oid;
            if is_own || self.dropped.contains(&child.oid) {
                continue;
            }
            if !child.refers_to(relation) {
                continue;
            }
            let keys = child.foreign_keys.iter().filter(|key| refers(key, relation, column));
            direct.extend(keys.map(|key| Dependent::Reference(child, key)));
        }
        direct.sort_by_key(Dependent::age);
        let dependency = |dependent: Dependent<'s>| {
            let what = dependent.described();
            Dependency { what, on: on.to_owned(), dependent }
        };
        direct.into_iter().map(dependency).collect()
    }
}

impl Dependent<'_> {
    fn identity(&self) -> (Oid, i64) {
        match self {
            Dependent::View(view) => (view.oid, -1),
            Dependent::Reference(child, key) => (child.oid, key.id),
        }
    }

    /// What it was made after; a table's keys in their order.
    fn age(&self) -> (bool, i64, i64) {
        match self {
            Dependent::View(view) => (view.temporary, view.age, 0),
            Dependent::Reference(child, key) => (child.temporary, child.age, -key.id),
        }
    }

    fn described(&self) -> String {
        match self {
            Dependent::View(view) => described(view),
            Dependent::Reference(child, key) => {
                format!("constraint {} on {}", child.foreign_name(key), described(child))
            }
        }
    }
}

impl<'a> Translator<'a> {
    /// Notes that a column is needed.
    pub(super) fn used(&mut self, column: Typed) -> Typed {
        self.uses.extend(column.origin);
        column
    }

    /// The statements that end dependencies: foreign keys go, and so do views. Tables that are changed
    /// besides are made anew along with those.
    pub(super) fn release(
        &self,
        dependents: &[Dependency<'a>],
        mut changed: Vec<Rebuilt<'a>>,
    ) -> Result<Vec<String>> {
        for one in dependents {
            let Dependent::Reference(child, key) = one.dependent else { continue };
            let place = changed.iter().position(|known| known.relation.oid == child.oid);
            let known = match place.and_then(|place| changed.get_mut(place)) {
                Some(known) => known,
                None => {
                    changed.push(self.unchanged(child)?);
                    let Some(new) = changed.last_mut() else { continue };
                    new
                }
            };
            known.text.unrefer(&child.names(&key.columns), &key.table);
        }
        let mut steps = if changed.is_empty() { Vec::new() } else { self.rebuild(changed)? };
        for one in dependents {
            if let Dependent::View(view) = one.dependent {
                steps.push(drop_view(view));
            }
        }
        Ok(steps)
    }
}

/// `table items`, `view dear`
fn described(relation: &Relation) -> String {
    format!("{} {}", if relation.view { "view" } else { "table" }, relation.name)
}

/// Whether a foreign key refers to a table, or to one column of it.
fn refers(key: &ForeignKey, relation: &Relation, column: Option<usize>) -> bool {
    key.table.eq_ignore_ascii_case(&relation.name)
        && column.is_none_or(|place| {
            let name = relation.names(&[place]).concat();
            key.referred(Some(relation)).iter().any(|to| to.eq_ignore_ascii_case(&name))
        })
}

/// What a view needs.
pub(super) fn uses_of(view: &Relation, schema: &Schema) -> Uses {
    let (_, query) = split_view(&view.sql);
    let translated = syntax::parse(query).and_then(|parsed| {
        let mut translator = Translator::new(query, schema, &[], &PLAIN);
        translator.statement(&parsed.statement).map(|_| translator.uses)
    });
    translated.unwrap_or_else(|_| named_in(&view.sql, view, schema))
}

/// The tables and columns whose names a text has.
fn named_in(text: &str, view: &Relation, schema: &Schema) -> Uses {
    let mut uses = Uses::new();
    for relation in schema.relations().iter().filter(|relation| relation.oid != view.oid) {
        if !mentions(text, &relation.name) {
            continue;
        }
        uses.insert((relation.oid, 0));
        for (column, number) in relation.columns.iter().zip(1..) {
            if mentions(text, &column.name) {
                uses.insert((relation.oid, number));
            }
        }
    }
    uses
}
