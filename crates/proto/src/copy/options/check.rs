//! What goes together, in the order in which `ProcessCopyOptions` looks.

use super::super::error::CopyError;
use super::read::{Given, invalid, syntax, unsupported};
use super::{CopyDirection, CopyFormat, Force, Header, OnError, Options};

/// What a delimiter of the text format must not be: it has a meaning behind a backslash.
const UNSAFE: &[u8] = b"\\.abcdefghijklmnopqrstuvwxyz0123456789";

pub(super) fn check(given: Given, direction: CopyDirection) -> Result<Options, CopyError> {
    let format = given.format.unwrap_or_default();
    let (is_binary, is_csv) = (format == CopyFormat::Binary, format == CopyFormat::Csv);
    let is_from = direction == CopyDirection::From;
    let texts =
        [("DELIMITER", &given.delimiter), ("NULL", &given.null), ("DEFAULT", &given.default)];
    if let Some((option, _)) = texts.iter().find(|(_, text)| is_binary && text.is_some()) {
        return Err(syntax(format!("cannot specify {option} in BINARY mode")));
    }
    let header = given.header.unwrap_or_default();
    let null = given.null.as_deref().unwrap_or(if is_csv { "" } else { "\\N" });
    let default = given.default.as_deref();
    let delimiter = delimiter(given.delimiter.as_deref(), is_csv)?;
    if null.contains(['\r', '\n']) {
        return Err(invalid("COPY null representation cannot use newline or carriage return"));
    }
    if default.is_some_and(|default| default.contains(['\r', '\n'])) {
        return Err(invalid("COPY default representation cannot use newline or carriage return"));
    }
    if !is_csv && UNSAFE.contains(&delimiter) {
        let delimiter = char::from(delimiter);
        return Err(invalid(format!("COPY delimiter cannot be \"{delimiter}\"")));
    }
    if is_binary && header != Header::Absent {
        return Err(unsupported("cannot specify HEADER in BINARY mode"));
    }
    let quote = csv_mark("QUOTE", given.quote.as_deref(), b'"', is_csv)?;
    if is_csv && quote == delimiter {
        return Err(invalid("COPY delimiter and quote must be different"));
    }
    let escape = csv_mark("ESCAPE", given.escape.as_deref(), quote, is_csv)?;
    forces(&given, is_csv, is_from)?;
    let appears = |mark: u8, text: &str| text.as_bytes().contains(&mark);
    if appears(delimiter, null) {
        let message = "COPY delimiter character must not appear in the NULL specification";
        return Err(invalid(message));
    }
    if is_csv && appears(quote, null) {
        return Err(invalid("CSV quote character must not appear in the NULL specification"));
    }
    if given.freeze == Some(true) && !is_from {
        return Err(invalid("COPY FREEZE cannot be used with COPY TO"));
    }
    if let Some(default) = default {
        if !is_from {
            return Err(unsupported("COPY DEFAULT cannot be used with COPY TO"));
        }
        if appears(delimiter, default) {
            let message = "COPY delimiter character must not appear in the DEFAULT specification";
            return Err(unsupported(message));
        }
        if is_csv && appears(quote, default) {
            let message = "CSV quote character must not appear in the DEFAULT specification";
            return Err(unsupported(message));
        }
        if default == null {
            let message = "NULL specification and DEFAULT specification cannot be the same";
            return Err(unsupported(message));
        }
    }
    let on_error = given.on_error.unwrap_or_default();
    if is_binary && on_error != OnError::Stop {
        return Err(syntax("only ON_ERROR STOP is allowed in BINARY mode"));
    }
    if given.reject_limit.is_some() && on_error != OnError::Ignore {
        return Err(invalid("COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE"));
    }
    if let Some(encoding) = given.encoding.filter(|encoding| !encoding.is_supported()) {
        let message = format!("COPY in the encoding {} is not supported", encoding.name());
        return Err(unsupported(message));
    }
    Ok(Options {
        format,
        delimiter,
        null: null.as_bytes().into(),
        default: default.map(|default| default.as_bytes().into()),
        header,
        quote,
        escape,
        force_quote: given.force_quote.unwrap_or_default(),
        force_not_null: given.force_not_null.unwrap_or_default(),
        force_null: given.force_null.unwrap_or_default(),
        encoding: given.encoding,
        freeze: given.freeze.unwrap_or_default(),
        on_error,
        reject_limit: given.reject_limit,
        log_verbosity: given.log_verbosity.unwrap_or_default(),
    })
}

fn delimiter(given: Option<&str>, is_csv: bool) -> Result<u8, CopyError> {
    let Some(given) = given else { return Ok(if is_csv { b',' } else { b'\t' }) };
    match *given.as_bytes() {
        [b'\r' | b'\n'] => Err(invalid("COPY delimiter cannot be newline or carriage return")),
        [delimiter] => Ok(delimiter),
        _ => Err(unsupported("COPY delimiter must be a single one-byte character")),
    }
}

fn csv_mark(option: &str, given: Option<&str>, default: u8, is_csv: bool) -> Result<u8, CopyError> {
    match given.map(str::as_bytes) {
        None => Ok(default),
        Some(_) if !is_csv => Err(unsupported(format!("COPY {option} requires CSV mode"))),
        Some([mark]) => Ok(*mark),
        Some(_) => {
            let option = option.to_ascii_lowercase();
            Err(unsupported(format!("COPY {option} must be a single one-byte character")))
        }
    }
}

fn forces(given: &Given, is_csv: bool, is_from: bool) -> Result<(), CopyError> {
    let options = [
        ("FORCE_QUOTE", &given.force_quote, !is_from),
        ("FORCE_NOT_NULL", &given.force_not_null, is_from),
        ("FORCE_NULL", &given.force_null, is_from),
    ];
    for (option, force, fits) in options {
        if matches!(force, None | Some(Force::None)) {
            continue;
        }
        if !is_csv {
            return Err(unsupported(format!("COPY {option} requires CSV mode")));
        }
        if !fits && is_from {
            return Err(unsupported(format!("COPY {option} cannot be used with COPY FROM")));
        }
        if !fits {
            return Err(invalid(format!("COPY {option} cannot be used with COPY TO")));
        }
    }
    Ok(())
}
