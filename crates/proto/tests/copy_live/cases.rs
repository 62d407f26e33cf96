//! What is asked, and what PostgreSQL answered, kept in `tests/golden/copy-*.tsv`.
//!
//! A line is one case: the options, the data, the outcome. To add one, write its first two columns
//! and a tab, and run the test against a PostgreSQL 18.

use std::path::PathBuf;
use std::{fs, io};

use trunkline_proto::copy::CopyValue;

use crate::printed::unescape;
use crate::text::{escape, literal};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Options alone; the data is `FROM` or `TO`.
    Options,
    /// The data is rows: each cell a type, a colon, and its text, or nothing for NULL.
    Out,
    /// The data is a table and what is copied into it.
    In,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Absent,
    Text(String),
    Number(String),
    All,
    List(Vec<String>),
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) options: Vec<(String, Value)>,
    pub(crate) data: Vec<u8>,
    pub(crate) outcome: String,
}

impl Case {
    pub(crate) fn new(kind: Kind, options: Vec<(String, Value)>, data: Vec<u8>) -> Case {
        Case { kind, options, data, outcome: String::new() }
    }

    /// As a line of the file, without the outcome.
    pub(crate) fn line(&self) -> String {
        let options: Vec<String> =
            self.options.iter().map(|(n, v)| format!("{n} {}", v.line())).collect();
        format!("{}\t{}", options.join(";"), escape(&self.data))
    }

    fn parse(kind: Kind, line: &str) -> Case {
        let columns: Vec<&str> = line.split('\t').collect();
        let [options, data, outcome] = columns.as_slice() else { panic!("three columns: {line}") };
        let options = options.split(';').filter(|option| !option.is_empty());
        let options = options.map(|option| {
            let (name, value) = option.split_once(' ').unwrap();
            (name.to_owned(), Value::parse(value))
        });
        let (options, data) = (options.collect(), unescape(data));
        Case { kind, options, data, outcome: (*outcome).to_owned() }
    }

    /// ` (format csv, …)`, or nothing.
    pub(crate) fn sql(&self) -> String {
        if self.options.is_empty() {
            return String::new();
        }
        let options: Vec<String> =
            self.options.iter().map(|(name, value)| format!("{name} {}", value.sql())).collect();
        format!(" ({})", options.join(", "))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, CopyValue<'_>)> {
        self.options.iter().map(|(name, value)| {
            let value = match value {
                Value::Absent => CopyValue::Absent,
                Value::Text(text) => CopyValue::Text(text),
                Value::Number(number) => CopyValue::Number(number),
                Value::All => CopyValue::All,
                Value::List(words) => CopyValue::List(words),
            };
            (name.as_str(), value)
        })
    }

    /// Whether an option has a text.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|(name, _)| name == option)
    }

    /// The rows of cells that go out: a type and a text.
    pub(crate) fn rows(&self) -> Vec<Vec<(String, Option<String>)>> {
        let text = String::from_utf8(self.data.clone()).unwrap();
        let rows = text.split('\x1e').map(|row| {
            let cells = row.split('\x1f').map(|cell| match cell.split_once(':') {
                Some((type_name, text)) => (type_name.to_owned(), Some(text.to_owned())),
                None => (cell.to_owned(), None),
            });
            cells.collect()
        });
        rows.collect()
    }

    /// The table and the bytes that come in.
    pub(crate) fn table(&self) -> (&str, &[u8]) {
        let end = self.data.iter().position(|byte| *byte == b':').unwrap();
        (std::str::from_utf8(&self.data[..end]).unwrap(), &self.data[end + 1..])
    }
}

impl Value {
    fn line(&self) -> String {
        match self {
            Value::Absent => "-".to_owned(),
            Value::Text(text) => format!("'{}", escape(text.as_bytes())),
            Value::Number(number) => format!("#{number}"),
            Value::All => "*".to_owned(),
            Value::List(words) => format!("({}", words.join(",")),
        }
    }

    fn parse(text: &str) -> Value {
        let rest = text[1..].to_owned();
        match text.as_bytes()[0] {
            b'-' => Value::Absent,
            b'\'' => Value::Text(String::from_utf8(unescape(&rest)).unwrap()),
            b'#' => Value::Number(rest),
            b'*' => Value::All,
            _ => Value::List(rest.split(',').map(str::to_owned).collect()),
        }
    }

    fn sql(&self) -> String {
        match self {
            Value::Absent => String::new(),
            Value::Text(text) => literal(text),
            Value::Number(number) => number.clone(),
            Value::All => "*".to_owned(),
            Value::List(words) => format!("({})", words.join(", ")),
        }
    }
}

pub(crate) struct Golden {
    path: PathBuf,
    pub(crate) cases: Vec<Case>,
}

impl Golden {
    pub(crate) fn read(kind: Kind) -> io::Result<Golden> {
        let name = format!("{kind:?}").to_lowercase();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let path = folder.join(format!("copy-{name}.tsv"));
        let text = if path.exists() { fs::read_to_string(&path)? } else { String::new() };
        let cases = text.lines().map(|line| Case::parse(kind, line)).collect();
        Ok(Golden { path, cases })
    }

    pub(crate) fn write(&self) -> io::Result<()> {
        let lines = self.cases.iter().map(|case| format!("{}\t{}\n", case.line(), case.outcome));
        fs::write(&self.path, lines.collect::<String>())
    }
}
