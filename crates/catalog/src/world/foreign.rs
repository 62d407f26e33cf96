//! What relations that are elsewhere are said to come from.

use trunkline_core::catalog::RelationKind;

use super::World;
use super::row::Maker;
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// What data that are elsewhere are said to come from.
const WRAPPER: u32 = 16_001;
const SERVER: u32 = 16_002;

fn has_foreign(world: &World) -> bool {
    world.objects.relations().any(|(_, relation)| relation.kind == RelationKind::Foreign)
}

pub(super) fn foreign_tables(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_foreign_table");
    let foreign = world.objects.relations().filter(|(class, _)| class.kind == 'f');
    foreign
        .map(|(class, _)| {
            maker.row([("ftrelid", Datum::Oid(class.oid)), ("ftserver", Datum::Oid(SERVER))])
        })
        .collect()
}

pub(super) fn foreign_servers(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_foreign_server");
    let server = maker.row([
        ("oid", Datum::Oid(SERVER)),
        ("srvname", Datum::text("trunkline")),
        ("srvowner", Datum::Oid(world.session_role().0)),
        ("srvfdw", Datum::Oid(WRAPPER)),
    ]);
    has_foreign(world).then_some(server).into_iter().collect()
}

pub(super) fn foreign_wrappers(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_foreign_data_wrapper");
    let wrapper = maker.row([
        ("oid", Datum::Oid(WRAPPER)),
        ("fdwname", Datum::text("trunkline")),
        ("fdwowner", Datum::Oid(world.session_role().0)),
    ]);
    has_foreign(world).then_some(wrapper).into_iter().collect()
}
