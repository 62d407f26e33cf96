//! The addresses that a rule is about.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address with a mask of its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    mask: IpAddr,
}

impl Network {
    /// `None` if address and mask are of two families. One of IPv4 in the clothes of IPv6
    /// (`::ffff:10.0.0.0/104`) is one of IPv4, as the clients are who come so.
    pub(super) fn new(address: IpAddr, mask: IpAddr) -> Option<Network> {
        const MAPPED: u128 = u128::MAX << 32;
        let (address, mask) = match (address, address.to_canonical(), mask) {
            (IpAddr::V6(_), plain @ IpAddr::V4(_), IpAddr::V6(mask))
                if mask.to_bits() & MAPPED == MAPPED =>
            {
                let [.., a, b, c, d] = mask.octets();
                (plain, Ipv4Addr::new(a, b, c, d).into())
            }
            _ => (address, mask),
        };
        (address.is_ipv4() == mask.is_ipv4()).then_some(Network { address, mask })
    }

    /// The network of which the first `length` bits count; `None` if there are not so many.
    pub(super) fn with_length(address: IpAddr, length: u32) -> Option<Network> {
        let mask = match address {
            IpAddr::V4(_) if length <= 32 => {
                let rest = u32::MAX.checked_shr(length).unwrap_or(0);
                Ipv4Addr::from_bits(!rest).into()
            }
            IpAddr::V6(_) if length <= 128 => {
                let rest = u128::MAX.checked_shr(length).unwrap_or(0);
                Ipv6Addr::from_bits(!rest).into()
            }
            _ => return None,
        };
        Network::new(address, mask)
    }

    /// Whether this is one of its addresses; never of the other family, as in PostgreSQL.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let differ = bits(address) ^ bits(self.address);
        address.is_ipv4() == self.address.is_ipv4() && differ & bits(self.mask) == 0
    }

    /// Whether nobody beyond this machine has one of its addresses.
    pub(super) fn is_loopback(&self) -> bool {
        let least = match self.address {
            IpAddr::V4(_) => 8,
            IpAddr::V6(_) => 128,
        };
        self.address.is_loopback()
            && Network::with_length(self.address, least)
                .is_some_and(|least| bits(self.mask) & bits(least.mask) == bits(least.mask))
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str, length: u32) -> Network {
        Network::with_length(address.parse().expect("an address"), length).expect("a network")
    }

    #[test]
    fn as_many_bits_count_as_are_said() {
        for (network, inside, outside) in [
            (network("10.1.2.3", 8), "10.255.0.1", "11.1.2.3"),
            (network("10.1.2.3", 32), "10.1.2.3", "10.1.2.2"),
            (network("2001:db8::", 33), "2001:db8:7fff::1", "2001:db8:8000::1"),
            (network("::1", 128), "::1", "::2"),
            (network("0.0.0.0", 0), "203.0.113.9", "2001:db8::1"),
            (network("::", 0), "2001:db8::1", "203.0.113.9"),
            (network("::ffff:10.1.2.3", 104), "10.255.0.1", "11.1.2.3"),
        ] {
            assert!(network.contains(inside.parse().expect("an address")), "{network:?}");
            assert!(!network.contains(outside.parse().expect("an address")), "{network:?}");
        }
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let odd = Network::new(address("10.0.0.7"), address("255.0.0.255")).expect("a network");
        assert!(odd.contains(address("10.9.9.7")) && !odd.contains(address("10.9.9.8")));
        assert_eq!(Network::new(address("10.0.0.7"), address("::")), None);
        assert_eq!(Network::with_length(address("10.0.0.7"), 33), None);
        assert_eq!(Network::with_length(address("::"), 129), None);
    }

    #[test]
    fn only_loopback_is_loopback() {
        for inside in [network("127.0.0.1", 32), network("127.0.0.0", 8), network("::1", 128)] {
            assert!(inside.is_loopback(), "{inside:?}");
        }
        for beyond in [
            network("127.0.0.1", 7),
            network("127.0.0.1", 0),
            network("::1", 127),
            network("10.0.0.1", 32),
        ] {
            assert!(!beyond.is_loopback(), "{beyond:?}");
        }
    }
}
