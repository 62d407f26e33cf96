//! OAUTHBEARER at our server, as PostgreSQL 18 answers to the same messages.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, PeerError,
    backend::{Channel, Login, OAuth, OAuthFailure, OAuthStep, Startup, Step},
    message::{Authentication, Encode, ProtocolVersion, SaslInitialResponse, StartupMessage},
    wire::frame,
};

/// What golden/ask_oauth.py has heard.
const HEARD: &str = include_str!("../golden/oauth.tsv");

fn login(user: &str) -> Login {
    let message = StartupMessage { version: ProtocolVersion::V3_0, parameters: [("user", user)] };
    let mut input = Vec::new();
    message.encode(&mut input).expect("it can be written");
    let startup = Startup::new(&Limits::default(), Channel::Tcp);
    match startup.step(&mut BytesMut::from(&input[..]), &mut Vec::new()) {
        Ok(Step::Login(login)) => login,
        other => panic!("{other:?}"),
    }
}

/// The method as the lines of pg_hba.conf have it that golden/ask_oauth.py names.
fn offered(user: &str) -> OAuth {
    const WELL_KNOWN: &str = "https://issuer.example/.well-known/openid-configuration";
    let (discovery, scope) = match user {
        "plain" => (WELL_KNOWN, "openid profile"),
        "delegated" => (WELL_KNOWN, "openid"),
        "wellknown" => (&*[WELL_KNOWN, "/x"].concat(), ""),
        other => panic!("{other}"),
    };
    let mut output = Vec::new();
    let oauth = login(user).oauth(discovery, scope, &mut output);
    assert_eq!(output, b"R\0\0\0\x15\0\0\0\x0aOAUTHBEARER\0\0");
    oauth
}

/// What golden/oauth_judge.c thinks of a token.
fn is_good(user: &str, token: &str) -> bool {
    let is = |word| token.starts_with(word);
    !is("broken") && !is("wrong") && (user == "delegated" || !(is("nobody") || is("other")))
}

