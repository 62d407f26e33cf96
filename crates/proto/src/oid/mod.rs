//! The identity of a type on the wire.

mod generated;

/// An object identifier, here always of a type (`pg_type.oid`); unknown values survive.
///
/// Source: <https://www.postgresql.org/docs/18/datatype-oid.html>. Zero means "unspecified".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(pub u32);

impl Oid {
    /// No type: "let the server decide" in a Parse message.
    pub const UNSPECIFIED: Oid = Oid(0);
}

impl std::fmt::Display for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
