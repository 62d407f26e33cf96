//! Which rows a relation of the catalogs has.

use trunkline_core::Result;

use super::{INFORMATION_SCHEMA, World, class, constraint, description, sequence, session};
use crate::datum::Row;
use crate::facts::{self, PG_CATALOG};

/// All rows of a relation: those that every database has, and those of this one.
pub(super) fn rows(world: &World, schema: u32, name: &str) -> Result<Vec<Row>> {
    if schema == *INFORMATION_SCHEMA {
        return Ok(session::information_schema(name));
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
        "pg_class" => class::classes(world),
        "pg_attribute" => class::attributes(world),
        "pg_attrdef" => class::defaults(world),
        "pg_type" => class::types(world),
        "pg_description" => description::descriptions(world),
        "pg_shdescription" => description::shared_descriptions(world),
        "pg_rewrite" => class::rules(world),
        "pg_foreign_table" => class::foreign_tables(world),
        "pg_foreign_server" => class::foreign_servers(world),
        "pg_foreign_data_wrapper" => class::foreign_wrappers(world),
        "pg_index" => constraint::indexes(world),
        "pg_constraint" => constraint::constraints(world),
        "pg_depend" => {
            let mut rows = constraint::dependencies(world);
            rows.extend(sequence::dependencies(world));
            rows
        }
        "pg_sequence" => sequence::sequences(world),
        "pg_cursors" => world.cursors(),
        "pg_prepared_statements" => world.prepared_statements(),
        "pg_authid" => session::roles(world),
        "pg_database" => session::databases(world),
        "pg_settings" => session::settings(world)?,
        "pg_stat_activity" => session::activity(world),
        "pg_locks" => session::locks(world),
        "pg_stat_ssl" => session::encryption(world),
        "pg_stat_gssapi" => session::gssapi(world),
        "pg_stat_database" => session::database_statistics(world),
        _ => Vec::new(),
    });
    Ok(rows)
}
