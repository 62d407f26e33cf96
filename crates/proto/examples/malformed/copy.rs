//! The formats of COPY.

use trunkline_proto::copy::{CopyDirection, CopyValue, Decoder, Options, Target};

/// What binary data begins with.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Reads it in two pieces, up to its end or the first error.
fn read(options: &[(&str, &str)], bytes: &[u8]) -> bool {
    let options = options.iter().map(|(name, text)| (*name, CopyValue::Text(text)));
    let Ok(options) = Options::new(CopyDirection::From, options) else { return false };
    let target = Target::new("t").column("a", true).column("b", false);
    let mut decoder = Decoder::new(options, target);
    let (first, second) = bytes.split_at(bytes.len() / 2);
    for piece in [Some(first), Some(second), None] {
        match piece {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        }
        loop {
            match decoder.next_row() {
                Ok(Some(row)) if row.fields().all(|field| field.is_ok()) => {}
                Ok(None) => break,
                _ => return false,
            }
        }
    }
    true
}

pub(super) fn text(bytes: &[u8]) -> bool {
    read(&[("default", "D")], bytes)
}

pub(super) fn csv(bytes: &[u8]) -> bool {
    let other = [("format", "csv"), ("escape", "\\"), ("header", "match"), ("delimiter", ";")];
    read(&[("format", "csv")], bytes) | read(&other, bytes)
}

pub(super) fn binary(bytes: &[u8]) -> bool {
    read(&[("format", "binary")], bytes)
}

pub(super) fn text_seeds() -> Vec<Vec<u8>> {
    super::texts(&[
        "1\ttwo\n\\N\t\\x41\\101\\t\\\\\n",
        "D\t\\\n\r\n3\té\r\n\\.\r\n",
        "a\tb\rc\td\r\\.\r",
    ])
}

pub(super) fn csv_seeds() -> Vec<Vec<u8>> {
    super::texts(&[
        "1,\"a \"\"b\"\"\"\n,\"x,y\nz\"\n",
        "a;b\r\n\"\\\"\";é\r\n",
        "\\.,\"\"\r1,\"\r\"\r",
    ])
}

pub(super) fn binary_seeds() -> Vec<Vec<u8>> {
    let rows = b"\0\x02\0\0\0\x03one\xff\xff\xff\xff\0\x02\0\0\0\0\0\0\0\x01x";
    let extended = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\x03ext\xff\xff";
    vec![[HEADER, rows, b"\xff\xff"].concat(), [HEADER, rows].concat(), extended.to_vec()]
}
