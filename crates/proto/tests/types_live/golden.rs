//! What PostgreSQL answered, kept in `tests/golden/types-*.tsv`.
//!
//! A line is one input: the type, the settings, the format of the input (`T` or `B`, then in
//! hexadecimal), the input, and what came of it: the text and the binary form, or `!`, the SQLSTATE
//! and the message. To add a case, write its first four columns and run the test against a server.

use std::path::PathBuf;
use std::{fs, io};

use trunkline_proto::Oid;
use trunkline_proto::types::{ByteaOutput, DateStyle, IntervalStyle, TextStyle, TimeZone, name_of};

use crate::printed::{escape, hex, unescape, unhex};
use crate::server::Outcome;

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) oid: Oid,
    pub(crate) settings: String,
    pub(crate) binary: bool,
    pub(crate) input: Vec<u8>,
    pub(crate) outcome: Option<Outcome>,
}

pub(crate) struct Golden {
    path: PathBuf,
    pub(crate) name: String,
    pub(crate) cases: Vec<Case>,
}

impl Golden {
    pub(crate) fn all() -> io::Result<Vec<Golden>> {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut files = Vec::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with("types-") {
                let text = fs::read_to_string(&path)?;
                let cases = text.lines().map(parse).collect();
                files.push(Golden { path, name, cases });
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    pub(crate) fn write(&self) -> io::Result<()> {
        let mut text = String::new();
        for case in &self.cases {
            text.push_str(&line(case));
            text.push('\n');
        }
        fs::write(&self.path, text)
    }
}

/// The style of settings such as `DateStyle=SQL, DMY;TimeZone=UTC`.
pub(crate) fn style(settings: &str) -> TextStyle {
    let mut style = TextStyle::default();
    for (name, value) in pairs(settings) {
        match name {
            "DateStyle" => style.date_style = DateStyle::parse(value, style.date_style).unwrap(),
            "IntervalStyle" => style.interval_style = IntervalStyle::parse(value).unwrap(),
            "TimeZone" => style.time_zone = TimeZone::parse(value).unwrap(),
            "bytea_output" => style.bytea_output = ByteaOutput::parse(value).unwrap(),
            "extra_float_digits" => style.extra_float_digits = value.parse().unwrap(),
            _ => panic!("{name} changes no text"),
        }
    }
    style
}

pub(crate) fn pairs(settings: &str) -> impl Iterator<Item = (&str, &str)> {
    settings.split(';').filter_map(|setting| setting.split_once('='))
}

fn parse(line: &str) -> Case {
    let columns: Vec<&str> = line.split('\t').collect();
    let [type_name, settings, format, input, outcome @ ..] = columns.as_slice() else {
        panic!("too few columns: {line}");
    };
    let binary = *format == "B";
    let outcome = match outcome {
        ["!", sqlstate, message] => Some(Outcome::Error {
            sqlstate: (*sqlstate).to_owned(),
            message: String::from_utf8(unescape(message)).unwrap(),
        }),
        [text, binary] => Some(Outcome::Value { text: unescape(text), binary: unhex(binary) }),
        _ => None,
    };
    Case {
        oid: oid_of(type_name),
        settings: (*settings).to_owned(),
        binary,
        input: if binary { unhex(input) } else { unescape(input) },
        outcome,
    }
}

fn line(case: &Case) -> String {
    let input = if case.binary { hex(&case.input) } else { escape(&case.input) };
    let format = if case.binary { "B" } else { "T" };
    let type_name = name_of(case.oid).unwrap();
    let outcome = match &case.outcome {
        None => String::new(),
        Some(Outcome::Value { text, binary }) => format!("{}\t{}", escape(text), hex(binary)),
        Some(Outcome::Error { sqlstate, message }) => {
            format!("!\t{sqlstate}\t{}", escape(message.as_bytes()))
        }
    };
    format!("{type_name}\t{}\t{format}\t{input}\t{outcome}", case.settings)
}

pub(crate) fn oid_of(type_name: &str) -> Oid {
    (1..10_000)
        .map(Oid)
        .find(|oid| name_of(*oid) == Some(type_name))
        .unwrap_or_else(|| panic!("no type {type_name}"))
}
