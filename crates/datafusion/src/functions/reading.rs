//! Casts of texts that a type's input function reads otherwise than Arrow.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, new_empty_array};
use datafusion::arrow::compute::{cast, concat};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use trunkline_arrow::param_array;
use trunkline_core::types::TextStyle;
use trunkline_core::{Format, Oid, Params, PgError};

use super::builtin::failed;

/// Whether texts become values of a type by its input function; Arrow reads numbers alike, and faster.
pub(crate) fn reads(found: &DataType, wanted: &DataType) -> bool {
    found.is_string()
        && matches!(
            wanted,
            DataType::Boolean
                | DataType::Date32
                | DataType::Time64(_)
                | DataType::Timestamp(..)
                | DataType::Interval(_)
                | DataType::Binary
                | DataType::BinaryView
                | DataType::List(_)
        )
}

/// Such a cast, as a call.
pub(crate) fn read(text: Expr, wanted: DataType, style: &TextStyle) -> Expr {
    let signature = Signature::user_defined(Volatility::Immutable);
    let function = Read { wanted, style: style.clone(), signature };
    let function = Arc::new(ScalarUDF::new_from_impl(function));
    Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![text]))
}

/// Values as a type's input function reads them of texts.
///
/// # Errors
///
/// Those of the input function.
pub(crate) fn values_of<'a>(
    texts: impl ExactSizeIterator<Item = Option<&'a str>> + Clone,
    wanted: &DataType,
    style: &TextStyle,
) -> Result<Vec<ArrayRef>, PgError> {
    let rows = texts.len();
    let oids: Arc<[Oid]> = vec![Oid::TEXT; rows].into();
    let values = texts.map(|text| (Format::Text, text.map(str::as_bytes)));
    let params = Params::bind(oids, values)?;
    let value = |row| match params.get(row) {
        Some(param) => param_array(&param, wanted, style),
        None => Err(PgError::internal("a text is missing")),
    };
    (0..rows).map(value).collect()
}

#[derive(Debug)]
struct Read {
    wanted: DataType,
    style: TextStyle,
    signature: Signature,
}

// All plans of a statement have one style.
impl PartialEq for Read {
    fn eq(&self, other: &Read) -> bool {
        self.wanted == other.wanted
    }
}

impl Eq for Read {}

impl Hash for Read {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.wanted.hash(state);
    }
}

impl ScalarUDFImpl for Read {
    fn name(&self) -> &str {
        "read"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(self.wanted.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let Some(texts) = args.args.first() else {
            return Err(DataFusionError::Internal("no text".to_owned()));
        };
        let is_scalar = matches!(texts, ColumnarValue::Scalar(_));
        let array =
            cast(&texts.to_array(if is_scalar { 1 } else { args.number_rows })?, &DataType::Utf8)?;
        let values = values_of(array.as_string::<i32>().iter(), &self.wanted, &self.style);
        let values = values.map_err(failed)?;
        let parts: Vec<&dyn Array> = values.iter().map(|value| &**value).collect();
        let read = match parts.is_empty() {
            true => new_empty_array(&self.wanted),
            false => concat(&parts)?,
        };
        Ok(match is_scalar {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&read, 0)?),
            false => ColumnarValue::Array(read),
        })
    }
}
