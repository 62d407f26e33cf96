//! The promises, one function each.

use std::sync::Arc;

use trunkline_proto::types::{IsNull, TextStyle, ToPg, Value};
use trunkline_proto::{Format, Oid, SqlState};
use trunkline_sql::statement::TransactionModes;

use super::asking::{Asking, Failed};
use super::table::Table;
use super::{BrokenPromise, Expectations};
use crate::client::Client;
use crate::column::Columns;
use crate::engine::{Engine, Session};
use crate::prepared::{Formats, Params, Run};
use crate::reply::Reply;
use crate::settings::Settings;

type Kept = Result<(), BrokenPromise>;

/// A session under test, and the rows that its first query must always give.
struct Bench<'e, S> {
    session: S,
    style: Arc<TextStyle>,
    expectations: &'e Expectations<'e>,
    expected: Vec<Vec<Option<Vec<u8>>>>,
}

pub(super) async fn check<E: Engine>(engine: &E, expectations: &Expectations<'_>) -> Kept {
    let client = Client::new(expectations.identity.clone(), Settings::default());
    let style = client.style();
    let session = engine.open(client).await.map_err(|error| BrokenPromise {
        promise: "a session opens",
        statement: expectations.identity.database.clone(),
        why: error.to_string(),
    })?;
    let mut bench = Bench { session, style, expectations, expected: Vec::new() };
    bench.describes_what_it_returns().await?;
    bench.pauses().await?;
    bench.interleaves().await?;
    bench.stops().await?;
    bench.refuses().await?;
    bench.returns_nothing().await?;
    bench.takes_a_parameter().await?;
    bench.stops_what_never_ends().await?;
    bench.ends_transactions().await
}

