//! Users of the command line, and their passwords.

use std::fmt::Write as _;

use crate::args::Serve;
use crate::failure::Failure;

/// Holds the password of the one user whose password is not said.
const PASSWORD: &str = "TRUNKLINE_PASSWORD";

/// The users of `--user`, who stay the same while the program runs.
pub(crate) struct Logins {
    /// Their names and passwords.
    pub(crate) passwords: Vec<(String, String)>,
    /// Those whose passwords were made up for this run.
    pub(crate) made_up: Vec<(String, String)>,
    pub(crate) warning: Option<String>,
}

impl Logins {
    /// Reads the users of the flags.
    pub(crate) fn new(serve: &Serve) -> Result<Logins, Failure> {
        let mut given = given_password(serve)?;
        let (mut passwords, mut made_up, mut visible) = (Vec::new(), Vec::new(), None);
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
            passwords.push((name.to_owned(), password));
        }
        let warning = visible.filter(|_| serve.users_are_visible).map(|name| {
            format!(
                "everybody on this machine can read the password of {name} in the list of processes: say --user {name} with {PASSWORD} in the environment, or --users-file FILE"
            )
        });
        Ok(Logins { passwords, made_up, warning })
    }
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
