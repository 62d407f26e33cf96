//! Buffers that idle connections do not hold.
//!
//! A connection takes its buffers when bytes come or go and gives them back when it waits with
//! nothing pending, so ten thousand idle connections hold none. The stock is one a thread: taking
//! and giving back costs no lock.

use std::cell::RefCell;
use std::thread::LocalKey;

use bytes::BytesMut;

/// Room for what is read at once.
pub(crate) const READ_SIZE: usize = 16 * 1024;

/// The length at which the send buffer is written out.
pub(crate) const CHUNK: usize = 64 * 1024;

/// A send buffer is written when it passes [`CHUNK`]; the last row may overshoot a little.
const WRITE_CAPACITY: usize = CHUNK + 4 * 1024;

/// A [`CHUNK`] under TLS, with what its records and a new key take beside it.
const SEALED_SIZE: usize = CHUNK + 1024;

/// A buffer that grew beyond this is freed, not kept.
const LARGEST_KEPT: usize = 256 * 1024;

/// How many buffers of each kind a thread keeps.
const KEPT: usize = 8;

thread_local! {
    static READ: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
    static WRITE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static SEALED: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Gives an empty input buffer room to read into.
pub(crate) fn take_read(input: &mut BytesMut) {
    if input.capacity() == 0
        && let Some(kept) = READ.with_borrow_mut(Vec::pop)
    {
        *input = kept;
    }
    // Takes back the front of a buffer whose messages are gone, or grows with what comes.
    if input.capacity() - input.len() < READ_SIZE / 4 {
        input.reserve(READ_SIZE);
    }
}

/// Gives back an input buffer if nothing is in it.
pub(crate) fn release_read(input: &mut BytesMut) {
    if !input.is_empty() || input.capacity() == 0 {
        return;
    }
    let mut buffer = std::mem::take(input);
    // A buffer that a packet of the login still points into would be copied when it is used again.
    if buffer.capacity() <= LARGEST_KEPT && buffer.try_reclaim(READ_SIZE) {
        keep(&READ, buffer);
    }
}

/// Gives an empty send buffer its room.
pub(crate) fn take_write(output: &mut Vec<u8>) {
    if output.capacity() == 0 {
        *output =
            WRITE.with_borrow_mut(Vec::pop).unwrap_or_else(|| Vec::with_capacity(WRITE_CAPACITY));
    }
}

/// Gives back a send buffer if nothing is in it.
pub(crate) fn release_write(output: &mut Vec<u8>) {
    if !output.is_empty() || output.capacity() == 0 {
        return;
    }
    let buffer = std::mem::take(output);
    if buffer.capacity() <= LARGEST_KEPT {
        keep(&WRITE, buffer);
    }
}

/// Gives a buffer for TLS its room, all of it filled with something: it is written by place.
pub(crate) fn take_sealed(sealed: &mut Vec<u8>) {
    if sealed.is_empty() {
        *sealed = SEALED.with_borrow_mut(Vec::pop).unwrap_or_else(|| vec![0; SEALED_SIZE]);
    }
}

/// Gives back a buffer for TLS.
pub(crate) fn release_sealed(sealed: &mut Vec<u8>) {
    let buffer = std::mem::take(sealed);
    if buffer.len() == SEALED_SIZE {
        keep(&SEALED, buffer);
    }
}

fn keep<T>(stock: &'static LocalKey<RefCell<Vec<T>>>, buffer: T) {
    stock.with_borrow_mut(|kept| {
        if kept.len() < KEPT {
            kept.push(buffer);
        }
    });
}
