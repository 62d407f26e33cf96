//! Where we differ from PostgreSQL 18, and why.

use trunkline_proto::types::{TextStyle, Value, element_of, name_of};
use trunkline_proto::{Format, Oid};

use crate::golden::Case;
use crate::server::Outcome;

/// Cases that are not compared.
pub(crate) struct Exception {
    pub(crate) fits: fn(&Case, &Outcome) -> bool,
    /// The first version, as `server_version_num` has it, that does as we do.
    pub(crate) until: Option<u32>,
    pub(crate) why: &'static str,
}

pub(crate) const EXCEPTIONS: [Exception; 9] = [
    Exception {
        fits: |_, outcome| message(outcome).starts_with("invalid memory alloc"),
        until: None,
        why: "it asks for the memory before it looks for the bytes",
    },
    Exception {
        fits: |case, outcome| {
            let leaf = element_of(case.oid).unwrap_or(case.oid);
            matches!(leaf, Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMPTZ)
                && message(outcome).starts_with("invalid input syntax for type")
                && has_far_summer(&case.input)
        },
        until: None,
        why: "summer time of a zone in POSIX form that is more than a day away is no zone to us",
    },
    Exception {
        fits: |case, outcome| {
            let long = |part: &[u8]| part.len() > 7 && part.iter().all(u8::is_ascii_digit);
            let mut parts = case.input.split(|byte| matches!(byte, b'-' | b'.'));
            let is_day = message(outcome).contains("out of range")
                && parts.next().is_some_and(long)
                && parts.next().is_some_and(|part| part.len() == 3);
            case.oid == Oid::DATE && !case.binary && is_day
        },
        until: None,
        why: "the day of a year beyond five million overflows there",
    },
    Exception {
        fits: |case, outcome| is_alias(case.oid) && has_name(case, outcome),
        until: None,
        why: "names of tables, types and the like need a catalog",
    },
    Exception {
        fits: |case, outcome| {
            let leaf = element_of(case.oid).unwrap_or(case.oid);
            leaf == Oid::JSONPATH && message(outcome).starts_with("invalid regular expression")
        },
        until: None,
        why: "the patterns of like_regex are not looked into",
    },
    Exception {
        fits: |case, outcome| {
            let has = |part: &[u8]| case.input.windows(part.len()).any(|found| found == part);
            let is_iso = case.input.contains(&b'P') && (has(b"0x") || has(b"0X"));
            case.oid == Oid::INTERVAL && is_iso && matches!(outcome, Outcome::Value { .. })
        },
        until: None,
        why: "C reads hexadecimal numbers in intervals of ISO 8601",
    },
    Exception {
        fits: |case, _| {
            let is_address = matches!(case.oid, Oid::INET | Oid::CIDR) && !case.binary;
            is_address && case.input.windows(2).any(|pair| pair == b":.")
        },
        until: None,
        why: "behind the words of an IPv6 address it takes numbers that begin with a dot",
    },
    Exception {
        fits: |case, outcome| {
            // What it may be built with looks into the text, and leaves out a newline before it.
            let said = message(outcome);
            let is_wrong = said.starts_with("unsupported XML") || said.starts_with("invalid XML");
            case.oid == Oid::XML && (is_wrong || case.input.starts_with(b"\n"))
        },
        until: None,
        why: "what XML it takes is what we print, but we do not look whether it is well-formed",
    },
    Exception {
        fits: |case, _| {
            let style = TextStyle::default();
            let read = Value::decode(case.oid, Format::Binary, &case.input, &style);
            let refusal = read.map_err(|error| error.message().to_owned());
            let new = ["invalid tsvector: empty lexeme", "invalid size of tsvector"];
            case.binary && refusal.is_err_and(|refusal| new.contains(&refusal.as_str()))
        },
        until: Some(180_006),
        why: "lexemes without letters were taken, and the size looked at after them",
    },
];

impl Exception {
    /// Whether it is one of a server of this version; 0 stands for the newest.
    pub(crate) fn is_of(&self, version: u32) -> bool {
        self.until.is_none_or(|until| (1..until).contains(&version))
    }
}

fn message(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Error { message, .. } => message,
        Outcome::Value { .. } => "",
    }
}

pub(crate) fn is_alias(oid: Oid) -> bool {
    name_of(oid).is_some_and(|name| name.starts_with("reg")) && !matches!(oid, Oid::REFCURSOR)
}

fn has_name(case: &Case, outcome: &Outcome) -> bool {
    let is_number = |text: &[u8]| text == b"-" || text.iter().all(u8::is_ascii_digit);
    match outcome {
        Outcome::Value { text, .. } => !is_number(text),
        Outcome::Error { message, .. } => !case.binary && !message.contains("for type oid"),
    }
}

/// Whether the text ends in something like `PM-08.:30`: a name and its offset twice.
fn has_far_summer(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let number = |text: &str| text.chars().rev().take_while(char::is_ascii_digit).count();
    let text = text.trim_end();
    let (before, hours) = text.split_at(text.len() - number(text));
    let winter = before.trim_end_matches(['.', ':', '/', '_']);
    let zone = &winter[..winter.len() - number(winter)];
    hours.parse().is_ok_and(|hours: u32| hours > 24)
        && winter.len() < before.len()
        && zone.strip_suffix(['-', '+']).is_some_and(|zone| zone.ends_with(char::is_alphabetic))
}
