//! Batches as rows: NULLs, slices, pauses, wrong shapes and errors.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arrow_array::*;
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};
use futures_core::Stream;
use trunkline_core::{Column, Format, Formats, PgError, Progress, RowBuf, Rows};
use trunkline_proto::types::TextStyle;
use trunkline_proto::{Oid, SqlState};

use crate::values::union;
use crate::wire::{self, Row};

const FORMATS: [Format; 2] = [Format::Text, Format::Binary];

fn people() -> RecordBatch {
    RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from_iter_values(0..20)) as ArrayRef),
        (
            "name",
            Arc::new(StringArray::from_iter(
                (0..20).map(|id| (id % 3 != 0).then(|| format!("name {id}"))),
            )),
        ),
        (
            "flag",
            Arc::new(
                (0..20).map(|id| (id % 5 != 0).then_some(id % 2 == 0)).collect::<BooleanArray>(),
            ),
        ),
    ])
    .unwrap()
}

fn rows_of(batches: Vec<RecordBatch>) -> Rows {
    let columns = trunkline_arrow::columns(&batches[0].schema());
    trunkline_arrow::rows(columns, batches)
}

fn expected(format: Format) -> Vec<Row> {
    let row = |id: i64| {
        let flag = match (format, id % 2 == 0) {
            (Format::Text, true) => b"t".to_vec(),
            (Format::Text, false) => b"f".to_vec(),
            (Format::Binary, flag) => vec![u8::from(flag)],
        };
        let number = match format {
            Format::Text => id.to_string().into_bytes(),
            Format::Binary => id.to_be_bytes().to_vec(),
        };
        let name = (id % 3 != 0).then(|| format!("name {id}").into_bytes());
        vec![Some(number), name, (id % 5 != 0).then_some(flag)]
    };
    (0..20).map(row).collect()
}

#[test]
fn nulls_are_told_from_values() {
    for format in FORMATS {
        let rows = wire::collect(rows_of(vec![people()]), format, &TextStyle::default()).unwrap();
        assert_eq!(rows, expected(format));
    }
}

#[test]
fn a_source_pauses_after_any_row_and_goes_on() {
    // Cut anywhere, an empty batch between, and asked for any number of rows at a time.
    for cut in 0..=20 {
        let batch = people();
        let batches = vec![batch.slice(0, cut), batch.slice(3, 0), batch.slice(cut, 20 - cut)];
        for step in 1..=21 {
            for format in FORMATS {
                let rows = rows_of(batches.clone());
                let rows = wire::collect_in_steps(rows, format, &TextStyle::default(), step);
                assert_eq!(rows.unwrap(), expected(format), "cut {cut}, step {step}");
            }
        }
    }
}

#[test]
fn a_slice_is_its_rows_whatever_its_offset() {
    let fixed = FixedSizeListArray::from_iter_primitive::<types::Int32Type, _, _>(
        [Some([Some(1), None]), None, Some([Some(3), Some(4)])],
        2,
    );
    let nulls = NullBuffer::new(BooleanBuffer::from(vec![true, false, true]));
    let object = StructArray::new(
        vec![Field::new("a", DataType::Int32, true)].into(),
        vec![Arc::new(Int32Array::from(vec![1, 2, 3]))],
        Some(nulls.clone()),
    );
    let arrays: Vec<(ArrayRef, [Option<&str>; 3])> = vec![
        (
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
            [Some("t"), None, Some("f")],
        ),
        (
            Arc::new(StringViewArray::from(vec![
                Some("a"),
                None,
                Some("longer than twelve bytes"),
            ])),
            [Some("a"), None, Some("longer than twelve bytes")],
        ),
        (Arc::new(fixed), [Some("{1,NULL}"), None, Some("{3,4}")]),
        (Arc::new(object), [Some("{\"a\": 1}"), None, Some("{\"a\": 3}")]),
        (Arc::new(union(true, 0)), [Some("7"), Some("\"x\""), None]),
        (Arc::new(union(false, 0)), [Some("7"), Some("\"x\""), None]),
        (Arc::new(NullArray::new(3)), [None, None, None]),
        (
            Arc::new(FixedSizeBinaryArray::new(1, vec![1_u8, 2, 3].into(), Some(nulls))),
            [Some("\\x01"), None, Some("\\x03")],
        ),
    ];
    for (array, expected) in arrays {
        let expected = expected.map(|text| text.map(|text| text.as_bytes().to_vec()));
        for start in 0..=3 {
            for length in 0..=3 - start {
                let slice = array.slice(start, length);
                let field = Field::new("c", slice.data_type().clone(), true);
                let cells = wire::cells(field, slice, Format::Text, &TextStyle::default()).unwrap();
                assert_eq!(cells, expected[start..start + length], "{}", array.data_type());
            }
        }
    }
}

