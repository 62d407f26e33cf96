//! The casts that come with ranges: a range is made the multirange that has nothing else in it.

use trunkline_core::Oid;
use trunkline_core::catalog::TypeKind;

use super::row::Maker;
use super::types::{TypeObject, TypeWhat};
use super::{Objects, World};
use crate::datum::{Datum, Row};
use crate::facts::{self, PG_CATALOG};

/// A cast of a range of the snapshot to its multirange.
pub(super) struct RangeCast {
    pub(super) oid: u32,
    pub(super) source: u32,
    pub(super) target: u32,
    /// The function that does it, a constructor of the multirange.
    pub(super) function: u32,
}

/// The cast that came with a type, if that is a range.
pub(super) fn of_type(objects: &Objects, of: &TypeObject) -> Option<RangeCast> {
    if of.what != TypeWhat::Range {
        return None;
    }
    let TypeKind::Range(range) = &objects.type_of(of)?.kind else { return None };
    let (name, target, _) = &range.multirange;
    let mut makers = objects.routines.named(of.schema, name);
    let function = makers.find(|routine| routine.inputs == [Oid(of.oid)])?.oid;
    let oid = super::objects::number_of("cast", &format!("{}.{}", of.oid, target.0));
    Some(RangeCast { oid, source: of.oid, target: target.0, function })
}

/// The casts of the snapshot's ranges.
pub(super) fn casts(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_cast");
    let all = world.objects.types.iter().filter_map(|of| of_type(&world.objects, of));
    let row = |cast: RangeCast| {
        maker.row([
            ("oid", Datum::Oid(cast.oid)),
            ("castsource", Datum::Oid(cast.source)),
            ("casttarget", Datum::Oid(cast.target)),
            ("castfunc", Datum::Oid(cast.function)),
            ("castcontext", Datum::text("e")),
            ("castmethod", Datum::text("f")),
        ])
    };
    all.map(row).collect()
}

impl World {
    /// The row of a cast by its number.
    pub(crate) fn cast_row(&self, oid: u32) -> Option<Row> {
        let known = facts::rows_by("pg_cast", "oid", &Datum::Oid(oid)).into_iter().next();
        let is_it = |row: &Row| row.first() == Some(&Datum::Oid(oid));
        known.or_else(|| casts(self).into_iter().find(is_it))
    }
}
