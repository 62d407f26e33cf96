//! Before the login: encryption, versions, cancel requests; our server as PostgreSQL 18.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, PeerError, SqlState,
    backend::{Channel, CleartextStep, Login, Replication, Startup, Step},
    message::{CancelRequest, Encode, GssEncRequest, ProtocolVersion, SslRequest, StartupMessage},
};

pub(crate) fn bytes(messages: &[&dyn Encode]) -> BytesMut {
    let mut bytes = Vec::new();
    for message in messages {
        message.encode(&mut bytes).expect("it can be written");
    }
    BytesMut::from(&bytes[..])
}

fn packet(code: u32, body: &[u8]) -> BytesMut {
    let length = u32::try_from(8 + body.len()).expect("short");
    BytesMut::from(&[&length.to_be_bytes(), &code.to_be_bytes(), body].concat()[..])
}

fn startup() -> Startup {
    Startup::new(&Limits::default(), Channel::Tcp)
}

fn step(input: impl Into<BytesMut>) -> (Result<Step, PeerError>, Vec<u8>) {
    let mut output = Vec::new();
    (startup().step(&mut input.into(), &mut output), output)
}

fn login(version: u32, body: &[u8]) -> (Login, Vec<u8>) {
    match step(packet(version, body)) {
        (Ok(Step::Login(login)), output) => (login, output),
        (other, _) => panic!("{other:?}"),
    }
}

pub(crate) const V3: u32 = 0x0003_0000;
const ALICE: StartupMessage<[(&str, &str); 1]> =
    StartupMessage { version: ProtocolVersion::V3_0, parameters: [("user", "alice")] };

#[test]
fn a_startup_message_tells_who_is_there() {
    let body =
        b"user\0first\0user\0alice\0DateStyle\0ISO\0options\0-c a=b\0_pq_.x\0y\0database\0\0\0";
    let (login, _) = login(V3, body);
    assert_eq!((login.user(), login.database()), ("alice", "alice"), "the last one counts");
    assert_eq!(login.settings().collect::<Vec<_>>(), [("DateStyle", "ISO")]);
    assert_eq!(login.options().expect("there").as_bytes(), b"-c a=b");
    assert_eq!(login.replication(), Replication::No);
    assert!(!login.is_encrypted());
}

#[test]
fn names_are_cut_to_63_bytes() {
    let body = ["user\0", &"é".repeat(40), "\0database\0", &"d".repeat(70), "\0\0"].concat();
    let (login, _) = login(V3, body.as_bytes());
    assert_eq!(login.user(), "é".repeat(31));
    assert_eq!(login.database().len(), 63);
}

#[test]
fn replication_is_a_boolean_or_database() {
    let is = |value: &str| {
        let body = format!("user\0a\0replication\0{value}\0\0");
        login(V3, body.as_bytes()).0.replication()
    };
    assert_eq!(is("database"), Replication::Logical);
    assert!(["true", "on", "1", "yes", "T"].iter().all(|value| is(value) == Replication::Physical));
    assert!(["false", "off", "0", "no"].iter().all(|value| is(value) == Replication::No));
    let (refused, _) = step(packet(V3, b"user\0a\0replication\0banana\0\0"));
    let refused = refused.expect_err("no boolean");
    assert_eq!(refused.sqlstate(), SqlState::INVALID_PARAMETER_VALUE);
}

#[test]
fn a_length_that_cannot_be_ends_the_connection_without_a_word() {
    for length in [-1, 0, 7, 10005, i32::MAX, i32::MIN, i32::from_be_bytes(*b"GET ")] {
        let (refused, output) = step(&length.to_be_bytes()[..]);
        let refused = refused.expect_err("no such length");
        assert!(refused.is_fatal() && refused.is_silent() && output.is_empty(), "{length}");
    }
    let mut longest = b"user\0".to_vec();
    longest.resize(9994, b'a');
    longest.extend_from_slice(b"\0\0");
    assert_eq!(packet(V3, &longest).len(), 10004);
    assert_eq!(login(V3, &longest).0.user().len(), 63);
}

