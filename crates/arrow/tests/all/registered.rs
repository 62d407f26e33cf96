//! Values of types that the server registered.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use trunkline_arrow::{BatchBuilder, param_array, user_type_metadata};
use trunkline_core::{Column, Format, Params, PgError};
use trunkline_proto::Oid;
use trunkline_proto::types::{Base, IsNull, TextStyle, ToPg, Types, UserType, Value};

use crate::wire;

const MOOD: Oid = Oid(20_001);
const MOODS: Oid = Oid(20_002);
const YEAR: Oid = Oid(20_003);
const YEARS: Oid = Oid(20_004);
const PAIR: Oid = Oid(20_005);
const PAIRS: Oid = Oid(20_006);
const HSTORE: Oid = Oid(20_007);
const SPAN: Oid = Oid(20_008);
const SPANS: Oid = Oid(20_009);

fn style() -> TextStyle {
    let types = Types::new([
        UserType::enumeration(MOOD, "mood", ["sad", "ok"]).array(MOODS),
        UserType::domain(YEAR, "year", Oid::INT4).array(YEARS),
        UserType::composite(PAIR, "pair", [("a", YEAR), ("b", MOOD)]).array(PAIRS),
        UserType::base(HSTORE, "hstore", Base::Hstore),
        UserType::range(SPAN, "span", Oid::FLOAT8).array(SPANS),
    ]);
    TextStyle { types: types.unwrap(), ..TextStyle::default() }
}

fn param(
    oid: Oid,
    format: Format,
    bytes: &[u8],
    data_type: &DataType,
) -> Result<ArrayRef, PgError> {
    let params = Params::bind([oid].into(), [(format, Some(bytes))].into_iter()).unwrap();
    param_array(&params.get(0).unwrap(), data_type, &style())
}

fn list(data_type: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(data_type, true)))
}

/// Read from text, sent in both formats as what it is marked as, and read again.
fn there_and_back(oid: Oid, array_oid: Oid, text: &str, data_type: &DataType) {
    let array = param(oid, Format::Text, text.as_bytes(), data_type).unwrap();
    let field = Field::new("c", data_type.clone(), true);
    let field = field.with_metadata(user_type_metadata(oid, array_oid));
    for format in [Format::Text, Format::Binary] {
        let cells = wire::cells(field.clone(), array.clone(), format, &style()).unwrap();
        let bytes = cells[0].clone().unwrap();
        if format == Format::Text {
            assert_eq!(String::from_utf8_lossy(&bytes), text);
        }
        let again = param(oid, format, &bytes, data_type).unwrap();
        assert_eq!(&again, &array, "{format:?}");
    }
}

#[test]
fn they_are_read_in_both_formats() {
    there_and_back(MOOD, MOODS, "ok", &DataType::Utf8);
    there_and_back(YEAR, YEARS, "1999", &DataType::Int32);
    let pair = vec![Field::new("a", DataType::Int32, true), Field::new("b", DataType::Utf8, true)];
    there_and_back(PAIR, PAIRS, "(1999,ok)", &DataType::Struct(pair.into()));
    let entries =
        vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)];
    let entries = Field::new("entries", DataType::Struct(entries.into()), false);
    let sorted = DataType::Map(Arc::new(entries.clone()), true);
    let array = param(HSTORE, Format::Text, b"b=>1,aa=>2", &sorted).unwrap();
    assert_eq!(array.data_type(), &sorted);
    assert_eq!(
        array.as_map().keys().as_string::<i32>().iter().flatten().collect::<String>(),
        "aab"
    );
    let map = DataType::Map(Arc::new(entries), false);
    there_and_back(HSTORE, Oid(0), "\"a\"=>\"1\", \"b\"=>NULL, \"k k\"=>\"\"", &map);
    // Any of them is text, in both formats.
    let binary = b"\0\0\0\x01\0\0\0\x01a\0\0\0\x011";
    let text = param(HSTORE, Format::Binary, binary, &DataType::Utf8).unwrap();
    let again = param(HSTORE, Format::Text, b"a=>1", &DataType::Utf8).unwrap();
    assert_eq!(&text, &again);
    // An array of a domain is one of what it is over.
    let years = param(YEARS, Format::Text, b"{1,NULL}", &list(DataType::Int64)).unwrap();
    let plain = param(Oid::INT8_ARRAY, Format::Text, b"{1,NULL}", &list(DataType::Int64)).unwrap();
    assert_eq!(&years, &plain);
}

