//! What is in a CSV file: its delimiter, its header, the types of its columns.

use csv::{ByteRecord, ReaderBuilder};
use datafusion::arrow::compute::kernels::cast_utils::{Parser, string_to_datetime};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int64Type, Time64MicrosecondType, TimeUnit,
};

use super::cut::Cut;
use super::error::FolderError;
use super::file::DataFile;
use super::format::Kind;
use super::sample::Sample;

/// The delimiters that are tried, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many records decide which delimiter it is.
const SNIFFED: usize = 200;

/// What is in a CSV file.
#[derive(Debug)]
pub(super) struct CsvFacts {
    pub(super) delimiter: u8,
    pub(super) has_header: bool,
    pub(super) columns: Vec<(String, CsvType)>,
    /// How many rows it has, when it was looked at whole.
    pub(super) rows: Option<usize>,
    pub(super) cut: Cut,
}

/// A type that fields of CSV can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CsvType {
    /// No value was seen.
    Empty,
    Bool,
    Int,
    Float,
    /// `NaN` and the infinities: numbers among numbers, else words.
    NotFinite,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Text,
}

impl CsvFacts {
    /// Infers them; `None` for a file without a byte.
    pub(super) fn of(file: &DataFile, sample: &Sample) -> Result<Option<CsvFacts>, FolderError> {
        let bytes = sample.bytes.as_slice();
        let delimiter = match file.format.kind {
            Kind::Tsv => b'\t',
            _ => delimiter(bytes),
        };
        let mut records = records(bytes, delimiter);
        let failed = |error: csv::Error| {
            FolderError::corrupt(format!("{}: not a CSV file: {error}", file.location))
        };
        let mut record = ByteRecord::new();
        if !records.read_byte_record(&mut record).map_err(failed)? {
            return Ok(None);
        }
        let first: Vec<String> =
            record.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
        let has_header = is_header(&first);
        let mut types = vec![CsvType::Empty; first.len()];
        if !has_header {
            widen_all(&mut types, &record);
        }
        let mut rows = usize::from(!has_header);
        let mut is_ragged = false;
        while records.read_byte_record(&mut record).map_err(failed)? {
            widen_all(&mut types, &record);
            rows += 1;
            // To count rows that cannot be read would hide it.
            is_ragged |= record.len() != types.len();
        }
        let names = first.into_iter().enumerate().map(|(i, name)| match has_header {
            true if !name.is_empty() => name,
            _ => format!("column_{}", i + 1),
        });
        let columns = names.zip(types).collect();
        let rows = (sample.is_whole && !is_ragged).then_some(rows);
        Ok(Some(CsvFacts { delimiter, has_header, columns, rows, cut: Cut::default() }))
    }
}

impl CsvType {
    /// The narrowest type of a field, exactly as the reader will parse it.
    fn of(field: &str) -> CsvType {
        let Some(first) = field.bytes().next() else { return CsvType::Empty };
        if field.eq_ignore_ascii_case("true") || field.eq_ignore_ascii_case("false") {
            return CsvType::Bool;
        }
        if matches!(field, "NaN" | "nan" | "inf" | "-inf" | "Infinity" | "-Infinity") {
            return match Float64Type::parse(field) {
                Some(_) => CsvType::NotFinite,
                None => CsvType::Text,
            };
        }
        if !first.is_ascii_digit() && !matches!(first, b'-' | b'.') {
            return CsvType::Text;
        }
        if is_number(field) {
            return CsvType::number(field);
        }
        let shape = |pattern: &str| {
            field.len() >= pattern.len()
                && field.bytes().zip(pattern.bytes()).all(|(byte, shape)| match shape {
                    b'0' => byte.is_ascii_digit(),
                    b' ' => matches!(byte, b' ' | b'T'),
                    other => byte == other,
                })
        };
        if shape("0000-00-00") && field.len() == 10 {
            return if Date32Type::parse(field).is_some() { CsvType::Date } else { CsvType::Text };
        }
        if shape("0000-00-00 00:00:00") && string_to_datetime(&chrono::Utc, field).is_ok() {
            let zone = field
                .get(19..)
                .unwrap_or("")
                .trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            return if zone.is_empty() { CsvType::Timestamp } else { CsvType::TimestampTz };
        }
        if shape("00:00:00") && Time64MicrosecondType::parse(field).is_some() {
            return CsvType::Time;
        }
        CsvType::Text
    }

    /// Zeros before a number tell a code: `02139` is text.
    fn number(field: &str) -> CsvType {
        let digits = field.trim_start_matches('-');
        let is_code = digits.len() > 1
            && digits.starts_with('0')
            && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        if is_code {
            CsvType::Text
        } else if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            // Beyond eight bytes a number is one only if its digits do not matter.
            if Int64Type::parse(field).is_some() { CsvType::Int } else { CsvType::Text }
        } else if Float64Type::parse(field).is_some() {
            CsvType::Float
        } else {
            CsvType::Text
        }
    }

    /// The type that holds the values of both.
    pub(super) fn widen(self, other: CsvType) -> CsvType {
        use CsvType::{Date, Empty, Float, Int, NotFinite, Text, Timestamp};
        match (self, other) {
            (a, b) if a == b => a,
            (Empty, other) | (other, Empty) => other,
            (Int | Float | NotFinite, Int | Float | NotFinite) => Float,
            (Date, Timestamp) | (Timestamp, Date) => Timestamp,
            _ => Text,
        }
    }

    pub(super) fn data_type(self) -> DataType {
        match self {
            CsvType::Bool => DataType::Boolean,
            CsvType::Int => DataType::Int64,
            CsvType::Float => DataType::Float64,
            CsvType::Date => DataType::Date32,
            CsvType::Time => DataType::Time64(TimeUnit::Microsecond),
            CsvType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            CsvType::TimestampTz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            CsvType::Empty | CsvType::NotFinite | CsvType::Text => DataType::Utf8,
        }
    }
}

