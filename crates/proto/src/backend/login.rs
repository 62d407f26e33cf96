//! A client that said who it is, and one that has proved it.

use super::{
    conn::Connection,
    password::{Cleartext, Reply},
};
use crate::{
    SqlState,
    error::{Misuse, PeerError},
    limits::Limits,
    message::{
        BackendKeyData, Encode, NegotiateProtocolVersion, ParameterStatus, Parameters, PgStr,
        ProtocolVersion, ReadyForQuery, StartupMessage, TransactionStatus,
    },
};

/// A client that said who it is and has to prove it: by one of the methods, each of which consumes
/// this.
#[derive(Debug)]
pub struct Login {
    pub(super) limits: Limits,
    encrypted: bool,
    version: ProtocolVersion,
    parameters: Parameters,
    user: String,
    database: String,
    replication: Replication,
}

/// Whether a connection is for replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Replication {
    /// It is not.
    #[default]
    No,
    /// Physical: replication commands only.
    Physical,
    /// Logical: replication commands and SQL of one database.
    Logical,
}

/// A client that has proved who it is. It knows: AuthenticationOk is in the output.
///
/// What can still go wrong (no such database, a bad setting) is told by a FATAL ErrorResponse that
/// the caller encodes before it closes.
#[derive(Debug)]
pub struct Ready {
    limits: Limits,
    version: ProtocolVersion,
}

impl Login {
    pub(super) fn new(
        limits: Limits,
        encrypted: bool,
        message: StartupMessage,
        output: &mut Vec<u8>,
    ) -> Result<Login, PeerError> {
        let StartupMessage { version: asked, parameters } = message;
        let latest = ProtocolVersion::V3_2;
        let unknown: Vec<PgStr> = parameters
            .iter()
            .filter(|(name, _)| is_protocol_option(name))
            .map(|(name, _)| PgStr::from(bytes::Bytes::copy_from_slice(name)))
            .collect();
        let text = |name| text_of(&parameters, name);
        let replication = text("replication")?.map_or(Ok(Replication::No), parse_replication)?;
        if asked > latest || !unknown.is_empty() {
            let version = asked.min(latest);
            let answer = NegotiateProtocolVersion { version, options: unknown };
            answer.encode(output).map_err(|misuse| internal(&misuse))?;
        }
        let user = text("user")?.filter(|user| !user.is_empty()).ok_or_else(|| {
            PeerError::fatal(
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                "no PostgreSQL user name specified in startup packet",
            )
        })?;
        let database = text("database")?.filter(|database| !database.is_empty());
        let database = truncated(database.unwrap_or_else(|| user.clone()));
        let user = truncated(user);
        let version = asked.min(latest);
        Ok(Login { limits, encrypted, version, parameters, user, database, replication })
    }

    /// The user, cut to 63 bytes as every name is.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The database, cut to 63 bytes; the user's name if none is named.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whether the connection is for replication.
    pub fn replication(&self) -> Replication {
        self.replication
    }

    /// The `options`: arguments for the server's command line, still in one string.
    pub fn options(&self) -> Option<PgStr> {
        self.parameters.get("options")
    }

    /// The settings for the session, in order: of a name that is repeated the last one counts.
    ///
    /// Neither `user`, `database`, `options`, `replication`, nor options of the protocol (`_pq_.…`),
    /// nor what is not UTF-8 (see [`parameters`](Self::parameters) for everything, as received).
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.parameters.iter().filter_map(|(name, value)| {
            let is_ours = matches!(name, b"user" | b"database" | b"options" | b"replication");
            if is_ours || is_protocol_option(name) {
                return None;
            }
            Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?))
        })
    }

    /// Everything the client said of itself, as received.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The version agreed on: 3.2 has cancel keys of up to 256 bytes, those below of 4.
    pub fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// Whether TLS protects the connection.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The limits of the connection.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Believes the client.
    pub fn trust(self, output: &mut Vec<u8>) -> Ready {
        output.extend_from_slice(&Reply::OK);
        Ready { limits: self.limits, version: self.version }
    }

    /// Asks for the password in clear: only over TLS, or when another method cannot be had.
    pub fn cleartext(self, output: &mut Vec<u8>) -> Cleartext {
        output.extend_from_slice(&Reply::CLEARTEXT_PASSWORD);
        Cleartext::new(self)
    }

    /// The error for a wrong password and for a user that does not exist: FATAL 28P01.
    pub fn password_failed(&self) -> PeerError {
        let message = format!("password authentication failed for user \"{}\"", self.user);
        PeerError::fatal(SqlState::INVALID_PASSWORD, message)
    }
}

