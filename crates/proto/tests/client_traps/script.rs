//! Servers that say what a test tells them to, whatever our client says.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, SqlState,
    frontend::{Connection, Event, Login, LoginStep, Startup},
    message::{
        Authentication, Encode, ErrorFields, ErrorResponse, ProtocolVersion, ReadyForQuery,
        TransactionStatus,
    },
};

/// The messages of a server, in one read.
pub(crate) fn bytes(messages: &[&dyn Encode]) -> BytesMut {
    let mut out = Vec::new();
    for message in messages {
        message.encode(&mut out).expect("it can be written");
    }
    BytesMut::from(&out[..])
}

/// A message of any type and body.
pub(crate) fn raw(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short");
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

pub(crate) fn error(severity: &str, sqlstate: SqlState) -> ErrorResponse {
    ErrorResponse { fields: ErrorFields::new(severity, sqlstate, "it failed") }
}

pub(crate) const READY: ReadyForQuery = ReadyForQuery { status: TransactionStatus::Idle };

/// A client that has said who it is.
pub(crate) fn login(version: ProtocolVersion) -> Login {
    Startup::new(&Limits::default())
        .log_in(version, [("user", "alice")], &mut Vec::new())
        .expect("legal parameters")
}

/// A client that was let in and has nothing to do.
pub(crate) fn connected() -> Connection {
    let mut input = bytes(&[&Authentication::Ok, &READY]);
    let step = login(ProtocolVersion::V3_0).step(&mut input, &mut Vec::new());
    let Ok(LoginStep::Authenticated(authenticated)) = step else { panic!("{step:?}") };
    let mut connection = authenticated.connection;
    assert_eq!(connection.receive(&mut input), Ok(Some(Event::Ready(TransactionStatus::Idle))));
    connection
}

/// Everything that our client makes of what the server says.
pub(crate) fn events(connection: &mut Connection, mut input: BytesMut) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = connection.receive(&mut input).expect("a legal answer") {
        events.push(event);
    }
    assert!(input.is_empty(), "half a message: {input:?}");
    events
}
