//! `LOCK TABLE`: nobody changes what is only declared, so there is nothing to wait for.

use trunkline_sql::{Lexer, Reader, Span, SyntaxError, TokenKind};

/// A statement that locks, as it is written.
pub(crate) struct Lock<'a> {
    pub(crate) tables: Vec<Locked<'a>>,
    /// The mode, and whether to wait.
    mode: &'a str,
}

/// One of its tables.
pub(crate) struct Locked<'a> {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    text: &'a str,
}

impl<'a> Lock<'a> {
    /// Reads `LOCK [TABLE] [ONLY] name [*], … [IN … MODE] [NOWAIT]`; nothing of any other statement.
    pub(crate) fn read(sql: &'a str) -> Option<Lock<'a>> {
        let mut reader = Reader::new(Lexer::new(sql));
        if !reader.eat("lock") {
            return None;
        }
        let _ = reader.eat("table");
        let mut tables = Vec::new();
        loop {
            tables.push(Locked::read(&mut reader, sql).ok()?);
            if !reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        let mode = sql.get(reader.taken()..).unwrap_or_default();
        Some(Lock { tables, mode })
    }

    /// The same statement of the tables that are left, if any are.
    pub(crate) fn without(&self, is_ours: impl Fn(&Locked<'a>) -> bool) -> Option<String> {
        let texts = self.tables.iter().filter(|table| !is_ours(table)).map(|table| table.text);
        let texts: Vec<&str> = texts.collect();
        (!texts.is_empty()).then(|| format!("LOCK TABLE {}{}", texts.join(", "), self.mode))
    }
}

impl<'a> Locked<'a> {
    fn read(reader: &mut Reader<'_>, sql: &'a str) -> Result<Locked<'a>, SyntaxError> {
        let start = reader.offset();
        let _ = reader.eat("only");
        let mut parts = vec![reader.name()?];
        while reader.eat_kind(TokenKind::Dot) {
            parts.push(reader.label()?);
        }
        let _ = reader.eat_operator("*");
        let text = Span::new(start, reader.taken()).text(sql);
        let name = parts.pop().unwrap_or_default();
        Ok(Locked { schema: parts.pop(), name, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_engines_is_left() {
        let lock =
            Lock::read("lock table only a.\"B\", c * , d in share mode nowait").expect("it is one");
        let names: Vec<_> =
            lock.tables.iter().map(|one| (one.schema.as_deref(), &*one.name)).collect();
        assert_eq!(names, [(Some("a"), "B"), (None, "c"), (None, "d")]);
        let left = lock.without(|one| one.name == "c");
        assert_eq!(left.as_deref(), Some("LOCK TABLE only a.\"B\", d in share mode nowait"));
        assert_eq!(lock.without(|_| true), None);
        assert!(Lock::read("select lock").is_none() && Lock::read("lock table 1").is_none());
    }
}
