//! What is said of the objects of a snapshot: `pg_description`, and `pg_shdescription` of the database.

use trunkline_core::catalog::{Commented, Schema};

use super::class::PG_CLASS;
use super::row::{Maker, count};
use super::{ClassObject, PUBLIC, World};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// The catalogs of other objects that descriptions name.
const PG_CONSTRAINT: u32 = 2606;
const PG_NAMESPACE: u32 = 2615;
const PG_DATABASE: u32 = 1262;

pub(super) fn descriptions(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_description");
    let row = |class: u32, object: u32, column: usize, text: &str| {
        maker.row([
            ("objoid", Datum::Oid(object)),
            ("classoid", Datum::Oid(class)),
            ("objsubid", count(column)),
            ("description", Datum::text(text)),
        ])
    };
    let mut rows = Vec::new();
    for (class, relation) in world.objects.relations() {
        let of = |column, text: &String| row(PG_CLASS, class.oid, column, text);
        rows.extend(relation.comment.iter().map(|comment| of(0, comment)));
        for (place, attribute) in relation.columns.iter().enumerate() {
            rows.extend(attribute.comment.iter().map(|comment| of(place + 1, comment)));
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
                    let table = world.objects.class_in(number, table);
                    table.and_then(|table| constraint(world, table, name))
                }
                _ => None,
            };
            let said = of.filter(|_| !comment.text.is_empty());
            rows.extend(said.map(|(class, object)| row(class, object, 0, &comment.text)));
        }
        let is_said = |schema: &Schema| schema.comments.iter().any(|c| c.on == Commented::Schema);
        if number == PUBLIC && !is_said(schema) {
            rows.push(row(PG_NAMESPACE, PUBLIC, 0, "standard public schema"));
        }
    }
    rows
}

/// The catalog and the number of a constraint of a table.
fn constraint(world: &World, table: &ClassObject, name: &str) -> Option<(u32, u32)> {
    let found = world.objects.constraints_of(table.oid).find(|one| *one.name == *name)?;
    Some((PG_CONSTRAINT, found.oid))
}

/// What is said of the database that the client is in.
pub(super) fn shared_descriptions(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_shdescription");
    let row = |text: &String| {
        maker.row([
            ("objoid", Datum::Oid(world.database().0)),
            ("classoid", Datum::Oid(PG_DATABASE)),
            ("description", Datum::text(text.as_str())),
        ])
    };
    world.objects.snapshot.comment.iter().map(row).collect()
}
