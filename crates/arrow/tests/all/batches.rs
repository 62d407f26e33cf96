//! Rows of COPY as batches.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_schema::{DataType, Field, Schema, TimeUnit, UnionFields, UnionMode};
use trunkline_arrow::{BatchBuilder, PgType, type_metadata, user_type_metadata};
use trunkline_core::{Format, PgError};
use trunkline_proto::Oid;
use trunkline_proto::types::TextStyle;

use crate::wire;

fn people() -> Arc<Schema> {
    let varchar = type_metadata(PgType::from(Oid::VARCHAR).with_typmod(3 + 4));
    let bpchar = type_metadata(PgType::from(Oid::BPCHAR).with_typmod(5 + 4));
    Arc::new(Schema::new(vec![
        Field::new("a", DataType::Int32, false),
        Field::new("b", DataType::Utf8, true),
        Field::new("c", DataType::Decimal128(5, 2), true),
        Field::new("d", DataType::Timestamp(TimeUnit::Microsecond, None), true),
        Field::new("e", DataType::Utf8View, true).with_metadata(varchar),
        Field::new("f", DataType::Utf8, true).with_metadata(bpchar),
    ]))
}

/// Fields between tabs; `\N` is NULL.
fn push(batches: &mut BatchBuilder, line: u64, row: &str) -> Result<Option<RecordBatch>, PgError> {
    let field = |text: &'static str| Ok::<_, PgError>((text != "\\N").then_some(text.as_bytes()));
    let row: &'static str = String::leak(row.to_owned());
    batches.push(Format::Text, line, row.split('\t').map(field))
}

fn show(batch: RecordBatch) -> Vec<String> {
    let columns = trunkline_arrow::columns(&batch.schema());
    let rows = trunkline_arrow::rows(columns, [batch]);
    let rows = wire::collect(rows, Format::Text, &TextStyle::default()).unwrap();
    let cell = |cell: Option<Vec<u8>>| {
        cell.map_or("\\N".to_owned(), |cell| String::from_utf8(cell).unwrap())
    };
    let row = |row: wire::Row| row.into_iter().map(cell).collect::<Vec<_>>().join("\t");
    rows.into_iter().map(row).collect()
}

#[test]
fn rows_become_batches_of_the_size_that_is_wanted() {
    let row = |id: usize| format!("{id}\tname {id}\t{id}.50\t2020-01-01 00:00:00\tabc\tx    ");
    let mut batches = BatchBuilder::new(people(), "t").unwrap().max_rows(4);
    let mut sizes = Vec::new();
    let mut rows = Vec::new();
    for id in 0..10 {
        if let Some(batch) = push(&mut batches, 1, &row(id)).unwrap() {
            sizes.push(batch.num_rows());
            rows.extend(show(batch));
        }
    }
    let last = batches.finish().unwrap().unwrap();
    sizes.push(last.num_rows());
    rows.extend(show(last));
    assert_eq!(sizes, [4, 4, 2]);
    assert_eq!(rows, (0..10).map(row).collect::<Vec<_>>());
    assert!(batches.finish().unwrap().is_none());
    // Some 45 bytes a row, and 8 for each of six columns.
    let mut batches = BatchBuilder::new(people(), "t").unwrap().max_bytes(250);
    let ends: Vec<usize> =
        (0..9).filter(|id| push(&mut batches, 1, &row(*id)).unwrap().is_some()).collect();
    assert_eq!(ends, [2, 5, 8]);
}

#[test]
fn strings_are_as_long_as_their_type_says() {
    // PostgreSQL: '…'::varchar(3), '…'::char(5) from COPY
    for (row, stored) in [
        ("1\t\\N\t\\N\t\\N\tabc  \t", "1\t\\N\t\\N\t\\N\tabc\t     "),
        ("1\t\t1\t2020-01-01\tü€x\tüü€", "1\t\t1.00\t2020-01-01 00:00:00\tü€x\tüü€  "),
        ("1\t\t1\t2020-01-01\t\\N\tabcde ", "1\t\t1.00\t2020-01-01 00:00:00\t\\N\tabcde"),
    ] {
        let mut batches = BatchBuilder::new(people(), "t").unwrap();
        assert!(push(&mut batches, 1, row).unwrap().is_none());
        assert_eq!(show(batches.finish().unwrap().unwrap()), [stored]);
    }
}

