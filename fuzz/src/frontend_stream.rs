//! A whole connection as a client sees it: the login, then whatever a server says to a pipeline.

use bytes::BytesMut;
use trunkline_proto::{
    Format, Limits, Oid,
    auth::oauth::Credentials,
    frontend::{Connection, Event, Login, LoginStep, Startup},
    message::{CopyDone, Execute, NewBind, NewParse, ProtocolVersion, Query, Sync},
};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let (mut input, mut output) = (BytesMut::from(data), Vec::new());
    let startup = Startup::new(&Limits::default());
    let login = startup.log_in(ProtocolVersion::V3_2, [("user", "alice")], &mut output).unwrap();
    // The iterations of a challenge cost time: one that asks for many is not worth it here.
    if data.windows(6).any(|digits| digits.iter().all(u8::is_ascii_digit)) {
        return;
    }
    let Some(mut client) = log_in(login, &mut input, &mut output) else { return };
    ask(&mut client, &mut output);
    let mut asked = false;
    loop {
        let before = input.len();
        match client.receive(&mut input) {
            Ok(Some(Event::CopyIn(_))) => {
                // With more than a Sync already sent behind it, the COPY is lost.
                let may_copy = client.may_send_copy_data();
                assert_eq!(client.send(&CopyDone, &mut output).is_ok(), may_copy);
            }
            Ok(Some(Event::Ready(_))) if !asked => {
                asked = true;
                client.send(&Query { sql: "copy t from stdin" }, &mut output).unwrap();
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return,
        }
        assert!(input.len() < before);
    }
}

fn log_in(mut login: Login, input: &mut BytesMut, output: &mut Vec<u8>) -> Option<Connection> {
    loop {
        let before = input.len();
        login = match login.step(input, output).ok()? {
            LoginStep::Authenticated(authenticated) => return Some(authenticated.connection),
            LoginStep::Cleartext(request) => request.answer("pencil", output).unwrap(),
            LoginStep::Md5(request) => request.answer("alice", "pencil", output).unwrap(),
            LoginStep::Sasl(request) if request.mechanisms().len() > 2 => {
                request.oauth(&Credentials::Token(String::from("token").into()), output).ok()?
            }
            LoginStep::Sasl(request) => request.scram("pencil", [7; 18], output).ok()?,
            LoginStep::Discovery(discovery) => discovery.acknowledge(output).unwrap(),
            _ => return None,
        };
        assert!(input.len() < before);
    }
}

/// A pipeline before the server has said that it is ready.
fn ask(client: &mut Connection, output: &mut Vec<u8>) {
    let bind = NewBind {
        portal: "",
        statement: "s",
        parameter_formats: &[Format::Text],
        parameters: [Some("1"), None],
        result_formats: &[],
    };
    let parse = NewParse { name: "s", sql: "select $1", parameter_types: [Oid::INT4] };
    client.send(&parse, output).unwrap();
    client.send(&bind, output).unwrap();
    client.send(&Execute { portal: "", max_rows: 1 }, output).unwrap();
    client.send(&Sync, output).unwrap();
}
