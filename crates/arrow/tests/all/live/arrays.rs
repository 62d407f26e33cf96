//! Arrays of scalars, made of numbers that PostgreSQL is asked to count with.

use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::*;
use arrow_buffer::i256;
use arrow_schema::{DataType, Field};
use trunkline_proto::Oid;

use super::Case;
use super::random::Random;

pub(super) fn cases(count: usize) -> Vec<Case> {
    let mut random = Random(count as u64);
    let mut cases = integers(&mut random, count);
    cases.extend(floats(&mut random, count));
    cases.extend(decimals(&mut random, count));
    cases.extend(days(&mut random, count));
    cases.extend(moments(&mut random, count));
    cases.extend(spans(&mut random, count));
    cases.extend(strings(&mut random, count));
    cases
}

fn case<A: Array + 'static>(array: A, sql: impl Iterator<Item = String>) -> Case {
    let field = Field::new("c", array.data_type().clone(), true);
    Case::new(field, Arc::new(array), sql.collect())
}

fn extension<A: Array + 'static>(name: &str, array: A, sql: impl Iterator<Item = String>) -> Case {
    let field = Field::new("c", array.data_type().clone(), true);
    let metadata = [("ARROW:extension:name".to_owned(), name.to_owned())];
    Case::new(field.with_metadata(metadata.into()), Arc::new(array), sql.collect())
}

impl Case {
    fn with(mut self, settings: &'static str) -> Case {
        self.settings = settings;
        self
    }
}

fn integers(random: &mut Random, count: usize) -> Vec<Case> {
    fn of<T>(random: &mut Random, count: usize, edges: [T::Native; 2], sql: &str) -> Case
    where
        T: ArrowPrimitiveType<Native: TryFrom<i64> + std::fmt::Display>,
    {
        let mut values = edges.to_vec();
        while values.len() < count + 2 {
            values.extend(T::Native::try_from(random.int()).ok());
        }
        let sql: Vec<String> = values.iter().map(|value| format!("'{value}'::{sql}")).collect();
        case(PrimitiveArray::<T>::from_iter_values(values), sql.into_iter())
    }
    let mut cases = vec![
        of::<Int8Type>(random, count, [i8::MIN, i8::MAX], "int2"),
        of::<Int16Type>(random, count, [i16::MIN, i16::MAX], "int2"),
        of::<Int32Type>(random, count, [i32::MIN, i32::MAX], "int4"),
        of::<Int64Type>(random, count, [i64::MIN, i64::MAX], "int8"),
        of::<UInt8Type>(random, count, [u8::MIN, u8::MAX], "int2"),
        of::<UInt16Type>(random, count, [u16::MIN, u16::MAX], "int4"),
        of::<UInt32Type>(random, count, [u32::MIN, u32::MAX], "int8"),
        of::<UInt64Type>(random, count, [u64::MIN, u64::MAX], "numeric(20,0)"),
    ];
    // What is announced decides, and what it cannot hold is an error.
    for (oid, sql) in [(Oid::INT2, "int2"), (Oid::INT4, "int4"), (Oid::OID, "int8::oid")] {
        let mut wide = of::<Int64Type>(random, count, [-1, 70_000], sql);
        let checked = wide.sql.iter().map(|sql| sql.replacen("'::", "'::int8::", 1));
        (wide.sql, wide.oid) = (checked.collect(), oid);
        cases.push(wide);
    }
    let mut whole = of::<Int64Type>(random, count, [i64::MIN, 10_000], "numeric");
    whole.oid = Oid::NUMERIC;
    cases.push(whole);
    let mut whole = of::<UInt32Type>(random, count, [0, u32::MAX], "numeric");
    whole.oid = Oid::NUMERIC;
    cases.push(whole);
    let flags = [Some(true), Some(false), None];
    let sql = ["true", "false", "NULL::bool"].map(str::to_owned);
    cases.push(case(BooleanArray::from_iter(flags), sql.clone().into_iter()));
    let bytes = Int8Array::from_iter([Some(-7), Some(0), None]);
    let mut flags = extension("arrow.bool8", bytes, sql.into_iter());
    // The type alone does not tell that numbers are flags.
    flags.one_way = true;
    cases.push(flags);
    cases
}

/// As PostgreSQL spells it.
fn spelled(value: f64, digits: String) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        _ => digits,
    }
}

