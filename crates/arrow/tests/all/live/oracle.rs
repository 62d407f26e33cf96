//! What PostgreSQL says of expressions: 18's answers are kept in `golden.tsv`.
//!
//! A line is the settings, an expression, and its text and binary form, or `!` and a SQLSTATE. With
//! `TRUNKLINE_TEST_PG=host:port` in the environment that server is asked instead (user `postgres`,
//! trusted), and the file is written anew.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::{env, fs};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Null,
    Value { text: Vec<u8>, binary: Vec<u8> },
    Error(String),
}

pub(crate) struct Oracle {
    file: PathBuf,
    known: BTreeMap<String, Outcome>,
    server: Option<Server>,
}

impl Oracle {
    /// The answers of a file, or those of the server.
    pub(crate) fn open(file: &str) -> Oracle {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/all").join(file);
        let server = env::var("TRUNKLINE_TEST_PG").ok().map(|address| Server::connect(&address));
        let known = match server {
            Some(_) => BTreeMap::new(),
            None => fs::read_to_string(&file).unwrap().lines().map(parse).collect(),
        };
        Oracle { file, known, server }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.server.is_some()
    }

    /// The values of expressions, in order; those that are `kept` go to the file.
    pub(crate) fn ask(&mut self, settings: &str, sql: &[String], kept: bool) -> Vec<Outcome> {
        let key = |sql: &str| format!("{settings}\t{}", escape(sql.as_bytes()));
        let Some(server) = &mut self.server else {
            let known = |sql: &String| {
                let outcome = self.known.get(&key(sql)).cloned();
                outcome.unwrap_or_else(|| panic!("PostgreSQL was not asked for {sql}"))
            };
            return sql.iter().map(known).collect();
        };
        server.query("RESET ALL; SET TimeZone = 'UTC'");
        for (name, value) in settings.split(';').filter_map(|setting| setting.split_once('=')) {
            server.query(&format!("SET {name} = '{value}'"));
        }
        let outcomes = server.ask(sql);
        if kept {
            let pairs = sql.iter().map(|sql| key(sql)).zip(outcomes.iter().cloned());
            self.known.extend(pairs);
        }
        outcomes
    }

    /// The data that COPY sends of a query.
    pub(crate) fn copy(&mut self, query: &str, format: &str) -> Vec<u8> {
        let sql = format!("COPY ({query}) TO STDOUT (FORMAT {format})");
        let key = format!("\t{}", escape(sql.as_bytes()));
        if let Some(server) = &mut self.server {
            let data = server.copy(&sql);
            self.known.insert(key.clone(), Outcome::Value { text: Vec::new(), binary: data });
        }
        match self.known.get(&key) {
            Some(Outcome::Value { binary, .. }) => binary.clone(),
            _ => panic!("PostgreSQL was not asked for {sql}"),
        }
    }

    /// Writes what the server said.
    pub(crate) fn close(self) {
        if self.server.is_some() {
            let lines = self.known.iter().map(|(key, outcome)| match outcome {
                Outcome::Null => format!("{key}\tNULL\n"),
                Outcome::Value { text, binary } => {
                    format!("{key}\t{}\t{}\n", escape(text), hex(binary))
                }
                Outcome::Error(sqlstate) => format!("{key}\t!\t{sqlstate}\n"),
            });
            fs::write(&self.file, lines.collect::<String>()).unwrap();
        }
    }
}

fn parse(line: &str) -> (String, Outcome) {
    let columns: Vec<&str> = line.split('\t').collect();
    let [settings, sql, outcome @ ..] = columns.as_slice() else { panic!("{line}") };
    let outcome = match outcome {
        ["NULL"] => Outcome::Null,
        ["!", sqlstate] => Outcome::Error((*sqlstate).to_owned()),
        [text, binary] => Outcome::Value { text: unescape(text), binary: unhex(binary) },
        _ => panic!("{line}"),
    };
    (format!("{settings}\t{sql}"), outcome)
}

