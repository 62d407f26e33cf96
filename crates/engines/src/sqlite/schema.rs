//! What is in a SQLite file, as the translation and the catalog need it.

mod mark;
mod read;
mod sequences;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use trunkline_core::Oid;
use trunkline_core::catalog::Snapshot;

use super::comment::Comments;
use super::names::Names;
use super::sequence::{Options, Sequence};
use super::storage;
use super::translate::declared::{Declared, Deferral, Kind};
use super::translate::index_text::IndexText;
use super::types::Type;
pub(crate) use mark::{Numbering, OnCommit, mark, marked, numbered, sequence_table};
pub(super) use mark::{split_view, told};

/// The tables and views of the main database and of the temporary one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    /// The databases that there are, which is this one by all of its names.
    pub(super) databases: Names,
    relations: Vec<Relation>,
    /// What is said of them, in the main database and in the temporary one.
    comments: [Comments; 2],
    /// What the catalog describes, once it has asked: the same as long as nothing changes.
    pub(super) described: OnceLock<Arc<Snapshot>>,
}

/// A table or a view.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relation {
    pub(crate) name: String,
    /// As the catalogs number it.
    pub(crate) oid: Oid,
    pub(crate) temporary: bool,
    /// What was made later has a higher one.
    pub(crate) age: i64,
    pub(crate) view: bool,
    pub(crate) without_rowid: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// The text of its CREATE statement.
    pub(crate) sql: String,
    /// The constraints that it declares.
    pub(crate) declared: Vec<Declared>,
    /// The texts of its triggers.
    pub(crate) triggers: Vec<String>,
    /// What becomes of a temporary table at the end of a transaction, if anything does.
    pub(crate) on_commit: Option<OnCommit>,
    /// The numbers that it gives, if it is a sequence.
    pub(crate) sequence: Option<Options>,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// As declared, in SQLite's words.
    pub(crate) declared: String,
    pub(crate) ty: Type,
    pub(crate) not_null: bool,
    /// The expression, in SQLite's words, with the mark that names PostgreSQL's.
    pub(crate) default: Option<String>,
    /// Its place in the primary key, from 1; 0 if it is not in it.
    pub(crate) key: usize,
    pub(crate) generated: bool,
    /// What its default is worked out of here, if SQLite would tell another time.
    pub(crate) moment: Option<String>,
    /// What it takes its numbers from.
    pub(crate) sequence: Option<Sequence>,
}

/// An index, also one of a constraint.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) unique: bool,
    pub(crate) origin: Origin,
    /// The columns by number; `None` is an expression.
    pub(crate) columns: Vec<Option<usize>>,
    /// Which of these go from high to low, by their places among them.
    pub(crate) descending: Vec<usize>,
    /// The text of its CREATE statement; none of a constraint's.
    pub(crate) sql: Option<String>,
}

impl Index {
    /// What its text says, unless it is a constraint's.
    pub(crate) fn text(&self) -> Option<IndexText> {
        IndexText::parse(self.sql.as_deref()?)
    }
}

/// What made an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Create,
    Unique,
    Primary,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub(crate) struct ForeignKey {
    pub(crate) id: i64,
    pub(crate) table: String,
    pub(crate) columns: Vec<usize>,
    /// Empty for the primary key of the other table.
    pub(crate) refers_to: Vec<String>,
    pub(crate) on_update: String,
    pub(crate) on_delete: String,
}

/// The schema that everything is in.
pub(super) const PUBLIC: &str = "public";

impl ForeignKey {
    /// The columns that it refers to: those that it names, or the other table's key.
    pub(crate) fn referred(&self, other: Option<&Relation>) -> Vec<String> {
        match other.filter(|_| self.refers_to.is_empty()) {
            Some(other) => {
                let names = other.primary_key();
                other.names(&names).into_iter().map(str::to_owned).collect()
            }
            None => self.refers_to.clone(),
        }
    }
}

/// How many views may be over each other for their types to be known.
const VIEW_DEPTH: usize = 8;

