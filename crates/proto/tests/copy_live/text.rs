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

pub(crate) fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, rest) {
            (b'\\', [b'\\', after @ ..]) => {
                bytes.push(b'\\');
                rest = after;
            }
            (b'\\', [b'x', high, low, after @ ..]) => {
                let pair = [*high, *low];
                let pair = std::str::from_utf8(&pair).unwrap();
                bytes.push(u8::from_str_radix(pair, 16).unwrap());
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
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
