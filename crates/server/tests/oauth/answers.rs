//! Messages of OAUTHBEARER, as PostgreSQL 18 answers them; and validators that fail.

use std::io::Read;
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use trunkline::{
    Auth, Listener, OAuth, PgError, Result, Rules, Server, TokenAttempt, TokenValidator,
    TokenVerdict, UserMaps, Users,
};
use trunkline_proto::message::{
    AnyBackend, Authentication, Encode, FieldCode, ProtocolVersion, SaslInitialResponse,
    SaslResponse, StartupMessage,
};

use crate::clock;
use crate::dialogue::Dialogue;
use crate::toy::{self, Toy};

/// What the tests of trunkline-proto have from PostgreSQL 18.
const HEARD: &str = include_str!("../../../proto/tests/golden/oauth.tsv");

/// Judges as the validator module that PostgreSQL had, and fails in ways of its own.
struct Judge {
    is_delegated: bool,
}

impl TokenValidator for Judge {
    async fn validate(&self, attempt: TokenAttempt<'_>) -> Result<TokenVerdict> {
        let is = |word| attempt.token.starts_with(word);
        Ok(match () {
            () if is("broken") => return Err(PgError::internal("the issuer does not answer")),
            () if is("panic") => panic!("the validator panics"),
            () if is("hang") => std::future::pending().await,
            () if is("wrong") => TokenVerdict::Refused("it is wrong"),
            () if self.is_delegated => TokenVerdict::Authorized,
            () if is("nobody") => TokenVerdict::Identity(String::new()),
            () if is("other") => TokenVerdict::Identity("other".to_owned()),
            () => TokenVerdict::Identity(attempt.user.to_owned()),
        })
    }
}

/// The lines of pg_hba.conf.
fn auth(user: &str) -> Auth {
    const ISSUER: &str = "https://issuer.example";
    let judge = Judge { is_delegated: user == "delegated" };
    Auth::oauth(match user {
        "wellknown" => {
            let issuer = format!("{ISSUER}/.well-known/openid-configuration/x");
            OAuth::new(issuer, "", judge)
        }
        "delegated" => OAuth::new(ISSUER, "openid", judge),
        _ => OAuth::new(ISSUER, "openid profile", judge),
    })
}

fn startup(user: &str) -> impl Encode {
    let parameters = [("user", user), ("database", "toy")];
    StartupMessage { version: ProtocolVersion::V3_0, parameters }
}

/// A client that was asked for a token.
fn asked(address: SocketAddr, user: &str) -> Dialogue {
    let mut client = Dialogue::silent(address);
    client.say(&startup(user)).send();
    assert_eq!(client.first(), "R(Sasl)");
    client
}

fn present(client: &mut Dialogue, response: Option<&[u8]>) {
    client.say(&SaslInitialResponse { mechanism: "OAUTHBEARER", response }).send();
}

fn shown(message: AnyBackend) -> String {
    match message {
        AnyBackend::Authentication(Authentication::Ok) => "R0".to_owned(),
        AnyBackend::Authentication(Authentication::SaslContinue { data }) => {
            format!("R11 {}", String::from_utf8_lossy(&data)).trim_end().to_owned()
        }
        AnyBackend::ErrorResponse(error) => {
            let codes = [FieldCode::SEVERITY, FieldCode::SQLSTATE, FieldCode::MESSAGE];
            let fields = codes.into_iter().chain([FieldCode::DETAIL]);
            let words = fields.map(|code| error.fields.get(code).unwrap_or_default());
            let words = words.map(|word| String::from_utf8_lossy(word).into_owned());
            format!("E {}", words.collect::<Vec<_>>().join(" ")).trim_end().to_owned()
        }
        other => format!("{other:?}"),
    }
}

/// `\x01`, `\t`, `\r` and `\n` as bytes; `-` is nothing said.
fn said(text: &str) -> Option<Vec<u8>> {
    if text == "-" {
        return None;
    }
    let (mut bytes, mut rest) = (Vec::new(), text);
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

/// What a client hears that says this.
fn ask(address: SocketAddr, user: &str, first: Option<&[u8]>, next: Option<&[u8]>) -> String {
    let mut client = asked(address, user);
    present(&mut client, first);
    let mut heard = vec![shown(client.next().expect("an answer"))];
    if let (Some(data), true) = (next, heard[0].starts_with("R11")) {
        client.say(&SaslResponse { data }).send();
        heard.push(shown(client.next().expect("an answer")));
    }
    if heard.last().is_some_and(|last| last.starts_with("E ")) {
        assert_eq!(client.hear_out(), "", "it was the last word");
    }
    heard.join("; ")
}

#[test]
fn the_server_answers_as_postgresql_does() {
    for user in ["plain", "delegated", "wellknown"] {
        let server = toy::start_with(|builder| builder.auth(auth(user)).danger_listen_insecurely());
        let mut count = 0;
        for line in HEARD.lines().filter(|line| line.split('\t').next() == Some(user)) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [_, first, next, answer] = columns[..] else { panic!("{line}") };
            let heard = ask(server.address, user, said(first).as_deref(), said(next).as_deref());
            assert_eq!(heard, answer, "{first} {next}");
            count += 1;
        }
        assert!(count > 0, "{user}");
    }
}