impl Relation {
    pub(crate) fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name).or_else(|| {
            // SQLite compares names without case; a folded name may mean a column of capitals.
            let mut same =
                self.columns.iter().enumerate().filter(|(_, c)| c.name.eq_ignore_ascii_case(name));
            same.next().filter(|_| same.next().is_none())
        })
    }

    /// The columns of the primary key, in its order.
    pub(crate) fn primary_key(&self) -> Vec<usize> {
        let mut key: Vec<(usize, usize)> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.key > 0)
            .map(|(index, column)| (column.key, index))
            .collect();
        key.sort_unstable();
        key.into_iter().map(|(_, index)| index).collect()
    }

    /// Whether numbers of rows that were deleted do not come back.
    pub(crate) fn autoincrement(&self) -> bool {
        self.sql.to_ascii_uppercase().contains("AUTOINCREMENT")
    }

    /// The columns of a key or of a unique index by the name of the constraint.
    pub(crate) fn constraint_columns(&self, name: &str) -> Option<Vec<usize>> {
        let mut named = self.declared.iter().filter(|one| one.name.as_deref() == Some(name));
        if let Some(one) = named.find(|one| matches!(one.kind, Kind::Primary | Kind::Unique)) {
            let place = |column: &String| self.column(column).map(|(place, _)| place);
            return one.columns.iter().map(place).collect();
        }
        // A key that was given another name, or another table's, is not called so.
        let is_named = |one: &Declared| one.kind == Kind::Primary && one.name.is_some();
        if name == format!("{}_pkey", self.name) && !self.declared.iter().any(is_named) {
            return Some(self.primary_key()).filter(|key| !key.is_empty());
        }
        let unique = self.indexes.iter().filter(|index| index.unique);
        let named = |index: &&Index| {
            let columns =
                index.columns.iter().flatten().filter_map(|place| self.columns.get(*place));
            let columns: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
            index.name == name || format!("{}_{}_key", self.name, columns.join("_")) == name
        };
        unique.clone().find(named)?.columns.iter().copied().collect()
    }

    /// Whether a key or a unique index is of these columns, in any order.
    pub(crate) fn is_unique(&self, columns: &[usize]) -> bool {
        let same = |key: &[usize]| {
            !key.is_empty()
                && key.iter().all(|place| columns.contains(place))
                && columns.iter().all(|place| key.contains(place))
        };
        let unique = self.indexes.iter().filter(|index| index.unique);
        same(&self.primary_key())
            || unique
                .filter_map(|i| i.columns.iter().copied().collect::<Option<Vec<_>>>())
                .any(|key| same(&key))
    }

    /// The name that a key of these columns was given, of this kind.
    pub(crate) fn name_of(&self, kind: &Kind, columns: &[&str]) -> Option<&str> {
        let mut declared = self.declared.iter();
        declared.find(|one| one.kind == *kind && one.is_of(columns))?.name.as_deref()
    }

    /// When a foreign key is looked at.
    pub(crate) fn deferral_of(&self, key: &ForeignKey) -> Deferral {
        self.declared_key(key).map_or(Deferral::Never, |declared| declared.deferral)
    }

    /// What the table declares of a foreign key. There may be several of the same columns: both lists are in the
    /// order in which they were written.
    fn declared_key(&self, key: &ForeignKey) -> Option<&Declared> {
        let place = self.foreign_keys.iter().position(|one| one.id == key.id)?;
        let declared = self.declared.iter().filter(|one| one.kind == Kind::Foreign).nth(place)?;
        declared.is_of(&self.names(&key.columns)).then_some(declared)
    }

    /// The names of columns by their places.
    pub(crate) fn names(&self, places: &[usize]) -> Vec<&str> {
        let name = |place: &usize| self.columns.get(*place).map(|column| column.name.as_str());
        places.iter().filter_map(name).collect()
    }

    /// The name of a foreign key: the one that it was given, or that PostgreSQL makes up.
    pub(crate) fn foreign_name(&self, key: &ForeignKey) -> String {
        match self.declared_key(key).and_then(|declared| declared.name.clone()) {
            Some(name) => name,
            None => format!("{}_{}_fkey", self.name, self.names(&key.columns).join("_")),
        }
    }

    /// Whether it has a constraint of this name.
    pub(crate) fn has_constraint(&self, name: &str) -> bool {
        let not_null = |column: &Column| {
            (column.not_null || column.key > 0)
                && name == format!("{}_{}_not_null", self.name, column.name)
        };
        self.declared.iter().any(|one| one.name.as_deref() == Some(name))
            || self.foreign_keys.iter().any(|key| self.foreign_name(key) == name)
            || self.constraint_columns(name).is_some()
            || self.columns.iter().any(not_null)
    }

    /// The value of a column that an INSERT does not give, where SQLite would have another than
    /// PostgreSQL: a sequence's next number, none of a key that nobody numbers, or the time.
    pub(crate) fn supplied(&self, column: &Column) -> Option<String> {
        match column.numbers().map(|numbers| numbers.kind) {
            None => column.moment.clone(),
            Some(Numbering::Key) => Some(self.missing(column)),
            Some(_) => {
                let place = storage::quoted(&column.sequence.as_ref()?.place());
                Some(format!("pg_nextval({place})"))
            }
        }
    }

    /// A row of values for an INSERT. Where there are triggers SQLite works out the number of a row twice,
    /// unless it comes of a query: a sequence would give two.
    pub(crate) fn row(&self, values: &str) -> String {
        match self.columns.iter().any(|column| column.sequence.is_some()) {
            true => format!("SELECT {values} WHERE 1"),
            false => format!("VALUES ({values})"),
        }
    }

    /// The database that it is in.
    pub(crate) fn database(&self) -> &'static str {
        if self.temporary { "temp" } else { "main" }
    }

    /// A given value, which may not be NULL where SQLite would make a number of it; numbers that other
    /// programs' tables give to themselves stay.
    pub(crate) fn given(&self, column: &Column, value: String) -> String {
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        let is_key = column.mark().is_some()
            && self.rowid_alias().and_then(|place| self.columns.get(place)).map(|key| &key.name)
                == Some(&column.name);
        match is_key && !is_number {
            true => format!("coalesce({value}, {})", self.missing(column)),
            false => value,
        }
    }

    /// The call that refuses NULL: 23502.
    fn missing(&self, column: &Column) -> String {
        let name = storage::quoted(&format!("{}.{}", self.name, column.name));
        format!("{}({name})", super::functions::raise::MISSING)
    }

    /// A name of the number that each row has, if it has one: one that no column takes away.
    pub(crate) fn rowid(&self) -> Option<&'static str> {
        let is_free =
            |name: &&str| self.columns.iter().all(|column| !column.name.eq_ignore_ascii_case(name));
        let has = !self.without_rowid && !self.view;
        ["rowid", "_rowid_", "oid"].into_iter().find(is_free).filter(|_| has)
    }

    /// Whether rows may refer to others of it that come with the same statement.
    pub(crate) fn refers_to_itself(&self) -> bool {
        let is_own = |key: &&ForeignKey| key.table.eq_ignore_ascii_case(&self.name);
        let mut own = self.foreign_keys.iter().filter(is_own);
        own.any(|key| self.deferral_of(key) != Deferral::UnlessAsked)
    }

    /// Whether it has a foreign key to a table.
    pub(crate) fn refers_to(&self, table: &Relation) -> bool {
        self.temporary == table.temporary
            && self.foreign_keys.iter().any(|key| key.table.eq_ignore_ascii_case(&table.name))
    }

    /// The column that is another name of the rowid: `INTEGER PRIMARY KEY`.
    pub(crate) fn rowid_alias(&self) -> Option<usize> {
        match self.primary_key().as_slice() {
            [only] if !self.without_rowid && !self.view => Some(*only).filter(|only| {
                let key_index = self.indexes.iter().any(|index| index.origin == Origin::Primary);
                self.columns.get(*only).is_some_and(|column| {
                    column.declared.eq_ignore_ascii_case("integer") && !key_index
                })
            }),
            _ => None,
        }
    }
}

