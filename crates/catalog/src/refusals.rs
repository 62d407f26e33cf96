//! What queries of the catalogs asked for and PostgreSQL has, but the catalogs here have not: counted, so that
//! operators can report it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use trunkline_core::{PgError, Result, SqlState};

use crate::error::UNSUPPORTED;

/// How many constructs are told apart; others count together.
const MOST: usize = 500;
/// What counts for all others.
const OTHERS: &str = "something else";

/// How often each construct was asked for.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<String, u64>>);

impl Refusals {
    /// Counts an error if it says that a construct is not there, and logs it when it is the first, the tenth,
    /// the hundredth and so on.
    pub(crate) fn count<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result
            && let Some(construct) = construct(error)
        {
            let count = self.add(construct);
            if 10_u64.checked_pow(count.ilog10()) == Some(count) {
                tracing::warn!(construct, count, "a query of the catalogs could not be evaluated");
            }
        }
        result
    }

    /// How often this one was asked for until now.
    fn add(&self, construct: &str) -> u64 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_room = all.len() < MOST || all.contains_key(construct);
        let key = if is_room { construct } else { OTHERS };
        let count = all.entry(key.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// The constructs by their names, each with how often it was asked for.
    pub(crate) fn all(&self) -> Vec<(String, u64)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(construct, count)| (construct.clone(), *count)).collect()
    }
}

/// The construct that an error says is not there.
fn construct(error: &PgError) -> Option<&str> {
    let is_one = error.sqlstate() == SqlState::FEATURE_NOT_SUPPORTED;
    error.message().strip_suffix(UNSUPPORTED).filter(|_| is_one)
}

#[cfg(test)]
mod tests {
    use trunkline_core::{PgError, Result, SqlState};

    use super::{MOST, OTHERS, Refusals};
    use crate::error::unsupported;

    #[test]
    fn each_construct_is_counted() {
        let refusals = Refusals::default();
        for _ in 0..2 {
            let refused: Result<()> = refusals.count(Err(unsupported(7, "function sin")));
            assert!(refused.is_err());
        }
        refusals
            .count::<()>(Err(PgError::new(SqlState::UNDEFINED_TABLE, "none")))
            .expect_err("is one");
        refusals.count(Ok(())).expect("nothing was refused");
        assert_eq!(refusals.all(), [("function sin".to_owned(), 2)]);
    }

    #[test]
    fn what_is_counted_is_bounded() {
        let refusals = Refusals::default();
        for number in 0..MOST + 10 {
            let error = unsupported(0, &format!("construct {number}"));
            refusals.count::<()>(Err(error)).expect_err("it is one");
        }
        let all = refusals.all();
        assert_eq!(all.len(), MOST + 1);
        assert!(all.contains(&(OTHERS.to_owned(), 10)));
    }
}
