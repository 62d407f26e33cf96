//! Prints the time that encoding a row takes: `cargo run --release --example encode_speed`.
//!
//! Five columns: bigint, double precision, a text of 20 characters, timestamp, boolean. As DataRows
//! in text and binary, and as COPY's text, csv and binary rows.
#![allow(clippy::print_stdout, reason = "what it is for")]

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use trunkline_arrow::{columns, rows};
use trunkline_core::{CopyOut, Format, Formats, Progress, RowBuf};
use trunkline_proto::copy::{CopyDirection, CopyValue, Encoder, Options};
use trunkline_proto::types::TextStyle;

const BATCHES: usize = 128;
const BATCH: i64 = 8192;
/// What is sent at a time.
const CHUNK: usize = 64 * 1024;

fn batch(start: i64) -> RecordBatch {
    let ids = start..start + BATCH;
    let columns: [(&str, ArrayRef); 5] = [
        ("id", Arc::new(Int64Array::from_iter_values(ids.clone()))),
        (
            "value",
            Arc::new(Float64Array::from_iter_values(ids.clone().map(|i| i as f64 * 0.37 + 0.5))),
        ),
        (
            "name",
            Arc::new(StringArray::from_iter_values(ids.clone().map(|i| format!("row-{i:016}")))),
        ),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from_iter_values(
                ids.clone().map(|i| 1_704_067_200_000_000 + i * 1_000_123),
            )),
        ),
        ("flag", Arc::new(BooleanArray::from_iter(ids.map(|i| Some(i % 2 == 0))))),
    ];
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

fn main() {
    let batches: Vec<_> = (0..BATCHES as i64).map(|part| batch(part * BATCH)).collect();
    let count = BATCHES as f64 * BATCH as f64;
    let columns = columns(&batches[0].schema());
    let style = TextStyle::default();
    let all: Vec<usize> = (0..columns.len()).collect();
    let alone = all.iter().map(|column| vec![*column]);
    for projection in std::iter::once(all.clone()).chain(alone) {
        let columns: Arc<[_]> = projection.iter().map(|column| columns[*column].clone()).collect();
        let batches: Vec<_> =
            batches.iter().map(|batch| batch.project(&projection).expect("in range")).collect();
        let names: Vec<_> = columns.iter().map(|column| column.name.as_ref()).collect();
        for way in ["Text", "Binary", "COPY text", "COPY csv", "COPY binary"] {
            let format = if way == "Binary" { Format::Binary } else { Format::Text };
            let formats = Formats::All(format);
            let encoder = way.strip_prefix("COPY ").map(|format| {
                let options =
                    Options::new(CopyDirection::To, [("format", CopyValue::Text(format))]);
                Encoder::new(&options.expect("a format"), &names)
            });
            let mut best = f64::MAX;
            let mut bytes = 0;
            for _ in 0..9 {
                let mut rows = rows(columns.clone(), batches.clone());
                let mut copy = encoder.clone().map(CopyOut::new);
                let mut out = Vec::with_capacity(CHUNK + 4096);
                bytes = 0;
                let start = Instant::now();
                loop {
                    out.clear();
                    let mut buf = RowBuf::new(&mut out, &columns, &formats, &style).full_at(CHUNK);
                    if let Some(copy) = &mut copy {
                        buf = buf.copy_out(copy);
                    }
                    let mut cx = Context::from_waker(Waker::noop());
                    let progress = rows.poll_fill(&mut cx, &mut buf);
                    bytes += std::hint::black_box(&out).len();
                    match progress {
                        Poll::Ready(Ok(Progress::More)) => {}
                        Poll::Ready(Ok(Progress::End(_))) => break,
                        other => panic!("{other:?}"),
                    }
                }
                best = best.min(start.elapsed().as_secs_f64());
            }
            println!(
                "{way} {}: {:.1} ns/row, {:.2}M rows/s, {:.0} bytes/row, {:.2} GB/s",
                names.join(" "),
                best / count * 1e9,
                count / best / 1e6,
                bytes as f64 / count,
                bytes as f64 / best / 1e9
            );
        }
    }
}
