//! Mistakes of others, each test named after its row in THREATS.md.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, SqlState,
    frontend::{Event, LoginStep, Startup},
    message::{
        AnyFrontend, DataRow, Encode, ErrorFields, ErrorResponse, FieldCode, FieldDescription,
        FrontendTag, ProtocolVersion, Query, RowDescription,
    },
};

use crate::harness::Pair;

/// The fields of an error, every subset of them.
fn errors() -> impl Iterator<Item = ErrorResponse> {
    const FIELDS: [(FieldCode, &str); 6] = [
        (FieldCode::SEVERITY, "ERROR"),
        (FieldCode::SEVERITY_NONLOCALIZED, "ERROR"),
        (FieldCode::SQLSTATE, "42601"),
        (FieldCode::MESSAGE, "oops"),
        (FieldCode::POSITION, "not a number"),
        (FieldCode(b'?'), "nobody knows this one"),
    ];
    (0..1_u8 << FIELDS.len()).map(|subset| {
        let chosen = FIELDS.iter().enumerate().filter(|(bit, _)| subset >> bit & 1 == 1);
        let fields = chosen
            .fold(ErrorFields::default(), |fields, (_, (code, text))| fields.with(*code, text));
        ErrorResponse { fields }
    })
}

#[test]
fn cve_2026_6666_an_error_may_lack_any_field() {
    for error in errors() {
        let mut bytes = Vec::new();
        error.encode(&mut bytes).expect("it can be written");
        let login = Startup::new(&Limits::default())
            .log_in(ProtocolVersion::V3_0, [("user", "alice")], &mut Vec::new())
            .expect("legal parameters");
        let step = login.step(&mut BytesMut::from(&bytes[..]), &mut Vec::new());
        assert!(matches!(step, Ok(LoginStep::Refused(refused)) if refused == error));
        let mut pair = Pair::new();
        pair.ask(&Query { sql: "select" });
        pair.to_client.extend_from_slice(&bytes);
        let events = pair.client_events();
        assert!(matches!(&events[..], [Event::Error(_)]), "{events:?}");
        let Some(Event::Error(ErrorResponse { fields })) = events.first() else {
            panic!("{events:?}")
        };
        let has_code = fields.get(FieldCode::SQLSTATE).is_some();
        assert_eq!(fields.sqlstate(), has_code.then_some(SqlState::SYNTAX_ERROR));
        let _ = (fields.severity(), fields.get(FieldCode::POSITION), format!("{fields:?}"));
    }
}

#[test]
fn cve_2026_32286_lengths_below_minus_one() {
    for length in [-2_i32, -3, -1000, i32::MIN, i32::MIN + 1] {
        let row = [&b"D\0\0\0\x0e\0\x01"[..], &length.to_be_bytes(), b"four"].concat();
        let mut pair = Pair::new();
        pair.ask(&Query { sql: "select" });
        pair.server_event();
        pair.answer(&RowDescription { fields: [column()] });
        pair.client_events();
        pair.to_client.extend_from_slice(&row);
        assert!(pair.client.receive(&mut pair.to_client).is_err(), "{length}");

        let bind = [&b"\0\0\0\0\0\x01"[..], &length.to_be_bytes(), b"four\0\0"].concat();
        let call = [&b"\0\0\0\x01\0\0\0\x01"[..], &length.to_be_bytes(), b"four\0\0"].concat();
        for (tag, body) in [(FrontendTag::BIND, bind), (FrontendTag::FUNCTION_CALL, call)] {
            assert!(AnyFrontend::decode(tag, body.into()).is_err(), "{length}");
        }
    }
}

fn column() -> FieldDescription<&'static str> {
    FieldDescription {
        name: "a",
        table: trunkline_proto::Oid(0),
        column: 0,
        type_oid: trunkline_proto::Oid::TEXT,
        typlen: -1,
        typmod: -1,
        format: trunkline_proto::Format::Text,
    }
}

/// How many values a row has is said by the row: who trusts the description reads beyond its end.
#[test]
fn rustsec_2026_0178_rows_shorter_than_their_description() {
    for count in [0, 1, 3, 1000] {
        let mut pair = Pair::new();
        pair.ask(&Query { sql: "select" });
        pair.server_event();
        pair.answer(&RowDescription { fields: [column(), column()] });
        pair.answer(&DataRow { values: std::iter::repeat_n(Some("x"), count) });
        let events = pair.client_events();
        let Some(Event::Row(row)) = events.last() else { panic!("{events:?}") };
        assert_eq!((row.values.len(), row.values.iter().count()), (count, count));
    }
}

/// Fields of SCRAM of any length, up to what a message can hold.
#[cfg(feature = "auth")]
#[test]
fn cve_2019_10164_scram_fields_of_any_length() {
    use trunkline_proto::auth::scram::{
        Binding, BindingPolicy, ScramClient, ScramServer, ScramVerifier,
    };
    for length in [0, 1, 31, 32, 33, 64, 255, 256, 1024, 4096, 65_535, 65_536] {
        let long = "A".repeat(length);
        let verifier = ScramVerifier::from_password("pencil", long.as_bytes(), 1);
        let again = ScramVerifier::parse(&verifier.secret()).expect("what it wrote itself");
        assert_eq!(again.salt().len(), length);
        let server = || ScramServer::new(again.clone(), [1; 18], Binding::None);
        let first = format!("n,,n={long},r={long}");
        let (challenge, last) = server().first(b"SCRAM-SHA-256", first.as_bytes()).expect("legal");
        for message in [format!("c={long},r={long},p={long}"), format!("c=biws,r={long},p={long}")]
        {
            let (_, last) = server().first(b"SCRAM-SHA-256", first.as_bytes()).expect("legal");
            assert!(last.finish(message.as_bytes()).is_err());
        }
        assert!(last.finish(long.as_bytes()).is_err());
        assert!(challenge.len() >= length);
        let key = "A".repeat(43);
        let _ = ScramVerifier::parse(&format!("SCRAM-SHA-256${long}:{long}${key}=:{key}="));
        let client = || {
            let offered = [&b"SCRAM-SHA-256"[..]];
            ScramClient::new(offered, BindingPolicy::Prefer, &Binding::None, [0; 18])
                .expect("it is")
        };
        let nonce = "A".repeat(24);
        for message in [
            format!("r={nonce}x{long},s={long},i=1"),
            format!("r={nonce}x,s=AAAA,i={}", "1".repeat(length)),
        ] {
            let _ = client().respond(message.as_bytes(), "pencil");
        }
    }
}

/// What must be compared in constant time cannot be compared by `==` at all.
#[cfg(feature = "auth")]
#[test]
fn cve_2026_6478_secrets_have_no_equality() {
    use std::marker::PhantomData;
    use trunkline_proto::auth::{md5::Md5Verifier, scram::ScramVerifier};

    struct Is<T>(PhantomData<T>);
    trait Otherwise {
        const COMPARED: bool = false;
    }
    impl<T> Otherwise for Is<T> {}
    impl<T: PartialEq> Is<T> {
        const COMPARED: bool = true;
    }
    let secrets = [Is::<ScramVerifier>::COMPARED, Is::<Md5Verifier>::COMPARED];
    assert_eq!((secrets, Is::<String>::COMPARED), ([false; 2], true));
}
