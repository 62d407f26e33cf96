//! Prints messages as libpq's PQtrace does, without time stamps.
//!
//! One line a message: `F` or `B`, the length word, the name, the fields; so that what trunkline
//! and libpq say about a conversation can be compared by `diff`.
//!
//! Source: <https://www.postgresql.org/docs/18/libpq-control.html#LIBPQ-PQTRACE>. Like libpq's, a
//! trace shows passwords, cancel keys and data.

#![deny(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects
)]

use std::io::Write;

use crate::{
    error::Malformed,
    message::{BackendTag, FrontendTag},
    wire::Reader,
};

/// Prints the messages of one connection.
///
/// It follows the authentication, since only that tells what a `p` is.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    regress: bool,
    awaited: Awaited,
}

/// What the next `p` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Awaited {
    #[default]
    Nothing,
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

    /// Prints a message from the frontend.
    pub fn frontend(&mut self, tag: FrontendTag, body: &[u8], out: &mut Vec<u8>) {
        let awaited = std::mem::take(&mut self.awaited);
        let mut line = Line::start(out, self.regress, b'F', body);
        let printed = match tag {
            FrontendTag::BIND => line.bind(),
            FrontendTag::CLOSE => line.name("Close").and_then(|()| line.byte_and_string()),
            FrontendTag::COPY_DATA => line.name("CopyData").and_then(|()| line.rest(line.regress)),
            FrontendTag::COPY_DONE => line.only("CopyDone"),
            FrontendTag::COPY_FAIL => line.name("CopyFail").and_then(|()| line.string(false)),
            FrontendTag::DESCRIBE => line.name("Describe").and_then(|()| line.byte_and_string()),
            FrontendTag::EXECUTE => line.execute(),
            FrontendTag::FLUSH => line.only("Flush"),
            FrontendTag::FUNCTION_CALL => line.function_call(),
            FrontendTag::PARSE => line.parse(),
            FrontendTag::PASSWORD => line.password(awaited),
            FrontendTag::QUERY => line.name("Query").and_then(|()| line.string(false)),
            FrontendTag::SYNC => line.only("Sync"),
            FrontendTag::TERMINATE => line.only("Terminate"),
            FrontendTag(byte) => line.unknown(byte),
        };
        line.end(printed);
    }

    /// Prints a message from the backend.
    pub fn backend(&mut self, tag: BackendTag, body: &[u8], out: &mut Vec<u8>) {
        if tag == BackendTag::AUTHENTICATION {
            self.awaited = awaited(body);
        }
        let hides_length =
            self.regress && matches!(tag, BackendTag::ERROR_RESPONSE | BackendTag::NOTICE_RESPONSE);
        let mut line = match hides_length {
            true => Line::start_without_length(out, body),
            false => Line::start(out, self.regress, b'B', body),
        };
        let printed = match tag {
            BackendTag::AUTHENTICATION => line.authentication(),
            BackendTag::BACKEND_KEY_DATA => line.backend_key_data(),
            BackendTag::BIND_COMPLETE => line.only("BindComplete"),
            BackendTag::CLOSE_COMPLETE => line.only("CloseComplete"),
            BackendTag::COMMAND_COMPLETE => {
                line.name("CommandComplete").and_then(|()| line.string(false))
            }
            BackendTag::COPY_BOTH_RESPONSE => line.copy_response("CopyBothResponse"),
            BackendTag::COPY_DATA => line.name("CopyData").and_then(|()| line.rest(line.regress)),
            BackendTag::COPY_DONE => line.only("CopyDone"),
            BackendTag::COPY_IN_RESPONSE => line.copy_response("CopyInResponse"),
            BackendTag::COPY_OUT_RESPONSE => line.copy_response("CopyOutResponse"),
            BackendTag::DATA_ROW => line.name("DataRow").and_then(|()| line.values()),
            BackendTag::EMPTY_QUERY_RESPONSE => line.only("EmptyQueryResponse"),
            BackendTag::ERROR_RESPONSE => line.error_fields("ErrorResponse"),
            BackendTag::FUNCTION_CALL_RESPONSE => {
                line.name("FunctionCallResponse").and_then(|()| line.value())
            }
            BackendTag::NEGOTIATE_PROTOCOL_VERSION => line.negotiate_protocol_version(),
            BackendTag::NO_DATA => line.only("NoData"),
            BackendTag::NOTICE_RESPONSE => line.error_fields("NoticeResponse"),
            BackendTag::NOTIFICATION_RESPONSE => line.notification_response(),
            BackendTag::PARAMETER_DESCRIPTION => {
                line.name("ParameterDescription").and_then(|()| line.oids())
            }
            BackendTag::PARAMETER_STATUS => {
                line.name("ParameterStatus").and_then(|()| line.strings(2))
            }
            BackendTag::PARSE_COMPLETE => line.only("ParseComplete"),
            BackendTag::PORTAL_SUSPENDED => line.only("PortalSuspended"),
            BackendTag::READY_FOR_QUERY => {
                line.name("ReadyForQuery").and_then(|()| line.byte().map(drop))
            }
            BackendTag::ROW_DESCRIPTION => line.row_description(),
            BackendTag(byte) => line.unknown(byte),
        };
        line.end(printed);
    }

    /// Prints a packet without a type byte; `body` is what follows the length word.
    pub fn startup(&mut self, body: &[u8], out: &mut Vec<u8>) {
        let mut line = Line::start(out, self.regress, b'F', body);
        // libpq does not check here that everything was printed: neither is it checked here.
        let _ = line.startup_packet();
        out.push(b'\n');
    }

    /// Prints the one byte that answers an SSLRequest (`SSLResponse`) or a GSSENCRequest
    /// (`GSSENCResponse`).
    pub fn encryption_response(&mut self, name: &str, byte: u8, out: &mut Vec<u8>) {
        let _ = writeln!(out, "B\t1\t{name}\t {}", char::from(byte));
    }
}

