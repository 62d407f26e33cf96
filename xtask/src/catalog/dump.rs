//! pg_dump: what it writes of both databases, entry by entry, and whether an empty database takes ours.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use super::Run;
use super::awaiting::Found;
use super::pair::{Pair, conninfo};
use super::tools::differences;
use crate::halt::Halt;
use crate::process;
use crate::servers::Version;

/// The database that ours is restored into.
const RESTORED: &str = "restored";

pub(super) const NAME: &str = "pg_dump18";

/// Dumps both, compares them, and restores ours.
pub(super) fn compare(run: &Run<'_>, pair: &Pair) -> Result<Vec<Found>, Halt> {
    let bin = Version::Pg18.clients(run.cache)?;
    let folder = run.workspace.target().join("catalog");
    let failed = |error: std::io::Error| Halt::Failed(format!("{}: {error}", folder.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    let mut dumps = Vec::new();
    for (address, server) in pair.addresses().iter().zip(["postgresql", "ours"]) {
        let mut dump = Command::new(bin.join("pg_dump"));
        let said = process::output(dump.args(["--schema-only", "--dbname", address]));
        let file = folder.join(NAME).with_extension(server);
        fs::write(&file, said.as_ref().unwrap_or_else(|error| error)).map_err(failed)?;
        dumps.push((said, file));
    }
    let [(expected, _), (ours, file)] = &dumps[..] else { return Ok(Vec::new()) };
    let expected = expected.as_ref().map_err(|error| Halt::Failed(error.clone()))?;
    let mut found = match ours {
        Ok(ours) => differences(&entries(expected), &entries(ours)),
        Err(_) => Vec::new(),
    };
    let psql = |database: &str| {
        let mut psql = Command::new(bin.join("psql"));
        psql.args(["-Xq", "-v", "ON_ERROR_STOP=1"]);
        psql.env("PGOPTIONS", "-c client_min_messages=warning");
        psql.arg(conninfo(pair.postgresql.port, database));
        psql
    };
    let command = |text: &str| process::output(psql("postgres").args(["-c", text]));
    let restored = ours.as_ref().map_err(Clone::clone).and_then(|_| {
        command(&format!("create database {RESTORED}"))?;
        process::output(psql(RESTORED).arg("-f").arg(file))
    });
    // Clients that come later tell which databases there are.
    command(&format!("drop database if exists {RESTORED} with (force)"))?;
    found.push(Found { asked: "is restored".into(), difference: restored.err() });
    Ok(found)
}

/// The entries of a dump by what their first line says: name, kind and schema.
fn entries(dump: &str) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::new();
    for part in dump.split("\n-- Name: ").skip(1) {
        let (title, text) = part.split_once('\n').unwrap_or((part, ""));
        // What belongs to whom is in the text.
        let title = title.split("; Owner: ").next().unwrap_or(title);
        // Behind the last entry the dump tells that it is over.
        let text = text.split("\n-- PostgreSQL database dump complete").next().unwrap_or(text);
        entries.insert(title.to_owned(), text.trim_matches(['-', '\n']).to_owned());
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_by_their_titles() {
        let dump = "SET x;\n--\n-- Name: a; Type: TABLE; Schema: s; Owner: me\n--\n\nCREATE TABLE s.a ();\n\n\n--\n-- \
                    Name: s; Type: SCHEMA; Schema: -; Owner: -\n--\n\nCREATE SCHEMA s;\n\n\n--\n-- PostgreSQL database dump complete\n--\n";
        let entries = entries(dump);
        let told: Vec<_> = entries.iter().map(|(one, other)| (&**one, &**other)).collect();
        let expected = [
            ("a; Type: TABLE; Schema: s", "CREATE TABLE s.a ();"),
            ("s; Type: SCHEMA; Schema: -", "CREATE SCHEMA s;"),
        ];
        assert_eq!(told, expected);
    }
}
