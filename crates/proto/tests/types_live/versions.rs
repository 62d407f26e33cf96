//! What PostgreSQL 15 answers differently from 18, which we claim to be.

use trunkline_proto::Oid;
use trunkline_proto::types::element_of;

use crate::exceptions::is_alias;
use crate::golden::Case;
use crate::server::Outcome;

/// One difference.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// The first version, as `server_version_num` has it, that does as 18 does, by the release notes:
    /// only 15 and 18 are asked.
    pub(crate) since: u32,
    /// Which cases differ, by the input and what 18 answers; by the older answer only where these
    /// do not decide.
    pub(crate) fits: fn(&Case, &Outcome, &Outcome) -> bool,
    /// Whether the older answer is what is to be expected of such a case.
    pub(crate) older: fn(&Case, &Outcome, &Outcome) -> bool,
    pub(crate) why: &'static str,
}

pub(crate) const RULES: [Rule; 27] = [
    Rule {
        name: "nested empty braces",
        since: 170_000,
        fits: |case, newer, _| {
            let braces = case.input.iter().filter(|byte| **byte == b'{').count();
            is_array(case) && braces > 1 && text_of(newer) == Some("{}")
        },
        older: |_, _, older| is_error(older, "22P02", "malformed array literal"),
        why: "{{}} was no array",
    },
    Rule {
        name: "structure first",
        since: 170_000,
        fits: |case, newer, older| {
            let malformed = |outcome| is_error(outcome, "", "malformed array literal");
            let both = error_of(newer).is_some() && error_of(older).is_some();
            is_array(case) && both && !is_bounds(older) && malformed(newer) != malformed(older)
        },
        older: |_, _, older| is_error(older, "22", ""),
        why: "all braces and commas were looked at before the first element",
    },
    Rule {
        name: "array bounds in errors",
        since: 170_000,
        fits: |case, newer, older| {
            let shown = |outcome| {
                let (_, message): (_, &str) = error_of(outcome)?;
                message.strip_prefix("malformed array literal: \"")
            };
            let pair = shown(newer).zip(shown(older));
            is_array(case) && pair.is_some_and(|(newer, older)| newer != older)
        },
        older: |case, newer, older| {
            let pair = error_of(newer).zip(error_of(older));
            let before = case.input.iter().take_while(|byte| **byte != b'{');
            before.count() > 0
                && pair.is_some_and(|((_, newer), (_, older))| {
                    let older = older.trim_start_matches("malformed array literal: \"");
                    newer.ends_with(older)
                })
        },
        why: "the bounds before the braces were left out",
    },
    Rule {
        name: "array bounds",
        since: 170_000,
        fits: |case, newer, older| {
            contains(case, "[")
                && is_array(case)
                && error_of(newer).is_some()
                && is_bounds(older)
                && newer != older
        },
        older: |_, _, older| is_bounds(older),
        why: "other words, and numbers were cut off at 32 bits",
    },
    Rule {
        name: "number of dimensions",
        since: 170_000,
        fits: |case, newer, _| {
            is_array(case)
                && !case.binary
                && is_error(newer, "54000", "number of array dimensions exceeds")
        },
        older: |_, _, older| is_error(older, "54000", "number of array dimensions ("),
        why: "it was told how many there are",
    },
    Rule {
        name: "other bases and underscores",
        since: 160_000,
        fits: |case, newer, older| {
            let is_number = matches!(leaf(case), Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::NUMERIC);
            let differs = matches!(newer, Outcome::Value { .. }) || newer != older;
            is_number && has_other_base(case) && differs && !is_error(older, "22003", "")
        },
        older: |_, _, older| {
            let shown = error_of(older).and_then(|(_, message)| message.split_once('"'));
            is_error(older, "22P02", "invalid input syntax for type ")
                && shown.is_some_and(|(_, shown)| {
                    MARKS.iter().any(|mark| shown.to_lowercase().contains(mark))
                })
        },
        why: "0x1F, 0o17, 0b1 and 1_000 were no numbers",
    },
    Rule {
        name: "overflow before rubbish",
        since: 160_000,
        fits: |case, newer, older| {
            matches!(leaf(case), Oid::INT2 | Oid::INT4 | Oid::INT8)
                && is_error(newer, "22P02", "invalid input syntax for type ")
                && is_error(older, "22003", "value \"")
        },
        older: |case, newer, older| {
            let quoted =
                |outcome| error_of(outcome).and_then(|(_, message)| message.split_once('"'));
            !case.binary
                && quoted(newer)
                    .zip(quoted(older))
                    .is_some_and(|((_, newer), (_, older))| older.starts_with(newer))
        },
        why: "a number too large was told before what follows it",
    },
    Rule {
        name: "transaction numbers",
        since: 160_000,
        fits: |case, newer, _| {
            matches!(leaf(case), Oid::XID | Oid::CID | Oid::XID8)
                && !case.binary
                && error_of(newer).is_some_and(|(_, message)| message.contains("for type "))
        },
        older: |_, _, older| matches!(older, Outcome::Value { .. }),
        why: "whatever did not read as a number was 0, and the rest was not looked at",
    },
    Rule {
        name: "bases of oid",
        since: 160_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::OID && !case.binary && contains(case, "0") && newer != older
        },
        older: |case, _, older| {
            let decimal = String::from_utf8_lossy(&case.input).trim().parse::<i64>().ok();
            match decimal.filter(|_| case.oid == Oid::OID) {
                Some(value @ -0x8000_0000..=0xffff_ffff) => {
                    text_of(older) == Some(&(value as u32).to_string())
                }
                Some(_) => is_error(older, "22003", "value \""),
                None => case.oid != Oid::OID || error_of(older).is_some(),
            }
        },
        why: "0x10 was no number, and 010 was 10",
    },
    Rule {
        name: "numbers of objects",
        since: 160_000,
        fits: |case, newer, older| {
            let is_octal =
                case.input.starts_with(b"0") && case.input.iter().all(u8::is_ascii_digit);
            is_alias(case.oid) && !case.binary && is_octal && newer != older
        },
        older: |_, _, older| matches!(older, Outcome::Value { .. }) || is_error(older, "22003", ""),
        why: "010 was 10, and 08 a number",
    },
    Rule {
        name: "words about paths",
        since: 160_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::JSONPATH
                && is_error(newer, "42601", "")
                && is_error(older, "42601", "")
                && newer != older
        },
        older: |_, _, _| true,
        why: "what was told of a syntax error",
    },
    Rule {
        name: "numbers in paths",
        since: 160_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::JSONPATH && holds_other_base(case) && newer != older
        },
        older: |_, _, older| is_error(older, "42601", ""),
        why: "0x1F, 0o17, 0b1 and 1_000 were no numbers",
    },
    Rule {
        name: "methods of paths",
        since: 170_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::JSONPATH && holds_method(case) && newer != older
        },
        older: |_, _, older| is_error(older, "42601", ""),
        why: "there were fewer",
    },
    Rule {
        name: "exponents of numeric",
        since: 160_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::NUMERIC && contains(case, "e ") && newer != older
        },
        older: |_, _, older| matches!(older, Outcome::Value { .. }),
        why: "a space could stand before them",
    },
    Rule {
        name: "seconds of zones",
        since: 160_000,
        fits: |case, newer, older| {
            is_moment(case)
                && is_error(newer, "22009", "time zone displacement out of range")
                && newer != older
        },
        older: |case, _, older| {
            contains(case, ":60") && is_error(older, "22007", "invalid input syntax")
        },
        why: "60 of them were no zone, not one too far",
    },
    Rule {
        name: "names of objects in errors",
        since: 160_000,
        fits: |case, newer, older| {
            is_alias(case.oid)
                && error_of(newer).is_some()
                && error_of(older).is_some()
                && newer != older
        },
        older: |case, newer, older| {
            let is_name = is_error(older, "3F000", "schema \"") && contains(case, ".");
            let is_junk = |outcome| is_error(outcome, "42601", "");
            is_name || (is_junk(newer) && is_junk(older))
        },
        why: "that there is no such schema was told first, and other words of a syntax error",
    },
    Rule {
        name: "XML",
        since: 180_006,
        fits: |case, newer, _| case.oid == Oid::XML && is_error(newer, "0A000", "unsupported XML"),
        older: |case, _, older| match older {
            // What it takes it prints as it was written, but for a newline before it, which we keep.
            Outcome::Value { text, binary } => {
                let input = case.input.strip_prefix(b"\n").unwrap_or(&case.input);
                text == input && binary == input
            }
            Outcome::Error { sqlstate, .. } => sqlstate.starts_with('2'),
        },
        why: "the one that is asked is built without it",
    },
    Rule {
        name: "floats in errors",
        since: 160_000,
        fits: |_, newer, older| {
            let shown = |outcome| {
                let (code, message): (_, &str) = error_of(outcome)?;
                let (number, rest) =
                    message.strip_prefix('"')?.rsplit_once("\" is out of range for")?;
                (code == "22003").then_some((number, rest))
            };
            shown(newer).zip(shown(older)).is_some_and(|(newer, older)| newer != older)
        },
        older: |_, newer, older| {
            let number = |outcome| Some(error_of(outcome)?.1.split_once("\" is out of range")?.0);
            number(newer).zip(number(older)).is_some_and(|(newer, older)| {
                older.trim_start_matches(['"', ' ']).starts_with(newer.trim_start_matches('"'))
            })
        },
        why: "what follows a number too large was shown with it",
    },
    Rule {
        name: "infinite intervals in text",
        since: 170_000,
        fits: |case, newer, _| {
            leaf(case) == Oid::INTERVAL
                && contains(case, "inf")
                && matches!(newer, Outcome::Value { .. })
        },
        older: |_, _, older| is_error(older, "22007", "invalid input syntax for type interval"),
        why: "there were none",
    },
    Rule {
        name: "infinite intervals in other words",
        since: 170_000,
        fits: |case, newer, _| {
            leaf(case) == Oid::INTERVAL
                && !contains(case, "inf")
                && text_of(newer).is_some_and(|text| text.contains("infinity"))
        },
        older: |_, _, older| text_of(older).is_some_and(|text| text.contains("178956970")),
        why: "the largest and the smallest were plain ones",
    },
    Rule {
        name: "units of intervals",
        since: 160_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::INTERVAL
                && is_error(newer, "22007", "invalid input syntax for type interval")
                && newer != older
        },
        older: |case, _, older| {
            let nested = leaf(case) != case.oid && is_error(older, "22", "");
            !case.binary && (nested || matches!(older, Outcome::Value { .. }))
        },
        why: "a unit without a number was nothing",
    },
    Rule {
        name: "noise in intervals",
        since: 170_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::INTERVAL
                && matches!(newer, Outcome::Value { .. })
                && is_error(older, "22007", "invalid input syntax for type interval")
        },
        older: |case, _, _| contains(case, "on") || contains(case, "at"),
        why: "words that mean nothing were refused",
    },
    Rule {
        name: "plus infinity",
        since: 170_000,
        fits: |case, newer, _| {
            is_moment(case) && contains(case, "+inf") && matches!(newer, Outcome::Value { .. })
        },
        older: |_, _, older| is_error(older, "22007", "invalid input syntax for type "),
        why: "only -infinity had a sign",
    },
    Rule {
        name: "words after a date",
        since: 160_000,
        fits: |case, newer, older| {
            is_moment(case)
                && is_error(newer, "22007", "invalid input syntax for type ")
                && newer != older
        },
        older: |case, _, older| {
            let has_letter = case.input.iter().any(u8::is_ascii_alphabetic);
            // What was passed over came before another complaint.
            has_letter && (matches!(older, Outcome::Value { .. }) || is_error(older, "22", ""))
        },
        why: "units and infinity beside a date were passed over",
    },
    Rule {
        name: "abbreviations of the session's zone",
        since: 180_000,
        fits: |case, newer, older| {
            leaf(case) == Oid::TIMESTAMPTZ
                && case.settings.contains("TimeZone=")
                && matches!(newer, Outcome::Value { .. })
                && newer != older
        },
        older: |case, _, _| case.input.iter().filter(|byte| byte.is_ascii_alphabetic()).count() > 2,
        why: "only those of the list were known",
    },
    Rule {
        name: "lexemes without letters",
        since: 180_006,
        fits: |case, newer, _| {
            case.binary
                && leaf(case) == Oid::TSVECTOR
                && is_error(newer, "XX000", "invalid tsvector: empty lexeme")
        },
        older: |_, _, _| true,
        why: "they were taken, and what follows looked at",
    },
    Rule {
        name: "size of tsvector",
        since: 180_006,
        fits: |case, newer, older| {
            case.binary
                && leaf(case) == Oid::TSVECTOR
                && is_error(newer, "XX000", "invalid size of tsvector")
                && newer != older
        },
        older: |_, _, _| true,
        why: "it was looked at after the lexemes",
    },
];

