//! One connection without its Python face: the rules, what has been received, what is printed.

use trunkline_proto::{PeerError, state::Sender};

use super::{machine::Machine, tracer::Tracer};

/// What a connection holds.
pub(super) struct Codec {
    pub(super) machine: Machine,
    pub(super) input: Input,
    pub(super) tracer: Option<Tracer>,
    /// Which side we are.
    pub(super) side: Sender,
    pub(super) strict: bool,
    /// Whether the rules are asked at all: a decoder alone does not.
    pub(super) judges: bool,
    /// Violations that a lenient connection has let pass, to be logged.
    pub(super) warnings: Vec<String>,
}

/// Bytes that were received and not taken yet.
#[derive(Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    start: usize,
    /// Bytes to come of a message that is dropped as it arrives.
    dropping: usize,
}

/// Below this, room is kept for the next bytes.
const KEPT: usize = 1 << 17;

impl Input {
    /// Appends what has arrived.
    pub(super) fn feed(&mut self, data: &[u8]) {
        let dropped = self.dropping.min(data.len());
        self.dropping -= dropped;
        let data = data.get(dropped..).unwrap_or_default();
        if self.start == self.bytes.len() {
            self.bytes.clear();
            if self.bytes.capacity() > KEPT {
                self.bytes = Vec::new();
            }
        } else {
            self.bytes.drain(..self.start);
        }
        self.start = 0;
        self.bytes.extend_from_slice(data);
    }

    #[inline]
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Takes so many bytes; those that have not arrived are dropped when they do.
    #[inline]
    pub(super) fn take(&mut self, length: usize) {
        let here = length.min(self.rest().len());
        self.start += here;
        self.dropping += length - here;
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Input::default();
    }
}

impl Codec {
    /// The side that we are not.
    pub(super) fn peer(&self) -> Sender {
        match self.side {
            Sender::Frontend => Sender::Backend,
            Sender::Backend => Sender::Frontend,
        }
    }

    /// The connection is over: nothing is taken any more.
    #[cold]
    pub(super) fn end(&mut self, error: PeerError) -> PeerError {
        self.machine.close();
        self.input.clear();
        error.into_fatal()
    }
}
