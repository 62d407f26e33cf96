//! COPY's formats: what goes out comes in again, in bounded memory and however it is split.

use allocation_counter::measure;
use proptest::collection::vec;
use proptest::prelude::*;
use trunkline_proto::SqlState;
use trunkline_proto::copy::{
    CopyDirection, CopyFormat, CopyValue, Decoder, Encoder, Field, Force, Options, Target,
};

type Rows = Vec<Vec<Option<String>>>;

const NAMES: [&str; 3] = ["a", "b", "c"];

fn target(columns: usize) -> Target {
    NAMES.iter().take(columns).fold(Target::new("t"), |target, name| target.column(name, false))
}

fn encode(options: &Options, columns: usize, rows: &Rows) -> Vec<u8> {
    let encoder = Encoder::new(options, &NAMES[..columns]);
    let is_binary = options.format == CopyFormat::Binary;
    let mut out = encoder.header_line().map(<[u8]>::to_vec).unwrap_or_default();
    if is_binary {
        out.extend_from_slice(&encoder.binary_header());
    }
    for row in rows {
        if is_binary {
            out.extend_from_slice(&(columns as i16).to_be_bytes());
        }
        for (column, cell) in row.iter().enumerate() {
            match cell {
                None if is_binary => out.extend_from_slice(&[0xff; 4]),
                Some(cell) if is_binary => {
                    out.extend_from_slice(&(cell.len() as u32).to_be_bytes());
                    out.extend_from_slice(cell.as_bytes());
                }
                None => {
                    encoder.separate(column, &mut out);
                    encoder.null(&mut out);
                }
                Some(cell) => encoder.field(column, cell.as_bytes(), &mut out),
            }
        }
        if !is_binary {
            out.push(b'\n');
        }
    }
    if is_binary {
        out.extend_from_slice(&encoder.binary_trailer());
    }
    out
}

fn decode(options: &Options, columns: usize, data: &[u8], piece: usize) -> Rows {
    let mut decoder = Decoder::new(options.clone(), target(columns));
    let mut rows = Vec::new();
    for piece in data.chunks(piece).map(Some).chain([None]) {
        match piece {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        }
        while let Some(row) = decoder.next_row().unwrap() {
            let cells = row.fields().map(|field| match field.unwrap() {
                Field::Value(value) => Some(String::from_utf8(value.to_vec()).unwrap()),
                Field::Null => None,
                Field::Default => panic!("there are no defaults"),
            });
            rows.push(cells.collect());
        }
    }
    assert_eq!(decoder.held(), 0);
    rows
}

