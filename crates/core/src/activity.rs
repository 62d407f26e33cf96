//! What a session does, as `pg_stat_activity` shows it.

/// The bytes of a statement that are shown: PostgreSQL's `track_activity_query_size` is 1024, with its end.
const SHOWN: usize = 1_023;

/// What a session does now, or did last; times are microseconds since 2000-01-01 UTC, as a server with a clock
/// tells them.
///
/// The source is PostgreSQL's [`pg_stat_activity`].
///
/// [`pg_stat_activity`]: https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Activity {
    /// When the client came.
    pub began: Option<i64>,
    /// What it is at; `None` as long as nobody has told.
    pub state: Option<ActivityState>,
    /// Since when it is at that.
    pub state_change: Option<i64>,
    /// When the statement began that runs, or ran last.
    pub query_start: Option<i64>,
    /// That statement, or as much of it as PostgreSQL shows; what other statements stand in its string, too.
    pub query: String,
}

/// What a session is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityState {
    /// It runs a statement.
    Active,
    /// It waits for its client.
    Idle,
    /// It waits for its client within a transaction.
    IdleInTransaction,
    /// It waits for its client within a transaction that has failed.
    IdleInFailedTransaction,
    /// It runs a function that the client called by its number.
    FastPath,
}

impl ActivityState {
    /// As the view says it.
    pub fn name(self) -> &'static str {
        match self {
            ActivityState::Active => "active",
            ActivityState::Idle => "idle",
            ActivityState::IdleInTransaction => "idle in transaction",
            ActivityState::IdleInFailedTransaction => "idle in transaction (aborted)",
            ActivityState::FastPath => "fastpath function call",
        }
    }
}

impl Activity {
    /// What is shown to who may not know it.
    pub fn hidden() -> Activity {
        Activity { query: "<insufficient privilege>".to_owned(), ..Activity::default() }
    }

    /// A statement starts; its text is copied into the room that the last one had.
    pub(crate) fn start(&mut self, state: ActivityState, query: &str, now: i64) {
        self.change(state, now);
        self.query_start = Some(now);
        let shown = query.get(..query.floor_char_boundary(SHOWN)).unwrap_or_default();
        self.query.clear();
        // No more than it takes: every session has one for good.
        self.query.reserve_exact(shown.len());
        self.query.push_str(shown);
    }

    pub(crate) fn change(&mut self, state: ActivityState, now: i64) {
        self.state = Some(state);
        self.state_change = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_statement_is_cut_between_characters() {
        let mut activity = Activity::default();
        activity.start(ActivityState::Active, &"ä".repeat(1_000), 7);
        assert_eq!(activity.query, "ä".repeat(511));
        assert!(activity.query.capacity() <= SHOWN);
        activity.start(ActivityState::Active, "select 1", 8);
        assert_eq!((&*activity.query, activity.query_start), ("select 1", Some(8)));
    }
}
