//! Types that are not built in; what PostgreSQL makes of them is in `tests/user_types_live`.

use super::*;
use crate::SqlState;

pub(super) const MOOD: Oid = Oid(20_001);
const ITEM: Oid = Oid(20_003);
const SPAN: Oid = Oid(20_008);
const HSTORE: Oid = Oid(20_013);
const VECTOR: Oid = Oid(20_015);
/// The OIDs of all types below and of their arrays, without a gap.
pub(super) const ALL: std::ops::RangeInclusive<u32> = 20_001..=20_024;

/// A type of every kind, made of others.
pub(super) fn types() -> Types {
    let next = |oid: Oid| Oid(oid.0 + 1);
    let all = [
        UserType::enumeration(MOOD, "mood", ["sad", "ok", "very happy"]),
        UserType::composite(
            ITEM,
            "item",
            [("id", Oid::INT4), ("mood", MOOD), ("notes", Oid::TEXT_ARRAY), ("any", Oid::RECORD)],
        ),
        UserType::domain(Oid(20_005), "positive", Oid::INT4),
        UserType::range(SPAN, "span", Oid::FLOAT8),
        UserType::multirange(Oid(20_010), "spans", SPAN),
        UserType::base(HSTORE, "hstore", Base::Hstore),
        UserType::base(VECTOR, "vector", Base::Vector),
        UserType::base(Oid(20_017), "halfvec", Base::Halfvec),
        UserType::base(Oid(20_019), "sparsevec", Base::Sparsevec),
        UserType::base(Oid(20_021), "ltree", Base::Ltree),
        UserType::composite(
            Oid(20_023),
            "nest",
            [("items", next(ITEM)), ("spans", Oid(20_010)), ("map", HSTORE), ("v", VECTOR)],
        ),
    ];
    let all = all.map(|user| {
        let oid = next(user.oid());
        user.array(oid)
    });
    let more = [
        UserType::domain(Oid(20_007), "items", next(ITEM)),
        UserType::base(Oid(20_012), "citext", Base::Text),
    ];
    Types::new(all.into_iter().chain(more)).unwrap()
}

fn style() -> TextStyle {
    TextStyle { types: types(), ..TextStyle::default() }
}

fn refused(types: impl IntoIterator<Item = UserType>) -> SqlState {
    Types::new(types).unwrap_err().sqlstate()
}

#[test]
fn what_cannot_be_is_not_registered() {
    let mood = || UserType::enumeration(MOOD, "mood", ["sad"]);
    let unknown = Oid(99_999);
    assert_eq!(refused([mood(), mood()]), SqlState::DUPLICATE_OBJECT);
    assert_eq!(refused([mood().array(MOOD)]), SqlState::DUPLICATE_OBJECT);
    assert_eq!(refused([mood().array(Oid::INT4)]), SqlState::DUPLICATE_OBJECT);
    for oid in [Oid(0), Oid::INT4, Oid(9_999)] {
        assert_eq!(refused([UserType::domain(oid, "d", Oid::INT4)]), SqlState::DUPLICATE_OBJECT);
    }
    let twice = UserType::enumeration(MOOD, "mood", ["a", "b", "a"]);
    assert_eq!(refused([twice]), SqlState::DUPLICATE_OBJECT);
    let long = UserType::enumeration(MOOD, "mood", ["x".repeat(64)]);
    assert_eq!(refused([long]), SqlState::INVALID_NAME);
    for user in [
        UserType::domain(MOOD, "d", unknown),
        UserType::range(MOOD, "r", unknown),
        UserType::multirange(MOOD, "m", unknown),
        UserType::composite(MOOD, "c", [("a", Oid::INT4), ("b", unknown)]),
    ] {
        assert_eq!(refused([user]), SqlState::UNDEFINED_OBJECT);
    }
    let of_integers = UserType::multirange(MOOD, "m", Oid::INT4);
    assert_eq!(refused([of_integers]), SqlState::WRONG_OBJECT_TYPE);
    // Its order is not that of its bytes: PostgreSQL folds case.
    let (citext, fold) = (Oid(20_012), Oid(20_013));
    for subtype in [citext, fold] {
        let types = [
            UserType::base(citext, "citext", Base::Text),
            UserType::domain(fold, "fold", citext),
            UserType::range(MOOD, "r", subtype),
        ];
        assert_eq!(refused(types), SqlState::FEATURE_NOT_SUPPORTED);
    }
    let of_points = UserType::range(MOOD, "r", Oid::POINT);
    assert_eq!(refused([of_points]), SqlState::FEATURE_NOT_SUPPORTED);
}

