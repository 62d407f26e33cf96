//! SCRAM against what PostgreSQL and the RFC have.

#![cfg(feature = "auth")]

use trunkline_proto::auth::scram::{
    Binding, ScramFailure, ScramServer, ScramVerifier, tls_server_end_point,
};

/// `set scram_iterations = …; alter role … password '…'; select rolpassword from pg_authid`, by
/// PostgreSQL 18.6.
const STORED_BY_POSTGRESQL: [(&str, &str); 16] = [
    (
        "secret",
        "SCRAM-SHA-256$4096:3OOqoCAqRgzeQYXlBBh/1Q==$6xhhzf0lHMyx1KSjlct9OoreKjwGAPpgGXgbXcknNMQ=:lQ/4VRKCRc6w/lqwAXewUHxFwR2HUUqL8Ckr9856vsQ=",
    ),
    (
        "pass w\u{f6}rd",
        "SCRAM-SHA-256$16:9Sm9jQVfuc8r4kzS2Hwe7w==$9DA0/dH0xT2WiUg3W/2MZ4xV6KiCRwHIrnFKvJ+FP68=:oaY871m2zVblv95Ux8a0MDursj/swE0zK4z6/pSDLWY=",
    ),
    (
        "\u{2168}",
        "SCRAM-SHA-256$16:eHgrgJNhF1jB/UTuiBkiDw==$GHH4LFkbfIN23fpD8Cewm9x6SXT8ENj+1qT0xdWIo00=:3I2bX7HjKmJDCbDGwphmYnI3pBm/Bx1x5sAjGpWZ2bc=",
    ),
    (
        "I\u{ad}X",
        "SCRAM-SHA-256$16:KQ6nULR+12Xozweu1jiq0A==$XpsXRv6CmV5YKY+9qx1L6kkKRNskiqn0Hc34aLaNopU=:qG87X2gsrJklZQW4CKIZg8lwtxPbLO3byyLw39QQ2io=",
    ),
    (
        "\u{aa}",
        "SCRAM-SHA-256$16:Kha6SCuojPlvj3WXFowGgA==$MebMa3eTWjdIhmsYPj3POYUqowdskI8oj+PAY4o6N7k=:UANZdCjGKz1+y7KpSIbRfWjdqjjmUzkLTpLfBGtpOhI=",
    ),
    (
        "\u{213b}",
        "SCRAM-SHA-256$16:z9g3TXyk6Fp+u5hEHURU0w==$YbXnaWGAHZ6QFKngcKOXwbUROiyT3ZwF4/6LcMA+eHg=:5bBcmPwcxmPVOAmusbtpxdZXCiwSplpTPQQJQUcehPE=",
    ),
    (
        "\u{fb1d}",
        "SCRAM-SHA-256$16:xvFICU01hlzXu4oURaaPIQ==$O206CUbXkj9X7AxYPJ8xbJAqrwPYALhyFF6VRrjk55M=:KlSiUKS+0cR8WCP1nvIz1tsw8MvGd4RSlXK3BtsN75w=",
    ),
    (
        "a\u{2135}",
        "SCRAM-SHA-256$16:kJembWDPtt2Mpf4NXwuV8w==$O+6a8dtZwDnh//hCEjGyEEPjqv6OosybS4cFaPbP1Kg=:7GJWgD1c1rlrnfOAzHQN6J5tz+fDLxIwB7M+SQb8JKI=",
    ),
    (
        "\u{340}",
        "SCRAM-SHA-256$16:yexrFCD4h3AL29Tkk+txOA==$55vb5tWZTTfctX1jE+6VNLoefuf1m/N+UO//HsUdUMs=:IgUuTZTJMfZn+qwGX+AVg1BC/iRUYYu7ig0NOsLyL/M=",
    ),
    (
        "\u{ad}",
        "SCRAM-SHA-256$16:0jxUvKu8/qfieerJ5Z3z2w==$U1dEsgEguUCq2wtZZzANTAU8sMZUQqFDprFxf4oO+Ac=:2gI6sYoln5GMt5A2GSVm+Xyon/zlCWFhdZuBjNkTX44=",
    ),
    (
        "\u{7}",
        "SCRAM-SHA-256$16:bp7qyMsL7ZKTXPL1XI9+xw==$jdhDxPB0xRsSD9+SdY3bcCrQgX4OsOMcDzDmt6Ogbow=:nf3//sDYAuT/i21bt9U/fHE9MOWT4tnZ/5XufLCaTB4=",
    ),
    (
        "\u{65e5}\u{672c}\u{8a9e}",
        "SCRAM-SHA-256$16:x6Q7jVnNLFwl2UWNAxZ0hQ==$ZALIG1BisfTEcfb5Qob28hrc/XxUqVPzM56WVSAYo4E=:hcCH1OE/mTchg6tlyhZu7poJkNSPiorxnvx6wraZwSs=",
    ),
    (
        "\u{627}1",
        "SCRAM-SHA-256$16:0eByD5CRuKWQP7RMnye0PA==$Wp4+VyghZTv3Jggrf8T7rj22G7Vq//1Rcz9pLeWqFDo=:KKf0efPaLJSG7IKDjTOQPSYKjkGb4JIQE7vEp+Yp5zI=",
    ),
    (
        "x\u{3000}y",
        "SCRAM-SHA-256$16:12kzmWqqv1HJixSfZu4QEQ==$9fIynO7hqqo7XiLwLJHAsMki+pjsQ3n+5EFXmqNWHhE=:s4lS379b+/9yd5ebe6QTpqgjejafXF+5/bHraBenZOc=",
    ),
    (
        "\u{1f600}",
        "SCRAM-SHA-256$16:Y8xPh3FolhMUALvANSL1zg==$AyMpmJboP3gcgHlhIb4HgV2E260STDXy/hVzeQMoWr0=:ZtaoNSTzkhfsaR4lZuKNhC311Bu8bQvrH6LAXiH6t/U=",
    ),
    (
        "\u{ff21}",
        "SCRAM-SHA-256$16:jbHcSfd0TcxRTLwz6L9oYg==$CCzH4ey12PIbSpUlUMtpY8xkXnqFpTnoLw6SUGoAb0Y=:kq0095fQzvfj2gsU307bCVjt8fGgDsu2gsGNDy2u2hI=",
    ),
];

