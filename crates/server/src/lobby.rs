//! Sockets that have not proved who they are: only so many at once, and when there are more, those
//! who have the most lose one, so that strangers cannot keep users out.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use crate::throttle::Throttle;

/// How many may have lost their seats and not be gone yet: before more come, these leave.
const LEAVING: usize = 32;

/// Where TCP sockets are until their clients have proved who they are.
#[derive(Debug)]
pub(crate) struct Lobby {
    taken: Mutex<Taken>,
    gone: Notify,
    lost: Throttle,
}

impl Default for Lobby {
    fn default() -> Lobby {
        Lobby { taken: Mutex::default(), gone: Notify::new(), lost: Throttle::new(1) }
    }
}

#[derive(Debug, Default)]
struct Taken {
    /// By number, which is by age.
    strangers: BTreeMap<u64, Stranger>,
    by_network: HashMap<IpAddr, usize>,
    /// How many have lost their seats and still hold their sockets.
    leaving: usize,
    next: u64,
}

#[derive(Debug)]
struct Stranger {
    network: IpAddr,
    seat_is_lost: oneshot::Sender<()>,
}

impl Lobby {
    /// A seat, given back when it is dropped, and word of it if somebody else gets it before.
    ///
    /// Where there is no room, the network that has the most seats loses its oldest. So nobody is
    /// kept out by those who only wait, and who proves himself at once loses nothing.
    pub(crate) fn enter(
        self: &Arc<Self>,
        address: SocketAddr,
        room: usize,
    ) -> (Seat, oneshot::Receiver<()>) {
        let network = network(address.ip());
        let (seat_is_lost, word) = oneshot::channel();
        let mut taken = self.lock();
        // At least one, for who comes now.
        while taken.strangers.len() >= room.max(1) {
            taken.make_room();
            if let Some(left_out) = self.lost.admit() {
                let count = left_out.saturating_add(1);
                tracing::warn!(count, "too many connections are logging in: turned away");
            }
        }
        let number = taken.next;
        taken.next += 1;
        *taken.by_network.entry(network).or_default() += 1;
        taken.strangers.insert(number, Stranger { network, seat_is_lost });
        (Seat { lobby: self.clone(), number }, word)
    }

    /// Waits while many are on their way out; whoever comes meanwhile waits in the kernel's queue.
    pub(crate) async fn passable(&self) {
        loop {
            let gone = self.gone.notified();
            if self.lock().leaving < LEAVING {
                return;
            }
            gone.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Takes a seat from whoever can best do without.
    fn make_room(&mut self) {
        let most = self.by_network.values().max();
        let oldest = self
            .strangers
            .iter()
            .find(|(_, stranger)| self.by_network.get(&stranger.network) == most)
            .map(|(number, _)| *number);
        if let Some(stranger) = oldest.and_then(|number| self.leave(number)) {
            self.leaving += 1;
            // Nobody listens who is about to leave.
            let _ = stranger.seat_is_lost.send(());
        }
    }

    fn leave(&mut self, number: u64) -> Option<Stranger> {
        let stranger = self.strangers.remove(&number)?;
        if let Some(count) = self.by_network.get_mut(&stranger.network) {
            *count -= 1;
            if *count == 0 {
                self.by_network.remove(&stranger.network);
            }
        }
        Some(stranger)
    }
}

/// A place in the lobby.
#[derive(Debug)]
pub(crate) struct Seat {
    lobby: Arc<Lobby>,
    number: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.lobby.lock();
        if taken.leave(self.number).is_none() {
            taken.leaving = taken.leaving.saturating_sub(1);
            drop(taken);
            self.lobby.gone.notify_waiters();
        }
    }
}

/// What one stranger can have many of counts as one: of IPv6 whoever has an address has 2^64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
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

    /// A lobby with few seats.
    struct Room(Arc<Lobby>, usize);

    impl Room {
        fn new(seats: usize) -> Room {
            Room(Arc::default(), seats)
        }

        fn enter(&self, address: &str) -> (Seat, oneshot::Receiver<()>) {
            self.0.enter(SocketAddr::new(address.parse().expect("an address"), 1), self.1)
        }
    }

    fn lost((_, word): &mut (Seat, oneshot::Receiver<()>)) -> bool {
        word.try_recv().is_ok()
    }

    #[test]
    fn the_network_with_the_most_seats_loses_its_oldest() {
        let room = Room::new(4);
        let mut user = room.enter("192.0.2.9");
        let mut crowd = ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"].map(|from| room.enter(from));
        assert!(!crowd.iter_mut().any(lost));
        let mut other = room.enter("192.0.2.2");
        let mut own = room.enter("192.0.2.1");
        assert_eq!(crowd.each_mut().map(lost), [true, true, false]);
        assert!(![&mut user, &mut other, &mut own].into_iter().any(lost));
        // Nobody has more than the others: the oldest of all goes.
        drop(own);
        let (_third, _fourth) = (room.enter("192.0.2.3"), room.enter("192.0.2.4"));
        assert!(lost(&mut user) && !lost(&mut other));
    }

    #[test]
    fn seats_come_back_and_leave_nothing_behind() {
        let room = Room::new(2);
        for _ in 0..3 {
            let mut both = [room.enter("192.0.2.1"), room.enter("2001:db8::1")];
            assert!(!both.iter_mut().any(lost));
        }
        let mut lone = Room::new(0).enter("192.0.2.1");
        assert!(!lost(&mut lone), "somebody can always try");
        let taken = room.0.lock();
        assert!(taken.strangers.is_empty() && taken.by_network.is_empty());
    }

    #[tokio::test]
    async fn nobody_comes_while_many_are_on_their_way_out() {
        let room = Room::new(1);
        let mut guests = Vec::new();
        for _ in 0..=LEAVING {
            room.0.passable().await;
            guests.push(room.enter("192.0.2.1"));
        }
        let passed = async {
            tokio::select! {
                biased;
                () = room.0.passable() => true,
                () = std::future::ready(()) => false,
            }
        };
        assert!(!passed.await);
        let ((), ()) = tokio::join!(room.0.passable(), async { drop(guests.remove(0)) });
        // The last one still sits: when he goes, nobody has left who had lost his seat.
        drop(guests);
        assert_eq!(room.0.lock().leaving, 0);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let room = Room::new(3);
        let mut other = room.enter("2001:db8:0:2::1");
        let mut one = room.enter("2001:db8:0:1::1");
        let mut two = room.enter("2001:db8:0:1:ffff::2");
        let _newest = room.enter("192.0.2.1");
        assert!(lost(&mut one));
        assert!(!lost(&mut other) && !lost(&mut two));
    }
}
