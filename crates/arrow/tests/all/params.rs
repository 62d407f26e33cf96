//! Parameters as arrays: what comes in goes out again as the same text.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, IntervalUnit, TimeUnit};
use trunkline_arrow::{data_type_of, decimal_type, param_array};
use trunkline_core::{Column, Format, Params, PgError};
use trunkline_proto::Oid;
use trunkline_proto::types::TextStyle;

use crate::wire;

fn bind(oid: Oid, format: Format, value: Option<&[u8]>) -> Params {
    Params::bind(Arc::from([oid]), [(format, value)].into_iter()).unwrap()
}

fn param(
    oid: Oid,
    format: Format,
    value: &[u8],
    data_type: &DataType,
) -> Result<ArrayRef, PgError> {
    let params = bind(oid, format, Some(value));
    let array = param_array(&params.get(0).unwrap(), data_type, &TextStyle::default())?;
    assert_eq!((array.len(), array.data_type()), (1, data_type));
    Ok(array)
}

fn text(oid: Oid, value: &str, data_type: &DataType) -> Result<ArrayRef, PgError> {
    param(oid, Format::Text, value.as_bytes(), data_type)
}

/// The one value of an array, as the type `oid`.
fn show(array: ArrayRef, oid: Oid, format: Format) -> Vec<u8> {
    let field = Field::new("c", array.data_type().clone(), true);
    let columns = Arc::from([Column::new("c", oid)]);
    let style = TextStyle::default();
    wire::cells_as(columns, field, array, format, &style).unwrap()[0].clone().unwrap()
}

