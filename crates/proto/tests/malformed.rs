//! Whatever arrives, decoding ends in a message or in PostgreSQL's words; whatever is to be
//! written, writing ends in a frame or in nothing.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use trunkline_proto::{
    Format, Limits, Malformed, Oid, PeerError,
    error::Severity,
    message::*,
    trace::Trace,
    wire::frame::{self, Header, Relay},
};

fn encoded(message: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    message.encode(&mut out).unwrap();
    out
}

/// One message of every type whose layout can be broken.
fn frontend_samples() -> Vec<Vec<u8>> {
    let values = [Some(&b"one"[..]), None, Some(b"")];
    vec![
        encoded(&Query { sql: "select 1" }),
        encoded(&NewParse { name: "s", sql: "select $1", parameter_types: [Oid::INT4] }),
        encoded(&NewBind {
            portal: "p",
            statement: "s",
            parameter_formats: &[Format::Text, Format::Binary, Format::Text],
            parameters: values,
            result_formats: &[Format::Binary],
        }),
        encoded(&Describe { target: Target::Portal, name: "p" }),
        encoded(&Close { target: Target::Statement, name: "s" }),
        encoded(&Execute { portal: "p", max_rows: 7 }),
        encoded(&NewFunctionCall {
            function: Oid(1251),
            argument_formats: &[Format::Binary],
            arguments: values,
            result_format: Format::Text,
        }),
    ]
}

fn backend_samples() -> Vec<Vec<u8>> {
    let field = FieldDescription {
        name: "a",
        table: Oid(1259),
        column: -1,
        type_oid: Oid::TEXT,
        typlen: -1,
        typmod: -1,
        format: Format::Text.code(),
    };
    let mechanisms = vec![PgStr::from_static("SCRAM-SHA-256")];
    let options = vec![PgStr::from_static("_pq_.a")];
    vec![
        encoded(&Authentication::Md5Password { salt: [1, 2, 3, 4] }),
        encoded(&Authentication::Sasl { mechanisms }),
        encoded(&ParameterStatus { name: "a", value: "b" }),
        encoded(&NegotiateProtocolVersion { version: ProtocolVersion::V3_2, options }),
        encoded(&ReadyForQuery { status: TransactionStatus::Idle }),
        encoded(&RowDescription { fields: [field] }),
        encoded(&DataRow { values: [Some("one"), None] }),
        encoded(&CommandComplete { tag: "SELECT 1" }),
        encoded(&ParameterDescription { types: [Oid::INT4, Oid::TEXT] }),
        encoded(&ErrorResponse::default()),
        encoded(&NoticeResponse { fields: ErrorFields::default().with(FieldCode::MESSAGE, "a") }),
        encoded(&CopyInResponse { format: Format::Text, columns: [0_i16, 0] }),
        encoded(&NotificationResponse { process_id: 1, channel: "a", payload: "b" }),
        encoded(&FunctionCallResponse { value: Some("1") }),
    ]
}

#[test]
fn a_message_cut_anywhere_or_prolonged_is_malformed() {
    let decode = |is_frontend: bool, tag: u8, body: &[u8]| {
        let body = Bytes::copy_from_slice(body);
        match is_frontend {
            true => AnyFrontend::decode(FrontendTag(tag), body).map(|_| ()),
            false => AnyBackend::decode(BackendTag(tag), body).map(|_| ()),
        }
    };
    let samples = frontend_samples().into_iter().map(|frame| (true, frame));
    for (is_frontend, frame) in
        samples.chain(backend_samples().into_iter().map(|frame| (false, frame)))
    {
        let (tag, body) = (frame[0], &frame[5..]);
        assert_eq!(decode(is_frontend, tag, body), Ok(()));
        for end in 0..body.len() {
            assert!(decode(is_frontend, tag, &body[..end]).is_err(), "{} {end}", char::from(tag));
        }
        let prolonged = [body, b"x"].concat();
        assert!(decode(is_frontend, tag, &prolonged).is_err(), "{}", char::from(tag));
    }
}

