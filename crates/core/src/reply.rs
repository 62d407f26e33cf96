//! What a statement answers.

use std::borrow::Cow;

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

    /// Appends the tag's text, `sent` being the rows this Execute has sent.
    pub fn write(&self, sent: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(self.words.as_bytes());
        let count = match self.count {
            Count::None => return,
            Count::Sent => sent,
            Count::Exact(count) => count,
        };
        out.push(b' ');
        trunkline_proto::types::int::text_u64(count, out);
    }
}
