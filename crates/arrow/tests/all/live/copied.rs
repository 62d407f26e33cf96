//! From the data of a real COPY in each format to batches, and from these to the rows that SELECT sends.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, IntervalUnit, Schema, TimeUnit};
use trunkline_arrow::{BatchBuilder, PgType, columns_as, type_metadata};
use trunkline_core::{Format, PgError};
use trunkline_proto::Oid;
use trunkline_proto::copy::{
    CopyDirection, CopyFormat, CopyValue, Decoder, Field as CopyField, Options, Target,
};
use trunkline_proto::types::TextStyle;

use super::oracle::{Oracle, Outcome};
use crate::wire;

/// Rows of expressions, one for each column.
const ROWS: [[&str; 16]; 5] = [
    [
        "'-2147483648'::int4",
        "'9223372036854775807'::int8",
        "'plain'::text",
        "'-123456789.125'::numeric(12,3)",
        "'1e22'::float8",
        "true",
        "'0044-03-15 BC'::date",
        "'2020-02-29 13:14:15.123456'::timestamp",
        "'2020-03-29 01:00:00+00'::timestamptz",
        "'\\x00ff5c'::bytea",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "'{1,NULL,-3}'::int4[]",
        "'14 mons -3 days 04:05:06.000007'::interval",
        "'{\"a\": [1, null]}'::jsonb",
        "'10.1.2.3/8'::inet",
        "'{\"a b\",\"NULL\",NULL,\"x\\\"y\\\\z\"}'::text[]",
    ],
    [
        "NULL::int4",
        "NULL::int8",
        "NULL::text",
        "NULL::numeric(12,3)",
        "NULL::float8",
        "NULL::bool",
        "NULL::date",
        "NULL::timestamp",
        "NULL::timestamptz",
        "NULL::bytea",
        "NULL::uuid",
        "NULL::int4[]",
        "NULL::interval",
        "NULL::jsonb",
        "NULL::inet",
        "NULL::text[]",
    ],
    [
        "0::int4",
        "0::int8",
        "''::text",
        "0::numeric(12,3)",
        "'-0'::float8",
        "false",
        "'1970-01-01'::date",
        "'1969-12-31 23:59:59.5'::timestamp",
        "'1900-01-01 00:00:00+00'::timestamptz",
        "''::bytea",
        "'00000000-0000-0000-0000-000000000000'::uuid",
        "'{}'::int4[]",
        "'0'::interval",
        "'null'::jsonb",
        "'::1'::inet",
        "'{}'::text[]",
    ],
    [
        "7::int4",
        "-7::int8",
        "E'tab\\there, \"quoted\"\\r\\nnext\\\\\\\\ \\\\N'::text",
        "0.001::numeric(12,3)",
        "'NaN'::float8",
        "true",
        "'5874897-12-31'::date",
        "'4714-11-24 00:00:00 BC'::timestamp",
        "'2020-10-25 01:30:00+00'::timestamptz",
        "'\\x0a0d5c2e22'::bytea",
        "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid",
        "'{7}'::int4[]",
        "'-1 year'::interval",
        "'\"a\\nb\"'::jsonb",
        "'10.1.2.3'::inet",
        "'{\"\",\"{}\",\"a,b\"}'::text[]",
    ],
    [
        "1::int4",
        "1::int8",
        "'\\.'::text",
        "'99999999.999'::numeric(12,3)",
        "'5e-324'::float8",
        "true",
        "'2000-01-01'::date",
        "'2000-01-01'::timestamp",
        "'2000-01-01 00:00:00+00'::timestamptz",
        "'\\x31'::bytea",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "'{NULL}'::int4[]",
        "'1 day'::interval",
        "'1.50'::jsonb",
        "'0.0.0.0/0'::inet",
        "'{naïve,€}'::text[]",
    ],
];

