//! Statements, parameters and the order to run.

use std::fmt;
use std::sync::Arc;

use trunkline_proto::types::{FromPg, TextStyle, Value, ValueError};
use trunkline_proto::{Format, Oid, SqlState};

use crate::column::Columns;
use crate::cursor::{CurrentOf, RowKey};
use crate::error::{PgError, Result};
use crate::inventory::Inventory;
use crate::lent::LentRows;

/// A statement that was parsed and described, not run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Prepared<S> {
    /// What the engine needs to run it.
    pub statement: S,
    /// The types of `$1`, `$2`, …: none is left unspecified.
    pub parameters: Arc<[Oid]>,
    /// The shape of its result.
    pub columns: Columns,
    /// What the last of its columns are, if it is the query of a cursor.
    pub key: Option<RowKey>,
    /// What the server sees to before it runs.
    pub terms: Terms,
}

/// What the server has to see to before a statement runs, and while its rows are open.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The row on which a cursor stands, if the statement is of it, `WHERE CURRENT OF`: its key is then in
    /// [`Run::row`].
    pub current_of: Option<CurrentOf>,
    /// Whether it shows what the session has by name: that is then in [`Run::inventory`].
    pub shows_inventory: bool,
    /// Whether it reads what it was [lent](crate::Session::prepare_lent): the rows are then in [`Run::lent`].
    pub borrows: bool,
    /// How it gets on with queries of the session that are still open.
    pub access: Access,
}

/// How a statement gets on with queries of its session that are still open.
///
/// A cursor and a suspended portal of PostgreSQL give what was there when they were opened. Of an engine whose
/// queries do not, the server takes and keeps what is left of them before a statement that changes something, or
/// a COPY FROM, runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// It gives what was there when it was opened, whatever the session does meanwhile.
    #[default]
    Snapshot,
    /// It gives what is there when its rows are asked for.
    Live,
    /// It changes what [live](Access::Live) queries give.
    Writes,
}

impl<S> Prepared<S> {
    /// A statement without parameters.
    pub fn new(statement: S, columns: Columns) -> Prepared<S> {
        let (parameters, terms) = (Arc::default(), Terms::default());
        Prepared { statement, parameters, columns, key: None, terms }
    }

    /// Sets the types of the parameters.
    pub fn parameters(mut self, types: impl Into<Arc<[Oid]>>) -> Prepared<S> {
        self.parameters = types.into();
        self
    }

    /// Says that the last columns are the key of a table's row.
    pub fn key(mut self, key: Option<RowKey>) -> Prepared<S> {
        self.key = key;
        self
    }

    /// Says what the server sees to before it runs.
    pub fn terms(mut self, terms: Terms) -> Prepared<S> {
        self.terms = terms;
        self
    }

    /// The same with another statement: what a wrapper makes of the engine's.
    pub fn map<T>(self, wrap: impl FnOnce(S) -> T) -> Prepared<T> {
        let Prepared { statement, parameters, columns, key, terms } = self;
        Prepared { statement: wrap(statement), parameters, columns, key, terms }
    }
}

/// Values for the parameters of a statement, still as the client sent them.
///
/// They may be secret: `Debug` tells their number and types only.
#[derive(Clone, Default)]
pub struct Params {
    types: Arc<[Oid]>,
    /// A [`Slot`] for each value, then the bytes of all values, end to end: one allocation.
    values: Box<[u8]>,
    unbound: bool,
    /// Whether every value has been found sound.
    checked: bool,
}

/// Where a value ends, counted from where the first one begins; its format; whether it is NULL.
#[derive(Clone, Copy)]
struct Slot {
    end: usize,
    format: Format,
    null: bool,
}

impl Slot {
    const SIZE: usize = size_of::<usize>() + 2;

    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.end.to_ne_bytes());
        out.push(u8::from(self.format == Format::Binary));
        out.push(u8::from(self.null));
    }

    fn read(slots: &[u8], index: usize) -> Option<Slot> {
        let slot = slots.get(index.checked_mul(Slot::SIZE)?..)?;
        let (end, rest) = slot.split_first_chunk()?;
        let [format, null, ..] = rest else { return None };
        let format = if *format == 0 { Format::Text } else { Format::Binary };
        Some(Slot { end: usize::from_ne_bytes(*end), format, null: *null != 0 })
    }
}

