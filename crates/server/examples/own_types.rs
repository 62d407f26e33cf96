//! Types that are not built in: an enum, its arrays, a composite type and a range of it.
//!
//!     cargo run --example own_types [PORT]
//!     psql "host=127.0.0.1 user=me" -c "moods"
//!
//! Three statements: `moods` are all there are, `visits` are rows with values of every kind, and
//! `echo $1` gives back what it gets as the type that its parameter was declared with.

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use std::ops::Bound::{Excluded, Included};

use trunkline::types::record::{Field, Record};
use trunkline::types::{Array, Range, Types, UserType, Value};
use trunkline::{Oid, PgError, Query, Result, RowSet, Rows, Server, SqlState, query_fn};

// PostgreSQL gives types of users OIDs from 16384 on. These are ours, and stay the same.
const MOOD: Oid = Oid(20_000);
const MOODS: Oid = Oid(20_001);
const PERSON: Oid = Oid(20_002);
const MOOD_RANGE: Oid = Oid(20_003);

const LABELS: [&str; 3] = ["sad", "ok", "very happy"];

fn types() -> Result<Types> {
    Ok(Types::new([
        UserType::enumeration(MOOD, "mood", LABELS).array(MOODS),
        UserType::composite(PERSON, "person", [("name", Oid::TEXT), ("born", Oid::DATE)]),
        UserType::range(MOOD_RANGE, "mood_range", MOOD),
    ])?)
}

async fn answer(query: Query) -> Result<RowSet> {
    let types = &query.run().style.types;
    match query.sql() {
        "moods" => Ok(Rows::new([("mood", MOOD)]).rows(LABELS.map(|label| (label,)))),
        "visits" => {
            let field = |oid, value: &str| Field { oid, value: value.into() };
            let person = vec![field(Oid::TEXT, "Ada, of course"), field(Oid::DATE, "1815-12-10")];
            let moods = Array::new(MOOD, vec!["ok".into(), Value::Null, "very happy".into()]);
            let (low, high) = (Included("sad".into()), Excluded("very happy".into()));
            let range = Range::of_type(MOOD_RANGE, low, high, types)?;
            let columns = [("who", PERSON), ("moods", MOODS), ("expected", MOOD_RANGE)];
            let person = Value::Record(Record::of_type(PERSON, person));
            Ok(Rows::new(columns).row(vec![person, Value::Array(moods), Value::Range(range)]))
        }
        "echo $1" => {
            let sent = query.params().and_then(|params| params.get(0));
            let (oid, value) = match sent {
                Some(sent) => (sent.type_oid, sent.decode(&query.run().style)?),
                None => (Oid::TEXT, Value::Null),
            };
            Ok(Rows::new([("echo", oid)]).row(vec![value]))
        }
        _ => Err(PgError::new(SqlState::SYNTAX_ERROR, "say moods, visits or echo $1")),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    Server::builder(query_fn(answer)).types(types()?).build().serve(listener).await?;
    Ok(())
}
