use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use trunkline_core::types::TextStyle;
use trunkline_core::{
    Column, CommandTag, Format, Formats, IntoRow, Oid, PgError, Progress, Result, RowBuf,
    RowSource, Rows, SqlState,
};
use trunkline_sql::statement::{FetchCount, FetchDirection};

use super::rows::{Cursor, Fetching, Room, Shared, Source, lock, poll_rest};

/// So many rows of a number and a text of about fifty bytes.
const ROWS: u64 = 3_000;

fn row(number: u64) -> (i64, String) {
    (i64::try_from(number).expect("a small one"), format!("{number:050}"))
}

fn cursor(scroll: Option<bool>, memory: usize, file: u64) -> Shared {
    let columns = [("n", Oid::INT8), ("t", Oid::TEXT)].map(Column::from).into();
    let rows = Rows::from_rows(columns, (1..=ROWS).map(row));
    cursor_of(rows, scroll, Room { memory, files: file, filed: Arc::default() })
}

fn cursor_of(rows: Rows, scroll: Option<bool>, room: Room) -> Shared {
    let (columns, style) = (rows.columns().clone(), Arc::new(TextStyle::default()));
    Arc::new(Mutex::new(Cursor::new(columns, None, Source::Rows(rows), style, scroll, room)))
}

/// The bytes of the rows with these numbers.
fn expected(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let (columns, formats) =
        ([("n", Oid::INT8), ("t", Oid::TEXT)].map(Column::from), Formats::default());
    let style = TextStyle::default();
    let mut out = Vec::new();
    let mut rows = RowBuf::new(&mut out, &columns, &formats, &style);
    for number in numbers {
        let values = row(number).into_row();
        rows.row(|row| values.iter().try_for_each(|value| row.value(value))).expect("a row");
    }
    out
}

/// What a FETCH sends; the send buffer is full after some rows.
fn fetch(cursor: &Shared, direction: FetchDirection) -> Result<Vec<u8>> {
    fetch_of(cursor, direction, &[("n", Oid::INT8), ("t", Oid::TEXT)].map(Column::from))
}

fn fetch_of(cursor: &Shared, direction: FetchDirection, columns: &[Column]) -> Result<Vec<u8>> {
    let plan = lock(cursor).plan("c", direction, true)?;
    let mut fetching = Fetching::new(cursor.clone(), plan);
    let (formats, style) = (Formats::default(), TextStyle::default());
    let mut sent = Vec::new();
    loop {
        let mut out = Vec::new();
        let mut rows = RowBuf::new(&mut out, columns, &formats, &style).full_at(1_000);
        let filled = fetching.poll_fill(&mut Context::from_waker(Waker::noop()), &mut rows);
        sent.extend_from_slice(&out);
        match filled {
            Poll::Ready(Ok(Progress::More)) => {}
            Poll::Ready(Ok(Progress::End(_))) => return Ok(sent),
            Poll::Ready(Err(error)) => return Err(error),
            Poll::Pending => panic!("nothing is awaited"),
        }
    }
}

fn hold(cursor: &Shared) -> Result<()> {
    loop {
        if let Poll::Ready(held) = poll_rest(cursor, &mut Context::from_waker(Waker::noop())) {
            return held;
        }
    }
}

const ALL_BACK: FetchDirection = FetchDirection::Backward(FetchCount::All);

fn rows(count: i64) -> FetchDirection {
    FetchDirection::Forward(FetchCount::Rows(count))
}

#[test]
fn what_lies_in_a_file_comes_back_as_it_was() {
    for memory in [0, 10_000, 10_000_000] {
        let cursor = cursor(Some(true), memory, u64::MAX);
        assert_eq!(fetch(&cursor, rows(700)).expect("rows"), expected(1..=700));
        assert_eq!(fetch(&cursor, ALL_BACK).expect("rows"), expected((1..700).rev()));
        assert_eq!(
            fetch(&cursor, FetchDirection::Absolute(-2)).expect("rows"),
            expected([ROWS - 1])
        );
        assert_eq!(fetch(&cursor, ALL_BACK).expect("rows"), expected((1..ROWS - 1).rev()));
        // Here and there, as a random walk does.
        let mut number = 1_u64;
        for _ in 0..300 {
            number = number * 48_271 % 2_147_483_647;
            let place = number % ROWS + 1;
            let direction = FetchDirection::Absolute(i64::try_from(place).expect("a small one"));
            assert_eq!(fetch(&cursor, direction).expect("rows"), expected([place]), "{memory}");
            let after: Vec<_> = (place + 1..=ROWS).take(3).collect();
            assert_eq!(fetch(&cursor, rows(3)).expect("rows"), expected(after));
        }
        assert!(lock(&cursor).held() <= memory + 2 * 64 * 1024);
    }
}

