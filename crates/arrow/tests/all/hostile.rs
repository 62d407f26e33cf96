//! Bytes that are no values: errors with a code, never a panic, and no memory but what they are.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use trunkline_arrow::{BatchBuilder, data_type_of, param_array};
use trunkline_core::{Format, Params, PgError};
use trunkline_proto::Oid;
use trunkline_proto::types::{TextStyle, name_of};

use crate::types::all;
use crate::wire;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((value ^ (value >> 31)) % limit as u64).unwrap()
    }

    /// Something that looks like the beginning of many types.
    fn bytes(&mut self, format: Format) -> Vec<u8> {
        const WORDS: [&[u8]; 12] = [
            b"{1,NULL}",
            b"{{1,2},{3,4}}",
            b"(1,a)",
            b"\"",
            b"-",
            b"1e",
            b"infinity",
            b"2020-01-01 ",
            b"\\x0",
            b"[1,2)",
            b"\xff",
            b"99999999999999999999",
        ];
        let mut bytes = Vec::new();
        for _ in 0..self.below(5) {
            match format {
                Format::Text => bytes.extend_from_slice(WORDS[self.below(WORDS.len())]),
                Format::Binary => {
                    let word = [0, 1, 2, 4, 8, 23, 25, 2249, u32::MAX, 1 << 31][self.below(10)];
                    bytes.extend_from_slice(&word.to_be_bytes()[self.below(4)..]);
                }
            }
        }
        bytes
    }
}

#[test]
fn wrong_bytes_are_errors_for_every_pair_of_types() {
    let mut random = Random(7);
    let oids: Vec<Oid> = (1..5100).map(Oid).filter(|oid| name_of(*oid).is_some()).collect();
    let mut types: Vec<DataType> = all().into_iter().map(|(data_type, ..)| data_type).collect();
    types.extend(oids.iter().filter_map(|oid| data_type_of(*oid)));
    types.dedup();
    let (style, mut values, mut errors) = (TextStyle::default(), 0, 0);
    for data_type in &types {
        for _ in 0..500 {
            let oid = match random.below(4) {
                0 => Oid::UNKNOWN,
                1 => Oid(80_000),
                _ => oids[random.below(oids.len())],
            };
            let format = [Format::Text, Format::Binary][random.below(2)];
            let bytes = random.bytes(format);
            let value = [(format, Some(bytes.as_slice()))].into_iter();
            let params = Params::bind([oid].into(), value).unwrap();
            match param_array(&params.get(0).unwrap(), data_type, &style) {
                Ok(array) => {
                    assert_eq!((array.len(), array.data_type()), (1, data_type), "{oid} {bytes:?}");
                    array.to_data().validate_full().unwrap();
                    values += 1;
                }
                Err(error) => {
                    // These PostgreSQL has no better code for, either.
                    let theirs = ["version", "tsquery", "tsvector"]
                        .iter()
                        .any(|it| error.message().contains(it));
                    let is_internal = error.sqlstate().as_str() == "XX000" && !theirs;
                    assert!(!is_internal, "{oid} {format:?} {bytes:?} {data_type}: {error}");
                    errors += 1;
                }
            }
        }
    }
    assert!(values > 1_000 && errors > 1_000, "{values} values, {errors} errors");
}

#[test]
fn an_array_that_says_it_is_large_takes_no_memory() {
    // 134,217,727 elements of which none follows.
    let mut bytes = Vec::new();
    for word in [1, 0, 20, 0x07ff_ffff, 1] {
        bytes.extend_from_slice(&i32::to_be_bytes(word));
    }
    let list = data_type_of(Oid::INT8_ARRAY).unwrap();
    let value = [(Format::Binary, Some(bytes.as_slice()))].into_iter();
    let params = Params::bind([Oid::INT8_ARRAY].into(), value).unwrap();
    let mut code = None;
    let info = allocation_counter::measure(|| {
        let array = param_array(&params.get(0).unwrap(), &list, &TextStyle::default());
        code = Some(array.unwrap_err().sqlstate());
    });
    assert_eq!(code.unwrap().as_str(), "08P01");
    assert!(info.bytes_max < 10_000, "{} bytes", info.bytes_max);
}

