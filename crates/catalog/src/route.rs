//! Whose a statement is: the engine's, or the catalogs'.

use std::borrow::Cow;
use std::collections::HashSet;

use trunkline_sql::{Lexer, Mention, Outline, StatementKind, TokenKind, outline};

use crate::facts::{self, PG_CATALOG, PROCS};
use crate::functions;
use crate::world::INFORMATION_SCHEMA;

/// Whose a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Engine,
    /// It names relations of the catalogs and no others.
    Catalog,
    /// It names no relation, but functions that are known here.
    Functions,
}

/// Says whose a statement is, by its tokens.
///
/// Most statements show by their first word, or by having no word of the catalogs, that they are the
/// engine's: nothing is read twice then.
pub(crate) fn route(sql: &str) -> Route {
    if !begins_query(sql) || !hints(sql) {
        return Route::Engine;
    }
    let outline = outline(sql);
    let Some(relations) = relations_of(&outline) else { return Route::Engine };
    if !relations.is_empty() {
        let is_ours = |mention: &Mention<'_>| is_relation(mention.schema.as_ref(), &mention.name);
        return if relations.into_iter().all(is_ours) { Route::Catalog } else { Route::Engine };
    }
    let are_known = outline.functions.iter().all(|function| {
        let schema = function.schema.as_deref();
        matches!(schema, None | Some("pg_catalog" | "information_schema"))
            && is_function(&function.name)
    });
    let is_of_catalogs = outline
        .functions
        .iter()
        .any(|function| function.schema.is_some() || functions::is_of_catalogs(&function.name));
    match are_known && (is_of_catalogs || has_keyword(sql)) {
        true => Route::Functions,
        false => Route::Engine,
    }
}

/// Whether a statement is a query that names no relation and changes none.
pub(crate) fn names_no_relation(sql: &str) -> bool {
    begins_query(sql) && relations_of(&outline(sql)).is_some_and(|relations| relations.is_empty())
}

/// What an engine's statement names.
pub(crate) struct Named<'s> {
    pub(crate) kind: StatementKind,
    /// The relations that it reads.
    pub(crate) relations: Vec<Mention<'s>>,
    /// Those that it writes to.
    pub(crate) targets: Vec<Mention<'s>>,
    /// Whether it is a query that changes nothing.
    pub(crate) is_query: bool,
}

/// The relations that an engine's statement names; nothing if it has no word of the catalogs, unless relations may
/// have `any` name, and nothing of a statement that reads and writes none.
pub(crate) fn named(sql: &str, any: bool) -> Option<Named<'_>> {
    if !any && !hints(sql) {
        return None;
    }
    let outline = outline(sql);
    let reads = matches!(
        outline.kind,
        StatementKind::Select
            | StatementKind::Insert
            | StatementKind::Update
            | StatementKind::Delete
            | StatementKind::Merge
            | StatementKind::Explain
            | StatementKind::Definition
    );
    if !reads {
        return None;
    }
    let is_query = begins_query(sql) && relations_of(&outline).is_some();
    let relations = read(&outline).into_iter().cloned().collect();
    let targets = outline.tables.iter().filter(|one| one.is_target).cloned().collect();
    Some(Named { kind: outline.kind, relations, targets, is_query })
}

fn relations_of<'a, 's>(outline: &'a Outline<'s>) -> Option<Vec<&'a Mention<'s>>> {
    if outline.kind != StatementKind::Select || outline.tables.iter().any(|table| table.is_target) {
        return None;
    }
    Some(read(outline))
}

/// The relations that a statement reads.
fn read<'a, 's>(outline: &'a Outline<'s>) -> Vec<&'a Mention<'s>> {
    // What stands in FROM with an argument is a function.
    let calls: HashSet<usize> =
        outline.functions.iter().map(|function| function.span.start).collect();
    let is_read =
        |mention: &&Mention<'_>| !mention.is_target && !calls.contains(&mention.span.start);
    outline.tables.iter().filter(is_read).collect()
}

