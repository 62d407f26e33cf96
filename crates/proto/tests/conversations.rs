//! Random conversations, legal and not, message for message as with a real PostgreSQL.
//!
//! What PostgreSQL 18 answered is kept in `tests/golden/conversations.txt`. With
//! `TRUNKLINE_TEST_PG=host:port` in the environment the test asks that server (user `postgres`,
//! trusted) instead, and writes its answers to the golden file.
//!
//! Our server takes the same bytes. Whatever it hands over is answered as PostgreSQL did: so it
//! must drop what PostgreSQL dropped, refuse what PostgreSQL refused, and find every answer legal.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
};

use bytes::{Bytes, BytesMut};
use trunkline_proto::{
    Format, Limits, Oid, SqlState,
    backend::{self, Channel, Startup, Step, TransactionStatus},
    message::{
        AnyFrontend, BackendTag, BindComplete, Close, CloseComplete, CommandComplete, CopyData,
        CopyDone, CopyFail, CopyInResponse, CopyOutResponse, DataRow, Describe, EmptyQueryResponse,
        Encode, ErrorFields, ErrorResponse, Execute, FieldDescription, Flush, FunctionCallResponse,
        NewBind, NewFunctionCall, NewParse, NoData, NoticeResponse, NotificationResponse,
        ParameterDescription, ParameterStatus, ParseComplete, PortalSuspended, ProtocolVersion,
        Query, RowDescription, StartupMessage, Sync, Target, Terminate,
    },
    wire::frame,
};

const CONVERSATIONS: u64 = 600;

#[test]
fn conversations_are_those_of_postgresql() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/conversations.txt");
    if let Ok(server) = std::env::var("TRUNKLINE_TEST_PG") {
        let answers = (0..CONVERSATIONS).map(|seed| ask(&server, &sent(seed)) + "\n");
        std::fs::write(&path, answers.collect::<String>()).expect("it can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is there");
    let mut count = 0;
    for (seed, answers) in (0..).zip(golden.lines()) {
        if let Err(why) = replay(&sent(seed), answers) {
            panic!("conversation {seed}: {why}\n{}PostgreSQL: {answers}", told(&sent(seed)));
        }
        count += 1;
    }
    assert_eq!(count, CONVERSATIONS);
}

/// A generator of numbers that is the same everywhere (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn among<T: Copy>(&mut self, items: &[T]) -> T {
        let limit = u64::try_from(items.len()).expect("few");
        items[usize::try_from(self.below(limit)).expect("few")]
    }
}

/// What the client says, in one piece.
fn sent(seed: u64) -> Vec<u8> {
    let mut numbers = Numbers(seed.wrapping_mul(7919).wrapping_add(12345));
    // The first numbers of near seeds are near each other.
    for _ in 0..10 {
        numbers.below(2);
    }
    let mut bytes = Vec::new();
    for _ in 0..3 + numbers.below(18) {
        message(&mut numbers, &mut bytes);
    }
    // Whatever came before, this ends it: also a COPY and a skipping.
    let end: [&dyn Encode; 5] =
        [&Sync, &CopyDone, &Sync, &Query { sql: "select 'the end'" }, &Terminate];
    for message in end {
        message.encode(&mut bytes).expect("it can be written");
    }
    bytes
}

fn message(numbers: &mut Numbers, bytes: &mut Vec<u8>) {
    let sql = numbers.among(&STATEMENTS);
    let formats: &[Format] = &[];
    let encoded = match numbers.below(25) {
        0..=2 => Query { sql }.encode(bytes),
        3..=6 => {
            let name = numbers.among(&["", "", "", "s"]);
            NewParse { name, sql, parameter_types: [Oid(0); 0] }.encode(bytes)
        }
        7..=9 => {
            let (portal, statement) = ("", "");
            let (parameter_formats, result_formats) = (formats, formats);
            let parameters = [None::<&str>; 0];
            NewBind { portal, statement, parameter_formats, parameters, result_formats }
                .encode(bytes)
        }
        10 => Describe { target: Target::Statement, name: "" }.encode(bytes),
        11 => Describe { target: Target::Portal, name: "" }.encode(bytes),
        12..=14 => Execute { portal: "", max_rows: numbers.among(&[0, 1, 2, -1]) }.encode(bytes),
        15 => Close { target: Target::Portal, name: "" }.encode(bytes),
        16 => Flush.encode(bytes),
        17 => NewFunctionCall {
            // random(), and none.
            function: Oid(numbers.among(&[1598, 1])),
            argument_formats: formats,
            arguments: [None::<&str>; 0],
            result_format: Format::Text,
        }
        .encode(bytes),
        18 => CopyData { data: "1\n" }.encode(bytes),
        19 => CopyDone.encode(bytes),
        20 => CopyFail { message: "no" }.encode(bytes),
        21 => {
            let tag = numbers.among(b"PBDCEHSQFf");
            bytes.extend_from_slice(&[tag, 0, 0, 0, 5, b'x']);
            Ok(())
        }
        // Now and then something that ends the connection.
        22 if numbers.below(8) == 0 => {
            let header = numbers.among(&[*b"y\0\0\0\x04", *b"p\0\0\0\x04", *b"Q\0\0\0\x03"]);
            bytes.extend_from_slice(&header);
            Ok(())
        }
        _ => Sync.encode(bytes),
    };
    encoded.expect("it can be written");
}

