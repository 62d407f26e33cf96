//! Values as a whole: what becomes what, and that nothing panics. That each type is as PostgreSQL
//! has it is the business of `tests/types_live`.

mod conversions;
mod properties;
mod user;

use super::*;
use crate::{Format, Oid};

pub(super) fn encode(value: &(impl ToPg + ?Sized), oid: Oid, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let is_null = value.encode(oid, format, &TextStyle::default(), &mut out).unwrap();
    assert_eq!(is_null, IsNull::No);
    out
}

pub(super) fn text(value: &(impl ToPg + ?Sized), oid: Oid) -> String {
    String::from_utf8(encode(value, oid, Format::Text)).unwrap()
}

pub(super) fn binary(value: &(impl ToPg + ?Sized), oid: Oid) -> Vec<u8> {
    encode(value, oid, Format::Binary)
}

pub(super) fn refusal(value: &(impl ToPg + ?Sized), oid: Oid) -> String {
    let mut out = Vec::new();
    let format = Format::Text;
    let error = value.encode(oid, format, &TextStyle::default(), &mut out).unwrap_err();
    format!("{} {error}", error.sqlstate())
}

pub(super) fn decode<'a, T: FromPg<'a>>(
    oid: Oid,
    format: Format,
    bytes: &'a [u8],
) -> Result<T, ValueError> {
    T::decode(oid, format, bytes, &TextStyle::default())
}

#[test]
fn the_catalog_knows_the_types() {
    assert_eq!((typlen(Oid::NAME), typlen(Oid::TEXT), typlen(Oid::CSTRING)), (64, -1, -2));
    assert_eq!((typlen(Oid::VOID), typlen(Oid::INTERVAL), typlen(Oid(999_999))), (4, 16, -1));
    assert_eq!(array_of(Oid::INT4), Some(Oid::INT4_ARRAY));
    assert_eq!(element_of(Oid::INT4_ARRAY), Some(Oid::INT4));
    assert_eq!((element_of(Oid::INT4), element_of(Oid::POINT)), (None, None));
    assert_eq!(element_of(Oid::INT2VECTOR), Some(Oid::INT2));
    assert_eq!(name_of(Oid::TIMESTAMPTZ), Some("timestamp with time zone"));
    assert_eq!(name_of(Oid::CHAR), Some("\"char\""));
    assert_eq!(name_of(Oid(999_999)), None);
}

#[test]
fn styles_are_shown_as_postgresql_shows_them() {
    let current = DateStyle { format: DateFormat::Sql, order: DateOrder::Dmy };
    for (text, shown) in [
        ("german", "German, DMY"),
        ("german,ymd", "German, YMD"),
        ("mdy,german", "German, MDY"),
        ("default", "ISO, MDY"),
        ("german,default", "German, MDY"),
        ("default,dmy", "ISO, DMY"),
        ("postgresql,european", "Postgres, DMY"),
        ("", "SQL, DMY"),
        ("us", "SQL, MDY"),
        ("iso,iso", "ISO, DMY"),
        (" iso , ymd ", "ISO, YMD"),
        ("\"iso\"", "ISO, DMY"),
    ] {
        assert_eq!(DateStyle::parse(text, current).unwrap().to_string(), shown, "{text}");
    }
    for text in ["iso,sql", "mdy,dmy", "german,iso", "iso dmy", "iso,", "xyz"] {
        assert!(DateStyle::parse(text, current).is_err(), "{text}");
    }
    assert_eq!(IntervalStyle::parse("ISO_8601").unwrap().to_string(), "iso_8601");
    assert_eq!(ByteaOutput::parse("Escape").unwrap().to_string(), "escape");
    assert!(IntervalStyle::parse("iso").is_err() && ByteaOutput::parse("hexa").is_err());
}

/// What PostgreSQL 18 sends for `row(1, 'a b'::text, null::int, array[1,2], row(true))`.
const RECORD: &str = "00000005000000170000000400000001000000190000000361206200000017ffffffff\
    000003ef00000024000000010000000000000017000000020000000100000004000000010000000400000002\
    000008c90000000d00000001000000100000000101";

