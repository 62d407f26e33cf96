//! `--schema`: what is declared beside the data.

use std::io::Write;
use std::path::Path;

use trunkline::catalog::Snapshot;
use trunkline_catalog::ddl;

use crate::failure::Failure;
use crate::printable::printable;

/// Reads a file of definitions; what it defines that is not known here is told in warnings.
pub(crate) fn read(path: &Path) -> Result<Snapshot, Failure> {
    let file = path.display().to_string();
    let script = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {file}: {error}")))?;
    let defined = ddl::define(&script).map_err(|error| {
        let before = error.get(b'P').and_then(|place| place.parse::<usize>().ok()).unwrap_or(1);
        let lines =
            script.chars().take(before.saturating_sub(1)).filter(|one| *one == '\n').count();
        let message = format!("{file}:{}: {}", lines + 1, error.message());
        Failure::usage(printable(&message))
    })?;
    for over in &defined.passed_over {
        let message = format!("{file}:{}: {} is passed over", over.line, over.what);
        let _ = writeln!(std::io::stderr(), "trunkline: warning: {}", printable(&message));
    }
    Ok(defined.snapshot)
}