#[test]
fn a_batch_ends_by_what_its_values_take() {
    let bpchar = type_metadata(PgType::from(Oid::BPCHAR).with_typmod(1_000 + 4));
    let item = |data_type| Arc::new(Field::new_list_field(data_type, true));
    let runs = DataType::RunEndEncoded(
        Arc::new(Field::new("run_ends", DataType::Int32, false)),
        Arc::new(Field::new("values", DataType::Utf8, true)),
    );
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let pair = vec![Field::new("x", DataType::FixedSizeBinary(1_000), true)];
    let zeros = DataType::FixedSizeList(item(DataType::Int64), 125);
    // About 1,000 bytes each row, one column after the other.
    for (field, values) in [
        (Field::new("a", DataType::Utf8, true).with_metadata(bpchar.clone()), ["1", "2", "3"]),
        (Field::new("a", dictionary, true).with_metadata(bpchar.clone()), ["1", "2", "3"]),
        (Field::new("a", runs, true).with_metadata(bpchar), ["1", "2", "3"]),
        (Field::new("a", DataType::Utf8, true), ["1e1000"; 3]),
        (Field::new("a", DataType::FixedSizeBinary(1_000), true), ["\\N"; 3]),
        (Field::new("a", DataType::Struct(pair.into()), true), ["\\N"; 3]),
        (Field::new("a", zeros, true), ["\\N"; 3]),
    ] {
        let data_type = field.data_type().clone();
        let mut batches = BatchBuilder::new(Arc::new(Schema::new(vec![field])), "t").unwrap();
        if values[0] == "1e1000" {
            batches = batches.types(&[Oid::NUMERIC]);
        }
        let mut batches = batches.max_bytes(2_500);
        let full = values.map(|value| push(&mut batches, 1, value).unwrap().is_some());
        assert_eq!(full, [false, false, true], "{data_type}");
    }
}

/// PostgreSQL: '{abc,d}'::char(5)[] and the like, and what an assignment says of longer ones.
#[test]
fn strings_within_others_and_of_others_are_as_long_as_their_type_says() {
    let marked = |name: &str, data_type, oid, length: i32| {
        let metadata = type_metadata(PgType::from(oid).with_typmod(length + 4));
        Field::new(name, data_type, true).with_metadata(metadata)
    };
    let varchar = |name| marked(name, DataType::Utf8, Oid::VARCHAR, 3);
    let bpchar = |name| marked(name, DataType::LargeUtf8, Oid::BPCHAR, 5);
    let list = |item: Field| DataType::List(Arc::new(item.with_name("item")));
    let runs = DataType::RunEndEncoded(
        Arc::new(Field::new("run_ends", DataType::Int32, false)),
        Arc::new(Field::new("values", DataType::Utf8, true)),
    );
    let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let pair = DataType::Struct(vec![varchar("x"), bpchar("y")].into());
    for (field, text, stored, wrong) in [
        (Field::new("a", list(varchar("i")), true), "{abc,\"d  \"}", "{abc,\"d  \"}", "{abcd}"),
        (Field::new("a", list(bpchar("i")), true), "{abc,d}", "{\"abc  \",\"d    \"}", "{abcdef}"),
        (Field::new("a", pair, true), "(abc,d)", "{\"x\": \"abc\", \"y\": \"d    \"}", "(abcd,d)"),
        (marked("a", runs, Oid::BPCHAR, 5), "abc", "abc  ", "abcdef"),
        (marked("a", dictionary, Oid::VARCHAR, 3), "abc ", "abc", "abcd"),
    ] {
        let mut batches = BatchBuilder::new(Arc::new(Schema::new(vec![field])), "t").unwrap();
        push(&mut batches, 1, text).unwrap();
        let error = push(&mut batches, 2, wrong).unwrap_err();
        assert_eq!(error.sqlstate().as_str(), "22001", "{wrong}");
        assert_eq!(show(batches.finish().unwrap().unwrap()), [stored]);
    }
    // An assignment of another type: it is as long as its text.
    for (field, number, stored) in [
        (varchar("a"), 1_i32, Some("1")),
        (bpchar("a"), 1, Some("1    ")),
        (varchar("a"), 1_000, None),
    ] {
        let schema = Arc::new(Schema::new(vec![field]));
        let mut batches = BatchBuilder::new(schema, "t").unwrap().types(&[Oid::INT4]);
        let bytes = number.to_be_bytes();
        let pushed = batches.push(Format::Binary, 1, [Ok::<_, PgError>(Some(&bytes[..]))]);
        match stored {
            Some(stored) => assert_eq!(show(batches.finish().unwrap().unwrap()), [stored]),
            None => assert_eq!(pushed.unwrap_err().sqlstate().as_str(), "22001"),
        }
    }
}

