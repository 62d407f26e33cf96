//! What the log tells: everything a client wrote is escaped, and nothing is secret.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use trunkline::{Auth, Server, Users};
use trunkline_proto::message::{
    AnyBackend, NewParse, Query, SaslInitialResponse, SaslResponse, Sync,
};
use trunkline_proto::{
    Oid,
    auth::scram::{Binding, BindingPolicy, ScramClient},
};

use super::scram;
use crate::clock;
use crate::dialogue::Dialogue;
use crate::messages::{bind_with, execute};
use crate::startup::startup;
use crate::toy::Toy;

thread_local! {
    /// What was told in this thread since somebody wants to know.
    static TOLD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Writes events as the usual formatters do: strings quoted, what is said to be `Display` as it is.
///
/// One for all threads, for what a subscriber of one thread is told depends on the others.
struct Log;

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        TOLD.with_borrow_mut(|told| {
            if let Some(told) = told {
                event.record(&mut Line(told));
            }
        });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

/// Runs a server whose every word is written down, while a client does something.
fn logged(auth: Auth, does: impl FnOnce(std::net::SocketAddr) + Send + 'static) -> String {
    static LOG: Once = Once::new();
    LOG.call_once(|| {
        let set = tracing::subscriber::set_global_default(Log);
        set.expect("no other test looks at the log");
    });
    TOLD.set(Some(String::new()));
    // Of this thread, so that nobody else's server is written down.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let server = Server::builder(Toy).auth(auth).build();
        let address = clock::start(&server).await;
        clock::client(move || does(address)).await;
        server.shutdown().await;
    });
    TOLD.take().unwrap_or_default()
}

const HOSTILE: &str = "x\nERROR forged\r\x1b[2J\u{9b}1m\u{202e}\u{2066}\0";

#[test]
fn log_injection_by_what_a_client_says_of_itself() {
    let hostile = HOSTILE.trim_end_matches('\0');
    let log = logged(scram(), move |address| {
        for user in [hostile, "ann"] {
            // To the end, for the refusal names the user.
            let mut client = Dialogue::silent(address);
            let parameters = [("user", user), ("database", hostile), ("application_name", hostile)];
            client.say(&startup(0x30000, &parameters)).hear_until('R');
            let response = Some(hostile);
            let mechanism = "SCRAM-SHA-256";
            client.say(&SaslInitialResponse { mechanism, response }).hear_out();
            prove(address, user, "wrong");
        }
    });
    assert!(log.contains("ERROR forged"), "the refusals are told: {log}");
    assert!(!log.contains(|c: char| c.is_control() || "\u{202e}\u{2066}".contains(c)), "{log:?}");
}

#[test]
fn log_injection_by_statements() {
    let log = logged(Auth::trust(), move |address| {
        let mut client = Dialogue::login(address);
        let hostile = HOSTILE.trim_end_matches('\0');
        for sql in
            [hostile.to_owned(), format!("set x.y = '{hostile}'"), format!("wrong {hostile}")]
        {
            client.say(&Query { sql: sql.as_str() }).hear_until('Z');
        }
        client.say(&NewParse { name: hostile, sql: hostile, parameter_types: [Oid::TEXT] });
        client.say(&execute(hostile, 0)).say(&Sync).hear_until('Z');
        // Broken protocol is told, too: by a number, never by its bytes.
        client.say_raw(b"\n\0\0\0\x04").hear_out();
    });
    assert!(log.contains("invalid frontend message type 10"), "{log}");
    assert!(!log.contains(|c: char| c.is_control() || "\u{202e}\u{2066}".contains(c)), "{log:?}");
}

