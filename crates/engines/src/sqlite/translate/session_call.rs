//! Functions of the session: whose it is, and what it has set.

use trunkline_core::{Oid, Result};

use super::Translator;
use super::typed::Typed;
use crate::sqlite::types::Type;

/// Whether a word without quotes is the call of a function.
pub(super) fn is_call(word: &str) -> bool {
    ["current_role", "current_schema"].iter().any(|one| one.eq_ignore_ascii_case(word))
}

impl Translator<'_> {
    /// The call of such a function, or `None` if there is none of the name and arguments.
    pub(super) fn session_call(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let (function, ty) = match (name, values.len()) {
            ("current_user" | "current_role" | "user", 0) => ("pg_user", Type::of(Oid::NAME)),
            ("session_user", 0) => ("pg_session_user", Type::of(Oid::NAME)),
            ("current_database" | "current_catalog", 0) => ("pg_database", Type::of(Oid::NAME)),
            ("current_schema", 0) => ("pg_schema", Type::of(Oid::NAME)),
            ("pg_backend_pid", 0) => ("pg_pid", Type::INT4),
            ("current_setting", 1 | 2) => ("pg_setting", Type::TEXT),
            _ => return self.time_call(name, values),
        };
        let function = self.local(function)?;
        let is_strict = values.len() == 1;
        let mut sql = self.arguments(values, &[Type::TEXT, Type::BOOL])?;
        if is_strict {
            sql.push_str(", 0");
        }
        Ok(Some(Typed::new(format!("{function}({sql})"), ty)))
    }
}
