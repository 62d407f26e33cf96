//! The bytes of TLS that a stranger may have the server hold.

use std::io;

/// What a client may say before its handshake is done, in bytes: room for a chain of certificates, and for
/// no more than what any stranger may cost.
const MOST: usize = 12 * 1024;

/// The longest record before the login is done, with any startup packet in it.
const RECORD: usize = 11 * 1024;

/// The longest record beside the beginning of a message.
const LITTLE: usize = 4_000;

/// So much of a message leaves room for [`RECORD`].
const SMALL: usize = 2 * 1024;

/// The type, the version and the length of a record.
const HEAD: usize = 5;

/// Read at once where a record begins: what clients say at a time.
const CHUNK: usize = 1024;

/// The record that is read. No long one is until the login is done, and nothing behind one that is not
/// short: else the room of both would be held.
#[derive(Debug)]
pub(super) struct Stranger {
    head: [u8; HEAD],
    /// How much of the head is here.
    count: usize,
    /// How much of the body is still to come.
    body: usize,
    /// The longest that the body of the next may be, and whether one was announced that is longer.
    most: usize,
    is_too_long: bool,
    /// How much may still come before the handshake is done.
    handshake: Option<usize>,
}

impl Stranger {
    pub(super) fn new() -> Stranger {
        let head = [0; HEAD];
        Stranger { head, count: 0, body: 0, most: MOST, is_too_long: false, handshake: Some(MOST) }
    }

    /// The handshake is done, the login is not.
    pub(super) fn shaken(&mut self) {
        self.handshake = None;
        self.most = RECORD;
    }

    /// So much room is held for the beginning of a message.
    pub(super) fn holds(&mut self, room: usize) {
        self.most = if room > SMALL { LITTLE } else { RECORD };
    }

    /// How many bytes may be read at once.
    ///
    /// # Errors
    ///
    /// Too many are announced, or have come.
    pub(super) fn room(&self) -> io::Result<usize> {
        if self.is_too_long || self.handshake == Some(0) {
            return Err(io::Error::other("a stranger says too much under TLS"));
        }
        let room = if self.count < HEAD { CHUNK } else { self.body };
        Ok(self.handshake.map_or(room, |left| room.min(left)))
    }

    /// Some of them have come.
    pub(super) fn comes(&mut self, mut bytes: &[u8]) {
        self.handshake = self.handshake.map(|left| left.saturating_sub(bytes.len()));
        while let Some((byte, rest)) = bytes.split_first() {
            bytes = match self.head.get_mut(self.count) {
                Some(place) => {
                    *place = *byte;
                    self.count += 1;
                    let [.., high, low] = self.head;
                    if self.count == HEAD {
                        self.body = usize::from(u16::from_be_bytes([high, low]));
                        self.is_too_long |= self.body > self.most;
                    }
                    rest
                }
                None => {
                    let part = bytes.len().min(self.body);
                    self.body -= part;
                    bytes.get(part..).unwrap_or_default()
                }
            };
            if self.count == HEAD && self.body == 0 {
                self.count = 0;
            }
        }
    }
}