fn floats(random: &mut Random, count: usize) -> Vec<Case> {
    let mut doubles = vec![
        0.0,
        -0.0,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e15,
        1e16,
        0.1,
        1e-4,
        1e-5,
        123_456_789.125,
    ];
    doubles.extend((0..count).map(|_| f64::from_bits(random.next())));
    doubles.extend((0..count).map(|_| random.int() as f64 / 100.0));
    // The sign and the rest of a NaN cannot be said in SQL.
    doubles.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = f64::NAN);
    let mut singles: Vec<f32> = doubles.iter().map(|value| *value as f32).collect();
    singles.extend((0..count).map(|_| f32::from_bits(random.next() as u32)));
    singles.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = f32::NAN);
    type Half = <Float16Type as ArrowPrimitiveType>::Native;
    let halves: Vec<Half> = singles.iter().map(|value| Half::from_f32(*value)).collect();
    let single = |value: f32| format!("'{}'::float4", spelled(value.into(), format!("{value:e}")));
    let double = |value: f64| format!("'{}'::float8", spelled(value, format!("{value:e}")));
    let mut cases = Vec::new();
    for settings in ["", "extra_float_digits=0", "extra_float_digits=-3", "extra_float_digits=3"] {
        let array = Float64Array::from(doubles.clone());
        cases.push(case(array, doubles.iter().map(|value| double(*value))).with(settings));
        let array = Float32Array::from(singles.clone());
        cases.push(case(array, singles.iter().map(|value| single(*value))).with(settings));
    }
    let array = Float16Array::from(halves.clone());
    cases.push(case(array, halves.iter().map(|value| single(value.to_f32()))));
    cases
}

fn decimals(random: &mut Random, count: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    for data_type in [
        DataType::Decimal32(9, 2),
        DataType::Decimal32(5, -3),
        DataType::Decimal32(3, 7),
        DataType::Decimal64(18, 6),
        DataType::Decimal64(18, -6),
        DataType::Decimal128(38, 0),
        DataType::Decimal128(38, 10),
        DataType::Decimal128(38, 38),
        DataType::Decimal128(20, -20),
        DataType::Decimal256(76, 10),
        DataType::Decimal256(76, 76),
        DataType::Decimal256(76, -30),
        DataType::Decimal256(40, 3),
    ] {
        let (DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale)) = data_type
        else {
            unreachable!()
        };
        let mut numbers = vec!["0".to_owned(), "1".to_owned(), "-1".to_owned()];
        numbers.push("9".repeat(precision.into()));
        numbers.push(format!("-{}", "9".repeat(precision.into())));
        numbers.extend((0..count).map(|_| random.digits(precision)));
        let sql: Vec<String> = numbers
            .iter()
            .map(|number| {
                format!(
                    "('{number}'::numeric * '1e{}'::numeric)::numeric({precision},{scale})",
                    -scale
                )
            })
            .collect();
        let array: ArrayRef = match data_type {
            DataType::Decimal32(..) => of::<Decimal32Type>(&numbers, &data_type),
            DataType::Decimal64(..) => of::<Decimal64Type>(&numbers, &data_type),
            DataType::Decimal128(..) => of::<Decimal128Type>(&numbers, &data_type),
            _ => {
                let values = numbers.iter().map(|number| i256::from_string(number).unwrap());
                let array = Decimal256Array::from_iter_values(values);
                Arc::new(array.with_data_type(data_type.clone()))
            }
        };
        cases.push(Case::new(Field::new("c", data_type, true), array, sql));
    }
    fn of<T>(numbers: &[String], data_type: &DataType) -> ArrayRef
    where
        T: ArrowPrimitiveType<Native: std::str::FromStr<Err: std::fmt::Debug>>,
    {
        let values = numbers.iter().map(|number| number.parse().unwrap());
        let array = PrimitiveArray::<T>::from_iter_values(values);
        Arc::new(array.with_data_type(data_type.clone()))
    }
    cases
}

