//! Rules in the form of `pg_hba.conf`: the first that fits a client says how it proves itself.

mod line;
mod map;
mod network;
mod token;

use std::fmt;
use std::sync::Arc;

use trunkline_proto::backend::Replication;

use super::certificate::Certified;
use super::claim::Claim;
use super::method::Method;
pub use map::UserMaps;
use network::Network;

use crate::oauth::{Judge, TokenValidator};

pub(crate) use map::UserMap;

/// Which clients prove themselves how: the first rule that fits a client counts.
#[derive(Debug)]
pub struct Rules(Vec<Rule>);

/// Why a file of rules or of maps cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RulesError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it and what would be right.
    pub message: String,
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for RulesError {}

/// One line of the file.
#[derive(Debug)]
pub(super) struct Rule {
    /// Its number; 0 for a rule that stands in no file.
    pub(super) line: usize,
    source: Source,
    databases: Vec<Database>,
    users: Vec<User>,
    pub(super) method: Method,
    pub(super) certified: Certified,
}

/// Where clients come from that a rule is about.
#[derive(Debug)]
enum Source {
    Anywhere,
    /// A Unix socket.
    Local,
    Host {
        /// With TLS only, without it only, or either.
        tls: Option<bool>,
        /// `None` is `all`.
        network: Option<Network>,
    },
}

#[derive(Debug)]
enum Database {
    All,
    SameUser,
    Replication,
    Named(String),
}

#[derive(Debug)]
enum User {
    All,
    Named(String),
}

impl Rules {
    /// Reads the subset of `pg_hba.conf` that PgBouncer reads, too.
    ///
    /// Lines of `local`, `host`, `hostssl` and `hostnossl`; databases `all`, `sameuser`,
    /// `replication` and names; users `all` and names; `all`, an address with the length of its
    /// network or with a mask; methods; `clientcert`, `map` (one of `maps`) and `clientname`, which
    /// is `CN` or, unlike there, `SAN-DNS`, `SAN-EMAIL` or `SAN-URI` for the alternative names of
    /// that kind:
    /// <https://www.postgresql.org/docs/18/auth-pg-hba-conf.html>. What is written as there means
    /// the same here, and what is left out is an error.
    ///
    /// # Errors
    ///
    /// The first line that is wrong.
    pub fn parse(text: &str, maps: &UserMaps) -> Result<Rules, RulesError> {
        Rules::read(text, maps, None)
    }

    /// The same with lines of `oauth`, which name an `issuer` and a `scope`, and may name a `map` of
    /// whom tokens are made for; `validator` judges the tokens of all of them.
    ///
    /// # Errors
    ///
    /// The first line that is wrong, or names another issuer: the keys of one must be good for no
    /// token of another's.
    pub fn parse_with_validator(
        text: &str,
        maps: &UserMaps,
        validator: impl TokenValidator,
    ) -> Result<Rules, RulesError> {
        Rules::read(text, maps, Some(Arc::new(validator)))
    }

    fn read(
        text: &str,
        maps: &UserMaps,
        validator: Option<Arc<dyn Judge>>,
    ) -> Result<Rules, RulesError> {
        let lines = token::lines(text)?.into_iter();
        let rules = lines.map(|line| line::rule(line, maps, validator.as_ref()));
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let mut issuers = rules.iter().filter_map(|rule| Some((rule.line, rule.method.issuer()?)));
        if let Some((first, issuer)) = issuers.next()
            && let Some((line, _)) = issuers.find(|(_, other)| *other != issuer)
        {
            let message =
                format!("another issuer of tokens than on line {first}: there can be one");
            return Err(RulesError { line, message });
        }
        // A file that is about to be written must not shut everybody out.
        match rules.is_empty() {
            true => Err(RulesError { line: 1, message: "there is no rule".to_owned() }),
            false => Ok(Rules(rules)),
        }
    }

    /// One rule for all.
    pub(super) fn everybody(method: Method) -> Rules {
        let (databases, users) = (vec![Database::All, Database::Replication], vec![User::All]);
        Rules(vec![Rule {
            line: 0,
            source: Source::Anywhere,
            databases,
            users,
            method,
            certified: Certified::NotAsked,
        }])
    }

    /// Whether some clients have to show a certificate.
    pub(super) fn ask_for_certificates(&self) -> bool {
        self.0.iter().any(|rule| !matches!(rule.certified, Certified::NotAsked))
    }

    /// The first line for TLS only.
    pub(super) fn first_of_tls(&self) -> Option<usize> {
        let is_of_tls = |rule: &&Rule| matches!(rule.source, Source::Host { tls: Some(true), .. });
        self.0.iter().find(is_of_tls).map(|rule| rule.line)
    }

    pub(super) fn first_for(&self, claim: &Claim<'_>) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.fits(claim))
    }

    /// Whether somebody beyond this machine could be believed. Rules before the one that believes
    /// are not weighed: they may let others through.
    pub(super) fn believe_strangers(&self) -> bool {
        self.0.iter().any(|rule| rule.believes() && rule.source.is_beyond())
    }
}

impl Rule {
    fn fits(&self, claim: &Claim<'_>) -> bool {
        self.source.fits(claim)
            && self.databases.iter().any(|database| database.fits(claim))
            && self.users.iter().any(|user| match user {
                User::All => true,
                User::Named(name) => name == claim.user,
            })
    }

    /// Whether it asks for nothing; a certificate that could be anybody's is nothing.
    fn believes(&self) -> bool {
        let is_vouched = matches!(self.certified, Certified::Users { .. });
        matches!(self.method, Method::Trust) && !is_vouched
    }
}

impl Source {
    fn fits(&self, claim: &Claim<'_>) -> bool {
        match (self, claim.address) {
            (Source::Anywhere, _) | (Source::Local, None) => true,
            (Source::Host { tls, network }, Some(address)) => {
                tls.is_none_or(|tls| tls == claim.encrypted)
                    && network.is_none_or(|network| network.contains(address))
            }
            _ => false,
        }
    }

    /// Whether clients of other machines come from there.
    fn is_beyond(&self) -> bool {
        match self {
            Source::Anywhere => true,
            Source::Local => false,
            Source::Host { network, .. } => !network.is_some_and(|network| network.is_loopback()),
        }
    }
}

impl Database {
    /// A connection for physical replication has no database: only its keyword fits.
    fn fits(&self, claim: &Claim<'_>) -> bool {
        match (self, claim.replication) {
            (Database::Replication, replication) => replication == Replication::Physical,
            (_, Replication::Physical) => false,
            (Database::All, _) => true,
            (Database::SameUser, _) => claim.database == claim.user,
            (Database::Named(name), _) => name == claim.database,
        }
    }
}

#[cfg(test)]
mod tests;