#[test]
fn what_is_wrong_with_them_is_told_as_postgresql_tells_it() {
    for (oid, text, data_type, sqlstate) in [
        (MOOD, "glad", DataType::Utf8, "22P02"),
        (MOODS, "{ok,glad}", list(DataType::Utf8), "22P02"),
        (YEAR, "x", DataType::Int32, "22P02"),
        (YEAR, "70000", DataType::Int16, "22003"),
        (HSTORE, "a=", DataType::Utf8, "42601"),
        (HSTORE, "a=>1", DataType::Int32, "22P02"),
    ] {
        let error = param(oid, Format::Text, text.as_bytes(), &data_type).expect_err(text);
        assert_eq!(error.sqlstate().as_str(), sqlstate, "{text} {error}");
    }
}

#[test]
fn a_map_that_cannot_be_read_leaves_nothing() {
    let entries = vec![
        Field::new("keys", DataType::Utf8, false),
        Field::new("values", DataType::Int32, true),
    ];
    let entries = Field::new("entries", DataType::Struct(entries.into()), false);
    let map = Field::new("m", DataType::Map(Arc::new(entries), false), true);
    let schema = Arc::new(Schema::new(vec![map]));
    let batches = BatchBuilder::new(schema, "t").unwrap();
    let mut batches = batches.types(&[HSTORE]).style(style());
    let mut push = |line, text: &str| {
        batches.push(Format::Text, line, [Ok::<_, PgError>(Some(text.as_bytes()))])
    };
    assert!(push(1, "a=>1,b=>NULL").unwrap().is_none());
    assert_eq!(push(2, "a=>1,b=>x").unwrap_err().sqlstate().as_str(), "22P02");
    let first = push(3, "c=>3").unwrap().unwrap();
    let second = batches.finish().unwrap().unwrap();
    let show = |batch: RecordBatch| {
        let columns = trunkline_arrow::columns(&batch.schema());
        let rows = trunkline_arrow::rows(columns, [batch]);
        let rows = wire::collect(rows, Format::Text, &TextStyle::default()).unwrap();
        String::from_utf8(rows[0][0].clone().unwrap()).unwrap()
    };
    assert_eq!(show(first), "{\"a\": 1, \"b\": null}");
    assert_eq!(show(second), "{\"c\": 3}");
}

/// The value as the protocol library writes it, which is proved against PostgreSQL.
fn judged(oid: Oid, text: &str, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let value = Value::decode(oid, Format::Text, text.as_bytes(), &style()).unwrap();
    assert_eq!(value.encode(oid, format, &style(), &mut out).unwrap(), IsNull::No);
    out
}

#[test]
fn what_is_announced_is_sent_without_any_mark() {
    let pair = || {
        let fields =
            vec![Field::new("a", DataType::Int32, true), Field::new("b", DataType::Utf8, true)];
        DataType::Struct(fields.into())
    };
    for (oid, text, data_type) in [
        (MOODS, "{ok,NULL,sad}", list(DataType::Utf8)),
        (YEARS, "{1999,NULL}", list(DataType::Int32)),
        (PAIR, "(1999,ok)", pair()),
        (PAIR, "(,)", pair()),
        (PAIRS, "{\"(1999,ok)\",NULL,\"(,sad)\"}", list(pair())),
        (SPAN, "[1,2.5)", DataType::Utf8),
        (SPANS, "{empty,\"(,1]\"}", list(DataType::Utf8View)),
    ] {
        let array = param(oid, Format::Text, text.as_bytes(), &data_type).unwrap();
        for format in [Format::Text, Format::Binary] {
            let field = Field::new("c", data_type.clone(), true);
            let columns = Arc::from([Column::new("c", oid)]);
            let cells = wire::cells_as(columns, field, array.clone(), format, &style()).unwrap();
            assert_eq!(cells, [Some(judged(oid, text, format))], "{text} {format:?}");
        }
    }
    // Other fields than the type has are a mistake of the server's.
    let fields = vec![Field::new("a", DataType::Int32, true)];
    let narrow = DataType::Struct(fields.into());
    let array = param(Oid::RECORD, Format::Text, b"(1)", &narrow).unwrap();
    let columns = Arc::from([Column::new("c", PAIR)]);
    let field = Field::new("c", narrow, true);
    let error = wire::cells_as(columns, field, array, Format::Text, &style()).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "XX000");
}
