//! SET, RESET and SHOW.

use std::sync::Arc;

use trunkline_core::types::Interval;
use trunkline_core::{
    Column, CommandTag, Notice, Oid, PgError, Reply, Result, Rows, Session, SqlState, settings,
};
use trunkline_sql::quote_identifier;
use trunkline_sql::statement::{Scope, Set, SetValue, TransactionModes, Which};

use crate::connection::Connection;
use crate::options::cut_name;

impl<S: Session> Connection<S> {
    /// Answers SET.
    pub(super) fn set(&mut self, set: &Set) -> Result<()> {
        let local = set.scope == Scope::Local;
        if local {
            self.warn_unless_shared("SET LOCAL");
        }
        let value = match &set.value {
            SetValue::Default => return self.client.settings().reset(&set.name, local),
            SetValue::Current => return Ok(()),
            SetValue::List(values) => list(&set.name, values)?,
            SetValue::Interval { value, .. } => zone_of(value)?,
            _ => return Err(PgError::unsupported("this form of SET is not supported")),
        };
        if matches!(&*set.name, "role" | "session_authorization") {
            self.client.check_role(&value)?;
        }
        let cut = (*set.name == *"application_name").then(|| cut_name(&value)).flatten();
        let mut settings = self.client.settings();
        if self.transaction.is_queried() {
            settings.admit_mode(&set.name, &value)?;
        }
        settings.set(&set.name, &value, local)?;
        drop(settings);
        if let Some(notice) = cut {
            self.client.notify(notice);
        }
        Ok(())
    }

    /// Answers SET TRANSACTION.
    pub(super) fn set_transaction(&mut self, modes: TransactionModes) -> Result<()> {
        self.warn_unless_shared("SET TRANSACTION");
        self.transaction.admit_modes(modes, &self.client.settings())?;
        self.set_modes("transaction", modes, true)
    }

    /// What holds for one transaction is lost at once where each statement is one.
    pub(super) fn warn_unless_shared(&self, command: &str) {
        if !self.transaction.is_shared() {
            self.client.notify(Notice::warning(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                format!("{command} can only be used in transaction blocks"),
            ));
        }
    }

    /// Answers SET SESSION CHARACTERISTICS.
    pub(super) fn set_characteristics(&mut self, modes: TransactionModes) -> Result<()> {
        self.set_modes("default_transaction", modes, false)
    }

    pub(super) fn set_modes(
        &mut self,
        prefix: &str,
        modes: TransactionModes,
        local: bool,
    ) -> Result<()> {
        let mut settings = self.client.settings();
        let on = |on: bool| if on { "on" } else { "off" };
        let values = [
            ("isolation", modes.isolation.map(|level| level.as_str())),
            ("read_only", modes.read_only.map(on)),
            ("deferrable", modes.deferrable.map(on)),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                settings.set(&format!("{prefix}_{name}"), value, local)?;
            }
        }
        Ok(())
    }

    /// Answers RESET.
    pub(super) fn reset(&mut self, what: &Which) -> Result<()> {
        match what {
            Which::All => self.client.settings().reset_all(),
            Which::Named(name) => self.client.settings().reset(name, false)?,
        }
        Ok(())
    }

    /// Answers SHOW.
    pub(super) fn show(&self, what: &Which) -> Result<Reply> {
        let columns = show_columns(what);
        let settings = self.client.settings();
        let name = match what {
            Which::Named(name) => name,
            Which::All => {
                let all: Vec<_> = settings
                    .iter()
                    .map(|(known, value)| {
                        (known.name.to_owned(), value.into_owned(), known.description.to_owned())
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
pub(super) fn show_columns(what: &Which) -> Arc<[Column]> {
    match what {
        Which::All => ["name", "setting", "description"]
            .into_iter()
            .map(|name| Column::new(name, Oid::TEXT))
            .collect(),
        Which::Named(name) => {
            let known = settings::definition(name).map(|definition| definition.name);
            Arc::new([Column::new(known.unwrap_or(name), Oid::TEXT)])
        }
    }
}

/// One text of the values after SET: lists are joined, where the setting is a list.
fn list(name: &str, values: &[String]) -> Result<String> {
    let said = name;
    let name = settings::definition(name).map_or(name, |definition| definition.name);
    match values {
        _ if LISTS_OF_NAMES.contains(&name) => {
            let names: Vec<_> = values.iter().map(|name| quote_identifier(name)).collect();
            Ok(names.join(", "))
        }
        _ if LISTS_OF_WORDS.contains(&name) => Ok(values.join(", ")),
        [value] => Ok(value.clone()),
        _ => Err(PgError::new(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("SET {said} takes only one argument"),
        )),
    }
}

/// The zone of `SET TIME ZONE INTERVAL '…'`, whose sign is that of ISO: east is positive.
fn zone_of(text: &str) -> Result<String> {
    let offset = Interval::parse(text)?;
    let seconds = offset.micros / 1_000_000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let (sign, opposite) = if seconds < 0 { ('-', '+') } else { ('+', '-') };
    let (hours, minutes) = (hours.abs(), minutes.abs());
    let time = match minutes {
        0 => format!("{hours:02}"),
        _ => format!("{hours:02}:{minutes:02}"),
    };
    Ok(format!("<{sign}{time}>{opposite}{time}"))
}

/// The settings that are lists of names, which SHOW shows as they must be written.
const LISTS_OF_NAMES: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// The settings that are lists of words, which SHOW shows as they are.
const LISTS_OF_WORDS: [&str; 11] = [
    "DateStyle",
    "createrole_self_grant",
    "debug_io_direct",
    "listen_addresses",
    "log_connections",
    "log_destination",
    "oauth_validator_libraries",
    "restrict_nonsystem_relation_kind",
    "synchronized_standby_slots",
    "synchronous_standby_names",
    "wal_consistency_checking",
];