/// Each type, and texts that PostgreSQL prints.
const VALUES: &[(Oid, &[&str])] = &[
    (Oid::BOOL, &["t", "f"]),
    (Oid::INT2, &["-32768", "32767"]),
    (Oid::INT4, &["-2147483648", "0"]),
    (Oid::INT8, &["-9223372036854775808", "9223372036854775807"]),
    (Oid::OID, &["4294967295"]),
    (Oid::FLOAT4, &["0.1", "NaN", "-Infinity", "1e+10"]),
    (Oid::FLOAT8, &["0.1", "NaN", "Infinity", "-0", "1e+22"]),
    (Oid::NUMERIC, &["1.5000000000", "-0.0000000001", "9999999999999999999999999999.9999999999"]),
    (Oid::TEXT, &["", "naïve"]),
    (Oid::VARCHAR, &["x"]),
    (Oid::BPCHAR, &["x  "]),
    (Oid::NAME, &["x"]),
    (Oid::JSON, &["{\"a\":  1}"]),
    (Oid::JSONB, &["{\"a\": 1}"]),
    (Oid::BYTEA, &["\\x", "\\x00ff"]),
    (Oid::UUID, &["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    (Oid::DATE, &["2020-02-29", "0044-03-15 BC", "5874897-12-31"]),
    (Oid::TIME, &["13:14:15.123456", "24:00:00"]),
    (Oid::TIMESTAMP, &["2020-02-29 13:14:15.123456", "0044-03-15 00:00:00 BC"]),
    (Oid::TIMESTAMPTZ, &["2020-02-29 13:14:15.123456+00"]),
    (Oid::INTERVAL, &["1 year 2 mons -3 days +04:05:06.000007"]),
    (Oid::INT4_ARRAY, &["{}", "{1,NULL,-3}"]),
    (Oid::TEXT_ARRAY, &["{a,NULL,\"b c\",\"\"}"]),
    (Oid::BOOL_ARRAY, &["{t,f}"]),
    (Oid::NUMERIC_ARRAY, &["{1.5000000000,NULL}"]),
    (Oid::UUID_ARRAY, &["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"]),
    (Oid::TIMESTAMPTZ_ARRAY, &["{\"2020-02-29 13:14:15+00\"}"]),
];

#[test]
fn a_parameter_keeps_its_value_in_both_formats() {
    for (oid, texts) in VALUES {
        let data_type = data_type_of(*oid).unwrap();
        for value in *texts {
            let array = text(*oid, value, &data_type).unwrap();
            assert_eq!(String::from_utf8_lossy(&show(array.clone(), *oid, Format::Text)), *value);
            let binary = show(array.clone(), *oid, Format::Binary);
            let again = param(*oid, Format::Binary, &binary, &data_type).unwrap();
            assert_eq!(show(again, *oid, Format::Text), show(array, *oid, Format::Text), "{oid}");
            // Of no type, it is a literal of the wanted one.
            if !matches!(*oid, Oid::OID | Oid::UUID_ARRAY) {
                for untyped in [Oid::UNKNOWN, Oid::TEXT] {
                    let array = text(untyped, value, &data_type).unwrap();
                    assert_eq!(show(array, *oid, Format::Text), value.as_bytes(), "{oid}");
                }
            }
        }
    }
}

#[test]
fn null_is_null_of_any_type() {
    for (oid, _) in VALUES {
        let data_type = data_type_of(*oid).unwrap();
        let params = bind(*oid, Format::Text, None);
        let array = param_array(&params.get(0).unwrap(), &data_type, &TextStyle::default());
        let array = array.unwrap();
        assert_eq!((array.len(), array.null_count(), array.data_type()), (1, 1, &data_type));
    }
}

#[test]
fn numbers_are_cast_to_the_wanted_type() {
    let shown = |oid, value: &str, data_type: DataType, as_oid| {
        String::from_utf8(show(text(oid, value, &data_type).unwrap(), as_oid, Format::Text))
            .unwrap()
    };
    assert_eq!(shown(Oid::INT8, "255", DataType::UInt8, Oid::INT2), "255");
    assert_eq!(shown(Oid::INT2, "-7", DataType::Int64, Oid::INT8), "-7");
    assert_eq!(shown(Oid::INT4, "7", DataType::Float64, Oid::FLOAT8), "7");
    assert_eq!(shown(Oid::INT4, "7", DataType::Utf8View, Oid::TEXT), "7");
    // PostgreSQL: 2.5::numeric::int4 is 3.
    assert_eq!(shown(Oid::NUMERIC, "2.5", DataType::Int32, Oid::INT4), "3");
    assert_eq!(
        shown(Oid::NUMERIC, "18446744073709551615", DataType::UInt64, Oid::NUMERIC),
        "18446744073709551615"
    );
    assert_eq!(shown(Oid::NUMERIC, "0.1", DataType::Float32, Oid::FLOAT4), "0.1");
    assert_eq!(shown(Oid::NUMERIC, "NaN", DataType::Float64, Oid::FLOAT8), "NaN");
    assert_eq!(shown(Oid::NUMERIC, "-1.005", DataType::Decimal64(5, 2), Oid::NUMERIC), "-1.01");
    assert_eq!(shown(Oid::NUMERIC, "1250", DataType::Decimal32(5, -2), Oid::NUMERIC), "1300");
    assert_eq!(shown(Oid::FLOAT8, "1.005", DataType::Decimal128(5, 2), Oid::NUMERIC), "1.01");
    let long = "-12345678901234567890123456789012345678901234567890.123456";
    assert_eq!(shown(Oid::NUMERIC, long, DataType::Decimal256(76, 6), Oid::NUMERIC), long);
    assert_eq!(
        shown(Oid::NUMERIC, long, DataType::Decimal256(76, 3), Oid::NUMERIC),
        "-12345678901234567890123456789012345678901234567890.123"
    );
    assert_eq!(
        shown(Oid::NUMERIC, long, DataType::Decimal256(76, 4), Oid::NUMERIC),
        "-12345678901234567890123456789012345678901234567890.1235"
    );
    assert_eq!(
        shown(Oid::NUMERIC, long, DataType::Decimal256(76, 20), Oid::NUMERIC),
        format!("{long}00000000000000")
    );
    assert_eq!(shown(Oid::FLOAT4, "1.5", DataType::Float16, Oid::FLOAT4), "1.5");
}

#[test]
fn times_are_cast_to_the_wanted_unit_and_zone() {
    let micros = |oid, value: &str, zone: Option<&str>, style: &TextStyle| {
        let data_type = DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
        let params = bind(oid, Format::Text, Some(value.as_bytes()));
        let array = param_array(&params.get(0).unwrap(), &data_type, style).unwrap();
        array.as_primitive::<TimestampMicrosecondType>().value(0)
    };
    let india = wire::style("timezone=Asia/Kolkata");
    let day = 1_582_934_400_000_000;
    let east = 19_800_000_000;
    for (oid, value, zone, expected) in [
        (Oid::DATE, "2020-02-29", None, day),
        (Oid::DATE, "2020-02-29", Some("UTC"), day - east),
        (Oid::TIMESTAMP, "2020-02-29 00:00:00", None, day),
        (Oid::TIMESTAMP, "2020-02-29 00:00:00", Some("Europe/Berlin"), day - east),
        (Oid::TIMESTAMPTZ, "2020-02-29 00:00:00+00", Some("UTC"), day),
        (Oid::TIMESTAMPTZ, "2020-02-29 00:00:00", Some("UTC"), day - east),
        (Oid::TIMESTAMPTZ, "2020-02-29 00:00:00+00", None, day + east),
        (Oid::UNKNOWN, "2020-02-29", None, day),
        (Oid::UNKNOWN, "2020-02-29", Some("UTC"), day - east),
    ] {
        assert_eq!(micros(oid, value, zone, &india), expected, "{oid} {value} {zone:?}");
    }
    // Half an hour before the clocks go forward, which in UTC is not yet near.
    let berlin = wire::style("timezone=Europe/Berlin");
    let before = micros(Oid::TIMESTAMP, "2020-03-29 01:30:00", Some("UTC"), &berlin);
    assert_eq!(before, 1_585_441_800_000_000);
    let value = "1969-12-31 23:59:59.5";
    let seconds =
        text(Oid::TIMESTAMP, value, &DataType::Timestamp(TimeUnit::Second, None)).unwrap();
    assert_eq!(seconds.as_primitive::<TimestampSecondType>().value(0), -1);
    let nanos =
        text(Oid::TIMESTAMP, value, &DataType::Timestamp(TimeUnit::Nanosecond, None)).unwrap();
    assert_eq!(nanos.as_primitive::<TimestampNanosecondType>().value(0), -500_000_000);
    let date = text(Oid::DATE, "1970-01-02", &DataType::Date64).unwrap();
    assert_eq!(date.as_primitive::<Date64Type>().value(0), 86_400_000);
    let time = text(Oid::TIME, "00:00:01.5", &DataType::Time32(TimeUnit::Millisecond)).unwrap();
    assert_eq!(time.as_primitive::<Time32MillisecondType>().value(0), 1500);
    let time = text(Oid::TIME, "00:00:01.5", &DataType::Time64(TimeUnit::Nanosecond)).unwrap();
    assert_eq!(time.as_primitive::<Time64NanosecondType>().value(0), 1_500_000_000);
    let span =
        text(Oid::INTERVAL, "1 day 00:00:01", &DataType::Duration(TimeUnit::Second)).unwrap();
    assert_eq!(span.as_primitive::<DurationSecondType>().value(0), 86_401);
    let months =
        text(Oid::INTERVAL, "1 year", &DataType::Interval(IntervalUnit::YearMonth)).unwrap();
    assert_eq!(months.as_primitive::<IntervalYearMonthType>().value(0), 12);
    let days = text(Oid::INTERVAL, "2 days 00:00:01", &DataType::Interval(IntervalUnit::DayTime));
    let expected = IntervalDayTimeType::make_value(2, 1000);
    assert_eq!(days.unwrap().as_primitive::<IntervalDayTimeType>().value(0), expected);
}

#[test]
fn arrays_become_lists_of_any_kind() {
    let item = |data_type| Arc::new(Field::new_list_field(data_type, true));
    let ints = || item(DataType::Int32);
    for data_type in [
        DataType::List(ints()),
        DataType::LargeList(ints()),
        DataType::ListView(ints()),
        DataType::LargeListView(ints()),
        DataType::FixedSizeList(ints(), 3),
    ] {
        let array = text(Oid::INT4_ARRAY, "{1,NULL,3}", &data_type).unwrap();
        assert_eq!(show(array, Oid::INT4_ARRAY, Format::Text), b"{1,NULL,3}");
    }
    let pairs = DataType::List(item(DataType::FixedSizeList(ints(), 2)));
    let array = text(Oid::INT4_ARRAY, "{{1,2},{3,NULL}}", &pairs).unwrap();
    assert_eq!(show(array, Oid::INT4_ARRAY, Format::Text), b"{{1,2},{3,NULL}}");
    let ragged = DataType::List(item(DataType::List(ints())));
    let array = text(Oid::INT4_ARRAY, "{{1,2},{3,NULL}}", &ragged).unwrap();
    assert_eq!(show(array, Oid::JSONB, Format::Text), b"[[1, 2], [3, null]]");
    // Arrow knows no lower bounds.
    let list = DataType::List(ints());
    for (oid, value) in [
        (Oid::INT4_ARRAY, "[-3:-1]={1,2,3}"),
        (Oid::INT2VECTOR, "1 2 3"),
        (Oid::OIDVECTOR, "1 2 3"),
        (Oid::TEXT, "{1,2,3}"),
    ] {
        let array = text(oid, value, &list).unwrap();
        assert_eq!(show(array, Oid::INT4_ARRAY, Format::Text), b"{1,2,3}", "{value}");
    }
    let error = text(Oid::INT4_ARRAY, "{1,2}", &DataType::FixedSizeList(ints(), 3)).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "2202E");
}

/// As values its elements would take thirty times as much.
#[test]
fn a_long_array_takes_little_more_than_its_list() {
    let literal = format!("{{1{}}}", ",1".repeat(499_999));
    let list = DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true)));
    let mut made = None;
    let info = allocation_counter::measure(|| {
        made = Some(text(Oid::INT8_ARRAY, &literal, &list).unwrap());
    });
    let items = made.unwrap().as_list::<i32>().value(0);
    assert_eq!((items.len(), items.null_count()), (500_000, 0));
    // What was bound, the same in the value, the parts of the list, and the list: 10 MB and a half.
    assert!(info.bytes_max < 16_000_000, "{} bytes", info.bytes_max);
}

