//! What fields are made of: from what a caller gives, and from what a peer sent.

use std::borrow::Cow;

use pyo3::{
    IntoPyObjectExt,
    exceptions::{PyOverflowError, PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyByteArray, PyBytes, PyMemoryView, PyString, PyTuple},
};
use trunkline_proto::{
    Misuse,
    wire::{Count, put_count, put_value},
};

/// A string without a NUL inside. Bytes that are no UTF-8 are surrogate escapes (PEP 383), so that
/// what was received in any encoding can be sent again.
#[derive(Debug)]
pub(super) struct Text(pub(super) Py<PyString>);

/// The bytes of a string.
pub(super) fn text_bytes<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(text) = text.to_str() {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    let py = text.py();
    let bytes = text.call_method1(intern!(py, "encode"), ("utf-8", "surrogateescape"))?;
    Ok(Cow::Owned(bytes.cast::<PyBytes>()?.as_bytes().to_vec()))
}

/// The string of some bytes.
pub(super) fn text(py: Python<'_>, bytes: &[u8]) -> PyResult<Py<PyString>> {
    // Most names are empty.
    if bytes.is_empty() {
        return Ok(intern!(py, "").clone().unbind());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(PyString::new(py, text).unbind());
    }
    let arguments = ("utf-8", "surrogateescape");
    let text = PyBytes::new(py, bytes).call_method1(intern!(py, "decode"), arguments)?;
    Ok(text.cast_into::<PyString>()?.unbind())
}

impl Text {
    /// The string; the empty one if there is none.
    pub(super) fn or_empty(py: Python<'_>, text: Option<Text>) -> Py<PyString> {
        text.map_or_else(|| intern!(py, "").clone().unbind(), |Text(text)| text)
    }
}

/// The bytes of a string that [`Text`] took: that it can be encoded is known.
pub(super) fn written<'a>(text: &'a Py<PyString>, py: Python<'a>) -> Cow<'a, [u8]> {
    text_bytes(text.bind(py)).unwrap_or_default()
}

impl FromPyObject<'_, '_> for Text {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Text> {
        let py = object.py();
        let string = if let Ok(string) = object.cast::<PyString>() {
            string.to_owned().unbind()
        } else if let Ok(bytes) = object.cast::<PyBytes>() {
            text(py, bytes.as_bytes())?
        } else {
            let found = object.get_type();
            return Err(PyTypeError::new_err(format!(
                "expected str or bytes, not {}",
                found.name()?
            )));
        };
        if text_bytes(string.bind(py))?.contains(&0) {
            return Err(PyValueError::new_err("a string of a message must not contain a NUL"));
        }
        Ok(Text(string))
    }
}

/// Bytes of any kind.
#[derive(Debug)]
pub(super) struct Blob(pub(super) Py<PyBytes>);

impl FromPyObject<'_, '_> for Blob {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Blob> {
        match blob(&object)? {
            Some(bytes) => Ok(Blob(bytes.unbind())),
            None => {
                let found = object.get_type();
                let expected = "expected bytes, bytearray or memoryview";
                Err(PyTypeError::new_err(format!("{expected}, not {}", found.name()?)))
            }
        }
    }
}

/// The bytes of something that has them; not those of a `str`.
fn blob<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let py = object.py();
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Some(bytes.clone()));
    }
    if let Ok(array) = object.cast::<PyByteArray>() {
        return Ok(Some(PyBytes::new(py, &array.to_vec())));
    }
    if let Ok(view) = object.cast::<PyMemoryView>() {
        return Ok(Some(view.call_method0(intern!(py, "tobytes"))?.cast_into()?));
    }
    Ok(None)
}

/// The bytes of a value: those of a `str` are its text, None is NULL.
pub(super) fn value<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
    if object.is_none() {
        return Ok(None);
    }
    if let Some(bytes) = blob(object)? {
        return Ok(Some(bytes));
    }
    match object.cast::<PyString>() {
        Ok(string) => Ok(Some(PyBytes::new(object.py(), &text_bytes(string)?))),
        Err(_) => Err(no_value(object)),
    }
}

/// What is said of something that is no value.
#[cold]
pub(super) fn no_value(object: &Bound<'_, PyAny>) -> PyErr {
    let found = object.get_type().to_string();
    PyTypeError::new_err(format!("a value is bytes, str or None, not {found}"))
}

/// A value by itself.
#[derive(Debug)]
pub(super) struct Value(pub(super) Option<Py<PyBytes>>);

impl FromPyObject<'_, '_> for Value {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Value> {
        Ok(Value(value(&object)?.map(Bound::unbind)))
    }
}

/// Values: a tuple of bytes and None.
#[derive(Debug)]
pub(super) struct Values(pub(super) Py<PyTuple>);

impl FromPyObject<'_, '_> for Values {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Values> {
        let is_ready = |item: Borrowed<'_, '_, PyAny>| {
            item.is_none() || item.is_exact_instance_of::<PyBytes>()
        };
        if let Ok(tuple) = object.cast::<PyTuple>()
            && tuple.iter_borrowed().all(is_ready)
        {
            return Ok(Values(tuple.to_owned().unbind()));
        }
        tuple_of(&object, value).map(Values)
    }
}

/// One of the bytes of a tuple that [`Values`] made.
pub(super) struct Item<'py>(Bound<'py, PyBytes>);

