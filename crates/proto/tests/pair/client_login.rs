//! Our client before and during its login, at servers that do wrong.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, SqlState,
    frontend::{Login, LoginStep, Startup, TlsStep},
    message::{
        Authentication, BackendKeyData, Encode, ErrorResponse, NegotiateProtocolVersion, NewParse,
        ProtocolVersion,
    },
};

use crate::{
    harness::error,
    login::{V3, bytes},
};

fn client_login(version: ProtocolVersion) -> Login {
    Startup::new(&Limits::default())
        .log_in(version, [("user", "alice"), ("_pq_.mine", "1")], &mut Vec::new())
        .expect("legal parameters")
}

#[test]
fn our_client_takes_no_more_than_it_asked_for() {
    let offer = |version: u32, options: &[&str]| {
        let options = options.iter().map(|option| (*option).into()).collect();
        let offer = NegotiateProtocolVersion { version: ProtocolVersion(version), options };
        client_login(ProtocolVersion::V3_2).step(&mut bytes(&[&offer]), &mut Vec::new())
    };
    assert!(matches!(offer(V3, &[]), Ok(LoginStep::NeedInput(_))));
    assert!(matches!(offer(V3 + 2, &["_pq_.mine"]), Ok(LoginStep::NeedInput(_))));
    assert!(offer(V3 + 3, &[]).is_err(), "newer than ours");
    assert!(offer(V3 + 1, &[]).is_err(), "there is no 3.1");
    assert!(offer(0x0002_0000, &[]).is_err());
    assert!(offer(V3 + 2, &[]).is_err(), "nothing to negotiate");
    assert!(offer(V3, &["_pq_.yours"]).is_err());
}

#[test]
fn our_client_checks_the_cancel_key() {
    let key = |version: ProtocolVersion, length: usize| {
        let key = BackendKeyData { process_id: 1, key: vec![0; length] };
        let mut input = bytes(&[&Authentication::Ok, &key]);
        let step = client_login(version).step(&mut input, &mut Vec::new());
        let Ok(LoginStep::Authenticated(mut authenticated)) = step else { panic!("{step:?}") };
        authenticated.connection.receive(&mut input).is_ok()
    };
    let ok = |version| (0..300).filter(|length| key(version, *length)).collect::<Vec<_>>();
    assert_eq!(ok(ProtocolVersion::V3_0), [4]);
    assert_eq!(ok(ProtocolVersion::V3_2), (4..=256).collect::<Vec<_>>());
}

#[test]
fn our_client_asks_for_tls_and_trusts_nothing_in_clear() {
    let answer = |bytes: &[u8]| {
        let mut output = Vec::new();
        let requested = Startup::new(&Limits::default()).request_tls(&mut output);
        assert_eq!(output, b"\0\0\0\x08\x04\xd2\x16\x2f");
        requested.step(&mut BytesMut::from(bytes))
    };
    assert!(matches!(answer(b""), Ok(TlsStep::NeedInput(_))));
    assert!(matches!(answer(b"S"), Ok(TlsStep::Accepted(_))));
    assert!(matches!(answer(b"N"), Ok(TlsStep::Declined(_))));
    // CVE-2021-23222
    assert!(answer(b"SR\0\0\0\x08").is_err());
    // CVE-2024-10977
    let mut error_response = Vec::new();
    error("ERROR", SqlState::INTERNAL_ERROR).encode(&mut error_response).expect("it fits");
    let refused = answer(&error_response).expect_err("no answer to the question");
    assert!(!refused.message().contains("it failed"));
    assert!(answer(b"X").is_err());
}

#[test]
fn our_client_is_refused_by_an_error() {
    let last = error("FATAL", SqlState::INVALID_PASSWORD);
    let step = client_login(ProtocolVersion::V3_0).step(&mut bytes(&[&last]), &mut Vec::new());
    let Ok(LoginStep::Refused(ErrorResponse { fields })) = step else { panic!("{step:?}") };
    assert_eq!(fields.sqlstate(), Some(SqlState::INVALID_PASSWORD));
    let ahead = NewParse { name: "", sql: "", parameter_types: [trunkline_proto::Oid(0)] };
    let step = client_login(ProtocolVersion::V3_0).step(&mut bytes(&[&ahead]), &mut Vec::new());
    assert!(step.expect_err("no request").message().starts_with("expected authentication request"));
}

#[test]
fn our_client_does_not_start_what_it_cannot_finish() {
    let log_in = |parameters: &[(&str, &str)]| {
        let mut output = Vec::new();
        let parameters: Vec<_> = parameters.to_vec();
        let startup = Startup::new(&Limits::default());
        let result = startup.log_in(ProtocolVersion::V3_0, parameters, &mut output);
        assert!(result.is_ok() || output.is_empty());
        result.is_ok()
    };
    assert!(log_in(&[("user", "alice")]));
    assert!(!log_in(&[("database", "alice")]));
    assert!(!log_in(&[("user", "al\0ice")]));
    assert!(!log_in(&[("user", "alice"), ("", "x")]));
    assert!(!log_in(&[("user", "alice"), ("options", &"x".repeat(10000))]));
}
