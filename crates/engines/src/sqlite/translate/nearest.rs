//! Which column somebody may have meant who named one that is not there.
//!
//! The rule is that of `errorMissingColumn` in PostgreSQL's `parse_relation.c`.

use trunkline_core::PgError;

use super::scope::Scope;

/// The most changes between what was written and what was meant.
const FARTHEST: usize = 3;

/// The columns that are nearest so far.
struct Nearest {
    distance: usize,
    found: Vec<String>,
    /// Whether more than two are as near: none of them is told.
    too_many: bool,
}

/// The error with a hint, if one or two columns of what can be seen look like the name.
pub(super) fn hinted(
    error: PgError,
    alias: Option<&str>,
    name: &str,
    scope: &Scope<'_>,
) -> PgError {
    let mut nearest = Nearest { distance: FARTHEST + 1, found: Vec::new(), too_many: false };
    let mut seen = Some(scope);
    while let Some(scope) = seen {
        for source in scope.sources.iter().filter(|source| !source.joined) {
            let penalty = alias.map_or(0, |alias| distance(alias, &source.alias));
            for column in &source.columns {
                nearest.look_at(&source.alias, &column.name, name, penalty);
            }
        }
        seen = scope.outer;
    }
    match nearest.found.as_slice() {
        [one] => error.hint(format!("Perhaps you meant to reference the column \"{one}\".")),
        [one, other] => error.hint(format!(
            "Perhaps you meant to reference the column \"{one}\" or the column \"{other}\"."
        )),
        _ => error,
    }
}

impl Nearest {
    fn look_at(&mut self, alias: &str, column: &str, name: &str, penalty: usize) {
        if penalty > self.distance {
            return;
        }
        let away = distance(column, name);
        // Where more than half of the letters are others, it is another name.
        if away > name.len() / 2 {
            return;
        }
        let away = away.saturating_add(penalty);
        let shown = || format!("{alias}.{column}");
        if away < self.distance {
            *self = Nearest { distance: away, found: vec![shown()], too_many: false };
        } else if away == self.distance && !self.too_many && !self.found.is_empty() {
            if self.found.len() == 2 {
                self.found.clear();
                self.too_many = true;
            } else {
                self.found.push(shown());
            }
        }
    }
}

/// How many letters have to be changed, added or dropped.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let (mut before, mut above_left) = (line + 1, line);
        for (above, other) in row.iter_mut().skip(1).zip(&to) {
            let changed = above_left + usize::from(letter != *other);
            above_left = *above;
            before = changed.min(before + 1).min(*above + 1);
            *above = before;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
