//! Statements that were read before: drivers and tools ask the same of every connection.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trunkline_core::Oid;

use crate::answer::Answer;

/// How much all statements of a generation may weigh.
const MOST: usize = 2 << 20;
/// How much one may.
const MOST_OF_ONE: usize = MOST / 16;

/// The statements that were asked for lately, by their texts.
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
    answer: Arc<Answer>,
}

impl Statements {
    /// A statement of this text, for parameters of these types.
    pub(crate) fn find(&self, sql: &str, hints: &[Oid]) -> Option<Arc<Answer>> {
        // Long ones are not kept, and would be looked for while others wait.
        if sql.len() > MOST_OF_ONE {
            return None;
        }
        let mut generations = self.lock();
        let of_hints = |kept: &&Kept| *kept.hints == *hints;
        if let Some(kept) = generations.young.get(sql).filter(of_hints) {
            return Some(kept.answer.clone());
        }
        let (text, kept) = generations.old.remove_entry(sql)?;
        let found = Some(&kept).filter(of_hints).map(|kept| kept.answer.clone());
        let gone = generations.keep(text, kept);
        drop(generations);
        drop(gone);
        found
    }

    /// Remembers a statement that means the same whenever it is asked.
    pub(crate) fn keep(&self, sql: &str, hints: &[Oid], answer: &Arc<Answer>) {
        if weight(sql, answer) <= MOST_OF_ONE {
            let kept = Kept { hints: hints.into(), answer: answer.clone() };
            let gone = self.lock().keep(sql.into(), kept);
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
        let weight = weight(&sql, &kept.answer);
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

    use super::{MOST_OF_ONE, Statements};
    use crate::answer::Answer;

    fn answer(sql: &str) -> Arc<Answer> {
        Arc::new(Answer::prepare(sql, &[]).expect("SQL"))
    }

    #[test]
    fn a_statement_is_found_by_its_text_and_the_types_of_its_parameters() {
        let statements = Statements::default();
        let sql = "SELECT relname FROM pg_class WHERE oid = $1";
        let kept = answer(sql);
        statements.keep(sql, &[Oid::OID], &kept);
        let found = statements.find(sql, &[Oid::OID]).expect("a statement");
        assert!(Arc::ptr_eq(&found, &kept));
        assert!(statements.find(sql, &[]).is_none());
        assert!(statements.find("SELECT relname FROM pg_class", &[Oid::OID]).is_none());
    }

    #[test]
    fn what_is_asked_again_stays_and_what_is_not_goes() {
        let statements = Statements::default();
        let kept = answer("SELECT version()");
        statements.keep("asked once", &[], &kept);
        statements.keep("asked again", &[], &kept);
        for other in 0..3_000 {
            statements.keep(&format!("{other:>1000}"), &[], &kept);
            assert!(statements.find("asked again", &[]).is_some(), "{other}");
        }
        assert!(statements.find("asked once", &[]).is_none());
    }

    #[test]
    fn what_takes_much_memory_is_not_kept() {
        let statements = Statements::default();
        let kept = answer("SELECT version()");
        let long = "x".repeat(MOST_OF_ONE);
        statements.keep(&long, &[], &kept);
        assert!(statements.find(&long, &[]).is_none());
        let all: Vec<_> = (0..10).map(|n| format!("information_schema.columns c{n}")).collect();
        let sql = format!("SELECT 1 FROM {}", all.join(", "));
        statements.keep(&sql, &[], &answer(&sql));
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
            statements.keep(&sql, &[], &answer(&sql));
            assert!(statements.find(&sql, &[]).is_none(), "{sql}");
        }
    }
}
