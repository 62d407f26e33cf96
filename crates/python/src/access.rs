//! Who may come in: users, rules, certificates, or what Python code decides.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::{PyOSError, PyPermissionError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use trunkline::{Attachment, Attempt, Auth, Rules, SqlState, Tls, UserMaps, Users};

use crate::asking::Asker;
use crate::call::Call;
use crate::error;

/// What the user said of it, as `trunkline._handlers.Access` has it.
#[derive(FromPyObject)]
pub(crate) struct Access {
    users: BTreeMap<String, String>,
    users_file: Option<PathBuf>,
    hba: Option<String>,
    ident: Option<String>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    client_ca: Option<PathBuf>,
    /// Decides of a login; `None` lets everybody in whom the rest lets in.
    authenticate: Option<Py<PyAny>>,
}

impl Access {
    /// How clients prove who they are, and the certificate they see. What is as `before` need not be computed again.
    ///
    /// # Errors
    ///
    /// OSError for files that cannot be read, ValueError for what is wrong in them.
    pub(crate) fn load(
        &self,
        py: Python<'_>,
        asker: &Asker,
        before: Option<&Auth>,
    ) -> PyResult<(Auth, Option<Tls>)> {
        let tls = self.tls()?;
        if let Some(decide) = &self.authenticate {
            if !self.users.is_empty() || self.users_file.is_some() || self.hba.is_some() {
                let message = "authenticate decides alone: leave out users, users_file and hba";
                return Err(PyValueError::new_err(message));
            }
            return Ok((called(decide.clone_ref(py), asker.clone()), tls));
        }
        if self.users.is_empty() && self.users_file.is_none() && self.hba.is_none() {
            return Ok((Auth::trust(), tls));
        }
        let wrong = |error: &dyn std::fmt::Display| PyValueError::new_err(error.to_string());
        let mut users = match &tls {
            Some(tls) => Users::with_secret(tls.salt_secret()),
            None => Users::new().map_err(|error| wrong(&error))?,
        };
        if let Some(before) = before {
            users = users.keeping(before);
        }
        if let Some(path) = &self.users_file {
            let text = std::fs::read_to_string(path)?;
            users = users.userlist(&text).map_err(|error| wrong(&error))?;
        }
        // Each takes some milliseconds of hashing.
        users = py
            .detach(|| {
                self.users
                    .iter()
                    .try_fold(users, |users, (name, password)| users.password(name, password))
            })
            .map_err(|error| wrong(&error))?;
        let Some(rules) = &self.hba else { return Ok((Auth::scram(users), tls)) };
        let maps = match &self.ident {
            Some(text) => UserMaps::parse(text).map_err(|error| wrong(&error))?,
            None => UserMaps::default(),
        };
        let rules = Rules::parse(rules, &maps).map_err(|error| wrong(&error))?;
        Ok((Auth::rules(rules, users), tls))
    }

    fn tls(&self) -> PyResult<Option<Tls>> {
        let (certificate, key) = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => (certificate, key),
            (None, None) => return Ok(None),
            _ => return Err(PyValueError::new_err("TLS needs both a certificate and its key")),
        };
        let failed =
            |error: trunkline::TlsError| PyOSError::new_err(format!("cannot offer TLS: {error}"));
        let tls = Tls::from_pem_files(certificate, key).map_err(failed)?;
        Ok(Some(match &self.client_ca {
            Some(authorities) => tls.with_client_authorities_of(authorities).map_err(failed)?,
            None => tls,
        }))
    }
}

/// A login on which Python code decides.
#[pyclass(frozen, module = "trunkline")]
pub(crate) struct Login {
    #[pyo3(get)]
    user: String,
    #[pyo3(get)]
    database: String,
    #[pyo3(get)]
    address: Option<(String, u16)>,
    #[pyo3(get)]
    encrypted: bool,
    #[pyo3(get)]
    server_name: Option<String>,
    #[pyo3(get)]
    password: String,
    attachment: Attachment,
}

#[pymethods]
impl Login {
    /// Leaves what the connection's calls are to be found in, if it is let in.
    fn _attach(&self, instance: Py<PyAny>) -> PyResult<()> {
        let left = self.attachment.set(instance);
        left.map_err(|_| PyRuntimeError::new_err("something was left for this connection already"))
    }
}

/// Asks Python code, which hears the password.
fn called(decide: Py<PyAny>, asker: Asker) -> Auth {
    let decide = Arc::new(decide);
    Auth::callback(move |mut attempt: Attempt| {
        let (decide, asker) = (decide.clone(), asker.clone());
        async move {
            let password = attempt.password().await?.as_bytes();
            let password = String::from_utf8_lossy(password).into_owned();
            let login = Login {
                user: attempt.user().to_owned(),
                database: attempt.database().to_owned(),
                address: attempt
                    .address()
                    .map(|address| (address.ip().to_string(), address.port())),
                encrypted: attempt.is_encrypted(),
                server_name: attempt.server_name().map(str::to_owned),
                password,
                attachment: attempt.attachment().clone(),
            };
            let call = Arc::new(Call::default());
            let is_welcome = asker.ask(
                &call,
                move |py| decide.bind(py).call1((login,)),
                |py, said, tell| {
                    // Only what is True lets in: a None that somebody forgot to replace does not.
                    let welcome = said.extract::<bool>();
                    let _ = tell.send(welcome.map_err(|raised| error::answer(py, &raised)));
                },
            );
            match is_welcome.await {
                Ok(true) => Ok(()),
                Ok(false) => Err(attempt.wrong_password()),
                // What went wrong is told to the log, not to a stranger.
                Err(error) if error.sqlstate() == SqlState::INTERNAL_ERROR => {
                    Err(attempt.wrong_password())
                }
                Err(error) => Err(error),
            }
        }
    })
}

/// A refusal to listen, as Python knows it.
pub(crate) fn refused(error: &std::io::Error) -> PyErr {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => PyPermissionError::new_err(format!(
            "{error}; give users= and tls=, or insecure=True if you mean it"
        )),
        _ => PyOSError::new_err(error.to_string()),
    }
}
