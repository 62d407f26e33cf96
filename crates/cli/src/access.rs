//! Who may come in, read from files at the start and again when the user says so.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use trunkline::{Auth, Jwks, JwtValidator, Rules, RulesError, Tls, UserMaps, Users, UsersError};

use crate::args::Serve;
use crate::failure::Failure;
use crate::private;
use crate::users::Logins;

/// Where users, rules and certificates stand, and what stays the same while the program runs.
pub(crate) struct Access {
    said: Arc<Serve>,
    pub(crate) logins: Logins,
    /// From which salts come, so that they do not change when users or certificates do.
    salt_secret: [u8; 32],
}

/// What is read at once and takes effect at once.
pub(crate) struct Loaded {
    pub(crate) auth: Auth,
    pub(crate) tls: Option<Tls>,
    /// A user of the file, the same each time.
    pub(crate) example: Option<String>,
}

impl Access {
    /// Reads everything for the first time.
    pub(crate) fn open(said: &Arc<Serve>) -> Result<(Access, Loaded), Failure> {
        let tls = tls(said)?;
        let logins = Logins::new(said)?;
        let mut salt_secret = [0; 32];
        match &tls {
            Some(tls) => salt_secret = tls.salt_secret(),
            None => getrandom::fill(&mut salt_secret)
                .map_err(|error| Failure::runtime(format!("no randomness for salts: {error}")))?,
        }
        let access = Access { said: said.clone(), logins, salt_secret };
        let (auth, example) = access.auth(Users::with_secret(salt_secret))?;
        Ok((access, Loaded { auth, tls, example }))
    }

    /// Reads everything again. What is as `before` need not be computed again.
    pub(crate) fn load(&self, before: &Auth) -> Result<Loaded, Failure> {
        let tls = tls(&self.said)?;
        let (auth, example) = self.auth(Users::with_secret(self.salt_secret).keeping(before))?;
        Ok(Loaded { auth, tls, example })
    }

    /// Users and rules; where there is neither, everyone is believed.
    fn auth(&self, mut users: Users) -> Result<(Auth, Option<String>), Failure> {
        let said = &*self.said;
        if said.user.is_empty() && said.users_file.is_none() && said.hba.is_none() {
            return Ok((Auth::trust(), None));
        }
        if let Some(path) = &said.users_file {
            let text = private::read(path, "users file")?;
            users = users
                .userlist(&text)
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        }
        let in_file: HashSet<String> = users.names().map(str::to_owned).collect();
        let example = in_file.iter().min().cloned();
        for (name, password) in &self.logins.passwords {
            if in_file.contains(name) {
                return Err(Failure::usage(format!(
                    "user {name} is in the users file, too: leave out --user {name} or the line there"
                )));
            }
            let failed = |error: UsersError| Failure::runtime(error.to_string());
            users = users.password(name, password).map_err(failed)?;
        }
        if let Some(path) = &said.hba {
            return Ok((Auth::rules(rules(path, said)?, users), example));
        }
        if let Some(name) = users.only_md5().min() {
            return Err(Failure::usage(format!(
                "user {name} has an MD5 hash, which only lines of md5 and password in --hba FILE take: make a SCRAM verifier"
            )));
        }
        if users.names().next().is_none() {
            let why = "the users file names nobody: add a line \"name\" \"secret\"";
            return Err(Failure::usage(why));
        }
        Ok((Auth::scram(users), example))
    }
}

fn rules(path: &Path, said: &Serve) -> Result<Rules, Failure> {
    let wrong =
        |path: &Path, error: RulesError| Failure::usage(format!("{}: {error}", path.display()));
    let maps = match &said.ident {
        Some(path) => {
            UserMaps::parse(&read(path, "user name maps")?).map_err(|error| wrong(path, error))?
        }
        None => UserMaps::default(),
    };
    let text = read(path, "rules")?;
    let rules = match validator(said)? {
        Some(validator) => Rules::parse_with_validator(&text, &maps, validator),
        None => Rules::parse(&text, &maps),
    };
    rules.map_err(|error| wrong(path, error))
}

/// Who judges the tokens of lines of oauth.
fn validator(said: &Serve) -> Result<Option<JwtValidator>, Failure> {
    match (&said.oauth_keys, &said.oauth_audience) {
        (Some(path), Some(audience)) => {
            let keys = Jwks::from_file(path)
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            let validator = JwtValidator::new(keys, audience);
            Ok(Some(match &said.oauth_claim {
                Some(claim) => validator.claim(claim),
                None => validator,
            }))
        }
        (None, None) => Ok(None),
        _ => Err(Failure::usage("tokens need both --oauth-keys and --oauth-audience")),
    }
}

fn read(path: &Path, what: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read the {what} {}: {error}", path.display()))
    })
}

fn tls(said: &Serve) -> Result<Option<Tls>, Failure> {
    if said.tls_crl.is_some() && said.tls_client_ca.is_none() {
        return Err(Failure::usage("--tls-crl is for certificates by --tls-client-ca: say both"));
    }
    if said.hba.is_none() {
        let unused = [
            ("--ident", "cert and oauth", said.ident.is_some()),
            ("--tls-client-ca", "cert", said.tls_client_ca.is_some()),
            ("--oauth-keys", "oauth", said.oauth_keys.is_some()),
            ("--oauth-audience", "oauth", said.oauth_audience.is_some()),
            ("--oauth-claim", "oauth", said.oauth_claim.is_some()),
        ];
        if let Some((flag, method, _)) = unused.iter().find(|(.., is_said)| *is_said) {
            return Err(Failure::usage(format!(
                "{flag} is for lines of {method} in --hba FILE: say both"
            )));
        }
    }
    let failed = |error| Failure::usage(format!("cannot offer TLS: {error}"));
    match (&said.tls_cert, &said.tls_key) {
        (Some(certificate), Some(key)) => {
            private::check_key(key)?;
            let mut tls = Tls::from_pem_files(certificate, key).map_err(failed)?;
            if let Some(authorities) = &said.tls_client_ca {
                tls = tls.with_client_authorities_of(authorities).map_err(failed)?;
            }
            if let Some(lists) = &said.tls_crl {
                tls = tls.with_revocation_lists_of(lists).map_err(failed)?;
            }
            Ok(Some(tls))
        }
        (None, None) if said.tls_required == Some(true) => {
            Err(Failure::usage("--tls-required needs --tls-cert and --tls-key"))
        }
        (None, None) if said.tls_client_ca.is_some() => {
            Err(Failure::usage("--tls-client-ca needs --tls-cert and --tls-key"))
        }
        (None, None) => Ok(None),
        _ => Err(Failure::usage("TLS needs both --tls-cert and --tls-key")),
    }
}
