//! What a server says: from the bytes of a message to a line.
//!
//! Left out or shown as `*` is only what differs from run to run: pids, keys, salts, nonces, the numbers of objects that
//! users made, the version's name, and the places in PostgreSQL's own source (fields F, L and R).

use std::fmt::Write as _;

use crate::text::quoted;
use crate::types;

/// One message.
pub(crate) fn show(kind: u8, body: &[u8]) -> String {
    let mut fields = Fields(body);
    match message(kind, &mut fields) {
        Some(line) if fields.0.is_empty() => line,
        Some(line) => format!("{line} and left over {}", quoted(fields.0)),
        None => format!("malformed {} {}", quoted(&[kind]), quoted(body)),
    }
}

fn message(kind: u8, fields: &mut Fields<'_>) -> Option<String> {
    Some(match kind {
        b'R' => authentication(fields)?,
        b'K' => {
            fields.int4()?;
            format!("BackendKeyData * key of {} bytes", fields.rest().len())
        }
        b'S' => {
            let (name, value) = (fields.string()?, fields.string()?);
            let name = String::from_utf8_lossy(name);
            match &*name {
                "server_version" => format!("ParameterStatus {name} *"),
                _ => format!("ParameterStatus {name} {}", quoted(value)),
            }
        }
        b'v' => {
            let (version, count) = (fields.int4()?, fields.int4()?);
            let mut line =
                format!("NegotiateProtocolVersion {}.{}", version >> 16, version & 0xffff);
            for _ in 0..count {
                let _ = write!(line, " {}", quoted(fields.string()?));
            }
            line
        }
        b'Z' => format!("ReadyForQuery {}", char::from(fields.byte()?)),
        b'T' => row_description(fields)?,
        b'D' => {
            let mut line = "DataRow".to_owned();
            for _ in 0..fields.int2()? {
                let _ = write!(line, " {}", fields.value()?);
            }
            line
        }
        b'C' => format!("CommandComplete {}", quoted(fields.string()?)),
        b'I' => "EmptyQueryResponse".into(),
        b'n' => "NoData".into(),
        b's' => "PortalSuspended".into(),
        b'1' => "ParseComplete".into(),
        b'2' => "BindComplete".into(),
        b'3' => "CloseComplete".into(),
        b't' => {
            let mut line = "ParameterDescription".to_owned();
            let count = fields.int2()?;
            for _ in 0..count.min(20) {
                let _ = write!(line, " {}", types::name(fields.oid()?));
            }
            if count > 20 {
                let _ = write!(line, " … {count}");
                fields.rest();
            }
            line
        }
        b'E' => format!("ErrorResponse{}", error_fields(fields)?),
        b'N' => format!("NoticeResponse{}", error_fields(fields)?),
        b'G' => format!("CopyInResponse{}", copy_formats(fields)?),
        b'H' => format!("CopyOutResponse{}", copy_formats(fields)?),
        b'W' => format!("CopyBothResponse{}", copy_formats(fields)?),
        b'd' => format!("CopyData {}", quoted(fields.rest())),
        b'c' => "CopyDone".into(),
        b'A' => {
            fields.int4()?;
            let (channel, payload) = (fields.string()?, fields.string()?);
            format!("NotificationResponse * {} {}", quoted(channel), quoted(payload))
        }
        b'V' => format!("FunctionCallResponse {}", fields.value()?),
        _ => return None,
    })
}

fn authentication(fields: &mut Fields<'_>) -> Option<String> {
    Some(match fields.int4()? {
        0 => "AuthenticationOk".into(),
        3 => "AuthenticationCleartextPassword".into(),
        5 => {
            fields.take(4)?;
            "AuthenticationMD5Password *".into()
        }
        10 => {
            let mut line = "AuthenticationSASL".to_owned();
            loop {
                match fields.string()? {
                    b"" => break line,
                    name => {
                        let _ = write!(line, " {}", String::from_utf8_lossy(name));
                    }
                }
            }
        }
        11 => format!("AuthenticationSASLContinue {}", quoted(&scram(fields.rest()))),
        12 => format!("AuthenticationSASLFinal {}", quoted(&scram(fields.rest()))),
        other => format!("Authentication {other} {}", quoted(fields.rest())),
    })
}

