//! A client of the protocol on a blocking socket.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::request::{SSL_REQUEST, TERMINATE, append, startup};
use crate::scram::{Expected, Proof};
use crate::stream::Stream;

/// Whom to connect to, and as who.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: String,
    pub(crate) tls: Option<Arc<ClientConfig>>,
    /// Salted passwords by salt and iterations: a good client keeps them.
    pub(crate) salted: Arc<Mutex<Salted>>,
}

type Salted = HashMap<(Vec<u8>, u32), [u8; 32]>;

/// A connection past its login.
pub(crate) struct Connection {
    pub(crate) stream: Stream,
    /// What has come and was not looked at.
    input: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(target: &Target) -> io::Result<Connection> {
        let mut socket = TcpStream::connect(target.address)?;
        socket.set_nodelay(true)?;
        let stream = match &target.tls {
            None => Stream::Plain(socket),
            Some(config) => {
                socket.write_all(&SSL_REQUEST)?;
                let mut answer = [0];
                socket.read_exact(&mut answer)?;
                if answer != *b"S" {
                    return Err(io::Error::other("the server refuses TLS"));
                }
                let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
                let session =
                    ClientConnection::new(config.clone(), name).map_err(io::Error::other)?;
                Stream::Tls(Box::new(StreamOwned::new(session, socket)))
            }
        };
        let mut connection = Connection { stream, input: Vec::new() };
        connection.send(&startup(&target.user, &target.database))?;
        connection.log_in(target)?;
        Ok(connection)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// Sends a request and reads to ReadyForQuery; the number of rows.
    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<usize> {
        self.send(request)?;
        let mut rows = 0;
        loop {
            match self.next()? {
                (b'D', _) => rows += 1,
                (b'Z', _) => return Ok(rows),
                (b'E', body) => return Err(refused(&body)),
                _ => {}
            }
        }
    }

    /// Gives back what it has read ahead into: it is to be idle.
    pub(crate) fn rest(&mut self) {
        self.input = Vec::new();
    }

    pub(crate) fn leave(mut self) {
        // Who is gone already need not be told.
        let _ = self.send(&TERMINATE);
    }

    /// Type and body of the next message.
    fn next(&mut self) -> io::Result<(u8, Vec<u8>)> {
        loop {
            if let Some(&[kind, a, b, c, d]) = self.input.first_chunk() {
                let end = 1 + u32::from_be_bytes([a, b, c, d]) as usize;
                if let Some(body) = self.input.get(5..end) {
                    let body = body.to_vec();
                    self.input.drain(..end);
                    return Ok((kind, body));
                }
            }
            let mut chunk = [0; 16 * 1024];
            let count = self.stream.read(&mut chunk)?;
            if count == 0 {
                return Err(closed());
            }
            self.input.extend_from_slice(&chunk[..count]);
        }
    }

    fn log_in(&mut self, target: &Target) -> io::Result<()> {
        let (mut proof, mut expected) = (None, None);
        loop {
            let (kind, body) = self.next()?;
            match (kind, body.first_chunk().map(|word| u32::from_be_bytes(*word))) {
                (b'R', Some(0)) => {}
                (b'R', Some(3)) => self.say(format!("{}\0", target.password).as_bytes())?,
                (b'R', Some(10)) => {
                    let begun = Proof::new();
                    self.say(&begun.first())?;
                    proof = Some(begun);
                }
                (b'R', Some(11)) => {
                    let begun: Proof = proof.take().ok_or_else(unexpected)?;
                    let (last, signature) = begun.respond(&body[4..], target)?;
                    self.say(last.as_bytes())?;
                    expected = Some(signature);
                }
                (b'R', Some(12)) => {
                    let signature: Expected = expected.take().ok_or_else(unexpected)?;
                    signature.check(&body[4..])?;
                }
                (b'R', _) => return Err(unexpected()),
                (b'Z', _) => return Ok(()),
                (b'E', _) => return Err(refused(&body)),
                _ => {}
            }
        }
    }

    /// Answers a request for a proof.
    fn say(&mut self, proof: &[u8]) -> io::Result<()> {
        let mut message = Vec::new();
        append(&mut message, b'p', proof);
        self.send(&message)
    }
}

fn unexpected() -> io::Error {
    io::Error::other("the server asks for a proof that is not known here")
}

pub(crate) fn closed() -> io::Error {
    io::Error::other("the server has closed the connection")
}

/// Code and text of an ErrorResponse.
fn refused(body: &[u8]) -> io::Error {
    let fields = body.split(|byte| *byte == 0).filter_map(|field| field.split_first());
    let told = fields.filter(|(kind, _)| matches!(kind, b'C' | b'M'));
    let words: Vec<_> = told.map(|(_, text)| String::from_utf8_lossy(text).into_owned()).collect();
    io::Error::other(words.join(" "))
}