/// Proves by SCRAM who it is, or fails to.
fn prove(address: std::net::SocketAddr, user: &str, password: &str) -> Dialogue {
    let mut client = Dialogue::silent(address);
    let parameters = [("user", user), ("database", "toy")];
    client.say(&startup(0x30000, &parameters)).hear_until('R');
    let mechanism = "SCRAM-SHA-256";
    let offered = [mechanism.as_bytes()];
    let scram = ScramClient::new(offered, BindingPolicy::Prefer, &Binding::None, [7; 18]);
    let scram = scram.expect("a mechanism");
    client.say(&SaslInitialResponse { mechanism, response: Some(scram.first()) }).send();
    let challenge = match client.next() {
        Some(AnyBackend::Authentication(
            trunkline_proto::message::Authentication::SaslContinue { data },
        )) => data,
        other => panic!("{other:?}"),
    };
    let (answer, _) = scram.respond(&challenge, password).expect("a challenge");
    client.say(&SaslResponse { data: answer }).send();
    client
}

#[test]
fn log_secrets_are_never_told() {
    let secrets = ["s3cret!", "wr0ng!", "b0und!", "sql-s3cret"];
    let log = logged(scram(), |address| {
        prove(address, "ann", "wr0ng!").hear_out();
        let mut client = prove(address, "ann", "s3cret!");
        client.hear_until('Z');
        client.say(&NewParse { name: "", sql: "echo sql-s3cret", parameter_types: [Oid::INT4] });
        client.say(&bind_with("", "", &[Some(b"b0und!")], &[]));
        client.say(&execute("", 0)).say(&Sync).hear_until('Z');
        client.say(&Query { sql: "wrong sql-s3cret" }).hear_until('Z');
        client.say(&Query { sql: "panic sql-s3cret" }).hear_out();
    });
    for secret in secrets {
        assert!(!log.contains(secret), "{log}");
    }
    // A client's proof and a server's keys are none of the log's business either.
    for word in ["p=", "SCRAM-SHA-256$", "biws"] {
        assert!(!log.contains(word), "{log}");
    }
}

#[test]
fn log_secrets_are_not_in_debug() {
    let users = Users::new().and_then(|users| users.password("ann", "s3cret!")).expect("users");
    let mut shown = format!("{users:?}");
    let verifier =
        trunkline_proto::auth::scram::ScramVerifier::from_password("s3cret!", b"salt", 1);
    let kept = verifier.secret();
    let keys: Vec<&str> = kept.rsplit(['$', ':']).take(2).collect();
    let tls = crate::encryption::Certificate::make().tls;
    let secret = format!("{:?}", tls.salt_secret());
    let style = std::sync::Arc::new(trunkline::types::TextStyle::default());
    let values = [(trunkline::Format::Text, Some(&b"s3cret!"[..]))];
    let params = trunkline::Params::bind([Oid::TEXT].into(), values.into_iter()).expect("one");
    let _ = write!(shown, "{:?} {:?} {verifier:?} {tls:?}", params.get(0), Auth::scram(users));
    let _ = write!(shown, "{:?}", trunkline::Run::new(params, style));
    for (name, body) in [
        ("Password", &b"s3cret!\0"[..]),
        ("SaslInitialResponse", b"SCRAM-SHA-256\0\0\0\0\x07s3cret!"),
    ] {
        let body = bytes::Bytes::from_static(body);
        let _ =
            write!(shown, "{name} {:?}", trunkline_proto::message::Password::decode(body.clone()));
        let _ = write!(
            shown,
            "{:?}",
            trunkline_proto::message::SaslInitialResponse::decode(body.clone())
        );
        let _ = write!(shown, "{:?}", trunkline_proto::message::PasswordMessage::decode(body));
    }
    let bind = b"\0\0\0\0\0\x01\0\0\0\x07s3cret!\0\0";
    let bind = trunkline_proto::message::Bind::decode(bytes::Bytes::from_static(bind));
    let _ = write!(shown, "{bind:?}");
    // As text, and as the numbers of its bytes.
    let numbers = format!("{:?}", b"s3cret!");
    for word in ["s3cret!", numbers.trim_matches(['[', ']']), secret.trim_matches(['[', ']'])] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
    assert!(!keys.iter().any(|key| shown.contains(key)), "{shown}");
}
