//! Debian's packages, unpacked into the cache and nowhere else.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;

/// The folder that these packages were unpacked into, of the versions that this Debian has.
pub(crate) fn unpacked(cache: &Cache, name: &str, packages: &[&str]) -> Result<PathBuf, Halt> {
    cache.installed(name, &packages.join(" "), |folder| install(folder, packages))
}

fn install(folder: &Path, packages: &[&str]) -> Result<(), Halt> {
    let (apt, unpack) = (process::require("apt-get")?, process::require("dpkg-deb")?);
    let download = || {
        let mut apt = Command::new(&apt);
        process::output(apt.args(["-qq", "download"]).args(packages).current_dir(folder))
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
