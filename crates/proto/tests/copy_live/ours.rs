//! What this crate answers to the same cases.

use trunkline_proto::copy::{
    CopyDirection, CopyError, CopyFormat, Decoder, Encoder, Field, Options, Target,
};
use trunkline_proto::types::{IsNull, TextStyle, ToPg, Value, ValueError, int, name_of, text};
use trunkline_proto::{Format, Oid};

use crate::cases::{Case, Kind};
use crate::text::escape;

/// The names of columns that go out.
pub(crate) const NAMES: [&str; 5] = ["a", "b\tb", "\\N", "x,\"y\"", "\\."];

pub(crate) fn answer(case: &Case) -> String {
    let answer = match case.kind {
        Kind::Options => options(case).map(|_| "ok".to_owned()),
        Kind::Out => out(case),
        Kind::In => into(case),
    };
    answer.unwrap_or_else(|error| described(&error))
}

fn options(case: &Case) -> Result<Options, CopyError> {
    let from = case.kind == Kind::In || case.data == b"FROM";
    let direction = if from { CopyDirection::From } else { CopyDirection::To };
    let options = Options::new(direction, case.values())?;
    if case.kind == Kind::Options {
        let columns = ["a", "b", "c"];
        options.check_columns(Some("three"), &columns, |name| columns.contains(&name))?;
    }
    Ok(options)
}

fn described(error: &CopyError) -> String {
    let mut described = format!("! {}", error.sqlstate());
    let fields = [
        ('M', Some(error.message())),
        ('D', error.detail()),
        ('H', error.hint()),
        ('W', error.context()),
    ];
    for (code, text) in fields {
        if let Some(text) = text {
            described.push_str(&format!(" {code}:{}", escape(text.as_bytes())));
        }
    }
    described
}

fn out(case: &Case) -> Result<String, CopyError> {
    let (options, rows) = (options(case)?, case.rows());
    let columns = &NAMES[..rows[0].len()];
    options.check_columns(None, columns, |_| false)?;
    let encoder = Encoder::new(&options, columns);
    let mut messages: Vec<Vec<u8>> =
        encoder.header_line().map(<[u8]>::to_vec).into_iter().collect();
    for row in &rows {
        let mut message = Vec::new();
        let is_binary = encoder.format() == CopyFormat::Binary;
        if is_binary {
            if messages.is_empty() {
                message.extend_from_slice(&encoder.binary_header());
            }
            message.extend_from_slice(&i16::try_from(row.len()).unwrap().to_be_bytes());
        }
        for (column, (type_name, text)) in row.iter().enumerate() {
            let format = if is_binary { Format::Binary } else { Format::Text };
            let cell = text.as_ref().map(|text| cell(type_name, text, format));
            match (cell, is_binary) {
                (None, true) => message.extend_from_slice(&[0xff; 4]),
                (Some(cell), true) => {
                    message.extend_from_slice(&u32::try_from(cell.len()).unwrap().to_be_bytes());
                    message.extend_from_slice(&cell);
                }
                (None, false) => {
                    encoder.separate(column, &mut message);
                    encoder.null(&mut message);
                }
                // What never needs escaping is never escaped.
                (Some(cell), false) if is_number(type_name) && encoder.is_plain(column) => {
                    encoder.separate(column, &mut message);
                    message.extend_from_slice(&cell);
                }
                (Some(cell), false) => encoder.field(column, &cell, &mut message),
            }
        }
        if !is_binary {
            message.push(b'\n');
        }
        messages.push(message);
    }
    if encoder.format() == CopyFormat::Binary {
        messages.push(encoder.binary_trailer().to_vec());
    }
    let messages: Vec<String> = messages.iter().map(|message| escape(message)).collect();
    Ok(messages.join(";"))
}

fn is_number(type_name: &str) -> bool {
    !matches!(type_name, "text" | "bytea") && !type_name.ends_with("[]")
}

/// A value by way of a parsed one.
fn cell(type_name: &str, text: &str, format: Format) -> Vec<u8> {
    let oid = (1..10_000).map(Oid).find(|oid| name_of(*oid) == Some(type_name)).unwrap();
    let (style, mut out) = (TextStyle::default(), Vec::new());
    let value = Value::decode(oid, Format::Text, text.as_bytes(), &style).unwrap();
    assert_eq!(value.encode(oid, format, &style, &mut out), Ok(IsNull::No));
    out
}

/// Reads it whole, byte by byte, and in other pieces: that must not matter.
fn into(case: &Case) -> Result<String, CopyError> {
    let (_, data) = case.table();
    let whole = read(case, &[data]);
    let single: Vec<&[u8]> = data.chunks(1).collect();
    assert_eq!(read(case, &single), whole, "{}", case.line());
    let mut seed = data.iter().fold(7_usize, |seed, byte| seed * 31 % 10_007 + usize::from(*byte));
    let (mut pieces, mut rest) = (Vec::new(), data);
    while !rest.is_empty() {
        seed = seed * 31 % 10_007;
        let (piece, after) = rest.split_at((seed % 9).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    assert_eq!(read(case, &pieces), whole, "{}", case.line());
    whole
}

fn read(case: &Case, pieces: &[&[u8]]) -> Result<String, CopyError> {
    let options = options(case)?;
    let (table, _) = case.table();
    let target = match table {
        "three" => Target::new("three").column("a", false).column("b", true).column("c", false),
        "one" => Target::new("one").column("a", false),
        _ => Target::new("zero"),
    };
    // Rows are told as PostgreSQL would copy them out again.
    let names: Vec<&str> = ["a", "b", "c"].into_iter().take(target_len(table)).collect();
    let encoder = Encoder::new(&Options::default(), &names);
    let is_binary = options.format == CopyFormat::Binary;
    let mut decoder = Decoder::new(options, target);
    let mut out = Vec::new();
    for piece in pieces.iter().map(Some).chain([None]) {
        match piece {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        }
        while let Some(row) = decoder.next_row()? {
            for (column, field) in row.fields().enumerate() {
                let field = match field? {
                    Field::Null => None,
                    Field::Default => Some(b"d".to_vec()),
                    Field::Value(value) => {
                        let is_int = table == "three" && column == 0;
                        let value = typed(value, is_int, is_binary);
                        Some(value.map_err(|error| row.refused(column, error))?)
                    }
                };
                match field {
                    Some(field) => encoder.field(column, &field, &mut out),
                    None => {
                        encoder.separate(column, &mut out);
                        encoder.null(&mut out);
                    }
                }
            }
            out.push(b'\n');
        }
    }
    Ok(escape(&out))
}

fn target_len(table: &str) -> usize {
    match table {
        "three" => 3,
        "one" => 1,
        _ => 0,
    }
}

fn typed(value: &[u8], is_int: bool, is_binary: bool) -> Result<Vec<u8>, ValueError> {
    let number = match (is_int, is_binary) {
        (false, _) => return text::receive(value).map(|text| text.as_bytes().to_vec()),
        (true, true) => int::receive_i32(value)?,
        (true, false) => int::parse_i32(text::receive(value)?)?,
    };
    Ok(number.to_string().into_bytes())
}
