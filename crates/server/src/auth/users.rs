//! Users and the secrets that verify their passwords.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::OnceLock;

use ring::hmac;
use subtle::ConstantTimeEq;
use trunkline_proto::auth::md5::Md5Verifier;
use trunkline_proto::auth::scram::ScramVerifier;
use zeroize::Zeroizing;

use super::Auth;
use super::userlist::{self, Line};
use crate::registry::random;

/// Users with what verifies their passwords; the passwords themselves are not kept.
///
/// Of a password in clear its SCRAM verifier is kept, and a tag by which
/// [`keeping`](Users::keeping) knows the password again: an HMAC by a random key that never leaves
/// the process and is used for nothing else. Who reads all memory can try passwords by the tag at
/// the cost of one hash rather than the verifier's 4096.
pub struct Users {
    secrets: HashMap<String, Secret>,
    /// Makes salts, and verifiers for users that do not exist, always the same for the same name.
    salt_secret: [u8; 32],
    /// Whether the salts of passwords in clear come from the secret, too.
    derived: bool,
    /// What a user who does not exist seems to have.
    usual: Usual,
    /// Who had verifiers before, until all users are there.
    before: Option<Auth>,
}

/// What is kept of a password.
enum Secret {
    Scram(ScramVerifier),
    Md5(Md5Verifier),
    /// A verifier that was made here, and by which its password is known again.
    Made(ScramVerifier, hmac::Tag),
}

impl Secret {
    fn verifier(&self) -> Option<&ScramVerifier> {
        match self {
            Secret::Scram(verifier) | Secret::Made(verifier, _) => Some(verifier),
            Secret::Md5(_) => None,
        }
    }
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
        Users { secrets: HashMap::new(), salt_secret: secret, derived: true, usual, before: None }
    }

    /// Has the verifiers of passwords in clear that `before` has, too, taken from there: to make one
    /// takes about a millisecond. Both must be of this process and have the same secret
    /// ([`with_secret`](Users::with_secret)); without it all are made anew.
    #[must_use]
    pub fn keeping(self, before: &Auth) -> Users {
        Users { before: Some(before.clone()), ..self }
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
        let told = self.tag(user, password)?;
        let kept = self.before.as_ref().and_then(|before| before.users().made(user));
        let kept = kept.filter(|(_, tag)| bool::from(tag.as_ref().ct_eq(told.as_ref())));
        let verifier = match kept {
            Some((verifier, _)) => verifier.clone(),
            None => ScramVerifier::from_password(password, &salt, ITERATIONS),
        };
        self.secrets.insert(user.to_owned(), Secret::Made(verifier, told));
        Ok(self)
    }

    /// What is the same for the same user, password and secret, in this process only.
    fn tag(&self, user: &str, password: &str) -> Result<hmac::Tag, UsersError> {
        let mut told = hmac::Context::with_key(tag_key()?);
        told.update(b"a password that has a verifier\0");
        told.update(&self.salt_secret);
        // A password may hold a NUL; of whose it is there is no doubt: tags are compared by user.
        for part in [user.as_bytes(), b"\0", password.as_bytes()] {
            told.update(part);
        }
        Ok(told.sign())
    }

    /// The verifier that was made from this user's password.
    fn made(&self, user: &str) -> Option<(&ScramVerifier, &hmac::Tag)> {
        match self.secrets.get(user) {
            Some(Secret::Made(verifier, tag)) => Some((verifier, tag)),
            _ => None,
        }
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
        self.before = None;
        for secret in self.secrets.values() {
            match secret.verifier() {
                Some(verifier) => *rounds.entry(verifier.iterations()).or_default() += 1,
                None => hashes += 1,
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
        self.secrets.get(user).and_then(Secret::verifier).cloned().unwrap_or(mock)
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
            Some(Secret::Scram(_) | Secret::Made(..)) | None => Challenge::Scram,
        }
    }

    /// Whether this is the user's password in clear; takes as long for one who does not exist.
    pub(super) fn know(&self, user: &str, password: &[u8]) -> bool {
        match self.secrets.get(user) {
            Some(Secret::Md5(hash)) => hash.verify_password(user, password),
            None if self.usual.md5 => {
                Md5Verifier::from_password("", "").verify_password(user, password) & false
            }
            Some(Secret::Scram(_) | Secret::Made(..)) | None => {
                self.verifier(user).verify_password(password)
            }
        }
    }
}

/// Random, made when it is first needed, and for tags of passwords alone.
fn tag_key() -> Result<&'static hmac::Key, UsersError> {
    static KEY: OnceLock<hmac::Key> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key);
    }
    let mut bytes = Zeroizing::new([0; 32]);
    random(bytes.as_mut_slice()).map_err(UsersError::Random)?;
    Ok(KEY.get_or_init(|| hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice())))
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

    /// Salts are public, and made by the same secret: no name may make one that tells of a tag.
    #[test]
    fn a_tag_is_not_made_by_the_secret_of_salts() {
        let users = Users::with_secret([7; 32]).password("salt", "secret").expect("users");
        let (_, tag) = users.made("salt").expect("a password in clear");
        // Of a user named as the password.
        let told = ScramVerifier::mock("secret", &[7; 32], 1);
        assert!(!tag.as_ref().starts_with(told.salt()));
    }

    #[test]
    fn the_verifier_of_a_password_that_stays_is_kept() {
        let users = |secret: [u8; 32]| Users::with_secret(secret);
        let list = "\"ann\" \"secret\"\n\"bob\" \"secret\"\n";
        let mut first = users([7; 32]).userlist(list).expect("users");
        for secret in first.secrets.values_mut() {
            // One that nobody would make, so that it is known again.
            let Secret::Made(verifier, _) = secret else { panic!("a password in clear") };
            *verifier = ScramVerifier::from_password("secret", b"0123456789abcdef", 1);
        }
        let first = Auth::scram(first);
        let rounds = |users: Users, line: &str| {
            let users = users.keeping(&first).userlist(line).expect("users").settled();
            ["ann", "bob"].map(|user| users.verifier(user).iterations())
        };
        assert_eq!(rounds(users([7; 32]), list), [1, 1]);
        let changed = "\"ann\" \"secret2\"\n\"bob\" \"secret\"\n";
        assert_eq!(rounds(users([7; 32]), changed), [ITERATIONS, 1]);
        assert_eq!(rounds(users([8; 32]), list), [ITERATIONS; 2]);
        // Kept once more, and nobody who is gone.
        let second = Auth::scram(users([7; 32]).keeping(&first).userlist(changed).expect("users"));
        let third = users([7; 32]).keeping(&second).userlist(list).expect("users").settled();
        assert_eq!(third.verifier("ann").iterations(), ITERATIONS);
        assert_eq!(third.verifier("bob").iterations(), 1);
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
