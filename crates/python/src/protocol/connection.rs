//! `Frontend` and `Backend`: a connection as Python has it.

use pyo3::{
    IntoPyObjectExt, intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyString, PyTuple, PyType},
};
use trunkline_proto::{
    PeerError, SqlState,
    state::{Kind, Sender},
};

use super::{
    codec::{Codec, Input},
    command::letter,
    error::ErrorResponse,
    field::Blob,
    limits::Limits,
    login::Step as LoginStep,
    machine::{Machine, Outcome, Phase},
    message::{Message, Side, Step, made},
    receive::Failure,
    rows::encode_rows,
    tracer::{Lines, Tracer},
};

/// A connection without I/O: the base of Frontend and Backend.
#[pyclass(subclass, module = "trunkline.protocol")]
pub(super) struct Connection {
    codec: Codec,
}

/// The messages that have been received, one after the other.
///
/// Each is read when it is asked for: what is sent in between counts. What is not asked for comes
/// from the next `receive`.
#[pyclass(frozen, module = "trunkline.protocol")]
pub(super) struct Messages {
    connection: Py<Connection>,
}

#[pymethods]
impl Messages {
    fn __iter__(slf: Py<Messages>) -> Py<Messages> {
        slf
    }

    #[inline]
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let mut connection = self.connection.try_borrow_mut(py)?;
        let received = connection.codec.next(py);
        let is_backend = connection.codec.side == Sender::Backend;
        if connection.codec.tracer.is_some() || !connection.codec.warnings.is_empty() {
            let told = connection.codec.told(py);
            drop(connection);
            told.tell(py)?;
        } else {
            drop(connection);
        }
        received.map_err(|failure| match failure {
            Failure::Python(error) => error,
            Failure::Peer(error) => remote_error(py, &error, is_backend),
        })
    }
}

#[pymethods]
impl Connection {
    /// Takes bytes that have arrived, and returns an iterator of the messages that are complete.
    fn receive(slf: &Bound<'_, Connection>, data: Blob) -> PyResult<Messages> {
        let py = slf.py();
        slf.try_borrow_mut()?.codec.input.feed(data.0.as_bytes(py));
        Ok(Messages { connection: slf.clone().unbind() })
    }

    /// The bytes of these messages, in this order; all of them or an error.
    #[pyo3(signature = (*messages))]
    fn send<'py>(
        slf: &Bound<'py, Connection>,
        messages: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = slf.py();
        let mut connection = slf.try_borrow_mut()?;
        let codec = &mut connection.codec;
        let before = (messages.len() > 1).then(|| codec.machine.clone());
        let mut out = Vec::with_capacity(64);
        let mut frames = Vec::new();
        for message in messages {
            let start = out.len();
            let sent = codec.send(&message, &mut out);
            match sent {
                Ok(is_packet) => frames.push((start, is_packet)),
                Err(error) => {
                    if let Some(before) = before {
                        codec.machine = before;
                    }
                    codec.warnings.clear();
                    return Err(error);
                }
            }
        }
        codec.trace_sent(&frames, &out);
        let told = codec.told(py);
        let is_exposed = codec.is_exposed(messages);
        if is_exposed {
            let words = "received unencrypted data after SSL request";
            let error = PeerError::fatal(SqlState::PROTOCOL_VIOLATION, words);
            return Err(remote_error(py, &codec.end(error), true));
        }
        drop(connection);
        told.tell(py)?;
        Ok(PyBytes::new(py, &out))
    }

    /// Where the connection stands.
    #[getter]
    fn phase(&self) -> Phase {
        self.codec.machine.phase()
    }

    /// The status of the last ReadyForQuery: `I`, `T` or `E`; None before the first.
    #[getter]
    fn transaction_status<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyString>> {
        self.codec.machine.status().map(|status| letter(py, status))
    }

    /// Whether nothing is owed by either side.
    #[getter]
    fn is_ready(&self) -> bool {
        self.codec.machine.is_ready()
    }

    /// How many ReadyForQuery are owed: for each Query, FunctionCall and Sync, and for a login.
    #[getter]
    fn pending_syncs(&self) -> usize {
        self.codec.machine.pending_syncs()
    }

    /// Whether what must not be sent or come now is an error, and not only logged.
    #[getter]
    fn strict(&self) -> bool {
        self.codec.strict
    }

    /// How many bytes are kept that are no whole message yet, or were not asked for.
    #[getter]
    fn buffered(&self) -> usize {
        self.codec.input.rest().len()
    }
}

/// The client's side of a connection.
#[pyclass(extends = Connection, module = "trunkline.protocol")]
pub(super) struct Frontend;

