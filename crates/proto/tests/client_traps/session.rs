//! What a server may say at any time, and what it says last.

use bytes::BytesMut;
use trunkline_proto::{
    Format, Oid, SqlState,
    frontend::{Connection, Event, LoginStep},
    message::{
        Authentication, BackendKeyData, BindComplete, CancelRequest, CommandComplete, CopyData,
        CopyDone, CopyOutResponse, DataRow, Encode, ErrorFields, ErrorResponse, Execute, FieldCode,
        FieldDescription, NewBind, NewParse, NoticeResponse, NotificationResponse, ParameterStatus,
        ParseComplete, ProtocolVersion, Query, RowDescription, Sync,
    },
};

use crate::script::{READY, bytes, connected, error, events, login, raw};

/// The ErrorResponse of which only these fields are left.
fn without(kept: impl Fn(usize) -> bool) -> ErrorResponse {
    let fields = ErrorFields::new("ERROR", SqlState::DIVISION_BY_ZERO, "division by zero");
    let kept = fields.iter().enumerate().filter(|(place, _)| kept(*place));
    ErrorResponse { fields: kept.map(|(_, field)| field).collect() }
}

/// PgBouncer fell over an error without SQLSTATE.
#[test]
fn cve_2026_6666_every_field_of_an_error_may_be_missing() {
    for subset in 0..16_usize {
        let response = without(|place| subset & (1 << place) != 0);
        let mut connection = connected();
        connection.send(&Query { sql: "select 1/0" }, &mut Vec::new()).expect("legal now");
        let answer = events(&mut connection, bytes(&[&response, &READY]));
        let [Event::Error(error), Event::Ready(_)] = &answer[..] else { panic!("{answer:?}") };
        let has = |place: usize| subset & (1 << place) != 0;
        assert_eq!(error.fields.sqlstate(), has(2).then_some(SqlState::DIVISION_BY_ZERO));
        assert_eq!(error.fields.message(), if has(3) { "division by zero" } else { "" });
        let step = login(ProtocolVersion::V3_0).step(&mut bytes(&[&response]), &mut Vec::new());
        assert!(matches!(step, Ok(LoginStep::Refused(_))), "{step:?}");
    }
}

#[test]
fn t28_unknown_repeated_and_undecodable_fields_of_an_error_are_kept() {
    let body = b"SERROR\0\xc3unknown\0C22012\0C42601\0Mk\xe4se\0Mtwice\0C\0\0";
    let mut connection = connected();
    let received = events(&mut connection, BytesMut::from(&raw(b'E', body)[..]));
    let [Event::Error(error)] = &received[..] else { panic!("{received:?}") };
    assert_eq!(error.fields.iter().count(), 7);
    assert_eq!(error.fields.get(FieldCode(0xc3)), Some(&b"unknown"[..]));
    assert_eq!(error.fields.sqlstate(), Some(SqlState::DIVISION_BY_ZERO), "the first one");
    assert_eq!(error.fields.get(FieldCode::MESSAGE), Some(&b"k\xe4se"[..]));
    assert_eq!(error.fields.message(), "k\u{fffd}se");
    for code in [&b"C2201\0\0"[..], b"C220123\0\0", b"C22 12\0\0", b"C\xff\xff\xff\xff\xff\0\0"] {
        let received = events(&mut connected(), BytesMut::from(&raw(b'E', code)[..]));
        let [Event::Error(error)] = &received[..] else { panic!("{received:?}") };
        assert_eq!(error.fields.sqlstate(), None, "{code:?}");
    }
    for malformed in [&b""[..], b"S", b"SERROR", b"SERROR\0", b"\0\0", b"SERROR\0\0x"] {
        let mut input = BytesMut::from(&raw(b'E', malformed)[..]);
        assert!(connected().receive(&mut input).expect_err("malformed").is_fatal());
    }
}

/// A client that has asked for all of this ahead, and the answer, message by message.
fn conversation() -> (Connection, Vec<Vec<u8>>) {
    let mut connection = connected();
    let output = &mut Vec::new();
    connection.send(&Query { sql: "set a = b; select 1" }, output).expect("legal now");
    connection.send(&Query { sql: "copy t to stdout" }, output).expect("legal now");
    let none: [Oid; 0] = [];
    connection.send(&NewParse { name: "", sql: "", parameter_types: none }, output).expect("legal");
    let bind = NewBind {
        portal: "",
        statement: "",
        parameter_formats: &[],
        parameters: [None::<&str>; 0],
        result_formats: &[],
    };
    connection.send(&bind, output).expect("legal now");
    connection.send(&Execute { portal: "", max_rows: 0 }, output).expect("legal now");
    connection.send(&Sync, output).expect("legal now");
    let field = FieldDescription {
        name: "a",
        table: Oid(0),
        column: 0,
        type_oid: Oid::TEXT,
        typlen: -1,
        typmod: -1,
        format: Format::Text.code(),
    };
    let row = DataRow { values: [Some("1")] };
    let answer: [&dyn Encode; 16] = [
        &CommandComplete { tag: "SET" },
        &RowDescription { fields: [field] },
        &row,
        &CommandComplete { tag: "SELECT 1" },
        &READY,
        &CopyOutResponse { format: Format::Text, columns: [0_i16] },
        &CopyData { data: "1\n" },
        &CopyDone,
        &CommandComplete { tag: "COPY 1" },
        &READY,
        &ParseComplete,
        &BindComplete,
        &row,
        &row,
        &CommandComplete { tag: "SELECT 2" },
        &READY,
    ];
    (connection, answer.iter().map(|message| bytes(&[*message]).to_vec()).collect())
}

