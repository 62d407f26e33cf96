//! What tables demand of their rows, and their indexes.

use std::sync::Arc;

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Constraint {
    /// Its name; one is made up as PostgreSQL does if there is none.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// Whether SET CONSTRAINTS may have it wait for the end of the transaction.
    pub deferrable: bool,
    /// Whether it waits by itself.
    pub deferred: bool,
    /// Whether the rows that were there before it need not hold to it (NOT VALID).
    pub not_valid: bool,
    /// Whether tables that inherit from its own have it not (NO INHERIT).
    pub no_inherit: bool,
}

impl Constraint {
    /// A constraint that is looked at at once.
    pub fn new(name: Option<String>, kind: ConstraintKind) -> Constraint {
        Constraint {
            name,
            kind,
            deferrable: false,
            deferred: false,
            not_valid: false,
            no_inherit: false,
        }
    }
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// PRIMARY KEY.
    Primary(Key),
    /// UNIQUE.
    Unique(Key),
    /// FOREIGN KEY.
    Foreign(Arc<ForeignKey>),
    /// CHECK, an expression.
    Check(String),
    /// NOT NULL of a column, where its name is not the usual one.
    NotNull(usize),
    /// EXCLUDE.
    Exclude(Box<Exclusion>),
}

/// What a primary key or a unique one is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// Its columns.
    pub columns: Vec<usize>,
    /// The columns that its index has besides (INCLUDE).
    pub include: Vec<usize>,
    /// Whether two NULLs are the same (NULLS NOT DISTINCT).
    pub nulls_not_distinct: bool,
}

impl From<Vec<usize>> for Key {
    fn from(columns: Vec<usize>) -> Key {
        Key { columns, ..Key::default() }
    }
}

/// What a foreign key refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ForeignKey {
    /// The columns of this table.
    pub columns: Vec<usize>,
    /// The schema of the other table.
    pub schema: String,
    /// The other table.
    pub table: String,
    /// The names of its columns.
    pub refers_to: Vec<String>,
    /// `a` for NO ACTION, `r` RESTRICT, `c` CASCADE, `n` SET NULL, `d` SET DEFAULT
    /// (`pg_constraint.confupdtype`).
    pub on_update: char,
    /// The same for rows that are deleted.
    pub on_delete: char,
    /// `s` for MATCH SIMPLE, `f` for MATCH FULL (`pg_constraint.confmatchtype`).
    pub matching: char,
}

impl ForeignKey {
    /// A foreign key that does nothing when what it refers to changes.
    pub fn new(
        columns: Vec<usize>,
        schema: impl Into<String>,
        table: impl Into<String>,
        refers_to: Vec<String>,
    ) -> ForeignKey {
        let (schema, table) = (schema.into(), table.into());
        ForeignKey {
            columns,
            schema,
            table,
            refers_to,
            on_update: 'a',
            on_delete: 'a',
            matching: 's',
        }
    }
}

/// What no two rows may have at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exclusion {
    /// The access method of its index, such as `gist`.
    pub method: String,
    /// Its columns and expressions, each with an operator.
    pub elements: Vec<(IndexKey, String)>,
    /// Which rows it is about: an expression.
    pub condition: Option<String>,
}

/// An index that is no constraint's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its access method (`pg_am`), such as `btree`.
    pub method: String,
    /// What it is of, in order.
    pub keys: Vec<IndexKey>,
    /// The columns that it has besides (INCLUDE).
    pub include: Vec<usize>,
    /// Whether it refuses what is there.
    pub unique: bool,
    /// Whether two NULLs are the same to a unique one.
    pub nulls_not_distinct: bool,
    /// The condition of a partial one.
    pub condition: Option<String>,
    /// Its storage parameters, each as `name=value`.
    pub options: Vec<String>,
}

impl Index {
    /// A btree.
    pub fn new(name: impl Into<String>, keys: impl IntoIterator<Item = IndexKey>) -> Index {
        Index {
            name: name.into(),
            method: "btree".to_owned(),
            keys: keys.into_iter().collect(),
            include: Vec::new(),
            unique: false,
            nulls_not_distinct: false,
            condition: None,
            options: Vec::new(),
        }
    }
}

/// What an index is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct IndexKey {
    /// A column or an expression.
    pub of: Indexed,
    /// Whether it goes from high to low (DESC).
    pub descending: bool,
    /// Whether NULLs come before everything else.
    pub nulls_first: bool,
    /// The operator class, where it is not that of the type; perhaps with a schema.
    pub operator_class: Option<String>,
    /// The collation, where it is not that of the column; perhaps with a schema.
    pub collation: Option<String>,
}

/// A column or an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Indexed {
    /// A column of the table, counted from 0.
    Column(usize),
    /// An expression; its text is empty where it is not known.
    Expression(String),
}

impl IndexKey {
    /// A key that goes up, or down with NULLs before everything else.
    pub fn new(of: Indexed, descending: bool) -> IndexKey {
        IndexKey { of, descending, nulls_first: descending, operator_class: None, collation: None }
    }

    /// The column that it is.
    pub fn column(&self) -> Option<usize> {
        match &self.of {
            Indexed::Column(column) => Some(*column),
            Indexed::Expression(_) => None,
        }
    }

    /// The text of the expression that it is.
    pub fn expression(&self) -> Option<&str> {
        match &self.of {
            Indexed::Column(_) => None,
            Indexed::Expression(text) => Some(text),
        }
    }
}