impl<'e, S: Session> Bench<'e, S> {
    fn ask<'a>(&'a mut self, promise: &'static str, sql: &'a str) -> Asking<'a, S> {
        Asking { session: &mut self.session, style: &self.style, promise, sql }
    }

    fn rows<'a>(&'a mut self, promise: &'static str) -> Asking<'a, S>
    where
        'e: 'a,
    {
        let sql = self.expectations.rows;
        self.ask(promise, sql)
    }

    async fn describes_what_it_returns(&mut self) -> Kept {
        let mut ask = self.rows("a statement returns what it announces, in both formats");
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        let mut tables = Vec::new();
        for format in [Format::Text, Format::Binary] {
            let table = ask.table(&prepared, Params::default(), format).await;
            tables.push(ask.must(table)?);
        }
        let printed = same_values(&ask, &tables)?;
        if printed < 3 {
            return Err(ask.broken(format!("it returns {printed} rows, and three are needed")));
        }
        let again = ask.prepare(&[]).await;
        let again = ask.must(again)?;
        if let (Columns::Known(one), Columns::Known(other)) = (&prepared.columns, &again.columns) {
            ask.same_shape(one, other)?;
        }
        self.expected = tables.swap_remove(0).rows;
        Ok(())
    }

    async fn pauses(&mut self) -> Kept {
        let expected = self.expected.clone();
        let mut ask = self.rows("rows taken a few at a time are the rows taken at once");
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        for limit in [1, 2] {
            let reading = ask.start(&prepared, Params::default(), Format::Text).await;
            let mut reading = ask.must(reading)?;
            loop {
                let more = ask.read(&mut reading, limit).await;
                if !ask.must(more)? {
                    break;
                }
            }
            same_rows(&ask, &expected, &reading.table)?;
        }
        Ok(())
    }

    async fn interleaves(&mut self) -> Kept {
        let expected = self.expected.clone();
        let mut ask = self.rows("two suspended results do not disturb each other");
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        let one = ask.start(&prepared, Params::default(), Format::Text).await;
        let mut one = ask.must(one)?;
        let more = ask.read(&mut one, 1).await;
        ask.must(more)?;
        let other = ask.start(&prepared, Params::default(), Format::Text).await;
        let mut other = ask.must(other)?;
        let (mut more_of_one, mut more_of_other) = (true, true);
        while more_of_one || more_of_other {
            let more = ask.read(&mut other, 1).await;
            more_of_other = ask.must(more)?;
            let more = ask.read(&mut one, 1).await;
            more_of_one = ask.must(more)?;
        }
        same_rows(&ask, &expected, &one.table)?;
        same_rows(&ask, &expected, &other.table)
    }

    async fn stops(&mut self) -> Kept {
        let promise = "a session is usable after a statement was dropped";
        let mut ask = self.rows(promise);
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        let reading = ask.start(&prepared, Params::default(), Format::Text).await;
        let mut reading = ask.must(reading)?;
        let more = ask.read(&mut reading, 1).await;
        ask.must(more)?;
        drop(reading);
        ask.session.settle().await;
        ask.drop_early(&prepared).await;
        self.is_usable(promise).await
    }

    async fn refuses(&mut self) -> Kept {
        let promise = "a broken statement is refused with a code, and the session goes on";
        let sql = self.expectations.broken;
        let mut ask = self.ask(promise, sql);
        for _ in 0..2 {
            let outcome = match ask.prepare(&[]).await {
                Ok(prepared) => match ask.table(&prepared, Params::default(), Format::Text).await {
                    Ok(_) => return Err(ask.broken("it is not refused")),
                    Err(failed) => failed,
                },
                Err(failed) => failed,
            };
            let error = match outcome {
                Failed::Refused(error) => error,
                Failed::Broken(broken) => return Err(broken),
            };
            // Success, a warning, or "no data" are no reason; "internal error" is no answer.
            let class = error.sqlstate().as_str().get(..2).unwrap_or_default().to_owned();
            if matches!(class.as_str(), "00" | "01" | "02") || error.is_fatal() {
                return Err(ask.broken(format!("no error for a statement to end with: {error}")));
            }
            if error.sqlstate() == SqlState::INTERNAL_ERROR {
                return Err(ask.broken(format!("it is the statement that is wrong: {error}")));
            }
            if error.message().is_empty() {
                return Err(ask.broken("the error has no message"));
            }
        }
        self.is_usable(promise).await
    }

    async fn returns_nothing(&mut self) -> Kept {
        let Some(sql) = self.expectations.empty else { return Ok(()) };
        let mut ask = self.ask("a result without rows has its columns all the same", sql);
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        let table = ask.table(&prepared, Params::default(), Format::Text).await;
        let table = ask.must(table)?;
        match table.rows.len() {
            0 => Ok(()),
            count => Err(ask.broken(format!("it returns {count} rows, and none is expected"))),
        }
    }

    async fn takes_a_parameter(&mut self) -> Kept {
        let Some((sql, value)) = self.expectations.parameter else { return Ok(()) };
        let mut ask = self.ask("a parameter is taken in both formats, and as NULL", sql);
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        let [oid] = *prepared.parameters else {
            return Err(ask.broken(format!("its parameters are {:?}", prepared.parameters)));
        };
        // The client declares the type, as it may: it will send that type's bytes.
        let declared = ask.prepare(&[oid]).await;
        let declared = ask.must(declared)?;
        if *declared.parameters != [oid] {
            let types = &declared.parameters;
            return Err(ask.broken(format!("declared as {oid}, its parameter becomes {types:?}")));
        }
        if let Columns::AfterBind = prepared.columns {
            let run = Run::new(Params::unbound(prepared.parameters.clone()), ask.style.clone());
            let described = ask.session.execute(&prepared.statement, run).await;
            let described = ask.must(described.map_err(Failed::Refused))?;
            let params = bound(oid, Format::Text, Some(value)).map_err(|why| ask.broken(why))?;
            let running = ask.start(&prepared, params, Format::Text).await;
            let running = ask.must(running)?;
            let Reply::Rows(described) = described else {
                return Err(ask.broken("without a value it returns no rows"));
            };
            ask.same_shape(described.columns(), &running.table.columns)?;
        }
        let binary = in_binary(oid, value, ask.style).map_err(|why| ask.broken(why))?;
        let mut tables = Vec::new();
        for (format, value) in [(Format::Text, value), (Format::Binary, binary.as_slice())] {
            let params = bound(oid, format, Some(value)).map_err(|why| ask.broken(why))?;
            let table = ask.table(&declared, params, format).await;
            tables.push(ask.must(table)?);
        }
        if same_values(&ask, &tables)? == 0 {
            return Err(ask.broken("it returns no rows"));
        }
        for format in [Format::Text, Format::Binary] {
            let params = bound(oid, format, None).map_err(|why| ask.broken(why))?;
            match ask.table(&prepared, params, format).await {
                // NOT NULL is a reason.
                Ok(_) | Err(Failed::Refused(_)) => {}
                Err(Failed::Broken(broken)) => return Err(broken),
            }
        }
        self.is_usable("a session is usable after a NULL").await
    }

    async fn stops_what_never_ends(&mut self) -> Kept {
        let Some(sql) = self.expectations.endless else { return Ok(()) };
        let promise = "a statement that never ends stops when it is dropped";
        let mut ask = self.ask(promise, sql);
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        ask.drop_early(&prepared).await;
        let reading = ask.start(&prepared, Params::default(), Format::Text).await;
        let mut reading = ask.must(reading)?;
        let more = ask.read_by(&mut reading, 1000, CHUNK).await;
        if !ask.must(more)? {
            return Err(ask.broken("it ends before a thousand rows"));
        }
        drop(reading);
        ask.session.settle().await;
        self.is_usable(promise).await
    }

    async fn ends_transactions(&mut self) -> Kept {
        let promise = "a session is usable in a transaction block and after it";
        for commits in [true, false] {
            let began = self.session.begin(TransactionModes::default()).await;
            self.rows(promise).must(began.map_err(Failed::Refused))?;
            self.is_usable(promise).await?;
            let ended = match commits {
                true => self.session.commit().await,
                false => self.session.rollback().await,
            };
            self.rows(promise).must(ended.map_err(Failed::Refused))?;
            self.is_usable(promise).await?;
        }
        Ok(())
    }

    /// Whether the session still gives the rows it gave first.
    async fn is_usable(&mut self, promise: &'static str) -> Kept {
        let expected = self.expected.clone();
        let mut ask = self.rows(promise);
        let prepared = ask.prepare(&[]).await;
        let prepared = ask.must(prepared)?;
        let table = ask.table(&prepared, Params::default(), Format::Text).await;
        same_rows(&ask, &expected, &ask.must(table)?)
    }
}

