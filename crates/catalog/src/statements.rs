//! Statements that were read before: drivers and tools ask the same of every connection.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trunkline_core::types::TextStyle;
use trunkline_core::{Oid, Result};

use crate::answer::Answer;
use crate::datum::Datum;
use crate::template::Template;

/// How much all statements of a generation may weigh.
const MOST: usize = 2 << 20;
/// How much one may.
const MOST_OF_ONE: usize = MOST / 16;

/// A statement, and the constants of its text that its plan is without.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) answer: Arc<Answer>,
    pub(crate) constants: Box<[Datum]>,
}

impl From<Answer> for Asked {
    fn from(answer: Answer) -> Asked {
        Asked { answer: Arc::new(answer), constants: Box::default() }
    }
}

/// The statements that were asked for lately, by their texts or [templates](Template).
///
/// There are two generations: what is asked for is of the young one, and when that is full, the old one is
/// forgotten.
#[derive(Debug, Default)]
pub(crate) struct Statements(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Box<str>, Kept>,
    old: HashMap<Box<str>, Kept>,
    /// What the young ones weigh.
    weight: usize,
}

#[derive(Debug)]
struct Kept {
    hints: Box<[Oid]>,
    asked: Asked,
}

impl Statements {
    /// A statement of this text, for parameters of these types.
    pub(crate) fn find(&self, sql: &str, hints: &[Oid]) -> Option<Asked> {
        // Long ones are not kept, and would be looked for while others wait.
        if sql.len() > MOST_OF_ONE {
            return None;
        }
        let mut generations = self.lock();
        let of_hints = |kept: &&Kept| *kept.hints == *hints;
        if let Some(kept) = generations.young.get(sql).filter(of_hints) {
            return Some(kept.asked.clone());
        }
        let (text, kept) = generations.old.remove_entry(sql)?;
        let found = Some(&kept).filter(of_hints).map(|kept| kept.asked.clone());
        let gone = generations.keep(text, kept);
        drop(generations);
        drop(gone);
        found
    }

    /// Reads and binds a statement that names nothing declared, its constants in a session's style; what means the
    /// same whenever it is asked is remembered.
    pub(crate) fn prepare(&self, sql: &str, hints: &[Oid], style: Arc<TextStyle>) -> Result<Asked> {
        let is_plain = hints.is_empty() && sql.len() <= MOST_OF_ONE;
        let template = if is_plain { Template::of(sql) } else { None };
        let asked = match template.and_then(|template| self.prepare_template(&template, &style)) {
            Some(asked) => asked,
            None => Asked::from(Answer::prepare_within(sql, hints, style, None)?),
        };
        self.keep(sql, hints, asked.clone());
        Ok(asked)
    }

    /// A statement by its template, if it means the same.
    fn prepare_template(&self, template: &Template<'_>, style: &Arc<TextStyle>) -> Option<Asked> {
        let (text, hints) = (&template.text, template.hints());
        let answer = match self.find(text, &hints) {
            Some(asked) => asked.answer,
            None => {
                let answer = Answer::prepare_within(text, &hints, style.clone(), None);
                let asked = Asked::from(answer.ok()?);
                self.keep(text, &hints, asked.clone());
                asked.answer
            }
        };
        let constants = template.values(answer.parameters())?;
        Some(Asked { answer, constants })
    }

