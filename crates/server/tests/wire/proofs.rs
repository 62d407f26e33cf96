//! Proofs that are no proofs, and what strangers learn from how they fail. The answers to broken
//! messages are those of PostgreSQL 15.

use std::collections::BTreeSet;

use trunkline::{Auth, Rules, UserMaps, Users};
use trunkline_proto::auth::md5::Md5Verifier;
use trunkline_proto::auth::scram::{Binding, ScramClient, ScramVerifier};
use trunkline_proto::message::{
    Authentication, Encode, PasswordMessage, SaslInitialResponse, SaslResponse,
};

use crate::auth::{by_rules, users, wrong};
use crate::toy::{self, RunningServer};
use crate::visitor::{Authority, Visitor};

const METHODS: &str =
    "host scram all all scram-sha-256\nhost md5 all all md5\nhost password all all password\n";

fn server() -> RunningServer {
    toy::start_with(|builder| builder.auth(by_rules(METHODS)).danger_listen_insecurely())
}

fn encoded(message: &impl Encode) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes).expect("a message");
    Some(bytes)
}

/// A frame with this length, whatever is behind it.
fn frame(tag: u8, length: u32, body: &[u8]) -> Vec<u8> {
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

fn first(mechanism: &str, message: &str) -> Option<Vec<u8>> {
    encoded(&SaslInitialResponse { mechanism, response: Some(message) })
}

/// Everything a client with a wrong password hears that the server could choose: the kinds of the
/// messages, salt and iterations.
fn shape(server: &RunningServer, user: &str, database: &str) -> (String, String) {
    let mut challenge = String::new();
    let said = Visitor::tcp(server.address).answer(user, database, |asked| match asked {
        Authentication::Sasl { .. } => first("SCRAM-SHA-256", "n,,n=,r=0123456789"),
        Authentication::SaslContinue { data } => {
            let text = String::from_utf8_lossy(data);
            let (nonce, rest) = text.split_once(',').expect("a challenge");
            rest.clone_into(&mut challenge);
            let proof = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            encoded(&SaslResponse { data: format!("c=biws,{nonce},p={proof}") })
        }
        _ => encoded(&PasswordMessage { password: "wrong" }),
    });
    (said.replace(&format!("\"{user}\""), "\"USER\""), challenge)
}

#[test]
fn cve_2026_14672_who_does_not_exist_looks_like_who_does() {
    // Other iterations than those of a password in clear.
    let secret = ScramVerifier::from_password("secret", b"0123456789abcdef", 700).secret();
    let other = ScramVerifier::from_password("secret", b"fedcba9876543210", 700).secret();
    let list = format!("\"ann\" \"{secret}\"\n\"carl\" \"{other}\"\n\"none\" \"\"\n");
    let servers = [(); 2].map(|()| {
        let users = Users::with_secret([7; 32]).userlist(&list).expect("users");
        let rules = Rules::parse(METHODS, &UserMaps::default()).expect("rules");
        let auth = Auth::rules(rules, users);
        toy::start_with(|builder| builder.auth(auth).danger_listen_insecurely())
    });
    let length = |challenge: &str| challenge.len();
    for database in ["scram", "md5", "password"] {
        let (said, challenge) = shape(&servers[0], "ann", database);
        for user in ["carl", "none", "nobody", "ann"] {
            let other = shape(&servers[0], user, database);
            assert_eq!(other.0, said, "{user} {database}");
            assert_eq!(length(&other.1), length(&challenge), "{user} {database}: {}", other.1);
            assert_eq!(other.1.split(',').nth(1), challenge.split(',').nth(1), "{user} {database}");
            // The salt is the user's, in the next attempt and the next process, too.
            assert_eq!(shape(&servers[1], user, database).1, other.1, "{user} {database}");
        }
    }
    let salts: BTreeSet<_> =
        ["ann", "carl", "none", "nobody"].map(|user| shape(&servers[0], user, "scram").1).into();
    assert_eq!(salts.len(), 4, "{salts:?}");
    // An MD5 hash cannot be hidden where it is asked for, but who has none is as most are.
    let md5 = "\"a\" \"md5dadd0415710c8b4931718a7b169d8994\"\n\"b\" \"md5dadd0415710c8b4931718a7b169d8994\"\n\"c\" \"secret\"\n";
    let users = Users::with_secret([7; 32]).userlist(md5).expect("users");
    let rules = Rules::parse(METHODS, &UserMaps::default()).expect("rules");
    let server = toy::start_with(|builder| builder.auth(Auth::rules(rules, users)));
    assert_eq!(shape(&server, "nobody", "md5"), shape(&server, "a", "md5"));
    assert_eq!(shape(&server, "nobody", "md5").0, "R5 ".to_owned() + &wrong("USER"));
}

#[test]
fn cve_2026_6478_what_is_almost_right_is_wrong_wherever_it_differs() {
    let server = server();
    let flipped = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let right = Md5Verifier::from_password("mia", "secret");
    for at in 0..35 {
        let said = Visitor::tcp(server.address).answer("mia", "md5", |asked| match asked {
            Authentication::Md5Password { salt } => {
                encoded(&PasswordMessage { password: flipped(&right.response(*salt), at) })
            }
            _ => None,
        });
        assert_eq!(said, "R5 ".to_owned() + &wrong("mia"), "{at}");
    }
    for at in [0, 5] {
        for user in ["mia", "ann"] {
            let said = Visitor::tcp(server.address).answer(user, "password", |asked| match asked {
                Authentication::CleartextPassword => {
                    encoded(&PasswordMessage { password: flipped("secret", at) })
                }
                _ => None,
            });
            assert_eq!(said, "R3 ".to_owned() + &wrong(user), "{at}");
        }
    }
    // `p=` and 43 characters; the last one holds two bits that mean nothing.
    for at in [0, 20, 41] {
        let said = proof_of_ann(&server, |message| {
            let start = message.len() - 44 + at;
            message[start] = if message[start] == b'A' { b'B' } else { b'A' };
        });
        assert_eq!(said, "R10 R11 ".to_owned() + &wrong("ann"), "{at}");
    }
    assert_eq!(proof_of_ann(&server, |_| {}), "R10 R11 R12 R0");
}

/// What becomes of the right proof, changed.
fn proof_of_ann(server: &RunningServer, change: impl Fn(&mut Vec<u8>)) -> String {
    let (mut client, mut done) = (None, false);
    Visitor::tcp(server.address).answer("ann", "scram", |asked| match asked {
        Authentication::Sasl { mechanisms } => {
            let offered = mechanisms.iter().map(|name| name.as_bytes());
            let policy = trunkline_proto::auth::scram::BindingPolicy::Disable;
            let made = ScramClient::new(offered, policy, &Binding::None, [1; 18]).expect("SCRAM");
            let message = made.first().to_vec();
            client = Some(made);
            encoded(&SaslInitialResponse { mechanism: "SCRAM-SHA-256", response: Some(message) })
        }
        Authentication::SaslContinue { data } => {
            let client = client.take().expect("one challenge");
            let (message, _) = client.respond(data, b"secret").expect("a challenge");
            let mut message = message.to_vec();
            change(&mut message);
            encoded(&SaslResponse { data: message })
        }
        Authentication::Ok => None,
        _ => {
            assert!(!std::mem::replace(&mut done, true));
            Some(Vec::new())
        }
    })
}

#[test]
fn cve_2026_6664_impossible_lengths_end_the_login() {
    let server = server();
    let size = "08P01 invalid password packet size";
    for (length, scram, password) in [
        (0, &*wrong("mia"), "the end"),
        (3, &wrong("mia"), "the end"),
        (4, "08P01 invalid string in message", size),
        (0xffff_ffff, &wrong("mia"), "the end"),
        (0x7fff_ffff, &wrong("mia"), "the end"),
        (0x8000_0000, &wrong("mia"), "the end"),
        (0x1_0000, &wrong("mia"), "the end"),
    ] {
        for (database, code, expected) in
            [("scram", 10, scram), ("md5", 5, password), ("password", 3, password)]
        {
            let visitor = Visitor::tcp(server.address);
            let said = visitor.answer("mia", database, |_| Some(frame(b'p', length, b"")));
            assert_eq!(said, format!("R{code} {expected}"), "{database} {length:#x}");
        }
    }
    for (database, code, awaited) in
        [("scram", 10, "SASL"), ("md5", 5, "password"), ("password", 3, "password")]
    {
        let visitor = Visitor::tcp(server.address);
        let said = visitor.answer("mia", database, |_| Some(frame(b'Q', 0x7fff_ffff, b"")));
        let expected = format!("expected {awaited} response, got message type 81");
        assert_eq!(said, format!("R{code} 08P01 {expected}"), "{database}");
    }
}

#[test]
fn cve_2026_6665_long_fields_of_scram_overflow_nothing() {
    let server = server();
    let begins = |nonce: usize, rest: usize| {
        let message = format!("n,,n=,r={}{}", "x".repeat(nonce), "y".repeat(rest));
        Visitor::tcp(server.address).answer("ann", "scram", |asked| match asked {
            Authentication::Sasl { .. } => first("SCRAM-SHA-256", &message),
            _ => None,
        })
    };
    // A SASL message may have 1,024 bytes, 18 of which are the mechanism and a length.
    for (length, expected) in [
        (0, "R10 R11".to_owned()),
        (1, "R10 R11".to_owned()),
        (900, "R10 R11".to_owned()),
        (1024, "R10 ".to_owned() + &wrong("ann")),
        (65_000, "R10 ".to_owned() + &wrong("ann")),
        (70_000, "R10 ".to_owned() + &wrong("ann")),
    ] {
        assert_eq!(begins(length, 0), expected, "{length}");
    }
    let long = "A".repeat(64 * 1024);
    for secret in [
        format!("SCRAM-SHA-256$4096:{long}$AAAA:AAAA"),
        format!("SCRAM-SHA-256$4096:AAAA${long}:{long}"),
        format!("SCRAM-SHA-256${long}:AAAA$AAAA:AAAA"),
        "SCRAM-SHA-256$99999999999:AAAA$AAAA:AAAA".to_owned(),
    ] {
        assert!(ScramVerifier::parse(&secret).is_none());
        assert!(users().userlist(&format!("\"x\" \"{secret}\"")).is_err());
    }
    // So many rounds would keep the processor busy with everybody who tries a password.
    let verifier = ScramVerifier::from_password("x", b"0123456789abcdef", 1).secret();
    let slow = verifier.replace("$1:", "$100001:");
    assert!(users().userlist(&format!("\"x\" \"{slow}\"")).is_err());
}

#[test]
fn cve_2015_6817_an_unknown_user_is_nobody_else() {
    let server = server();
    for database in ["scram", "md5", "password"] {
        for user in ["nobody", "", "ANN", "\u{1f600}"] {
            for password in ["secret", "nobody"] {
                let said = Visitor::tcp(server.address).log_in(user, database, password);
                let expected = match user {
                    "" => "28000 no PostgreSQL user name specified in startup packet".to_owned(),
                    user => wrong(user),
                };
                assert_eq!(said, expected, "{user} {database} {password}");
            }
        }
    }
}

#[test]
fn a_client_that_was_told_of_no_channel_binding_is_warned_of_who_told_it() {
    let authority = Authority::new();
    let tls = authority.server();
    let server = toy::start_with(|builder| builder.auth(by_rules(METHODS)).tls(tls));
    let says = |mechanism: &str, message: &str| {
        let visitor = Visitor::tcp(server.address).tls(&authority);
        visitor.answer("ann", "scram", |asked| match asked {
            Authentication::Sasl { mechanisms } => {
                assert_eq!(mechanisms.len(), 2);
                first(mechanism, message)
            }
            _ => None,
        })
    };
    let downgraded = "R10 28000 SCRAM channel binding negotiation error";
    assert_eq!(says("SCRAM-SHA-256", "y,,n=,r=0123456789"), downgraded);
    assert_eq!(says("SCRAM-SHA-256", "n,,n=,r=0123456789"), "R10 R11");
    assert_eq!(says("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=0123456789"), "R10 R11");
    let malformed = "R10 08P01 malformed SCRAM message";
    assert_eq!(says("SCRAM-SHA-256", "p=tls-server-end-point,,n=,r=0123456789"), malformed);
    assert_eq!(says("SCRAM-SHA-256-PLUS", "n,,n=,r=0123456789"), malformed);
    let kind = "R10 08P01 unsupported SCRAM channel-binding type \"tls-unique\"";
    assert_eq!(says("SCRAM-SHA-256-PLUS", "p=tls-unique,,n=,r=0123456789"), kind);
    // Without TLS there is none to be hidden.
    let clear = Visitor::tcp(server.address).answer("ann", "scram", |asked| match asked {
        Authentication::Sasl { .. } => first("SCRAM-SHA-256", "y,,n=,r=0123456789"),
        _ => None,
    });
    assert_eq!(clear, "R10 R11");
}
