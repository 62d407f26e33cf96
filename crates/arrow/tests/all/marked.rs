//! Fields that are marked as other types: composite types, enums, domains, hstore, modifiers.

use std::sync::Arc;

use arrow_array::builder::{Int32Builder, MapBuilder, StringBuilder};
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Schema};
use trunkline_arrow::{Nested, PgType, column, columns_as, type_metadata, user_type_metadata};
use trunkline_core::{Column, Format};
use trunkline_proto::Oid;
use trunkline_proto::types::TextStyle;

use crate::wire;

/// `CREATE TYPE pair AS (a int4, b varchar(5))`, and the OIDs that a server gave it.
const PAIR: Oid = Oid(87_027);
const PAIRS: Oid = Oid(87_026);
/// `CREATE TYPE mood AS ENUM ('sad', 'ok')`
const MOOD: Oid = Oid(87_029);
const MOODS: Oid = Oid(87_028);

fn marked(field: Field, oid: Oid, array: Oid) -> Field {
    field.with_metadata(user_type_metadata(oid, array))
}

fn pairs() -> StructArray {
    let varchar = type_metadata(PgType::from(Oid::VARCHAR).with_typmod(5 + 4));
    let fields = vec![
        Field::new("a", DataType::Int32, true),
        Field::new("b", DataType::Utf8, true).with_metadata(varchar),
    ];
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int32Array::from(vec![1, 0])), Arc::new(StringArray::from(vec!["x,", ""]))];
    StructArray::new(fields.into(), columns, Some(NullBuffer::from(vec![true, false])))
}

fn list_of(item: Field, items: ArrayRef) -> ListArray {
    let offsets = OffsetBuffer::from_lengths([items.len()]);
    ListArray::new(Arc::new(item), offsets, items, None)
}

/// The first value of a field in both formats, the binary one in hexadecimal.
fn shown(field: &Field, array: &ArrayRef) -> (String, String) {
    let style = TextStyle::default();
    let cell = |format| {
        wire::cells(field.clone(), array.clone(), format, &style).unwrap()[0].clone().unwrap()
    };
    let hex = cell(Format::Binary).iter().map(|byte| format!("{byte:02x}")).collect();
    (String::from_utf8(cell(Format::Text)).unwrap(), hex)
}

#[test]
fn a_struct_is_a_composite_type_and_a_list_of_it_its_array() {
    let array: ArrayRef = Arc::new(pairs());
    let field = marked(Field::new("c", array.data_type().clone(), true), PAIR, PAIRS);
    assert_eq!(column(&field).type_oid, PAIR);
    // SELECT ROW(1, 'x,')::pair, encode(record_send(ROW(1, 'x,')::pair), 'hex')
    let binary = "000000020000001700000004000000010000041300000002782c";
    assert_eq!(shown(&field, &array), ("(1,\"x,\")".to_owned(), binary.to_owned()));

    // SELECT ARRAY[ROW(1, 'x,')::pair, NULL], and array_send of it
    let list: ArrayRef = Arc::new(list_of(field.with_name("item"), array));
    let field = Field::new("c", list.data_type().clone(), true);
    assert_eq!(column(&field).type_oid, PAIRS);
    let header = "0000000100000001000153f30000000200000001";
    let (text, sent) = shown(&field, &list);
    assert_eq!(text, "{\"(1,\\\"x,\\\")\",NULL}");
    assert_eq!(sent, format!("{header}0000001a{binary}ffffffff"));
}

#[test]
fn an_enum_is_its_label_and_a_domain_its_value() {
    let labels: DictionaryArray<types::Int8Type> = ["ok"].into_iter().collect();
    let array: ArrayRef = Arc::new(labels);
    let field = marked(Field::new("item", array.data_type().clone(), true), MOOD, MOODS);
    assert_eq!(column(&field).type_oid, MOOD);
    assert_eq!(shown(&field, &array), ("ok".to_owned(), "6f6b".to_owned()));
    // SELECT encode(array_send(ARRAY['ok'::mood]), 'hex')
    let list: ArrayRef = Arc::new(list_of(field, array));
    let field = Field::new("c", list.data_type().clone(), true);
    assert_eq!(column(&field).type_oid, MOODS);
    let binary = "0000000100000000000153f50000000100000001000000026f6b";
    assert_eq!(shown(&field, &list), ("{ok}".to_owned(), binary.to_owned()));

    let array: ArrayRef = Arc::new(Int32Array::from(vec![7]));
    let field = marked(Field::new("c", DataType::Int32, true), Oid(90_000), Oid(90_001));
    assert_eq!(shown(&field, &array), ("7".to_owned(), "00000007".to_owned()));
    // Within JSON it is what it would be without the mark.
    let object: ArrayRef = Arc::new(StructArray::new(vec![field].into(), vec![array], None));
    let field = Field::new("o", object.data_type().clone(), true);
    assert_eq!(shown(&field, &object).0, "{\"c\": 7}");
}

#[test]
fn a_map_is_hstore() {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (key, value) in
        [("long", Some("1")), ("b", None), ("a", Some("x\"y\\z")), ("k k", Some("")), ("a", None)]
    {
        // Of a key that comes twice PostgreSQL keeps the first value.
        map.keys().append_value(key);
        map.values().append_option(value);
    }
    map.append(true).unwrap();
    let array: ArrayRef = Arc::new(map.finish());
    let field = marked(Field::new("h", array.data_type().clone(), true), Oid(91_000), Oid(91_001));
    // SELECT h, encode(hstore_send(h), 'hex')
    let text = r#""a"=>"x\"y\\z", "b"=>NULL, "k k"=>"", "long"=>"1""#;
    let binary = "000000040000000161000000057822795c7a0000000162ffffffff000000036b206b00000000000000046c6f6e670000000131";
    assert_eq!(shown(&field, &array), (text.to_owned(), binary.to_owned()));
    // Values are their text.
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    map.keys().append_value("a");
    map.values().append_value(-1);
    map.append(true).unwrap();
    let array: ArrayRef = Arc::new(map.finish());
    let field = marked(Field::new("h", array.data_type().clone(), true), Oid(91_000), Oid(91_001));
    let binary = "00000001000000016100000002".to_owned() + "2d31";
    assert_eq!(shown(&field, &array), ("\"a\"=>\"-1\"".to_owned(), binary));
}

