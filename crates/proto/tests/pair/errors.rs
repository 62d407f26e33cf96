//! What a client does wrong, and what becomes of it: as PostgreSQL 18 does.

use trunkline_proto::{
    SqlState,
    backend::{self, TransactionStatus},
    message::{
        CommandComplete, CopyData, Execute, Flush, NewFunctionCall, NewParse, ParseComplete, Query,
        Sync, Terminate,
    },
};

use crate::{
    harness::{Pair, names},
    queries::{EXECUTE, bind, parse},
};

fn raw(pair: &mut Pair, tag: u8, length: i32, body: &[u8]) {
    pair.to_server.extend_from_slice(&[tag]);
    pair.to_server.extend_from_slice(&length.to_be_bytes());
    pair.to_server.extend_from_slice(body);
}

#[test]
fn after_an_error_everything_is_skipped_to_the_sync() {
    let mut pair = Pair::new();
    pair.ask(&parse("bad"));
    pair.server_event();
    pair.fail(SqlState::SYNTAX_ERROR);
    assert!(!pair.server.owes_ready());
    pair.ask(&bind());
    pair.ask(&EXECUTE);
    pair.ask(&Flush);
    pair.ask_raw(&Query { sql: "select" });
    pair.ask_raw(&NewFunctionCall {
        function: trunkline_proto::Oid(1),
        argument_formats: &[],
        arguments: [None::<&str>],
        result_format: trunkline_proto::Format::Text,
    });
    pair.ask_raw(&CopyData { data: "1" });
    assert_eq!(pair.server_event(), None);
    assert!(pair.try_answer(&ParseComplete).is_err());
    pair.ask(&Sync);
    assert_eq!(pair.server_event(), Some(backend::Event::Sync));
    pair.ready(TransactionStatus::Failed);
}

/// As PostgreSQL tells of a statement that timed out while the client was awaited.
#[test]
fn a_flush_may_hear_of_an_error() {
    for ahead in [false, true] {
        let mut pair = Pair::new();
        pair.ask(&parse("good"));
        if ahead {
            pair.ask(&Flush);
        }
        pair.server_event();
        pair.answer(&ParseComplete);
        if !ahead {
            pair.ask(&Flush);
        }
        assert_eq!(pair.server_event(), Some(backend::Event::Flush));
        pair.client_events();
        assert_eq!((pair.server.owed(), pair.client.owed()), (0, 0));
        pair.fail(SqlState::QUERY_CANCELED);
        assert_eq!(pair.client_events().len(), 1);
        pair.ask(&EXECUTE);
        pair.ask(&Sync);
        assert_eq!(pair.server_event(), Some(backend::Event::Sync));
        pair.ready(TransactionStatus::Idle);
        assert_eq!((pair.client_events().len(), pair.client.owed()), (1, 0));
    }
}

#[test]
fn terminate_counts_while_skipping() {
    let mut pair = Pair::new();
    pair.ask(&parse("bad"));
    pair.server_event();
    pair.fail(SqlState::SYNTAX_ERROR);
    pair.ask_raw(&Terminate);
    assert_eq!(pair.server_event(), Some(backend::Event::Terminate));
}

#[test]
fn a_message_that_is_skipped_needs_no_memory() {
    let mut pair = Pair::new();
    pair.ask(&parse("bad"));
    pair.server_event();
    pair.fail(SqlState::SYNTAX_ERROR);
    raw(&mut pair, b'B', 1004, &[0; 10]);
    for _ in 0..99 {
        assert_eq!(pair.server_event(), None);
        assert!(pair.to_server.is_empty());
        pair.to_server.extend_from_slice(&[0; 10]);
    }
    pair.ask(&Sync);
    assert_eq!(pair.server_event(), Some(backend::Event::Sync));
}

#[test]
fn an_unknown_type_is_fatal_before_its_length_is_looked_at() {
    for skipping in [false, true] {
        for tag in [b'y', b'p', 0, 0xff] {
            let mut pair = Pair::new();
            if skipping {
                pair.ask(&parse("bad"));
                pair.server_event();
                pair.fail(SqlState::SYNTAX_ERROR);
            }
            pair.to_server.extend_from_slice(&[tag]);
            let error = pair.try_server_event().expect_err("no such type");
            assert!(error.is_fatal() && !error.is_silent());
            assert_eq!(error.sqlstate(), SqlState::PROTOCOL_VIOLATION);
            assert_eq!(error.message(), format!("invalid frontend message type {tag}"));
            assert_eq!(pair.server_event(), None, "nothing is taken any more");
        }
    }
}