#[test]
fn a_map_says_whom_a_token_lets_in() {
    let maps = UserMaps::parse("m other ann\nm eve all\n").expect("maps");
    let server = |is_delegated: bool| {
        let line = "host all all all oauth issuer=https://issuer.example scope=openid map=m\n";
        let rules = Rules::parse_with_validator(line, &maps, Judge { is_delegated });
        let auth = Auth::rules(rules.expect("rules"), Users::with_secret([7; 32]));
        toy::start_with(|builder| builder.auth(auth).danger_listen_insecurely())
    };
    let is_in = |server: &toy::RunningServer, user: &str, token: &str| {
        ask(server.address, user, Some(&bearer(token)), Some(b"\x01")) == "R0"
    };
    let (named, delegated) = (server(false), server(true));
    assert!(is_in(&named, "ann", "other"));
    assert!(is_in(&named, "eve", "eve"), "by the line for eve");
    for (user, token) in [("other", "other"), ("bob", "other"), ("ann", "ann"), ("ann", "wrong")] {
        assert!(!is_in(&named, user, token), "{user} by {token}");
    }
    // It says that the client may, and not who it is.
    for user in ["ann", "other", "eve"] {
        assert!(!is_in(&delegated, user, "good"), "{user}");
    }
}

const REFUSED: &str = "E FATAL 28000 OAuth bearer authentication failed for user \"plain\"";

fn bearer(token: &str) -> Vec<u8> {
    format!("n,,\x01auth=Bearer {token}\x01\x01").into_bytes()
}

#[test]
fn a_token_longer_than_postgresql_takes_is_refused_at_its_length() {
    let server = toy::start_with(|builder| builder.auth(auth("plain")).danger_listen_insecurely());
    for length in [&b"\0\x01\0\0"[..], b"\x7f\xff\xff\xff", b"\0\0\0\x03", b"\xff\xff\xff\xff"] {
        let mut client = asked(server.address, "plain");
        client.say_raw(b"p").say_raw(length).send();
        assert_eq!(shown(client.next().expect("an answer")), REFUSED);
        assert_eq!(client.hear_out(), "");
    }
    // Of 65535 bytes in all.
    let length = 65535 - 4 - b"OAUTHBEARER\0".len() - 4 - bearer("").len();
    let long = ask(server.address, "plain", Some(&bearer(&"a".repeat(length))), None);
    assert_eq!(long, "R0");
}

#[test]
fn a_validator_that_panics_lets_nobody_in_and_others_go_on() {
    let server = toy::start_with(|builder| builder.auth(auth("plain")).danger_listen_insecurely());
    for token in ["panic", "broken", "wrong"] {
        let heard = ask(server.address, "plain", Some(&bearer(token)), Some(b"\x01"));
        assert!(heard.starts_with("R11 ") && heard.ends_with(REFUSED), "{token}: {heard}");
    }
    assert_eq!(ask(server.address, "plain", Some(&bearer("good")), None), "R0");
}

/// What is sent ahead of the answer is taken after it.
#[test]
fn a_client_may_send_its_first_query_behind_its_token() {
    let server = toy::start_with(|builder| builder.auth(auth("plain")).danger_listen_insecurely());
    let mut client = asked(server.address, "plain");
    present(&mut client, Some(&bearer("good")));
    client.say(&trunkline_proto::message::Query { sql: "" });
    assert!(client.hear_until('Z').starts_with("R(Ok) S("));
    assert_eq!(client.hear_until('Z'), "I Z(I)");
}

#[tokio::test(start_paused = true)]
async fn a_validator_that_hangs_is_given_up_at_the_deadline() {
    let server = Server::builder(Toy).auth(auth("plain")).danger_listen_insecurely().build();
    let address = clock::start(&server).await;
    let client = clock::client(move || {
        let mut client = asked(address, "plain");
        present(&mut client, Some(&bearer("hang")));
        client
    });
    let mut client = client.await;
    clock::idle().await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(clock::client(move || client.hear_out()).await, "");
}

#[test]
fn no_token_is_asked_for_where_others_could_read_it() {
    let server = toy::start_with(|builder| builder.auth(auth("plain")));
    let mut client = Dialogue::silent(server.address);
    assert_eq!(client.say(&startup("plain")).hear_out(), "E(FATAL 28000)");
}

#[test]
fn on_a_unix_socket_nobody_else_can_read_it() {
    let folder = std::env::temp_dir().join(format!("trunkline-oauth-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(Listener::unix(&folder, 5432)).expect("a socket");
    let mut socket = UnixStream::connect(listener.path().expect("a file")).expect("it listens");
    let server = Server::builder(Toy).auth(auth("plain")).build();
    let serving = runtime.spawn(async move { server.serve(listener).await });
    let mut message = Vec::new();
    startup("plain").encode(&mut message).expect("a message");
    std::io::Write::write_all(&mut socket, &message).expect("the server reads");
    let mut answer = [0; 20];
    socket.read_exact(&mut answer).expect("the server answers");
    assert_eq!(&answer[5..], b"\0\0\0\x0aOAUTHBEARER");
    serving.abort();
    assert!(runtime.block_on(serving).is_err());
    let _ = socket.read_to_end(&mut Vec::new());
    std::fs::remove_dir(&folder).expect("nothing is left in it");
}
