//! Lists as arrays, structs as records, and both within each other.

use std::sync::Arc;

use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef};
use trunkline_proto::Oid;

use super::Case;
use super::random::Random;

pub(super) fn cases(count: usize) -> Vec<Case> {
    let mut random = Random(count as u64 + 1);
    let mut cases = lists(&mut random, count);
    cases.extend(grids(&mut random, count));
    cases.extend(records(&mut random, count));
    cases
}

fn case(array: ArrayRef, sql: Vec<String>) -> Case {
    Case::new(Field::new("c", array.data_type().clone(), true), array, sql)
}

fn item(data_type: &DataType) -> FieldRef {
    Arc::new(Field::new_list_field(data_type.clone(), true))
}

/// A text as an expression.
fn quoted(text: &str) -> String {
    format!("convert_from('\\x{}'::bytea, 'UTF8')", super::hex(text.as_bytes()))
}

/// Rows of random lengths of `items`, some of them NULL, and what they are in SQL.
fn list_of(random: &mut Random, items: ArrayRef, sql: &[String], element: &str) -> Case {
    let (mut lengths, mut valid, mut rows, mut place) = (Vec::new(), Vec::new(), Vec::new(), 0);
    while place < items.len() {
        let length = usize::try_from(random.below(4)).unwrap().min(items.len() - place);
        let is_null = length == 0 && random.below(2) == 0;
        rows.push(match is_null {
            true => format!("NULL::{element}[]"),
            false => format!("ARRAY[{}]::{element}[]", sql[place..place + length].join(",")),
        });
        lengths.push(length);
        valid.push(!is_null);
        place += length;
    }
    let offsets = OffsetBuffer::from_lengths(lengths);
    let item = item(items.data_type());
    let list = ListArray::new(item, offsets, items, Some(NullBuffer::from(valid)));
    case(Arc::new(list), rows)
}

fn or_null<T>(random: &mut Random, value: T) -> Option<T> {
    (random.below(4) > 0).then_some(value)
}

fn shown<T>(values: &[Option<T>], show: impl Fn(&T) -> String) -> Vec<String> {
    values.iter().map(|value| value.as_ref().map_or("NULL".to_owned(), &show)).collect()
}

fn lists(random: &mut Random, count: usize) -> Vec<Case> {
    let of = |random: &mut Random, make: &mut dyn FnMut(&mut Random) -> i64| {
        (0..count * 3)
            .map(|_| {
                let value = make(random);
                or_null(random, value)
            })
            .collect::<Vec<_>>()
    };
    let ints = of(random, &mut Random::int);
    let cents = of(random, &mut |random| random.int() >> 20);
    let micros = of(random, &mut |random| random.below(1 << 51).cast_signed());
    let texts: Vec<Option<String>> = (0..count * 3)
        .map(|_| {
            let text = random.text();
            or_null(random, text)
        })
        .collect();
    let bytes: Vec<Option<Vec<u8>>> = (0..count * 3)
        .map(|_| {
            let bytes = random.bytes(5);
            or_null(random, bytes)
        })
        .collect();
    let cent_array = Decimal64Array::from(cents.clone()).with_precision_and_scale(18, 2).unwrap();
    let dictionary: DictionaryArray<Int32Type> = texts.iter().map(|text| text.as_deref()).collect();
    let at = |micros: &i64| {
        format!("(timestamptz '1970-01-01 00:00+00' + '{micros} microseconds'::interval)")
    };
    let hex = |bytes: &Vec<u8>| format!("'\\x{}'::bytea", super::hex(bytes));
    let text_sql = shown(&texts, |text| quoted(text));
    vec![
        list_of(
            random,
            Arc::new(Int64Array::from(ints.clone())),
            &shown(&ints, |int| format!("'{int}'")),
            "int8",
        ),
        list_of(random, Arc::new(StringArray::from(texts.clone())), &text_sql, "text"),
        list_of(random, Arc::new(dictionary), &text_sql, "text"),
        list_of(
            random,
            Arc::new(cent_array),
            &shown(&cents, |cents| format!("({cents} * 0.01)")),
            "numeric",
        ),
        list_of(
            random,
            Arc::new(TimestampMicrosecondArray::from(micros.clone()).with_timezone("UTC")),
            &shown(&micros, at),
            "timestamptz",
        ),
        list_of(
            random,
            Arc::new(BinaryArray::from_iter(bytes.clone())),
            &shown(&bytes, hex),
            "bytea",
        ),
    ]
}

