//! From Python's values to PostgreSQL's.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyDict,
    PyFloat, PyInt, PyList, PyString, PyTime, PyTimeAccess, PyTuple, PyTzInfo, PyTzInfoAccess,
};
use trunkline::Oid;
use trunkline::types::array::Dimension;
use trunkline::types::datetime::{Timetz, days_from_civil};
use trunkline::types::{Array, Interval, Numeric, Value, element_of};

use super::classes;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The value for a column of the type `oid`. What is none of it by itself goes as its text, as a literal does in SQL:
/// whether that is a value of the type shows when it is sent.
///
/// # Errors
///
/// What Python raises; ValueError for lists of different lengths where an array wants them alike.
pub(crate) fn value(given: &Bound<'_, PyAny>, oid: Oid) -> PyResult<Value> {
    let py = given.py();
    if given.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(Value::Text(text.to_str()?.to_owned()));
    }
    if let Ok(truth) = given.cast::<PyBool>() {
        return Ok(Value::Bool(truth.is_true()));
    }
    if given.is_instance_of::<PyInt>() {
        return match oid {
            Oid::XID8 | Oid::XID | Oid::CID => Ok(Value::Text(given.str()?.to_str()?.to_owned())),
            _ => integer(given),
        };
    }
    if let Ok(number) = given.cast::<PyFloat>() {
        return Ok(Value::Float8(number.value()));
    }
    if matches!(oid, Oid::JSON | Oid::JSONB) {
        return json(given);
    }
    if let Ok(moment) = given.cast::<PyDateTime>() {
        return timestamp(moment, oid);
    }
    if let Ok(date) = given.cast::<PyDate>() {
        let days = days(date);
        return Ok(match oid {
            Oid::TIMESTAMP => Value::Timestamp(i64::from(days) * DAY),
            Oid::TIMESTAMPTZ => Value::Text(given.str()?.to_str()?.to_owned()),
            _ => Value::Date(days),
        });
    }
    if let Ok(time) = given.cast::<PyTime>() {
        let micros = clock(time);
        let offset = time.call_method0("utcoffset")?;
        return Ok(match offset.cast::<PyDelta>() {
            Ok(east) => Value::Timetz(Timetz { micros, west: -seconds(east) }),
            Err(_) => Value::Time(micros),
        });
    }
    if let Ok(span) = given.cast::<PyDelta>() {
        let seconds = i64::from(span.get_seconds());
        let micros = seconds * SECOND + i64::from(span.get_microseconds());
        return Ok(Value::Interval(Interval { months: 0, days: span.get_days(), micros }));
    }
    if let Ok(bytes) = given.cast::<PyBytes>() {
        return Ok(Value::Bytea(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = given.cast::<PyByteArray>() {
        return Ok(Value::Bytea(bytes.to_vec()));
    }
    if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        return match element_of(oid) {
            Some(element) => array(given, element),
            None => json(given),
        };
    }
    if given.is_instance_of::<PyDict>() {
        return json(given);
    }
    if given.is_instance(classes::decimal(py)?)? {
        let text = given.str()?;
        let number = Numeric::parse(text.to_str()?);
        return number
            .map(Value::Numeric)
            .map_err(|_| PyValueError::new_err(format!("{text} is no numeric")));
    }
    if given.is_instance(classes::uuid(py)?)? {
        return Ok(Value::Uuid(given.getattr("bytes")?.extract::<[u8; 16]>()?));
    }
    if given.is_instance(classes::enumeration(py)?)? {
        return value(&given.getattr("value")?, oid);
    }
    if given.hasattr("__index__")? {
        return integer(&given.call_method0("__index__")?);
    }
    let is_bytes = matches!(oid, Oid::BYTEA) && !given.hasattr("__float__")?;
    if is_bytes && let Ok(bytes) = py.get_type::<PyBytes>().call1((given,)) {
        return Ok(Value::Bytea(bytes.extract()?));
    }
    if given.hasattr("__float__")? {
        return Ok(Value::Float8(given.call_method0("__float__")?.extract()?));
    }
    Ok(Value::Text(given.str()?.to_str()?.to_owned()))
}

fn integer(given: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(number) = given.extract::<i64>() {
        return Ok(Value::Int8(number));
    }
    let text = given.str()?;
    let number = Numeric::parse(text.to_str()?).map(Value::Numeric);
    number.map_err(|_| PyValueError::new_err("an integer has too many digits"))
}

fn json(given: &Bound<'_, PyAny>) -> PyResult<Value> {
    let py = given.py();
    let own = pyo3::types::PyDict::new(py);
    // Dates, UUIDs and decimals within go as their texts.
    own.set_item("default", py.get_type::<PyString>())?;
    Ok(Value::Json(classes::json_dumps(py)?.call((given,), Some(&own))?.extract()?))
}

fn timestamp(moment: &Bound<'_, PyDateTime>, oid: Oid) -> PyResult<Value> {
    // NaT of pandas is a datetime that is not even itself.
    if !moment.eq(moment)? {
        return Ok(Value::Null);
    }
    let date = days(moment.cast::<PyDate>()?);
    let micros = i64::from(date) * DAY + clock(moment);
    Ok(match (moment.get_tzinfo(), oid) {
        (None, Oid::DATE) if clock(moment) == 0 => Value::Date(date),
        (_, Oid::DATE) => {
            return Err(PyValueError::new_err(format!(
                "{moment} has a time, and its column is of dates"
            )));
        }
        // By the zone of the session, as PostgreSQL reads it.
        (None, Oid::TIMESTAMPTZ) => Value::Text(moment.str()?.to_str()?.to_owned()),
        (None, _) => Value::Timestamp(micros),
        (Some(zone), _) => Value::Timestamptz(micros - offset(moment, &zone)?),
    })
}

/// How far a zone is east of Greenwich then, in microseconds.
fn offset(moment: &Bound<'_, PyDateTime>, zone: &Bound<'_, PyTzInfo>) -> PyResult<i64> {
    let offset = zone.call_method1("utcoffset", (moment,))?;
    let Ok(east) = offset.cast::<PyDelta>() else { return Ok(0) };
    Ok(i64::from(seconds(east)) * SECOND + i64::from(east.get_microseconds()))
}

fn seconds(span: &Bound<'_, PyDelta>) -> i32 {
    span.get_days().saturating_mul(86_400).saturating_add(span.get_seconds())
}

fn days(date: &Bound<'_, PyDate>) -> i32 {
    let (month, day) = (date.get_month().into(), date.get_day().into());
    i32::try_from(days_from_civil(date.get_year(), month, day)).unwrap_or(i32::MAX)
}

fn clock(time: &impl PyTimeAccess) -> i64 {
    let hours = i64::from(time.get_hour());
    let seconds = (hours * 60 + i64::from(time.get_minute())) * 60 + i64::from(time.get_second());
    seconds * SECOND + i64::from(time.get_microsecond())
}

/// An array, of as many dimensions as there are lists within lists.
fn array(given: &Bound<'_, PyAny>, element: Oid) -> PyResult<Value> {
    let mut lengths = Vec::new();
    let mut elements = Vec::new();
    flatten(given, element, 0, &mut lengths, &mut elements)?;
    let dimensions = lengths.into_iter().map(|length| Dimension { length, lower: 1 });
    // An array without elements has no dimensions.
    let dimensions = if elements.is_empty() { Vec::new() } else { dimensions.collect() };
    Ok(Value::Array(Array::of_dimensions(element, dimensions, elements)))
}

fn flatten(
    given: &Bound<'_, PyAny>,
    element: Oid,
    depth: usize,
    lengths: &mut Vec<i32>,
    elements: &mut Vec<Value>,
) -> PyResult<()> {
    let ragged = || PyValueError::new_err("the lists within an array must be of one length");
    if depth >= trunkline::types::array::MAX_DIMENSIONS {
        return Err(PyValueError::new_err("an array has six dimensions at the most"));
    }
    let length = i32::try_from(given.len()?).map_err(|_| ragged())?;
    match lengths.get(depth) {
        None => lengths.push(length),
        Some(known) if *known == length => {}
        Some(_) => return Err(ragged()),
    }
    for item in given.try_iter()? {
        let item = item?;
        let is_list = item.is_instance_of::<PyList>() || item.is_instance_of::<PyTuple>();
        if is_list && !matches!(element, Oid::JSON | Oid::JSONB) {
            flatten(&item, element, depth + 1, lengths, elements)?;
        } else if lengths.len() > depth + 1 {
            return Err(ragged());
        } else {
            elements.push(value(&item, element)?);
        }
    }
    Ok(())
}
