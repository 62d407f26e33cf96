//! What the user sees first: where to connect and what is there.

use std::fmt::{Display, Write};

use trunkline::Listener;

use crate::printable::printable;
use crate::source::{Shown, ShownTable};

/// The widest line of columns before it is cut.
const WIDTH: usize = 100;

/// The banner: addresses, a line for psql, a URL for JDBC, the tables.
pub(crate) fn banner(
    listeners: &[Listener],
    shown: &Shown,
    user: &str,
    made_up: &[(String, String)],
    tls: bool,
) -> String {
    let name = &shown.database;
    let mut lines = vec![format!("trunkline {}: database \"{name}\"", env!("CARGO_PKG_VERSION"))];
    for listener in listeners {
        match (listener.local_address(), listener.path()) {
            (Some(address), _) => {
                let (host, port) = (address.ip(), address.port());
                let ssl = if tls { " sslmode=require" } else { "" };
                lines.push(format!("listening on {address}"));
                lines.push(psql(&host.to_string(), port, user, name, ssl));
                let ssl = if tls { "&sslmode=require" } else { "" };
                let host = if host.is_ipv6() { format!("[{host}]") } else { host.to_string() };
                let (name, user) = (percent(name), percent(user));
                lines.push(format!(
                    "  JDBC  jdbc:postgresql://{host}:{port}/{name}?user={user}{ssl}"
                ));
            }
            (None, Some(path)) => {
                let folder = path.parent().unwrap_or(path).display().to_string();
                let port = path.extension().unwrap_or_default().display();
                lines.push(format!("listening on {}", path.display()));
                lines.push(psql(&folder, port, user, name, ""));
            }
            (None, None) => {}
        }
    }
    for (user, password) in made_up {
        lines.push(format!("user {user} has the password {password}"));
    }
    tables(&mut lines, &shown.tables);
    // Whoever writes the files and names the folders writes these lines, too.
    lines.iter().fold(String::new(), |text, line| text + &printable(line) + "\n")
}

fn tables(lines: &mut Vec<String>, tables: &[ShownTable]) {
    lines.push(format!("{} table{}", tables.len(), if tables.len() == 1 { "" } else { "s" }));
    for table in tables {
        let rows = table.rows.map_or(String::new(), |rows| format!("  {rows} rows"));
        lines.push(format!("  {}{rows}", table.name));
        let mut shown: String = table.columns.chars().take(WIDTH).collect();
        if shown.len() < table.columns.len() {
            shown.push('…');
        }
        lines.push(format!("    {shown}"));
    }
}

/// A line for a shell, in which nothing but psql is run, whatever the names are.
fn psql(host: &str, port: impl Display, user: &str, name: &str, ssl: &str) -> String {
    let (host, user, name) = (keyword(host), keyword(user), keyword(name));
    let place = format!("host={host} port={port} user={user} dbname={name}{ssl}");
    format!("  psql  psql '{}'", place.replace('\'', r"'\''"))
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
