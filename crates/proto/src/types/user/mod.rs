//! Types that are not built in: enums, composite types, domains, ranges, and those of extensions.
//!
//! Their OIDs differ from database to database, so whoever has such types says which they are:
//! [`Types::new`] takes them all, and from then on [`TextStyle::types`](super::TextStyle::types)
//! carries them to every function that reads or writes values.
//!
//! ```
//! use trunkline_proto::types::{TextStyle, Types, UserType, Value};
//! use trunkline_proto::{Format, Oid};
//!
//! let (mood, moods) = (Oid(20_001), Oid(20_002));
//! let types = Types::new([UserType::enumeration(mood, "mood", ["sad", "happy"]).array(moods)])?;
//! let style = TextStyle { types, ..TextStyle::default() };
//! let Value::Array(value) = Value::decode(moods, Format::Text, b"{happy,sad}", &style)? else {
//!     unreachable!()
//! };
//! assert_eq!(value.elements().next().unwrap()?, Value::Text("happy".into()));
//! assert!(Value::decode(mood, Format::Text, b"glad", &style).is_err());
//! # Ok::<(), trunkline_proto::types::ValueError>(())
//! ```
//!
//! What is not looked at: what a domain asks of its values, and
//! collations: ranges of strings are in the order of their bytes, as under `COLLATE "C"`. Modifiers
//! of fields and of domains hold for what is read as a [`Value`](super::Value).

mod build;
mod kind;
mod spelled;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::error::ValueError;
use super::range::RangeType;
use super::{array, catalog};
use crate::Oid;

pub use kind::{Attribute, Base, Kind, Labels, UserType};
pub(super) use spelled::Spelled;

/// The first OID that a type which is not built in can have; below, PostgreSQL's own are numbered
/// by hand.
const FIRST_OID: u32 = 10_000;

/// The types that are not built in; none by default. Cheap to clone.
#[derive(Clone, Default)]
pub struct Types(Option<Arc<Registry>>);

struct Registry {
    types: Box<[UserType]>,
    /// By OID.
    places: Box<[(Oid, Place)]>,
}

/// What an OID stands for.
#[derive(Clone, Copy)]
struct Place {
    /// In `types`.
    index: usize,
    /// Whether it is the type of arrays of that type.
    is_array: bool,
}

/// A type that was registered, or arrays of it.
struct Found<'t> {
    user: &'t UserType,
    is_array: bool,
}

impl Types {
    /// Registers types; they may be made of one another and of built-in ones.
    ///
    /// # Errors
    ///
    /// 42710 for an OID that two types have or a built-in one, and for a label that is there twice;
    /// 42704 for a part that is neither built in nor among these; 42P17 for a type that is a part of
    /// itself, or nested deeper than 64 types; 42809 for a multirange of what is no range; 0A000 for
    /// a range over a type whose order is not known here; 42602 for a label of more than 63 bytes.
    pub fn new(types: impl IntoIterator<Item = UserType>) -> Result<Types, ValueError> {
        let registry = Registry::new(types.into_iter().collect())?;
        let types = Types(Some(Arc::new(registry)));
        types.check()?;
        Ok(types)
    }

    /// The registered type of this OID, if it is one; not that of its arrays.
    pub fn get(&self, oid: Oid) -> Option<&UserType> {
        self.find(oid).filter(|found| !found.is_array).map(|found| found.user)
    }

    /// The registered types, in the order in which they were.
    pub fn iter(&self) -> impl Iterator<Item = &UserType> {
        self.0.iter().flat_map(|registry| registry.types.iter())
    }

    /// Whether no type is registered.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The type of an array's elements, built in or registered; `None` for a type that is not an
    /// array.
    pub fn element_of(&self, oid: Oid) -> Option<Oid> {
        match self.find(oid) {
            Some(found) => found.is_array.then_some(found.user.oid),
            None => catalog::element_of(oid),
        }
    }

    /// The type of arrays of a type, built in or registered.
    pub fn array_of(&self, oid: Oid) -> Option<Oid> {
        match self.find(oid) {
            Some(found) if found.is_array => None,
            Some(found) => found.user.array,
            None => catalog::array_of(oid),
        }
    }

