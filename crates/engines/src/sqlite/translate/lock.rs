//! FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE and FOR KEY SHARE.
//!
//! SQLite locks no rows: who locks some has the lock to write the whole file.

use sqlparser::ast::{
    GroupByExpr, LockClause, LockType, NonBlock, Query, Select, SetExpr, Statement, TableFactor,
};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, Span, TokenKind};

use super::name::{folded, parts};
use super::{Translator, syntax};

/// What a query says of the rows that it locks.
#[derive(Clone, Debug)]
pub(crate) struct Locking {
    /// `FOR UPDATE` or `FOR SHARE`.
    pub(crate) strength: &'static str,
    pub(crate) wait: Wait,
    /// The first of the relations whose rows they are.
    relation: String,
}

/// What to do about rows that others have locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Patiently,
    /// NOWAIT
    Never,
    /// SKIP LOCKED: while somebody writes, any row may be a locked one.
    Skipping,
}

impl Locking {
    /// 55P03 for who does not wait.
    pub(crate) fn refused(&self) -> PgError {
        let message = format!("could not obtain lock on row in relation \"{}\"", self.relation);
        PgError::new(SqlState::LOCK_NOT_AVAILABLE, message)
    }
}

impl Translator<'_> {
    /// Notes what a query locks; the outermost that does says how to wait.
    ///
    /// # Errors
    ///
    /// 0A000 where its rows are none of a table, 42P01 for a name that FROM has not.
    pub(super) fn locks(&mut self, query: &Query) -> Result<()> {
        for clause in &query.locks {
            let strength = match clause.lock_type {
                LockType::Update => "FOR UPDATE",
                LockType::Share => "FOR SHARE",
            };
            let select = match query.body.as_ref() {
                SetExpr::Select(select) => select,
                SetExpr::Query(_) => continue,
                SetExpr::Values(_) => {
                    return Err(not_allowed(strength, "cannot be applied to VALUES"));
                }
                _ => {
                    return Err(not_allowed(
                        strength,
                        "is not allowed with UNION/INTERSECT/EXCEPT",
                    ));
                }
            };
            if let Some(clause) = combines(select) {
                return Err(not_allowed(strength, &format!("is not allowed with {clause}")));
            }
            let relation = self.locked(select, clause, strength)?;
            let wait = match clause.nonblock {
                None => Wait::Patiently,
                Some(NonBlock::Nowait) => Wait::Never,
                Some(NonBlock::SkipLocked) => Wait::Skipping,
            };
            if let Some(relation) = relation {
                self.locking = Some(Locking { strength, wait, relation });
            }
        }
        Ok(())
    }

    /// What a statement locks: only rows of its outermost query can be skipped.
    pub(super) fn locking_of(&mut self, statement: &Statement) -> Option<Locking> {
        let locking = self.locking.take()?;
        let is_outermost = matches!(statement, Statement::Query(query) if !query.locks.is_empty());
        let wait = match locking.wait {
            Wait::Skipping if !is_outermost => Wait::Patiently,
            wait => wait,
        };
        Some(Locking { wait, ..locking })
    }

    /// The first relation whose rows a clause locks.
    fn locked(
        &self,
        select: &Select,
        clause: &LockClause,
        strength: &str,
    ) -> Result<Option<String>> {
        let joined = select.from.iter();
        let factors = joined.flat_map(|item| {
            std::iter::once(&item.relation).chain(item.joins.iter().map(|join| &join.relation))
        });
        let mut relations = Vec::new();
        for factor in factors {
            let (name, alias) = match factor {
                TableFactor::Table { name, alias, args: None, .. } => (parts(name)?.pop(), alias),
                TableFactor::Derived { alias, .. } => (None, alias),
                _ => continue,
            };
            let alias = alias.as_ref().map(|alias| folded(&alias.name));
            relations.push((alias.or_else(|| name.clone()), name));
        }
        let Some(wanted) = &clause.of else {
            return Ok(relations.into_iter().find_map(|(_, name)| name));
        };
        let named = parts(wanted)?.pop();
        match relations.into_iter().find(|(alias, _)| *alias == named) {
            Some((_, name)) => Ok(name.or(named)),
            None => {
                let message = format!(
                    "relation \"{}\" in {strength} clause not found in FROM clause",
                    named.unwrap_or_default()
                );
                Err(self.at(PgError::new(SqlState::UNDEFINED_TABLE, message), wanted))
            }
        }
    }
}