fn record() -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    RECORD.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[test]
fn a_record_says_its_types_in_binary_only() {
    let value = Value::decode(Oid::RECORD, Format::Binary, &record(), &TextStyle::default());
    let value = value.unwrap();
    assert_eq!(text(&value, Oid::RECORD), r#"(1,"a b",,"{1,2}","(t)")"#);
    assert_eq!(binary(&value, Oid::RECORD), record());
    let Value::Record(record) = &value else { panic!("{value:?}") };
    let oids: Vec<Oid> = record.fields().map(|field| field.unwrap().oid).collect();
    assert_eq!(oids, [Oid::INT4, Oid::TEXT, Oid::INT4, Oid::INT4_ARRAY, Oid::RECORD]);
}

#[test]
fn a_record_is_quoted_as_postgresql_quotes_it() {
    let shown = r#"(1,"a b","",,"q""x","a\\b","{""x y"",z}","(1,""("")")"#;
    let value = Value::from_literal(Oid::RECORD, shown, &TextStyle::default()).unwrap();
    let Value::Record(record) = &value else { panic!("{value:?}") };
    let values: Vec<Value> = record.fields().map(|field| field.unwrap().value).collect();
    let text_of = |text: &str| Value::Text(text.to_owned());
    assert_eq!(values[1..5], [text_of("a b"), text_of(""), Value::Null, text_of("q\"x")]);
    assert_eq!(values[5..], [text_of("a\\b"), text_of(r#"{"x y",z}"#), text_of(r#"(1,"(")"#)]);
    assert_eq!(text(&value, Oid::RECORD), shown);
}

#[test]
fn malformed_records_say_why() {
    for (text, detail) in [
        ("1,2", "Missing left parenthesis."),
        ("(1,2", "Unexpected end of input."),
        ("(1,\"2)", "Unexpected end of input."),
        ("(1\\", "Unexpected end of input."),
        ("(1) x", "Junk after right parenthesis."),
    ] {
        let error = record::parse(text, |_| Ok(())).unwrap_err();
        assert_eq!((error.sqlstate().as_str(), error.detail()), ("22P02", Some(detail)), "{text}");
    }
    assert_eq!(record::parse(" () ", |field| Ok(field.is_none())).unwrap(), [true]);
}

#[test]
fn malformed_arrays_say_why() {
    for (text, detail) in [
        ("1", "Array value must start with \"{\" or dimension information."),
        ("{1", "Unexpected end of input."),
        ("{1}x", "Junk after closing right brace."),
        ("{1,,2}", "Unexpected \",\" character."),
        ("{\"a\"b}", "Incorrectly quoted array element."),
        ("{{1},{2,3}}", "Multidimensional arrays must have sub-arrays with matching dimensions."),
        ("[1:2]={1}", "Specified array dimensions do not match array contents."),
        ("[1:2]1", "Missing \"=\" after array dimensions."),
    ] {
        let error = Value::from_literal(Oid::TEXT_ARRAY, text, &TextStyle::default()).unwrap_err();
        assert_eq!((error.sqlstate().as_str(), error.detail()), ("22P02", Some(detail)), "{text}");
    }
}

#[test]
fn records_nest_so_deep_and_no_deeper() {
    let mut bytes = Vec::new();
    for depth in 1..200 {
        let mut outer = vec![0, 0, 0, 1];
        outer.extend_from_slice(&Oid::RECORD.0.to_be_bytes());
        outer.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
        outer.extend_from_slice(&bytes);
        // The innermost holds an empty record of no bytes, which is malformed.
        bytes = if depth == 1 { vec![0; 4] } else { outer };
        let read = Value::decode(Oid::RECORD, Format::Binary, &bytes, &TextStyle::default());
        match read {
            Ok(_) => assert!(depth <= 64),
            Err(error) => assert_eq!((depth > 64, error.sqlstate().as_str()), (true, "54001")),
        }
    }
}

#[test]
fn rustsec_2026_0180_what_is_not_known_keeps_its_bytes() {
    // Of an extension.
    let hstore = Oid(16_500);
    let shown = r#""a"=>"1""#;
    let value = Value::from_literal(hstore, shown, &TextStyle::default()).unwrap();
    assert_eq!(text(&value, hstore), shown);
    assert_eq!(text(&value, Oid::TEXT), shown);
    let mut out = Vec::new();
    let error = value.encode(hstore, Format::Binary, &TextStyle::default(), &mut out);
    assert_eq!(error.unwrap_err().sqlstate().as_str(), "42804");
    let bytes = [1; 16];
    let value = Value::decode(hstore, Format::Binary, &bytes, &TextStyle::default()).unwrap();
    assert_eq!(binary(&value, hstore), bytes);
}

/// As PostgreSQL 18 reads them.
#[test]
fn positions_wrap_as_those_of_postgresql() {
    for (digits, expected) in [
        ("4294967297", "'a':1"),
        ("2147483649", "'a':1"),
        ("2147500031", "'a':16383"),
        ("4294950913", "'a':1"),
        ("16384", "'a':16383"),
        ("65537", "'a':16383"),
        ("99999999999999999999", "'a':16383"),
        ("00000000000000000000000000000000007", "'a':7"),
    ] {
        let mut out = Vec::new();
        TsVector::parse(&format!("a:{digits}")).unwrap().text(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{digits}");
    }
    for digits in ["0", "4294967296", "2147483648"] {
        let error = TsVector::parse(&format!("a:{digits}")).unwrap_err();
        let expected = format!("wrong position info in tsvector: \"a:{digits}\"");
        assert_eq!(error.message(), expected);
    }
}
