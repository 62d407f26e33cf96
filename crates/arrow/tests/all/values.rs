//! Each type's values, in both formats, as PostgreSQL sends them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::types::*;
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer, i256};
use arrow_schema::{DataType, Field, Fields, UnionFields};
use trunkline_core::Format;

use crate::wire;

/// A value at row 0, and the line of postgres.tsv that it must become.
struct Case {
    name: &'static str,
    field: Field,
    array: ArrayRef,
}

fn case(name: &'static str, array: impl Array + 'static) -> Case {
    let field = Field::new("c", array.data_type().clone(), true);
    Case { name, field, array: Arc::new(array) }
}

fn extension(name: &'static str, extension: &str, array: impl Array + 'static) -> Case {
    let metadata = HashMap::from([("ARROW:extension:name".to_owned(), extension.to_owned())]);
    let Case { name, field, array } = case(name, array);
    Case { name, field: field.with_metadata(metadata), array }
}

const UUID: [u8; 16] = [
    0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a, 0x11,
];
/// 2020-02-29 13:14:15
const LEAP: i64 = 1_582_982_055;
const DAY: i64 = 86_400;

fn uuids() -> FixedSizeBinaryArray {
    FixedSizeBinaryArray::try_from_iter([UUID].into_iter()).unwrap()
}

fn numbers() -> Vec<Case> {
    let f16 = |value: f32| {
        Float16Array::from_value(<Float16Type as ArrowPrimitiveType>::Native::from_f32(value), 1)
    };
    vec![
        case("bool", BooleanArray::from(vec![true])),
        case("bool false", BooleanArray::from(vec![false])),
        case("int2", Int16Array::from(vec![i16::MIN])),
        case("int2 small", Int8Array::from(vec![127])),
        case("int2 unsigned", UInt8Array::from(vec![255])),
        case("int4", Int32Array::from(vec![i32::MIN])),
        case("int4 unsigned", UInt16Array::from(vec![u16::MAX])),
        case("int8", Int64Array::from(vec![i64::MIN])),
        case("int8 unsigned", UInt32Array::from(vec![u32::MAX])),
        case("numeric unsigned", UInt64Array::from(vec![u64::MAX])),
        case("float4 half", f16(1.5)),
        case("float4 tenth", Float32Array::from(vec![0.1])),
        case("float4 large", Float32Array::from(vec![1e10])),
        case("float4 nan", Float32Array::from(vec![f32::NAN])),
        case("float8", Float64Array::from(vec![1.5])),
        case("float8 large", Float64Array::from(vec![1e22])),
        case("float8 small", Float64Array::from(vec![1e-5])),
        case("float8 nan", Float64Array::from(vec![f64::NAN])),
        case("float8 infinite", Float64Array::from(vec![f64::NEG_INFINITY])),
        case("float8 zero", Float64Array::from(vec![-0.0])),
        case("float8 digits", Float64Array::from(vec![0.1 + 0.2])),
        case("numeric", decimal(Decimal32Array::from(vec![12345]), DataType::Decimal32(5, 2))),
        case(
            "numeric negative",
            decimal(Decimal64Array::from(vec![-5]), DataType::Decimal64(18, 2)),
        ),
        case("numeric zero", decimal(Decimal128Array::from(vec![0]), DataType::Decimal128(38, 3))),
        case(
            "numeric thousands",
            decimal(Decimal32Array::from(vec![123]), DataType::Decimal32(5, -2)),
        ),
        case(
            "numeric 38",
            decimal(Decimal128Array::from(vec![10_i128.pow(38) - 1]), DataType::Decimal128(38, 0)),
        ),
        case(
            "numeric wide",
            decimal(
                Decimal256Array::from(vec![
                i256::from_string(
                    "-1234567890123456789012345678901234567890123456789012345678901234567890123456",
                )
                .unwrap(),
            ]),
                DataType::Decimal256(76, 6),
            ),
        ),
    ]
}

fn decimal<T: ArrowPrimitiveType>(array: PrimitiveArray<T>, data_type: DataType) -> ArrayRef {
    Arc::new(array.with_data_type(data_type))
}