/// More of them than keys: parts of such an array cannot be joined.
#[test]
fn a_long_array_behind_a_dictionary_is_too_long_for_its_keys() {
    let literal = |count: usize| {
        let words: Vec<String> = (0..count).map(|word| word.to_string()).collect();
        format!("{{{}}}", words.join(","))
    };
    let list = |value| {
        let dictionary = DataType::Dictionary(Box::new(DataType::Int16), Box::new(value));
        DataType::List(Arc::new(Field::new_list_field(dictionary, true)))
    };
    for value in [DataType::Utf8, DataType::Utf8View, DataType::LargeUtf8] {
        let long = text(Oid::TEXT_ARRAY, &literal(32_768), &list(value.clone()));
        assert_eq!(long.unwrap().as_list::<i32>().value_length(0), 32_768);
        let longer = text(Oid::TEXT_ARRAY, &literal(32_769), &list(value)).unwrap_err();
        assert_eq!(longer.sqlstate().as_str(), "54000");
    }
    let pairs = Field::new_list_field(list(DataType::Utf8), true);
    let error = text(Oid::TEXT_ARRAY, "{{a,b},{c,d}}", &list(DataType::Utf8)).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "42846");
    let array = text(Oid::TEXT_ARRAY, "{{a,b},{c,d}}", &DataType::List(Arc::new(pairs))).unwrap();
    assert_eq!(show(array, Oid::JSONB, Format::Text), br#"[["a", "b"], ["c", "d"]]"#);
    let fields = vec![Field::new("a", DataType::Int32, true)];
    let structs = Field::new_list_field(DataType::Struct(fields.into()), true);
    let error = text(Oid::TEXT_ARRAY, "{x}", &DataType::List(Arc::new(structs))).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "22P02");
}

