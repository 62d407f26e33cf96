//! What is installed once and kept outside the clone: servers, clients, tools.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::halt::Halt;
use crate::servers::Account;

/// The cache folder: `$TRUNKLINE_CACHE`, or `trunkline` in the user's folder of caches.
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(crate) fn find() -> Result<Self, String> {
        let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let root = named("TRUNKLINE_CACHE")
            .map(PathBuf::from)
            .or_else(|| named("HOME").map(|home| Path::new(&home).join(".cache/trunkline")))
            .ok_or("neither TRUNKLINE_CACHE nor HOME is set: no folder for the cache")?;
        Ok(Self { root })
    }

    /// The folder of one installed thing, made by `install` unless `stamp` says that it is there.
    ///
    /// The stamp names the versions: a new one installs anew. Two runs at once wait for each other.
    pub(crate) fn installed(
        &self,
        name: &str,
        stamp: &str,
        install: impl FnOnce(&Path) -> Result<(), Halt>,
    ) -> Result<PathBuf, Halt> {
        install_once(&self.root.join(name), stamp, install)
    }

    /// The same, in a folder that programs of another account can read.
    ///
    /// A server of PostgreSQL does not run as root, and root's home is closed to everybody else.
    pub(crate) fn installed_for_all(
        &self,
        name: &str,
        stamp: &str,
        install: impl FnOnce(&Path) -> Result<(), Halt>,
    ) -> Result<PathBuf, Halt> {
        let open = Account::unprivileged()?.is_none() || is_open(&self.root);
        let root = if open { self.root.clone() } else { PathBuf::from("/var/cache/trunkline") };
        install_once(&root.join(name), stamp, install)
    }

    /// A folder for what a build leaves behind.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.root.join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }
}

fn install_once(
    folder: &Path,
    stamp: &str,
    install: impl FnOnce(&Path) -> Result<(), Halt>,
) -> Result<PathBuf, Halt> {
    let failed = |error: std::io::Error| Halt::Failed(format!("{}: {error}", folder.display()));
    let above = folder.parent().unwrap_or(folder);
    fs::create_dir_all(above).map_err(failed)?;
    let lock = File::create(folder.with_extension("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let stamp_file = folder.join(".installed");
    if fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) {
        return Ok(folder.to_owned());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed)?;
    }
    fs::create_dir_all(folder).map_err(failed)?;
    install(folder)?;
    fs::write(&stamp_file, stamp).map_err(failed)?;
    Ok(folder.to_owned())
}

/// Whether everybody may pass through this folder and all folders above it.
fn is_open(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    folder.ancestors().filter_map(|part| fs::metadata(part).ok()).all(|found| {
        let everybody_passes = 0o001;
        found.permissions().mode() & everybody_passes != 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_installs_once_and_a_new_stamp_anew() {
        let folder = std::env::temp_dir().join(format!("trunkline-cache-{}", std::process::id()));
        let install = |text: &'static str| {
            move |folder: &Path| {
                fs::write(folder.join("file"), text)
                    .map_err(|error| Halt::Failed(error.to_string()))
            }
        };
        let read = || fs::read_to_string(folder.join("file")).unwrap();
        install_once(&folder, "1", install("first")).unwrap();
        install_once(&folder, "1", install("not run")).unwrap();
        assert_eq!(read(), "first");
        let halt = install_once(&folder, "2", |_| Err(Halt::Skipped("no tool".into())));
        assert_eq!(halt, Err(Halt::Skipped("no tool".into())));
        install_once(&folder, "2", install("second")).unwrap();
        assert_eq!(read(), "second");
        fs::remove_dir_all(&folder).unwrap();
        fs::remove_file(folder.with_extension("lock")).unwrap();
    }
}
