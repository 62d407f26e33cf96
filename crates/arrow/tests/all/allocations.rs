//! Rows cost no allocations; a batch may cost some.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arrow_array::*;
use arrow_schema::{DataType, Schema};
use trunkline_arrow::BatchBuilder;
use trunkline_core::{CopyOut, Format, Formats, PgError, Progress, RowBuf};
use trunkline_proto::Oid;
use trunkline_proto::copy::{CopyDirection, CopyValue, Encoder, Options};
use trunkline_proto::types::TextStyle;

fn batch(rows: i64) -> RecordBatch {
    let ids = 0..rows;
    let lists = (0..rows).map(|id| Some([Some(id as i32), None]));
    RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from_iter_values(ids.clone())) as ArrayRef),
        ("small", Arc::new(Int16Array::from_iter_values(ids.clone().map(|id| id as i16)))),
        ("value", Arc::new(Float64Array::from_iter_values(ids.clone().map(|id| id as f64 * 0.37)))),
        (
            "name",
            Arc::new(StringArray::from_iter_values(ids.clone().map(|id| format!("{id:020}")))),
        ),
        (
            "view",
            Arc::new(StringViewArray::from_iter_values(ids.clone().map(|id| format!("{id:020}")))),
        ),
        ("bytes", Arc::new(BinaryArray::from_iter_values(ids.clone().map(|id| id.to_be_bytes())))),
        ("day", Arc::new(Date32Array::from_iter_values(ids.clone().map(|id| id as i32)))),
        ("at", Arc::new(TimestampMicrosecondArray::from_iter_values(ids.clone()))),
        (
            "tz",
            Arc::new(TimestampNanosecondArray::from_iter_values(ids.clone()).with_timezone("UTC")),
        ),
        (
            "price",
            Arc::new(
                Decimal128Array::from_iter_values(ids.clone().map(i128::from))
                    .with_precision_and_scale(15, 2)
                    .unwrap(),
            ),
        ),
        ("span", Arc::new(DurationSecondArray::from_iter_values(ids.clone()))),
        (
            "flag",
            Arc::new(BooleanArray::from_iter(ids.map(|id| (id % 3 > 0).then_some(id % 2 == 0)))),
        ),
        ("list", Arc::new(ListArray::from_iter_primitive::<types::Int32Type, _, _>(lists))),
    ])
    .unwrap()
}

#[test]
fn a_row_allocates_nothing() {
    for format in [Format::Text, Format::Binary] {
        let allocations = |rows| {
            let batch = batch(rows);
            let columns = trunkline_arrow::columns(&batch.schema());
            let mut rows = trunkline_arrow::rows(columns.clone(), [batch]);
            let (formats, style) = (Formats::All(format), TextStyle::default());
            let mut out = Vec::with_capacity(1 << 20);
            let info = allocation_counter::measure(|| {
                let mut buf = RowBuf::new(&mut out, &columns, &formats, &style);
                let mut cx = Context::from_waker(Waker::noop());
                let progress = rows.poll_fill(&mut cx, &mut buf);
                assert!(matches!(progress, Poll::Ready(Ok(Progress::End(_)))));
            });
            info.count_total
        };
        assert_eq!(allocations(1000), allocations(1), "{format:?}");
    }
}

/// Columns grow, some twenty times each; a row by itself costs nothing.
#[test]
fn a_row_that_is_read_allocates_nothing() {
    let schema = batch(1).schema();
    let fields = schema.fields().iter().filter(|field| {
        // Text of bytes and of spans is taken apart before, an array has dimensions.
        !matches!(field.data_type(), DataType::Binary | DataType::List(_) | DataType::Duration(_))
    });
    let schema = Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>()));
    let texts = trunkline_arrow::columns(&schema);
    let row: Vec<&[u8]> = texts
        .iter()
        .map(|column| match (column.type_oid, &*column.name) {
            (Oid::DATE, _) => &b"2020-02-29"[..],
            (Oid::TIMESTAMP, _) => b"2020-02-29 13:14:15.123456",
            (Oid::TIMESTAMPTZ, _) => b"2020-02-29 13:14:15.123456+00",
            (Oid::BOOL, _) => b"t",
            (Oid::NUMERIC, _) => b"12345.67",
            (Oid::FLOAT8, _) => b"0.37",
            _ => b"1234",
        })
        .collect();
    let mut batches = BatchBuilder::new(schema, "t").unwrap().max_rows(usize::MAX);
    let mut push = |rows: u64| {
        let info = allocation_counter::measure(|| {
            for line in 0..rows {
                let fields = row.iter().map(|field| Ok::<_, PgError>(Some(*field)));
                assert!(batches.push(Format::Text, line, fields).unwrap().is_none());
            }
        });
        info.count_total
    };
    let few = push(4_096);
    // Sixteen times the rows: each buffer doubles four times more, and blocks of views are added.
    let many = push(61_440);
    assert!(few < 250 && many < 150, "{few}, {many}");
}

#[test]
fn a_line_allocates_nothing() {
    for format in ["text", "csv", "binary"] {
        let options = Options::new(CopyDirection::To, [("format", CopyValue::Text(format))]);
        let options = options.unwrap();
        let allocations = |rows| {
            let batch = batch(rows);
            let columns = trunkline_arrow::columns(&batch.schema());
            let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
            let mut copy = CopyOut::new(Encoder::new(&options, &names));
            let mut rows = trunkline_arrow::rows(columns.clone(), [batch]);
            let (formats, style) = (Formats::default(), TextStyle::default());
            let mut out = Vec::with_capacity(1 << 20);
            let info = allocation_counter::measure(|| {
                let mut buf = RowBuf::new(&mut out, &columns, &formats, &style).copy_out(&mut copy);
                let mut cx = Context::from_waker(Waker::noop());
                let progress = rows.poll_fill(&mut cx, &mut buf);
                assert!(matches!(progress, Poll::Ready(Ok(Progress::End(_)))));
            });
            info.count_total
        };
        assert_eq!(allocations(1000), allocations(1), "{format}");
    }
}
