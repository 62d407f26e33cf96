//! The encodings of two bytes and more a character that PostgreSQL converts to UTF-8, as tables of text.
//!
//! A line has a code and the characters from it on; behind `=` it is how a character is written that more than one
//! code stands for, or none. Of three bytes the code leaves out the first, and the highest bit of the last.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Generated, Server};

/// The encodings with their files; the others are parts of these.
const ENCODINGS: [(&str, &str); 6] = [
    ("UHC", "crates/proto/data/uhc.tsv"),
    ("GB18030", "crates/proto/data/gb18030.tsv"),
    ("BIG5", "crates/proto/data/big5.tsv"),
    ("SJIS", "crates/proto/data/sjis.tsv"),
    ("EUC_JP", "crates/proto/data/euc_jp.tsv"),
    ("EUC_CN", "crates/proto/data/euc_cn.tsv"),
];

/// A function that says nothing where a conversion fails, or gives more than a character.
const READ: &str = "create or replace function public.read(name, bytea) returns int \
     language plpgsql as 'declare t text; begin t := convert_from($2, $1); \
     return case length(t) when 1 then ascii(t) end; \
     exception when others then return null; end'";

/// The same the other way.
const WRITTEN: &str = "create or replace function public.written(name, int) returns text \
     language plpgsql as 'begin return encode(convert_to(chr($2), $1), ''hex''); \
     exception when others then return null; end'";

/// One byte, two bytes, and three of which the first is 8F.
const BYTES: &str = "select set_byte('x'::bytea, 0, c) as b from generate_series(128, 255) c \
     union all select int2send(c::int2) from generate_series(-32768, -1) c \
     union all select '\\x8f'::bytea || int2send(c::int2) from generate_series(-24415, -1) c";

pub(super) fn files(server: &Server) -> Result<Vec<Generated>, String> {
    for function in [READ, WRITTEN] {
        server.rows(function)?;
    }
    let mut files = Vec::new();
    for (name, file) in ENCODINGS {
        let read = server.rows(&format!(
            "select encode(b, 'hex'), c from (select b, public.read('{name}', b) as c \
             from ({BYTES}) as bytes) as a where c is not null"
        ))?;
        let written = server.rows(&format!(
            "select b, c from (select c, public.written('{name}', c) as b \
             from generate_series(128, 65535) c where c not between 55296 and 57343) as a \
             where length(b) < 8"
        ))?;
        files.push(Generated { file, text: table(&read, &written)? });
    }
    Ok(files)
}

/// The table of what is read, and of what is written otherwise.
fn table(read: &[Vec<String>], written: &[Vec<String>]) -> Result<String, String> {
    let (mut characters, mut first) = (BTreeMap::new(), BTreeMap::new());
    for row in read {
        let (code, character) = pair(row)?;
        characters.insert(code, character);
    }
    for (code, character) in &characters {
        first.entry(*character).or_insert(*code);
    }
    let (mut text, mut next) = (String::new(), None);
    for (code, character) in &characters {
        if next != Some(*code) {
            let end = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{end}{code:04x}\t");
        }
        text.push(*character);
        next = code.checked_add(1);
    }
    text.push('\n');
    let mut preferred = BTreeMap::new();
    for row in written {
        let (code, character) = pair(row)?;
        if first.get(&character) != Some(&code) {
            preferred.insert(character, code);
        }
    }
    for (character, code) in preferred {
        let _ = writeln!(text, "={code:04x}\t{character}");
    }
    Ok(text)
}

/// A code and its character.
fn pair(row: &[String]) -> Result<(u32, char), String> {
    let wrong = || format!("encodings: {row:?}");
    let [digits, character] = row else { return Err(wrong()) };
    let bytes = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
    let code = if digits.len() == 6 { bytes & 0xff7f } else { bytes };
    let character = character.parse().ok().and_then(char::from_u32).ok_or_else(wrong)?;
    Ok((code, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_choices_are_lines() {
        let row =
            |code: &str, character: char| vec![code.to_owned(), u32::from(character).to_string()];
        let read = [row("a1a2", 'b'), row("a1a1", 'a'), row("8fa2c3", 'c'), row("b0b0", 'a')];
        let written = [row("a1a1", 'a'), row("a1a2", 'b'), row("5c", '¥')];
        let table = table(&read, &written).unwrap();
        assert_eq!(table, "a1a1\tab\na243\tc\nb0b0\ta\n=005c\t¥\n");
    }
}
