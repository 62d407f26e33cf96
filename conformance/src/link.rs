//! One connection: bytes out, lines in.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use crate::backend;
use crate::dsn::Dsn;
use crate::frontend::{self, Key};
use crate::secrets::Exchange;
use crate::stream::{self, Stream};

/// No server says so much in one message.
const LONGEST: usize = 1 << 26;

/// A connection to a server, and what has come of it.
pub(crate) struct Link {
    /// `None` after we hung up.
    stream: Option<Stream>,
    input: Vec<u8>,
    /// Lines that were read ahead.
    lines: VecDeque<String>,
    stage: Stage,
    /// Answers of one byte that are owed to requests for encryption.
    owed: usize,
    /// Whether the server agreed to TLS and waits for its first byte.
    awaits_tls: bool,
    every_setting: bool,
    closed: bool,
    /// From BackendKeyData.
    pub(crate) key: Option<Key>,
    /// What the server needs to see to believe the client.
    pub(crate) exchange: Exchange,
    /// The major version that the server says it is.
    pub(crate) version: Option<u32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Startup,
    /// Between AuthenticationOk and the first ReadyForQuery.
    Greeting,
    Open,
}

impl Link {
    /// A socket on which nothing has been said.
    pub(crate) fn connect(dsn: &Dsn, patience: Duration) -> Result<Link, String> {
        let stream = dsn.connect(patience).map_err(|error| format!("cannot connect: {error}"))?;
        Ok(Link {
            stream: Some(stream),
            input: Vec::new(),
            lines: VecDeque::new(),
            stage: Stage::Startup,
            owed: 0,
            awaits_tls: false,
            every_setting: false,
            closed: false,
            key: None,
            exchange: Exchange::default(),
            version: None,
        })
    }

    /// A client that has logged in.
    pub(crate) fn login(dsn: &Dsn, patience: Duration) -> Result<Link, String> {
        let mut link = Link::connect(dsn, patience)?;
        link.say(&frontend::login(&dsn.user, &dsn.database));
        loop {
            match link.hear()?.as_str() {
                "ReadyForQuery I" => return Ok(link),
                line if line.starts_with("ErrorResponse") || line == "closed" => {
                    return Err(format!("cannot log in: {line}"));
                }
                _ => {}
            }
        }
    }

    pub(crate) fn show_every_setting(&mut self) {
        self.every_setting = true;
    }

    /// Whether the login is over.
    pub(crate) fn is_open(&self) -> bool {
        self.stage == Stage::Open && !self.closed
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Says something in one write; a server that hung up shows that when it is listened to.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        if let Some(stream) = &mut self.stream {
            let _ = stream.write_all(bytes).and_then(|()| stream.flush());
        }
    }

    /// A request for encryption was among what was said: its answer is one byte.
    pub(crate) fn owe(&mut self, answers: usize) {
        self.owed += answers;
    }

    pub(crate) fn half_close(&mut self) {
        if let Some(stream) = &mut self.stream {
            let _ = stream.half_close();
        }
    }

    pub(crate) fn hang_up(&mut self) {
        self.stream = None;
        self.closed = true;
        self.awaits_tls = false;
        self.input.clear();
    }

    pub(crate) fn is_spoken_to(&mut self, wait: Duration) -> bool {
        let found = self.stream.as_mut().is_some_and(|stream| stream.is_spoken_to(wait));
        found || !self.input.is_empty()
    }

    /// Says something and a ClientHello in one write, and shakes hands.
    pub(crate) fn start_tls(&mut self, ahead: &[u8], protocols: &[&str]) -> Result<(), String> {
        let (mut connection, hello) = stream::hello(protocols)?;
        self.say(&[ahead, &hello].concat());
        while self.owed > 0 {
            let line = self.hear()?;
            self.lines.push_back(line);
        }
        self.awaits_tls = false;
        let Some(Stream::Tcp(socket)) = self.stream.take() else {
            return Err("TLS needs TCP".into());
        };
        let shaken = shake_hands(&mut connection, self.input.as_slice().chain(&socket), &socket);
        self.input.clear();
        let line = match shaken {
            Ok(()) => {
                let shown = connection.peer_certificates().and_then(<[_]>::first);
                self.exchange.certificate = shown.map(|it| it.to_vec()).unwrap_or_default();
                let chosen = connection.alpn_protocol().map(String::from_utf8_lossy);
                format!("tls established alpn {}", chosen.unwrap_or("none".into()))
            }
            Err(_) => {
                self.closed = true;
                "tls refused".into()
            }
        };
        self.lines.push_back(line);
        self.stream = Some(Stream::Tls(Box::new(StreamOwned::new(connection, socket))));
        Ok(())
    }

