//! What is said, made before anybody asks.

use bench_rows::{COLUMNS, Table, cell, message};

const ROWS: u32 = 1_000_000;

/// Of two, the first is in text, the second in binary.
pub(crate) struct Answers {
    pub(crate) startup: Vec<u8>,
    pub(crate) one_columns: [Vec<u8>; 2],
    pub(crate) one: [Vec<u8>; 2],
    pub(crate) many_columns: [Vec<u8>; 2],
    pub(crate) many: Many,
    /// What follows the last of many rows.
    pub(crate) many_end: Vec<u8>,
}

/// A million rows.
pub(crate) enum Many {
    Prebuilt([Vec<u8>; 2]),
    Encoded(Table),
}

impl Answers {
    pub(crate) fn new(encode: bool) -> Answers {
        let table = Table::new(ROWS);
        let many = if encode {
            Many::Encoded(table)
        } else {
            let mut built = [Vec::new(), Vec::new()];
            for row in 0..table.rows() {
                table.write_text(row, &mut built[0]);
                table.write_binary(row, &mut built[1]);
            }
            Many::Prebuilt(built)
        };
        let mut many_end = Vec::new();
        message(&mut many_end, b'C', format!("SELECT {ROWS}\0").as_bytes());
        many_end.extend_from_slice(READY);
        Answers {
            startup: startup(),
            one_columns: [0, 1].map(|format| columns(&[("?column?", 23, 4)], format)),
            one: [one(b"1"), one(&[0, 0, 0, 1])],
            many_columns: [0, 1].map(|format| columns(&COLUMNS, format)),
            many,
            many_end,
        }
    }
}

pub(crate) const READY: &[u8] = b"Z\0\0\0\x05I";

fn startup() -> Vec<u8> {
    let mut out = Vec::new();
    message(&mut out, b'R', &[0; 4]);
    for (name, value) in [
        ("server_version", "15.0"),
        ("server_encoding", "UTF8"),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO, MDY"),
        ("TimeZone", "UTC"),
        ("integer_datetimes", "on"),
        ("standard_conforming_strings", "on"),
    ] {
        message(&mut out, b'S', format!("{name}\0{value}\0").as_bytes());
    }
    message(&mut out, b'K', &[0, 0, 0, 1, 0, 0, 0, 2]);
    out.extend_from_slice(READY);
    out
}

/// RowDescription.
fn columns(columns: &[(&str, u32, i16)], format: i16) -> Vec<u8> {
    let mut body = (columns.len() as u16).to_be_bytes().to_vec();
    for (name, oid, size) in columns {
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(&[0; 7]);
        body.extend_from_slice(&oid.to_be_bytes());
        body.extend_from_slice(&size.to_be_bytes());
        body.extend_from_slice(&(-1_i32).to_be_bytes());
        body.extend_from_slice(&format.to_be_bytes());
    }
    let mut out = Vec::new();
    message(&mut out, b'T', &body);
    out
}

/// DataRow and CommandComplete.
fn one(value: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 1];
    cell(&mut body, value);
    let mut out = Vec::new();
    message(&mut out, b'D', &body);
    message(&mut out, b'C', b"SELECT 1\0");
    out
}