/// `\x01`, `\t`, `\r` and `\n` as bytes; `-` is nothing said.
fn said(text: &str) -> Option<Vec<u8>> {
    if text == "-" {
        return None;
    }
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (byte, length) = match (character, rest.get(1..2)) {
            ('\\', Some("x")) => (u8::from_str_radix(&rest[2..4], 16).expect("two digits"), 4),
            ('\\', Some("t")) => (b'\t', 2),
            ('\\', Some("r")) => (b'\r', 2),
            ('\\', Some("n")) => (b'\n', 2),
            (character, _) => (u8::try_from(character).expect("ASCII"), 1),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    Some(bytes)
}

fn password(body: &[u8]) -> BytesMut {
    let mut out = Vec::new();
    frame(&mut out, b'p', |out| {
        out.extend_from_slice(body);
        Ok(())
    })
    .expect("it can be written");
    BytesMut::from(&out[..])
}

fn initial(response: Option<&[u8]>) -> BytesMut {
    let mut out = Vec::new();
    let message = SaslInitialResponse { mechanism: "OAUTHBEARER", response };
    message.encode(&mut out).expect("it can be written");
    BytesMut::from(&out[..])
}

/// `R0`, `R11` and its challenge.
fn shown(output: &mut Vec<u8>) -> String {
    let body = BytesMut::from(&output[5..]).freeze();
    output.clear();
    match Authentication::decode(body).expect("our own message") {
        Authentication::Ok => "R0".to_owned(),
        Authentication::SaslContinue { data } => {
            format!("R11 {}", String::from_utf8_lossy(&data)).trim_end().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

fn told(error: &PeerError) -> String {
    let detail = error.detail().unwrap_or_default();
    let (code, message) = (error.sqlstate(), error.message());
    format!("E {} {code} {message} {detail}", error.severity().as_str()).trim_end().to_owned()
}

/// What a client hears that says this.
fn ask(user: &str, first: Option<&[u8]>, next: Option<&[u8]>) -> String {
    let mut output = Vec::new();
    let mut heard = Vec::new();
    let step = match (offered(user).step(&mut initial(first), &mut output), next) {
        (Ok(OAuthStep::NeedInput(oauth)), Some(next)) => {
            heard.push(shown(&mut output));
            oauth.step(&mut password(next), &mut output)
        }
        (step, _) => step,
    };
    // Said already by a client that had left its initial response out.
    let next = next.filter(|_| first.is_some());
    let failure = match step {
        Ok(OAuthStep::Token(token)) if is_good(user, token.as_str()) => {
            token.accept(&mut output);
            heard.push(shown(&mut output));
            return heard.join("; ");
        }
        Ok(OAuthStep::Token(token)) => token.refuse(&mut output),
        Ok(OAuthStep::Discovery(failure) | OAuthStep::Malformed(failure, _)) => failure,
        Ok(OAuthStep::NeedInput(_)) => panic!("all of it has come"),
        Err(error) => {
            heard.push(told(&error));
            return heard.join("; ");
        }
    };
    heard.push(shown(&mut output));
    if let Some(next) = next {
        heard.push(told(&failure.step(&mut password(next)).expect_err("no token was good")));
    }
    heard.join("; ")
}

#[test]
fn our_server_answers_as_postgresql_does() {
    for line in HEARD.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [user, first, next, answer] = columns[..] else { panic!("{line}") };
        let heard = ask(user, said(first).as_deref(), said(next).as_deref());
        assert_eq!(heard, answer, "{first} {next}");
    }
    assert!(HEARD.lines().count() > 80);
}

/// What PostgreSQL 18 says where the frame or the SASLInitialResponse is broken.
#[test]
fn broken_frames_are_refused_as_by_postgresql() {
    let failed = "E FATAL 28000 OAuth bearer authentication failed for user \"plain\"";
    let mechanism = "E FATAL 08P01 client selected an invalid SASL authentication mechanism";
    let response = b"n,,\x01auth=Bearer abc\x01\x01";
    let named = |name: &[u8], length: i32, rest: &[u8]| {
        password(&[name, &b"\0"[..], &length.to_be_bytes(), rest].concat()).to_vec()
    };
    let cases: [(Vec<u8>, &str); 17] = [
        (b"p\0\x01\0\0".to_vec(), failed),
        (b"p\x7f\xff\xff\xff".to_vec(), failed),
        (b"p\0\0\0\x03".to_vec(), failed),
        (b"p\xff\xff\xff\xff".to_vec(), failed),
        (b"Q".to_vec(), "E FATAL 08P01 expected SASL response, got message type 81"),
        (b"X\0\0\0\x04".to_vec(), "E FATAL 08P01 expected SASL response, got message type 88"),
        (named(b"SCRAM-SHA-256", 21, response), mechanism),
        (named(b"OAUTHBEARER2", 21, response), mechanism),
        // The name is judged before the rest.
        (password(b"FOO\0").to_vec(), mechanism),
        (named(b"FOO", 100, response), mechanism),
        (named(b"", 0, b""), mechanism),
        (password(b"FOO").to_vec(), "E FATAL 08P01 invalid string in message"),
        (password(b"").to_vec(), "E FATAL 08P01 invalid string in message"),
        (password(b"OAUTHBEARER\0").to_vec(), "E FATAL 08P01 insufficient data left in message"),
        (named(b"OAUTHBEARER", 100, response), "E FATAL 08P01 insufficient data left in message"),
        (named(b"OAUTHBEARER", -1, response), "E FATAL 08P01 invalid message format"),
        (named(b"OAUTHBEARER", -2, b""), "E FATAL 08P01 insufficient data left in message"),
    ];
    for (input, words) in cases {
        let step = offered("plain").step(&mut BytesMut::from(&input[..]), &mut Vec::new());
        assert_eq!(told(&step.expect_err("broken")), words, "{input:?}");
    }
}

fn discovery() -> OAuthFailure {
    let mut input = initial(Some(b"n,,\x01auth=\x01\x01"));
    match offered("plain").step(&mut input, &mut Vec::new()) {
        Ok(OAuthStep::Discovery(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_may_be_long_and_no_longer() {
    let mut input = initial(Some(b"n,,\x01auth=Bearer \x01\x01"));
    let overhead = input.len() - 1;
    let message = |length: usize| {
        let token = "a".repeat(length - overhead);
        initial(Some(format!("n,,\x01auth=Bearer {token}\x01\x01").as_bytes()))
    };
    // The length word counts itself, not the type.
    let step = offered("plain").step(&mut message(65535), &mut Vec::new());
    let Ok(OAuthStep::Token(token)) = step else { panic!("{step:?}") };
    assert_eq!(token.as_str().len(), 65535 - overhead);
    input = message(65536);
    let error = offered("plain").step(&mut input, &mut Vec::new()).expect_err("too long");
    assert_eq!(error.sqlstate().as_str(), "28000");
    let error = discovery().step(&mut BytesMut::from(&b"p\0\x01\0\0"[..])).expect_err("too long");
    assert_eq!(error.sqlstate().as_str(), "28000");
    let error = discovery().step(&mut BytesMut::from(&b"Q"[..])).expect_err("no response");
    assert_eq!(error.message(), "expected SASL response, got message type 81");
    assert!(discovery().step(&mut BytesMut::from(&b"p\0\0\0\x05"[..])).is_ok(), "more is to come");
}
