//! The constraints that the text of a CREATE TABLE declares, which SQLite keeps without their names.

use super::table_text::{Item, TableText, inside, is, listed, unquoted};

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    /// The name that it was given.
    pub(crate) name: Option<String>,
    pub(crate) kind: Kind,
    /// The names of its columns, of a foreign key those of this table; none of a check.
    pub(crate) columns: Vec<String>,
    /// Whether it is looked at only when a transaction ends: `INITIALLY DEFERRED`.
    pub(crate) deferred: bool,
}

impl Declared {
    /// Whether it is of just these columns.
    pub(crate) fn is_of(&self, columns: &[&str]) -> bool {
        let is_same = |(own, column): (&String, &&str)| own.eq_ignore_ascii_case(column);
        self.columns.len() == columns.len() && self.columns.iter().zip(columns).all(is_same)
    }
}

/// What it demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Primary,
    Unique,
    Foreign,
    /// An expression in SQLite's words.
    Check(String),
}

/// The constraints of a table, as its text has them in order; none of what is no such text.
pub(crate) fn declared(sql: &str) -> Vec<Declared> {
    let text = TableText::parse(sql);
    text.iter().flat_map(|text| &text.items).flat_map(of_item).collect()
}

/// The expression that a column is worked out of, as its table has it.
pub(crate) fn generation(sql: &str, column: &str) -> Option<String> {
    let mut text = TableText::parse(sql)?;
    let words = text.column(column)?.words();
    let place = words.iter().skip(1).position(|word| is(word, "AS"))? + 1;
    inside(words.get(place + 1)?).map(str::to_owned)
}

/// The constraints of a column, or the one of the table.
pub(super) fn of_item(item: &Item) -> Vec<Declared> {
    let is_constraint = item.is_constraint();
    // The first word of a column is its name.
    let own: Vec<String> =
        item.first().filter(|_| !is_constraint).map(unquoted).into_iter().collect();
    let mut found = Vec::new();
    let mut name = None;
    let mut words = item.words().iter().skip(own.len()).peekable();
    while let Some(word) = words.next() {
        let kind = match word {
            word if is(word, "CONSTRAINT") => {
                name = words.next().map(|word| unquoted(word));
                continue;
            }
            word if is(word, "PRIMARY") => Kind::Primary,
            word if is(word, "UNIQUE") => Kind::Unique,
            word if is(word, "CHECK") => {
                Kind::Check(words.peek().and_then(|word| inside(word)).unwrap_or("").to_owned())
            }
            word if is(word, "FOREIGN") => Kind::Foreign,
            word if is(word, "REFERENCES") && !is_constraint => Kind::Foreign,
            _ => continue,
        };
        let columns = match kind {
            Kind::Check(_) => Vec::new(),
            _ if is_constraint => {
                let list = words.find_map(|word| inside(word)).unwrap_or_default();
                listed(list)
            }
            _ => own.clone(),
        };
        let deferred = kind == Kind::Foreign && is_deferred(words.clone());
        found.push(Declared { name: name.take(), kind, columns, deferred });
    }
    found
}

/// Whether a foreign key, before the next constraint begins, is said to be `INITIALLY DEFERRED`.
fn is_deferred<'w>(words: impl Iterator<Item = &'w String>) -> bool {
    let begins = |word: &&String| {
        ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK"].iter().any(|next| is(word, next))
    };
    let mut own = words.take_while(|word| !begins(word));
    own.any(|word| is(word, "INITIALLY")) && own.next().is_some_and(|word| is(word, "DEFERRED"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_read_with_their_names() {
        let sql = "CREATE TABLE t (a INT CONSTRAINT one UNIQUE REFERENCES o (x), \"b c\" TEXT CHECK (a > 0), \
                   CONSTRAINT \"two\" UNIQUE (a, \"b c\" DESC), FOREIGN KEY (a) REFERENCES o (id))";
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let of = |name: Option<&str>, kind, columns: &[&str]| Declared {
            name: name.map(str::to_owned),
            kind,
            columns: names(columns),
            deferred: false,
        };
        assert_eq!(
            declared(sql),
            [
                of(Some("one"), Kind::Unique, &["a"]),
                of(None, Kind::Foreign, &["a"]),
                of(None, Kind::Check("a > 0".to_owned()), &[]),
                of(Some("two"), Kind::Unique, &["a", "b c"]),
                of(None, Kind::Foreign, &["a"]),
            ]
        );
        assert_eq!(declared("CREATE VIEW v AS SELECT 1"), []);
    }

    #[test]
    fn it_is_known_when_a_key_is_looked_at() {
        let sql = "CREATE TABLE t (a INT REFERENCES o DEFERRABLE INITIALLY DEFERRED UNIQUE, \
                   b INT REFERENCES o CHECK (b > 0) REFERENCES p DEFERRABLE INITIALLY IMMEDIATE, \
                   FOREIGN KEY (a, b) REFERENCES q DEFERRABLE INITIALLY DEFERRED)";
        let keys: Vec<bool> = declared(sql)
            .iter()
            .filter(|one| one.kind == Kind::Foreign)
            .map(|one| one.deferred)
            .collect();
        assert_eq!(keys, [true, false, false, true]);
    }
}