/// What PostgreSQL 18 stored of the same lines in such columns.
#[test]
fn times_are_rounded_to_the_digits_of_their_type() {
    let marked = |name: &str, data_type, oid, digits| {
        let metadata = type_metadata(PgType::from(oid).with_typmod(digits));
        Field::new(name, data_type, true).with_metadata(metadata)
    };
    let moment =
        |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
    let schema = Arc::new(Schema::new(vec![
        marked("a", moment(None), Oid::TIMESTAMP, 3),
        marked("b", moment(Some("UTC")), Oid::TIMESTAMPTZ, 0),
        marked("c", DataType::Time64(TimeUnit::Microsecond), Oid::TIME, 1),
        marked("d", moment(None), Oid::TIMESTAMP, 6),
    ]));
    for (line, stored) in [
        (
            "2020-01-01 00:00:00.1235\t2020-01-01 00:00:00.5+00\t23:59:59.95\t2020-01-01 00:00:00.123456",
            "2020-01-01 00:00:00.124\t2020-01-01 00:00:01+00\t24:00:00\t2020-01-01 00:00:00.123456",
        ),
        (
            "1999-12-31 23:59:59.9995\t1969-12-31 23:59:59.5+00\t00:00:00.049999\t0001-01-01 BC",
            "1999-12-31 23:59:59.999\t1969-12-31 23:59:59+00\t00:00:00\t0001-01-01 00:00:00 BC",
        ),
        (
            "1999-12-31 23:59:59.9994\t1969-12-31 23:59:59.6+00\t00:00:00.05\t0001-01-01",
            "1999-12-31 23:59:59.999\t1970-01-01 00:00:00+00\t00:00:00.1\t0001-01-01 00:00:00",
        ),
    ] {
        let mut batches = BatchBuilder::new(schema.clone(), "t").unwrap();
        push(&mut batches, 1, line).unwrap();
        assert_eq!(show(batches.finish().unwrap().unwrap()), [stored]);
    }
}

/// What PostgreSQL 18 said of the same lines, copied to a table of these columns.
#[test]
fn a_wrong_field_is_an_error_that_says_where() {
    let zeros = "0x".repeat(75);
    for (row, sqlstate, message, context) in [
        (
            "x\ty\t1\t2020-01-01\tabc\tx",
            "22P02",
            "invalid input syntax for type integer: \"x\"",
            "COPY t, line 2, column a: \"x\"",
        ),
        (
            "1\ty\t1\t2020-01-01\tabcd\tx",
            "22001",
            "value too long for type character varying(3)",
            "COPY t, line 2, column e: \"abcd\"",
        ),
        (
            "1\ty\t1\t2020-01-01\tabc\tabcdef",
            "22001",
            "value too long for type character(5)",
            "COPY t, line 2, column f: \"abcdef\"",
        ),
        (
            "1\tx\t1000\t2020-01-01\tabc\tx",
            "22003",
            "numeric field overflow",
            "COPY t, line 2, column c: \"1000\"",
        ),
        (
            &format!("{zeros}\tx\t1\t2020-01-01\tabc\tx"),
            "22P02",
            &format!("invalid input syntax for type integer: \"{zeros}\""),
            &format!("COPY t, line 2, column a: \"{}...\"", "0x".repeat(50)),
        ),
        (
            "1\tx\t1\t2020-13-01\tabc\tx",
            "22008",
            "date/time field value out of range: \"2020-13-01\"",
            "COPY t, line 2, column d: \"2020-13-01\"",
        ),
        (
            "1\tx\t1\tinfinity\tabc\tx",
            "22008",
            "timestamp out of range",
            "COPY t, line 2, column d: \"infinity\"",
        ),
        ("1\tx", "22P04", "missing data for column \"c\"", "COPY t, line 2"),
        (
            "1\tx\t1\t2020-01-01\tabc\tx\ty",
            "22P04",
            "extra data after last expected column",
            "COPY t, line 2",
        ),
        (
            "\\N\tx\t1\t2020-01-01\tabc\tx",
            "23502",
            "null value in column \"a\" of relation \"t\" violates not-null constraint",
            "COPY t, line 2",
        ),
        (
            "\\N\tx\tx\t2020-01-01\tabc\tx",
            "22P02",
            "invalid input syntax for type numeric: \"x\"",
            "COPY t, line 2, column c: \"x\"",
        ),
    ] {
        let mut batches = BatchBuilder::new(people(), "t").unwrap();
        push(&mut batches, 1, "1\tx\t1\t2020-01-01\tabc\tx").unwrap();
        let error = push(&mut batches, 2, row).unwrap_err();
        assert_eq!((error.sqlstate().as_str(), error.message()), (sqlstate, message));
        assert_eq!(error.get(b'W'), Some(context), "{row}");
    }
    let mut batches = BatchBuilder::new(people(), "t").unwrap();
    let fields = [Ok::<_, PgError>(Some(&b"\x00\x01"[..]))];
    let error = batches.push(Format::Binary, 7, fields).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "08P01");
    assert_eq!(error.get(b'W'), Some("COPY t, line 7, column a"));
    // What a field could not be read as is told before what is wrong with those behind it.
    let fields = [Ok(Some(&b"x"[..])), Err(PgError::canceled())];
    let error = batches.push(Format::Text, 1, fields).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "22P02");
    let fields = [Ok(Some(&b"1"[..])), Err(PgError::canceled())];
    let error = BatchBuilder::new(people(), "t").unwrap().push(Format::Text, 1, fields);
    assert_eq!(error.unwrap_err().sqlstate().as_str(), "57014");
}