#[test]
fn a_layout_that_cannot_be_is_fatal() {
    let bodies: [&[u8]; 5] = [b"", b"user\0a\0", b"user\0a\0\0\0", b"user\0a\0\0x", b"user\0\0"];
    for body in bodies {
        let refused = step(packet(V3, body)).0.expect_err("no such layout");
        assert_eq!(
            refused.message(),
            "invalid startup packet layout: expected terminator as last byte"
        );
        assert!(refused.is_fatal() && !refused.is_silent());
    }
    for body in [&b"\0"[..], b"user\0\0\0"] {
        let refused = step(packet(V3, body)).0.expect_err("nobody");
        assert_eq!(refused.message(), "no PostgreSQL user name specified in startup packet");
    }
    let refused = step(packet(V3, b"user\0\xff\0\0")).0.expect_err("no text");
    assert_eq!(refused.sqlstate(), SqlState::CHARACTER_NOT_IN_REPERTOIRE);
}

#[test]
fn versions_are_negotiated() {
    let user = b"user\0alice\0\0";
    type Case<'a> = (u32, &'a [u8], u32, Option<&'a [u8]>);
    let cases: [Case<'_>; 8] = [
        (V3, user, V3, None),
        (V3 + 1, user, V3 + 1, None),
        (V3 + 2, user, V3 + 2, None),
        (V3 + 3, user, V3 + 2, Some(b"v\0\0\0\x0c\0\x03\0\x02\0\0\0\0")),
        (
            V3 + 9999,
            b"user\0a\0_pq_.test_protocol_negotiation\0\0\0",
            V3 + 2,
            Some(b"v\0\0\0+\0\x03\0\x02\0\0\0\x01_pq_.test_protocol_negotiation\0"),
        ),
        (V3, b"user\0a\0_pq_.x\0y\0\0", V3, Some(b"v\0\0\0\x13\0\x03\0\0\0\0\0\x01_pq_.x\0")),
        (
            V3 + 2,
            b"user\0a\0_pq_.x\0y\0\0",
            V3 + 2,
            Some(b"v\0\0\0\x13\0\x03\0\x02\0\0\0\x01_pq_.x\0"),
        ),
        (
            V3,
            b"_pq_.x\0\0user\0a\0_pq_.y\0\0\0",
            V3,
            Some(b"v\0\0\0\x1a\0\x03\0\0\0\0\0\x02_pq_.x\0_pq_.y\0"),
        ),
    ];
    for (asked, body, agreed, answer) in cases {
        let (login, output) = login(asked, body);
        assert_eq!(login.version(), ProtocolVersion(agreed));
        assert_eq!(output.as_slice(), answer.unwrap_or_default());
        let no_settings: [(&str, &str); 0] = [];
        let mut output = Vec::new();
        let is_long = agreed == V3 + 2;
        let ready = login.trust(&mut output);
        let finished = ready.finish(no_settings, 1, &[0; 32], &mut output);
        assert_eq!(finished.is_ok(), is_long, "long keys are for 3.2");
    }
}

#[test]
fn other_versions_are_refused_in_their_own_words() {
    let refused = step(packet(0x0004_0000, b"")).0.expect_err("too new");
    assert_eq!(refused.message(), "unsupported frontend protocol 4.0: server supports 3.0 to 3.2");
    assert_eq!(refused.sqlstate(), SqlState::FEATURE_NOT_SUPPORTED);
    let (refused, output) = step(packet(0x0002_0000, b""));
    assert!(refused.expect_err("too old").is_silent());
    let expected = b"EFATAL:  unsupported frontend protocol 2.0: server supports 3.0 to 3.2\n\0";
    assert_eq!(output, expected);
}

#[test]
fn tls_is_asked_for_once() {
    let mut input = bytes(&[&SslRequest]);
    let mut output = Vec::new();
    let Ok(Step::Tls(request)) = startup().step(&mut input, &mut output) else { panic!() };
    let startup = request.decline(&mut output);
    assert_eq!(output, b"N");
    input.extend_from_slice(&bytes(&[&GssEncRequest]));
    let Ok(Step::NeedInput(startup)) = startup.step(&mut input, &mut output) else { panic!() };
    assert_eq!(output, b"NN");
    input.extend_from_slice(&bytes(&[&SslRequest]));
    let refused = startup.step(&mut input, &mut output).expect_err("asked twice");
    assert_eq!(
        refused.message(),
        "unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2"
    );
    assert_eq!(output, b"NN");
}

