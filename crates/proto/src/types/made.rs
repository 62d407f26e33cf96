//! Types that are made of other types, or registered.

use super::catalog;
use super::range::{RangeType, built_in_multirange, built_in_range};
use super::user::{Attribute, Base, Kind, Spelled, Types};
use crate::Oid;

/// What a type is made of, and how its values are therefore read.
pub(super) enum Made<'t> {
    Array(Oid),
    /// An `int2vector` or `oidvector`.
    Vector(Oid),
    /// A record of any fields.
    Record,
    Composite(&'t [Attribute]),
    Range(RangeType),
    Multirange(RangeType),
    /// Both formats are those of another type, under a modifier or -1.
    Same(Oid, i32),
    Spelled(Spelled<'t>),
    Hstore,
    /// One of pgvector's.
    PgVector(Base),
    /// Of nothing; or it is not known here.
    Other,
}

pub(super) fn made_of(oid: Oid, types: &Types) -> Made<'_> {
    match oid {
        Oid::RECORD => return Made::Record,
        Oid::INT2VECTOR => return Made::Vector(Oid::INT2),
        Oid::OIDVECTOR => return Made::Vector(Oid::OID),
        _ => {}
    }
    if let Some(element) = catalog::element_of(oid) {
        return Made::Array(element);
    }
    if let Some(of) = built_in_range(oid) {
        return Made::Range(of);
    }
    if let Some(of) = built_in_multirange(oid) {
        return Made::Multirange(of);
    }
    registered(oid, types)
}

fn registered(oid: Oid, types: &Types) -> Made<'_> {
    let Some(user) = types.get(oid) else {
        return types.element_of(oid).map_or(Made::Other, Made::Array);
    };
    let range = || types.range_type(oid);
    match user.kind() {
        Kind::Enum(labels) => Made::Spelled(Spelled::Enum(user, labels)),
        Kind::Composite(attributes) => Made::Composite(attributes),
        Kind::Domain { .. } => Made::Same(types.base_of(oid), types.typmod_of(oid)),
        Kind::Range { .. } => range().map_or(Made::Other, Made::Range),
        Kind::Multirange { .. } => range().map_or(Made::Other, Made::Multirange),
        Kind::Base(Base::Text) => Made::Same(Oid::TEXT, -1),
        Kind::Base(Base::Ltree) => Made::Spelled(Spelled::Ltree),
        Kind::Base(Base::Hstore) => Made::Hstore,
        Kind::Base(base) => Made::PgVector(*base),
    }
}
