//! Result sets: RowDescription and DataRow, one by one and many at once.

use std::cell::RefCell;

use pyo3::{
    basic::CompareOp,
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyList, PyString, PyTuple},
};
use trunkline_proto::{
    Misuse, Oid,
    message::{self as proto, Encode},
    state::Kind,
    wire::Count,
};

use super::{
    connection::local_error,
    field::{Number, Text, Values, counted, items, text_bytes, tuple_of, value, written},
    message::{Message, Side, Step, Wire, new},
    record,
};

/// One column of a RowDescription.
///
/// `table` and `column` tell where it comes from, 0 if nowhere; `typlen` is -1 for a type of any
/// length, `typmod` -1 for none; `format` is 0 for text and 1 for binary.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-ROWDESCRIPTION>
#[pyclass(frozen, module = "trunkline.protocol")]
pub(super) struct FieldDescription {
    #[pyo3(get)]
    pub(super) name: Py<PyString>,
    #[pyo3(get)]
    pub(super) type_oid: u32,
    #[pyo3(get)]
    pub(super) typlen: i16,
    #[pyo3(get)]
    pub(super) typmod: i32,
    #[pyo3(get)]
    pub(super) format: i16,
    #[pyo3(get)]
    pub(super) table: u32,
    #[pyo3(get)]
    pub(super) column: i16,
}

#[pymethods]
impl FieldDescription {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        let names = ["name", "type_oid", "typlen", "typmod", "format", "table", "column"];
        record::match_args(py, names)
    }

    #[new]
    #[pyo3(signature = (name, type_oid = Number(25), typlen = Number(-1), typmod = Number(-1), format = Number(0), table = Number(0), column = Number(0)))]
    fn new(
        name: Text,
        type_oid: Number<u32>,
        typlen: Number<i16>,
        typmod: Number<i32>,
        format: Number<i16>,
        table: Number<u32>,
        column: Number<i16>,
    ) -> FieldDescription {
        FieldDescription {
            name: name.0,
            type_oid: type_oid.0,
            typlen: typlen.0,
            typmod: typmod.0,
            format: format.0,
            table: table.0,
            column: column.0,
        }
    }

    fn __repr__(slf: &Bound<'_, FieldDescription>) -> PyResult<String> {
        record::repr(slf, &[])
    }

    fn __richcmp__(
        slf: &Bound<'_, FieldDescription>,
        other: &Bound<'_, PyAny>,
        op: CompareOp,
    ) -> PyResult<Py<PyAny>> {
        record::compare(slf, other, op)
    }

    fn __hash__(slf: &Bound<'_, FieldDescription>) -> PyResult<isize> {
        record::hash(slf)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, FieldDescription>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((slf.get_type().into_any(), record::values(slf)?))
    }
}

/// RowDescription: the columns of the rows that follow, at most 32767.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-ROWDESCRIPTION>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct RowDescription {
    /// A tuple of [`FieldDescription`].
    #[pyo3(get)]
    pub(super) fields: Py<PyTuple>,
}

#[pymethods]
impl RowDescription {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("fields",)
    }

    #[new]
    #[pyo3(signature = (fields = None))]
    fn new(
        py: Python<'_>,
        fields: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyClassInitializer<RowDescription>> {
        let fields = match fields {
            Some(fields) => tuple_of(fields, |field| match field.cast::<FieldDescription>() {
                Ok(field) => Ok(field.clone()),
                Err(_) => {
                    let found = field.get_type();
                    let message = format!("expected FieldDescription, not {}", found.name()?);
                    Err(PyTypeError::new_err(message))
                }
            })?,
            None => PyTuple::empty(py).unbind(),
        };
        counted(&fields, py, Count::Signed)?;
        Ok(new(RowDescription { fields }))
    }
}