/// Text on one line, without a tab.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(text: &str) -> Vec<u8> {
    let text = text.replace("\\\\", "\u{e000}");
    let text = text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r");
    text.replace('\u{e000}', "\\").into_bytes()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 16).unwrap()).collect()
}

/// The smallest client that can ask.
struct Server(TcpStream);

impl Server {
    fn connect(address: &str) -> Server {
        let mut server = Server(TcpStream::connect(address).unwrap());
        let mut startup = 196_608_i32.to_be_bytes().to_vec();
        startup.extend_from_slice(b"user\0postgres\0database\0postgres\0client_encoding\0UTF8\0\0");
        let length = i32::try_from(startup.len() + 4).unwrap().to_be_bytes();
        server.0.write_all(&[&length[..], &startup].concat()).unwrap();
        server.reply();
        server
    }

    fn query(&mut self, sql: &str) {
        let mut out = Vec::new();
        message(&mut out, b'Q', &[sql.as_bytes(), b"\0"].concat());
        self.0.write_all(&out).unwrap();
        let outcome = self.reply();
        assert!(!matches!(outcome, Outcome::Error(_)), "{sql}: {outcome:?}");
    }

    fn ask(&mut self, sql: &[String]) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for batch in sql.chunks(50) {
            let mut out = Vec::new();
            for sql in batch {
                // Once in each format.
                let parse = format!("\0SELECT {sql}, {sql}\0\0\0");
                message(&mut out, b'P', parse.as_bytes());
                message(&mut out, b'B', &[0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1]);
                message(&mut out, b'E', &[0; 5]);
                message(&mut out, b'S', &[]);
            }
            let mut stream = self.0.try_clone().unwrap();
            // The server answers while we still write: read at the same time.
            let writer = std::thread::spawn(move || stream.write_all(&out));
            outcomes.extend(batch.iter().map(|_| self.reply()));
            writer.join().unwrap().unwrap();
        }
        outcomes
    }

    fn copy(&mut self, sql: &str) -> Vec<u8> {
        let (mut out, mut data) = (Vec::new(), Vec::new());
        message(&mut out, b'Q', &[sql.as_bytes(), b"\0"].concat());
        self.0.write_all(&out).unwrap();
        loop {
            match self.message() {
                (b'd', body) => data.extend_from_slice(&body),
                (b'E', _) => panic!("{sql}"),
                (b'Z', _) => return data,
                _ => {}
            }
        }
    }

    fn message(&mut self) -> (u8, Vec<u8>) {
        let mut header = [0; 5];
        self.0.read_exact(&mut header).unwrap();
        let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
        let mut body = vec![0; length as usize - 4];
        self.0.read_exact(&mut body).unwrap();
        (header[0], body)
    }

    /// Reads up to ReadyForQuery: the last row or the error.
    fn reply(&mut self) -> Outcome {
        let mut outcome = Outcome::Null;
        loop {
            let (kind, body) = self.message();
            match kind {
                b'D' => {
                    let (text, rest) = cell(&body[2..]);
                    outcome = match (text, cell(rest).0) {
                        (Some(text), Some(binary)) => Outcome::Value { text, binary },
                        _ => Outcome::Null,
                    };
                }
                b'E' => {
                    let mut fields = body.split(|byte| *byte == 0);
                    let code = fields.find(|field| field.first() == Some(&b'C')).unwrap();
                    outcome = Outcome::Error(String::from_utf8_lossy(&code[1..]).into_owned());
                }
                b'Z' => return outcome,
                _ => {}
            }
        }
    }
}

fn cell(bytes: &[u8]) -> (Option<Vec<u8>>, &[u8]) {
    let (length, rest) = bytes.split_first_chunk().unwrap();
    match usize::try_from(i32::from_be_bytes(*length)) {
        Ok(length) => (Some(rest[..length].to_vec()), &rest[length..]),
        Err(_) => (None, rest),
    }
}

fn message(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&i32::try_from(body.len() + 4).unwrap().to_be_bytes());
    out.extend_from_slice(body);
}