/// One parameter value, of which `Debug` does not show the bytes.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Param<'a> {
    /// Its type, as the statement was described.
    pub type_oid: Oid,
    /// The format of its bytes.
    pub format: Format,
    /// Its bytes; `None` is NULL.
    pub bytes: Option<&'a [u8]>,
    /// Whether the server has read it all through.
    pub(crate) checked: bool,
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Param")
            .field("type_oid", &self.type_oid)
            .field("format", &self.format)
            .field("length", &self.bytes.map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

impl<'a> Param<'a> {
    /// Decodes the value; NULL is an error unless `T` is an `Option`.
    pub fn decode<T: FromPg<'a>>(&self, style: &TextStyle) -> Result<T, ValueError> {
        match self.bytes {
            // What the server has read when it was bound, all through, is not so read again.
            Some(bytes) if self.checked => {
                T::decode_checked(self.type_oid, self.format, bytes, style)
            }
            Some(bytes) => T::decode(self.type_oid, self.format, bytes, style),
            None => T::null(),
        }
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params").field("types", &self.types).finish_non_exhaustive()
    }
}

impl Params {
    /// Parameters that have no values yet, as in Describe of a statement.
    pub fn unbound(types: Arc<[Oid]>) -> Params {
        Params { types, unbound: true, ..Params::default() }
    }

    /// Copies the values out of a message, so that a statement that runs for long pins no buffer.
    ///
    /// A number of values that is not the number of `types` is an error, 08P01 as in PostgreSQL.
    pub fn bind<'v>(
        types: Arc<[Oid]>,
        values: impl Iterator<Item = (Format, Option<&'v [u8]>)> + Clone,
    ) -> Result<Params> {
        let (mut supplied, mut length) = (0_usize, 0);
        for (_, value) in values.clone() {
            supplied += 1;
            length += value.map_or(0, <[u8]>::len);
        }
        if supplied != types.len() {
            return Err(PgError::new(
                SqlState::PROTOCOL_VIOLATION,
                format!(
                    "bind message supplies {supplied} parameters, but the statement requires {}",
                    types.len()
                ),
            ));
        }
        let mut copied = Vec::with_capacity(supplied * Slot::SIZE + length);
        let mut end = 0;
        for (format, value) in values.clone() {
            end += value.map_or(0, <[u8]>::len);
            Slot { end, format, null: value.is_none() }.write(&mut copied);
        }
        for (_, value) in values {
            copied.extend_from_slice(value.unwrap_or_default());
        }
        Ok(Params { types, values: copied.into_boxed_slice(), unbound: false, checked: false })
    }

    /// Reads every value, to see whether it can be; what is wrong with the first one that cannot, and
    /// its index.
    ///
    /// What is not known here, such as what `now` is, an engine may know: it is not wrong.
    ///
    /// # Errors
    ///
    /// Those of [`Value::check`].
    pub fn check(&mut self, style: &TextStyle) -> Result<(), (usize, ValueError)> {
        let mut is_known = true;
        for (index, param) in self.iter().enumerate() {
            let Some(bytes) = param.bytes else { continue };
            match Value::check(param.type_oid, param.format, bytes, style) {
                Ok(()) => {}
                Err(error) if error.sqlstate() == SqlState::FEATURE_NOT_SUPPORTED => {
                    is_known = false;
                }
                Err(error) => return Err((index, error)),
            }
        }
        self.checked = is_known;
        Ok(())
    }

    /// Whether values are there; without them a statement can only be described.
    pub fn is_bound(&self) -> bool {
        !self.unbound
    }

    /// The bytes that it holds in memory.
    pub fn size(&self) -> usize {
        self.values.len()
    }

    /// The number of parameters.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether the statement has no parameters.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The value of `$1` at index 0, and so on; `None` beyond the last and when nothing is bound.
    pub fn get(&self, index: usize) -> Option<Param<'_>> {
        let type_oid = *self.types.get(index)?;
        let (slots, bytes) = self.values.split_at_checked(self.types.len() * Slot::SIZE)?;
        let slot = Slot::read(slots, index)?;
        let start = match index.checked_sub(1) {
            Some(before) => Slot::read(slots, before)?.end,
            None => 0,
        };
        let bytes = bytes.get(start..slot.end).filter(|_| !slot.null);
        Some(Param { type_oid, format: slot.format, bytes, checked: self.checked })
    }

    /// All values in order; empty when nothing is bound.
    pub fn iter(&self) -> impl Iterator<Item = Param<'_>> {
        (0..self.types.len()).map_while(|index| self.get(index))
    }
}

/// The formats of a result's columns, as Bind asks for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formats {
    /// The same for all columns.
    All(Format),
    /// One for each column.
    Each(Arc<[Format]>),
}

impl Formats {
    /// The format of a column.
    pub fn get(&self, column: usize) -> Format {
        match self {
            Formats::All(format) => *format,
            Formats::Each(formats) => formats.get(column).copied().unwrap_or_default(),
        }
    }
}

impl Default for Formats {
    fn default() -> Formats {
        Formats::All(Format::Text)
    }
}

