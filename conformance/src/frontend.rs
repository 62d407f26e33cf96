//! What a client says: from a line to the bytes of a message.

use crate::text::Token;
use crate::types;

/// The pid of a connection and its cancel key.
pub(crate) type Key = (i32, Vec<u8>);

/// A message as bytes.
///
/// `key` is that of the connection which a CancelRequest names.
pub(crate) fn encode(
    tokens: &[Token],
    key: &dyn Fn(&str) -> Option<Key>,
) -> Result<Vec<u8>, String> {
    let Some((Token::Word(kind), rest)) = tokens.split_first() else {
        return Err("a message begins with its name".into());
    };
    let mut fields = Fields(rest);
    let message = match kind.as_str() {
        "ask" => ask(&mut fields)?,
        "Query" => typed(b'Q', &[&fields.string()?, b"\0"]),
        "Parse" => {
            let (name, sql) = (fields.string()?, fields.string()?);
            let types = fields.all(|fields| fields.word().and_then(|word| types::oid(&word)))?;
            let count = count(types.len())?;
            let types: Vec<u8> = types.into_iter().flat_map(u32::to_be_bytes).collect();
            typed(b'P', &[&name, b"\0", &sql, b"\0", &count, &types])
        }
        "Bind" => {
            let (portal, statement) = (fields.string()?, fields.string()?);
            let (formats, values, results) = fields.values()?;
            typed(b'B', &[&portal, b"\0", &statement, b"\0", &formats, &values, &results])
        }
        "Describe" => named(b'D', &mut fields)?,
        "Close" => named(b'C', &mut fields)?,
        "Execute" => {
            let (portal, limit) = (fields.string()?, fields.number_or(0)?);
            typed(b'E', &[&portal, b"\0", &limit.to_be_bytes()])
        }
        "Flush" => typed(b'H', &[]),
        "Sync" => typed(b'S', &[]),
        "Terminate" => typed(b'X', &[]),
        "CopyDone" => typed(b'c', &[]),
        "CopyData" => typed(b'd', &[&fields.string()?]),
        "CopyFail" => typed(b'f', &[&fields.string()?, b"\0"]),
        "FunctionCall" => {
            let function = types::oid(&fields.word()?)?;
            let (formats, values, results) = fields.values()?;
            // One format, not a list of them.
            let result = results.get(2..).filter(|code| !code.is_empty()).unwrap_or(b"\0\0");
            typed(b'F', &[&function.to_be_bytes(), &formats, &values, result])
        }
        "Password" => typed(b'p', &[&fields.string()?, b"\0"]),
        "SASLInitialResponse" => {
            let (mechanism, data) = (fields.string()?, fields.value()?);
            typed(b'p', &[&mechanism, b"\0", &data])
        }
        "SASLResponse" | "SASLProof" => typed(b'p', &[&fields.string()?]),
        "StartupMessage" => startup(&mut fields)?,
        "SSLRequest" => ssl_request(),
        "GSSENCRequest" => untyped(80_877_104, &[]),
        "CancelRequest" => cancel(&mut fields, key)?,
        "packet" => {
            let code = fields.number()?;
            let body = fields.string()?;
            let bytes = untyped(code, &[&body]);
            let length = fields.number_or(i32::try_from(bytes.len()).unwrap_or(i32::MAX))?;
            [&length.to_be_bytes(), bytes.get(4..).unwrap_or_default()].concat()
        }
        "frame" => {
            let kind = fields.string()?;
            let body = fields.string()?;
            let whole = i32::try_from(body.len() + 4).unwrap_or(i32::MAX);
            let length = fields.number_or(whole)?;
            [&kind, &length.to_be_bytes()[..], &body].concat()
        }
        "bytes" => fields.string()?,
        other => return Err(format!("no message is called {other}")),
    };
    match fields.0 {
        [] => Ok(message),
        [first, ..] => Err(format!("{kind}: too much from {first:?} on")),
    }
}

/// A Query of what stands on the line, as it is.
pub(crate) fn query(sql: &str) -> Vec<u8> {
    typed(b'Q', &[sql.as_bytes(), b"\0"])
}

