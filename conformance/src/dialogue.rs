//! The files of dialogues: reading them and writing them again.
//!
//! The format is described in `README.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A file: dialogues of one area.
#[derive(Debug, PartialEq)]
pub(crate) struct File {
    /// What stands before the first dialogue.
    head: Vec<String>,
    pub(crate) dialogues: Vec<Dialogue>,
}

/// What is said and what is answered.
#[derive(Debug, PartialEq)]
pub(crate) struct Dialogue {
    pub(crate) name: String,
    /// What it shows, in a sentence.
    prose: Vec<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) steps: Vec<Step>,
}

/// What is special about a dialogue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Attribute {
    /// trunkline has not got this yet: it is run against PostgreSQL only.
    Awaiting(String),
    /// Something a server may not offer: `tls`, `unix`, `password`, `md5`, `cleartext`.
    Needs(String),
    /// trunkline answers otherwise, for this reason.
    Differs(String),
    /// Errors are worded by the engine: of another server only severity and SQLSTATE count.
    EnginesOwnMessage,
    /// The settings told at the login are shown one by one.
    EverySetting,
    /// Every byte is a write of its own.
    ByteByByte,
}

/// One after the other.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Messages that go out in one write.
    Say { connection: char, messages: Vec<String> },
    /// What comes back, what came back from older versions, and what trunkline says where it differs.
    Hear {
        connection: char,
        replies: Vec<String>,
        older: BTreeMap<u32, Vec<String>>,
        ours: Vec<String>,
    },
}

/// Whose answers are expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Whose {
    /// Those of a PostgreSQL of this version.
    PostgreSql(u32),
    /// Those of trunkline.
    Ours,
}

impl Step {
    /// What a server is expected to answer.
    pub(crate) fn replies(&self, whose: Whose) -> &[String] {
        match (self, whose) {
            (Step::Hear { ours, .. }, Whose::Ours) if !ours.is_empty() => ours,
            (Step::Hear { replies, older, .. }, Whose::PostgreSql(version)) => {
                older.get(&version).unwrap_or(replies)
            }
            (Step::Hear { replies, .. }, Whose::Ours) => replies,
            (Step::Say { .. }, _) => &[],
        }
    }

    /// Whether it is a turn in which trunkline is expected to say something else.
    fn differs(&self) -> bool {
        matches!(self, Step::Hear { replies, ours, .. } if !ours.is_empty() && ours != replies)
    }
}

impl Dialogue {
    pub(crate) fn has(&self, attribute: &Attribute) -> bool {
        self.attributes.contains(attribute)
    }

    pub(crate) fn needs(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().filter_map(|attribute| match attribute {
            Attribute::Needs(what) => Some(what.as_str()),
            _ => None,
        })
    }

    pub(crate) fn awaits(&self) -> Option<&str> {
        self.attributes.iter().find_map(|attribute| match attribute {
            Attribute::Awaiting(what) => Some(what.as_str()),
            _ => None,
        })
    }

    pub(crate) fn differs(&self) -> Option<&str> {
        self.attributes.iter().find_map(|attribute| match attribute {
            Attribute::Differs(why) => Some(why.as_str()),
            _ => None,
        })
    }
}

impl File {
    /// Reads a file; the error names the line.
    pub(crate) fn parse(text: &str) -> Result<File, String> {
        let mut file = File { head: Vec::new(), dialogues: Vec::new() };
        // A blank line ends a write.
        let mut paused = false;
        for (index, line) in text.lines().enumerate() {
            let wrong = |why: String| format!("line {}: {why}", index + 1);
            let line = line.trim_end();
            if line.is_empty() {
                paused = true;
                if file.dialogues.is_empty() {
                    file.head.push(String::new());
                }
                continue;
            }
            if line.starts_with(|first: char| first.is_ascii_alphanumeric()) {
                if !line.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    return Err(wrong(format!("{line} is no name")));
                }
                file.end_dialogue();
                file.dialogues.push(Dialogue {
                    name: line.into(),
                    prose: Vec::new(),
                    attributes: Vec::new(),
                    steps: Vec::new(),
                });
                continue;
            }
            match file.dialogues.last_mut() {
                None => file.head.push(line.into()),
                Some(dialogue) => dialogue.line(line.trim_start(), paused).map_err(wrong)?,
            }
            paused = false;
        }
        file.end_dialogue();
        while file.head.last().is_some_and(String::is_empty) {
            file.head.pop();
        }
        let mut names = std::collections::BTreeSet::new();
        for dialogue in &file.dialogues {
            if dialogue.differs().is_some() != dialogue.steps.iter().any(Step::differs) {
                return Err(format!(
                    "{}: `@ differs` and `<ours`, something else than `<`, need each other",
                    dialogue.name
                ));
            }
            if !names.insert(&dialogue.name) {
                return Err(format!("{} is there twice", dialogue.name));
            }
        }
        Ok(file)
    }

    /// Whether a server that is not PostgreSQL must answer as PostgreSQL does, whatever is behind it.
    pub(crate) fn is_without_exceptions(&self) -> bool {
        self.head.iter().any(|line| line == "@ no exceptions")
    }

    fn end_dialogue(&mut self) {
        if let Some(dialogue) = self.dialogues.last_mut() {
            dialogue.end_turn();
        }
    }

    /// Writes a file.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.head {
            let _ = writeln!(text, "{line}");
        }
        for dialogue in &self.dialogues {
            dialogue.write(&mut text);
        }
        text
    }
}

