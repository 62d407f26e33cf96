//! What is said of the objects of a snapshot: `pg_description`, and `pg_shdescription` of the database.

use std::sync::Arc;

use trunkline_core::catalog::{Commented, Schema};

use super::depend::{
    PG_CLASS, PG_CONSTRAINT, PG_EXTENSION, PG_NAMESPACE, PG_POLICY, PG_PROC, PG_TRIGGER, PG_TYPE,
};
use super::numbered::Of;
use super::row::{Maker, count};
use super::session::DATABASES;
use super::types::TypeWhat;
use super::{ClassObject, PUBLIC, World};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// The catalogs of what all databases share.
const PG_DATABASE: u32 = 1262;
const PG_AUTHID: u32 = 1260;

/// What is said of something: the catalog that it is in, its number, and that of its column or zero.
type Said = (u32, u32, usize, Arc<str>);

/// All that is said, by the number of what it is said of.
#[derive(Debug)]
pub(super) struct Descriptions {
    all: Vec<Said>,
    /// Their places, by what they are said of.
    by_object: Vec<u32>,
}

impl Descriptions {
    fn new(world: &World) -> Descriptions {
        let mut all = all(world);
        all.shrink_to_fit();
        let mut by_object: Vec<u32> = (0..u32::try_from(all.len()).unwrap_or(u32::MAX)).collect();
        by_object.sort_by_key(|place| at(&all, *place).map(|said| said.1));
        Descriptions { all, by_object }
    }

    /// What is said of an object and of its columns.
    fn of(&self, object: u32) -> impl Iterator<Item = &Said> {
        let is_before = |place: &u32| at(&self.all, *place).map(|said| said.1) < Some(object);
        let from = self.by_object.partition_point(is_before);
        let found = self.by_object.iter().skip(from).map_while(|place| at(&self.all, *place));
        found.take_while(move |said| said.1 == object)
    }
}

fn at(all: &[Said], place: u32) -> Option<&Said> {
    all.get(usize::try_from(place).ok()?)
}

pub(super) fn descriptions(world: &World, of: Of) -> Vec<Row> {
    let known = known(world);
    match of {
        Of::One(object) => rows(known.of(object)),
        Of::Part(from, to) => {
            rows(known.all.get(from..to.min(known.all.len())).unwrap_or_default())
        }
    }
}

pub(super) fn count_descriptions(world: &World) -> usize {
    known(world).all.len()
}

fn known(world: &World) -> &Descriptions {
    world.objects.described.get_or_init(|| Descriptions::new(world))
}

fn rows<'a>(all: impl IntoIterator<Item = &'a Said>) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_description");
    let rows = all.into_iter().map(|(class, object, column, text)| {
        maker.row([
            ("objoid", Datum::Oid(*object)),
            ("classoid", Datum::Oid(*class)),
            ("objsubid", count(*column)),
            ("description", Datum::Text(text.clone())),
        ])
    });
    rows.collect()
}

fn all(world: &World) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    let mut add = |class: u32, object: u32, column: usize, text: &str| {
        all.push((class, object, column, text.into()));
    };
    for (class, relation) in world.objects.relations() {
        relation.comment.iter().for_each(|text| add(PG_CLASS, class.oid, 0, text));
    }
    for class in world.objects.classes.iter().filter(|class| class.row_type != 0) {
        for (place, attribute) in world.objects.columns(class).iter().enumerate() {
            attribute.comment.iter().for_each(|text| add(PG_CLASS, class.oid, place + 1, text));
        }
    }
    for schema in &world.objects.snapshot.schemas {
        let Some(number) = world.objects.schema_named(&schema.name) else { continue };
        for comment in &schema.comments {
            let of = match &comment.on {
                Commented::Schema => Some((PG_NAMESPACE, number)),
                Commented::Class(name) => {
                    world.objects.class_in(number, name).map(|class| (PG_CLASS, class.oid))
                }
                Commented::Constraint { table, name } => {
                    let class = world.objects.class_in(number, table);
                    match class {
                        Some(class) => constraint(world, class, name),
                        None => domain_constraint(world, number, table, name),
                    }
                }
                _ => None,
            };
            if let Some((class, object)) = of.filter(|_| !comment.text.is_empty()) {
                add(class, object, 0, &comment.text);
            }
        }
        let is_said = |schema: &Schema| schema.comments.iter().any(|c| c.on == Commented::Schema);
        if number == PUBLIC && !is_said(schema) {
            add(PG_NAMESPACE, PUBLIC, 0, "standard public schema");
        }
    }
    others(world).into_iter().for_each(|(class, object, text)| add(class, object, 0, text));
    all
}

/// What is said of types, routines, triggers, policies and extensions.
fn others(world: &World) -> Vec<(u32, u32, &str)> {
    let objects = &world.objects;
    let mut all = Vec::new();
    for of in objects.types.iter().filter(|of| of.what != TypeWhat::Multirange) {
        let said = objects.type_of(of).and_then(|of| of.comment.as_deref());
        all.extend(said.map(|text| (PG_TYPE, of.oid, text)));
    }
    for object in objects.routines.iter() {
        let said = objects.routine(object).and_then(|routine| routine.comment.as_deref());
        all.extend(said.map(|text| (PG_PROC, object.oid, text)));
    }
    for object in objects.triggers.iter().filter(|object| object.parent == 0) {
        let said = objects.trigger(object).and_then(|trigger| trigger.comment.as_deref());
        all.extend(said.map(|text| (PG_TRIGGER, object.oid, text)));
    }
    for object in objects.policies.iter() {
        let said = objects.policy(object).and_then(|policy| policy.comment.as_deref());
        all.extend(said.map(|text| (PG_POLICY, object.oid, text)));
    }
    for extension in &objects.snapshot.extensions {
        let number = super::session::extension_oid(world, &extension.name);
        let said = extension.comment.as_deref();
        all.extend(said.map(|text| (PG_EXTENSION, number, text)));
    }
    all
}

/// The catalog and the number of a constraint of a table.
fn constraint(world: &World, table: &ClassObject, name: &str) -> Option<(u32, u32)> {
    let found = world.objects.constraints_of(table.oid).find(|one| *one.name == *name)?;
    Some((PG_CONSTRAINT, found.oid))
}

/// The same of a domain.
fn domain_constraint(world: &World, schema: u32, of: &str, name: &str) -> Option<(u32, u32)> {
    let domain = world.objects.types.named(schema, of)?;
    // They are of no table.
    let mut all = world.objects.constraints_of(0);
    let found = all.find(|one| one.domain == domain && *one.name == *name)?;
    Some((PG_CONSTRAINT, found.oid))
}

/// What is said of the database that the client is in, and of roles.
pub(super) fn shared_descriptions(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_shdescription");
    let row = |class: u32, object: u32, text: &str| {
        maker.row([
            ("objoid", Datum::Oid(object)),
            ("classoid", Datum::Oid(class)),
            ("description", Datum::text(text)),
        ])
    };
    let snapshot = &world.objects.snapshot;
    let database = world.database().0;
    let of_database = snapshot.comment.iter().map(|text| row(PG_DATABASE, database, text));
    let of_roles = snapshot.roles.iter().filter_map(|role| {
        Some(row(PG_AUTHID, world.role_named(&role.name)?, role.comment.as_ref()?))
    });
    let of_others =
        DATABASES.iter().filter(|(oid, ..)| *oid != database || snapshot.comment.is_none());
    let of_others = of_others.map(|(oid, .., text)| row(PG_DATABASE, *oid, text));
    of_others.chain(of_database).chain(of_roles).collect()
}