/// What the type is made of in the end.
fn leaf(case: &Case) -> Oid {
    let element = element_of(case.oid).unwrap_or(case.oid);
    match element_of(element).unwrap_or(element) {
        Oid::INT4RANGE | Oid::INT4MULTIRANGE => Oid::INT4,
        Oid::INT8RANGE | Oid::INT8MULTIRANGE => Oid::INT8,
        Oid::NUMRANGE | Oid::NUMMULTIRANGE => Oid::NUMERIC,
        Oid::DATERANGE | Oid::DATEMULTIRANGE => Oid::DATE,
        Oid::TSRANGE | Oid::TSMULTIRANGE => Oid::TIMESTAMP,
        Oid::TSTZRANGE | Oid::TSTZMULTIRANGE => Oid::TIMESTAMPTZ,
        oid => oid,
    }
}

fn is_array(case: &Case) -> bool {
    element_of(case.oid).is_some() && !case.binary
}

fn is_bounds(outcome: &Outcome) -> bool {
    is_error(outcome, "54000", "array lower bound is too large")
        || is_error(outcome, "2202E", "upper bound cannot be less than lower bound")
}

fn is_moment(case: &Case) -> bool {
    matches!(leaf(case), Oid::DATE | Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ)
}

/// In any case.
fn contains(case: &Case, part: &str) -> bool {
    let bytes = part.as_bytes();
    !case.binary && case.input.windows(bytes.len()).any(|window| window.eq_ignore_ascii_case(bytes))
}