fn strings() -> Vec<Case> {
    let bytes: &[u8] = b"\x00\xde\xad\xbe\xef";
    vec![
        case("text", StringArray::from(vec!["naïve \"x\\y"])),
        case("text", LargeStringArray::from(vec!["naïve \"x\\y"])),
        case("text", StringViewArray::from(vec!["naïve \"x\\y"])),
        case("text empty", StringViewArray::from(vec![""])),
        case("bytea", BinaryArray::from(vec![bytes])),
        case("bytea", LargeBinaryArray::from(vec![bytes])),
        case("bytea", BinaryViewArray::from(vec![bytes])),
        case("bytea", FixedSizeBinaryArray::try_from_iter([bytes].into_iter()).unwrap()),
        case("bytea escape", BinaryArray::from(vec![&b"\x00\xde\xad\xbe\xef\\A"[..]])),
        extension("uuid", "arrow.uuid", uuids()),
        extension("json", "arrow.json", StringArray::from(vec!["{\"b\": 1,  \"a\":2}"])),
    ]
}

fn times() -> Vec<Case> {
    let date = |days: i32| Date32Array::from(vec![days]);
    let micros = |micros: i64| TimestampMicrosecondArray::from(vec![micros]);
    let month_day_nano = |months, days, nanos| {
        let value = IntervalMonthDayNanoType::make_value(months, days, nanos);
        IntervalMonthDayNanoArray::from(vec![value])
    };
    vec![
        case("date", date(18_321)),
        case("date", Date64Array::from(vec![18_321 * DAY * 1000])),
        case("date before", date(-1)),
        case("date before", Date64Array::from(vec![-1])),
        case("date bc", date(-735_160)),
        case("date first", date(-2_440_588)),
        case("date last", date(2_145_042_905)),
        case("date german", date(18_321)),
        case("time", Time64MicrosecondArray::from(vec![47_655_123_456])),
        case("time", Time64NanosecondArray::from(vec![47_655_123_456_999])),
        case("time whole", Time32SecondArray::from(vec![47_655])),
        case("time millis", Time32MillisecondArray::from(vec![47_655_123])),
        case("time end", Time32SecondArray::from(vec![86_400])),
        case("timestamp", micros(LEAP * 1_000_000 + 123_456)),
        case("timestamp whole", TimestampSecondArray::from(vec![-1])),
        case("timestamp millis", TimestampMillisecondArray::from(vec![-500])),
        case("timestamp cut", TimestampNanosecondArray::from(vec![-1])),
        case("timestamp first", micros(-210_866_803_200_000_000)),
        case("timestamp last", micros(i64::MAX)),
        case("timestamp sql", micros(LEAP * 1_000_000 + 500_000)),
        case("timestamptz", micros(LEAP * 1_000_000 + 123_456).with_timezone("Europe/Berlin")),
        case("timestamptz zone", TimestampSecondArray::from(vec![LEAP]).with_timezone("+00:00")),
        case("interval duration", DurationSecondArray::from(vec![360_000]))
            .but("interval duration s"),
        case("interval duration", DurationMillisecondArray::from(vec![360_000_500])),
        case("interval duration", DurationMicrosecondArray::from(vec![360_000_500_000])),
        case("interval duration", DurationNanosecondArray::from(vec![360_000_500_000_000])),
        case("interval negative", DurationNanosecondArray::from(vec![-1999])),
        case("interval months", IntervalYearMonthArray::from(vec![-10])),
        case(
            "interval days",
            IntervalDayTimeArray::from(vec![IntervalDayTimeType::make_value(3, -14_706_500)]),
        ),
        case("interval all", month_day_nano(14, -3, 14_706_000_007_999)),
        case("interval iso", month_day_nano(14, -3, 14_706_000_007_999)),
    ]
}

impl Case {
    fn but(mut self, name: &'static str) -> Case {
        self.name = name;
        self
    }
}

fn item(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new_list_field(data_type, true))
}

/// A list of all values.
fn list_of(values: impl Array + 'static) -> ListArray {
    let offsets = OffsetBuffer::from_lengths([values.len()]);
    ListArray::new(item(values.data_type().clone()), offsets, Arc::new(values), None)
}

