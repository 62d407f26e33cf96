//! Every method of authentication, by our client at our server.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, PeerError, SqlState,
    auth::{
        md5::Md5Verifier,
        oauth::Credentials,
        scram::{Binding, BindingPolicy, ScramServer, ScramVerifier},
    },
    backend::{self, Channel, CleartextStep, Exchange, OAuthStep, Ready, Startup, Step},
    frontend::{self, LoginStep, Method},
    message::{Authentication, Encode, ProtocolVersion},
};

/// Both ends of a connection that logs in.
struct Ends {
    client: frontend::Login,
    server: backend::Login,
}

fn ends(binding: &Binding, policy: BindingPolicy) -> Ends {
    let mut output = Vec::new();
    let mut startup = frontend::Startup::new(&Limits::default());
    if *binding != Binding::None {
        startup = startup.direct_tls().established(binding.clone());
    }
    let client = startup
        .log_in(ProtocolVersion::V3_0, [("user", "alice")], &mut output)
        .expect("legal parameters")
        .channel_binding(policy);
    let startup = Startup::new(&Limits::default(), Channel::Tcp);
    let step = startup.step(&mut BytesMut::from(&output[..]), &mut Vec::new());
    let Ok(Step::Login(server)) = step else { panic!("{step:?}") };
    Ends { client, server }
}

/// Takes over what was written.
fn carry(output: &mut Vec<u8>) -> BytesMut {
    let bytes = BytesMut::from(&output[..]);
    output.clear();
    bytes
}

type Outcome = Result<(Ready, Method), PeerError>;

/// Runs SCRAM to its end; `Err` of whichever side ends it.
fn scram(
    verifier: ScramVerifier,
    password: &str,
    (ours, policy): (&Binding, BindingPolicy),
    theirs: Binding,
) -> Outcome {
    let Ends { client, server } = ends(ours, policy);
    let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
    let mut exchange = server.scram(ScramServer::new(verifier, [1; 18], theirs), &mut to_client);
    let LoginStep::Sasl(request) = client.step(&mut carry(&mut to_client), &mut to_server)? else {
        panic!("no SASL")
    };
    let mut client = request.scram(password, [2; 18], &mut to_server)?;
    loop {
        exchange = match exchange.step(&mut carry(&mut to_server), &mut to_client)? {
            Exchange::NeedInput(exchange) => exchange,
            Exchange::Done(ready) => {
                let step = client.step(&mut carry(&mut to_client), &mut to_server)?;
                let LoginStep::Authenticated(authenticated) = step else { panic!("{step:?}") };
                return Ok((ready, authenticated.method));
            }
        };
        let step = client.step(&mut carry(&mut to_client), &mut to_server)?;
        let LoginStep::NeedInput(next) = step else { panic!("{step:?}") };
        client = next;
    }
}

fn verifier(password: &str) -> ScramVerifier {
    ScramVerifier::from_password(password, b"0123456789abcdef", 4096)
}

fn plain(verifier: ScramVerifier, password: &str) -> Outcome {
    scram(verifier, password, (&Binding::None, BindingPolicy::Prefer), Binding::None)
}

fn end_point(byte: u8) -> Binding {
    Binding::TlsServerEndPoint(vec![byte; 32])
}

#[test]
fn scram_lets_the_right_password_in() {
    for password in ["secret", "", "pass wörd", "\u{2168}", "\x07bell"] {
        let (_, method) = plain(verifier(password), password).expect("the right password");
        assert_eq!(method, Method::Scram);
    }
    // One password, typed in two ways.
    plain(verifier("IX"), "\u{2168}").expect("SASLprep makes them alike");
}

#[test]
fn scram_refuses_others_all_alike() {
    let wrong = plain(verifier("secret"), "Secret").expect_err("the wrong password");
    let nobody =
        plain(ScramVerifier::mock("alice", b"server", 4096), "secret").expect_err("nobody");
    assert_eq!(wrong, nobody);
    assert_eq!(wrong.sqlstate(), SqlState::INVALID_PASSWORD);
    assert_eq!(wrong.message(), "password authentication failed for user \"alice\"");
    assert!(wrong.is_fatal());
}

#[test]
fn a_mock_looks_like_a_user_and_stays_the_same() {
    let mock = |user, secret: &[u8]| ScramVerifier::mock(user, secret, 7000);
    let first = mock("alice", b"server");
    assert_eq!((first.iterations(), first.salt().len()), (7000, 16));
    assert_eq!(first.secret(), mock("alice", b"server").secret());
    assert_ne!(first.salt(), mock("bob", b"server").salt());
    assert_ne!(first.salt(), mock("alice", b"another").salt());
    // Not even whoever knows what it was made of gets in.
    assert!(!first.verify_password("secret"));
}

