//! How many files and sockets the system lets us open.

/// What is kept for files of the database, logs, and sockets that wait to be accepted.
const KEPT: usize = 64;

/// Raises the bound on open files as far as it goes. Gives the connections that fit, of those that
/// are wanted and `logins` that are on their way, and a warning if they are fewer.
pub(crate) fn fit(wanted: usize, logins: usize) -> (usize, Option<String>) {
    let Ok(open) = rlimit::increase_nofile_limit(u64::MAX) else { return (wanted, None) };
    let room = usize::try_from(open).unwrap_or(usize::MAX);
    let fitting = room.saturating_sub(KEPT.saturating_add(logins)).max(1);
    if wanted <= fitting {
        return (wanted, None);
    }
    let warning = format!(
        "{wanted} connections do not fit the {open} open files that the system allows: {fitting} at most; raise the hard limit (ulimit -Hn) or say --max-connections {fitting}"
    );
    (fitting, Some(warning))
}