/// What makes rows of a SELECT that are no rows of its tables.
fn combines(select: &Select) -> Option<&'static str> {
    let is_grouped = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(keys, _) => !keys.is_empty(),
    };
    match select {
        _ if select.distinct.is_some() => Some("DISTINCT clause"),
        _ if is_grouped => Some("GROUP BY clause"),
        _ if select.having.is_some() => Some("HAVING clause"),
        _ => None,
    }
}

fn not_allowed(strength: &str, why: &str) -> PgError {
    PgError::unsupported(format!("{strength} {why}"))
}

/// A statement without what the parser does not know of these clauses, with spaces in its place: NO KEY
/// and KEY, and all names behind OF but the first.
pub(super) fn without_unknown_words(sql: &str) -> Option<String> {
    let mut lexer = Lexer::new(sql);
    let mut text = None;
    let mut blank = |part: std::ops::Range<usize>| {
        let part = Span { start: part.start, end: part.end };
        syntax::blank(text.get_or_insert_with(|| sql.to_owned()), part);
    };
    while let Some(token) = lexer.next_significant() {
        if !token.is_word(sql, "for") {
            continue;
        }
        let mut ahead = lexer.clone();
        let mut next = ahead.next_significant();
        let start = next.map(|token| token.span.start);
        if next.is_some_and(|word| word.is_word(sql, "no")) {
            next = ahead.next_significant();
        }
        let mut end = None;
        if let Some(key) = next.filter(|word| word.is_word(sql, "key")) {
            end = Some(key.span.end);
            next = ahead.next_significant();
        }
        let is_lock = |word: &str| next.is_some_and(|token| token.is_word(sql, word));
        if !is_lock("update") && !is_lock("share") {
            continue;
        }
        if let (Some(start), Some(end)) = (start, end) {
            blank(start..end);
        }
        lexer = ahead;
        let mut ahead = lexer.clone();
        if !ahead.next_significant().is_some_and(|word| word.is_word(sql, "of")) {
            continue;
        }
        // Names, each of which may have a dot in it; from the first comma on all are blanked.
        let mut is_first = true;
        while let Some(token) = ahead.next_significant() {
            let ends = token.is_word(sql, "nowait")
                || token.is_word(sql, "skip")
                || token.is_word(sql, "for")
                || ["limit", "offset", "fetch"].iter().any(|word| token.is_word(sql, word))
                || matches!(token.kind, TokenKind::RightParen | TokenKind::Semicolon);
            if ends {
                break;
            }
            is_first &= token.kind != TokenKind::Comma;
            if !is_first {
                blank(token.span.start..token.span.end);
            }
            lexer = ahead.clone();
        }
    }
    text
}

/// The clauses behind LIMIT, OFFSET and FETCH, where the parser wants them; PostgreSQL takes them before, too.
pub(super) fn moved_last(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut moved = Vec::with_capacity(tokens.len());
    // The clauses of a query that are still to come, and those of the queries around it.
    let (mut held, mut outer) = (Vec::new(), Vec::new());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token.token {
            Token::LParen => outer.push(std::mem::take(&mut held)),
            Token::RParen => {
                moved.append(&mut held);
                held = outer.pop().unwrap_or_default();
            }
            Token::SemiColon => moved.append(&mut held),
            _ => {}
        }
        let is_for = syntax::keyword(&token.token) == Keyword::FOR;
        moved.push(token);
        if !is_for {
            continue;
        }
        let start = moved.len() - 1;
        while let Some(space) = tokens.next_if(|one| matches!(one.token, Token::Whitespace(_))) {
            moved.push(space);
        }
        let is_lock = |token: &TokenWithSpan| {
            matches!(syntax::keyword(&token.token), Keyword::UPDATE | Keyword::SHARE)
        };
        if !tokens.peek().is_some_and(is_lock) {
            continue;
        }
        while let Some(token) = tokens.next_if(|one| !ends_clause(&one.token)) {
            moved.push(token);
        }
        if tokens.peek().is_some_and(|one| is_limit(&one.token)) {
            held.extend(moved.split_off(start));
        }
    }
    moved.append(&mut held);
    moved
}

fn ends_clause(token: &Token) -> bool {
    matches!(token, Token::LParen | Token::RParen | Token::SemiColon) || is_limit(token)
}

fn is_limit(token: &Token) -> bool {
    matches!(syntax::keyword(token), Keyword::LIMIT | Keyword::OFFSET | Keyword::FETCH)
}
