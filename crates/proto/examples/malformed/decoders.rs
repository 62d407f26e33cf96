//! Everything of this crate that reads what a peer sent.

#[path = "values.rs"]
pub(crate) mod values;

use bytes::{Bytes, BytesMut};
use trunkline_proto::auth::{
    md5::Md5Verifier,
    oauth::Credentials,
    scram::{
        Binding, BindingPolicy, ScramClient, ScramServer, ScramVerifier, tls_server_end_point,
    },
};
use trunkline_proto::message::{
    AnyBackend, AnyFrontend, BackendTag, FrontendTag, PasswordMessage, ProtocolVersion,
    SaslInitialResponse, StartupPacket,
};
use trunkline_proto::types::{TextStyle, Value};
use trunkline_proto::{Format, Limits, Oid, backend, frontend, trace::Trace, wire::frame};

use super::registered;

#[path = "copy.rs"]
mod copy;

/// One way into the crate.
pub(crate) struct Decode {
    pub(crate) name: &'static str,
    /// Whether it was understood.
    pub(crate) decode: fn(&[u8]) -> bool,
    /// What it understands.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
}

pub(crate) const DECODERS: [Decode; 32] = [
    Decode { name: "frontend messages", decode: frontend_messages, seeds: frontend_seeds },
    Decode { name: "backend messages", decode: backend_messages, seeds: backend_seeds },
    Decode { name: "server, login", decode: server_login, seeds: startup_seeds },
    Decode { name: "server, session", decode: server_session, seeds: frontend_seeds },
    Decode { name: "client, login", decode: client_login, seeds: login_seeds },
    Decode { name: "client, session", decode: client_session, seeds: backend_seeds },
    Decode { name: "startup packet", decode: startup_packet, seeds: packet_seeds },
    Decode { name: "password", decode: password, seeds: || texts(&["s3cret\0", "md5abc\0"]) },
    Decode { name: "SASL initial response", decode: sasl_initial, seeds: sasl_seeds },
    Decode { name: "SCRAM first", decode: scram_first, seeds: first_seeds },
    Decode { name: "SCRAM last", decode: scram_last, seeds: last_seeds },
    Decode { name: "SCRAM challenge", decode: scram_challenge, seeds: challenge_seeds },
    Decode { name: "SCRAM verifier", decode: scram_verifier, seeds: verifier_seeds },
    Decode { name: "MD5 verifier", decode: md5_verifier, seeds: md5_seeds },
    Decode {
        name: "OAUTHBEARER",
        decode: oauth,
        seeds: || texts(&["n,,\x01auth=Bearer abc\x01\x01"]),
    },
    Decode {
        name: "password in clear",
        decode: prepared,
        seeds: || texts(&["p\u{ad}\u{2168}\u{aa}", "\u{627}1"]),
    },
    Decode { name: "certificate", decode: certificate, seeds: certificate_seeds },
    Decode { name: "trace", decode: trace, seeds: frontend_seeds },
    Decode { name: "numbers", decode: numbers, seeds: number_seeds },
    Decode { name: "texts", decode: texts_of_types, seeds: text_seeds },
    Decode { name: "dates and times", decode: moments, seeds: moment_seeds },
    Decode { name: "arrays and records", decode: nested, seeds: nested_seeds },
    Decode { name: "COPY text", decode: copy::text, seeds: copy::text_seeds },
    Decode { name: "COPY csv", decode: copy::csv, seeds: copy::csv_seeds },
    Decode { name: "COPY binary", decode: copy::binary, seeds: copy::binary_seeds },
    Decode { name: "registered types", decode: registered::decode, seeds: registered::seeds },
    Decode { name: "bits and addresses", decode: values::addresses, seeds: values::address_seeds },
    Decode { name: "shapes", decode: values::shapes, seeds: values::shape_seeds },
    Decode { name: "ranges", decode: values::ranges, seeds: values::range_seeds },
    Decode { name: "multiranges", decode: values::multiranges, seeds: values::range_seeds },
    Decode { name: "searches", decode: values::searches, seeds: values::search_seeds },
    Decode { name: "documents", decode: values::documents, seeds: values::document_seeds },
];

