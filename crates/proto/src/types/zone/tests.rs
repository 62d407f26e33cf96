use super::*;

#[test]
fn names_are_shown_as_postgresql_shows_them() {
    for (text, shown, east) in [
        ("utc", "UTC", 0),
        ("zulu", "Zulu", 0),
        ("+05:45", "+05:45", -20_700),
        ("+05", "<+05>-05", 18_000),
        ("5.5", "<+05:30>-05:30", 19_800),
        ("-0.5", "<-00:30>+00:30", -1800),
        ("0", "<+00>-00", 0),
        ("foo3", "FOO3", -10_800),
        ("<+0530>-05:30", "<+0530>-05:30", 19_800),
        ("5.51234", "<+05:30:44>-05:30:44", 19_844),
        ("abc5:30", "ABC5:30", -19_800),
        ("interval '05:30'", "<+05:30>-05:30", 19_800),
        ("+25", "<+25>-25", 90_000),
    ] {
        let zone = TimeZone::parse(text).unwrap();
        assert_eq!((zone.name(), zone.east_at(0)), (shown, east), "{text}");
        // What is shown must read back, as RESET and SET LOCAL do.
        assert_eq!(TimeZone::parse(shown).unwrap().east_at(0), east, "{shown}");
    }
}

#[test]
fn other_names_are_refused() {
    for text in ["", "  utc", "bad", "abc", "200", "+24:60", "+24:59:59", "Europe/Nowhere", "nan"] {
        let error = TimeZone::parse(text).unwrap_err();
        assert_eq!(error.sqlstate().as_str(), "22023", "{text}");
    }
}

#[cfg(feature = "time")]
#[test]
fn iana_zones_keep_their_rules() {
    let paris = TimeZone::parse("europe/paris").unwrap();
    assert_eq!(paris.name(), "Europe/Paris");
    let day = 86_400_000_000;
    assert_eq!((paris.east_at(0), paris.abbreviation_at(0)), (3600, "CET".to_owned()));
    assert_eq!(paris.east_at(182 * day), 7200);
    // Before there was a standard, and in years that jiff does not have.
    assert_eq!(paris.east_at(-200_000 * day), 561);
    assert_eq!(paris.east_at(i64::MIN), 561);
    assert_eq!(paris.east_at(146_097 * 30 * day + 182 * day), 7200);
}
