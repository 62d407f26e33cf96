//! What a type that is not built in is.

use std::borrow::Cow;

use crate::Oid;
use crate::types::error::ValueError;

/// A type that is not built in, with the OID that it has in its database.
///
/// Nothing is checked before [`Types::new`](super::Types::new).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserType {
    pub(super) oid: Oid,
    pub(super) array: Option<Oid>,
    pub(super) schema: Box<str>,
    pub(super) name: Box<str>,
    pub(super) kind: Kind,
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// One of some words. Values are [`Value::Text`](crate::types::Value::Text).
    Enum(Labels),
    /// A row. Values are [`Value::Record`](crate::types::Value::Record).
    Composite(Box<[Attribute]>),
    /// Another type under a name of its own. Values are those of the base type: what the domain
    /// asks of them (`CHECK`, `NOT NULL`) is not looked at here.
    Domain {
        /// The type that it is over, perhaps a domain too.
        base: Oid,
        /// The modifier of that type, -1 without one.
        typmod: i32,
    },
    /// All values between two bounds, in no other form than they were given.
    Range {
        /// The type of the bounds.
        subtype: Oid,
    },
    /// Ranges that lie apart.
    Multirange {
        /// The type of the ranges, which is not built in.
        range: Oid,
    },
    /// A type with a text and bytes of its own.
    Base(Base),
}

/// Types of extensions whose text and bytes are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Base {
    /// A string in both formats, as `citext` is. Values are `Value::Text`.
    Text,
    /// `hstore`. Values are [`Value::Hstore`](crate::types::Value::Hstore).
    Hstore,
    /// `ltree`, as of PostgreSQL 16 with hyphens. Values are `Value::Text`.
    Ltree,
    /// `vector` of pgvector. Values are [`Value::Vector`](crate::types::Value::Vector).
    Vector,
    /// `halfvec` of pgvector. Values are `Value::Vector`.
    Halfvec,
    /// `sparsevec` of pgvector. Values are `Value::Vector`.
    Sparsevec,
}

/// A field of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Box<str>,
    /// Its type.
    pub oid: Oid,
    /// The type's modifier, -1 without one: for `varchar(n)` n + 4, for `numeric(p,s)`
    /// `(p << 16 | s) + 4`. What is read is cut, rounded or refused as it says.
    pub typmod: i32,
}

impl<N: Into<Box<str>>> From<(N, Oid)> for Attribute {
    fn from((name, oid): (N, Oid)) -> Attribute {
        Attribute { name: name.into(), oid, typmod: -1 }
    }
}

impl UserType {
    fn new(oid: Oid, name: impl Into<Box<str>>, kind: Kind) -> UserType {
        UserType { oid, array: None, schema: "public".into(), name: name.into(), kind }
    }

    /// `CREATE TYPE name AS ENUM (labels)`; their order is the order of its values.
    pub fn enumeration<L: Into<Box<str>>>(
        oid: Oid,
        name: impl Into<Box<str>>,
        labels: impl IntoIterator<Item = L>,
    ) -> UserType {
        let labels = Labels::new(labels.into_iter().map(Into::into).collect());
        UserType::new(oid, name, Kind::Enum(labels))
    }

    /// `CREATE TYPE name AS (attributes)`, and the type of a table's rows.
    pub fn composite<A: Into<Attribute>>(
        oid: Oid,
        name: impl Into<Box<str>>,
        attributes: impl IntoIterator<Item = A>,
    ) -> UserType {
        let attributes = attributes.into_iter().map(Into::into).collect();
        UserType::new(oid, name, Kind::Composite(attributes))
    }

    /// `CREATE DOMAIN name AS base`.
    pub fn domain(oid: Oid, name: impl Into<Box<str>>, base: Oid) -> UserType {
        UserType::new(oid, name, Kind::Domain { base, typmod: -1 })
    }

    /// `CREATE TYPE name AS RANGE (subtype)`, without a canonical function: `(1,5]` stays that.
    pub fn range(oid: Oid, name: impl Into<Box<str>>, subtype: Oid) -> UserType {
        UserType::new(oid, name, Kind::Range { subtype })
    }

    /// The multirange type that came with a range type.
    pub fn multirange(oid: Oid, name: impl Into<Box<str>>, range: Oid) -> UserType {
        UserType::new(oid, name, Kind::Multirange { range })
    }

    /// A type of an extension.
    pub fn base(oid: Oid, name: impl Into<Box<str>>, base: Base) -> UserType {
        UserType::new(oid, name, Kind::Base(base))
    }

    /// Gives the OID of arrays of it; without one there are none.
    #[must_use]
    pub fn array(mut self, oid: Oid) -> UserType {
        self.array = Some(oid);
        self
    }

    /// Sets the modifier of the type that a domain is over, as of an [`Attribute`].
    #[must_use]
    pub fn typmod(mut self, modifier: i32) -> UserType {
        if let Kind::Domain { typmod, .. } = &mut self.kind {
            *typmod = modifier;
        }
        self
    }

    /// Says which schema it is in, if not `public`: then messages name that, too.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<Box<str>>) -> UserType {
        self.schema = schema.into();
        self
    }

    /// Its OID.
    pub fn oid(&self) -> Oid {
        self.oid
    }

    /// The OID of arrays of it.
    pub fn array_oid(&self) -> Option<Oid> {
        self.array
    }

    /// The schema that it is in.
    pub fn schema_name(&self) -> &str {
        &self.schema
    }

    /// Its name, as it is, without quotes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// As `format_type` spells it under the default `search_path`.
    pub(super) fn spelled(&self) -> Cow<'_, str> {
        match &*self.schema {
            "public" | "pg_catalog" => quoted(&self.name),
            schema => [&quoted(schema), ".", &quoted(&self.name)].concat().into(),
        }
    }
}

/// A name as SQL takes it. That key words need quotes is not known here.
fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain {
        return name.into();
    }
    format!("\"{}\"", name.replace('"', "\"\"")).into()
}

/// The words of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// In their order.
    all: Box<[Box<str>]>,
    /// Places in `all`, in the order of the alphabet.
    by_name: Box<[usize]>,
}

impl Labels {
    fn new(all: Box<[Box<str>]>) -> Labels {
        let mut by_name: Box<[usize]> = (0..all.len()).collect();
        by_name.sort_by_key(|place| all.get(*place));
        Labels { all, by_name }
    }

    /// Where in the order of the labels this one is; `None` if it is none of them.
    pub fn position(&self, label: &str) -> Option<usize> {
        let at = |place: &usize| self.all.get(*place).map(|label| &**label);
        let found = self.by_name.binary_search_by(|place| at(place).cmp(&Some(label))).ok()?;
        self.by_name.get(found).copied()
    }

    /// The labels in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.all.iter().map(|label| &**label)
    }

    /// A label that is there twice.
    pub(super) fn repeated(&self) -> Option<&str> {
        let label = |place: &usize| self.all.get(*place).map(|label| &**label);
        self.by_name.windows(2).find_map(|pair| match pair {
            [one, other] if label(one) == label(other) => label(one),
            _ => None,
        })
    }

    /// 22P02: the text is no label.
    #[cold]
    pub(super) fn refuse(of: &UserType, text: &str) -> ValueError {
        ValueError::new(
            crate::SqlState::INVALID_TEXT_REPRESENTATION,
            // No more memory than it needs: the text may be long.
            ["invalid input value for enum ", &of.spelled(), ": \"", text, "\""].concat(),
        )
    }
}
