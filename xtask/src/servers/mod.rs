//! Real servers of PostgreSQL: what the tests compare with.

mod account;
mod certificate;
mod cluster;
mod install;
mod scratch;

use std::fmt::Write as _;
use std::io::Read as _;

pub(crate) use account::Account;
pub(crate) use certificate::Certificate;
pub(crate) use cluster::{Cluster, free_port};
pub(crate) use install::{Version, error_codes};
pub(crate) use scratch::Scratch;

use crate::cache::Cache;
use crate::halt::Halt;

/// Installs every version and says where its programs are.
pub(crate) fn list() -> Result<String, String> {
    let cache = Cache::find()?;
    let mut report = String::new();
    for version in Version::ALL {
        for (what, found) in
            [("server", version.server(&cache)), ("clients", version.clients(&cache))]
        {
            let shown = match found {
                Ok(folder) => folder.display().to_string(),
                Err(Halt::Skipped(why)) => format!("none: {why}"),
                Err(Halt::Failed(why)) => return Err(why),
            };
            let _ = writeln!(report, "{} {what:<8} {shown}", version.name());
        }
    }
    Ok(report)
}

/// Runs one server in the foreground, for work by hand.
pub(crate) fn run(name: &str) -> Result<(), String> {
    let version = Version::named(name).ok_or_else(|| format!("no version is called {name}"))?;
    let folder = Scratch::new("certificate")?;
    let certificate = Certificate::make(folder.path()).map_err(Halt::reason)?;
    let cluster =
        Cluster::start(version, &Cache::find()?, Some(&certificate)).map_err(Halt::reason)?;
    println!("postgresql://postgres@127.0.0.1:{}/postgres", cluster.port);
    println!("sslrootcert={}", certificate.certificate.display());
    println!("end it with Ctrl-D");
    std::io::stdin().read_to_end(&mut Vec::new()).map_err(|error| error.to_string())?;
    Ok(())
}
