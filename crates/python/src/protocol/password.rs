//! What the frontend says during authentication: four messages of one type byte.

use pyo3::{
    prelude::*,
    types::{PyBytes, PyString},
};
use trunkline_proto::{
    Misuse,
    message::{self as proto, Encode},
};

use super::{
    field::{Blob, Text, written},
    login::Step as LoginStep,
    message::{Message, Side, Step, Wire, new},
};

/// PasswordMessage: the password, in clear or hashed; `repr` does not show it.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-PASSWORDMESSAGE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct PasswordMessage {
    #[pyo3(get)]
    pub(super) password: Py<PyString>,
}

#[pymethods]
impl PasswordMessage {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("password",)
    }

    #[new]
    fn new(password: Text) -> PyClassInitializer<PasswordMessage> {
        new(PasswordMessage { password: password.0 })
    }
}

impl Wire for PasswordMessage {
    const SIDE: Side = Side::Frontend;
    const HIDDEN: &'static [&'static str] = &["password"];

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Password)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::PasswordMessage { password: written(&self.password, py) }.encode(out)
    }
}

/// SASLInitialResponse: the mechanism chosen and its first message; None leaves that to the backend
/// to ask for.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SASLINITIALRESPONSE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct SASLInitialResponse {
    #[pyo3(get)]
    pub(super) mechanism: Py<PyString>,
    #[pyo3(get)]
    pub(super) data: Option<Py<PyBytes>>,
}

#[pymethods]
impl SASLInitialResponse {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("mechanism", "data")
    }

    #[new]
    #[pyo3(signature = (mechanism, data = None))]
    fn new(mechanism: Text, data: Option<Blob>) -> PyClassInitializer<SASLInitialResponse> {
        let data = data.map(|Blob(data)| data);
        new(SASLInitialResponse { mechanism: mechanism.0, data })
    }
}

impl Wire for SASLInitialResponse {
    const SIDE: Side = Side::Frontend;
    // That of OAUTHBEARER is a token that others could use.
    const HIDDEN: &'static [&'static str] = &["data"];

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::SaslInitial)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let mechanism = written(&self.mechanism, py);
        let response = self.data.as_ref().map(|data| data.as_bytes(py));
        proto::SaslInitialResponse { mechanism, response }.encode(out)
    }
}

/// SASLResponse: a further message of the mechanism.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SASLRESPONSE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct SASLResponse {
    #[pyo3(get)]
    pub(super) data: Py<PyBytes>,
}

#[pymethods]
impl SASLResponse {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("data",)
    }

    #[new]
    fn new(data: Blob) -> PyClassInitializer<SASLResponse> {
        new(SASLResponse { data: data.0 })
    }
}

impl Wire for SASLResponse {
    const SIDE: Side = Side::Frontend;
    const HIDDEN: &'static [&'static str] = &["data"];

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Sasl)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::SaslResponse { data: self.data.as_bytes(py) }.encode(out)
    }
}

/// GSSResponse: a token of GSSAPI or SSPI, of any bytes.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-GSSRESPONSE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct GSSResponse {
    #[pyo3(get)]
    pub(super) data: Py<PyBytes>,
}

#[pymethods]
impl GSSResponse {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("data",)
    }

    #[new]
    fn new(data: Blob) -> PyClassInitializer<GSSResponse> {
        new(GSSResponse { data: data.0 })
    }
}

impl Wire for GSSResponse {
    const SIDE: Side = Side::Frontend;
    const HIDDEN: &'static [&'static str] = &["data"];

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Gss)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::SaslResponse { data: self.data.as_bytes(py) }.encode(out)
    }
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PasswordMessage>()?;
    module.add_class::<SASLInitialResponse>()?;
    module.add_class::<SASLResponse>()?;
    module.add_class::<GSSResponse>()
}
