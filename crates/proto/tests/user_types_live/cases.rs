//! One input, and what came of it.

use trunkline_proto::types::{TextStyle, Value, ValueError};
use trunkline_proto::{Format, Oid};

use crate::agreement::{agree, described, encode};
use crate::printed::{escape, hex};
use crate::server::Outcome;

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) type_name: String,
    pub(crate) format: Format,
    pub(crate) input: Vec<u8>,
    pub(crate) outcome: Option<Outcome>,
}

impl Case {
    pub(crate) fn check(&self, style: &TextStyle) -> Result<(), String> {
        self.compare(style).map_err(|why| {
            let input = match self.format {
                Format::Text => escape(&self.input),
                Format::Binary => hex(&self.input),
            };
            format!("{} {input}: {why}", self.type_name)
        })
    }

    fn compare(&self, style: &TextStyle) -> Result<(), String> {
        let oid = oid_of(&self.type_name, style);
        let read = Value::decode(oid, self.format, &self.input, style);
        // What Bind says is what the engine says later.
        let checked = Value::check(oid, self.format, &self.input, style);
        if checked != read.as_ref().map(|_| ()).map_err(Clone::clone) {
            return Err(format!("{checked:?} is not what {read:?} is"));
        }
        let outcome = self.outcome.as_ref().ok_or("PostgreSQL has not been asked")?;
        let (text, binary) = match (outcome, &read) {
            (Outcome::Error { sqlstate, message }, Err(error)) => {
                // It asked for the memory before it looked for the bytes.
                if message.starts_with("invalid memory alloc") {
                    return Ok(());
                }
                let (ours, theirs) = (described(error), format!("{sqlstate} {message}"));
                // The parameter's number is the server's to say.
                let theirs = theirs.replace(" in bind parameter 1", "");
                return if ours == theirs { Ok(()) } else { Err(format!("{ours} != {theirs}")) };
            }
            (Outcome::Error { sqlstate, message }, Ok(value)) => {
                return Err(format!("{value:?} != {sqlstate} {message}"));
            }
            (Outcome::Value { text, .. }, Err(error)) => {
                return Err(format!("{} != {}", described(error), escape(text)));
            }
            (Outcome::Value { text, binary }, Ok(_)) => (text, binary),
        };
        let value = read.map_err(|error| described(&error))?;
        agree("text", &encode(&value, oid, Format::Text, style)?, text)?;
        agree("binary", &encode(&value, oid, Format::Binary, style)?, binary)?;
        let checked = Value::decode_checked(oid, self.format, &self.input, style);
        // Not compared as values: a NaN is no other's equal.
        if format!("{checked:?}") != format!("{:?}", Ok::<_, ValueError>(&value)) {
            return Err(format!("{checked:?} after a check"));
        }
        let from_binary = Value::decode(oid, Format::Binary, binary, style)
            .map_err(|error| format!("its binary: {}", described(&error)))?;
        agree("text of its binary", &encode(&from_binary, oid, Format::Text, style)?, text)?;
        let from_text = Value::decode(oid, Format::Text, text, style)
            .map_err(|error| format!("its text: {}", described(&error)))?;
        // A NaN loses its sign.
        if text.windows(3).any(|word| word == b"NaN") {
            return Ok(());
        }
        agree("binary of its text", &encode(&from_text, oid, Format::Binary, style)?, binary)
    }
}

pub(crate) fn oid_of(type_name: &str, style: &TextStyle) -> Oid {
    let (element, is_array) = match type_name.strip_suffix("[]") {
        Some(element) => (element, true),
        None => (type_name, false),
    };
    let types = &style.types;
    let found = types.iter().find(|user| types.name_of(user.oid()).as_deref() == Some(element));
    let found = found.unwrap_or_else(|| panic!("no type {type_name}"));
    if is_array { found.array_oid().unwrap() } else { found.oid() }
}
