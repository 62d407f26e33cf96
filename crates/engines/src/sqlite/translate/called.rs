//! Calls of functions of the session, which the catalogs have and SQLite has not.

use sqlparser::ast::Ident;
use trunkline_catalog::Called;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::typed::Typed;
use super::{Translator, unsupported};
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
        if self.is_default && !only_tells(name) {
            return Ok(None);
        }
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
        if let Some(message) = self.immutable {
            return Err(PgError::new(SqlState::INVALID_OBJECT_DEFINITION, message));
        }
        (self.calls_session, self.volatile) = (true, true);
        let sql = format!("{CALLED}({})", sql.join(", "));
        Ok(Some(Typed::new(sql, Type::of(called.result()))))
    }

    /// 0A000 for something that stays in the file if it has what cannot: a relation that is not the engine's, a call
    /// of a function of the session, or a word that its text would lose.
    pub(super) fn refuse_what_cannot_stay(&self, what: &str) -> Result<()> {
        if self.lent.is_read {
            return Err(unsupported(&format!("{what} of a relation of the catalogs")));
        }
        match (self.calls_session, self.is_symmetric) {
            (true, _) => Err(unsupported(&format!("{what} that calls a function of the session"))),
            (_, true) => Err(unsupported(&format!("BETWEEN SYMMETRIC in {what}"))),
            _ => Ok(()),
        }
    }
}

/// Whether a function does no more than tell something of the session: a default may call it, though anybody may
/// have made the file that the default is in.
fn only_tells(name: &str) -> bool {
    matches!(
        name,
        "current_user"
            | "session_user"
            | "current_database"
            | "current_schema"
            | "current_setting"
            | "version"
            | "pg_backend_pid"
            | "inet_client_port"
    )
}

/// Whether a name is a word of SQL's that the parser takes for that of a column.
pub(super) fn is_session_word(ident: &Ident) -> bool {
    let words = ["current_role", "current_schema", "current_catalog"];
    ident.quote_style.is_none() && words.iter().any(|word| word.eq_ignore_ascii_case(&ident.value))
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