#[test]
fn a_length_that_cannot_be_ends_the_connection_without_a_word() {
    let lengths = [(b'Q', 3), (b'Q', 0), (b'Q', -1), (b'Q', i32::MIN), (b'Q', 0x3fff_ffff)];
    let small = [b'D', b'C', b'E', b'H', b'S', b'X', b'c', b'f'].map(|tag| (tag, 10001));
    for (tag, length) in lengths.into_iter().chain(small) {
        let mut pair = Pair::new();
        raw(&mut pair, tag, length, b"");
        let error = pair.try_server_event().expect_err("no such length");
        assert!(error.is_fatal() && error.is_silent(), "{} {length}", char::from(tag));
    }
    let mut pair = Pair::new();
    raw(&mut pair, b'S', 10000, b"");
    assert_eq!(pair.server_event(), None, "it may be so long");
}

/// What PostgreSQL looks at before it reads on is the server's business.
#[test]
fn a_malformed_bind_is_read_as_far_as_possible() {
    let short = "insufficient data left in message";
    let cases: [(&[u8], Option<usize>, &str, &str); 4] = [
        (b"p\0s\0\0", None, short, ""),
        (
            b"p\0s\0\0\0\0\x02\0\0\0\x011\xff\xff\xff\xfe",
            Some(1),
            short,
            "portal \"p\" parameter $2",
        ),
        (b"p\0s\0\0\0\0\x01\xff\xff\xff\xff", Some(1), short, ""),
        (b"p\0s\0\0\0\0\0\0\0junk", Some(0), "invalid message format", ""),
    ];
    for (body, values, message, place) in cases {
        let mut pair = Pair::new();
        raw(&mut pair, b'B', 4 + i32::try_from(body.len()).expect("short"), body);
        let Some(backend::Event::MalformedBind(bind)) = pair.server_event() else {
            panic!("a malformed Bind was sent")
        };
        assert_eq!((bind.read.portal(), bind.read.statement()), (&b"p"[..], &b"s"[..]));
        let read = bind.is_counted.then(|| bind.read.parameters().count());
        assert_eq!(read, values);
        assert_eq!(
            (bind.error.message(), bind.error.context().unwrap_or_default()),
            (message, place)
        );
        pair.server.fail(&bind.error.response(), &mut Vec::new()).expect("it is owed");
        pair.ask_raw(&Sync);
        assert_eq!(pair.server_event(), Some(backend::Event::Sync));
    }
}

#[test]
fn a_malformed_body_is_an_error_of_its_message() {
    let cases: [(u8, &[u8], &str, bool); 9] = [
        (b'Q', b"select", "invalid string in message", true),
        (b'Q', b"a\0b\0", "invalid message format", true),
        (b'F', b"\0\0", "insufficient data left in message", true),
        (b'P', b"\0sel\0\0\x01", "insufficient data left in message", false),
        (b'B', b"\0s", "invalid string in message", false),
        (b'D', b"X\0", "invalid DESCRIBE message subtype 88", false),
        (b'C', b"X\0", "invalid CLOSE message subtype 88", false),
        (b'E', b"\0\0\0\0\0\0", "invalid message format", false),
        (b'H', b"x", "invalid message format", false),
    ];
    for (tag, body, message, is_simple) in cases {
        let mut pair = Pair::new();
        let length = 4 + i32::try_from(body.len()).expect("short");
        raw(&mut pair, tag, length, body);
        let error = pair.try_server_event().expect_err("it is malformed");
        assert_eq!((error.message(), error.is_fatal()), (message, false));
        assert_eq!(pair.server.owes_ready(), is_simple, "{}", char::from(tag));
        let mut output = Vec::new();
        pair.server.fail(&error.response(), &mut output).expect("it is owed");
        if is_simple {
            pair.ready(TransactionStatus::Idle);
        } else {
            pair.ask_raw(&EXECUTE);
            pair.ask_raw(&Sync);
            assert_eq!(pair.server_event(), Some(backend::Event::Sync), "{}", char::from(tag));
            pair.ready(TransactionStatus::Idle);
        }
        pair.ask_raw(&Query { sql: "still alive" });
        assert!(matches!(pair.server_event(), Some(backend::Event::Query(_))));
    }
}

