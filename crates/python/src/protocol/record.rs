//! What every record of named fields does alike: shown, compared and hashed by `__match_args__`.

use pyo3::{
    basic::CompareOp,
    intern,
    prelude::*,
    types::{PyBool, PyMappingProxy, PyString, PyTuple},
};

/// The names of a record's fields, in the order of its constructor.
fn names<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let names = record.get_type().getattr(intern!(record.py(), "__match_args__"))?;
    Ok(names.cast_into()?)
}

/// A class's `__match_args__`.
pub(super) fn match_args<'py, const N: usize>(
    py: Python<'py>,
    names: [&'static str; N],
) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, names)
}

/// The values of its fields, in the same order.
pub(super) fn values<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let mut values = Vec::new();
    for name in names(record)? {
        values.push(record.getattr(name.cast::<PyString>()?)?);
    }
    PyTuple::new(record.py(), values)
}

/// `Name(field=value, …)`, as it could be typed; of secrets only that they are there.
pub(super) fn repr(record: &Bound<'_, PyAny>, hidden: &[&str]) -> PyResult<String> {
    let mut shown = Vec::new();
    for (name, value) in names(record)?.iter().zip(values(record)?.iter()) {
        let name = name.extract::<String>()?;
        let value = if hidden.contains(&name.as_str()) {
            "...".to_owned()
        } else if let Ok(mapping) = value.cast::<PyMappingProxy>() {
            mapping.call_method0(intern!(record.py(), "copy"))?.repr()?.to_string()
        } else {
            value.repr()?.to_string()
        };
        shown.push(format!("{name}={value}"));
    }
    Ok(format!("{}({})", record.get_type().name()?, shown.join(", ")))
}

/// `==` and `!=`: equal are those of one class whose fields are equal. There is no order.
pub(super) fn compare(
    one: &Bound<'_, PyAny>,
    other: &Bound<'_, PyAny>,
    op: CompareOp,
) -> PyResult<Py<PyAny>> {
    let py = one.py();
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(py.NotImplemented());
    }
    let is_equal = one.get_type().is(other.get_type()) && values(one)?.eq(values(other)?)?;
    Ok(PyBool::new(py, is_equal == matches!(op, CompareOp::Eq)).to_owned().into_any().unbind())
}

/// The hash of class and fields; a `TypeError` where a field is a mapping.
pub(super) fn hash(record: &Bound<'_, PyAny>) -> PyResult<isize> {
    PyTuple::new(record.py(), [record.get_type().into_any(), values(record)?.into_any()])?.hash()
}
