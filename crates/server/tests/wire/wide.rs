//! Results with more columns than a message can count.

use trunkline::types::Value;
use trunkline::{Oid, PgError, Rows, Server, query_fn};
use trunkline_proto::message::{Describe, Query, Sync, Target};

use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::toy;

/// An engine whose statements say how many columns they want.
fn start() -> toy::RunningServer<impl trunkline::Engine> {
    let engine = query_fn(async |query: trunkline::Query| {
        let columns: usize =
            query.sql().parse().map_err(|_| PgError::internal("say how many columns"))?;
        let rows = Rows::new((0..columns).map(|_| ("c", Oid::INT4)));
        Ok(rows.row(vec![Value::Null; columns]))
    });
    toy::start_server(Server::builder(engine).build())
}

#[test]
fn more_columns_than_can_be_counted_are_an_error_in_every_way_to_ask() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for columns in ["32768", "65536", "70000"] {
        client.say(&Query { sql: columns });
        assert_eq!(client.hear_until('Z'), "E(ERROR 54011) Z(I)");
        client.say(&parse("", columns)).say(&bind("", "")).say(&execute("", 0)).say(&Sync);
        assert_eq!(client.hear_until('Z'), "1 2 E(ERROR 54011) Z(I)");
        client.say(&parse("", columns)).say(&bind("", ""));
        client.say(&Describe { target: Target::Portal, name: "" }).say(&Sync);
        assert_eq!(client.hear_until('Z'), "1 2 E(ERROR 54011) Z(I)");
    }
    // The most that can be, and the connection goes on.
    client.say(&Query { sql: "32767" });
    let heard = client.hear_until('Z');
    assert!(heard.starts_with("T(c:23:0,c:23:0,") && heard.ends_with(" C(SELECT 1) Z(I)"));
    assert_eq!(heard.matches("c:23:0").count(), 32_767);
}
