//! Who has to give a password, and how.

use std::error::Error;

use trunkline::{Auth, Rules, UserMaps, Users};

const RULES: &str = "\
host     all  hashed,kept  127.0.0.1/32  md5
hostssl  all  clear   127.0.0.1/32  password
host     all  all     127.0.0.1/32  scram-sha-256
";

/// `closed` and `clear` have verifiers of SCRAM, `hashed` has an MD5 hash of `secret`.
pub(crate) fn auth() -> Result<Auth, Box<dyn Error>> {
    let users = Users::new()?.password("closed", "secret")?.password("clear", "secret")?;
    let users = users.userlist("\"hashed\" \"md504d4a9616f5b4c7cdb75992b7c5a43e9\"\n")?;
    Ok(Auth::rules(Rules::parse(RULES, &UserMaps::parse("")?)?, users))
}
