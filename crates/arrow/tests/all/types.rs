//! Every Arrow type has an answer, and what is announced is what comes.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StructArray, new_null_array};
use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit, UnionFields, UnionMode};
use trunkline_arrow::{Nested, PgType, data_type_of};
use trunkline_core::{Column, Format};
use trunkline_proto::Oid;
use trunkline_proto::types::{TextStyle, name_of};

use crate::wire;

fn item(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new_list_field(data_type, true))
}

/// Every type once, with what it is announced as: oid and modifier.
pub(crate) fn all() -> Vec<(DataType, Oid, i32)> {
    use DataType::*;
    let units =
        [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    let member = || Field::new("a", Int32, true);
    let entries = Struct(vec![Field::new("k", Utf8, false), Field::new("v", Int32, true)].into());
    let ends = Arc::new(Field::new("run_ends", Int32, false));
    let runs = Arc::new(Field::new("values", Boolean, true));
    let members = UnionFields::try_new([0], [member()]).unwrap();
    let mut all = vec![
        (Null, Oid::TEXT, -1),
        (Boolean, Oid::BOOL, -1),
        (Int8, Oid::INT2, -1),
        (Int16, Oid::INT2, -1),
        (Int32, Oid::INT4, -1),
        (Int64, Oid::INT8, -1),
        (UInt8, Oid::INT2, -1),
        (UInt16, Oid::INT4, -1),
        (UInt32, Oid::INT8, -1),
        (UInt64, Oid::NUMERIC, (20 << 16) + 4),
        (Float16, Oid::FLOAT4, -1),
        (Float32, Oid::FLOAT4, -1),
        (Float64, Oid::FLOAT8, -1),
        (Date32, Oid::DATE, -1),
        (Date64, Oid::DATE, -1),
        (Time32(TimeUnit::Second), Oid::TIME, -1),
        (Time32(TimeUnit::Millisecond), Oid::TIME, -1),
        (Time64(TimeUnit::Microsecond), Oid::TIME, -1),
        (Time64(TimeUnit::Nanosecond), Oid::TIME, -1),
        (Interval(IntervalUnit::YearMonth), Oid::INTERVAL, -1),
        (Interval(IntervalUnit::DayTime), Oid::INTERVAL, -1),
        (Interval(IntervalUnit::MonthDayNano), Oid::INTERVAL, -1),
        (Binary, Oid::BYTEA, -1),
        (LargeBinary, Oid::BYTEA, -1),
        (BinaryView, Oid::BYTEA, -1),
        (FixedSizeBinary(16), Oid::BYTEA, -1),
        (Utf8, Oid::TEXT, -1),
        (LargeUtf8, Oid::TEXT, -1),
        (Utf8View, Oid::TEXT, -1),
        (Decimal32(5, 2), Oid::NUMERIC, (5 << 16 | 2) + 4),
        (Decimal64(18, 0), Oid::NUMERIC, (18 << 16) + 4),
        // As PostgreSQL's own numeric(5,-2).
        (Decimal128(5, -2), Oid::NUMERIC, (5 << 16 | 2046) + 4),
        (Decimal256(76, 38), Oid::NUMERIC, (76 << 16 | 38) + 4),
        (List(item(Int32)), Oid::INT4_ARRAY, -1),
        (List(item(Decimal128(10, 2))), Oid::NUMERIC_ARRAY, (10 << 16 | 2) + 4),
        (List(item(Null)), Oid::TEXT_ARRAY, -1),
        (List(item(Dictionary(Box::new(Int8), Box::new(Utf8)))), Oid::TEXT_ARRAY, -1),
        (ListView(item(Boolean)), Oid::BOOL_ARRAY, -1),
        (FixedSizeList(item(Float32), 2), Oid::FLOAT4_ARRAY, -1),
        (LargeList(item(Date32)), Oid::DATE_ARRAY, -1),
        (LargeListView(item(UInt64)), Oid::NUMERIC_ARRAY, (20 << 16) + 4),
        (List(item(FixedSizeList(item(Int64), 2))), Oid::INT8_ARRAY, -1),
        (List(item(List(item(Int64)))), Oid::JSONB, -1),
        (List(item(Struct(vec![member()].into()))), Oid::JSONB, -1),
        (Struct(vec![member()].into()), Oid::JSONB, -1),
        (Struct(Fields::empty()), Oid::JSONB, -1),
        (Union(members.clone(), UnionMode::Sparse), Oid::JSONB, -1),
        (Union(members, UnionMode::Dense), Oid::JSONB, -1),
        (Dictionary(Box::new(UInt8), Box::new(LargeUtf8)), Oid::TEXT, -1),
        (Map(Arc::new(Field::new("entries", entries, false)), false), Oid::JSONB, -1),
        (RunEndEncoded(ends, runs), Oid::BOOL, -1),
    ];
    for unit in units {
        all.push((Timestamp(unit, None), Oid::TIMESTAMP, -1));
        all.push((Timestamp(unit, Some("UTC".into())), Oid::TIMESTAMPTZ, -1));
        all.push((Duration(unit), Oid::INTERVAL, -1));
    }
    // More dimensions than PostgreSQL has.
    let deep = (0..7).fold(Int32, |inner, _| FixedSizeList(item(inner), 1));
    all.push((deep, Oid::JSONB, -1));
    all
}

/// Fails to compile when Arrow gets a type that is missing here.
fn number(data_type: &DataType) -> usize {
    use DataType::*;
    match data_type {
        Null => 0,
        Boolean => 1,
        Int8 => 2,
        Int16 => 3,
        Int32 => 4,
        Int64 => 5,
        UInt8 => 6,
        UInt16 => 7,
        UInt32 => 8,
        UInt64 => 9,
        Float16 => 10,
        Float32 => 11,
        Float64 => 12,
        Timestamp(_, _) => 13,
        Date32 => 14,
        Date64 => 15,
        Time32(_) => 16,
        Time64(_) => 17,
        Duration(_) => 18,
        Interval(_) => 19,
        Binary => 20,
        FixedSizeBinary(_) => 21,
        LargeBinary => 22,
        BinaryView => 23,
        Utf8 => 24,
        LargeUtf8 => 25,
        Utf8View => 26,
        List(_) => 27,
        ListView(_) => 28,
        FixedSizeList(_, _) => 29,
        LargeList(_) => 30,
        LargeListView(_) => 31,
        Struct(_) => 32,
        Union(_, _) => 33,
        Dictionary(_, _) => 34,
        Decimal32(_, _) => 35,
        Decimal64(_, _) => 36,
        Decimal128(_, _) => 37,
        Decimal256(_, _) => 38,
        Map(_, _) => 39,
        RunEndEncoded(_, _) => 40,
    }
}

#[test]
fn every_type_is_announced_and_encoded() {
    let mut met: Vec<_> = all().iter().map(|(data_type, ..)| number(data_type)).collect();
    met.sort_unstable();
    met.dedup();
    assert_eq!(met, (0..41).collect::<Vec<_>>());
    for (data_type, oid, typmod) in all() {
        let field = Field::new("c", data_type.clone(), true);
        let column = trunkline_arrow::column(&field);
        assert_eq!((column.type_oid, column.typmod), (oid, typmod), "{data_type}");
        assert_eq!(PgType::of(&data_type).oid, oid);
        for format in [Format::Text, Format::Binary] {
            for rows in [0, 2] {
                let array = new_null_array(&data_type, rows);
                assert_eq!(array.len(), rows);
                let cells = wire::cells(field.clone(), array, format, &TextStyle::default());
                assert_eq!(cells.unwrap(), vec![None; rows], "{data_type}");
            }
        }
    }
}

#[test]
fn every_type_can_be_a_member_of_json() {
    for (data_type, ..) in all() {
        let object = DataType::Struct(vec![Field::new("m", data_type.clone(), true)].into());
        let list = DataType::List(item(object.clone()));
        for nested in [object, list] {
            let field = Field::new("c", nested.clone(), true);
            let array = new_null_array(&nested, 1);
            let cells = wire::cells(field, array, Format::Text, &TextStyle::default());
            assert_eq!(cells.unwrap(), vec![None], "{data_type}");
        }
    }
}

#[test]
fn every_type_can_be_a_field_of_a_record() {
    for (data_type, ..) in all() {
        let field = Field::new("m", data_type.clone(), true);
        let oid = PgType::of_field_as(&field, Nested::Record).oid;
        let member = new_null_array(&data_type, 1);
        let record: ArrayRef = Arc::new(StructArray::new(vec![field].into(), vec![member], None));
        let fields = [&1_u32.to_be_bytes()[..], &oid.0.to_be_bytes(), &[255; 4]].concat();
        for (format, expected) in [(Format::Text, b"()".to_vec()), (Format::Binary, fields)] {
            let columns = [Column::new("c", Oid::RECORD)].into();
            let field = Field::new("c", record.data_type().clone(), true);
            let style = TextStyle::default();
            let cells = wire::cells_as(columns, field, record.clone(), format, &style);
            assert_eq!(cells.unwrap(), [Some(expected)], "{data_type}");
        }
    }
}

#[test]
fn the_modifier_of_a_decimal_is_as_postgresql_has_it() {
    // SELECT atttypmod: numeric(20,0), numeric(5,-2)
    assert_eq!(PgType::of(&DataType::UInt64).typmod, 1_310_724);
    assert_eq!(PgType::of(&DataType::Decimal32(5, -2)).typmod, 329_730);
}

#[test]
fn a_declared_type_has_an_arrow_type_that_is_announced_as_it_again() {
    for oid in [
        Oid::BOOL,
        Oid::INT2,
        Oid::INT4,
        Oid::INT8,
        Oid::FLOAT4,
        Oid::FLOAT8,
        Oid::NUMERIC,
        Oid::TEXT,
        Oid::BYTEA,
        Oid::DATE,
        Oid::TIME,
        Oid::TIMESTAMP,
        Oid::TIMESTAMPTZ,
        Oid::INTERVAL,
        Oid::INT4_ARRAY,
        Oid::TEXT_ARRAY,
        Oid::NUMERIC_ARRAY,
        Oid::TIMESTAMPTZ_ARRAY,
    ] {
        let data_type = data_type_of(oid).unwrap();
        assert_eq!(PgType::of(&data_type).oid, oid, "{data_type}");
    }
    for (oid, other) in [
        (Oid::OID, Oid::INT8),
        (Oid::VARCHAR, Oid::TEXT),
        (Oid::UNKNOWN, Oid::TEXT),
        (Oid::UUID, Oid::BYTEA),
        (Oid::JSON, Oid::TEXT),
        (Oid::UUID_ARRAY, Oid::BYTEA_ARRAY),
    ] {
        assert_eq!(PgType::of(&data_type_of(oid).unwrap()).oid, other);
    }
    for oid in [Oid::VOID, Oid::INTERNAL, Oid(0), Oid(99_999)] {
        assert_eq!(data_type_of(oid), None);
    }
}

#[test]
fn the_documented_table_is_true() {
    let page = include_str!("../../src/types.md");
    assert_eq!(page, include_str!("../../../../docs/arrow-types.md"), "the page is one");
    let mut checked = 0;
    for line in page.lines().take_while(|line| !line.starts_with("## Announced")) {
        let Some([arrow, postgresql, _]) = line
            .strip_prefix("| `")
            .and_then(|line| line.strip_suffix("|"))
            .map(|line| line.split(" | ").collect::<Vec<_>>())
            .and_then(|cells| <[&str; 3]>::try_from(cells).ok())
        else {
            continue;
        };
        let postgresql = postgresql.trim_matches('`');
        for data_type in arrow.trim_end_matches('`').split("`, `") {
            let parsed: DataType = data_type.parse().unwrap_or_else(|_| panic!("{data_type}"));
            let oid = PgType::of(&parsed).oid;
            assert_eq!(trunkline_proto::types::name_of(oid), Some(postgresql), "{data_type}");
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn the_documented_table_of_parameters_is_true() {
    let page = include_str!("../../src/types.md");
    let (_, behind) = page.split_once("## Parameters").unwrap();
    let oid_of = |name: &str| {
        let known = match name {
            "varchar" => "character varying",
            "char" => "character",
            "varbit" => "bit varying",
            "time" => "time without time zone",
            "timetz" => "time with time zone",
            "timestamp" => "timestamp without time zone",
            "timestamptz" => "timestamp with time zone",
            known => known,
        };
        let oid = (1..10_000).map(Oid).find(|oid| name_of(*oid) == Some(known));
        oid.unwrap_or_else(|| panic!("no type {name}"))
    };
    let words = |cell: &str| -> Vec<String> {
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let mut checked = 0;
    for line in behind.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let (names, types) = (words(cells[0]), words(cells[1]));
        for name in &names {
            let found = data_type_of(oid_of(name)).unwrap();
            let wanted = types.iter().take(names.len()).filter_map(|name| match name.as_str() {
                "Interval(MonthDayNano)" => Some(DataType::Interval(IntervalUnit::MonthDayNano)),
                name => name.parse().ok(),
            });
            let wanted: Vec<DataType> = wanted.collect();
            assert!(wanted.contains(&found), "{name}: {found}");
            checked += 1;
        }
    }
    assert_eq!(checked, 40);
}
