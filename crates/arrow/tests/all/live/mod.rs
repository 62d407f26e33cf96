//! Every Arrow type against what PostgreSQL says of the same value, in both formats and both ways.

mod arrays;
mod copied;
mod literals;
mod nested;
mod oracle;
mod random;

use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field};
use trunkline_arrow::param_array;
use trunkline_core::{Column, Format, Params, PgError};
use trunkline_proto::Oid;
use trunkline_proto::types::{ByteaOutput, DateStyle, IntervalStyle, TextStyle, TimeZone, name_of};

use crate::wire;
use oracle::{Oracle, Outcome, hex};

/// Arrow values, and what each is in SQL.
struct Case {
    settings: &'static str,
    field: Field,
    oid: Oid,
    array: ArrayRef,
    sql: Vec<String>,
    /// Whether PostgreSQL's value does not tell Arrow's.
    one_way: bool,
}

impl Case {
    fn new(field: Field, array: ArrayRef, sql: Vec<String>) -> Case {
        assert_eq!(array.len(), sql.len(), "{field}");
        let oid = trunkline_arrow::column(&field).type_oid;
        Case { settings: "", field, oid, array, sql, one_way: false }
    }
}

/// How many random values of each type are asked for; the file keeps the answers to a few.
fn counts(oracle: &Oracle) -> Vec<(usize, bool)> {
    if oracle.is_live() { vec![(12, true), (400, false)] } else { vec![(12, true)] }
}

#[test]
fn arrow_values_are_those_of_postgresql_and_come_back() {
    let mut oracle = Oracle::open("golden-arrays.tsv");
    let mut failures = Vec::new();
    for (count, kept) in counts(&oracle) {
        for case in arrays::cases(count).into_iter().chain(nested::cases(count)) {
            let outcomes = oracle.ask(case.settings, &case.sql, kept);
            for (row, outcome) in outcomes.into_iter().enumerate() {
                if let Err(why) = check(&case, row, outcome) {
                    failures.push(format!("{} {}: {why}", case.field, case.sql[row]));
                }
            }
        }
    }
    oracle.close();
    report(&failures);
}

#[test]
fn literals_become_arrow_values_and_come_back() {
    let mut oracle = Oracle::open("golden-literals.tsv");
    let mut failures = Vec::new();
    for case in literals::cases() {
        let sql = [case.sql()];
        let outcome = oracle.ask(case.settings, &sql, true).remove(0);
        if let Err(why) = case.check(outcome) {
            failures.push(format!("{} as {}: {why}", sql[0], case.data_type));
        }
    }
    oracle.close();
    report(&failures);
}

fn report(failures: &[String]) {
    let shown: Vec<&str> = failures.iter().take(40).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), shown.join("\n"));
}

fn check(case: &Case, row: usize, outcome: Outcome) -> Result<(), String> {
    let (style, value) = (style(case.settings), case.array.slice(row, 1));
    let ours = |format| encode(case.oid, &case.field, &value, format, &style);
    let (text, binary) = match outcome {
        Outcome::Error(sqlstate) => {
            let found = [Format::Text, Format::Binary].map(|format| match ours(format) {
                Ok(_) => "a value".to_owned(),
                Err(error) => error.sqlstate().as_str().to_owned(),
            });
            let wanted = [sqlstate.clone(), sqlstate];
            return if found == wanted {
                Ok(())
            } else {
                Err(format!("{found:?}, not {wanted:?}"))
            };
        }
        Outcome::Null => return if value.is_null(0) { Ok(()) } else { Err("NULL".to_owned()) },
        Outcome::Value { text, binary } => (text, binary),
    };
    for (format, theirs) in [(Format::Text, &text), (Format::Binary, &binary)] {
        same(format, &ours(format), theirs)?;
    }
    if case.one_way {
        return Ok(());
    }
    // What it sent is the same value again; other styles lose digits, or read as another zone.
    for (format, theirs) in [(Format::Text, &text), (Format::Binary, &binary)] {
        if format == Format::Binary || case.settings.is_empty() {
            let again = read(case.oid, format, theirs, case.array.data_type(), &style)
                .map_err(|error| format!("back from {format:?}: {error}"))?;
            for (format, theirs) in [(Format::Text, &text), (Format::Binary, &binary)] {
                let ours = encode(case.oid, &case.field, &again, format, &style);
                same(format, &ours, theirs).map_err(|why| format!("back: {why}"))?;
            }
        }
    }
    Ok(())
}

fn same(format: Format, ours: &Result<Vec<u8>, PgError>, theirs: &[u8]) -> Result<(), String> {
    let shown = |bytes: &[u8]| match format {
        Format::Text => String::from_utf8_lossy(bytes).into_owned(),
        Format::Binary => hex(bytes),
    };
    match ours {
        Ok(ours) if ours == theirs => Ok(()),
        Ok(ours) => Err(format!("{} != {}", shown(ours), shown(theirs))),
        Err(error) => Err(format!("{error} != {}", shown(theirs))),
    }
}

/// The one value of an array, as the type `oid`.
fn encode(
    oid: Oid,
    field: &Field,
    value: &ArrayRef,
    format: Format,
    style: &TextStyle,
) -> Result<Vec<u8>, PgError> {
    let columns = [Column::new("c", oid)].into();
    let cells = wire::cells_as(columns, field.clone(), value.clone(), format, style)?;
    Ok(cells.into_iter().flatten().flatten().collect())
}

/// A parameter of the type `oid`.
fn read(
    oid: Oid,
    format: Format,
    bytes: &[u8],
    data_type: &DataType,
    style: &TextStyle,
) -> Result<ArrayRef, PgError> {
    let params = Params::bind([oid].into(), [(format, Some(bytes))].into_iter()).unwrap();
    let array = param_array(&params.get(0).unwrap(), data_type, style)?;
    assert_eq!((array.len(), array.data_type()), (1, data_type));
    Ok(array)
}

fn oid_of(type_name: &str) -> Oid {
    let found = (1..10_000).map(Oid).find(|oid| name_of(*oid) == Some(type_name));
    found.unwrap_or_else(|| panic!("no type {type_name}"))
}

fn style(settings: &str) -> TextStyle {
    let mut style = TextStyle::default();
    for (name, value) in settings.split(';').filter_map(|setting| setting.split_once('=')) {
        match name {
            "DateStyle" => style.date_style = DateStyle::parse(value, style.date_style).unwrap(),
            "IntervalStyle" => style.interval_style = IntervalStyle::parse(value).unwrap(),
            "TimeZone" => style.time_zone = TimeZone::parse(value).unwrap(),
            "bytea_output" => style.bytea_output = ByteaOutput::parse(value).unwrap(),
            "extra_float_digits" => style.extra_float_digits = value.parse().unwrap(),
            _ => panic!("{name} changes no text"),
        }
    }
    style
}
