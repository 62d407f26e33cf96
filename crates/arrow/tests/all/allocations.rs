//! Rows cost no allocations; a batch may cost some.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arrow_array::*;
use trunkline_core::{Format, Formats, Progress, RowBuf};
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
