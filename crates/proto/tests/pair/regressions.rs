//! Mistakes of others, each test named after its row in THREATS.md.

use trunkline_proto::message::{AnyFrontend, FrontendTag};

/// What a client sends; what a server does is in `client_traps`.
#[test]
fn cve_2026_32286_lengths_of_parameters_below_minus_one() {
    for length in [-2_i32, -3, -1000, i32::MIN, i32::MIN + 1] {
        let bind = [&b"\0\0\0\0\0\x01"[..], &length.to_be_bytes(), b"four\0\0"].concat();
        let call = [&b"\0\0\0\x01\0\0\0\x01"[..], &length.to_be_bytes(), b"four\0\0"].concat();
        for (tag, body) in [(FrontendTag::BIND, bind), (FrontendTag::FUNCTION_CALL, call)] {
            assert!(AnyFrontend::decode(tag, &body[..]).is_err(), "{length}");
        }
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
