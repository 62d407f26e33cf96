//! What the codec of pgwire costs in process: a line of JSON for each figure.

use std::error::Error;
use std::hint::black_box;

use bench_rows::Table;
use bench_rows::clock::measured;
use bytes::BytesMut;
use pgwire::api::results::{DataRowEncoder, FieldFormat};
use pgwire::messages::{DecodeContext, PgWireBackendMessage, PgWireFrontendMessage};

use crate::handler::{encode, many};

const CHUNK: usize = 64 * 1024;

/// Prints what encoding these rows and decoding as many messages takes.
pub(crate) fn run(rows: u32) -> Result<(), Box<dyn Error>> {
    let table = Table::new(rows);
    for (name, format, is_text) in
        [("text", FieldFormat::Text, true), ("binary", FieldFormat::Binary, false)]
    {
        // A row whose fractions do not end with zeros: pgwire prints them, PostgreSQL does not.
        let row = 1;
        let mut same = BytesMut::new();
        let one = encode(&table, row, &mut DataRowEncoder::new(many(|_| format).into()))?;
        PgWireBackendMessage::DataRow(one).encode(&mut same)?;
        let mut expected = Vec::new();
        if is_text {
            table.write_text(row, &mut expected);
        } else {
            table.write_binary(row, &mut expected);
        }
        if same != expected[..] {
            return Err(format!("pgwire writes another row in {name}").into());
        }
        let figure = format!("encode a row, {name}");
        measured(
            &figure,
            table.rows(),
            || (),
            |()| {
                let mut encoder = DataRowEncoder::new(many(|_| format).into());
                let mut out = BytesMut::with_capacity(CHUNK + 4096);
                for row in 0..table.rows() {
                    let row = encode(&table, row, &mut encoder)?;
                    PgWireBackendMessage::DataRow(row).encode(&mut out)?;
                    if out.len() >= CHUNK {
                        black_box(&out[..]);
                        out.clear();
                    }
                }
                Ok::<_, Box<dyn Error>>(())
            },
        )?;
    }
    let mix = bench_rows::mix::messages(table.rows());
    let mut context = DecodeContext::default();
    context.awaiting_frontend_ssl = false;
    context.awaiting_frontend_startup = false;
    let prepare = || BytesMut::from(&mix[..]);
    measured("decode a frontend message", table.rows(), prepare, |mut input| {
        let mut count = 0;
        while !input.is_empty() {
            let message = PgWireFrontendMessage::decode(&mut input, &context)?;
            black_box(&message);
            count += usize::from(message.is_some());
        }
        if count == table.rows() { Ok(()) } else { Err(format!("{count} messages").into()) }
    })
}
