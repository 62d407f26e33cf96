//! NULL within nested values, and behind one that is NULL.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use trunkline_arrow::{BatchBuilder, Nested, columns_as, user_type_metadata};
use trunkline_core::{Format, PgError};
use trunkline_proto::Oid;
use trunkline_proto::types::{Base, TextStyle, Types, UserType};

use crate::wire;

const HSTORE: Oid = Oid(20_007);

fn style() -> TextStyle {
    let types = Types::new([UserType::base(HSTORE, "hstore", Base::Hstore)]);
    TextStyle { types: types.unwrap(), ..TextStyle::default() }
}

fn item(data_type: DataType, nullable: bool) -> FieldRef {
    Arc::new(Field::new_list_field(data_type, nullable))
}

fn pair() -> DataType {
    let fields = [("a", true), ("b", false)];
    let fields = fields.map(|(name, nullable)| Field::new(name, DataType::Int32, nullable));
    DataType::Struct(fields.to_vec().into())
}

fn builder(field: Field) -> BatchBuilder {
    let schema = Schema::new(vec![field, Field::new("k", DataType::Int64, true)]);
    BatchBuilder::new(Arc::new(schema), "t").unwrap().style(style())
}

/// A row of a value and a number.
fn push(
    batches: &mut BatchBuilder,
    value: Option<&str>,
    number: u64,
) -> Result<Option<RecordBatch>, PgError> {
    let key = number.to_string();
    let fields = [value.map(str::as_bytes), Some(key.as_bytes())].map(Ok::<_, PgError>);
    batches.push(Format::Text, number, fields)
}

fn show(batch: RecordBatch) -> Vec<(Option<String>, String)> {
    let columns = columns_as(&batch.schema(), Nested::Record);
    let rows = trunkline_arrow::rows(columns, [batch]);
    let text = |cell: &Option<Vec<u8>>| cell.clone().map(|cell| String::from_utf8(cell).unwrap());
    let rows = wire::collect(rows, Format::Text, &style()).unwrap();
    rows.iter().map(|row| (text(&row[0]), text(&row[1]).unwrap())).collect()
}

fn map(nullable: bool) -> Field {
    let keys = Field::new("keys", DataType::Utf8, false);
    let entries = DataType::Struct(vec![keys, Field::new("v", DataType::Utf8, nullable)].into());
    let entries = Arc::new(Field::new("entries", entries, false));
    Field::new("c", DataType::Map(entries, false), true)
        .with_metadata(user_type_metadata(HSTORE, Oid(20_010)))
}

#[test]
fn null_where_there_must_be_none_is_wrong_in_its_row() {
    let list = |item| Field::new("c", DataType::List(item), true);
    let fixed = DataType::FixedSizeList(item(DataType::Int32, false), 2);
    for (field, good, wrong, name) in [
        (list(item(DataType::Int32, false)), "{1}", "{1,NULL}", "item"),
        (list(item(fixed, true)), "{{1,2}}", "{{1,NULL}}", "item"),
        (Field::new("c", pair(), true), "(,1)", "(1,)", "b"),
        (list(item(pair(), true)), "{NULL,\"(,1)\"}", "{NULL,\"(1,)\"}", "b"),
        (map(false), "\"a\"=>\"1\"", "a=>1,b=>NULL", "v"),
    ] {
        let mut batches = builder(field);
        push(&mut batches, Some(good), 1).unwrap();
        let error = push(&mut batches, Some(wrong), 2).unwrap_err();
        assert_eq!(error.sqlstate().as_str(), "22004", "{wrong}");
        assert_eq!(error.message(), format!("null value not allowed for field \"{name}\""));
        assert_eq!(
            error.get(b'W'),
            Some(format!("COPY t, line 2, column c: \"{wrong}\"").as_str())
        );
        // The wrong row ends its batch, the next one returns it.
        let good = Some(good.to_owned());
        let before = push(&mut batches, None, 3).unwrap().unwrap();
        assert_eq!(show(before), [(good.clone(), "1".to_owned())]);
        push(&mut batches, good.as_deref(), 4).unwrap();
        let after = batches.finish().unwrap().unwrap();
        assert_eq!(show(after), [(None, "3".to_owned()), (good, "4".to_owned())]);
    }
}

#[test]
fn behind_null_may_be_anything() {
    let fixed = |inner: FieldRef| DataType::FixedSizeList(inner, 2);
    let innermost = fixed(item(DataType::Int32, false));
    let list = DataType::List(item(DataType::Int32, false));
    let structs = fixed(item(pair(), false));
    let cube = fixed(item(fixed(item(innermost.clone(), true)), false));
    for (data_type, value) in [
        (fixed(item(innermost.clone(), true)), "{{1,2},{3,4}}"),
        (fixed(item(innermost.clone(), false)), "{{1,2},{3,4}}"),
        (fixed(item(list, false)), "{{1},{3}}"),
        (cube, "{{{1,2},{3,4}},{{5,6},{7,8}}}"),
        (fixed(item(structs, true)), "{{\"(,1)\",\"(1,2)\"},{\"(,1)\",\"(1,2)\"}}"),
    ] {
        let within = vec![Field::new("m", data_type.clone(), false)];
        let within = Field::new("c", DataType::Struct(within.into()), true);
        let quoted = format!("(\"{}\")", value.replace('"', "\"\""));
        for (field, value) in [(Field::new("c", data_type, true), value), (within, quoted.as_str())]
        {
            let mut batches = builder(field).types(&[Oid::UNKNOWN]);
            for (number, value) in [(1, Some(value)), (2, None), (3, Some(value)), (4, None)] {
                push(&mut batches, value, number).unwrap();
            }
            let batch = batches.finish().unwrap().unwrap();
            let values = batch.column(0);
            values.to_data().validate_full().unwrap();
            let nulls = values.logical_nulls().unwrap();
            assert_eq!(nulls.iter().collect::<Vec<_>>(), [true, false, true, false]);
            assert_eq!(&values.slice(0, 1), &values.slice(2, 1));
        }
    }
}

#[test]
fn a_wrong_array_leaves_no_elements() {
    let number = || item(DataType::Int32, false);
    for data_type in [
        DataType::List(number()),
        DataType::LargeList(number()),
        DataType::ListView(number()),
        DataType::LargeListView(number()),
        DataType::FixedSizeList(number(), 2),
    ] {
        for wrong in ["{3,x}", "{NULL,x}", "{3,NULL}", "{{3,4}}"] {
            let mut batches = builder(Field::new("c", data_type.clone(), true));
            push(&mut batches, Some("{1,2}"), 1).unwrap();
            push(&mut batches, Some(wrong), 2).unwrap_err();
            let batch = batches.finish().unwrap().unwrap();
            let items = batch.column(0).to_data().child_data()[0].clone();
            assert_eq!(items.len(), 2, "{wrong} {data_type}");
            assert_eq!(show(batch), [(Some("{1,2}".to_owned()), "1".to_owned())]);
        }
    }
}
