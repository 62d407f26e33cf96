//! Sockets that have not proved who they are: only so many at once, and only so many from one
//! address, so that strangers cannot keep users out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where sockets are until their login is done.
#[derive(Debug)]
pub(crate) struct Lobby {
    seats: usize,
    seats_per_network: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

impl Lobby {
    pub(crate) fn new(seats: usize, seats_per_network: usize) -> Lobby {
        Lobby { seats, seats_per_network, taken: Mutex::default() }
    }

    /// A seat, given back when it is dropped; `None` if there is none for this address. Clients of
    /// a Unix socket have no address, and only the first bound.
    pub(crate) fn enter(self: &Arc<Self>, address: Option<SocketAddr>) -> Option<Seat> {
        let network = address.map(|address| network(address.ip()));
        let mut taken = self.lock();
        if taken.all >= self.seats {
            return None;
        }
        if let Some(network) = network {
            let count = taken.by_network.entry(network).or_default();
            // A bound of zero means nobody, and leaves no entry behind.
            if *count >= self.seats_per_network {
                if *count == 0 {
                    taken.by_network.remove(&network);
                }
                return None;
            }
            *count += 1;
        }
        taken.all += 1;
        Some(Seat { lobby: self.clone(), network })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the lobby.
#[derive(Debug)]
pub(crate) struct Seat {
    lobby: Arc<Lobby>,
    network: Option<IpAddr>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.lobby.lock();
        taken.all -= 1;
        let Some(network) = self.network else { return };
        if let Some(count) = taken.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                taken.by_network.remove(&network);
            }
        }
    }
}

/// What one stranger can have many of counts as one: of IPv6 whoever has an address has 2^64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Option<SocketAddr> {
        Some(SocketAddr::new(address.parse().expect("an address"), 1))
    }

    #[test]
    fn one_address_leaves_seats_for_others_and_they_come_back() {
        let lobby = Arc::new(Lobby::new(3, 2));
        let one = lobby.enter(from("192.0.2.1"));
        let two = lobby.enter(from("::ffff:192.0.2.1"));
        assert!(one.is_some() && two.is_some());
        assert!(lobby.enter(from("192.0.2.1")).is_none());
        let other = lobby.enter(from("192.0.2.2"));
        assert!(other.is_some());
        assert!(lobby.enter(from("192.0.2.3")).is_none(), "all are taken");
        assert!(lobby.enter(None).is_none(), "all are taken");
        drop((one, two, other));
        assert!(lobby.lock().by_network.is_empty());
        assert!((0..3).all(|_| lobby.enter(None).is_some()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let lobby = Arc::new(Lobby::new(9, 1));
        let _one = lobby.enter(from("2001:db8:0:1::1"));
        assert!(lobby.enter(from("2001:db8:0:1:ffff::2")).is_none());
        assert!(lobby.enter(from("2001:db8:0:2::1")).is_some());
        assert!(Arc::new(Lobby::new(9, 0)).enter(from("192.0.2.1")).is_none());
    }
}
