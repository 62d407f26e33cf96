//! Functions of the session, which the catalogs have: `pg_notify`, `current_setting`, `pg_advisory_lock` …

use std::error::Error;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use trunkline_catalog::Called;
use trunkline_core::{Client, Oid, PgError};

use super::super::control::Control;
use super::super::storage;
use super::raise::raise_with_hint;
use super::{Answer, refused};

/// The function that calls one of the session: `pg_called(whom, argument, …)`.
pub(crate) const CALLED: &str = "pg_called";

/// Which function is called with arguments of which types, as `pg_called` is told.
pub(crate) fn whom(name: &str, types: &[Oid]) -> String {
    let types = types.iter().map(|oid| format!(" {}", oid.0));
    std::iter::once(name.to_owned()).chain(types).collect()
}

/// Lets statements call functions of the client's session; what is kept in the file cannot, for
/// anybody may have made it.
pub(crate) fn register(
    connection: &Connection,
    client: &Client,
    control: &Arc<Control>,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    let (client, control) = (client.clone(), control.clone());
    connection.create_scalar_function(CALLED, -1, flags, move |context| {
        // Looked for once a statement.
        let called = context.get_or_create_aux(0, |whom| find(whom.as_str()?))?;
        call(context, &called, &client, &control)
    })
}

fn find(whom: &str) -> std::result::Result<Called, Box<dyn Error + Send + Sync>> {
    let mut words = whom.split(' ');
    let name = words.next().unwrap_or_default();
    let types: Vec<Oid> = words.map(|oid| Oid(oid.parse().unwrap_or_default())).collect();
    let found = Called::find(name, &types).map_err(told)?;
    found.ok_or_else(|| format!("no function of the session: {whom}").into())
}

fn call(context: &Context<'_>, called: &Called, client: &Client, control: &Control) -> Answer {
    let values = called.arguments().iter().enumerate();
    let values = values.map(|(place, oid)| storage::load(context.get_raw(place + 1), *oid));
    let values = values.collect::<Result<_, _>>().map_err(refused)?;
    let value = called.call(client, values, &control.flag()).map_err(told)?;
    storage::store(value, called.result()).map_err(refused)
}

fn told(error: PgError) -> rusqlite::Error {
    raise_with_hint(error.sqlstate(), error.message(), error.get(b'H').unwrap_or_default())
}