#[test]
fn a_malformed_sync_is_an_error_and_ends_the_pipeline() {
    let mut pair = Pair::new();
    raw(&mut pair, b'S', 5, b"x");
    let error = pair.try_server_event().expect_err("it is malformed");
    assert!(pair.server.owes_ready());
    pair.server.fail(&error.response(), &mut Vec::new()).expect("it is owed");
    pair.ready(TransactionStatus::Idle);
}

#[test]
fn a_malformed_sync_is_an_error_while_skipping_too() {
    let mut pair = Pair::new();
    pair.ask(&parse("bad"));
    pair.server_event();
    pair.fail(SqlState::SYNTAX_ERROR);
    raw(&mut pair, b'S', 5, b"x");
    let error = pair.try_server_event().expect_err("it is malformed");
    pair.server.fail(&error.response(), &mut Vec::new()).expect("it is owed");
    pair.ready(TransactionStatus::Idle);
    pair.ask_raw(&Query { sql: "select" });
    assert!(matches!(pair.server_event(), Some(backend::Event::Query(_))));
}

fn copying_in() -> Pair {
    let mut pair = Pair::new();
    pair.ask(&Query { sql: "copy t from stdin" });
    pair.server_event();
    let format = trunkline_proto::Format::Text;
    pair.answer(&trunkline_proto::message::CopyInResponse { format, columns: [0_i16] });
    pair
}

/// Elsewhere there is not a word.
#[test]
fn a_length_that_cannot_be_is_told_within_a_copy() {
    for (tag, length) in [(b'd', 3), (b'c', 10001), (b'S', -1)] {
        let mut pair = copying_in();
        raw(&mut pair, tag, length, b"");
        let error = pair.try_server_event().expect_err("no such length");
        assert_eq!((error.is_fatal(), error.sqlstate()), (false, SqlState::CONNECTION_FAILURE));
        pair.server.fail(&error.response(), &mut Vec::new()).expect("it is owed");
        assert!(!pair.server.owes_ready());
        assert!(pair.try_server_event().expect_err("the connection is lost").is_fatal());
    }
}

#[test]
fn what_lies_behind_the_words_of_a_copy_fail_is_ignored() {
    let mut pair = copying_in();
    raw(&mut pair, b'c', 5, b"x");
    assert_eq!(pair.server_event(), Some(backend::Event::CopyDone));
    let mut pair = copying_in();
    raw(&mut pair, b'f', 9, b"no\0xx");
    let Some(backend::Event::CopyFail(fail)) = pair.server_event() else { panic!() };
    assert_eq!(fail.message, "no");
}

#[test]
fn a_malformed_copy_fail_is_an_error_of_the_copy() {
    let mut pair = copying_in();
    raw(&mut pair, b'f', 6, b"no");
    let error = pair.try_server_event().expect_err("no NUL");
    assert_eq!(error.message(), "invalid string in message");
    pair.server.fail(&error.response(), &mut Vec::new()).expect("it is owed");
    pair.ready(TransactionStatus::Idle);
}

#[test]
fn an_execute_with_a_portal_is_read_like_one_without() {
    let mut pair = Pair::new();
    pair.ask(&Execute { portal: "c1", max_rows: 5 });
    pair.ask(&Execute { portal: "", max_rows: -1 });
    let Some(backend::Event::Execute(named)) = pair.server_event() else { panic!() };
    assert_eq!((named.portal.as_bytes(), named.max_rows), (&b"c1"[..], 5));
    pair.answer(&CommandComplete { tag: "SELECT 0" });
    let Some(backend::Event::Execute(unnamed)) = pair.server_event() else { panic!() };
    assert_eq!((unnamed.portal.as_bytes(), unnamed.max_rows), (&b""[..], -1));
}

#[test]
fn a_client_skips_with_its_server() {
    let mut pair = Pair::new();
    pair.ask(&NewParse { name: "", sql: "bad", parameter_types: [trunkline_proto::Oid(0); 0] });
    pair.ask(&EXECUTE);
    pair.ask(&Sync);
    pair.ask(&Query { sql: "next" });
    pair.server_event();
    pair.fail(SqlState::SYNTAX_ERROR);
    assert_eq!(pair.server_event(), Some(backend::Event::Sync));
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&pair.client_events()), "Error Ready");
    assert_eq!(pair.client.owed(), 1);
}
