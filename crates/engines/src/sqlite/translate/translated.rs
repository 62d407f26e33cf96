//! What a translation comes to.

use std::borrow::Cow;

use trunkline_core::{Column, CurrentOf, Notice, Oid, RowKey};

use super::explain::Explain;
use super::in_use::Redefined;
use super::lock::Locking;
use super::validation::Validation;
use crate::sqlite::sequence::Sequence;
use crate::sqlite::types::Type;

/// A statement in SQLite's words.
#[derive(Clone, Debug)]
pub(crate) struct Translated {
    /// Statements of SQLite, to be run in order and together; only the last may return rows.
    /// Their parameters are `?1`, `?2`, ….
    pub(crate) steps: Vec<String>,
    /// The types of `$1`, `$2`, ….
    pub(crate) parameters: Vec<Oid>,
    /// The parameters that are put into columns as they are, where they may not fit.
    pub(crate) assigned: Vec<(usize, Type)>,
    /// The shape of the rows, if there are any; a modifier may be a computed scale.
    pub(crate) columns: Option<Vec<Column>>,
    /// The words of CommandComplete.
    pub(crate) tag: Cow<'static, str>,
    /// Whether the number of rows that were changed follows them.
    pub(crate) counts: bool,
    /// Whether it changes anything.
    pub(crate) writes: bool,
    /// Whether the rows that it changes are of a temporary table, which READ ONLY lets in.
    pub(crate) is_temporary: bool,
    /// The rows that it locks, if it does.
    pub(crate) locking: Option<Locking>,
    /// The sequences that it may take numbers from.
    pub(crate) sequences: Vec<Sequence>,
    /// The first of its functions that takes one.
    pub(crate) taking: Option<&'static str>,
    /// Whether it calls functions of the session: what fails is not run once more to say of what row.
    pub(crate) calls_session: bool,
    /// Whether it reads what it is lent.
    pub(crate) borrows: bool,
    /// Whether it is a query without FROM: PostgreSQL knows what it says before any row.
    pub(crate) constant: bool,
    /// What the client is told when it runs.
    pub(crate) notices: Vec<Notice>,
    /// What it demands of the rows that are there.
    pub(crate) validations: Vec<Validation>,
    /// The tables that it makes or empties.
    pub(crate) fresh: Vec<String>,
    /// The relations that a query reads.
    pub(crate) reads: Vec<Oid>,
    /// The tables that it defines otherwise, or empties.
    pub(crate) redefined: Vec<Redefined>,
    /// What the last columns of a cursor's query are.
    pub(crate) key: Option<RowKey>,
    /// The row that it changes, whose key comes behind the parameters.
    pub(crate) row: Option<CurrentOf>,
    /// The table of which it may affect no row twice: that of ON CONFLICT DO UPDATE.
    pub(crate) once: Option<String>,
    /// The table whose rows it changes without giving them other keys, if it is an UPDATE.
    pub(crate) keeps_keys: Option<String>,
    /// What an EXPLAIN is to tell of it; the rest is of the statement that it explains.
    pub(crate) explain: Option<Explain>,
}

impl Translated {
    /// The same to be explained: it changes something only if it is run.
    pub(super) fn explained(mut self, mut explain: Explain) -> Translated {
        let verb = self.tag.split(' ').next().unwrap_or_default();
        let (first, rest) = verb.split_at_checked(1).unwrap_or_default();
        explain.heading = format!("{first}{}", rest.to_ascii_lowercase());
        self.writes &= explain.asked.analyze;
        if explain.asked.is_generic {
            self.parameters.clear();
        }
        self.explain = Some(explain);
        self
    }

    /// Whether it is of constants alone, and calls what may refuse them: PostgreSQL does that when it plans.
    pub(crate) fn may_fail_early(&self) -> bool {
        let calls = |step: &String| step.contains("pg_") && !step.contains("FROM");
        self.constant
            && !self.writes
            && self.parameters.is_empty()
            && self.locking.is_none()
            && matches!(&self.steps[..], [step] if calls(step))
    }

    /// What a transaction that may only read says it cannot execute, if this is refused before it runs.
    pub(crate) fn refused_as(&self) -> Option<&str> {
        match &*self.tag {
            _ if !self.writes || self.is_temporary => None,
            // They change nothing that is told of the data.
            "ANALYZE" | "CHECKPOINT" | "LOCK TABLE" | "REINDEX" | "VACUUM" => None,
            "SELECT" if self.steps.len() > 1 => Some("CREATE TABLE AS"),
            "SELECT" => None,
            tag => Some(tag.strip_suffix(" 0").unwrap_or(tag)),
        }
    }
}
