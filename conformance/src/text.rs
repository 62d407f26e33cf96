//! Words and quoted bytes: what the lines of a dialogue are made of.

use std::fmt::Write as _;

/// A part of a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// Up to the next space.
    Word(String),
    /// Between quotes: any bytes.
    Bytes(Vec<u8>),
}

/// Longer values are shown by their beginning, their length and a sum.
const LONGEST: usize = 400;

/// Splits a line. `name` tells what `\(name)` within quotes stands for.
pub(crate) fn tokens(
    line: &str,
    name: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (mut bytes, after) = unquoted(quoted, name)?;
            rest = after;
            if let Some(after) = rest.strip_prefix('*') {
                let (count, after) = word(after);
                bytes = bytes.repeat(count.parse().map_err(|_| format!("\"…\"*{count}"))?);
                rest = after;
            }
            tokens.push(Token::Bytes(bytes));
        } else {
            let (found, after) = word(rest);
            tokens.push(Token::Word(found.to_owned()));
            rest = after;
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(' ').unwrap_or(text.len()))
}

/// The bytes up to the closing quote, and what follows it.
fn unquoted<'a>(
    text: &'a str,
    name: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<(Vec<u8>, &'a str), String> {
    let mut bytes = Vec::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '"' => return Ok((bytes, rest.as_str())),
            '\\' => match rest.next() {
                Some('n') => bytes.push(b'\n'),
                Some('r') => bytes.push(b'\r'),
                Some('t') => bytes.push(b'\t'),
                Some('x') => {
                    let digits = rest.as_str().get(..2).unwrap_or_default();
                    let byte = u8::from_str_radix(digits, 16);
                    bytes.push(byte.map_err(|_| format!("\\x{digits}: two digits"))?);
                    rest = rest.as_str().get(2..).unwrap_or_default().chars();
                }
                Some('(') => {
                    let (found, after) =
                        rest.as_str().split_once(')').ok_or("\\( without its end")?;
                    bytes.extend(name(found).ok_or_else(|| format!("nothing is called {found}"))?);
                    rest = after.chars();
                }
                Some(escaped @ ('"' | '\\')) => bytes.push(escaped as u8),
                other => return Err(format!("no escape: \\{}", other.unwrap_or(' '))),
            },
            other => bytes.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Err("a quote is not closed".into())
}

/// The bytes within quotes, so that [`tokens`] reads them again.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    if let [first, rest @ ..] = bytes
        && bytes.len() > 40
        && rest.iter().all(|byte| byte == first)
    {
        return format!("{}*{}", quoted(&[*first]), bytes.len());
    }
    if bytes.len() > LONGEST {
        let start = quoted(bytes.get(..40).unwrap_or_default());
        return format!("{start}…({} bytes, sum {:08x})", bytes.len(), sum(bytes));
    }
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => text.extend(['\\', character]),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                control if control.is_control() => {
                    for byte in control.encode_utf8(&mut [0; 4]).bytes() {
                        let _ = write!(text, "\\x{byte:02x}");
                    }
                }
                other => text.push(other),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push('"');
    text
}

/// FNV-1a: enough to see that two long values differ.
fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<Vec<u8>> {
        None
    }

    #[test]
    fn what_is_quoted_is_read_again() {
        for bytes in [&b""[..], b"a \"b\" \\ c", b"\0\x01\xff\n", "ä\u{80}".as_bytes()] {
            let read = tokens(&quoted(bytes), &nothing).unwrap();
            assert_eq!(read, [Token::Bytes(bytes.to_vec())]);
        }
        assert_eq!(quoted(&[b'a'; 50]), "\"a\"*50");
        assert_eq!(quoted(b"a\0\xc3"), "\"a\\x00\\xc3\"");
    }

    #[test]
    fn words_repetitions_and_names_are_told_apart() {
        let name = |name: &str| (name == "user").then(|| b"me".to_vec());
        let read = tokens("Parse \"\" \"x\"*3 \"\\(user)\" 23", &name).unwrap();
        let bytes = |text: &str| Token::Bytes(text.into());
        let word = |text: &str| Token::Word(text.into());
        assert_eq!(read, [word("Parse"), bytes(""), bytes("xxx"), bytes("me"), word("23")]);
        assert!(tokens("\"open", &nothing).is_err());
        assert!(tokens("\"\\(who)\"", &nothing).is_err());
    }
}