    /// The next thing that the server says, in a line; `closed` when it has hung up.
    pub(crate) fn hear(&mut self) -> Result<String, String> {
        if let Some(line) = self.lines.pop_front() {
            return Ok(line);
        }
        let line = self.one()?;
        if self.stage != Stage::Greeting || !line.starts_with("ParameterStatus") {
            return Ok(line);
        }
        // The order of the settings told at the login means nothing.
        let mut settings = vec![line];
        let after = loop {
            match self.one()? {
                line if line.starts_with("ParameterStatus") => settings.push(line),
                line => break line,
            }
        };
        settings.sort();
        match self.every_setting {
            true => self.lines.extend(settings),
            false => self.lines.push_back("ParameterStatus …".into()),
        }
        self.lines.push_back(after);
        Ok(self.lines.pop_front().unwrap_or_default())
    }

    fn one(&mut self) -> Result<String, String> {
        let first = self.peek(1)?.and_then(|head| head.first().copied());
        if self.awaits_tls {
            // An alert, the end, or whatever else: no TLS comes of it.
            self.hang_up();
            return Ok("tls refused".into());
        }
        let Some(kind) = first else { return Ok("closed".into()) };
        if self.owed > 0 && self.stage == Stage::Startup && b"SNG".contains(&kind) {
            self.owed -= 1;
            self.awaits_tls = kind == b'S';
            self.input.remove(0);
            return Ok(format!("byte {}", char::from(kind)));
        }
        let Some(head) = self.peek(5)? else { return Ok(self.half()) };
        let length = head.get(1..5).and_then(|word| word.try_into().ok()).map(i32::from_be_bytes);
        let length = usize::try_from(length.unwrap_or_default()).unwrap_or_default();
        if self.stage == Stage::Startup && kind == b'E' && length > LONGEST {
            return self.ancient();
        }
        if !(4..=LONGEST).contains(&length) {
            let line = format!("no message {}", crate::text::quoted(&self.input));
            self.hang_up();
            return Ok(line);
        }
        if self.peek(length + 1)?.is_none() {
            return Ok(self.half());
        }
        let body: Vec<u8> = self.input.drain(..=length).skip(5).collect();
        self.note(kind, &body);
        Ok(backend::show(kind, &body))
    }

    /// What later messages need to know.
    fn note(&mut self, kind: u8, body: &[u8]) {
        match (kind, body) {
            (b'R', [0, 0, 0, 0]) => self.stage = Stage::Greeting,
            (b'R', [0, 0, 0, 5, salt @ ..]) => self.exchange.salt = salt.to_vec(),
            (b'R', [0, 0, 0, 11, data @ ..]) => self.exchange.challenge = data.to_vec(),
            (b'K', [a, b, c, d, key @ ..]) => {
                self.key = Some((i32::from_be_bytes([*a, *b, *c, *d]), key.to_vec()));
            }
            (b'S', _) => {
                let mut parts = body.split(|byte| *byte == 0);
                if parts.next() == Some(b"server_version") {
                    let version = String::from_utf8_lossy(parts.next().unwrap_or_default());
                    let major = version.split(|c: char| !c.is_ascii_digit()).next();
                    self.version = major.and_then(|major| major.parse().ok());
                }
            }
            (b'Z', _) => self.stage = Stage::Open,
            _ => {}
        }
    }

    /// The error of a server to a client of protocol 2: a text, its NUL, the end.
    fn ancient(&mut self) -> Result<String, String> {
        while self.peek(self.input.len() + 1)?.is_some() {}
        let text = self.input.get(1..).map(crate::text::quoted).unwrap_or_default();
        self.input.clear();
        Ok(format!("ErrorResponse of protocol 2 {text}"))
    }

    fn half(&mut self) -> String {
        let line = format!("half a message {}", crate::text::quoted(&self.input));
        self.input.clear();
        line
    }

    /// The next bytes, which stay; `None` when the server hangs up before.
    fn peek(&mut self, length: usize) -> Result<Option<&[u8]>, String> {
        let mut chunk = [0; 16 * 1024];
        while self.input.len() < length {
            if self.closed {
                return Ok(None);
            }
            let Some(stream) = &mut self.stream else { return Ok(None) };
            match stream.read(&mut chunk) {
                Ok(0) => self.closed = true,
                Ok(count) => self.input.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => return Err("nothing came".into()),
                // Without a close_notify or by a reset: it is closed.
                Err(_) => self.closed = true,
            }
        }
        Ok(self.input.get(..length))
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Reads and writes until both sides are done.
fn shake_hands(
    connection: &mut ClientConnection,
    mut from: impl Read,
    mut to: &std::net::TcpStream,
) -> io::Result<()> {
    while connection.is_handshaking() {
        while connection.wants_write() {
            connection.write_tls(&mut to)?;
        }
        if connection.is_handshaking() {
            if connection.read_tls(&mut from)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            connection.process_new_packets().map_err(io::Error::other)?;
        }
    }
    while connection.wants_write() {
        connection.write_tls(&mut to)?;
    }
    Ok(())
}
