//! Calls of functions of the session, which the catalogs have and SQLite has not.

use trunkline_catalog::Called;
use trunkline_core::{Oid, Result};

use super::Translator;
use super::typed::Typed;
use crate::sqlite::functions::{CALLED, whom};
use crate::sqlite::storage;
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// A call of a function of the session for each row; `None` if there is none of that name here.
    pub(super) fn session_call(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let name = match name {
            "current_role" | "user" => "current_user",
            "current_catalog" => "current_database",
            name => name,
        };
        let types: Vec<Oid> = values.iter().map(|value| value.ty.oid).collect();
        let Some(called) = Called::find(name, &types)? else { return Ok(None) };
        let arguments = called.arguments().to_vec();
        if !arguments.iter().chain([&called.result()]).all(|oid| is_kept(*oid)) {
            return Ok(None);
        }
        let whom = storage::quoted(&whom(name, &arguments));
        let mut sql = vec![whom];
        for (value, oid) in values.into_iter().zip(&arguments) {
            sql.push(self.coerce(value, Type::of(*oid))?.sql);
        }
        self.calls_session = true;
        let sql = format!("{CALLED}({})", sql.join(", "));
        Ok(Some(Typed::new(sql, Type::of(called.result()))))
    }
}

/// Whether values of a type can go from SQLite to the catalogs and back.
fn is_kept(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::BOOL
            | Oid::INT2
            | Oid::INT4
            | Oid::INT8
            | Oid::FLOAT8
            | Oid::NUMERIC
            | Oid::TEXT
            | Oid::NAME
            | Oid::VOID
            | Oid::TIMESTAMP
            | Oid::TIMESTAMPTZ
            | Oid::DATE
            | Oid::INTERVAL
            | Oid::BYTEA
            | Oid::UUID
    )
}
