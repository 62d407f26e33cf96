//! One pass over the tokens of a statement, which finds tables, functions and parameters.

use std::borrow::Cow;
use std::collections::HashMap;

use super::tag::Verb;
use super::word::Word;
use super::{Mention, StatementKind};
use crate::keyword::{KeywordCategory, keyword_category};
use crate::lexer::Lexer;
use crate::token::{Span, Token, TokenKind};

/// What the pass has found so far, and where in the statement it is.
pub(super) struct Scan<'a> {
    lexer: Lexer<'a>,
    /// The token behind the current one.
    next: Option<Token>,
    /// What WITH turned out to introduce.
    pub(super) kind: Option<StatementKind>,
    pub(super) tag: Option<&'static str>,
    pub(super) tables: Vec<Mention<'a>>,
    pub(super) functions: Vec<Mention<'a>>,
    /// Whether something in it changes data, or locks rows.
    pub(super) changes: bool,
    pub(super) parameters: u32,
    /// One level for each open parenthesis.
    levels: Vec<Level<'a>>,
    previous: [Word; 2],
    /// Whether the token before ends something of FROM, so that a name behind it is an alias.
    is_behind_item: bool,
    /// How many WITH queries of each name are known here: those of all open levels.
    known: HashMap<Cow<'a, str>, usize>,
    /// Whether a query, and not only a definition, has begun.
    has_query: bool,
    /// What the first words say.
    verb: Verb,
    /// Whether a definition's query is not run.
    no_data: bool,
}

/// A query, a list, or an expression in parentheses.
#[derive(Default)]
struct Level<'a> {
    /// The verb of this query; none yet, or no query at all.
    verb: Option<Word>,
    /// Whether a verb may stand here: at the start, behind WITH, UNION and the like.
    at_verb: bool,
    /// Whether FROM begins a list of tables here.
    in_query: bool,
    /// Whether this is within such a list, so that a comma goes on with it.
    in_list: bool,
    /// Whether the list has a JOIN, so that USING names columns.
    joined: bool,
    /// What the next name is.
    expect: Expect,
    /// The names of WITH queries that are known on this level.
    known: Vec<Cow<'a, str>>,
    /// The name whose query is being read.
    pending: Option<Cow<'a, str>>,
    /// Whether the queries of WITH know their own names.
    recursive: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Expect {
    #[default]
    Nothing,
    /// A table that is read.
    Table,
    /// A table that is written.
    Target,
    /// The name of a WITH query.
    WithName,
}

impl<'a> Scan<'a> {
    pub(super) fn run(mut lexer: Lexer<'a>, verb: Verb) -> Self {
        let next = lexer.next_significant();
        let mut scan = Self {
            lexer,
            next,
            kind: None,
            tag: None,
            tables: Vec::new(),
            functions: Vec::new(),
            changes: false,
            parameters: 0,
            levels: vec![Level { at_verb: true, ..Level::default() }],
            previous: [Word::None; 2],
            is_behind_item: false,
            known: HashMap::new(),
            has_query: verb.kind == StatementKind::Call,
            verb,
            no_data: false,
        };
        while let Some(token) = scan.advance() {
            scan.token(token);
        }
        let definition = matches!(verb.tag, "CREATE TABLE" | "CREATE MATERIALIZED VIEW");
        if definition && scan.levels.first().is_some_and(|level| level.verb == Some(Word::Select)) {
            // A definition that runs its query says how many rows it has copied.
            scan.tag = match verb.tag {
                _ if !scan.no_data => Some("SELECT"),
                "CREATE TABLE" => Some("CREATE TABLE AS"),
                _ => None,
            };
        }
        scan
    }

    fn advance(&mut self) -> Option<Token> {
        std::mem::replace(&mut self.next, self.lexer.next_significant())
    }

    fn next_is(&self, kind: TokenKind) -> bool {
        self.next.is_some_and(|next| next.kind == kind)
    }

    fn token(&mut self, token: Token) {
        let source = self.lexer.source();
        if let Some(number) = token.parameter(source) {
            self.parameters = self.parameters.max(number);
        }
        let word = match token.kind {
            TokenKind::LeftParen => {
                self.open();
                Word::Other
            }
            TokenKind::RightParen => {
                self.close();
                Word::Other
            }
            TokenKind::Comma => {
                self.comma();
                Word::Other
            }
            TokenKind::Word => {
                let word = Word::of(token.text(source));
                // Behind a point even a key word is a name, and so are those that name a column behind AS.
                let is_name = match self.previous[0] {
                    Word::Dot => true,
                    Word::As => matches!(word, Word::Into | Word::From),
                    _ => false,
                };
                let word = if is_name { Word::Other } else { word };
                self.word(word, token);
                word
            }
            TokenKind::Dot => Word::Dot,
            TokenKind::Typecast => Word::Typecast,
            kind if kind.is_identifier() => {
                self.name(Word::Other, token);
                Word::Other
            }
            _ => Word::Other,
        };
        let is_paren = matches!(token.kind, TokenKind::LeftParen | TokenKind::RightParen);
        if let Some(level) = self.levels.last_mut()
            && !is_paren
            && !word.keeps_verb()
            && level.expect != Expect::WithName
        {
            level.at_verb = false;
        }
        self.has_query |= word.begins_query();
        self.previous = [word, self.previous[0]];
        let is_name = token.kind == TokenKind::QuotedIdentifier
            || token.kind == TokenKind::Word && keyword_category(token.text(source)).is_none();
        self.is_behind_item = is_name || token.kind == TokenKind::RightParen;
    }