#[test]
fn gssapi_is_asked_for_once() {
    let mut input = bytes(&[&GssEncRequest]);
    let mut output = Vec::new();
    let Ok(Step::NeedInput(startup)) = startup().step(&mut input, &mut output) else { panic!() };
    let mut input = bytes(&[&GssEncRequest]);
    let refused = startup.step(&mut input, &mut output).expect_err("asked twice");
    assert!(refused.message().contains("1234.5680"));
}

/// CVE-2021-23214.
#[test]
fn clear_bytes_behind_a_request_that_is_declined_are_refused() {
    let mut input = bytes(&[&SslRequest, &ALICE]);
    let mut output = Vec::new();
    let Ok(Step::Tls(request)) = startup().step(&mut input, &mut output) else { panic!() };
    let startup = request.decline(&mut output);
    let refused = startup.step(&mut input, &mut output).expect_err("sent ahead");
    assert_eq!(refused.message(), "received unencrypted data after SSL request");
    assert!(refused.detail().is_some());

    let (refused, output) = step(bytes(&[&GssEncRequest, &ALICE]));
    let refused = refused.expect_err("sent ahead");
    assert_eq!(refused.message(), "received unencrypted data after GSSAPI encryption request");
    assert_eq!(output, b"N");
}

/// The bytes behind an SSLRequest that is accepted stay for the TLS library: a ClientHello.
#[test]
fn bytes_behind_a_request_that_is_accepted_belong_to_tls() {
    let mut input = bytes(&[&SslRequest]);
    input.extend_from_slice(b"\x16\x03\x01");
    let mut output = Vec::new();
    let Ok(Step::Tls(request)) = startup().step(&mut input, &mut output) else { panic!() };
    let handshake = request.accept(&mut output);
    assert_eq!((&output[..], &input[..]), (&b"S"[..], &b"\x16\x03\x01"[..]));
    let startup = handshake.established();
    let Ok(Step::Login(login)) = startup.step(&mut bytes(&[&ALICE]), &mut output) else { panic!() };
    assert!(login.is_encrypted());
    assert_eq!(output, b"S");
}

#[test]
fn within_tls_that_was_asked_for_there_is_no_more_encryption() {
    for request in [&SslRequest as &dyn Encode, &GssEncRequest] {
        let Ok(Step::Tls(tls)) = step(bytes(&[&SslRequest])).0 else { panic!() };
        let startup = tls.accept(&mut Vec::new()).established();
        let refused = startup.step(&mut bytes(&[request]), &mut Vec::new());
        assert_eq!(refused.expect_err("spent").sqlstate(), SqlState::FEATURE_NOT_SUPPORTED);
    }
}

/// CVE-2026-14681: within TLS that was not asked for, all requests are declined.
#[test]
fn within_direct_tls_encryption_is_declined() {
    for request in [&SslRequest as &dyn Encode, &GssEncRequest] {
        let Ok(Step::DirectTls(tls)) = step(&b"\x16"[..]).0 else { panic!() };
        let startup = tls.accept().established();
        let mut output = Vec::new();
        let next = startup.step(&mut bytes(&[request]), &mut output);
        let Ok(Step::NeedInput(startup)) = next else { panic!("{next:?}") };
        assert_eq!(output, b"N");
        let Ok(Step::Login(login)) = startup.step(&mut bytes(&[&ALICE]), &mut output) else {
            panic!()
        };
        assert!(login.is_encrypted());
    }
}

#[test]
fn direct_tls_comes_first_or_not_at_all() {
    let mut output = Vec::new();
    let mut input = bytes(&[&GssEncRequest]);
    let Ok(Step::NeedInput(startup)) = startup().step(&mut input, &mut output) else { panic!() };
    input.extend_from_slice(b"\x16\x03\x01\0");
    assert!(startup.step(&mut input, &mut output).expect_err("too late").is_silent());
}

#[test]
fn a_unix_socket_has_no_encryption() {
    let startup = || Startup::new(&Limits::default(), Channel::Unix);
    let mut output = Vec::new();
    let next = startup().step(&mut bytes(&[&SslRequest]), &mut output);
    assert!(matches!(next, Ok(Step::NeedInput(_))));
    assert_eq!(output, b"N");
    let direct = startup().step(&mut BytesMut::from(&b"\x16"[..]), &mut output);
    assert!(direct.expect_err("no TLS").is_silent());
}

