//! The run itself, which a test does in short.

#[path = "decoders.rs"]
mod decoders;
#[path = "numbers.rs"]
mod numbers;
#[path = "registered.rs"]
mod registered;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use decoders::{DECODERS, Decode, values::long};
use numbers::Numbers;

/// What any decoder may allocate at a time: this, and twice what was sent.
const FREE: usize = 64 * 1024;

/// How many times what was sent: it is held once, and once more where it is understood.
const TIMES: usize = 2;

/// What was seen of one decoder.
#[derive(Default)]
pub(crate) struct Decoder {
    /// How many messages it was given.
    pub(crate) messages: u64,
    /// How many of them it understood.
    pub(crate) understood: u64,
    /// The longest that one took.
    pub(crate) slowest: Duration,
    /// The most memory that one needed, in bytes.
    pub(crate) peak: usize,
    /// How many made it allocate more than it may.
    pub(crate) beyond: u64,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// By the name of the decoder.
    pub(crate) decoders: BTreeMap<&'static str, Decoder>,
    /// How many messages made a decoder panic.
    pub(crate) panics: u64,
    /// The most that was allocated at a time beyond 64 KiB, for each byte that was sent.
    pub(crate) most_per_byte: f64,
}

impl Seen {
    fn give(&mut self, decoder: &Decode, message: &[u8]) {
        let mut understood = Ok(false);
        let start = Instant::now();
        let memory = measure(|| {
            understood = catch_unwind(AssertUnwindSafe(|| (decoder.decode)(message)));
        });
        let taken = again_if_slow(start.elapsed(), || {
            let _ = catch_unwind(AssertUnwindSafe(|| (decoder.decode)(message)));
        });
        let peak = usize::try_from(memory.bytes_max).unwrap_or(usize::MAX);
        let entry = self.decoders.entry(decoder.name).or_default();
        entry.messages += 1;
        entry.understood += u64::from(matches!(understood, Ok(true)));
        entry.slowest = entry.slowest.max(taken);
        entry.peak = entry.peak.max(peak);
        self.panics += u64::from(understood.is_err());
        entry.beyond += u64::from(peak > FREE + TIMES * message.len());
        let beyond = peak.saturating_sub(FREE) as f64 / message.len().max(1) as f64;
        self.most_per_byte = self.most_per_byte.max(beyond);
    }

    /// How many messages made a decoder allocate more than it may.
    pub(crate) fn beyond(&self) -> u64 {
        self.decoders.values().map(|decoder| decoder.beyond).sum()
    }

    /// The longest that any message took.
    pub(crate) fn slowest(&self) -> Duration {
        self.decoders.values().map(|decoder| decoder.slowest).max().unwrap_or_default()
    }
}

/// Gives so many malformed messages to the decoders, the same ones each time.
pub(crate) fn run(count: u64) -> Seen {
    let mut seen = Seen::default();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let seeds: Vec<Vec<Vec<u8>>> = DECODERS.iter().map(|decoder| (decoder.seeds)()).collect();
    for at in 0..count {
        let which = usize::try_from(at).unwrap_or(0) % DECODERS.len();
        if let (Some(decoder), Some(seeds)) = (DECODERS.get(which), seeds.get(which)) {
            seen.give(decoder, &numbers.message(seeds));
        }
    }
    for (name, mut message) in long() {
        for decoder in DECODERS.iter().filter(|decoder| decoder.name == name) {
            // As it is, and twice as something else.
            for _ in 0..3 {
                seen.give(decoder, &message);
                numbers.spoil(&mut message);
            }
        }
    }
    seen
}

/// The machine may have had others to serve: what took long is done again, and the least counts.
fn again_if_slow(mut taken: Duration, mut run: impl FnMut()) -> Duration {
    for _ in 0..3 {
        if taken > Duration::from_millis(5) {
            let start = Instant::now();
            run();
            taken = taken.min(start.elapsed());
        }
    }
    taken
}
