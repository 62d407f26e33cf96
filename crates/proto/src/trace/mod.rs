//! Prints messages as libpq's PQtrace does, without time stamps.
//!
//! One line a message: `F` or `B`, the length word, the name, the fields; so that what trunkline
//! and libpq say about a conversation can be compared by `diff`.
//!
//! Source: <https://www.postgresql.org/docs/18/libpq-control.html#LIBPQ-PQTRACE>. Like libpq's, a
//! trace shows passwords, cancel keys and data.

mod fields;
mod line;

use std::io;

use line::Line;

use crate::{
    message::{BackendTag, FrontendTag},
    wire::Reader,
};

/// Prints the messages of one connection, in the order in which they pass.
///
/// It follows the login, since only that tells what a `p` is. A line is many small writes: files and
/// sockets want a `BufWriter` before them. An error is one of what it prints to.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    regress: bool,
    awaits: Awaits,
}

/// What was asked of the other side, where its answer does not tell itself what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Awaits {
    #[default]
    Nothing,
    Ssl,
    GssEnc,
    Password,
    SaslInitial,
    Sasl,
    Gss,
}

impl Trace {
    /// Prints everything.
    pub fn new() -> Trace {
        Trace::default()
    }

    /// Leaves out what differs between two runs: oids, process ids, keys, source lines
    /// (`PQTRACE_REGRESS_MODE`).
    pub fn regress() -> Trace {
        Trace { regress: true, ..Trace::default() }
    }

    /// Prints the line of a packet without a type byte; `body` is what follows the length word.
    ///
    /// # Errors
    ///
    /// Those of `out`, of which the line may hold a part then.
    pub fn startup(&mut self, body: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
        self.awaits = match Reader::new(body).u32() {
            Ok(80_877_103) => Awaits::Ssl,
            Ok(80_877_104) => Awaits::GssEnc,
            _ => Awaits::Nothing,
        };
        let mut line = Line::start(out, b'F', body, self.regress, false);
        let _ = line.startup_packet();
        line.end_unchecked()
    }

    /// Prints the line of the byte that answers an SSLRequest or GSSENCRequest.
    ///
    /// # Errors
    ///
    /// Those of `out`, of which the line may hold a part then.
    pub fn encryption_response(&mut self, byte: u8, out: &mut dyn io::Write) -> io::Result<()> {
        let name = match std::mem::take(&mut self.awaits) {
            Awaits::GssEnc => "GSSENCResponse",
            _ => "SSLResponse",
        };
        writeln!(out, "B\t1\t{name}\t {}", char::from(byte))
    }

    /// Prints the line of a message from the frontend.
    ///
    /// # Errors
    ///
    /// Those of `out`, of which the line may hold a part then.
    pub fn frontend(
        &mut self,
        tag: FrontendTag,
        body: &[u8],
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let awaits = std::mem::take(&mut self.awaits);
        let line = Line::start(out, b'F', body, self.regress, false);
        match tag {
            FrontendTag::BIND => line.print("Bind", Line::bind),
            FrontendTag::CLOSE => line.print("Close", Line::byte_and_string),
            FrontendTag::COPY_DATA => line.print("CopyData", Line::rest),
            FrontendTag::COPY_DONE => line.print_name("CopyDone"),
            FrontendTag::COPY_FAIL => line.print("CopyFail", Line::string),
            FrontendTag::DESCRIBE => line.print("Describe", Line::byte_and_string),
            FrontendTag::EXECUTE => line.print("Execute", Line::execute),
            FrontendTag::FLUSH => line.print_name("Flush"),
            FrontendTag::FUNCTION_CALL => line.print("FunctionCall", Line::function_call),
            FrontendTag::PARSE => line.print("Parse", Line::parse),
            FrontendTag::PASSWORD => match awaits {
                Awaits::Password => line.print("PasswordMessage", Line::string),
                Awaits::SaslInitial => line.print("SASLInitialResponse", Line::sasl_initial),
                Awaits::Sasl => line.print("SASLResponse", Line::rest),
                Awaits::Gss => line.print("GSSResponse", Line::rest),
                _ => line.print_name("UnknownAuthenticationResponse"),
            },
            FrontendTag::QUERY => line.print("Query", Line::string),
            FrontendTag::SYNC => line.print_name("Sync"),
            FrontendTag::TERMINATE => line.print_name("Terminate"),
            FrontendTag(byte) => line.print_name(&format!("Unknown message: {byte:02x}")),
        }
    }

