//! Functions of regular expressions: `regexp_replace`, `regexp_match` and their kin.
//!
//! Of several ways to match, the first one of the expression is taken, where PostgreSQL takes the longest.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-matching.html#FUNCTIONS-POSIX-REGEXP>.

use std::sync::Arc;

use regex_lite::{Captures, Regex, RegexBuilder};
use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;
use trunkline_core::types::Value;

use super::super::control::Control;
use super::array_text::texts;
use super::bounded::{Bounded, gathered, too_complex};
use super::json::quote;
use super::text::text;
use super::{Answer, PURE, pure, raise};

pub(super) fn register(connection: &Connection, control: &Arc<Control>) -> rusqlite::Result<()> {
    let many = |name: &str, arguments: i32, function: fn(&Context<'_>, &Control) -> Answer| {
        let control = control.clone();
        connection.create_scalar_function(name, arguments, PURE, move |context| {
            function(context, &control)
        })
    };
    many("pg_regexp_replace", -1, replaced)?;
    pure(connection, "pg_regexp_match", -1, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        if search.all {
            let message = "regexp_match() does not support the \"global\" option";
            return Err(raise(SqlState::INVALID_PARAMETER_VALUE, message));
        }
        search
            .compiled
            .regex
            .captures(&search.text)
            .map_or(Ok(Stored::Null), |found| texts(groups(&found)))
    })?;
    many("pg_regexp_matches", -1, |context, control| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let most = if search.all { usize::MAX } else { 1 };
        let mut rows = Bounded::default();
        for found in search.compiled.regex.captures_iter(&search.text).take(most) {
            go_on(control)?;
            if let Stored::Text(array) = texts(groups(&found))? {
                rows.push_part(&quote(&array), ",")?;
            }
        }
        rows.within("[", "]")
    })?;
    many("pg_regexp_split", -1, |context, control| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let parts = search.split().take_while(|_| !control.is_stopped());
        let parts = gathered(parts.map(Value::Text))?;
        go_on(control)?;
        texts(parts)
    })?;
    many("pg_regexp_count", 2, |context, control| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let found = search.compiled.regex.find_iter(&search.text);
        let count = found.take_while(|_| !control.is_stopped()).count();
        go_on(control)?;
        Ok(i64::try_from(count).map_or(Stored::Null, Stored::Integer))
    })?;
    pure(connection, "pg_regexp_instr", 2, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let before = search.compiled.regex.find(&search.text).map(|found| found.start());
        let place = before.and_then(|end| search.text.get(..end)).map(|text| text.chars().count());
        let place = place.map_or(0, |count| count.saturating_add(1));
        Ok(i64::try_from(place).map_or(Stored::Null, Stored::Integer))
    })?;
    pure(connection, "pg_regexp_like", -1, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        Ok(Stored::Integer(search.compiled.regex.is_match(&search.text).into()))
    })?;
    pure(connection, "pg_regexp_substr", 2, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let found = search.compiled.regex.find(&search.text);
        Ok(found.map_or(Stored::Null, |found| Stored::Text(found.as_str().to_owned())))
    })?;
    // What is in the first parentheses, if there are any.
    pure(connection, "pg_regexp_part", 2, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let found = search.compiled.regex.captures(&search.text);
        let part = found.and_then(|found| found.get(usize::from(found.len() > 1)));
        Ok(part.map_or(Stored::Null, |part| Stored::Text(part.as_str().to_owned())))
    })
}

/// How much memory a compiled pattern may take.
const COMPILED: usize = 1 << 20;

/// How much a search may work, which nobody can stop: the length of the text times the memory of the pattern.
const WORK: usize = 1 << 34;

/// What a pattern may take for a text of any length.
const SMALL: usize = 512;

/// What options say of an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) fold: bool,
    pub(super) by_line: bool,
    pub(super) spaced: bool,
}

/// An expression that is kept from row to row, as long as the pattern is a constant.
#[derive(Debug)]
pub(super) struct Compiled {
    pattern: String,
    flags: Flags,
    pub(super) regex: Regex,
}

impl Compiled {
    fn new(pattern: String, flags: Flags) -> rusqlite::Result<Compiled> {
        let regex = built(&pattern, flags, COMPILED).map_err(|error| {
            let message = format!("invalid regular expression: {error}");
            raise(SqlState::INVALID_REGULAR_EXPRESSION, &message)
        })?;
        Ok(Compiled { pattern, flags, regex })
    }

    /// Refuses a text of this length where the search would take long: 54000.
    fn admit(&self, length: usize) -> rusqlite::Result<()> {
        let most = WORK.checked_div(length).unwrap_or(COMPILED).max(SMALL);
        if most < COMPILED && built(&self.pattern, self.flags, most).is_err() {
            return Err(too_complex());
        }
        Ok(())
    }
}

/// An expression that takes no more memory.
fn built(pattern: &str, flags: Flags, most: usize) -> Result<Regex, regex_lite::Error> {
    RegexBuilder::new(pattern)
        .case_insensitive(flags.fold)
        .dot_matches_new_line(!flags.by_line)
        .multi_line(flags.by_line)
        .ignore_whitespace(flags.spaced)
        .size_limit(most)
        .build()
}