/// As PostgreSQL 15 and 18 answer to the same bytes.
#[test]
fn the_words_are_postgresqls_and_the_session_lives() {
    let cases: [(u8, &[u8], &str); 27] = [
        (b'Q', b"select 1", "invalid string in message"),
        (b'Q', b"", "invalid string in message"),
        (b'Q', b"select 1\0\0", "invalid message format"),
        (b'Q', b"select 1\0junk", "invalid message format"),
        (b'P', b"\0select 1\0", "insufficient data left in message"),
        (b'P', b"\0select 1\0\0\x01\0\0\0", "insufficient data left in message"),
        (b'B', b"\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0", "insufficient data left in message"),
        (b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xff\0\0", "insufficient data left in message"),
        (b'D', b"", "no data left in message"),
        (b'D', b"X\0", "invalid DESCRIBE message subtype 88"),
        (b'D', b"X\0\0", "invalid message format"),
        (b'C', b"X\0", "invalid CLOSE message subtype 88"),
        (b'E', b"\0\0\0\0", "insufficient data left in message"),
        (b'S', b"x", "invalid message format"),
        (b'H', b"x", "invalid message format"),
        (b'P', b"", "invalid string in message"),
        (b'P', b"a", "invalid string in message"),
        (b'B', b"", "invalid string in message"),
        (b'B', b"\0", "invalid string in message"),
        (b'B', b"\0\0\0", "insufficient data left in message"),
        (b'B', b"\0\0\0\0\0\0\0", "insufficient data left in message"),
        (b'B', b"\0\0\0\0\0\0\0\0x", "invalid message format"),
        (b'D', b"S", "invalid string in message"),
        (b'D', b"Sabc", "invalid string in message"),
        (b'E', b"", "invalid string in message"),
        (b'E', b"\0", "insufficient data left in message"),
        (
            b'F',
            b"\0\0\0\x01\0\0\0\x01\xff\xff\xff\xfe\0\0",
            "invalid argument size -2 in function call message",
        ),
    ];
    for (tag, body, words) in cases {
        let malformed = AnyFrontend::decode(FrontendTag(tag), Bytes::from_static(body));
        let error = PeerError::from(malformed.unwrap_err());
        assert_eq!(error.message(), words, "{} {body:?}", char::from(tag));
        assert_eq!((error.severity(), error.is_silent()), (Severity::Error, false));
        assert_eq!(error.sqlstate().as_str(), "08P01");
    }
}

#[test]
fn what_postgresql_tolerates_is_tolerated() {
    for (tag, body) in [(b'X', &b"x"[..]), (b'c', b"x"), (b'f', b"no\0more")] {
        assert!(AnyFrontend::decode(FrontendTag(tag), Bytes::from_static(body)).is_ok());
    }
    let ssl = StartupPacket::decode(Bytes::from_static(b"\x04\xd2\x16\x2fx"));
    assert_eq!(ssl, Ok(StartupPacket::Ssl(SslRequest)));
}

#[test]
fn lengths_that_cannot_be_believed_close_silently() {
    let limits = Limits::default();
    for length in [i32::MIN, -2, -1, 0, 3, 10001, i32::MAX] {
        let header = Header { tag: b'E', length };
        let limit = limits.frontend(FrontendTag::EXECUTE).unwrap();
        assert!(header.frame_length(limit).unwrap_err().is_silent(), "{length}");
    }
    assert_eq!(Header { tag: b'E', length: 4 }.frame_length(10000), Ok(5));
    assert_eq!(Header { tag: b'E', length: 10000 }.frame_length(10000), Ok(10001));
    let get = i32::from_be_bytes(*b"GET ");
    for length in [i32::MIN, -1, 7, 10005, get, i32::MAX] {
        assert!(limits.startup_length(length).unwrap_err().is_silent(), "{length}");
    }
    assert_eq!(limits.startup_length(8), Ok(8));
    assert_eq!(limits.startup_length(10004), Ok(10004));
    for tag in [b'y', b'p', b'T', b'Z', 0, 255] {
        assert_eq!(limits.frontend(FrontendTag(tag)), None);
    }
}

#[test]
fn nothing_is_split_off_before_it_is_there() {
    let mut input = BytesMut::new();
    for (at, byte) in encoded(&Query { sql: "a" }).into_iter().enumerate() {
        assert_eq!(frame::peek(&input).is_some(), at >= 5);
        assert_eq!(frame::split(&mut input, 7), None);
        input.extend_from_slice(&[byte]);
    }
    assert_eq!(frame::split(&mut input, 4), None, "a frame is never shorter than its head");
    assert_eq!(frame::split(&mut input, 7).unwrap(), b"a\0"[..]);
}

#[test]
fn a_frame_is_relayed_in_pieces_and_nothing_behind_it() {
    let sent = [encoded(&CopyData { data: [7; 100] }), encoded(&Sync)].concat();
    let mut relay = Relay::new(105);
    let (mut input, mut passed) = (BytesMut::new(), Vec::new());
    for piece in sent.chunks(10) {
        input.extend_from_slice(piece);
        passed.extend_from_slice(&relay.take(&mut input));
    }
    assert_eq!((relay.remaining(), &passed[..]), (0, &sent[..105]));
    assert_eq!(input, encoded(&Sync)[..]);
}

#[test]
fn startup_packets_have_a_strict_layout() {
    let decode = |rest: &[u8]| StartupPacket::decode(Bytes::from([&[0, 3, 0, 0], rest].concat()));
    let layout = "invalid startup packet layout: expected terminator as last byte";
    for rest in [
        &b""[..],
        b"\0\0",
        b"\0x",
        b"user",
        b"user\0",
        b"user\0\0",
        b"user\0me",
        b"user\0me\0",
        b"user\0me\0\0\0",
        b"user\0me\0\0x",
    ] {
        let error = decode(rest).unwrap_err();
        assert_eq!(error.message(), layout, "{rest:?}");
        assert_eq!((error.is_fatal(), error.is_silent()), (true, false));
        assert_eq!(error.sqlstate().as_str(), "08P01");
    }
    assert!(decode(b"\0").is_ok());
    let Ok(StartupPacket::Startup(twice)) = decode(b"user\0you\0a\0\0user\0me\0\0") else {
        panic!()
    };
    assert_eq!(twice.parameters.get("user").unwrap(), "me", "the last one counts");
    assert_eq!(twice.parameters.get("a").unwrap(), "");
    assert_eq!(twice.parameters.get("b"), None);
    assert_eq!(twice.parameters.iter().count(), 3);
}

#[test]
fn requests_before_the_login() {
    let silent = [&b""[..], b"\x04\xd2\x16", b"\x04\xd2\x16\x2e", b"\x04\xd2\x16\x2e\0\0\0\x01"];
    for body in silent {
        assert!(StartupPacket::decode(Bytes::from_static(body)).unwrap_err().is_silent());
    }
    let long = [&b"\x04\xd2\x16\x2e\0\0\0\x01"[..], &[7; 257]].concat();
    assert!(StartupPacket::decode(Bytes::from(long)).unwrap_err().is_silent());
    let old = StartupPacket::decode(Bytes::from_static(b"\0\x02\0\0user"));
    assert_eq!(old, Ok(StartupPacket::Unsupported(ProtocolVersion(0x0002_0000))));
}

#[test]
fn what_cannot_be_written_leaves_no_byte() {
    fn refused(message: &impl Encode) {
        let mut out = b"before".to_vec();
        assert!(message.encode(&mut out).is_err());
        assert_eq!(out, b"before");
    }
    refused(&Query { sql: "a\0b" });
    refused(&NewParse { name: "a\0", sql: "", parameter_types: [Oid::INT4; 0] });
    refused(&NewParse {
        name: "",
        sql: "",
        parameter_types: std::iter::repeat_n(Oid::INT4, 65536),
    });
    refused(&ParameterDescription { types: std::iter::repeat_n(Oid::INT4, 65536) });
    let bind = NewBind {
        portal: "",
        statement: "",
        parameter_formats: &[],
        parameters: std::iter::repeat_n(None::<&[u8]>, 65536),
        result_formats: &[],
    };
    refused(&bind);
    refused(&NewBind { portal: "\0", ..bind_with_none() });
    refused(&DataRow { values: std::iter::repeat_n(None::<&[u8]>, 32768) });
    refused(&CommandComplete { tag: "\0" });
    refused(&ParameterStatus { name: "a", value: "\0" });
    refused(&StartupMessage { version: ProtocolVersion::V3_0, parameters: [("user", "a\0b")] });
    refused(&StartupMessage { version: ProtocolVersion::V3_0, parameters: [("", "a")] });
    refused(&CancelRequest { process_id: 1, key: [0; 257] });
    refused(&CancelRequest { process_id: 1, key: [] });
    refused(&Authentication::Sasl { mechanisms: vec![PgStr::default()] });
    // 2 GiB of zeroes that are never touched: the length is looked at first.
    let huge = vec![0; 0x8000_0000];
    refused(&DataRow { values: [Some(&huge)] });
}

fn bind_with_none() -> NewBind<'static, [Option<&'static [u8]>; 1]> {
    NewBind {
        portal: "",
        statement: "",
        parameter_formats: &[],
        parameters: [None],
        result_formats: &[],
    }
}

