//! Who may come in, and how they prove it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use trunkline_proto::auth::scram::ScramVerifier;

use crate::registry::random;

/// How clients prove who they are.
#[derive(Clone)]
pub struct Auth(pub(crate) Method);

#[derive(Clone)]
pub(crate) enum Method {
    Trust,
    Scram(Arc<Users>),
}

impl Auth {
    /// Believes every client; for loopback and Unix sockets only.
    pub fn trust() -> Auth {
        Auth(Method::Trust)
    }

    /// SCRAM-SHA-256, and SCRAM-SHA-256-PLUS under TLS, for these users.
    pub fn scram(users: Users) -> Auth {
        Auth(Method::Scram(Arc::new(users)))
    }

    /// Whether every client is believed.
    pub fn is_trust(&self) -> bool {
        matches!(self.0, Method::Trust)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Method::Trust => "Auth::trust",
            Method::Scram(_) => "Auth::scram",
        })
    }
}

/// Users with what verifies their passwords; the passwords themselves are not kept.
pub struct Users {
    verifiers: HashMap<String, ScramVerifier>,
    /// Makes up verifiers for users that do not exist, always the same for the same name.
    secret: [u8; 32],
}

/// Why users cannot be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum UsersError {
    /// A line of a users file that is not `"name" "secret"`.
    Line {
        /// Its number, starting with 1.
        number: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The operating system has no randomness to give.
    Random(std::io::Error),
}

impl fmt::Display for UsersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UsersError::Line { number, why } => write!(f, "line {number}: {why}"),
            UsersError::Random(error) => write!(f, "no randomness: {error}"),
        }
    }
}

impl std::error::Error for UsersError {}

/// The rounds of the hash in verifiers made here, as in PostgreSQL.
const ITERATIONS: u32 = 4096;

impl Users {
    /// Nobody yet.
    ///
    /// # Errors
    ///
    /// [`UsersError::Random`].
    pub fn new() -> Result<Users, UsersError> {
        let mut secret = [0; 32];
        random(&mut secret).map_err(UsersError::Random)?;
        Ok(Users { verifiers: HashMap::new(), secret })
    }

    /// Adds a user with a password in clear, or changes it.
    ///
    /// # Errors
    ///
    /// [`UsersError::Random`].
    pub fn password(mut self, user: &str, password: &str) -> Result<Users, UsersError> {
        let mut salt = [0; 16];
        random(&mut salt).map_err(UsersError::Random)?;
        let verifier = ScramVerifier::from_password(password, &salt, ITERATIONS);
        self.verifiers.insert(user.to_owned(), verifier);
        Ok(self)
    }

    /// Adds the users of a file in the form of PgBouncer's `userlist.txt`: a line each of
    /// `"name" "secret"`, where the secret is a SCRAM verifier as in `pg_authid.rolpassword`, or a
    /// password in clear. Quotes within are doubled; lines that start with `;` or `#` are comments.
    ///
    /// # Errors
    ///
    /// [`UsersError::Line`] for a line of another form.
    pub fn userlist(mut self, text: &str) -> Result<Users, UsersError> {
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with([';', '#']) {
                continue;
            }
            let wrong = |why| UsersError::Line { number: index + 1, why };
            let (user, rest) =
                quoted(line).ok_or_else(|| wrong("expected \"name\" in double quotes"))?;
            let (secret, _) = quoted(rest.trim_start())
                .ok_or_else(|| wrong("expected \"secret\" in double quotes after the name"))?;
            if secret.starts_with("SCRAM-SHA-256$") {
                let verifier = ScramVerifier::parse(&secret)
                    .ok_or_else(|| wrong("the SCRAM verifier is malformed"))?;
                self.verifiers.insert(user, verifier);
            } else if secret.starts_with("md5") && secret.len() == 35 {
                return Err(wrong("MD5 secrets are not accepted: make a SCRAM verifier"));
            } else {
                self = self.password(&user, &secret)?;
            }
        }
        Ok(self)
    }

    /// The users' names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.verifiers.keys().map(String::as_str)
    }

    /// What verifies this user; for one that does not exist something that looks the same and
    /// fits no password.
    pub(crate) fn verifier(&self, user: &str) -> ScramVerifier {
        let known = self.verifiers.get(user).cloned();
        known.unwrap_or_else(|| {
            let iterations = self.verifiers.values().next().map(ScramVerifier::iterations);
            ScramVerifier::mock(user, &self.secret, iterations.unwrap_or(ITERATIONS))
        })
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users").field("count", &self.verifiers.len()).finish_non_exhaustive()
    }
}

/// A string in double quotes at the start of `text`, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut value = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        value.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}
