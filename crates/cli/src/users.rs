//! Who may log in.

use std::fmt::Write as _;

use trunkline::{Auth, Users};

use crate::args::Serve;
use crate::failure::Failure;

/// How clients prove who they are, and the passwords that were made up for this run.
pub(crate) struct Logins {
    pub(crate) auth: Auth,
    pub(crate) made_up: Vec<(String, String)>,
    /// The user in the banner's examples.
    pub(crate) example: String,
}

/// Reads the users of flags and file; none at all means that everyone is believed.
pub(crate) fn logins(serve: &Serve) -> Result<Logins, Failure> {
    let mut made_up = Vec::new();
    if serve.user.is_empty() && serve.users_file.is_none() {
        return Ok(Logins { auth: Auth::trust(), made_up, example: "postgres".to_owned() });
    }
    let failed = |error: trunkline::UsersError| Failure::runtime(error.to_string());
    let mut users = Users::new().map_err(failed)?;
    let mut example = None;
    if let Some(path) = &serve.users_file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("cannot read the users file {}: {error}", path.display()))
        })?;
        users = users
            .userlist(&text)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        example = users.names().next().map(str::to_owned);
    }
    for user in &serve.user {
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, password.to_owned()),
            None => (user.as_str(), made_up_password()?),
        };
        if name.is_empty() || password.is_empty() {
            return Err(Failure::usage("--user needs NAME or NAME:PASSWORD"));
        }
        users = users.password(name, &password).map_err(failed)?;
        if !user.contains(':') {
            made_up.push((name.to_owned(), password));
        }
        example.get_or_insert_with(|| name.to_owned());
    }
    let example = example.ok_or_else(|| {
        Failure::usage("the users file names nobody: add a line \"name\" \"secret\"")
    })?;
    Ok(Logins { auth: Auth::scram(users), made_up, example })
}

/// A password of 120 random bits.
fn made_up_password() -> Result<String, Failure> {
    let mut bytes = [0_u8; 15];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::runtime(format!("no randomness for a password: {error}")))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
