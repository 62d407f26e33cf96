//! From the first byte to the first ReadyForQuery.

use std::net::SocketAddr;

use bytes::BytesMut;
use trunkline_core::{Client, Engine, Identity, PgError, Result, SqlState};
use trunkline_proto::auth::scram::{Binding, NONCE_LENGTH, ScramServer};
use trunkline_proto::backend::{
    Channel, Exchange, Login, Ready, Replication, Startup, Step, TLS_HANDSHAKE, TlsHandshake,
};
use trunkline_proto::message::{Encode, ErrorResponse, ProtocolVersion};
use trunkline_proto::wire::frame;
use trunkline_proto::{Limits, PeerError};

use crate::auth::Method;
use crate::connection::Connection;
use crate::connection::io::Io;
use crate::connection::watch::unbroken;
use crate::options::startup_settings;
use crate::registry::random;
use crate::server::Shared;
use crate::stream::Stream;
use crate::tls::{ALPN, Tls};

/// How a login ends without a connection.
pub(crate) enum End {
    /// The client broke the protocol.
    Peer(PeerError),
    /// The client is told why it may not come in.
    Refused(PgError),
    /// Nothing is said.
    Silent,
}

impl End {
    /// For the log; a client that goes away by itself is not worth a line.
    fn why(&self) -> Option<String> {
        match self {
            End::Peer(error) => Some(error.to_string()),
            End::Refused(error) => Some(error.to_string()),
            End::Silent => None,
        }
    }
}

impl From<PeerError> for End {
    fn from(error: PeerError) -> End {
        End::Peer(error)
    }
}

impl From<PgError> for End {
    fn from(error: PgError) -> End {
        End::Refused(error)
    }
}

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> End {
        End::Silent
    }
}

/// Lets a client in; `None` if it may not, or only came to cancel something.
///
/// Any error ends the connection: there is no second try on the same socket.
pub(crate) async fn login<E: Engine>(
    server: &Shared<E>,
    stream: Stream,
    from: Origin,
) -> Option<Box<Connection<E::Session>>> {
    let mut io = Some(Io::new(stream));
    let mut stage = Stage::Stranger;
    let attempt = attempt(server, &mut io, from, &mut stage);
    let outcome = tokio::time::timeout(server.limits.login, attempt).await;
    match outcome.unwrap_or_else(|_| Err(late(stage, from))) {
        Ok(connected) => Some(connected),
        Err(end) => {
            if let Some(why) = end.why() {
                tracing::info!(address = ?from.address, why, "login refused");
            }
            if let Some(mut io) = io {
                let told = match end {
                    End::Peer(error) if error.is_silent() => Ok(()),
                    End::Peer(error) => error.encode(io.output()),
                    End::Refused(error) => {
                        ErrorResponse { fields: error.fatal().to_fields() }.encode(io.output())
                    }
                    End::Silent => Ok(()),
                };
                if told.is_ok() {
                    io.close().await;
                }
            }
            None
        }
    }
}

/// Where a client comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// `None` on a Unix socket.
    pub(crate) address: Option<SocketAddr>,
    /// Whether it may only come in by TLS.
    pub(crate) must_encrypt: bool,
}

/// How far a login has come.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Stranger,
    Proved,
}

/// A login that takes too long. A stranger hears nothing, as from PostgreSQL.
fn late(stage: Stage, from: Origin) -> End {
    let message = "canceling authentication due to timeout";
    tracing::info!(address = ?from.address, "{message}");
    match stage {
        Stage::Stranger => End::Silent,
        Stage::Proved => PgError::new(SqlState::QUERY_CANCELED, message).into(),
    }
}