/// `ask "select $1" int4 formats 1 values "…"`: Parse, Bind, Describe, Execute and Sync.
fn ask(fields: &mut Fields<'_>) -> Result<Vec<u8>, String> {
    let sql = fields.string()?;
    let mut types = Vec::new();
    while fields.0.first().is_some_and(|token| !is_list(token)) {
        types.extend(types::oid(&fields.word()?)?.to_be_bytes());
    }
    let (formats, values, results) = fields.values()?;
    Ok([
        typed(b'P', &[b"\0", &sql, b"\0", &count(types.len() / 4)?, &types]),
        typed(b'B', &[b"\0\0", &formats, &values, &results]),
        typed(b'D', &[b"P\0"]),
        typed(b'E', &[b"\0", &[0; 4]]),
        typed(b'S', &[]),
    ]
    .concat())
}

/// A type byte, a length that counts itself, a body.
pub(crate) fn typed(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&[kind], &length.to_be_bytes()[..], &body].concat()
}

/// A packet before the login, which has no type byte.
fn untyped(code: i32, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 8).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), &code.to_be_bytes()[..], &body].concat()
}

/// The packet by which a client asks for TLS.
pub(crate) fn ssl_request() -> Vec<u8> {
    untyped(80_877_103, &[])
}

/// The packet by which a client logs in.
pub(crate) fn login(user: &str, database: &str) -> Vec<u8> {
    let words = format!("user\0{user}\0database\0{database}\0\0");
    untyped(0x0003_0000, &[words.as_bytes()])
}

/// `StartupMessage 3.0 "user" "me" …`: a version and pairs.
fn startup(fields: &mut Fields<'_>) -> Result<Vec<u8>, String> {
    let version = fields.word()?;
    let halves = version
        .split_once('.')
        .and_then(|(major, minor)| Some((major.parse::<i32>().ok()?, minor.parse::<i32>().ok()?)));
    let (major, minor) = halves.ok_or_else(|| format!("{version} is no version"))?;
    let mut body = Vec::new();
    for string in fields.all(Fields::string)? {
        body.extend(string);
        body.push(0);
    }
    body.push(0);
    Ok(untyped((major << 16) | minor, &[&body]))
}

/// `CancelRequest a`, with a word for what is wrong with it.
fn cancel(fields: &mut Fields<'_>, key: &dyn Fn(&str) -> Option<Key>) -> Result<Vec<u8>, String> {
    let connection = fields.word()?;
    let (mut pid, mut key) =
        key(&connection).ok_or_else(|| format!("{connection} has no key to cancel with"))?;
    match fields.word().unwrap_or_default().as_str() {
        "" => {}
        "wrong" => key.iter_mut().for_each(|byte| *byte ^= 0x55),
        "short" => key.truncate(key.len().saturating_sub(1)),
        "long" => key.push(0),
        "keyless" => key.clear(),
        "huge" => key.resize(257, 0),
        "pid" => pid ^= 0x4000_0000,
        other => return Err(format!("CancelRequest {other}")),
    }
    Ok(untyped(80_877_102, &[&pid.to_be_bytes(), &key]))
}

fn named(kind: u8, fields: &mut Fields<'_>) -> Result<Vec<u8>, String> {
    let (what, name) = (fields.word()?, fields.string()?);
    Ok(typed(kind, &[what.as_bytes(), &name, b"\0"]))
}

fn count(length: usize) -> Result<[u8; 2], String> {
    u16::try_from(length).map(u16::to_be_bytes).map_err(|_| format!("{length} are too many"))
}

/// What is left of a line.
struct Fields<'a>(&'a [Token]);

/// The lists of Bind and FunctionCall: formats of values, values, formats of results.
type Lists = (Vec<u8>, Vec<u8>, Vec<u8>);

