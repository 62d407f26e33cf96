//! The state of the session: who it is, what it is set to, what it hears of.

use bytes::Bytes;
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyString, PyTuple},
};
use trunkline_proto::{
    Misuse,
    message::{self as proto, Encode, PgStr, ProtocolVersion},
    state::Kind,
};

use super::{
    field::{Blob, Number, Text, Texts, strings, written},
    login::Step as LoginStep,
    message::{Message, Side, Step, Wire, new},
    startup::version,
};

/// BackendKeyData: what a CancelRequest must present; `repr` does not show the key.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BACKENDKEYDATA>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct BackendKeyData {
    #[pyo3(get)]
    pub(super) process_id: i32,
    #[pyo3(get)]
    pub(super) key: Py<PyBytes>,
}

#[pymethods]
impl BackendKeyData {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("process_id", "key")
    }

    #[new]
    fn new(process_id: Number<i32>, key: Blob) -> PyClassInitializer<BackendKeyData> {
        new(BackendKeyData { process_id: process_id.0, key: key.0 })
    }
}

impl Wire for BackendKeyData {
    const SIDE: Side = Side::Backend;
    const HIDDEN: &'static [&'static str] = &["key"];

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::BackendKeyData)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::BackendKeyData { process_id: self.process_id, key: self.key.as_bytes(py) }
            .encode(out)
    }
}

/// ParameterStatus: a setting that clients care about, at login and when it changes.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-PARAMETERSTATUS>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct ParameterStatus {
    #[pyo3(get)]
    pub(super) name: Py<PyString>,
    #[pyo3(get)]
    pub(super) value: Py<PyString>,
}

#[pymethods]
impl ParameterStatus {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("name", "value")
    }

    #[new]
    fn new(name: Text, value: Text) -> PyClassInitializer<ParameterStatus> {
        new(ParameterStatus { name: name.0, value: value.0 })
    }
}

impl Wire for ParameterStatus {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::Asynchronous)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let (name, value) = (written(&self.name, py), written(&self.value, py));
        proto::ParameterStatus { name, value }.encode(out)
    }
}

/// NotificationResponse: what NOTIFY sent to a channel that is listened to.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-NOTIFICATIONRESPONSE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct NotificationResponse {
    #[pyo3(get)]
    pub(super) process_id: i32,
    #[pyo3(get)]
    pub(super) channel: Py<PyString>,
    #[pyo3(get)]
    pub(super) payload: Py<PyString>,
}

#[pymethods]
impl NotificationResponse {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str) {
        ("process_id", "channel", "payload")
    }

    #[new]
    #[pyo3(signature = (process_id, channel, payload = None))]
    fn new(
        py: Python<'_>,
        process_id: Number<i32>,
        channel: Text,
        payload: Option<Text>,
    ) -> PyClassInitializer<NotificationResponse> {
        let payload = Text::or_empty(py, payload);
        new(NotificationResponse { process_id: process_id.0, channel: channel.0, payload })
    }
}

impl Wire for NotificationResponse {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::Asynchronous)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let (channel, payload) = (written(&self.channel, py), written(&self.payload, py));
        proto::NotificationResponse { process_id: self.process_id, channel, payload }.encode(out)
    }
}

/// NegotiateProtocolVersion: the version that will be spoken, and the options (`_pq_.…`) that were
/// not understood.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-NEGOTIATEPROTOCOLVERSION>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct NegotiateProtocolVersion {
    pub(super) version: ProtocolVersion,
    #[pyo3(get)]
    pub(super) options: Py<PyTuple>,
}

#[pymethods]
impl NegotiateProtocolVersion {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("version", "options")
    }

    #[new]
    #[pyo3(signature = (version, options = None))]
    fn new(
        py: Python<'_>,
        version: (u16, u16),
        options: Option<Texts>,
    ) -> PyResult<PyClassInitializer<NegotiateProtocolVersion>> {
        let options = options.map_or_else(|| PyTuple::empty(py).unbind(), |Texts(tuple)| tuple);
        if strings(&options, py).iter().any(Vec::is_empty) {
            return Err(PyValueError::new_err("an option has a name"));
        }
        Ok(new(NegotiateProtocolVersion { version: self::version(version), options }))
    }

    #[getter]
    fn version(&self) -> (u32, u32) {
        (self.version.major(), self.version.minor())
    }
}

impl Wire for NegotiateProtocolVersion {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Negotiate)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let options = strings(&self.options, py).into_iter();
        let options = options.map(|name| PgStr::from(Bytes::from(name))).collect();
        proto::NegotiateProtocolVersion { version: self.version, options }.encode(out)
    }
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<BackendKeyData>()?;
    module.add_class::<ParameterStatus>()?;
    module.add_class::<NotificationResponse>()?;
    module.add_class::<NegotiateProtocolVersion>()
}
