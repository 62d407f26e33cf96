//! Who may come in, and how they prove it.

use std::collections::{BTreeMap, HashMap};
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
    pub fn scram(mut users: Users) -> Auth {
        users.iterations = users.commonest_iterations();
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
    /// Whether the salts of passwords in clear come from the secret, too.
    derived: bool,
    /// The rounds that a user who does not exist seems to have.
    iterations: u32,
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
    /// What a stranger sees of a user who does not exist differs from one process to the next,
    /// which tells such users from those with a verifier in a file. Where the server has a
    /// certificate, [`with_secret`](Users::with_secret) is better.
    ///
    /// # Errors
    ///
    /// [`UsersError::Random`].
    pub fn new() -> Result<Users, UsersError> {
        let mut secret = [0; 32];
        random(&mut secret).map_err(UsersError::Random)?;
        Ok(Users { derived: false, ..Users::with_secret(secret) })
    }

    /// Nobody yet; the salts that strangers see, of users who do not exist and of passwords in
    /// clear, are derived from `secret`, so that they are the same after a restart and in another
    /// process.
    ///
    /// The secret must be random, as [`Tls::salt_secret`](crate::Tls::salt_secret) is. Made from
    /// passwords it would let every stranger try passwords without asking the server.
    pub fn with_secret(secret: [u8; 32]) -> Users {
        Users { verifiers: HashMap::new(), secret, derived: true, iterations: ITERATIONS }
    }

    /// Adds a user with a password in clear, or changes it.
    ///
    /// # Errors
    ///
    /// [`UsersError::Random`].
    pub fn password(mut self, user: &str, password: &str) -> Result<Users, UsersError> {
        let mut salt = [0; 16];
        match self.derived {
            // As for a user who does not exist: whoever looks sees no difference.
            true => salt.copy_from_slice(ScramVerifier::mock(user, &self.secret, 1).salt()),
            false => random(&mut salt).map_err(UsersError::Random)?,
        }
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
        known.unwrap_or_else(|| ScramVerifier::mock(user, &self.secret, self.iterations))
    }

    /// The rounds that most users have, and of equals the more: where one has others, he is the one
    /// who stands out.
    fn commonest_iterations(&self) -> u32 {
        let mut counts = BTreeMap::<u32, usize>::new();
        for verifier in self.verifiers.values() {
            *counts.entry(verifier.iterations()).or_default() += 1;
        }
        let commonest = counts.into_iter().max_by_key(|(iterations, count)| (*count, *iterations));
        commonest.map_or(ITERATIONS, |(iterations, _)| iterations)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn verifier(iterations: u32) -> String {
        ScramVerifier::from_password("secret", b"0123456789abcdef", iterations).secret()
    }

    fn scram(users: Users) -> Arc<Users> {
        match Auth::scram(users).0 {
            Method::Scram(users) => users,
            Method::Trust => panic!("it was SCRAM"),
        }
    }

    #[test]
    fn a_user_who_does_not_exist_has_the_commonest_iterations() {
        let list = |counts: &[u32]| {
            let lines = counts.iter().enumerate();
            let lines =
                lines.map(|(index, count)| format!("\"u{index}\" \"{}\"\n", verifier(*count)));
            let users = Users::new().and_then(|users| users.userlist(&lines.collect::<String>()));
            scram(users.expect("users")).verifier("nobody").iterations()
        };
        // Often: the order of a HashMap is another each time.
        for _ in 0..20 {
            assert_eq!(list(&[10, 20, 20, 30]), 20);
            assert_eq!(list(&[10, 10, 20, 20, 5]), 20);
        }
        assert_eq!(list(&[]), ITERATIONS);
    }

    #[test]
    fn salts_are_the_same_after_a_restart_where_a_secret_is() {
        let salts = |users: Result<Users, UsersError>| {
            let users = users.and_then(|users| users.password("ann", "secret"));
            let users = scram(users.expect("users"));
            ["ann", "nobody"].map(|user| users.verifier(user).salt().to_vec())
        };
        let kept = salts(Ok(Users::with_secret([7; 32])));
        assert_eq!(kept, salts(Ok(Users::with_secret([7; 32]))));
        assert_ne!(kept[0], kept[1]);
        let other = salts(Ok(Users::with_secret([8; 32])));
        let (once, again) = (salts(Users::new()), salts(Users::new()));
        for user in [0, 1] {
            assert_ne!(kept[user], other[user]);
            // Without one all of them change, so that none tells whether its user exists.
            assert_ne!(once[user], again[user]);
        }
    }
}
