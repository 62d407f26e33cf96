//! Requests to cancel a statement, which come on connections of their own and prove nothing.
//!
//! They are never answered, and cost a look into a table. What a guess could hit is a statement of
//! somebody else, so the wrong keys for a connection that exists are counted: when there were too
//! many within a second, from one network or for one connection, no key from there or for that one is
//! looked at until the second is over. To find a key of 32 bits takes years at that pace from one
//! network, and half a year from any number of them; while many networks guess the key of a
//! connection, it cannot be cancelled, and all others can.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use trunkline_proto::message::CancelRequest;

use crate::lobby::network;
use crate::registry::Outcome;
use crate::server::Shared;

/// Wrong keys a second, for one connection and from one network.
pub(crate) const WRONG_KEYS: u32 = 256;
pub(crate) const WRONG_KEYS_OF_ONE: usize = 16;

/// Wrong keys that are remembered with their networks: of more, the oldest are forgotten.
const REMEMBERED: usize = 1024;

const SECOND: Duration = Duration::from_secs(1);

/// The wrong keys of the last second.
#[derive(Debug, Default)]
pub(crate) struct WrongKeys(Mutex<VecDeque<(Instant, IpAddr)>>);

impl WrongKeys {
    /// Whether a key from there is looked at.
    fn admit(&self, network: IpAddr) -> bool {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while keys.front().is_some_and(|(at, _)| now.duration_since(*at) >= SECOND) {
            keys.pop_front();
        }
        keys.iter().filter(|(_, other)| *other == network).count() < WRONG_KEYS_OF_ONE
    }

    fn count(&self, network: IpAddr) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= REMEMBERED {
            keys.pop_front();
        }
        keys.push_back((Instant::now(), network));
    }
}

/// Does what a CancelRequest asks for, if it may. Its sender hears nothing of it.
pub(crate) fn cancel<E>(server: &Shared<E>, from: Option<SocketAddr>, request: &CancelRequest) {
    // Who comes by the Unix socket is the owner.
    let network = from.map(|address| network(address.ip()));
    let process_id = request.process_id;
    let is_admitted = network.is_none_or(|network| server.wrong_keys.admit(network));
    let why = match is_admitted.then(|| server.registry.cancel(process_id, &request.key)) {
        Some(Outcome::RightKey) => return,
        Some(Outcome::WrongKey) => {
            if let Some(network) = network {
                server.wrong_keys.count(network);
            }
            "wrong key"
        }
        Some(Outcome::Nobody) => "no such process",
        Some(Outcome::Besieged) | None => "too many wrong keys",
    };
    if let Some(left_out) = server.complaints.admit() {
        tracing::info!(address = ?from, process_id, why, left_out, "cancel request ignored");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn wrong_keys_are_few_a_second_from_each_network() {
        let keys = WrongKeys::default();
        let tries = |n: u8| {
            let from = IpAddr::from([192, 0, 2, n]);
            let mut tries = (0..100).take_while(|_| keys.admit(from));
            tries.by_ref().inspect(|_| keys.count(from)).count()
        };
        assert_eq!(tries(1), WRONG_KEYS_OF_ONE);
        // Others are as free as before, and what is remembered is bounded.
        assert_eq!((2..=255).map(tries).sum::<usize>(), 254 * WRONG_KEYS_OF_ONE);
        assert_eq!(keys.0.lock().expect("no panic").len(), REMEMBERED);
        assert_eq!(tries(255), 0);
        tokio::time::advance(SECOND - Duration::from_millis(1)).await;
        assert_eq!(tries(255), 0);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(tries(255), WRONG_KEYS_OF_ONE);
    }
}
