//! From what a user writes to what SHOW shows.

use std::borrow::Cow;

use trunkline_proto::types::{DateStyle, TimeZone};
use trunkline_proto::{Encoding, SqlState};

use super::SERVER_VERSION;
use super::definition::{Definition, Kind};
use super::number::{self, shown};
use crate::error::{PgError, Result};

/// The value of a setting as SHOW prints it.
///
/// `current` is the value until now: `SET DateStyle = 'DMY'` keeps its other half.
pub(super) fn canonical(definition: &Definition, text: &str, current: &str) -> Result<String> {
    let name = definition.name;
    let invalid = || invalid_value(name, text);
    match name {
        "TimeZone" | "log_timezone" => return time_zone(name, text),
        "DateStyle" => return date_style(text, current),
        // As names are cut, and then made fit for every log.
        "application_name" | "cluster_name" => return Ok(printable(name_of(text))),
        "client_encoding" => return encoding(name, text),
        "search_path" if list(text).is_none() => {
            return Err(invalid().detail(BAD_LIST));
        }
        _ => {}
    }
    match &definition.kind {
        Kind::String => Ok(text.to_owned()),
        Kind::Bool => match boolean(text) {
            Some(true) => Ok("on".to_owned()),
            Some(false) => Ok("off".to_owned()),
            None => Err(PgError::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("parameter \"{name}\" requires a Boolean value"),
            )),
        },
        Kind::Enum(words) => {
            let is = |word: &&&str| word.eq_ignore_ascii_case(text);
            let hidden = || {
                let (_, meant) = HIDDEN.iter().find(|(word, _)| word.eq_ignore_ascii_case(text))?;
                // Every setting of levels takes "info", which only some of them list.
                let taken = words.contains(meant) || *meant == "info" && words.contains(&"debug5");
                taken.then_some(meant)
            };
            words
                .iter()
                .find(is)
                .or_else(hidden)
                .map(|word| (*word).to_owned())
                .ok_or_else(|| invalid().hint(format!("Available values: {}.", words.join(", "))))
        }
        Kind::Integer { min, max, unit } => number::integer(name, text, *unit, (*min, *max)),
        Kind::Real { min, max, unit } => number::real(name, text, *unit, (*min, *max)),
    }
}

/// The first 63 bytes, up to the end of a character.
fn name_of(text: &str) -> &str {
    text.get(..text.floor_char_boundary(63)).unwrap_or(text)
}

/// Printable ASCII, and `\xff` for every other byte.
fn printable(text: &str) -> String {
    let mut shown = String::new();
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' => shown.push(char::from(byte)),
            byte => shown.push_str(&format!("\\x{byte:02x}")),
        }
    }
    shown
}

/// The value of a setting that nobody has set, as SHOW prints it.
pub(super) fn default(definition: &Definition) -> Cow<'static, str> {
    if let Some((_, value)) = OURS.iter().find(|(name, _)| *name == definition.name) {
        return Cow::Borrowed(value);
    }
    match (&definition.kind, definition.default.parse::<i64>()) {
        (Kind::Integer { unit, .. }, Ok(number)) => shown(number, *unit),
        _ => Cow::Borrowed(definition.default),
    }
}

/// Defaults that are ours, over those of a PostgreSQL without configuration.
const OURS: [(&str, &str); 9] = [
    // What SHOW says instead of them.
    ("archive_command", "(disabled)"),
    ("data_directory_mode", "0700"),
    ("log_file_mode", "0600"),
    ("unix_socket_permissions", "0777"),
    ("server_version", SERVER_VERSION),
    ("server_version_num", "180004"),
    ("client_encoding", "UTF8"),
    ("server_encoding", "UTF8"),
    ("TimeZone", "UTC"),
];

/// PostgreSQL's words for true and false, and unique beginnings of them.
pub(super) fn boolean(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str| !text.is_empty() && word.starts_with(&text);
    match text.as_str() {
        "1" | "on" => Some(true),
        "0" | "of" | "off" => Some(false),
        "o" => None,
        _ if begins("true") || begins("yes") => Some(true),
        _ if begins("false") || begins("no") => Some(false),
        _ => None,
    }
}

pub(super) fn invalid_value(name: &str, text: &str) -> PgError {
    PgError::new(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("invalid value for parameter \"{name}\": \"{text}\""),
    )
}

/// Words that enumerations take beside those that they list, and what they mean there. Some
/// enumerations are on/off with more shades.
const HIDDEN: [(&str, &str); 8] = [
    ("true", "on"),
    ("yes", "on"),
    ("1", "on"),
    ("false", "off"),
    ("no", "off"),
    ("0", "off"),
    ("debug", "debug2"),
    ("info", "info"),
];

const BAD_LIST: &str = "List syntax is invalid.";

fn time_zone(name: &str, text: &str) -> Result<String> {
    TimeZone::parse(text).map(|zone| zone.to_string()).map_err(|_| {
        let invalid = invalid_value(name, text);
        // A number of hours is a zone, but there is an end to them.
        match text.trim().parse::<f64>() {
            Ok(_) => invalid.detail("UTC timezone offset is out of range."),
            Err(_) => invalid,
        }
    })
}

fn date_style(text: &str, current: &str) -> Result<String> {
    let parse = |text: &str, current| DateStyle::parse(text, current).ok();
    let current = parse(current, DateStyle::default()).unwrap_or_default();
    let Some(words) = list(text) else {
        return Err(invalid_value("DateStyle", text).detail(BAD_LIST));
    };
    if let Some(style) = parse(text, current) {
        return Ok(style.to_string());
    }
    let unknown = words.into_iter().find(|word| parse(word, current).is_none());
    Err(invalid_value("DateStyle", text).detail(match unknown {
        Some(word) => format!("Unrecognized key word: \"{word}\"."),
        None => "Conflicting \"DateStyle\" specifications.".to_owned(),
    }))
}

/// The names in a list with commas, folded to lower case unless they are quoted.
pub(super) fn list(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text.trim_start();
    if rest.is_empty() {
        return Some(names);
    }
    loop {
        let mut name = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let (part, after) = quoted.split_once('"')?;
                name.push_str(part);
                match after.strip_prefix('"') {
                    Some(more) => {
                        name.push('"');
                        quoted = more;
                    }
                    None => {
                        rest = after;
                        break;
                    }
                }
            }
        } else {
            let end = rest.find(|c: char| c == ',' || c.is_ascii_whitespace());
            let (word, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
            if word.is_empty() {
                return None;
            }
            name = word.to_lowercase();
            rest = after;
        }
        names.push(name);
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(names);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

fn encoding(name: &str, text: &str) -> Result<String> {
    let invalid = || invalid_value(name, text);
    let encoding = Encoding::find(text).ok_or_else(invalid)?;
    let name = encoding.name();
    if !encoding.is_supported() {
        return Err(PgError::unsupported(invalid().message().to_owned())
            .detail(format!("Conversion between {name} and UTF8 is not supported.")));
    }
    Ok(name.to_owned())
}
