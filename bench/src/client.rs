//! A client: messages out, events in, over TLS or in clear.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use trunkline_proto::auth::scram::Binding;
use trunkline_proto::frontend::{Connection, Event, LoginStep, Startup, TlsStep};
use trunkline_proto::message::{
    CancelRequest, Encode, ErrorResponse, FieldCode, FrontendMessage, ProtocolVersion, Query,
    Terminate,
};
use trunkline_proto::{Limits, Misuse, PeerError};

use crate::wire::{Breakable, Wire};

/// Who logs in.
pub(crate) const USER: &str = "bench";
/// What it asks for.
const DATABASE: &str = "bench";
/// What it proves that with, where it is asked.
pub(crate) const PASSWORD: &str = "secret";

/// How long a client waits for a server that does not answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where clients go, and how.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<TlsConnector>,
    pub(crate) version: ProtocolVersion,
    pub(crate) user: String,
    pub(crate) database: String,
    /// The address that they come from; the system's choice unless it is said.
    pub(crate) from: Option<IpAddr>,
}

impl Target {
    pub(crate) fn new(address: SocketAddr) -> Target {
        Target {
            address,
            tls: None,
            version: ProtocolVersion::V3_0,
            user: USER.into(),
            database: DATABASE.into(),
            from: None,
        }
    }
}

/// Why a client did not get what it asked for.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The server said no; the SQLSTATE.
    Refused(String),
    /// The connection is at its end.
    Closed,
    /// The server broke the protocol, or the client did.
    Broken(String),
}

impl Fault {
    pub(crate) fn is(&self, sqlstate: &str) -> bool {
        matches!(self, Fault::Refused(state) if state == sqlstate)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Refused(state) => write!(f, "refused with {state}"),
            Fault::Closed => f.write_str("disconnected"),
            Fault::Broken(why) => f.write_str(why),
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => Fault::Closed,
            _ => Fault::Broken(error.to_string()),
        }
    }
}

impl From<PeerError> for Fault {
    fn from(error: PeerError) -> Fault {
        Fault::Broken(format!("the server broke the protocol: {error}"))
    }
}

impl From<Misuse> for Fault {
    fn from(misuse: Misuse) -> Fault {
        Fault::Broken(format!("the client broke the protocol: {misuse}"))
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.to_string()
    }
}

/// A client that has logged in.
pub(crate) struct Client {
    wire: Wire,
    input: BytesMut,
    output: Vec<u8>,
    protocol: Connection,
    /// The process and key of BackendKeyData.
    pub(crate) key: (i32, Bytes),
}

impl Client {
    pub(crate) async fn login(target: &Target) -> Result<Client, Fault> {
        let logged_in = Client::login_within(target, usize::MAX);
        tokio::time::timeout(PATIENCE, logged_in).await.unwrap_or_else(|_| Err(silence()))
    }

    /// Logs in over a socket that breaks after so many bytes.
    pub(crate) async fn login_within(target: &Target, bytes: usize) -> Result<Client, Fault> {
        let (wire, startup) = connect(target, bytes).await?;
        let mut client = Unknown { wire, input: BytesMut::new(), output: Vec::new() };
        let parameters = [("user", &*target.user), ("database", &*target.database)];
        let mut login = startup.log_in(target.version, parameters, &mut client.output)?;
        let protocol = loop {
            login = match login.step(&mut client.input, &mut client.output)? {
                LoginStep::NeedInput(login) => {
                    client.exchange().await?;
                    login
                }
                LoginStep::Sasl(request) => {
                    // Nothing is kept secret here.
                    request.scram(PASSWORD, *b"eighteen bytes of.", &mut client.output)?
                }
                LoginStep::Authenticated(authenticated) => break authenticated.connection,
                LoginStep::Refused(error) => return Err(refused(&error)),
                other => return Err(Fault::Broken(format!("not expected: {other:?}"))),
            };
        };
        let Unknown { wire, input, output } = client;
        let mut client = Client { wire, input, output, protocol, key: (0, Bytes::new()) };
        loop {
            match client.next().await? {
                Event::BackendKeyData(data) => {
                    client.key = (data.process_id, Bytes::copy_from_slice(&data.key));
                }
                Event::Ready(_) => return Ok(client),
                Event::Error(error) => return Err(refused(&error)),
                _ => {}
            }
        }
    }

    /// Puts a message into the next write.
    pub(crate) fn say<M: FrontendMessage>(&mut self, message: &M) -> Result<&mut Client, Fault> {
        self.protocol.send(message, &mut self.output)?;
        Ok(self)
    }

    /// Writes what was said so far.
    pub(crate) async fn send(&mut self) -> Result<(), Fault> {
        self.wire.write_all(&self.output).await?;
        self.output.clear();
        Ok(self.wire.flush().await?)
    }

