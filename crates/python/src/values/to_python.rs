//! From PostgreSQL's values to Python's.

use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDate, PyDateTime, PyDelta, PyFloat, PyInt, PyList, PyString, PyTime,
    PyTuple, PyTzInfo,
};
use trunkline::types::datetime::{Civil, civil_from_days};
use trunkline::types::{Array, Interval, TextStyle, ToPg, Value};
use trunkline::{Format, Oid, PgError};

use super::classes;
use crate::error;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The Python value of a value of the type `oid`.
///
/// # Errors
///
/// What Python raises; that of a part of an array or a record that cannot be read.
pub(crate) fn object<'py>(
    py: Python<'py>,
    value: &Value,
    oid: Oid,
    style: &TextStyle,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        Value::Int2(number) => PyInt::new(py, *number).into_any(),
        Value::Int4(number) => PyInt::new(py, *number).into_any(),
        Value::Int8(number) => PyInt::new(py, *number).into_any(),
        Value::Xid8(number) => PyInt::new(py, *number).into_any(),
        Value::Oid(number) if matches!(oid, Oid::OID | Oid::XID | Oid::CID) => {
            PyInt::new(py, *number).into_any()
        }
        Value::Float4(number) => PyFloat::new(py, f64::from(*number)).into_any(),
        Value::Float8(number) => PyFloat::new(py, *number).into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::Bytea(bytes) => PyBytes::new(py, bytes).into_any(),
        Value::Numeric(_) => classes::decimal(py)?.call1((text(py, value, oid, style)?,))?,
        Value::Uuid(bytes) => classes::uuid(py)?.call1((py.None(), PyBytes::new(py, bytes)))?,
        Value::Json(json) => classes::json_loads(py)?.call1((json,))?,
        Value::Inet(_) => {
            let text = text(py, value, oid, style)?;
            match oid {
                Oid::CIDR => classes::ip_network(py)?.call1((text,))?,
                _ if text.contains("/")? => classes::ip_interface(py)?.call1((text,))?,
                _ => classes::ip_address(py)?.call1((text,))?,
            }
        }
        Value::Array(array) => list(py, array, style)?,
        Value::Record(record) => {
            let of = |error| error::raised(py, &PgError::from(error));
            let fields = record.fields().map(|field| {
                let field = field.map_err(of)?;
                object(py, &field.value, field.oid, style)
            });
            PyTuple::new(py, fields.collect::<PyResult<Vec<_>>>()?)?.into_any()
        }
        _ => match time(py, value)? {
            Some(time) => time,
            None => text(py, value, oid, style)?.into_any(),
        },
    })
}

/// Dates and times that Python can hold.
fn time<'py>(py: Python<'py>, value: &Value) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(match *value {
        Value::Date(days) => match civil(days) {
            Some((year, month, day)) => Some(PyDate::new(py, year, month, day)?.into_any()),
            None => None,
        },
        Value::Time(micros) => clock(py, micros, None)?,
        Value::Timetz(timetz) => {
            let east = PyDelta::new(py, 0, -timetz.west, 0, true)?;
            let zone = PyTzInfo::fixed_offset(py, east)?;
            clock(py, timetz.micros, Some(&zone))?
        }
        Value::Timestamp(micros) => moment(py, micros, None)?,
        Value::Timestamptz(micros) => {
            let zone = PyTzInfo::utc(py)?;
            moment(py, micros, Some(&zone))?
        }
        Value::Interval(Interval { months: 0, days, micros }) => {
            let (more, micros) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
            let (seconds, micros) = (micros / SECOND, micros % SECOND);
            let parts = (
                i32::try_from(i64::from(days) + more),
                i32::try_from(seconds),
                i32::try_from(micros),
            );
            match parts {
                (Ok(days @ -999_999_999..=999_999_999), Ok(seconds), Ok(micros)) => {
                    Some(PyDelta::new(py, days, seconds, micros, true)?.into_any())
                }
                _ => None,
            }
        }
        _ => None,
    })
}

/// Year, month and day, of the years that Python knows.
fn civil(days: i32) -> Option<(i32, u8, u8)> {
    if matches!(days, i32::MIN | i32::MAX) {
        return None;
    }
    let Civil { year, month, day } = civil_from_days(days);
    (1..=9999).contains(&year).then_some((year, month, day))
}

/// Hour, minute, second and microsecond; `None` for 24:00.
fn parts(micros: i64) -> Option<(u8, u8, u8, u32)> {
    let seconds = micros / SECOND;
    let hour = u8::try_from(seconds / 3600).ok().filter(|hour| *hour < 24)?;
    let minute = u8::try_from(seconds / 60 % 60).ok()?;
    let second = u8::try_from(seconds % 60).ok()?;
    Some((hour, minute, second, u32::try_from(micros % SECOND).ok()?))
}

fn clock<'py>(
    py: Python<'py>,
    micros: i64,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some((hour, minute, second, micros)) = parts(micros) else { return Ok(None) };
    Ok(Some(PyTime::new(py, hour, minute, second, micros, zone)?.into_any()))
}

fn moment<'py>(
    py: Python<'py>,
    micros: i64,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let date = i32::try_from(micros.div_euclid(DAY)).ok().and_then(civil);
    let (Some((year, month, day)), Some((hour, minute, second, micros))) =
        (date, parts(micros.rem_euclid(DAY)))
    else {
        return Ok(None);
    };
    let moment = PyDateTime::new(py, year, month, day, hour, minute, second, micros, zone)?;
    Ok(Some(moment.into_any()))
}

/// As PostgreSQL prints it.
fn text<'py>(
    py: Python<'py>,
    value: &Value,
    oid: Oid,
    style: &TextStyle,
) -> PyResult<Bound<'py, PyString>> {
    let mut out = Vec::new();
    let printed = value.encode(oid, Format::Text, style, &mut out);
    let _ = printed.map_err(|error| error::raised(py, &PgError::from(error)))?;
    Ok(PyString::new(py, &String::from_utf8_lossy(&out)))
}

/// A list, of lists where an array has more than one dimension.
fn list<'py>(py: Python<'py>, array: &Array, style: &TextStyle) -> PyResult<Bound<'py, PyAny>> {
    let element = array.element();
    let elements = array.elements().map(|value| {
        let value = value.map_err(|error| error::raised(py, &PgError::from(error)))?;
        object(py, &value, element, style)
    });
    let mut elements = elements.collect::<PyResult<Vec<_>>>()?;
    // From the innermost dimension outwards: each level has the lists of the one below.
    for dimension in array.dimensions().iter().skip(1).rev() {
        let length = usize::try_from(dimension.length).unwrap_or(1).max(1);
        let lists = elements.chunks(length).map(|chunk| Ok(PyList::new(py, chunk)?.into_any()));
        elements = lists.collect::<PyResult<Vec<_>>>()?;
    }
    Ok(PyList::new(py, elements)?.into_any())
}
