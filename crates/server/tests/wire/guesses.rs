//! Who guesses passwords.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::BytesMut;
use trunkline::{Auth, Server, Users};
use trunkline_proto::Limits;
use trunkline_proto::frontend::{LoginStep, Startup};
use trunkline_proto::message::{ErrorFields, FieldCode, ProtocolVersion};

use crate::clock;
use crate::toy::Toy;

/// Tries to log in; what the server says against it.
fn log_in(address: SocketAddr, user: &str, password: &str) -> Result<(), ErrorFields> {
    let mut socket = TcpStream::connect(address).expect("it listens");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let (mut input, mut output) = (BytesMut::new(), Vec::new());
    let parameters = [("user", user), ("database", "toy")];
    let startup = Startup::new(&Limits::default());
    let login = startup.log_in(ProtocolVersion::V3_0, parameters, &mut output);
    let mut login = login.expect("parameters");
    loop {
        socket.write_all(&output).expect("the server reads");
        output.clear();
        login = match login.step(&mut input, &mut output).expect("what a server says") {
            LoginStep::NeedInput(login) => login,
            LoginStep::Sasl(request) => {
                request.scram(password, [7; 18], &mut output).expect("SCRAM")
            }
            LoginStep::Authenticated(_) => return Ok(()),
            LoginStep::Refused(error) => return Err(error.fields),
            other => panic!("the server asks for {other:?}"),
        };
        if output.is_empty() {
            let mut chunk = [0; 4096];
            let count = socket.read(&mut chunk).expect("the server answers");
            assert!(count > 0, "the server closes");
            input.extend_from_slice(&chunk[..count]);
        }
    }
}

async fn tries(address: SocketAddr, user: &'static str, password: &'static str) -> Option<String> {
    let outcome = clock::client(move || log_in(address, user, password)).await;
    outcome.err().map(|fields| {
        let codes = [FieldCode::SEVERITY, FieldCode::SQLSTATE, FieldCode::MESSAGE];
        let texts = codes.map(|code| String::from_utf8_lossy(fields.get(code).unwrap_or_default()));
        // Nothing else is said.
        assert_eq!(fields.iter().count(), 4, "{fields:?}");
        texts.join(" ")
    })
}

#[tokio::test(start_paused = true)]
async fn who_guesses_is_refused_for_a_while_and_does_not_hear_so() {
    let users = Users::new().and_then(|users| users.password("ann", "right"));
    let users = users.and_then(|users| users.password("bob", "right")).expect("users");
    let address = clock::start(&Server::builder(Toy).auth(Auth::scram(users)).build()).await;
    let wrong = "FATAL 28P01 password authentication failed for user \"ann\"";
    for _ in 0..9 {
        assert_eq!(tries(address, "ann", "wrong").await.as_deref(), Some(wrong));
    }
    assert_eq!(tries(address, "ann", "right").await, None);
    for password in ["wrong", "right", "right", "wrong"] {
        assert_eq!(tries(address, "ann", password).await.as_deref(), Some(wrong), "{password}");
    }
    assert_eq!(tries(address, "bob", "right").await, None);
    tokio::time::sleep(Duration::from_secs(119)).await;
    assert_eq!(tries(address, "ann", "right").await.as_deref(), Some(wrong));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(tries(address, "ann", "right").await, None);
}
