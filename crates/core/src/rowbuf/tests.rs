use super::*;

fn columns(types: &[Oid]) -> Vec<Column> {
    types.iter().map(|oid| Column::new("c", *oid)).collect()
}

/// What a closure leaves behind a word that was there before, and the number of rows.
fn written(
    types: &[Oid],
    formats: &Formats,
    write: impl FnOnce(&mut RowBuf<'_>),
) -> (Vec<u8>, u64) {
    let (mut out, columns, style) = (b"old".to_vec(), columns(types), TextStyle::default());
    let mut rows = RowBuf::new(&mut out, &columns, formats, &style);
    write(&mut rows);
    let count = rows.rows();
    assert_eq!(out.get(..3), Some(&b"old"[..]));
    (out.split_off(3), count)
}

#[test]
fn a_row_is_a_data_row_message() {
    let formats = Formats::Each([Format::Text, Format::Binary, Format::Text].into());
    let types = [Oid::INT4, Oid::INT4, Oid::TEXT];
    let (out, count) = written(&types, &formats, |rows| {
        rows.row(|row| {
            assert_eq!(row.format(), Format::Text);
            row.int4(-12);
            assert_eq!(row.format(), Format::Binary);
            row.int4(-12);
            row.null();
            Ok(())
        })
        .expect("three values in three columns");
    });
    let expected: &[u8] =
        b"D\0\0\0\x19\0\x03\0\0\0\x03-12\0\0\0\x04\xff\xff\xff\xf4\xff\xff\xff\xff";
    assert_eq!((out.as_slice(), count), (expected, 1));
}

#[test]
fn a_row_of_no_columns_is_a_row() {
    let (out, count) = written(&[], &Formats::default(), |rows| {
        rows.row(|_| Ok(())).expect("no values in no columns");
    });
    assert_eq!((out.as_slice(), count), (&b"D\0\0\0\x06\0\0"[..], 1));
}

#[test]
fn a_failed_row_leaves_nothing_behind() {
    let types = [Oid::INT4, Oid::INT4];
    let (out, count) = written(&types, &Formats::default(), |rows| {
        let mut fails = |values: usize, sqlstate: SqlState, message: &str| {
            let error =
                rows.row(|row| (0..values).try_for_each(|value| row.value(&(value as i64))));
            let error = error.expect_err("another number of values");
            assert_eq!((error.sqlstate(), error.message()), (sqlstate, message));
        };
        let internal = SqlState::INTERNAL_ERROR;
        fails(1, internal, "a row has 1 values, but the result has 2 columns");
        fails(3, internal, "a row has 3 values, but the result has 2 columns");
        fails(0, internal, "a row has 0 values, but the result has 2 columns");
        let error = rows.row(|row| {
            row.int4(1);
            row.value(&i64::MAX)
        });
        let error = error.expect_err("too large for the column");
        assert_eq!(error.sqlstate(), SqlState::NUMERIC_VALUE_OUT_OF_RANGE);
        rows.encoded_row(|out| {
            out.push(0);
            Err(PgError::internal("half a row"))
        })
        .expect_err("the closure's own error");
        rows.row(|row| row.value("1").and_then(|()| row.value(&None::<i32>)))
            .expect("the buffer is as it was");
    });
    let expected = b"D\0\0\0\x0f\0\x02\0\0\0\x011\xff\xff\xff\xff";
    assert_eq!((out.as_slice(), count), (&expected[..], 1));
}

/// A gibibyte is what it takes.
#[test]
fn a_row_beyond_a_gibibyte_is_refused() {
    let (out, count) = written(&[Oid::BYTEA], &Formats::All(Format::Binary), |rows| {
        // Two bytes for the number of columns, four for each length.
        let longest = MAX_ROW - 4 - 2 - 4;
        let zeros = vec![0; longest + 1];
        let grow = |length: usize| {
            let value = zeros.get(..length).expect("as many as there are");
            move |out: &mut Vec<u8>| {
                out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
                out.extend_from_slice(value);
                Ok(())
            }
        };
        let error = rows.encoded_row(grow(longest + 1)).expect_err("one byte too many");
        assert_eq!(error.sqlstate(), SqlState::PROGRAM_LIMIT_EXCEEDED);
        let message = "row of 1073741824 bytes exceeds the limit of 1073741823 bytes";
        assert_eq!(error.message(), message);
        rows.encoded_row(grow(longest)).expect("the longest row");
        // What comes after is not touched by this one.
        rows.out.truncate(3);
    });
    assert_eq!((out.len(), count), (0, 1));
}

#[test]
fn it_is_full_by_bytes_or_by_rows() {
    let (mut out, columns, style) = (Vec::new(), columns(&[Oid::BOOL]), TextStyle::default());
    let formats = Formats::default();
    let put = |rows: &mut RowBuf<'_>| {
        rows.row(|row| {
            row.bool(true);
            Ok(())
        })
        .expect("a row");
    };
    let mut rows = RowBuf::new(&mut out, &columns, &formats, &style).limit(2);
    assert!(!rows.is_full());
    put(&mut rows);
    assert_eq!((rows.is_full(), rows.rows_left()), (false, 1));
    put(&mut rows);
    assert_eq!((rows.is_full(), rows.rows_left()), (true, 0));

    // Twelve bytes a row, and what is in the buffer already counts.
    let mut rows = RowBuf::new(&mut out, &columns, &formats, &style).full_at(25);
    assert!(!rows.is_full());
    put(&mut rows);
    assert!(rows.is_full());
    assert_eq!(out.len(), 36);
}
