//! Functions whose results can be far larger than their arguments.
//!
//! They are told how large before anything is allocated: what the memory of queries bounds is what
//! sorts, groups and joins hold, not the batch that is being made.

use datafusion::arrow::array::{Array, AsArray, Int64Array, LargeStringArray, StringArray};
use datafusion::arrow::array::{StringViewArray, cast::as_primitive_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use trunkline_core::{PgError, SqlState};

use super::builtin::failed;

/// The largest value, in bytes: PostgreSQL's `MaxAllocSize`.
pub(super) const VALUE: u64 = 0x3fff_ffff;

/// The values of one batch may have so many bytes together.
pub(super) const BATCH: u64 = 256 << 20;

/// Puts a check before each of these functions.
pub(crate) fn bound(state: &mut SessionState) {
    for (name, grows) in [
        ("repeat", Grows::Repeat),
        ("lpad", Grows::Pad),
        ("rpad", Grows::Pad),
        ("array_repeat", Grows::Repeat),
        ("replace", Grows::Replace),
        ("concat", Grows::Concat),
        ("concat_ws", Grows::ConcatWs),
    ] {
        if let Ok(inner) = state.udf(name) {
            let checked = Checked { inner: ScalarUDF::clone(&inner), grows };
            // Only a registry that is read-only refuses.
            let _ = state.register_udf(std::sync::Arc::new(ScalarUDF::new_from_impl(checked)));
        }
    }
}

/// 54000 for a text that no string buffer of PostgreSQL's holds.
pub(super) fn too_long() -> DataFusionError {
    let message = format!("string buffer exceeds maximum allowed length ({VALUE} bytes)");
    failed(PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message))
}

/// 53200 for a batch of values that is too large.
pub(super) fn no_room() -> DataFusionError {
    let hint = "Make shorter values, or fewer rows of them at a time.";
    failed(PgError::new(SqlState::OUT_OF_MEMORY, "out of memory").hint(hint))
}

/// How a result's size follows from the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Grows {
    Repeat,
    Pad,
    Replace,
    Concat,
    ConcatWs,
}

impl Grows {
    /// The bytes of the value in a row; `limit` is what it may have.
    fn bytes(self, args: &[Argument<'_>], row: usize, limit: u64) -> u64 {
        let of = |index: usize| args.get(index).map_or(0, |arg| arg.bytes(row));
        let sum = || args.iter().fold(0, |sum: u64, arg| sum.saturating_add(arg.bytes(row)));
        match self {
            Grows::Repeat => of(0).saturating_mul(args.get(1).map_or(0, |arg| arg.count(row))),
            Grows::Pad => {
                let characters = args.get(1).map_or(0, |arg| arg.count(row));
                if characters.saturating_mul(4) > VALUE {
                    return u64::MAX;
                }
                let widest = args.get(2).map_or(1, |fill| fill.widest(row));
                characters.saturating_mul(widest).saturating_add(of(0).min(characters * 4))
            }
            Grows::Replace => replaced(args, row, limit),
            Grows::Concat => sum(),
            Grows::ConcatWs => {
                let between = u64::try_from(args.len()).unwrap_or(u64::MAX).saturating_sub(2);
                sum().saturating_add(of(0).saturating_mul(between))
            }
        }
    }

    fn too_large(self) -> DataFusionError {
        match self {
            Grows::Repeat | Grows::Pad => {
                let message = "requested length too large";
                failed(PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message))
            }
            Grows::Replace | Grows::Concat | Grows::ConcatWs => too_long(),
        }
    }

    fn check(self, args: &ScalarFunctionArgs) -> Result<(), DataFusionError> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let args: Vec<_> = args.args.iter().map(Argument::of).collect::<Result<_, _>>()?;
        let mut left = BATCH;
        let mut is_full = false;
        for row in 0..rows {
            let bytes = self.bytes(&args, row, left);
            if bytes > VALUE {
                return Err(self.too_large());
            }
            is_full |= bytes > left;
            left = left.saturating_sub(bytes);
        }
        if is_full { Err(no_room()) } else { Ok(()) }
    }
}