const STATEMENTS: [&str; 16] = [
    "select 1",
    "",
    "bad",
    "copy pg_temp.t from stdin",
    "copy pg_temp.t to stdout",
    "select 1; select 2",
    "select 1; copy pg_temp.t from stdin; select 3",
    "insert into pg_temp.t values ('x')",
    "select 1/0",
    "begin",
    "commit",
    "set application_name = 'x'",
    "select generate_series(1, 3)",
    "do $$begin raise notice 'x'; end$$",
    "create table if not exists pg_temp.t (a text)",
    "listen c; notify c",
];

/// The type bytes of PostgreSQL's answers; `!` is an error that ends the connection.
fn ask(server: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server).expect("the server is there");
    let mut hello = Vec::new();
    let parameters = [("user", "postgres")];
    StartupMessage { version: ProtocolVersion::V3_0, parameters }
        .encode(&mut hello)
        .expect("it can be written");
    Query { sql: "create temp table t (a text)" }.encode(&mut hello).expect("it can be written");
    stream.write_all(&hello).expect("it is written");
    let mut input = BytesMut::new();
    let mut answers = String::new();
    let mut buffer = [0; 1 << 16];
    while answers.matches('Z').count() < 2 {
        let length = stream.read(&mut buffer).expect("an answer");
        input.extend_from_slice(&buffer[..length]);
        take_tags(&mut input, &mut answers);
    }
    answers.clear();
    // A server that has left earlier does not take all of it.
    let _ = stream.write_all(bytes);
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        input.extend_from_slice(&buffer[..length]);
        take_tags(&mut input, &mut answers);
    }
    answers
}

fn take_tags(input: &mut BytesMut, answers: &mut String) {
    while let Some(header) = frame::peek(input) {
        let length = header.frame_length(u32::MAX >> 1).expect("a length");
        let Some(body) = frame::split(input, length) else { return };
        let is_fatal = header.tag == b'E' && {
            let error = ErrorResponse::decode(body).expect("an error");
            error.fields.severity() == "FATAL"
        };
        answers.push(if is_fatal { '!' } else { char::from(header.tag) });
    }
}

/// Our server takes the bytes and answers as PostgreSQL did.
fn replay(bytes: &[u8], answers: &str) -> Result<(), String> {
    let mut server = server();
    let mut input = BytesMut::from(bytes);
    let mut answers = answers.bytes().peekable();
    loop {
        match server.receive(&mut input) {
            Ok(Some(backend::Event::Terminate)) => break,
            Ok(Some(event)) => {
                // Answers of a COPY that takes data come when it has.
                while server.owed() > 0 {
                    let tag = answers.next().ok_or(format!("{event:?} is not answered"))?;
                    answer(&mut server, tag)?;
                }
                while let Some(tag) = answers.next_if(|tag| b"NAS".contains(tag)) {
                    answer(&mut server, tag)?;
                }
            }
            Ok(None) => return Err("PostgreSQL took more".to_owned()),
            Err(error) if error.is_fatal() => {
                match (error.is_silent(), answers.next()) {
                    (true, None) | (false, Some(b'!')) => {}
                    (_, said) => return Err(format!("{error:?}, but PostgreSQL says {said:?}")),
                }
                break;
            }
            Err(error) => {
                if answers.next() != Some(b'E') {
                    return Err(format!("{error:?}, but PostgreSQL says nothing"));
                }
                answer(&mut server, b'E')?;
                if server.owes_ready() {
                    let tag = answers.find(|tag| !b"NAS".contains(tag));
                    answer(&mut server, tag.unwrap_or_default())?;
                }
            }
        }
    }
    match answers.next() {
        None => Ok(()),
        Some(tag) => Err(format!("PostgreSQL says more: {}", char::from(tag))),
    }
}