#[test]
fn a_type_is_no_part_of_itself() {
    let composite = |oid, part| UserType::composite(Oid(oid), "c", [("a", Oid(part))]);
    let itself = composite(20_000, 20_000);
    assert_eq!(refused([itself]), SqlState::INVALID_OBJECT_DEFINITION);
    let through_an_array = composite(20_000, 20_001).array(Oid(20_001));
    assert_eq!(refused([through_an_array]), SqlState::INVALID_OBJECT_DEFINITION);
    let domains = [
        UserType::domain(Oid(20_000), "one", Oid(20_001)),
        UserType::domain(Oid(20_001), "other", Oid(20_000)),
    ];
    assert_eq!(refused(domains), SqlState::INVALID_OBJECT_DEFINITION);
    // Nor is one nested deeper than values may be.
    let chain = |length| (0..length).map(move |place| composite(20_001 + place, 20_000 + place));
    let first = || [UserType::domain(Oid(20_000), "d", Oid::INT4)];
    assert!(Types::new(first().into_iter().chain(chain(60))).is_ok());
    let deep = first().into_iter().chain(chain(70));
    assert_eq!(refused(deep), SqlState::INVALID_OBJECT_DEFINITION);
}

#[test]
fn types_are_found_by_their_oids() {
    let types = types();
    assert_eq!(types.name_of(MOOD).as_deref(), Some("mood"));
    assert_eq!(types.name_of(Oid(20_002)).as_deref(), Some("mood[]"));
    assert_eq!(types.name_of(Oid::INT4).as_deref(), Some("integer"));
    assert_eq!(
        (types.element_of(Oid(20_002)), types.array_of(MOOD)),
        (Some(MOOD), Some(Oid(20_002)))
    );
    assert_eq!(
        (types.element_of(Oid::INT4_ARRAY), types.element_of(MOOD)),
        (Some(Oid::INT4), None)
    );
    assert_eq!((types.typlen(MOOD), types.typlen(ITEM), types.typlen(Oid(20_005))), (4, -1, 4));
    assert_eq!((types.base_of(Oid(20_007)), types.base_of(MOOD)), (Oid(20_004), MOOD));
    assert!(types.get(Oid(20_002)).is_none() && types.get(Oid::INT4).is_none());
    let elsewhere = UserType::enumeration(MOOD, "Mood \"x\"", ["a"]).schema("app");
    let elsewhere = Types::new([elsewhere]).unwrap();
    assert_eq!(elsewhere.name_of(MOOD).as_deref(), Some("app.\"Mood \"\"x\"\"\""));
}

#[test]
fn rust_values_become_registered_types() {
    let style = style();
    let written = |value: &dyn Fn(&mut Vec<u8>) -> Result<IsNull, ValueError>| {
        let mut out = Vec::new();
        value(&mut out).map(|_| out)
    };
    let positive = written(&|out| 7_i32.encode(Oid(20_005), Format::Binary, &style, out));
    assert_eq!(positive.unwrap(), [0, 0, 0, 7]);
    let mood = written(&|out| "ok".encode(MOOD, Format::Binary, &style, out));
    assert_eq!(mood.unwrap(), b"ok");
    let glad = written(&|out| "glad".encode(MOOD, Format::Text, &style, out));
    assert_eq!(glad.unwrap_err().message(), "invalid input value for enum mood: \"glad\"");
    let moods =
        written(&|out| vec!["ok", "very happy"].encode(Oid(20_002), Format::Text, &style, out));
    assert_eq!(moods.unwrap(), b"{ok,\"very happy\"}");
    let number = written(&|out| 7_i32.encode(MOOD, Format::Text, &style, out));
    assert_eq!(number.unwrap_err().message(), "cannot convert an integer to type mood");
    // Fields are written as the type has them, not as the record says.
    let field = |value| record::Field { oid: Oid::INT8, value };
    let item = |values: Vec<Value>| Record::new(values.into_iter().map(field).collect());
    let sound = item(vec![Value::Int8(1), "sad".into(), Value::Null, Value::Null]);
    let binary = written(&|out| sound.encode(ITEM, Format::Binary, &style, out)).unwrap();
    assert_eq!(&binary[..16], [0, 0, 0, 4, 0, 0, 0, 23, 0, 0, 0, 4, 0, 0, 0, 1]);
    let short = item(vec![Value::Int8(1)]);
    let error = written(&|out| short.encode(ITEM, Format::Text, &style, out)).unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::DATATYPE_MISMATCH);
    assert_eq!(i32::decode(Oid(20_005), Format::Text, b"7", &style), Ok(7));
    assert_eq!(<&str>::decode(MOOD, Format::Binary, b"ok", &style), Ok("ok"));
    assert_eq!(<&str>::decode(Oid(20_021), Format::Binary, b"\x01a.b", &style), Ok("a.b"));
    let some = <Vec<String>>::decode(Oid(20_002), Format::Text, b"{ok,sad}", &style);
    assert_eq!(some.unwrap(), ["ok", "sad"]);
}