/// Of nonces, salts and signatures the length is compared.
fn scram(data: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(data);
    let parts = text.split(',').map(|part| match part.split_once('=') {
        Some((name @ ("r" | "s" | "v"), value)) => format!("{name}=*{}", value.len()),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(",").into_bytes()
}

fn row_description(fields: &mut Fields<'_>) -> Option<String> {
    let count = fields.int2()?;
    let mut line = "RowDescription".to_owned();
    for index in 0..count {
        let name = fields.string()?;
        let (table, column) = (fields.oid()?, fields.int2()?);
        let (oid, typlen) = (fields.oid()?, fields.int2()?);
        let (typmod, format) = (fields.int4()?, fields.int2()?);
        let comma = if index == 0 { "" } else { "," };
        let (name, oid) = (quoted(name), types::name(oid));
        let _ = write!(line, "{comma} {name} {oid} {typlen} {typmod} {}", format_name(format));
        if (table, column) != (0, 0) {
            let _ = write!(line, " of {}.{column}", types::object(table));
        }
    }
    Some(line)
}

fn format_name(code: i16) -> String {
    match code {
        0 => "text".into(),
        1 => "binary".into(),
        other => format!("format {other}"),
    }
}

fn copy_formats(fields: &mut Fields<'_>) -> Option<String> {
    let overall = format_name(fields.byte()?.into());
    let mut line = format!(" {overall} columns");
    for _ in 0..fields.int2()? {
        let _ = write!(line, " {}", fields.int2()?);
    }
    Some(line)
}

/// The fields of an error that are shown, in this order, with their names.
const ERROR_FIELDS: [(u8, &str); 11] = [
    (b'P', "position"),
    (b'D', "detail"),
    (b'H', "hint"),
    (b'p', "internal position"),
    (b'q', "internal query"),
    (b'W', "where"),
    (b's', "schema"),
    (b't', "table"),
    (b'c', "column"),
    (b'd', "type"),
    (b'n', "constraint"),
];

fn error_fields(fields: &mut Fields<'_>) -> Option<String> {
    let mut found = Vec::new();
    loop {
        match fields.byte()? {
            0 => break,
            code => found.push((code, fields.string()?)),
        }
    }
    let get = |code| found.iter().find(|(known, _)| *known == code).map(|(_, text)| *text);
    let word = |code| String::from_utf8_lossy(get(code).unwrap_or(b"?")).into_owned();
    let mut line = format!(" {} {} {}", word(b'S'), word(b'C'), quoted(get(b'M').unwrap_or(b"")));
    if get(b'V') != get(b'S') {
        let _ = write!(line, " V {}", word(b'V'));
    }
    for (code, name) in ERROR_FIELDS {
        if let Some(text) = get(code) {
            let _ = match code {
                b'P' | b'p' => write!(line, " {name} {}", String::from_utf8_lossy(text)),
                // The number is that of the session.
                b's' if text.starts_with(b"pg_temp_") => write!(line, " {name} \"pg_temp_*\""),
                _ => write!(line, " {name} {}", quoted(text)),
            };
        }
    }
    let known = |code: u8| {
        b"SVCMFLR".contains(&code) || ERROR_FIELDS.iter().any(|(known, _)| *known == code)
    };
    for (code, text) in found.iter().filter(|(code, _)| !known(*code)) {
        let _ = write!(line, " {} {}", char::from(*code), quoted(text));
    }
    Some(line)
}

/// The same reply without the words of its author: severity and SQLSTATE are left.
pub(crate) fn without_words(line: &str) -> String {
    match line.starts_with("ErrorResponse ") {
        true => line.split(' ').take(3).collect::<Vec<_>>().join(" "),
        false => line.to_owned(),
    }
}

/// What is left of a body.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn int2(&mut self) -> Option<i16> {
        Some(i16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn int4(&mut self) -> Option<i32> {
        Some(i32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn oid(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let string = self.take(end)?;
        self.take(1)?;
        Some(string)
    }

    fn value(&mut self) -> Option<String> {
        match self.int4()? {
            -1 => Some("NULL".into()),
            length => self.take(usize::try_from(length).ok()?).map(quoted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_shown_field_by_field() {
        let shown = [
            (b'Z', &b"I"[..], "ReadyForQuery I"),
            (b'D', b"\0\x02\0\0\0\x01a\xff\xff\xff\xff", "DataRow \"a\" NULL"),
            (b'K', b"\0\0\0\x01abcd", "BackendKeyData * key of 4 bytes"),
            (b't', b"\0\x01\0\0\0\x17", "ParameterDescription int4"),
            (
                b'T',
                b"\0\x01a\0\0\0\x40\0\0\x01\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0",
                "RowDescription \"a\" int4 4 -1 text of *.1",
            ),
            (b'R', b"\0\0\0\x0bm=1,r=abc", "AuthenticationSASLContinue \"m=1,r=*3\""),
            (b'1', b"x", "ParseComplete and left over \"x\""),
            (b'Z', b"", "malformed \"Z\" \"\""),
            (b'?', b"", "malformed \"?\" \"\""),
        ];
        for (kind, body, line) in shown {
            assert_eq!(show(kind, body), line);
        }
    }

    #[test]
    fn errors_show_all_but_places_in_the_source() {
        let body = b"SERROR\0VERROR\0C42601\0Mno \"x\"\0P8\0Ffile.c\0L12\0Rroutine\0Hhelp\0\0";
        let line = show(b'E', body);
        assert_eq!(line, "ErrorResponse ERROR 42601 \"no \\\"x\\\"\" position 8 hint \"help\"");
        assert_eq!(without_words(&line), "ErrorResponse ERROR 42601");
        assert_eq!(
            show(b'N', b"SWARNUNG\0C01000\0Mx\0zy\0\0"),
            "NoticeResponse WARNUNG 01000 \"x\" V ? z \"y\""
        );
    }
}