fn awaited(body: &[u8]) -> Awaited {
    match Reader::new(body).i32() {
        Ok(3 | 5) => Awaited::Password,
        Ok(7..=9) => Awaited::Gss,
        Ok(10) => Awaited::SaslInitial,
        Ok(11) => Awaited::Sasl,
        _ => Awaited::Nothing,
    }
}

type Printed = Result<(), Malformed>;

/// The line of one message: what was printed was also read.
struct Line<'a> {
    out: &'a mut Vec<u8>,
    body: Reader<'a>,
    length: usize,
    regress: bool,
}

impl<'a> Line<'a> {
    fn start(out: &'a mut Vec<u8>, regress: bool, side: u8, body: &'a [u8]) -> Line<'a> {
        let length = body.len().saturating_add(4);
        let _ = write!(out, "{}\t{length}\t", char::from(side));
        Line { out, body: Reader::new(body), length, regress }
    }

    /// The length of an error varies with the source lines in it.
    fn start_without_length(out: &'a mut Vec<u8>, body: &'a [u8]) -> Line<'a> {
        out.extend_from_slice(b"B\tNN\t");
        Line { out, body: Reader::new(body), length: body.len().saturating_add(4), regress: true }
    }

    fn end(self, printed: Printed) {
        self.out.push(b'\n');
        let consumed = self.length.saturating_sub(self.body.rest().len());
        if consumed != self.length || printed.is_err() {
            let expected = self.length;
            let _ = writeln!(
                self.out,
                "mismatched message length: consumed {consumed}, expected {expected}"
            );
        }
    }

    fn only(&mut self, name: &str) -> Printed {
        self.out.extend_from_slice(name.as_bytes());
        Ok(())
    }

    fn name(&mut self, name: &str) -> Printed {
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'\t');
        Ok(())
    }

    fn unknown(&mut self, tag: u8) -> Printed {
        let _ = write!(self.out, "Unknown message: {tag:02x}");
        Ok(())
    }

    // Fields

    fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = self.body.u8()?;
        self.out.push(b' ');
        self.printable(byte);
        Ok(byte)
    }

    /// Counts and codes alike are printed unsigned.
    fn int16(&mut self) -> Result<u16, Malformed> {
        let value = self.body.u16()?;
        let _ = write!(self.out, " {value}");
        Ok(value)
    }

    fn int32(&mut self, hidden: bool) -> Result<i32, Malformed> {
        let value = self.body.i32()?;
        let _ = match hidden {
            true => write!(self.out, " NNNN"),
            false => write!(self.out, " {value}"),
        };
        Ok(value)
    }

    fn string(&mut self, hidden: bool) -> Printed {
        let string = self.body.string()?;
        self.out.extend_from_slice(b" \"");
        self.out.extend_from_slice(if hidden { b"SSSS" } else { string });
        self.out.push(b'"');
        Ok(())
    }

    fn strings(&mut self, count: i32) -> Printed {
        (0..count).try_for_each(|_| self.string(false))
    }

    fn bytes(&mut self, length: usize, hidden: bool) -> Printed {
        let bytes = self.body.bytes(length)?;
        self.out.extend_from_slice(b" '");
        match hidden {
            true => self.out.extend_from_slice(b"BBBB"),
            false => bytes.iter().for_each(|byte| self.printable(*byte)),
        }
        self.out.push(b'\'');
        Ok(())
    }

    fn rest(&mut self, hidden: bool) -> Printed {
        self.bytes(self.body.rest().len(), hidden)
    }

    fn printable(&mut self, byte: u8) {
        match byte {
            b' '..=b'~' => self.out.push(byte),
            _ => drop(write!(self.out, "\\x{byte:02x}")),
        }
    }

    fn value(&mut self) -> Printed {
        self.hideable_value(false)
    }

    fn hideable_value(&mut self, hidden: bool) -> Printed {
        match self.int32(false)? {
            -1 => Ok(()),
            length => {
                let length = usize::try_from(length).map_err(|_| Malformed::ValueSize(length))?;
                self.bytes(length, hidden)
            }
        }
    }

    fn values(&mut self) -> Printed {
        let count = self.int16()?;
        (0..count).try_for_each(|_| self.value())
    }

    fn codes(&mut self) -> Printed {
        let count = self.int16()?;
        (0..count).try_for_each(|_| self.int16().map(drop))
    }

    fn oids(&mut self) -> Printed {
        let count = self.int16()?;
        (0..count).try_for_each(|_| self.int32(self.regress).map(drop))
    }

    // Messages

    fn byte_and_string(&mut self) -> Printed {
        self.byte()?;
        self.string(false)
    }

    fn authentication(&mut self) -> Printed {
        match self.body.i32()? {
            0 => self.only("AuthenticationOk"),
            3 => self.only("AuthenticationCleartextPassword"),
            5 => self.only("AuthenticationMD5Password"),
            7 => self.only("AuthenticationGSS"),
            8 => self.name("AuthenticationGSSContinue").and_then(|()| self.rest(self.regress)),
            9 => self.only("AuthenticationSSPI"),
            10 => self.mechanisms(),
            11 => self.name("AuthenticationSASLContinue").and_then(|()| self.rest(self.regress)),
            12 => self.name("AuthenticationSASLFinal").and_then(|()| self.rest(self.regress)),
            code => self.only(&format!("Unknown authentication message {code}")),
        }
    }

    /// The empty name at their end is printed too.
    fn mechanisms(&mut self) -> Printed {
        self.name("AuthenticationSASL")?;
        while self.body.rest().first().is_some_and(|byte| *byte != 0) {
            self.string(false)?;
        }
        self.string(false)
    }

    fn backend_key_data(&mut self) -> Printed {
        self.name("BackendKeyData")?;
        self.int32(self.regress)?;
        self.rest(self.regress)
    }

    fn bind(&mut self) -> Printed {
        self.name("Bind")?;
        self.strings(2)?;
        self.codes()?;
        self.values()?;
        self.codes()
    }

    fn copy_response(&mut self, name: &str) -> Printed {
        self.name(name)?;
        self.byte()?;
        self.codes()
    }

    fn error_fields(&mut self, name: &str) -> Printed {
        self.name(name)?;
        loop {
            match self.byte()? {
                0 => return Ok(()),
                field => self.string(self.regress && matches!(field, b'L' | b'F' | b'R'))?,
            }
        }
    }

    fn execute(&mut self) -> Printed {
        self.name("Execute")?;
        self.string(false)?;
        self.int32(false).map(drop)
    }

    fn function_call(&mut self) -> Printed {
        self.name("FunctionCall")?;
        self.int32(self.regress)?;
        self.codes()?;
        self.values()?;
        self.int16().map(drop)
    }

    fn negotiate_protocol_version(&mut self) -> Printed {
        self.name("NegotiateProtocolVersion")?;
        self.int32(false)?;
        let count = self.int32(false)?;
        self.strings(count)
    }

    fn notification_response(&mut self) -> Printed {
        self.name("NotificationResponse")?;
        self.int32(self.regress)?;
        self.strings(2)
    }

    fn parse(&mut self) -> Printed {
        self.name("Parse")?;
        self.strings(2)?;
        self.oids()
    }

    fn password(&mut self, awaited: Awaited) -> Printed {
        match awaited {
            Awaited::Nothing => self.only("UnknownAuthenticationResponse"),
            Awaited::Password => self.name("PasswordMessage").and_then(|()| self.string(false)),
            Awaited::SaslInitial => {
                self.name("SASLInitialResponse")?;
                self.string(false)?;
                self.hideable_value(self.regress)
            }
            Awaited::Sasl => self.name("SASLResponse").and_then(|()| self.rest(self.regress)),
            Awaited::Gss => self.name("GSSResponse").and_then(|()| self.rest(self.regress)),
        }
    }

    fn row_description(&mut self) -> Printed {
        self.name("RowDescription")?;
        let count = self.int16()?;
        for _ in 0..count {
            self.string(false)?;
            self.int32(self.regress)?;
            self.int16()?;
            self.int32(self.regress)?;
            self.int16()?;
            self.int32(false)?;
            self.int16()?;
        }
        Ok(())
    }

    fn startup_packet(&mut self) -> Printed {
        let code = self.body.clone().u32()?;
        let (name, is_cancel, is_startup) = match code {
            80_877_102 => ("CancelRequest", true, false),
            80_877_103 => ("SSLRequest", false, false),
            80_877_104 => ("GSSENCRequest", false, false),
            _ => ("StartupMessage", false, true),
        };
        self.name(name)?;
        self.int16()?;
        self.int16()?;
        if is_cancel {
            self.int32(self.regress)?;
            self.rest(self.regress)?;
        }
        if is_startup {
            while self.body.rest().first().is_some_and(|byte| *byte != 0) {
                self.strings(2)?;
            }
        }
        Ok(())
    }
}