impl AsRef<[u8]> for Item<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The values of such a tuple.
pub(super) fn items<'a, 'py>(
    tuple: &'a Bound<'py, PyTuple>,
) -> impl Iterator<Item = Option<Item<'py>>> + Clone + 'a {
    (0..tuple.len()).map(move |index| {
        let item = tuple.get_borrowed_item(index).ok()?;
        Some(Item(item.cast::<PyBytes>().ok()?.to_owned()))
    })
}

impl Values {
    /// The tuple; an empty one if there is none.
    pub(super) fn or_none(py: Python<'_>, values: Option<Values>) -> Py<PyTuple> {
        values.map_or_else(|| PyTuple::empty(py).unbind(), |Values(tuple)| tuple)
    }
}

/// Appends the values of such a tuple and their number: parameters or arguments.
pub(super) fn put_values(
    out: &mut Vec<u8>,
    tuple: &Py<PyTuple>,
    py: Python<'_>,
) -> Result<(), Misuse> {
    put_count(out, Count::Unsigned, items(tuple.bind(py)), |out, item| {
        put_value(out, item.as_ref().map(Item::as_ref))
    })
}

/// Appends format codes and their number.
pub(super) fn put_codes(
    out: &mut Vec<u8>,
    codes: &Py<PyTuple>,
    py: Python<'_>,
) -> Result<(), Misuse> {
    put_count(out, Count::Unsigned, Numbers::<i16>::of(codes, py), |out, code| {
        out.extend_from_slice(&code.to_be_bytes());
        Ok(())
    })
}

/// Whole numbers that fit into `T`: a tuple.
#[derive(Debug)]
pub(super) struct Numbers<T>(pub(super) Py<PyTuple>, std::marker::PhantomData<T>);

impl<T> Numbers<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py>,
{
    /// Those that were given; none if there are none.
    pub(super) fn or_none(py: Python<'_>, numbers: Option<Numbers<T>>) -> Py<PyTuple> {
        numbers.map_or_else(|| PyTuple::empty(py).unbind(), |Numbers(tuple, _)| tuple)
    }

    /// The numbers of such a tuple.
    pub(super) fn of<'a>(
        tuple: &'a Py<PyTuple>,
        py: Python<'a>,
    ) -> impl Iterator<Item = T> + Clone + 'a {
        let tuple = tuple.bind(py);
        (0..tuple.len())
            .filter_map(move |index| tuple.get_borrowed_item(index).ok()?.extract().ok())
    }
}

impl<T> FromPyObject<'_, '_> for Numbers<T>
where
    T: for<'py> IntoPyObject<'py> + for<'a, 'py> FromPyObject<'a, 'py>,
{
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Numbers<T>> {
        let number = |item: &Bound<'_, PyAny>| {
            let Number(number) = item.extract::<Number<T>>()?;
            number.into_bound_py_any(item.py()).map(Bound::unbind)
        };
        let numbers = tuple_of(&object, number)?;
        Ok(Numbers(numbers, std::marker::PhantomData))
    }
}

/// A whole number that fits into `T`; one that does not is a `ValueError`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<T>(pub(super) T);

impl<T: for<'a, 'py> FromPyObject<'a, 'py>> FromPyObject<'_, '_> for Number<T> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Number<T>> {
        object.extract::<T>().map(Number).map_err(|error| {
            let (error, py): (PyErr, _) = (error.into(), object.py());
            match error.is_instance_of::<PyOverflowError>(py) {
                true => PyValueError::new_err(format!("{} is out of range", object.to_owned())),
                false => error,
            }
        })
    }
}

/// Strings: a tuple of `str`.
#[derive(Debug)]
pub(super) struct Texts(pub(super) Py<PyTuple>);

impl FromPyObject<'_, '_> for Texts {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Texts> {
        tuple_of(&object, |item| item.extract::<Text>().map(|Text(text)| text)).map(Texts)
    }
}

/// The strings of a tuple that [`Texts`] made.
pub(super) fn strings(tuple: &Py<PyTuple>, py: Python<'_>) -> Vec<Vec<u8>> {
    let strings = tuple.bind(py).iter_borrowed();
    strings
        .filter_map(|item| {
            Some({
                let text = item.cast::<PyString>().ok()?;
                text_bytes(&text).ok()?.into_owned()
            })
        })
        .collect()
}

/// A tuple of what an iterable yields. A string is none: its letters are never what was meant.
pub(super) fn tuple_of<'py, T: IntoPyObject<'py>>(
    object: &Bound<'py, PyAny>,
    mut item: impl FnMut(&Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<Py<PyTuple>> {
    if object.is_instance_of::<PyString>() || blob(object)?.is_some() {
        let found = object.get_type();
        return Err(PyTypeError::new_err(format!("expected a list, not {}", found.name()?)));
    }
    let mut items = Vec::new();
    for value in object.try_iter()? {
        items.push(item(&value?)?);
    }
    Ok(PyTuple::new(object.py(), items)?.unbind())
}

/// As many as a count of this kind can tell.
pub(super) fn counted(tuple: &Py<PyTuple>, py: Python<'_>, count: Count) -> PyResult<()> {
    let (found, most) = (tuple.bind(py).len(), usize::from(count.max()));
    if found <= most {
        return Ok(());
    }
    Err(PyValueError::new_err(format!("a message holds at most {most} of them, not {found}")))
}
