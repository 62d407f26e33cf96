//! The smallest client: for what no driver shows, such as reading slowly.

use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// One session without a password.
pub(crate) struct Session {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
    /// Names of the settings that the server tells its clients of.
    pub(crate) reported: BTreeSet<String>,
}

impl Session {
    pub(crate) fn connect(port: u16, user: &str, database: &str) -> io::Result<Self> {
        let stream = BufReader::with_capacity(1 << 18, TcpStream::connect(("127.0.0.1", port))?);
        let mut session = Self { stream, body: Vec::new(), reported: BTreeSet::new() };
        let protocol_3_0 = [0, 3, 0, 0];
        let parameters = format!("user\0{user}\0database\0{database}\0\0");
        session.send(&[sized(&[&protocol_3_0, parameters.as_bytes()])])?;
        while session.next()? != b'Z' {
            if session.body_of(b'S') {
                let name = session.body.get(1..).unwrap_or_default();
                let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
                session.reported.insert(String::from_utf8_lossy(name).into_owned());
            }
        }
        Ok(session)
    }

    /// Asks in the simple protocol: all columns as text.
    pub(crate) fn query(&mut self, sql: &str) -> io::Result<()> {
        self.send(&[message(b'Q', &[sql.as_bytes(), b"\0"])])
    }

    /// Asks in the extended protocol: all columns in binary.
    pub(crate) fn query_binary(&mut self, sql: &str) -> io::Result<()> {
        let one_format_binary = [0, 0, 0, 0, 0, 0, 0, 1, 0, 1];
        self.send(&[
            message(b'P', &[b"\0", sql.as_bytes(), b"\0\0\0"]),
            message(b'B', &[&one_format_binary]),
            message(b'E', &[&[0; 5]]),
            message(b'S', &[]),
        ])
    }

    /// Reads to the end of the answer and counts its rows.
    pub(crate) fn rows(&mut self) -> io::Result<u64> {
        let mut rows = 0;
        loop {
            match self.next()? {
                b'D' => rows += 1,
                b'Z' => return Ok(rows),
                _ => {}
            }
        }
    }

    /// Reads at no more than this pace for a while.
    pub(crate) fn read_slowly(&mut self, per_second: u64, time: Duration) -> io::Result<u64> {
        let start = Instant::now();
        let mut read = 0;
        let mut part = vec![0; 65_536];
        while start.elapsed() < time {
            self.stream.read_exact(&mut part)?;
            read += part.len() as u64;
            let due = Duration::from_millis(read.saturating_mul(1000) / per_second);
            std::thread::sleep(due.saturating_sub(start.elapsed()));
        }
        Ok(read)
    }

    fn send(&mut self, messages: &[Vec<u8>]) -> io::Result<()> {
        self.stream.get_mut().write_all(&messages.concat())
    }

    /// The type of the next message; an error is an error. The body follows its type in `body`.
    fn next(&mut self) -> io::Result<u8> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        self.body.resize(length.saturating_sub(3), 0);
        if let Some((first, rest)) = self.body.split_first_mut() {
            *first = kind;
            self.stream.read_exact(rest)?;
        }
        if kind == b'E' {
            return Err(io::Error::other(String::from_utf8_lossy(&self.body).into_owned()));
        }
        Ok(kind)
    }

    fn body_of(&self, kind: u8) -> bool {
        self.body.first() == Some(&kind)
    }
}

fn message(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    [vec![kind], sized(parts)].concat()
}

/// A length, itself included, before what it counts.
fn sized(parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), body.as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_length_counts_itself() {
        assert_eq!(message(b'S', &[]), b"S\0\0\0\x04");
        assert_eq!(message(b'Q', &[b"ab", b"\0"]), b"Q\0\0\0\x07ab\0");
    }

    #[test]
    fn settings_and_rows_are_counted_and_errors_told() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let said = [
                &b"R\0\0\0\x08\0\0\0\0S\0\0\0\x08a\x00b\x00Z\0\0\0\x05I"[..],
                b"D\0\0\0\x06\0\0D\0\0\0\x06\0\0C\0\0\0\x05\0Z\0\0\0\x05IE\0\0\0\x05\0",
            ];
            client.write_all(&said.concat()).unwrap();
            // Keeps the connection until the client has gone.
            let _ = client.read_to_end(&mut Vec::new());
        });
        let mut session = Session::connect(port, "me", "db").unwrap();
        assert_eq!(session.reported, BTreeSet::from(["a".to_owned()]));
        assert_eq!(session.rows().unwrap(), 2);
        assert!(session.rows().is_err());
        drop(session);
        server.join().unwrap();
    }
}
