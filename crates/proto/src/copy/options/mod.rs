//! The options of a COPY statement.

mod check;
mod read;

use super::error::CopyError;
use crate::{Encoding, SqlState};

/// How the rows of a COPY are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CopyFormat {
    /// Lines of fields, backslashes before what is special.
    #[default]
    Text,
    /// Lines of fields, quotes around what is special.
    Csv,
    /// Lengths and bytes.
    Binary,
}

/// Which way the rows of a COPY go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopyDirection {
    /// Into the table.
    From,
    /// Out of the table or query.
    To,
}

/// Whether the first line names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Header {
    /// It does not.
    #[default]
    Absent,
    /// It does, or what it says does not matter.
    Present,
    /// It must name the columns that are copied, in their order.
    Match,
}

/// The columns that an option is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Force {
    /// None of them.
    #[default]
    None,
    /// `*`
    All,
    /// These.
    Columns(Vec<String>),
}

impl Force {
    /// Whether it is about a column.
    pub fn is_of(&self, column: &str) -> bool {
        match self {
            Force::None => false,
            Force::All => true,
            Force::Columns(names) => names.iter().any(|name| name == column),
        }
    }
}

/// What becomes of a row whose values their types refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnError {
    /// It ends the COPY.
    #[default]
    Stop,
    /// It is left out.
    Ignore,
}

/// How much is told of rows that are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LogVerbosity {
    /// Nothing.
    Silent,
    /// Their number.
    #[default]
    Default,
    /// Each of them, too.
    Verbose,
}

/// The value of an option as the statement has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyValue<'a> {
    /// None is given, which is `true` to a boolean option.
    Absent,
    /// A word or string.
    Text(&'a str),
    /// A number, as written.
    Number(&'a str),
    /// `*`
    All,
    /// `( word, … )`
    List(&'a [String]),
}

/// The options of a COPY.
///
/// [`Options::new`] makes only such as PostgreSQL takes; with others the two directions may not
/// understand each other, but nothing worse happens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// FORMAT
    pub format: CopyFormat,
    /// DELIMITER: between two fields.
    pub delimiter: u8,
    /// NULL: what stands for it.
    pub null: Box<[u8]>,
    /// DEFAULT: what stands for a column's default.
    pub default: Option<Box<[u8]>>,
    /// HEADER
    pub header: Header,
    /// QUOTE, for csv.
    pub quote: u8,
    /// ESCAPE, for csv: before a quote, or itself, within quotes.
    pub escape: u8,
    /// FORCE_QUOTE: the columns whose values are quoted, needed or not.
    pub force_quote: Force,
    /// FORCE_NOT_NULL: the columns that are never NULL.
    pub force_not_null: Force,
    /// FORCE_NULL: the columns that are NULL even where that stands in quotes.
    pub force_null: Force,
    /// ENCODING: that of lines; the client's where none is given. A [`Decoder`](super::Decoder) reads it, without
    /// it UTF-8; who sends what an [`Encoder`](super::Encoder) writes, which is UTF-8, has to convert it.
    pub encoding: Option<Encoding>,
    /// FREEZE
    pub freeze: bool,
    /// ON_ERROR
    pub on_error: OnError,
    /// REJECT_LIMIT: how many rows may be left out.
    pub reject_limit: Option<i64>,
    /// LOG_VERBOSITY
    pub log_verbosity: LogVerbosity,
}

impl Default for Options {
    /// Those of the text format.
    fn default() -> Options {
        Options {
            format: CopyFormat::Text,
            delimiter: b'\t',
            null: Box::from(*b"\\N"),
            default: None,
            header: Header::Absent,
            quote: b'"',
            escape: b'"',
            force_quote: Force::None,
            force_not_null: Force::None,
            force_null: Force::None,
            encoding: None,
            freeze: false,
            on_error: OnError::Stop,
            reject_limit: None,
            log_verbosity: LogVerbosity::Default,
        }
    }
}

impl Options {
    /// Reads the options of a statement, in the order given, by their names in lower case.
    ///
    /// # Errors
    ///
    /// PostgreSQL 18's, in its order: 42601 for an unknown option, one said twice or without a
    /// value, 22023 and 0A000 for what does not fit. An ENCODING without a table here is 0A000.
    pub fn new<'a>(
        direction: CopyDirection,
        options: impl IntoIterator<Item = (&'a str, CopyValue<'a>)>,
    ) -> Result<Options, CopyError> {
        let mut given = read::Given::default();
        for (place, (name, value)) in options.into_iter().enumerate() {
            given.read(place, name, value, direction)?;
        }
        check::check(given, direction)
    }

    /// The encoding of lines that have to be converted.
    pub(super) fn foreign_encoding(&self) -> Option<Encoding> {
        let is_lines = self.format != CopyFormat::Binary;
        self.encoding.filter(|encoding| is_lines && encoding.is_foreign())
    }

    /// Whether an option names columns.
    pub fn names_columns(&self) -> bool {
        [&self.force_quote, &self.force_not_null, &self.force_null]
            .iter()
            .any(|force| matches!(force, Force::Columns(_)))
    }

    /// Checks the columns that options name.
    ///
    /// `copied` are those of the COPY, `exists` knows all of the relation; `relation` is `None` for
    /// a query.
    ///
    /// # Errors
    ///
    /// 42703 for a column that there is not, 42P10 for one that is not copied, 42701 for one that
    /// is named twice.
    pub fn check_columns(
        &self,
        relation: Option<&str>,
        copied: &[&str],
        exists: impl Fn(&str) -> bool,
    ) -> Result<(), CopyError> {
        let options = [
            ("FORCE_QUOTE", &self.force_quote),
            ("FORCE_NOT_NULL", &self.force_not_null),
            ("FORCE_NULL", &self.force_null),
        ];
        for (option, force) in options {
            let Force::Columns(names) = force else { continue };
            check_names(names, relation, |name| copied.contains(&name) || exists(name))?;
            if let Some(name) = names.iter().find(|name| !copied.contains(&name.as_str())) {
                let message = format!("{option} column \"{name}\" not referenced by COPY");
                return Err(CopyError::new(SqlState::INVALID_COLUMN_REFERENCE, message));
            }
        }
        Ok(())
    }
}

/// Checks the columns that a COPY or one of its options names; `relation` is `None` for a query.
///
/// # Errors
///
/// 42703 for a column that there is not, 42701 for one that is named twice.
pub fn check_names(
    names: &[String],
    relation: Option<&str>,
    exists: impl Fn(&str) -> bool,
) -> Result<(), CopyError> {
    for (place, name) in names.iter().enumerate() {
        if !exists(name) {
            let of = relation.map(|relation| format!(" of relation \"{relation}\""));
            let message = format!("column \"{name}\"{} does not exist", of.unwrap_or_default());
            return Err(CopyError::new(SqlState::UNDEFINED_COLUMN, message));
        }
        if names.iter().take(place).any(|before| before == name) {
            let message = format!("column \"{name}\" specified more than once");
            return Err(CopyError::new(SqlState::DUPLICATE_COLUMN, message));
        }
    }
    Ok(())
}
