//! COPY, in all directions.

use trunkline_proto::{
    Format, SqlState,
    backend::{self, TransactionStatus},
    message::{
        CommandComplete, CopyBothResponse, CopyData, CopyDone, CopyFail, CopyInResponse,
        CopyOutResponse, Encode, Flush, Query, Sync, Terminate,
    },
};

use crate::{
    harness::{Pair, names},
    queries::{EXECUTE, bind, parse},
};

const COPY_IN: CopyInResponse<[i16; 1]> = CopyInResponse { format: Format::Text, columns: [0] };

/// A Query that the server has answered by CopyInResponse, and the client has seen it.
fn copying_in() -> Pair {
    let mut pair = Pair::new();
    pair.ask(&Query { sql: "copy t from stdin" });
    pair.server_event();
    pair.answer(&COPY_IN);
    assert_eq!(names(&pair.client_events()), "CopyIn");
    pair
}

#[test]
fn data_goes_in_up_to_copy_done() {
    let mut pair = copying_in();
    pair.ask(&CopyData { data: "1\n" });
    pair.ask(&CopyData { data: "" });
    pair.ask(&CopyDone);
    let events: Vec<_> = std::iter::from_fn(|| pair.server_event()).collect();
    assert_eq!(names(&events), "CopyData CopyData CopyDone");
    pair.answer(&CommandComplete { tag: "COPY 1" });
    // The next statement of the string.
    pair.answer(&CommandComplete { tag: "SELECT 0" });
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&pair.client_events()), "CommandComplete CommandComplete Ready");
}

#[test]
fn a_client_that_gives_up_is_answered_by_an_error() {
    let mut pair = copying_in();
    pair.ask(&CopyFail { message: "no" });
    assert!(
        matches!(pair.server_event(), Some(backend::Event::CopyFail(fail)) if fail.message == "no")
    );
    pair.fail(SqlState::QUERY_CANCELED);
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&pair.client_events()), "Error Ready");
}

#[test]
fn data_after_an_error_means_nothing() {
    let mut pair = copying_in();
    pair.ask(&CopyData { data: "bad\n" });
    pair.server_event();
    pair.fail(SqlState::BAD_COPY_FILE_FORMAT);
    pair.ready(TransactionStatus::Idle);
    // The client has not seen it.
    pair.ask(&CopyData { data: "more\n" });
    pair.ask(&CopyDone);
    assert_eq!(pair.server_event(), None);
    assert!(pair.to_server.is_empty());
    // Now it has: what it still has to say is not even written.
    assert_eq!(names(&pair.client_events()), "Error Ready");
    pair.ask(&CopyData { data: "more\n" });
    assert!(pair.to_server.is_empty());
    pair.ask(&Query { sql: "" });
    assert!(matches!(pair.server_event(), Some(backend::Event::Query(_))));
}

#[test]
fn an_error_in_an_extended_copy_skips_to_the_sync() {
    let mut pair = Pair::new();
    pair.ask(&parse("copy t from stdin"));
    pair.ask(&bind());
    pair.ask(&EXECUTE);
    pair.server_event();
    pair.answer(&trunkline_proto::message::ParseComplete);
    pair.server_event();
    pair.answer(&trunkline_proto::message::BindComplete);
    pair.server_event();
    pair.answer(&COPY_IN);
    assert_eq!(names(&pair.client_events()), "ParseComplete BindComplete CopyIn");
    pair.ask(&CopyData { data: "bad\n" });
    pair.server_event();
    pair.fail(SqlState::BAD_COPY_FILE_FORMAT);
    assert!(!pair.server.owes_ready());
    pair.ask_raw(&CopyDone);
    pair.ask_raw(&EXECUTE);
    pair.ask_raw(&Sync);
    assert_eq!(pair.server_event(), Some(backend::Event::Sync));
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&[pair.client.receive(&mut pair.to_client).unwrap().unwrap()]), "Error");
}

/// PostgreSQL: an early Sync gets no ReadyForQuery.
#[test]
fn sync_and_flush_are_swallowed_by_a_copy() {
    let mut pair = copying_in();
    pair.ask_raw(&Sync);
    pair.ask_raw(&Flush);
    pair.ask(&CopyDone);
    assert_eq!(pair.server_event(), Some(backend::Event::CopyDone));
    // So our client does not send one.
    let mut pair = copying_in();
    assert!(pair.try_ask(&Sync).is_err());
    assert!(pair.to_server.is_empty());
    pair.ask(&Terminate);
}

#[test]
fn anything_else_within_a_copy_ends_the_connection() {
    let mut pair = copying_in();
    pair.ask_raw(&Query { sql: "select" });
    let error = pair.try_server_event().expect_err("a Query is no data");
    assert_eq!(error.message(), "unexpected message type 0x51 during COPY from stdin");
    assert!(!error.is_fatal());
    let mut output = Vec::new();
    pair.server.fail(&error.response(), &mut output).expect("it is owed");
    assert!(!pair.server.owes_ready());
    let length = output.len();
    // A server that treats it as any error of a Query does no harm.
    pair.server.ready(TransactionStatus::Idle, &mut output).expect("not an error");
    assert_eq!(output.len(), length);
    let error = pair.try_server_event().expect_err("the connection is lost");
    assert!(error.is_fatal());
    assert_eq!(error.message(), "terminating connection because protocol synchronization was lost");
}

