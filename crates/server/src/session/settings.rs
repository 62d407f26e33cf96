//! SET, RESET and SHOW.

use std::sync::Arc;

use trunkline_core::{
    Column, CommandTag, Notice, Oid, PgError, Reply, Result, Rows, Session, SqlState, settings,
};
use trunkline_sql::statement::{Scope, SessionStatement, SetValue, Setting};

use crate::connection::Connection;

impl<S: Session> Connection<S> {
    /// Answers SET and RESET.
    pub(super) fn set(&mut self, command: &SessionStatement) -> Result<Reply> {
        let mut settings = self.client.settings();
        match command {
            SessionStatement::Set { scope, name, value } => {
                let local = *scope == Scope::Local;
                if local && !self.transaction.is_block() && !self.transaction.is_implicit() {
                    drop(settings);
                    self.client.notify(Notice::warning(
                        SqlState::NO_ACTIVE_SQL_TRANSACTION,
                        "SET LOCAL can only be used in transaction blocks",
                    ));
                    return Ok(CommandTag::new("SET").into());
                }
                match value {
                    SetValue::Default => settings.reset(name, local)?,
                    SetValue::List(values) => settings.set(name, &list(name, values)?, local)?,
                }
                Ok(CommandTag::new("SET").into())
            }
            SessionStatement::Reset(Setting::All) => {
                settings.reset_all();
                Ok(CommandTag::new("RESET").into())
            }
            SessionStatement::Reset(Setting::Name(name)) => {
                settings.reset(name, false)?;
                Ok(CommandTag::new("RESET").into())
            }
            _ => Err(PgError::internal("neither SET nor RESET")),
        }
    }

    /// Answers SHOW.
    pub(super) fn show(&self, what: &Setting) -> Result<Reply> {
        let columns = show_columns(what);
        let settings = self.client.settings();
        let name = match what {
            Setting::Name(name) => name,
            Setting::All => {
                let all: Vec<_> = settings
                    .iter()
                    .map(|(known, value)| {
                        (known.name.to_owned(), value.into_owned(), String::new())
                    })
                    .collect();
                return Ok(show_reply(Rows::from_rows(columns, all)));
            }
        };
        let Some(value) = settings.get(name) else {
            return Err(PgError::new(
                SqlState::UNDEFINED_OBJECT,
                format!("unrecognized configuration parameter \"{name}\""),
            ));
        };
        Ok(show_reply(Rows::from_rows(columns, [(value.into_owned(),)])))
    }
}

/// SHOW says so in its tag, without a count.
fn show_reply(rows: Rows) -> Reply {
    Reply::Rows(rows.tagged(CommandTag::new("SHOW")))
}

/// The columns of SHOW: one by the setting's name, or those of SHOW ALL.
pub(super) fn show_columns(what: &Setting) -> Arc<[Column]> {
    match what {
        Setting::All => ["name", "setting", "description"]
            .into_iter()
            .map(|name| Column::new(name, Oid::TEXT))
            .collect(),
        Setting::Name(name) => {
            let known = settings::definition(name).map(|definition| definition.name);
            Arc::new([Column::new(known.unwrap_or(name), Oid::TEXT)])
        }
    }
}

/// One text of the values after SET: lists are joined, where the setting is a list.
fn list(name: &str, values: &[String]) -> Result<String> {
    let name = settings::definition(name).map_or(name, |definition| definition.name);
    match (values, LISTS.contains(&name), name) {
        ([value], false, _) => Ok(value.clone()),
        (values, true, "DateStyle") => Ok(values.join(", ")),
        (values, true, _) => {
            Ok(values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "))
        }
        _ => Err(PgError::new(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("SET {name} takes only one argument"),
        )),
    }
}

/// The settings that are lists of names.
const LISTS: [&str; 9] = [
    "DateStyle",
    "createrole_self_grant",
    "local_preload_libraries",
    "log_destination",
    "search_path",
    "session_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
    "wal_consistency_checking",
];

/// An identifier as it must be written: in quotes unless it is plain.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
