//! Where PostgreSQL 15 answers otherwise than 18: all of it.

use trunkline_proto::copy::CopyValue;

use crate::cases::{Case, Kind};

/// Whether an older server's other answer is one of these.
pub(crate) fn is_known(version: u32, case: &Case, ours: &str) -> bool {
    version < 18 && (is_of_option(case, ours) || is_of_data(case, ours))
}

fn is_of_option(case: &Case, ours: &str) -> bool {
    let theirs = case.outcome.as_str();
    // DEFAULT is an option since 16, ON_ERROR and LOG_VERBOSITY since 17, REJECT_LIMIT since 18.
    let newer = ["default", "on_error", "log_verbosity", "reject_limit"];
    let is_newer = newer.iter().any(|option| case.has(option))
        && (theirs.contains("not recognized") || theirs.contains("syntax error"));
    // `FORCE_NULL *` and `FORCE_NOT_NULL *` since 17.
    let is_list = theirs.ends_with("\"force_null\" must be a list of column names")
        || theirs.ends_with("\"force_not_null\" must be a list of column names");
    // FREEZE was ignored in COPY TO.
    let is_freeze = ours.ends_with("COPY FREEZE cannot be used with COPY TO") && theirs == "ok";
    // Other words, and 0A000 where 18 has 22023.
    let worded = [
        (
            " must not appear in the NULL specification",
            " must not appear in the NULL specification",
        ),
        (" requires CSV mode", " available only in CSV mode"),
        (" cannot be used with COPY ", " only available using COPY "),
    ];
    let is_worded = worded.iter().any(|(our, their)| ours.contains(our) && theirs.contains(their));
    is_newer || is_list || is_freeze || (is_worded && theirs.starts_with("! 0A000"))
}

fn is_of_data(case: &Case, ours: &str) -> bool {
    let theirs = case.outcome.as_str();
    if case.kind != Kind::In {
        return false;
    }
    // Up to 17 `\.` ended data in csv, too, and cut off a line that it did not stand alone on.
    let is_csv = case.values().any(|(_, value)| value == CopyValue::Text("csv"));
    let has_marker = case.data.windows(2).any(|pair| pair == b"\\.");
    let is_marker = has_marker && (is_csv || ours.contains("not alone on its line"));
    // Of a field that is too long it says that memory is out.
    let is_long = ours.starts_with("! 54000 M:string buffer exceeds maximum allowed length")
        && theirs.starts_with("! 54000 M:out of memory");
    is_marker || is_long
}
