//! Encodings of two bytes and more a character, with ASCII for one.

use std::sync::LazyLock;

use super::encode;

/// An encoding, whose table is read when it is first used.
pub(super) struct Double {
    pub(super) form: Form,
    pub(super) table: &'static LazyLock<Table>,
}

/// Which bytes make a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Two bytes from A1 on; of three the first is 8F, of two 8E where the second is half-width kana.
    EucJp,
    /// Two bytes from A1 on. The Korean one is what the table has there, but for two rows of the user's own.
    EucCn,
    EucKr,
    /// Two bytes, of which the second may be ASCII, or half-width kana.
    Sjis,
    /// Two bytes, of which the second may be anything.
    Big5,
    Uhc,
    /// The same; it is what the table of GB18030 has but for private characters and what came later.
    Gbk,
    /// Two bytes or four, for all of Unicode.
    Gb18030,
}

/// The characters of one or two bytes, and those of three without the first.
pub(super) struct Table {
    /// By code.
    characters: Box<[(u16, u16)]>,
    /// By character.
    codes: Box<[(u16, u16)]>,
}

pub(super) static UHC: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../data/uhc.tsv")));
pub(super) static GB18030: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../data/gb18030.tsv")));
pub(super) static BIG5: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../data/big5.tsv")));
pub(super) static SJIS: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../data/sjis.tsv")));
pub(super) static EUC_JP: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../data/euc_jp.tsv")));
pub(super) static EUC_CN: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../data/euc_cn.tsv")));

/// The characters of GB18030 below U+10000 that take four bytes: those that take two are the others.
static FOUR_BYTES: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let has_two = |character| GB18030.code(character).is_some();
    let plain = |character: &u16| char::from_u32(u32::from(*character)).is_some();
    (0x80..=u16::MAX).filter(plain).filter(|character| !has_two(*character)).collect()
});

/// Where the characters from U+10000 on begin among those of four bytes.
const BEYOND: u32 = 189_000;

/// Reads a table: a line has a code and the characters from it on; behind `=` it is how a character is written
/// that more than one code stands for, or none.
fn read(text: &str) -> Table {
    let (mut characters, mut codes, mut preferred) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        let Some((code, run)) = line.split_once('\t') else { continue };
        let number = |digits| u16::from_str_radix(digits, 16).unwrap_or_default();
        let units = run.chars().filter_map(|character| u16::try_from(u32::from(character)).ok());
        match code.strip_prefix('=') {
            Some(code) => preferred.extend(units.map(|character| (character, number(code)))),
            None => characters.extend((number(code)..=u16::MAX).zip(units)),
        }
    }
    codes.extend(preferred);
    codes.extend(characters.iter().map(|(code, character)| (*character, *code)));
    // Stable: of several the preferred one comes first, then that of the lowest code.
    codes.sort_by_key(|(character, _)| *character);
    codes.dedup_by_key(|(character, _)| *character);
    Table { characters: characters.into(), codes: codes.into() }
}

impl Table {
    fn character(&self, code: u16) -> Option<u16> {
        let place = self.characters.binary_search_by_key(&code, |(code, _)| *code).ok()?;
        self.characters.get(place).map(|(_, character)| *character)
    }

    fn code(&self, character: u16) -> Option<u16> {
        let place =
            self.codes.binary_search_by_key(&character, |(character, _)| *character).ok()?;
        self.codes.get(place).map(|(_, code)| *code)
    }
}

/// Why a text ends where it does.
pub(super) enum End {
    /// It is all read, but for so many bytes of a character that is cut off.
    Cut(usize),
    /// These bytes, from this place on, are no character of the encoding.
    Invalid(usize),
    /// They are one, which Unicode has not.
    Unknown(usize, usize),
}

impl Double {
    /// Appends the text of bytes, as far as they can be read.
    pub(super) fn decode(&self, bytes: &[u8], text: &mut String) -> End {
        let mut rest = bytes;
        let place = |rest: &[u8]| bytes.len().saturating_sub(rest.len());
        loop {
            let ascii = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
            let (plain, behind) = rest.split_at_checked(ascii).unwrap_or_default();
            text.push_str(std::str::from_utf8(plain).unwrap_or_default());
            if behind.is_empty() {
                return End::Cut(0);
            }
            let Some(length) = self.form.length(behind) else { return End::Cut(behind.len()) };
            let Some((character, after)) = behind.split_at_checked(length) else {
                return End::Cut(behind.len());
            };
            if !self.form.is_character(character) {
                return End::Invalid(place(behind));
            }
            match self.character(character) {
                Some(character) => text.push(character),
                None => return End::Unknown(place(behind), length),
            }
            rest = after;
        }
    }

