//! Translated statements, run by SQLite, against what PostgreSQL answered to the same.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use trunkline_core::types::{TextStyle, name_of};
use trunkline_core::{Column, Formats, Oid, PgError, Result, RowBuf};

use super::super::control::Control;
use super::super::output::KEPT;
use super::super::sequence::Sequences;
use super::super::{errors, functions, output, schema::Schema, types::Type, violation};
use super::reading::PLAIN;
use super::{Request, Translated, translate};

const RECORDED: &str = include_str!("../../../tests/golden/sql.txt");

fn database() -> (Connection, Sequences) {
    let connection = Connection::open_in_memory().expect("memory is at hand");
    let sequences = Sequences::default();
    let control = Arc::new(Control::of_nobody(&Arc::default()));
    functions::register(&connection, &sequences, &control).expect("they have names of their own");
    connection.execute_batch("PRAGMA foreign_keys = ON").expect("it is a setting");
    (connection, sequences)
}

/// What a statement answers, in the lines of the recording.
fn answer((connection, sequences): &(Connection, Sequences), sql: &str) -> Vec<String> {
    let schema = Schema::read(connection).expect("the schema of a database of this test");
    let mut lines = Vec::new();
    let done = translate(Request::of(sql), &schema, &PLAIN).and_then(|translated| {
        if let Some(columns) = &translated.columns {
            lines.push(format!(": {}", columns.iter().map(shape).collect::<Vec<_>>().join(", ")));
        }
        let failed = |error| errors::explained(error, Some(&schema));
        connection.execute_batch("SAVEPOINT statement").map_err(failed)?;
        sequences.load(connection, &translated.sequences, false).map_err(failed)?;
        let done = run(connection, &translated, &schema);
        sequences.save(connection, &translated.sequences).map_err(failed)?;
        let end = if done.is_ok() { "" } else { "ROLLBACK TO statement;" };
        connection.execute_batch(&format!("{end} RELEASE statement")).map_err(failed)?;
        done.map_err(|error| {
            violation::of_definition(error, connection, &translated.validations, &KEPT)
        })
    });
    match done {
        Ok(rows) => lines.extend(rows),
        Err(error) => {
            lines.push(format!("! {} {}", error.sqlstate(), error.message()));
            lines.extend(error.get(b'P').map(|place| format!("^ {place}")));
        }
    }
    lines
}

fn run(connection: &Connection, translated: &Translated, schema: &Schema) -> Result<Vec<String>> {
    let failed = |error| errors::explained(error, Some(schema));
    let tag = translated.tag.as_ref();
    let Some((last, before)) = translated.steps.split_last() else {
        return Ok(vec![format!("# {tag}")]);
    };
    for step in before {
        connection.execute_batch(step).map_err(failed)?;
    }
    let mut statement = connection.prepare(last).map_err(failed)?;
    let Some(columns) = &translated.columns else {
        let count = match statement.column_count() {
            0 => statement.execute([]).map_err(failed)?,
            _ => statement.query([]).and_then(|mut rows| rows.next().map(|_| 0)).map_err(failed)?,
        };
        let count = if translated.counts { format!(" {count}") } else { String::new() };
        return Ok(vec![format!("# {tag}{count}")]);
    };
    let mut lines = Vec::new();
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let mut cells = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            cells.push(cell(row.get_ref(index).map_err(failed)?, column)?);
        }
        lines.push(format!("= {}", cells.join("|")));
    }
    Ok(lines)
}

fn shape(column: &Column) -> String {
    let ty = Type { oid: column.type_oid, typmod: column.typmod };
    let name = name_of(ty.oid).unwrap_or("?");
    let name = match ty.modifiers() {
        Some(digits) if matches!(ty.oid, Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::TIME) => {
            name.replacen(' ', &format!("({digits}) "), 1)
        }
        Some(modifiers) => format!("{name}({modifiers})"),
        None => name.to_owned(),
    };
    format!("{}:{name}", column.name)
}

/// A value as it is sent.
fn cell(kept: ValueRef<'_>, column: &Column) -> Result<String> {
    if matches!(kept, ValueRef::Null) {
        return Ok("NULL".to_owned());
    }
    let (formats, style) = (Formats::default(), TextStyle::default());
    let mut out = Vec::new();
    RowBuf::new(&mut out, std::slice::from_ref(column), &formats, &style)
        .row(|row| output::write(kept.into(), column, row))?;
    // A DataRow: its kind, its length, one column, the length of that.
    Ok(String::from_utf8_lossy(&out[11..]).into_owned())
}