fn server() -> backend::Connection {
    let (mut hello, mut output) = (Vec::new(), Vec::new());
    let parameters = [("user", "postgres")];
    StartupMessage { version: ProtocolVersion::V3_0, parameters }
        .encode(&mut hello)
        .expect("it can be written");
    let startup = Startup::new(&Limits::default(), Channel::Tcp);
    let step = startup.step(&mut BytesMut::from(&hello[..]), &mut output);
    let Ok(Step::Login(login)) = step else { panic!("{step:?}") };
    let settings: [(&str, &str); 0] = [];
    login.trust(&mut output).finish(settings, 1, b"key!", &mut output).expect("a legal key")
}

/// Sends a message of this type, whatever is in it.
fn answer(server: &mut backend::Connection, tag: u8) -> Result<(), String> {
    let out = &mut Vec::new();
    let fields = || ErrorFields::new("ERROR", SqlState::INTERNAL_ERROR, "no");
    let none = std::iter::empty::<FieldDescription<&str>>;
    let (format, columns) = (Format::Text, [0_i16]);
    match BackendTag(tag) {
        BackendTag::BIND_COMPLETE => server.send(&BindComplete, out),
        BackendTag::CLOSE_COMPLETE => server.send(&CloseComplete, out),
        BackendTag::COMMAND_COMPLETE => server.send(&CommandComplete { tag: "" }, out),
        BackendTag::COPY_DATA => server.send(&CopyData { data: "" }, out),
        BackendTag::COPY_DONE => server.send(&CopyDone, out),
        BackendTag::COPY_IN_RESPONSE => server.send(&CopyInResponse { format, columns }, out),
        BackendTag::COPY_OUT_RESPONSE => server.send(&CopyOutResponse { format, columns }, out),
        BackendTag::DATA_ROW => server.send(&DataRow { values: [Some("")] }, out),
        BackendTag::EMPTY_QUERY_RESPONSE => server.send(&EmptyQueryResponse, out),
        BackendTag::ERROR_RESPONSE => server.fail(&ErrorResponse { fields: fields() }, out),
        BackendTag::FUNCTION_CALL_RESPONSE => {
            server.send(&FunctionCallResponse { value: Some("") }, out)
        }
        BackendTag::NO_DATA => server.send(&NoData, out),
        BackendTag::NOTICE_RESPONSE => server.send(&NoticeResponse { fields: fields() }, out),
        BackendTag::NOTIFICATION_RESPONSE => {
            server.send(&NotificationResponse { process_id: 1, channel: "", payload: "" }, out)
        }
        BackendTag::PARAMETER_DESCRIPTION => {
            server.send(&ParameterDescription { types: [Oid(0); 0] }, out)
        }
        BackendTag::PARAMETER_STATUS => server.send(&ParameterStatus { name: "", value: "" }, out),
        BackendTag::PARSE_COMPLETE => server.send(&ParseComplete, out),
        BackendTag::PORTAL_SUSPENDED => server.send(&PortalSuspended, out),
        BackendTag::READY_FOR_QUERY => server.ready(TransactionStatus::Idle, out),
        BackendTag::ROW_DESCRIPTION => server.send(&RowDescription { fields: none() }, out),
        BackendTag(other) => return Err(format!("PostgreSQL says {}", char::from(other))),
    }
    .map_err(|misuse| misuse.to_string())
}

/// What the client says, for reading.
fn told(bytes: &[u8]) -> String {
    let mut input = BytesMut::from(bytes);
    let mut text = String::new();
    while let Some(header) = frame::peek(&input) {
        let length = header.frame_length(u32::MAX >> 1).ok();
        let body =
            length.and_then(|length| frame::split(&mut input, length)).unwrap_or(Bytes::new());
        let tag = trunkline_proto::message::FrontendTag(header.tag);
        let shown = match AnyFrontend::decode(tag, body) {
            Ok(message) => format!("{message:?}"),
            Err(malformed) => format!("{} {malformed}", char::from(header.tag)),
        };
        writeln!(text, "{shown}").expect("a string");
        if header.length < 4 {
            break;
        }
    }
    text
}