/// As the server reads them: borrowed.
fn frontend_messages(bytes: &[u8]) -> bool {
    let (mut input, limits) = (bytes, Limits::default());
    while let Some(header) = frame::peek(input) {
        let tag = FrontendTag(header.tag);
        let limit = limits.frontend(tag).unwrap_or(limits.password);
        let Ok(length) = header.frame_length(limit) else { return false };
        let Some(body) = frame::split(&mut input, length) else { return false };
        if AnyFrontend::decode(tag, body).is_err() {
            return false;
        }
    }
    true
}

fn backend_messages(bytes: &[u8]) -> bool {
    let (mut input, limits) = (BytesMut::from(bytes), Limits::default());
    while let Some(header) = frame::peek(&input) {
        let tag = BackendTag(header.tag);
        let Some(limit) = limits.backend(tag) else { return false };
        let Ok(length) = header.frame_length(limit) else { return false };
        let Some(body) = frame::split(&mut input, length) else { return false };
        if AnyBackend::decode(tag, body).is_err() {
            return false;
        }
    }
    true
}

fn log_in(bytes: &[u8]) -> Option<(backend::Login, BytesMut)> {
    let (mut input, mut output) = (BytesMut::from(bytes), Vec::new());
    let mut startup = backend::Startup::new(&Limits::default(), backend::Channel::Tcp);
    loop {
        startup = match startup.step(&mut input, &mut output).ok()? {
            backend::Step::Tls(request) => request.accept(&mut output).established(),
            backend::Step::Login(login) => return Some((login, input)),
            _ => return None,
        };
    }
}

/// The whole login by SCRAM, with whatever lies behind the StartupMessage as its proof.
fn server_login(bytes: &[u8]) -> bool {
    let Some((login, mut input)) = log_in(bytes) else { return false };
    let verifier = ScramVerifier::from_password("pencil", b"salt", 1);
    let scram = ScramServer::new(verifier, [1; 18], Binding::None);
    let mut exchange = login.scram(scram, &mut Vec::new());
    loop {
        let before = input.len();
        exchange = match exchange.step(&mut input, &mut Vec::new()) {
            Ok(backend::Exchange::NeedInput(exchange)) if input.len() < before => exchange,
            Ok(_) => return true,
            Err(_) => return false,
        };
    }
}

fn server_session(bytes: &[u8]) -> bool {
    let Some((login, _)) = log_in(&packet(196_608, b"user\0ann\0\0")) else { return false };
    let mut output = Vec::new();
    let ready = login.trust(&mut output);
    let Ok(mut server) = ready.finish([("a", "b")], 1, b"key!", &mut output) else { return false };
    let mut input = BytesMut::from(bytes);
    // Nothing is answered: what is taken ahead waits for its turn.
    while let Ok(taken) = server.receive(&mut input) {
        if taken.is_none() {
            return true;
        }
    }
    false
}

fn client(bytes: &[u8]) -> Option<(frontend::LoginStep, BytesMut)> {
    let (mut input, mut output) = (BytesMut::from(bytes), Vec::new());
    let startup = frontend::Startup::new(&Limits::default());
    let login = startup.log_in(ProtocolVersion::V3_2, [("user", "ann")], &mut output).ok()?;
    Some((login.step(&mut input, &mut output).ok()?, input))
}

fn client_login(bytes: &[u8]) -> bool {
    client(bytes).is_some()
}

fn client_session(bytes: &[u8]) -> bool {
    let bytes = [b"R\0\0\0\x08\0\0\0\0", bytes].concat();
    let Some((frontend::LoginStep::Authenticated(login), mut input)) = client(&bytes) else {
        return false;
    };
    let mut client = login.connection;
    while let Ok(event) = client.receive(&mut input) {
        if event.is_none() {
            return true;
        }
    }
    false
}

