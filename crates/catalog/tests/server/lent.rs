//! Statements that name relations of the catalogs and of an engine that knows nothing of the catalogs.

use trunkline::{Columns, PgError, SqlState};
use trunkline_catalog::Catalog;
use trunkline_core::{Description, Oid, Query, Result, RowSet, Rows, statement_fn};

use super::dialogue::Dialogue;
use super::{ask, refused, start_with};

/// Knows a table `own`, and a catalog `pg_inherits` of its own.
fn describe(sql: &str) -> Result<Description> {
    let known = ["own", "pg_inherits", "FROM", "SELECT", "1"];
    let unknown = sql.split([' ', ',']).find(|word| !word.is_empty() && !known.contains(word));
    match unknown {
        Some(name) => {
            let message = format!("relation \"{name}\" does not exist");
            Err(PgError::new(SqlState::UNDEFINED_TABLE, message))
        }
        None => Ok(Description {
            parameters: Vec::new(),
            columns: Columns::Known([("one", Oid::INT4).into()].into()),
        }),
    }
}

async fn answer(_: Query) -> Result<RowSet> {
    Ok(Rows::new([("one", Oid::INT4)]).row((1,)))
}

#[test]
fn an_engine_that_borrows_nothing_says_what_cannot_be() {
    let server = start_with(Catalog::new(statement_fn(describe, answer)));
    let mut client = Dialogue::login(server.address);
    let rows = "T(one:23:0) D(1) C(SELECT 1) Z(I)";
    assert_eq!(ask(&mut client, "SELECT 1 FROM own"), rows);
    let refusal = refused(&mut client, "SELECT 1 FROM own, pg_class, pg_catalog.pg_type", *b"CMH");
    let both = "a statement cannot use both relations of the catalogs and of the engine";
    let hint = "Ask for pg_class, pg_catalog.pg_type in a statement of its own.";
    assert_eq!(refusal, ["0A000", both, hint]);
    // What it knows itself it may answer, and what it lacks of its own it says.
    assert_eq!(ask(&mut client, "SELECT 1 FROM own, pg_inherits"), rows);
    let [state, message] = refused(&mut client, "SELECT 1 FROM nosuch, pg_inherits", *b"CM");
    assert_eq!((&*state, &*message), ("42P01", "relation \"nosuch\" does not exist"));
    let [state, message] = refused(&mut client, "INSERT INTO pg_class SELECT 1 FROM own", *b"CM");
    assert_eq!((&*state, &*message), ("42501", "permission denied for table pg_class"));
}
