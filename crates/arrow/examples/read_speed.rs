//! Prints the time that reading takes: `cargo run --release --example read_speed`.
//!
//! Rows of COPY into batches (bigint, double precision, a text of 20 characters, timestamp, boolean,
//! numeric), all columns and each alone, and a parameter that is an array of a million numbers.
#![allow(clippy::print_stdout, reason = "what it is for")]

use std::sync::Arc;
use std::time::Instant;

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use trunkline_arrow::{BatchBuilder, data_type_of, param_array};
use trunkline_core::{Format, Oid, Params, PgError};
use trunkline_proto::types::{TextStyle, ToPg, Value};

const ROWS: usize = 1 << 18;

fn main() {
    let columns = [
        ("id", Oid::INT8, DataType::Int64, "1234567890"),
        ("value", Oid::FLOAT8, DataType::Float64, "387912.87"),
        ("name", Oid::TEXT, DataType::Utf8, "row-0000000000123456"),
        (
            "at",
            Oid::TIMESTAMP,
            DataType::Timestamp(TimeUnit::Microsecond, None),
            "2024-01-01 01:02:03.000123",
        ),
        ("flag", Oid::BOOL, DataType::Boolean, "t"),
        ("price", Oid::NUMERIC, DataType::Decimal128(15, 2), "12345.67"),
    ];
    let style = TextStyle::default();
    let all: Vec<usize> = (0..columns.len()).collect();
    let alone = all.iter().map(|column| vec![*column]);
    for projection in std::iter::once(all.clone()).chain(alone) {
        let columns = projection.iter().map(|column| &columns[*column]);
        let fields = columns
            .clone()
            .map(|(name, _, data_type, _)| Field::new(*name, data_type.clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        for format in [Format::Text, Format::Binary] {
            let row: Vec<Vec<u8>> = columns
                .clone()
                .map(|(_, oid, _, text)| written(*oid, text, format, &style))
                .collect();
            let bytes: usize = row.iter().map(Vec::len).sum();
            let best = best_of(|| {
                let mut batches = BatchBuilder::new(schema.clone(), "t").expect("no unions");
                for line in 0..ROWS {
                    let fields = row.iter().map(|field| Ok::<_, PgError>(Some(field.as_slice())));
                    let batch = batches.push(format, line as u64, fields).expect("values");
                    std::hint::black_box(batch);
                }
            });
            let names: Vec<&str> = columns.clone().map(|(name, ..)| *name).collect();
            println!(
                "{format:?} {}: {:.1} ns/row, {bytes} bytes/row",
                names.join(" "),
                best / ROWS as f64 * 1e9
            );
        }
    }
    let text = format!("{{1{}}}", ",1234567".repeat(999_999));
    let list = data_type_of(Oid::INT8_ARRAY).expect("a list");
    for format in [Format::Text, Format::Binary] {
        let bytes = written(Oid::INT8_ARRAY, &text, format, &style);
        let value = [(format, Some(bytes.as_slice()))].into_iter();
        let params = Params::bind([Oid::INT8_ARRAY].into(), value).expect("one value");
        let param = params.get(0).expect("one value");
        let best = best_of(|| {
            std::hint::black_box(param_array(&param, &list, &style).expect("numbers"));
        });
        println!("{format:?} bigint[]: {:.1} ns/element", best / 1e6 * 1e9);
    }
}

fn written(oid: Oid, text: &str, format: Format, style: &TextStyle) -> Vec<u8> {
    let mut out = Vec::new();
    let value = Value::from_literal(oid, text, style).expect("a literal");
    let _ = value.encode(oid, format, style, &mut out).expect("its own type");
    out
}

/// Seconds.
fn best_of(run: impl Fn()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..9).map(time).fold(f64::MAX, f64::min)
}
