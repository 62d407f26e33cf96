//! Which type a column has whose values nobody has said the type of.

use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDate, PyDateTime, PyDelta, PyDict, PyFloat, PyInt, PyList,
    PyMemoryView, PyString, PyTime, PyTuple, PyTzInfoAccess,
};
use trunkline::Oid;
use trunkline::types::array::MAX_DIMENSIONS;
use trunkline::types::array_of;

use super::classes;

/// What kind of value it is, as far as its type goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// NULL, or a list of nothing else: any type will do.
    Unknown,
    /// A list of what is not known.
    Unknowns,
    /// This one.
    Of(Oid),
}

impl Kind {
    /// The type, which is text where nothing is known.
    pub(crate) fn oid(self) -> Oid {
        match self {
            Kind::Unknown => Oid::TEXT,
            Kind::Unknowns => Oid::TEXT_ARRAY,
            Kind::Of(oid) => oid,
        }
    }

    /// The kind that holds both; `None` if there is none.
    pub(crate) fn with(self, other: Kind) -> Option<Kind> {
        let (Kind::Of(one), Kind::Of(two)) = (self, other) else {
            return match (self, other) {
                (Kind::Unknown, known) | (known, Kind::Unknown) => Some(known),
                (Kind::Unknowns, Kind::Unknowns) => Some(Kind::Unknowns),
                (Kind::Unknowns, Kind::Of(oid)) | (Kind::Of(oid), Kind::Unknowns) => {
                    (oid == Oid::JSONB || trunkline::types::element_of(oid).is_some())
                        .then_some(Kind::Of(oid))
                }
                (Kind::Of(_), Kind::Of(_)) => None,
            };
        };
        if one == two {
            return Some(self);
        }
        let rank = |oid| NUMBERS.iter().position(|known| *known == oid);
        if let (Some(one), Some(two)) = (rank(one), rank(two)) {
            return NUMBERS.get(one.max(two)).map(|oid| Kind::Of(*oid));
        }
        let element = trunkline::types::element_of;
        if let (Some(one), Some(two)) = (element(one), element(two)) {
            let Some(Kind::Of(both)) = Kind::Of(one).with(Kind::Of(two)) else { return None };
            return array_of(both).map(Kind::Of);
        }
        // A list that is no array is JSON, as are the other lists of its column.
        let is_json = |oid| oid == Oid::JSONB;
        if (is_json(one) && element(two).is_some()) || (is_json(two) && element(one).is_some()) {
            return Some(Kind::Of(Oid::JSONB));
        }
        const TIMES: [Oid; 2] = [Oid::DATE, Oid::TIMESTAMP];
        (TIMES.contains(&one) && TIMES.contains(&two)).then_some(Kind::Of(Oid::TIMESTAMP))
    }
}

/// Each can hold those before it.
const NUMBERS: [Oid; 3] = [Oid::INT8, Oid::NUMERIC, Oid::FLOAT8];

/// The kind of a value; `None` for one that PostgreSQL has no type for.
pub(crate) fn kind_of(value: &Bound<'_, PyAny>) -> PyResult<Option<Kind>> {
    kind_within(value, 0)
}

/// The kind of a value within so many lists. A list may be within itself: one deeper than an array can be is not
/// looked into.
fn kind_within(value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Option<Kind>> {
    let py = value.py();
    if value.is_none() {
        return Ok(Some(Kind::Unknown));
    }
    let of = |oid| Ok(Some(Kind::Of(oid)));
    if value.is_instance_of::<PyString>() {
        return of(Oid::TEXT);
    }
    if value.is_instance_of::<PyBool>() {
        return of(Oid::BOOL);
    }
    if value.is_instance_of::<PyInt>() {
        return of(if value.extract::<i64>().is_ok() { Oid::INT8 } else { Oid::NUMERIC });
    }
    if value.is_instance_of::<PyFloat>() {
        return of(Oid::FLOAT8);
    }
    if let Ok(moment) = value.cast::<PyDateTime>() {
        if !moment.eq(moment)? {
            return Ok(Some(Kind::Unknown));
        }
        let is_aware = moment.get_tzinfo().is_some();
        return of(if is_aware { Oid::TIMESTAMPTZ } else { Oid::TIMESTAMP });
    }
    if value.is_instance_of::<PyDate>() {
        return of(Oid::DATE);
    }
    if let Ok(time) = value.cast::<PyTime>() {
        return of(if time.get_tzinfo().is_some() { Oid::TIMETZ } else { Oid::TIME });
    }
    if value.is_instance_of::<PyDelta>() {
        return of(Oid::INTERVAL);
    }
    let is_bytes = value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>();
    if is_bytes {
        return of(Oid::BYTEA);
    }
    if value.is_instance_of::<PyDict>() {
        return of(Oid::JSONB);
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        return list(value, depth + 1).map(Some);
    }
    if value.is_instance(classes::decimal(py)?)? {
        return of(Oid::NUMERIC);
    }
    if value.is_instance(classes::uuid(py)?)? {
        return of(Oid::UUID);
    }
    if value.is_instance(classes::base_address(py)?)? {
        return of(Oid::INET);
    }
    if value.is_instance(classes::base_network(py)?)? {
        return of(Oid::CIDR);
    }
    if value.is_instance(classes::enumeration(py)?)? {
        let value = value.getattr("value")?;
        return if depth > MAX_DIMENSIONS { Ok(None) } else { kind_within(&value, depth + 1) };
    }
    // What calls itself an integer is one, as those of NumPy do; likewise what calls itself a number.
    if value.hasattr("__index__")? {
        return of(Oid::INT8);
    }
    if value.hasattr("__float__")? {
        return of(Oid::FLOAT8);
    }
    Ok(None)
}

/// An array if all elements are of one type, else JSON.
fn list(value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Kind> {
    if depth > MAX_DIMENSIONS {
        return Ok(Kind::Of(Oid::JSONB));
    }
    let mut all = Kind::Unknown;
    for element in value.try_iter()? {
        let Some(kind) = kind_within(&element?, depth)? else { return Ok(Kind::Of(Oid::JSONB)) };
        match all.with(kind) {
            Some(both) => all = both,
            None => return Ok(Kind::Of(Oid::JSONB)),
        }
    }
    Ok(match all {
        Kind::Unknown | Kind::Unknowns => Kind::Unknowns,
        // An array of arrays is one of more dimensions.
        Kind::Of(oid) if trunkline::types::element_of(oid).is_some() => Kind::Of(oid),
        Kind::Of(oid) => Kind::Of(array_of(oid).unwrap_or(Oid::JSONB)),
    })
}