/// The order to run a statement.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Run {
    /// The values of its parameters.
    pub params: Params,
    /// The formats of its result; [`RowBuf`](crate::RowBuf) obeys them, few engines need to look.
    pub formats: Formats,
    /// How values look as text, in and out.
    pub style: Arc<TextStyle>,
    /// The key of the row on which a cursor stands, for a statement
    /// [of that row](Terms::current_of).
    pub row: Option<Params>,
    /// What the session has by name, for a statement that [shows it](Terms::shows_inventory).
    pub inventory: Option<Arc<Inventory>>,
    /// The rows of the relations that the statement was lent, in their order, if it
    /// [reads them](Terms::borrows).
    pub lent: Arc<[LentRows]>,
}

impl Run {
    /// Runs with these parameters, and text results.
    pub fn new(params: Params, style: Arc<TextStyle>) -> Run {
        Run {
            params,
            formats: Formats::default(),
            style,
            row: None,
            inventory: None,
            lent: Arc::default(),
        }
    }

    /// Sets the formats of the result.
    pub fn formats(mut self, formats: Formats) -> Run {
        self.formats = formats;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(types: &[Oid], values: &[(Format, Option<&[u8]>)]) -> Result<Params> {
        Params::bind(types.into(), values.iter().copied())
    }

    #[test]
    fn values_are_found_where_they_were_bound() {
        let types = [Oid::INT4, Oid::TEXT, Oid::INT4, Oid::TEXT];
        let binary = 7_i32.to_be_bytes();
        let values: [(Format, Option<&[u8]>); 4] = [
            (Format::Text, Some(b"-5")),
            (Format::Text, None),
            (Format::Binary, Some(&binary)),
            (Format::Text, Some(b"")),
        ];
        let params = bind(&types, &values).expect("four values for four parameters");
        assert!(params.is_bound());
        assert_eq!((params.len(), params.iter().count()), (4, 4));
        let style = TextStyle::default();
        let number = |index| params.get(index).map(|param: Param<'_>| param.decode::<i32>(&style));
        assert_eq!(number(0), Some(Ok(-5)));
        assert_eq!(number(2), Some(Ok(7)));
        assert_eq!(number(4), None);
        let text = |index| params.get(index).map(|param| param.decode::<Option<String>>(&style));
        assert_eq!(text(1), Some(Ok(None)));
        assert_eq!(text(3), Some(Ok(Some(String::new()))));
        // NULL is no value, and an empty text is not NULL.
        let null = number(1).expect("it is bound").expect_err("no number");
        assert_eq!(null.sqlstate(), SqlState::NULL_VALUE_NOT_ALLOWED);
    }

    #[test]
    fn another_number_of_values_is_refused() {
        for values in [&[][..], &[(Format::Text, None); 2]] {
            let error = bind(&[Oid::INT4], values).expect_err("one value is needed");
            assert_eq!(error.sqlstate(), SqlState::PROTOCOL_VIOLATION);
        }
    }

    #[test]
    fn values_are_checked_when_they_are_bound() {
        let style = TextStyle::default();
        let types = [Oid::INT4, Oid::INT4_ARRAY];
        let bound = |array: &'static str| {
            let values = [Some(&b"1"[..]), Some(array.as_bytes())];
            bind(&types, &values.map(|value| (Format::Text, value))).expect("two values")
        };
        let (index, error) = bound("{1,x}").check(&style).expect_err("no number");
        assert_eq!((index, error.sqlstate()), (1, SqlState::INVALID_TEXT_REPRESENTATION));
        let mut params = bound("{1,2}");
        assert_eq!(params.check(&style), Ok(()));
        let array = params.get(1).expect("it is bound").decode::<Value>(&style);
        assert_eq!(array, Value::decode(Oid::INT4_ARRAY, Format::Text, b"{1,2}", &style));
        let null = bind(&types, &[(Format::Text, None), (Format::Text, None)]);
        assert_eq!(null.expect("two values").check(&style), Ok(()));
    }

    #[test]
    fn nothing_is_bound_before_bind() {
        let params = Params::unbound([Oid::INT4].into());
        assert!(!params.is_bound());
        assert_eq!((params.len(), params.iter().count()), (1, 0));
        assert!(params.get(0).is_none());
        // A statement that has none is not run either when it is only described.
        assert!(!Params::unbound([].into()).is_bound());
        assert!(Params::default().is_bound());
    }

    #[test]
    fn formats_are_one_for_all_or_one_for_each() {
        assert_eq!(Formats::default().get(9), Format::Text);
        assert_eq!(Formats::All(Format::Binary).get(9), Format::Binary);
        let each = Formats::Each([Format::Text, Format::Binary].into());
        assert_eq!(
            [each.get(0), each.get(1), each.get(2)],
            [Format::Text, Format::Binary, Format::Text]
        );
    }
}
