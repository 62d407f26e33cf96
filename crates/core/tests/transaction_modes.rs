//! The settings that end with a transaction, and those that end with DISCARD ALL only.

use std::collections::BTreeMap;

use trunkline_core::Result;
use trunkline_core::settings::Settings;

#[test]
fn the_modes_of_a_transaction_end_with_it() {
    let mut settings = Settings::default();
    let shows = |settings: &Settings, expected: [&str; 3]| {
        let names = ["transaction_isolation", "transaction_read_only", "transaction_deferrable"];
        assert_eq!(names.map(|name| settings.get(name).expect("known").into_owned()), expected);
    };
    set(&mut settings, "transaction_read_only", "on");
    shows(&settings, ["read committed", "off", "off"]);
    set(&mut settings, "default_transaction_isolation", "serializable");
    set(&mut settings, "default_transaction_deferrable", "on");
    shows(&settings, ["serializable", "off", "on"]);

    settings.begin();
    set(&mut settings, "default_transaction_isolation", "repeatable read");
    shows(&settings, ["serializable", "off", "on"]);
    set(&mut settings, "transaction_isolation", "READ UNCOMMITTED");
    set(&mut settings, "transaction_read_only", "yes");
    set(&mut settings, "transaction_deferrable", "0");
    settings.begin();
    settings.reset_all();
    shows(&settings, ["read uncommitted", "on", "off"]);
    let modes = settings.transaction_modes();
    assert_eq!(modes.isolation.map(|level| level.as_str()), Some("read uncommitted"));
    assert_eq!((modes.read_only, modes.deferrable), (Some(true), Some(false)));
    settings.rollback();
    shows(&settings, ["serializable", "off", "on"]);
    let all: BTreeMap<_, _> = settings.iter().map(|(known, value)| (known.name, value)).collect();
    assert_eq!(all["transaction_isolation"], "serializable");

    let mut settings = Settings::default();
    settings.set_at_startup("transaction_read_only", "on").expect("anyone may");
    shows(&settings, ["read committed", "off", "off"]);
    settings.set_at_startup("default_transaction_read_only", "on").expect("anyone may");
    shows(&settings, ["read committed", "on", "off"]);
    settings.set_at_startup("transaction_isolation", "x").expect_err("no level");
}

#[test]
fn the_modes_of_a_transaction_are_not_reset_nor_set_too_late() {
    let mut settings = Settings::default();
    let refused = |result: Result<()>, expected: &str| {
        let error = result.expect_err("refused");
        assert_eq!(format!("{} {}", error.sqlstate(), error.message()), expected);
    };
    for local in [false, true] {
        refused(
            settings.reset("transaction_deferrable", local),
            "0A000 parameter \"transaction_deferrable\" cannot be reset",
        );
    }
    refused(
        settings.set("transaction_read_only", "maybe", false),
        "22023 parameter \"transaction_read_only\" requires a Boolean value",
    );
    settings.begin();
    set(&mut settings, "transaction_read_only", "on");
    set(&mut settings, "transaction_read_only", "off");
    settings.savepoint();
    set(&mut settings, "transaction_isolation", "read committed");
    refused(
        settings.set("transaction_isolation", "serializable", true),
        "25001 SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction",
    );
    refused(
        settings.set("transaction_deferrable", "off", true),
        "25001 SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction",
    );
    set(&mut settings, "transaction_read_only", "on");
    refused(
        settings.set("transaction_read_only", "off", false),
        "25001 cannot set transaction read-write mode inside a read-only transaction",
    );
    // As PostgreSQL has it, RELEASE ends it too.
    settings.release(0);
    assert_eq!(settings.get("transaction_read_only").as_deref(), Some("off"));
}

#[test]
fn discard_forgets_who_the_user_became() {
    let mut settings = Settings::default();
    settings.preset("session_authorization", "ann");
    for name in ["session_authorization", "role", "my.own"] {
        set(&mut settings, name, "bob");
    }
    let shows = |settings: &Settings, expected: [&str; 3]| {
        let names = ["session_authorization", "role", "my.own"];
        assert_eq!(names.map(|name| settings.get(name).expect("known").into_owned()), expected);
    };
    settings.reset_all();
    shows(&settings, ["bob", "bob", ""]);
    settings.take_reports();
    settings.discard();
    shows(&settings, ["ann", "none", ""]);
    assert_eq!(settings.take_reports(), [("session_authorization", "ann".to_owned())]);
    set(&mut settings, "role", "bob");
    settings.reset("session_authorization", false).expect("anyone may");
    shows(&settings, ["ann", "none", ""]);
}

fn set(settings: &mut Settings, name: &str, value: &str) {
    settings.set(name, value, false).expect("anyone may");
}
