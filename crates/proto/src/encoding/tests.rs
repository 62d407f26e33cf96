use super::*;

fn encoding(name: &str) -> Encoding {
    Encoding::find(name).unwrap()
}

#[test]
fn names_are_looked_for_by_their_letters_and_digits() {
    for (name, found) in [
        ("latin1", "LATIN1"),
        ("ISO-8859-1", "LATIN1"),
        ("iso 8859 15", "LATIN9"),
        ("Windows-1252", "WIN1252"),
        ("utf-8", "UTF8"),
        ("Unicode", "UTF8"),
        ("koi8", "KOI8R"),
        ("tcvn", "WIN1258"),
        ("ms_kanji", "SJIS"),
    ] {
        assert_eq!(Encoding::find(name).map(Encoding::name), Some(found), "{name}");
    }
    assert_eq!(Encoding::find("latin11"), None);
    assert_eq!(Encoding::find(""), None);
}

#[test]
fn numbers_are_those_of_postgresql() {
    for (place, entry) in (0..).zip(names::ENTRIES) {
        assert_eq!(entry.number, place, "{}", entry.name);
        assert_eq!(Encoding::from_number(place.into()), Some(Encoding(entry)));
    }
    assert_eq!((encoding("latin1").number(), encoding("win1252").number()), (8, 24));
    assert_eq!(Encoding::from_number(42), None);
    assert_eq!(Encoding::from_number(-1), None);
}

#[test]
fn every_byte_goes_there_and_back() {
    for entry in names::ENTRIES {
        let Scheme::Bytes(_) = entry.scheme else { continue };
        let encoding = Encoding(entry);
        for byte in 1..=255 {
            let bytes = [byte];
            let Ok(text) = encoding.decode(&bytes) else { continue };
            assert_eq!(encoding.encoded(&text).unwrap(), &[byte][..], "{encoding:?} {byte:#04x}");
        }
    }
}

#[test]
fn every_pair_of_bytes_goes_there_and_back_or_is_one_of_several() {
    for entry in names::ENTRIES {
        let Scheme::Double(_) = entry.scheme else { continue };
        let encoding = Encoding(entry);
        let mut count = 0;
        for pair in 0x8000..=0xffff_u16 {
            let Ok(text) = encoding.decode(&pair.to_be_bytes()).map(Cow::into_owned) else {
                continue;
            };
            let bytes = encoding.encoded(&text).unwrap().into_owned();
            assert_eq!(encoding.decode(&bytes).unwrap(), text, "{encoding:?} {pair:#06x}");
            count += 1;
        }
        assert!(count > 7_000, "{encoding:?} has {count} pairs");
    }
}

#[test]
fn a_character_may_come_in_parts() {
    let text = "aä中\u{10ffff}z";
    let bytes = encoding("gb18030").encoded(text).unwrap().into_owned();
    for cut in 0..bytes.len() {
        let mut read = String::new();
        let taken = encoding("gb18030").decode_onto(&bytes[..cut], &mut read).unwrap();
        let rest = encoding("gb18030").decode(&bytes[taken..]).unwrap();
        assert_eq!(read + &rest, text);
    }
    let error = encoding("gb18030").decode(&bytes[..3]).unwrap_err();
    assert_eq!(error.sqlstate(), crate::SqlState::CHARACTER_NOT_IN_REPERTOIRE);
}

#[test]
fn latin1_is_not_windows_1252() {
    assert_eq!(encoding("latin1").decode(b"\x80").unwrap(), "\u{80}");
    assert_eq!(encoding("win1252").decode(b"\x80").unwrap(), "€");
    assert_eq!(encoding("latin9").decode(b"\xa4").unwrap(), "€");
    assert_eq!(encoding("koi8r").decode(b"\xcd\xc9\xd2").unwrap(), "мир");
}

#[test]
fn mistakes_are_told_as_by_postgresql() {
    let told = |error: EncodingError| (error.sqlstate(), error.message().to_owned());
    assert_eq!(
        told(encoding("win1252").decode(b"a\x81").unwrap_err()),
        (
            crate::SqlState::UNTRANSLATABLE_CHARACTER,
            "character with byte sequence 0x81 in encoding \"WIN1252\" has no equivalent in encoding \"UTF8\""
                .to_owned()
        )
    );
    assert_eq!(
        told(encoding("latin1").encoded("a€").unwrap_err()),
        (
            crate::SqlState::UNTRANSLATABLE_CHARACTER,
            "character with byte sequence 0xe2 0x82 0xac in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\""
                .to_owned()
        )
    );
    assert_eq!(
        told(encoding("latin1").decode(b"a\0\xff").unwrap_err()),
        (
            crate::SqlState::CHARACTER_NOT_IN_REPERTOIRE,
            "invalid byte sequence for encoding \"LATIN1\": 0x00".to_owned()
        )
    );
    assert_eq!(
        told(Encoding::UTF8.decode(b"a\xc3(").unwrap_err()),
        (
            crate::SqlState::CHARACTER_NOT_IN_REPERTOIRE,
            "invalid byte sequence for encoding \"UTF8\": 0xc3 0x28".to_owned()
        )
    );
}

#[test]
fn what_stands_in_front_of_a_mistake_is_kept() {
    let mut text = String::new();
    assert!(encoding("win1252").decode_onto(b"ab\x80\x81c", &mut text).is_err());
    assert_eq!(text, "ab€");
    let mut bytes = Vec::new();
    assert!(encoding("latin1").encode("äb€c", &mut bytes).is_err());
    assert_eq!(bytes, b"\xe4b");
}
