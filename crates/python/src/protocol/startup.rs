//! The packets before the first message, and the bytes that answer two of them.

use std::borrow::Cow;

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyDict, PyMapping, PyMappingProxy, PyString, PyTuple},
};
use trunkline_proto::{
    Misuse,
    message::{self as proto, Encode, ProtocolVersion},
};

use super::{
    field::{Blob, Number, Text, text_bytes},
    login::Step as LoginStep,
    message::{Message, Side, Step, Wire, new},
};

/// StartupMessage: who logs in, and with which settings.
///
/// The parameters are a mapping that cannot be changed; of one that came twice the last counts, as in
/// PostgreSQL. The version is a pair such as `(3, 0)`.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct StartupMessage {
    pub(super) parameters: Parameters,
    pub(super) version: ProtocolVersion,
}

/// Parameters by name: nobody but us has the dictionary itself.
pub(super) struct Parameters(Py<PyDict>);

/// A version from its two halves.
pub(super) fn version((major, minor): (u16, u16)) -> ProtocolVersion {
    ProtocolVersion((u32::from(major) << 16) | u32::from(minor))
}

/// A mapping of these parameters.
pub(super) fn parameters<'py>(
    py: Python<'py>,
    pairs: impl Iterator<Item = PyResult<(Text, Text)>>,
) -> PyResult<Parameters> {
    let parameters = PyDict::new(py);
    for pair in pairs {
        let (name, value) = pair?;
        if name.0.bind(py).is_empty()? {
            return Err(PyValueError::new_err("a startup parameter has a name"));
        }
        parameters.set_item(name.0, value.0)?;
    }
    Ok(Parameters(parameters.unbind()))
}

#[pymethods]
impl StartupMessage {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("parameters", "version")
    }

    #[new]
    #[pyo3(signature = (parameters, version = (3, 0)))]
    fn new(
        py: Python<'_>,
        parameters: &Bound<'_, PyMapping>,
        version: (u16, u16),
    ) -> PyResult<PyClassInitializer<StartupMessage>> {
        if version.0 != 3 {
            return Err(PyValueError::new_err("only protocol 3 is known"));
        }
        let pairs = parameters.items()?;
        let pairs = pairs.iter().map(|pair| pair.extract::<(Text, Text)>());
        let parameters = self::parameters(py, pairs)?;
        Ok(new(StartupMessage { parameters, version: self::version(version) }))
    }

    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> Bound<'py, PyMappingProxy> {
        PyMappingProxy::new(py, self.parameters.0.bind(py).as_mapping())
    }

    #[getter]
    fn version(&self) -> (u32, u32) {
        (self.version.major(), self.version.minor())
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, StartupMessage>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        // A mapping proxy cannot be pickled.
        let (py, this) = (slf.py(), slf.get());
        let parameters = this.parameters.0.bind(py).copy()?;
        Ok((slf.get_type().into_any(), (parameters, this.version()).into_pyobject(py)?))
    }
}

impl Wire for StartupMessage {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Startup)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let text = |text: Bound<'_, PyAny>| match text.cast::<PyString>() {
            Ok(text) => text_bytes(text).map(Cow::into_owned).unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let parameters = self.parameters.0.bind(py).iter();
        let parameters: Vec<_> =
            parameters.map(|(name, value)| (text(name), text(value))).collect();
        proto::StartupMessage { version: self.version, parameters }.encode(out)
    }
}

/// CancelRequest: cancel what another connection runs; never answered.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CANCELREQUEST>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct CancelRequest {
    #[pyo3(get)]
    pub(super) process_id: i32,
    #[pyo3(get)]
    pub(super) key: Py<PyBytes>,
}

#[pymethods]
impl CancelRequest {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("process_id", "key")
    }

    #[new]
    fn new(
        py: Python<'_>,
        process_id: Number<i32>,
        key: Blob,
    ) -> PyResult<PyClassInitializer<CancelRequest>> {
        if !(1..=256).contains(&key.0.as_bytes(py).len()) {
            return Err(PyValueError::new_err("a cancel key has 1 to 256 bytes"));
        }
        Ok(new(CancelRequest { process_id: process_id.0, key: key.0 }))
    }
}

impl Wire for CancelRequest {
    const SIDE: Side = Side::Frontend;
    const HIDDEN: &'static [&'static str] = &["key"];

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Cancel)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::CancelRequest { process_id: self.process_id, key: self.key.as_bytes(py) }.encode(out)
    }
}

/// The byte that answers an SSLRequest: `S` or `N`. It is no message, and has no frame.
///
/// <https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct SSLResponse {
    #[pyo3(get)]
    pub(super) accepted: bool,
}

#[pymethods]
impl SSLResponse {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("accepted",)
    }

    #[new]
    fn new(accepted: bool) -> PyClassInitializer<SSLResponse> {
        new(SSLResponse { accepted })
    }
}

impl Wire for SSLResponse {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::SslResponse(self.accepted))
    }

    fn encode(&self, _py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        out.push(if self.accepted { b'S' } else { b'N' });
        Ok(())
    }
}

/// The byte that answers a GSSENCRequest: `G` or `N`. It is no message, and has no frame.
///
/// <https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-GSSAPI>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct GSSENCResponse {
    #[pyo3(get)]
    pub(super) accepted: bool,
}

#[pymethods]
impl GSSENCResponse {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("accepted",)
    }

    #[new]
    fn new(accepted: bool) -> PyClassInitializer<GSSENCResponse> {
        new(GSSENCResponse { accepted })
    }
}

impl Wire for GSSENCResponse {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::GssEncResponse(self.accepted))
    }

    fn encode(&self, _py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        out.push(if self.accepted { b'G' } else { b'N' });
        Ok(())
    }
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<StartupMessage>()?;
    module.add_class::<CancelRequest>()?;
    module.add_class::<SSLResponse>()?;
    module.add_class::<GSSENCResponse>()
}
