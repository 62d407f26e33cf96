//! One line of a trace, and the fields it is made of.

use std::{fmt, io};

use crate::{error::Malformed, wire::Reader};

/// What was printed was also read: both end where the body is malformed.
pub(super) type Printed = Result<(), Malformed>;

/// Where a trace goes; after an error nothing more.
struct Sink<'a> {
    out: &'a mut dyn io::Write,
    result: io::Result<()>,
}

impl Sink<'_> {
    fn put(&mut self, bytes: &[u8]) {
        if self.result.is_ok() {
            self.result = self.out.write_all(bytes);
        }
    }

    /// What `write!` calls.
    fn write_fmt(&mut self, text: fmt::Arguments<'_>) {
        if self.result.is_ok() {
            self.result = self.out.write_fmt(text);
        }
    }
}

/// The line of one message.
pub(super) struct Line<'a> {
    out: Sink<'a>,
    body: Reader<'a>,
    length: usize,
    regress: bool,
}

impl<'a> Line<'a> {
    /// `hides_length`: an error is as long as the names of source files in it.
    pub(super) fn start(
        out: &'a mut dyn io::Write,
        side: u8,
        body: &'a [u8],
        regress: bool,
        hides_length: bool,
    ) -> Line<'a> {
        let length = body.len().saturating_add(4);
        let (side, mut out) = (char::from(side), Sink { out, result: Ok(()) });
        match hides_length {
            true => write!(out, "{side}\tNN\t"),
            false => write!(out, "{side}\t{length}\t"),
        }
        Line { out, body: Reader::new(body), length, regress }
    }

    /// Prints the name and the fields, and ends the line.
    pub(super) fn print(
        mut self,
        name: &str,
        fields: impl FnOnce(&mut Self) -> Printed,
    ) -> io::Result<()> {
        self.name(name);
        let printed = fields(&mut self);
        self.end(printed)
    }

    /// Prints a name without fields, and ends the line.
    pub(super) fn print_name(mut self, name: &str) -> io::Result<()> {
        self.out.put(name.as_bytes());
        self.end(Ok(()))
    }

    pub(super) fn name(&mut self, name: &str) {
        self.out.put(name.as_bytes());
        self.out.put(b"\t");
    }

    fn end(mut self, printed: Printed) -> io::Result<()> {
        self.out.put(b"\n");
        let expected = self.length;
        let consumed = expected.saturating_sub(self.body.rest().len());
        if consumed != expected || printed.is_err() {
            writeln!(
                self.out,
                "mismatched message length: consumed {consumed}, expected {expected}"
            );
        }
        self.out.result
    }

    /// Ends the line of a packet: libpq does not check there that everything was printed.
    pub(super) fn end_unchecked(mut self) -> io::Result<()> {
        self.out.put(b"\n");
        self.out.result
    }

    /// An Int32 that is not printed.
    pub(super) fn code(&mut self) -> Option<i32> {
        self.body.i32().ok()
    }

    /// The next Int32, not read.
    pub(super) fn peek(&self) -> Option<i32> {
        let mut body = self.body;
        body.i32().ok()
    }

    pub(super) fn is_at_nul_or_end(&self) -> bool {
        self.body.rest().first().is_none_or(|byte| *byte == 0)
    }

    pub(super) fn byte(&mut self) -> Printed {
        self.byte_value().map(drop)
    }

    pub(super) fn byte_value(&mut self) -> Result<u8, Malformed> {
        let byte = self.body.u8()?;
        self.out.put(b" ");
        self.printable(byte);
        Ok(byte)
    }

    /// Counts and codes alike are printed unsigned.
    pub(super) fn int16(&mut self) -> Result<u16, Malformed> {
        let value = self.body.u16()?;
        write!(self.out, " {value}");
        Ok(value)
    }

    pub(super) fn int32(&mut self) -> Result<i32, Malformed> {
        let value = self.body.i32()?;
        write!(self.out, " {value}");
        Ok(value)
    }

    /// An oid or process id: it varies from run to run.
    pub(super) fn id(&mut self) -> Printed {
        match self.regress {
            true => {
                self.body.i32()?;
                self.out.put(b" NNNN");
                Ok(())
            }
            false => self.int32().map(drop),
        }
    }

    pub(super) fn string(&mut self) -> Printed {
        self.string_unless(false)
    }

    pub(super) fn two_strings(&mut self) -> Printed {
        self.string()?;
        self.string()
    }

    /// A name or line of the server's source.
    pub(super) fn source_string(&mut self) -> Printed {
        self.string_unless(self.regress)
    }

    pub(super) fn value(&mut self) -> Printed {
        self.value_unless(false)
    }

    /// A value that varies from run to run.
    pub(super) fn random_value(&mut self) -> Printed {
        self.value_unless(self.regress)
    }

    /// What is left, as bytes that vary from run to run.
    pub(super) fn rest(&mut self) -> Printed {
        self.bytes_unless(self.regress, self.body.rest().len())
    }

    pub(super) fn values(&mut self) -> Printed {
        let count = self.int16()?;
        (0..count).try_for_each(|_| self.value())
    }

    pub(super) fn codes(&mut self) -> Printed {
        let count = self.int16()?;
        (0..count).try_for_each(|_| self.int16().map(drop))
    }

    pub(super) fn oids(&mut self) -> Printed {
        let count = self.int16()?;
        (0..count).try_for_each(|_| self.id())
    }

    fn string_unless(&mut self, hidden: bool) -> Printed {
        let string = self.body.string()?;
        self.out.put(b" \"");
        self.out.put(if hidden { b"SSSS" } else { string });
        self.out.put(b"\"");
        Ok(())
    }

    fn value_unless(&mut self, hidden: bool) -> Printed {
        match self.int32()? {
            -1 => Ok(()),
            length => {
                let length = usize::try_from(length).map_err(|_| Malformed::ValueSize(length))?;
                self.bytes_unless(hidden, length)
            }
        }
    }

    fn bytes_unless(&mut self, hidden: bool, length: usize) -> Printed {
        let bytes = self.body.bytes(length)?;
        self.out.put(b" '");
        match hidden {
            true => self.out.put(b"BBBB"),
            false => {
                for run in bytes.chunk_by(|one, other| is_printable(*one) && is_printable(*other)) {
                    match run {
                        [byte] => self.printable(*byte),
                        run => self.out.put(run),
                    }
                }
            }
        }
        self.out.put(b"'");
        Ok(())
    }

    fn printable(&mut self, byte: u8) {
        match is_printable(byte) {
            true => self.out.put(&[byte]),
            false => write!(self.out, "\\x{byte:02x}"),
        }
    }
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}
