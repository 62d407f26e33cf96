//! What functions say of the session and the server.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_core::types::Value;
use trunkline_core::{Encoding, Identity, Oid, PgError, Result, SqlState};

use super::strings::text;
use super::waiting::void;
use crate::datum::Datum;
use crate::plan::{Call, Function};
use crate::world::{World, session_version};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "version" => |_| Ok(Datum::text(session_version())),
        "current_user" | "getpgusername" => current_user,
        "session_user" => |call| Ok(Datum::text(call.run.world.session_role().1)),
        "current_database" => |call| Ok(Datum::text(call.run.world.database().1)),
        "current_schema" => |call| {
            let world = &call.run.world;
            Ok(world
                .path()
                .first()
                .and_then(|oid| world.schema_name(*oid))
                .map_or(Datum::Null, Datum::Text))
        },
        "current_schemas" => current_schemas,
        "current_setting" => current_setting,
        "set_config" => set_config,
        "pg_notify" => notify,
        "pg_backend_pid" => |call| Ok(Datum::Int(call.run.world.client.identity().pid.into())),
        // Nothing is written to a log here.
        "pg_current_wal_lsn" | "pg_current_wal_insert_lsn" | "pg_current_wal_flush_lsn" => {
            |_| Ok(Datum::Other(std::sync::Arc::new(Value::Lsn(0))))
        }
        "pg_is_in_recovery" => |_| Ok(Datum::Bool(false)),
        "pg_postmaster_start_time" | "pg_conf_load_time" => |_| Ok(Datum::Int(started())),
        "now" => |call| Ok(Datum::Int(call.run.world.began)),
        "inet_client_addr" => {
            |call| inet(call, |client| client.address.map(|at| at.ip().to_canonical().to_string()))
        }
        "inet_client_port" => {
            |call| port(call.run.world.client.identity().address.map(|at| at.port()))
        }
        "inet_server_addr" => |call| {
            inet(call, |client| client.server_address.map(|at| at.ip().to_canonical().to_string()))
        },
        "inet_server_port" => {
            |call| port(call.run.world.client.identity().server_address.map(|at| at.port()))
        }
        "pg_client_encoding" => |call| Ok(Datum::text(call.run.world.client.encoding().name())),
        "getdatabaseencoding" => |_| Ok(Datum::text(Encoding::UTF8.name())),
        "pg_encoding_to_char" => |call| {
            let number = call.arguments.first().and_then(Datum::as_int);
            let encoding = number.and_then(Encoding::from_number);
            Ok(Datum::text(encoding.map_or("", Encoding::name)))
        },
        "pg_char_to_encoding" => |call| {
            let encoding = Encoding::find(text(call, 0).unwrap_or_default());
            Ok(Datum::Int(encoding.map_or(-1, |encoding| encoding.number().into())))
        },
        "pg_encoding_max_length" => |call| {
            /// The most bytes of a character, by the numbers of encodings.
            const MOST: [i64; 42] = [
                1, 3, 3, 3, 4, 3, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 3, 2,
            ];
            let number = call.arguments.first().and_then(Datum::as_int);
            let number = number.and_then(|number| usize::try_from(number).ok());
            let most = number.and_then(|number| MOST.get(number));
            Ok(most.map_or(Datum::Null, |most| Datum::Int(*most)))
        },
        // How a session proved whose it is is not known here.
        "system_user" => |_| Ok(Datum::Null),
        "pg_my_temp_schema" => |_| Ok(Datum::Oid(0)),
        "pg_is_other_temp_schema" => |_| Ok(Datum::Bool(false)),
        "pg_jit_available" => |_| Ok(Datum::Bool(false)),
        _ => return None,
    })
}

/// The address of one end of the connection; NULL for a Unix socket.
fn inet(call: &Call<'_>, end: fn(&Identity) -> Option<String>) -> Result<Datum> {
    let world = &call.run.world;
    end(world.client.identity()).map_or(Ok(Datum::Null), |text| world.parse(Oid::INET, &text))
}

/// The port of one end of the connection; NULL for a Unix socket.
fn port(number: Option<u16>) -> Result<Datum> {
    Ok(number.map_or(Datum::Null, |port| Datum::Int(port.into())))
}

/// Microseconds since 2000.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX).saturating_sub(946_684_800_000_000)
}

/// When the server, or at least the first engine behind catalogs, started; microseconds since 2000.
pub(crate) fn started() -> i64 {
    static STARTED: LazyLock<i64> = LazyLock::new(now);
    *STARTED
}

/// The role that SET ROLE chose, or the session's own.
pub(super) fn role(world: &World) -> std::sync::Arc<str> {
    match world.client.setting("role") {
        Some(role) if role != "none" && !role.is_empty() => role.into(),
        _ => world.session_role().1,
    }
}

fn current_user(call: &Call<'_>) -> Result<Datum> {
    Ok(Datum::Text(role(&call.run.world)))
}

fn current_schemas(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let mut names: Vec<Datum> =
        world.path().iter().filter_map(|oid| world.schema_name(*oid)).map(Datum::Text).collect();
    let has_own = names.iter().any(|name| name.as_str() == Some("pg_catalog"));
    if call.arguments.first().is_some_and(Datum::is_true) && !has_own {
        names.insert(0, Datum::text("pg_catalog"));
    }
    Ok(Datum::list(names))
}

fn current_setting(call: &Call<'_>) -> Result<Datum> {
    let Some(name) = text(call, 0) else { return Ok(Datum::Null) };
    match call.run.world.setting(name) {
        Some(value) => Ok(Datum::text(value)),
        None if call.arguments.get(1).is_some_and(Datum::is_true) => Ok(Datum::Null),
        None => {
            let message = format!("unrecognized configuration parameter \"{name}\"");
            Err(PgError::new(SqlState::UNDEFINED_OBJECT, message))
        }
    }
}

fn set_config(call: &Call<'_>) -> Result<Datum> {
    let Some(name) = text(call, 0) else {
        return Err(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, "SET requires parameter name"));
    };
    let client = &call.run.world.client;
    if let Some(role) = text(call, 1)
        && ["role", "session_authorization"].iter().any(|other| other.eq_ignore_ascii_case(name))
    {
        client.check_role(role)?;
    }
    let local = call.arguments.get(2).is_some_and(Datum::is_true);
    let mut settings = client.settings();
    if let Some(value) = text(call, 1) {
        // The call is itself a query.
        settings.admit_mode(name, value)?;
    }
    // Outside of a block a local setting is gone with this statement, which still tells of it.
    let mut block = settings.clone();
    block.begin();
    for settings in [&mut *settings, &mut block] {
        match text(call, 1) {
            Some(value) => settings.set(name, value, local)?,
            None => settings.reset(name, local)?,
        }
    }
    let value = block.get(name);
    if let Some(value) = &value {
        call.run.world.configure(name, value);
    }
    Ok(value.map_or(Datum::Null, Datum::text))
}

fn notify(call: &Call<'_>) -> Result<Datum> {
    let (channel, payload) = (text(call, 0).unwrap_or_default(), text(call, 1).unwrap_or_default());
    call.run.world.client.publish(channel, payload)?;
    Ok(void())
}

/// The rows of `pg_show_all_settings()`: those of `pg_settings`.
pub(super) fn all_settings(call: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    let rows = call.run.world.table(crate::facts::PG_CATALOG, "pg_settings")?;
    Ok(rows.iter().map(|row| row.to_vec()).collect())
}
