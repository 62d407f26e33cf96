//! Asks a session of the catalogs, and compares with what a real PostgreSQL 18 answered.

use std::collections::HashMap;
use std::future::poll_fn;
use std::task::Poll;

use trunkline_core::{
    Columns, Format, Formats, Oid, Params, PgError, Progress, Reply, RowBuf, Run, Session,
};

pub(crate) type Cells = Vec<Option<String>>;

/// Columns and rows of a query, as text.
pub(crate) async fn ask<S: Session>(
    session: &mut S,
    sql: &str,
) -> Result<(Vec<(String, Oid)>, Vec<Cells>), PgError> {
    let prepared = session.prepare(sql, &[]).await?;
    let Columns::Known(columns) = &prepared.columns else { panic!("columns are known") };
    let run = Run::new(Params::default(), Default::default());
    let Reply::Rows(mut rows) = session.execute(&prepared.statement, run).await? else {
        panic!("rows")
    };
    let mut out = Vec::new();
    let (formats, style) = (Formats::All(Format::Text), Default::default());
    poll_fn(|cx| {
        loop {
            let mut buffer = RowBuf::new(&mut out, columns, &formats, &style);
            match rows.poll_fill(cx, &mut buffer) {
                Poll::Ready(Ok(Progress::More)) => {}
                Poll::Ready(Ok(Progress::End(_))) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await?;
    let columns: Vec<_> =
        columns.iter().map(|column| (column.name.to_string(), column.type_oid)).collect();
    Ok((columns, read(&out)))
}

/// DataRow messages.
fn read(mut bytes: &[u8]) -> Vec<Cells> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let count = u16::from_be_bytes([bytes[5], bytes[6]]);
        bytes = &bytes[7..];
        let mut row = Vec::new();
        for _ in 0..count {
            let length = i32::from_be_bytes(bytes[..4].try_into().expect("four bytes"));
            bytes = &bytes[4..];
            row.push(usize::try_from(length).ok().map(|length| {
                let cell = String::from_utf8(bytes[..length].to_vec()).expect("UTF-8");
                bytes = &bytes[length..];
                cell
            }));
        }
        rows.push(row);
    }
    rows
}

/// Asks every query of a file of answers, and tells the answers that differ.
pub(crate) async fn differences<S: Session>(session: &mut S, answers: &str) -> Vec<String> {
    let names = include_str!("../golden/names.sql");
    let (_, names) = ask(session, names).await.expect("names");
    let names: HashMap<String, String> = names
        .into_iter()
        .map(|row| (row[0].clone().expect("a number"), row[1].clone().expect("a name")))
        .collect();
    let mut wrong = Vec::new();
    for part in format!("\n{answers}").split("\n? ").skip(1) {
        let end = part.find("\n= ").into_iter().chain(part.find("\n! ")).min().expect("an answer");
        let (query, expected) = (&part[..end], &part[end + 1..]);
        let answer = match ask(session, query).await {
            Ok((columns, rows)) => shown(&columns, &rows, &names),
            Err(error) => {
                let place = error.get(b'P').unwrap_or_default();
                format!("! {}\t{}\t{place}", error.sqlstate(), error.message())
            }
        };
        if answer.trim_end() != expected.trim_end() {
            wrong.push(format!("{query}\n--- PostgreSQL\n{expected}\n--- here\n{answer}\n"));
        }
    }
    wrong
}

fn shown(columns: &[(String, Oid)], rows: &[Cells], names: &HashMap<String, String>) -> String {
    let head: Vec<String> = columns.iter().map(|(name, oid)| format!("{name}:{}", oid.0)).collect();
    let mut lines = vec![format!("= {}", head.join("\t"))];
    for row in rows {
        let cells = row.iter().zip(columns).map(|(cell, (_, oid))| match cell {
            None => "\\N".to_owned(),
            Some(cell) => match names.get(cell).filter(|_| *oid == Oid::OID) {
                Some(name) => name.clone(),
                None => cell.replace('\n', "\\n"),
            },
        });
        lines.push(format!("  {}", cells.collect::<Vec<_>>().join("\t")));
    }
    lines.join("\n")
}
