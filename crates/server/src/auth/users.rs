//! Users and the secrets that verify their passwords.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use trunkline_proto::auth::md5::Md5Verifier;
use trunkline_proto::auth::scram::ScramVerifier;

use super::userlist::{self, Line};
use crate::registry::random;

/// Users with what verifies their passwords; the passwords themselves are not kept.
pub struct Users {
    secrets: HashMap<String, Secret>,
    /// Makes salts, and verifiers for users that do not exist, always the same for the same name.
    salt_secret: [u8; 32],
    /// Whether the salts of passwords in clear come from the secret, too.
    derived: bool,
    /// What a user who does not exist seems to have.
    usual: Usual,
}

/// What is kept of a password.
enum Secret {
    Scram(ScramVerifier),
    Md5(Md5Verifier),
}

/// What most users have.
struct Usual {
    /// The rounds of the hash in their SCRAM verifiers.
    iterations: u32,
    /// Whether it is an MD5 hash rather than a verifier.
    md5: bool,
}

/// What the method `md5` asks of a user.
pub(super) enum Challenge {
    /// The answer to an MD5 salt; none is right where there is no hash.
    Md5(Option<Md5Verifier>),
    Scram,
}

/// Why users cannot be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum UsersError {
    /// A line of a users file that is not `"name" "secret"`, or says another secret of a user.
    Line {
        /// Its number, starting with 1.
        number: usize,
        /// What is wrong with it.
        why: String,
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
    /// The most rounds of a verifier's hash that are taken: more would let strangers keep the
    /// processor busy where passwords come in clear, and many clients do no more.
    pub const MAX_ITERATIONS: u32 = 100_000;

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
        let usual = Usual { iterations: ITERATIONS, md5: false };
        Users { secrets: HashMap::new(), salt_secret: secret, derived: true, usual }
    }

    /// Adds a user with a password in clear, or changes it. With an empty one nobody can log in,
    /// as in PostgreSQL.
    ///
    /// # Errors
    ///
    /// [`UsersError::Random`].
    pub fn password(mut self, user: &str, password: &str) -> Result<Users, UsersError> {
        if password.is_empty() {
            self.secrets.remove(user);
            return Ok(self);
        }
        let mut salt = [0; 16];
        match self.derived {
            // As for a user who does not exist: whoever looks sees no difference.
            true => salt.copy_from_slice(ScramVerifier::mock(user, &self.salt_secret, 1).salt()),
            false => random(&mut salt).map_err(UsersError::Random)?,
        }
        let verifier = ScramVerifier::from_password(password, &salt, ITERATIONS);
        self.secrets.insert(user.to_owned(), Secret::Scram(verifier));
        Ok(self)
    }

    /// Adds the users of a file in the form of PgBouncer's `userlist.txt`: a line each of
    /// `"name" "secret"`. The secret is a SCRAM verifier or an MD5 hash as in
    /// `pg_authid.rolpassword`, or a password in clear. Quotes within are doubled; more fields in
    /// quotes are ignored; lines that start with `;` or `#` are comments.
    ///
    /// # Errors
    ///
    /// [`UsersError::Line`] for a line of another form, and for a user's second line with another
    /// secret, which PgBouncer takes in silence.
    pub fn userlist(mut self, text: &str) -> Result<Users, UsersError> {
        for Line { number, user, secret } in userlist::lines(text)? {
            let wrong = |why: &str| UsersError::Line { number, why: why.to_owned() };
            if secret.starts_with("SCRAM-SHA-256$") {
                let verifier = ScramVerifier::parse(&secret)
                    .ok_or_else(|| wrong("the SCRAM verifier is malformed"))?;
                if verifier.iterations() > Users::MAX_ITERATIONS {
                    return Err(wrong("the SCRAM verifier has more than 100000 iterations"));
                }
                self.secrets.insert(user, Secret::Scram(verifier));
            } else if let Some(hash) = Md5Verifier::parse(&secret) {
                self.secrets.insert(user, Secret::Md5(hash));
            } else {
                self = self.password(&user, &secret)?;
            }
        }
        Ok(self)
    }

    /// The users' names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// The users who can log in by the methods `md5` and `password` only, in no order: their secret
    /// is an MD5 hash.
    pub fn only_md5(&self) -> impl Iterator<Item = &str> {
        let hashed = self.secrets.iter().filter(|(_, secret)| matches!(secret, Secret::Md5(_)));
        hashed.map(|(user, _)| user.as_str())
    }

    /// Knows what most users have, now that all are there.
    pub(super) fn settled(mut self) -> Users {
        let (mut rounds, mut hashes) = (BTreeMap::<u32, usize>::new(), 0);
        for secret in self.secrets.values() {
            match secret {
                Secret::Scram(verifier) => *rounds.entry(verifier.iterations()).or_default() += 1,
                Secret::Md5(_) => hashes += 1,
            }
        }
        self.usual.md5 = hashes > rounds.values().sum::<usize>();
        // Of equals the more: where one has others, he is the one who stands out.
        let commonest = rounds.into_iter().max_by_key(|(rounds, count)| (*count, *rounds));
        self.usual.iterations = commonest.map_or(ITERATIONS, |(rounds, _)| rounds);
        self
    }

    /// What verifies this user's proof; for one without a verifier something that looks the same
    /// and fits no password.
    pub(super) fn verifier(&self, user: &str) -> ScramVerifier {
        // Made for everybody: the time that it takes would tell who exists.
        let mock = std::hint::black_box(self.mock(user));
        match self.secrets.get(user) {
            Some(Secret::Scram(verifier)) => verifier.clone(),
            _ => mock,
        }
    }

    /// What looks like a verifier and fits no password.
    pub(super) fn mock(&self, user: &str) -> ScramVerifier {
        ScramVerifier::mock(user, &self.salt_secret, self.usual.iterations)
    }

    /// How the method `md5` goes on: who does not exist is asked what most users are.
    pub(super) fn challenge(&self, user: &str) -> Challenge {
        match self.secrets.get(user) {
            Some(Secret::Md5(hash)) => Challenge::Md5(Some(hash.clone())),
            None if self.usual.md5 => Challenge::Md5(None),
            Some(Secret::Scram(_)) | None => Challenge::Scram,
        }
    }

    /// Whether this is the user's password in clear; takes as long for one who does not exist.
    pub(super) fn know(&self, user: &str, password: &[u8]) -> bool {
        match self.secrets.get(user) {
            Some(Secret::Md5(hash)) => hash.verify_password(user, password),
            None if self.usual.md5 => {
                Md5Verifier::from_password("", "").verify_password(user, password) & false
            }
            Some(Secret::Scram(_)) | None => self.verifier(user).verify_password(password),
        }
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users").field("count", &self.secrets.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verifier(iterations: u32) -> String {
        ScramVerifier::from_password("secret", b"0123456789abcdef", iterations).secret()
    }

    #[test]
    fn a_user_who_does_not_exist_has_the_commonest_iterations() {
        let list = |counts: &[u32]| {
            let lines = counts.iter().enumerate();
            let lines =
                lines.map(|(index, count)| format!("\"u{index}\" \"{}\"\n", verifier(*count)));
            let users = Users::new().and_then(|users| users.userlist(&lines.collect::<String>()));
            users.expect("users").settled().verifier("nobody").iterations()
        };
        // Often: the order of a HashMap is another each time.
        for _ in 0..20 {
            assert_eq!(list(&[10, 20, 20, 30]), 20);
            assert_eq!(list(&[10, 10, 20, 20, 5]), 20);
        }
        assert_eq!(list(&[]), ITERATIONS);
    }

    /// Where a password comes in clear, the server computes as long as the file says.
    #[test]
    fn a_verifier_that_takes_too_long_is_refused() {
        let list = |count: u32| {
            let line =
                format!("\"ann\" \"{}\"", verifier(1).replacen("$1:", &format!("${count}:"), 1));
            Users::new().and_then(|users| users.userlist(&line))
        };
        assert!(list(Users::MAX_ITERATIONS).is_ok());
        let error = list(Users::MAX_ITERATIONS + 1).expect_err("too many");
        assert_eq!(error.to_string(), "line 1: the SCRAM verifier has more than 100000 iterations");
    }

    #[test]
    fn salts_are_the_same_after_a_restart_where_a_secret_is() {
        let salts = |users: Result<Users, UsersError>| {
            let users = users.and_then(|users| users.password("ann", "secret"));
            let users = users.expect("users").settled();
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