fn cell() -> impl Strategy<Value = Option<String>> {
    let special = r#"([\\"',|\t\n\r\x08\x0b\x0c.N;é😀x ]|NULL){0,6}"#;
    prop_oneof![
        Just(None),
        special.prop_map(Some),
        "[a-z]{0,40}".prop_map(Some),
        "[^\0]{0,20}".prop_map(Some),
        Just(Some("\\.".to_owned())),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    // An empty string that stands for NULL cannot be told from a value in text.
    let text = prop::sample::select(&["\t", ",", "|", ";", "-", "\u{1}", "M"][..]);
    let csv = (
        prop::sample::select(&[",", "|", "\t", "a", "'"][..]),
        prop::sample::select(&["", "\\N", "NULL"][..]),
        prop::sample::select(&["\"", "'", "|", "\n"][..]),
        prop::sample::select(&["\"", "\\", "e", "\r"][..]),
        any::<(bool, bool)>(),
    );
    let made = |options: &[(&str, CopyValue<'_>)]| {
        Options::new(CopyDirection::To, options.iter().copied()).ok()
    };
    prop_oneof![
        1 => Just(made(&[("format", CopyValue::Text("binary"))]).unwrap()),
        3 => text.prop_map(move |text| made(&[("delimiter", CopyValue::Text(text))]).unwrap()),
        5 => csv.prop_filter_map("options", move |(delimiter, null, quote, escape, (header, all))| {
            let header = CopyValue::Text(if header { "on" } else { "off" });
            let mut options = made(&[
                ("format", CopyValue::Text("csv")),
                ("delimiter", CopyValue::Text(delimiter)),
                ("null", CopyValue::Text(null)),
                ("quote", CopyValue::Text(quote)),
                ("escape", CopyValue::Text(escape)),
                ("header", header),
            ])?;
            options.force_quote = if all { Force::All } else { Force::None };
            Some(options)
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_goes_out_comes_in_again(
        options in options(),
        rows in (1..=3_usize).prop_flat_map(|columns| vec(vec(cell(), columns), 0..6)),
        piece in 1..40_usize,
    ) {
        // Some quotes and escapes are the ends of lines, or look like them.
        let is_odd = matches!(options.quote, b'\n' | b'\r') || matches!(options.escape, b'\n' | b'\r');
        let columns = rows.first().map_or(1, Vec::len);
        let data = encode(&options, columns, &rows);
        if !(is_odd && options.format == CopyFormat::Csv) {
            prop_assert_eq!(&decode(&options, columns, &data, piece), &rows);
        }
    }

    #[test]
    fn nothing_makes_it_panic_and_no_split_matters(
        options in options(),
        data in prop_oneof![
            vec(any::<u8>(), 0..200),
            r#"([\\"',|\t\n\r.Nx1]|\\\.|\r\n){0,60}"#.prop_map(String::into_bytes),
        ],
        piece in 1..20_usize,
    ) {
        let read = |piece: usize| {
            let mut decoder = Decoder::new(options.clone(), target(2));
            let mut rows = 0;
            for piece in data.chunks(piece).map(Some).chain([None]) {
                match piece {
                    Some(piece) => decoder.push(piece),
                    None => decoder.finish(),
                }
                loop {
                    match decoder.next_row() {
                        Ok(Some(row)) => rows += 1 + row.fields().filter(Result::is_ok).count(),
                        Ok(None) => break,
                        Err(error) => return (rows, Some(error)),
                    }
                }
            }
            (rows, None)
        };
        prop_assert_eq!(read(piece), read(usize::MAX));
    }
}

#[test]
fn a_row_beyond_the_limit_is_refused_before_it_is_there() {
    for format in ["text", "csv"] {
        let options = Options::new(CopyDirection::From, [("format", CopyValue::Text(format))]);
        let mut decoder = Decoder::new(options.unwrap(), target(1)).limit(10);
        decoder.push(b"0123456789\n0123456789");
        assert!(decoder.next_row().unwrap().is_some());
        assert!(decoder.next_row().unwrap().is_none());
        decoder.push(b"x");
        let error = decoder.next_row().unwrap_err();
        assert_eq!(error.sqlstate(), SqlState::PROGRAM_LIMIT_EXCEEDED);
        assert_eq!(error.context(), Some("COPY t, line 2"));
        // It stays what it is, and nothing more is held.
        decoder.push(&[b'x'; 1000]);
        assert_eq!(decoder.next_row().unwrap_err(), error);
        assert!(decoder.held() < 20);
    }
    let options = Options::new(CopyDirection::From, [("format", CopyValue::Text("binary"))]);
    let mut decoder = Decoder::new(options.unwrap(), target(1)).limit(10);
    decoder.push(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x07");
    let error = decoder.next_row().unwrap().unwrap().field(0).unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::PROGRAM_LIMIT_EXCEEDED);
    assert_eq!(error.context(), Some("COPY t, line 1, column a"));
}

#[test]
fn a_row_allocates_nothing_however_it_is_written() {
    let cells = [None, Some("plain"), Some("a\\\",\t\né")];
    let row: Vec<_> = cells.iter().map(|cell| cell.map(str::to_owned)).collect();
    for format in ["text", "csv", "binary"] {
        let options = Options::new(CopyDirection::From, [("format", CopyValue::Text(format))]);
        let options = options.unwrap();
        let allocations = |count: usize| {
            let data = encode(&options, 3, &vec![row.clone(); count]);
            let mut decoder = Decoder::new(options.clone(), target(3));
            let mut rows = 0;
            let memory = measure(|| {
                // What is read is dropped: the buffer does not grow with the data.
                for piece in data.chunks(100) {
                    decoder.push(piece);
                    while let Some(row) = decoder.next_row().unwrap() {
                        rows += row.fields().filter(|field| field.is_ok()).count() / 3;
                    }
                }
            });
            assert_eq!(rows, count);
            (memory.count_total, memory.bytes_max)
        };
        let (few, _) = allocations(100);
        let (many, most) = allocations(10_000);
        assert_eq!(many, few, "{format}");
        assert!(most < 1_000, "{format}: {most} bytes");
    }
}

#[test]
fn what_is_read_one_row_at_a_time_is_moved_once() {
    // A caller that takes one row and pushes one byte must not make it move everything each time.
    let options = Options::default();
    let mut decoder = Decoder::new(options, target(1));
    let data = b"a\n".repeat(500_000);
    decoder.push(&data);
    for _ in 0..400_000 {
        assert!(decoder.next_row().unwrap().is_some());
        decoder.push(b"b\n");
    }
    // And a long line that comes byte by byte is searched once.
    let mut decoder = Decoder::new(Options::default(), target(1));
    for _ in 0..2_000_000 {
        decoder.push(b"x");
        assert!(decoder.next_row().unwrap().is_none());
    }
    decoder.push(b"\n");
    assert!(decoder.next_row().unwrap().is_some());
}