    fn keep(&self, sql: &str, hints: &[Oid], asked: Asked) {
        if weight(sql, &asked.answer) <= MOST_OF_ONE && !asked.answer.is_of_session() {
            let gone = self.lock().keep(sql.into(), Kept { hints: hints.into(), asked });
            // Behind the lock: it may be much.
            drop(gone);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    /// Takes a statement in, and gives back those that are forgotten for it.
    fn keep(&mut self, sql: Box<str>, kept: Kept) -> HashMap<Box<str>, Kept> {
        let mut gone = HashMap::new();
        let weight = weight(&sql, &kept.asked.answer);
        if self.weight + weight > MOST {
            gone = mem::replace(&mut self.old, mem::take(&mut self.young));
            self.weight = 0;
        }
        if self.young.insert(sql, kept).is_none() {
            self.weight += weight;
        }
        gone
    }
}

/// About how many bytes a statement takes, with its place among the others.
fn weight(sql: &str, answer: &Answer) -> usize {
    sql.len().saturating_add(answer.weight()).saturating_add(512)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trunkline_core::Oid;

    use super::{Asked, MOST_OF_ONE, Statements};
    use crate::answer::Answer;
    use crate::datum::Datum;

    fn asked(sql: &str) -> Asked {
        Answer::prepare(sql, &[]).expect("SQL").into()
    }

    #[test]
    fn a_statement_is_found_by_its_text_and_the_types_of_its_parameters() {
        let statements = Statements::default();
        let sql = "SELECT relname FROM pg_class WHERE oid = $1";
        let kept = statements.prepare(sql, &[Oid::OID], Arc::default()).expect("SQL");
        let found = statements.find(sql, &[Oid::OID]).expect("a statement");
        assert!(Arc::ptr_eq(&found.answer, &kept.answer));
        assert!(statements.find(sql, &[]).is_none());
        assert!(statements.find("SELECT relname FROM pg_class", &[Oid::OID]).is_none());
    }

    #[test]
    fn texts_that_differ_in_constants_have_one_plan() {
        let statements = Statements::default();
        let prepare = |sql: &str| statements.prepare(sql, &[], Arc::default()).expect(sql);
        let of = |oid| prepare(&format!("SELECT relname FROM pg_class WHERE oid = {oid}"));
        let [one, other, number] = [of("'1259'"), of("'1249'"), of("1249")];
        assert!(Arc::ptr_eq(&one.answer, &other.answer));
        assert!(!Arc::ptr_eq(&one.answer, &number.answer));
        assert_eq!(*one.constants, [Datum::Oid(1259)]);
        assert_eq!(*other.constants, [Datum::Oid(1249)]);
        assert_eq!(*number.constants, [Datum::Int(1249)]);
        // What a constant alone may mean is not looked at as a parameter.
        let refused =
            statements.prepare("SELECT 1 FROM pg_class WHERE oid = 'x'", &[], Arc::default());
        let error = refused.expect_err("no OID");
        assert_eq!(error.message(), "invalid input syntax for type oid: \"x\"");
        assert!(error.get(b'P').is_some());
        // What is the same stays so: that is bound with its constants.
        let grouped = prepare("SELECT relkind = 'r' FROM pg_class GROUP BY relkind = 'r'");
        assert!(grouped.constants.is_empty());
        // Each constant is of the type of what it is compared with.
        let typed = prepare("SELECT 1 FROM pg_class WHERE relkind = 'ix' OR relname = 'ix'");
        assert_eq!(*typed.constants, [Datum::text("i"), Datum::text("ix")]);
    }

    #[test]
    fn what_is_asked_again_stays_and_what_is_not_goes() {
        let statements = Statements::default();
        let kept = asked("SELECT version()");
        statements.keep("asked once", &[], kept.clone());
        statements.keep("asked again", &[], kept.clone());
        for other in 0..3_000 {
            statements.keep(&format!("{other:>1000}"), &[], kept.clone());
            assert!(statements.find("asked again", &[]).is_some(), "{other}");
        }
        assert!(statements.find("asked once", &[]).is_none());
    }

    #[test]
    fn what_takes_much_memory_is_not_kept() {
        let statements = Statements::default();
        let kept = asked("SELECT version()");
        let long = "x".repeat(MOST_OF_ONE);
        statements.keep(&long, &[], kept.clone());
        assert!(statements.find(&long, &[]).is_none());
        let all: Vec<_> = (0..10).map(|n| format!("information_schema.columns c{n}")).collect();
        let sql = format!("SELECT 1 FROM {}", all.join(", "));
        statements.keep(&sql, &[], asked(&sql));
        assert!(statements.find(&sql, &[]).is_none());
    }

    /// A short text may come to much: each BETWEEN has what it compares twice.
    #[test]
    fn statements_weigh_what_they_come_to() {
        let mut doubled = "relpages BETWEEN 1 AND 2".to_owned();
        for _ in 0..12 {
            doubled = format!("({doubled}) BETWEEN false AND true");
        }
        let columns = ["c.*"; 45].join(", ");
        for sql in [
            format!("SELECT {doubled} FROM pg_class"),
            format!("SELECT {columns} FROM pg_class c"),
            format!("SELECT 1 FROM (SELECT DISTINCT {columns} FROM pg_class c) t"),
            format!(
                "SELECT 1 FROM pg_class GROUP BY CUBE ({})",
                "oid, relname, relkind, relpages, relam, relacl, reltype, relowner, reltuples, relchecks"
            ),
        ] {
            let statements = Statements::default();
            statements.keep(&sql, &[], asked(&sql));
            assert!(statements.find(&sql, &[]).is_none(), "{sql}");
        }
    }
}
