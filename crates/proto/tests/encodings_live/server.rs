//! A PostgreSQL server as an oracle: the smallest client that can ask for rows.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use crate::{Case, unhex};

/// What becomes of bytes and of texts, as hexadecimal digits or as an error.
const FUNCTIONS: &str = "\
    CREATE FUNCTION pg_temp.decoded(e text, b bytea) RETURNS text LANGUAGE plpgsql AS $$ \
    BEGIN RETURN encode(convert_to(convert_from(b, e), 'UTF8'), 'hex'); \
    EXCEPTION WHEN OTHERS THEN RETURN '! ' || sqlstate || ' ' || sqlerrm; END $$; \
    CREATE FUNCTION pg_temp.encoded(e text, b bytea) RETURNS text LANGUAGE plpgsql AS $$ \
    BEGIN RETURN encode(convert_to(convert_from(b, 'UTF8'), e), 'hex'); \
    EXCEPTION WHEN OTHERS THEN RETURN '! ' || sqlstate || ' ' || sqlerrm; END $$; \
    CREATE FUNCTION pg_temp.character(e text, c int) RETURNS text LANGUAGE plpgsql AS $$ \
    BEGIN RETURN encode(convert_to(chr(c), e), 'hex'); \
    EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$";

/// How many cases are asked about at a time.
const CHUNK: usize = 5_000;

pub(crate) struct Server {
    stream: TcpStream,
    pub(crate) version: u32,
}

impl Server {
    /// Connects as `postgres` to `host:port`, which must trust it.
    pub(crate) fn connect(address: &str) -> io::Result<Server> {
        let mut server = Server { stream: TcpStream::connect(address)?, version: 0 };
        let mut startup = 196_608_i32.to_be_bytes().to_vec();
        startup.extend_from_slice(b"user\0postgres\0database\0postgres\0client_encoding\0UTF8\0\0");
        server.stream.write_all(&u32::try_from(startup.len() + 4).unwrap().to_be_bytes())?;
        server.stream.write_all(&startup)?;
        server.reply()?;
        let version = server.rows("COPY (SELECT current_setting('server_version_num')) TO STDOUT");
        server.version = version?.concat().trim().parse::<u32>().unwrap() / 10_000;
        server.rows(FUNCTIONS)?;
        Ok(server)
    }

    /// Fills in what the server makes of each case.
    pub(crate) fn ask(&mut self, cases: &mut [Case]) -> io::Result<()> {
        for chunk in cases.chunks_mut(CHUNK) {
            let calls: Vec<String> = chunk
                .iter()
                .map(|case| {
                    let function = if case.is_text { "encoded" } else { "decoded" };
                    format!("(pg_temp.{function}('{}', '\\x{}'))", case.encoding, case.given)
                })
                .collect();
            let rows = self.rows(&format!("COPY (VALUES {}) TO STDOUT", calls.join(", ")))?;
            assert_eq!(rows.len(), chunk.len());
            for (case, row) in chunk.iter_mut().zip(rows) {
                case.outcome = row.trim_end_matches('\n').to_owned();
            }
        }
        Ok(())
    }

    /// The characters up to one that an encoding has, with their bytes.
    pub(crate) fn characters(
        &mut self,
        encoding: &str,
        last: char,
    ) -> io::Result<HashMap<char, String>> {
        let last = u32::from(last);
        let rows = self.rows(&format!(
            "COPY (SELECT c, b FROM (SELECT c, pg_temp.character('{encoding}', c) AS b \
             FROM generate_series(1, {last}) c WHERE c NOT BETWEEN 55296 AND 57343) AS a \
             WHERE b IS NOT NULL) TO STDOUT"
        ))?;
        let of_row = |row: &String| {
            let (code, bytes) = row.trim_end().split_once('\t').unwrap();
            assert!(!unhex(bytes).is_empty());
            (char::from_u32(code.parse().unwrap()).unwrap(), bytes.to_owned())
        };
        Ok(rows.iter().map(of_row).collect())
    }

    fn rows(&mut self, sql: &str) -> io::Result<Vec<String>> {
        let body = [sql.as_bytes(), b"\0"].concat();
        let length = u32::try_from(body.len() + 4).unwrap();
        self.stream.write_all(&[&b"Q"[..], &length.to_be_bytes(), &body].concat())?;
        self.reply()
    }

    /// Reads up to ReadyForQuery.
    fn reply(&mut self) -> io::Result<Vec<String>> {
        let mut rows = Vec::new();
        loop {
            let mut header = [0; 5];
            self.stream.read_exact(&mut header)?;
            let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
            let mut body = vec![0; usize::try_from(length).unwrap() - 4];
            self.stream.read_exact(&mut body)?;
            match header[0] {
                b'd' => rows.push(String::from_utf8(body).unwrap()),
                b'E' => panic!("{}", String::from_utf8_lossy(&body)),
                b'Z' => return Ok(rows),
                _ => {}
            }
        }
    }
}