#[test]
fn a_value_goes_behind_a_dictionary() {
    for key in [
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
    ] {
        let data_type = DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8));
        let array = text(Oid::TEXT, "x", &data_type).unwrap();
        assert_eq!(show(array, Oid::TEXT, Format::Text), b"x");
    }
}

#[test]
fn a_decimal_is_as_wide_as_its_value() {
    for (value, expected) in [
        ("1.999", Some(DataType::Decimal128(4, 3))),
        ("-0.05", Some(DataType::Decimal128(2, 2))),
        ("0", Some(DataType::Decimal128(1, 0))),
        ("100", Some(DataType::Decimal128(3, 0))),
        ("99999999999999999999999999999999999999.5", Some(DataType::Decimal256(39, 1))),
        ("NaN", None),
        ("1e80", None),
    ] {
        let params = bind(Oid::NUMERIC, Format::Text, Some(value.as_bytes()));
        let param = params.get(0).unwrap();
        let data_type = decimal_type(&param, &TextStyle::default()).unwrap();
        assert_eq!(data_type, expected, "{value}");
        if let Some(data_type) = data_type {
            let array = text(Oid::NUMERIC, value, &data_type).unwrap();
            assert_eq!(show(array, Oid::NUMERIC, Format::Text), value.as_bytes());
        }
    }
    let params = bind(Oid::FLOAT8, Format::Text, Some(b"1.5"));
    assert_eq!(decimal_type(&params.get(0).unwrap(), &TextStyle::default()).unwrap(), None);
}