#[test]
fn values_of_extensions_are_made_by_hand() {
    let style = style();
    let text = |value: Value, oid| {
        let mut out = Vec::new();
        let _ = value.encode(oid, Format::Text, &style, &mut out)?;
        Ok::<_, ValueError>(String::from_utf8(out).unwrap())
    };
    let map =
        Hstore::new([("bb".into(), None), ("a".into(), Some("x\"".into())), ("a".into(), None)]);
    let expected = "\"a\"=>\"x\\\"\", \"bb\"=>NULL";
    assert_eq!(text(Value::Hstore(map.clone()), HSTORE).unwrap(), expected);
    assert_eq!(text(Value::Hstore(map.clone()), Oid::TEXT).unwrap(), expected);
    let error = text(Value::Hstore(map), VECTOR).unwrap_err();
    assert_eq!(error.message(), "cannot convert type hstore to type vector");
    assert_eq!(text(Value::Vector(Vector::Full(vec![1.5, 2.0])), VECTOR).unwrap(), "[1.5,2]");
    let endless = Value::Vector(Vector::Full(vec![f32::INFINITY]));
    assert!(endless.encode(VECTOR, Format::Binary, &style, &mut Vec::new()).is_err());
}

#[test]
fn ranges_keep_the_form_that_they_were_given() {
    use std::ops::Bound;
    let types = types();
    let [low, high] = [1.5, 2.5].map(Value::Float8);
    let range = Range::of_type(SPAN, Bound::Excluded(low), Bound::Included(high), &types).unwrap();
    let ranges = Multirange::of_type(Oid(20_010), vec![range.clone(), range], &types).unwrap();
    let mut out = Vec::new();
    let _ = Value::Multirange(ranges).encode(Oid(20_010), Format::Text, &style(), &mut out);
    assert_eq!(out, b"{(1.5,2.5]}");
    assert!(Range::of_type(MOOD, Bound::Unbounded, Bound::Unbounded, &types).is_err());
}

#[test]
fn bounds_are_values_of_the_subtype() {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let types = types();
    let state = |range: Result<Range, ValueError>| range.map_err(|error| error.sqlstate());
    let wrong = Err(SqlState::DATATYPE_MISMATCH);
    assert_eq!(state(Range::new(Oid::INT4, Included(Value::Int8(1)), Unbounded)), wrong);
    assert_eq!(state(Range::new(Oid::INT4, Unbounded, Excluded(Value::Null))), wrong);
    let [low, high] = [1, 2].map(Value::Int8);
    assert_eq!(state(Range::new(Oid::INT4, Included(low.clone()), Excluded(high.clone()))), wrong);
    assert!(Range::new(Oid::INT8, Included(low), Excluded(high)).is_ok());
    assert_eq!(state(Range::new(Oid::TEXT, Included("a".into()), Unbounded)), wrong);
    assert_eq!(state(Range::of_type(SPAN, Included(Value::Float4(1.0)), Unbounded, &types)), wrong);
    let moods = Oid(20_000);
    let of_moods = Types::new([
        UserType::enumeration(MOOD, "mood", ["sad", "ok"]),
        UserType::range(moods, "moods", MOOD),
    ])
    .unwrap();
    assert_eq!(state(Range::of_type(moods, Included("x".into()), Unbounded, &of_moods)), wrong);
    assert!(Range::of_type(moods, Included("sad".into()), Unbounded, &of_moods).is_ok());
}

/// What knows of these types takes a pointer, and no value has grown for it.
#[test]
fn types_take_a_pointer() {
    assert_eq!(size_of::<Types>(), size_of::<usize>());
    assert!(size_of::<Value>() <= 72, "{}", size_of::<Value>());
}