fn fixed_of(size: i32, values: impl Array + 'static) -> FixedSizeListArray {
    FixedSizeListArray::new(item(values.data_type().clone()), size, Arc::new(values), None)
}

fn lists() -> Vec<Case> {
    let ints = || Int64Array::from(vec![Some(1), None, Some(-3)]);
    let list = list_of(ints());
    let large = LargeListArray::new(
        item(DataType::Int64),
        OffsetBuffer::from_lengths([3]),
        Arc::new(ints()),
        None,
    );
    let view = ListViewArray::new(
        item(DataType::Int64),
        ScalarBuffer::from(vec![1]),
        ScalarBuffer::from(vec![3]),
        Arc::new(Int64Array::from(vec![Some(7), Some(1), None, Some(-3), Some(8)])),
        None,
    );
    let large_view = LargeListViewArray::new(
        item(DataType::Int64),
        ScalarBuffer::from(vec![0]),
        ScalarBuffer::from(vec![3]),
        Arc::new(ints()),
        None,
    );
    let grid = Int32Array::from(vec![Some(1), Some(2), Some(3), Some(4), None, Some(6)]);
    let texts = StringArray::from(vec![
        Some("a b"),
        Some("NULL"),
        Some(""),
        Some("x\"y\\z"),
        None,
        Some("plain"),
        Some("{"),
        Some("a\tb"),
        Some("ü,"),
    ]);
    let mut uuid_list = case("uuid[]", list_of(uuids()));
    let metadata = HashMap::from([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())]);
    let element = Field::new_list_field(DataType::FixedSizeBinary(16), true);
    let uuid_element = Arc::new(element.with_metadata(metadata));
    uuid_list.field = Field::new("c", DataType::List(uuid_element.clone()), true);
    uuid_list.array = Arc::new(ListArray::new(
        uuid_element,
        OffsetBuffer::from_lengths([1]),
        Arc::new(uuids()),
        None,
    ));
    vec![
        case("int8[]", list),
        case("int8[]", large),
        case("int8[]", view),
        case("int8[]", large_view),
        case("int8[]", fixed_of(3, ints())),
        case("int8[] empty", list_of(Int64Array::from(Vec::<i64>::new()))),
        case("int4[][]", list_of(fixed_of(3, grid.clone()))),
        case("int4[][]", fixed_of(2, fixed_of(3, grid))),
        case("int4[][][]", list_of(fixed_of(2, fixed_of(1, Int32Array::from_iter_values(1..=6))))),
        case("text[]", list_of(texts)),
        case("float8[]", list_of(Float64Array::from(vec![1.5, f64::NAN, 1e22]))),
        case("bool[]", list_of(BooleanArray::from(vec![Some(true), Some(false), None]))),
        case("bytea[]", list_of(BinaryArray::from(vec![&b"\x01"[..], b""]))),
        case("timestamp[]", list_of(TimestampSecondArray::from(vec![1_577_836_800]))),
        case("date[]", list_of(Date32Array::from(vec![18_262]))),
        case(
            "numeric[]",
            list_of(
                Decimal128Array::from(vec![Some(150), None, Some(-1)])
                    .with_precision_and_scale(10, 2)
                    .unwrap(),
            ),
        ),
        case(
            "interval[]",
            list_of(IntervalDayTimeArray::from(vec![IntervalDayTimeType::make_value(1, 0)])),
        ),
        uuid_list,
    ]
}

fn object(members: Vec<(&str, ArrayRef)>) -> StructArray {
    let fields =
        members.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let fields: Fields = fields.collect();
    StructArray::new(fields, members.into_iter().map(|(_, array)| array).collect(), None)
}

fn one<A: Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

