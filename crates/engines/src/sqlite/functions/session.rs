//! What functions say of the session: whose it is, and what it has set.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use trunkline_core::{Client, SqlState};

use super::{Answer, raise};

/// Makes the functions known to a client's connection.
pub(crate) fn register(connection: &Connection, client: &Client) -> rusqlite::Result<()> {
    // They are the same in a statement, and not in what lasts.
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let told = |name: &str, tell: fn(&Client) -> Stored| {
        let client = client.clone();
        connection.create_scalar_function(name, 0, flags, move |_| Ok(tell(&client)))
    };
    told("pg_local_user", |client| Stored::Text(current_user(client)))?;
    told("pg_local_session_user", |client| Stored::Text(session_user(client)))?;
    told("pg_local_database", |client| Stored::Text(client.identity().database.to_string()))?;
    told("pg_local_schema", current_schema)?;
    told("pg_local_pid", |client| Stored::Integer(client.identity().pid.into()))?;
    let client = client.clone();
    connection.create_scalar_function("pg_local_setting", 2, flags, move |context| {
        current_setting(context, &client)
    })
}

/// The role that SET ROLE chose, or the session's own.
fn current_user(client: &Client) -> String {
    match client.setting("role") {
        Some(role) if role != "none" && !role.is_empty() => role,
        _ => session_user(client),
    }
}

fn session_user(client: &Client) -> String {
    client.identity().user.to_string()
}

/// The first schema of the search path that there is; NULL of none.
fn current_schema(client: &Client) -> Stored {
    let path = client.search_path();
    let first = path
        .into_iter()
        .find(|name| ["public", "pg_catalog", "information_schema"].contains(&name.as_str()));
    first.map_or(Stored::Null, Stored::Text)
}

/// `current_setting(name, missing_ok)`
fn current_setting(context: &Context<'_>, client: &Client) -> Answer {
    let (Some(name), Some(missing_ok)) =
        (context.get::<Option<String>>(0)?, context.get::<Option<bool>>(1)?)
    else {
        return Ok(Stored::Null);
    };
    match client.setting(&name) {
        Some(value) => Ok(Stored::Text(value)),
        None if missing_ok => Ok(Stored::Null),
        None => {
            let message = format!("unrecognized configuration parameter \"{name}\"");
            Err(raise(SqlState::UNDEFINED_OBJECT, &message))
        }
    }
}