impl Wire for RowDescription {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::RowDescription)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let fields: Vec<Py<FieldDescription>> = self.fields.extract(py).unwrap_or_default();
        let fields = fields.iter().map(|field| {
            let field = field.get();
            proto::FieldDescription {
                name: written(&field.name, py),
                table: Oid(field.table),
                column: field.column,
                type_oid: Oid(field.type_oid),
                typlen: field.typlen,
                typmod: field.typmod,
                format: field.format,
            }
        });
        proto::RowDescription { fields }.encode(out)
    }
}

/// DataRow: one row, a value for each column, at most 32767; None is NULL.
///
/// Values are bytes; `str` is taken too and encoded in UTF-8.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-DATAROW>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct DataRow {
    #[pyo3(get)]
    pub(super) values: Py<PyTuple>,
}

#[pymethods]
impl DataRow {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("values",)
    }

    #[new]
    #[pyo3(signature = (values = None))]
    fn new(py: Python<'_>, values: Option<Values>) -> PyResult<PyClassInitializer<DataRow>> {
        let values = Values::or_none(py, values);
        counted(&values, py, Count::Signed)?;
        Ok(new(DataRow { values }))
    }
}

impl Wire for DataRow {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::DataRow)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::DataRow { values: items(self.values.bind(py)) }.encode(out)
    }
}

/// The bytes of a value while its row is written.
enum Cell<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// Its text is UTF-8.
    Text(Bound<'py, PyString>),
}

impl AsRef<[u8]> for Cell<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Cell::Bytes(bytes) => bytes.as_bytes(),
            Cell::Text(text) => text.to_str().map(str::as_bytes).unwrap_or_default(),
        }
    }
}

fn cell<'py>(item: Bound<'py, PyAny>) -> PyResult<Option<Cell<'py>>> {
    let item = match item.cast_into::<PyBytes>() {
        Ok(bytes) => return Ok(Some(Cell::Bytes(bytes))),
        Err(error) => error.into_inner(),
    };
    if item.is_none() {
        return Ok(None);
    }
    let item = match item.cast_into::<PyString>() {
        Ok(text) if text.to_str().is_ok() => return Ok(Some(Cell::Text(text))),
        Ok(text) => return Ok(Some(Cell::Bytes(PyBytes::new(text.py(), &text_bytes(&text)?)))),
        Err(error) => error.into_inner(),
    };
    Ok(value(&item)?.map(Cell::Bytes))
}

/// Appends a DataRow for each of the rows: sequences of values. Tells where each begins.
pub(super) fn encode_rows(
    rows: &Bound<'_, PyAny>,
    out: &mut Vec<u8>,
) -> PyResult<Vec<(usize, bool)>> {
    let mut starts = Vec::new();
    for row in rows.try_iter()? {
        starts.push((out.len(), false));
        encode_row(&row?, out)?;
    }
    Ok(starts)
}

fn encode_row(row: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
    if let Ok(row) = row.cast::<PyTuple>() {
        return put_row(row.py(), row.len(), |index| row.get_item(index), out);
    }
    if let Ok(row) = row.cast::<PyList>() {
        return put_row(row.py(), row.len(), |index| row.get_item(index), out);
    }
    let py = row.py();
    let row = tuple_of(row, |item| Ok(item.clone()))?;
    let row = row.bind(py);
    put_row(py, row.len(), |index| row.get_item(index), out)
}

fn put_row<'py>(
    py: Python<'py>,
    length: usize,
    item: impl Fn(usize) -> PyResult<Bound<'py, PyAny>>,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    // The writer takes values, not errors: the first of them is kept aside.
    let failed = RefCell::new(None);
    let values = (0..length).map_while(|index| {
        let value = item(index).and_then(cell);
        value.map_err(|error| *failed.borrow_mut() = Some(error)).ok()
    });
    let start = out.len();
    let written = proto::DataRow { values }.encode(out);
    if let Some(error) = failed.into_inner() {
        out.truncate(start);
        return Err(error);
    }
    written.map_err(|misuse| local_error(py, misuse.message()))
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<FieldDescription>()?;
    module.add_class::<RowDescription>()?;
    module.add_class::<DataRow>()
}