    /// Appends the bytes of a text, up to a character that has none: that is returned.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u8>) -> Option<char> {
        encode(text, out, |character, out| self.push(character, out))
    }

    fn character(&self, bytes: &[u8]) -> Option<char> {
        if let (Form::Gb18030, [_, _, _, _]) = (self.form, bytes) {
            return of_four(bytes);
        }
        let code = match *bytes {
            [byte] => u16::from(byte),
            [first, second] => u16::from_be_bytes([first, second]),
            // With the highest bit of the last byte off, so that it is no code of two bytes.
            [_, second, third] => u16::from_be_bytes([second, third & 0x7f]),
            _ => return None,
        };
        let unit = self.table.character(code).filter(|unit| self.form.has(code, *unit))?;
        char::from_u32(u32::from(unit))
    }

    fn push(&self, character: char, out: &mut Vec<u8>) -> Option<()> {
        if (self.form, character) == (Form::Gbk, '€') {
            // The one character that is written and cannot be read.
            out.push(0x80);
            return Some(());
        }
        let unit = u16::try_from(u32::from(character)).ok();
        let code =
            unit.and_then(|unit| self.table.code(unit).filter(|code| self.form.has(*code, unit)));
        let Some(code) = code else {
            let four = (self.form == Form::Gb18030).then(|| four_of(character));
            out.extend_from_slice(&four?);
            return Some(());
        };
        match code.to_be_bytes() {
            [0, byte] => out.push(byte),
            [second, third] if self.form == Form::EucJp && third.is_ascii() => {
                out.extend_from_slice(&[0x8f, second, third | 0x80]);
            }
            bytes => out.extend_from_slice(&bytes),
        }
        Some(())
    }
}

impl Form {
    /// How many bytes a character has that is not ASCII, by those that it begins with; `None` if more have to be
    /// seen.
    pub(super) fn length(self, bytes: &[u8]) -> Option<usize> {
        Some(match (self, bytes) {
            (Form::EucJp | Form::EucKr, [0x8f, ..]) | (Form::EucCn, [0x8e | 0x8f, ..]) => 3,
            (Form::Sjis, [0xa1..=0xdf, ..]) => 1,
            (Form::Gb18030, [_]) => return None,
            (Form::Gb18030, [_, b'0'..=b'9', ..]) => 4,
            _ => 2,
        })
    }

    /// Whether bytes are a character, be it one that nobody has given a meaning.
    fn is_character(self, bytes: &[u8]) -> bool {
        let is_euc = |bytes: &[u8]| bytes.iter().all(|byte| matches!(byte, 0xa1..=0xfe));
        match (self, bytes) {
            (Form::EucJp, [0x8e, kana]) => matches!(kana, 0xa1..=0xdf),
            (Form::EucJp, [0x8f, rest @ ..]) => is_euc(rest),
            (Form::EucJp | Form::EucCn | Form::EucKr, bytes) => is_euc(bytes),
            (Form::Sjis, [_]) => true,
            (Form::Sjis, [first, second]) => {
                matches!(first, 0x81..=0x9f | 0xe0..=0xfc)
                    && matches!(second, 0x40..=0x7e | 0x80..=0xfc)
            }
            // What PostgreSQL itself uses for bytes that are none.
            (Form::Big5 | Form::Uhc | Form::Gbk, [0x8d, b' ']) => false,
            (Form::Big5 | Form::Uhc | Form::Gbk, [_, second]) => *second != 0,
            (Form::Gb18030, [first, second]) => {
                matches!(first, 0x81..=0xfe) && matches!(second, 0x40..=0x7e | 0x80..=0xfe)
            }
            (Form::Gb18030, [first, second, third, fourth]) => {
                matches!((first, third), (0x81..=0xfe, 0x81..=0xfe))
                    && second.is_ascii_digit()
                    && fourth.is_ascii_digit()
            }
            _ => false,
        }
    }

    /// Whether a character of the table is one of the encoding, which may have fewer.
    fn has(self, code: u16, character: u16) -> bool {
        let [first, second] = code.to_be_bytes();
        match self {
            Form::EucKr => first >= 0xa1 && second >= 0xa1 && !matches!(first, 0xc9 | 0xfe),
            Form::Gbk => {
                let is_private = matches!(character, 0xe000..=0xf8ff);
                let is_later = matches!(code, 0xa2e3 | 0xa8bf | 0xa989..=0xa995 | 0xfe50..);
                !is_private && !is_later
            }
            _ => true,
        }
    }
}

/// The character of four bytes of GB18030.
fn of_four(bytes: &[u8]) -> Option<char> {
    let place = bytes.iter().zip([(0x81, 1), (0x30, 10), (0x81, 126), (0x30, 10)]).fold(
        0_u32,
        |place, (byte, (first, count))| {
            let digit = u32::from(byte.saturating_sub(first));
            place.saturating_mul(count).saturating_add(digit)
        },
    );
    match place.checked_sub(BEYOND) {
        Some(beyond) => char::from_u32(beyond.checked_add(0x1_0000)?),
        None => {
            let unit = FOUR_BYTES.get(usize::try_from(place).ok()?)?;
            char::from_u32(u32::from(*unit))
        }
    }
}

/// The four bytes of a character of GB18030 that has not two.
fn four_of(character: char) -> [u8; 4] {
    let place = match u16::try_from(u32::from(character)) {
        Ok(unit) => {
            let place = FOUR_BYTES.binary_search(&unit).unwrap_or_default();
            u32::try_from(place).unwrap_or_default()
        }
        Err(_) => u32::from(character).saturating_sub(0x1_0000).saturating_add(BEYOND),
    };
    let digit = |base: u8, divisor: u32, count: u32| {
        let digit = place.checked_div(divisor).and_then(|rest| rest.checked_rem(count));
        base.saturating_add(u8::try_from(digit.unwrap_or_default()).unwrap_or_default())
    };
    [digit(0x81, 12_600, 126), digit(0x30, 1_260, 10), digit(0x81, 10, 126), digit(0x30, 1, 10)]
}
