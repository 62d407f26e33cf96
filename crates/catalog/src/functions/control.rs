//! What a cluster says of itself: its control file, its log of what is written, and how it was built.
//!
//! Nothing is written to a log here, and there is no control file: what is told of them is what PostgreSQL tells
//! of a cluster that has just been made. Source of the numbers: `initdb` of PostgreSQL 18.

use std::sync::Arc;

use trunkline_core::settings::SERVER_VERSION;
use trunkline_core::types::{Numeric, Value};
use trunkline_core::{PgError, Result, SqlState};

use super::log_places;
use super::row_of;
use super::session::started;
use super::strings::text;
use crate::datum::Datum;
use crate::facts::FIRST_MADE;
use crate::plan::{Call, Function};

/// The bytes of a file of the log.
const SEGMENT: u64 = 16 << 20;
/// The files of it that a number of 32 bits has room for.
const SEGMENTS: u64 = (1 << 32) / SEGMENT;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "pg_control_system" => |_| {
            // Another one for each start of a server: whoever compares it sees another cluster.
            let own = started().unsigned_abs() << 12 >> 1;
            let own = Datum::Int(i64::try_from(own).unwrap_or(i64::MAX));
            let numbers = [1800, 202_506_291].map(Datum::Int);
            let at = Datum::Int(started());
            row_of("pg_control_system", numbers.into_iter().chain([own, at]).collect())
        },
        "pg_control_checkpoint" => checkpoint,
        "pg_control_init" => |_| {
            let sizes = [8, 8192, 131_072, 8192, 16_777_216, 64, 32, 1996, 2048].map(Datum::Int);
            let rest = [Datum::Bool(true), Datum::Int(1), Datum::Bool(true)];
            row_of("pg_control_init", sizes.into_iter().chain(rest).collect())
        },
        "pg_control_recovery" => |_| {
            let (at, line) = (place(0), Datum::Int(0));
            let values = vec![at.clone(), line, at.clone(), at, Datum::Bool(false)];
            row_of("pg_control_recovery", values)
        },
        "pg_walfile_name" => {
            |call| Ok(lsn(call, 0).map_or(Datum::Null, |at| Datum::text(file_name(at))))
        }
        "pg_walfile_name_offset" => |call| {
            let Some(at) = lsn(call, 0) else { return Ok(Datum::Null) };
            let offset = Datum::Int(i64::try_from(at % SEGMENT).unwrap_or(0));
            row_of("pg_walfile_name_offset", vec![Datum::text(file_name(at)), offset])
        },
        "pg_split_walfile_name" => split_file_name,
        "pg_is_wal_replay_paused"
        | "pg_get_wal_replay_pause_state"
        | "pg_wal_replay_pause"
        | "pg_wal_replay_resume" => |_| {
            let state = SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE;
            Err(PgError::new(state, "recovery is not in progress")
                .hint("Recovery control functions can only be executed during recovery."))
        },
        "pg_notification_queue_usage" => |_| Ok(Datum::Float(0.0)),
        "pg_settings_get_flags" => |call| {
            let Some(name) = text(call, 0) else { return Ok(Datum::Null) };
            let name = name.to_ascii_lowercase();
            let named = |row: &&crate::datum::Row, place: usize| {
                let own = row.get(place).and_then(Datum::as_str);
                own.is_some_and(|own| own.eq_ignore_ascii_case(&name))
            };
            let found = |facts: &str| {
                let facts = crate::facts::facts(facts)?;
                let place = facts.column("name");
                facts.rows.iter().find(|row| named(row, place))
            };
            // Of most settings there is nothing to be said.
            let flags = found("pg_settings_get_flags").and_then(|row| row.get(1)).cloned();
            let is_known = || found("pg_settings").is_some();
            Ok(flags.or_else(|| is_known().then(|| Datum::list(Vec::new()))).unwrap_or_default())
        },
        _ => return None,
    })
}

/// `pg_control_checkpoint()`: the first one, of when the server started.
fn checkpoint(_: &Call<'_>) -> Result<Datum> {
    let number = |number: u32| Datum::Oid(number);
    let line = || Datum::Int(1);
    let values = vec![
        place(SEGMENT),
        place(SEGMENT),
        Datum::text(file_name(SEGMENT)),
        line(),
        line(),
        Datum::Bool(true),
        Datum::text("0:3"),
        number(FIRST_MADE),
        number(1),
        number(0),
        number(3),
        number(1),
        number(3),
        number(1),
        number(1),
        number(0),
        number(0),
        Datum::Int(started()),
    ];
    row_of("pg_control_checkpoint", values)
}

/// How this server was built is not recorded, as PostgreSQL has it.
///
/// `pg_config()`
pub(super) fn configuration(_: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    const NAMES: [&str; 22] = [
        "BINDIR",
        "DOCDIR",
        "HTMLDIR",
        "INCLUDEDIR",
        "PKGINCLUDEDIR",
        "INCLUDEDIR-SERVER",
        "LIBDIR",
        "PKGLIBDIR",
        "LOCALEDIR",
        "MANDIR",
        "SHAREDIR",
        "SYSCONFDIR",
        "PGXS",
        "CONFIGURE",
        "CC",
        "CPPFLAGS",
        "CFLAGS",
        "CFLAGS_SL",
        "LDFLAGS",
        "LDFLAGS_EX",
        "LDFLAGS_SL",
        "LIBS",
    ];
    let row = |name: &str, value: &str| vec![Datum::text(name), Datum::text(value)];
    let version = format!("PostgreSQL {SERVER_VERSION}");
    let rows = NAMES.iter().map(|name| row(name, "not recorded"));
    Ok(rows.chain([row("VERSION", &version)]).collect())
}

fn place(at: u64) -> Datum {
    Datum::Other(Arc::new(Value::Lsn(at)))
}

fn lsn(call: &Call<'_>, place: usize) -> Option<u64> {
    call.arguments.get(place).and_then(log_places::lsn)
}

/// The file that a place of the log is in, of the first timeline.
fn file_name(at: u64) -> String {
    let segment = at / SEGMENT;
    format!("{:08X}{:08X}{:08X}", 1, segment / SEGMENTS, segment % SEGMENTS)
}

/// `pg_split_walfile_name(name)`: the number of the file, and that of its timeline.
fn split_file_name(call: &Call<'_>) -> Result<Datum> {
    let Some(name) = text(call, 0) else { return Ok(Datum::Null) };
    let part = |from: usize| {
        let digits = name.get(from..from + 8)?;
        let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(digits, 16).ok().filter(|_| are_digits)
    };
    let parts = (name.len() == 24).then(|| Some((part(0)?, part(8)?, part(16)?))).flatten();
    let Some((line, high, low)) = parts else {
        let message = format!("invalid WAL file name \"{name}\"");
        return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
    };
    let segment = Numeric::from_i128(i128::from(high * SEGMENTS + low), 0);
    let line = Datum::Int(i64::try_from(line).unwrap_or(0));
    row_of("pg_split_walfile_name", vec![Datum::Numeric(Arc::new(segment)), line])
}
