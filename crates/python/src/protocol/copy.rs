//! COPY: the responses that start it, and the data in either direction.

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyString, PyTuple},
};
use trunkline_proto::{
    Format, Misuse,
    message::{self as proto, Encode},
    state::Kind,
    wire::Count,
};

use super::{
    field::{Blob, Number, Numbers, Text, counted, written},
    message::{Message, Side, Step, Wire, new},
};

/// CopyData: a piece of the data; from the backend one row, from the frontend cut anywhere.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COPYDATA>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct CopyData {
    #[pyo3(get)]
    pub(super) data: Py<PyBytes>,
}

#[pymethods]
impl CopyData {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("data",)
    }

    #[new]
    fn new(data: Blob) -> PyClassInitializer<CopyData> {
        new(CopyData { data: data.0 })
    }
}

impl Wire for CopyData {
    const SIDE: Side = Side::Both;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::CopyData)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::CopyData { data: self.data.as_bytes(py) }.encode(out)
    }
}

/// CopyFail: the frontend gives up; the COPY fails with SQLSTATE 57014.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COPYFAIL>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct CopyFail {
    #[pyo3(get)]
    pub(super) message: Py<PyString>,
}

#[pymethods]
impl CopyFail {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("message",)
    }

    #[new]
    #[pyo3(signature = (message = None))]
    fn new(py: Python<'_>, message: Option<Text>) -> PyClassInitializer<CopyFail> {
        new(CopyFail { message: Text::or_empty(py, message) })
    }
}

impl Wire for CopyFail {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::CopyFail)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::CopyFail { message: written(&self.message, py) }.encode(out)
    }
}

/// The format of a whole COPY, and those of its columns.
fn formats(
    py: Python<'_>,
    format: Number<i16>,
    columns: Option<Numbers<i16>>,
) -> PyResult<(Format, Py<PyTuple>)> {
    let format = Format::from_code(format.0)
        .ok_or_else(|| PyValueError::new_err("a format is 0 (text) or 1 (binary)"))?;
    let columns = Numbers::or_none(py, columns);
    counted(&columns, py, Count::Signed)?;
    Ok((format, columns))
}

macro_rules! copy_response {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
        pub(super) struct $name {
            pub(super) format: Format,
            #[pyo3(get)]
            pub(super) columns: Py<PyTuple>,
        }

        #[pymethods]
        impl $name {
            #[classattr]
            fn __match_args__() -> (&'static str, &'static str) {
                ("format", "columns")
            }

            #[new]
            #[pyo3(signature = (format = Number(0), columns = None))]
            fn new(
                py: Python<'_>,
                format: Number<i16>,
                columns: Option<Numbers<i16>>,
            ) -> PyResult<PyClassInitializer<$name>> {
                let (format, columns) = formats(py, format, columns)?;
                Ok(new($name { format, columns }))
            }

            #[getter]
            fn format(&self) -> i16 {
                self.format.code()
            }
        }

        impl Wire for $name {
            const SIDE: Side = Side::Backend;

            fn step(&self, _py: Python<'_>) -> Step {
                Step::Loop(Kind::$name)
            }

            fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
                let columns = Numbers::<i16>::of(&self.columns, py);
                proto::$name { format: self.format, columns }.encode(out)
            }
        }
    };
}

copy_response! {
    /// CopyInResponse: the backend is ready to take data; the format codes of the whole and of its
    /// columns.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COPYINRESPONSE>
    CopyInResponse
}
copy_response! {
    /// CopyOutResponse: data follows; the format codes of the whole and of its columns.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COPYOUTRESPONSE>
    CopyOutResponse
}
copy_response! {
    /// CopyBothResponse: data flows both ways; only replication uses it.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COPYBOTHRESPONSE>
    CopyBothResponse
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<CopyData>()?;
    module.add_class::<CopyFail>()?;
    module.add_class::<CopyInResponse>()?;
    module.add_class::<CopyOutResponse>()?;
    module.add_class::<CopyBothResponse>()
}
