//! Which rows a relation of the catalogs has.

use trunkline_core::Result;

use super::numbered::Of;
use super::{
    INFORMATION_SCHEMA, World, attribute, class, constraint, depend, description, foreign, index,
    partition, policy, role, routine, sequence, session, shared, trigger, types,
};
use crate::datum::Row;
use crate::facts::{self, PG_CATALOG};

/// All rows of a relation: those that every database has, and those of this one.
pub(super) fn rows(world: &World, schema: u32, name: &str) -> Result<Vec<Row>> {
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
        "pg_class" => class::classes(world, Of::All),
        "pg_attribute" => attribute::attributes(world, Of::All),
        "pg_attrdef" => attribute::defaults(world, Of::All),
        "pg_type" => types::types(world, Of::All),
        "pg_enum" => types::enums(world),
        "pg_range" => types::ranges(world),
        "pg_proc" => routine::procs(world),
        "pg_trigger" => trigger::triggers(world),
        "pg_policy" => policy::policies(world),
        "pg_inherits" => partition::inherits(world),
        "pg_partitioned_table" => partition::partitioned_tables(world),
        "pg_description" => description::descriptions(world),
        "pg_shdescription" => description::shared_descriptions(world),
        "pg_rewrite" => class::rules(world),
        "pg_foreign_table" => foreign::foreign_tables(world),
        "pg_foreign_server" => foreign::foreign_servers(world),
        "pg_foreign_data_wrapper" => foreign::foreign_wrappers(world),
        "pg_index" => index::indexes(world, Of::All),
        "pg_constraint" => constraint::constraints(world, Of::All),
        "pg_depend" => depend::dependencies(world),
        "pg_shdepend" => shared::dependencies(world),
        "pg_extension" => session::extensions(world),
        "pg_sequence" => sequence::sequences(world),
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
