//! Passwords that were wrong: who has guessed too often is refused for a while, without hearing so.
//!
//! Counted are the failures of a user from a network, so that nobody can lock out a user from
//! elsewhere. Memory is fixed: where there are more failures than places, what is forgotten is what
//! says least. Whoever would have his own count forgotten needs thousands of other failures for it.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use trunkline_core::{Identity, SqlState};
use trunkline_proto::PeerError;

use crate::connection::io::Io;
use crate::lobby::network;
use crate::login::End;

/// Within which too many failures are counted, and how long they are refused for.
const WINDOW: Duration = Duration::from_secs(150);
const REFUSAL: Duration = Duration::from_secs(120);

/// Sets of places, in one of which a user from a network is looked for.
const SETS: usize = 1024;
const PLACES: usize = 4;

/// The wrong passwords of late.
#[derive(Debug)]
pub(crate) struct Guesses {
    /// How many are too many; zero is never.
    limit: u32,
    /// Nobody knows beforehand which names share a set.
    hasher: RandomState,
    /// Empty until the first failure.
    sets: Mutex<Vec<[Option<Count>; PLACES]>>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    who: u64,
    failures: u32,
    /// The first failure, or the last of too many.
    since: Instant,
}

impl Guesses {
    pub(crate) fn new(limit: u32) -> Guesses {
        Guesses { limit, hasher: RandomState::new(), sets: Mutex::default() }
    }

    /// What the outcome of a proof counts for. Who is refused is told what is told of a wrong
    /// password, even if it is right.
    pub(crate) fn judge<T>(
        &self,
        proved: Result<T, End>,
        client: &Identity,
        io: &mut Io,
    ) -> Result<T, End> {
        if proved.as_ref().is_err_and(End::is_wrong_password) {
            self.failed(&client.user, client.address);
        }
        if proved.is_err() || self.check(&client.user, client.address) {
            return proved;
        }
        tracing::debug!(user = &*client.user, "the password is right, after too many wrong ones");
        // That it was right has been written, but not yet been sent.
        io.output.clear();
        let message = format!("password authentication failed for user \"{}\"", client.user);
        Err(PeerError::fatal(SqlState::INVALID_PASSWORD, message).into())
    }

    /// Whether this user may come in from there. A client of a Unix socket is the owner, who may
    /// always.
    fn check(&self, user: &str, from: Option<SocketAddr>) -> bool {
        let Some(who) = self.who(user, from) else { return true };
        let sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let mut counts = sets.get(set_of(who)).into_iter().flatten().flatten();
        !counts.any(|count| count.who == who && self.is_refusal(count) && !self.is_over(count, now))
    }

    /// A password was wrong.
    fn failed(&self, user: &str, from: Option<SocketAddr>) {
        let Some(who) = self.who(user, from) else { return };
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.is_empty() {
            sets.resize(SETS, [None; PLACES]);
        }
        let now = Instant::now();
        let Some(set) = sets.get_mut(set_of(who)) else { return };
        let is_there = |place: &&mut Option<Count>| place.is_some_and(|count| count.who == who);
        if let Some(Some(count)) = set.iter_mut().find(is_there) {
            if self.is_over(count, now) {
                (count.failures, count.since) = (1, now);
            } else if !self.is_refusal(count) {
                // While it is refused it is not refused for longer.
                count.failures += 1;
                if self.is_refusal(count) {
                    tracing::warn!(user, address = ?from, "refused for two minutes: too many wrong passwords");
                }
                count.since = if self.is_refusal(count) { now } else { count.since };
            }
            return;
        }
        let says_least = |place: &&mut Option<Count>| {
            place
                .filter(|count| !self.is_over(count, now))
                .map(|count| (count.failures, count.since))
        };
        if let Some(place) = set.iter_mut().min_by_key(says_least) {
            *place = Some(Count { who, failures: 1, since: now });
        }
    }

    fn who(&self, user: &str, from: Option<SocketAddr>) -> Option<u64> {
        let network: IpAddr = network(from?.ip());
        (self.limit > 0).then(|| self.hasher.hash_one((network, user)))
    }

    fn is_refusal(&self, count: &Count) -> bool {
        count.failures >= self.limit
    }

    fn is_over(&self, count: &Count, now: Instant) -> bool {
        let length = if self.is_refusal(count) { REFUSAL } else { WINDOW };
        now.duration_since(count.since) >= length
    }
}

fn set_of(who: u64) -> usize {
    usize::try_from(who % SETS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Option<SocketAddr> {
        Some(SocketAddr::new(address.parse().expect("an address"), 1))
    }

    #[tokio::test(start_paused = true)]
    async fn after_ten_failures_a_user_is_refused_for_two_minutes_from_there() {
        let guesses = Guesses::new(10);
        let here = from("192.0.2.1");
        for _ in 0..9 {
            guesses.failed("ann", here);
        }
        assert!(guesses.check("ann", here));
        tokio::time::advance(WINDOW - Duration::from_millis(1)).await;
        guesses.failed("ann", here);
        assert!(!guesses.check("ann", here));
        assert!(guesses.check("bob", here) && guesses.check("ann", from("192.0.2.2")));
        tokio::time::advance(REFUSAL - Duration::from_millis(1)).await;
        guesses.failed("ann", here);
        assert!(!guesses.check("ann", here));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(guesses.check("ann", here));
        // From here it is counted anew.
        for _ in 0..9 {
            guesses.failed("ann", here);
        }
        assert!(guesses.check("ann", here));
        guesses.failed("ann", here);
        assert!(!guesses.check("ann", here));
    }

    #[tokio::test(start_paused = true)]
    async fn failures_that_are_far_apart_are_forgotten() {
        let guesses = Guesses::new(10);
        let here = from("2001:db8::1");
        for _ in 0..100 {
            guesses.failed("ann", here);
            tokio::time::advance(WINDOW / 9 + Duration::from_millis(1)).await;
        }
        assert!(guesses.check("ann", here));
    }

    #[tokio::test(start_paused = true)]
    async fn names_that_are_made_up_take_no_memory_and_do_not_help() {
        let guesses = Guesses::new(10);
        let here = from("192.0.2.1");
        for _ in 0..10 {
            guesses.failed("ann", here);
        }
        for number in 0..100_000 {
            guesses.failed(&format!("user{number}"), here);
        }
        assert!(!guesses.check("ann", here));
        assert_eq!(guesses.sets.lock().expect("no panic").len(), SETS);
    }

    #[test]
    fn the_owner_is_never_refused_and_without_a_limit_nobody_is() {
        let any = Guesses::new(0);
        (0..100).for_each(|_| any.failed("ann", from("192.0.2.1")));
        assert!(any.check("ann", from("192.0.2.1")));
        let guesses = Guesses::new(10);
        for _ in 0..100 {
            guesses.failed("ann", None);
        }
        assert!(guesses.check("ann", None) && guesses.sets.lock().expect("no panic").is_empty());
    }
}