fn days(random: &mut Random, count: usize) -> Vec<Case> {
    // 4714-11-24 BC and 5874897-12-31, and one more; leap days; the years 1 BC and 1.
    let mut days =
        vec![0, -1, 18_321, 11_016, -719_162, -719_163, -25_509, -2_440_588, 2_145_042_905];
    days.extend([-2_440_589, 2_145_042_906, i32::MIN, i32::MAX]);
    days.extend((0..count).map(|_| i32::try_from(random.int() >> 32).unwrap()));
    days.extend((0..count).map(|_| i32::try_from(random.below(80_000)).unwrap() - 20_000));
    let sql = |days: &i32| format!("(date '1970-01-01' + ({days}))");
    let mut cases = Vec::new();
    for settings in ["", "DateStyle=SQL, DMY", "DateStyle=German", "DateStyle=Postgres, MDY"] {
        let array = Date32Array::from(days.clone());
        cases.push(case(array, days.iter().map(sql)).with(settings));
    }
    let millis = days.iter().map(|days| i64::from(*days) * 86_400_000);
    cases.push(case(Date64Array::from_iter_values(millis), days.iter().map(sql)));

    let mut micros = vec![0, 1, 86_399_999_999, 43_200_000_000, 86_400_000_000];
    micros.extend((0..count).map(|_| random.below(86_400_000_000).cast_signed()));
    let time = |micros: i64| match micros {
        86_400_000_000 => "time '24:00'".to_owned(),
        micros => format!("(time '00:00' + '{micros} microseconds'::interval)"),
    };
    let array = Time64MicrosecondArray::from(micros.clone());
    cases.push(case(array, micros.iter().map(|micros| time(*micros))));
    let nanos = micros.iter().map(|micros| micros * 1000);
    let array = Time64NanosecondArray::from_iter_values(nanos);
    cases.push(case(array, micros.iter().map(|micros| time(*micros))));
    let millis: Vec<i32> = micros.iter().map(|micros| (micros / 1000) as i32).collect();
    let sql: Vec<String> = millis.iter().map(|millis| time(i64::from(*millis) * 1000)).collect();
    cases.push(case(Time32MillisecondArray::from(millis), sql.into_iter()));
    let seconds: Vec<i32> = micros.iter().map(|micros| (micros / 1_000_000) as i32).collect();
    let sql: Vec<String> = seconds.iter().map(|secs| time(i64::from(*secs) * 1_000_000)).collect();
    cases.push(case(Time32SecondArray::from(seconds), sql.into_iter()));
    cases
}

fn moments(random: &mut Random, count: usize) -> Vec<Case> {
    // The epochs, the first moment, a leap day, BC, and around the clock changes of 2026 in Berlin.
    let mut micros =
        vec![0, -1, 946_684_800_000_000, 1_582_982_055_123_456, -210_866_803_200_000_000];
    micros.extend([-63_000_000_000_000_000, 1_774_745_999_999_999, 1_774_746_000_000_000]);
    micros.extend([1_792_889_999_999_999, 1_792_890_000_000_000, -210_866_803_200_000_001]);
    micros.extend((0..count).map(|_| random.int()).filter(|micros| micros.abs() < 1 << 62));
    micros.extend((0..count).map(|_| random.below(4_000_000_000_000_000).cast_signed()));
    let moment = |base: &'static str, unit: &'static str| {
        move |value: &i64| format!("({base} + '{value} {unit}'::interval)")
    };
    let mut cases = Vec::new();
    for settings in ["", "DateStyle=SQL, DMY", "DateStyle=German", "DateStyle=Postgres, YMD"] {
        let sql = micros.iter().map(moment("timestamp '1970-01-01'", "microseconds"));
        cases.push(case(TimestampMicrosecondArray::from(micros.clone()), sql).with(settings));
    }
    let base = "timestamptz '1970-01-01 00:00+00'";
    for settings in [
        "",
        "TimeZone=Europe/Berlin",
        "TimeZone=America/New_York;DateStyle=Postgres, MDY",
        "TimeZone=Asia/Kolkata;DateStyle=SQL, DMY",
        "TimeZone=Australia/Lord_Howe",
        "TimeZone=America/St_Johns;DateStyle=German",
        "TimeZone=Africa/Monrovia",
    ] {
        let array = TimestampMicrosecondArray::from(micros.clone()).with_timezone("+05:30");
        let sql = micros.iter().map(moment(base, "microseconds"));
        cases.push(case(array, sql).with(settings));
    }
    let nanos: Vec<i64> = (0..count).map(|_| random.int()).chain([i64::MAX, -1]).collect();
    let sql: Vec<i64> = nanos.iter().map(|nanos| nanos.div_euclid(1000)).collect();
    let array = TimestampNanosecondArray::from(nanos);
    cases.push(case(array, sql.iter().map(moment("timestamp '1970-01-01'", "microseconds"))));
    let millis: Vec<i64> = micros.iter().map(|micros| micros / 1000).collect();
    let sql = millis.iter().map(moment("timestamp '1970-01-01'", "milliseconds"));
    cases.push(case(TimestampMillisecondArray::from(millis.clone()), sql));
    let seconds: Vec<i64> = micros.iter().map(|micros| micros / 1_000_000).collect();
    let array = TimestampSecondArray::from(seconds.clone()).with_timezone("UTC");
    let sql = seconds.iter().map(moment(base, "seconds"));
    cases.push(case(array, sql).with("TimeZone=Europe/Berlin"));
    let stamps = TimestampSecondArray::from(seconds.clone()).with_timezone("UTC");
    let stamp = Field::new("timestamp", stamps.data_type().clone(), false);
    let offset = Field::new("offset_minutes", DataType::Int16, false);
    let offsets = Int16Array::from(vec![90; seconds.len()]);
    let array = StructArray::new(
        vec![stamp, offset].into(),
        vec![Arc::new(stamps), Arc::new(offsets)],
        None,
    );
    let sql = seconds.iter().map(moment(base, "seconds"));
    let mut offsets = extension("arrow.timestamp_with_offset", array, sql);
    // A moment does not tell the offset with which it was once written.
    offsets.one_way = true;
    cases.push(offsets);
    cases
}

