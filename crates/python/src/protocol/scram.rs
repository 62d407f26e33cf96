//! SCRAM-SHA-256 for both sides, and the hash of the `md5` method.

use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    types::{PyBytes, PyTuple},
};
use trunkline_proto::{
    PeerError, SqlState,
    auth::{
        md5::Md5Verifier,
        scram::{
            Binding, BindingPolicy, NONCE_LENGTH, ScramClient as Client, ScramClientFinal,
            ScramFailure, ScramServer as Server, ScramServerFinal, ScramVerifier as Verifier,
        },
    },
};

use super::{
    authentication::{AuthenticationSASL, AuthenticationSASLContinue, AuthenticationSASLFinal},
    connection::{local_error, remote_error},
    field::{Blob, Text, strings, text, written},
    message::made,
    password::{SASLInitialResponse, SASLResponse},
};

/// Random bytes: those given, else the operating system's.
fn random(py: Python<'_>, given: Option<Blob>, length: usize) -> PyResult<Vec<u8>> {
    match given {
        Some(bytes) => Ok(bytes.0.as_bytes(py).to_vec()),
        None => {
            py.import(intern!(py, "secrets"))?.call_method1("token_bytes", (length,))?.extract()
        }
    }
}

fn nonce(py: Python<'_>, given: Option<Blob>) -> PyResult<[u8; NONCE_LENGTH]> {
    let bytes = random(py, given, NONCE_LENGTH)?;
    bytes.try_into().map_err(|_| PyValueError::new_err("a nonce has 18 bytes"))
}

/// The certificate that the server presents, DER; None without TLS.
fn binding(py: Python<'_>, certificate: Option<Blob>) -> Binding {
    certificate.map_or(Binding::None, |bytes| Binding::of_certificate(bytes.0.as_bytes(py)))
}

fn out_of_turn(py: Python<'_>) -> PyErr {
    local_error(py, "this step of SCRAM is over, or not begun")
}

/// The client's side of one login by SCRAM-SHA-256.
///
/// `mechanisms` are those of AuthenticationSASL. `certificate` (DER) is the server's, for channel
/// binding under TLS; `channel_binding` is libpq's setting.
///
/// <https://www.postgresql.org/docs/18/sasl-authentication.html>
#[pyclass(module = "trunkline.protocol")]
pub(super) struct ScramClient {
    mechanism: &'static str,
    first: Option<Client>,
    last: Option<ScramClientFinal>,
}

#[pymethods]
impl ScramClient {
    #[new]
    #[pyo3(signature = (mechanisms, *, certificate = None, channel_binding = "prefer", nonce = None))]
    fn new(
        py: Python<'_>,
        mechanisms: super::field::Texts,
        certificate: Option<Blob>,
        channel_binding: &str,
        nonce: Option<Blob>,
    ) -> PyResult<ScramClient> {
        let policy = match channel_binding {
            "disable" => BindingPolicy::Disable,
            "prefer" => BindingPolicy::Prefer,
            "require" => BindingPolicy::Require,
            _ => {
                let message = "channel_binding is 'disable', 'prefer' or 'require'";
                return Err(PyValueError::new_err(message));
            }
        };
        let offered = strings(&mechanisms.0, py);
        let offered = offered.iter().map(Vec::as_slice);
        let (binding, nonce) = (binding(py, certificate), self::nonce(py, nonce)?);
        let client = Client::new(offered, policy, &binding, nonce);
        let client = client.map_err(|error| remote_error(py, &error, false))?;
        Ok(ScramClient { mechanism: client.mechanism(), first: Some(client), last: None })
    }

    /// The first message.
    fn first(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let first = self.first.as_ref().ok_or_else(|| out_of_turn(py))?;
        let data = Some(PyBytes::new(py, &first.first()).unbind());
        made(py, SASLInitialResponse { mechanism: text(py, self.mechanism.as_bytes())?, data })
    }

    /// The answer to the server's challenge: the proof that we know the password.
    fn respond(
        &mut self,
        py: Python<'_>,
        challenge: &Bound<'_, AuthenticationSASLContinue>,
        password: Text,
    ) -> PyResult<Py<PyAny>> {
        let first = self.first.take().ok_or_else(|| out_of_turn(py))?;
        let data = challenge.get().data.as_bytes(py);
        let password = written(&password.0, py).into_owned();
        // Thousands of hashes: others may run meanwhile.
        let answer = py.detach(|| first.respond(data, password));
        let (answer, last) = answer.map_err(|error| remote_error(py, &error, false))?;
        self.last = Some(last);
        made(py, SASLResponse { data: PyBytes::new(py, &answer).unbind() })
    }

    /// Checks that the server knows the password too; a RemoteProtocolError if it does not.
    fn finish(
        &mut self,
        py: Python<'_>,
        outcome: &Bound<'_, AuthenticationSASLFinal>,
    ) -> PyResult<()> {
        let last = self.last.take().ok_or_else(|| out_of_turn(py))?;
        let finished = last.finish(outcome.get().data.as_bytes(py));
        finished.map_err(|error| remote_error(py, &error, false))
    }
}

/// What a server keeps instead of a password: the form in `pg_authid.rolpassword`.
#[pyclass(frozen, module = "trunkline.protocol")]
pub(super) struct ScramVerifier {
    verifier: Verifier,
}

