//! Which Rust values become which types.

use super::*;
use crate::types::datetime::{Date, Time, Timestamp, Timestamptz, Timetz};

#[test]
fn integers_become_numbers_of_other_sizes_if_they_fit() {
    assert_eq!(binary(&7_i64, Oid::INT2), [0, 7]);
    assert_eq!(binary(&-1_i16, Oid::INT8), [0xff; 8]);
    assert_eq!(binary(&u32::MAX, Oid::OID), [0xff; 4]);
    assert_eq!(text(&u32::MAX, Oid::INT8), "4294967295");
    assert_eq!(text(&i64::MIN, Oid::NUMERIC), "-9223372036854775808");
    assert_eq!(binary(&10_000_i32, Oid::NUMERIC), [0, 1, 0, 1, 0, 0, 0, 0, 0, 1]);
    assert_eq!(text(&3_i32, Oid::FLOAT8), "3");
    assert_eq!(text(&3_i32, Oid::TEXT), "3");
    assert_eq!(refusal(&40_000_i32, Oid::INT2), "22003 smallint out of range");
    assert_eq!(refusal(&i64::MAX, Oid::INT4), "22003 integer out of range");
    assert_eq!(refusal(&-1_i32, Oid::OID), "22003 OID out of range");
    assert_eq!(refusal(&1_i32, Oid::DATE), "42804 cannot convert an integer to type date");
}

#[test]
fn integers_are_read_from_numbers_without_a_loss() {
    assert_eq!(decode::<i16>(Oid::INT8, Format::Text, b"7"), Ok(7));
    assert_eq!(decode::<i64>(Oid::INT2, Format::Binary, &[0xff, 0xff]), Ok(-1));
    assert_eq!(decode::<u32>(Oid::OID, Format::Binary, &[0xff; 4]), Ok(u32::MAX));
    assert_eq!(decode::<i32>(Oid::NUMERIC, Format::Text, b"12.00"), Ok(12));
    assert_eq!(decode::<i64>(Oid::TEXT, Format::Binary, b" 12 "), Ok(12));
    let lost = decode::<i32>(Oid::NUMERIC, Format::Text, b"12.5").unwrap_err();
    assert_eq!(lost.sqlstate().as_str(), "42804");
    let narrow = decode::<i16>(Oid::INT8, Format::Text, b"70000").unwrap_err();
    assert_eq!(narrow.to_string(), "smallint out of range");
    assert!(decode::<i64>(Oid::FLOAT8, Format::Text, b"1").is_err());
    assert!(decode::<i64>(Oid::BOOL, Format::Text, b"t").is_err());
}

#[test]
fn floats_and_decimals_become_each_other() {
    assert_eq!(text(&0.1_f64, Oid::NUMERIC), "0.1");
    assert_eq!(text(&0.1_f32, Oid::FLOAT8), "0.10000000149011612");
    assert_eq!(text(&0.1_f32, Oid::NUMERIC), "0.1");
    assert_eq!(text(&f64::NAN, Oid::NUMERIC), "NaN");
    assert_eq!(text(&1e300_f64, Oid::NUMERIC).len(), 301);
    assert_eq!(refusal(&1e300_f64, Oid::FLOAT4), "22003 real out of range");
    let number: Numeric = "1.50".parse().unwrap();
    assert_eq!(text(&number, Oid::FLOAT8), "1.5");
    assert_eq!(refusal(&number, Oid::INT4), "42804 cannot convert a numeric to type integer");
    assert_eq!(decode::<f64>(Oid::NUMERIC, Format::Text, b"1.50"), Ok(1.5));
    assert_eq!(decode::<f64>(Oid::INT2, Format::Binary, &[0, 2]), Ok(2.0));
    assert_eq!(decode::<Numeric>(Oid::INT4, Format::Text, b"2"), Ok(Numeric::from(2_i32)));
    assert_eq!(decode::<Numeric>(Oid::FLOAT8, Format::Text, b"2.5"), Ok("2.5".parse().unwrap()));
}

