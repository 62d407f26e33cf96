//! Letting a client in, from its first byte to the first ReadyForQuery.

use tokio::sync::oneshot;
use trunkline_core::{Engine, Identity, PgError, Result, SqlState};
use trunkline_proto::PeerError;
use trunkline_proto::backend::Replication;
use trunkline_proto::message::{Encode, ErrorResponse, NoticeResponse, ProtocolVersion};

use crate::auth::{Origin, prove};
use crate::connection::io::Io;
use crate::connection::watch::unbroken;
use crate::connection::{Connection, now};
use crate::lobby::Seat;
use crate::options::{startup_notice, startup_settings};
use crate::places::full;
use crate::server::Shared;
use crate::startup::startup;
use crate::stream::Stream;

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
    pub(crate) fn is_wrong_password(&self) -> bool {
        let sqlstate = match self {
            End::Peer(error) => error.sqlstate(),
            End::Refused(error) => error.sqlstate(),
            End::Silent => return false,
        };
        sqlstate == SqlState::INVALID_PASSWORD
    }

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

/// Lets a client in; `None` if it may not, or only came to cancel something, or lost its seat
/// before it had proved who it is.
///
/// Any error ends the connection: there is no second try on the same socket.
pub(crate) async fn login<E: Engine>(
    server: &Shared<E>,
    stream: Stream,
    from: Origin,
    seat: Option<(Seat, oneshot::Receiver<()>)>,
) -> Option<Box<Connection<E::Session>>> {
    let mut io = Some(Io::new(stream));
    let (seat, word) = seat.unzip();
    tokio::select! {
        connection = let_in(server, &mut io, from, Stage::Stranger(seat)) => connection,
        () = lost(word) => {
            server.refused(from.address, &full().to_string());
            if let Some(io) = io {
                turn_away(io);
            }
            None
        }
    }
}

/// Waits for the word that a seat is somebody else's by now; one that was given back is not lost.
async fn lost(word: Option<oneshot::Receiver<()>>) {
    if let Some(word) = word
        && word.await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Tells a client that there are too many, unless it takes waiting.
fn turn_away(io: Io) {
    let mut word = Vec::new();
    let error = ErrorResponse { fields: full().fatal().to_fields() };
    if io.output.is_empty() && error.encode(&mut word).is_ok() {
        io.stream().say_at_once(&word);
    }
}

/// Lets a client in, or tells it why not.
async fn let_in<E: Engine>(
    server: &Shared<E>,
    place: &mut Option<Io>,
    from: Origin,
    mut stage: Stage,
) -> Option<Box<Connection<E::Session>>> {
    let attempt = attempt(server, place, from, &mut stage);
    let outcome = tokio::time::timeout(server.limits.login, attempt).await;
    match outcome.unwrap_or_else(|_| Err(late(server, &stage, from))) {
        Ok(connected) => Some(connected),
        Err(end) => {
            if let Some(why) = end.why() {
                server.refused(from.address, &why);
            }
            if let Some(io) = place {
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

/// How far a login has come.
#[derive(Debug)]
enum Stage {
    /// Who comes by TCP holds a seat; by a Unix socket comes only its owner.
    Stranger(#[expect(dead_code, reason = "given back when it is dropped")] Option<Seat>),
    Proved,
}

/// A login that takes too long. A stranger hears nothing, as from PostgreSQL.
fn late<E>(server: &Shared<E>, stage: &Stage, from: Origin) -> End {
    let message = "canceling authentication due to timeout";
    match stage {
        Stage::Stranger(_) => {
            server.refused(from.address, message);
            End::Silent
        }
        Stage::Proved => PgError::new(SqlState::QUERY_CANCELED, message).into(),
    }
}

async fn attempt<E: Engine>(
    server: &Shared<E>,
    place: &mut Option<Io>,
    from: Origin,
    stage: &mut Stage,
) -> Result<Box<Connection<E::Session>>, End> {
    // The same to the end: what is reloaded meanwhile is for those who come later.
    let guards = server.guards.now();
    let login = startup(server, guards.tls.as_ref(), place, from.address).await?;
    let Some(io) = place.as_mut() else { return Err(End::Silent) };
    if server.is_stopping() || server.clients.available_permits() == 0 {
        return Err(closed(server).into());
    }
    let entry = server.registry.enter(login.version() >= ProtocolVersion::V3_2)?;
    let mut identity = Identity::new(login.user(), login.database());
    identity.pid = entry.pid();
    identity.address = from.address;
    identity.server_address = io.stream().local_address();
    identity.encrypted = login.is_encrypted();
    identity.server_name = io.stream().server_name().map(Box::from);
    // Read now, for the proof consumes the login; an error in them is told to proved users only.
    let mut settings = startup_settings(&login, &server.limits, &server.settings);
    if let (Ok(settings), Some(address)) = (&mut settings, identity.server_address) {
        settings.preset("port", &address.port().to_string());
    }
    let (replication, notice) = (login.replication(), startup_notice(&login));
    let proved = prove(&guards, login, from, &mut identity, io).await;
    let ready = server.guesses.judge(proved, &identity, io)?;
    io.trust();
    if replication != Replication::No {
        return Err(PgError::unsupported("replication connections are not supported").into());
    }
    // Only now: who has proved nothing takes no place of those who have.
    let taken = server.places.take(&server.clients, &identity, &server.limits);
    let own_place =
        taken.map_err(|full| if server.is_stopping() { closed(server) } else { full })?;
    // The seat goes to the next stranger, however long the engine takes.
    *stage = Stage::Proved;
    let client = entry.client(identity, settings?);
    client.tell_began(now());
    let opened = unbroken(|| server.engine.open(client.clone())).await;
    let session = opened.map_err(|_| PgError::internal("internal error"))??;
    if let Some(notice) = notice {
        client.notify(notice);
    }
    for notice in client.take_notices() {
        let told = NoticeResponse { fields: notice.to_fields() }.encode(io.output());
        told.map_err(|misuse| PgError::internal("internal error").source(misuse))?;
    }
    let greeting = {
        let settings = client.settings();
        let encoding = settings.encoding();
        let settings = settings
            .reported()
            .map(|(name, value)| (name, encoding.encoded_with_marks(&value).into_owned()));
        ready.finish(settings, entry.pid(), entry.key(), io.output())
    };
    let protocol = greeting.map_err(|misuse| PgError::internal("internal error").source(misuse))?;
    let Some(io) = place.take() else { return Err(End::Silent) };
    let limits = server.limits.clone();
    Ok(Box::new(Connection::new(io, protocol, session, client, entry, limits, own_place)))
}

/// Why a client that did nothing wrong is not let in.
fn closed<E>(server: &Shared<E>) -> PgError {
    match server.is_stopping() {
        true => PgError::new(SqlState::CANNOT_CONNECT_NOW, "the database system is shutting down"),
        false => full(),
    }
}
