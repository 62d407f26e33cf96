//! A row, and where it comes from and goes to.

use super::super::error::CopyError;
use super::super::options::{CopyFormat, Options};
use crate::types::ValueError;

/// The table and columns that rows are for.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) relation: Box<str>,
    pub(super) columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: Box<str>,
    pub(super) has_default: bool,
    pub(super) never_null: bool,
    pub(super) null_in_quotes: bool,
}

impl Target {
    /// A table by its name, without columns.
    pub fn new(relation: &str) -> Target {
        Target { relation: relation.into(), columns: Vec::new() }
    }

    /// Adds the next column that is copied; whether DEFAULT may stand in it.
    pub fn column(mut self, name: &str, has_default: bool) -> Target {
        let (never_null, null_in_quotes) = (false, false);
        self.columns.push(Column { name: name.into(), has_default, never_null, null_in_quotes });
        self
    }

    /// Obeys FORCE_NOT_NULL and FORCE_NULL.
    pub(super) fn forced(mut self, options: &Options) -> Target {
        for column in &mut self.columns {
            let is_csv = options.format == CopyFormat::Csv;
            column.never_null = is_csv && options.force_not_null.is_of(&column.name);
            column.null_in_quotes = is_csv && options.force_null.is_of(&column.name);
        }
        self
    }

    /// `COPY t, line 1`
    pub(super) fn at_line(&self, line: u64) -> String {
        format!("COPY {}, line {line}", self.relation)
    }
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// NULL.
    Null,
    /// The column's default.
    Default,
    /// A value's bytes: text, which is UTF-8 without zeros, or its binary form.
    Value(&'a [u8]),
}

/// Where a field lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) place: Place,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the input as it came.
    Raw,
    /// Aside, since escapes were undone.
    Aside,
    /// Nowhere: NULL.
    Null,
    /// Nowhere: what stands for NULL, but is not NULL.
    NullWord,
    /// The default marker, in the input as it came.
    Default,
}

impl Slot {
    /// A slot of a range: rows have less than 4 GiB.
    #[inline]
    pub(super) fn new(place: Place, start: usize, end: usize) -> Slot {
        let short = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        Slot { place, start: short(start), end: short(end) }
    }

    #[inline]
    pub(super) fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let place = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
        bytes.get(place(self.start)..place(self.end)).unwrap_or_default()
    }
}

/// A row of fields, as many as the target has columns.
pub struct Row<'a> {
    pub(super) target: &'a Target,
    pub(super) number: u64,
    /// The line, or the bytes of a binary row.
    pub(super) raw: &'a [u8],
    pub(super) aside: &'a [u8],
    pub(super) null: &'a [u8],
    pub(super) slots: &'a [Slot],
    pub(super) is_line: bool,
    /// What is wrong with the first field that is not there, if not that.
    pub(super) failure: Option<&'a CopyError>,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The data of tables stays out of logs.
        f.debug_struct("Row").field("line", &self.number).finish_non_exhaustive()
    }
}

impl<'a> Row<'a> {
    /// The table it is for.
    pub fn relation(&self) -> &'a str {
        &self.target.relation
    }

    /// The line that it ends at, counted from 1, or the number of a binary row.
    pub fn line(&self) -> u64 {
        self.number
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.target.columns.len()
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.target.columns.is_empty()
    }

    /// The field of a column, counted from 0.
    ///
    /// # Errors
    ///
    /// 22P04 where the row ended before: `missing data for column "c"`. Columns are to be read in
    /// their order, so that the first error is the one PostgreSQL tells.
    #[inline]
    pub fn field(&self, column: usize) -> Result<Field<'a>, CopyError> {
        let Some(slot) = self.slots.get(column) else { return Err(self.missing(column)) };
        Ok(match slot.place {
            Place::Raw => Field::Value(slot.of(self.raw)),
            Place::Aside => Field::Value(slot.of(self.aside)),
            Place::NullWord => Field::Value(self.null),
            Place::Null => Field::Null,
            Place::Default => Field::Default,
        })
    }

    /// The bytes of its line; none of a binary row.
    pub fn text(&self) -> Option<&'a [u8]> {
        Some(self.raw).filter(|_| self.is_line)
    }

    /// The fields of all columns; nothing comes after an error.
    pub fn fields(&self) -> impl Iterator<Item = Result<Field<'a>, CopyError>> {
        (0..self.slots.len().saturating_add(1).min(self.len())).map(|column| self.field(column))
    }

    /// The error for a value that its type refuses, with the CONTEXT that PostgreSQL tells.
    #[cold]
    pub fn refused(&self, column: usize, error: ValueError) -> CopyError {
        let name = self.name(column);
        let mut context = format!("{}, column {name}", self.target.at_line(self.number));
        if self.is_line {
            context.push_str(&self.shown(column));
        }
        CopyError::from(error).with_context(context)
    }

    /// The words for a row that is left out, as its type refuses a value.
    #[cold]
    pub fn skipping(&self, column: usize) -> String {
        let (line, name, value) = (self.number, self.name(column), self.shown(column));
        format!(
            "skipping row due to data type incompatibility at line {line} for column \"{name}\"{value}"
        )
    }

    /// Where the row stands: the CONTEXT of what is wrong with it as a whole.
    #[cold]
    pub fn place(&self) -> String {
        match self.is_line {
            true => self.target.line_context(self.number, self.raw),
            false => self.target.at_line(self.number),
        }
    }

    fn name(&self, column: usize) -> &str {
        self.target.columns.get(column).map_or("", |column| &column.name)
    }

    fn shown(&self, column: usize) -> String {
        match self.field(column) {
            Ok(Field::Value(value)) => format!(": \"{}\"", clipped(value)),
            _ => ": null input".to_owned(),
        }
    }

    pub(super) fn failure(&self) -> Option<&'a CopyError> {
        self.failure
    }

    #[cold]
    fn missing(&self, column: usize) -> CopyError {
        if let Some(failure) = self.failure {
            return failure.clone();
        }
        let name = self.name(column);
        let error = CopyError::format(format!("missing data for column \"{name}\""));
        error.with_context(self.target.line_context(self.number, self.raw))
    }
}

impl Target {
    /// `COPY t, line 1: "text"`
    #[cold]
    pub(super) fn line_context(&self, number: u64, line: &[u8]) -> String {
        format!("{}: \"{}\"", self.at_line(number), clipped(line))
    }
}

/// The first hundred bytes of a line or a field as a CONTEXT shows them, not through a character.
pub fn clipped(text: &[u8]) -> String {
    const MOST: usize = 100;
    if text.len() <= MOST {
        return String::from_utf8_lossy(text).into_owned();
    }
    let head = text.get(..MOST).unwrap_or_default();
    let valid = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to(), str::len);
    let head = head.get(..valid).unwrap_or_default();
    [&String::from_utf8_lossy(head), "..."].concat()
}