const MARKS: [&str; 4] = ["0x", "0o", "0b", "_"];

fn has_other_base(case: &Case) -> bool {
    MARKS.iter().any(|mark| contains(case, mark))
}

/// The same of text and binary.
fn holds_other_base(case: &Case) -> bool {
    let text = String::from_utf8_lossy(&case.input).to_lowercase();
    MARKS.iter().any(|mark| text.contains(mark))
}

/// Whether the path has one of the methods of 17.
fn holds_method(case: &Case) -> bool {
    let methods = ["bigint", "boolean", "date", "decimal", "integer", "number", "string", "time"];
    let text = String::from_utf8_lossy(&case.input).to_lowercase();
    methods.iter().any(|method| text.contains(method))
}

fn text_of(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Value { text, .. } => std::str::from_utf8(text).ok(),
        Outcome::Error { .. } => None,
    }
}

fn error_of(outcome: &Outcome) -> Option<(&str, &str)> {
    match outcome {
        Outcome::Value { .. } => None,
        Outcome::Error { sqlstate, message } => Some((sqlstate, message)),
    }
}

fn is_error(outcome: &Outcome, code: &str, beginning: &str) -> bool {
    error_of(outcome).is_some_and(|(sqlstate, message)| {
        sqlstate.starts_with(code) && message.starts_with(beginning)
    })
}
