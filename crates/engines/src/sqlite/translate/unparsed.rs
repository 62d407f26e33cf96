//! What the parser does not know of PostgreSQL's clauses: it gets spaces in their place, and what they say
//! stands beside the statement.

use std::borrow::Cow;
use std::ops::Range;

use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, Span, Token, TokenKind, character_position};

/// A statement for the parser, and what was taken out of it.
#[derive(Debug)]
pub(super) struct Unparsed<'s> {
    /// All that is left stands where it did.
    pub(super) text: Cow<'s, str>,
    /// The cursor of WHERE CURRENT OF, and the error if the statement is none that may say so.
    pub(super) cursor: Option<(String, PgError)>,
    pub(super) overriding: Option<Overriding>,
    /// `WITH NO DATA` behind CREATE TABLE AS.
    pub(super) has_no_data: bool,
    /// What CREATE TABLE LIKE is to have or not, each in small letters.
    pub(super) like: Vec<(bool, String)>,
}

/// What an INSERT says of the values that it gives for identity columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overriding {
    /// `OVERRIDING SYSTEM VALUE`: they are stored.
    System,
    /// `OVERRIDING USER VALUE`: they are not.
    User,
}

/// Takes out of a statement what the parser does not know.
///
/// # Errors
///
/// 42601 for what is no token, such as a string without its end, and if anything but RETURNING follows
/// WHERE CURRENT OF.
pub(super) fn unparsed(sql: &str) -> Result<Unparsed<'_>> {
    let tokens = tokens(sql)?;
    let words = Words { sql, tokens: &tokens };
    let (mut cursor, mut overriding) = (None, None);
    let mut taken = words.lock_clauses();
    taken.extend(words.symmetric());
    let (mut has_no_data, mut like) = (false, Vec::new());
    if words.is_any(0, &["create"]) {
        for (span, option) in words.like_options() {
            taken.push(span);
            like.push(option);
        }
    }
    if words.is_any(0, &["create"])
        && let Some((span, is_empty)) = words.data()
    {
        taken.push(span);
        has_no_data = is_empty;
    }
    if words.is_any(0, &["vacuum"]) {
        taken.extend(words.vacuum_options());
    }
    // Whatever SQLite keeps is written to its log.
    if words.is(0, "create") && words.is(1, "unlogged") && words.is_any(2, &["table", "sequence"]) {
        taken.extend(words.span(1..2));
    }
    if words.is_any(0, &["update", "delete", "with"])
        && let Some((span, found)) = words.current_of()?
    {
        taken.push(span);
        cursor = Some(found);
    } else if words.is_any(0, &["insert", "with"])
        && let Some((span, which)) = words.overriding()
    {
        taken.push(span);
        overriding = Some(which);
    }
    Ok(Unparsed { text: blanked(sql, taken), cursor, overriding, has_no_data, like })
}

/// The tokens of a statement: 42601 for what is none.
pub(super) fn tokens(sql: &str) -> Result<Vec<Token>> {
    let (mut lexer, mut tokens) = (Lexer::new(sql), Vec::new());
    while let Some(token) = lexer.next_significant() {
        if let TokenKind::Invalid(flaw) = token.kind {
            return Err(near(sql, token, flaw.message()));
        }
        tokens.push(token);
    }
    Ok(tokens)
}

fn near(sql: &str, token: Token, what: &str) -> PgError {
    let message = format!("{what} at or near \"{}\"", token.text(sql));
    let place = character_position(sql, token.span.start);
    PgError::new(SqlState::SYNTAX_ERROR, message).position(place)
}

/// A text with spaces for parts of it, a character for each; lines stay lines.
fn blanked(sql: &str, mut parts: Vec<Span>) -> Cow<'_, str> {
    if parts.is_empty() {
        return Cow::Borrowed(sql);
    }
    parts.sort_unstable_by_key(|part| part.start);
    let (mut text, mut end) = (String::with_capacity(sql.len()), 0);
    for part in parts {
        text.push_str(sql.get(end..part.start).unwrap_or_default());
        text.extend(part.text(sql).chars().map(|one| if one == '\n' { '\n' } else { ' ' }));
        end = part.end;
    }
    text.push_str(sql.get(end..).unwrap_or_default());
    Cow::Owned(text)
}

