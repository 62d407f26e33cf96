//! Before and during the login: versions, cancel keys, TLS.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, PeerError, SqlState,
    frontend::{Event, Login, LoginStep, Startup, TlsStep},
    message::{
        Authentication, BackendKeyData, CancelRequest, Encode, ErrorResponse,
        NegotiateProtocolVersion, NewParse, ProtocolVersion,
    },
};

use crate::script::{bytes, error, login};

/// The word of version 3.0.
const V3: u32 = 0x0003_0000;

/// A client that asks for an option of the protocol.
fn login_with_option() -> Login {
    Startup::new(&Limits::default())
        .log_in(ProtocolVersion::V3_2, [("user", "alice"), ("_pq_.mine", "1")], &mut Vec::new())
        .expect("legal parameters")
}

#[test]
fn our_client_takes_no_more_than_it_asked_for() {
    let offer = |version: u32, options: &[&str]| {
        let options = options.iter().map(|option| (*option).into()).collect();
        let offer = NegotiateProtocolVersion { version: ProtocolVersion(version), options };
        login_with_option().step(&mut bytes(&[&offer]), &mut Vec::new())
    };
    assert!(matches!(offer(V3, &[]), Ok(LoginStep::NeedInput(_))));
    assert!(matches!(offer(V3 + 2, &["_pq_.mine"]), Ok(LoginStep::NeedInput(_))));
    assert!(offer(V3 + 3, &[]).is_err(), "newer than ours");
    assert!(offer(V3 + 1, &[]).is_err(), "there is no 3.1");
    assert!(offer(0x0002_0000, &[]).is_err());
    assert!(offer(V3 + 2, &[]).is_err(), "nothing to negotiate");
    assert!(offer(V3, &["_pq_.yours"]).is_err());
}

/// Logs in, and takes the key that the server gives.
fn key(version: ProtocolVersion, key: &[u8]) -> Result<BackendKeyData, PeerError> {
    let mut input = bytes(&[&Authentication::Ok, &BackendKeyData { process_id: 42, key }]);
    let LoginStep::Authenticated(mut authenticated) =
        login(version).step(&mut input, &mut Vec::new())?
    else {
        panic!("not let in")
    };
    match authenticated.connection.receive(&mut input)? {
        Some(Event::BackendKeyData(key)) => Ok(key),
        other => panic!("{other:?}"),
    }
}

#[test]
fn t6_a_cancel_key_has_the_length_of_its_version() {
    let legal = |version| {
        (0..300).filter(|length| key(version, &vec![0; *length]).is_ok()).collect::<Vec<_>>()
    };
    assert_eq!(legal(ProtocolVersion::V3_0), [4]);
    assert_eq!(legal(ProtocolVersion::V3_2), (4..=256).collect::<Vec<_>>());
}

#[test]
fn t6_a_cancel_key_is_given_back_as_it_came() {
    for length in 4..=256 {
        let sent: Vec<u8> = (0..length).map(|place: u32| place.to_be_bytes()[3]).collect();
        let BackendKeyData { process_id, key } =
            key(ProtocolVersion::V3_2, &sent).expect("a legal key");
        let mut request = Vec::new();
        CancelRequest { process_id, key }.encode(&mut request).expect("it can be written");
        let packet = [&(12 + length).to_be_bytes()[..], &b"\x04\xd2\x16\x2e\0\0\0\x2a"[..], &sent];
        assert_eq!(request, packet.concat());
    }
}

/// What our client makes of the answer to its SSLRequest.
fn answered(answer: &[u8]) -> Result<TlsStep, PeerError> {
    let mut output = Vec::new();
    let requested = Startup::new(&Limits::default()).request_tls(&mut output);
    assert_eq!(output, b"\0\0\0\x08\x04\xd2\x16\x2f");
    requested.step(&mut BytesMut::from(answer))
}

#[test]
fn t1_the_answer_to_ssl_request_is_one_byte() {
    assert!(matches!(answered(b""), Ok(TlsStep::NeedInput(_))));
    assert!(matches!(answered(b"S"), Ok(TlsStep::Accepted(_))));
    assert!(matches!(answered(b"N"), Ok(TlsStep::Declined(_))));
    for byte in (0..=255).filter(|byte| !matches!(byte, b'S' | b'N')) {
        assert!(answered(&[byte]).expect_err("no answer to the question").is_fatal());
    }
}

#[test]
fn cve_2021_23222_bytes_behind_the_answer_are_not_taken_for_decrypted_ones() {
    for answer in [b'S', b'N'] {
        for injected in [&b"R\0\0\0\x08\0\0\0\0"[..], b"\x16", b"\0"] {
            let error = answered(&[&[answer], injected].concat()).expect_err("injected");
            assert_eq!(error.message(), "received unencrypted data after SSL response");
        }
    }
}

/// Also CVE-2024-10977.
#[test]
fn t11_nobody_vouches_for_an_error_in_the_place_of_tls() {
    let mut response = Vec::new();
    error("ERROR", SqlState::INTERNAL_ERROR).encode(&mut response).expect("it can be written");
    // Whole, and as much of it as comes first.
    for length in [response.len(), 1] {
        let refused = answered(&response[..length]).expect_err("no answer to the question");
        assert!(!refused.to_string().contains("it failed"), "{refused}");
        assert_ne!(refused.sqlstate(), SqlState::INTERNAL_ERROR);
    }
}

#[test]
fn our_client_is_refused_by_an_error() {
    let last = error("FATAL", SqlState::INVALID_PASSWORD);
    let step = login(ProtocolVersion::V3_0).step(&mut bytes(&[&last]), &mut Vec::new());
    let Ok(LoginStep::Refused(ErrorResponse { fields })) = step else { panic!("{step:?}") };
    assert_eq!(fields.sqlstate(), Some(SqlState::INVALID_PASSWORD));
    let ahead = NewParse { name: "", sql: "", parameter_types: [trunkline_proto::Oid(0)] };
    let step = login(ProtocolVersion::V3_0).step(&mut bytes(&[&ahead]), &mut Vec::new());
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
