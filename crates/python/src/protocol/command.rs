//! Query, FunctionCall, and how a command ends.

use pyo3::{
    intern,
    prelude::*,
    types::{PyBytes, PyString, PyTuple},
};
use trunkline_proto::{
    Misuse,
    message::{self as proto, Encode, FrontendTag, TransactionStatus},
    state::Kind,
    wire::{Count, frame},
};

use super::{
    field::{Number, Numbers, Text, Value, Values, counted, put_codes, put_values, written},
    message::{Message, Side, Step, Wire, new},
};

/// Query: run every statement of a string.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-QUERY>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct Query {
    #[pyo3(get)]
    pub(super) sql: Py<PyString>,
}

#[pymethods]
impl Query {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("sql",)
    }

    #[new]
    fn new(sql: Text) -> PyClassInitializer<Query> {
        new(Query { sql: sql.0 })
    }
}

impl Wire for Query {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::Query)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::Query { sql: written(&self.sql, py) }.encode(out)
    }
}

/// CommandComplete: a statement has run to its end; the tag is `SELECT 3` or `CREATE TABLE`.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COMMANDCOMPLETE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct CommandComplete {
    #[pyo3(get)]
    pub(super) tag: Py<PyString>,
}

#[pymethods]
impl CommandComplete {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("tag",)
    }

    #[new]
    fn new(tag: Text) -> PyClassInitializer<CommandComplete> {
        new(CommandComplete { tag: tag.0 })
    }
}

impl Wire for CommandComplete {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::CommandComplete)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::CommandComplete { tag: written(&self.tag, py) }.encode(out)
    }
}

/// ReadyForQuery: everything before is answered; the status is `I` (idle), `T` (in a transaction) or
/// `E` (in a failed one).
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-READYFORQUERY>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct ReadyForQuery {
    pub(super) status: TransactionStatus,
}

/// The letter of a transaction status.
pub(super) fn letter(py: Python<'_>, status: TransactionStatus) -> &Bound<'_, PyString> {
    match status {
        TransactionStatus::Idle => intern!(py, "I"),
        TransactionStatus::InTransaction => intern!(py, "T"),
        TransactionStatus::Failed => intern!(py, "E"),
    }
}

#[pymethods]
impl ReadyForQuery {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("status",)
    }

    #[new]
    #[pyo3(signature = (status = "I"))]
    fn new(status: &str) -> PyResult<PyClassInitializer<ReadyForQuery>> {
        let status = match status {
            "I" => TransactionStatus::Idle,
            "T" => TransactionStatus::InTransaction,
            "E" => TransactionStatus::Failed,
            _ => {
                let message = "a transaction status is 'I', 'T' or 'E'";
                return Err(pyo3::exceptions::PyValueError::new_err(message));
            }
        };
        Ok(new(ReadyForQuery { status }))
    }

    #[getter]
    fn status<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        letter(py, self.status)
    }
}

impl Wire for ReadyForQuery {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Ready(self.status)
    }

    fn encode(&self, _py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::ReadyForQuery { status: self.status }.encode(out)
    }
}

/// FunctionCall: call a function by its oid, the legacy fast path.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-FUNCTIONCALL>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct FunctionCall {
    #[pyo3(get)]
    pub(super) function: u32,
    #[pyo3(get)]
    pub(super) arguments: Py<PyTuple>,
    #[pyo3(get)]
    pub(super) argument_formats: Py<PyTuple>,
    #[pyo3(get)]
    pub(super) result_format: i16,
}

#[pymethods]
impl FunctionCall {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str, &'static str) {
        ("function", "arguments", "argument_formats", "result_format")
    }

    #[new]
    #[pyo3(signature = (function, arguments = None, argument_formats = None, result_format = Number(0)))]
    fn new(
        py: Python<'_>,
        function: Number<u32>,
        arguments: Option<Values>,
        argument_formats: Option<Numbers<i16>>,
        result_format: Number<i16>,
    ) -> PyResult<PyClassInitializer<FunctionCall>> {
        let arguments = Values::or_none(py, arguments);
        let argument_formats = Numbers::or_none(py, argument_formats);
        counted(&arguments, py, Count::Unsigned)?;
        counted(&argument_formats, py, Count::Unsigned)?;
        let (function, result_format) = (function.0, result_format.0);
        Ok(new(FunctionCall { function, arguments, argument_formats, result_format }))
    }
}

impl Wire for FunctionCall {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::FunctionCall)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        // Not by `NewFunctionCall`: a proxy passes on format codes that mean nothing.
        frame(out, FrontendTag::FUNCTION_CALL.0, |out| {
            out.extend_from_slice(&self.function.to_be_bytes());
            put_codes(out, &self.argument_formats, py)?;
            put_values(out, &self.arguments, py)?;
            out.extend_from_slice(&self.result_format.to_be_bytes());
            Ok(())
        })
    }
}

/// FunctionCallResponse: the result of a FunctionCall; None is NULL.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-FUNCTIONCALLRESPONSE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct FunctionCallResponse {
    #[pyo3(get)]
    pub(super) value: Option<Py<PyBytes>>,
}

#[pymethods]
impl FunctionCallResponse {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("value",)
    }

    #[new]
    #[pyo3(signature = (value = Value(None)))]
    fn new(value: Value) -> PyClassInitializer<FunctionCallResponse> {
        new(FunctionCallResponse { value: value.0 })
    }
}

impl Wire for FunctionCallResponse {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::FunctionCallResponse)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let value = self.value.as_ref().map(|value| value.as_bytes(py));
        proto::FunctionCallResponse { value }.encode(out)
    }
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Query>()?;
    module.add_class::<CommandComplete>()?;
    module.add_class::<ReadyForQuery>()?;
    module.add_class::<FunctionCall>()?;
    module.add_class::<FunctionCallResponse>()
}