fn startup_packet(bytes: &[u8]) -> bool {
    StartupPacket::decode(Bytes::copy_from_slice(bytes)).is_ok()
}

fn password(bytes: &[u8]) -> bool {
    PasswordMessage::decode(Bytes::copy_from_slice(bytes)).is_ok()
}

fn sasl_initial(bytes: &[u8]) -> bool {
    SaslInitialResponse::decode(Bytes::copy_from_slice(bytes)).is_ok()
}

fn scram_server() -> ScramServer {
    let verifier = ScramVerifier::from_password("pencil", b"salt", 1);
    ScramServer::new(verifier, [1; 18], Binding::TlsServerEndPoint(vec![7; 32]))
}

fn scram_first(bytes: &[u8]) -> bool {
    ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"]
        .iter()
        .any(|mechanism| scram_server().first(mechanism.as_bytes(), bytes).is_ok())
}

fn scram_last(bytes: &[u8]) -> bool {
    let first = scram_server().first(b"SCRAM-SHA-256", b"n,,n=,r=x");
    first.is_ok_and(|(_, server)| server.finish(bytes).is_ok())
}

fn scram_challenge(bytes: &[u8]) -> bool {
    // Iterations cost time, on purpose: up to 100,000 are done, which is not what is measured.
    if bytes.windows(4).any(|digits| digits.iter().all(u8::is_ascii_digit)) {
        return false;
    }
    let offered = [&b"SCRAM-SHA-256"[..]];
    let client = ScramClient::new(offered, BindingPolicy::Prefer, &Binding::None, [0; 18]);
    client.is_ok_and(|client| client.respond(bytes, "pencil").is_ok())
}

fn scram_verifier(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| ScramVerifier::parse(text).is_some())
}

fn md5_verifier(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Md5Verifier::parse(text).is_some())
}

fn oauth(bytes: &[u8]) -> bool {
    Credentials::parse(bytes).is_ok()
}

fn prepared(bytes: &[u8]) -> bool {
    ScramVerifier::from_password("IX", b"salt", 1).verify_password(bytes)
}

fn certificate(bytes: &[u8]) -> bool {
    tls_server_end_point(bytes).is_some()
}

fn trace(bytes: &[u8]) -> bool {
    let Some((tag, rest)) = bytes.split_first() else { return false };
    let body = rest.get(4..).unwrap_or_default();
    let mut line = [0; 1024];
    let printed = Trace::new().frontend(FrontendTag(*tag), body, &mut &mut line[..]);
    // What has an end, and no complaint behind it; more than fits is not looked at.
    let end = line.iter().position(|byte| *byte == 0).unwrap_or(line.len());
    printed.is_ok()
        && line.get(..end).is_some_and(|line| line.iter().filter(|b| **b == b'\n').count() == 1)
}

pub(crate) fn value(oids: &[Oid], bytes: &[u8]) -> bool {
    let style = TextStyle::default();
    let formats = [Format::Text, Format::Binary];
    let each = oids.iter().flat_map(|oid| formats.map(|format| (*oid, format)));
    // One after the other, each freed before the next.
    each.filter(|(oid, format)| Value::decode(*oid, *format, bytes, &style).is_ok()).count() > 0
}

fn numbers(bytes: &[u8]) -> bool {
    value(&[Oid::BOOL, Oid::INT2, Oid::INT4, Oid::INT8, Oid::OID, Oid::NUMERIC], bytes)
        | value(&[Oid::FLOAT4, Oid::FLOAT8, Oid::XID8, Oid::PG_LSN], bytes)
}

fn texts_of_types(bytes: &[u8]) -> bool {
    value(&[Oid::TEXT, Oid::NAME, Oid::CHAR, Oid::BYTEA, Oid::UUID, Oid::JSON, Oid::JSONB], bytes)
}