async fn attempt<E: Engine>(
    server: &Shared<E>,
    place: &mut Option<Io>,
    from: Origin,
    stage: &mut Stage,
) -> Result<Box<Connection<E::Session>>, End> {
    let login = startup(server, place).await?;
    let Some(io) = place.as_mut() else { return Err(End::Silent) };
    if server.is_stopping() || server.clients.available_permits() == 0 {
        return Err(closed(server).into());
    }
    if from.must_encrypt && !login.is_encrypted() {
        return Err(unencrypted(&login, from).into());
    }
    if login.replication() != Replication::No {
        return Err(PgError::unsupported("replication connections are not supported").into());
    }
    let entry = server.registry.enter(login.version() >= ProtocolVersion::V3_2)?;
    let mut identity = Identity::new(login.user(), login.database());
    identity.pid = entry.pid();
    identity.address = from.address;
    identity.encrypted = login.is_encrypted();
    // Read now, for the proof consumes the login; an error in them is told to proved users only.
    let settings = startup_settings(&login);
    let ready = authenticate(login, server, io).await?;
    // Only now: who has proved nothing takes no place of those who have.
    *stage = Stage::Proved;
    let permit = server.clients.clone().try_acquire_owned().map_err(|_| closed(server))?;
    let client = Client::new(identity, settings?);
    let opened = unbroken(|| server.engine.open(client.clone())).await;
    let session = opened.map_err(|_| PgError::internal("internal error"))??;
    let greeting = {
        let settings = client.settings();
        let settings = settings.reported().map(|(name, value)| (name, value.into_owned()));
        ready.finish(settings, entry.pid(), entry.key(), io.output())
    };
    let protocol = greeting.map_err(|misuse| PgError::internal("internal error").source(misuse))?;
    let Some(io) = place.take() else { return Err(End::Silent) };
    let limits = server.limits.clone();
    Ok(Box::new(Connection::new(io, protocol, session, client, entry, limits, permit)))
}

/// Why a client that did nothing wrong is not let in.
fn closed<E>(server: &Shared<E>) -> PgError {
    match server.is_stopping() {
        true => PgError::new(SqlState::CANNOT_CONNECT_NOW, "the database system is shutting down"),
        false => too_many(),
    }
}

pub(crate) fn too_many() -> PgError {
    PgError::new(SqlState::TOO_MANY_CONNECTIONS, "sorry, too many clients already")
}

/// What PostgreSQL says where `pg_hba.conf` has only a line of `hostssl`, in our words.
fn unencrypted(login: &Login, from: Origin) -> PgError {
    let host = from.address.map(|address| address.ip().to_string()).unwrap_or_default();
    PgError::new(
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        format!(
            "connections without TLS are not accepted: host \"{host}\", user \"{}\", database \"{}\", no encryption",
            login.user(),
            login.database(),
        ),
    )
    .hint("Connect with sslmode=require.")
}

/// Everything before the client has said who it is.
///
/// Where TLS may begin, no byte is read beyond the packet in hand: a ClientHello that was sent ahead stays in the socket
/// for TLS, and clear bytes can never be taken for decrypted ones.
async fn startup<E>(server: &Shared<E>, place: &mut Option<Io>) -> Result<Login, End> {
    let (tls, registry) = (server.tls.as_ref(), &server.registry);
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
                        let word = frame::peek_untyped(&io.input).unwrap_or_default();
                        let length = usize::try_from(word).unwrap_or_default();
                        io.fill_up_to(length.max(PACKET_HEAD)).await?
                    }
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
                registry.cancel(request.process_id, &request.key);
                return Err(End::Silent);
            }
            Step::Login(login) => return Ok(login),
            // Its first byte is not a packet's: it was looked at before, or there is no TLS.
            Step::DirectTls(_) => return Err(End::Silent),
        };
    }
}

/// The shortest packet: its length and its code.
const PACKET_HEAD: usize = 8;

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
    let stream = tls.acceptor().accept(stream).await?;
    // Asked for by SSLRequest, TLS needs no ALPN; begun at once, it must say what it is for.
    let named = stream.get_ref().1.alpn_protocol() == Some(ALPN);
    if direct && !named {
        return Err(End::Silent);
    }
    *place = Some(Io::new(Stream::Tls(Box::new(stream))));
    Ok(handshake.established())
}

/// Has the client prove who it is.
async fn authenticate<E: Engine>(
    login: Login,
    server: &Shared<E>,
    io: &mut Io,
) -> Result<Ready, End> {
    let users = match &server.auth.0 {
        Method::Trust => return Ok(login.trust(io.output())),
        Method::Scram(users) => users,
    };
    let binding = match (&server.tls, login.is_encrypted()) {
        (Some(tls), true) => tls.binding().clone(),
        _ => Binding::default(),
    };
    let mut nonce = [0; NONCE_LENGTH];
    random(&mut nonce)?;
    let scram = ScramServer::new(users.verifier(login.user()), nonce, binding);
    let mut exchange = login.scram(scram, io.output());
    loop {
        io.flush().await?;
        io.take_output();
        exchange = match exchange.step(&mut io.input, &mut io.output)? {
            Exchange::Done(ready) => return Ok(ready),
            Exchange::NeedInput(exchange) => exchange,
        };
        if !io.output.is_empty() {
            continue;
        }
        io.release_output();
        if !io.fill().await? {
            return Err(End::Silent);
        }
    }
}
