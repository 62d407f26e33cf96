//! Files that are nobody else's business.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::failure::Failure;

/// Refuses a file that everybody on this machine may read; one that is not there is told later.
pub(crate) fn check(path: &Path, why: &str) -> Result<(), Failure> {
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    if found.permissions().mode() & 0o007 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::usage(format!("{path} {why} and is open to everybody: say chmod o= {path}")))
}
