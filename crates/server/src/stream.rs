//! The socket of a connection, in clear or under TLS.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::BufMut;
use rustls_pki_types::CertificateDer;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWrite, Interest, Ready};
use tokio::net::{TcpStream, UnixStream};

use crate::tls::TlsStream;

/// A connected socket.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    /// Boxed: a TLS session is large, and most connections have none.
    Tls(Box<TlsStream>),
}

impl Stream {
    pub(crate) fn is_unix(&self) -> bool {
        matches!(self, Stream::Unix(_))
    }

    /// The address that the client came to; none of a Unix socket.
    pub(crate) fn local_address(&self) -> Option<SocketAddr> {
        match self {
            Stream::Tcp(stream) => stream.local_addr().ok(),
            Stream::Unix(_) => None,
            Stream::Tls(stream) => stream.local_address(),
        }
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self, Stream::Tls(_))
    }

    /// The name by which the client asked for the server in TLS, in lower case.
    pub(crate) fn server_name(&self) -> Option<&str> {
        match self {
            Stream::Tls(stream) => stream.server_name(),
            Stream::Tcp(_) | Stream::Unix(_) => None,
        }
    }

    /// The certificate that the client has shown, and that its authority has signed.
    pub(crate) fn certificate(&self) -> Option<&CertificateDer<'static>> {
        match self {
            Stream::Tls(stream) => stream.certificate(),
            Stream::Tcp(_) | Stream::Unix(_) => None,
        }
    }

    /// So much room is held for the beginning of a stranger's message.
    pub(crate) fn holds(&mut self, room: usize) {
        if let Stream::Tls(stream) = self {
            stream.holds(room);
        }
    }

    /// The client may say what the protocol allows: it is no stranger, or was asked for what may be long.
    pub(crate) fn trust(&mut self) {
        if let Stream::Tls(stream) = self {
            stream.trust();
        }
    }

    /// Writes what the system takes at once, as the only word to a client that is not heard.
    pub(crate) fn say_at_once(&self, bytes: &[u8]) {
        // Not by the stream itself: it writes nothing before its task has waited for it.
        let _ = match self {
            Stream::Tcp(stream) => SockRef::from(stream).send(bytes),
            Stream::Unix(stream) => SockRef::from(stream).send(bytes),
            Stream::Tls(_) => Ok(0),
        };
    }

    /// An eye on the other side, for while nothing is read from it.
    ///
    /// # Errors
    ///
    /// Those of the system: it takes one more file descriptor.
    pub(crate) fn hang_up(&self) -> io::Result<Box<HangUp>> {
        let socket = match self {
            Stream::Tcp(stream) => stream.as_fd(),
            Stream::Unix(stream) => stream.as_fd(),
            Stream::Tls(stream) => stream.as_fd(),
        };
        // Whatever it is: it is only asked whether it is ready.
        let socket = std::net::TcpStream::from(socket.try_clone_to_owned()?);
        Ok(Box::new(HangUp(TcpStream::from_std(socket)?)))
    }

    /// Reads what there is into the free room of `input`; 0 is the end of the stream.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut impl BufMut,
    ) -> Poll<io::Result<usize>> {
        // `read_buf` keeps nothing between polls, so a new future each time loses nothing.
        match self {
            Stream::Tcp(stream) => pin!(stream.read_buf(input)).poll(cx),
            Stream::Unix(stream) => pin!(stream.read_buf(input)).poll(cx),
            Stream::Tls(stream) => stream.poll_read(cx, input),
        }
    }

    /// Writes some of `bytes`.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Stream::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => stream.poll_write(cx, bytes),
        }
    }

    /// Pushes out what TLS holds back.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Stream::Tcp(_) | Stream::Unix(_) => Poll::Ready(Ok(())),
            Stream::Tls(stream) => stream.poll_flush(cx),
        }
    }

    /// Says goodbye: close_notify under TLS, then FIN.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => stream.poll_shutdown(cx),
        }
    }
}

/// Tells when the other side of a socket hangs up, whatever is still to be read from it.
///
/// A socket of its own for the runtime: that of the stream keeps being ready while it has bytes.
#[derive(Debug)]
pub(crate) struct HangUp(TcpStream);

impl HangUp {
    /// Ready when the other side says nothing more; it may still listen.
    pub(crate) fn poll_end(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll(TcpStream::poll_read_ready, Interest::READABLE, Ready::is_read_closed, cx)
    }

    /// Ready when the other side does not even listen.
    pub(crate) fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll(TcpStream::poll_write_ready, Interest::WRITABLE, Ready::is_write_closed, cx)
    }

    fn poll(
        &self,
        poll_ready: fn(&TcpStream, &mut Context<'_>) -> Poll<io::Result<()>>,
        interest: Interest,
        is_closed: fn(Ready) -> bool,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        loop {
            if ready!(poll_ready(&self.0, cx)).is_err() {
                return Poll::Ready(());
            }
            match ready!(pin!(self.0.ready(interest)).poll(cx)) {
                Ok(ready) if !is_closed(ready) => {}
                Ok(_) | Err(_) => return Poll::Ready(()),
            }
            // Only bytes, or room for some: the next event is awaited.
            let _ = self.0.try_io(interest, || Err::<(), _>(io::ErrorKind::WouldBlock.into()));
        }
    }
}
