//! From the first byte to the StartupMessage: encryption is asked for, or a cancel.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;

use bytes::BytesMut;
use trunkline_proto::Limits;
use trunkline_proto::backend::{Channel, Login, Startup, Step, TLS_HANDSHAKE, TlsHandshake};
use trunkline_proto::message::GssEncRequest;
use trunkline_proto::wire::frame;

use crate::cancels::cancel;
use crate::connection::io::Io;
use crate::login::End;
use crate::server::Shared;
use crate::stream::Stream;
use crate::tls::{ALPN, Tls};

/// Everything before the client has said who it is.
///
/// Where TLS may begin, no byte is read beyond the packet in hand: a ClientHello that was sent ahead stays in the socket
/// for TLS, and clear bytes can never be taken for decrypted ones.
pub(crate) async fn startup<E>(
    server: &Shared<E>,
    tls: Option<&Tls>,
    place: &mut Option<Io>,
    from: Option<SocketAddr>,
) -> Result<Login, End> {
    let io = place.as_mut().ok_or(End::Silent)?;
    let unix = io.stream().is_unix();
    let channel = if unix { Channel::Unix } else { Channel::Tcp };
    let mut limits = Limits::POSTGRESQL;
    limits.large = limits.large.min(u32::try_from(server.limits.message).unwrap_or(u32::MAX));
    let mut startup = Startup::new(&limits, channel);
    if tls.is_some() && io.begins_with_tls().await? {
        startup = direct_tls(startup, tls, place).await?;
    }
    loop {
        let io = place.as_mut().ok_or(End::Silent)?;
        io.take_output();
        startup = match startup.step(&mut io.input, &mut io.output)? {
            Step::NeedInput(startup) => {
                io.flush().await?;
                io.release_output();
                let more = match io.stream() {
                    Stream::Tcp(_) if tls.is_some() => {
                        let more = io.fill_up_to(packet_length(&io.input)).await?;
                        look_behind_gssapi(io).await?;
                        more
                    }
                    Stream::Tls(_) => io.fill_up_to(packet_length(&io.input)).await?,
                    _ => io.fill().await?,
                };
                if !more {
                    return Err(End::Silent);
                }
                startup
            }
            Step::Tls(request) => match tls {
                Some(tls) => {
                    let handshake = request.accept(&mut io.output);
                    io.flush().await?;
                    shake_hands(tls, handshake, place, false).await?
                }
                None => request.decline(&mut io.output),
            },
            Step::Cancel(request) => {
                cancel(server, from, &request);
                return Err(End::Silent);
            }
            Step::Login(login) => return Ok(login),
            // Its first byte is not a packet's: it was looked at before, or there is no TLS.
            Step::DirectTls(_) => return Err(End::Silent),
        };
    }
}

/// The length of a packet: what cannot be one is refused by it.
const PACKET_HEAD: usize = 4;

/// How long the packet is that begins here, as far as it is known.
fn packet_length(input: &[u8]) -> usize {
    let word = frame::peek_untyped(input).unwrap_or_default();
    usize::try_from(word).unwrap_or_default().max(PACKET_HEAD)
}

/// Takes what already lies behind a request for GSSAPI encryption, which is always declined: as in
/// PostgreSQL that is an error, for nobody knew yet how to send it. Only TLS may be begun ahead.
async fn look_behind_gssapi(io: &mut Io) -> std::io::Result<()> {
    if io.input.get(4..).is_some_and(|code| code == GssEncRequest::CODE.to_be_bytes()) {
        let waits = poll_fn(|cx| Poll::Ready(io.poll_fill(cx))).await;
        if let Poll::Ready(read) = waits {
            read?;
        }
    }
    Ok(())
}

/// TLS from the first byte on, as clients with `sslnegotiation=direct` do it.
async fn direct_tls(
    startup: Startup,
    tls: Option<&Tls>,
    place: &mut Option<Io>,
) -> Result<Startup, End> {
    // The byte that tells so is still in the socket, where TLS needs it.
    let mut first = BytesMut::from(&[TLS_HANDSHAKE][..]);
    match (startup.step(&mut first, &mut Vec::new())?, tls) {
        (Step::DirectTls(request), Some(tls)) => {
            shake_hands(tls, request.accept(), place, true).await
        }
        _ => Err(End::Silent),
    }
}

async fn shake_hands(
    tls: &Tls,
    handshake: TlsHandshake,
    place: &mut Option<Io>,
    direct: bool,
) -> Result<Startup, End> {
    let (stream, early) = place.take().ok_or(End::Silent)?.into_parts();
    let Stream::Tcp(stream) = stream else { return Err(End::Silent) };
    if !early.is_empty() {
        return Err(End::Silent);
    }
    let stream = tls.accept(stream).await?;
    // Asked for by SSLRequest, TLS needs no ALPN; begun at once, it must say what it is for.
    let named = stream.alpn() == Some(ALPN);
    if direct && !named {
        return Err(End::Silent);
    }
    *place = Some(Io::new(Stream::Tls(Box::new(stream))));
    Ok(handshake.established())
}
