//! Prints the time that reading a row of COPY takes: `cargo run --release --example copy_speed`.
//!
//! Five columns, about 70 bytes a row, with and without something to escape.
#![allow(clippy::print_stdout, reason = "what it is for")]

use std::time::Instant;

use trunkline_proto::copy::{
    CopyDirection, CopyFormat, CopyValue, Decoder, Encoder, Field, Options, Target,
};

const ROWS: usize = 200_000;
const NAMES: [&str; 5] = ["id", "value", "name", "at", "flag"];
/// What comes in one CopyData.
const PIECE: usize = 8 * 1024;

fn main() {
    for format in ["text", "csv", "binary"] {
        for name in ["row-0000000000000001", "row \"one\"\\,\t\n0001"] {
            let options = Options::new(CopyDirection::From, [("format", CopyValue::Text(format))]);
            let options = options.expect("a format");
            let data = rows(&options, name);
            let mut best = f64::MAX;
            for _ in 0..9 {
                let target = NAMES.iter().fold(Target::new("t"), |t, name| t.column(name, false));
                let mut decoder = Decoder::new(options.clone(), target);
                let start = Instant::now();
                let (mut count, mut bytes) = (0, 0);
                for piece in data.chunks(PIECE) {
                    decoder.push(piece);
                    while let Some(row) = decoder.next_row().expect("rows of the format") {
                        count += 1;
                        for column in 0..NAMES.len() {
                            if let Ok(Field::Value(value)) = row.field(column) {
                                bytes += value.len();
                            }
                        }
                    }
                }
                assert!(count == ROWS && bytes > 0);
                best = best.min(start.elapsed().as_secs_f64());
            }
            println!(
                "COPY {format} {name:?}: {:.1} ns/row, {:.2}M rows/s, {:.2} GB/s",
                best / ROWS as f64 * 1e9,
                ROWS as f64 / best / 1e6,
                data.len() as f64 / best / 1e9
            );
        }
    }
}

fn rows(options: &Options, name: &str) -> Vec<u8> {
    let encoder = Encoder::new(options, &NAMES);
    let mut out = Vec::new();
    if options.format == CopyFormat::Binary {
        out.extend_from_slice(&encoder.binary_header());
        for _ in 0..ROWS {
            out.extend_from_slice(&5_i16.to_be_bytes());
            for cell in [&[0; 8][..], &[1; 8], name.as_bytes(), &[2; 8], &[1]] {
                out.extend_from_slice(&(cell.len() as u32).to_be_bytes());
                out.extend_from_slice(cell);
            }
        }
        return out;
    }
    for row in 0..ROWS {
        let id = (row + 1_000_000).to_string();
        let cells = [&id, "370000.5", name, "2024-01-01 00:00:00.123456", "t"];
        for (column, cell) in cells.iter().enumerate() {
            encoder.field(column, cell.as_bytes(), &mut out);
        }
        out.push(b'\n');
    }
    out
}
