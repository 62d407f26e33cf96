//! TLS over a socket: who is idle holds no buffer of it.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{BufMut, BytesMut};
use rustls::ServerConfig;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;

use super::asked::AskedName;
use super::records::{Records, Say};
use super::stranger::Stranger;
use crate::buffers;

/// A socket whose bytes are encrypted.
pub(crate) struct TlsStream {
    socket: TcpStream,
    records: Records,
    asked_name: Arc<AskedName>,
    /// What was decrypted and found no room yet.
    plain: BytesMut,
    has_said_goodbye: bool,
    /// `None` for who may say what the protocol allows. Boxed: who is idle is no stranger.
    stranger: Option<Box<Stranger>>,
}

impl TlsStream {
    /// Shakes hands with the client.
    ///
    /// # Errors
    ///
    /// The client speaks no TLS, none that is spoken here, or goes; it is told by an alert.
    pub(super) async fn accept(
        config: Arc<ServerConfig>,
        socket: TcpStream,
    ) -> io::Result<TlsStream> {
        let (config, asked_name) = AskedName::of(&config);
        let mut stream = TlsStream {
            socket,
            asked_name,
            records: Records::new(config).map_err(io::Error::other)?,
            plain: BytesMut::new(),
            has_said_goodbye: false,
            stranger: Some(Box::new(Stranger::new())),
        };
        poll_fn(|cx| stream.poll_handshake(cx)).await?;
        if let Some(stranger) = &mut stream.stranger {
            stranger.shaken();
        }
        Ok(stream)
    }

    fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.records.connection().is_handshaking() {
            ready!(self.poll_flush(cx))?;
            if self.records.is_over {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            // What comes right behind is kept for who reads first.
            ready!(self.poll_receive(cx, &mut <&mut [u8]>::default()))?;
        }
        self.poll_flush(cx)
    }

    /// The protocol of the application that both sides agreed on.
    pub(crate) fn alpn(&self) -> Option<&[u8]> {
        self.records.connection().alpn_protocol()
    }

    /// The address that the client came to.
    pub(crate) fn local_address(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()
    }

    /// The name by which the client asked for the server, in lower case.
    pub(crate) fn server_name(&self) -> Option<&str> {
        self.asked_name.get()
    }

    /// The certificate that the client has shown, and that its authority has signed.
    pub(crate) fn certificate(&self) -> Option<&CertificateDer<'static>> {
        self.records.connection().peer_certificates()?.first()
    }

    /// So much room is held for the beginning of a stranger's message.
    pub(crate) fn holds(&mut self, room: usize) {
        if let Some(stranger) = &mut self.stranger {
            stranger.holds(room);
        }
    }

    /// What comes now is bounded by the protocol.
    pub(crate) fn trust(&mut self) {
        self.stranger = None;
    }

    /// Reads what there is into the free room of `input`; 0 is the end of the stream.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut impl BufMut,
    ) -> Poll<io::Result<usize>> {
        let before = input.remaining_mut();
        loop {
            let count = self.plain.len().min(input.chunk_mut().len());
            input.put(self.plain.split_to(count));
            buffers::release_read(&mut self.plain);
            let count = before - input.remaining_mut();
            if count > 0 || self.records.is_over {
                return Poll::Ready(Ok(count));
            }
            ready!(self.poll_receive(cx, input))?;
        }
    }

    /// Reads records that come, into `input` if that has room for them, else into `plain`.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut impl BufMut,
    ) -> Poll<io::Result<()>> {
        if self.records.is_broken() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let incoming = &mut self.records.incoming;
        let room = self.stranger.as_ref().map_or(Ok(usize::MAX), |stranger| stranger.room())?;
        buffers::take_read(incoming);
        let before = incoming.len();
        let Poll::Ready(read) = pin!(self.socket.read_buf(&mut incoming.limit(room))).poll(cx)
        else {
            shrink(incoming);
            return Poll::Pending;
        };
        if read? == 0 {
            // Without goodbye: somebody else may have cut the stream.
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        if let Some(stranger) = &mut self.stranger {
            stranger.comes(incoming.get(before..).unwrap_or_default());
        }
        let plain = &mut self.plain;
        let take = |payload: &[u8]| {
            if plain.is_empty() && payload.len() <= input.chunk_mut().len() {
                input.put_slice(payload);
            } else {
                plain.extend_from_slice(payload);
            }
        };
        let exchanged = self.records.exchange(take, Say::Nothing);
        buffers::release_read(&mut self.records.incoming);
        // An alert, or an answer to what is about TLS itself.
        let _ = self.poll_flush(cx);
        Poll::Ready(exchanged)
    }

    /// Writes some of `bytes`.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_flush(cx))?;
        let bytes = bytes.get(..buffers::CHUNK).unwrap_or(bytes);
        self.say(Say::Data(bytes))?;
        match self.poll_flush(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // What does not go at once goes before the next.
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn say(&mut self, say: Say<'_>) -> io::Result<()> {
        let plain = &mut self.plain;
        self.records.exchange(|payload| plain.extend_from_slice(payload), say)
    }

    /// Writes the records that wait.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outgoing = &mut self.records.outgoing;
        while !outgoing.rest().is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_write(cx, outgoing.rest()))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => outgoing.wrote(count),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Says goodbye: close_notify, then FIN.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.has_said_goodbye {
            self.has_said_goodbye = true;
            self.say(Say::Goodbye)?;
        }
        ready!(self.poll_flush(cx))?;
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl AsFd for TlsStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream").field("socket", &self.socket).finish_non_exhaustive()
    }
}

/// Who waits holds what has come, and no room beside it.
fn shrink(incoming: &mut BytesMut) {
    if !incoming.is_empty() {
        let mut exact = BytesMut::with_capacity(incoming.len());
        exact.extend_from_slice(incoming);
        std::mem::replace(incoming, exact).clear();
    }
    buffers::release_read(incoming);
}