/// Puts a message before, between and behind all others, and hears the others as without it.
fn anywhere(message: &impl Encode, is_it: impl Fn(&Event) -> bool) {
    let message = bytes(&[message]).to_vec();
    let (mut connection, answer) = conversation();
    let plain = events(&mut connection, BytesMut::from(&answer.concat()[..]));
    for place in 0..=answer.len() {
        let (mut connection, mut answer) = conversation();
        answer.insert(place, message.clone());
        let heard = events(&mut connection, BytesMut::from(&answer.concat()[..]));
        assert!(is_it(&heard[place]), "{place}: {heard:?}");
        assert_eq!((heard.len(), connection.owed()), (plain.len() + 1, 0));
        assert!(heard.iter().filter(|event| !is_it(event)).eq(&plain), "{place}");
    }
}

/// PostgreSQL up to 13 and CockroachDB tell a change before CommandComplete, later ones before
/// ReadyForQuery.
#[test]
fn t55_a_setting_may_change_anywhere() {
    let status = ParameterStatus { name: "TimeZone", value: "UTC" };
    anywhere(&status, |event| matches!(event, Event::ParameterStatus(_)));
}

#[test]
fn t56_notices_and_notifications_may_come_anywhere() {
    let fields = ErrorFields::new("WARNING", SqlState::WARNING, "beware");
    anywhere(&NoticeResponse { fields }, |event| matches!(event, Event::Notice(_)));
    let notification = NotificationResponse { process_id: 1, channel: "c", payload: "" };
    anywhere(&notification, |event| matches!(event, Event::Notification(_)));
}

/// So does PostgreSQL where a name is cut.
#[test]
fn t56_a_notice_may_come_before_the_first_ready_for_query() {
    let fields = ErrorFields::new("NOTICE", SqlState::NAME_TOO_LONG, "cut");
    let notice = NoticeResponse { fields };
    let mut input = bytes(&[&Authentication::Ok, &notice, &READY]);
    let step = login(ProtocolVersion::V3_0).step(&mut input, &mut Vec::new());
    let Ok(LoginStep::Authenticated(mut authenticated)) = step else { panic!("{step:?}") };
    let heard = events(&mut authenticated.connection, input);
    assert!(matches!(heard[..], [Event::Notice(_), Event::Ready(_)]), "{heard:?}");
}

/// pg_terminate_backend, idle_session_timeout, idle_in_transaction_session_timeout: they come when
/// nothing was asked, and cross with the next question.
#[test]
fn t58_a_fatal_error_is_heard_whether_or_not_something_was_asked() {
    for code in [*b"57P01", *b"57P05", *b"25P03"] {
        let sqlstate = SqlState::new(code).expect("a code");
        for asked in [false, true] {
            let mut connection = connected();
            if asked {
                connection.send(&Query { sql: "select" }, &mut Vec::new()).expect("legal now");
            }
            let heard = events(&mut connection, bytes(&[&error("FATAL", sqlstate)]));
            let [Event::Error(error)] = &heard[..] else { panic!("{heard:?}") };
            assert_eq!(error.fields.sqlstate(), Some(sqlstate));
            let mut output = Vec::new();
            assert!(connection.send(&Query { sql: "select" }, &mut output).is_err());
            assert!(output.is_empty(), "it was the last word");
            assert!(connection.receive(&mut bytes(&[&READY])).is_err());
        }
    }
}

/// A cancel that comes late fails the next statement: that error is the answer to it, and to
/// nothing else.
#[test]
fn t59_a_late_cancel_is_the_answer_of_the_statement_it_hits() {
    let mut connection = connected();
    let output = &mut Vec::new();
    connection.send(&Query { sql: "select 1" }, output).expect("legal now");
    connection.send(&Query { sql: "select 2" }, output).expect("legal now");
    let done = CommandComplete { tag: "SELECT 1" };
    let canceled = error("ERROR", SqlState::QUERY_CANCELED);
    let heard = events(&mut connection, bytes(&[&done, &READY, &canceled, &READY]));
    assert!(
        matches!(
            heard[..],
            [Event::CommandComplete(_), Event::Ready(_), Event::Error(_), Event::Ready(_)]
        ),
        "{heard:?}"
    );
    assert_eq!(connection.owed(), 0);
    connection.send(&Query { sql: "select 3" }, output).expect("the connection lives");
}

/// A cancel names one connection, by the key that this connection was given.
#[test]
fn t59_a_cancel_is_for_the_connection_whose_key_it_has() {
    let request = |process_id, key: &[u8]| {
        let data = BackendKeyData { process_id, key };
        let mut input = bytes(&[&Authentication::Ok, &data, &READY]);
        let step = login(ProtocolVersion::V3_2).step(&mut input, &mut Vec::new());
        let Ok(LoginStep::Authenticated(mut authenticated)) = step else { panic!("{step:?}") };
        let heard = events(&mut authenticated.connection, input);
        let [Event::BackendKeyData(data), Event::Ready(_)] = &heard[..] else { panic!() };
        let mut packet = Vec::new();
        let cancel = CancelRequest { process_id: data.process_id, key: &data.key };
        cancel.encode(&mut packet).expect("it can be written");
        packet
    };
    let (one, other) = (request(1, &[1; 32]), request(1, &[2; 32]));
    assert!(one.ends_with(&[1; 32]) && other.ends_with(&[2; 32]));
    assert_eq!(one[..12], other[..12]);
    assert_eq!(one[8..12], [0, 0, 0, 1]);
}
