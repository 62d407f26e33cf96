//! SET, RESET and SHOW.

use std::sync::Arc;

use trunkline_core::types::{Interval, IntervalStyle};
use trunkline_core::{
    Column, CommandTag, Notice, Oid, PgError, Reply, Result, Rows, Session, SqlState, settings,
};
use trunkline_sql::quote_identifier;
use trunkline_sql::statement::{
    IntervalFields, IsolationLevel, Scope, Set, SetValue, TransactionModes, Which,
};

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
            SetValue::Interval { value, fields } => {
                zone_of(value, *fields, self.client.style().interval_style)?
            }
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

    /// Why SET TRANSACTION SNAPSHOT has nothing to take: nobody's snapshot can be had here.
    pub(super) fn no_snapshot(&self, id: &str) -> PgError {
        self.warn_unless_shared("SET TRANSACTION");
        let isolation = self.client.settings().transaction_modes().isolation;
        let is_fixed = isolation.is_some_and(|level| {
            matches!(level, IsolationLevel::RepeatableRead | IsolationLevel::Serializable)
        });
        if self.transaction.is_queried() || self.transaction.depth() > 0 {
            let message = "SET TRANSACTION SNAPSHOT must be called before any query";
            PgError::new(SqlState::ACTIVE_SQL_TRANSACTION, message)
        } else if !is_fixed {
            PgError::unsupported(
                "a snapshot-importing transaction must have isolation level SERIALIZABLE or REPEATABLE READ",
            )
        } else if !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F' | b'-')) {
            let message = format!("invalid snapshot identifier: \"{id}\"");
            PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
        } else {
            let message = format!("snapshot \"{id}\" does not exist");
            PgError::new(SqlState::UNDEFINED_OBJECT, message)
        }
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
///
/// # Errors
///
/// 22007 for what is no interval; 22023 for one of months or days.
fn zone_of(text: &str, fields: IntervalFields, style: IntervalStyle) -> Result<String> {
    const SECOND: i64 = 1_000_000;
    let (unit, least) = match fields {
        IntervalFields::Hour => (" hours", 3600 * SECOND),
        IntervalFields::Minute | IntervalFields::HourToMinute => (" minutes", 60 * SECOND),
        IntervalFields::All => (" seconds", SECOND),
    };
    // Of a number alone the last of the fields is meant.
    let unit = if text.trim().parse::<f64>().is_ok() { unit } else { "" };
    let offset = Interval::parse(&format!("{text}{unit}"))?;
    let offset = Interval { micros: offset.micros / least * least, ..offset };
    let too_much = match offset {
        Interval { months: 1.. | ..=-1, .. } => "Cannot specify months in time zone interval.",
        Interval { days: 1.. | ..=-1, .. } => "Cannot specify days in time zone interval.",
        _ => "",
    };
    if !too_much.is_empty() {
        let mut shown = Vec::new();
        offset.text(style, &mut shown);
        let shown = String::from_utf8_lossy(&shown);
        let message = format!("invalid value for parameter \"TimeZone\": \"INTERVAL '{shown}'\"");
        return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message).detail(too_much));
    }
    let seconds = offset.micros / SECOND;
    let (sign, opposite) = if seconds < 0 { ('-', '+') } else { ('+', '-') };
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(i64::abs);
    let time = match parts {
        [hours, 0, 0] => format!("{hours:02}"),
        [hours, minutes, 0] => format!("{hours:02}:{minutes:02}"),
        [hours, minutes, seconds] => format!("{hours:02}:{minutes:02}:{seconds:02}"),
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
