//! Views of the catalogs, as queries of our own that give the rows of PostgreSQL's.

use crate::facts::PG_CATALOG;
use crate::world::INFORMATION_SCHEMA;

macro_rules! views {
    ($($file:literal)*) => {
        fn text(file: &str) -> Option<&'static str> {
            match file {
                $($file => Some(include_str!(concat!("../views/", $file, ".sql"))),)*
                _ => None,
            }
        }
    };
}

views! {
    "pg_roles"
    "pg_user"
    "pg_group"
    "pg_tables"
    "pg_views"
    "pg_indexes"
    "pg_sequences"
    "information_schema.applicable_roles"
    "information_schema.character_sets"
    "information_schema.check_constraints"
    "information_schema.collations"
    "information_schema.columns"
    "information_schema.constraint_column_usage"
    "information_schema.constraint_table_usage"
    "information_schema.enabled_roles"
    "information_schema.information_schema_catalog_name"
    "information_schema.key_column_usage"
    "information_schema.referential_constraints"
    "information_schema.routines"
    "information_schema.schemata"
    "information_schema.sequences"
    "information_schema.table_constraints"
    "information_schema.table_privileges"
    "information_schema.tables"
    "information_schema.views"
}

/// The query of a view, by its schema and name.
pub(crate) fn definition(schema: u32, name: &str) -> Option<&'static str> {
    if schema == PG_CATALOG {
        text(name)
    } else if schema == *INFORMATION_SCHEMA {
        text(&format!("information_schema.{name}"))
    } else {
        None
    }
}