#[test]
fn a_string_becomes_what_sql_would_make_of_it() {
    assert_eq!(binary("12", Oid::INT4), [0, 0, 0, 12]);
    assert_eq!(binary("yes", Oid::BOOL), [1]);
    assert_eq!(text("2000-1-1 1:2", Oid::TIMESTAMP), "2000-01-01 01:02:00");
    assert_eq!(text("{1, 2}", Oid::INT4_ARRAY), "{1,2}");
    assert_eq!(binary("{}", Oid::JSONB), b"\x01{}");
    assert_eq!(text(&"x".repeat(70), Oid::NAME), "x".repeat(63));
    assert_eq!(refusal("x", Oid::INT4), "22P02 invalid input syntax for type integer: \"x\"");
}

#[test]
fn strings_are_read_from_anything_as_text() {
    assert_eq!(decode::<&str>(Oid::INT4, Format::Text, b"12"), Ok("12"));
    assert_eq!(decode::<&str>(Oid::JSONB, Format::Binary, b"\x01{}"), Ok("{}"));
    assert!(decode::<&str>(Oid::INT4, Format::Binary, &[0; 4]).is_err());
    assert_eq!(decode::<String>(Oid::INT4, Format::Binary, &[0, 0, 0, 9]), Ok("9".to_owned()));
    assert_eq!(decode::<String>(Oid::DATE, Format::Binary, &[0; 4]), Ok("2000-01-01".to_owned()));
}

#[test]
fn bytes_are_not_strings() {
    assert_eq!(text(&[0_u8, 255][..], Oid::BYTEA), "\\x00ff");
    assert_eq!(refusal(&vec![1_u8], Oid::TEXT), "42804 cannot convert a bytea to type text");
    assert_eq!(decode::<Vec<u8>>(Oid::BYTEA, Format::Text, b"\\x00ff"), Ok(vec![0, 255]));
    assert_eq!(decode::<&[u8]>(Oid::BYTEA, Format::Binary, &[0, 255]), Ok(&[0, 255][..]));
    assert!(decode::<&[u8]>(Oid::BYTEA, Format::Text, b"\\x00ff").is_err());
}

#[test]
fn times_know_their_types() {
    let day = 86_400_000_000;
    assert_eq!(text(&Date(59), Oid::DATE), "2000-02-29");
    assert_eq!(text(&Timestamp(day), Oid::TEXT), "2000-01-02 00:00:00");
    assert_eq!(text(&Timestamptz(day), Oid::TIMESTAMPTZ), "2000-01-02 00:00:00+00");
    assert_eq!(text(&Time(day), Oid::TIME), "24:00:00");
    let timetz = Timetz { micros: 0, west: -19_800 };
    assert_eq!(text(&timetz, Oid::TIMETZ), "00:00:00+05:30");
    let message = "42804 cannot convert a date to type timestamp without time zone";
    assert_eq!(refusal(&Date(0), Oid::TIMESTAMP), message);
    assert_eq!(decode::<Date>(Oid::DATE, Format::Text, b"2000-02-29"), Ok(Date(59)));
    assert_eq!(decode::<Time>(Oid::TIME, Format::Binary, &[0; 8]), Ok(Time(0)));
    assert_eq!(decode::<Timetz>(Oid::TIMETZ, Format::Text, b"00:00+05:30"), Ok(timetz));
    assert_eq!(decode(Oid::TIMESTAMPTZ, Format::Text, b"2000-01-02"), Ok(Timestamptz(day)));
    assert!(decode::<Timestamp>(Oid::DATE, Format::Text, b"2000-01-02").is_err());
    let today = decode::<Date>(Oid::DATE, Format::Text, b"today").unwrap_err();
    assert_eq!(today.sqlstate().as_str(), "0A000");
}

