//! Batches as COPY data: line for line what their DataRows' cells make.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arrow_array::*;
use trunkline_core::{CopyOut, Format, Formats, PgError, Progress, RowBuf};
use trunkline_proto::copy::{CopyDirection, CopyValue, Encoder, Options};
use trunkline_proto::types::{DateStyle, TextStyle, TimeZone};

use crate::wire;

const NASTY: [Option<&str>; 10] = [
    Some(""),
    None,
    Some("plain"),
    Some("a\tb\nc\r\\"),
    Some("\\N"),
    Some("\\."),
    Some("x,\"y\";z|'"),
    Some("longer than sixteen bytes, with a comma"),
    Some("\u{8}\u{c}\u{b}\u{1}\u{e9}\u{1f600}"),
    Some("1"),
];

fn batch() -> RecordBatch {
    let numbers = |none: usize| (0..10).map(move |id| (id != none).then_some(id as i64 * 7 - 30));
    let words: ArrayRef = Arc::new(StringArray::from_iter(NASTY));
    let keys = Int8Array::from_iter((0..10).map(|id| (id != 3).then_some(9 - id)));
    let lists = (0..10).map(|id| (id != 2).then_some([Some(id), None]));
    let columns: [(&str, ArrayRef); 12] = [
        ("text", words.clone()),
        ("view", Arc::new(StringViewArray::from_iter(NASTY))),
        ("dictionary", Arc::new(DictionaryArray::new(keys, words))),
        ("number", Arc::new(Int64Array::from_iter(numbers(1)))),
        (
            "float",
            Arc::new(Float64Array::from_iter(numbers(2).map(|n| n.map(|n| n as f64 * 0.37)))),
        ),
        ("flag", Arc::new(BooleanArray::from_iter(numbers(4).map(|n| n.map(|n| n > 0))))),
        ("day", Arc::new(Date32Array::from_iter(numbers(5).map(|n| n.map(|n| n as i32 * 900))))),
        ("at", Arc::new(TimestampMicrosecondArray::from_iter(numbers(6)).with_timezone("UTC"))),
        ("span", Arc::new(DurationSecondArray::from_iter(numbers(7)))),
        ("price", Arc::new(Decimal128Array::from_iter(numbers(8).map(|n| n.map(i128::from))))),
        ("bytes", Arc::new(BinaryArray::from_iter(NASTY))),
        ("list", Arc::new(ListArray::from_iter_primitive::<types::Int32Type, _, _>(lists))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

/// The bodies of all messages.
fn copied(batch: &RecordBatch, encoder: Encoder, step: usize) -> Result<Vec<Vec<u8>>, PgError> {
    copied_in(&TextStyle::default(), batch, encoder, step)
}

fn copied_in(
    style: &TextStyle,
    batch: &RecordBatch,
    encoder: Encoder,
    step: usize,
) -> Result<Vec<Vec<u8>>, PgError> {
    let columns = trunkline_arrow::columns(&batch.schema());
    let mut rows = trunkline_arrow::rows(columns.clone(), [batch.clone()]);
    let (mut out, mut copy) = (Vec::new(), CopyOut::new(encoder));
    let formats = Formats::default();
    loop {
        let full = out.len() + step;
        let mut buf =
            RowBuf::new(&mut out, &columns, &formats, style).copy_out(&mut copy).full_at(full);
        match rows.poll_fill(&mut Context::from_waker(Waker::noop()), &mut buf) {
            Poll::Ready(Ok(Progress::More)) => {}
            Poll::Ready(Ok(Progress::End(_))) => break,
            Poll::Ready(Err(error)) => return Err(error),
            Poll::Pending => panic!("nothing to wait for"),
        }
    }
    copy.end(&mut out);
    let (mut bodies, mut rest) = (Vec::new(), out.as_slice());
    while let [b'd', after @ ..] = rest {
        let (length, after) = after.split_first_chunk().unwrap();
        let (body, after) = after.split_at(u32::from_be_bytes(*length) as usize - 4);
        bodies.push(body.to_vec());
        rest = after;
    }
    assert!(rest.is_empty());
    Ok(bodies)
}

fn options(options: &[(&str, &str)]) -> Options {
    let given = options.iter().map(|(name, value)| (*name, CopyValue::Text(value)));
    Options::new(CopyDirection::To, given).unwrap()
}

#[test]
fn lines_are_those_of_the_cells() {
    let all = batch();
    let style = TextStyle::default();
    let csv = ("format", "csv");
    for options in [
        options(&[]),
        options(&[("delimiter", "-"), ("null", ""), ("header", "on")]),
        options(&[("delimiter", ":"), ("null", "1")]),
        options(&[("delimiter", "E")]),
        options(&[csv]),
        options(&[csv, ("header", "on"), ("delimiter", "|"), ("null", "NULL")]),
        options(&[csv, ("null", "1")]),
        options(&[csv, ("null", "t"), ("delimiter", " ")]),
        options(&[csv, ("quote", "0"), ("escape", "3")]),
        options(&[csv, ("delimiter", "1")]),
        {
            let mut quoted = options(&[csv]);
            let columns = ["number", "text"].map(str::to_owned).to_vec();
            quoted.force_quote = trunkline_proto::copy::Force::Columns(columns);
            quoted
        },
    ] {
        let places: Vec<usize> = (0..all.num_columns()).collect();
        // All columns, and each alone: a lone `\\.` is special.
        for places in places.iter().map(|place| vec![*place]).chain([places.clone()]) {
            let batch = all.project(&places).unwrap();
            let schema = batch.schema();
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
            let encoder = Encoder::new(&options, &names);
            let columns = trunkline_arrow::columns(&schema);
            let cells = trunkline_arrow::rows(columns, [batch.clone()]);
            let cells = wire::collect(cells, Format::Text, &style).unwrap();
            let header = encoder.header_line().map(<[u8]>::to_vec);
            let lines = cells.iter().map(|row| {
                let mut line = Vec::new();
                for (column, cell) in row.iter().enumerate() {
                    match cell {
                        Some(cell) => encoder.field(column, cell, &mut line),
                        None => {
                            encoder.separate(column, &mut line);
                            encoder.null(&mut line);
                        }
                    }
                }
                line.push(b'\n');
                line
            });
            let expected: Vec<Vec<u8>> = header.into_iter().chain(lines).collect();
            for step in [1, 100, usize::MAX >> 1] {
                assert_eq!(copied(&batch, encoder.clone(), step).unwrap(), expected, "{options:?}");
            }
        }
    }
}

/// PostgreSQL 18: COPY (SELECT '2020-01-01 12:00+00'::timestamptz) with such a TimeZone.
#[test]
fn an_abbreviation_of_a_zone_may_have_any_character() {
    let at = TimestampSecondArray::from(vec![1_577_880_000]).with_timezone("UTC");
    let batch = RecordBatch::try_from_iter([("at", Arc::new(at) as ArrayRef)]).unwrap();
    for (style, zone, format, line) in [
        ("SQL", "<a,b>3", "csv", "\"01/01/2020 09:00:00 A,B\"\n"),
        ("SQL", "<a\tb>3", "text", "01/01/2020 09:00:00 A\\tB\n"),
        ("ISO", "<a,b>3", "csv", "2020-01-01 09:00:00-03\n"),
    ] {
        let style = TextStyle {
            date_style: DateStyle::parse(style, DateStyle::default()).unwrap(),
            time_zone: TimeZone::parse(zone).unwrap(),
            ..TextStyle::default()
        };
        let encoder = Encoder::new(&options(&[("format", format)]), &["at"]);
        let lines = copied_in(&style, &batch, encoder, 100).unwrap();
        assert_eq!(lines, [line.as_bytes()], "{zone}");
    }
}

#[test]
fn binary_rows_are_those_of_the_cells() {
    let batch = batch();
    let encoder = Encoder::new(&options(&[("format", "binary")]), &[""; 12]);
    let columns = trunkline_arrow::columns(&batch.schema());
    let rows = trunkline_arrow::rows(columns, [batch.clone()]);
    let cells = wire::collect(rows, Format::Binary, &TextStyle::default()).unwrap();
    let mut expected: Vec<Vec<u8>> = cells
        .iter()
        .map(|row| {
            let mut body = 12_i16.to_be_bytes().to_vec();
            for cell in row {
                let length = cell.as_ref().map_or(-1, |cell| cell.len() as i32);
                body.extend_from_slice(&length.to_be_bytes());
                body.extend_from_slice(cell.as_deref().unwrap_or_default());
            }
            body
        })
        .collect();
    expected[0] = [&encoder.binary_header()[..], &expected[0]].concat();
    expected.push(encoder.binary_trailer().to_vec());
    assert_eq!(copied(&batch, encoder, 100).unwrap(), expected);
}

#[test]
fn what_cannot_be_sent_ends_it_after_the_rows_before() {
    let days = Date32Array::from(vec![0, i32::MAX]);
    let batch = RecordBatch::try_from_iter([("day", Arc::new(days) as ArrayRef)]).unwrap();
    for format in ["text", "csv", "binary"] {
        let encoder = Encoder::new(&options(&[("format", format)]), &["day"]);
        let error = copied(&batch, encoder, 100).unwrap_err();
        assert_eq!(error.sqlstate().as_str(), "22008");
    }
}