/// What was checked is not looked at again, but when it is asked for.
#[test]
fn checked_values_are_held_unread() {
    let style = style();
    let binary = b"\0\0\0\x01\0\0\0\0\0\0\0\x17\0\0\0\x01\0\0\0\x01\0\0\0\x01x";
    let unsound: [(Oid, Format, &[u8]); 5] = [
        (Oid::INT4_ARRAY, Format::Text, b"{1,x}"),
        (Oid::INT4_ARRAY, Format::Binary, binary),
        (Oid::INT4MULTIRANGE, Format::Text, b"{[x,1)}"),
        (ITEM, Format::Text, b"(x,glad,{},)"),
        (HSTORE, Format::Text, b"a"),
    ];
    for (oid, format, bytes) in unsound {
        assert!(Value::check(oid, format, bytes, &style).is_err(), "{oid}");
        assert!(Value::decode(oid, format, bytes, &style).is_err(), "{oid}");
        let held = Option::<Value>::decode_checked(oid, format, bytes, &style).unwrap().unwrap();
        assert!(held.encode(oid, format, &style, &mut Vec::new()).is_err(), "{oid}");
    }
}

/// `domain code as varchar(2)[]` and `char(10000000)[]`; PostgreSQL 18 says the same.
#[test]
fn modifiers_of_elements_hold_when_they_are_read() {
    let (codes, wide) = (Oid(20_001), Oid(20_002));
    let types = Types::new([
        UserType::domain(codes, "codes", Oid::VARCHAR_ARRAY).typmod(6),
        UserType::domain(wide, "wide", Oid::BPCHAR_ARRAY).typmod(10_000_004),
    ]);
    let style = TextStyle { types: types.unwrap(), ..TextStyle::default() };
    let binary = |element: Oid, parts: &[&[u8]]| {
        let count = i32::try_from(parts.len()).unwrap();
        let mut bytes = [1_u32, 0, element.0].map(u32::to_be_bytes).concat();
        bytes.extend([count, 1].map(i32::to_be_bytes).concat());
        for part in parts {
            bytes.extend(i32::try_from(part.len()).unwrap().to_be_bytes());
            bytes.extend(*part);
        }
        bytes
    };
    let state = |oid, format, bytes: &[u8]| {
        let checked = Value::check(oid, format, bytes, &style).map_err(|error| error.sqlstate());
        let decoded = Value::decode(oid, format, bytes, &style).map_err(|error| error.sqlstate());
        assert_eq!(decoded.clone().err(), checked.err());
        decoded
    };
    // The first wrong element counts, whatever is wrong with the next.
    let wrong = binary(Oid::VARCHAR, &[b"abc", b"\xff"]);
    assert_eq!(state(codes, Format::Binary, &wrong), Err(SqlState::STRING_DATA_RIGHT_TRUNCATION));
    let wrong = binary(Oid::VARCHAR, &[b"\xff", b"abc"]);
    assert_eq!(state(codes, Format::Binary, &wrong), Err(SqlState::CHARACTER_NOT_IN_REPERTOIRE));
    let sound = binary(Oid::VARCHAR, &[b"ab  ", b"c"]);
    for (format, bytes) in [(Format::Binary, &sound[..]), (Format::Text, b"{\"ab  \",c}")] {
        let Ok(Value::Array(value)) = state(codes, format, bytes) else { unreachable!() };
        assert!(value.elements().eq([Ok("ab".into()), Ok("c".into())]), "{value:?}");
    }
    // 108 of them are beyond what PostgreSQL allocates.
    for (count, expected) in [(107, true), (108, false)] {
        let text = format!("{{a{}}}", ",a".repeat(count - 1));
        let bytes = binary(Oid::BPCHAR, &vec![b"a".as_slice(); count]);
        for value in
            [state(wide, Format::Text, text.as_bytes()), state(wide, Format::Binary, &bytes)]
        {
            assert_eq!(value.is_ok(), expected, "{count}");
            assert!(value.err().is_none_or(|state| state == SqlState::PROGRAM_LIMIT_EXCEEDED));
        }
    }
}

/// As PostgreSQL 18 reads and writes `create domain boxes as box[]`, and arrays of it.
#[test]
fn a_domain_over_arrays_has_their_delimiter() {
    let (boxes, lists, list) = (Oid(20_001), Oid(20_002), Oid(20_003));
    let types = Types::new([
        UserType::domain(boxes, "boxes", Oid::BOX_ARRAY).array(lists),
        UserType::domain(list, "list", lists).array(Oid(20_004)),
    ]);
    let style = TextStyle { types: types.unwrap(), ..TextStyle::default() };
    for (oid, text) in [
        (lists, "{\"{(1,1),(0,0)}\";\"{(3,3),(2,2);(1,1),(0,0)}\"}"),
        (Oid(20_004), "{\"{\\\"{(1,1),(0,0)}\\\"}\";NULL}"),
    ] {
        let value = Value::decode(oid, Format::Text, text.as_bytes(), &style).unwrap();
        let mut out = Vec::new();
        let _ = value.encode(oid, Format::Text, &style, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}
