//! Functions of regular expressions: `regexp_replace`, `regexp_match` and their kin.
//!
//! Of several ways to match, the first one of the expression is taken, where PostgreSQL takes the longest.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-matching.html#FUNCTIONS-POSIX-REGEXP>.

use regex_lite::{Captures, Regex, RegexBuilder};
use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;
use trunkline_core::types::Value;

use super::array_text::texts;
use super::json::quote;
use super::text::text;
use super::{Answer, pure, raise};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_regexp_replace", -1, replaced)?;
    pure(connection, "pg_regexp_match", -1, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        if search.all {
            let message = "regexp_match() does not support the \"global\" option";
            return Err(raise(SqlState::INVALID_PARAMETER_VALUE, message));
        }
        search.regex.captures(&search.text).map_or(Ok(Stored::Null), |found| texts(groups(&found)))
    })?;
    pure(connection, "pg_regexp_matches", -1, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let most = if search.all { usize::MAX } else { 1 };
        let mut rows = Vec::new();
        for found in search.regex.captures_iter(&search.text).take(most) {
            if let Stored::Text(array) = texts(groups(&found))? {
                rows.push(quote(&array));
            }
        }
        Ok(Stored::Text(format!("[{}]", rows.join(","))))
    })?;
    pure(connection, "pg_regexp_split", -1, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        texts(search.split().into_iter().map(Value::Text).collect())
    })?;
    pure(connection, "pg_regexp_count", 2, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let count = search.regex.find_iter(&search.text).count();
        Ok(i64::try_from(count).map_or(Stored::Null, Stored::Integer))
    })?;
    pure(connection, "pg_regexp_instr", 2, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let before = search.regex.find(&search.text).map(|found| found.start());
        let place = before.and_then(|end| search.text.get(..end)).map(|text| text.chars().count());
        let place = place.map_or(0, |count| count.saturating_add(1));
        Ok(i64::try_from(place).map_or(Stored::Null, Stored::Integer))
    })?;
    pure(connection, "pg_regexp_like", -1, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        Ok(Stored::Integer(search.regex.is_match(&search.text).into()))
    })?;
    pure(connection, "pg_regexp_substr", 2, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let found = search.regex.find(&search.text);
        Ok(found.map_or(Stored::Null, |found| Stored::Text(found.as_str().to_owned())))
    })?;
    // What is in the first parentheses, if there are any.
    pure(connection, "pg_regexp_part", 2, |context| {
        let Some(search) = Search::read(context, 2)? else { return Ok(Stored::Null) };
        let found = search.regex.captures(&search.text);
        let part = found.and_then(|found| found.get(usize::from(found.len() > 1)));
        Ok(part.map_or(Stored::Null, |part| Stored::Text(part.as_str().to_owned())))
    })
}

/// How much memory a compiled pattern may take.
const COMPILED: usize = 1 << 20;

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
    regex: Regex,
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
        let (mut all, mut fold, mut by_line, mut spaced) = (false, false, false, false);
        for option in options.chars() {
            match option {
                'g' => all = true,
                'i' => fold = true,
                'c' => fold = false,
                'n' | 'm' => by_line = true,
                's' => by_line = false,
                'x' => spaced = true,
                't' | 'e' => {}
                other => {
                    let message = format!("invalid regular expression option: \"{other}\"");
                    return Err(raise(SqlState::INVALID_PARAMETER_VALUE, &message));
                }
            }
        }
        let regex = context.get_or_create_aux(1, |_| {
            RegexBuilder::new(&adapted(&pattern))
                .case_insensitive(fold)
                .dot_matches_new_line(!by_line)
                .multi_line(by_line)
                .ignore_whitespace(spaced)
                .size_limit(COMPILED)
                .build()
        });
        match regex {
            Ok(regex) => Ok(Some(Search { text: whole, regex: Regex::clone(&regex), all })),
            Err(error) => {
                let message = format!("invalid regular expression: {error}");
                Err(raise(SqlState::INVALID_REGULAR_EXPRESSION, &message))
            }
        }
    }

    /// What is between the matches; one of nothing at the ends splits nothing.
    fn split(&self) -> Vec<String> {
        let (mut parts, mut from) = (Vec::new(), 0);
        for found in self.regex.find_iter(&self.text) {
            let is_nothing = found.start() == found.end();
            if is_nothing && (found.start() == from || found.end() == self.text.len()) {
                continue;
            }
            parts.extend(self.text.get(from..found.start()).map(str::to_owned));
            from = found.end();
        }
        parts.extend(self.text.get(from..).map(str::to_owned));
        parts
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
fn replaced(context: &Context<'_>) -> Answer {
    let Some(search) = Search::read(context, 3)? else { return Ok(Stored::Null) };
    let Some(replacement) = text(context, 2)? else { return Ok(Stored::Null) };
    let most = if search.all { 0 } else { 1 };
    let replaced = search
        .regex
        .replacen(&search.text, most, |found: &Captures<'_>| filled(&replacement, found));
    Ok(Stored::Text(replaced.into_owned()))
}

/// A replacement with what was found: `\1` is the first group, `\&` all of the match.
fn filled(replacement: &str, found: &Captures<'_>) -> String {
    let mut out = String::with_capacity(replacement.len());
    let mut characters = replacement.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        let group = match characters.next() {
            Some('&') => 0,
            Some('\\') => {
                out.push('\\');
                continue;
            }
            Some(digit @ '1'..='9') => {
                digit.to_digit(10).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
            }
            Some(other) => {
                out.extend(['\\', other]);
                continue;
            }
            None => {
                out.push('\\');
                continue;
            }
        };
        out.push_str(found.get(group).map_or("", |group| group.as_str()));
    }
    out
}
