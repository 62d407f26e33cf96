//! Rows out: fields as text or csv, and what stands around rows.

use super::SIGNATURE;
use super::options::{CopyFormat, Header, Options};

/// Writes rows in one of the formats; what needs a look was looked at when it was made.
///
/// It writes no messages: a row is the content of a CopyData, and so is the header line.
#[derive(Clone, Debug)]
pub struct Encoder {
    format: CopyFormat,
    delimiter: u8,
    quote: u8,
    escape: u8,
    null: Box<[u8]>,
    /// Whether each column is quoted always; empty if none is.
    quoted: Box<[bool]>,
    columns: usize,
    header: Option<Box<[u8]>>,
    is_tame: bool,
}

impl Encoder {
    /// An encoder of rows of these columns.
    pub fn new(options: &Options, columns: &[&str]) -> Encoder {
        let is_csv = options.format == CopyFormat::Csv;
        let quoted = columns.iter().map(|name| is_csv && options.force_quote.is_of(name));
        let quoted: Box<[bool]> = quoted.collect();
        let marks = [options.delimiter, options.quote, options.escape];
        let mut marks = marks.iter().take(if is_csv { 3 } else { 1 });
        let is_null_tame =
            !options.null.is_empty() && options.null.iter().copied().all(may_be_plain);
        let mut encoder = Encoder {
            format: options.format,
            delimiter: options.delimiter,
            quote: options.quote,
            escape: options.escape,
            null: options.null.clone(),
            quoted: Box::default(),
            columns: columns.len(),
            header: None,
            is_tame: !(marks.any(|mark| may_be_plain(*mark)) || is_csv && is_null_tame),
        };
        if options.header != Header::Absent && options.format != CopyFormat::Binary {
            let mut line = Vec::new();
            for (column, name) in columns.iter().enumerate() {
                encoder.field(column, name.as_bytes(), &mut line);
            }
            line.push(b'\n');
            encoder.header = Some(line.into());
        }
        if quoted.contains(&true) {
            encoder.quoted = quoted;
        }
        encoder
    }

    /// The format of the rows.
    #[inline]
    pub fn format(&self) -> CopyFormat {
        self.format
    }

    /// The number of columns.
    #[inline]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The line of names, where the options want one.
    pub fn header_line(&self) -> Option<&[u8]> {
        self.header.as_deref()
    }

    /// What the first row of a binary COPY has before it.
    pub fn binary_header(&self) -> [u8; 19] {
        let mut header = [0; 19];
        for (place, byte) in header.iter_mut().zip(SIGNATURE) {
            *place = byte;
        }
        header
    }

    /// What comes after the last row of a binary COPY.
    pub fn binary_trailer(&self) -> [u8; 2] {
        (-1_i16).to_be_bytes()
    }

    /// Whether a column's values can be written as they are if they are numbers, dates, booleans or
    /// UUIDs, whose text has no other bytes than letters, digits and `+-.:/@ `.
    #[inline]
    pub fn is_plain(&self, column: usize) -> bool {
        self.is_tame && !self.is_quoted(column)
    }

    /// Writes what stands before a column of a line.
    #[inline]
    pub fn separate(&self, column: usize, out: &mut Vec<u8>) {
        if column > 0 {
            out.push(self.delimiter);
        }
    }

    /// Writes NULL in a line.
    #[inline]
    pub fn null(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.null);
    }

    /// Writes a column of a line, with what stands before it.
    #[inline]
    pub fn field(&self, column: usize, text: &[u8], out: &mut Vec<u8>) {
        self.separate(column, out);
        let start = out.len();
        out.extend_from_slice(text);
        self.escape(column, start, out);
    }

    /// Makes the text behind `start`, which was appended, a field of a line.
    // Not within its callers: their loops over cells stay small.
    #[inline(never)]
    pub fn escape(&self, column: usize, start: usize, out: &mut Vec<u8>) {
        let text = out.get(start..).unwrap_or_default();
        match self.format {
            CopyFormat::Text if has_special_text(text, self.delimiter) => {
                self.escape_text(start, out);
            }
            CopyFormat::Csv if self.needs_quotes(column, text) => self.surround(start, out),
            _ => {}
        }
    }

    #[inline]
    fn needs_quotes(&self, column: usize, text: &[u8]) -> bool {
        has_special_csv(text, self.delimiter, self.quote)
            || self.is_quoted(column)
            || *text == *self.null
            || (self.columns == 1 && text == b"\\.")
    }

    #[inline]
    fn is_quoted(&self, column: usize) -> bool {
        self.quoted.get(column).copied().unwrap_or_default()
    }

    fn escape_text(&self, start: usize, out: &mut Vec<u8>) {
        let end = out.len();
        let mut place = start;
        while place < end {
            let Some(byte) = out.get(place).copied() else { break };
            let written = match byte {
                b'\x08' => b'b',
                b'\x0c' => b'f',
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                b'\x0b' => b'v',
                other => other,
            };
            if written != byte || byte == b'\\' || byte == self.delimiter {
                out.push(b'\\');
            }
            out.push(written);
            place = place.saturating_add(1);
        }
        out.drain(start..end);
    }

    fn surround(&self, start: usize, out: &mut Vec<u8>) {
        let end = out.len();
        let (quote, escape) = (self.quote, self.escape);
        out.push(quote);
        let mut place = start;
        while place < end {
            let Some(byte) = out.get(place).copied() else { break };
            if byte == quote || byte == escape {
                out.push(escape);
            }
            out.push(byte);
            place = place.saturating_add(1);
        }
        out.push(quote);
        out.drain(start..end);
    }
}

/// Whether a byte may be part of a number, a date, an interval, a boolean or a UUID.
fn may_be_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" +-.:/@".contains(&byte)
}

/// Whether text has a byte below 32, a backslash or the delimiter.
#[inline]
fn has_special_text(text: &[u8], delimiter: u8) -> bool {
    let delimiter = eight(delimiter);
    let special = |bytes: u64| {
        below_32(bytes) | zero(bytes ^ const { eight(b'\\') }) | zero(bytes ^ delimiter)
    };
    any(text, special)
}

/// Whether csv has a delimiter, a quote or the end of a line.
#[inline]
fn has_special_csv(text: &[u8], delimiter: u8, quote: u8) -> bool {
    let (delimiter, quote) = (eight(delimiter), eight(quote));
    let special = |bytes: u64| {
        let end = zero(bytes ^ const { eight(b'\n') }) | zero(bytes ^ const { eight(b'\r') });
        end | zero(bytes ^ delimiter) | zero(bytes ^ quote)
    };
    any(text, special)
}

/// Whether any byte is special; eight are looked at together.
#[inline]
fn any(text: &[u8], special: impl Fn(u64) -> u64) -> bool {
    let Some(last) = text.last_chunk::<8>() else {
        // Seven at most: each as often as it takes to fill eight.
        return text.iter().any(|byte| special(eight(*byte)) != 0);
    };
    let (blocks, _) = text.as_chunks::<8>();
    let found = |found: u64, block: &[u8; 8]| found | special(u64::from_le_bytes(*block));
    // The last ones again, rather than a few one by one.
    found(blocks.iter().fold(0, found), last) != 0
}

/// A byte eight times.
const fn eight(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Not zero if any byte is.
#[inline]
fn zero(bytes: u64) -> u64 {
    bytes.wrapping_sub(const { eight(1) }) & !bytes & const { eight(0x80) }
}

/// Not zero if any byte is below 32.
#[inline]
fn below_32(bytes: u64) -> u64 {
    bytes.wrapping_sub(const { eight(32) }) & !bytes & const { eight(0x80) }
}