fn moments(bytes: &[u8]) -> bool {
    value(
        &[Oid::DATE, Oid::TIME, Oid::TIMETZ, Oid::TIMESTAMP, Oid::TIMESTAMPTZ, Oid::INTERVAL],
        bytes,
    )
}

fn nested(bytes: &[u8]) -> bool {
    value(&[Oid::INT4_ARRAY, Oid::TEXT_ARRAY, Oid::RECORD, Oid::INT2VECTOR, Oid::BOX_ARRAY], bytes)
}

pub(crate) fn texts(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn packet(code: i32, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 8).unwrap_or(i32::MAX);
    [&length.to_be_bytes()[..], &code.to_be_bytes(), body].concat()
}

fn packet_seeds() -> Vec<Vec<u8>> {
    startup_seeds().into_iter().map(|packet| packet.get(4..).unwrap_or_default().to_vec()).collect()
}

fn startup_seeds() -> Vec<Vec<u8>> {
    let login = packet(196_608, b"user\0ann\0database\0d\0\0");
    let first = b"p\0\0\0\x1eSCRAM-SHA-256\0\0\0\0\x08n,,n=,r=";
    let last = b"p\0\0\0\x0dc=biws,r=";
    vec![
        packet(80_877_103, b""),
        packet(80_877_104, b""),
        packet(80_877_102, b"\0\0\0\x07key!"),
        packet(196_610, b"user\0ann\0_pq_.x\0y\0options\0-c a=b\0replication\0on\0\0"),
        [&packet(80_877_103, b"")[..], &login].concat(),
        [&login[..], first, last].concat(),
    ]
}

fn frontend_seeds() -> Vec<Vec<u8>> {
    let seeds: [&[u8]; 9] = [
        b"Q\0\0\0\x0dselect 1\0S\0\0\0\x04H\0\0\0\x04X\0\0\0\x04",
        b"P\0\0\0\x18s\0select $1\0\0\x02\0\0\0\x17\0\0\0\x19",
        b"B\0\0\0\x1fp\0s\0\0\x01\0\x01\0\x02\0\0\0\x03one\xff\xff\xff\xff\0\x01\0\0",
        b"D\0\0\0\x07Sa\0",
        b"E\0\0\0\x0aa\0\0\0\0\x07",
        b"C\0\0\0\x07Pa\0",
        b"F\0\0\0\x16\0\0\0\x07\0\x01\0\x01\0\x01\0\0\0\x02ab\0\0",
        b"d\0\0\0\x08datac\0\0\0\x04f\0\0\0\x07no\0",
        b"p\0\0\0\x0bsecret\0",
    ];
    seeds.map(<[u8]>::to_vec).to_vec()
}

fn backend_seeds() -> Vec<Vec<u8>> {
    let seeds: [&[u8]; 10] = [
        b"S\0\0\0\x08a\0b\0K\0\0\0\x0c\0\0\0\x07key!Z\0\0\0\x05I",
        b"E\0\0\0\x19SERROR\0C42601\0Moops\0\0\0",
        b"N\0\0\0\x11SNOTICE\0C0\0\0\0A\0\0\0\x0c\0\0\0\x01a\0b\0",
        b"T\0\0\0\x1b\0\x01id\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0",
        b"D\0\0\0\x12\0\x02\0\0\0\x04four\xff\xff\xff\xff",
        b"C\0\0\0\x0dSELECT 1\0I\0\0\0\x04n\0\0\0\x04s\0\0\0\x04",
        b"t\0\0\0\x0a\0\x01\0\0\0\x171\0\0\0\x042\0\0\0\x043\0\0\0\x04",
        b"G\0\0\0\x09\0\0\x01\0\0W\0\0\0\x07\0\0\0H\0\0\0\x09\x01\0\x01\0\x01",
        b"V\0\0\0\x0b\0\0\0\x03oned\0\0\0\x06abc\0\0\0\x04",
        b"v\0\0\0\x12\0\x03\0\0\0\0\0\x01_pq_.\0",
    ];
    seeds.map(<[u8]>::to_vec).to_vec()
}