#[test]
fn scram_is_bound_to_the_certificate_where_both_can() {
    use BindingPolicy::{Disable, Prefer, Require};
    let run = |ours: Binding, policy, theirs| {
        scram(verifier("secret"), "secret", (&ours, policy), theirs)
    };
    let (_, method) = run(end_point(1), Prefer, end_point(1)).expect("both can");
    assert_eq!(method, Method::ScramPlus);
    assert!(run(end_point(1), Require, end_point(1)).is_ok());
    // Somebody between us, with a certificate of his own.
    let error = run(end_point(1), Prefer, end_point(2)).expect_err("not the same certificate");
    assert_eq!(error.message(), "SCRAM channel binding check failed");
    assert_eq!(error.sqlstate(), SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
    // Somebody between us, who hides that the server can.
    let hidden = run(end_point(1), Prefer, Binding::Unsupported).expect("the server cannot");
    assert_eq!(hidden.1, Method::Scram);
    assert!(run(end_point(1), Require, Binding::Unsupported).is_err());
    // The certificate has no hash (Ed25519): fail closed if it is required (CVE-2026-54291).
    assert!(run(Binding::Unsupported, Prefer, end_point(1)).is_ok());
    assert!(run(Binding::Unsupported, Require, end_point(1)).is_err());
    assert!(run(Binding::None, Require, Binding::None).is_err());
    let (_, method) = run(end_point(1), Disable, end_point(1)).expect("not wanted");
    assert_eq!(method, Method::Scram);
    // PLUS without TLS makes no sense.
    assert!(run(Binding::None, Prefer, end_point(1)).is_err());
}

#[test]
fn a_client_that_was_deceived_about_plus_is_told_so() {
    let server = ScramServer::new(verifier("secret"), [1; 18], end_point(1));
    let error = server.first(b"SCRAM-SHA-256", b"y,,n=,r=nonce").expect_err("we do offer PLUS");
    assert_eq!(error.message(), "SCRAM channel binding negotiation error");
    let server = ScramServer::new(verifier("secret"), [1; 18], Binding::None);
    assert!(server.first(b"SCRAM-SHA-256", b"y,,n=,r=nonce").is_ok());
}

#[test]
fn a_client_that_leaves_its_first_message_out_is_asked_for_it() {
    let server = ends(&Binding::None, BindingPolicy::Prefer).server;
    let mut output = Vec::new();
    let scram = ScramServer::new(verifier("secret"), [1; 18], Binding::None);
    let exchange = server.scram(scram, &mut output);
    output.clear();
    let mut input = BytesMut::from(&b"p\0\0\0\x16SCRAM-SHA-256\0\xff\xff\xff\xff"[..]);
    let Ok(Exchange::NeedInput(exchange)) = exchange.step(&mut input, &mut output) else {
        panic!()
    };
    assert_eq!(output, b"R\0\0\0\x08\0\0\0\x0b");
    let mut input = BytesMut::from(&b"p\0\0\0\x0cn,,n=,r="[..]);
    assert!(matches!(exchange.step(&mut input, &mut output), Ok(Exchange::NeedInput(_))));
    assert!(output.len() > 60);
}

/// As PostgreSQL 18 answers to the same bytes.
#[test]
fn the_mechanism_is_judged_before_the_rest_of_its_message() {
    let mechanism = "client selected an invalid SASL authentication mechanism";
    let cases: [(&[u8], &str); 6] = [
        (b"FOO\0", mechanism),
        (b"FOO\0\0\0", mechanism),
        (b"FOO\0\0\0\0\x09ab", mechanism),
        (b"SCRAM-SHA-256-PLUS\0\0\0\0\0x", mechanism),
        (b"FOO", "invalid string in message"),
        (b"SCRAM-SHA-256\0", "insufficient data left in message"),
    ];
    for (body, words) in cases {
        let server = ends(&Binding::None, BindingPolicy::Prefer).server;
        let scram = ScramServer::new(verifier("secret"), [1; 18], Binding::None);
        let exchange = server.scram(scram, &mut Vec::new());
        let length = u8::try_from(body.len() + 4).expect("short");
        let input = [b"p\0\0\0", &[length][..], body].concat();
        let step = exchange.step(&mut BytesMut::from(&input[..]), &mut Vec::new());
        let error = step.expect_err("broken");
        assert_eq!((error.message(), error.is_fatal()), (words, true), "{body:?}");
    }
}

#[test]
fn messages_of_scram_are_short() {
    let server = ends(&Binding::None, BindingPolicy::Prefer).server;
    let scram = ScramServer::new(verifier("secret"), [1; 18], Binding::None);
    let exchange = server.scram(scram, &mut Vec::new());
    let error = exchange.step(&mut BytesMut::from(&b"p\0\0\x04\x01"[..]), &mut Vec::new());
    assert_eq!(error.expect_err("1025").sqlstate(), SqlState::INVALID_PASSWORD);
}

#[test]
fn md5_lets_the_right_password_in() {
    let run = |stored: Option<&str>, password: &str| -> Outcome {
        let Ends { client, server } = ends(&Binding::None, BindingPolicy::Prefer);
        let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
        let verifier = stored.map(|stored| Md5Verifier::from_password("alice", stored));
        let exchange = server.md5(verifier, *b"salt", &mut to_client);
        let step = client.step(&mut carry(&mut to_client), &mut to_server)?;
        let LoginStep::Md5(request) = step else { panic!("{step:?}") };
        let client = request.answer("alice", password, &mut to_server).expect("it can be written");
        let step = exchange.step(&mut carry(&mut to_server), &mut to_client)?;
        let Exchange::Done(ready) = step else { panic!("{step:?}") };
        let step = client.step(&mut carry(&mut to_client), &mut to_server)?;
        let LoginStep::Authenticated(authenticated) = step else { panic!("{step:?}") };
        Ok((ready, authenticated.method))
    };
    assert_eq!(run(Some("secret"), "secret").expect("right").1, Method::Md5);
    let wrong = run(Some("secret"), "Secret").expect_err("wrong");
    assert_eq!(wrong, run(None, "secret").expect_err("nobody"));
    assert_eq!(wrong.sqlstate(), SqlState::INVALID_PASSWORD);
    // What a verifier of nobody is made of is no way in.
    assert!(run(None, "salt").is_err());
}

#[test]
fn a_password_in_clear_is_checked_against_a_verifier() {
    let Ends { client, server } = ends(&Binding::None, BindingPolicy::Prefer);
    let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
    let cleartext = server.cleartext(&mut to_client);
    let step = client.step(&mut carry(&mut to_client), &mut to_server).expect("a request");
    let LoginStep::Cleartext(request) = step else { panic!("{step:?}") };
    let client = request.answer("secret", &mut to_server).expect("it can be written");
    let step = cleartext.step(&mut carry(&mut to_server)).expect("a password");
    let CleartextStep::Password(password) = step else { panic!("{step:?}") };
    assert!(verifier("secret").verify_password(password.as_bytes()));
    assert!(!verifier("Secret").verify_password(password.as_bytes()));
    password.accept(&mut to_client);
    let step = client.step(&mut carry(&mut to_client), &mut to_server).expect("let in");
    let LoginStep::Authenticated(authenticated) = step else { panic!("{step:?}") };
    assert_eq!(authenticated.method, Method::Cleartext);
}

#[test]
fn a_token_is_for_the_caller_to_check() {
    for is_good in [true, false] {
        let Ends { client, server } = ends(&Binding::None, BindingPolicy::Prefer);
        let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
        let exchange = server.oauth("https://issuer.example/.well-known", "openid", &mut to_client);
        let step = client.step(&mut carry(&mut to_client), &mut to_server).expect("SASL");
        let LoginStep::Sasl(request) = step else { panic!("{step:?}") };
        let token = Credentials::Token("abc.DEF-123~+/==".to_owned().into());
        let client = request.oauth(&token, &mut to_server).expect("it is offered");
        let step = exchange.step(&mut carry(&mut to_server), &mut to_client).expect("a token");
        let OAuthStep::Token(token) = step else { panic!("{step:?}") };
        assert_eq!((token.as_str(), token.login().user()), ("abc.DEF-123~+/==", "alice"));
        assert!(!format!("{token:?}").contains("abc"));
        if is_good {
            token.accept(&mut to_client);
            let step = client.step(&mut carry(&mut to_client), &mut to_server).expect("let in");
            let LoginStep::Authenticated(authenticated) = step else { panic!("{step:?}") };
            assert_eq!(authenticated.method, Method::OAuth);
            continue;
        }
        let failure = token.refuse(&mut to_client);
        let step = client.step(&mut carry(&mut to_client), &mut to_server).expect("a challenge");
        let LoginStep::Discovery(discovery) = step else { panic!("{step:?}") };
        let document = String::from_utf8(discovery.document().to_vec()).expect("a text");
        assert!(document.contains("\"https://issuer.example/.well-known\""), "{document}");
        let client = discovery.acknowledge(&mut to_server).expect("it can be written");
        let error = failure.step(&mut carry(&mut to_server)).expect_err("no token was good");
        assert_eq!(error.sqlstate(), SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
        // A server that changes its mind is none.
        Authentication::Ok.encode(&mut to_client).expect("it can be written");
        assert!(client.step(&mut carry(&mut to_client), &mut to_server).is_err());
    }
}

#[test]
fn a_client_may_ask_where_a_token_can_be_had() {
    let server = ends(&Binding::None, BindingPolicy::Prefer).server;
    let mut output = Vec::new();
    let exchange = server.oauth("url", "scope", &mut output);
    let message = Credentials::Discovery.to_message().expect("no token to be wrong");
    let mut input = b"p\0\0\0\0OAUTHBEARER\0\0\0\0".to_vec();
    input.push(u8::try_from(message.len()).expect("short"));
    input.extend_from_slice(&message);
    input[4] = u8::try_from(input.len() - 1).expect("short");
    let step = exchange.step(&mut BytesMut::from(&input[..]), &mut output).expect("a question");
    assert!(matches!(step, OAuthStep::Discovery(_)));
}
