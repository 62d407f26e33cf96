//! psqlODBC and a driver manager: Debian's packages, unpacked into the cache and nowhere else.

use std::process::Command;

use super::Run;
use super::tools::python_of;
use crate::debian;
use crate::halt::Halt;
use crate::servers::Version;

/// What the driver needs that not every machine has; its libpq is PostgreSQL 18's.
const PACKAGES: [&str; 4] = ["odbc-postgresql", "libodbc2", "libodbcinst2", "libltdl7"];
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";

/// The program that asks, told where the driver is.
pub(super) fn command(run: &Run<'_>) -> Result<Command, Halt> {
    let folder = debian::unpacked(run.cache, "odbc", &PACKAGES)?.join(LIBRARIES);
    let libpq = Version::Pg18.clients(run.cache)?.with_file_name("lib");
    let mut command = python_of(run, "looking", "with_odbc.py", &[])?;
    command.env("INTEROP_ODBC_DRIVER", folder.join("odbc/psqlodbcw.so"));
    command.env("LD_LIBRARY_PATH", format!("{}:{}", folder.display(), libpq.display()));
    Ok(command)
}
