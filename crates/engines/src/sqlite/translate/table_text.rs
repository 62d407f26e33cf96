//! The text of a CREATE TABLE as SQLite keeps it, cut into what it defines.
//!
//! It is edited as text, since it may be another program's: what is not touched stays as it was,
//! comments too.

/// A table's columns and constraints, in order, and what stands behind the parenthesis.
#[derive(Clone, Debug)]
pub(super) struct TableText {
    pub(super) items: Vec<Item>,
    /// `WITHOUT ROWID`, `STRICT`.
    pub(super) tail: String,
}

/// A column or a constraint, as its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    words: Vec<String>,
}

/// The words that begin a constraint of a column.
const CONSTRAINTS: [&str; 11] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
];

impl TableText {
    /// Reads `CREATE TABLE name ( … ) …`.
    pub(super) fn parse(sql: &str) -> Option<TableText> {
        let words = words_of(sql);
        let open = words.iter().position(|word| word.starts_with('('))?;
        let body = words.get(open)?.strip_prefix('(')?.strip_suffix(')')?;
        let mut items = vec![Item { words: Vec::new() }];
        for word in words_of(body) {
            match items.last_mut() {
                Some(_) if word == "," => items.push(Item { words: Vec::new() }),
                Some(item) => item.words.push(word),
                None => {}
            }
        }
        Some(TableText { items, tail: words.get(open + 1..)?.join(" ") })
    }

    /// What stands behind `CREATE TABLE name`.
    pub(super) fn written(&self) -> String {
        let items: Vec<String> = self.items.iter().map(Item::written).collect();
        format!("({}) {}", items.join(", "), self.tail).trim_end().to_owned()
    }

    /// The definition of a column.
    pub(super) fn column(&mut self, name: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| {
            !item.is_constraint()
                && item.first().is_some_and(|first| unquoted(first).eq_ignore_ascii_case(name))
        })
    }

    /// Leaves out the constraint of this name; whether there was one.
    pub(super) fn remove_constraint(&mut self, name: &str) -> bool {
        let before = self.items.len();
        self.items.retain(|item| item.constraint_name().as_deref() != Some(name));
        let mut found = self.items.len() < before;
        for item in &mut self.items {
            found |= item.remove_named(name);
        }
        found
    }

    /// Calls a constraint otherwise; whether there was one.
    pub(super) fn rename_constraint(&mut self, from: &str, to: &str) -> bool {
        let mut found = false;
        for item in &mut self.items {
            for index in 1..item.words.len() {
                let is_name = item.words.get(index - 1).is_some_and(|word| is(word, "CONSTRAINT"));
                if let Some(word) = item.words.get_mut(index).filter(|_| is_name)
                    && unquoted(word) == from
                {
                    *word = super::name::quoted(to);
                    found = true;
                }
            }
        }
        found
    }

    /// Leaves out a column, and every constraint of the table that names it.
    pub(super) fn remove_column(&mut self, name: &str) {
        self.items.retain(|item| {
            if item.is_constraint() {
                !item.names(name)
            } else {
                item.first().is_none_or(|first| !unquoted(first).eq_ignore_ascii_case(name))
            }
        });
    }

    /// Leaves out the foreign keys of these columns that refer to a table.
    pub(super) fn unrefer(&mut self, columns: &[&str], table: &str) {
        self.items
            .retain(|item| !(item.is_constraint() && item.refers_to(table) && item.is_of(columns)));
        if let [only] = columns
            && let Some(item) = self.column(only)
        {
            while item.refers_to(table) {
                item.remove("REFERENCES");
            }
        }
    }

    /// Refers to other tables by their new names.
    pub(super) fn refer(&mut self, rename: &dyn Fn(&str) -> Option<String>) {
        for item in &mut self.items {
            let mut is_behind = false;
            for word in item.words.iter_mut().filter(|word| !is_comment(word)) {
                if is_behind && let Some(name) = rename(&unquoted(word)) {
                    *word = super::name::quoted(&name);
                }
                is_behind = is(word, "REFERENCES");
            }
        }
    }
}

impl Item {
    pub(super) fn new(sql: &str) -> Item {
        Item { words: words_of(sql) }
    }

    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    fn written(&self) -> String {
        self.words.join(" ")
    }

    /// The first word that is no comment.
    pub(super) fn first(&self) -> Option<&str> {
        self.words.iter().map(String::as_str).find(|word| !is_comment(word))
    }