/// The type alone decides; how long the message is does not matter, nor whether it is one at all.
#[test]
fn the_type_is_judged_before_the_length_within_a_copy() {
    for first in [b'Q', b'y', b'X', b'p'] {
        let mut pair = copying_in();
        pair.to_server.extend_from_slice(&[first]);
        let error = pair.try_server_event().expect_err("no data");
        let expected = format!("unexpected message type 0x{first:02X} during COPY from stdin");
        assert_eq!(error.message(), expected);
    }
}

#[test]
fn data_comes_out_up_to_copy_done() {
    let mut pair = Pair::new();
    pair.ask(&Query { sql: "copy t to stdout" });
    pair.server_event();
    assert!(!pair.server.may_send_copy_data());
    pair.answer(&CopyOutResponse { format: Format::Text, columns: [0_i16] });
    assert!(pair.server.may_send_copy_data());
    pair.answer(&CopyData { data: "1\n" });
    assert!(pair.try_answer(&CommandComplete { tag: "COPY 1" }).is_err(), "CopyDone is owed");
    pair.answer(&CopyDone);
    assert!(pair.try_answer(&CopyData { data: "2\n" }).is_err());
    pair.answer(&CommandComplete { tag: "COPY 1" });
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&pair.client_events()), "CopyOut CopyData CopyDone CommandComplete Ready");
}

#[test]
fn data_outside_of_a_copy_means_nothing() {
    let mut pair = Pair::new();
    pair.ask_raw(&CopyData { data: "1\n" });
    pair.ask_raw(&CopyDone);
    pair.ask_raw(&CopyFail { message: "no" });
    assert_eq!(pair.server_event(), None);
    assert!(pair.to_server.is_empty());
}

/// A client that sends data without waiting for CopyInResponse: PostgreSQL takes it.
#[test]
fn data_that_came_early_waits_for_the_copy() {
    let mut pair = Pair::new();
    pair.ask(&Query { sql: "copy t from stdin" });
    assert!(pair.try_ask(&CopyData { data: "1\n" }).is_err(), "our client does not do that");
    pair.ask_raw(&CopyData { data: "1\n" });
    pair.ask_raw(&CopyDone);
    pair.server_event();
    assert_eq!(pair.server_event(), None);
    pair.answer(&COPY_IN);
    let events: Vec<_> = std::iter::from_fn(|| pair.server_event()).collect();
    assert_eq!(names(&events), "CopyData CopyDone");
}

/// Taken ahead by a proxy, a Sync is swallowed all the same.
#[test]
fn a_sync_that_was_taken_ahead_of_a_copy_is_swallowed() {
    let mut pair = Pair::new();
    for message in [&parse("copy t from stdin") as &dyn Encode, &bind(), &EXECUTE, &Sync] {
        let mut output = Vec::new();
        message.encode(&mut output).expect("it can be written");
        pair.to_server.extend_from_slice(&output);
    }
    while pair.server_event().is_some() {}
    pair.answer(&trunkline_proto::message::ParseComplete);
    pair.answer(&trunkline_proto::message::BindComplete);
    pair.answer(&COPY_IN);
    pair.ask_raw(&CopyDone);
    assert_eq!(pair.server_event(), Some(backend::Event::CopyDone));
    pair.answer(&CommandComplete { tag: "COPY 0" });
    assert!(!pair.server.owes_ready());
}

#[test]
fn replication_ends_by_a_copy_done_of_both_sides() {
    for client_first in [true, false] {
        let mut pair = Pair::new();
        pair.ask(&Query { sql: "START_REPLICATION 0/0" });
        pair.server_event();
        pair.answer(&CopyBothResponse { format: Format::Text, columns: [0_i16; 0] });
        assert_eq!(names(&pair.client_events()), "CopyBoth");
        pair.answer(&CopyData { data: "k" });
        pair.ask(&CopyData { data: "r" });
        if client_first {
            pair.ask(&CopyDone);
            assert_eq!(
                names(&[pair.server_event().unwrap(), pair.server_event().unwrap()]),
                "CopyData CopyDone"
            );
            pair.answer(&CopyData { data: "the last" });
            pair.answer(&CopyDone);
        } else {
            pair.answer(&CopyDone);
            assert!(pair.try_answer(&CopyData { data: "more" }).is_err());
            assert_eq!(names(&pair.client_events()), "CopyData CopyDone");
            pair.ask(&CopyDone);
            while pair.server_event().is_some() {}
        }
        pair.answer(&CommandComplete { tag: "COPY 0" });
        pair.answer(&CommandComplete { tag: "START_REPLICATION" });
        pair.ready(TransactionStatus::Idle);
        assert!(names(&pair.client_events()).ends_with("CommandComplete CommandComplete Ready"));
    }
}
