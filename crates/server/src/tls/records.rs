//! The records of a TLS connection: those that came, and those that shall go.

use std::io;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus};
use rustls::{Error, ServerConfig};

use crate::buffers;

/// What to say when the records that came are read.
#[derive(Clone, Copy)]
pub(super) enum Say<'a> {
    Nothing,
    /// At most [`buffers::CHUNK`].
    Data(&'a [u8]),
    Goodbye,
}

/// A TLS connection without its socket.
pub(super) struct Records {
    connection: UnbufferedServerConnection,
    /// What came and is not a whole record yet.
    pub(super) incoming: BytesMut,
    pub(super) outgoing: Outgoing,
    /// The client has said goodbye: nothing it sends counts any more.
    pub(super) is_over: bool,
    /// What came is no TLS: the library is not asked again.
    is_broken: bool,
}

impl Records {
    pub(super) fn new(config: Arc<ServerConfig>) -> Result<Records, Error> {
        Ok(Records {
            connection: UnbufferedServerConnection::new(config)?,
            incoming: BytesMut::new(),
            outgoing: Outgoing::default(),
            is_over: false,
            is_broken: false,
        })
    }

    pub(super) fn connection(&self) -> &UnbufferedServerConnection {
        &self.connection
    }

    /// Reads all whole records, gives away what is in them, and then writes `say`.
    ///
    /// # Errors
    ///
    /// What came is no TLS, or nothing may be said; what the client is told of it is in `outgoing`.
    pub(super) fn exchange(&mut self, mut take: impl FnMut(&[u8]), say: Say<'_>) -> io::Result<()> {
        if self.is_broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let mut say = Some(say);
        let mut wrong: Option<io::Error> = None;
        loop {
            let UnbufferedStatus { mut discard, state } =
                self.connection.process_tls_records(&mut self.incoming);
            let step = match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(Ok(record)) = traffic.next_record() {
                        discard += record.discard;
                        take(record.payload);
                    }
                    Ok(true)
                }
                Ok(ConnectionState::EncodeTlsData(mut record)) => {
                    self.outgoing.put(|room| match record.encode(room) {
                        Err(EncodeError::InsufficientSize(error)) => Err(error.required_size),
                        written => Ok(written.map_err(io::Error::other)),
                    })
                }
                Ok(ConnectionState::TransmitTlsData(record)) => {
                    record.done();
                    Ok(true)
                }
                Ok(ConnectionState::PeerClosed) => {
                    self.is_over = true;
                    Ok(true)
                }
                Ok(ConnectionState::WriteTraffic(mut traffic)) => match say.take() {
                    Some(Say::Data(data)) => {
                        self.outgoing.put(|room| sealed(traffic.encrypt(data, room)))
                    }
                    Some(Say::Goodbye) => {
                        self.outgoing.put(|room| sealed(traffic.queue_close_notify(room)))
                    }
                    Some(Say::Nothing) | None => Ok(false),
                },
                Ok(ConnectionState::BlockedHandshake | ConnectionState::Closed) => Ok(false),
                Ok(_) => Err(io::ErrorKind::InvalidData.into()),
                Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            };
            self.incoming.advance(discard);
            let goes_on = step.unwrap_or_else(|error| {
                self.is_broken = true;
                wrong.get_or_insert(error);
                true
            });
            // After an error only for the alert that tells it: the library must not read again.
            if !goes_on || (self.is_broken && !self.connection.wants_write()) {
                break;
            }
        }
        match (wrong, say) {
            (Some(error), _) => {
                self.incoming.clear();
                Err(error)
            }
            (None, Some(Say::Data(_))) => Err(io::ErrorKind::BrokenPipe.into()),
            (None, _) => Ok(()),
        }
    }

    /// Whether what came was no TLS: it is read no more.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }
}

/// Records on their way to the socket; holds no buffer while there are none.
#[derive(Default)]
pub(super) struct Outgoing {
    /// Room, of which a part is taken.
    bytes: Vec<u8>,
    from: usize,
    to: usize,
}

impl Outgoing {
    /// What is still to be written.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or_default()
    }

    /// So much of the rest is written.
    pub(super) fn wrote(&mut self, count: usize) {
        self.from += count;
        if self.from >= self.to {
            (self.from, self.to) = (0, 0);
            buffers::release_sealed(&mut self.bytes);
        }
    }

    /// Puts records behind the others: `write` tells how long they are, or how much room it takes. True, for
    /// more may follow.
    fn put(
        &mut self,
        mut write: impl FnMut(&mut [u8]) -> Result<io::Result<usize>, usize>,
    ) -> io::Result<bool> {
        buffers::take_sealed(&mut self.bytes);
        loop {
            match write(self.bytes.get_mut(self.to..).unwrap_or_default()) {
                Ok(written) => {
                    self.to += written?;
                    return Ok(true);
                }
                Err(room) => self.bytes.resize(self.to + room, 0),
            }
        }
    }
}

fn sealed(written: Result<usize, EncryptError>) -> Result<io::Result<usize>, usize> {
    match written {
        Err(EncryptError::InsufficientSize(error)) => Err(error.required_size),
        written => Ok(written.map_err(io::Error::other)),
    }
}
