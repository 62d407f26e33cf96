//! psqlODBC and a driver manager: Debian's packages, unpacked into the cache and nowhere else.

use std::path::Path;
use std::process::Command;

use super::Run;
use super::tools::python_of;
use crate::halt::Halt;
use crate::process;
use crate::servers::Version;

/// What the driver needs that not every machine has; its libpq is PostgreSQL 18's.
const PACKAGES: [&str; 4] = ["odbc-postgresql", "libodbc2", "libodbcinst2", "libltdl7"];
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";

/// The program that asks, told where the driver is.
pub(super) fn command(run: &Run<'_>) -> Result<Command, Halt> {
    let folder = run.cache.installed("odbc", &PACKAGES.join(" "), install)?.join(LIBRARIES);
    let libpq = Version::Pg18.clients(run.cache)?.with_file_name("lib");
    let mut command = python_of(run, "looking", "with_odbc.py", &[])?;
    command.env("INTEROP_ODBC_DRIVER", folder.join("odbc/psqlodbcw.so"));
    command.env("LD_LIBRARY_PATH", format!("{}:{}", folder.display(), libpq.display()));
    Ok(command)
}

fn install(folder: &Path) -> Result<(), Halt> {
    let (apt, unpack) = (process::require("apt-get")?, process::require("dpkg-deb")?);
    let download = || {
        let mut apt = Command::new(&apt);
        process::output(apt.args(["-qq", "download"]).args(PACKAGES).current_dir(folder))
    };
    if download().is_err() {
        // A new machine does not know yet which versions there are.
        process::output(Command::new(&apt).args(["-qq", "update"]))?;
        download()?;
    }
    let failed = |error: std::io::Error| Halt::Failed(format!("{}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|ending| ending == "deb") {
            process::output(Command::new(&unpack).arg("-x").arg(&file).arg(folder))?;
        }
    }
    Ok(())
}
