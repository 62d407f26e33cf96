//! A PostgreSQL server as an oracle: the smallest client that can ask it about values.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;

/// What PostgreSQL makes of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Value { text: Vec<u8>, binary: Vec<u8> },
    Error { sqlstate: String, message: String },
}

pub(crate) struct Server {
    stream: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Server {
    /// Connects as `postgres` to `host:port`, which must trust it.
    pub(crate) fn connect(address: &str) -> io::Result<Server> {
        Server::connect_to(address, "postgres")
    }

    /// The same, to a database of that name.
    pub(crate) fn connect_to(address: &str, database: &str) -> io::Result<Server> {
        let writer = TcpStream::connect(address)?;
        let mut server = Server { stream: BufReader::new(writer.try_clone()?), writer };
        let mut startup = 196_608_i32.to_be_bytes().to_vec();
        startup.extend_from_slice(b"user\0postgres\0client_encoding\0UTF8\0database\0");
        startup.extend_from_slice(&[database.as_bytes(), b"\0\0"].concat());
        server.writer.write_all(&i32::try_from(startup.len() + 4).unwrap().to_be_bytes())?;
        server.writer.write_all(&startup)?;
        server.replies()?;
        Ok(server)
    }

    pub(crate) fn query(&mut self, sql: &str) -> io::Result<()> {
        let mut out = Vec::new();
        message(&mut out, b'Q', &[sql.as_bytes(), b"\0"].concat());
        self.writer.write_all(&out)?;
        match self.replies()? {
            Outcome::Error { message, .. } => Err(io::Error::other(format!("{sql}: {message}"))),
            Outcome::Value { .. } => Ok(()),
        }
    }

    /// Its `server_version_num`.
    pub(crate) fn version(&mut self) -> io::Result<u32> {
        let mut out = Vec::new();
        message(&mut out, b'Q', b"SELECT v, v FROM current_setting('server_version_num') v\0");
        self.writer.write_all(&out)?;
        match self.replies()? {
            Outcome::Value { text, .. } => {
                String::from_utf8_lossy(&text).parse().map_err(io::Error::other)
            }
            Outcome::Error { message, .. } => Err(io::Error::other(message)),
        }
    }

    /// Asks for the text and the binary form of each input, of one type and in one format.
    pub(crate) fn ask(
        &mut self,
        oid: u32,
        format: u8,
        inputs: &[&[u8]],
    ) -> io::Result<Vec<Outcome>> {
        // Once for all: to plan takes longer than to read a value.
        let mut parse = b"s\0SELECT $1, $1\0\0\x01".to_vec();
        parse.extend_from_slice(&oid.to_be_bytes());
        let mut out = Vec::new();
        message(&mut out, b'C', b"Ss\0");
        message(&mut out, b'P', &parse);
        message(&mut out, b'S', &[]);
        self.writer.write_all(&out)?;
        if let Outcome::Error { message, .. } = self.replies()? {
            return Err(io::Error::other(format!("type {oid}: {message}")));
        }
        let exchange = |input: &&[u8]| {
            let mut bind = vec![0, b's', 0, 0, 1, 0, format, 0, 1];
            push_cell(&mut bind, Some(input));
            bind.extend_from_slice(&[0, 2, 0, 0, 0, 1]);
            let mut out = Vec::new();
            message(&mut out, b'B', &bind);
            message(&mut out, b'E', &[0; 5]);
            message(&mut out, b'S', &[]);
            out
        };
        self.exchange(inputs.iter().map(exchange).collect())
    }

    /// Asks for the text and the binary form of a row of these values, given as text.
    pub(crate) fn ask_rows(
        &mut self,
        rows: &[Vec<(u32, Option<String>)>],
    ) -> io::Result<Vec<Outcome>> {
        let exchange = |row: &Vec<(u32, Option<String>)>| {
            let parameters: Vec<String> =
                (1..=row.len()).map(|number| format!("${number}")).collect();
            let list = parameters.join(", ");
            let count = i16::try_from(row.len()).unwrap().to_be_bytes();
            let mut parse =
                [b"\0", format!("SELECT ROW({list}), ROW({list})").as_bytes(), b"\0"].concat();
            parse.extend_from_slice(&count);
            let mut bind = vec![0, 0, 0, 0];
            bind.extend_from_slice(&count);
            for (oid, value) in row {
                parse.extend_from_slice(&oid.to_be_bytes());
                push_cell(&mut bind, value.as_deref().map(str::as_bytes));
            }
            bind.extend_from_slice(&[0, 2, 0, 0, 0, 1]);
            let mut out = Vec::new();
            message(&mut out, b'P', &parse);
            message(&mut out, b'B', &bind);
            message(&mut out, b'E', &[0; 5]);
            message(&mut out, b'S', &[]);
            out
        };
        self.exchange(rows.iter().map(exchange).collect())
    }

    /// Sends each, and reads what comes of it.
    fn exchange(&mut self, all: Vec<Vec<u8>>) -> io::Result<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(all.len());
        for batch in all.chunks(1000) {
            let out = batch.concat();
            let mut stream = self.writer.try_clone()?;
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

fn push_cell(out: &mut Vec<u8>, cell: Option<&[u8]>) {
    let length = cell.map_or(-1, |cell| i32::try_from(cell.len()).unwrap());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(cell.unwrap_or_default());
}

fn message(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&i32::try_from(body.len() + 4).unwrap().to_be_bytes());
    out.extend_from_slice(body);
}
