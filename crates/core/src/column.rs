//! The shape of a result.

use std::sync::Arc;

use trunkline_proto::Oid;
use trunkline_proto::types::{self, Types};

/// A column of a result, as RowDescription announces it.
///
/// Source: <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-ROWDESCRIPTION>.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Column {
    /// Its name; two columns may share one.
    pub name: Box<str>,
    /// Its type.
    pub type_oid: Oid,
    /// The type's length in bytes, -1 when it varies (`pg_type.typlen`).
    pub typlen: i16,
    /// The type's modifier, -1 without one (`pg_attribute.atttypmod`).
    pub typmod: i32,
    /// The table it comes from, or zero.
    pub table_oid: Oid,
    /// Its number within that table, or zero.
    pub attnum: i16,
}

impl Column {
    /// A column that is computed, not stored.
    pub fn new(name: impl Into<Box<str>>, type_oid: Oid) -> Column {
        Column {
            name: name.into(),
            type_oid,
            typlen: types::typlen(type_oid),
            typmod: -1,
            table_oid: Oid(0),
            attnum: 0,
        }
    }

    /// As RowDescription tells it where these types are known that are not built in: the type, of a
    /// domain the one that it is over, its length and its modifier.
    ///
    /// A length and a modifier that the column's maker set stay.
    #[inline]
    pub fn announced(&self, types: &Types) -> (Oid, i16, i32) {
        if types.is_empty() {
            return (self.type_oid, self.typlen, self.typmod);
        }
        let typlen = if self.typlen == -1 { types.typlen(self.type_oid) } else { self.typlen };
        let typmod = if self.typmod == -1 { types.typmod_of(self.type_oid) } else { self.typmod };
        (types.base_of(self.type_oid), typlen, typmod)
    }

    /// Sets the type's modifier: for `varchar(n)` n + 4, for `numeric(p, s)` `(p << 16 | s) + 4`.
    pub fn typmod(mut self, typmod: i32) -> Column {
        self.typmod = typmod;
        self
    }

    /// Names the table and attribute that the column shows.
    pub fn origin(mut self, table_oid: Oid, attnum: i16) -> Column {
        self.table_oid = table_oid;
        self.attnum = attnum;
        self
    }
}

impl<N: Into<Box<str>>> From<(N, Oid)> for Column {
    fn from((name, type_oid): (N, Oid)) -> Column {
        Column::new(name, type_oid)
    }
}

/// What is known of a statement's result before it runs.
#[derive(Clone, Debug)]
pub enum Columns {
    /// It returns no rows.
    None,
    /// It returns rows of this shape, be it without any column.
    Known(Arc<[Column]>),
    /// It must run before it can tell: a handler with one stage. The server runs it when the
    /// client asks for a description, so it must not change anything.
    AfterBind,
}