fn grids(random: &mut Random, count: usize) -> Vec<Case> {
    let numbers: Vec<i32> =
        (0..count * 6).map(|_| i32::try_from(random.int() >> 32).unwrap()).collect();
    let values: ArrayRef = Arc::new(Int32Array::from(numbers.clone()));
    let rows = |shape: fn(&[i32]) -> String| numbers.chunks(6).map(shape).collect::<Vec<_>>();
    let pairs = Arc::new(FixedSizeListArray::new(item(&DataType::Int32), 2, values.clone(), None));
    let offsets = OffsetBuffer::from_lengths(vec![3; count]);
    let flat = ListArray::new(item(pairs.data_type()), offsets, pairs.clone(), None);
    let two = rows(|six| {
        let [a, b, c, d, e, f] = six else { unreachable!() };
        format!("'{{{{{a},{b}}},{{{c},{d}}},{{{e},{f}}}}}'::int4[]")
    });
    let tensor = FixedSizeListArray::new(item(&DataType::Int32), 6, values, None);
    let metadata = [
        ("ARROW:extension:name".to_owned(), "arrow.fixed_shape_tensor".to_owned()),
        ("ARROW:extension:metadata".to_owned(), "{\"shape\":[3, 2]}".to_owned()),
    ];
    let field = Field::new("c", tensor.data_type().clone(), true).with_metadata(metadata.into());
    let mut tensor = Case::new(field, Arc::new(tensor), two.clone());
    // An array of two dimensions is no list, however fixed its size.
    tensor.one_way = true;
    let deep = FixedSizeListArray::new(item(pairs.data_type()), 3, pairs, None);
    vec![case(Arc::new(flat), two.clone()), case(Arc::new(deep), two), tensor]
}

/// Structs of a number, a text and a list, with a struct of a date and a flag within.
fn records(random: &mut Random, count: usize) -> Vec<Case> {
    let ints: Vec<Option<i32>> = (0..count)
        .map(|_| {
            let value = i32::try_from(random.int() >> 32).unwrap();
            or_null(random, value)
        })
        .collect();
    let texts: Vec<Option<String>> = (0..count)
        .map(|_| {
            let text = random.text();
            or_null(random, text)
        })
        .collect();
    let days: Vec<i32> = (0..count).map(|_| i32::try_from(random.below(50_000)).unwrap()).collect();
    let lists: Vec<Vec<Option<i64>>> = (0..count)
        .map(|_| {
            (0..random.below(3))
                .map(|_| {
                    let value = random.int();
                    or_null(random, value)
                })
                .collect()
        })
        .collect();
    let inner_valid: Vec<bool> = (0..count).map(|_| random.below(3) > 0).collect();
    let flags = BooleanArray::from(vec![true; count]);
    let inner = StructArray::new(
        vec![Field::new("d", DataType::Date32, true), Field::new("f", DataType::Boolean, true)]
            .into(),
        vec![Arc::new(Date32Array::from(days.clone())), Arc::new(flags)],
        Some(NullBuffer::from(inner_valid.clone())),
    );
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>(
        lists.iter().map(|list| Some(list.clone())),
    );
    let fields = vec![
        Field::new("i", DataType::Int32, true),
        Field::new("t", DataType::Utf8, true),
        Field::new("l", list.data_type().clone(), true),
        Field::new("r", inner.data_type().clone(), true),
    ];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(ints.clone())),
        Arc::new(StringArray::from(texts.clone())),
        Arc::new(list),
        Arc::new(inner),
    ];
    let outer = StructArray::new(fields.into(), columns, None);
    let sql: Vec<String> = (0..count)
        .map(|row| {
            let int = ints[row].map_or("NULL::int4".to_owned(), |int| format!("'{int}'::int4"));
            let text = texts[row].as_deref().map_or("NULL::text".to_owned(), quoted);
            let list = shown(&lists[row], |int| format!("'{int}'")).join(",");
            let inner = match inner_valid[row] {
                true => format!("ROW(date '1970-01-01' + {}, true)", days[row]),
                false => "NULL::record".to_owned(),
            };
            format!("ROW({int}, {text}, ARRAY[{list}]::int8[], {inner})")
        })
        .collect();
    let mut single = case(Arc::new(outer.clone()), sql.clone());
    single.oid = Oid::RECORD;
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(2, count / 2));
    let list = ListArray::new(item(outer.data_type()), offsets, Arc::new(outer), None);
    let pairs = sql.chunks(2).map(|pair| format!("ARRAY[{}]", pair.join(",")));
    let mut several = case(Arc::new(list), pairs.collect());
    several.oid = Oid(2287);
    let empty = StructArray::new_empty_fields(2, Some(NullBuffer::from(vec![true, false])));
    let mut none = case(Arc::new(empty), vec!["ROW()".to_owned(), "NULL::record".to_owned()]);
    none.oid = Oid::RECORD;
    vec![single, several, none]
}
