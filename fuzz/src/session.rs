//! A session of messages in any order, against a model that says what a server owes.
//!
//! Each byte of the data is a message: which one, and whether the engine refuses it, it is
//! malformed, or its length cannot be.
use bytes::BytesMut;
use trunkline_proto::{
    Format, Limits, Misuse, Oid, SqlState,
    backend::{Channel, Connection, Event, Startup, Step, TransactionStatus},
    message::{
        AnyBackend, BackendTag, BindComplete, CloseComplete, CommandComplete, CopyInResponse,
        Encode, ErrorFields, ErrorResponse, FunctionCallResponse, NoData, ParameterDescription,
        ParseComplete, ProtocolVersion, StartupMessage,
    },
    wire::frame,
};

use model::Model;

mod model;

/// A message: its type, its body, one that the engine refuses, one that is malformed.
type Message = (u8, &'static [u8], &'static [u8], &'static [u8]);

const MESSAGES: [Message; 16] = [
    (b'Q', b"s\0", b"fail\0", b"s"),
    (b'P', b"\0s\0\0\0", b"\0fail\0\0\0", b"\0s\0\0"),
    (b'B', b"\0\0\0\0\0\0\0\0", b"fail\0\0\0\0\0\0\0\0", b"\0\0\0\0\0\0\0"),
    (b'D', b"P\0", b"Pfail\0", b"X\0"),
    (b'E', b"\0\0\0\0\0", b"fail\0\0\0\0\0", b"\0\0\0\0"),
    (b'C', b"P\0", b"Pfail\0", b"P"),
    (b'H', b"", b"", b"x"),
    (b'S', b"", b"", b"x"),
    (b'F', b"\0\0\0\x01\0\0\0\0\0\0", b"\0\0\0\x02\0\0\0\0\0\0", b"\0\0\0\x01\0\0\0\0\0"),
    (b'd', b"data", b"fail", b""),
    (b'c', b"", b"", b"x"),
    (b'f', b"no\0", b"fail\0", b"no"),
    (b'Q', b"copy\0", b"fail\0", b"copy\0\0"),
    (b'D', b"S\0", b"Sfail\0", b""),
    (b'X', b"", b"", b"x"),
    (b'y', b"", b"", b"x"),
];

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let steps = &data[..data.len().min(100)];
    let (mut model, mut said) = (Model::default(), Vec::new());
    for step in steps {
        let (message, variant) = (MESSAGES[usize::from(step & 15)], Variant::of(*step));
        model.hears(message.0, message.1 == b"copy\0", message.1 == b"S\0", variant);
        said.extend(bytes(message, variant));
    }
    let heard = served(&said, said.len().max(1));
    assert_eq!(heard, model.says, "{steps:?}");
    assert_eq!(served(&said, 1), heard, "a byte at a time: {steps:?}");
}

/// What is wrong with a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variant {
    Good,
    Refused,
    Malformed,
    Impossible,
}

impl Variant {
    fn of(step: u8) -> Variant {
        match step >> 4 {
            0..8 => Variant::Good,
            8..12 => Variant::Refused,
            12..15 => Variant::Malformed,
            _ => Variant::Impossible,
        }
    }
}

fn bytes((tag, good, refused, malformed): Message, variant: Variant) -> Vec<u8> {
    let body = match variant {
        Variant::Good | Variant::Impossible => good,
        Variant::Refused => refused,
        Variant::Malformed => malformed,
    };
    let length = i32::try_from(body.len()).unwrap() + 4;
    let length = if variant == Variant::Impossible { 3 } else { length };
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

/// The types of what a server says to bytes that come in pieces.
fn served(said: &[u8], size: usize) -> String {
    let (mut server, mut input, mut output) = (connection(), BytesMut::new(), Vec::new());
    let mut is_over = false;
    for piece in said.chunks(size) {
        input.extend_from_slice(piece);
        is_over = is_over || serve(&mut server, &mut input, &mut output);
        assert!(!is_over || matches!(server.receive(&mut input), Ok(None)), "it is over");
    }
    let (mut output, mut tags) = (BytesMut::from(&output[..]), String::new());
    while let Some(header) = frame::peek(&output) {
        let length = header.frame_length(u32::MAX).unwrap();
        let body = frame::split(&mut output, length).unwrap();
        AnyBackend::decode(BackendTag(header.tag), body).unwrap();
        tags.push(char::from(header.tag));
    }
    assert!(output.is_empty());
    tags
}

/// Answers what has come; whether the connection is over.
fn serve(server: &mut Connection, input: &mut BytesMut, output: &mut Vec<u8>) -> bool {
    loop {
        match server.receive(input) {
            Ok(Some(Event::Terminate)) => return true,
            Ok(Some(event)) => answer(server, &event, output).unwrap(),
            Ok(None) => return false,
            Err(error) if error.is_fatal() => {
                error.encode(output).unwrap();
                return true;
            }
            Err(_) => server.fail(&failed(), output).unwrap(),
        }
        if server.owes_ready() && !server.is_copying_in() {
            server.ready(TransactionStatus::Idle, output).unwrap();
        }
    }
}

fn answer(server: &mut Connection, event: &Event, output: &mut Vec<u8>) -> Result<(), Misuse> {
    let fails = match event {
        Event::Query(query) => query.sql == "fail",
        Event::Parse(parse) => parse.sql() == b"fail",
        Event::Bind(bind) => bind.portal() == b"fail",
        Event::Describe(describe) => describe.name == "fail",
        Event::Execute(execute) => execute.portal == "fail",
        Event::Close(close) => close.name == "fail",
        Event::FunctionCall(call) => call.function() == Oid(2),
        Event::CopyFail(_) | Event::MalformedBind(_) | Event::MalformedCall { .. } => true,
        _ => false,
    };
    if fails {
        return server.fail(&failed(), output);
    }
    match event {
        Event::Query(query) if query.sql == "copy" => {
            server.send(&CopyInResponse { format: Format::Text, columns: [0_i16] }, output)
        }
        Event::Query(_) | Event::Execute(_) | Event::CopyDone => {
            server.send(&CommandComplete { tag: "DONE" }, output)
        }
        Event::Parse(_) => server.send(&ParseComplete, output),
        Event::Bind(_) => server.send(&BindComplete, output),
        Event::Close(_) => server.send(&CloseComplete, output),
        Event::Describe(describe) => {
            if describe.target.byte() == b'S' {
                server.send(&ParameterDescription { types: [Oid::TEXT] }, output)?;
            }
            server.send(&NoData, output)
        }
        Event::FunctionCall(_) => {
            server.send(&FunctionCallResponse { value: None::<&[u8]> }, output)
        }
        _ => Ok(()),
    }
}

fn failed() -> ErrorResponse {
    ErrorResponse { fields: ErrorFields::new("ERROR", SqlState::INTERNAL_ERROR, "no") }
}

/// A server whose client has been let in.
fn connection() -> Connection {
    let mut packet = Vec::new();
    let message = StartupMessage { version: ProtocolVersion::V3_0, parameters: [("user", "ann")] };
    message.encode(&mut packet).unwrap();
    let startup = Startup::new(&Limits::default(), Channel::Tcp);
    let step = startup.step(&mut BytesMut::from(&packet[..]), &mut Vec::new()).unwrap();
    let Step::Login(login) = step else { panic!("it was a login") };
    let ready = login.trust(&mut Vec::new());
    ready.finish([("a", "b")], 1, &[0; 4], &mut Vec::new()).unwrap()
}