fn schema() -> Arc<Schema> {
    let list = |item| DataType::List(Arc::new(Field::new_list_field(item, true)));
    let types = [
        DataType::Int32,
        DataType::Int64,
        DataType::Utf8,
        DataType::Decimal128(12, 3),
        DataType::Float64,
        DataType::Boolean,
        DataType::Date32,
        DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::Binary,
        DataType::FixedSizeBinary(16),
        list(DataType::Int32),
        DataType::Interval(IntervalUnit::MonthDayNano),
        DataType::LargeUtf8,
        DataType::Utf8View,
        list(DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8))),
    ];
    let fields = types.into_iter().enumerate().map(|(place, data_type)| {
        let metadata = match place {
            10 => HashMap::from([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())]),
            13 => type_metadata(PgType::from(Oid::JSONB)),
            14 => type_metadata(PgType::from(Oid::INET)),
            _ => HashMap::new(),
        };
        Field::new(format!("c{place}"), data_type, true).with_metadata(metadata)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Reads the data in pieces.
fn batches(data: &[u8], format: &str, piece: usize) -> Result<Vec<RecordBatch>, PgError> {
    let options = [("format", CopyValue::Text(format))];
    let options = Options::new(CopyDirection::From, options)?;
    let format = match options.format {
        CopyFormat::Binary => Format::Binary,
        _ => Format::Text,
    };
    let schema = schema();
    let target = schema.fields().iter();
    let target = target.fold(Target::new("t"), |target, field| target.column(field.name(), false));
    let mut decoder = Decoder::new(options, target);
    let mut builder = BatchBuilder::new(schema, "t")?.max_rows(2);
    let mut batches = Vec::new();
    for piece in data.chunks(piece).map(Some).chain([None]) {
        match piece {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        }
        while let Some(row) = decoder.next_row()? {
            let fields = row.fields().map(|field| match field {
                Ok(CopyField::Value(value)) => Ok(Some(value)),
                Ok(_) => Ok(None),
                Err(error) => Err(error),
            });
            batches.extend(builder.push(format, row.line(), fields)?);
        }
    }
    batches.extend(builder.finish()?);
    Ok(batches)
}

#[test]
fn the_data_of_copy_becomes_the_rows_of_select() {
    let mut oracle = Oracle::open("golden-copy.tsv");
    let query: Vec<String> = ROWS.iter().map(|row| format!("SELECT {}", row.join(", "))).collect();
    let query = query.join(" UNION ALL ");
    let cells: Vec<String> = ROWS.concat().into_iter().map(str::to_owned).collect();
    let cells = oracle.ask("", &cells, true);
    let expected = |format| -> Vec<wire::Row> {
        let cell = |outcome: &Outcome| match (outcome, format) {
            (Outcome::Null, _) => None,
            (Outcome::Value { text, .. }, Format::Text) => Some(text.clone()),
            (Outcome::Value { binary, .. }, Format::Binary) => Some(binary.clone()),
            (Outcome::Error(sqlstate), _) => panic!("{sqlstate}"),
        };
        cells.chunks(16).map(|row| row.iter().map(cell).collect()).collect()
    };
    for copied in ["text", "csv", "binary"] {
        let data = oracle.copy(&query, copied);
        for piece in [1, 7, data.len()] {
            let batches = batches(&data, copied, piece).unwrap();
            assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [2, 2, 1]);
            for format in [Format::Text, Format::Binary] {
                let columns = columns_as(&schema(), trunkline_arrow::Nested::Jsonb);
                let rows = trunkline_arrow::rows(columns, batches.clone());
                let rows = wire::collect(rows, format, &TextStyle::default()).unwrap();
                assert_eq!(rows, expected(format), "{copied} as {format:?}");
            }
        }
    }
    oracle.close();
}

/// What PostgreSQL said of such a line.
#[test]
fn a_wrong_line_is_told_as_by_postgresql() {
    let row = "\\N\t".repeat(15) + "\\N\n";
    for (line, sqlstate, context) in [
        ("x\t\\N\n", "22P02", "COPY t, line 2, column c0: \"x\""),
        ("1\t\\N\n", "22P04", "COPY t, line 2: \"1\t\\N\""),
        (
            &row.replacen("\\N", "1", 1).replacen("\\N", "1e", 1),
            "22P02",
            "COPY t, line 2, column c1: \"1e\"",
        ),
    ] {
        let error = batches(format!("{row}{line}").as_bytes(), "text", 5).unwrap_err();
        assert_eq!((error.sqlstate().as_str(), error.get(b'W')), (sqlstate, Some(context)));
    }
}
