//! The rows that every server sends, and the least work that turns them into DataRow messages.
//!
//! Five columns: bigint, double precision, a text of 20 characters, timestamp, boolean. What is
//! written here is the ceiling: safe Rust that knows its columns, and does nothing but encode.

pub mod clock;
pub mod mix;
mod text;

/// Name, OID and size of the columns.
pub const COLUMNS: [(&str, u32, i16); 5] =
    [("id", 20, 8), ("val", 701, 8), ("name", 25, -1), ("ts", 1114, 8), ("flag", 16, 1)];

/// Bytes in a name.
const NAME: usize = 20;

/// The table in memory, by column.
pub struct Table {
    /// 0, 1, 2, …
    pub id: Vec<i64>,
    /// Two digits behind the point, and more.
    pub val: Vec<f64>,
    names: String,
    /// Microseconds since 2000-01-01, from 2024-01-01 on.
    pub ts: Vec<i64>,
    /// Every other one.
    pub flag: Vec<bool>,
}

impl Table {
    /// The first rows of the table.
    pub fn new(rows: u32) -> Table {
        let mut names = String::with_capacity(rows as usize * NAME);
        for i in 0..rows {
            names.push_str(&format!("row-{i:016}"));
        }
        Table {
            id: (0..i64::from(rows)).collect(),
            val: (0..rows).map(|i| f64::from(i) * 0.37 + 0.5).collect(),
            names,
            ts: (0..i64::from(rows)).map(|i| 757_382_400_000_000 + i * 1_000_123).collect(),
            flag: (0..rows).map(|i| i % 2 == 0).collect(),
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.id.len()
    }

    /// The text of a row.
    #[inline]
    pub fn name(&self, row: usize) -> &str {
        &self.names[row * NAME..][..NAME]
    }

    /// Appends the DataRow message of a row, its values as text.
    #[inline]
    pub fn write_text(&self, row: usize, out: &mut Vec<u8>) {
        let start = begin(out);
        cell(out, itoa::Buffer::new().format(self.id[row]).as_bytes());
        let mut val = zmij::Buffer::new();
        cell(out, text::cut(val.format_finite(self.val[row]).as_bytes()));
        cell(out, self.name(row).as_bytes());
        cell(out, text::cut(&text::timestamp(self.ts[row])));
        cell(out, if self.flag[row] { b"t" } else { b"f" });
        finish(start, out);
    }

    /// Appends the DataRow message of a row, its values in binary.
    #[inline]
    pub fn write_binary(&self, row: usize, out: &mut Vec<u8>) {
        let start = begin(out);
        cell(out, &self.id[row].to_be_bytes());
        cell(out, &self.val[row].to_be_bytes());
        cell(out, self.name(row).as_bytes());
        cell(out, &self.ts[row].to_be_bytes());
        cell(out, &[u8::from(self.flag[row])]);
        finish(start, out);
    }
}

#[inline]
fn begin(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(b"D\0\0\0\0\0\x05");
    start
}

/// Appends a cell: its length, its bytes.
#[inline]
pub fn cell(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

#[inline]
fn finish(start: usize, out: &mut [u8]) {
    let length = (out.len() - start - 1) as u32;
    out[start + 1..start + 5].copy_from_slice(&length.to_be_bytes());
}

/// Appends a message: its type, its length, its body.
pub fn message(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    out.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_messages_of_five_cells() {
        let table = Table::new(3);
        let mut text = Vec::new();
        table.write_text(1, &mut text);
        let expected = b"D\0\0\0\x4e\0\x05\0\0\0\x011\0\0\0\x040.87\0\0\0\x14row-0000000000000001\
                         \0\0\0\x1a2024-01-01 00:00:01.000123\0\0\0\x01f";
        assert_eq!(text.escape_ascii().to_string(), expected.escape_ascii().to_string());
        let mut binary = Vec::new();
        table.write_binary(2, &mut binary);
        assert_eq!((binary.len(), binary[4], binary[71]), (72, 71, 1));
    }
}
