//! Runs rows and takes them apart again.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};
use trunkline_core::{Column, Format, Formats, PgError, Progress, RowBuf, Rows};
use trunkline_proto::types::{ByteaOutput, DateStyle, IntervalStyle, TextStyle, TimeZone};

pub(crate) type Row = Vec<Option<Vec<u8>>>;

/// All rows, asked for in one go.
pub(crate) fn collect(rows: Rows, format: Format, style: &TextStyle) -> Result<Vec<Row>, PgError> {
    collect_in_steps(rows, format, style, u64::MAX)
}

/// All rows, `step` at a time.
pub(crate) fn collect_in_steps(
    mut rows: Rows,
    format: Format,
    style: &TextStyle,
    step: u64,
) -> Result<Vec<Row>, PgError> {
    let (columns, formats) = (rows.columns().clone(), Formats::All(format));
    let mut all = Vec::new();
    loop {
        let mut out = Vec::new();
        let mut buf = RowBuf::new(&mut out, &columns, &formats, style).limit(step);
        let progress = rows.poll_fill(&mut Context::from_waker(Waker::noop()), &mut buf);
        let written = buf.rows();
        let split = split(&out);
        assert_eq!(split.len() as u64, written);
        all.extend(split);
        match progress {
            Poll::Ready(Ok(Progress::End(_))) => return Ok(all),
            Poll::Ready(Ok(Progress::More)) => assert_eq!(written, step),
            Poll::Ready(Err(error)) => return Err(error),
            Poll::Pending => panic!("nothing to wait for"),
        }
    }
}

/// Takes DataRow messages apart.
pub(crate) fn split(mut bytes: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    while let [b'D', rest @ ..] = bytes {
        let (length, rest) = rest.split_first_chunk().unwrap();
        let (body, next) = rest.split_at(u32::from_be_bytes(*length) as usize - 4);
        let (count, mut cells) = body.split_first_chunk().unwrap();
        let mut row = Vec::new();
        for _ in 0..u16::from_be_bytes(*count) {
            let (length, rest) = cells.split_first_chunk().unwrap();
            let length = i32::from_be_bytes(*length);
            let (cell, rest) = rest.split_at(length.max(0) as usize);
            row.push((length >= 0).then(|| cell.to_vec()));
            cells = rest;
        }
        assert!(cells.is_empty());
        rows.push(row);
        bytes = next;
    }
    assert!(bytes.is_empty());
    rows
}

/// The cells of one array.
pub(crate) fn cells(
    field: Field,
    array: ArrayRef,
    format: Format,
    style: &TextStyle,
) -> Result<Row, PgError> {
    let columns = Arc::from([trunkline_arrow::column(&field)]);
    cells_as(columns, field, array, format, style)
}

/// The cells of one array, announced as something else.
pub(crate) fn cells_as(
    columns: Arc<[Column]>,
    field: Field,
    array: ArrayRef,
    format: Format,
    style: &TextStyle,
) -> Result<Row, PgError> {
    let batch = batch(field, array);
    let rows = collect(trunkline_arrow::rows(columns, [batch]), format, style)?;
    Ok(rows.into_iter().flatten().collect())
}

pub(crate) fn batch(field: Field, array: ArrayRef) -> RecordBatch {
    let options = RecordBatchOptions::new().with_row_count(Some(array.len()));
    let schema = Arc::new(Schema::new(vec![field]));
    RecordBatch::try_new_with_options(schema, vec![array], &options).unwrap()
}

/// The text style after `name=value;name=value`.
pub(crate) fn style(settings: &str) -> TextStyle {
    let mut style = TextStyle::default();
    for setting in settings.split(';').filter(|setting| !setting.is_empty()) {
        match setting.split_once('=').unwrap() {
            ("datestyle", value) => {
                style.date_style = DateStyle::parse(value, style.date_style).unwrap();
            }
            ("timezone", value) => style.time_zone = TimeZone::parse(value).unwrap(),
            ("intervalstyle", "iso_8601") => style.interval_style = IntervalStyle::Iso8601,
            ("bytea_output", "escape") => style.bytea_output = ByteaOutput::Escape,
            ("extra_float_digits", value) => style.extra_float_digits = value.parse().unwrap(),
            other => panic!("{other:?}"),
        }
    }
    style
}