    /// Prints the line of a message from the backend.
    ///
    /// # Errors
    ///
    /// Those of `out`, of which the line may hold a part then.
    pub fn backend(
        &mut self,
        tag: BackendTag,
        body: &[u8],
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let is_error = matches!(tag, BackendTag::ERROR_RESPONSE | BackendTag::NOTICE_RESPONSE);
        let line = Line::start(out, b'B', body, self.regress, self.regress && is_error);
        match tag {
            BackendTag::AUTHENTICATION => self.authentication(line),
            BackendTag::BACKEND_KEY_DATA => line.print("BackendKeyData", Line::key),
            BackendTag::BIND_COMPLETE => line.print_name("BindComplete"),
            BackendTag::CLOSE_COMPLETE => line.print_name("CloseComplete"),
            BackendTag::COMMAND_COMPLETE => line.print("CommandComplete", Line::string),
            BackendTag::COPY_BOTH_RESPONSE => line.print("CopyBothResponse", Line::byte_and_codes),
            BackendTag::COPY_DATA => line.print("CopyData", Line::rest),
            BackendTag::COPY_DONE => line.print_name("CopyDone"),
            BackendTag::COPY_IN_RESPONSE => line.print("CopyInResponse", Line::byte_and_codes),
            BackendTag::COPY_OUT_RESPONSE => line.print("CopyOutResponse", Line::byte_and_codes),
            BackendTag::DATA_ROW => line.print("DataRow", Line::values),
            BackendTag::EMPTY_QUERY_RESPONSE => line.print_name("EmptyQueryResponse"),
            BackendTag::ERROR_RESPONSE => line.print("ErrorResponse", Line::error_fields),
            BackendTag::FUNCTION_CALL_RESPONSE => line.print("FunctionCallResponse", Line::value),
            BackendTag::NEGOTIATE_PROTOCOL_VERSION => {
                line.print("NegotiateProtocolVersion", Line::negotiation)
            }
            BackendTag::NO_DATA => line.print_name("NoData"),
            BackendTag::NOTICE_RESPONSE => line.print("NoticeResponse", Line::error_fields),
            BackendTag::NOTIFICATION_RESPONSE => {
                line.print("NotificationResponse", Line::notification)
            }
            BackendTag::PARAMETER_DESCRIPTION => line.print("ParameterDescription", Line::oids),
            BackendTag::PARAMETER_STATUS => line.print("ParameterStatus", Line::two_strings),
            BackendTag::PARSE_COMPLETE => line.print_name("ParseComplete"),
            BackendTag::PORTAL_SUSPENDED => line.print_name("PortalSuspended"),
            BackendTag::READY_FOR_QUERY => line.print("ReadyForQuery", Line::byte),
            BackendTag::ROW_DESCRIPTION => line.print("RowDescription", Line::row_description),
            BackendTag(byte) => line.print_name(&format!("Unknown message: {byte:02x}")),
        }
    }

    fn authentication(&mut self, mut line: Line<'_>) -> io::Result<()> {
        let code = line.code();
        self.awaits = match code {
            Some(3 | 5) => Awaits::Password,
            Some(7..=9) => Awaits::Gss,
            Some(10) => Awaits::SaslInitial,
            Some(11) => Awaits::Sasl,
            _ => Awaits::Nothing,
        };
        match code {
            Some(0) => line.print_name("AuthenticationOk"),
            Some(3) => line.print_name("AuthenticationCleartextPassword"),
            // libpq leaves the salt out, and complains that it does.
            Some(5) => line.print_name("AuthenticationMD5Password"),
            Some(7) => line.print_name("AuthenticationGSS"),
            Some(8) => line.print("AuthenticationGSSContinue", Line::rest),
            Some(9) => line.print_name("AuthenticationSSPI"),
            Some(10) => line.print("AuthenticationSASL", Line::mechanisms),
            Some(11) => line.print("AuthenticationSASLContinue", Line::rest),
            Some(12) => line.print("AuthenticationSASLFinal", Line::rest),
            Some(code) => line.print_name(&format!("Unknown authentication message {code}")),
            None => line.print_name("Unknown authentication message"),
        }
    }
}