    pub(super) fn is_constraint(&self) -> bool {
        self.first().is_some_and(|first| {
            ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|w| is(first, w))
        })
    }

    /// Whether the columns or the expression between its parentheses name a column.
    fn names(&self, column: &str) -> bool {
        let own = self.words.iter().take_while(|word| !is(word, "REFERENCES"));
        own.filter_map(|word| word.strip_prefix('(')?.strip_suffix(')'))
            .any(|inside| mentions(inside, column))
    }

    /// The expression behind DEFAULT.
    pub(super) fn default(&self) -> Option<&str> {
        let place = self.place_of("DEFAULT")?;
        self.words.get(place + 1).map(String::as_str)
    }

    /// The table that a foreign key refers to, and the columns that it names.
    pub(super) fn reference(&self) -> Option<(String, Vec<String>)> {
        let mut words = self.words.iter().filter(|word| !is_comment(word));
        words.find(|word| is(word, "REFERENCES"))?;
        let table = unquoted(words.next()?);
        let list = words.next().and_then(|word| inside(word)).unwrap_or_default();
        Some((table, listed(list)))
    }

    /// Whether the list of a constraint is of just these columns.
    fn is_of(&self, columns: &[&str]) -> bool {
        let list = self.words.iter().find_map(|word| word.strip_prefix('(')?.strip_suffix(')'));
        let words = words_of(list.unwrap_or_default());
        let names = words.iter().filter(|word| !is_comment(word) && *word != ",");
        names
            .map(|word| unquoted(word).to_ascii_lowercase())
            .eq(columns.iter().map(|column| column.to_ascii_lowercase()))
    }

    fn refers_to(&self, table: &str) -> bool {
        let words: Vec<&String> = self.words.iter().filter(|word| !is_comment(word)).collect();
        words.windows(2).any(|pair| match pair {
            [word, name] => is(word, "REFERENCES") && unquoted(name).eq_ignore_ascii_case(table),
            _ => false,
        })
    }

    /// The name of a table's constraint.
    fn constraint_name(&self) -> Option<String> {
        let first = self.first().filter(|first| is(first, "CONSTRAINT"))?;
        let place = self.words.iter().position(|word| word == first)?;
        Some(unquoted(self.words.get(place + 1)?))
    }

    /// Whether a constraint of the table is its primary key.
    pub(super) fn is_primary_key(&self) -> bool {
        self.is_constraint() && self.words.iter().any(|word| is(word, "PRIMARY"))
    }

    /// Leaves out a column's constraint of this name.
    fn remove_named(&mut self, name: &str) -> bool {
        let named = |pair: &[String]| match pair {
            [word, found] => is(word, "CONSTRAINT") && unquoted(found) == name,
            _ => false,
        };
        let Some(start) = self.words.windows(2).position(named) else { return false };
        let end = self.end_of(start + 2);
        self.words.drain(start..end);
        true
    }

    /// Leaves out a constraint of a column by the word that it begins with.
    pub(super) fn remove(&mut self, word: &str) {
        let Some(start) = self.place_of(word) else { return };
        let end = self.end_of(start);
        let named = start
            .checked_sub(2)
            .filter(|name| self.words.get(*name).is_some_and(|word| is(word, "CONSTRAINT")));
        self.words.drain(named.unwrap_or(start)..end);
    }

    /// Where a constraint of a column begins: ON DELETE SET DEFAULT and NOT DEFERRABLE are none.
    fn place_of(&self, word: &str) -> Option<usize> {
        (1..self.words.len()).find(|place| {
            let previous = self.words.get(place - 1).map_or("", String::as_str);
            let is_own = is(previous, "SET") || (is(word, "NOT") && self.deferrable(place + 1));
            !is_own && self.words.get(*place).is_some_and(|found| is(found, word))
        })
    }

    /// Where the constraint ends that begins at a word.
    fn end_of(&self, start: usize) -> usize {
        let word = self.words.get(start).map_or("", String::as_str);
        // NOT NULL, DEFAULT NULL and ON DELETE SET NULL have words that begin others.
        let mut end = start + if is(word, "NOT") || is(word, "DEFAULT") { 2 } else { 1 };
        while let Some(word) = self.words.get(end) {
            let previous = self.words.get(end - 1).map_or("", String::as_str);
            let own = is(previous, "SET")
                || (is(word, "NOT") && self.deferrable(end + 1))
                || (is(previous, "ALWAYS") && is(word, "AS"));
            if CONSTRAINTS.iter().any(|start| is(word, start)) && !own {
                break;
            }
            end += 1;
        }
        end.min(self.words.len())
    }

    fn deferrable(&self, place: usize) -> bool {
        self.words.get(place).is_some_and(|word| is(word, "DEFERRABLE"))
    }

    pub(super) fn append(&mut self, sql: &str) {
        self.words.extend(words_of(sql));
    }

    /// Another type for a column.
    pub(super) fn set_type(&mut self, declaration: &str) {
        let end = self
            .words
            .iter()
            .skip(1)
            .position(|word| CONSTRAINTS.iter().any(|start| is(word, start)))
            .map_or(self.words.len(), |place| place + 1);
        self.words.splice(1..end, words_of(declaration));
    }
}

