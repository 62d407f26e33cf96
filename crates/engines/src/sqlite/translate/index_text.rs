//! The text of a CREATE INDEX as SQLite keeps it.

use super::table_text::{inside, is, words_of};

/// What an index is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IndexText {
    /// The columns and expressions, in SQLite's words with what PostgreSQL was told, without their order.
    pub(crate) keys: Vec<String>,
    /// The condition of a partial one.
    pub(crate) condition: Option<String>,
}

impl IndexText {
    /// Reads `CREATE INDEX name ON table (…) WHERE …`.
    pub(crate) fn parse(sql: &str) -> Option<IndexText> {
        let words = words_of(sql);
        let on = words.iter().position(|word| is(word, "ON"))?;
        let list = words_of(inside(words.get(on + 2)?)?);
        let keys = list.split(|word| word == ",").map(|key| {
            let is_order = |word: &&String| is(word, "ASC") || is(word, "DESC");
            let own: Vec<&str> =
                key.iter().take_while(|word| !is_order(word)).map(String::as_str).collect();
            own.join(" ")
        });
        let condition = words.iter().position(|word| is(word, "WHERE"));
        let condition = condition.and_then(|place| words.get(place + 1..));
        Some(IndexText { keys: keys.collect(), condition: condition.map(|words| words.join(" ")) })
    }
}

/// The text of a CREATE INDEX for an index of another name.
pub(super) fn named(sql: &str, name: &str) -> Option<String> {
    let mut words = words_of(sql);
    let on = words.iter().position(|word| is(word, "ON"))?;
    *words.get_mut(on.checked_sub(1)?)? = name.to_owned();
    Some(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_condition_are_read() {
        let sql = "CREATE UNIQUE INDEX \"i on\" ON t (\"a,b\" DESC, (/*pg lower(c) */ lower(c)), d+1) WHERE a > 1";
        let text = IndexText::parse(sql).expect("an index");
        assert_eq!(text.keys, ["\"a,b\"", "(/*pg lower(c) */ lower(c))", "d + 1"]);
        assert_eq!(text.condition.as_deref(), Some("a > 1"));
        assert_eq!(IndexText::parse("CREATE TABLE t (a)"), None);
    }
}
