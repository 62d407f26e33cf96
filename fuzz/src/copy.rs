//! Data of a COPY FROM: the same rows and error in any split, and what is written again is the same.

use trunkline_proto::copy::{
    CopyDirection, CopyError, CopyValue, Decoder, Encoder, Field, Options, Target,
};

const MARKS: [&str; 8] = [",", "\t", "|", "\"", "'", "\\", "a", "\r"];
const WORDS: [&str; 4] = ["", "\\N", "NULL", "\\."];

type Cell = Option<Vec<u8>>;

/// Text: the first byte is its options, the second the size of the pieces.
pub fn text(data: &[u8]) {
    let [choice, piece, data @ ..] = data else { return };
    let (delimiter, null) = (mark(*choice), WORDS[usize::from(choice >> 3 & 3)]);
    let header = ["off", "on", "match", "off"][usize::from(choice >> 5 & 3)];
    check(&[("delimiter", delimiter), ("null", null), ("header", header)], *piece, data);
}

/// Csv: the first two bytes are its options, the third the size of the pieces.
pub fn csv(data: &[u8]) {
    let [choice, marks, piece, data @ ..] = data else { return };
    let (delimiter, null) = (mark(*choice), WORDS[usize::from(choice >> 3 & 3)]);
    let header = ["off", "on", "match", "off"][usize::from(choice >> 5 & 3)];
    let (quote, escape) = (mark(*marks), mark(marks >> 3));
    let options = [("format", "csv"), ("delimiter", delimiter), ("null", null), ("header", header)];
    check(&[&options[..], &[("quote", quote), ("escape", escape)]].concat(), *piece, data);
}

/// Binary: the first byte is the size of the pieces.
pub fn binary(data: &[u8]) {
    let [piece, data @ ..] = data else { return };
    check(&[("format", "binary")], *piece, data);
}

fn mark(choice: u8) -> &'static str {
    MARKS[usize::from(choice & 7)]
}

fn check(options: &[(&str, &str)], piece: u8, data: &[u8]) {
    let given = options.iter().map(|(name, text)| (*name, CopyValue::Text(text)));
    let Ok(options) = Options::new(CopyDirection::From, given) else { return };
    let (rows, error) = read(&options, usize::MAX, data);
    assert_eq!(read(&options, usize::from(piece) + 1, data), (rows.clone(), error));
    // Text keeps every value apart from what stands for NULL.
    let encoder = Encoder::new(&Options::default(), &["a", "b"]);
    let mut written = Vec::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            match cell {
                Some(cell) => encoder.field(column, cell, &mut written),
                None => {
                    encoder.separate(column, &mut written);
                    encoder.null(&mut written);
                }
            }
        }
        written.push(b'\n');
    }
    let is_utf8 = std::str::from_utf8(&written).is_ok() && !written.contains(&0);
    if rows.iter().all(|row| row.len() == 2) && is_utf8 {
        assert_eq!(read(&Options::default(), usize::MAX, &written), (rows, None));
    }
}

fn read(options: &Options, piece: usize, data: &[u8]) -> (Vec<Vec<Cell>>, Option<CopyError>) {
    let target = Target::new("t").column("a", false).column("b", false);
    let mut decoder = Decoder::new(options.clone(), target);
    let mut rows = Vec::new();
    for piece in data.chunks(piece).map(Some).chain([None]) {
        match piece {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        }
        loop {
            match decoder.next_row() {
                Ok(Some(row)) => {
                    let cells = row.fields().filter_map(Result::ok).map(|field| match field {
                        Field::Value(value) => Some(value.to_vec()),
                        Field::Null | Field::Default => None,
                    });
                    rows.push(cells.collect());
                }
                Ok(None) => break,
                Err(error) => return (rows, Some(error)),
            }
        }
    }
    (rows, None)
}
