//! What a statement of the catalogs is about: the snapshot, its client, and the names in it.

mod access;
mod attribute;
mod bound;
mod cast;
mod casts;
mod chains;
mod class;
mod constraint;
mod depend;
mod description;
mod foreign;
mod index;
mod inventory;
mod kept;
mod keyed;
mod modifier;
mod names;
mod naming;
mod numbered;
mod objects;
mod parse;
mod partition;
mod place;
mod policy;
mod registered;
mod role;
mod routine;
mod row;
mod rule;
mod sequence;
mod session;
mod shared;
mod slots;
mod storage;
mod tables;
mod text;
mod toast;
mod trigger;
mod types;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use trunkline_core::types::TextStyle;
use trunkline_core::{Client, Inventory, Result};

use crate::datum::Row;
use crate::facts;
use crate::functions::now;
pub(crate) use access::{ACL_LETTERS, AclItem, no_role};
pub(crate) use bound::is_bound;
pub(crate) use constraint::{ConstraintObject, What};
pub(crate) use index::{IndexColumn, IndexObject};
pub(crate) use inventory::is_shown_by;
pub(crate) use keyed::key_column;
pub(crate) use modifier::modified;
pub(crate) use names::{proc_by_oid, split_name};
pub(crate) use objects::{ClassObject, Objects};
pub(crate) use parse::is_alias;
pub(crate) use registered::DomainFacts;
pub(crate) use routine::{is_input, sql_body, usual_cost};
pub(crate) use session::version as session_version;
pub(crate) use tables::Parts;
pub(crate) use text::{
    constant_text, domain_check_text, expression_text, expression_type, query_text,
    trigger_condition_text, typed_text,
};
pub(crate) use trigger::{TriggerObject, Triggering};
pub(crate) use types::TypeWhat;

/// The OID of `information_schema`, which differs between builds of PostgreSQL.
pub(crate) static INFORMATION_SCHEMA: LazyLock<u32> = LazyLock::new(|| {
    let Some(facts) = facts::facts("pg_namespace") else { return 0 };
    let (oid, name) = (facts.column("oid"), facts.column("nspname"));
    let found = facts.rows.iter().find(|row| &*facts::text(row, name) == "information_schema");
    found.map_or(0, |row| facts::number(row, oid))
});
/// The OID of `public`.
pub(crate) const PUBLIC: u32 = 2200;
/// The OID of the superuser that owns the catalogs.
pub(crate) const SUPERUSER: u32 = 10;

/// Places of columns by how their defaults are shown.
type Defaults = HashMap<Arc<str>, usize>;

/// A database, as one statement of one client sees it.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) style: Arc<TextStyle>,
    pub(crate) objects: Arc<Objects>,
    /// What the session has by name, for a statement that shows it.
    pub(crate) inventory: Arc<Inventory>,
    /// The moment that `now()` means, in microseconds since 2000.
    pub(crate) began: i64,
    /// The schemas that names are looked for in, in order.
    path: Vec<u32>,
    /// The columns of each table by how their defaults are shown, once somebody asks.
    defaults: Mutex<HashMap<u32, Arc<Defaults>>>,
    /// What the statement itself has set, by name: of a local setting outside of a block nothing else is left.
    configured: Mutex<HashMap<String, String>>,
}

impl World {
    pub(crate) fn new(client: Client, objects: Arc<Objects>) -> World {
        let style = client.reading_style();
        let path = names::search_path(&client, &objects);
        let (inventory, defaults, configured) = Default::default();
        let began = client.transaction_time().unwrap_or_else(now);
        World { client, style, objects, inventory, began, path, defaults, configured }
    }

    /// Notes what the statement has set.
    pub(crate) fn configure(&self, name: &str, value: &str) {
        let mut configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
        configured.insert(name.to_ascii_lowercase(), value.to_owned());
    }

    /// A setting as the statement sees it.
    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        let configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
        let own = configured.get(&name.to_ascii_lowercase()).cloned();
        own.or_else(|| self.client.setting(name))
    }

    /// The schemas of the search path, without `pg_catalog`.
    pub(crate) fn path(&self) -> &[u32] {
        &self.path
    }

    /// The rows of a relation of the catalogs that is no view, in parts.
    pub(crate) fn parts<'a>(&'a self, schema: u32, name: &'a str) -> Parts<'a> {
        Parts::new(self, schema, name)
    }

    /// All rows of a relation of the catalogs that is no view.
    pub(crate) fn table(&self, schema: u32, name: &str) -> Result<Vec<Row>> {
        let parts: Vec<Vec<Row>> = self.parts(schema, name).collect::<Result<_>>()?;
        Ok(parts.into_iter().flatten().collect())
    }
}

/// That of so many tables with 2 columns, for tests.
#[cfg(test)]
pub(crate) fn world_of(tables: usize) -> Arc<World> {
    use std::fmt::Write as _;
    let mut script = String::new();
    for table in 0..tables {
        let _ = write!(script, "CREATE TABLE t{table} (id int, name text);");
    }
    let defined = crate::ddl::define(&script).expect("definitions");
    let identity = trunkline_core::Identity::new("postgres", "many");
    let client = Client::new(identity, Default::default());
    Arc::new(World::new(client, Arc::new(Objects::new(Arc::new(defined.snapshot)))))
}