/// The bytes of a text in which one text is replaced by another: counted only where it matters.
fn replaced(args: &[Argument<'_>], row: usize, limit: u64) -> u64 {
    let [text, from, to] = args else { return 0 };
    let (Some(text), Some(from), Some(to)) = (text.text(row), from.text(row), to.text(row)) else {
        return 0;
    };
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let all = count(text.len());
    let grown = count(to.len()).saturating_sub(count(from.len()));
    let most = all.checked_div(count(from.len())).unwrap_or(all.saturating_add(1));
    let size = |matches: u64| matches.saturating_mul(grown).saturating_add(all);
    if size(most) <= limit { size(most) } else { size(count(text.matches(from).count())) }
}

/// An argument, whose sizes are told without a copy of it.
enum Argument<'a> {
    Text(Option<&'a str>),
    Texts(&'a StringArray),
    LargeTexts(&'a LargeStringArray),
    TextViews(&'a StringViewArray),
    Count(Option<i64>),
    Counts(Int64Array),
    /// Of so many bytes a value.
    Other(u64),
}

impl<'a> Argument<'a> {
    fn of(arg: &'a ColumnarValue) -> Result<Argument<'a>, DataFusionError> {
        let size = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
        Ok(match arg {
            ColumnarValue::Scalar(value) if value.data_type().is_integer() => {
                match value.cast_to(&DataType::Int64)? {
                    ScalarValue::Int64(count) => Argument::Count(count),
                    _ => Argument::Other(8),
                }
            }
            ColumnarValue::Scalar(value) => match value.try_as_str() {
                Some(text) => Argument::Text(text),
                None if value.is_null() => Argument::Other(0),
                None => Argument::Other(size(value.size())),
            },
            ColumnarValue::Array(array) => match array.data_type() {
                DataType::Utf8 => Argument::Texts(array.as_string()),
                DataType::LargeUtf8 => Argument::LargeTexts(array.as_string()),
                DataType::Utf8View => Argument::TextViews(array.as_string_view()),
                of if of.is_integer() => {
                    let counts = cast(array, &DataType::Int64)?;
                    Argument::Counts(as_primitive_array::<Int64Type>(&counts).clone())
                }
                of => match of.primitive_width() {
                    Some(width) => Argument::Other(size(width)),
                    None => {
                        let bytes = array.get_array_memory_size().checked_div(array.len());
                        Argument::Other(size(bytes.unwrap_or(0)))
                    }
                },
            },
        })
    }

    fn text(&self, row: usize) -> Option<&str> {
        match self {
            Argument::Text(text) => *text,
            Argument::Texts(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Argument::LargeTexts(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Argument::TextViews(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Argument::Count(_) | Argument::Counts(_) | Argument::Other(_) => None,
        }
    }

    fn bytes(&self, row: usize) -> u64 {
        match self {
            Argument::Count(_) | Argument::Counts(_) => 8,
            Argument::Other(size) => *size,
            _ => self.text(row).map_or(0, |text| u64::try_from(text.len()).unwrap_or(u64::MAX)),
        }
    }

    fn count(&self, row: usize) -> u64 {
        let count = match self {
            Argument::Count(count) => *count,
            Argument::Counts(counts) => counts.is_valid(row).then(|| counts.value(row)),
            _ => None,
        };
        count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
    }

    /// The bytes of the widest character.
    fn widest(&self, row: usize) -> u64 {
        let widths = self.text(row).unwrap_or_default().chars().map(char::len_utf8);
        widths.max().and_then(|width| u64::try_from(width).ok()).unwrap_or(0)
    }
}

/// A function behind a check of what its arguments ask of it.
///
/// It is never simplified into another, which would have no check.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Checked {
    inner: ScalarUDF,
    grows: Grows,
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        self.inner.coerce_types(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType, DataFusionError> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef, DataFusionError> {
        self.inner.return_field_from_args(args)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        self.grows.check(&args)?;
        self.inner.invoke_with_args(args)
    }
}