impl Dialogue {
    fn line(&mut self, line: &str, paused: bool) -> Result<(), String> {
        if let Some(attribute) = line.strip_prefix("@ ") {
            self.attributes.push(Attribute::parse(attribute)?);
            return Ok(());
        }
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (connection, mark) = match mark.split_at_checked(1) {
            Some((name, mark)) if mark.starts_with(['<', '>']) => (name, mark),
            _ => ("a", mark),
        };
        let connection = connection.chars().next().unwrap_or('a');
        if mark == ">" {
            self.say(connection, rest, paused);
        } else if let Some(version) = mark.strip_prefix('<') {
            self.hear(connection, version, rest)?;
        } else if self.steps.is_empty() {
            self.prose.push(line.into());
        } else {
            return Err(format!("neither > nor <: {line}"));
        }
        Ok(())
    }

    fn say(&mut self, speaker: char, message: &str, paused: bool) {
        let goes_on = matches!(self.steps.last(), Some(Step::Say { connection, .. }) if *connection == speaker);
        if is_turn(message) || !goes_on {
            self.end_turn();
        }
        match self.steps.last_mut() {
            Some(Step::Say { connection, messages }) if *connection == speaker && !paused => {
                messages.push(message.into());
            }
            _ => {
                let messages = vec![message.into()];
                self.steps.push(Step::Say { connection: speaker, messages });
            }
        }
    }

    /// The answers to a turn are awaited though nobody wrote so.
    fn end_turn(&mut self) {
        let asked = match self.steps.last() {
            Some(Step::Say { connection, messages }) if messages.iter().any(|it| is_turn(it)) => {
                *connection
            }
            _ => return,
        };
        let (replies, older, ours) = (vec!["?".into()], BTreeMap::new(), Vec::new());
        self.steps.push(Step::Hear { connection: asked, replies, older, ours });
    }

    fn hear(&mut self, speaker: char, version: &str, reply: &str) -> Result<(), String> {
        let same = matches!(self.steps.last(), Some(Step::Hear { connection, .. }) if *connection == speaker);
        if !same {
            if !matches!(self.steps.last(), Some(Step::Say { connection, .. }) if *connection == speaker)
            {
                self.end_turn();
            }
            let (replies, older, ours) = (Vec::new(), BTreeMap::new(), Vec::new());
            self.steps.push(Step::Hear { connection: speaker, replies, older, ours });
        }
        if let Some(Step::Hear { replies, older, ours, .. }) = self.steps.last_mut() {
            match version {
                "" => replies.push(reply.into()),
                "ours" => ours.push(reply.into()),
                _ => {
                    let version = version.parse().map_err(|_| format!("<{version} is no mark"))?;
                    older.entry(version).or_default().push(reply.into());
                }
            }
        }
        Ok(())
    }

    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "\n{}", self.name);
        for line in &self.prose {
            let _ = writeln!(text, "  {line}");
        }
        for attribute in &self.attributes {
            let _ = writeln!(text, "  @ {attribute}");
        }
        let mut spoke = None;
        let name = |connection: char| match connection {
            'a' => String::new(),
            other => other.to_string(),
        };
        for step in &self.steps {
            match step {
                Step::Say { connection, messages } => {
                    if spoke == Some(*connection) {
                        text.push('\n');
                    }
                    spoke = Some(*connection);
                    for message in messages {
                        let _ = writeln!(text, "  {}> {message}", name(*connection));
                    }
                }
                Step::Hear { connection, replies, older, ours } => {
                    spoke = None;
                    let name = name(*connection);
                    for reply in replies {
                        let _ = writeln!(text, "  {name}< {reply}");
                    }
                    for (version, replies) in older {
                        for reply in replies {
                            let _ = writeln!(text, "  {name}<{version} {reply}");
                        }
                    }
                    for reply in ours {
                        let _ = writeln!(text, "  {name}<ours {reply}");
                    }
                }
            }
        }
    }
}

