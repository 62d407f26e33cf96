//! What every engine promises, the catalogs keep.

use trunkline_catalog::Catalog;
use trunkline_core::testkit::{Expectations, block_on, check};
use trunkline_core::{Oid, PgError, Query, Result, RowSet, Rows, SqlState, query_fn};

use crate::fixture::Fixture;

async fn answer(query: Query) -> Result<RowSet> {
    match query.sql() {
        "three" => Ok(Rows::new([("id", Oid::INT4)]).rows([(1,), (2,), (3,)])),
        _ => Err(PgError::new(SqlState::SYNTAX_ERROR, "syntax error")),
    }
}

/// A query of the catalogs that does not end there is not: each has a budget.
#[test]
fn the_catalogs_keep_promises() {
    let rows = "SELECT oid, typname, typlen, typbyval, typacl, typelem::regtype, typoutput, \
                ARRAY[typname, 'x'], oid::int8 * 2 FROM pg_type ORDER BY oid LIMIT 300";
    let expectations = Expectations::new(rows, "SELECT nope FROM pg_class")
        .empty("SELECT relname, oid FROM pg_class WHERE relname = 'nope'")
        .parameter("SELECT relname, relnatts FROM pg_class WHERE relname = $1", b"orders");
    block_on(check(&Catalog::new(Fixture::new()), &expectations)).expect("a promise");
}

/// An engine that knows nothing but its own words goes on as before.
#[test]
fn the_engine_within_keeps_its_own() {
    let expectations = Expectations::new("three", "tree");
    block_on(check(&Catalog::new(query_fn(answer)), &expectations)).expect("a promise");
}
