//! The names of encodings, as `pg_enc2name_tbl` and `pg_encname_tbl` have them.

use std::sync::LazyLock;

use super::double::{Double, Form, Table};
use super::{Scheme, double, generated};

/// An encoding.
pub(super) struct Entry {
    pub(super) number: u8,
    pub(super) name: &'static str,
    /// What it is called, in lower case and without anything but letters and digits.
    words: &'static [&'static str],
    pub(super) scheme: Scheme,
}

/// Finds an encoding; PostgreSQL looks at letters and digits only.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let word: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    ENTRIES.iter().copied().find(|entry| entry.words.contains(&&*word))
}

const fn double(form: Form, table: &'static LazyLock<Table>) -> Scheme {
    Scheme::Double(Double { form, table })
}

const fn entry(
    number: u8,
    name: &'static str,
    words: &'static [&'static str],
    scheme: Scheme,
) -> Entry {
    Entry { number, name, words, scheme }
}

static SQL_ASCII: Entry = entry(0, "SQL_ASCII", &["sqlascii"], Scheme::Raw);
static EUC_JP: Entry = entry(1, "EUC_JP", &["eucjp"], double(Form::EucJp, &double::EUC_JP));
static EUC_CN: Entry = entry(2, "EUC_CN", &["euccn"], double(Form::EucCn, &double::EUC_CN));
static EUC_KR: Entry = entry(3, "EUC_KR", &["euckr"], double(Form::EucKr, &double::UHC));
static EUC_TW: Entry = entry(4, "EUC_TW", &["euctw"], Scheme::Unknown);
static EUC_JIS_2004: Entry = entry(5, "EUC_JIS_2004", &["eucjis2004"], Scheme::Unknown);
pub(super) static UTF8: Entry = entry(6, "UTF8", &["utf8", "unicode"], Scheme::Utf8);
static MULE_INTERNAL: Entry = entry(7, "MULE_INTERNAL", &["muleinternal"], Scheme::Unknown);
static LATIN1: Entry =
    entry(8, "LATIN1", &["latin1", "iso88591"], Scheme::Bytes(&generated::LATIN1));
static LATIN2: Entry =
    entry(9, "LATIN2", &["latin2", "iso88592"], Scheme::Bytes(&generated::LATIN2));
static LATIN3: Entry =
    entry(10, "LATIN3", &["latin3", "iso88593"], Scheme::Bytes(&generated::LATIN3));
static LATIN4: Entry =
    entry(11, "LATIN4", &["latin4", "iso88594"], Scheme::Bytes(&generated::LATIN4));
static LATIN5: Entry =
    entry(12, "LATIN5", &["latin5", "iso88599"], Scheme::Bytes(&generated::LATIN5));
static LATIN6: Entry =
    entry(13, "LATIN6", &["latin6", "iso885910"], Scheme::Bytes(&generated::LATIN6));
static LATIN7: Entry =
    entry(14, "LATIN7", &["latin7", "iso885913"], Scheme::Bytes(&generated::LATIN7));
static LATIN8: Entry =
    entry(15, "LATIN8", &["latin8", "iso885914"], Scheme::Bytes(&generated::LATIN8));
static LATIN9: Entry =
    entry(16, "LATIN9", &["latin9", "iso885915"], Scheme::Bytes(&generated::LATIN9));
static LATIN10: Entry =
    entry(17, "LATIN10", &["latin10", "iso885916"], Scheme::Bytes(&generated::LATIN10));
static WIN1256: Entry =
    entry(18, "WIN1256", &["win1256", "windows1256"], Scheme::Bytes(&generated::WIN1256));
static WIN1258: Entry = entry(
    19,
    "WIN1258",
    &["win1258", "windows1258", "abc", "tcvn", "tcvn5712", "vscii"],
    Scheme::Bytes(&generated::WIN1258),
);
static WIN866: Entry =
    entry(20, "WIN866", &["win866", "windows866", "alt"], Scheme::Bytes(&generated::WIN866));
