//! Values while a query is worked out.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use trunkline_core::types::{Numeric, Value};
use trunkline_core::{Oid, Result};

use crate::error::too_deep;

/// A value; what type it is of is known where it is used.
///
/// Integers of all sizes, dates and timestamps are `Int`, object identifiers of all kinds `Oid`, and
/// strings of all kinds `Text`.
// Values are copied all the time. With a tag of a byte they were written in parts and read as a whole, for which a
// processor waits until the parts have left it.
#[derive(Clone, Debug, Default)]
#[repr(u64)]
pub(crate) enum Datum {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Oid(u32),
    Float(f64),
    Numeric(Arc<Numeric>),
    Text(Arc<str>),
    Array(Arc<List>),
    Record(Arc<Record>),
    /// A label of an enum.
    Label(Arc<Label>),
    /// A value that is only carried.
    Other(Arc<Value>),
}

/// A row of values, shared by all that hold it.
pub(crate) type Row = Arc<[Datum]>;

/// A label of an enum, and its place among all of them, by which they are ordered.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) place: usize,
    pub(crate) text: Arc<str>,
}

/// Names and types of the fields of a record.
pub(crate) type Fields = Arc<[(Arc<str>, Oid)]>;

/// A row as a value, which knows what its fields are.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) fields: Fields,
    pub(crate) values: Row,
    /// About how many bytes it is, what it shares with others too: worked out once, for a record may hold
    /// another one twice, and that one a third.
    size: usize,
    /// How many records are within one another.
    depth: usize,
}

/// How deep records may be within one another.
const DEPTH: usize = 200;

impl Record {
    /// The fields, each with its name and type.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, Oid, &Datum)> {
        let pairs = self.fields.iter().zip(self.values.iter());
        pairs.map(|((name, oid), value)| (name, *oid, value))
    }
}

/// An array.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct List {
    /// Length and lower bound of each dimension, outermost first; none if it is empty.
    pub(crate) dimensions: Vec<(i32, i32)>,
    pub(crate) items: Vec<Datum>,
}

impl List {
    /// An array of one dimension that starts at 1.
    pub(crate) fn new(items: Vec<Datum>) -> List {
        List::from(items, 1)
    }

    /// An array of one dimension that starts at `lower`.
    pub(crate) fn from(items: Vec<Datum>, lower: i32) -> List {
        let length = i32::try_from(items.len()).unwrap_or(i32::MAX);
        let dimensions = if items.is_empty() { Vec::new() } else { vec![(length, lower)] };
        List { dimensions, items }
    }

    /// `int2vector` and `oidvector`: they start at 0, and have a dimension even if empty.
    pub(crate) fn vector(items: Vec<Datum>) -> List {
        let length = i32::try_from(items.len()).unwrap_or(i32::MAX);
        List { dimensions: vec![(length, 0)], items }
    }

    /// The order of two arrays: of their elements, but for `oidvector`, of which the shorter one is less.
    fn compare(&self, other: &List) -> Ordering {
        let lengths = if self.is_oidvector() && other.is_oidvector() {
            self.items.len().cmp(&other.items.len())
        } else {
            Ordering::Equal
        };
        lengths.then_with(|| self.compare_items(other))
    }

    /// The order of two arrays by their elements, whatever they are.
    pub(crate) fn compare_items(&self, other: &List) -> Ordering {
        compare_all(&self.items, &other.items).then_with(|| self.dimensions.cmp(&other.dimensions))
    }

    /// Whether it looks like an `oidvector`: one that was cast to an array does, too.
    fn is_oidvector(&self) -> bool {
        matches!(self.dimensions.as_slice(), [(_, 0)])
            && matches!(self.items.first(), Some(Datum::Oid(_)))
    }

    /// The subscript of the first element.
    pub(crate) fn lower(&self) -> i32 {
        self.dimensions.first().map_or(1, |(_, lower)| *lower)
    }

    /// The element of a subscript.
    pub(crate) fn get(&self, subscript: i64) -> Option<&Datum> {
        if self.dimensions.len() > 1 {
            return None;
        }
        let index = subscript.checked_sub(self.lower().into())?;
        self.items.get(usize::try_from(index).ok()?)
    }
}

impl Datum {
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Datum {
        Datum::Text(text.into())
    }

