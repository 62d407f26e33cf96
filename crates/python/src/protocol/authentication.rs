//! What the backend says during authentication, where it says more than its type.

use bytes::Bytes;
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyTuple},
};
use trunkline_proto::{
    Misuse,
    message::{self as proto, Encode, PgStr},
};

use super::{
    field::{Blob, Texts, strings},
    login::Step as LoginStep,
    message::{Message, Side, Step, Wire, new},
};

/// AuthenticationMD5Password: send the password hashed with the user's name and this salt.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONMD5PASSWORD>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct AuthenticationMD5Password {
    pub(super) salt: [u8; 4],
}

#[pymethods]
impl AuthenticationMD5Password {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("salt",)
    }

    #[new]
    fn new(py: Python<'_>, salt: Blob) -> PyResult<PyClassInitializer<AuthenticationMD5Password>> {
        let salt = salt.0.as_bytes(py).try_into();
        let salt = salt.map_err(|_| PyValueError::new_err("a salt has 4 bytes"))?;
        Ok(new(AuthenticationMD5Password { salt }))
    }

    #[getter]
    fn salt<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.salt)
    }
}

impl Wire for AuthenticationMD5Password {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Authentication(5))
    }

    fn encode(&self, _py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::Authentication::Md5Password { salt: self.salt }.encode(out)
    }
}

/// AuthenticationSASL: start SASL by one of these mechanisms, the preferred one first.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONSASL>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct AuthenticationSASL {
    #[pyo3(get)]
    pub(super) mechanisms: Py<PyTuple>,
}

#[pymethods]
impl AuthenticationSASL {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("mechanisms",)
    }

    #[new]
    fn new(py: Python<'_>, mechanisms: Texts) -> PyResult<PyClassInitializer<AuthenticationSASL>> {
        if strings(&mechanisms.0, py).iter().any(Vec::is_empty) {
            return Err(PyValueError::new_err("a SASL mechanism has a name"));
        }
        Ok(new(AuthenticationSASL { mechanisms: mechanisms.0 }))
    }
}

impl Wire for AuthenticationSASL {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Login(LoginStep::Authentication(10))
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let names = strings(&self.mechanisms, py).into_iter();
        let mechanisms = names.map(|name| PgStr::from(Bytes::from(name))).collect();
        proto::Authentication::Sasl { mechanisms }.encode(out)
    }
}

macro_rules! token_message {
    ($(#[$doc:meta])* $name:ident, $code:expr, $variant:ident) => {
        $(#[$doc])*
        #[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
        pub(super) struct $name {
            #[pyo3(get)]
            pub(super) data: Py<PyBytes>,
        }

        #[pymethods]
        impl $name {
            #[classattr]
            fn __match_args__() -> (&'static str,) {
                ("data",)
            }

            #[new]
            fn new(data: Blob) -> PyClassInitializer<$name> {
                new($name { data: data.0 })
            }
        }

        impl Wire for $name {
            const SIDE: Side = Side::Backend;

            fn step(&self, _py: Python<'_>) -> Step {
                Step::Login(LoginStep::Authentication($code))
            }

            fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
                let data = Bytes::copy_from_slice(self.data.as_bytes(py));
                proto::Authentication::$variant { data }.encode(out)
            }
        }
    };
}

token_message! {
    /// AuthenticationGSSContinue: a token of GSSAPI or SSPI.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONGSSCONTINUE>
    AuthenticationGSSContinue, 8, GssContinue
}
token_message! {
    /// AuthenticationSASLContinue: a challenge of the SASL mechanism.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONSASLCONTINUE>
    AuthenticationSASLContinue, 11, SaslContinue
}
token_message! {
    /// AuthenticationSASLFinal: the outcome of the SASL mechanism.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONSASLFINAL>
    AuthenticationSASLFinal, 12, SaslFinal
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<AuthenticationMD5Password>()?;
    module.add_class::<AuthenticationSASL>()?;
    module.add_class::<AuthenticationGSSContinue>()?;
    module.add_class::<AuthenticationSASLContinue>()?;
    module.add_class::<AuthenticationSASLFinal>()
}