    fn open(&mut self) {
        let Some(level) = self.levels.last_mut() else { return };
        // `FROM (a JOIN b …)` goes on with the list, unless a query stands in the parentheses.
        let table = level.expect == Expect::Table;
        if table {
            level.expect = Expect::Nothing;
        }
        self.levels.push(Level {
            at_verb: true,
            in_query: table,
            in_list: table,
            expect: if table { Expect::Table } else { Expect::Nothing },
            ..Level::default()
        });
    }

    fn close(&mut self) {
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
        {
            for name in level.known {
                if let Some(count) = self.known.get_mut(&name) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        if let Some(level) = self.levels.last_mut()
            && let Some(name) = level.pending.take()
        {
            level.known.push(name.clone());
            level.at_verb = true;
            *self.known.entry(name).or_default() += 1;
        }
    }

    fn comma(&mut self) {
        let Some(level) = self.levels.last_mut() else { return };
        if level.in_list {
            let targets = level.verb == Some(Word::Define);
            level.expect = if targets { Expect::Target } else { Expect::Table };
        } else if level.verb == Some(Word::With) {
            level.expect = Expect::WithName;
        }
    }

    fn word(&mut self, word: Word, token: Token) {
        let [previous, before] = self.previous;
        let source = self.lexer.source();
        let Some(level) = self.levels.last_mut() else { return };
        let expects = level.expect != Expect::Nothing;
        match word {
            Word::Select => level.begin(Word::Select),
            Word::Values if level.at_verb => level.begin(Word::Select),
            Word::With if level.at_verb => {
                level.begin(Word::With);
                level.expect = Expect::WithName;
                level.at_verb = true;
                let next = self.next;
                level.recursive = next.is_some_and(|next| next.is_word(source, "recursive"));
            }
            Word::Insert | Word::Update | Word::Delete | Word::Merge if level.at_verb => {
                self.change(word);
            }
            Word::Table if level.at_verb => {
                level.begin(Word::Select);
                level.expect = Expect::Table;
            }
            Word::Table | Word::View if level.verb == Some(Word::Define) && !expects => {
                level.expect = Expect::Target;
            }
            Word::Create | Word::Alter if level.at_verb => level.begin(Word::Define),
            Word::Drop if level.at_verb => {
                level.begin(Word::Define);
                level.in_list = true;
            }
            Word::Truncate | Word::Lock if level.at_verb => {
                level.begin(Word::Define);
                level.in_list = true;
                level.expect = Expect::Target;
            }
            Word::Copy if level.at_verb => {
                level.begin(Word::Copy);
                level.expect = Expect::Table;
            }
            // The query that a definition, a PREPARE or a DECLARE is about.
            Word::As if matches!(level.verb, None | Some(Word::Define)) => level.at_verb = true,
            Word::For if level.verb.is_none() => level.at_verb = true,
            Word::For | Word::EndOfList => level.end_list(),
            Word::SetOperation => {
                level.end_list();
                level.at_verb = true;
            }
            Word::Into if level.verb == Some(Word::Select) && level.in_query => {
                level.expect = Expect::Target;
                self.changes = true;
            }
            Word::From if level.expect == Expect::Target => {}
            Word::From if previous == Word::Distinct && matches!(before, Word::Is | Word::Not) => {}
            Word::From if level.verb == Some(Word::Copy) => {
                self.changes = true;
                if let Some(table) = self.tables.last_mut() {
                    table.is_target = true;
                }
            }
            Word::From if level.in_query => {
                level.in_list = true;
                level.joined = false;
                level.expect = Expect::Table;
            }
            Word::Join if level.in_list => {
                level.joined = true;
                level.expect = Expect::Table;
            }
            Word::Using if matches!(level.verb, Some(Word::Delete | Word::Merge)) => {
                if !level.joined {
                    level.in_list = true;
                    level.expect = Expect::Table;
                }
            }
            // `WITH NO DATA`: no rows, so no count of them.
            Word::Data if previous == Word::No && before == Word::With => self.no_data = true,
            Word::Update | Word::Share if matches!(previous, Word::For | Word::Key) => {
                self.changes = true;
            }
            // `WITH recursive AS (…)`: it is the name.
            Word::Adverb
                if previous == Word::With
                    && level.expect == Expect::WithName
                    && self.next.is_some_and(|next| {
                        next.kind == TokenKind::LeftParen || next.is_word(source, "as")
                    }) =>
            {
                level.recursive = false;
                self.name(Word::Other, token);
            }
            Word::Adverb | Word::Not | Word::Into | Word::Table if expects => {}
            _ => self.name(word, token),
        }
    }

    fn change(&mut self, word: Word) {
        self.changes = true;
        let is_main = self.levels.len() == 1;
        let Some(level) = self.levels.last_mut() else { return };
        let was_with = level.verb == Some(Word::With);
        level.begin(word);
        let (kind, tag) = match word {
            Word::Insert => (StatementKind::Insert, "INSERT"),
            Word::Update => (StatementKind::Update, "UPDATE"),
            Word::Delete => (StatementKind::Delete, "DELETE"),
            _ => (StatementKind::Merge, "MERGE"),
        };
        level.in_query = word != Word::Insert;
        level.expect = Expect::Target;
        if is_main && was_with && self.verb.kind == StatementKind::Select {
            (self.kind, self.tag) = (Some(kind), Some(tag));
        }
    }

    /// An identifier that is no key word of interest here.
    fn name(&mut self, word: Word, token: Token) {
        let source = self.lexer.source();
        if self.previous[0] == Word::Dot {
            return;
        }
        let expect = self.levels.last().map(|level| level.expect).unwrap_or_default();
        let is_plain = !self.next_is(TokenKind::LeftParen) && !self.next_is(TokenKind::Dot);
        if expect == Expect::Nothing && is_plain {
            return;
        }
        let category = match token.kind {
            TokenKind::Word => keyword_category(token.text(source)),
            _ => None,
        };
        if category == Some(KeywordCategory::Reserved) {
            return;
        }
        let next_is_from = self.next.is_some_and(|next| next.is_word(source, "from"));
        if expect == Expect::Table && next_is_from && token.is_word(source, "rows") {
            // `ROWS FROM (function, …)`
            return;
        }
        let Ok(first) = token.identifier(source) else { return };
        if let Some(level) = self.levels.last_mut() {
            level.expect = Expect::Nothing;
            if expect == Expect::WithName {
                if level.recursive {
                    level.known.push(first.clone());
                    *self.known.entry(first.clone()).or_default() += 1;
                }
                level.pending = Some(first);
                return;
            }
        }
        let mention = self.qualified(first, token.span, expect == Expect::Target);
        let called = self.next_is(TokenKind::LeftParen);
        if expect != Expect::Nothing && !(called && expect == Expect::Table && !self.in_copy()) {
            self.table(mention);
        } else if called && word == Word::Other && self.is_call(category, token) {
            self.changes |= CHANGING.contains(&&*mention.name);
            self.functions.push(mention);
        }
    }

    /// Reads the rest of a name whose first part is given.
    fn qualified(&mut self, first: Cow<'a, str>, span: Span, is_target: bool) -> Mention<'a> {
        let source = self.lexer.source();
        let mut mention = Mention { schema: None, name: first, is_target, span };
        while self.next_is(TokenKind::Dot) {
            let part = self.lexer.clone().next_significant();
            let Some(part) = part.filter(|part| part.kind.is_identifier()) else { break };
            let Ok(name) = part.identifier(source) else { break };
            self.advance();
            self.advance();
            mention.schema = Some(std::mem::replace(&mut mention.name, name));
            mention.span.end = part.span.end;
        }
        mention
    }

    fn table(&mut self, mention: Mention<'a>) {
        let is_known = mention.schema.is_none()
            && !mention.is_target
            && self.known.get(&mention.name).is_some_and(|&count| count > 0);
        if !is_known {
            self.tables.push(mention);
        }
    }

    fn is_call(&self, category: Option<KeywordCategory>, token: Token) -> bool {
        let source = self.lexer.source();
        // Before any query a name before a parenthesis is a type, a prepared statement, an option.
        let in_with_list = self.levels.last().is_some_and(|level| level.pending.is_some());
        let is_alias = self.is_behind_item && self.levels.last().is_some_and(|level| level.in_list);
        self.has_query
            && !in_with_list
            && !is_alias
            && !matches!(self.previous[0], Word::As | Word::Typecast)
            && category != Some(KeywordCategory::ColumnName)
            && !NOT_CALLED.iter().any(|word| token.is_word(source, word))
    }

    fn in_copy(&self) -> bool {
        self.levels.last().is_some_and(|level| level.verb == Some(Word::Copy))
    }
}

impl Level<'_> {
    fn begin(&mut self, verb: Word) {
        self.end_list();
        self.verb = Some(verb);
        self.at_verb = false;
        self.in_query = verb == Word::Select;
        self.joined = false;
    }

    fn end_list(&mut self) {
        self.in_list = false;
        self.expect = Expect::Nothing;
    }
}

/// Words before a parenthesis that call nothing.
const NOT_CALLED: [&str; 12] = [
    "by",
    "cube",
    "filter",
    "groups",
    "key",
    "over",
    "partition",
    "range",
    "rollup",
    "rows",
    "sets",
    "within",
];

/// Functions that change something, as far as it is worth to know them by name.
const CHANGING: [&str; 12] = [
    "lo_create",
    "lo_import",
    "lo_unlink",
    "nextval",
    "pg_cancel_backend",
    "pg_notify",
    "pg_reload_conf",
    "pg_terminate_backend",
    "set_config",
    "setval",
    "txid_current",
    "pg_current_xact_id",
];