/// Whether a statement casts something to a type that has one of these names, in whatever schema: behind `::`,
/// behind AS if it says CAST, or before a string.
pub(crate) fn casts_to(sql: &str, names: &HashSet<String>) -> bool {
    if names.is_empty() {
        return false;
    }
    let mut lexer = Lexer::new(sql);
    let (mut has_cast, mut in_type) = (false, false);
    while let Some(token) = lexer.next_significant() {
        let next = || lexer.clone().next_significant().map(|next| next.kind);
        let is_schema = || next() == Some(TokenKind::Dot);
        let is_type = || match next() {
            Some(TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString) => true,
            next => in_type && next != Some(TokenKind::Dot),
        };
        if token.identifier(sql).is_ok_and(|name| names.contains(&*name)) && is_type() {
            return true;
        }
        has_cast |= token.is_word(sql, "cast");
        // A name goes on behind a point.
        in_type = token.kind == TokenKind::Typecast
            || has_cast && token.is_word(sql, "as")
            || in_type && (token.kind == TokenKind::Dot || is_schema());
    }
    false
}

/// Whether a statement begins as a query does.
pub(crate) fn begins_query(sql: &str) -> bool {
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        if token.kind != TokenKind::LeftParen {
            return ["select", "with", "values", "table"]
                .iter()
                .any(|word| token.is_word(sql, word));
        }
    }
    false
}

/// Whether some word in a text is one of the catalogs'.
fn hints(sql: &str) -> bool {
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        let text = match token.kind {
            TokenKind::Word => token.text(sql),
            TokenKind::QuotedIdentifier => token.text(sql).trim_matches('"'),
            _ => continue,
        };
        if is_hint(text) {
            return true;
        }
    }
    false
}

fn is_hint(word: &str) -> bool {
    let Some(first) = word.bytes().next() else { return false };
    // A glance at the first letter spares the rest for nearly all words.
    let begins = |prefix: &str| {
        word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    match first.to_ascii_lowercase() {
        b'p' => begins("pg_") || word.eq_ignore_ascii_case("parse_ident"),
        b'i' => word.eq_ignore_ascii_case("information_schema") || begins("inet_"),
        b'v' => word.eq_ignore_ascii_case("version"),
        b'c' => begins("current_") || word.eq_ignore_ascii_case("col_description"),
        b's' => {
            begins("session_user") || word.eq_ignore_ascii_case("set_config") || begins("shobj_")
        }
        b'h' => begins("has_"),
        b'f' => word.eq_ignore_ascii_case("format_type"),
        b'q' => begins("quote_"),
        b'r' => begins("reg") || word.eq_ignore_ascii_case("row_security_active"),
        b't' => begins("to_reg") || begins("txid_"),
        b'o' => word.eq_ignore_ascii_case("obj_description"),
        b'u' => word.eq_ignore_ascii_case("user"),
        b'a' => begins("acl"),
        b'm' => word.eq_ignore_ascii_case("makeaclitem"),
        _ => false,
    }
}

/// Whether a relation is one of the catalogs: `pg_catalog` is looked through before all other schemas.
pub(crate) fn is_relation(schema: Option<&Cow<'_, str>>, name: &str) -> bool {
    match schema.map(AsRef::as_ref) {
        None => facts::relation_columns(PG_CATALOG, name).is_some(),
        Some("pg_catalog") => true,
        Some("information_schema") => {
            facts::relation_columns(*INFORMATION_SCHEMA, name).is_some() || !name.is_empty()
        }
        Some(_) => false,
    }
}

fn is_function(name: &str) -> bool {
    let is_here =
        |proc: &facts::Proc| functions::function(proc).is_some() || functions::set(proc).is_some();
    functions::aggregate(name).is_some()
        || PROCS.get(name).is_some_and(|procs| procs.iter().any(is_here))
}

/// Whether there is a word that is a function of the session, or a type of names.
fn has_keyword(sql: &str) -> bool {
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        let is_one = token.kind == TokenKind::Word
            && (matches!(
                crate::bind::keyword_function(token.text(sql)),
                Some("current_user" | "session_user" | "current_database" | "current_schema")
            ) || token.text(sql).to_ascii_lowercase().starts_with("reg")
                && facts::type_named(PG_CATALOG, &token.text(sql).to_ascii_lowercase()).is_some());
        if is_one {
            return true;
        }
    }
    false
}