#[test]
fn text_in_views_is_whole_and_has_no_zero_at_any_length() {
    let read = |texts: Vec<String>| {
        let array: ArrayRef = Arc::new(StringViewArray::from(texts));
        let field = Field::new("c", DataType::Utf8View, true);
        wire::cells(field, array, Format::Text, &TextStyle::default())
    };
    // Bytes around those that the look for zero could mistake.
    for character in ["a", "\u{1}", "\u{7f}", "é", "\u{10fff}"] {
        let texts: Vec<String> = (0..=20).map(|count| character.repeat(count)).collect();
        let expected: Vec<_> = texts.iter().map(|text| Some(text.as_bytes().to_vec())).collect();
        assert_eq!(read(texts).unwrap(), expected);
    }
    for length in 1..=20 {
        for place in 0..length {
            let mut text = "a".repeat(length);
            text.replace_range(place..=place, "\0");
            let error = read(vec![text]).unwrap_err();
            assert_eq!(error.sqlstate(), SqlState::CHARACTER_NOT_IN_REPERTOIRE);
        }
    }
}

#[test]
fn the_rows_of_a_grid_do_not_mix() {
    let grid = |rows: &[&[[i32; 2]]]| -> ArrayRef {
        let pairs = rows.iter().flat_map(|row| row.iter()).map(|pair| Some(pair.map(Some)));
        let pairs = FixedSizeListArray::from_iter_primitive::<types::Int32Type, _, _>(pairs, 2);
        let item = Arc::new(Field::new_list_field(pairs.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.len()));
        Arc::new(ListArray::new(item, offsets, Arc::new(pairs), None))
    };
    let rows: [&[[i32; 2]]; 3] = [&[[1, 2], [3, 4]], &[], &[[5, 6]]];
    for format in FORMATS {
        let cells = |array: ArrayRef| {
            let field = Field::new("c", array.data_type().clone(), true);
            wire::cells(field, array, format, &TextStyle::default()).unwrap()
        };
        let alone = rows.iter().flat_map(|row| cells(grid(&[row])));
        assert_eq!(cells(grid(&rows)), alone.collect::<Vec<_>>());
    }
}

#[test]
fn a_dictionary_has_nulls_in_its_keys_and_in_its_values() {
    let values: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    let keys = Int8Array::from(vec![Some(0), None, Some(1), Some(0)]);
    let dictionary: ArrayRef = Arc::new(DictionaryArray::new(keys, values));
    let empty: ArrayRef = Arc::new(DictionaryArray::new(
        Int32Array::from(vec![None, None]),
        Arc::new(StringArray::from(Vec::<&str>::new())) as ArrayRef,
    ));
    let a = || Some(b"a".to_vec());
    for (array, expected) in [(dictionary, vec![a(), None, None, a()]), (empty, vec![None, None])] {
        let field = Field::new("c", array.data_type().clone(), true);
        let cells = wire::cells(field, array, Format::Binary, &TextStyle::default()).unwrap();
        assert_eq!(cells, expected);
    }
}

#[test]
fn runs_have_nulls_wherever_they_are_cut() {
    let ends = Int16Array::from(vec![2, 3, 6, 8]);
    let values = Int32Array::from(vec![Some(1), None, None, Some(4)]);
    let runs: ArrayRef = Arc::new(RunArray::try_new(&ends, &values).unwrap());
    let one = || Some(b"1".to_vec());
    let four = || Some(b"4".to_vec());
    let all = [one(), one(), None, None, None, None, four(), four()];
    for start in 0..=8 {
        for end in start..=8 {
            let slice = runs.slice(start, end - start);
            let field = Field::new("c", slice.data_type().clone(), true);
            let cells = wire::cells(field, slice, Format::Text, &TextStyle::default()).unwrap();
            assert_eq!(cells, all[start..end]);
        }
    }
}