/// The delimiter under which most records have as many fields as the first, and most fields.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut best = (0, 0, b',');
    for delimiter in DELIMITERS {
        let mut records = records(bytes, delimiter);
        let mut record = ByteRecord::new();
        let (mut fields, mut alike, mut all) = (0, 0, 0);
        while all < SNIFFED && records.read_byte_record(&mut record).unwrap_or(false) {
            if all == 0 {
                fields = record.len();
            }
            all += 1;
            alike += usize::from(record.len() == fields);
        }
        if fields < 2 {
            continue;
        }
        let score = (alike * 1000 / all.max(1), fields);
        if score > (best.0, best.1) {
            best = (score.0, score.1, delimiter);
        }
    }
    best.2
}

/// Whether a first line names the columns: text alone, and no name twice. A name may be missing.
fn is_header(fields: &[String]) -> bool {
    let names: Vec<&String> = fields.iter().filter(|field| !field.is_empty()).collect();
    let is_name = |field: &&String| matches!(CsvType::of(field), CsvType::Text);
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    !names.is_empty() && names.iter().all(is_name) && distinct.len() == names.len()
}

fn widen_all(types: &mut [CsvType], record: &ByteRecord) {
    for (column, field) in types.iter_mut().zip(record) {
        if *column != CsvType::Text {
            // The sample is UTF-8, and a delimiter is no part of a character.
            *column = column.widen(std::str::from_utf8(field).map_or(CsvType::Text, CsvType::of));
        }
    }
}

/// Whether a field has the form of a number: `-1.5e-3`.
fn is_number(field: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match field.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (field, None),
    };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    is_digits(&[whole, fraction].concat())
        && exponent.is_none_or(|text| is_digits(text.strip_prefix(['-', '+']).unwrap_or(text)))
}

fn records(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_narrowest_type() {
        use CsvType::{
            Bool, Date, Empty, Float, Int, NotFinite, Text, Time, Timestamp, TimestampTz,
        };
        let fields = [
            ("", Empty),
            ("true", Bool),
            ("FALSE", Bool),
            ("0", Int),
            ("-17", Int),
            ("9223372036854775807", Int),
            ("9223372036854775808", Text),
            ("02139", Text),
            ("-01", Text),
            ("1.5", Float),
            ("-0.5", Float),
            ("1e-5", Float),
            (".5", Float),
            ("NaN", NotFinite),
            ("NA", Text),
            ("-", Text),
            ("1-2", Text),
            ("1.2.3", Text),
            ("2013-01-31", Date),
            ("2013-02-31", Text),
            ("2013-01-31 05:06:07", Timestamp),
            ("2013-01-31T05:06:07.123456", Timestamp),
            ("2013-01-31T05:06:07Z", TimestampTz),
            ("2013-01-31 05:06:07+02:00", TimestampTz),
            ("2013-01-31 25:06:07", Text),
            ("05:06:07", Time),
            ("5 apples", Text),
            (" 5", Text),
        ];
        for (field, expected) in fields {
            assert_eq!(CsvType::of(field), expected, "{field:?}");
        }
    }

    #[test]
    fn types_widen_to_what_holds_both() {
        use CsvType::{Bool, Date, Empty, Float, Int, NotFinite, Text, Timestamp, TimestampTz};
        assert_eq!(Int.widen(Float), Float);
        assert_eq!(Int.widen(NotFinite), Float);
        assert_eq!(Date.widen(Timestamp), Timestamp);
        assert_eq!(Empty.widen(Bool), Bool);
        assert_eq!(Bool.widen(Int), Text);
        assert_eq!(Timestamp.widen(TimestampTz), Text);
    }

    #[test]
    fn delimiters_are_sniffed() {
        assert_eq!(delimiter(b"a,b\n1,2\n"), b',');
        assert_eq!(delimiter(b"a;b\n1,5;2\n"), b';');
        assert_eq!(delimiter(b"a\tb, c\n1\t2\n"), b'\t');
        assert_eq!(delimiter(b"a|b|c\n1|x, y|2\n"), b'|');
        assert_eq!(delimiter(b"a,b\n\"x;y;z\",2\n"), b',');
        assert_eq!(delimiter(b"alone\n1\n"), b',');
    }

    #[test]
    fn headers_are_words() {
        let line = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        assert!(is_header(&line("id,name")));
        assert!(is_header(&line(",a,b")));
        assert!(!is_header(&line("1,name")));
        assert!(!is_header(&line("a,a")));
        assert!(!is_header(&line("2013-01-01,x")));
        assert!(!is_header(&line(",")));
    }
}