#[test]
fn answers_are_postgresqls() {
    let database = database();
    let mut wrong = Vec::new();
    for case in RECORDED.split("\n> ").skip(1) {
        let mut lines = case.lines().filter(|line| !line.is_empty() && !line.starts_with("-- "));
        let sql = lines.next().unwrap_or_default();
        let (own, recorded): (Vec<&str>, Vec<&str>) =
            lines.partition(|line| line.starts_with("~ "));
        let expected: Vec<&str> = match own.as_slice() {
            [] => recorded,
            own => own.iter().map(|line| line.trim_start_matches("~ ")).collect(),
        };
        let found = answer(&database, sql);
        if found != expected {
            wrong.push(format!("{sql}\n  {}\n  {}", expected.join("\n  "), found.join("\n  > ")));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The types of parameters, as they are found of what is around them.
#[test]
fn parameters_have_the_types_of_their_surroundings() {
    let (connection, _) = database();
    connection
        .execute_batch("CREATE TABLE t (id BIGINT, name VARCHAR(5), at \"TIMESTAMPTZ TEXT\")")
        .expect("a table");
    let schema = Schema::read(&connection).expect("a schema");
    let types = |sql: &str, hints: &[Oid]| {
        translate(Request { hints, ..Request::of(sql) }, &schema, &PLAIN)
            .map(|translated| translated.parameters)
    };
    let known = [
        ("SELECT * FROM t WHERE id = $1 AND name = $2", vec![Oid::INT8, Oid::TEXT]),
        ("INSERT INTO t (name, id) VALUES ($1, $2)", vec![Oid::VARCHAR, Oid::INT8]),
        ("SELECT $1::int, $2", vec![Oid::INT4, Oid::TEXT]),
        ("SELECT id FROM t LIMIT $1 OFFSET $2", vec![Oid::INT8, Oid::INT8]),
        ("SELECT id FROM t WHERE id = ANY($1)", vec![Oid::INT8_ARRAY]),
        ("UPDATE t SET at = $1 WHERE id IN ($2, $3)", vec![Oid::TIMESTAMPTZ, Oid::INT8, Oid::INT8]),
        ("SELECT $1 + 1", vec![Oid::INT4]),
        ("SELECT lower($1)", vec![Oid::TEXT]),
    ];
    for (sql, expected) in known {
        assert_eq!(types(sql, &[]).expect(sql), expected, "{sql}");
    }
    assert_eq!(types("SELECT $1", &[Oid::UUID]).expect("a hint"), [Oid::UUID]);
}

/// What strangers send is refused, not a reason to stop.
#[test]
fn nothing_panics() {
    let (connection, _) = database();
    connection.execute_batch("CREATE TABLE t (a INT, b TEXT)").expect("a table");
    let schema = Schema::read(&connection).expect("a schema");
    let words: Vec<&str> = RECORDED.split_whitespace().collect();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % 0xffff_ffff).unwrap_or(0) % bound.max(1)
    };
    for case in RECORDED.lines().filter_map(|line| line.strip_prefix("> ")) {
        for _ in 0..40 {
            let mut parts: Vec<&str> = case.split(' ').collect();
            for _ in 0..=next(3) {
                let place = next(parts.len());
                match next(3) {
                    0 => drop(parts.remove(place)),
                    1 => parts.insert(place, words[next(words.len())]),
                    _ => parts[place] = words[next(words.len())],
                }
                if parts.is_empty() {
                    break;
                }
            }
            let _: std::result::Result<Translated, PgError> =
                translate(Request::of(&parts.join(" ")), &schema, &PLAIN);
        }
    }
}

/// What is too deep is refused before the stack ends.
#[test]
fn depth_has_a_limit() {
    // The stack of the engine's threads.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(deep_statements);
    thread.expect("a thread").join().expect("no panic");
}

fn deep_statements() {
    let schema = Schema::default();
    let long = |start: &str, part: &str, count: usize| {
        let sql = format!("{start}{}", part.repeat(count));
        let _ = translate(Request::of(&sql), &schema, &PLAIN);
    };
    for count in [100, 1200, 2400, 100_000] {
        long("SELECT 1", " + 1", count);
        long("SELECT true", " OR false", count);
        long("SELECT 1", "::int", count);
        long("SELECT 1", " UNION SELECT 1", count);
        long("SELECT 1", " IS NULL", count);
        long("SELECT ", "(", count);
        long("SELECT ", "- ", count);
        long("SELECT ", "NOT ", count);
        long("SELECT 1 = ", "(SELECT 1 = ", count);
        long("SELECT x", "[1]", count);
        long("SELECT ", "CASE WHEN ", count);
        long("SELECT * FROM ", "(SELECT * FROM ", count);
        long("SELECT 1", " BETWEEN 1 AND 2", count);
        long("SELECT 'a'", " COLLATE x", count);
        long("SELECT now()", " AT TIME ZONE 'UTC'", count);
    }
    // A long chain of conditions is no reason to refuse one.
    let many = format!("SELECT 1 WHERE 1 = 2{}", " OR 1 = 2".repeat(450));
    let translated = translate(Request::of(&many), &schema, &PLAIN).expect("a chain");
    let found = database().0.prepare(&translated.steps[0]).map(|mut s| s.exists([]));
    assert!(matches!(found, Ok(Ok(false))));
}