#[test]
fn what_does_not_fit_is_an_error_with_postgresqls_code() {
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    let nanos = DataType::Timestamp(TimeUnit::Nanosecond, None);
    let object = DataType::Struct(vec![Field::new("a", DataType::Int32, true)].into());
    for (oid, value, data_type, sqlstate) in [
        (Oid::INT4, "x", DataType::Int32, "22P02"),
        (Oid::INT4, "2147483648", DataType::Int32, "22003"),
        (Oid::INT8, "256", DataType::UInt8, "22003"),
        (Oid::INT2, "-1", DataType::UInt64, "22003"),
        (Oid::NUMERIC, "NaN", DataType::Int32, "0A000"),
        (Oid::NUMERIC, "1000", DataType::Decimal128(5, 2), "22003"),
        (Oid::NUMERIC, "1e40", DataType::Decimal128(38, 0), "22003"),
        (Oid::NUMERIC, "Infinity", DataType::Decimal256(76, 0), "22003"),
        (Oid::UNKNOWN, "x", DataType::Float64, "22P02"),
        (Oid::UNKNOWN, "2020-02-30", DataType::Date32, "22008"),
        (Oid::DATE, "infinity", DataType::Date32, "22008"),
        (Oid::TIMESTAMP, "-infinity", micros.clone(), "22008"),
        (Oid::TIMESTAMP, "294276-12-31 23:59:59", micros.clone(), "22008"),
        (Oid::TIMESTAMP, "2300-01-01 00:00:00", nanos, "22008"),
        (Oid::INTERVAL, "1 month", DataType::Duration(TimeUnit::Second), "22015"),
        (Oid::INTERVAL, "1 day", DataType::Interval(IntervalUnit::YearMonth), "22015"),
        (Oid::INTERVAL, "infinity", DataType::Interval(IntervalUnit::MonthDayNano), "22008"),
        (Oid::INTERVAL, "400 years", DataType::Duration(TimeUnit::Nanosecond), "22015"),
        (Oid::INTERVAL, "200000 days", DataType::Duration(TimeUnit::Nanosecond), "22008"),
        (Oid::INTERVAL, "3000000 hours", DataType::Interval(IntervalUnit::MonthDayNano), "22008"),
        (Oid::TEXT, "x", DataType::Null, "42846"),
        (Oid(80_000), "x", DataType::Int32, "22P02"),
        (Oid::BOOL, "t", DataType::Int32, "42846"),
        (Oid::INT4, "1", DataType::Boolean, "42846"),
        (Oid::TEXT, "\\x0102", DataType::FixedSizeBinary(3), "22026"),
        (Oid::TIMESTAMP, "2020-01-01 00:00:00", DataType::Date32, "42846"),
        (Oid::JSON, "{}", object, "42846"),
    ] {
        let error = text(oid, value, &data_type).expect_err(value);
        assert_eq!(error.sqlstate().as_str(), sqlstate, "{value} {data_type} {error}");
    }
    let error = param(Oid::INT4, Format::Binary, &[0, 1], &DataType::Int32).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "08P01");
}
