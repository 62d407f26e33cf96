//! A file of rules in the form of `pg_hba.conf`, and of maps in that of `pg_ident.conf`.
use trunkline::{Rules, UserMaps};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let maps = UserMaps::parse("m /^(.*)@x$ \\1\nm a b\n").unwrap_or_default();
    for wrong in [Rules::parse(text, &maps).err(), UserMaps::parse(text).err()] {
        let Some(wrong) = wrong else { continue };
        assert!(
            (1..=text.lines().count().max(1)).contains(&wrong.line) && !wrong.message.is_empty()
        );
    }
}
