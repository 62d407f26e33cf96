//! How long things may take, in PostgreSQL's units.

use std::time::Duration;

use trunkline::settings::{Settings, Timeouts};

use crate::args::Serve;
use crate::failure::Failure;

/// A statement ends after this time, unless the user or the client says otherwise.
const STATEMENT: &str = "5min";

/// What sessions start with.
pub(crate) fn timeouts(said: &Serve) -> Result<Timeouts, Failure> {
    let mut timeouts = Timeouts::default();
    let statement = said.statement_timeout.as_deref().unwrap_or(STATEMENT);
    timeouts.statement = time("--statement-timeout", statement)?;
    if let Some(idle) = &said.idle_timeout {
        timeouts.idle_session = time("--idle-timeout", idle)?;
    }
    Ok(timeouts)
}

/// What a flag says, read as such a setting is.
pub(crate) fn time(flag: &str, value: &str) -> Result<Duration, Failure> {
    let mut settings = Settings::default();
    settings.set_at_startup("statement_timeout", value).map_err(|_| {
        Failure::usage(format!("{flag} {value}: say a time, as in 30s or 5min, or 0 for none"))
    })?;
    Ok(settings.timeouts().unwrap_or_default().statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(statement: &str, idle: &str) -> Serve {
        let (statement_timeout, idle_timeout) = (Some(statement.into()), Some(idle.into()));
        Serve { statement_timeout, idle_timeout, ..Serve::default() }
    }

    #[test]
    fn times_are_those_of_postgresql() {
        let default = timeouts(&Serve::default()).expect("the default");
        assert_eq!(default.statement, Duration::from_secs(300));
        assert!(default.idle_session.is_zero() && default.transaction.is_zero());
        let own = timeouts(&said("1500", "2h")).expect("times");
        assert_eq!(own.statement, Duration::from_millis(1500));
        assert_eq!(own.idle_session, Duration::from_secs(7200));
        assert!(timeouts(&said("0", "0")).expect("no times").is_none());
        for wrong in ["-1", "soon", "5 minutes"] {
            assert!(timeouts(&said(wrong, "0")).is_err(), "{wrong}");
        }
    }
}
