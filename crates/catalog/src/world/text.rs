//! How expressions and queries of the snapshot are shown.
//!
//! All of them come by here, so that what prints them as PostgreSQL does is asked in one place.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use trunkline_core::catalog::TypeKind;
use trunkline_core::types::TextStyle;
use trunkline_core::{Oid, Result};
use trunkline_sql::{Lexer, TokenKind};

use super::{ClassObject, World};
use crate::analyze::{self, Names, Subject};
use crate::deparse;
use crate::facts::type_facts;
use crate::syntax::is_enclosed;

/// The texts that were worked out: each is once for a search path, however many rows show it.
pub(super) type Texts = HashMap<Reader, HashMap<TextKey, Arc<str>>>;

/// How many texts are kept; whoever sets one search path after another begins anew then.
const MOST_TEXTS: usize = 200_000;

/// For how many tables a statement keeps how their defaults are shown: mostly it asks for one after the other.
const MOST_TABLES: usize = 64;

/// What all texts depend on that one session sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reader {
    path: Vec<u32>,
    /// How dates and the like are written, where it is not as usual.
    style: String,
}

/// What a text depends on besides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TextKey {
    what: What,
    pretty: bool,
    text: Arc<str>,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    /// An expression, over the columns of a table.
    Expression(Option<u32>),
    /// The default of a column.
    Default(u32, usize),
    /// What a domain checks.
    Check(u32),
    /// What an argument or a domain of a type is by default.
    Typed(Oid, i32),
    /// The condition of a trigger.
    Condition(u32),
    /// The query of a view.
    Query(u32),
}

/// An expression as `pg_get_expr` shows it.
///
/// `relation` is the number of the table whose columns it names.
pub(crate) fn expression_text(
    world: &World,
    relation: Option<u32>,
    text: &str,
    pretty: bool,
) -> Arc<str> {
    match relation.and_then(|relation| world.default_of(relation, text)) {
        // What is kept of a default is what is shown of it.
        Some(_) if !pretty => text.into(),
        Some((what, default)) => world.text_of(what, default, pretty),
        None => world.text_of(What::Expression(relation), text, pretty),
    }
}

/// The default of a column as `pg_get_expr` shows it: a literal has the column's type.
pub(super) fn default_text(world: &World, relation: u32, column: usize, text: &str) -> Arc<str> {
    world.text_of(What::Default(relation, column), text, false)
}

/// What a domain checks, of `VALUE`.
pub(crate) fn domain_check_text(world: &World, domain: u32, text: &str, pretty: bool) -> Arc<str> {
    world.text_of(What::Check(domain), text, pretty)
}

/// What an argument or a domain is by default: a literal has its type.
pub(crate) fn typed_text(world: &World, (oid, typmod): (Oid, i32), text: &str) -> Arc<str> {
    world.text_of(What::Typed(oid, typmod), text, false)
}

/// A constant of a type, as an expression shows it.
pub(crate) fn constant_text(world: &World, text: &str, oid: Oid, typmod: i32) -> String {
    deparse::literal(text, oid, typmod, Names::new(&world.objects, &world.path, None))
}

/// The condition of a trigger of a table, of `old` and `new`.
pub(crate) fn trigger_condition_text(
    world: &World,
    relation: u32,
    text: &str,
    pretty: bool,
) -> Arc<str> {
    world.text_of(What::Condition(relation), text, pretty)
}

/// The query of a view as `pg_get_viewdef` shows it.
pub(crate) fn query_text(world: &World, view: u32, text: &str, pretty: bool) -> Arc<str> {
    world.text_of(What::Query(view), text, pretty)
}

impl World {
    /// The column of a table whose default is shown as this text, and the text that it was defined with.
    fn default_of(&self, relation: u32, text: &str) -> Option<(What, &str)> {
        let columns = self.objects.columns(self.objects.class(relation)?);
        let defaults = || self.defaults.lock().unwrap_or_else(PoisonError::into_inner);
        let known = defaults().get(&relation).cloned();
        let known = known.unwrap_or_else(|| {
            let mut shown = HashMap::new();
            for (place, column) in columns.iter().enumerate() {
                let Some(default) = column.default.as_deref() else { continue };
                let text = self.text_of(What::Default(relation, place), default, false);
                shown.entry(text).or_insert(place);
            }
            let shown = Arc::new(shown);
            let mut defaults = defaults();
            if defaults.len() >= MOST_TABLES {
                defaults.clear();
            }
            defaults.insert(relation, shown.clone());
            shown
        });
        let place = *known.get(text)?;
        Some((What::Default(relation, place), columns.get(place)?.default.as_deref()?))
    }

