//! Handlers that panic, often.

use std::panic::resume_unwind;

use trunkline::{Oid, Query as Question, Result, RowSet, Rows, Server, query_fn};
use trunkline_proto::message::Query;

use crate::dialogue::Dialogue;
use crate::toy::start_server;

async fn answer(question: Question) -> Result<RowSet> {
    if question.sql() == "panic" {
        // As `panic!`, but without a word to the standard error for each.
        resume_unwind(Box::new("the handler panics"));
    }
    Ok(Rows::new([("said", Oid::TEXT)]).row((question.sql().to_owned(),)))
}

/// One of ten queries panics: exactly those end their connections, the others are answered.
#[test]
fn t12_panics_of_a_handler_end_their_connections_only() {
    const CLIENTS: usize = 10;
    let server = start_server(Server::builder(query_fn(answer)).build());
    let clients = (0..CLIENTS).map(|client| {
        let address = server.address;
        std::thread::spawn(move || {
            let (mut panicked, mut answered) = (0, 0);
            let mut dialogue = Dialogue::login(address);
            for query in 0..100 {
                if query % CLIENTS == client {
                    let heard = dialogue.say(&Query { sql: "panic" }).hear_out();
                    assert_eq!(heard, "E(FATAL XX000)");
                    panicked += 1;
                    dialogue = Dialogue::login(address);
                    continue;
                }
                let sql = format!("{client}/{query}");
                let heard = dialogue.say(&Query { sql: sql.as_str() }).hear_until('Z');
                assert_eq!(heard, format!("T(said:25:0) D({sql}) C(SELECT 1) Z(I)"));
                answered += 1;
            }
            (panicked, answered)
        })
    });
    let clients: Vec<_> = clients.collect();
    let counts = clients.into_iter().map(|client| client.join().expect("all is as expected"));
    let total = counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    assert_eq!(total, (100, 900));
}
