//! What holds for all values.

use proptest::prelude::*;

use super::*;

/// Every built-in type, the registered ones, and one that no server knows.
fn oids() -> impl Strategy<Value = Oid> {
    let built_in = (0_usize..=generated::TYPES.len())
        .prop_map(|place| generated::TYPES.get(place).map_or(Oid(4_000_000), |row| Oid(row.oid)));
    prop_oneof![3 => built_in, 1 => user::ALL.prop_map(Oid)]
}

fn styles() -> impl Strategy<Value = TextStyle> {
    let zones = ["UTC", "+05:45", "5.5", "Europe/Paris", "FOO3", "America/New_York"];
    let dates = ["ISO, MDY", "SQL, DMY", "Postgres, YMD", "German, DMY"];
    let intervals = ["postgres", "postgres_verbose", "sql_standard", "iso_8601"];
    (0..zones.len(), 0..dates.len(), 0..intervals.len(), any::<bool>(), -15_i8..=3).prop_map(
        move |(zone, date, interval, hex, digits)| TextStyle {
            time_zone: TimeZone::parse(zones[zone]).unwrap_or(TimeZone::UTC),
            date_style: DateStyle::parse(dates[date], DateStyle::default()).unwrap(),
            interval_style: IntervalStyle::parse(intervals[interval]).unwrap(),
            bytea_output: if hex { ByteaOutput::Hex } else { ByteaOutput::Escape },
            extra_float_digits: digits,
            now: hex.then_some(1_000_000),
            types: user::types(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever comes from the wire, of whatever type: an answer, and no panic.
    #[test]
    fn any_bytes_are_read_or_refused(
        oid in oids(),
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
        style in styles(),
    ) {
        check(oid, &bytes, &style);
    }

    #[test]
    fn any_text_is_read_or_refused(
        oid in oids(),
        text in "[-+.:/ 0-9a-zA-Z{}()\\[\\]=,\"'\\\\_<>é\t]{0,30}",
        style in styles(),
    ) {
        check(oid, text.as_bytes(), &style);
    }

    #[test]
    fn any_time_has_a_text(micros in any::<i64>(), days in any::<i32>(), style in styles()) {
        let mut out = Vec::new();
        datetime::text_timestamp(micros, &style, &mut out);
        datetime::text_timestamptz(micros, &style, &mut out);
        datetime::text_date(days, &style, &mut out);
        datetime::text_time(micros, &mut out);
        datetime::text_timetz(micros, days, &mut out);
        Interval { months: days, days, micros }.text(style.interval_style, &mut out);
        prop_assert!(std::str::from_utf8(&out).is_ok());
    }

    #[test]
    fn numbers_read_back(int in any::<i64>(), double in any::<f64>(), single in any::<f32>()) {
        both_ways(Oid::INT8, &Value::Int8(int))?;
        both_ways(Oid::FLOAT8, &Value::Float8(double))?;
        both_ways(Oid::FLOAT4, &Value::Float4(single))?;
    }

    #[test]
    fn decimals_read_back(value in any::<i128>(), scale in -20_i16..50, text in "-?[0-9]{1,60}(\\.[0-9]{1,60})?") {
        both_ways(Oid::NUMERIC, &Value::Numeric(Numeric::from_i128(value, scale)))?;
        both_ways(Oid::NUMERIC, &Value::Numeric(text.parse().unwrap()))?;
    }

    #[test]
    fn times_read_back(
        micros in -211_813_488_000_000_000_i64..9_223_371_331_200_000_000,
        days in -2_451_545_i32..2_145_031_948,
        time in 0_i64..=86_400_000_000,
        west in -57_599_i32..=57_599,
    ) {
        both_ways(Oid::TIMESTAMP, &Value::Timestamp(micros))?;
        both_ways(Oid::TIMESTAMPTZ, &Value::Timestamptz(micros))?;
        both_ways(Oid::DATE, &Value::Date(days))?;
        both_ways(Oid::TIME, &Value::Time(time))?;
        both_ways(Oid::TIMETZ, &Value::Timetz(datetime::Timetz { micros: time, west }))?;
    }

    #[test]
    fn intervals_read_back_in_every_style(
        months in -2_000_000_000_i32..2_000_000_000,
        days in -2_000_000_000_i32..2_000_000_000,
        micros in -1_000_000_000_000_000_i64..1_000_000_000_000_000,
    ) {
        let interval = Interval { months, days, micros };
        let styles =
            [IntervalStyle::Postgres, IntervalStyle::PostgresVerbose, IntervalStyle::SqlStandard];
        for style in styles {
            let mut out = Vec::new();
            interval.text(style, &mut out);
            let text = std::str::from_utf8(&out).unwrap();
            prop_assert_eq!(Interval::parse_in(text, style).unwrap(), interval, "{}", text);
        }
    }

    #[test]
    fn strings_read_back(
        strings in proptest::collection::vec(proptest::option::of("[^\0]{0,8}"), 0..6),
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
        id in any::<[u8; 16]>(),
    ) {
        let elements = strings.into_iter().map(|text| text.map_or(Value::Null, Value::Text));
        both_ways(Oid::TEXT_ARRAY, &Value::Array(Array::new(Oid::TEXT, elements.collect())))?;
        both_ways(Oid::BYTEA, &Value::Bytea(bytes))?;
        both_ways(Oid::UUID, &Value::Uuid(id))?;
    }

    /// What a record shows is what it reads, if all its fields are strings.
    #[test]
    fn records_read_back(fields in proptest::collection::vec(proptest::option::of("[^\0]{0,8}"), 1..6)) {
        let fields = fields.into_iter().map(|text| record::Field {
            oid: Oid::UNKNOWN,
            value: text.map_or(Value::Null, Value::Text),
        });
        both_ways(Oid::RECORD, &Value::Record(Record::new(fields.collect())))?;
    }
}

/// The same value comes back from both formats.
fn both_ways(oid: Oid, value: &Value) -> Result<(), TestCaseError> {
    for format in [Format::Text, Format::Binary] {
        let bytes = encode(value, oid, format);
        let back = Value::decode(oid, format, &bytes, &TextStyle::default());
        prop_assert_eq!(
            back.as_ref(),
            Ok(value),
            "{:?} {}",
            format,
            String::from_utf8_lossy(&bytes)
        );
    }
    Ok(())
}

/// What is read can be written, and reads as what is written the same again.
fn check(oid: Oid, bytes: &[u8], style: &TextStyle) {
    let default = TextStyle { types: style.types.clone(), ..TextStyle::default() };
    for format in [Format::Text, Format::Binary] {
        let _ = String::decode(oid, format, bytes, style);
        let _ = i64::decode(oid, format, bytes, style);
        let _ = f64::decode(oid, format, bytes, style);
        let _ = <Vec<Option<String>>>::decode(oid, format, bytes, style);
        let Ok(value) = Value::decode(oid, format, bytes, style) else { continue };
        let _ = value.encode(oid, Format::Text, style, &mut Vec::new());
        for wanted in [Format::Text, Format::Binary] {
            let (mut once, mut again) = (Vec::new(), Vec::new());
            if value.encode(oid, wanted, &default, &mut once).is_err() {
                continue;
            }
            if let Ok(value) = Value::decode(oid, wanted, &once, &default) {
                assert_eq!(value.encode(oid, wanted, &default, &mut again), Ok(IsNull::No));
                assert_eq!(once, again, "{oid} {wanted:?}");
            }
        }
    }
}
