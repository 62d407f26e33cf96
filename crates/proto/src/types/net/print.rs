//! How an address looks.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::types::int;

pub(super) fn address(address: &IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(address) => ipv4(*address, out),
        IpAddr::V6(address) => ipv6(*address, out),
    }
}

fn ipv4(address: Ipv4Addr, out: &mut Vec<u8>) {
    for (place, octet) in address.octets().into_iter().enumerate() {
        if place > 0 {
            out.push(b'.');
        }
        int::text_u64(octet.into(), out);
    }
}

/// The first of the longest runs of zeros is left out, if it is longer than one; and what is an address of
/// IPv4 behind zeros, or behind `ffff`, looks like one.
fn ipv6(address: Ipv6Addr, out: &mut Vec<u8>) {
    let words = address.segments();
    let run_at = |start: usize| words.iter().skip(start).take_while(|word| **word == 0).count();
    let (start, length) = (0..8_usize)
        .map(|start| (start, run_at(start)))
        .rev()
        .max_by_key(|(_, length)| *length)
        .filter(|(_, length)| *length > 1)
        .unwrap_or((8, 0));
    let end = start.saturating_add(length);
    let [.., ffff, _, last] = words;
    let is_ipv4 = start == 0
        && (length == 6 || (length == 7 && last != 1) || (length == 5 && ffff == 0xffff));
    for (place, word) in words.into_iter().enumerate() {
        if place == start {
            out.push(b':');
        }
        if (start..end).contains(&place) {
            continue;
        }
        if place > 0 {
            out.push(b':');
        }
        if is_ipv4 && place == 6 {
            let [.., a, b, c, d] = address.octets();
            return ipv4(Ipv4Addr::new(a, b, c, d), out);
        }
        out.extend_from_slice(format!("{word:x}").as_bytes());
    }
    if end == 8 && length > 0 {
        out.push(b':');
    }
}
