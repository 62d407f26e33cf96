//! Files with secrets: nobody else's business.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::process::geteuid;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Reads a file with secrets, or a pipe of them, by PostgreSQL's rule for private keys: see
/// [`check`]. What is checked is what is read.
pub(crate) fn read(path: &Path, what: &str) -> Result<Zeroizing<String>, Failure> {
    let failed =
        |error| Failure::usage(format!("cannot read the {what} {}: {error}", path.display()));
    let mut file = File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if !found.file_type().is_fifo() {
        check_is_file(path, what, &found)?;
    }
    check(path, what, &found)?;
    // Large enough at once: a text that grows leaves copies.
    let length = usize::try_from(found.len()).unwrap_or(0).saturating_add(1);
    let mut text = Zeroizing::new(String::new());
    text.try_reserve(length).map_err(|error| failed(error.into()))?;
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Refuses a private key as PostgreSQL does, before it is read; one that is not there is told later.
pub(crate) fn check_key(path: &Path) -> Result<(), Failure> {
    const WHAT: &str = "private key file";
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    check_is_file(path, WHAT, &found)?;
    check(path, WHAT, &found)
}

fn check_is_file(path: &Path, what: &str, found: &Metadata) -> Result<(), Failure> {
    match found.is_file() {
        true => Ok(()),
        false => Err(Failure::usage(format!("{what} {} is not a regular file", path.display()))),
    }
}

/// Refuses what belongs to another user, who can change it, and what others may read or change.
///
/// A group may read what is root's: so the system hands out keys to those who are to have them.
/// Source: <https://www.postgresql.org/docs/18/ssl-tcp.html>.
pub(crate) fn check(path: &Path, what: &str, found: &Metadata) -> Result<(), Failure> {
    let path = path.display();
    if !is_ours(found.uid(), geteuid().as_raw()) {
        return Err(Failure::usage(format!(
            "{what} {path} must be owned by the user who runs the server or root; say chown"
        )));
    }
    if is_private(found.uid(), found.permissions().mode()) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{what} {path} has group or world access: it must have permissions u=rw (0600) or less, or u=rw,g=r (0640) or less if owned by root; say chmod 0600 {path}"
    )))
}

fn is_ours(owner: u32, user: u32) -> bool {
    owner == user || owner == 0
}

fn is_private(owner: u32, mode: u32) -> bool {
    let others = if owner == 0 { 0o037 } else { 0o077 };
    mode & others == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_servers_or_roots() {
        for (owner, user, ours) in [
            (1000, 1000, true),
            (0, 1000, true),
            (0, 0, true),
            (1001, 1000, false),
            (1000, 0, false),
        ] {
            assert_eq!(is_ours(owner, user), ours, "of {owner} for {user}");
        }
    }

    /// The modes are those of a regular file, as `stat` tells them.
    #[test]
    fn a_group_may_read_what_is_roots() {
        for (mode, roots, others) in [
            (0o100_400, true, true),
            (0o100_600, true, true),
            (0o100_700, true, true),
            (0o100_640, true, false),
            (0o100_440, true, false),
            (0o100_660, false, false),
            (0o100_650, false, false),
            (0o100_604, false, false),
            (0o100_601, false, false),
            (0o100_644, false, false),
        ] {
            assert_eq!(is_private(0, mode), roots, "{mode:o} of root");
            assert_eq!(is_private(1000, mode), others, "{mode:o} of another");
        }
    }
}