#[test]
fn counts_reach_what_their_type_can_tell() {
    let types = std::iter::repeat_n(Oid::INT4, 65535);
    let frame = encoded(&NewParse { name: "", sql: "", parameter_types: types });
    let parse = Parse::decode(Bytes::from(frame).slice(5..)).unwrap();
    assert_eq!(parse.parameter_types().len(), 65535);
    let frame = encoded(&DataRow { values: std::iter::repeat_n(Some("x"), 32767) });
    assert_eq!(DataRow::decode(Bytes::from(frame).slice(5..)).unwrap().values.len(), 32767);
    assert_eq!(DataRow::decode(Bytes::from_static(b"\xff\xff")), Err(Malformed::Count(-1)));
}

#[test]
fn an_error_with_a_nul_in_its_words_is_still_sent() {
    let fields = ErrorFields::default()
        .with(FieldCode::MESSAGE, "cut\0here")
        .with(FieldCode(0), "never")
        .with(FieldCode::HINT, "whole");
    let frame = encoded(&ErrorResponse { fields });
    assert_eq!(&frame[5..], b"Mcut\0Hwhole\0\0");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_decode_or_fail(tag: u8, body: Vec<u8>) {
        prop_assume!(body.len() < 10_000);
        let body = Bytes::from(body);
        if let Ok(message) = AnyFrontend::decode(FrontendTag(tag), body.clone()) {
            let again = Bytes::from(encoded(&message)).slice(5..);
            prop_assert_eq!(AnyFrontend::decode(FrontendTag(tag), again), Ok(message));
        }
        if let Ok(message) = AnyBackend::decode(BackendTag(tag), body.clone()) {
            let again = Bytes::from(encoded(&message)).slice(5..);
            prop_assert_eq!(AnyBackend::decode(BackendTag(tag), again), Ok(message));
        }
        let _ = StartupPacket::decode(body.clone());
        let _ = PasswordMessage::decode(body.clone());
        let _ = SaslInitialResponse::decode(body.clone());
        for mut trace in [Trace::new(), Trace::regress()] {
            let mut out = Vec::new();
            trace.backend(BackendTag(tag), &body, &mut out).unwrap();
            trace.frontend(FrontendTag(tag), &body, &mut out).unwrap();
            trace.startup(&body, &mut out).unwrap();
        }
    }

    #[test]
    fn a_flipped_byte_decodes_or_fails(at: prop::sample::Index, byte: u8) {
        for (is_frontend, mut frame) in frontend_samples().into_iter().map(|frame| (true, frame))
            .chain(backend_samples().into_iter().map(|frame| (false, frame)))
        {
            let at = 5 + at.index(frame.len().saturating_sub(5).max(1));
            if let Some(place) = frame.get_mut(at) {
                *place = byte;
            }
            let body = Bytes::copy_from_slice(&frame[5..]);
            match is_frontend {
                true => drop(AnyFrontend::decode(FrontendTag(frame[0]), body)),
                false => drop(AnyBackend::decode(BackendTag(frame[0]), body)),
            }
        }
    }
}