#[test]
fn an_extension_type_shines_through_a_dictionary() {
    let values = FixedSizeBinaryArray::try_from_iter([[0xab; 16]].into_iter()).unwrap();
    let keys = Int8Array::from(vec![0]);
    let array: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(values) as ArrayRef));
    let field = Field::new("c", array.data_type().clone(), true)
        .with_metadata([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())].into());
    assert_eq!(trunkline_arrow::column(&field).type_oid, Oid::UUID);
    let cells = wire::cells(field, array, Format::Text, &TextStyle::default()).unwrap();
    assert_eq!(cells, [Some(b"abababab-abab-abab-abab-abababababab".to_vec())]);
}

#[test]
fn a_batch_of_another_shape_is_an_internal_error() {
    let announced = |types: &[Oid]| types.iter().map(|oid| Column::new("c", *oid)).collect();
    for types in [
        &[Oid::INT8, Oid::TEXT][..],
        &[Oid::INT8, Oid::TEXT, Oid::BOOL, Oid::BOOL],
        &[Oid::INT8, Oid::INT8, Oid::BOOL],
        &[Oid::DATE, Oid::TEXT, Oid::BOOL],
        &[Oid::INT8, Oid::TEXT, Oid::BOOL_ARRAY],
        &[Oid::INT8, Oid::TEXT, Oid::POINT],
    ] {
        let rows = trunkline_arrow::rows(announced(types), [people()]);
        let error = wire::collect(rows, Format::Text, &TextStyle::default()).unwrap_err();
        assert_eq!(error.sqlstate(), SqlState::INTERNAL_ERROR, "{types:?}");
    }
}

#[test]
fn what_was_announced_decides() {
    let cell = |oid, array: ArrayRef| {
        let field = Field::new("c", array.data_type().clone(), true);
        let columns = Arc::from([Column::new("c", oid)]);
        let style = TextStyle::default();
        let cells = wire::cells_as(columns, field, array, Format::Text, &style)?;
        Ok::<_, PgError>(String::from_utf8(cells[0].clone().unwrap()).unwrap())
    };
    let big = || Arc::new(UInt64Array::from(vec![u64::MAX]));
    assert_eq!(cell(Oid::OID, Arc::new(UInt32Array::from(vec![u32::MAX]))).unwrap(), "4294967295");
    assert_eq!(cell(Oid::INT8, Arc::new(Int32Array::from(vec![-1]))).unwrap(), "-1");
    assert_eq!(cell(Oid::FLOAT8, Arc::new(Float32Array::from(vec![0.5]))).unwrap(), "0.5");
    assert_eq!(cell(Oid::VARCHAR, Arc::new(StringArray::from(vec!["x"]))).unwrap(), "x");
    assert_eq!(cell(Oid::JSONB, Arc::new(StringArray::from(vec!["{}"]))).unwrap(), "{}");
    assert_eq!(cell(Oid::JSONB, Arc::new(Int32Array::from(vec![1]))).unwrap(), "1");
    let error = cell(Oid::INT8, big()).unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::NUMERIC_VALUE_OUT_OF_RANGE);
    assert_eq!(error.message(), "bigint out of range");
}

