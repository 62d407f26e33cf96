//! What PostgreSQL 18 makes of settings; `golden/ask.py` has asked it.

use trunkline_core::settings::Settings;

#[test]
fn settings_take_and_show_what_postgresql_does() {
    let mut wrong = Vec::new();
    for line in include_str!("golden/settings.tsv").lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(name), Some(value), Some(expected)) = (parts.next(), parts.next(), parts.next())
        else {
            panic!("no answer in {line:?}");
        };
        let found = ask(name, value);
        if found != expected {
            wrong.push(format!("{name} = {value:?}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What SHOW shows after SET, or the code, message, detail and hint of the error.
fn ask(name: &str, value: &str) -> String {
    let mut settings = Settings::default();
    match settings.set(name, value, false) {
        Ok(()) => settings.get(name).expect("it was set").into_owned(),
        Err(error) => {
            let detail = error.get(b'D').map(|text| format!(" DETAIL: {text}"));
            let hint = error.get(b'H').map(|text| format!(" HINT: {text}"));
            let (detail, hint) = (detail.unwrap_or_default(), hint.unwrap_or_default());
            format!("{} {}{detail}{hint}", error.sqlstate(), error.message())
        }
    }
}

/// Every answer here is what `SHOW` shows in psql after the same commands.
#[test]
fn transactions_keep_and_undo_settings() {
    let mut settings = Settings::default();
    let shows = |settings: &Settings, work_mem: &str| {
        assert_eq!(settings.get("work_mem").as_deref(), Some(work_mem));
    };
    shows(&settings, "4MB");
    set(&mut settings, "1MB");
    settings.begin();
    set(&mut settings, "2MB");
    settings.rollback();
    shows(&settings, "1MB");

    settings.begin();
    local(&mut settings, "3MB");
    shows(&settings, "3MB");
    settings.commit();
    shows(&settings, "1MB");

    // SET LOCAL covers the SET before it, until the end; a SET after it stays.
    settings.begin();
    set(&mut settings, "5MB");
    local(&mut settings, "6MB");
    settings.commit();
    shows(&settings, "5MB");
    settings.begin();
    local(&mut settings, "7MB");
    set(&mut settings, "8MB");
    settings.commit();
    shows(&settings, "8MB");

    // Outside a block SET LOCAL does nothing.
    local(&mut settings, "9MB");
    shows(&settings, "8MB");
    settings.reset("work_mem", false).expect("anyone may");
    shows(&settings, "4MB");
}

fn set(settings: &mut Settings, work_mem: &str) {
    settings.set("work_mem", work_mem, false).expect("anyone may");
}

fn local(settings: &mut Settings, work_mem: &str) {
    settings.set("work_mem", work_mem, true).expect("anyone may");
}

/// As in psql, too: a name that was made up is never forgotten, only its value is.
#[test]
fn a_name_that_was_made_up_stays() {
    let mut settings = Settings::default();
    let shows =
        |settings: &Settings, name: &str| settings.get(name).map(|value| value.into_owned());
    assert_eq!(shows(&settings, "my.own"), None);
    settings.begin();
    settings.set("my.own", "1", false).expect("anyone may");
    settings.rollback();
    assert_eq!(shows(&settings, "my.own").as_deref(), Some(""));
    settings.begin();
    settings.set("my.local", "1", true).expect("anyone may");
    assert_eq!(shows(&settings, "my.local").as_deref(), Some("1"));
    settings.commit();
    assert_eq!(shows(&settings, "my.local").as_deref(), Some(""));
    settings.reset("my.reset", false).expect("anyone may");
    assert_eq!(shows(&settings, "my.reset").as_deref(), Some(""));
    settings.set("my.own", "2", false).expect("anyone may");
    settings.reset_all();
    assert_eq!(shows(&settings, "my.own").as_deref(), Some(""));
}

#[test]
fn the_client_is_told_of_what_changed() {
    let mut settings = Settings::default();
    settings.set("datestyle", "german", false).expect("anyone may");
    settings.set("work_mem", "1MB", false).expect("anyone may");
    settings.set("Application_Name", "a", false).expect("anyone may");
    settings.set("application_name", "b", false).expect("anyone may");
    // The last that was set comes first, as from PostgreSQL 18.
    let told = [("application_name", "b".to_owned()), ("DateStyle", "German, DMY".to_owned())];
    assert_eq!(settings.take_reports(), told);
    assert!(settings.take_reports().is_empty());
    // Back to what the client knows already.
    settings.set("application_name", "c", false).expect("anyone may");
    settings.set("application_name", "b", false).expect("anyone may");
    assert!(settings.take_reports().is_empty());
}

#[test]
fn reset_goes_back_to_what_the_startup_packet_said() {
    let mut settings = Settings::default();
    settings.set_at_startup("ignore_system_indexes", "on").expect("at the start only");
    settings.set_at_startup("TimeZone", "asia/tokyo").expect("anyone may");
    settings.set("TimeZone", "UTC", false).expect("anyone may");
    settings.set("my.own", "1", false).expect("anyone may");
    settings.reset_all();
    assert_eq!(settings.get("timezone").as_deref(), Some("Asia/Tokyo"));
    assert_eq!(settings.style().time_zone.to_string(), "Asia/Tokyo");
    assert_eq!(settings.get("ignore_system_indexes").as_deref(), Some("on"));
    let late = settings.set("ignore_system_indexes", "off", false).expect_err("too late");
    assert_eq!(late.sqlstate().as_str(), "55P02");
}