#[pymethods]
impl Frontend {
    #[new]
    #[pyo3(signature = (*, strict = true, logged_in = false, limits = None, trace = None, trace_regress = false))]
    fn new(
        strict: bool,
        logged_in: bool,
        limits: Option<&Limits>,
        trace: Option<&Bound<'_, PyAny>>,
        trace_regress: bool,
    ) -> PyResult<PyClassInitializer<Frontend>> {
        let tracer = tracer(trace, trace_regress)?;
        let codec = Codec::new(Sender::Frontend, strict, logged_in, limits, tracer);
        Ok(PyClassInitializer::from(Connection { codec }).add_subclass(Frontend))
    }
}

/// The server's side of a connection.
#[pyclass(extends = Connection, module = "trunkline.protocol")]
pub(super) struct Backend;

#[pymethods]
impl Backend {
    #[new]
    #[pyo3(signature = (*, strict = true, logged_in = false, limits = None, trace = None, trace_regress = false))]
    fn new(
        strict: bool,
        logged_in: bool,
        limits: Option<&Limits>,
        trace: Option<&Bound<'_, PyAny>>,
        trace_regress: bool,
    ) -> PyResult<PyClassInitializer<Backend>> {
        let tracer = tracer(trace, trace_regress)?;
        let codec = Codec::new(Sender::Backend, strict, logged_in, limits, tracer);
        Ok(PyClassInitializer::from(Connection { codec }).add_subclass(Backend))
    }

    /// The bytes of a DataRow for each of many rows: sequences of bytes, str and None.
    fn send_rows<'py>(
        slf: &Bound<'py, Backend>,
        rows: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = slf.py();
        let mut out = Vec::new();
        // Before the connection is borrowed: the rows may be made by code that asks it.
        let frames = encode_rows(rows, &mut out)?;
        let told = {
            let connection: &Bound<'py, Connection> = slf.as_super();
            let mut connection = connection.try_borrow_mut()?;
            let codec = &mut connection.codec;
            if !frames.is_empty() {
                codec.admit_ours(py, Step::Loop(Kind::DataRow))?;
            }
            codec.trace_sent(&frames, &out);
            codec.told(py)
        };
        told.tell(py)?;
        Ok(PyBytes::new(py, &out))
    }
}

/// Reads what one side sends, without any rules: in the phase that it is told.
///
/// `sender` is `"frontend"` or `"backend"`. Of the phases only those of the login matter: they decide
/// what a packet, a byte or a `p` is.
#[pyclass(extends = Connection, module = "trunkline.protocol")]
pub(super) struct Decoder;

#[pymethods]
impl Decoder {
    #[new]
    #[pyo3(signature = (sender, *, phase = Phase::Startup, limits = None))]
    fn new(
        sender: &str,
        phase: Phase,
        limits: Option<&Limits>,
    ) -> PyResult<PyClassInitializer<Decoder>> {
        let side = match sender {
            "frontend" => Sender::Backend,
            "backend" => Sender::Frontend,
            _ => {
                let message = "a sender is 'frontend' or 'backend'";
                return Err(pyo3::exceptions::PyValueError::new_err(message));
            }
        };
        let mut codec = Codec::new(side, false, true, limits, None);
        codec.judges = false;
        codec.machine.stand(phase);
        Ok(PyClassInitializer::from(Connection { codec }).add_subclass(Decoder))
    }

    /// Stands in another phase from now on; what has been received and not read is read in it.
    fn stand(slf: &Bound<'_, Decoder>, phase: Phase) -> PyResult<()> {
        slf.as_super().try_borrow_mut()?.codec.machine.stand(phase);
        Ok(())
    }
}

fn tracer(sink: Option<&Bound<'_, PyAny>>, regress: bool) -> PyResult<Option<Tracer>> {
    sink.map(|sink| Tracer::new(sink, regress)).transpose()
}

/// What Python is to be told when the connection is not borrowed.
struct Told {
    lines: Option<Lines>,
    warnings: Vec<String>,
}

impl Told {
    fn tell(self, py: Python<'_>) -> PyResult<()> {
        if !self.warnings.is_empty() {
            let logger = py
                .import(intern!(py, "logging"))?
                .call_method1("getLogger", ("trunkline.protocol",))?;
            for warning in self.warnings {
                logger.call_method1("warning", ("%s", warning))?;
            }
        }
        self.lines.map_or(Ok(()), |lines| lines.tell(py))
    }
}

impl Codec {
    fn new(
        side: Sender,
        strict: bool,
        logged_in: bool,
        limits: Option<&Limits>,
        tracer: Option<Tracer>,
    ) -> Codec {
        let limits = limits.map(Limits::bounds).unwrap_or_default();
        let (input, warnings) = (Input::default(), Vec::new());
        let machine = Machine::new(logged_in, limits);
        Codec { machine, input, tracer, side, strict, judges: true, warnings }
    }

