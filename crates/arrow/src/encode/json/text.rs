//! From a value's text to its JSON, in the place where it was written.

use std::cmp::Ordering;

use trunkline_core::Result;
use trunkline_proto::types::Numeric;

/// The order in which `jsonb` keeps keys.
pub(super) fn key_order(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Makes a JSON string of the text that was appended from `start` on.
pub(super) fn quote(start: usize, out: &mut Vec<u8>) {
    let text = out.get(start..).unwrap_or_default();
    if !text.iter().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        out.insert(start, b'"');
        out.push(b'"');
        return;
    }
    let end = out.len();
    out.push(b'"');
    for place in start..end {
        let Some(byte) = out.get(place).copied() else { break };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
    out.drain(start..end);
}

/// Makes JSON of the number whose text was appended from `start` on.
///
/// # Errors
///
/// 22003 for a number that `numeric` cannot hold.
pub(super) fn to_json_number(start: usize, out: &mut Vec<u8>) -> Result<()> {
    let text = out.get(start..).unwrap_or_default();
    if text.iter().any(|byte| matches!(byte, b'N' | b'I')) {
        quote(start, out);
    } else if text == b"-0" {
        out.truncate(start);
        out.push(b'0');
    } else if text.contains(&b'e') {
        let number = Numeric::parse(&String::from_utf8_lossy(text))?;
        out.truncate(start);
        number.text(out);
    }
    Ok(())
}

/// Makes ISO 8601 of the timestamp whose text in the `ISO` style, after a quote, was appended from
/// `start` on: a `T` before the time, and a zone with minutes.
pub(super) fn to_iso_8601(start: usize, out: &mut Vec<u8>) {
    let Some(text) = out.get_mut(start..) else { return };
    let Some(gap) = text.iter().position(|byte| *byte == b' ') else { return };
    if let Some(place) = text.get_mut(gap) {
        *place = b'T';
    }
    let time = text.get(gap..).unwrap_or_default();
    let Some(sign) = time.iter().position(|byte| matches!(byte, b'+' | b'-')) else { return };
    let zone = time.get(sign..).unwrap_or_default();
    let hours = zone.get(..3).unwrap_or(zone).len();
    if zone.get(hours) != Some(&b':') {
        let end = start.saturating_add(gap).saturating_add(sign).saturating_add(hours);
        out.splice(end..end, *b":00");
    }
}