#[test]
fn structs_are_records_by_choice() {
    let array = pairs();
    let list = list_of(Field::new_list_field(array.data_type().clone(), true), Arc::new(array));
    let schema = Schema::new(vec![
        Field::new("s", pairs().data_type().clone(), true),
        Field::new("l", list.data_type().clone(), true),
        Field::new("i", DataType::Int32, true),
    ]);
    let oids = |nested| {
        columns_as(&schema, nested).iter().map(|column| column.type_oid).collect::<Vec<_>>()
    };
    assert_eq!(oids(Nested::Jsonb), [Oid::JSONB, Oid::JSONB, Oid::INT4]);
    assert_eq!(oids(Nested::Record), [Oid::RECORD, Oid(2287), Oid::INT4]);
    // A server may announce a registered type without any mark.
    let field = Field::new("c", pairs().data_type().clone(), true);
    let columns = Arc::from([Column::new("c", PAIR)]);
    let style = TextStyle::default();
    let cells = wire::cells_as(columns, field, Arc::new(pairs()), Format::Text, &style).unwrap();
    assert_eq!(cells, [Some(b"(1,\"x,\")".to_vec()), None]);
}

#[test]
fn a_mark_says_the_type_and_the_modifier() {
    let of = |data_type: DataType, oid, typmod| {
        let metadata = type_metadata(PgType::from(oid).with_typmod(typmod));
        let column = column(&Field::new("c", data_type, true).with_metadata(metadata));
        (column.type_oid, column.typmod)
    };
    let moment = || DataType::Timestamp(arrow_schema::TimeUnit::Millisecond, None);
    assert_eq!(of(DataType::Utf8, Oid::VARCHAR, 24), (Oid::VARCHAR, 24));
    assert_eq!(of(DataType::Utf8View, Oid::INET, -1), (Oid::INET, -1));
    assert_eq!(of(moment(), Oid::TIMESTAMP, 3), (Oid::TIMESTAMP, 3));
    assert_eq!(of(moment(), Oid::TIMESTAMPTZ, 3), (Oid::TIMESTAMPTZ, 3));
    assert_eq!(of(DataType::UInt32, Oid::OID, -1), (Oid::OID, -1));
    assert_eq!(of(DataType::Decimal128(38, 2), Oid::NUMERIC, -1), (Oid::NUMERIC, -1));
    // INTERVAL DAY TO SECOND(2): SELECT atttypmod
    let interval = DataType::Duration(arrow_schema::TimeUnit::Microsecond);
    assert_eq!(of(interval, Oid::INTERVAL, 0x1c08_0002), (Oid::INTERVAL, 0x1c08_0002));
    // What the values cannot become leaves the field as it is.
    assert_eq!(of(DataType::Int32, Oid::DATE, -1), (Oid::INT4, -1));
    assert_eq!(of(DataType::Utf8, Oid::INT4, -1), (Oid::TEXT, -1));
    assert_eq!(of(moment(), Oid::BYTEA, -1), (Oid::TIMESTAMP, -1));
}

#[test]
fn strings_are_literals_of_types_that_arrow_has_not() {
    let cell = |oid, text: &str, format| {
        let field =
            Field::new("c", DataType::Utf8, true).with_metadata(type_metadata(PgType::from(oid)));
        let array: ArrayRef = Arc::new(StringArray::from(vec![text]));
        wire::cells(field, array, format, &TextStyle::default())
    };
    let inet = cell(Oid::INET, "10.1.2.3/32", Format::Text).unwrap();
    assert_eq!(inet, [Some(b"10.1.2.3".to_vec())]);
    let inet = cell(Oid::INET, "10.1.2.3/8", Format::Binary).unwrap();
    assert_eq!(inet, [Some(vec![2, 8, 0, 4, 10, 1, 2, 3])]);
    for format in [Format::Text, Format::Binary] {
        let error = cell(Oid::INET, "x", format).unwrap_err();
        assert_eq!(error.sqlstate().as_str(), "22P02");
    }
}

#[test]
fn bytes_are_text_where_that_is_said_if_they_are() {
    let metadata = type_metadata(Oid::TEXT.into());
    let bytes: [&[u8]; 3] = [b"na\xc3\xafve", b"\xff", b"a\0"];
    let arrays: [ArrayRef; 3] = [
        Arc::new(BinaryArray::from_iter_values(bytes)),
        Arc::new(LargeBinaryArray::from_iter_values(bytes)),
        Arc::new(BinaryViewArray::from_iter_values(bytes)),
    ];
    for array in arrays {
        let field =
            Field::new("c", array.data_type().clone(), true).with_metadata(metadata.clone());
        assert_eq!(column(&field).type_oid, Oid::TEXT);
        for format in [Format::Text, Format::Binary] {
            let cells = |row| {
                wire::cells(field.clone(), array.slice(row, 1), format, &TextStyle::default())
            };
            assert_eq!(cells(0).unwrap(), [Some("naïve".as_bytes().to_vec())]);
            for row in [1, 2] {
                assert_eq!(cells(row).unwrap_err().sqlstate().as_str(), "22021");
            }
        }
    }
}
