//! What comes of a message: the kinds of the replies, SQLSTATEs, and whether the connection goes on.

use crate::PATIENCE;
use crate::frontend::{self, typed};
use crate::link::Link;
use crate::matrix::cases::{Case, State};
use crate::server::Server;

/// The outcome in words; `None` where a server cannot be brought into the state.
pub(crate) fn outcome(case: &Case, server: &Server) -> Option<String> {
    match case.state {
        State::Declined => server.unix.as_ref()?,
        State::Password | State::Sasl => server.password.as_ref()?,
        _ => &server.dsn,
    };
    if server.has_exceptions && case.state.awaits().is_some() {
        return None;
    }
    Some(attempt(case, server).unwrap_or_else(|why| format!("({why})")))
}

fn attempt(case: &Case, server: &Server) -> Result<String, String> {
    let mut link = bring(case.state, server)?;
    // What belongs to the state and may not be written apart from the message.
    let ahead = match case.state {
        State::Pipeline => [parse("", "select 1"), bind(""), execute("", 0)].concat(),
        State::Skipping => parse("", "selec"),
        State::Streaming => query("select generate_series(1, 20000)"),
        _ => Vec::new(),
    };
    link.say(&[ahead, case.bytes()].concat());
    let mut words = Vec::new();
    let mut streaming = case.state == State::Streaming;
    // A client that has hung up is not worth rows any more: it does so behind the last one.
    if !streaming {
        link.half_close();
    }
    loop {
        let line = link.hear()?;
        let word = word(&line);
        if streaming && word.starts_with("ReadyForQuery") {
            streaming = false;
            link.half_close();
        }
        if words.last() != Some(&word) || !word.starts_with("DataRow") {
            words.push(word);
        }
        if line == "closed" {
            return Ok(words.join(" "));
        }
    }
}

/// The kind of a reply; of errors with their SQLSTATE, of ReadyForQuery with its status.
fn word(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["ErrorResponse" | "NoticeResponse", severity, code, ..] => format!("{severity}:{code}"),
        ["ReadyForQuery", status, ..] => format!("ReadyForQuery:{status}"),
        ["byte", byte, ..] => format!("byte:{byte}"),
        [kind, ..] => kind.into(),
        [] => String::new(),
    }
}

fn bring(state: State, server: &Server) -> Result<Link, String> {
    match state {
        State::Connected => Link::connect(&server.dsn, PATIENCE),
        State::Declined => {
            let mut link = Link::connect(server.unix.as_ref().ok_or("no socket")?, PATIENCE)?;
            link.owe(1);
            link.say(&frontend::ssl_request());
            until(&mut link, "byte N")?;
            Ok(link)
        }
        State::Password | State::Sasl => {
            let dsn = server.password.as_ref().ok_or("no password")?;
            let mut link = Link::connect(dsn, PATIENCE)?;
            link.say(&frontend::login(&dsn.user, &dsn.database));
            until(&mut link, "AuthenticationSASL")?;
            if state == State::Sasl {
                let first = b"SCRAM-SHA-256\0\0\0\0\x10n,,n=,r=abcdefgh";
                link.say(&typed(b'p', &[first]));
                until(&mut link, "AuthenticationSASLContinue")?;
            }
            Ok(link)
        }
        _ => {
            let mut link = Link::login(&server.dsn, PATIENCE)?;
            link.say(&[parse("s", "select 3"), typed(b'S', &[])].concat());
            until(&mut link, "ReadyForQuery I")?;
            let (said, end) = match state {
                State::Transaction => (query("begin"), "ReadyForQuery T"),
                State::Failed => (query("begin; select 1/0"), "ReadyForQuery E"),
                State::CopyIn => {
                    let table = query("create temp table t(a text)");
                    ([table, query("copy t from stdin")].concat(), "CopyInResponse")
                }
                State::Suspended => {
                    let begin = query("begin");
                    let parse = parse("p", "select generate_series(1, 5)");
                    let bind = typed(b'B', &[b"p\0p\0\0\0\0\0\0\0"]);
                    let sync = typed(b'S', &[]);
                    link.say(&[begin, parse, bind, execute("p", 2), sync].concat());
                    until(&mut link, "PortalSuspended")?;
                    (Vec::new(), "ReadyForQuery T")
                }
                _ => return Ok(link),
            };
            link.say(&said);
            until(&mut link, end)?;
            Ok(link)
        }
    }
}

/// Hears up to a line that begins so.
fn until(link: &mut Link, end: &str) -> Result<(), String> {
    loop {
        match link.hear()? {
            line if line.starts_with(end) => return Ok(()),
            line if line == "closed" => return Err(format!("closed before {end}")),
            _ => {}
        }
    }
}

fn query(sql: &str) -> Vec<u8> {
    typed(b'Q', &[sql.as_bytes(), b"\0"])
}

fn parse(name: &str, sql: &str) -> Vec<u8> {
    typed(b'P', &[name.as_bytes(), b"\0", sql.as_bytes(), b"\0\0\0"])
}

fn bind(portal: &str) -> Vec<u8> {
    typed(b'B', &[portal.as_bytes(), b"\0\0\0\0\0\0\0\0"])
}

fn execute(portal: &str, limit: i32) -> Vec<u8> {
    typed(b'E', &[portal.as_bytes(), b"\0", &limit.to_be_bytes()])
}
