//! A client of any PostgreSQL server: a statement with its parameters in, its rows out.
//!
//!     PGUSER=me cargo run --example client HOST:PORT 'select $1::int + 1' 41
//!
//! The password is in `PGPASSWORD`. The protocol never touches the socket: `trunkline_proto` makes
//! bytes of messages, and events of bytes.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints rows and errors")]

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trunkline_proto::frontend::{Connection, Event, LoginStep, Startup};
use trunkline_proto::message::{Execute, NewBind, NewParse, ProtocolVersion, Sync};
use trunkline_proto::{Limits, Oid};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, sql, parameters @ ..] = words.as_slice() else {
        return Err("usage: client HOST:PORT STATEMENT [PARAMETER…]".into());
    };
    let mut socket = TcpStream::connect(address).await?;
    let (mut input, mut out) = (BytesMut::new(), Vec::new());
    let mut connection = log_in(&mut socket, &mut input).await?;

    // All in one write: the answers come in order, and after an error only that to the Sync.
    connection.send(&NewParse { name: "", sql, parameter_types: [] as [Oid; 0] }, &mut out)?;
    let (parameters, text) = (parameters.iter().map(Some), &[]);
    let (portal, statement, parameter_formats, result_formats) = ("", "", text, text);
    let bind = NewBind { portal, statement, parameter_formats, parameters, result_formats };
    connection.send(&bind, &mut out)?;
    connection.send(&Execute { portal, max_rows: 0 }, &mut out)?;
    connection.send(&Sync, &mut out)?;
    socket.write_all(&out).await?;

    let mut outcome = Ok(());
    loop {
        match connection.receive(&mut input)? {
            None if socket.read_buf(&mut input).await? == 0 => return Err("disconnected".into()),
            Some(Event::Row(row)) => {
                let text = |value: Option<_>| value.map_or("NULL".into(), String::from_utf8_lossy);
                println!("{}", row.values.iter().map(text).collect::<Vec<_>>().join("\t"));
            }
            Some(Event::Error(error)) => {
                eprintln!("{:?}", error.fields);
                outcome = Err("the statement failed".into());
            }
            Some(Event::Ready(_)) if connection.owed() == 0 => return outcome,
            _ => {}
        }
    }
}

async fn log_in(socket: &mut TcpStream, input: &mut BytesMut) -> Result<Connection> {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let startup = Startup::new(&Limits::default());
    let (parameters, mut out) = ([("user", variable("PGUSER"))], Vec::new());
    let mut login = startup.log_in(ProtocolVersion::V3_0, parameters, &mut out)?;
    loop {
        socket.write_all(&out).await?;
        out.clear();
        if socket.read_buf(input).await? == 0 {
            return Err("disconnected".into());
        }
        login = match login.step(input, &mut out)? {
            LoginStep::NeedInput(login) => login,
            LoginStep::Cleartext(request) => request.answer(variable("PGPASSWORD"), &mut out)?,
            LoginStep::Sasl(request) => {
                let mut nonce = [0; 18];
                getrandom::fill(&mut nonce)?;
                request.scram(variable("PGPASSWORD"), nonce, &mut out)?
            }
            LoginStep::Authenticated(authenticated) => return Ok(authenticated.connection),
            refused => return Err(format!("{refused:?}").into()),
        };
    }
}