#[test]
fn lists_are_arrays() {
    let list = [Some(1_i32), None, Some(3)];
    assert_eq!(text(&list[..], Oid::INT4_ARRAY), "{1,NULL,3}");
    assert_eq!(text(&list[..], Oid::INT8_ARRAY), "{1,NULL,3}");
    let bytes = binary(&list[..], Oid::INT4_ARRAY);
    assert_eq!(decode::<Vec<Option<i32>>>(Oid::INT4_ARRAY, Format::Binary, &bytes).unwrap(), list);
    assert_eq!(decode::<Vec<i32>>(Oid::INT4_ARRAY, Format::Text, b"{}"), Ok(Vec::new()));
    assert_eq!(decode::<Vec<i32>>(Oid::INT4_ARRAY, Format::Text, b"[5:6]={1,2}"), Ok(vec![1, 2]));
    assert_eq!(decode::<Vec<u32>>(Oid::OIDVECTOR, Format::Text, b"1 2"), Ok(vec![1, 2]));
    assert_eq!(text(&vec![1_u32, 2], Oid::OIDVECTOR), "1 2");
    assert_eq!(text(&vec!["a b", "NULL", "", "x"], Oid::TEXT_ARRAY), "{\"a b\",\"NULL\",\"\",x}");
    assert_eq!(vec!["a"].natural_oid(), Oid::TEXT_ARRAY);
    let null = decode::<Vec<i32>>(Oid::INT4_ARRAY, Format::Text, b"{NULL}").unwrap_err();
    assert_eq!(null.sqlstate().as_str(), "22004");
    assert!(decode::<Vec<i32>>(Oid::INT4_ARRAY, Format::Text, b"{{1},{2}}").is_err());
    assert!(decode::<Vec<i32>>(Oid::INT4, Format::Text, b"1").is_err());
    assert_eq!(refusal(&vec![1_i32], Oid::INT4), "42804 cannot convert a list to type integer");
}

#[test]
fn arrays_of_several_dimensions_have_their_braces() {
    let literal = "[0:1][1:2][1:1]={{{1},{2}},{{NULL},{4}}}";
    let value = Value::from_literal(Oid::INT4_ARRAY, literal, &TextStyle::default()).unwrap();
    assert_eq!(text(&value, Oid::INT4_ARRAY), literal);
    let bytes = binary(&value, Oid::INT4_ARRAY);
    assert_eq!(decode::<Value>(Oid::INT4_ARRAY, Format::Binary, &bytes), Ok(value));
    // Dimensions that are not those of the elements do not count.
    let dimensions = vec![array::Dimension { length: 5, lower: 1 }; 9];
    let elements = vec![Value::Int4(1), Value::Int4(2)];
    let odd = Array::of_dimensions(Oid::INT4, dimensions, elements);
    assert_eq!(text(&odd, Oid::INT4_ARRAY), "{1,2}");
    // The column's elements, not the array's own.
    let bytes = binary(&odd, Oid::INT8_ARRAY);
    assert_eq!(decode::<Vec<i64>>(Oid::INT8_ARRAY, Format::Binary, &bytes), Ok(vec![1, 2]));
    let message = "42804 cannot convert an integer to type date";
    assert_eq!(refusal(&odd, Oid::DATE_ARRAY), message);
    assert_eq!(refusal(&odd, Oid::DATE), "42804 cannot convert an array to type date");
}

#[test]
fn null_is_for_options_and_values() {
    assert_eq!(<Option<i32> as FromPg>::null(), Ok(None));
    assert_eq!(<Value as FromPg>::null(), Ok(Value::Null));
    assert_eq!(<i32 as FromPg>::null().unwrap_err().sqlstate().as_str(), "22004");
    let mut out = Vec::new();
    let style = TextStyle::default();
    for format in [Format::Text, Format::Binary] {
        assert_eq!(None::<i32>.encode(Oid::INT4, format, &style, &mut out), Ok(IsNull::Yes));
        assert_eq!(Value::Null.encode(Oid::INT4, format, &style, &mut out), Ok(IsNull::Yes));
    }
    assert!(out.is_empty());
    assert!(encode(&Value::Int4(1), Oid::VOID, Format::Binary).is_empty());
}

#[test]
fn a_string_with_a_zero_byte_is_not_sent() {
    for oid in [Oid::TEXT, Oid::NAME, Oid::VARCHAR] {
        let mut out = Vec::new();
        let error = "a\0b".encode(oid, Format::Text, &TextStyle::default(), &mut out).unwrap_err();
        assert_eq!(error.sqlstate(), crate::SqlState::CHARACTER_NOT_IN_REPERTOIRE);
        assert!(out.is_empty());
    }
}
