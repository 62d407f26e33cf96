//! Who may come in, and how they prove it.

mod callback;
mod certificate;
mod claim;
mod method;
mod prove;
mod rules;
mod userlist;
mod users;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use callback::{Attempt, Password};
pub use certificate::Certificate;
pub use rules::{Rules, RulesError, UserMaps};
pub use users::{Users, UsersError};

pub(crate) use claim::Origin;
pub(crate) use prove::prove;
pub(crate) use rules::UserMap;

use trunkline_core::Result;

use callback::Callback;
use method::Method;

use crate::oauth::OAuth;

/// How clients prove who they are; cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Guard>);

/// The rules, and the secrets that they ask for.
struct Guard {
    rules: Rules,
    users: Users,
}

impl Auth {
    /// Believes every client; for loopback and Unix sockets only.
    pub fn trust() -> Auth {
        Auth::new(Rules::everybody(Method::Trust), Users::with_secret([0; 32]))
    }

    /// SCRAM-SHA-256, and SCRAM-SHA-256-PLUS under TLS, for these users.
    ///
    /// Who has nothing but an MD5 hash cannot log in: see [`Users::only_md5`].
    pub fn scram(users: Users) -> Auth {
        Auth::new(Rules::everybody(Method::Scram), users)
    }

    /// OAUTHBEARER: clients present tokens that somebody else has made.
    pub fn oauth(oauth: OAuth) -> Auth {
        Auth::new(Rules::everybody(Method::OAuth(oauth)), Users::with_secret([0; 32]))
    }

    /// What the first rule says that fits a client, as in `pg_hba.conf`; who fits none is refused.
    ///
    /// Users need no secret where they are trusted or show a certificate.
    pub fn rules(rules: Rules, users: Users) -> Auth {
        Auth::new(rules, users)
    }

    /// What a function of the program says: `Ok` lets a client in, an error is what it hears.
    ///
    /// The function sees who the client says it is, where it comes from and the certificate it
    /// shows, and may ask for its password. It runs within
    /// [`Limits::login`](crate::Limits::login); a client that is gone is noticed afterwards.
    ///
    /// ```
    /// use trunkline::{Attempt, Auth};
    ///
    /// Auth::callback(async |mut attempt: Attempt| {
    ///     let is_known = attempt.user() == "ann" && attempt.password().await?.is("open sesame");
    ///     if is_known { Ok(()) } else { Err(attempt.wrong_password()) }
    /// });
    /// ```
    pub fn callback<F, V>(decide: F) -> Auth
    where
        F: Fn(Attempt) -> V + Send + Sync + 'static,
        V: Future<Output = Result<()>> + Send + 'static,
    {
        let method = Method::Callback(Callback::new(decide));
        Auth::new(Rules::everybody(method), Users::with_secret([0; 32]))
    }

    fn new(rules: Rules, users: Users) -> Auth {
        Auth(Arc::new(Guard { rules, users: users.settled() }))
    }

    fn users(&self) -> &Users {
        &self.0.users
    }

    /// Whether somebody at an address beyond this machine could be believed without a proof.
    pub(crate) fn believes_strangers(&self) -> bool {
        self.0.rules.believe_strangers()
    }

    /// The line of the first rule for clients with TLS.
    pub(crate) fn first_rule_of_tls(&self) -> Option<usize> {
        self.0.rules.first_of_tls()
    }

    /// Whether some clients have to show a certificate.
    pub(crate) fn asks_for_certificates(&self) -> bool {
        self.0.rules.ask_for_certificates()
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("rules", &self.0.rules).finish_non_exhaustive()
    }
}
