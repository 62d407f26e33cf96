//! What rows and messages cost in process, on the public API: a line of JSON for each figure.
//!
//! Beside it the ceiling, which is what `bench/peers` can do in safe Rust when it does nothing
//! else, and the mere copying of the bytes.

use std::hint::black_box;

use bench_rows::Table;
use bench_rows::clock::measured;
use bytes::BytesMut;
use trunkline::types::TextStyle;
use trunkline::{Column, Format, Formats, Oid, PgError, RowBuf};
use trunkline_proto::backend::{self, Channel, Event, Startup, Step};
use trunkline_proto::message::{
    AnyFrontend, BindComplete, CommandComplete, Encode, FrontendTag, NoData, ParseComplete,
    ProtocolVersion, StartupMessage, TransactionStatus,
};
use trunkline_proto::wire::{Input, frame};
use trunkline_proto::{Limits, PeerError};

/// What is sent at a time.
const CHUNK: usize = 64 * 1024;
const ROWS: u32 = 1_000_000;

/// Prints all figures, of a million rows and messages or of as many as are asked for.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let rows = match words {
        [] => ROWS,
        [count] => count.parse().map_err(|_| format!("codec [ROWS], and {count} is no number"))?,
        _ => return Err("codec [ROWS]".into()),
    };
    let table = Table::new(rows);
    for (name, format) in [("text", Format::Text), ("binary", Format::Binary)] {
        rows_in(name, format, &table)?;
    }
    messages(table.rows())
}

fn rows_in(name: &str, format: Format, table: &Table) -> Result<(), String> {
    let write = |row, out: &mut Vec<u8>| match format {
        Format::Text => table.write_text(row, out),
        Format::Binary => table.write_binary(row, out),
    };
    let mut all = Vec::new();
    (0..table.rows()).for_each(|row| write(row, &mut all));
    let mut ours = Vec::with_capacity(all.len());
    encode(format, table, |chunk| ours.extend_from_slice(chunk)).map_err(|e| e.to_string())?;
    if ours != all {
        return Err(format!("our rows and those of the ceiling are not the same in {name}"));
    }
    drop(ours);
    let none = || ();
    let copied = measured(&format!("memcpy, {name}"), table.rows(), none, |()| {
        let mut out = Vec::with_capacity(CHUNK);
        for chunk in all.chunks(CHUNK) {
            out.clear();
            out.extend_from_slice(chunk);
            black_box(&out[..]);
        }
        Ok::<_, String>(())
    });
    copied?;
    let ceiling = measured(&format!("ceiling, {name}"), table.rows(), none, |()| {
        let mut out = Vec::with_capacity(CHUNK + 4096);
        for row in 0..table.rows() {
            write(row, &mut out);
            if out.len() >= CHUNK {
                black_box(&out[..]);
                out.clear();
            }
        }
        Ok::<_, String>(())
    });
    ceiling?;
    measured(&format!("encode a row, {name}"), table.rows(), none, |()| {
        encode(format, table, |chunk| {
            black_box(chunk);
        })
    })
    .map_err(|error| error.to_string())
}

/// All rows, as an engine writes them.
fn encode(format: Format, table: &Table, mut send: impl FnMut(&[u8])) -> Result<(), PgError> {
    let columns = bench_rows::COLUMNS.map(|(name, oid, _)| Column::new(name, Oid(oid)));
    let (formats, style) = (Formats::All(format), TextStyle::default());
    let mut out = Vec::with_capacity(CHUNK + 4096);
    let mut next = 0;
    while next < table.rows() {
        out.clear();
        let mut rows = RowBuf::new(&mut out, &columns, &formats, &style).full_at(CHUNK);
        while next < table.rows() && !rows.is_full() {
            rows.row(|row| {
                row.int8(table.id[next]);
                row.float8(table.val[next]);
                row.text(table.name(next));
                row.timestamp(table.ts[next]);
                row.bool(table.flag[next]);
                Ok(())
            })?;
            next += 1;
        }
        send(&out);
    }
    Ok(())
}

fn messages(count: usize) -> Result<(), String> {
    let mix = bench_rows::mix::messages(count);
    decoded("decode a frontend message", count, || &mix[..])?;
    decoded("decode one that owns its bytes", count, || BytesMut::from(&mix[..]))?;
    let prepare = || connected().map(|server| (server, &mix[..]));
    measured("receive one and answer it", count, prepare, |prepared| {
        let (mut server, mut input) = prepared?;
        let mut out = Vec::with_capacity(CHUNK + 4096);
        let mut received = 0;
        while let Some(event) = server.receive(&mut input).map_err(|error| error.to_string())? {
            let answered = match &event {
                Event::Parse(_) => server.send(&ParseComplete, &mut out),
                Event::Bind(_) => server.send(&BindComplete, &mut out),
                Event::Describe(_) => server.send(&NoData, &mut out),
                Event::Execute(_) => server.send(&CommandComplete { tag: "SELECT 0" }, &mut out),
                _ => server.ready(TransactionStatus::Idle, &mut out),
            };
            answered.map_err(|error| error.to_string())?;
            black_box(event);
            received += 1;
            if out.len() >= CHUNK {
                out.clear();
            }
        }
        assert_eq!(received, count, "all messages are whole");
        Ok::<_, String>(())
    })
}

/// Reads all messages, in whatever way they hold their bytes.
fn decoded<I: Input>(name: &str, count: usize, prepare: impl FnMut() -> I) -> Result<(), String> {
    measured(name, count, prepare, |mut input| {
        let mut decoded = 0;
        while let Some(head) = frame::peek(input.as_ref()) {
            let tag = FrontendTag(head.tag);
            let limit = Limits::default().frontend(tag).unwrap_or_default();
            let length = head.frame_length(limit)?;
            let Some(body) = frame::split(&mut input, length) else { break };
            black_box(AnyFrontend::decode(tag, body)?);
            decoded += 1;
        }
        assert_eq!(decoded, count, "all messages are whole");
        Ok::<_, PeerError>(())
    })
    .map_err(|error| error.to_string())
}

/// The server's side of a connection whose client has been believed.
fn connected() -> Result<backend::Connection, String> {
    let mut said = Vec::new();
    let startup = StartupMessage { version: ProtocolVersion::V3_0, parameters: [("user", "ann")] };
    startup.encode(&mut said).map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    let begun = Startup::new(&Limits::default(), Channel::Tcp);
    match begun.step(&mut BytesMut::from(&said[..]), &mut answer) {
        Ok(Step::Login(client)) => {
            let settings: [(&str, &str); 0] = [];
            let ready = client.trust(&mut answer);
            ready.finish(settings, 1, b"key!", &mut answer).map_err(|error| error.to_string())
        }
        _ => Err("a startup that is not understood".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_are_measured_like_many() {
        assert_eq!(run(&["1000"]), Ok(()));
        assert!(run(&["many"]).is_err() && run(&["1", "2"]).is_err());
    }
}
