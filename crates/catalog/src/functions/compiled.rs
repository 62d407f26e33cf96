//! Regular expressions that are compiled, and searches for them, which are counted.

use std::rc::Rc;

use regex_lite::{Captures, Regex, RegexBuilder};
use trunkline_core::{PgError, Result, SqlState};

use crate::run::Run;

/// How many bytes a pattern may have.
const LONGEST: usize = 64 << 10;
/// How many bytes its program may have.
const LARGEST: usize = 1 << 20;
/// How many while others wait.
const LARGEST_OF_TRIAL: usize = 64 << 10;
/// How many parentheses it may have: a search has room for each of them in every state of the program.
const GROUPS: usize = 100;

/// A regular expression and what it takes to look for it.
pub(crate) struct Pattern {
    regex: Regex,
    /// About how many bytes its program has: at most twice as many as it really has.
    size: usize,
}

impl Pattern {
    /// A pattern, compiled once in a run.
    ///
    /// # Errors
    ///
    /// 2201B for one that is none, or too complex.
    pub(super) fn new(run: &Run, pattern: &str, any_case: bool) -> Result<Rc<Pattern>> {
        let key = (pattern.to_owned(), any_case);
        if let Some(known) = run.patterns.borrow().get(&key) {
            return Ok(known.clone());
        }
        if pattern.len() > LONGEST {
            return Err(too_complex());
        }
        let translated = translated(pattern);
        let mut builder = RegexBuilder::new(&translated);
        // PostgreSQL's `.` takes a newline, too.
        builder.case_insensitive(any_case).dot_matches_new_line(true).nest_limit(100);
        // How large a program is nobody tells but the limit that it keeps.
        let mut size = 512;
        let regex = loop {
            run.steps(pattern.len() / 16 + size / 64)?;
            match run.timed(|| builder.size_limit(size).build())? {
                Ok(regex) => break regex,
                Err(_) if size < LARGEST => {
                    size *= 2;
                    if size > LARGEST_OF_TRIAL {
                        run.cannot_be_tried()?;
                    }
                }
                Err(error) => return Err(invalid(&error.to_string())),
            }
        };
        if regex.captures_len() > GROUPS + 1 {
            return Err(too_complex());
        }
        // What a search has in its states is about as much as the program for each group.
        let bytes = size.saturating_mul(1 + regex.captures_len());
        run.charge(bytes.saturating_add(pattern.len() + translated.len() + 1024))?;
        let built = Rc::new(Pattern { regex, size });
        run.patterns.borrow_mut().insert(key, built.clone());
        Ok(built)
    }

    /// Whether it is found.
    pub(super) fn is_match(&self, run: &Run, text: &str) -> Result<bool> {
        self.admit(run, text)?;
        run.timed(|| self.regex.is_match(text))
    }

    /// Where it is found first, and its groups.
    pub(super) fn first<'t>(&self, run: &Run, text: &'t str) -> Result<Option<Captures<'t>>> {
        self.admit(run, text)?;
        run.timed(|| self.regex.captures(text))
    }

    /// Goes through all places where it is found, until no more are wanted.
    pub(super) fn each<'t>(
        &self,
        run: &Run,
        text: &'t str,
        mut see: impl FnMut(&Captures<'t>) -> Result<bool>,
    ) -> Result<()> {
        self.admit(run, text)?;
        let mut all = self.regex.captures_iter(text);
        while let Some(found) = run.timed(|| all.next())? {
            run.step()?;
            if !see(&found)? {
                break;
            }
            if run.is_tried() {
                // The next search may go to the end, too.
                let end = found.get(0).map_or(0, |found| found.end());
                self.admit(run, text.get(end..).unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// Counts one search to the end of a text: its time is that of the text for each state of the program.
    fn admit(&self, run: &Run, text: &str) -> Result<()> {
        run.steps(text.len().saturating_mul((self.size / 256).max(1)))
    }
}

fn invalid(what: &str) -> PgError {
    let message = format!("invalid regular expression: {what}");
    PgError::new(SqlState::INVALID_REGULAR_EXPRESSION, message)
}

fn too_complex() -> PgError {
    invalid("regular expression is too complex")
}

/// What advanced regular expressions spell in another way.
fn translated(pattern: &str) -> String {
    let pattern = pattern.strip_prefix("***:").unwrap_or(pattern);
    if let Some(plain) = pattern.strip_prefix("***=") {
        return regex_lite::escape(plain);
    }
    let mut out = String::new();
    let mut rest = pattern.chars();
    while let Some(one) = rest.next() {
        out.push(one);
        if one == '\\' {
            match rest.next() {
                Some('y') => out.push('b'),
                Some('Y') => out.push('B'),
                Some('m') => out.push_str("b{start}"),
                Some('M') => out.push_str("b{end}"),
                Some('Z') => out.push('z'),
                other => out.extend(other),
            }
        }
    }
    out
}
