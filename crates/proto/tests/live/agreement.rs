//! What is compared with a server's answers, and how a difference is told.

use trunkline_proto::types::{IsNull, TextStyle, ToPg, Value, ValueError};
use trunkline_proto::{Format, Oid};

use crate::printed::escape;

pub(crate) fn encode(
    value: &Value,
    oid: Oid,
    format: Format,
    style: &TextStyle,
) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    match value.encode(oid, format, style, &mut out) {
        Ok(IsNull::No) => Ok(out),
        Ok(IsNull::Yes) => Err("encodes as NULL".to_owned()),
        Err(error) => Err(format!("does not encode: {}", described(&error))),
    }
}

pub(crate) fn agree(what: &str, ours: &[u8], theirs: &[u8]) -> Result<(), String> {
    if ours == theirs {
        Ok(())
    } else {
        Err(format!("{what}: {} != {}", escape(ours), escape(theirs)))
    }
}

pub(crate) fn described(error: &ValueError) -> String {
    format!("{} {}", error.sqlstate(), error.message())
}