fn login_seeds() -> Vec<Vec<u8>> {
    let seeds: [&[u8]; 5] = [
        b"R\0\0\0\x08\0\0\0\0",
        b"R\0\0\0\x0c\0\0\0\x05saltR\0\0\0\x08\0\0\0\x03",
        b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0",
        b"v\0\0\0\x0c\0\x03\0\0\0\0\0\0",
        b"E\0\0\0\x14SFATAL\0C28P01\0\0",
    ];
    seeds.map(<[u8]>::to_vec).to_vec()
}

fn sasl_seeds() -> Vec<Vec<u8>> {
    texts(&["SCRAM-SHA-256\0\0\0\0\x09n,,n=,r=x", "OAUTHBEARER\0\0\0\0\0"])
}

fn first_seeds() -> Vec<Vec<u8>> {
    texts(&["n,,n=,r=abc", "y,,n=,r=abc,x=y", "p=tls-server-end-point,,n=,r=abc", "n,a=b,n=,r=a"])
}

fn last_seeds() -> Vec<Vec<u8>> {
    let (nonce, proof) = ("xAQEBAQEBAQEBAQEBAQEBAQEB", "A".repeat(43));
    texts(&[&format!("c=biws,r={nonce},p={proof}="), &format!("c=biws,r={nonce},x=y,p=AA==")])
}

fn challenge_seeds() -> Vec<Vec<u8>> {
    let nonce = "A".repeat(24);
    texts(&[&format!("r={nonce}more,s=c2FsdA==,i=64"), &format!("r={nonce}x,s=c2Fs,i=1,x=y")])
}

fn verifier_seeds() -> Vec<Vec<u8>> {
    let key = "A".repeat(43);
    texts(&[&format!("SCRAM-SHA-256$4096:c2FsdA==${key}=:{key}=")])
}

fn md5_seeds() -> Vec<Vec<u8>> {
    texts(&[&format!("md5{}", "0123456789abcdef".repeat(2))])
}

fn certificate_seeds() -> Vec<Vec<u8>> {
    vec![include_bytes!("../../tests/certificates/rsa_sha256.der").to_vec()]
}

fn number_seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&["-123.4500e-3", "NaN", "Infinity", "t", "2147483647", "16/B374D848"]);
    seeds.push(b"\0\x02\0\0\0\0\0\x02\0\x01\x13\x88".to_vec());
    seeds.push(vec![0x7f; 8]);
    seeds
}

fn text_seeds() -> Vec<Vec<u8>> {
    let json = "\x01{\"a\": [1, \"b\", null, {\"c\": 1.5e3}]}";
    let uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    texts(&[
        "plain text",
        "\\xdeadbeef",
        "a\\000b\\\\c",
        json,
        json.trim_start_matches('\x01'),
        uuid,
    ])
}

fn moment_seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&[
        "2024-02-29 10:00:00.5+05:30",
        "0044-03-15 BC",
        "Thu Feb 29 01:02:03.4 2024 UTC",
        "1 year 2 mons -3 days 04:05:06.7",
        "P1Y2M3DT4H5M6.7S",
        "infinity",
        "23:59:60.999 America/New_York",
    ]);
    seeds.push(vec![1; 8]);
    seeds.push(vec![1; 16]);
    seeds
}

fn nested_seeds() -> Vec<Vec<u8>> {
    let mut seeds =
        texts(&["{1,NULL,3}", "{{1,2},{3,4}}", "[0:1]={5,6}", "{\"a b\",\"{\"}", "1 2 3"]);
    seeds.push(b"\0\0\0\x01\0\0\0\0\0\0\0\x17\0\0\0\x01\0\0\0\x01\0\0\0\x04\0\0\0\x07".to_vec());
    seeds.push(b"\0\0\0\x01\0\0\0\x17\0\0\0\x04\0\0\0\x07".to_vec());
    seeds
}