    fn told(&mut self, py: Python<'_>) -> Told {
        let lines = self.tracer.as_mut().and_then(|tracer| tracer.take(py));
        Told { lines, warnings: std::mem::take(&mut self.warnings) }
    }

    /// Appends a message of ours; whether it is a packet without a type byte.
    fn send(&mut self, message: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<bool> {
        let py = message.py();
        let Ok(message) = message.cast::<Message>() else {
            let found = message.get_type();
            let error = format!("expected a message, not {}", found.name()?);
            return Err(pyo3::exceptions::PyTypeError::new_err(error));
        };
        let shape = message.get().shape();
        if matches!(
            (self.side, shape.side),
            (Sender::Frontend, Side::Backend) | (Sender::Backend, Side::Frontend)
        ) {
            let name = message.get_type().name()?.to_string();
            let side = self.side;
            return Err(local_error(py, &format!("a {side:?} does not send {name}")));
        }
        let step = (shape.step)(message)?;
        let start = out.len();
        (shape.encode)(message, out)?;
        if self.admit_ours(py, step).inspect_err(|_| out.truncate(start))? == Outcome::Drop {
            out.truncate(start);
        }
        Ok(matches!(
            step,
            Step::Login(
                LoginStep::Startup
                    | LoginStep::Cancel
                    | LoginStep::SslRequest
                    | LoginStep::GssEncRequest
            )
        ))
    }

    fn admit_ours(&mut self, py: Python<'_>, step: Step) -> PyResult<Outcome> {
        if !self.judges {
            return Ok(Outcome::Pass);
        }
        let phase = self.machine.phase();
        let outcome = self.machine.pass(self.side, step, true);
        if outcome == Outcome::Illegal {
            let words = format!("{} must not be sent in the phase {phase:?}", step.name());
            if self.strict {
                return Err(local_error(py, &words));
            }
            self.warnings.push(words);
        }
        Ok(outcome)
    }

    /// Prints what was sent: frames that begin where the list says.
    fn trace_sent(&mut self, frames: &[(usize, bool)], out: &[u8]) {
        let Some(tracer) = &mut self.tracer else { return };
        let side = match self.side {
            Sender::Frontend => Side::Frontend,
            Sender::Backend => Side::Backend,
        };
        let ends = frames.iter().skip(1).map(|(start, _)| *start).chain([out.len()]);
        for ((start, is_packet), end) in frames.iter().zip(ends) {
            tracer.print(side, *is_packet, out.get(*start..end).unwrap_or_default());
        }
    }

    /// Whether a request for encryption was granted behind which more has come in clear: someone
    /// between us may have put it there (CVE-2021-23214).
    fn is_exposed(&self, sent: &Bound<'_, PyTuple>) -> bool {
        let is_grant = |message: Bound<'_, PyAny>| {
            let message = message.cast::<Message>().ok()?.clone();
            let step = (message.get().shape().step)(&message).ok()?;
            let grant = [LoginStep::SslResponse(true), LoginStep::GssEncResponse(true)];
            Some(grant.map(Step::Login).contains(&step))
        };
        !self.input.rest().is_empty() && sent.iter().any(|message| is_grant(message) == Some(true))
    }
}

/// An exception class of `trunkline.protocol._errors`.
fn class<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyType>>,
    name: &str,
) -> PyResult<&'py Bound<'py, PyType>> {
    cell.import(py, "trunkline.protocol._errors", name)
}

/// Our caller erred.
#[cold]
pub(super) fn local_error(py: Python<'_>, words: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    match class(py, &CLASS, "LocalProtocolError") {
        Ok(class) => PyErr::from_type(class.clone(), (words.to_owned(),)),
        Err(error) => error,
    }
}

/// The peer erred; a backend knows what to answer.
#[cold]
pub(super) fn remote_error(py: Python<'_>, error: &PeerError, is_backend: bool) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let made = || -> PyResult<PyErr> {
        let reply = match is_backend && !error.is_silent() {
            true => made(py, ErrorResponse { fields: error.response().fields })?,
            false => py.None(),
        };
        let words = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.message()),
            None => error.message().to_owned(),
        };
        let arguments = (words, error.sqlstate().as_str().to_owned(), reply, error.is_fatal());
        let class = class(py, &CLASS, "RemoteProtocolError")?;
        Ok(PyErr::from_value(class.call1(arguments)?.into_bound_py_any(py)?))
    };
    made().unwrap_or_else(|error| error)
}
