//! What the user sees first: where to connect and what is there.

use std::fmt::Write;

use trunkline::Listener;
use trunkline_datafusion::Database;

use crate::printable::printable;
use crate::users::Logins;

/// The widest line of columns before it is cut.
const WIDTH: usize = 100;

/// The banner: addresses, a line for psql, a URL for JDBC, the tables.
pub(crate) async fn banner(
    listeners: &[Listener],
    database: &Database,
    logins: &Logins,
    tls: bool,
) -> String {
    let mut text = String::new();
    let (name, user) = (database.name(), &logins.example);
    let _ = writeln!(text, "trunkline {}: database \"{name}\"", env!("CARGO_PKG_VERSION"));
    for listener in listeners {
        match (listener.local_address(), listener.path()) {
            (Some(address), _) => {
                let host = address.ip();
                let ssl = if tls { " sslmode=require" } else { "" };
                let _ = writeln!(text, "listening on {address}");
                let _ = writeln!(
                    text,
                    "  psql  psql \"host={host} port={} user={} dbname={}{ssl}\"",
                    address.port(),
                    keyword(user),
                    keyword(name),
                );
                let ssl = if tls { "&sslmode=require" } else { "" };
                let host = if host.is_ipv6() { format!("[{host}]") } else { host.to_string() };
                let _ = writeln!(
                    text,
                    "  JDBC  jdbc:postgresql://{host}:{}/{}?user={}{ssl}",
                    address.port(),
                    percent(name),
                    percent(user),
                );
            }
            (None, Some(path)) => {
                let folder = path.parent().unwrap_or(path).display().to_string();
                let port = path.extension().unwrap_or_default().display();
                let _ = writeln!(text, "listening on {}", path.display());
                let _ = writeln!(
                    text,
                    "  psql  psql \"host={} port={port} user={} dbname={}\"",
                    keyword(&folder),
                    keyword(user),
                    keyword(name),
                );
            }
            (None, None) => {}
        }
    }
    for (user, password) in &logins.made_up {
        let _ = writeln!(text, "user {user} has the password {password}");
    }
    tables(&mut text, database).await;
    text
}

async fn tables(text: &mut String, database: &Database) {
    let tables = database.tables().await;
    let _ = writeln!(text, "{} table{}", tables.len(), if tables.len() == 1 { "" } else { "s" });
    for table in tables {
        let rows = table.rows.map_or(String::new(), |rows| format!("  {rows} rows"));
        let _ = writeln!(text, "  {}{rows}", printable(&table.name));
        let columns = match &table.columns {
            Ok(columns) => columns
                .iter()
                .map(|(name, of)| format!("{name} {of}"))
                .collect::<Vec<_>>()
                .join(", "),
            Err(error) => format!("cannot be read: {error}"),
        };
        // Whoever writes the files writes the names.
        let columns = printable(&columns);
        let mut shown: String = columns.chars().take(WIDTH).collect();
        if shown.len() < columns.len() {
            shown.push('…');
        }
        let _ = writeln!(text, "    {shown}");
    }
}

/// A value in a connection string of libpq.
fn keyword(value: &str) -> String {
    if value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
        && !value.is_empty()
    {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A value in a URL.
fn percent(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
