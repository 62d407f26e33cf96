use trunkline_proto::copy::{CopyDirection, CopyValue, Options};
use trunkline_proto::types::TextStyle;
use trunkline_proto::{Oid, SqlState};

use super::*;
use crate::{Column, RowBuf};

const NAMES: [&str; 3] = ["a", "b", "c,d"];

fn copy(options: &[(&str, CopyValue<'_>)]) -> CopyOut {
    let options = Options::new(CopyDirection::To, options.iter().copied());
    CopyOut::new(Encoder::new(&options.expect("options of PostgreSQL"), &NAMES))
}

/// The bodies of the CopyData messages of two rows, written by each door in turn.
fn sent(mut copy: CopyOut, by_cells: bool) -> Vec<Vec<u8>> {
    let types = [Oid::INT4, Oid::TEXT, Oid::TEXT];
    let columns = NAMES.iter().zip(types).map(|(name, oid)| Column::new(*name, oid));
    let columns: Vec<Column> = columns.collect();
    let (mut out, style, formats) = (Vec::new(), TextStyle::default(), Formats::default());
    // A buffer of its own for each, as when the socket is full in between.
    for (number, text, last) in [(7, None, "x\ty,\"\\"), (-1, Some(""), "z")] {
        let mut rows = RowBuf::new(&mut out, &columns, &formats, &style).copy_out(&mut copy);
        let failed = rows.row(|row| {
            row.int4(1);
            Ok(())
        });
        assert_eq!(failed.expect_err("a value of three").sqlstate(), SqlState::INTERNAL_ERROR);
        let is_binary = rows.format(0) == Format::Binary;
        if by_cells || is_binary {
            rows.row(|row| {
                row.value(&number)?;
                row.value(&text)?;
                row.value(last)
            })
        } else {
            rows.line(|encoder, out| {
                encoder.field(0, number.to_string().as_bytes(), out);
                match text {
                    Some(text) => encoder.field(1, text.as_bytes(), out),
                    None => {
                        encoder.separate(1, out);
                        encoder.null(out);
                    }
                }
                encoder.field(2, last.as_bytes(), out);
                Ok(())
            })
        }
        .expect("three values");
        assert_eq!(rows.rows(), 1);
    }
    copy.end(&mut out);
    bodies(&out)
}

fn bodies(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    while let Some((b'd', rest)) = bytes.split_first() {
        let (length, rest) = rest.split_first_chunk().expect("a length");
        let length = u32::from_be_bytes(*length) as usize - 4;
        let (body, rest) = rest.split_at(length);
        bodies.push(body.to_vec());
        bytes = rest;
    }
    assert!(bytes.is_empty());
    bodies
}

// What PostgreSQL 18 sends for `COPY (SELECT 7 AS a, NULL AS b, E'x\ty,"\\' AS "c,d" UNION ALL
// SELECT -1, '', 'z') TO STDOUT`.
#[test]
fn any_source_is_copied_out_as_text() {
    for by_cells in [false, true] {
        let copy = copy(&[("header", CopyValue::Absent)]);
        let expected = ["a\tb\tc,d\n", "7\t\\N\tx\\ty,\"\\\\\n", "-1\t\tz\n"];
        assert_eq!(sent(copy, by_cells), expected.map(|line| line.as_bytes().to_vec()));
    }
}

#[test]
fn any_source_is_copied_out_as_csv() {
    for by_cells in [false, true] {
        let (format, quoted) = (CopyValue::Text("csv"), ["b".to_owned()]);
        let copy = copy(&[
            ("format", format),
            ("header", CopyValue::Absent),
            ("force_quote", CopyValue::List(&quoted)),
        ]);
        let expected = ["a,b,\"c,d\"\n", "7,,\"x\ty,\"\"\\\"\n", "-1,\"\",z\n"];
        assert_eq!(sent(copy, by_cells), expected.map(|line| line.as_bytes().to_vec()));
    }
}

#[test]
fn any_source_is_copied_out_in_binary() {
    let header = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    let format = ("format", CopyValue::Text("binary"));
    let first = b"\0\x03\0\0\0\x04\0\0\0\x07\xff\xff\xff\xff\0\0\0\x06x\ty,\"\\";
    let second = b"\0\x03\0\0\0\x04\xff\xff\xff\xff\0\0\0\0\0\0\0\x01z";
    let rows = sent(copy(&[format]), true);
    assert_eq!(rows, [[&header[..], first].concat(), second.to_vec(), vec![0xff; 2]]);
    let mut out = Vec::new();
    copy(&[format]).end(&mut out);
    assert_eq!(bodies(&out), [[&header[..], b"\xff\xff"].concat()]);
}

#[test]
fn no_rows_are_a_header_at_most() {
    let mut out = Vec::new();
    copy(&[("header", CopyValue::Absent)]).end(&mut out);
    assert_eq!(bodies(&out), [b"a\tb\tc,d\n".to_vec()]);
    out.clear();
    copy(&[]).end(&mut out);
    assert!(out.is_empty());
}

#[test]
fn a_row_that_fails_leaves_the_rows_before_it() {
    let mut copy = CopyOut::new(Encoder::new(&Options::default(), &["a"]));
    let columns = [Column::new("a", Oid::TEXT)];
    let (mut out, style, formats) = (Vec::new(), TextStyle::default(), Formats::default());
    let mut rows = RowBuf::new(&mut out, &columns, &formats, &style).copy_out(&mut copy);
    rows.row(|row| row.value("x")).expect("a text");
    let wrong = rows.row(|row| row.value(&b"a"[..])).expect_err("bytes are no text");
    assert_eq!(wrong.sqlstate(), SqlState::DATATYPE_MISMATCH);
    let broken = rows.encoded_row(|out| {
        out.extend_from_slice(b"\0\0\0\x09x");
        Ok(())
    });
    assert_eq!(broken.expect_err("eight bytes are missing").sqlstate(), SqlState::INTERNAL_ERROR);
    let line = rows.line(|_, out| {
        out.push(b'x');
        Err(PgError::canceled())
    });
    assert_eq!(line.expect_err("its own error").sqlstate(), SqlState::QUERY_CANCELED);
    assert_eq!((rows.rows(), bodies(&out)), (1, vec![b"x\n".to_vec()]));
    let mut rows = RowBuf::new(&mut out, &columns, &formats, &style);
    let line = rows.line(|_, _| Ok(()));
    assert_eq!(line.expect_err("DataRows are no lines").sqlstate(), SqlState::INTERNAL_ERROR);
}