/// Whether a text has a name among its words.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    words_of(text).iter().any(|word| match word.strip_prefix('(') {
        Some(inside) => mentions(inside.strip_suffix(')').unwrap_or(inside), name),
        None => unquoted(word).eq_ignore_ascii_case(name),
    })
}

/// The text of a CREATE INDEX, a CREATE TRIGGER or a CREATE VIEW as SQLite keeps it, for this database: which of
/// them it is for is not said there.
pub(super) fn placed(sql: &str, database: &str) -> String {
    let heads = ["CREATE INDEX ", "CREATE UNIQUE INDEX ", "CREATE TRIGGER ", "CREATE VIEW "];
    match heads.iter().find_map(|head| Some((head, sql.strip_prefix(head)?))) {
        Some((head, rest)) => format!("{head}{database}.{}", rest.trim_ascii_start()),
        None => sql.to_owned(),
    }
}

/// What is between the parentheses of a word that has them.
pub(in crate::sqlite) fn inside(word: &str) -> Option<&str> {
    word.strip_prefix('(')?.strip_suffix(')')
}

/// The names in a list, without what may stand behind them.
pub(super) fn listed(list: &str) -> Vec<String> {
    let words = words_of(list);
    words
        .split(|word| word == ",")
        .filter_map(|part| part.first())
        .map(|word| unquoted(word))
        .collect()
}

pub(super) fn is(word: &str, keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword)
}

fn is_comment(word: &str) -> bool {
    word.starts_with("/*") || word.starts_with("--")
}

/// A name without its quotes, of which SQLite knows four kinds.
pub(in crate::sqlite) fn unquoted(word: &str) -> String {
    for (open, close) in [('"', '"'), ('`', '`'), ('[', ']'), ('\'', '\'')] {
        if let Some(inside) = word.strip_prefix(open).and_then(|word| word.strip_suffix(close)) {
            let twice = [close, close].iter().collect::<String>();
            return inside.replace(&twice, &close.to_string());
        }
    }
    word.to_owned()
}

/// Words, quoted things, comments, commas, and all that is between parentheses as one.
pub(in crate::sqlite) fn words_of(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sql.trim_ascii_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' => parenthesis(rest),
            '\'' | '"' | '`' | '[' => quoted_length(rest, first),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            first if is_word(first) => word_length(rest),
            first if is_operator(first) => operator_length(rest),
            first => first.len_utf8(),
        };
        let (word, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        // A line comment would swallow what is written behind it.
        match word.strip_prefix("--") {
            Some(comment) => words.push(format!("/*{}*/", comment.replace("*/", "* /"))),
            None => words.push(word.to_owned()),
        }
        rest = behind.trim_ascii_start();
    }
    words
}

/// SQLite has names of whatever is not ASCII.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || !character.is_ascii()
        || matches!(character, '_' | '.' | '$')
}

/// How long a name or a number is, or a blob: `x'00'`, `1e-3`.
fn word_length(text: &str) -> usize {
    let length = |text: &str| text.find(|one| !is_word(one)).unwrap_or(text.len());
    let end = length(text);
    let (word, behind) = text.split_at_checked(end).unwrap_or((text, ""));
    let is_number = word.starts_with(|one: char| one.is_ascii_digit() || one == '.');
    let is_exponent = is_number && word.ends_with(['e', 'E']);
    match behind.chars().next() {
        Some('\'') if is(word, "x") => end + quoted_length(behind, '\''),
        Some('+' | '-') if is_exponent => end + 1 + behind.get(1..).map_or(0, length),
        _ => end,
    }
}

fn is_operator(character: char) -> bool {
    "<>=!|&+-*/%~".contains(character)
}

/// How long operators are, up to a comment: `>=`, `->>`.
fn operator_length(text: &str) -> usize {
    let ends = |place: usize, one: char| {
        let rest = text.get(place..).unwrap_or_default();
        !is_operator(one) || rest.starts_with("--") || rest.starts_with("/*")
    };
    let mut places = text.char_indices().skip(1);
    places.find(|(place, one)| ends(*place, *one)).map_or(text.len(), |(place, _)| place)
}

fn quoted_length(text: &str, open: char) -> usize {
    let close = if open == '[' { ']' } else { open };
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((place, character)) = characters.next() {
        if character == close {
            if close != ']' && characters.peek().is_some_and(|(_, next)| *next == close) {
                characters.next();
            } else {
                return place + close.len_utf8();
            }
        }
    }
    text.len()
}

/// How long what is between the first parenthesis and its own end is.
fn parenthesis(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        place += match first {
            '\'' | '"' | '`' | '[' => quoted_length(rest, first),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            first => first.len_utf8(),
        };
        match first {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place;
        }
    }
    text.len()
}
