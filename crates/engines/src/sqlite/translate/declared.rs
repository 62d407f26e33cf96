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
    /// When a foreign key is looked at.
    pub(crate) deferral: Deferral,
}

impl Declared {
    /// Whether it is of just these columns.
    pub(crate) fn is_of(&self, columns: &[&str]) -> bool {
        let is_same = |(own, column): (&String, &&str)| own.eq_ignore_ascii_case(column);
        self.columns.len() == columns.len() && self.columns.iter().zip(columns).all(is_same)
    }
}

/// When a constraint is looked at: at the end of a statement, or of its transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Deferral {
    /// NOT DEFERRABLE.
    #[default]
    Never,
    /// DEFERRABLE INITIALLY IMMEDIATE.
    IfAsked,
    /// DEFERRABLE INITIALLY DEFERRED.
    UnlessAsked,
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
    let mut before = "";
    while let Some(word) = words.next() {
        let previous = std::mem::replace(&mut before, word);
        if let Some(last) = found.last_mut() {
            defer(last, word, previous, words.peek().copied());
        }
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
        let deferral = Deferral::default();
        found.push(Declared { name: name.take(), kind, columns, deferral });
    }
    found
}

/// What a word behind a constraint says of when it is looked at.
fn defer(constraint: &mut Declared, word: &str, previous: &str, next: Option<&String>) {
    if is(word, "DEFERRABLE") && !is(previous, "NOT") {
        constraint.deferral = Deferral::IfAsked;
    }
    let is_late = is(word, "INITIALLY") && next.is_some_and(|next| is(next, "DEFERRED"));
    if is_late && constraint.deferral == Deferral::IfAsked {
        constraint.deferral = Deferral::UnlessAsked;
    }
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
            deferral: Deferral::Never,
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
    fn it_is_known_when_foreign_keys_are_looked_at() {
        let sql = "CREATE TABLE t (a INT REFERENCES o DEFERRABLE, b INT REFERENCES o NOT DEFERRABLE INITIALLY DEFERRED, \
                   c INT REFERENCES o ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT NULL, d INT REFERENCES o, \
                   e INT REFERENCES o CHECK (b > 0) REFERENCES p DEFERRABLE INITIALLY DEFERRED UNIQUE, \
                   FOREIGN KEY (a, b) REFERENCES p (x, y) DEFERRABLE INITIALLY IMMEDIATE)";
        let all = declared(sql);
        let keys = all.iter().filter(|one| one.kind == Kind::Foreign);
        let deferrals: Vec<Deferral> = keys.map(|one| one.deferral).collect();
        use Deferral::{IfAsked, Never, UnlessAsked};
        assert_eq!(deferrals, [IfAsked, Never, UnlessAsked, Never, Never, UnlessAsked, IfAsked]);
    }
}
