//! How addresses are read.

use core::net::{IpAddr, Ipv6Addr};

use super::Inet;
use crate::types::bytea::hex_digit;

/// An `inet` of IPv4: four numbers, or those that the prefix covers.
pub(super) fn ipv4(text: &[u8]) -> Option<Inet> {
    let (address, prefix) = split(text);
    // As in PostgreSQL, a point behind the last number does not matter.
    let (octets, count) = octets(address.strip_suffix(b".").unwrap_or(address))?;
    let bits = match prefix {
        Some(prefix) => decimal(prefix, 32)?,
        None if count == 4 => 32,
        None => return None,
    };
    (usize::from(bits / 8) <= count).then(|| Inet { address: octets.into(), bits })
}

/// A `cidr` of IPv4: one to four numbers, or hexadecimal digits behind `0x`. Without a prefix it has
/// that of its class (RFC 791), or of the numbers that are there.
pub(super) fn network(text: &[u8]) -> Option<Inet> {
    let (address, prefix) = split(text);
    let (octets, count) = match address {
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => hexadecimal(digits)?,
        _ => octets(address)?,
    };
    let bits = match prefix {
        Some(prefix) => decimal(prefix, 32)?,
        None => {
            let [first, ..] = octets;
            let class = match first {
                240.. => 32,
                224.. => 8,
                192.. => 24,
                128.. => 16,
                _ => 8,
            };
            let bits = class.max(u8::try_from(count.saturating_mul(8)).unwrap_or(32));
            if bits == 8 && first == 224 { 4 } else { bits }
        }
    };
    Some(Inet { address: octets.into(), bits })
}

/// Eight words in hexadecimal, `::` once for words of zero, an address of IPv4 for the last two, and a
/// prefix.
pub(super) fn ipv6(text: &[u8]) -> Option<Inet> {
    let (address, prefix) = split(text);
    let bits = match prefix {
        Some(prefix) => decimal(prefix, 128).filter(|_| !has_leading_zero(prefix))?,
        None => 128,
    };
    let mut words = [0_u16; 8];
    let mut count: usize = 0;
    let mut gap = None;
    let mut rest = address;
    if rest.first() == Some(&b':') {
        rest = rest.strip_prefix(b":")?;
        if rest.first() != Some(&b':') {
            return None;
        }
    }
    while !rest.is_empty() {
        if let [b':', after @ ..] = rest {
            if gap.replace(count).is_some() {
                return None;
            }
            rest = after;
            continue;
        }
        let end = rest.iter().position(|byte| *byte == b':').unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        if word.contains(&b'.') {
            let [a, b, c, d] = embedded(word, prefix.is_some()).filter(|_| after.is_empty())?;
            *words.get_mut(count)? = u16::from_be_bytes([a, b]);
            *words.get_mut(count.saturating_add(1))? = u16::from_be_bytes([c, d]);
            count = count.saturating_add(2);
            break;
        }
        *words.get_mut(count)? = hexadecimal_word(word)?;
        count = count.saturating_add(1);
        rest = match after {
            // A colon is no end, but before a prefix.
            [b':'] if prefix.is_none() => return None,
            [b':', after @ ..] => after,
            _ => after,
        };
    }
    match gap {
        Some(_) if count >= 8 => return None,
        Some(gap) => {
            words.get_mut(gap..)?.rotate_right(8_usize.saturating_sub(count));
        }
        None if count < 8 => return None,
        None => {}
    }
    Some(Inet { address: IpAddr::V6(Ipv6Addr::from(words)), bits })
}

fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let place = text.iter().position(|byte| *byte == b'/');
    match place.and_then(|place| text.split_at_checked(place)) {
        Some((address, [_, prefix @ ..])) => (address, Some(prefix)),
        _ => (text, None),
    }
}

/// Up to four numbers with points between; how many there were.
fn octets(text: &[u8]) -> Option<([u8; 4], usize)> {
    let mut octets = [0; 4];
    let mut count: usize = 0;
    for octet in text.split(|byte| *byte == b'.') {
        *octets.get_mut(count)? = decimal(octet, 255)?;
        count = count.saturating_add(1);
    }
    Some((octets, count))
}

/// An address of IPv4 in one of IPv6: what is missing at its end is zero, as is nothing between
/// points, or before a prefix.
fn embedded(text: &[u8], has_prefix: bool) -> Option<[u8; 4]> {
    if text.last() == Some(&b'.') && !has_prefix {
        return None;
    }
    let mut octets = [0; 4];
    for (place, octet) in text.split(|byte| *byte == b'.').enumerate() {
        let octet = if octet.is_empty() { b"0" } else { octet };
        *octets.get_mut(place)? = decimal(octet, 255).filter(|_| !has_leading_zero(octet))?;
    }
    Some(octets)
}

fn has_leading_zero(number: &[u8]) -> bool {
    matches!(number, [b'0', _, ..])
}

fn hexadecimal(digits: &[u8]) -> Option<([u8; 4], usize)> {
    let mut octets = [0; 4];
    let mut count: usize = 0;
    for pair in digits.chunks(2) {
        *octets.get_mut(count)? = match pair {
            [high, low] => hex_digit(*high)?.wrapping_shl(4) | hex_digit(*low)?,
            [high] => hex_digit(*high)?.wrapping_shl(4),
            _ => return None,
        };
        count = count.saturating_add(1);
    }
    Some((octets, count))
}

fn hexadecimal_word(digits: &[u8]) -> Option<u16> {
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    digits
        .iter()
        .try_fold(0_u16, |word, digit| Some(word.wrapping_shl(4) | u16::from(hex_digit(*digit)?)))
}

fn decimal(digits: &[u8], most: u8) -> Option<u8> {
    let mut number = 0_u8;
    for digit in digits {
        let digit = digit.is_ascii_digit().then(|| digit.wrapping_sub(b'0'))?;
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    (!digits.is_empty() && number <= most).then_some(number)
}