    /// The name of a type as `format_type` spells it under the default `search_path`.
    pub fn name_of(&self, oid: Oid) -> Option<Cow<'_, str>> {
        match self.find(oid) {
            Some(found) if found.is_array => Some(format!("{}[]", found.user.spelled()).into()),
            Some(found) => Some(found.user.spelled()),
            None => catalog::name_of(oid).map(Cow::Borrowed),
        }
    }

    /// The size that RowDescription announces: bytes, -1 for variable length, -2 for a C string.
    ///
    /// A type that is neither built in nor registered counts as one of variable length.
    pub fn typlen(&self, oid: Oid) -> i16 {
        match self.find(oid) {
            Some(Found { user, is_array: false }) => match user.kind {
                Kind::Enum(_) => 4,
                Kind::Domain { base, .. } => self.typlen(base),
                _ => -1,
            },
            Some(_) => -1,
            None => catalog::typlen(oid),
        }
    }

    /// The type that a domain is over in the end; any other type itself.
    pub fn base_of(&self, mut oid: Oid) -> Oid {
        while let Some(Kind::Domain { base, .. }) = self.get(oid).map(UserType::kind) {
            oid = *base;
        }
        oid
    }

    /// The modifier of a domain's base type, -1 for any other type and without one.
    pub fn typmod_of(&self, mut oid: Oid) -> i32 {
        while let Some(Kind::Domain { base, typmod }) = self.get(oid).map(UserType::kind) {
            if *typmod >= 0 {
                return *typmod;
            }
            oid = *base;
        }
        -1
    }

    /// The type whose text and bytes those of a domain or of `citext` are; any other type itself.
    pub(super) fn resolved(&self, oid: Oid) -> Oid {
        let base = self.base_of(oid);
        match self.get(base).map(UserType::kind) {
            Some(Kind::Base(Base::Text)) => Oid::TEXT,
            _ => base,
        }
    }

    /// [`resolved`](Types::resolved), if that is another type.
    pub(super) fn stands_for(&self, oid: Oid) -> Option<Oid> {
        let resolved = self.resolved(oid);
        (resolved != oid).then_some(resolved)
    }

    /// The fields of a composite type, or of a domain over one.
    pub(super) fn attributes(&self, oid: Oid) -> Option<&[Attribute]> {
        match self.get(self.base_of(oid))?.kind() {
            Kind::Composite(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// The labels of an enum, or of a domain over one.
    pub(super) fn labels(&self, oid: Oid) -> Option<&Labels> {
        match self.get(self.base_of(oid))?.kind() {
            Kind::Enum(labels) => Some(labels),
            _ => None,
        }
    }

    /// The character between the elements of an array of this type.
    pub(super) fn delimiter(&self, element: Oid) -> u8 {
        let mut oid = self.base_of(element);
        // A domain has that of its base type, and an array that of its elements.
        while let Some(element) = self.element_of(oid) {
            oid = self.base_of(element);
        }
        array::delimiter(oid)
    }

    /// What a registered type of ranges or multiranges has to do with which types.
    pub(super) fn range_type(&self, oid: Oid) -> Option<RangeType> {
        match *self.get(oid)?.kind() {
            Kind::Range { subtype } => Some(RangeType { subtype, range: oid, multirange: Oid(0) }),
            Kind::Multirange { range } => {
                Some(RangeType { multirange: oid, ..self.range_type(range)? })
            }
            _ => None,
        }
    }

    /// The kind of a type of an extension.
    pub(super) fn extension(&self, oid: Oid) -> Option<Base> {
        match self.get(oid)?.kind() {
            Kind::Base(base) => Some(*base),
            _ => None,
        }
    }

    /// How a type is spelled whose values are `Value::Text`, unless its bytes are just that.
    pub(super) fn spelled(&self, oid: Oid) -> Option<Spelled<'_>> {
        let user = self.get(oid)?;
        match user.kind() {
            Kind::Enum(labels) => Some(Spelled::Enum(user, labels)),
            Kind::Base(Base::Ltree) => Some(Spelled::Ltree),
            _ => None,
        }
    }

    /// A name to use in messages.
    pub(super) fn display_name(&self, oid: Oid) -> Cow<'_, str> {
        self.name_of(oid).unwrap_or_else(|| format!("with OID {oid}").into())
    }

    #[inline]
    fn find(&self, oid: Oid) -> Option<Found<'_>> {
        if oid.0 < FIRST_OID {
            return None;
        }
        self.look_up(oid)
    }

    fn look_up(&self, oid: Oid) -> Option<Found<'_>> {
        let registry = self.0.as_ref()?;
        let place = registry.places.binary_search_by_key(&oid, |(oid, _)| *oid).ok()?;
        let (_, Place { index, is_array }) = *registry.places.get(place)?;
        Some(Found { user: registry.types.get(index)?, is_array })
    }
}

/// The same registration, not just the same types.
impl PartialEq for Types {
    fn eq(&self, other: &Types) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Eq for Types {}

impl fmt::Debug for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|user| (user.oid, user.spelled()))).finish()
    }
}