/// Whether it is a statement whose answers come before anything else is said.
fn is_turn(message: &str) -> bool {
    message.starts_with("sql ") || message.starts_with("ask ")
}

impl Attribute {
    fn parse(text: &str) -> Result<Attribute, String> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        Ok(match (word, rest) {
            ("awaiting", what) => Attribute::Awaiting(what.into()),
            ("needs", "tls" | "unix" | "password" | "md5" | "cleartext") => {
                Attribute::Needs(rest.into())
            }
            ("differs:", why) if !why.is_empty() => Attribute::Differs(why.into()),
            ("engine's", "own message") => Attribute::EnginesOwnMessage,
            ("every", "setting") => Attribute::EverySetting,
            ("byte", "by byte") => Attribute::ByteByByte,
            _ => return Err(format!("no attribute: {text}")),
        })
    }
}

impl std::fmt::Display for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Attribute::Awaiting(what) => write!(f, "awaiting {what}"),
            Attribute::Needs(what) => write!(f, "needs {what}"),
            Attribute::Differs(why) => write!(f, "differs: {why}"),
            Attribute::EnginesOwnMessage => f.write_str("engine's own message"),
            Attribute::EverySetting => f.write_str("every setting"),
            Attribute::ByteByByte => f.write_str("byte by byte"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# An area.

T1_first
  It shows something.
  @ awaiting COPY
  @ differs: because
  > Query \"select 1\"
  > Sync

  > Sync
  < ReadyForQuery I
  <15 ReadyForQuery T
  <ours ReadyForQuery E
  b> connect
  b< closed
  c< closed

second
  Another.
  > Sync
";

    #[test]
    fn what_is_read_is_written_again() {
        let file = File::parse(TEXT).unwrap();
        assert_eq!(file.text(), TEXT);
        let first = &file.dialogues[0];
        assert_eq!((first.awaits(), first.differs()), (Some("COPY"), Some("because")));
        let writes = first.steps.iter().filter(|step| matches!(step, Step::Say { .. })).count();
        assert_eq!((first.steps.len(), writes), (6, 3));
        for (whose, status) in
            [(Whose::PostgreSql(15), 'T'), (Whose::PostgreSql(18), 'I'), (Whose::Ours, 'E')]
        {
            assert_eq!(first.steps[2].replies(whose), [format!("ReadyForQuery {status}")]);
        }
        assert_eq!(first.steps[4].replies(Whose::Ours), ["closed"]);
    }

    #[test]
    fn the_answers_to_a_turn_are_awaited() {
        let text =
            "x\n  > sql a\n  > sql b\n  > CopyDone\n  b> sql c\n  < closed\ny\n  > ask \"d\"\n";
        let file = File::parse(text).unwrap();
        let written = "\nx\n  > sql a\n  < ?\n  > sql b\n  > CopyDone\n  < ?\n  b> sql c\n  b< ?\n  < closed\n\
                       \ny\n  > ask \"d\"\n  < ?\n";
        assert_eq!(file.text(), written);
        assert!(!file.is_without_exceptions());
        assert!(File::parse("@ no exceptions\n").unwrap().is_without_exceptions());
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, why) in [
            ("a b\n", "line 1"),
            ("x\n  Shows.\n  @ needs luck\n", "line 3"),
            ("x\n  Shows.\n  <z y\n", "line 3"),
            ("x\n  Shows.\n  > Sync\n  words\n", "line 4"),
            ("x\n  Shows.\n  @ differs: why\n  < closed\n", "need each other"),
            ("x\n  Shows.\n  < y\n  <ours closed\n", "need each other"),
            ("x\n  Shows.\n  @ differs: why\n  < closed\n  <ours closed\n", "need each other"),
            ("x\n  Shows.\nx\n  Shows.\n", "twice"),
        ] {
            let error = File::parse(text).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
