//! Columns whose names are like one that is not there: what the hint of 42703 says.

use crate::error::PgError;

/// The first distance that is too far.
const TOO_FAR: usize = 4;

/// The longest name there is, in bytes.
const LONGEST: usize = 63;

/// How many columns are looked at.
const MOST: usize = 10_000;

/// The columns that come nearest to what somebody has written.
///
/// The rule is PostgreSQL's: at most three letters are others, or half of them, and one column or two that are
/// as near are named.
#[derive(Debug)]
pub struct NearestColumns<'a> {
    alias: Option<&'a str>,
    name: &'a str,
    distance: usize,
    found: Vec<String>,
    /// Whether there were more than two, which nobody would be told.
    are_many: bool,
    looked: usize,
}

impl<'a> NearestColumns<'a> {
    /// Looks for `alias.name`, or for `name` alone.
    pub fn new(alias: Option<&'a str>, name: &'a str) -> NearestColumns<'a> {
        NearestColumns {
            alias,
            name,
            distance: TOO_FAR,
            found: Vec::new(),
            are_many: false,
            looked: 0,
        }
    }

    /// Looks at a column of a relation that the statement could have meant.
    pub fn look(&mut self, relation: &str, column: &str) {
        self.looked += 1;
        let away = self.alias.map_or(0, |alias| distance(relation, alias));
        if away > self.distance || self.looked > MOST {
            return;
        }
        let own = distance(column, self.name);
        // Of which more than half is another, that is another name.
        if own <= self.name.len() / 2 {
            self.add(own + away, || format!("{relation}.{column}"));
        }
    }

    fn add(&mut self, distance: usize, shown: impl FnOnce() -> String) {
        if distance < self.distance {
            self.distance = distance;
            self.found = vec![shown()];
            self.are_many = false;
        } else if distance == self.distance && !self.are_many {
            match self.found.len() {
                2 => {
                    self.found.clear();
                    self.are_many = true;
                }
                1 => self.found.push(shown()),
                _ => {}
            }
        }
    }

    /// The error with a hint, if one or two columns look like what was written.
    pub fn hint(&self, error: PgError) -> PgError {
        match self.found.as_slice() {
            [one] => error.hint(format!("Perhaps you meant to reference the column \"{one}\".")),
            [one, other] => error.hint(format!(
                "Perhaps you meant to reference the column \"{one}\" or the column \"{other}\"."
            )),
            _ => error,
        }
    }
}

/// How many characters must be changed, added or taken to make one text of another; no more than [`TOO_FAR`]
/// is told apart.
fn distance(one: &str, other: &str) -> usize {
    if one.len() > LONGEST || other.len() > LONGEST {
        return TOO_FAR;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.iter().enumerate() {
        let mut before = above + 1;
        let mut next = vec![before];
        for (pair, own) in row.windows(2).zip(&other) {
            let [across, over] = pair else { continue };
            before = (across + usize::from(own != letter)).min(over + 1).min(before + 1);
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default().min(TOO_FAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_far_apart_as_they_differ() {
        assert_eq!(distance("datlocale", "daticulocale"), 3);
        assert_eq!(distance("relname", "relnam"), 1);
        assert_eq!(distance("c", "d"), 1);
        assert_eq!(distance("oid", "oid"), 0);
        assert_eq!(distance("größe", "grosse"), 3);
        assert_eq!(distance("relname", "datname"), 3);
        assert_eq!(distance("", "relname"), TOO_FAR);
        assert_eq!(distance(&"x".repeat(64), &"x".repeat(64)), TOO_FAR);
    }

    /// PostgreSQL 18 names `d.relname` and `x.relname2` of these, and nothing of three.
    #[test]
    fn one_or_two_are_named() {
        let looked = |columns: &[(&str, &str)], alias, name| {
            let mut nearest = NearestColumns::new(alias, name);
            for (relation, column) in columns {
                nearest.look(relation, column);
            }
            nearest.found
        };
        let all = [("d", "relname"), ("d", "relkind"), ("x", "relname2")];
        assert_eq!(looked(&all, None, "relnames"), ["d.relname", "x.relname2"]);
        let all = [("d", "relname"), ("d", "relam"), ("b", "relname"), ("b", "relam")];
        assert!(looked(&all, None, "relnam").is_empty());
        assert_eq!(looked(&all, Some("d"), "relnam"), ["d.relname", "d.relam"]);
        assert!(looked(&[("d", "datname")], Some("d"), "datx").is_empty());
    }
}
