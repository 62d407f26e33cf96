//! Partitions: their keys, and what is a part of what.

use trunkline_core::Result;
use trunkline_core::catalog::Indexed;

use super::definitions::{column, oid};
use crate::datum::Datum;
use crate::plan::Call;
use crate::syntax::call_name;
use crate::world::{World, expression_text};

/// `pg_get_partkeydef`
pub(super) fn key(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let class = oid(call, 0).and_then(|oid| world.objects.class(oid));
    let Some(class) = class.filter(|class| class.kind == 'p') else { return Ok(Datum::Null) };
    let Some(relation) = world.objects.relation_of(class) else { return Ok(Datum::Null) };
    let Some(key) = &relation.partitioned else { return Ok(Datum::Null) };
    let strategy = match key.strategy {
        'l' => "LIST",
        'h' => "HASH",
        _ => "RANGE",
    };
    let keys = key.keys.iter().map(|one| match one {
        Indexed::Column(place) => column(relation, *place),
        Indexed::Expression(text) => {
            let shown = expression_text(world, Some(class.oid), text, false);
            if call_name(&shown).is_some() { shown.to_string() } else { format!("({shown})") }
        }
    });
    Ok(Datum::text(format!("{strategy} ({})", keys.collect::<Vec<_>>().join(", "))))
}

/// Whether something is a partition or has partitions.
fn is_in_tree(world: &World, oid: u32) -> bool {
    world
        .objects
        .class(oid)
        .is_some_and(|class| matches!(class.kind, 'p' | 'I') || world.objects.is_partition(class))
}

fn member(call: &Call<'_>) -> Option<u32> {
    oid(call, 0).filter(|oid| is_in_tree(&call.run.world, *oid))
}

/// `pg_partition_root`
pub(super) fn root(call: &Call<'_>) -> Result<Datum> {
    let family = &call.run.world.objects.family;
    let last = member(call).and_then(|oid| family.ancestors(oid).last().copied());
    Ok(last.map_or(Datum::Null, Datum::Oid))
}

/// `pg_partition_ancestors`
pub(super) fn ancestors(call: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    let Some(oid) = member(call) else { return Ok(Vec::new()) };
    let all = call.run.world.objects.family.ancestors(oid);
    Ok(all.into_iter().map(|oid| vec![Datum::Oid(oid)]).collect())
}

/// `pg_partition_tree`
pub(super) fn tree(call: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    let Some(root) = member(call) else { return Ok(Vec::new()) };
    let objects = &call.run.world.objects;
    let rows = objects.family.tree(root).into_iter().map(|(oid, level)| {
        let class = objects.class(oid);
        let parent = objects.family.parents(oid).first();
        let parent = parent.filter(|_| class.is_some_and(|class| objects.is_partition(class)));
        let is_leaf = class.is_none_or(|class| !matches!(class.kind, 'p' | 'I'));
        vec![
            Datum::Oid(oid),
            parent.map_or(Datum::Null, |parent| Datum::Oid(*parent)),
            Datum::Bool(is_leaf),
            Datum::Int(level.into()),
        ]
    });
    Ok(rows.collect())
}
