//! A PostgreSQL server as an oracle: the smallest client that can COPY.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use crate::cases::{Case, Kind};
use crate::text::{escape, literal};

/// The tables that are copied into.
const TABLES: &str = "CREATE TEMP TABLE three (a int, b text DEFAULT 'd', c text); \
    SET TimeZone = 'UTC'; CREATE TEMP TABLE one (a text); CREATE TEMP TABLE zero ()";

pub(crate) struct Server {
    stream: TcpStream,
    pub(crate) version: u32,
    asked: u32,
}

struct Reply {
    rows: Vec<Vec<u8>>,
    error: Option<String>,
}

impl Server {
    /// Connects as `postgres` to `host:port`, which must trust it.
    pub(crate) fn connect(address: &str) -> io::Result<Server> {
        let mut server = Server { stream: TcpStream::connect(address)?, version: 0, asked: 0 };
        let mut startup = 196_608_i32.to_be_bytes().to_vec();
        startup.extend_from_slice(b"user\0postgres\0database\0postgres\0client_encoding\0UTF8\0\0");
        server.stream.write_all(&u32::try_from(startup.len() + 4).unwrap().to_be_bytes())?;
        server.stream.write_all(&startup)?;
        server.reply(None)?;
        let version =
            server.ask_sql("COPY (SELECT current_setting('server_version_num')) TO STDOUT")?;
        let version = String::from_utf8(version.rows.concat()).unwrap();
        server.version = version.trim().parse::<u32>().unwrap() / 10_000;
        let made = server.ask_sql(TABLES)?;
        assert_eq!(made.error, None);
        Ok(server)
    }

    pub(crate) fn ask(&mut self, case: &Case) -> io::Result<String> {
        self.asked += 1;
        if self.asked.is_multiple_of(500) {
            self.ask_sql("TRUNCATE three, one, zero")?;
        }
        let options = case.sql();
        match case.kind {
            Kind::Options => {
                let (way, data) = match case.data.as_slice() {
                    b"FROM" => ("FROM STDIN", Some(&b""[..])),
                    _ => ("TO STDOUT", None),
                };
                // Two formats want a header, and FREEZE a table of its own.
                let reply = self.copy(&format!("COPY three {way}{options}"), data)?;
                let beyond =
                    ["COPY file signature", "in header line", "cannot perform COPY FREEZE"];
                let error = reply.error.filter(|error| !beyond.iter().any(|b| error.contains(b)));
                Ok(error.unwrap_or_else(|| "ok".to_owned()))
            }
            Kind::Out => {
                let reply =
                    self.copy(&format!("COPY ({}) TO STDOUT{options}", select(case)), None)?;
                let rows: Vec<String> = reply.rows.iter().map(|row| escape(row)).collect();
                Ok(reply.error.unwrap_or_else(|| rows.join(";")))
            }
            Kind::In => {
                let (table, data) = case.table();
                let sql = format!(
                    "COPY {table} FROM STDIN{options}; \
                     COPY {table} TO STDOUT (NULL '\\N'); DELETE FROM {table}"
                );
                let reply = self.copy(&sql, Some(data))?;
                Ok(reply.error.unwrap_or_else(|| escape(&reply.rows.concat())))
            }
        }
    }

    fn copy(&mut self, sql: &str, data: Option<&[u8]>) -> io::Result<Reply> {
        self.send(b'Q', &[sql.as_bytes(), b"\0"].concat())?;
        self.reply(data)
    }

    fn ask_sql(&mut self, sql: &str) -> io::Result<Reply> {
        self.copy(sql, None)
    }

    fn send(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len() + 4).unwrap();
        self.stream.write_all(&[&[kind][..], &length.to_be_bytes(), body].concat())
    }

    /// Reads up to ReadyForQuery, and gives the data when it is asked for.
    fn reply(&mut self, data: Option<&[u8]>) -> io::Result<Reply> {
        let mut reply = Reply { rows: Vec::new(), error: None };
        loop {
            let mut header = [0; 5];
            self.stream.read_exact(&mut header)?;
            let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
            let mut body = vec![0; length as usize - 4];
            self.stream.read_exact(&mut body)?;
            match header[0] {
                b'G' => {
                    self.send(b'd', data.unwrap_or_default())?;
                    self.send(b'c', b"")?;
                }
                b'd' => reply.rows.push(body),
                b'E' => reply.error = Some(described(&body)),
                b'Z' => return Ok(reply),
                _ => {}
            }
        }
    }
}

fn described(body: &[u8]) -> String {
    let field = |code: u8| {
        let found = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&code));
        found.map(|field| field[1..].to_vec())
    };
    let mut described = format!("! {}", escape(&field(b'C').unwrap()));
    for code in *b"MDHW" {
        if let Some(text) = field(code) {
            // PostgreSQL sends its own invalid text as it is.
            let text = String::from_utf8_lossy(&text).into_owned();
            described.push_str(&format!(" {}:{}", char::from(code), escape(text.as_bytes())));
        }
    }
    described
}

/// A query of the rows.
fn select(case: &Case) -> String {
    let rows = case.rows();
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(place, (type_name, text))| {
                    let name = crate::ours::NAMES[place].replace('"', "\"\"");
                    let value = text.as_ref().map_or("NULL".to_owned(), |text| literal(text));
                    format!("{value}::{type_name} AS \"{}\"", name)
                })
                .collect();
            format!("SELECT {}", cells.join(", "))
        })
        .collect();
    rows.join(" UNION ALL ")
}