/// A statement's tokens.
#[derive(Clone, Copy)]
struct Words<'s> {
    sql: &'s str,
    tokens: &'s [Token],
}

impl Words<'_> {
    fn is(self, place: usize, word: &str) -> bool {
        self.tokens.get(place).is_some_and(|token| token.is_word(self.sql, word))
    }

    fn is_any(self, place: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(place, word))
    }

    fn kind(self, place: usize) -> Option<TokenKind> {
        self.tokens.get(place).map(|token| token.kind)
    }

    /// From the first of some tokens to the end of the last.
    fn span(self, places: Range<usize>) -> Option<Span> {
        let tokens = self.tokens.get(places)?;
        Some(Span::new(tokens.first()?.span.start, tokens.last()?.span.end))
    }

    /// The places that are in no parentheses.
    fn outside(self) -> impl Iterator<Item = usize> {
        let mut depth = 0_usize;
        (0..self.tokens.len()).filter(move |place| {
            match self.kind(*place) {
                Some(TokenKind::LeftParen) => depth += 1,
                Some(TokenKind::RightParen) => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        })
    }

    /// `WITH [NO] DATA` at the end of CREATE TABLE AS, and whether it says NO.
    fn data(self) -> Option<(Span, bool)> {
        let is_end = |place: &usize| self.kind(*place) != Some(TokenKind::Semicolon);
        let end = (0..self.tokens.len()).rev().find(is_end)?;
        let is_empty = self.is(end.checked_sub(1)?, "no");
        let start = end.checked_sub(1 + usize::from(is_empty))?;
        let is_clause = self.is(start, "with") && self.is(end, "data");
        Some((self.span(start..end + 1).filter(|_| is_clause)?, is_empty))
    }

    /// `INCLUDING …` and `EXCLUDING …` behind the table of LIKE.
    fn like_options(self) -> Vec<(Span, (bool, String))> {
        let is_like = |place: &usize| {
            self.kind(*place) == Some(TokenKind::LeftParen) && self.is(place + 1, "like")
        };
        let Some(start) = (0..self.tokens.len()).find(is_like) else { return Vec::new() };
        let is_option = |place: &usize| self.is_any(*place, &["including", "excluding"]);
        let option = |place: usize| {
            let word = self.tokens.get(place + 1)?.text(self.sql).to_ascii_lowercase();
            Some((self.span(place..place + 2)?, (self.is(place, "including"), word)))
        };
        (start..self.tokens.len()).filter(is_option).filter_map(option).collect()
    }

    /// What stands behind BETWEEN, whose bounds may be either way round or not.
    fn symmetric(self) -> Vec<Span> {
        let behind = (1..self.tokens.len()).filter(|place| self.is(place - 1, "between"));
        let words = behind.filter(|place| self.is_any(*place, &["symmetric", "asymmetric"]));
        words.filter_map(|place| self.span(place..place + 1)).collect()
    }

    /// The options of VACUUM that need no parentheses.
    fn vacuum_options(self) -> Option<Span> {
        let is_option =
            |place: &usize| self.is_any(*place, &["analyze", "verbose", "freeze", "full"]);
        self.span(1..1 + (1..).take_while(is_option).count())
    }

    /// `WHERE CURRENT OF cursor`, the name of the cursor, and the error if no cursor may be there.
    fn current_of(self) -> Result<Option<(Span, (String, PgError))>> {
        let is_clause = |place: &usize| {
            self.is(*place, "where") && self.is(place + 1, "current") && self.is(place + 2, "of")
        };
        let Some(start) = self.outside().find(is_clause) else { return Ok(None) };
        let name = self.tokens.get(start + 3).and_then(|name| name.identifier(self.sql).ok());
        let (Some(span), Some(name)) = (self.span(start..start + 4), name) else { return Ok(None) };
        match self.tokens.get(start + 4) {
            Some(behind)
                if behind.kind != TokenKind::Semicolon && !self.is(start + 4, "returning") =>
            {
                Err(near(self.sql, *behind, "syntax error"))
            }
            _ => {
                let of = self.tokens.get(start + 2);
                let misplaced = of.map(|of| near(self.sql, *of, "syntax error"));
                Ok(misplaced.map(|error| (span, (name.into_owned(), error))))
            }
        }
    }

    /// `OVERRIDING … VALUE`, which stands before the rows.
    fn overriding(self) -> Option<(Span, Overriding)> {
        let into = self.outside().position(|place| self.is(place, "into"))?;
        let mut behind = self.outside().skip(into);
        let start =
            behind.find(|place| self.is_any(*place, &["overriding", "values", "select"]))?;
        let which = match () {
            () if self.is(start + 1, "system") => Overriding::System,
            () if self.is(start + 1, "user") => Overriding::User,
            () => return None,
        };
        let is_clause = self.is(start, "overriding") && self.is(start + 2, "value");
        Some((self.span(start..start + 3).filter(|_| is_clause)?, which))
    }

    /// Of FOR UPDATE and its kin NO KEY and KEY, and all names behind OF but the first.
    fn lock_clauses(self) -> Vec<Span> {
        let mut taken = Vec::new();
        for place in (0..self.tokens.len()).filter(|place| self.is(*place, "for")) {
            let strength = place + 1;
            let key = strength + usize::from(self.is(strength, "no"));
            let lock = key + usize::from(self.is(key, "key"));
            if !self.is_any(lock, &["update", "share"]) {
                continue;
            }
            if lock > key {
                taken.extend(self.span(strength..lock));
            }
            if self.is(lock + 1, "of") {
                let names = lock + 2..self.end_of_names(lock + 2);
                let comma = names.clone().find(|one| self.kind(*one) == Some(TokenKind::Comma));
                taken.extend(comma.and_then(|comma| self.span(comma..names.end)));
            }
        }
        taken
    }

    fn end_of_names(self, start: usize) -> usize {
        let ends = |place: &usize| {
            let ending = ["nowait", "skip", "for", "limit", "offset", "fetch"];
            self.is_any(*place, &ending)
                || matches!(self.kind(*place), Some(TokenKind::RightParen | TokenKind::Semicolon))
        };
        (start..self.tokens.len()).find(ends).unwrap_or(self.tokens.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_else_stays_where_it_is() {
        let text = |sql| unparsed(sql).expect("tokens").text.into_owned();
        assert_eq!(text("SELECT 1 FOR NO KEY UPDATE"), "SELECT 1 FOR        UPDATE");
        // A name of more bytes than letters moves nothing behind it.
        assert_eq!(
            text("FOR SHARE OF a, ä.é, ö FOR KEY SHARE"),
            "FOR SHARE OF a         FOR     SHARE"
        );
        assert_eq!(text("VACUUM full\nanalyze t"), "VACUUM     \n        t");
        assert_eq!(text("VACUUM"), "VACUUM");
        assert_eq!(text("INSERT INTO t VALUES (overriding)"), "INSERT INTO t VALUES (overriding)");
    }

    #[test]
    fn clauses_are_found_outside_of_parentheses() {
        let found = unparsed("DELETE FROM t WHERE CURRENT OF \"A b\" RETURNING 1").expect("tokens");
        assert_eq!(found.cursor.expect("a cursor").0, "A b");
        assert_eq!(found.text.trim_end(), "DELETE FROM t                        RETURNING 1");
        let found =
            unparsed("DELETE FROM t WHERE a IN (SELECT 1 WHERE CURRENT OF c)").expect("tokens");
        assert!(found.cursor.is_none());
        let found = unparsed("INSERT INTO t (a) OVERRIDING USER VALUE VALUES (1)").expect("tokens");
        assert_eq!(found.overriding, Some(Overriding::User));
        let refused =
            unparsed("UPDATE t SET a = 1 WHERE CURRENT OF c AND b").expect_err("more follows");
        assert_eq!(refused.message(), "syntax error at or near \"AND\"");
    }
}