    /// The next message of the server.
    pub(crate) async fn next(&mut self) -> Result<Event, Fault> {
        loop {
            if let Some(event) = self.protocol.receive(&mut self.input)? {
                return Ok(event);
            }
            if self.wire.read_buf(&mut self.input).await? == 0 {
                return Err(Fault::Closed);
            }
        }
    }

    /// Asks one question; the values of the answer, row by row.
    pub(crate) async fn ask(&mut self, sql: &str) -> Result<Vec<String>, Fault> {
        let answered = async {
            self.say(&Query { sql })?.send().await?;
            self.answer().await
        };
        tokio::time::timeout(PATIENCE, answered).await.unwrap_or_else(|_| Err(silence()))
    }

    /// Reads up to ReadyForQuery, or to the end that an error makes.
    pub(crate) async fn answer(&mut self) -> Result<Vec<String>, Fault> {
        let (mut values, mut error) = (Vec::new(), None);
        loop {
            match self.next().await {
                Ok(Event::Row(row)) => {
                    values.extend(row.values.iter().map(|value| {
                        String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
                    }))
                }
                Ok(Event::Error(told)) => error = Some(refused(&told)),
                Ok(Event::Ready(_)) => return error.map_or(Ok(values), Err),
                Ok(_) => {}
                Err(fault) => return Err(error.unwrap_or(fault)),
            }
        }
    }

    /// What the server says before it closes: the SQLSTATE of an error, or nothing.
    pub(crate) async fn last_word(mut self) -> Fault {
        let mut word = Fault::Closed;
        loop {
            match self.next().await {
                Ok(Event::Error(error)) => word = refused(&error),
                Ok(_) => {}
                Err(_) => return word,
            }
        }
    }

    /// Says goodbye, and waits until the server has heard it.
    pub(crate) async fn leave(mut self) -> Result<(), Fault> {
        self.say(&Terminate)?.send().await?;
        while self.wire.read_buf(&mut self.input).await? > 0 {}
        Ok(())
    }

    /// The socket, for those who want to say what no client says.
    pub(crate) fn into_wire(self) -> Wire {
        self.wire
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }
}

/// Cancels what a connection runs; between these two moments the server did so.
pub(crate) async fn cancel(target: &Target, key: &(i32, Bytes)) -> Result<(), Fault> {
    let (mut wire, _) = connect(target, usize::MAX).await?;
    let mut output = Vec::new();
    CancelRequest { process_id: key.0, key: &key.1 }.encode(&mut output)?;
    wire.write_all(&output).await?;
    wire.flush().await?;
    // It is never answered: the end says that it was heard, be it without a goodbye of TLS.
    let _ = wire.read(&mut [0]).await;
    Ok(())
}

/// A client that nobody knows yet.
struct Unknown {
    wire: Wire,
    input: BytesMut,
    output: Vec<u8>,
}

impl Unknown {
    async fn exchange(&mut self) -> Result<(), Fault> {
        self.wire.write_all(&self.output).await?;
        self.wire.flush().await?;
        self.output.clear();
        match self.wire.read_buf(&mut self.input).await? {
            0 => Err(Fault::Closed),
            _ => Ok(()),
        }
    }
}

/// A socket to the server, encrypted if that is wanted.
async fn connect(target: &Target, bytes: usize) -> Result<(Wire, Startup), Fault> {
    let socket = match target.from {
        None => TcpStream::connect(target.address).await?,
        Some(from) => {
            let socket = TcpSocket::new_v4()?;
            socket.bind((from, 0).into())?;
            socket.connect(target.address).await?
        }
    };
    socket.set_nodelay(true)?;
    let mut base = Breakable::new(socket, bytes);
    let startup = Startup::new(&Limits::default());
    let Some(connector) = &target.tls else { return Ok((Wire::Plain(base), startup)) };
    let (mut input, mut output) = (BytesMut::new(), Vec::new());
    let requested = startup.request_tls(&mut output);
    base.write_all(&output).await?;
    if base.read_buf(&mut input).await? == 0 {
        return Err(Fault::Closed);
    }
    match requested.step(&mut input)? {
        TlsStep::Accepted(handshake) => {
            let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
            let stream = connector.connect(name, base).await?;
            // SCRAM without channel binding: one proof less to compute on this side.
            Ok((Wire::Tls(Box::new(stream)), handshake.established(Binding::Unsupported)))
        }
        _ => Err(Fault::Broken("the server speaks no TLS".to_owned())),
    }
}

fn refused(error: &ErrorResponse) -> Fault {
    let state = error.fields.get(FieldCode::SQLSTATE).unwrap_or_default();
    Fault::Refused(String::from_utf8_lossy(state).into_owned())
}

fn silence() -> Fault {
    Fault::Broken(format!("no answer for {} seconds", PATIENCE.as_secs()))
}

/// How long something took.
pub(crate) async fn timed<T>(what: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    (what.await, start.elapsed())
}
