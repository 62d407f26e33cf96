//! Files with secrets: nobody else's business.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::failure::Failure;

/// Refuses a file that others may read or change, by PostgreSQL's rule for private keys; one that
/// is not there is told later.
///
/// A group may read what is root's: so the system hands out keys to those who are to have them.
/// Source: <https://www.postgresql.org/docs/18/ssl-tcp.html>.
pub(crate) fn check(path: &Path, what: &str) -> Result<(), Failure> {
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    if is_private(found.uid(), found.permissions().mode()) {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::usage(format!(
        "{what} {path} has group or world access: it must have permissions u=rw (0600) or less, or u=rw,g=r (0640) or less if owned by root; say chmod 0600 {path}"
    )))
}

fn is_private(owner: u32, mode: u32) -> bool {
    let others = if owner == 0 { 0o037 } else { 0o077 };
    mode & others == 0
}

#[cfg(test)]
mod tests {
    use super::*;

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