#[test]
fn verifiers_are_interchangeable_with_postgresql_s() {
    for (password, secret) in STORED_BY_POSTGRESQL {
        let theirs = ScramVerifier::parse(secret).expect("a verifier");
        assert!(theirs.verify_password(password), "{}", password.escape_unicode());
        assert!(!theirs.verify_password([password, "x"].concat()));
        let ours = ScramVerifier::from_password(password, theirs.salt(), theirs.iterations());
        assert_eq!(ours.secret(), secret);
    }
}

#[test]
fn other_secrets_are_no_verifiers() {
    let key = "A".repeat(43) + "=";
    let good = format!("SCRAM-SHA-256$16:c2FsdA==${key}:{key}");
    assert!(ScramVerifier::parse(&good).is_some());
    let bad = [
        String::new(),
        "SCRAM-SHA-256$".to_owned(),
        good.replace("SHA-256", "SHA-1"),
        good.replace("$16:", "$0:"),
        good.replace("$16:", "$-1:"),
        good.replace("$16:", "$+16:"),
        good.replace("$16:", "$:"),
        good.replace("$16:", "$4294967296:"),
        good.replace("c2FsdA==", "c2FsdA"),
        good.replace("c2FsdA==", "*"),
        good.replace(&key, "AAAA"),
        good.clone() + ":",
        good.clone() + "\n",
        good.replacen(':', ";", 1),
    ];
    for secret in bad {
        assert!(ScramVerifier::parse(&secret).is_none(), "{secret}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let verifier = ScramVerifier::from_password("secret", b"salt", 16);
    let key = verifier.secret().rsplit(':').next().expect("a key").to_owned();
    let server = ScramServer::new(verifier.clone(), [1; 18], Binding::None);
    for text in [format!("{verifier:?}"), format!("{server:?}")] {
        assert!(!text.contains("key") && !text.contains(&key), "{text}");
    }
}

fn server(binding: Binding) -> ScramServer {
    let verifier = ScramVerifier::from_password("pencil", b"salt", 16);
    ScramServer::new(verifier, [1; 18], binding)
}

/// What PostgreSQL 18 says to broken first messages (`src/backend/libpq/auth-scram.c`).
#[test]
fn broken_first_messages_are_refused_as_by_postgresql() {
    let cases: [(&str, &str, &str, Option<&str>); 17] = [
        (
            "SCRAM-SHA-1",
            "n,,n=,r=x",
            "08P01 client selected an invalid SASL authentication mechanism",
            None,
        ),
        (
            "SCRAM-SHA-256-PLUS",
            "p=x,,n=,r=x",
            "08P01 client selected an invalid SASL authentication mechanism",
            None,
        ),
        ("SCRAM-SHA-256", "", "08P01 malformed SCRAM message", Some("The message is empty.")),
        (
            "SCRAM-SHA-256",
            "n,,n=\0,r=x",
            "08P01 malformed SCRAM message",
            Some("Message length does not match input length."),
        ),
        (
            "SCRAM-SHA-256",
            "p=tls-server-end-point,,n=,r=x",
            "08P01 malformed SCRAM message",
            Some(
                "The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.",
            ),
        ),
        (
            "SCRAM-SHA-256",
            "x,,n=,r=x",
            "08P01 malformed SCRAM message",
            Some("Unexpected channel-binding flag \"'x'\"."),
        ),
        (
            "SCRAM-SHA-256",
            "nx",
            "08P01 malformed SCRAM message",
            Some("Comma expected, but found character \"'x'\"."),
        ),
        (
            "SCRAM-SHA-256",
            "n",
            "08P01 malformed SCRAM message",
            Some("Comma expected, but found character \"0x00\"."),
        ),
        (
            "SCRAM-SHA-256",
            "n,a=bob,n=,r=x",
            "0A000 client uses authorization identity, but it is not supported",
            None,
        ),
        (
            "SCRAM-SHA-256",
            "n,b,n=,r=x",
            "08P01 malformed SCRAM message",
            Some("Unexpected attribute \"'b'\" in client-first-message."),
        ),
        (
            "SCRAM-SHA-256",
            "n,,m=ext,n=,r=x",
            "0A000 client requires an unsupported SCRAM extension",
            None,
        ),
        (
            "SCRAM-SHA-256",
            "n,,r=x",
            "08P01 malformed SCRAM message",
            Some("Expected attribute \"n\" but found \"'r'\"."),
        ),
        (
            "SCRAM-SHA-256",
            "n,,n,r=x",
            "08P01 malformed SCRAM message",
            Some("Expected character \"=\" for attribute \"n\"."),
        ),
        (
            "SCRAM-SHA-256",
            "n,,n=",
            "08P01 malformed SCRAM message",
            Some("Expected attribute \"r\" but found \"0x00\"."),
        ),
        ("SCRAM-SHA-256", "n,,n=,r=\u{e9}", "08P01 non-printable characters in SCRAM nonce", None),
        ("SCRAM-SHA-256", "n,,n=,r=a b", "08P01 non-printable characters in SCRAM nonce", None),
        (
            "SCRAM-SHA-256",
            "n,,n=,r=x,1=y",
            "08P01 malformed SCRAM message",
            Some("Attribute expected, but found invalid character \"'1'\"."),
        ),
    ];
    for (mechanism, message, words, detail) in cases {
        let first = server(Binding::None).first(mechanism.as_bytes(), message.as_bytes());
        let error = first.expect_err(message);
        assert!(error.is_fatal());
        assert_eq!(format!("{} {}", error.sqlstate(), error.message()), words, "{message}");
        assert_eq!(error.detail(), detail, "{message}");
    }
    let bound = |message: &str| {
        let server = server(Binding::TlsServerEndPoint(vec![7; 32]));
        server.first(b"SCRAM-SHA-256-PLUS", message.as_bytes()).map(|_| ())
    };
    assert!(bound("p=tls-server-end-point,,n=,r=x").is_ok());
    let error = bound("n,,n=,r=x").expect_err("PLUS is bound");
    assert_eq!(error.message(), "malformed SCRAM message");
    let error = bound("p=tls-unique,,n=,r=x").expect_err("another binding");
    assert_eq!(error.message(), "unsupported SCRAM channel-binding type \"tls-unique\"");
    // An empty nonce and unknown extensions are taken.
    assert!(server(Binding::None).first(b"SCRAM-SHA-256", b"n,,n=x,r=,z=1,y=").is_ok());
}

#[test]
fn broken_final_messages_are_refused_as_by_postgresql() {
    let finish = |message: &[u8]| {
        let (first, last) =
            server(Binding::None).first(b"SCRAM-SHA-256", b"n,,n=,r=x").expect("a good message");
        let nonce = String::from_utf8(first).expect("a text");
        let nonce = nonce.split(',').next().expect("a nonce").to_owned();
        let message = String::from_utf8_lossy(message).replace("r=NONCE", &nonce);
        last.finish(message.as_bytes()).expect_err("no proof")
    };
    let proof = "A".repeat(43) + "=";
    let words = |message: &str| match finish(message.replace("PROOF", &proof).as_bytes()) {
        ScramFailure::WrongPassword => "wrong password".to_owned(),
        ScramFailure::Broken(error) => {
            let detail = error.detail().unwrap_or_default();
            format!("{} {} {detail}", error.sqlstate(), error.message()).trim_end().to_owned()
        }
    };
    assert_eq!(words("c=biws,r=NONCE,p=PROOF"), "wrong password");
    assert_eq!(words("c=biws,r=NONCE,x=1,p=PROOF"), "wrong password");
    let binding = "08P01 unexpected SCRAM channel-binding attribute in client-final-message";
    assert_eq!(words("c=eSws,r=NONCE,p=PROOF"), binding);
    assert_eq!(words("c=biw,r=NONCE,p=PROOF"), binding);
    assert_eq!(
        words("c=biws,r=NONCEx,p=PROOF"),
        "08P01 invalid SCRAM response Nonce does not match."
    );
    assert_eq!(
        words("c=biws,r=NONCE,p=AAAA"),
        "08P01 malformed SCRAM message Malformed proof in client-final-message."
    );
    assert_eq!(
        words("c=biws,r=NONCE,p=PROOF,x=1"),
        "08P01 malformed SCRAM message Garbage found at the end of client-final-message."
    );
    assert_eq!(
        words("c=biws,r=NONCE"),
        "08P01 malformed SCRAM message Attribute expected, but found end of string."
    );
}

/// Certificates made by OpenSSL; the start of `openssl dgst` by the hash of each one's signature.
#[test]
fn a_certificate_is_hashed_as_its_signature_is() {
    const CERTIFICATES: [(&[u8], usize, &str); 9] = [
        (include_bytes!("certificates/rsa_sha1.der"), 32, "3d4115b4a8fd4774"),
        (include_bytes!("certificates/rsa_sha256.der"), 32, "371322547c6078ce"),
        (include_bytes!("certificates/rsa_sha384.der"), 48, "4be22bcecd7f2e14"),
        (include_bytes!("certificates/rsa_sha512.der"), 64, "3d77bed49cd17c6d"),
        (include_bytes!("certificates/rsa_pss_sha256.der"), 32, "f05b8be3d607ace5"),
        (include_bytes!("certificates/rsa_pss_sha384.der"), 48, "9cb64979e01d2d91"),
        (include_bytes!("certificates/ecdsa_sha256.der"), 32, "0063700296fed5f3"),
        (include_bytes!("certificates/ecdsa_sha384.der"), 48, "81b100dc7c789cd7"),
        (include_bytes!("certificates/ecdsa_sha512.der"), 64, "a72744f1a6d0ebdb"),
    ];
    for (certificate, length, start) in CERTIFICATES {
        let data = tls_server_end_point(certificate).expect("a hash");
        let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((data.len(), &hex[..16]), (length, start));
        assert_eq!(Binding::of_certificate(certificate), Binding::TlsServerEndPoint(data));
        for end in 0..certificate.len() {
            // Cut anywhere: no panic, and no hash of half a certificate.
            assert_eq!(tls_server_end_point(&certificate[..end]), None);
        }
    }
    let ed25519 = include_bytes!("certificates/ed25519.der");
    assert_eq!(Binding::of_certificate(ed25519), Binding::Unsupported);
}

#[test]
fn what_is_no_certificate_binds_nothing() {
    for bytes in [&b""[..], b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", &[0x30; 64]] {
        assert_eq!(tls_server_end_point(bytes), None);
    }
}