fn documents() -> Vec<Case> {
    let scalars = {
        let mut members = vec![
            ("yes", one(BooleanArray::from(vec![true]))),
            ("f8", one(Float64Array::from(vec![1.5]))),
            ("big", one(Float64Array::from(vec![1e22]))),
            ("small", one(Float64Array::from(vec![1e-7]))),
            ("nan", one(Float64Array::from(vec![f64::NAN]))),
            ("zero", one(Float64Array::from(vec![-0.0]))),
            ("dec", decimal(Decimal128Array::from(vec![150]), DataType::Decimal128(5, 2))),
            ("u64", one(UInt64Array::from(vec![u64::MAX]))),
            ("d", one(Date32Array::from(vec![18_263]))),
            ("t", one(Time32SecondArray::from(vec![36_000]))),
            ("ts", one(TimestampMillisecondArray::from(vec![1_577_934_245_500]))),
            ("tz", one(TimestampSecondArray::from(vec![1_577_934_245]).with_timezone("UTC"))),
            (
                "iv",
                one(IntervalDayTimeArray::from(vec![IntervalDayTimeType::make_value(
                    1, 7_380_000,
                )])),
            ),
            ("bin", one(BinaryArray::from(vec![&b"\xde\xad"[..]]))),
        ];
        members.push(("id", one(uuids())));
        members.push(("js", one(StringArray::from(vec!["{\"x\": 1}"]))));
        let object = object(members);
        let fields = object.fields().iter().map(|field| match field.name().as_str() {
            name @ ("id" | "js") => {
                let extension = if name == "id" { "arrow.uuid" } else { "arrow.json" };
                let metadata = [("ARROW:extension:name".to_owned(), extension.to_owned())];
                Arc::new(Field::clone(field).with_metadata(HashMap::from(metadata)))
            }
            _ => field.clone(),
        });
        StructArray::new(fields.collect(), object.columns().to_vec(), None)
    };
    let zone = object(vec![
        ("tz", one(TimestampSecondArray::from(vec![1_577_934_245]).with_timezone("UTC"))),
        ("d", one(Date32Array::from(vec![18_263]))),
        ("bc", one(TimestampSecondArray::from(vec![-735_160 * DAY + 3723]))),
    ]);
    let keys = ["bb", "a", "é", "ab", "c"].into_iter().zip(1..);
    let keys = keys.map(|(key, value)| (key, one(Int32Array::from(vec![value])))).collect();

    let mut ragged = ListBuilder::new(ListBuilder::new(Int32Builder::new()));
    ragged.values().append_value([Some(1), Some(2)]);
    ragged.values().append_value([]);
    ragged.values().append_null();
    ragged.values().append_value([Some(3), None]);
    ragged.append(true);

    let structs = StructArray::new(
        vec![Field::new("b", DataType::Utf8, true), Field::new("a", DataType::Int32, true)].into(),
        vec![
            one(StringArray::from(vec!["x", "?", "y"])),
            one(Int32Array::from(vec![Some(1), Some(0), None])),
        ],
        Some(NullBuffer::from(vec![true, false, true])),
    );

    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    // The last value of a key that comes twice counts.
    for (key, value) in [("long", Some(0)), ("b", None), ("a", Some(3)), ("long", Some(1))] {
        map.keys().append_value(key);
        map.values().append_option(value);
    }
    map.append(true).unwrap();
    let mut of_lists =
        MapBuilder::new(None, Int32Builder::new(), ListBuilder::new(Int32Builder::new()));
    of_lists.keys().append_value(10);
    of_lists.values().append_value([Some(1), Some(2)]);
    of_lists.keys().append_value(9);
    of_lists.values().append_value([]);
    of_lists.append(true).unwrap();
    let mut no_entries = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    no_entries.append(true).unwrap();

    let empty = object(vec![
        ("m", one(no_entries.finish())),
        ("s", one(StructArray::new_empty_fields(1, None))),
        ("l", one(list_of(NullArray::new(0)))),
    ]);
    vec![
        case(
            "jsonb struct",
            object(vec![
                ("id", one(Int32Array::from(vec![1]))),
                ("name", one(StringArray::from(vec!["a\"b\\\n\u{1}ü/\u{7f}"]))),
                ("no", one(NullArray::new(1))),
            ]),
        ),
        case("jsonb scalars", scalars),
        case("jsonb zone", zone),
        case("jsonb keys", object(keys)),
        case("jsonb ragged", ragged.finish()),
        case("jsonb structs", list_of(structs)),
        case("jsonb map", map.finish()),
        case("jsonb map int", of_lists.finish()),
        case("jsonb union int", union(true, 0)),
        case("jsonb union int", union(false, 0)),
        case("jsonb union text", union(true, 1)),
        case("jsonb union text", union(false, 1)),
        case("jsonb empty", empty),
    ]
}

