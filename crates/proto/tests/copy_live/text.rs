//! Bytes as printable text.

use std::fmt::Write;

pub(crate) fn escape(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b';' | 0..=0x1f | 0x7f.. => write!(text, "\\x{byte:02x}").unwrap(),
            _ => text.push(char::from(*byte)),
        }
    }
    text
}

/// A string of SQL.
pub(crate) fn literal(text: &str) -> String {
    let mut quoted = "E'".to_owned();
    for byte in text.chars() {
        match byte {
            '\\' => quoted.push_str("\\\\"),
            '\'' => quoted.push_str("''"),
            '\0'..='\x1f' | '\x7f' => write!(quoted, "\\x{:02x}", u32::from(byte)).unwrap(),
            _ => quoted.push(byte),
        }
    }
    quoted.push('\'');
    quoted
}