#[test]
fn what_nobody_said_scrolls_does_so_while_memory_allows() {
    let cursor = cursor(None, 100_000, 0);
    assert_eq!(fetch(&cursor, rows(500)).expect("rows"), expected(1..=500));
    assert_eq!(fetch(&cursor, rows(-499)).expect("rows"), expected((1..500).rev()));
    assert_eq!(fetch(&cursor, FetchDirection::Absolute(2_500)).expect("rows"), expected([2_500]));
    assert_eq!(lock(&cursor).held(), 0);
    assert_eq!(fetch(&cursor, rows(400)).expect("rows"), expected(2_501..=2_900));
    let error = fetch(&cursor, rows(-1)).expect_err("it is too late");
    assert_eq!(error.sqlstate(), SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE);
}

#[test]
fn a_file_has_a_limit() {
    let cursor = cursor(Some(true), 10_000, 100_000);
    let error = fetch(&cursor, FetchDirection::Absolute(-1)).expect_err("it is too long");
    assert_eq!(error.sqlstate(), SqlState::CONFIGURATION_LIMIT_EXCEEDED);
    // And then it is of no use.
    assert!(fetch(&cursor, rows(1)).is_err());
}

#[test]
fn what_is_held_is_all_that_is_still_to_come() {
    for scroll in [Some(true), Some(false), None] {
        let cursor = cursor(scroll, 50_000, u64::MAX);
        assert_eq!(fetch(&cursor, rows(1_000)).expect("rows"), expected(1..=1_000));
        hold(&cursor).expect("it can be held");
        assert_eq!(fetch(&cursor, rows(1_500)).expect("rows"), expected(1_001..=2_500));
        match scroll {
            Some(true) => {
                assert_eq!(fetch(&cursor, ALL_BACK).expect("rows"), expected((1..2_500).rev()))
            }
            _ => assert!(fetch(&cursor, ALL_BACK).is_err()),
        }
    }
}

/// A source that fails at its end.
struct Failing(bool);

impl RowSource for Failing {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        if self.0 {
            return Poll::Ready(Err(PgError::internal("the end")));
        }
        self.0 = true;
        let values = row(1).into_row();
        rows.row(|row| values.iter().try_for_each(|value| row.value(value)))?;
        Poll::Ready(Ok(Progress::More))
    }
}

#[test]
fn a_cursor_whose_source_fails_is_of_no_use() {
    for scroll in [Some(true), Some(false)] {
        let columns = [("n", Oid::INT8), ("t", Oid::TEXT)].map(Column::from).into();
        let source = Rows::from_source(columns, Failing(false));
        let room = Room { memory: 0, files: 0, filed: Arc::default() };
        let cursor = cursor_of(source, scroll, room);
        assert_eq!(fetch(&cursor, rows(1)).expect("rows"), expected([1]));
        assert!(fetch(&cursor, rows(1)).is_err());
        let error = fetch(&cursor, rows(1)).expect_err("it has failed");
        assert_eq!(error.sqlstate(), SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE);
    }
}

/// A row of a type that nobody knows, which has a text and no more.
struct Foreign(bool);

impl RowSource for Foreign {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        if !self.0 {
            self.0 = true;
            rows.row(|row| match row.format() {
                Format::Text => {
                    row.bytes(b"foreign");
                    Ok(())
                }
                Format::Binary => Err(PgError::unsupported("it has no binary form")),
            })?;
        }
        Poll::Ready(Ok(Progress::End(CommandTag::select())))
    }
}

#[test]
fn what_is_known_as_text_only_is_kept_as_text() {
    let columns = [("f", Oid(99_999))].map(Column::from);
    let source = Rows::from_source(columns.clone().into(), Foreign(false));
    let room = Room { memory: 0, files: 1_000, filed: Arc::default() };
    let cursor = cursor_of(source, Some(true), room);
    for direction in [rows(1), rows(0), FetchDirection::Absolute(-1)] {
        let sent = fetch_of(&cursor, direction, &columns).expect("a row");
        assert!(sent.ends_with(b"foreign"), "{sent:?}");
    }
}
