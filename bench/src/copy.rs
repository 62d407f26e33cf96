//! COPY into a table and out of it again, in csv and in binary, as a client of any server sees it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use trunkline_proto::frontend::Event;
use trunkline_proto::message::{CopyData, CopyDone, Encode, Query};

use crate::client::{Client, Fault, Target};

/// So many rows, of some 70 bytes.
const ROWS: u32 = 500_000;
/// So many of them go in one message.
const TOGETHER: u32 = 500;

const TABLE: &str = "\
    drop table if exists copied; \
    create table copied (id bigint, val double precision, name text, ts timestamp, flag boolean)";

/// From 2024-01-01 on, in microseconds since 2000-01-01.
const START: i64 = 757_382_400_000_000;

/// `PORT USER DATABASE`: prints what was seen as JSON.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let [port, user, database] = words else { return Err("copy PORT USER DATABASE".into()) };
    let port: u16 = port.parse().map_err(|_| format!("{port} is no port"))?;
    let mut target = Target::new(([127, 0, 0, 1], port).into());
    (target.user, target.database) = (user.to_string(), database.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    println!("{}", runtime.block_on(measure(&target))?);
    Ok(())
}

async fn measure(target: &Target) -> Result<String, Fault> {
    let mut told = String::from("{");
    for (format, data) in [("csv", csv()), ("binary", binary())] {
        let mut client = Client::login(target).await?;
        client.ask(TABLE).await?;
        let bytes: usize = data.iter().map(Vec::len).sum();
        let sql = format!("copy copied from stdin (format {format})");
        let into = copy_in(&mut client, &sql, &data).await?;
        let sql = format!("copy copied to stdout (format {format})");
        let (sent, out) = copy_out(client, &sql).await?;
        for (name, bytes, took) in [("in", bytes, into), ("out", sent, out)] {
            let rate = bytes as f64 / 1e6 / took.as_secs_f64();
            let comma = if told.len() > 1 { "," } else { "" };
            let _ = write!(told, "{comma}\"{format}_{name}\":{rate}");
        }
    }
    Ok(told + "}")
}

/// Sends data as the rows of a COPY; how long it took until they were stored.
async fn copy_in(client: &mut Client, sql: &str, data: &[Vec<u8>]) -> Result<Duration, Fault> {
    let begun = Instant::now();
    client.say(&Query { sql })?.send().await?;
    loop {
        match client.next().await? {
            Event::CopyIn(_) => break,
            Event::Error(error) => return Err(Fault::Broken(format!("{error:?}"))),
            _ => {}
        }
    }
    for data in data {
        client.say(&CopyData { data: &data[..] })?.send().await?;
    }
    client.say(&CopyDone)?.send().await?;
    client.answer().await?;
    Ok(begun.elapsed())
}

/// Reads the rows of a COPY to their end, and looks at none of them; how many bytes they were.
async fn copy_out(client: Client, sql: &str) -> Result<(usize, Duration), Fault> {
    let mut wire = client.into_wire();
    let mut query = Vec::new();
    Query { sql }.encode(&mut query)?;
    let begun = Instant::now();
    wire.write_all(&query).await?;
    wire.flush().await?;
    let (mut bytes, mut chunk) = (0, vec![0; 256 * 1024]);
    loop {
        let got = wire.read(&mut chunk).await?;
        bytes += got;
        if got == 0 {
            return Err(Fault::Closed);
        }
        if chunk[..got].ends_with(b"Z\0\0\0\x05I") {
            return Ok((bytes, begun.elapsed()));
        }
    }
}

/// Messages of rows, each made by a function.
fn messages(mut row: impl FnMut(&mut Vec<u8>, i64)) -> Vec<Vec<u8>> {
    let numbers = (0..ROWS / TOGETHER).map(|batch| batch * TOGETHER..(batch + 1) * TOGETHER);
    numbers
        .map(|numbers| {
            let mut data = Vec::new();
            numbers.for_each(|number| row(&mut data, number.into()));
            data
        })
        .collect()
}

fn value(id: i64) -> f64 {
    id as f64 * 0.37 + 0.5
}

fn csv() -> Vec<Vec<u8>> {
    messages(|out, id| {
        let (second, minute, hour) = (id % 60, id / 60 % 60, id / 3600 % 24);
        let flag = if id % 2 == 0 { 't' } else { 'f' };
        let line = format!(
            "{id},{},row-{id:016},2024-01-{:02} {hour:02}:{minute:02}:{second:02},{flag}\n",
            value(id),
            id / 86_400 % 28 + 1
        );
        out.extend_from_slice(line.as_bytes());
    })
}

fn binary() -> Vec<Vec<u8>> {
    let mut data = messages(|out, id| {
        let name = format!("row-{id:016}");
        let fields: [&[u8]; 5] = [
            &id.to_be_bytes(),
            &value(id).to_be_bytes(),
            name.as_bytes(),
            &(START + id * 1_000_000).to_be_bytes(),
            &[u8::from(id % 2 == 0)],
        ];
        out.extend_from_slice(&5_i16.to_be_bytes());
        for field in fields {
            out.extend_from_slice(&(field.len() as u32).to_be_bytes());
            out.extend_from_slice(field);
        }
    });
    data.insert(0, b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec());
    data.push(vec![0xff, 0xff]);
    data
}