impl Ready {
    /// Tells the client its settings (ParameterStatus), its cancel key, and that it may ask.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if a setting contains a NUL, or the key has not the length of the version: 4
    /// bytes below 3.2, 4 to 256 in 3.2. Nothing is written then.
    pub fn finish<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        self,
        settings: impl IntoIterator<Item = (N, V)>,
        process_id: i32,
        key: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<Connection, Misuse> {
        let is_legal = match self.version >= ProtocolVersion::V3_2 {
            true => (4..=256).contains(&key.len()),
            false => key.len() == 4,
        };
        if !is_legal {
            let (length, version) = (key.len(), self.version);
            let message = format!("a cancel key of {length} bytes in protocol {version}");
            return Err(Misuse::new(message));
        }
        let start = output.len();
        let written = settings
            .into_iter()
            .try_for_each(|(name, value)| {
                let (name, value) = (name.as_ref(), value.as_ref());
                ParameterStatus { name, value }.encode(output)
            })
            .and_then(|()| BackendKeyData { process_id, key }.encode(output))
            .and_then(|()| ReadyForQuery { status: TransactionStatus::Idle }.encode(output));
        match written {
            Ok(()) => Ok(Connection::new(&self.limits)),
            Err(misuse) => {
                output.truncate(start);
                Err(misuse)
            }
        }
    }
}

fn is_protocol_option(name: &[u8]) -> bool {
    name.starts_with(b"_pq_.")
}

/// A parameter as text.
fn text_of(parameters: &Parameters, name: &str) -> Result<Option<String>, PeerError> {
    let Some(value) = parameters.get(name) else { return Ok(None) };
    match value.as_str() {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(error) => {
            let wrong = value.as_bytes().get(error.valid_up_to()).copied().unwrap_or_default();
            Err(PeerError::fatal(
                SqlState::CHARACTER_NOT_IN_REPERTOIRE,
                format!("invalid byte sequence for encoding \"UTF8\": 0x{wrong:02x}"),
            ))
        }
    }
}

/// The first 63 bytes of a name, without a character cut in two.
fn truncated(mut name: String) -> String {
    let end = (0..=63).rev().find(|end| name.is_char_boundary(*end));
    if let Some(end) = end.filter(|_| name.len() > 63) {
        name.truncate(end);
    }
    name
}

/// `database`, or a boolean as PostgreSQL reads one.
fn parse_replication(value: String) -> Result<Replication, PeerError> {
    let lower = value.to_ascii_lowercase();
    let is_start_of = |word: &str| !lower.is_empty() && word.starts_with(&lower);
    match lower.as_str() {
        _ if value == "database" => Ok(Replication::Logical),
        "1" | "on" => Ok(Replication::Physical),
        "0" | "of" | "off" => Ok(Replication::No),
        _ if is_start_of("true") || is_start_of("yes") => Ok(Replication::Physical),
        _ if is_start_of("false") || is_start_of("no") => Ok(Replication::No),
        _ => Err(PeerError::fatal(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("invalid value for parameter \"replication\": \"{value}\""),
        )
        .with_hint("Valid values are: \"false\", 0, \"true\", 1, \"database\".")),
    }
}

fn internal(misuse: &Misuse) -> PeerError {
    PeerError::fatal(SqlState::INTERNAL_ERROR, misuse.message().to_owned())
}