fn spans(random: &mut Random, count: usize) -> Vec<Case> {
    let mut micros = vec![0, 1, -1, 86_400_000_000, -3_600_000_000, 9_007_199_254_740_993];
    micros.extend((0..count).map(|_| random.int()).filter(|micros| micros.abs() < 1 << 53));
    let styles = [
        "",
        "IntervalStyle=iso_8601",
        "IntervalStyle=postgres_verbose",
        "IntervalStyle=sql_standard",
    ];
    let mut cases = Vec::new();
    let sql = |micros: &i64| format!("'{micros} microseconds'::interval");
    for settings in styles {
        let array = DurationMicrosecondArray::from(micros.clone());
        cases.push(case(array, micros.iter().map(sql)).with(settings));
    }
    let nanos = micros.iter().map(|micros| micros.wrapping_mul(1000) / 1000 * 1000);
    let nanos: Vec<i64> = nanos.collect();
    let whole: Vec<i64> = nanos.iter().map(|nanos| nanos / 1000).collect();
    cases.push(case(DurationNanosecondArray::from(nanos), whole.iter().map(sql)));
    let spans: Vec<(i32, i32, i64)> = (0..count)
        .map(|_| {
            let part = |random: &mut Random| i32::try_from(random.int() >> 33).unwrap() >> 8;
            (part(random), part(random), random.int() >> 12)
        })
        .chain([
            (0, 0, 0),
            (12, 0, 0),
            (-1, 1, -1),
            (i32::MAX, i32::MIN, 1),
            (13, -40, 90_000_000_001),
        ])
        .collect();
    for settings in styles {
        let values = spans.iter().map(|(months, days, micros)| {
            IntervalMonthDayNanoType::make_value(*months, *days, micros * 1000)
        });
        let sql = spans.iter().map(|(months, days, micros)| {
            format!("(make_interval(months => {months}, days => {days}) + '{micros} microseconds'::interval)")
        });
        cases.push(case(IntervalMonthDayNanoArray::from_iter_values(values), sql).with(settings));
    }
    let months = IntervalYearMonthArray::from_iter_values(spans.iter().map(|span| span.0));
    let sql = spans.iter().map(|(months, ..)| format!("make_interval(months => {months})"));
    cases.push(case(months, sql));
    let short = spans.iter().map(|(_, days, micros)| (*days, (*micros as i32) / 7));
    let short: Vec<(i32, i32)> = short.collect();
    let values = short.iter().map(|(days, millis)| IntervalDayTimeType::make_value(*days, *millis));
    let sql = short.iter().map(|(days, millis)| {
        format!("(make_interval(days => {days}) + '{millis} milliseconds'::interval)")
    });
    cases.push(case(IntervalDayTimeArray::from_iter_values(values), sql));
    cases
}

fn strings(random: &mut Random, count: usize) -> Vec<Case> {
    let texts: Vec<String> = (0..count).map(|_| random.text()).chain(["NULL".to_owned()]).collect();
    let sql = |text: &String| {
        format!("convert_from('\\x{}'::bytea, 'UTF8')", super::hex(text.as_bytes()))
    };
    let bytes: Vec<Vec<u8>> = (0..count).map(|_| random.bytes(12)).chain([Vec::new()]).collect();
    let slices = || bytes.iter().map(Vec::as_slice);
    let hex = |bytes: &Vec<u8>| format!("'\\x{}'::bytea", super::hex(bytes));
    let ids: Vec<[u8; 16]> = (0..count)
        .map(|_| (u128::from(random.next()) << 64 | u128::from(random.next())).to_be_bytes())
        .collect();
    let id_sql = ids.iter().map(|id| format!("'{}'::uuid", super::hex(id)));
    vec![
        case(StringArray::from_iter_values(&texts), texts.iter().map(sql)),
        case(LargeStringArray::from_iter_values(&texts), texts.iter().map(sql)),
        case(StringViewArray::from_iter_values(&texts), texts.iter().map(sql)),
        case(BinaryArray::from_iter_values(slices()), bytes.iter().map(hex)),
        case(BinaryArray::from_iter_values(slices()), bytes.iter().map(hex))
            .with("bytea_output=escape"),
        case(LargeBinaryArray::from_iter_values(slices()), bytes.iter().map(hex)),
        case(BinaryViewArray::from_iter_values(slices()), bytes.iter().map(hex)),
        extension("arrow.uuid", FixedSizeBinaryArray::try_from_iter(ids.iter()).unwrap(), id_sql),
    ]
}
