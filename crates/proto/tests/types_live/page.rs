//! That `docs/types.md` is true.

use std::fs;

use trunkline_proto::types::{TextStyle, ToPg, Value};
use trunkline_proto::{Format, Oid};

use crate::exceptions::EXCEPTIONS;
use crate::families;
use crate::golden::{oid_of, style};
use crate::printed::{hex, unhex};
use crate::report::version;
use crate::versions::RULES;

/// Settings that a session does not have by default.
const OTHER: [(&str, &str); 5] = [
    ("DateStyle", "DateStyle=German, DMY"),
    ("IntervalStyle", "IntervalStyle=sql_standard"),
    ("TimeZone", "TimeZone=+05:45"),
    ("bytea_output", "bytea_output=escape"),
    ("extra_float_digits", "extra_float_digits=-14"),
];

fn page() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/types.md")).unwrap()
}

/// The cells of each row of the table, without their marks.
fn rows(page: &str) -> Vec<[&str; 4]> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.map(|row| {
        let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
        let [name, text, binary, settings] = cells.as_slice() else { panic!("{row}") };
        [*name, *text, *binary, *settings].map(|cell| cell.trim().trim_matches('`'))
    });
    cells.collect()
}

fn read(oid: Oid, format: Format, bytes: &[u8]) -> Value {
    Value::decode(oid, format, bytes, &TextStyle::default()).unwrap()
}

fn print(value: &Value, oid: Oid, format: Format, style: &TextStyle) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = value.encode(oid, format, style, &mut out).unwrap();
    out
}

#[test]
fn each_text_of_the_page_is_the_bytes_beside_it() {
    let page = page();
    let rows = rows(&page);
    assert!(rows.len() > 60);
    let style = TextStyle::default();
    for [name, text, binary, _] in rows {
        let oid = oid_of(name);
        let value = read(oid, Format::Text, text.as_bytes());
        assert_eq!(hex(&print(&value, oid, Format::Binary, &style)), binary, "{name}");
        let value = read(oid, Format::Binary, &unhex(binary));
        let printed = print(&value, oid, Format::Text, &style);
        assert_eq!(String::from_utf8(printed).unwrap(), text, "{name}");
    }
}

#[test]
fn the_settings_of_the_page_change_the_text_and_no_others_do() {
    let page = page();
    for [name, text, binary, settings] in rows(&page) {
        let oid = oid_of(name);
        let value = read(oid, Format::Binary, &unhex(binary));
        for (setting, other) in OTHER {
            let printed = print(&value, oid, Format::Text, &style(other));
            let named = settings.split(", ").any(|named| named == setting);
            assert_eq!(printed != text.as_bytes(), named, "{name} {setting}");
            let sent = print(&value, oid, Format::Binary, &style(other));
            assert_eq!(hex(&sent), binary, "{name}");
        }
    }
}

#[test]
fn the_page_has_all_types_and_all_differences() {
    let page = page();
    let rows = rows(&page);
    for family in families::all() {
        let is_type = (1..10_000)
            .any(|oid| trunkline_proto::types::name_of(Oid(oid)) == Some(family.name.as_str()));
        let found = rows.iter().any(|[name, ..]| *name == family.name);
        assert!(found || !is_type, "{} is not on the page", family.name);
    }
    for rule in RULES {
        let line = format!("- since {}: {}: {}", version(rule.since), rule.name, rule.why);
        assert!(page.lines().any(|found| found == line), "{line}");
    }
    for exception in EXCEPTIONS {
        let line = format!("- {}", exception.why);
        assert!(page.lines().any(|found| found == line), "{line}");
    }
}
