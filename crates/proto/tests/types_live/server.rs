//! A PostgreSQL server as an oracle: the smallest client that can ask it about values.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// What PostgreSQL makes of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Value { text: Vec<u8>, binary: Vec<u8> },
    Error { sqlstate: String, message: String },
}

pub(crate) struct Server {
    stream: TcpStream,
}

impl Server {
    /// Connects as `postgres` to `host:port`, which must trust it.
    pub(crate) fn connect(address: &str) -> io::Result<Server> {
        let mut server = Server { stream: TcpStream::connect(address)? };
        let mut startup = 196_608_i32.to_be_bytes().to_vec();
        startup.extend_from_slice(b"user\0postgres\0database\0postgres\0client_encoding\0UTF8\0\0");
        server.stream.write_all(&i32::try_from(startup.len() + 4).unwrap().to_be_bytes())?;
        server.stream.write_all(&startup)?;
        server.replies()?;
        Ok(server)
    }

    pub(crate) fn query(&mut self, sql: &str) -> io::Result<()> {
        let mut out = Vec::new();
        message(&mut out, b'Q', &[sql.as_bytes(), b"\0"].concat());
        self.stream.write_all(&out)?;
        match self.replies()? {
            Outcome::Error { message, .. } => Err(io::Error::other(format!("{sql}: {message}"))),
            Outcome::Value { .. } => Ok(()),
        }
    }

    /// Asks for the text and the binary form of each input, of one type and in one format.
    pub(crate) fn ask(
        &mut self,
        oid: u32,
        format: u8,
        inputs: &[&[u8]],
    ) -> io::Result<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(inputs.len());
        let mut parse = b"\0SELECT $1, $1\0\0\x01".to_vec();
        parse.extend_from_slice(&oid.to_be_bytes());
        for batch in inputs.chunks(200) {
            let mut out = Vec::new();
            for input in batch {
                message(&mut out, b'P', &parse);
                let mut bind = vec![0, 0, 0, 1, 0, format, 0, 1];
                bind.extend_from_slice(&i32::try_from(input.len()).unwrap().to_be_bytes());
                bind.extend_from_slice(input);
                bind.extend_from_slice(&[0, 2, 0, 0, 0, 1]);
                message(&mut out, b'B', &bind);
                message(&mut out, b'E', &[0; 5]);
                message(&mut out, b'S', &[]);
            }
            let mut stream = self.stream.try_clone()?;
            // The server answers while we still write: read at the same time.
            let writer = std::thread::spawn(move || stream.write_all(&out));
            for _ in batch {
                outcomes.push(self.replies()?);
            }
            writer.join().unwrap()?;
        }
        Ok(outcomes)
    }

    /// Reads up to ReadyForQuery: the last row or the error.
    fn replies(&mut self) -> io::Result<Outcome> {
        let mut outcome = Outcome::Value { text: Vec::new(), binary: Vec::new() };
        loop {
            let mut header = [0; 5];
            self.stream.read_exact(&mut header)?;
            let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
            let mut body = vec![0; length as usize - 4];
            self.stream.read_exact(&mut body)?;
            match header[0] {
                b'D' => {
                    let (text, rest) = cell(&body[2..]);
                    let (binary, _) = cell(rest);
                    outcome = Outcome::Value { text: text.to_vec(), binary: binary.to_vec() };
                }
                b'E' => {
                    let field = |code: u8| {
                        let fields = body.split(|byte| *byte == 0);
                        let found = fields.into_iter().find(|field| field.first() == Some(&code));
                        String::from_utf8_lossy(found.map_or(b"", |field| &field[1..])).into_owned()
                    };
                    outcome = Outcome::Error { sqlstate: field(b'C'), message: field(b'M') };
                }
                b'Z' => return Ok(outcome),
                _ => {}
            }
        }
    }
}

fn cell(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk().unwrap();
    match usize::try_from(i32::from_be_bytes(*length)) {
        Ok(length) => rest.split_at(length),
        Err(_) => (b"", rest),
    }
}

fn message(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&i32::try_from(body.len() + 4).unwrap().to_be_bytes());
    out.extend_from_slice(body);
}