/// Rows 7, 'x', NULL of a dense or sparse union, from row `start` on.
pub(crate) fn union(dense: bool, start: usize) -> UnionArray {
    let fields = UnionFields::try_new(
        [3, 5],
        [Field::new("i", DataType::Int32, true), Field::new("s", DataType::Utf8, true)],
    );
    let ids = ScalarBuffer::from(vec![3_i8, 5, 3]);
    let (offsets, ints, texts) = if dense {
        let offsets = ScalarBuffer::from(vec![0, 0, 1]);
        (Some(offsets), Int32Array::from(vec![Some(7), None]), StringArray::from(vec!["x"]))
    } else {
        let texts = StringArray::from(vec![Some("?"), Some("x"), Some("?")]);
        (None, Int32Array::from(vec![Some(7), Some(0), None]), texts)
    };
    let children = vec![one(ints), one(texts)];
    UnionArray::try_new(fields.unwrap(), ids, offsets, children).unwrap().slice(start, 3 - start)
}

fn cases() -> Vec<Case> {
    [numbers(), strings(), times(), lists(), documents()].into_iter().flatten().collect()
}

struct Expected {
    settings: String,
    text: Vec<u8>,
    binary: Vec<u8>,
}

/// What PostgreSQL answered.
fn expectations() -> HashMap<String, Expected> {
    let lines = include_str!("postgres.tsv").lines().filter(|line| !line.starts_with('#'));
    let expected = lines.map(|line| {
        let [name, settings, _, text, binary] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let text = text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t");
        let binary = binary.as_bytes().chunks(2);
        let binary =
            binary.map(|hex| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap());
        let expected = Expected {
            settings: settings.to_owned(),
            text: text.replace('\0', "\\").into_bytes(),
            binary: binary.collect(),
        };
        (name.to_owned(), expected)
    });
    expected.collect()
}

#[test]
fn values_are_what_postgresql_sends() {
    let expectations = expectations();
    for Case { name, field, array } in cases() {
        let Expected { settings, text, binary } = &expectations[name];
        let style = wire::style(settings);
        for (format, expected) in [(Format::Text, text), (Format::Binary, binary)] {
            let cells = wire::cells(field.clone(), array.clone(), format, &style).unwrap();
            let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let cell = cells[0].as_deref().expect(name);
            assert_eq!(shown(cell), shown(expected), "{name} {format:?}");
            assert_eq!(cell, expected, "{name} {format:?}");
        }
    }
}

#[test]
fn dictionaries_and_runs_look_like_their_values() {
    let expectations = expectations();
    // An extension type is told by the field, not by the array.
    let plain = |case: &Case| case.name != "uuid[]" && case.field.extension_type_name().is_none();
    for Case { name, array, .. } in cases().into_iter().filter(plain) {
        let Expected { settings, text, .. } = &expectations[name];
        let style = wire::style(settings);
        let values = array.slice(0, 1);
        let keys = Int16Array::from(vec![None, Some(0), None, Some(0)]);
        let dictionary: ArrayRef = Arc::new(DictionaryArray::new(keys, values.clone()));
        let ends = Int32Array::from(vec![3]);
        let runs: ArrayRef = Arc::new(RunArray::try_new(&ends, values.as_ref()).unwrap());
        let nested: ArrayRef = {
            let keys = UInt8Array::from(vec![0, 0]);
            Arc::new(DictionaryArray::new(keys, runs.clone()))
        };
        let some = || Some(text.clone());
        for (array, expected) in [
            (dictionary.slice(1, 3), vec![some(), None, some()]),
            (runs.slice(1, 2), vec![some(), some()]),
            (nested, vec![some(), some()]),
        ] {
            let field = Field::new("c", array.data_type().clone(), true);
            let cells = wire::cells(field, array.clone(), Format::Text, &style).unwrap();
            assert_eq!(cells, expected, "{name} {}", array.data_type());
        }
    }
}
