//! Programs that look around on their own: one line for each question of theirs, with the answer behind a tab.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::awaiting::Found;
use super::pair::{DATABASE, Pair};
use super::{Run, odbc};
use crate::halt::Halt;
use crate::interop::{java, python_with, rust};
use crate::process;

/// No program looks longer.
const LIMIT: Duration = Duration::from_secs(300);
const FOLDER: &str = "interop/catalog/clients";

/// One program.
pub(super) struct Tool {
    pub(super) name: &'static str,
    command: fn(&Run<'_>) -> Result<Command, Halt>,
}

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "sqlalchemy-psycopg",
        command: |run| python(run, "with_sqlalchemy.py", &["psycopg"]),
    },
    Tool {
        name: "sqlalchemy-psycopg2",
        command: |run| python(run, "with_sqlalchemy.py", &["psycopg2"]),
    },
    Tool {
        name: "sqlalchemy-asyncpg",
        command: |run| python(run, "with_sqlalchemy.py", &["asyncpg"]),
    },
    Tool {
        name: "sqlalchemy-pg8000",
        command: |run| python(run, "with_sqlalchemy.py", &["pg8000"]),
    },
    Tool { name: "pgjdbc", command: |run| java(run.workspace, run.cache, FOLDER, "Looking") },
    Tool { name: "django", command: |run| python(run, "with_django.py", &[]) },
    Tool { name: "adbc", command: |run| python_of(run, "frames", "with_adbc.py", &[]) },
    Tool { name: "duckdb", command: |run| python_of(run, "looking", "with_duckdb.py", &[]) },
    Tool { name: "psqlodbc", command: odbc::command },
    Tool { name: "pgcli", command: |run| python_of(run, "looking", "with_pgcli.py", &[]) },
    Tool { name: "pgadmin", command: |run| python_of(run, "pgadmin", "with_pgadmin.py", &[]) },
    Tool { name: "types", command: |run| python(run, "with_types.py", &[]) },
    Tool { name: "relations", command: |run| python(run, "with_relations.py", &[]) },
    Tool { name: "rust", command: |run| rust(run.workspace, run.cache, "interop/catalog/rust") },
    Tool { name: "postgres_fdw", command: |run| python(run, "with_foreign_schema.py", &[]) },
];

/// Asks both servers, and compares question by question.
pub(super) fn compare(run: &Run<'_>, tool: &Tool, pair: &Pair) -> Result<Vec<Found>, Halt> {
    let mut answers = Vec::new();
    for (port, server) in [(pair.postgresql.port, "postgresql"), (pair.ours.port, "ours")] {
        let peer = pair.postgresql.port;
        let said = ask(run, tool, [port, peer], server)?;
        answers.push(
            said.lines()
                .filter_map(|line| {
                    let (question, answer) = line.split_once('\t')?;
                    Some((question.to_owned(), answer.to_owned()))
                })
                .collect::<BTreeMap<String, String>>(),
        );
    }
    let ours = answers.pop().unwrap_or_default();
    let postgresql = answers.pop().unwrap_or_default();
    if postgresql.is_empty() {
        return Err(Halt::Failed(format!("{}: says nothing of PostgreSQL", tool.name)));
    }
    Ok(differences(&postgresql, &ours))
}

/// What both were asked, and what only one of them was: many a question comes of an answer.
pub(super) fn differences(
    expected: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Vec<Found> {
    let both = expected.iter().map(|(question, answer)| Found {
        asked: question.clone(),
        difference: match found.get(question) {
            None => Some("is not told of us".into()),
            Some(ours) if ours == answer => None,
            Some(ours) => Some(difference(answer, ours)),
        },
    });
    let more = found.keys().filter(|question| !expected.contains_key(*question)).map(|question| {
        Found { asked: question.clone(), difference: Some("is not told of PostgreSQL".into()) }
    });
    both.chain(more).collect()
}

/// Where two answers begin to differ.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.chars().zip(found.chars()).take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(20);
    let shown = |text: &str| text.chars().skip(from).take(100).collect::<String>();
    format!("expected …{}…, found …{}…", shown(expected), shown(found))
}

/// What a program says; it stays in the target folder.
fn ask(run: &Run<'_>, tool: &Tool, [port, peer]: [u16; 2], server: &str) -> Result<String, Halt> {
    let folder = run.workspace.target().join("catalog");
    let failed = |error: std::io::Error| Halt::Failed(format!("{}: {error}", folder.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    let log: PathBuf = folder.join(format!("{}.{server}", tool.name));
    let mut command = (tool.command)(run)?;
    command.envs([
        ("INTEROP_HOST", "127.0.0.1"),
        ("INTEROP_USER", "postgres"),
        ("INTEROP_DATABASE", DATABASE),
    ]);
    command.env("INTEROP_PORT", port.to_string()).env("INTEROP_PEER_PORT", peer.to_string());
    process::wait(&mut process::spawn_logged(&mut command, &log)?, LIMIT)?;
    fs::read_to_string(&log).map_err(failed)
}

fn python(run: &Run<'_>, program: &str, arguments: &[&str]) -> Result<Command, Halt> {
    python_of(run, "orm", program, arguments)
}

/// With the packages of `requirements-NAME.txt`.
pub(super) fn python_of(
    run: &Run<'_>,
    name: &str,
    program: &str,
    arguments: &[&str],
) -> Result<Command, Halt> {
    let requirements = run.workspace.path(format!("interop/python/requirements-{name}.txt"));
    let mut command =
        Command::new(python_with(run.cache, &format!("python-{name}"), &requirements)?);
    command.arg(run.workspace.path(FOLDER).join(program)).args(arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONHASHSEED", "0");
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_of_one_side_only_differs() {
        let answers = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(q, a)| ((*q).to_owned(), (*a).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let expected = answers(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let found = differences(&expected, &answers(&[("a", "1"), ("b", "x"), ("d", "4")]));
        let told: Vec<_> =
            found.iter().map(|one| (&*one.asked, one.difference.as_deref())).collect();
        let expected = [
            ("a", None),
            ("b", Some("expected …2…, found …x…")),
            ("c", Some("is not told of us")),
            ("d", Some("is not told of PostgreSQL")),
        ];
        assert_eq!(told, expected);
    }
}