impl Fields<'_> {
    fn next(&mut self) -> Option<&Token> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word.clone()),
            other => Err(format!("a word is expected, not {other:?}")),
        }
    }

    fn string(&mut self) -> Result<Vec<u8>, String> {
        match self.next() {
            Some(Token::Bytes(bytes)) => Ok(bytes.clone()),
            other => Err(format!("a quoted string is expected, not {other:?}")),
        }
    }

    fn number(&mut self) -> Result<i32, String> {
        let word = self.word()?;
        word.parse().map_err(|_| format!("{word} is no number"))
    }

    fn number_or(&mut self, default: i32) -> Result<i32, String> {
        if self.0.is_empty() { Ok(default) } else { self.number() }
    }

    fn all<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut all = Vec::new();
        while !self.0.is_empty() {
            all.push(read(self)?);
        }
        Ok(all)
    }

    /// A value with its length: `"text"`, `NULL`, or `length -2`.
    fn value(&mut self) -> Result<Vec<u8>, String> {
        match self.next().cloned() {
            Some(Token::Bytes(bytes)) => {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                Ok([&length.to_be_bytes(), &bytes[..]].concat())
            }
            Some(Token::Word(word)) if word == "NULL" => Ok((-1_i32).to_be_bytes().to_vec()),
            Some(Token::Word(word)) if word == "length" => {
                Ok(self.number()?.to_be_bytes().to_vec())
            }
            other => Err(format!("a value is expected, not {other:?}")),
        }
    }

    /// `formats 1 0 values "a" NULL results 1`, each of which may be missing.
    fn values(&mut self) -> Result<Lists, String> {
        let (mut formats, mut values, mut results) = (Vec::new(), Vec::new(), Vec::new());
        while !self.0.is_empty() {
            let list = self.word()?;
            while self.0.first().is_some_and(|token| !is_list(token)) {
                match list.as_str() {
                    "formats" => formats.push(self.number()?),
                    "results" => results.push(self.number()?),
                    "values" => values.push(self.value()?),
                    other => return Err(format!("{other} is no list")),
                }
            }
        }
        let codes = |codes: Vec<i32>| -> Result<Vec<u8>, String> {
            let mut bytes = count(codes.len())?.to_vec();
            for code in codes {
                let code = i16::try_from(code).map_err(|_| format!("format {code}"))?;
                bytes.extend(code.to_be_bytes());
            }
            Ok(bytes)
        };
        let values = [count(values.len())?.to_vec(), values.concat()].concat();
        Ok((codes(formats)?, values, codes(results)?))
    }
}

fn is_list(token: &Token) -> bool {
    matches!(token, Token::Word(word) if ["formats", "values", "results"].contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    fn bytes(line: &str) -> Result<Vec<u8>, String> {
        encode(&tokens(line, &|_| None)?, &|name| (name == "a").then(|| (7, vec![1, 2, 3, 4])))
    }

    #[test]
    fn messages_have_their_bytes() {
        assert_eq!(bytes("Sync").unwrap(), b"S\0\0\0\x04");
        assert_eq!(bytes("Query \"ab\"").unwrap(), b"Q\0\0\0\x07ab\0");
        assert_eq!(bytes("Parse \"\" \"x\" int4").unwrap(), b"P\0\0\0\x0d\0x\0\0\x01\0\0\0\x17");
        assert_eq!(
            bytes("Bind \"\" \"s\" formats 1 values \"a\" NULL results 0 1").unwrap(),
            b"B\0\0\0\x1c\0s\0\0\x01\0\x01\0\x02\0\0\0\x01a\xff\xff\xff\xff\0\x02\0\0\0\x01"
        );
        assert_eq!(bytes("Execute \"p\" 3").unwrap(), b"E\0\0\0\x0ap\0\0\0\0\x03");
        assert_eq!(bytes("frame \"Q\" \"x\" -1").unwrap(), b"Q\xff\xff\xff\xffx");
        assert_eq!(bytes("packet 80877103 \"\" 9").unwrap(), b"\0\0\0\x09\x04\xd2\x16\x2f");
        assert_eq!(bytes("CancelRequest a short").unwrap().len(), 15);
    }

    #[test]
    fn what_is_asked_is_five_messages() {
        let one = bytes("ask \"x\" int4 formats 1 values \"a\" results 0");
        let five = [
            "Parse \"\" \"x\" int4",
            "Bind \"\" \"\" formats 1 values \"a\" results 0",
            "Describe P \"\"",
            "Execute \"\"",
            "Sync",
        ];
        assert_eq!(one.unwrap(), five.map(|line| bytes(line).unwrap()).concat());
        assert_eq!(query("select \"a\""), bytes("Query \"select \\\"a\\\"\"").unwrap());
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for line in ["Nothing", "Sync 1", "Query", "Parse \"\" \"\" nosuch", "CancelRequest b"] {
            assert!(bytes(line).is_err(), "{line}");
        }
    }
}
