//! A setting and what a client sets it to, first in the startup packet, then by SET.

use trunkline_core::settings::Settings;

/// Panics on what must not be: the data is a name, an `=` and a value.
pub fn run(data: &[u8]) {
    let Some((name, value)) = std::str::from_utf8(data).ok().and_then(|text| text.split_once('='))
    else {
        return;
    };
    let mut settings = Settings::default();
    if settings.set_at_startup(name, value).is_ok() {
        let shown = settings.get(name).expect("it was just set").into_owned();
        settings.begin();
        if settings.set(name, &shown, false).is_ok() {
            assert_eq!(settings.get(name).as_deref(), Some(&*shown), "what is shown can be set");
        }
        settings.rollback();
        assert_eq!(settings.get(name).as_deref(), Some(&*shown));
    }
    settings = Settings::default();
    // A name that is made up stays, without a value.
    let before = settings.get(name).unwrap_or_default().into_owned();
    settings.begin();
    let _ = (settings.set(name, value, false), settings.set(name, value, true));
    settings.rollback();
    assert_eq!(settings.get(name).unwrap_or_default(), before);
    assert!(settings.take_reports().is_empty());
    let _ = settings.set(name, value, false);
    settings.reset_all();
    let stays =
        ["role", "session_authorization"].iter().any(|kept| name.eq_ignore_ascii_case(kept));
    assert!(stays || settings.get(name).unwrap_or_default() == before);
}