#[pymethods]
impl ScramVerifier {
    /// The verifier of a password, prepared by SASLprep; the salt is random if none is given.
    #[staticmethod]
    #[pyo3(signature = (password, *, salt = None, iterations = 4096))]
    fn from_password(
        py: Python<'_>,
        password: Text,
        salt: Option<Blob>,
        iterations: u32,
    ) -> PyResult<ScramVerifier> {
        let (salt, password) = (random(py, salt, 16)?, written(&password.0, py).into_owned());
        let verifier = py.detach(|| Verifier::from_password(password, &salt, iterations));
        Ok(ScramVerifier { verifier })
    }

    /// Reads `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`; a `ValueError` if it is not that.
    #[staticmethod]
    fn parse(secret: &str) -> PyResult<ScramVerifier> {
        let verifier = Verifier::parse(secret);
        let verifier =
            verifier.ok_or_else(|| PyValueError::new_err("this is no SCRAM verifier"))?;
        Ok(ScramVerifier { verifier })
    }

    /// A verifier for a user who does not exist, so that nobody can tell: no proof ever fits.
    ///
    /// `key` is random and always the same, `iterations` what real users have.
    #[staticmethod]
    #[pyo3(signature = (user, key, *, iterations = 4096))]
    fn mock(py: Python<'_>, user: &str, key: Blob, iterations: u32) -> ScramVerifier {
        ScramVerifier { verifier: Verifier::mock(user, key.0.as_bytes(py), iterations) }
    }

    /// The form in `pg_authid.rolpassword`. A secret: whoever has it can play the server.
    fn secret(&self) -> String {
        self.verifier.secret()
    }
}

/// The server's side of one login by SCRAM-SHA-256.
///
/// `certificate` (DER) is what we present under TLS, for channel binding.
///
/// <https://www.postgresql.org/docs/18/sasl-authentication.html>
#[pyclass(module = "trunkline.protocol")]
pub(super) struct ScramServer {
    mechanisms: Py<PyTuple>,
    first: Option<Server>,
    last: Option<ScramServerFinal>,
}

#[pymethods]
impl ScramServer {
    #[new]
    #[pyo3(signature = (verifier, *, certificate = None, nonce = None))]
    fn new(
        py: Python<'_>,
        verifier: &ScramVerifier,
        certificate: Option<Blob>,
        nonce: Option<Blob>,
    ) -> PyResult<ScramServer> {
        let (nonce, binding) = (self::nonce(py, nonce)?, binding(py, certificate));
        let server = Server::new(verifier.verifier.clone(), nonce, binding);
        let mechanisms = PyTuple::new(py, server.mechanisms())?.unbind();
        Ok(ScramServer { mechanisms, first: Some(server), last: None })
    }

    /// The request that offers the mechanisms.
    fn request(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        made(py, AuthenticationSASL { mechanisms: self.mechanisms.clone_ref(py) })
    }

    /// The challenge that answers the client's first message.
    fn challenge(
        &mut self,
        py: Python<'_>,
        response: &Bound<'_, SASLInitialResponse>,
    ) -> PyResult<Py<PyAny>> {
        let first = self.first.take().ok_or_else(|| out_of_turn(py))?;
        let response = response.get();
        let data = response.data.as_ref().map(|data| data.as_bytes(py)).unwrap_or_default();
        let answer = first.first(&written(&response.mechanism, py), data);
        let (answer, last) = answer.map_err(|error| remote_error(py, &error, true))?;
        self.last = Some(last);
        made(py, AuthenticationSASLContinue { data: PyBytes::new(py, &answer).unbind() })
    }

    /// Checks the proof: the outcome to send before AuthenticationOk. A RemoteProtocolError whose
    /// SQLSTATE is 28P01 if it is the wrong password.
    fn finish(
        &mut self,
        py: Python<'_>,
        response: &Bound<'_, SASLResponse>,
    ) -> PyResult<Py<PyAny>> {
        let last = self.last.take().ok_or_else(|| out_of_turn(py))?;
        let outcome = last.finish(response.get().data.as_bytes(py)).map_err(|failure| {
            let error = match failure {
                ScramFailure::Broken(error) => error,
                ScramFailure::WrongPassword => {
                    PeerError::fatal(SqlState::INVALID_PASSWORD, "password authentication failed")
                }
            };
            remote_error(py, &error, true)
        })?;
        made(py, AuthenticationSASLFinal { data: PyBytes::new(py, &outcome).unbind() })
    }
}

/// What a client answers to AuthenticationMD5Password: the password for a PasswordMessage.
#[pyfunction]
fn md5_password(py: Python<'_>, user: &str, password: Text, salt: Blob) -> PyResult<String> {
    let salt = salt.0.as_bytes(py).try_into();
    let salt = salt.map_err(|_| PyValueError::new_err("a salt has 4 bytes"))?;
    Ok(Md5Verifier::from_password(user, written(&password.0, py)).response(salt))
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ScramClient>()?;
    module.add_class::<ScramServer>()?;
    module.add_class::<ScramVerifier>()?;
    module.add_function(wrap_pyfunction!(md5_password, module)?)
}