#[test]
fn what_postgresql_cannot_hold_is_an_error_after_the_rows_before() {
    let fixed = FixedSizeListArray::from_iter_primitive::<types::Int32Type, _, _>(
        [Some([Some(1)]), None],
        1,
    );
    let item = Arc::new(Field::new_list_field(fixed.data_type().clone(), true));
    let grid = ListArray::new(item, OffsetBuffer::from_lengths([1, 1]), Arc::new(fixed), None);
    let arrays: Vec<(ArrayRef, &str, &str)> = vec![
        (Arc::new(Date32Array::from(vec![0, i32::MAX])), "22008", "date out of range"),
        (Arc::new(Date32Array::from(vec![0, i32::MIN])), "22008", "date out of range"),
        (Arc::new(Date64Array::from(vec![0, i64::MAX])), "22008", "date out of range"),
        (Arc::new(Time32SecondArray::from(vec![0, -1])), "22008", "time out of range"),
        (
            Arc::new(Time64MicrosecondArray::from(vec![0, 86_400_000_001])),
            "22008",
            "time out of range",
        ),
        (
            Arc::new(TimestampSecondArray::from(vec![0, i64::MAX])),
            "22008",
            "timestamp out of range",
        ),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![0, i64::MIN])),
            "22008",
            "timestamp out of range",
        ),
        (Arc::new(DurationSecondArray::from(vec![0, i64::MAX])), "22008", "interval out of range"),
        (
            Arc::new(StringArray::from(vec!["", "a\0b"])),
            "22021",
            "invalid byte sequence for encoding \"UTF8\": 0x00",
        ),
        (
            Arc::new(StringViewArray::from(vec!["", "a\0b"])),
            "22021",
            "invalid byte sequence for encoding \"UTF8\": 0x00",
        ),
        (
            Arc::new(grid),
            "22004",
            "a multidimensional array cannot have NULL in place of a sub-array",
        ),
    ];
    for (array, sqlstate, message) in arrays {
        let field = Field::new("c", array.data_type().clone(), true);
        for format in FORMATS {
            let columns: Arc<[Column]> = Arc::from([trunkline_arrow::column(&field)]);
            let mut rows =
                trunkline_arrow::rows(columns.clone(), [wire::batch(field.clone(), array.clone())]);
            let (mut out, formats, style) =
                (Vec::new(), Formats::All(format), TextStyle::default());
            let mut buf = RowBuf::new(&mut out, &columns, &formats, &style);
            let result = rows.poll_fill(&mut Context::from_waker(Waker::noop()), &mut buf);
            let Poll::Ready(Err(error)) = result else { panic!("{array:?} {result:?}") };
            assert_eq!(error.sqlstate().as_str(), sqlstate);
            assert_eq!(error.message(), message);
            assert_eq!(wire::split(&out).len(), 1);
        }
    }
}

#[test]
fn no_columns_are_still_rows() {
    let options = RecordBatchOptions::new().with_row_count(Some(3));
    let schema = Arc::new(arrow_schema::Schema::empty());
    let batch = RecordBatch::try_new_with_options(schema, Vec::new(), &options).unwrap();
    let rows = rows_of(vec![batch]);
    let rows = wire::collect(rows, Format::Text, &TextStyle::default()).unwrap();
    assert_eq!(rows, [const { Vec::new() }; 3]);
}

#[test]
fn the_format_may_change_between_two_calls() {
    let mut rows = rows_of(vec![people()]);
    let columns = rows.columns().clone();
    let style = TextStyle::default();
    for (id, format) in FORMATS.into_iter().cycle().take(6).enumerate() {
        let (mut out, formats) = (Vec::new(), Formats::All(format));
        let mut buf = RowBuf::new(&mut out, &columns, &formats, &style).limit(1);
        let result = rows.poll_fill(&mut Context::from_waker(Waker::noop()), &mut buf);
        assert!(matches!(result, Poll::Ready(Ok(Progress::More))));
        assert_eq!(wire::split(&out), [expected(format)[id].clone()]);
    }
}

/// Batches with a pause before each, and an error at the end.
struct Slow {
    batches: Vec<RecordBatch>,
    paused: bool,
}

impl Stream for Slow {
    type Item = Result<RecordBatch, PgError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.paused = !self.paused;
        if self.paused {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let canceled = || Err(PgError::canceled());
        Poll::Ready(Some(self.batches.pop().map_or_else(canceled, Ok)))
    }
}

#[test]
fn a_stream_may_wait_and_may_fail_after_rows() {
    let columns = trunkline_arrow::columns(&people().schema());
    let batches = vec![people(), people()];
    let mut rows =
        trunkline_arrow::rows_of_stream(columns.clone(), Slow { batches, paused: false });
    let (mut out, formats, style) = (Vec::new(), Formats::default(), TextStyle::default());
    let mut pauses = 0;
    let error = loop {
        let mut buf = RowBuf::new(&mut out, &columns, &formats, &style);
        match rows.poll_fill(&mut Context::from_waker(Waker::noop()), &mut buf) {
            Poll::Pending => pauses += 1,
            Poll::Ready(Err(error)) => break error,
            Poll::Ready(Ok(progress)) => panic!("{progress:?}"),
        }
    };
    assert_eq!((pauses, error.sqlstate()), (3, SqlState::QUERY_CANCELED));
    assert_eq!(wire::split(&out), [expected(Format::Text), expected(Format::Text)].concat());
}
