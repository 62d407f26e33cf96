//! What we make of an input, compared with what PostgreSQL made of it.

use trunkline_proto::types::{TextStyle, ToPg, Value, element_of};
use trunkline_proto::{Format, Oid};

use crate::agreement::{agree, described, encode};
use crate::golden::Case;
use crate::printed::escape;
use crate::server::Outcome;

/// Whether we make of the input what PostgreSQL 18 makes of it.
pub(crate) fn check(case: &Case, style: &TextStyle) -> Result<(), String> {
    let format = if case.binary { Format::Binary } else { Format::Text };
    let read = Value::decode(case.oid, format, &case.input, style);
    let outcome = case.outcome.as_ref().ok_or("PostgreSQL has not been asked")?;
    let (text, binary) = match (outcome, &read) {
        (Outcome::Error { sqlstate, message }, Err(error)) => {
            // Its generated parser words what is wrong with a path by its own states.
            if is_path(case.oid) && sqlstate == "42601" && error.sqlstate().as_str() == sqlstate {
                return Ok(());
            }
            let (ours, theirs) = (described(error), format!("{sqlstate} {message}"));
            // The parameter's number is the server's to say.
            let theirs = theirs.replace(" in bind parameter 1", "");
            return if ours == theirs { Ok(()) } else { Err(differs(&ours, &theirs)) };
        }
        (Outcome::Error { sqlstate, message }, Ok(value)) => {
            return Err(differs(&format!("{value:?}"), &format!("{sqlstate} {message}")));
        }
        (Outcome::Value { text, .. }, Err(error)) => {
            return Err(format!("{} != {}", described(error), escape(text)));
        }
        (Outcome::Value { text, binary }, Ok(_)) => (text, binary),
    };
    let value = read.map_err(|error| described(&error))?;
    agree("text", &encode(&value, case.oid, Format::Text, style)?, text)?;
    agree("binary", &encode(&value, case.oid, Format::Binary, style)?, binary)?;
    if is_refused(case.oid, text) {
        return Ok(());
    }
    // It leaves out parentheses of paths that would be needed to read them again.
    if is_path(case.oid) && case.input.contains(&b'(') {
        return Ok(());
    }
    // What PostgreSQL sends in one format is the same value in the other.
    let from_binary = Value::decode(case.oid, Format::Binary, binary, style)
        .map_err(|error| format!("its binary: {}", described(&error)))?;
    agree("text of its binary", &encode(&from_binary, case.oid, Format::Text, style)?, text)?;
    // Other styles lose digits, or write what reads as another zone or another order; a NaN loses
    // its sign.
    let reads_back = case.settings.is_empty()
        && !text.windows(3).any(|word| word == b"NaN")
        && !(is_searched(case.oid) && (case.binary || case.input.contains(&b'(')));
    if reads_back {
        let from_text = Value::decode(case.oid, Format::Text, text, style)
            .map_err(|error| format!("its text: {}", described(&error)))?;
        agree("binary of its text", &encode(&from_text, case.oid, Format::Binary, style)?, binary)?;
    }
    Ok(())
}

/// It refuses what it has sent itself: queries and vectors of nothing, zones days away, and snapshots
/// in which the next transaction runs.
fn is_refused(oid: Oid, text: &[u8]) -> bool {
    let is_array = element_of(oid).is_some_and(|element| element_of(element).is_some());
    let is_empty = match is_array {
        true => text.windows(2).any(|window| window == b"\"\""),
        false => text.is_empty(),
    };
    let leaf = element_of(oid).filter(|_| is_array || oid == Oid::TSQUERY_ARRAY).unwrap_or(oid);
    let zone = text.iter().rposition(|byte| matches!(byte, b'+' | b'-'));
    let hours = text.get(zone.map_or(0, |place| place + 1)..).unwrap_or_default();
    let hours: Vec<u8> = hours.iter().copied().take_while(u8::is_ascii_digit).collect();
    let far = String::from_utf8_lossy(&hours).parse().is_ok_and(|hours: u32| hours > 15);
    match leaf {
        Oid::TSQUERY | Oid::INT2VECTOR | Oid::OIDVECTOR => is_empty,
        Oid::TIMETZ => far,
        Oid::PG_SNAPSHOT => {
            let text = String::from_utf8_lossy(text);
            let parts: Vec<&str> = text.split(':').collect();
            matches!(parts.as_slice(), [_, xmax, running] if running.split(',').any(|id| id == *xmax))
        }
        _ => false,
    }
}

fn is_path(oid: Oid) -> bool {
    element_of(oid).unwrap_or(oid) == Oid::JSONPATH
}

fn is_searched(oid: Oid) -> bool {
    matches!(element_of(oid).unwrap_or(oid), Oid::TSVECTOR | Oid::TSQUERY)
}

fn differs(ours: &str, theirs: &str) -> String {
    format!("{} != {}", escape(ours.as_bytes()), escape(theirs.as_bytes()))
}

/// Whether the binary form of a row is read as what it shows, and the other way round.
pub(crate) fn check_row(outcome: &Outcome) -> Result<(), String> {
    let style = TextStyle::default();
    let Outcome::Value { text, binary } = outcome else { return Ok(()) };
    let read = |format, bytes| {
        Value::decode(Oid::RECORD, format, bytes, &style).map_err(|error| described(&error))
    };
    let print = |value: &Value, format| {
        let mut out = Vec::new();
        let printed = value.encode(Oid::RECORD, format, &style, &mut out);
        printed.map(|_| out).map_err(|error| described(&error))
    };
    let value = read(Format::Binary, binary)?;
    agree("text", &print(&value, Format::Text)?, text)?;
    agree("binary", &print(&value, Format::Binary)?, binary)?;
    // A row without fields reads as one field.
    agree("text of its text", &print(&read(Format::Text, text)?, Format::Text)?, text)
}
