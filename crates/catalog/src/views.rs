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
    "pg_available_extension_versions"
    "pg_available_extensions"
    "pg_group"
    "pg_indexes"
    "pg_matviews"
    "pg_policies"
    "pg_publication_tables"
    "pg_roles"
    "pg_rules"
    "pg_sequences"
    "pg_shadow"
    "pg_stat_all_indexes"
    "pg_stat_all_tables"
    "pg_stat_archiver"
    "pg_stat_bgwriter"
    "pg_stat_checkpointer"
    "pg_stat_database"
    "pg_stat_database_conflicts"
    "pg_stat_io"
    "pg_stat_recovery_prefetch"
    "pg_stat_slru"
    "pg_stat_sys_indexes"
    "pg_stat_sys_tables"
    "pg_stat_user_indexes"
    "pg_stat_user_tables"
    "pg_stat_wal"
    "pg_stat_xact_all_tables"
    "pg_stat_xact_sys_tables"
    "pg_stat_xact_user_tables"
    "pg_statio_all_indexes"
    "pg_statio_all_sequences"
    "pg_statio_all_tables"
    "pg_statio_sys_indexes"
    "pg_statio_sys_sequences"
    "pg_statio_sys_tables"
    "pg_statio_user_indexes"
    "pg_statio_user_sequences"
    "pg_statio_user_tables"
    "pg_tables"
    "pg_timezone_names"
    "pg_user"
    "pg_user_mappings"
    "pg_views"
    "information_schema._pg_foreign_data_wrappers"
    "information_schema._pg_foreign_servers"
    "information_schema._pg_foreign_table_columns"
    "information_schema._pg_foreign_tables"
    "information_schema._pg_user_mappings"
    "information_schema.administrable_role_authorizations"
    "information_schema.applicable_roles"
    "information_schema.attributes"
    "information_schema.character_sets"
    "information_schema.check_constraint_routine_usage"
    "information_schema.check_constraints"
    "information_schema.collation_character_set_applicability"
    "information_schema.collations"
    "information_schema.column_column_usage"
    "information_schema.column_domain_usage"
    "information_schema.column_options"
    "information_schema.column_privileges"
    "information_schema.column_udt_usage"
    "information_schema.columns"
    "information_schema.constraint_column_usage"
    "information_schema.constraint_table_usage"
    "information_schema.data_type_privileges"
    "information_schema.domain_constraints"
    "information_schema.domain_udt_usage"
    "information_schema.domains"
    "information_schema.element_types"
    "information_schema.enabled_roles"
    "information_schema.foreign_data_wrapper_options"
    "information_schema.foreign_data_wrappers"
    "information_schema.foreign_server_options"
    "information_schema.foreign_servers"
    "information_schema.foreign_table_options"
    "information_schema.foreign_tables"
    "information_schema.information_schema_catalog_name"
    "information_schema.key_column_usage"
    "information_schema.parameters"
    "information_schema.referential_constraints"
    "information_schema.role_column_grants"
    "information_schema.role_routine_grants"
    "information_schema.role_table_grants"
    "information_schema.role_udt_grants"
    "information_schema.role_usage_grants"
    "information_schema.routine_column_usage"
    "information_schema.routine_privileges"
    "information_schema.routine_routine_usage"
    "information_schema.routine_sequence_usage"
    "information_schema.routine_table_usage"
    "information_schema.routines"
    "information_schema.schemata"
    "information_schema.sequences"
    "information_schema.table_constraints"
    "information_schema.table_privileges"
    "information_schema.tables"
    "information_schema.transforms"
    "information_schema.triggered_update_columns"
    "information_schema.triggers"
    "information_schema.udt_privileges"
    "information_schema.usage_privileges"
    "information_schema.user_defined_types"
    "information_schema.user_mapping_options"
    "information_schema.user_mappings"
    "information_schema.view_column_usage"
    "information_schema.view_routine_usage"
    "information_schema.view_table_usage"
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