/// The length at which the server sends what there is.
const CHUNK: usize = 16 * 1024;

fn bound(oid: Oid, format: Format, value: Option<&[u8]>) -> Result<Params, String> {
    let bound = Params::bind(Arc::from([oid]), std::iter::once((format, value)));
    bound.map_err(|error| error.to_string())
}

fn in_binary(oid: Oid, text: &[u8], style: &TextStyle) -> Result<Vec<u8>, String> {
    let mut binary = Vec::new();
    let value = Value::decode(oid, Format::Text, text, style);
    match value.and_then(|value| value.encode(oid, Format::Binary, style, &mut binary)) {
        Ok(IsNull::No) => Ok(binary),
        Ok(IsNull::Yes) => Err("its parameter became NULL".to_owned()),
        Err(error) => Err(format!("its value is none of type {oid}: {}", error.message())),
    }
}

/// Whether a result in text and the same in binary have the same values; the number of rows.
fn same_values<S: Session>(ask: &Asking<'_, S>, tables: &[Table]) -> Result<usize, BrokenPromise> {
    let mut before = None;
    for (table, format) in tables.iter().zip([Format::Text, Format::Binary]) {
        let printed = table.printed(&Formats::All(format), ask.style);
        let printed = printed.map_err(|why| ask.broken(why))?;
        match &before {
            Some(before) if *before != printed => {
                return Err(ask.broken(format!("{before:?} in text is {printed:?} in binary")));
            }
            _ => before = Some(printed),
        }
    }
    Ok(before.map_or(0, |rows| rows.len()))
}

fn same_rows<S: Session>(
    ask: &Asking<'_, S>,
    expected: &[Vec<Option<Vec<u8>>>],
    table: &Table,
) -> Kept {
    if table.rows == expected {
        return Ok(());
    }
    let (came, first) = (table.rows.len(), expected.len());
    Err(ask.broken(format!("{came} rows came that are not the {first} rows of the first time")))
}