impl Schema {
    /// A relation by its folded name: the temporary one first, as in PostgreSQL.
    pub(crate) fn relation(&self, name: &str) -> Option<&Relation> {
        self.relation_of(None, name)
    }

    /// The same, only among those that are temporary, or not.
    pub(crate) fn relation_of(&self, temporary: Option<bool>, name: &str) -> Option<&Relation> {
        let among = || {
            let all = self.relations.iter();
            all.filter(|one| temporary.is_none_or(|wanted| one.temporary == wanted))
        };
        let exact = among().find(|relation| relation.name == name);
        exact.or_else(|| among().find(|relation| relation.name.eq_ignore_ascii_case(name)))
    }

    /// Without what is temporary.
    pub(crate) fn lasting(&self) -> Cow<'_, Schema> {
        if self.relations.iter().all(|relation| !relation.temporary) {
            return Cow::Borrowed(self);
        }
        let mut schema = self.clone();
        schema.relations.retain(|relation| !relation.temporary);
        Cow::Owned(schema)
    }

    /// The tables besides itself that refer to one.
    pub(crate) fn referrers(&self, table: &Relation) -> Vec<&Relation> {
        let others = self.relations.iter().filter(|other| other.oid != table.oid);
        others.filter(|other| other.refers_to(table)).collect()
    }

    pub(crate) fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// What is said of what is there, or of what is temporary.
    pub(crate) fn comments(&self, temporary: bool) -> &Comments {
        let [lasting, passing] = &self.comments;
        if temporary { passing } else { lasting }
    }

    /// The table that has an index of this name, or a key with one.
    pub(crate) fn indexed(&self, name: &str) -> Option<&Relation> {
        let keyed = || self.relations.iter().find(|one| one.constraint_columns(name).is_some());
        self.index(name).map(|(relation, _)| relation).or_else(keyed)
    }

    /// The table that has an index of this name.
    pub(crate) fn index(&self, name: &str) -> Option<(&Relation, &Index)> {
        self.relations.iter().find_map(|relation| {
            let index = relation.indexes.iter().find(|i| i.name.eq_ignore_ascii_case(name))?;
            Some((relation, index))
        })
    }
}