static WIN874: Entry =
    entry(21, "WIN874", &["win874", "windows874"], Scheme::Bytes(&generated::WIN874));
static KOI8R: Entry = entry(22, "KOI8R", &["koi8r", "koi8"], Scheme::Bytes(&generated::KOI8R));
static WIN1251: Entry =
    entry(23, "WIN1251", &["win1251", "windows1251", "win"], Scheme::Bytes(&generated::WIN1251));
static WIN1252: Entry =
    entry(24, "WIN1252", &["win1252", "windows1252"], Scheme::Bytes(&generated::WIN1252));
static ISO_8859_5: Entry =
    entry(25, "ISO_8859_5", &["iso88595"], Scheme::Bytes(&generated::ISO_8859_5));
static ISO_8859_6: Entry =
    entry(26, "ISO_8859_6", &["iso88596"], Scheme::Bytes(&generated::ISO_8859_6));
static ISO_8859_7: Entry =
    entry(27, "ISO_8859_7", &["iso88597"], Scheme::Bytes(&generated::ISO_8859_7));
static ISO_8859_8: Entry =
    entry(28, "ISO_8859_8", &["iso88598"], Scheme::Bytes(&generated::ISO_8859_8));
static WIN1250: Entry =
    entry(29, "WIN1250", &["win1250", "windows1250"], Scheme::Bytes(&generated::WIN1250));
static WIN1253: Entry =
    entry(30, "WIN1253", &["win1253", "windows1253"], Scheme::Bytes(&generated::WIN1253));
static WIN1254: Entry =
    entry(31, "WIN1254", &["win1254", "windows1254"], Scheme::Bytes(&generated::WIN1254));
static WIN1255: Entry =
    entry(32, "WIN1255", &["win1255", "windows1255"], Scheme::Bytes(&generated::WIN1255));
static WIN1257: Entry =
    entry(33, "WIN1257", &["win1257", "windows1257"], Scheme::Bytes(&generated::WIN1257));
static KOI8U: Entry = entry(34, "KOI8U", &["koi8u"], Scheme::Bytes(&generated::KOI8U));
static SJIS: Entry = entry(
    35,
    "SJIS",
    &["sjis", "shiftjis", "mskanji", "win932", "windows932"],
    double(Form::Sjis, &double::SJIS),
);
static BIG5: Entry =
    entry(36, "BIG5", &["big5", "win950", "windows950"], double(Form::Big5, &double::BIG5));
static GBK: Entry =
    entry(37, "GBK", &["gbk", "win936", "windows936"], double(Form::Gbk, &double::GB18030));
static UHC: Entry =
    entry(38, "UHC", &["uhc", "win949", "windows949"], double(Form::Uhc, &double::UHC));
static GB18030: Entry = entry(39, "GB18030", &["gb18030"], double(Form::Gb18030, &double::GB18030));
static JOHAB: Entry = entry(40, "JOHAB", &["johab"], Scheme::Unknown);
static SHIFT_JIS_2004: Entry = entry(41, "SHIFT_JIS_2004", &["shiftjis2004"], Scheme::Unknown);

/// By number.
#[rustfmt::skip]
pub(super) static ENTRIES: [&Entry; 42] = [
    &SQL_ASCII, &EUC_JP, &EUC_CN, &EUC_KR, &EUC_TW, &EUC_JIS_2004, &UTF8, &MULE_INTERNAL, &LATIN1,
    &LATIN2, &LATIN3, &LATIN4, &LATIN5, &LATIN6, &LATIN7, &LATIN8, &LATIN9, &LATIN10, &WIN1256,
    &WIN1258, &WIN866, &WIN874, &KOI8R, &WIN1251, &WIN1252, &ISO_8859_5, &ISO_8859_6, &ISO_8859_7,
    &ISO_8859_8, &WIN1250, &WIN1253, &WIN1254, &WIN1255, &WIN1257, &KOI8U, &SJIS, &BIG5, &GBK,
    &UHC, &GB18030, &JOHAB, &SHIFT_JIS_2004,
];
