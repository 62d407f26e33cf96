//! What a driver says, over and over: Parse, Bind, Describe, Execute, Sync.

use crate::message;

/// So many messages, in fives.
pub fn messages(count: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for round in 0..count / 5 {
        message(&mut out, b'P', PARSE);
        let mut bind = b"\0s1\0\0\x02\0\x01\0\0\0\x02\0\0\0\x08".to_vec();
        bind.extend_from_slice(&(round as i64).to_be_bytes());
        bind.extend_from_slice(b"\0\0\0\x08\0\0\0\0\0\0\0\x07\0\x01\0\x01");
        message(&mut out, b'B', &bind);
        message(&mut out, b'D', b"P\0");
        message(&mut out, b'E', b"\0\0\0\0\0");
        message(&mut out, b'S', b"");
    }
    out
}

const PARSE: &[u8] =
    b"s1\0select id, val from t where id = $1 and name = $2\0\0\x02\0\0\0\x14\0\0\0\x19";
