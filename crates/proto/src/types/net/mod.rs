//! `inet` and `cidr`: addresses and networks.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-net-types.html>.

mod parse;
mod print;

use core::net::IpAddr;
use std::cmp::Ordering;

use super::error::ValueError;
use crate::Oid;

/// An address and how many of its bits say the network: all of them for a host alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inet {
    /// The address.
    pub address: IpAddr,
    /// The length of the network's prefix: up to 32, or 128 for IPv6.
    pub bits: u8,
}

/// The families as PostgreSQL sends them, not as a system calls them.
const IPV4: u8 = 2;
const IPV6: u8 = 3;

impl From<IpAddr> for Inet {
    fn from(address: IpAddr) -> Inet {
        Inet { address, bits: all_bits(&address) }
    }
}

impl Inet {
    /// The order that SQL has: by the network that both are in, then its length, then the address.
    pub fn compare(&self, other: &Inet) -> Ordering {
        let number = |address: IpAddr| match address {
            IpAddr::V4(address) => (4, u128::from(u32::from(address)).wrapping_shl(96)),
            IpAddr::V6(address) => (6, u128::from(address)),
        };
        let ((family, one), (other_family, two)) = (number(self.address), number(other.address));
        let common = u32::from(self.bits.min(other.bits));
        let network = |number: u128| number.checked_shr(128_u32.saturating_sub(common));
        family
            .cmp(&other_family)
            .then(network(one).cmp(&network(two)))
            .then(self.bits.cmp(&other.bits))
            .then(one.cmp(&two))
    }

    /// Appends the address, and the length of the prefix; an `inet` that is a host has none.
    pub fn text(&self, oid: Oid, out: &mut Vec<u8>) {
        print::address(&self.address, out);
        if oid == Oid::CIDR || self.bits != all_bits(&self.address) {
            out.push(b'/');
            super::int::text_u64(self.bits.into(), out);
        }
    }

    /// Appends the family, the length of the prefix, whether it is a `cidr`, and the address after
    /// its length.
    pub fn binary(&self, oid: Oid, out: &mut Vec<u8>) {
        let is_cidr = u8::from(oid == Oid::CIDR);
        match self.address {
            IpAddr::V4(address) => {
                out.extend_from_slice(&[IPV4, self.bits, is_cidr, 4]);
                out.extend_from_slice(&address.octets());
            }
            IpAddr::V6(address) => {
                out.extend_from_slice(&[IPV6, self.bits, is_cidr, 16]);
                out.extend_from_slice(&address.octets());
            }
        }
    }

    /// Reads the text of an `inet` or a `cidr`.
    ///
    /// # Errors
    ///
    /// 22P02 for other text, and for a `cidr` with bits behind its prefix.
    pub fn parse(text: &str, oid: Oid) -> Result<Inet, ValueError> {
        let is_cidr = oid == Oid::CIDR;
        let inet = match (text.contains(':'), is_cidr) {
            (true, _) => parse::ipv6(text.as_bytes()),
            (false, true) => parse::network(text.as_bytes()),
            (false, false) => parse::ipv4(text.as_bytes()),
        };
        let inet = inet.ok_or_else(|| ValueError::syntax(type_name(is_cidr), text))?;
        if is_cidr && !inet.is_network() {
            let message = ["invalid cidr value: \"", text, "\""].concat();
            let error = ValueError::new(crate::SqlState::INVALID_TEXT_REPRESENTATION, message);
            return Err(error.with_detail("Value has bits set to right of mask."));
        }
        Ok(inet)
    }

    /// Reads the binary form of an `inet` or a `cidr`; what it says itself that it is does not count.
    ///
    /// # Errors
    ///
    /// 22P03 for a wrong family, prefix or length, 08P01 for too few bytes.
    pub fn receive(bytes: &[u8], oid: Oid) -> Result<Inet, ValueError> {
        let is_cidr = oid == Oid::CIDR;
        let name = type_name(is_cidr);
        let invalid =
            |what: &str| ValueError::binary(format!("invalid {what} in external \"{name}\" value"));
        let (family, bytes) = next(bytes)?;
        if !matches!(family, IPV4 | IPV6) {
            return Err(invalid("address family"));
        }
        let (bits, bytes) = next(bytes)?;
        if bits > if family == IPV4 { 32 } else { 128 } {
            return Err(invalid("bits"));
        }
        let (_, bytes) = next(bytes)?;
        let (length, bytes) = next(bytes)?;
        let (address, rest) = match (family, length) {
            (IPV4, 4) => taken::<4>(bytes)?,
            (IPV6, 16) => taken::<16>(bytes)?,
            _ => return Err(invalid("length")),
        };
        let inet = Inet { address, bits };
        if is_cidr && !inet.is_network() {
            return Err(ValueError::binary("invalid external \"cidr\" value")
                .with_detail("Value has bits set to right of mask."));
        }
        if rest.is_empty() { Ok(inet) } else { Err(ValueError::trailing()) }
    }

    /// Whether no bit is set behind the prefix.
    fn is_network(&self) -> bool {
        let (value, width) = match self.address {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32_u32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        value.trailing_zeros().min(width) >= width.saturating_sub(self.bits.into())
    }
}

fn next(bytes: &[u8]) -> Result<(u8, &[u8]), ValueError> {
    bytes.split_first().map(|(first, rest)| (*first, rest)).ok_or_else(ValueError::empty)
}

fn taken<const N: usize>(bytes: &[u8]) -> Result<(IpAddr, &[u8]), ValueError>
where
    IpAddr: From<[u8; N]>,
{
    let (address, rest) = bytes.split_first_chunk::<N>().ok_or_else(ValueError::empty)?;
    Ok((IpAddr::from(*address), rest))
}

fn all_bits(address: &IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn type_name(is_cidr: bool) -> &'static str {
    if is_cidr { "cidr" } else { "inet" }
}