/// A million numbers are their bytes, what the list takes, and what it takes to grow.
#[test]
fn a_million_elements_take_little_more_than_their_list() {
    let mut bytes = Vec::new();
    for word in [1, 0, 20, 1_000_000, 1] {
        bytes.extend_from_slice(&i32::to_be_bytes(word));
    }
    for number in 0..1_000_000_i64 {
        bytes.extend_from_slice(&8_i32.to_be_bytes());
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    let list = data_type_of(Oid::INT8_ARRAY).unwrap();
    let value = [(Format::Binary, Some(bytes.as_slice()))].into_iter();
    let params = Params::bind([Oid::INT8_ARRAY].into(), value).unwrap();
    let mut made = None;
    let info = allocation_counter::measure(|| {
        let array = param_array(&params.get(0).unwrap(), &list, &TextStyle::default());
        made = Some(array.unwrap());
    });
    assert_eq!(made.unwrap().to_data().child_data()[0].len(), 1_000_000);
    // 8 MB of numbers in a buffer that doubles: at most 16 MiB, and 8 of the one before.
    assert!(info.bytes_max < 26_000_000, "{} bytes", info.bytes_max);
    assert!(info.count_total < 60, "{} allocations", info.count_total);
}

#[test]
fn a_batch_of_wrong_fields_is_an_error() {
    let fields = all().into_iter().filter(|(data_type, ..)| !unread(data_type));
    let fields = fields.map(|(data_type, ..)| Field::new("c", data_type, true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let mut random = Random(9);
    for format in [Format::Text, Format::Binary] {
        for _ in 0..200 {
            let mut batches = BatchBuilder::new(schema.clone(), "t").unwrap();
            let rows: Vec<Vec<u8>> =
                (0..schema.fields().len()).map(|_| random.bytes(format)).collect();
            let fields = rows.iter().map(|field| Ok::<_, PgError>(Some(field.as_slice())));
            let error = batches.push(format, 1, fields).unwrap_err();
            assert!(error.get(b'W').is_some_and(|context| context.starts_with("COPY t, line 1")));
        }
        // NULL everywhere is a row.
        let mut batches = BatchBuilder::new(schema.clone(), "t").unwrap();
        let fields = schema.fields().iter().map(|_| Ok::<_, PgError>(None));
        batches.push(format, 1, fields.clone()).unwrap();
        batches.push(format, 2, fields).unwrap();
        let batch = batches.finish().unwrap().unwrap();
        assert!(batch.columns().iter().all(|column| column.logical_null_count() == 2));
    }
}

/// Rows that are left out leave nothing: the others are what they are without them.
#[test]
fn what_is_left_out_leaves_no_trace() {
    let mut random = Random(11);
    let (mut kept, mut left_out) = (0, 0);
    let item = |data_type: &DataType| Arc::new(Field::new_list_field(data_type.clone(), true));
    let pair =
        vec![Field::new("a", DataType::Int32, true), Field::new("b", DataType::Boolean, true)];
    let pair = DataType::Struct(pair.into());
    let ends = Arc::new(Field::new("run_ends", DataType::Int32, false));
    let values = Arc::new(Field::new("values", DataType::List(item(&DataType::Int32)), true));
    let mut types = vec![
        pair.clone(),
        DataType::List(item(&pair)),
        DataType::FixedSizeList(item(&pair), 1),
        DataType::ListView(item(&DataType::FixedSizeList(item(&pair), 2))),
        DataType::RunEndEncoded(ends, values.clone()),
        DataType::RunEndEncoded(
            Arc::new(Field::new("ends", DataType::Int16, false)),
            Arc::new(Field::new("words", DataType::Utf8, true)),
        ),
        DataType::Dictionary(Box::new(DataType::UInt8), Box::new(values.data_type().clone())),
    ];
    types.extend(all().into_iter().map(|(data_type, ..)| data_type));
    for data_type in types.into_iter().filter(|data_type| !unread(data_type)) {
        let schema = Arc::new(Schema::new(vec![
            Field::new("k", DataType::Int32, true),
            Field::new("c", data_type.clone(), true),
        ]));
        let builder = || BatchBuilder::new(schema.clone(), "t").unwrap().max_rows(7);
        let shown = |batches: Vec<RecordBatch>| {
            let rows = trunkline_arrow::rows(trunkline_arrow::columns(&schema), batches);
            wire::collect(rows, Format::Text, &TextStyle::default()).unwrap()
        };
        let (mut all, mut good) = (builder(), builder());
        let (mut all_batches, mut good_batches) = (Vec::new(), Vec::new());
        for line in 0..60 {
            let key = line.to_string();
            let field = match random.below(4) {
                0 => None,
                1 => Some(b"1".to_vec()),
                2 => Some(
                    [
                        &b"{1"[..],
                        b"{1,2}",
                        b"(1",
                        b"(1)",
                        b"{{1,2}}",
                        b"(1,t)",
                        b"(1,x)",
                        b"{\"(1,f)\",\"(2,x)\"}",
                        b"{\"(1,f)\"}",
                    ][random.below(9)]
                    .to_vec(),
                ),
                _ => Some(random.bytes(Format::Text)),
            };
            let fields =
                || [Some(key.as_bytes()), field.as_deref()].into_iter().map(Ok::<_, PgError>);
            match all.push(Format::Text, line, fields()) {
                Ok(batch) => {
                    all_batches.extend(batch);
                    good_batches.extend(good.push(Format::Text, line, fields()).unwrap());
                    kept += 1;
                }
                Err(_) => left_out += 1,
            }
        }
        all_batches.extend(std::iter::from_fn(|| all.finish().unwrap()));
        good_batches.extend(std::iter::from_fn(|| good.finish().unwrap()));
        assert!(all_batches.iter().all(|batch| (1..=7).contains(&batch.num_rows())));
        assert_eq!(shown(all_batches), shown(good_batches), "{data_type}");
    }
    assert!(kept > 500 && left_out > 500, "{kept} kept, {left_out} left out");
}

/// What is made of no PostgreSQL type.
fn unread(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Union(_, _))
}
