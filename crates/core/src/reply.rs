//! What a statement answers.

use std::borrow::Cow;

use trunkline_proto::message::NewCommandComplete;

use crate::rows::Rows;

/// The answer to one statement.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reply {
    /// Rows, written while they are sent.
    Rows(Rows),
    /// Nothing but the word that it is done.
    Done(CommandTag),
}

impl From<Rows> for Reply {
    fn from(rows: Rows) -> Reply {
        Reply::Rows(rows)
    }
}

impl From<CommandTag> for Reply {
    fn from(tag: CommandTag) -> Reply {
        Reply::Done(tag)
    }
}

/// The words of CommandComplete, such as `SELECT 5` or `BEGIN`.
///
/// Source: <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COMMANDCOMPLETE>.
/// Drivers read the count off its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandTag {
    words: Cow<'static, str>,
    count: Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    None,
    Sent,
    Exact(u64),
}

impl CommandTag {
    /// Words without a count: `BEGIN`, `CREATE TABLE`.
    pub fn new(words: impl Into<Cow<'static, str>>) -> CommandTag {
        CommandTag { words: words.into(), count: Count::None }
    }

    /// Words with the number of rows changed: `UPDATE 3`; for INSERT the words are `INSERT 0`.
    pub fn affected(words: impl Into<Cow<'static, str>>, rows: u64) -> CommandTag {
        CommandTag { words: words.into(), count: Count::Exact(rows) }
    }

    /// Words with the number of rows that this Execute sent: `SELECT`, `FETCH`.
    pub fn sent(words: impl Into<Cow<'static, str>>) -> CommandTag {
        CommandTag { words: words.into(), count: Count::Sent }
    }

    /// `SELECT` with the number of rows sent.
    pub fn select() -> CommandTag {
        CommandTag::sent("SELECT")
    }

    /// The same of a statement whose rows are sent in parts: it counts those that an Execute sends, which
    /// are none when it is done.
    pub fn in_parts(mut self) -> CommandTag {
        if let Count::Exact(_) = self.count {
            self.count = Count::Sent;
        }
        self
    }

    /// The message, `sent` being the rows this Execute has sent.
    pub fn message(&self, sent: u64) -> NewCommandComplete<'_> {
        let rows = match self.count {
            Count::None => None,
            Count::Sent => Some(sent),
            Count::Exact(count) => Some(count),
        };
        NewCommandComplete { words: &self.words, rows }
    }
}

#[cfg(test)]
mod tests {
    use trunkline_proto::message::{CommandComplete, Encode};

    use super::*;

    /// What PostgreSQL 18 answers to such statements.
    #[test]
    fn tags_are_those_of_postgresql() {
        for (tag, sent, text) in [
            (CommandTag::new("BEGIN"), 5, "BEGIN"),
            (CommandTag::new("CREATE TABLE"), 0, "CREATE TABLE"),
            (CommandTag::select(), 0, "SELECT 0"),
            (CommandTag::select(), 10_000_000_000, "SELECT 10000000000"),
            (CommandTag::sent("FETCH"), 2, "FETCH 2"),
            (CommandTag::affected("INSERT 0", 3), 1, "INSERT 0 3"),
            (CommandTag::affected("UPDATE", u64::MAX), 0, "UPDATE 18446744073709551615"),
            (CommandTag::affected(String::from("COPY"), 7), 0, "COPY 7"),
        ] {
            let (mut out, mut expected) = (Vec::new(), Vec::new());
            tag.message(sent).encode(&mut out).expect("no NUL is in it");
            CommandComplete { tag: text }.encode(&mut expected).expect("no NUL is in it");
            assert_eq!(out, expected, "{tag:?}");
        }
    }
}
