//! What the functions of values have in common.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, IntervalUnit, TimeUnit};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};
use trunkline_core::types::TimeZone;
use trunkline_core::{Client, PgError};

pub(crate) const MICROSECONDS: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);
pub(crate) const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);

/// `timestamptz`.
pub(crate) fn moment() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// A function of values, the same for every session but for its time zone.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    /// The types that arguments of some types are made; `None` if it does not take these.
    pub(crate) takes: fn(&[DataType]) -> Option<Vec<DataType>>,
    pub(crate) gives: fn(&ReturnFieldArgs<'_>) -> Result<Field, DataFusionError>,
    pub(crate) run: fn(&Call<'_>) -> Result<ArrayRef, DataFusionError>,
}

impl Builtin {
    /// The function where no time zone matters.
    pub(crate) fn udf(self) -> ScalarUDF {
        self.with(None)
    }

    /// The function in the time zone of a client.
    pub(crate) fn udf_of(self, client: &Client) -> ScalarUDF {
        self.with(Some(client.clone()))
    }

    fn with(self, client: Option<Client>) -> ScalarUDF {
        let volatility = if client.is_some() { Volatility::Stable } else { Volatility::Immutable };
        let signature = Signature::user_defined(volatility);
        ScalarUDF::new_from_impl(Function { builtin: self, client, signature })
    }
}

/// The arguments of a call, as arrays of as many rows as the result has.
pub(crate) struct Call<'a> {
    pub(crate) arrays: Vec<ArrayRef>,
    pub(crate) result: &'a DataType,
    rows: usize,
    client: Option<&'a Client>,
}

impl<'a> Call<'a> {
    /// A call with arrays of one length, where no time zone matters.
    pub(super) fn of(arrays: Vec<ArrayRef>, result: &'a DataType) -> Call<'a> {
        let rows = arrays.first().map_or(0, |array| array.len());
        Call { arrays, result, rows, client: None }
    }

    pub(crate) fn array(&self, index: usize) -> Result<&ArrayRef, DataFusionError> {
        self.arrays.get(index).ok_or_else(|| failed(PgError::internal("an argument is missing")))
    }

    /// Strings; the functions that take them are given `Utf8`.
    pub(crate) fn texts(&self, index: usize) -> Result<&StringArray, DataFusionError> {
        let array = self.array(index)?.as_string_opt();
        array.ok_or_else(|| failed(PgError::internal("an argument is no text")))
    }

    /// The string in a row; `None` for NULL.
    pub(crate) fn text(&self, index: usize, row: usize) -> Result<Option<&str>, DataFusionError> {
        let texts = self.texts(index)?;
        Ok(texts.is_valid(row).then(|| texts.value(row)))
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The time zone of the session.
    pub(crate) fn zone(&self) -> TimeZone {
        self.client.map_or(TimeZone::UTC, |client| client.style().time_zone.clone())
    }

    /// A text for each row.
    pub(crate) fn collect(
        &self,
        mut text: impl FnMut(usize) -> Result<Option<String>, DataFusionError>,
    ) -> Result<ArrayRef, DataFusionError> {
        let mut texts = StringBuilder::with_capacity(self.rows, self.rows.saturating_mul(8));
        for row in 0..self.rows {
            texts.append_option(text(row)?);
        }
        Ok(Arc::new(texts.finish()))
    }
}

pub(crate) fn failed(error: PgError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// A field without a name, as functions return it.
pub(crate) fn nullable(data_type: DataType) -> Field {
    Field::new("", data_type, true)
}

/// What a function that always returns a text gives.
pub(crate) fn gives_text(_: &ReturnFieldArgs<'_>) -> Result<Field, DataFusionError> {
    Ok(nullable(DataType::Utf8))
}

struct Function {
    builtin: Builtin,
    client: Option<Client>,
    signature: Signature,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("name", &self.builtin.name).finish_non_exhaustive()
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        // Plans of two sessions never meet.
        self.builtin.name == other.builtin.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.builtin.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.builtin.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        (self.builtin.takes)(types).ok_or_else(|| {
            let types = types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            DataFusionError::Plan(format!(
                "No function matches the given name and argument types '{}({types})'.",
                self.builtin.name
            ))
        })
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Err(DataFusionError::Internal("the type of a function depends on fields".to_owned()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef, DataFusionError> {
        Ok(Arc::new((self.builtin.gives)(&args)?.with_name(self.builtin.name)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let arrays = args.args.iter().map(|arg| arg.to_array(rows));
        let call = Call {
            arrays: arrays.collect::<Result<_, _>>()?,
            result: args.return_field.data_type(),
            rows,
            client: self.client.as_ref(),
        };
        let array = (self.builtin.run)(&call)?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}
