//! The functions of advisory locks, under PostgreSQL's names.

use std::sync::Arc;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;
use trunkline_core::SqlState;

use super::super::advisory::{Hold, Key, Mode, NotTaken};
use super::super::control::Control;
use super::{Answer, raise, raise_with_hint};

/// What a function does with a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Lock(Hold),
    Try(Hold),
    Unlock,
}

/// What there is, each for one number and for two, and with `_shared` behind it.
const FUNCTIONS: [(&str, Act); 5] = [
    ("pg_advisory_lock", Act::Lock(Hold::Session)),
    ("pg_advisory_xact_lock", Act::Lock(Hold::Transaction)),
    ("pg_try_advisory_lock", Act::Try(Hold::Session)),
    ("pg_try_advisory_xact_lock", Act::Try(Hold::Transaction)),
    ("pg_advisory_unlock", Act::Unlock),
];

/// Gives back all that the session holds by itself.
const UNLOCK_ALL: &str = "pg_advisory_unlock_all";

/// What a function of advisory locks answers: `true` for a boolean, `false` for nothing; `None` if it is none.
pub(crate) fn tells(name: &str) -> Option<bool> {
    if name == UNLOCK_ALL {
        return Some(false);
    }
    let name = name.strip_suffix("_shared").unwrap_or(name);
    let (_, act) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
    Some(!matches!(act, Act::Lock(_)))
}

/// Registers the functions; each call counts, so that none of them is deterministic.
pub(crate) fn register(connection: &Connection, control: &Arc<Control>) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8;
    for (name, act) in FUNCTIONS {
        for (name, mode) in
            [(name.to_owned(), Mode::Exclusive), (format!("{name}_shared"), Mode::Shared)]
        {
            for arguments in [1, 2] {
                let control = control.clone();
                let function = move |context: &Context<'_>| call(context, &control, act, mode);
                connection.create_scalar_function(name.as_str(), arguments, flags, function)?;
            }
        }
    }
    let control = control.clone();
    connection.create_scalar_function(UNLOCK_ALL, 0, flags, move |_| {
        control.advisory().give_all_back(control.ticket(), Hold::Session);
        Ok(VOID)
    })
}

/// What a function answers that answers nothing.
const VOID: Stored = Stored::Text(String::new());

fn call(context: &Context<'_>, control: &Control, act: Act, mode: Mode) -> Answer {
    let key = match context.len() {
        1 => context.get::<Option<i64>>(0)?.map(Key::One),
        _ => {
            let (first, second) = (context.get(0)?, context.get(1)?);
            let pair = Option::zip(first, second);
            pair.map(|(first, second): (i64, i64)| Key::Two(first, second))
        }
    };
    let Some(key) = key else { return Ok(Stored::Null) };
    let (locks, ticket) = (control.advisory(), control.ticket());
    let hold = match act {
        Act::Unlock => return Ok(boolean(locks.give_back(ticket, key, mode))),
        Act::Lock(hold) | Act::Try(hold) => hold,
    };
    let since = Instant::now();
    let waits = || matches!(act, Act::Lock(_)) && control.has_patience(since);
    let taken = locks.take(ticket, (key, mode), hold, waits);
    match (taken, act) {
        (Ok(()), Act::Lock(_)) => Ok(VOID),
        (Ok(()), _) => Ok(boolean(true)),
        (Err(NotTaken::Held), Act::Try(_)) => Ok(boolean(false)),
        (Err(NotTaken::Held), _) => {
            let message = "canceling statement due to lock timeout";
            Err(raise(SqlState::LOCK_NOT_AVAILABLE, message))
        }
        (Err(NotTaken::Deadlock), _) => {
            Err(raise(SqlState::T_R_DEADLOCK_DETECTED, "deadlock detected"))
        }
        (Err(NotTaken::Full), _) => Err(raise_with_hint(
            SqlState::OUT_OF_MEMORY,
            "out of shared memory",
            "You might need to increase \"max_locks_per_transaction\".",
        )),
    }
}

fn boolean(is: bool) -> Stored {
    Stored::Integer(is.into())
}
