//! How long a session lets things take, by the settings that say so.

use std::time::Duration;

use super::{Definition, Settings, number};

/// The timeouts of a session; zero is none, as in PostgreSQL.
///
/// <https://www.postgresql.org/docs/18/runtime-config-client.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// `statement_timeout`: a statement is cancelled.
    pub statement: Duration,
    /// `transaction_timeout`: a session is ended whose transaction takes longer.
    pub transaction: Duration,
    /// `idle_in_transaction_session_timeout`: a session is ended that waits for its client longer
    /// within a transaction.
    pub idle_in_transaction: Duration,
    /// `idle_session_timeout`: a session is ended that waits for its client longer outside of one.
    pub idle_session: Duration,
    /// `lock_timeout`: a statement gives up that waits longer for a lock; this is for engines.
    pub lock: Duration,
}

impl Timeouts {
    /// These timeouts, where they are sooner than those of `longest`, or those.
    pub fn within(self, longest: &Timeouts) -> Timeouts {
        let sooner = |own: Duration, longest: Duration| match (own.is_zero(), longest.is_zero()) {
            (_, true) => own,
            (true, _) => longest,
            _ => own.min(longest),
        };
        Timeouts {
            statement: sooner(self.statement, longest.statement),
            transaction: sooner(self.transaction, longest.transaction),
            idle_in_transaction: sooner(self.idle_in_transaction, longest.idle_in_transaction),
            idle_session: sooner(self.idle_session, longest.idle_session),
            lock: sooner(self.lock, longest.lock),
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Timeouts::default()
    }
}

/// The names of the settings.
const STATEMENT: &str = "statement_timeout";
const TRANSACTION: &str = "transaction_timeout";
const IDLE_IN_TRANSACTION: &str = "idle_in_transaction_session_timeout";
const IDLE_SESSION: &str = "idle_session_timeout";
const LOCK: &str = "lock_timeout";

const TIMING: [&str; 5] = [STATEMENT, TRANSACTION, IDLE_IN_TRANSACTION, IDLE_SESSION, LOCK];

impl Settings {
    /// The timeouts, unless all of them are off.
    pub fn timeouts(&self) -> Option<Timeouts> {
        let [statement, transaction, idle_in_transaction, idle_session, lock] =
            self.timeouts.as_deref()?.map(|millis| Duration::from_millis(millis.into()));
        Some(Timeouts { statement, transaction, idle_in_transaction, idle_session, lock })
    }

    /// Gives the timeouts their initial values; for the server, before what the client asks for.
    pub fn preset_timeouts(&mut self, initial: &Timeouts) {
        let values = [
            (STATEMENT, initial.statement),
            (TRANSACTION, initial.transaction),
            (IDLE_IN_TRANSACTION, initial.idle_in_transaction),
            (IDLE_SESSION, initial.idle_session),
            (LOCK, initial.lock),
        ];
        for (name, value) in values.into_iter().filter(|(_, value)| !value.is_zero()) {
            // What is less than a millisecond is not none.
            let millis = value.as_millis().clamp(1, 2_147_483_647);
            let millis = i64::try_from(millis).unwrap_or(i64::MAX);
            self.preset(name, &number::shown(millis, Some("ms")));
        }
    }

    /// Looks again, if one of these settings is a timeout.
    pub(super) fn retime(&mut self, affected: &[&'static Definition]) {
        if !affected.iter().any(|definition| TIMING.contains(&definition.name)) {
            return;
        }
        let millis = TIMING.map(|name| {
            let shown = self.get(name).unwrap_or_default();
            number::milliseconds(name, &shown)
        });
        self.timeouts = millis.iter().any(|millis| *millis > 0).then(|| Box::new(millis));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_what_holds() {
        let mut settings = Settings::default();
        assert_eq!(settings.timeouts(), None);
        let initial = Timeouts { statement: Duration::from_secs(300), ..Timeouts::default() };
        settings.preset_timeouts(&initial);
        assert_eq!(settings.get(STATEMENT).as_deref(), Some("5min"));
        settings.set(IDLE_SESSION, "1500", false).expect("a number of milliseconds");
        settings.set(LOCK, "2h", false).expect("a time");
        settings.begin();
        settings.set(STATEMENT, "2s", true).expect("a time");
        let timeouts = settings.timeouts().expect("some");
        assert_eq!(timeouts.statement, Duration::from_secs(2));
        assert_eq!(timeouts.idle_session, Duration::from_millis(1500));
        assert_eq!(timeouts.lock, Duration::from_secs(7_200));
        assert!(timeouts.transaction.is_zero() && timeouts.idle_in_transaction.is_zero());
        settings.rollback();
        assert_eq!(settings.timeouts().map(|timeouts| timeouts.statement), Some(initial.statement));
        settings.reset_all();
        assert_eq!(settings.timeouts(), Some(initial));
        settings.set(STATEMENT, "0", false).expect("none");
        assert_eq!(settings.timeouts(), None);
    }

    #[test]
    fn the_longest_holds_where_none_or_more_was_asked_for() {
        let of = |statement, transaction| Timeouts {
            statement: Duration::from_secs(statement),
            transaction: Duration::from_secs(transaction),
            ..Timeouts::default()
        };
        assert_eq!(of(0, 9).within(&of(5, 5)), of(5, 5));
        assert_eq!(of(3, 9).within(&of(5, 0)), of(3, 9));
    }
}
