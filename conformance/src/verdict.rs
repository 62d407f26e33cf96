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
    /// trunkline differs and the file says why.
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
    let dsn = match server.address(dialogue) {
        Ok(dsn) => dsn,
        Err(why) => return Verdict::Skipped(why),
    };
    if let Some(what) = dialogue.awaits().filter(|_| server.has_exceptions) {
        return Verdict::Awaiting(what.into());
    }
    let worded_by_engine = dialogue.has(&Attribute::EnginesOwnMessage) && !server.is_postgresql;
    let played = play(dialogue, dsn, server.version, patience, |_, link, expected, heard| {
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
    match (played, dialogue.differs().filter(|_| server.has_exceptions)) {
        (Ok(()), None) => Verdict::Same,
        (Ok(()), Some(_)) => Verdict::Differs("    it is listed, but does not differ\n".into()),
        (Err(_), Some(why)) => Verdict::Listed(why.into()),
        (Err(how), None) => Verdict::Differs(how),
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