#[test]
fn fields_may_come_in_other_types_and_go_into_any_column() {
    let pair = Field::new(
        "r",
        DataType::Struct(
            vec![Field::new("x", DataType::Int32, true), Field::new("y", DataType::Utf8, true)]
                .into(),
        ),
        true,
    )
    .with_metadata(user_type_metadata(Oid(70_001), Oid(70_000)));
    let item = |field: Field| DataType::List(Arc::new(field.with_name("item")));
    let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let runs = DataType::RunEndEncoded(
        Arc::new(Field::new("run_ends", DataType::Int32, false)),
        Arc::new(Field::new("values", DataType::Int64, true)),
    );
    let schema = Schema::new(vec![
        Field::new("d", dictionary, true),
        Field::new("r", runs, true),
        pair.clone(),
        Field::new("l", item(pair), true),
    ]);
    let mut batches = BatchBuilder::new(Arc::new(schema), "t").unwrap();
    // More rows than keys: each value is there once.
    for row in 0..300 {
        let word = ["ja", "nein", "\\N"][row % 3];
        let number = row / 100;
        let line = format!("{word}\t{number}\t({row},\"a b\")\t{{\"({row},)\",NULL}}");
        assert!(push(&mut batches, 1, &line).unwrap().is_none());
    }
    let batch = batches.finish().unwrap().unwrap();
    let words = batch.column(0).as_any_dictionary();
    assert_eq!((words.values().len(), words.keys().len()), (2, 300));
    let runs = batch.column(1).as_run::<Int32Type>();
    assert_eq!(runs.run_ends().values(), [100, 200, 300]);
    assert_eq!(runs.values().as_primitive::<Int64Type>().values(), &[0, 1, 2]);
    let rows = show(batch);
    assert_eq!(rows[299], "\\N\t2\t(299,\"a b\")\t{\"(299,)\",NULL}");
    assert_eq!(rows[100], "nein\t1\t(100,\"a b\")\t{\"(100,)\",NULL}");

    let schema = Schema::new(vec![Field::new("n", DataType::Int32, true)]);
    let mut batches = BatchBuilder::new(Arc::new(schema), "t").unwrap().types(&[Oid::NUMERIC]);
    push(&mut batches, 1, "2.5").unwrap();
    assert_eq!(show(batches.finish().unwrap().unwrap()), ["3"]);
}

