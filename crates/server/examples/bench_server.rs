//! The server that is measured: `select 1`, and a million rows of five columns, or the first 1000.
//!
//!     bench_server --port 5433 [--tls server.crt server.key] [--scram]
//!
//! With `--scram` the user is `bench_scram`, the password `secret`.

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};

use trunkline::{
    Auth, Client, Column, Columns, CommandTag, Engine, Limits, Listener, Oid, PgError, Prepared,
    Progress, Reply, Result, RowBuf, RowSource, Rows, Run, Server, Session, SqlState, Tls, Users,
};

const ROWS: usize = 1_000_000;

/// A table in memory, by column.
struct Table {
    id: Vec<i64>,
    val: Vec<f64>,
    name: Vec<String>,
    ts: Vec<i64>,
    flag: Vec<bool>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let ids = 0..i64::try_from(ROWS).unwrap_or(i64::MAX);
    Table {
        id: ids.clone().collect(),
        val: (0..u32::try_from(ROWS).unwrap_or(0)).map(|i| f64::from(i) * 0.37 + 0.5).collect(),
        name: ids.clone().map(|i| format!("row-{i:016}")).collect(),
        // From 2024-01-01 on, in microseconds since 2000-01-01.
        ts: ids.clone().map(|i| 757_382_400_000_000 + i * 1_000_123).collect(),
        flag: ids.map(|i| i % 2 == 0).collect(),
    }
});

static ONE: LazyLock<Arc<[Column]>> =
    LazyLock::new(|| Arc::new([Column::new("?column?", Oid::INT4)]));

static MANY: LazyLock<Arc<[Column]>> = LazyLock::new(|| {
    Arc::new([
        Column::new("id", Oid::INT8),
        Column::new("val", Oid::FLOAT8),
        Column::new("name", Oid::TEXT),
        Column::new("ts", Oid::TIMESTAMP),
        Column::new("flag", Oid::BOOL),
    ])
});

struct Bench;

/// Which result: one number, or so many rows of the table.
#[derive(Clone, Copy)]
enum Answer {
    One,
    Many(usize),
}

impl Engine for Bench {
    type Session = Bench;

    async fn open(&self, _: Client) -> Result<Bench> {
        Ok(Bench)
    }
}

impl Session for Bench {
    type Statement = Answer;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<Answer>> {
        let (answer, columns) = if sql.eq_ignore_ascii_case("select 1") {
            (Answer::One, &*ONE)
        } else if sql.eq_ignore_ascii_case("select * from rows") {
            (Answer::Many(ROWS), &*MANY)
        } else if sql.eq_ignore_ascii_case("select * from rows limit 1000") {
            (Answer::Many(1000), &*MANY)
        } else {
            return Err(PgError::new(
                SqlState::SYNTAX_ERROR,
                "try: select 1, select * from rows [limit 1000]",
            ));
        };
        Ok(Prepared::new(answer, Columns::Known(columns.clone())))
    }

    async fn execute(&mut self, answer: &Answer, _: Run) -> Result<Reply> {
        Ok(Reply::Rows(match answer {
            Answer::One => Rows::from_source(ONE.clone(), JustOne),
            Answer::Many(rows) => Rows::from_source(MANY.clone(), Scan { next: 0, end: *rows }),
        }))
    }
}

struct JustOne;

impl RowSource for JustOne {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        rows.row(|row| {
            row.int4(1);
            Ok(())
        })?;
        Poll::Ready(Ok(Progress::End(CommandTag::select())))
    }
}

/// A scan of the table from a row to before another.
struct Scan {
    next: usize,
    end: usize,
}

impl RowSource for Scan {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        let table = &*TABLE;
        while !rows.is_full() {
            if self.next == self.end {
                return Poll::Ready(Ok(Progress::End(CommandTag::select())));
            }
            let at = self.next;
            rows.row(|row| {
                row.int8(table.id[at]);
                row.float8(table.val[at]);
                row.text(&table.name[at]);
                row.timestamp(table.ts[at]);
                row.bool(table.flag[at]);
                Ok(())
            })?;
            self.next += 1;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut limits = Limits::default();
    limits.connections = 20_000;
    limits.logins = 20_000;
    let (mut port, mut server) = (5433, Server::builder(Bench).limits(limits));
    let mut words = std::env::args().skip(1);
    let value = |words: &mut dyn Iterator<Item = String>, of: &str| {
        words.next().ok_or_else(|| format!("{of} needs a value"))
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--port" => port = value(&mut words, "--port")?.parse()?,
            "--tls" => {
                let certificate = value(&mut words, "--tls")?;
                let key = value(&mut words, "--tls")?;
                server = server.tls(Tls::from_pem_files(certificate, key)?);
            }
            "--scram" => {
                let users = Users::new()?.password("bench_scram", "secret")?;
                server = server.auth(Auth::scram(users));
            }
            _ => return Err(format!("unknown flag {word}").into()),
        }
    }
    LazyLock::force(&TABLE);
    let listener = Listener::tcp(([127, 0, 0, 1], port).into()).await?;
    if let Some(address) = listener.local_address() {
        println!("listening on {address}");
    }
    server.build().serve(listener).await?;
    Ok(())
}
