//! What became of a dialogue with a server.

use std::fmt::Write as _;
use std::time::Duration;

use crate::backend;
use crate::dialogue::{Attribute, Dialogue, File};
use crate::play::play;
use crate::server::Server;

/// One dialogue with one server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// As recorded of PostgreSQL.
    Same,
    /// Otherwise, and how.
    Differs(String),
    /// The server cannot be asked that.
    Skipped(String),
    /// trunkline has not got that yet.
    Awaiting(String),
    /// trunkline differs as the file says, and it says why.
    Listed(String),
}

impl Verdict {
    /// A word for a table.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Verdict::Same => "ok",
            Verdict::Differs(_) => "DIFFERS",
            Verdict::Skipped(_) => "skipped",
            Verdict::Awaiting(_) => "awaiting",
            Verdict::Listed(_) => "listed",
        }
    }
}

/// Plays all dialogues of some files to a server.
pub(crate) fn judge_all(files: &[&File], server: &Server, patience: Duration) -> Vec<Verdict> {
    let dialogues = files.iter().flat_map(|file| &file.dialogues);
    dialogues.map(|dialogue| judge(dialogue, server, patience)).collect()
}

fn judge(dialogue: &Dialogue, server: &Server, patience: Duration) -> Verdict {
    let dsn = match server.stage(dialogue, patience) {
        Ok(dsn) => dsn,
        Err(why) if server.scripts.is_some() => return Verdict::Differs(format!("    {why}\n")),
        Err(why) => return Verdict::Skipped(why),
    };
    if let Some(what) = dialogue.awaits().filter(|_| server.has_exceptions) {
        return Verdict::Awaiting(what.into());
    }
    let worded_by_engine = dialogue.has(&Attribute::EnginesOwnMessage) && !server.is_postgresql;
    let played = play(dialogue, &dsn, server.whose(), patience, |_, link, expected, heard| {
        let same = match worded_by_engine {
            true => {
                let plain = |lines: &[String]| -> Vec<String> {
                    lines.iter().map(|line| backend::without_words(line)).collect()
                };
                plain(expected) == plain(&heard)
            }
            false => expected == heard,
        };
        if same { Ok(()) } else { Err(difference(link, expected, &heard)) }
    });
    let listed = server.fact(&dialogue.name).map(|fact| Verdict::Listed(fact.into()));
    let awaited = server.awaits(&dialogue.name).map(|what| Verdict::Awaiting(what.into()));
    if let Some(listed) = listed.or(awaited) {
        return match played {
            Ok(()) => Verdict::Differs("    it is listed as different, and is the same\n".into()),
            Err(_) => listed,
        };
    }
    match (played, dialogue.differs().filter(|_| server.has_exceptions)) {
        (Ok(()), None) => Verdict::Same,
        (Ok(()), Some(why)) => Verdict::Listed(why.into()),
        (Err(how), _) => Verdict::Differs(how),
    }
}

/// Expected and heard, line by line.
fn difference(connection: char, expected: &[String], heard: &[String]) -> String {
    let mut text = String::new();
    for index in 0..expected.len().max(heard.len()) {
        match (expected.get(index), heard.get(index)) {
            (Some(one), Some(other)) if one == other => {
                let _ = writeln!(text, "    {connection}   {one}");
            }
            (one, other) => {
                for (mark, line) in [('-', one), ('+', other)] {
                    if let Some(line) = line {
                        let _ = writeln!(text, "    {connection} {mark} {line}");
                    }
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::frontend::typed;

    const LISTED: &str = "\
x
  Shows.
  @ differs: because
  > Query \"select 1\"
  < ReadyForQuery I
  <ours ErrorResponse ERROR 0A000 \"no\"
  <ours ReadyForQuery I
";

    /// The verdict on a server that lets everybody in and has one answer.
    fn verdict(answer: &[&[u8]]) -> Verdict {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let dsn = format!("postgres://me@127.0.0.1:{port}/postgres").parse().unwrap();
        let mut server = Server::new("ours", dsn, false);
        server.has_exceptions = true;
        let dialogue = File::parse(LISTED).unwrap().dialogues.remove(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let (mut socket, _) = listener.accept().unwrap();
                let greeting = [typed(b'R', &[&[0; 4]]), typed(b'Z', &[b"I"])].concat();
                for said in [greeting, answer.concat()] {
                    let _ = socket.read(&mut [0; 1024]).unwrap();
                    socket.write_all(&said).unwrap();
                }
                // Up to the end of what the client says.
                while socket.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {}
            });
            judge(&dialogue, &server, Duration::from_millis(500))
        })
    }

    #[test]
    fn what_differs_is_held_to_what_is_listed() {
        let error = |code: &[u8]| typed(b'E', &[b"SERROR\0VERROR\0C", code, b"\0Mno\0\0"]);
        let ready = typed(b'Z', &[b"I"]);
        assert_eq!(verdict(&[&error(b"0A000"), &ready]), Verdict::Listed("because".into()));
        for other in [&[&ready[..]][..], &[&error(b"XX000"), &ready], &[&error(b"0A000")], &[]] {
            assert!(matches!(verdict(other), Verdict::Differs(_)), "{other:?}");
        }
    }
}
