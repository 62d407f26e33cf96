//! The settings that a client asks for in its startup packet.

use std::fmt::Write as _;

use trunkline_core::settings::Settings;
use trunkline_core::{Notice, PgError, Result, Severity, SqlState};
use trunkline_proto::backend::Login;

use crate::limits::Limits;

/// The settings that a session starts with: those of the server, over them those of the `options`,
/// then those by their own name.
///
/// # Errors
///
/// As for [`Settings::set_at_startup`]; 42601 for `options` that are no settings; 22021 for a value
/// that is not UTF-8 where PostgreSQL, which does not look, would keep its bytes.
pub(crate) fn startup_settings(
    login: &Login,
    limits: &Limits,
    first: &Settings,
) -> Result<Settings> {
    let mut settings = first.clone();
    settings.preset("session_authorization", login.user());
    settings.preset_timeouts(&limits.timeouts);
    if let Some(options) = login.options() {
        for (name, value) in command_line(options.as_bytes())? {
            set(&mut settings, &name, &value)?;
        }
    }
    for (name, value) in login.parameters().iter() {
        let is_other = matches!(name, b"user" | b"database" | b"options" | b"replication");
        if !is_other && !name.starts_with(b"_pq_.") {
            set(&mut settings, name, value)?;
        }
    }
    Ok(settings)
}

/// What a client is told whose name for itself is longer than the names of PostgreSQL.
pub(crate) fn cut_name(value: &str) -> Option<Notice> {
    let kept = value.get(..value.floor_char_boundary(NAME_LENGTH))?;
    (kept != value).then(|| {
        let message = format!("identifier \"{value}\" will be truncated to \"{kept}\"");
        Notice::new(Severity::Notice, SqlState::NAME_TOO_LONG, message)
    })
}

/// The longest name, in bytes.
const NAME_LENGTH: usize = 63;

/// [`cut_name`] of the startup packet.
pub(crate) fn startup_notice(login: &Login) -> Option<Notice> {
    let named = login.parameters().iter().filter(|(name, _)| *name == b"application_name");
    cut_name(std::str::from_utf8(named.last()?.1).ok()?)
}

fn set(settings: &mut Settings, name: &[u8], value: &[u8]) -> Result<()> {
    let (name, text) = (String::from_utf8_lossy(name), String::from_utf8_lossy(value));
    let Err(error) = std::str::from_utf8(value) else {
        return settings.set_at_startup(&name, &text);
    };
    // The one setting that PostgreSQL itself turns into ASCII.
    if name.eq_ignore_ascii_case("application_name") {
        return settings.set_at_startup(&name, &cleaned(value));
    }
    // A name that is not known and a value that is not taken come first, as in PostgreSQL.
    settings.set_at_startup(&name, &text)?;
    let wrong = value.get(error.valid_up_to()).copied().unwrap_or_default();
    Err(PgError::new(
        SqlState::CHARACTER_NOT_IN_REPERTOIRE,
        format!("invalid byte sequence for encoding \"UTF8\": 0x{wrong:02x}"),
    ))
}

/// Printable ASCII, and `\xff` for every other byte.
fn cleaned(value: &[u8]) -> String {
    value.iter().fold(String::new(), |mut text, byte| {
        match byte {
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => drop(write!(text, "\\x{byte:02x}")),
        }
        text
    })
}

/// The settings in a command line of PostgreSQL's server: `-c name=value` and `--name=value`.
fn command_line(text: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut words = arguments(text).into_iter();
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let assignment = match (&word[..], word.strip_prefix(b"-c"), word.strip_prefix(b"--")) {
            (b"-c", ..) => words.next(),
            (_, Some(rest), _) | (_, None, Some(rest)) => Some(rest.to_owned()),
            _ => None,
        };
        let Some(assignment) = assignment else { return Err(no_option(&word)) };
        let mut halves = assignment.splitn(2, |byte| *byte == b'=');
        let (Some(name), Some(value)) = (halves.next(), halves.next()) else {
            let dashes = if word.starts_with(b"--") { "--" } else { "-c " };
            let name = String::from_utf8_lossy(&assignment);
            let message = format!("{dashes}{name} requires a value");
            return Err(PgError::new(SqlState::SYNTAX_ERROR, message));
        };
        let name = name.iter().map(|byte| if *byte == b'-' { b'_' } else { *byte });
        settings.push((name.collect(), value.to_owned()));
    }
    Ok(settings)
}

fn no_option(word: &[u8]) -> PgError {
    let word = String::from_utf8_lossy(word);
    let message = format!("invalid command-line argument for server process: {word}");
    PgError::new(SqlState::SYNTAX_ERROR, message)
        .hint("Try \"postgres --help\" for more information.")
}

/// Words between spaces; a backslash keeps the byte behind it as it is.
fn arguments(text: &[u8]) -> Vec<Vec<u8>> {
    let (mut words, mut word, mut escaped) = (Vec::new(), None::<Vec<u8>>, false);
    for byte in text {
        if !escaped && matches!(byte, b' ' | b'\t'..=b'\r') {
            words.extend(word.take());
        } else if !escaped && *byte == b'\\' {
            escaped = true;
        } else {
            word.get_or_insert_default().push(*byte);
            escaped = false;
        }
    }
    words.extend(word);
    words
}