#[test]
fn what_is_marked_is_read_as_it_is_sent() {
    let year = Field::new("y", DataType::Int32, true)
        .with_metadata(user_type_metadata(Oid(70_003), Oid(70_004)));
    let mood = Field::new("m", DataType::Utf8, true)
        .with_metadata(user_type_metadata(Oid(70_005), Oid(70_006)));
    let list = |field: &Field| {
        let item = Arc::new(field.clone().with_name("item"));
        Field::new("l", DataType::List(item), true)
    };
    let fields = vec![list(&year), list(&mood), year, mood];
    let schema = Arc::new(Schema::new(fields));
    let mut batches = BatchBuilder::new(schema.clone(), "t").unwrap();
    push(&mut batches, 1, "{1999,NULL}\t{ok}\t2000\tsad").unwrap();
    let batch = batches.finish().unwrap().unwrap();
    let rows = || trunkline_arrow::rows(trunkline_arrow::columns(&schema), [batch.clone()]);
    let row = wire::collect(rows(), Format::Binary, &TextStyle::default()).unwrap().remove(0);
    let fields = row.iter().map(|field| Ok::<_, PgError>(field.as_deref()));
    batches.push(Format::Binary, 1, fields).unwrap();
    assert_eq!(batches.finish().unwrap().unwrap(), batch);
    // The bytes of a type that nobody knows are not taken for a number.
    let schema = Schema::new(vec![Field::new("n", DataType::Int32, true)]);
    let mut batches = BatchBuilder::new(Arc::new(schema), "t").unwrap().types(&[Oid(70_005)]);
    let fields = [Ok::<_, PgError>(Some(&b"glad"[..]))];
    let error = batches.push(Format::Binary, 1, fields).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "42846");
}

fn short_runs() -> DataType {
    DataType::RunEndEncoded(
        Arc::new(Field::new("run_ends", DataType::Int16, false)),
        Arc::new(Field::new("values", DataType::Int64, true)),
    )
}

/// More runs than their ends count, in one row, are found at the end of a batch.
#[test]
fn a_batch_that_fails_leaves_nothing_to_the_next() {
    let list = DataType::List(Arc::new(Field::new_list_field(short_runs(), true)));
    let pair = vec![Field::new("x", list.clone(), true), Field::new("y", DataType::Int64, true)];
    let pair = Field::new("p", DataType::Struct(pair.into()), true);
    let fields = vec![pair, Field::new("l", list, true), Field::new("b", DataType::Int64, true)];
    let schema = Arc::new(Schema::new(fields));
    let mut batches = BatchBuilder::new(schema, "t").unwrap();
    let many = (0..40_000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    push(&mut batches, 1, "(,1)\t{1}\t1").unwrap();
    let error = push(&mut batches, 2, &format!("(\"{{{many}}}\",2)\t{{{many}}}\t2")).unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "54000");
    push(&mut batches, 3, "(,3)\t{3}\t3").unwrap();
    let batch = batches.finish().unwrap().unwrap();
    assert_eq!(batch.num_rows(), 1);
    assert_eq!(batch.column(0).as_struct().column(1).as_primitive::<Int64Type>().values(), &[3]);
    assert_eq!(batch.column(2).as_primitive::<Int64Type>().values(), &[3]);
    assert!(batches.finish().unwrap().is_none());
}

#[test]
fn a_batch_ends_before_keys_and_runs_do() {
    let dictionary = |key| DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8));
    for (data_type, rows, sizes) in [
        (dictionary(DataType::Int8), 300, vec![128, 128, 44]),
        (dictionary(DataType::UInt8), 300, vec![256, 44]),
        (short_runs(), 40_000, vec![32_767, 7_233]),
    ] {
        let schema = Schema::new(vec![Field::new("a", data_type.clone(), true)]);
        let mut batches = BatchBuilder::new(Arc::new(schema), "t").unwrap().max_rows(usize::MAX);
        let mut found = Vec::new();
        for row in 0..rows {
            found.extend(push(&mut batches, 1, &row.to_string()).unwrap());
        }
        found.extend(batches.finish().unwrap());
        assert_eq!(found.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), sizes);
        let shown: Vec<String> = found.into_iter().flat_map(show).collect();
        assert_eq!(shown, (0..rows).map(|row| row.to_string()).collect::<Vec<_>>(), "{data_type}");
    }
}

#[test]
fn unions_are_not_read() {
    let members = UnionFields::try_new([0], [Field::new("a", DataType::Int32, true)]).unwrap();
    let union = Field::new("u", DataType::Union(members, UnionMode::Sparse), true);
    let error = BatchBuilder::new(Arc::new(Schema::new(vec![union])), "t").unwrap_err();
    assert_eq!(error.sqlstate().as_str(), "0A000");
}
