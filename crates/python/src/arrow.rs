//! Arrow data of others: anything that exports Arrow's C interface by a capsule.
//!
//! Source: <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>.

use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{RecordBatch, StructArray};
use arrow_schema::{DataType, Schema, SchemaRef};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use trunkline::PgError;

use crate::burial::Buried;
use crate::error;
use crate::feed::Pull;

/// Batches, one after the other.
pub(crate) enum Batches {
    /// What was exported as a stream, and whether all of it is in memory.
    Stream(Box<ArrowArrayStreamReader>, bool),
    /// What was exported as one array of records.
    Once(SchemaRef, Option<RecordBatch>),
    /// Those of an iterator, the first of which is there: each exports one or more.
    Each(Box<Batches>, Py<PyAny>),
}

/// Whether a value is Arrow data.
pub(crate) fn is_arrow(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let ty = value.get_type();
    Ok(ty.hasattr("__arrow_c_stream__")? || ty.hasattr("__arrow_c_array__")?)
}

/// Whether a value is Arrow data that is in memory: a table knows how long it is, a reader may have to wait for what
/// comes next.
pub(crate) fn is_at_hand(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let ty = value.get_type();
    Ok(is_arrow(value)?
        && (ty.hasattr("num_rows")? || ty.hasattr("height")? || ty.hasattr("iloc")?))
}

/// The schema that a value exports, or that of the batches that it streams; `None` for what is no Arrow.
pub(crate) fn schema_of(value: &Bound<'_, PyAny>) -> PyResult<Option<SchemaRef>> {
    if value.get_type().hasattr("__arrow_c_schema__")? {
        let capsule = value.call_method0("__arrow_c_schema__")?;
        let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(c"arrow_schema"))?;
        // SAFETY: as with a stream: the capsule holds such a struct, which is moved out of it.
        #[allow(unsafe_code, reason = "the C interface hands over pointers")]
        let exported = unsafe { FFI_ArrowSchema::from_raw(pointer.as_ptr().cast()) };
        let schema = Schema::try_from(&exported);
        let schema = schema.map_err(|error| PyTypeError::new_err(error.to_string()))?;
        return Ok(Some(Arc::new(schema)));
    }
    match is_arrow(value)? {
        true => Ok(Some(Batches::of(value)?.schema())),
        false => Ok(None),
    }
}

impl Batches {
    /// The batches that a value exports.
    ///
    /// # Errors
    ///
    /// What the export raises; TypeError for a capsule that is none of Arrow's, or for an array of no records.
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> PyResult<Batches> {
        let ty = value.get_type();
        if ty.hasattr("__arrow_c_stream__")? {
            let capsule = value.call_method0("__arrow_c_stream__")?;
            // A table knows how long it is; a reader may have to wait for what comes next.
            let is_at_hand =
                ty.hasattr("num_rows")? || ty.hasattr("height")? || ty.hasattr("iloc")?;
            return Ok(Batches::Stream(Box::new(stream(&capsule)?), is_at_hand));
        }
        let capsules = value.call_method0("__arrow_c_array__")?;
        let batch = array(capsules.cast::<PyTuple>()?)?;
        Ok(Batches::Once(batch.schema(), Some(batch)))
    }

    /// The columns.
    pub(crate) fn schema(&self) -> SchemaRef {
        match self {
            Batches::Stream(stream, _) => arrow_array::RecordBatchReader::schema(&**stream),
            Batches::Once(schema, _) => schema.clone(),
            Batches::Each(first, _) => first.schema(),
        }
    }
}

impl Pull for Batches {
    type Part = RecordBatch;

    fn pull(&mut self, py: Python<'_>) -> Result<Option<RecordBatch>, PgError> {
        match self {
            Batches::Once(_, batch) => Ok(batch.take()),
            Batches::Stream(stream, true) => next(stream).map_err(|text| failed(py, &text)),
            // It may wait, and may want the interpreter itself: it asks for it then.
            Batches::Stream(stream, false) => {
                py.detach(|| next(stream)).map_err(|text| failed(py, &text))
            }
            Batches::Each(current, rest) => loop {
                if let Some(batch) = current.pull(py)? {
                    return Ok(Some(batch));
                }
                let of = |raised: PyErr| error::answer(py, &raised);
                let Some(value) = step(rest.bind(py)).map_err(of)? else { return Ok(None) };
                **current = Batches::of(&value).map_err(of)?;
            },
        }
    }

    fn keep(batch: &RecordBatch) -> Option<Buried> {
        // Its buffers may be NumPy's, which frees them under the interpreter's lock.
        Some(Box::new(batch.clone()))
    }

    fn is_at_hand(&self) -> bool {
        matches!(self, Batches::Stream(_, true) | Batches::Once(..))
    }
}

/// What an iterator gives next.
pub(crate) fn step<'py>(iterator: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    iterator.cast::<pyo3::types::PyIterator>()?.clone().next().transpose()
}

fn next(stream: &mut ArrowArrayStreamReader) -> Result<Option<RecordBatch>, String> {
    stream.next().transpose().map_err(|error| error.to_string())
}

/// What a stream says of its failure: what a reader of Python's raised comes as text, its traceback behind it.
fn failed(py: Python<'_>, text: &str) -> PgError {
    let text = text.strip_prefix("C Data interface error: ").unwrap_or(text);
    let raised = PyRuntimeError::new_err(text.to_owned());
    error::log(py, &raised, "a stream of Arrow data failed");
    let told = text.split(" Detail: Python exception").next().unwrap_or_default();
    error::answer_quietly(py, told)
}

fn stream(capsule: &Bound<'_, PyAny>) -> PyResult<ArrowArrayStreamReader> {
    let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(c"arrow_array_stream"))?;
    // SAFETY: a capsule of this name holds a pointer to such a struct, alive as long as the capsule. It is moved out:
    // what stays has no release callback, so that the capsule frees nothing twice.
    #[allow(unsafe_code, reason = "the C interface hands over pointers")]
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr().cast()) };
    ArrowArrayStreamReader::try_new(stream).map_err(|error| PyTypeError::new_err(error.to_string()))
}

fn array(capsules: &Bound<'_, PyTuple>) -> PyResult<RecordBatch> {
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = capsules.extract()?;
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?;
    let array = array.pointer_checked(Some(c"arrow_array"))?;
    // SAFETY: as with a stream: both capsules hold such structs, which are moved out of them, and the array is of the
    // schema that came with it, as the protocol promises.
    #[allow(unsafe_code, reason = "the C interface hands over pointers")]
    let data = unsafe {
        let schema = FFI_ArrowSchema::from_raw(schema.as_ptr().cast());
        from_ffi(FFI_ArrowArray::from_raw(array.as_ptr().cast()), &schema)
    };
    let data = data.map_err(|error| PyTypeError::new_err(error.to_string()))?;
    if !matches!(data.data_type(), DataType::Struct(_)) {
        let message =
            format!("an answer in Arrow must be records, not an array of {}", data.data_type());
        return Err(PyTypeError::new_err(message));
    }
    if data.null_count() > 0 {
        return Err(PyTypeError::new_err("an answer in Arrow must be records, none of them NULL"));
    }
    Ok(StructArray::from(data).into())
}
