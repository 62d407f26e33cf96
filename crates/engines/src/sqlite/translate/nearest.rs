//! Which column somebody may have meant who named one that is not there.

use trunkline_core::{NearestColumns, PgError};

use super::scope::Scope;

/// The error with a hint, if one or two columns of what can be seen look like the name.
pub(super) fn hinted(
    error: PgError,
    alias: Option<&str>,
    name: &str,
    scope: &Scope<'_>,
) -> PgError {
    let mut nearest = NearestColumns::new(alias, name);
    let mut seen = Some(scope);
    while let Some(scope) = seen {
        for source in scope.sources.iter().filter(|source| !source.joined) {
            source.columns.iter().for_each(|column| nearest.look(&source.alias, &column.name));
        }
        seen = scope.outer;
    }
    nearest.hint(error)
}