    fn text_of(&self, what: What, text: &str, pretty: bool) -> Arc<str> {
        let usual = TextStyle::default();
        let TextStyle { date_style, interval_style, time_zone, bytea_output, .. } = &*self.style;
        let is_usual = *date_style == usual.date_style
            && *interval_style == usual.interval_style
            && *time_zone == usual.time_zone
            && *bytea_output == usual.bytea_output;
        let style = match is_usual {
            true => String::new(),
            false => format!("{date_style:?} {interval_style:?} {time_zone:?} {bytea_output:?}"),
        };
        let reader = Reader { path: self.path.clone(), style };
        let key = TextKey { what, pretty, text: text.into() };
        let texts = || self.objects.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts().get(&reader).and_then(|known| known.get(&key)) {
            return known.clone();
        }
        // What cannot be understood is shown as it stands there.
        let shown = self.deparsed(what, text, pretty).unwrap_or_else(|_| match what {
            What::Query(_) => text.trim_end().trim_end_matches(';').to_owned(),
            What::Default(..) => text.to_owned(),
            _ => as_it_stands(text, pretty),
        });
        let shown = if matches!(what, What::Query(_)) { format!("{shown};") } else { shown };
        let mut texts = texts();
        if texts.values().map(HashMap::len).sum::<usize>() >= MOST_TEXTS {
            texts.clear();
        }
        // Most are shown as they are written.
        let shown = if *key.text == *shown { key.text.clone() } else { shown.into() };
        texts.entry(reader).or_default().insert(key, shown.clone());
        shown
    }

    fn deparsed(&self, what: What, text: &str, pretty: bool) -> Result<String> {
        let style = TextStyle { now: None, ..(*self.style).clone() };
        let class = |oid: u32| self.objects.class(oid);
        let names = |home| Names::new(&self.objects, &self.path, home);
        let columns = |class: &ClassObject| names(Some(class.schema)).columns_of(class);
        let (names, tables, stored, value) = match what {
            What::Query(view) => {
                let Some(class) = class(view) else { return Ok(text.to_owned()) };
                let names = names(Some(class.schema));
                let query = analyze::query(text, names, &style)?;
                let columns: Vec<Arc<str>> =
                    names.columns_of(class).into_iter().map(|(name, ..)| name).collect();
                return Ok(deparse::query(&query, &columns, names, pretty));
            }
            What::Expression(None) => (names(None), Vec::new(), None, None),
            What::Typed(oid, typmod) => (names(None), Vec::new(), Some((oid, typmod)), None),
            What::Expression(Some(relation)) | What::Default(relation, _)
                if class(relation).is_none() =>
            {
                (names(None), Vec::new(), None, None)
            }
            What::Expression(Some(relation)) | What::Default(relation, _) => {
                let class = class(relation);
                let tables = class.map(|class| (&*class.name, columns(class)));
                let tables: Vec<_> = tables.into_iter().collect();
                let stored = match (what, tables.first()) {
                    (What::Default(_, column), Some((_, columns))) => columns.get(column),
                    _ => None,
                };
                let stored = stored.map(|(_, oid, typmod)| (*oid, *typmod));
                (names(class.map(|class| class.schema)), tables, stored, None)
            }
            What::Condition(relation) => {
                let class = class(relation);
                let tables =
                    class.map(|class| vec![("old", columns(class)), ("new", columns(class))]);
                (names(class.map(|class| class.schema)), tables.unwrap_or_default(), None, None)
            }
            What::Check(domain) => {
                let names = names(None);
                let value = match names.kind_of(Oid(domain)) {
                    Some(TypeKind::Domain(domain)) => Some((domain.of.type_oid, domain.of.typmod)),
                    _ => type_facts(Oid(domain)).map(|known| (known.base, known.typmod)),
                };
                (names, Vec::new(), None, value)
            }
        };
        let subject = match value {
            Some((oid, typmod)) => Subject::Value(oid, typmod),
            None => Subject::Tables(&tables),
        };
        let (node, items) = analyze::expression(text, names, &style, &subject, stored)?;
        Ok(deparse::expression(&node, &items, names, pretty))
    }
}

/// An expression that is not understood: in parentheses if it is an operator's, but not a pretty one.
fn as_it_stands(text: &str, pretty: bool) -> String {
    let text = text.trim();
    match (pretty, is_enclosed(text)) {
        (true, true) => {
            let inner = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
            inner.unwrap_or(text).to_owned()
        }
        (false, false) if has_operator(text) => format!("({text})"),
        _ => text.to_owned(),
    }
}

/// The type of an expression over the columns of a table, and its modifier; text if it cannot be told.
pub(crate) fn expression_type(world: &World, relation: u32, text: &str) -> (Oid, i32) {
    let Some(class) = world.objects.class(relation) else { return (Oid::TEXT, -1) };
    let names = Names::new(&world.objects, &world.path, Some(class.schema));
    let tables = [(&*class.name, names.columns_of(class))];
    let subject = Subject::Tables(&tables);
    match analyze::expression(text, names, &TextStyle::default(), &subject, None) {
        Ok((node, _)) => (node.oid, node.typmod),
        Err(_) => (Oid::TEXT, -1),
    }
}

/// Whether the outermost part of an expression is an operator.
fn has_operator(text: &str) -> bool {
    let mut lexer = Lexer::new(text);
    let mut depth = 0_i32;
    while let Some(token) = lexer.next_significant() {
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth -= 1,
            _ if depth > 0 => {}
            TokenKind::Operator => return true,
            _ if ["and", "or", "not", "is", "in", "like", "ilike", "between", "similar"]
                .iter()
                .any(|word| token.is_word(text, word)) =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests;
