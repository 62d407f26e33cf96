//! A table that is described before it is read: drivers learn its columns and parameters at Parse.
//!
//!     cargo run --example fixed_rows [PORT]
//!     psql "host=127.0.0.1 user=me" -c "select * from planets"
//!
//! The other statement has a parameter: `select * from planets where moons >= $1`.

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use trunkline::{Description, Oid, PgError, Query, Result, RowSet, Rows, SqlState, statement_fn};

const ALL: &str = "select * from planets";
const BY_MOONS: &str = "select * from planets where moons >= $1";

const COLUMNS: [(&str, Oid); 6] = [
    ("name", Oid::TEXT),
    ("moons", Oid::INT4),
    ("radius_km", Oid::FLOAT8),
    ("mass_kg", Oid::NUMERIC),
    ("rings", Oid::BOOL),
    ("discovered", Oid::DATE),
];

/// Text becomes what its column is; `None` is NULL.
type Planet = (&'static str, i32, f64, &'static str, bool, Option<&'static str>);

const PLANETS: [Planet; 4] = [
    ("Earth", 1, 6371.0, "5.972e24", false, None),
    ("Jupiter", 97, 69911.0, "1.898e27", true, None),
    ("Uranus", 28, 25362.0, "8.681e25", true, Some("1781-03-13")),
    ("Neptune", 16, 24622.0, "1.024e26", true, Some("1846-09-23")),
];

/// What a statement takes and gives. It does not run yet.
fn describe(sql: &str) -> Result<Description> {
    match sql {
        ALL => Ok(Description::rows(COLUMNS)),
        BY_MOONS => Ok(Description::rows(COLUMNS).parameters([Oid::INT4])),
        _ => Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, "there is only one table here")
            .hint(format!("Try: {ALL}"))),
    }
}

async fn answer(query: Query) -> Result<RowSet> {
    let least: Option<i32> = match query.params().and_then(|params| params.get(0)) {
        Some(moons) => moons.decode(&query.run().style)?,
        None => Some(0),
    };
    // Nothing compares to NULL.
    let found = PLANETS.into_iter().filter(|planet| least.is_some_and(|least| planet.1 >= least));
    Ok(Rows::new(COLUMNS).rows(found))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    trunkline::serve(listener, statement_fn(describe, answer)).await?;
    Ok(())
}
