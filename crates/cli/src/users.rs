//! Who may log in.

use std::fmt::Write as _;

use trunkline::{Auth, Tls, Users, UsersError};

use crate::args::Serve;
use crate::failure::Failure;
use crate::private;

/// Holds the password of the one user whose password is not said.
const PASSWORD: &str = "TRUNKLINE_PASSWORD";

/// How clients prove who they are, and the passwords that were made up for this run.
pub(crate) struct Logins {
    pub(crate) auth: Auth,
    pub(crate) made_up: Vec<(String, String)>,
    /// The user in the banner's examples.
    pub(crate) example: String,
    pub(crate) warning: Option<String>,
}

/// Reads the users of flags and file; none at all means that everyone is believed.
pub(crate) fn logins(serve: &Serve, tls: Option<&Tls>) -> Result<Logins, Failure> {
    let mut given = given_password(serve)?;
    let mut made_up = Vec::new();
    if serve.user.is_empty() && serve.users_file.is_none() {
        let example = "postgres".to_owned();
        return Ok(Logins { auth: Auth::trust(), made_up, example, warning: None });
    }
    let failed = |error: UsersError| Failure::runtime(error.to_string());
    let mut users = match tls {
        Some(tls) => Users::with_secret(tls.salt_secret()),
        None => Users::new().map_err(failed)?,
    };
    let mut example = None;
    if let Some(path) = &serve.users_file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("cannot read the users file {}: {error}", path.display()))
        })?;
        private::check(path, "holds secrets of users")?;
        users = users
            .userlist(&text)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        // The first by name, so that the banner is the same each time.
        example = users.names().min().map(str::to_owned);
    }
    let mut visible = None;
    for user in &serve.user {
        let (name, said) = match user.split_once(':') {
            Some((name, password)) => (name, Some(password.to_owned())),
            None => (user.as_str(), given.take()),
        };
        if name.is_empty() || said.as_deref() == Some("") {
            return Err(Failure::usage("--user needs NAME or NAME:PASSWORD"));
        }
        if user.contains(':') {
            visible.get_or_insert(name);
        }
        let password = match said {
            Some(password) => password,
            None => {
                let password = made_up_password()?;
                made_up.push((name.to_owned(), password.clone()));
                password
            }
        };
        users = users.password(name, &password).map_err(failed)?;
        example.get_or_insert_with(|| name.to_owned());
    }
    let example = example.ok_or_else(|| {
        Failure::usage("the users file names nobody: add a line \"name\" \"secret\"")
    })?;
    let warning = visible.filter(|_| serve.users_are_visible).map(|name| {
        format!(
            "everybody on this machine can read the password of {name} in the list of processes: say --user {name} with {PASSWORD} in the environment, or --users-file FILE"
        )
    });
    Ok(Logins { auth: Auth::scram(users), made_up, example, warning })
}

/// The password in the environment, if it is clear whose it is.
fn given_password(serve: &Serve) -> Result<Option<String>, Failure> {
    let Some(password) = std::env::var_os(PASSWORD) else { return Ok(None) };
    let password = password.into_string().ok().filter(|password| !password.is_empty());
    let password =
        password.ok_or_else(|| Failure::usage(format!("{PASSWORD} is empty or is no UTF-8")))?;
    match serve.user.iter().filter(|user| !user.contains(':')).count() {
        1 => Ok(Some(password)),
        0 => Err(Failure::usage(format!(
            "{PASSWORD} is set, but it is nobody's: say --user NAME, or unset it"
        ))),
        _ => Err(Failure::usage(format!(
            "{PASSWORD} is for one --user NAME: write the others into a file for --users-file"
        ))),
    }
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
