use std::fmt::Display;

use trunkline_core::settings::MAX_BYTES;

use super::*;
use crate::buffers::CHUNK;
use crate::cancels::{WRONG_KEYS, WRONG_KEYS_OF_ONE};
use crate::connection::io::READ_AHEAD;
use crate::listener::BACKLOG;
use crate::server::COMPLAINTS;

const TABLE: &str = include_str!("../../../../docs/limits.md");

/// The second column of the row that begins with this.
fn row(first: &str) -> &'static str {
    let row = TABLE.lines().find_map(|line| line.strip_prefix(&format!("| {first}")));
    row.and_then(|row| row.split(" | ").nth(1)).unwrap_or_else(|| panic!("no row {first}"))
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

fn mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}

fn none<T: PartialEq>(value: &T, none: &T, word: &str) -> String {
    assert!(value == none);
    word.to_owned()
}

#[test]
fn the_document_has_every_limit_and_its_default() {
    // Whole, so that a new one is not forgotten.
    let Limits {
        connections,
        reserved,
        admins,
        connections_per_user,
        connections_per_database,
        logins,
        login,
        guesses,
        statements,
        statement_bytes,
        portals,
        portal_bytes,
        cursor_files,
        channels,
        notifications,
        timeouts,
        max_timeouts,
        tcp_keepalives_idle,
        tcp_keepalives_interval,
        tcp_keepalives_count,
        tcp_user_timeout,
        drain,
        message,
    } = Limits::default();
    let rows = [
        ("connections", connections.to_string()),
        ("reserved", reserved.to_string()),
        ("admins", none(&admins, &vec![], "nobody")),
        ("connections_per_user", none(&connections_per_user, &None, "none")),
        ("connections_per_database", none(&connections_per_database, &None, "none")),
        ("logins", logins.to_string()),
        ("login", seconds(login)),
        ("guesses", guesses.to_string()),
        ("statements", statements.to_string()),
        ("statement_bytes", mebibytes(statement_bytes)),
        ("portals", portals.to_string()),
        ("portal_bytes", mebibytes(portal_bytes)),
        ("cursor_files", format!("{} GiB", cursor_files >> 30)),
        ("channels", channels.to_string()),
        ("notifications", mebibytes(notifications)),
        ("timeouts", none(&timeouts, &Timeouts::default(), "none")),
        ("max_timeouts", none(&max_timeouts, &Timeouts::default(), "none")),
        ("tcp_keepalives_idle", seconds(tcp_keepalives_idle)),
        ("tcp_keepalives_interval", seconds(tcp_keepalives_interval)),
        ("tcp_keepalives_count", tcp_keepalives_count.to_string()),
        ("tcp_user_timeout", seconds(tcp_user_timeout)),
        ("drain", seconds(drain)),
        ("message", mebibytes(message)),
    ];
    for (name, default) in &rows {
        assert_eq!(row(&format!("`{name}`")), default, "{name}");
    }
    let limits = TABLE.split("\n## ").next().unwrap_or_default();
    assert_eq!(limits.matches("\n| `").count(), rows.len() + 1);
}

#[test]
fn the_document_has_the_bounds_that_are_not_set() {
    let number = |value: &dyn Display| {
        let digits = value.to_string();
        let (front, back) = digits.split_at(digits.len().saturating_sub(3));
        let (million, front) = front.split_at(front.len().saturating_sub(3));
        [million, front, back]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(",")
    };
    let messages = trunkline_proto::Limits::POSTGRESQL;
    let bytes = |first: &str, value: &dyn Display| {
        assert!(row(first).starts_with(&format!("{} bytes", number(value))), "{first}");
    };
    bytes("startup packet", &(messages.startup - 4));
    bytes("password message", &messages.password);
    bytes("message of SCRAM", &messages.scram);
    bytes("messages of names", &messages.small);
    bytes("sent ahead", &READ_AHEAD);
    bytes("answers that wait", &CHUNK);
    bytes("settings of a session", &MAX_BYTES);
    assert_eq!(row("wrong keys"), format!("{WRONG_KEYS} and {WRONG_KEYS_OF_ONE} a second"));
    assert_eq!(row("lines in the log"), format!("{COMPLAINTS} a second"));
    assert_eq!(row("connections that wait"), number(&BACKLOG));
}