    pub(crate) fn list(items: Vec<Datum>) -> Datum {
        Datum::Array(Arc::new(List::new(items)))
    }

    /// A row as a value.
    ///
    /// # Errors
    ///
    /// 54001 if too many are within one another: whatever goes through a value needs stack for each.
    pub(crate) fn record(fields: &Fields, values: Row) -> Result<Datum> {
        let depth = 1 + depth_of_all(&values);
        if depth > DEPTH {
            return Err(too_deep());
        }
        let size = size_of_all(&values);
        Ok(Datum::Record(Arc::new(Record { fields: fields.clone(), values, size, depth })))
    }

    /// An array of strings.
    pub(crate) fn texts<T: Into<Arc<str>>>(items: impl IntoIterator<Item = T>) -> Datum {
        Datum::list(items.into_iter().map(Datum::text).collect())
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }

    /// What a condition makes of it: NULL is not true.
    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Datum::Bool(true))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Datum::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Datum::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number, be it one or an OID.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Datum::Int(value) => Some(*value),
            Datum::Oid(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    pub(crate) fn as_oid(&self) -> Option<u32> {
        match self {
            Datum::Oid(value) => Some(*value),
            Datum::Int(value) => u32::try_from(*value).ok(),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&Arc<List>> {
        match self {
            Datum::Array(list) => Some(list),
            _ => None,
        }
    }

    /// What is only carried.
    pub(crate) fn as_value(&self) -> Option<&Value> {
        match self {
            Datum::Other(value) => Some(value),
            _ => None,
        }
    }

    /// Any number, as near as a float gets.
    pub(crate) fn as_float(&self) -> Option<f64> {
        match self {
            Datum::Float(value) => Some(*value),
            Datum::Numeric(value) => Some(value.to_f64()),
            Datum::Int(value) => Numeric::from_i128(i128::from(*value), 0).to_f64().into(),
            Datum::Oid(value) => Some(f64::from(*value)),
            _ => None,
        }
    }

    pub(crate) fn to_numeric(&self) -> Option<Numeric> {
        match self {
            Datum::Numeric(value) => Some(Numeric::clone(value)),
            Datum::Int(value) => Some(Numeric::from_i128(i128::from(*value), 0)),
            Datum::Oid(value) => Some(Numeric::from_i128(i128::from(*value), 0)),
            Datum::Float(value) => Some(Numeric::from_f64(*value)),
            _ => None,
        }
    }

    /// About how many bytes it holds beside its own, with all that is in it.
    pub(crate) fn size(&self) -> usize {
        match self {
            Datum::Text(text) => text.len(),
            // Of 1e131071 the text is long.
            Datum::Numeric(number) => number.printed_len(),
            Datum::Array(list) => size_of_all(&list.items),
            Datum::Record(record) => record.size,
            Datum::Other(value) => size_of_value(value),
            _ => 0,
        }
    }

    /// Whether it is held by another one, too.
    pub(crate) fn is_same(&self, other: &Datum) -> bool {
        match (self, other) {
            (Datum::Text(one), Datum::Text(two)) => Arc::ptr_eq(one, two),
            (Datum::Array(one), Datum::Array(two)) => Arc::ptr_eq(one, two),
            (Datum::Numeric(one), Datum::Numeric(two)) => Arc::ptr_eq(one, two),
            (Datum::Record(one), Datum::Record(two)) => Arc::ptr_eq(one, two),
            (Datum::Other(one), Datum::Other(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }

    /// The order of two values of one type; NULL is the last.
    pub(crate) fn compare(&self, other: &Datum) -> Ordering {
        match (self, other) {
            (Datum::Null, Datum::Null) => Ordering::Equal,
            (Datum::Null, _) => Ordering::Greater,
            (_, Datum::Null) => Ordering::Less,
            (Datum::Bool(one), Datum::Bool(two)) => one.cmp(two),
            (Datum::Text(one), Datum::Text(two)) => one.cmp(two),
            (Datum::Oid(one), Datum::Oid(two)) => one.cmp(two),
            (Datum::Array(one), Datum::Array(two)) => one.compare(two),
            (Datum::Record(one), Datum::Record(two)) => compare_all(&one.values, &two.values),
            (Datum::Label(one), Datum::Label(two)) => one.place.cmp(&two.place),
            // Those of types without an order are only told apart.
            (Datum::Other(one), Datum::Other(two)) => {
                one.compare(two).unwrap_or_else(|| format!("{one:?}").cmp(&format!("{two:?}")))
            }
            _ => match (self.as_int(), other.as_int()) {
                (Some(one), Some(two)) => one.cmp(&two),
                _ => self.compare_numbers(other),
            },
        }
    }

    fn compare_numbers(&self, other: &Datum) -> Ordering {
        if let (Datum::Float(_), _) | (_, Datum::Float(_)) = (self, other)
            && let (Some(one), Some(two)) = (self.as_float(), other.as_float())
        {
            // NaN is equal to itself and above all others, and zero has no sign.
            return one.partial_cmp(&two).unwrap_or_else(|| one.is_nan().cmp(&two.is_nan()));
        }
        match (self.to_numeric(), other.to_numeric()) {
            (Some(one), Some(two)) => one.compare(&two),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// Tells values apart that should never meet.
    fn rank(&self) -> u8 {
        match self {
            Datum::Bool(_) => 0,
            Datum::Int(_) | Datum::Oid(_) | Datum::Float(_) | Datum::Numeric(_) => 1,
            Datum::Text(_) => 2,
            Datum::Array(_) => 3,
            Datum::Record(_) => 4,
            Datum::Other(_) => 5,
            Datum::Label(_) => 6,
            Datum::Null => 7,
        }
    }
}

fn depth_of_all(values: &[Datum]) -> usize {
    let depths = values.iter().map(|value| match value {
        Datum::Record(record) => record.depth,
        Datum::Array(list) => depth_of_all(&list.items),
        _ => 0,
    });
    depths.max().unwrap_or(0)
}

fn size_of_all(values: &[Datum]) -> usize {
    let sizes = values.iter().map(|value| size_of::<Datum>().saturating_add(value.size()));
    sizes.fold(0, usize::saturating_add)
}

/// What a value holds that is only carried: those of a changing length are compared by what they look like.
fn size_of_value(value: &Value) -> usize {
    let bytes = match value {
        Value::Bytea(bytes) => bytes.len(),
        Value::Bits(bits) => bits.bytes().len(),
        Value::Opaque(opaque) => opaque.bytes.len(),
        Value::Text(text) | Value::Json(text) => text.len(),
        _ => 16,
    };
    bytes.saturating_mul(4)
}

/// How long an interval is, with months of 30 days.
fn span(value: &Value) -> Option<i128> {
    let Value::Interval(own) = value else { return None };
    let days = i128::from(own.months) * 30 + i128::from(own.days);
    Some(days * 86_400_000_000 + i128::from(own.micros))
}

/// The order of two lists of values: that of the first ones that differ, or else of their lengths.
pub(crate) fn compare_all(one: &[Datum], two: &[Datum]) -> Ordering {
    let unequal =
        one.iter().zip(two).map(|(one, two)| one.compare(two)).find(|order| order.is_ne());
    unequal.unwrap_or_else(|| one.len().cmp(&two.len()))
}

/// Equal as GROUP BY and DISTINCT have it: NULL is NULL.
impl PartialEq for Datum {
    fn eq(&self, other: &Datum) -> bool {
        self.compare(other).is_eq()
    }
}

impl Eq for Datum {}

impl Hash for Datum {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Datum::Null => 0_u8.hash(state),
            Datum::Bool(value) => value.hash(state),
            Datum::Text(text) => text.hash(state),
            Datum::Int(_) | Datum::Oid(_) => self.as_int().hash(state),
            // Equal numbers of different kinds have one hash.
            Datum::Float(_) | Datum::Numeric(_) => match self.to_numeric() {
                Some(number) if number.is_integer() => number.to_i64().ok().hash(state),
                _ => 1_u8.hash(state),
            },
            Datum::Array(list) => list.items.hash(state),
            Datum::Record(record) => record.values.hash(state),
            Datum::Label(label) => label.place.hash(state),
            Datum::Other(value) => match &**value {
                // Equal ones may have bounds that look different.
                Value::Range(_) | Value::Multirange(_) => 2_u8.hash(state),
                value => match span(value) {
                    Some(span) => span.hash(state),
                    None => format!("{value:?}").hash(state),
                },
            },
        }
    }
}
