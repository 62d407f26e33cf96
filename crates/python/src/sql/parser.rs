//! Where a list, an item and a condition end: reading that passes over what it does not know.

use trunkline_sql::{KeywordCategory, Lexer, Reader, Span, TokenKind, keyword_category};

use super::model::{Column, Item};

/// The words that begin a clause; all are reserved, so none is a name unless a point or AS stands before it.
const CLAUSES: [&str; 16] = [
    "except",
    "fetch",
    "for",
    "from",
    "group",
    "having",
    "intersect",
    "into",
    "limit",
    "offset",
    "on",
    "order",
    "returning",
    "union",
    "where",
    "window",
];

/// Key words that are no label without AS, though they are not reserved.
const NEED_AS: [&str; 11] = [
    "day", "filter", "hour", "minute", "month", "over", "second", "varying", "within", "without",
    "year",
];

/// What ends a piece of a statement.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Until {
    /// The next clause.
    Clause,
    /// A comma, or the next clause.
    Comma,
    /// AND or OR, or the next clause.
    And,
    /// AND or OR, or the parenthesis that ends a group of conditions.
    AndInGroup,
    /// The parenthesis that ends a group.
    Closing,
    /// A comma, or the parenthesis that ends a list.
    CommaInList,
}

/// A statement that is being read.
///
/// What cannot be read in one of the forms known is read again by token, up to where it ends, and
/// stays text; the statement is not simple then.
pub(super) struct Parser<'a> {
    pub(super) source: &'a str,
    end: usize,
    pub(super) reader: Reader<'a>,
    pub(super) is_simple: bool,
    /// What stood before the names of columns: the schema, if any, and the table.
    pub(super) qualifiers: Vec<(Option<String>, String)>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(lexer: Lexer<'a>) -> Self {
        let (source, end) = (lexer.source(), lexer.end());
        Self { source, end, reader: Reader::new(lexer), is_simple: true, qualifiers: Vec::new() }
    }

    /// Whether nothing more can be read: at the end, or where a token is broken.
    pub(super) fn is_done(&self) -> bool {
        self.reader.kind().is_none()
    }

    pub(super) fn at_clause(&self) -> bool {
        self.is_done() || self.reader.at_any(&CLAUSES)
    }

    pub(super) fn at(&self, until: Until) -> bool {
        let reader = &self.reader;
        match until {
            Until::Clause => self.at_clause(),
            Until::Comma => reader.at_kind(TokenKind::Comma) || self.at_clause(),
            Until::And => reader.at_any(&["and", "or"]) || self.at_clause(),
            Until::AndInGroup => reader.at_any(&["and", "or"]) || self.at_closing(),
            Until::Closing => self.at_closing(),
            Until::CommaInList => reader.at_kind(TokenKind::Comma) || self.at_closing(),
        }
    }

    fn at_closing(&self) -> bool {
        self.is_done() || self.reader.at_kind(TokenKind::RightParen)
    }

    /// Passes over what began at `start`, up to where it ends, from its beginning: what was read of
    /// it may have ended anywhere.
    pub(super) fn pass(&mut self, start: usize, until: Until) -> Span {
        self.is_simple = false;
        self.reader = Reader::new(Lexer::new(self.source).within(Span::new(start, self.end)));
        let mut taken = start;
        let (mut depth, mut betweens) = (0_usize, 0_usize);
        // A name behind a point or AS, and FROM behind DISTINCT, are no clause.
        let mut is_bound = false;
        while let Some(kind) = self.reader.kind() {
            if depth == 0 && !is_bound && self.at(until) {
                if betweens == 0 || !self.reader.at("and") {
                    break;
                }
                betweens -= 1;
            } else if depth == 0 && self.reader.at("between") {
                betweens += 1;
            }
            let opens = matches!(kind, TokenKind::LeftParen | TokenKind::LeftBracket);
            let closes = matches!(kind, TokenKind::RightParen | TokenKind::RightBracket);
            if opens || !is_bound && self.reader.at("case") {
                depth += 1;
            } else if closes || !is_bound && self.reader.at("end") {
                depth = depth.saturating_sub(1);
            }
            is_bound = kind == TokenKind::Dot || self.reader.at_any(&["as", "distinct"]);
            self.reader.advance();
            taken = self.reader.taken();
        }
        Span::new(start, taken)
    }

    /// A name that stands for a column, with what stands before it; None where none stands, or
    /// where it has too many parts.
    pub(super) fn column(&mut self) -> Option<Item> {
        let mut parts = vec![self.reader.name().ok()?];
        while self.reader.eat_kind(TokenKind::Dot) {
            if self.reader.eat_operator("*") {
                let table = parts.pop()?;
                let schema = parts.pop();
                self.qualifiers.push((schema, table.clone()));
                return parts.is_empty().then_some(Item::Star(Some(table)));
            }
            parts.push(self.reader.label().ok()?);
            if parts.len() > 3 {
                return None;
            }
        }
        let name = parts.pop()?;
        let table = parts.pop();
        let schema = parts.pop();
        if let Some(table) = &table {
            self.qualifiers.push((schema.clone(), table.clone()));
        }
        Some(Item::Column(Column { schema, table, name }))
    }

    /// `[ AS ] label`: Err where it is none that may stand there.
    pub(super) fn alias(&mut self) -> Result<Option<String>, ()> {
        if self.reader.eat("as") {
            return self.reader.label().map(Some).map_err(drop);
        }
        if !self.reader.kind().is_some_and(TokenKind::is_identifier) {
            return Ok(None);
        }
        let word = self.reader.word();
        let category = keyword_category(word);
        let is_label = category.is_none_or(|category| category == KeywordCategory::Unreserved)
            && !self.reader.at_any(&NEED_AS);
        if is_label { self.reader.name().map(Some).map_err(drop) } else { Ok(None) }
    }
}