/// The expression of the second argument, for the text of the first one, as `written` has it for the crate.
pub(super) fn compiled(
    context: &Context<'_>,
    (whole, pattern): (&str, &str),
    flags: Flags,
    written: fn(&str) -> String,
) -> rusqlite::Result<Arc<Compiled>> {
    let known = context.get_aux::<Compiled>(1)?.filter(|known| known.flags == flags);
    let compiled = match known {
        Some(known) => known,
        None => context.set_aux(1, Compiled::new(written(pattern), flags)?)?,
    };
    compiled.admit(whole.len())?;
    Ok(compiled)
}

/// An expression as `regex` writes it: PostgreSQL's own escapes for the ends of words and of the text.
pub(super) fn adapted(pattern: &str) -> String {
    let mut adapted = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            adapted.push(character);
            continue;
        }
        match characters.next() {
            Some('m') => adapted.push_str(r"\b{start}"),
            Some('M') => adapted.push_str(r"\b{end}"),
            Some('y') => adapted.push_str(r"\b"),
            Some('Y') => adapted.push_str(r"\B"),
            Some('Z') => adapted.push_str(r"\z"),
            Some(other) => adapted.extend(['\\', other]),
            None => adapted.push('\\'),
        }
    }
    adapted
}

/// A text and what is looked for in it.
struct Search {
    text: String,
    compiled: Arc<Compiled>,
    /// Whether all matches count, and not only the first.
    all: bool,
}

impl Search {
    /// The first two arguments, and the options that may be another one.
    fn read(context: &Context<'_>, options: usize) -> rusqlite::Result<Option<Search>> {
        let (Some(whole), Some(pattern)) = (text(context, 0)?, text(context, 1)?) else {
            return Ok(None);
        };
        let options = match context.len() > options {
            true => match text(context, options)? {
                Some(options) => options,
                None => return Ok(None),
            },
            false => String::new(),
        };
        let (mut all, mut flags) = (false, Flags::default());
        for option in options.chars() {
            match option {
                'g' => all = true,
                'i' => flags.fold = true,
                'c' => flags.fold = false,
                'n' | 'm' => flags.by_line = true,
                's' => flags.by_line = false,
                'x' => flags.spaced = true,
                't' | 'e' => {}
                other => {
                    let message = format!("invalid regular expression option: \"{other}\"");
                    return Err(raise(SqlState::INVALID_PARAMETER_VALUE, &message));
                }
            }
        }
        let compiled = compiled(context, (&whole, &pattern), flags, adapted)?;
        Ok(Some(Search { text: whole, compiled, all }))
    }

    /// What is between the matches; one of nothing at the ends splits nothing.
    fn split(&self) -> impl Iterator<Item = String> {
        let mut from = 0;
        let mut found = self.compiled.regex.find_iter(&self.text).filter_map(move |found| {
            let is_nothing = found.start() == found.end();
            if is_nothing && (found.start() == from || found.end() == self.text.len()) {
                return None;
            }
            Some((std::mem::replace(&mut from, found.end()), found.start(), found.end()))
        });
        let mut last = Some(0);
        std::iter::from_fn(move || {
            let behind = last?;
            let part = match found.next() {
                Some((from, to, end)) => {
                    last = Some(end);
                    self.text.get(from..to)
                }
                None => {
                    last = None;
                    self.text.get(behind..)
                }
            };
            part.map(str::to_owned)
        })
    }
}

/// Ends a search for many matches that nobody waits for any more: one match is bounded, all of them are not.
fn go_on(control: &Control) -> rusqlite::Result<()> {
    match control.is_stopped() {
        true => Err(raise(SqlState::QUERY_CANCELED, "canceling statement due to user request")),
        false => Ok(()),
    }
}

/// What the parentheses hold; all of the match where there are none.
fn groups(found: &Captures<'_>) -> Vec<Value> {
    let word = |group: Option<regex_lite::Match<'_>>| {
        group.map_or(Value::Null, |group| Value::Text(group.as_str().to_owned()))
    };
    let first = usize::from(found.len() > 1);
    found.iter().skip(first).map(word).collect()
}

/// `pg_regexp_replace(text, pattern, replacement [, options])`
fn replaced(context: &Context<'_>, control: &Control) -> Answer {
    let Some(search) = Search::read(context, 3)? else { return Ok(Stored::Null) };
    let Some(replacement) = text(context, 2)? else { return Ok(Stored::Null) };
    let most = if search.all { usize::MAX } else { 1 };
    let (mut out, mut behind) = (Bounded::default(), 0);
    for found in search.compiled.regex.captures_iter(&search.text).take(most) {
        go_on(control)?;
        let Some(whole) = found.get(0) else { continue };
        out.push(search.text.get(behind..whole.start()).unwrap_or_default())?;
        fill(&replacement, &found, &mut out)?;
        behind = whole.end();
    }
    out.push(search.text.get(behind..).unwrap_or_default())?;
    out.kept()
}

/// Adds a replacement with what was found: `\1` is the first group, `\&` all of the match.
fn fill(replacement: &str, found: &Captures<'_>, out: &mut Bounded) -> rusqlite::Result<()> {
    let group = |place: usize| found.get(place).map_or("", |group| group.as_str());
    let mut rest = replacement;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push(plain)?;
        let mut characters = escape.chars();
        match characters.next() {
            Some('&') => out.push(group(0))?,
            Some('\\') | None => out.push("\\")?,
            Some(digit @ '1'..='9') => {
                let place = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
                out.push(place.map_or("", group))?;
            }
            Some(other) => {
                out.push("\\")?;
                out.push(other.encode_utf8(&mut [0; 4]))?;
            }
        }
        rest = characters.as_str();
    }
    out.push(rest)
}
