//! `round`, `ceil`, `floor` and `trunc`: of a `numeric`, they have as many decimals as they are told.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-math.html>.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, Field, FieldRef, Float64Type, Int64Type,
};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::numeric::{exact, nearest, too_large};

/// The functions that statements are planned with.
pub(super) fn functions() -> [ScalarUDF; 4] {
    [Kind::Nearest, Kind::Up, Kind::Down, Kind::Cut]
        .map(|kind| Rounding::udf(kind, Places::Written))
}

/// A call whose decimals are fixed, whatever becomes of its arguments; `None` for any other call.
pub(crate) fn fixed(call: &ScalarFunction) -> Option<Expr> {
    let rounding = call.func.inner().downcast_ref::<Rounding>()?;
    if rounding.places != Places::Written {
        return None;
    }
    let places = match call.args.get(1) {
        None => Places::Fixed(0),
        Some(Expr::Literal(value, _)) if !value.is_null() => Places::Fixed(number(value)?),
        Some(_) => Places::OfRow,
    };
    let function = Arc::new(Rounding::udf(rounding.kind, places));
    Some(Expr::ScalarFunction(ScalarFunction::new_udf(function, call.args.clone())))
}

fn number(value: &ScalarValue) -> Option<i32> {
    match value {
        ScalarValue::Int64(Some(places)) => i32::try_from(*places).ok(),
        ScalarValue::Int32(Some(places)) => Some(*places),
        ScalarValue::Int16(Some(places)) => Some((*places).into()),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Nearest,
    Up,
    Down,
    Cut,
}

/// How many decimals are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Places {
    /// As many as the second argument says, if it is a literal.
    Written,
    Fixed(i32),
    /// As many as the second argument says of each row: shown are those of the number.
    OfRow,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Rounding {
    kind: Kind,
    places: Places,
    signature: Signature,
}

impl Rounding {
    fn udf(kind: Kind, places: Places) -> ScalarUDF {
        let signature = Signature::user_defined(Volatility::Immutable);
        ScalarUDF::new_from_impl(Rounding { kind, places, signature })
    }

    /// The decimals of the result; `None` where each row has its own.
    fn places(&self, args: &ReturnFieldArgs<'_>) -> Option<i32> {
        match (self.places, args.scalar_arguments.get(1)) {
            (Places::Fixed(places), _) => Some(places),
            (Places::Written, None) => Some(0),
            (Places::Written, Some(Some(value))) => number(value),
            _ => None,
        }
    }
}

impl ScalarUDFImpl for Rounding {
    fn name(&self) -> &str {
        match self.kind {
            Kind::Nearest => "round",
            Kind::Up => "ceil",
            Kind::Down => "floor",
            Kind::Cut => "trunc",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        let float = |found: &DataType| {
            let fits = found.is_numeric() || found.is_null() || found.is_string();
            fits.then_some(DataType::Float64)
        };
        let takes_places = matches!(self.kind, Kind::Nearest | Kind::Cut);
        let taken = match types {
            [found] if found.is_decimal() => exact(found).map(|found| vec![found]),
            [found] => float(found).map(|float| vec![float]),
            // A literal stays one: it tells the type.
            [found, places] if takes_places && (places.is_integer() || places.is_null()) => {
                let number = if found.is_null() { None } else { exact(found) };
                number.or_else(|| float(found)).map(|number| vec![number, places.clone()])
            }
            _ => None,
        };
        taken.ok_or_else(|| {
            let types = types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            DataFusionError::Plan(format!(
                "No function matches the given name and argument types '{}({types})'.",
                self.name()
            ))
        })
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Err(DataFusionError::Internal("the type of a rounded number depends on fields".to_owned()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef, DataFusionError> {
        let found = args.arg_fields.first().map_or(&DataType::Null, |field| field.data_type());
        let rounded = match (found, self.places(&args)) {
            (DataType::Decimal128(precision, scale), places) => {
                let whole = i32::from(*precision) - i32::from(*scale);
                let scale = match places {
                    Some(places) => places.clamp(0, (38 - whole).max(i32::from(*scale))),
                    None => i32::from(*scale),
                };
                // A digit more: 9.9 is 10.
                let precision = (whole + scale + 1).clamp(1, 38);
                DataType::Decimal128(
                    u8::try_from(precision).unwrap_or(38),
                    i8::try_from(scale).unwrap_or(0),
                )
            }
            _ => DataType::Float64,
        };
        Ok(Arc::new(Field::new(self.name(), rounded, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let numbers = match args.args.first() {
            Some(numbers) => numbers.to_array(rows)?,
            None => return Err(DataFusionError::Internal("no number to round".to_owned())),
        };
        let places = match (self.places, args.args.get(1)) {
            (Places::Fixed(places), _) => Each::Same(places),
            (_, None) => Each::Same(0),
            (_, Some(places)) => Each::Own(cast(&places.to_array(rows)?, &DataType::Int64)?),
        };
        let array = match args.return_field.data_type() {
            DataType::Decimal128(precision, scale) => {
                self.decimals(&numbers, &places, *precision, *scale)?
            }
            _ => self.floats(&numbers, &places),
        };
        Ok(match constant {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?),
            false => ColumnarValue::Array(array),
        })
    }
}

/// The decimals that are left of each row.
enum Each {
    Same(i32),
    Own(ArrayRef),
}

impl Each {
    /// `None` for NULL.
    fn of(&self, row: usize) -> Option<i32> {
        match self {
            Each::Same(places) => Some(*places),
            Each::Own(places) => {
                let places = places.as_primitive::<Int64Type>();
                let value = places.is_valid(row).then(|| places.value(row))?;
                Some(i32::try_from(value.clamp(-100, 100)).unwrap_or(0))
            }
        }
    }
}

impl Rounding {
    fn decimals(
        &self,
        numbers: &ArrayRef,
        places: &Each,
        precision: u8,
        scale: i8,
    ) -> Result<ArrayRef, DataFusionError> {
        let DataType::Decimal128(_, found) = *numbers.data_type() else { return Err(too_large()) };
        let numbers = numbers.as_primitive::<Decimal128Type>();
        let power = |exponent: i32| 10_i128.checked_pow(u32::try_from(exponent).ok()?);
        let rounded = |value: i128, places: i32| {
            let dropped = i32::from(found) - places;
            if dropped <= 0 {
                return value.checked_mul(power(i32::from(scale) - i32::from(found))?);
            }
            // Of a number with fewer digits nothing is left.
            let Some(unit) = power(dropped) else { return Some(0) };
            let whole = match self.kind {
                Kind::Nearest => nearest(value, unit),
                Kind::Up => value.div_euclid(unit) + i128::from(value.rem_euclid(unit) > 0),
                Kind::Down => value.div_euclid(unit),
                Kind::Cut => value / unit,
            };
            if whole == 0 {
                return Some(0);
            }
            whole.checked_mul(power(i32::from(scale) - places)?)
        };
        let fits = |value: &i128| value.unsigned_abs() < 10_u128.pow(u32::from(precision));
        let array: Decimal128Array = match places {
            Each::Same(places) => numbers
                .try_unary(|value| rounded(value, *places).filter(fits).ok_or_else(too_large))?,
            places => (0..numbers.len())
                .map(|row| match places.of(row).filter(|_| numbers.is_valid(row)) {
                    Some(places) => rounded(numbers.value(row), places)
                        .filter(fits)
                        .map(Some)
                        .ok_or_else(too_large),
                    None => Ok(None),
                })
                .collect::<Result<_, _>>()?,
        };
        Ok(Arc::new(array.with_precision_and_scale(precision, scale)?))
    }

    fn floats(&self, numbers: &ArrayRef, places: &Each) -> ArrayRef {
        let numbers = numbers.as_primitive::<Float64Type>();
        let whole = |value: f64| match self.kind {
            Kind::Nearest => value.round_ties_even(),
            Kind::Up => value.ceil(),
            Kind::Down => value.floor(),
            Kind::Cut => value.trunc(),
        };
        let rounded = |value: f64, places: i32| match places {
            0 => whole(value),
            places => {
                let factor = 10_f64.powi(places);
                let scaled = value * factor;
                let whole = if self.kind == Kind::Nearest { scaled.round() } else { whole(scaled) };
                if scaled.is_finite() { whole / factor } else { value }
            }
        };
        let array: Float64Array = match places {
            Each::Same(places) => numbers.unary(|value| rounded(value, *places)),
            places => (0..numbers.len())
                .map(|row| {
                    let places = places.of(row).filter(|_| numbers.is_valid(row))?;
                    Some(rounded(numbers.value(row), places))
                })
                .collect(),
        };
        Arc::new(array)
    }
}
