//! How long a message may be, by phase and type.

use crate::{
    error::PeerError,
    message::{BackendTag, FrontendTag},
    wire::frame,
};

/// Bounds of the length word, which counts itself but not the type byte.
///
/// The defaults are PostgreSQL's own (`src/backend/tcop/postgres.c`, `src/include/libpq/`): a
/// longer message closes the connection without a word. Before the login everything is small: what
/// an unknown peer can make a server hold is bounded by these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Packets without a type byte: 8 to this.
    pub startup: u32,
    /// `p` during authentication.
    pub password: u32,
    /// `p` during SCRAM.
    pub scram: u32,
    /// Messages of names and no data: Describe, Execute, Close, Sync and their kin.
    pub small: u32,
    /// Messages of data: Query, Parse, Bind, FunctionCall, CopyData.
    pub large: u32,
}

impl Limits {
    /// PostgreSQL's own limits.
    pub const POSTGRESQL: Limits =
        Limits { startup: 10004, password: 65535, scram: 1024, small: 10000, large: 0x3fff_fffe };

    /// The limit of a message from the frontend after the login.
    ///
    /// `None` for a type that is none then (`p` too): it is refused before the length is looked
    /// at.
    #[inline]
    pub const fn frontend(&self, tag: FrontendTag) -> Option<u32> {
        match tag {
            FrontendTag::BIND
            | FrontendTag::COPY_DATA
            | FrontendTag::FUNCTION_CALL
            | FrontendTag::PARSE
            | FrontendTag::QUERY => Some(self.large),
            FrontendTag::CLOSE
            | FrontendTag::COPY_DONE
            | FrontendTag::COPY_FAIL
            | FrontendTag::DESCRIBE
            | FrontendTag::EXECUTE
            | FrontendTag::FLUSH
            | FrontendTag::SYNC
            | FrontendTag::TERMINATE => Some(self.small),
            _ => None,
        }
    }

    /// The limit of a message from the backend; `None` for a type that is none.
    ///
    /// As libpq has it (`src/interfaces/libpq/fe-protocol3.c`): 30000, and more for the types that
    /// carry data or the words of a server.
    #[inline]
    pub const fn backend(&self, tag: BackendTag) -> Option<u32> {
        match tag {
            BackendTag::COPY_DATA
            | BackendTag::DATA_ROW
            | BackendTag::ERROR_RESPONSE
            | BackendTag::FUNCTION_CALL_RESPONSE
            | BackendTag::NOTICE_RESPONSE
            | BackendTag::NOTIFICATION_RESPONSE
            | BackendTag::PARAMETER_DESCRIPTION
            | BackendTag::ROW_DESCRIPTION => Some(self.large_reply()),
            BackendTag::AUTHENTICATION
            | BackendTag::BACKEND_KEY_DATA
            | BackendTag::BIND_COMPLETE
            | BackendTag::CLOSE_COMPLETE
            | BackendTag::COMMAND_COMPLETE
            | BackendTag::COPY_BOTH_RESPONSE
            | BackendTag::COPY_DONE
            | BackendTag::COPY_IN_RESPONSE
            | BackendTag::COPY_OUT_RESPONSE
            | BackendTag::EMPTY_QUERY_RESPONSE
            | BackendTag::NEGOTIATE_PROTOCOL_VERSION
            | BackendTag::NO_DATA
            | BackendTag::PARAMETER_STATUS
            | BackendTag::PARSE_COMPLETE
            | BackendTag::PORTAL_SUSPENDED
            | BackendTag::READY_FOR_QUERY => Some(30000),
            _ => None,
        }
    }

    /// The bytes of the untyped packet whose length word is given; the error is silent.
    pub fn startup_length(&self, length: i32) -> Result<usize, PeerError> {
        match u32::try_from(length) {
            Ok(word) if word >= 8 && word <= self.startup => {
                usize::try_from(word).map_err(|_| invalid_startup_length())
            }
            _ => Err(invalid_startup_length()),
        }
    }

    /// The bytes of the whole frame of a `p` during authentication; the error is silent.
    pub fn password_length(&self, header: frame::Header) -> Result<usize, PeerError> {
        header.frame_length(self.password)
    }

    /// A server's replies may be as long as the length word can tell: libpq sets no bound, and a
    /// frontend trusts its server more than a server its clients.
    const fn large_reply(&self) -> u32 {
        0x7fff_ffff
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::POSTGRESQL
    }
}

#[cold]
fn invalid_startup_length() -> PeerError {
    PeerError::silent("invalid length of startup packet")
}
