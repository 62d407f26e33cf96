//! Which rows a relation of the catalogs has.

use trunkline_core::Result;

use super::numbered::Of;
use super::{
    INFORMATION_SCHEMA, World, attribute, casts, class, constraint, depend, description, foreign,
    index, partition, policy, role, routine, rule, sequence, session, shared, trigger, types,
};
use crate::datum::Row;
use crate::facts::{self, PG_CATALOG};
use crate::plan::Cells;

/// Of how many objects the rows of a part are, at most.
const PART: usize = 64;

/// The rows of a relation of the catalogs that is no view, a part at a time: of 10,000 tables they would
/// take much memory at once.
pub(crate) struct Parts<'a> {
    world: &'a World,
    schema: u32,
    name: &'a str,
    /// Where the next part begins, once the first one is made.
    next: Option<usize>,
    cells: Cells,
}

impl<'a> Parts<'a> {
    pub(super) fn new(world: &'a World, schema: u32, name: &'a str) -> Parts<'a> {
        Parts { world, schema, name, next: None, cells: Cells::ALL }
    }

    /// Rows that need have no other cells than these.
    pub(crate) fn of_cells(self, cells: Cells) -> Parts<'a> {
        Parts { cells, ..self }
    }
}

impl Iterator for Parts<'_> {
    type Item = Result<Vec<Row>>;

    fn next(&mut self) -> Option<Result<Vec<Row>>> {
        let Some(from) = self.next else {
            self.next = Some(0);
            let rows = first(self.world, self.schema, self.name);
            let is_some = !self.cells.are_of_all() && self.name == "pg_class";
            return Some(match is_some {
                true => rows.map(|rows| class::only_of_kinds(rows, self.cells)),
                false => rows,
            });
        };
        if self.schema != PG_CATALOG || from >= objects(self.world, self.name) {
            return None;
        }
        let to = from.saturating_add(PART);
        self.next = Some(to);
        let of = Of::Part(from, to);
        Some(Ok(part(self.world, self.name, of, self.cells)))
    }
}

/// How many objects the [parts](part) of a relation are of.
fn objects(world: &World, name: &str) -> usize {
    match name {
        "pg_attrdef" | "pg_attribute" | "pg_class" | "pg_index" | "pg_sequence" => {
            world.objects.classes.len()
        }
        "pg_constraint" => world.objects.constraints.len(),
        "pg_depend" => world.objects.count_dependencies(),
        "pg_description" => description::count_descriptions(world),
        "pg_type" => world.objects.types.all.len(),
        _ => 0,
    }
}

/// The rows of a relation that are of some objects, with some cells at least.
pub(super) fn part(world: &World, name: &str, of: Of, cells: Cells) -> Vec<Row> {
    match name {
        "pg_attrdef" => attribute::defaults(world, of, cells),
        "pg_attribute" => attribute::attributes(world, of, cells),
        "pg_class" => class::classes(world, of, cells),
        "pg_constraint" => constraint::constraints(world, of, cells),
        "pg_depend" => depend::dependencies(world, of),
        "pg_description" => description::descriptions(world, of),
        "pg_index" => index::indexes(world, of, cells),
        "pg_sequence" => sequence::sequences(world, of),
        "pg_type" => types::types(world, of),
        _ => Vec::new(),
    }
}

/// The rows that every database has, and those that are no parts.
fn first(world: &World, schema: u32, name: &str) -> Result<Vec<Row>> {
    if schema == *INFORMATION_SCHEMA {
        let facts = facts::facts(&format!("information_schema.{name}"));
        return Ok(facts.map(|facts| facts.rows.clone()).unwrap_or_default());
    }
    if schema != PG_CATALOG {
        return Ok(sequence::state(world, schema, name).into_iter().collect());
    }
    // A view of settings is made of these and what they are now.
    let mut rows = match name {
        "pg_settings" => Vec::new(),
        name => facts::facts(name).map(|facts| facts.rows.clone()).unwrap_or_default(),
    };
    rows.extend(match name {
        "pg_namespace" => class::namespaces(world),
        "pg_enum" => types::enums(world),
        "pg_range" => types::ranges(world),
        "pg_cast" => casts::casts(world),
        "pg_proc" => routine::procs(world),
        "pg_trigger" => trigger::triggers(world),
        "pg_policy" => policy::policies(world),
        "pg_inherits" => partition::inherits(world),
        "pg_partitioned_table" => partition::partitioned_tables(world),
        "pg_shdescription" => description::shared_descriptions(world),
        "pg_rewrite" => rule::rules(world),
        "pg_foreign_table" => foreign::foreign_tables(world),
        "pg_foreign_server" => foreign::foreign_servers(world),
        "pg_foreign_data_wrapper" => foreign::foreign_wrappers(world),
        "pg_shdepend" => shared::dependencies(world),
        "pg_extension" => session::extensions(world),
        "pg_cursors" => world.cursors(),
        "pg_prepared_statements" => world.prepared_statements(),
        "pg_authid" => role::roles(world),
        "pg_auth_members" => role::members(world),
        "pg_database" => session::databases(world),
        "pg_settings" => session::settings(world)?,
        "pg_stat_activity" => session::activity(world),
        "pg_locks" => session::locks(world),
        "pg_stat_ssl" => session::encryption(world),
        "pg_stat_gssapi" => session::gssapi(world),
        _ => Vec::new(),
    });
    Ok(rows)
}