/// CVE-2026-6479: no recursion, no memory, however many there are.
#[test]
fn many_requests_end_at_the_third() {
    let request = bytes(&[&SslRequest]);
    let mut startup = startup();
    let mut output = Vec::new();
    for count in 0.. {
        match startup.step(&mut request.clone(), &mut output) {
            Ok(Step::Tls(tls)) => startup = tls.decline(&mut output),
            Ok(other) => panic!("{other:?}"),
            Err(_) => {
                assert_eq!(count, 1);
                return;
            }
        }
    }
}

#[test]
fn a_cancel_request_is_handed_over() {
    for key in [&b"k"[..], b"key!", &[7; 256]] {
        let request = CancelRequest { process_id: 42, key };
        let (Ok(Step::Cancel(found)), output) = step(bytes(&[&request])) else { panic!() };
        assert_eq!((found.process_id, &found.key[..]), (42, key));
        assert!(output.is_empty());
    }
    for key in [&b""[..], &[7; 257]] {
        let body = [&42_i32.to_be_bytes()[..], key].concat();
        let refused = step(packet(80_877_102, &body)).0.expect_err("no such key");
        assert!(refused.is_silent());
    }
}

#[test]
fn packets_may_come_byte_by_byte() {
    let mut startup = startup();
    let (mut input, mut output) = (BytesMut::new(), Vec::new());
    let sent = bytes(&[&ALICE]);
    for (index, byte) in sent.iter().enumerate() {
        input.extend_from_slice(&[*byte]);
        match startup.step(&mut input, &mut output) {
            Ok(Step::NeedInput(next)) => startup = next,
            Ok(Step::Login(_)) => {
                assert_eq!(index, sent.len() - 1);
                return;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("never complete");
}

fn cleartext() -> trunkline_proto::backend::Cleartext {
    let (login, _) = login(V3, b"user\0alice\0\0");
    let mut output = Vec::new();
    let cleartext = login.cleartext(&mut output);
    assert_eq!(output, b"R\0\0\0\x08\0\0\0\x03");
    cleartext
}

#[test]
fn a_password_in_clear_is_for_the_caller_to_check() {
    let mut input = BytesMut::from(&b"p\0\0\0\x0bsecret\0Q"[..]);
    let step = cleartext().step(&mut input).expect("a password");
    let CleartextStep::Password(password) = step else { panic!() };
    assert_eq!((password.as_bytes(), password.login().user()), (&b"secret"[..], "alice"));
    assert!(!format!("{password:?}").contains("secret"));
    assert_eq!(&input[..], b"Q", "a client may send more ahead");
    let refused = password.refuse();
    assert_eq!(refused.message(), "password authentication failed for user \"alice\"");
    assert_eq!(refused.sqlstate(), SqlState::INVALID_PASSWORD);
}

#[test]
fn before_the_login_only_a_password_is_taken() {
    let cases: [(&[u8], &str, bool); 6] = [
        (b"Q", "expected password response, got message type 81", false),
        (b"X\0\0\0\x04", "expected password response, got message type 88", false),
        (b"p\0\0\0\x05\0", "empty password returned by client", false),
        (b"p\0\0\0\x04", "invalid password packet size", false),
        (b"p\0\0\0\x07a\0b", "invalid password packet size", false),
        (b"p\0\x01\0\0", "invalid message length", true),
    ];
    for (input, message, is_silent) in cases {
        let refused = cleartext().step(&mut BytesMut::from(input)).expect_err("no password");
        assert_eq!((refused.message(), refused.is_silent()), (message, is_silent));
        assert!(refused.is_fatal());
    }
    let waiting = cleartext().step(&mut BytesMut::from(&b"p\0\0\xff\xff"[..]));
    assert!(matches!(waiting, Ok(CleartextStep::NeedInput(_))));
}

#[test]
fn a_setting_that_cannot_be_written_writes_nothing() {
    let (login, _) = login(V3, b"user\0alice\0\0");
    let mut output = Vec::new();
    let ready = login.trust(&mut output);
    let before = output.len();
    assert!(ready.finish([("a", "b"), ("c", "\0")], 1, b"key!", &mut output).is_err());
    assert_eq!(output.len(), before);
}
