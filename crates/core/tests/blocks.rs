//! What PostgreSQL 18 makes of settings in blocks and between savepoints.

use std::collections::BTreeMap;

use trunkline_core::Result;
use trunkline_core::settings::{MAX_BYTES, Settings};

/// `golden/ask_blocks.py` has asked it.
#[test]
fn blocks_and_savepoints_keep_and_undo_what_postgresql_does() {
    const SHOWN: [&str; 5] =
        ["work_mem", "my.own", "role", "default_transaction_read_only", "transaction_read_only"];
    for sequence in include_str!("golden/blocks.tsv").split("\n\n") {
        let mut settings = Settings::default();
        let mut said = String::new();
        for line in sequence.lines() {
            let (command, expected) = line.split_once('\t').expect("an answer");
            said += &format!("{command}; ");
            say(&mut settings, command).expect("PostgreSQL took it");
            let shown = SHOWN.map(|name| settings.get(name).unwrap_or("-".into()).into_owned());
            assert_eq!(shown.join("\t"), expected, "after {said}");
        }
    }
}

fn say(settings: &mut Settings, command: &str) -> Result<()> {
    let place = |text: &str| text.parse().expect("a place");
    match *command.split(' ').collect::<Vec<_>>() {
        ["begin"] => settings.begin(),
        ["commit"] => settings.commit(),
        ["rollback"] => settings.rollback(),
        ["savepoint"] => settings.savepoint(),
        ["release", at] => settings.release(place(at)),
        ["rollback", "to", at] => settings.rollback_to(place(at)),
        ["reset", "all"] => settings.reset_all(),
        ["reset", name] => settings.reset(name, false)?,
        ["local", "reset", name] => settings.reset(name, true)?,
        ["set", name, value] => settings.set(name, value, false)?,
        ["local", name, value] => settings.set(name, value, true)?,
        _ => panic!("{command:?}"),
    }
    Ok(())
}

/// Settings as copies of everything at every point: what an undo log must come to.
#[derive(Default)]
struct Model {
    now: Copies,
    points: Vec<Copies>,
}

/// What stays at COMMIT, and what is shown.
#[derive(Clone, Default)]
struct Copies {
    kept: BTreeMap<&'static str, String>,
    shown: BTreeMap<&'static str, String>,
}

impl Model {
    fn end(&mut self, commit: bool) {
        let before = self.points.first().cloned();
        self.points.clear();
        if let Some(before) = before {
            let made_up: Vec<_> = self.now.kept.keys().copied().collect();
            self.now.shown = self.now.kept.clone();
            if !commit {
                self.now = before;
                self.keep_names(&made_up);
            }
        }
    }

    fn rollback_to(&mut self, place: usize) {
        let made_up: Vec<_> = self.now.kept.keys().copied().collect();
        self.points.truncate(place + 2);
        self.now = self.points[place + 1].clone();
        self.keep_names(&made_up);
    }

    /// A name that was made up stays.
    fn keep_names(&mut self, names: &[&'static str]) {
        for name in names {
            self.now.kept.entry(name).or_default();
            self.now.shown.entry(name).or_default();
        }
    }

    fn set(&mut self, name: &'static str, value: &str, local: bool) {
        self.keep_names(&[name]);
        let value = value.to_owned();
        if !local {
            self.now.kept.insert(name, value.clone());
        }
        if !local || !self.points.is_empty() {
            self.now.shown.insert(name, value);
        }
    }
}

/// Numbers by chance, the same at each run (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from(mixed >> 33).expect("31 bits") % end
    }
}

#[test]
fn an_undo_log_is_as_good_as_copies() {
    const NAMES: [&str; 4] = ["a.a", "b.b", "c.c", "d.d"];
    let mut chance = Chance(5);
    for round in 0..500 {
        let (mut settings, mut model) = (Settings::default(), Model::default());
        for step in 0..60 {
            let savepoints = model.points.len().saturating_sub(1);
            let (name, value) = (NAMES[chance.below(4)], step.to_string());
            match chance.below(12) {
                0 if model.points.is_empty() => {
                    settings.begin();
                    model.points.push(model.now.clone());
                }
                0 if chance.below(3) == 0 => {
                    settings.commit();
                    model.end(true);
                }
                1 if chance.below(3) == 0 => {
                    settings.rollback();
                    model.end(false);
                }
                2 | 3 if !model.points.is_empty() => {
                    settings.savepoint();
                    model.points.push(model.now.clone());
                }
                4 if savepoints > 0 => {
                    let place = chance.below(savepoints);
                    settings.release(place);
                    model.points.truncate(place + 1);
                }
                5 if savepoints > 0 => {
                    let place = chance.below(savepoints);
                    settings.rollback_to(place);
                    model.rollback_to(place);
                }
                6 => {
                    let local = chance.below(2) == 0;
                    settings.reset(name, local).expect("anyone may");
                    model.set(name, "", local);
                }
                _ => {
                    let local = chance.below(2) == 0;
                    settings.set(name, &value, local).expect("anyone may");
                    model.set(name, &value, local);
                }
            }
            for name in NAMES {
                let shown = model.now.shown.get(name).map(String::as_str);
                assert_eq!(settings.get(name).as_deref(), shown, "round {round}, step {step}");
            }
        }
    }
}

#[test]
fn what_a_session_sets_has_a_bound() {
    let mut settings = Settings::default();
    let most = "x".repeat(MAX_BYTES / 2);
    // One value after another is one value.
    for _ in 0..4 {
        settings.set("my.own", &most, false).expect("half of the room");
    }
    let error = settings.set("my.other", &most, false).expect_err("no room");
    assert_eq!(error.sqlstate().as_str(), "53400");
    assert_eq!(error.message(), "too many settings");
    assert_eq!(settings.get("my.other"), None);
    // What ROLLBACK brings back takes room too.
    settings.begin();
    for local in [false, true] {
        let other = most.replace('x', "y");
        let error = settings.set("my.own", &other, local).expect_err("no room");
        assert_eq!(error.sqlstate().as_str(), "53400");
    }
    assert_eq!(settings.get("my.own").as_deref(), Some(&*most));
    // There is always a way back.
    settings.set("my.own", "", false).expect("less than before");
    settings.commit();
    settings.set("my.other", &most, false).expect("room again");
}

#[test]
fn a_loop_of_savepoints_does_not_multiply_settings() {
    let mut settings = Settings::default();
    settings.begin();
    settings.set("my.own", &"x".repeat(MAX_BYTES / 2), false).expect("half of the room");
    let mut set = 0;
    for count in 0..100_000 {
        settings.savepoint();
        // RESET ALL is never refused, and what it leaves behind is counted.
        settings.reset_all();
        set += usize::from(settings.set("my.count", &count.to_string(), count % 2 == 0).is_ok());
    }
    assert!((1000..10_000).contains(&set), "{set}");
    for place in (0..100_000).rev() {
        settings.release(place);
    }
    settings.rollback();
    assert_eq!(settings.get("my.own").as_deref(), Some(""));
    assert_eq!(settings.get("my.count").as_deref(), Some(""));
    settings.set("my.own", &"x".repeat(MAX_BYTES / 2), false).expect("room again");
}

#[test]
fn a_loop_of_resets_does_not_multiply_settings() {
    let mut settings = Settings::default();
    set(&mut settings, "my.own", "something");
    settings.begin();
    let mut reset = 0;
    for _ in 0..20_000 {
        settings.savepoint();
        settings.reset("work_mem", false).expect("it gives room");
        settings.savepoint();
        reset += usize::from(settings.reset("work_mem", true).is_ok());
    }
    assert!((1000..10_000).contains(&reset), "{reset}");
    settings.rollback();
    assert_eq!(settings.get("work_mem").as_deref(), Some("4MB"));
}

#[test]
fn made_up_names_end_at_the_bound() {
    let mut settings = Settings::default();
    let mut taken = 0;
    for count in (0..100_000).rev() {
        let name = format!("a.b{count}");
        taken += usize::from(settings.set(&name, "1", false).is_ok());
        if count % 3 == 0 {
            taken += usize::from(settings.reset(&format!("a.c{count}"), false).is_ok());
        }
    }
    assert!((5000..10_000).contains(&taken), "{taken}");
    assert_eq!(settings.get("a.b99999").as_deref(), Some("1"));
    assert_eq!(settings.get("a.b0"), None);
    // What has a value already takes another.
    settings.set("A.B99999", "2", false).expect("no more than before");
    settings.reset_all();
    assert_eq!(settings.get("a.b99999").as_deref(), Some(""));
}

#[test]
fn the_client_is_told_of_what_is_undone() {
    let mut settings = Settings::default();
    let told = |settings: &mut Settings| {
        settings.take_reports().into_iter().map(|(_, value)| value).collect::<Vec<_>>()
    };
    settings.begin();
    set(&mut settings, "application_name", "a");
    settings.savepoint();
    settings.set("TimeZone", "Asia/Tokyo", true).expect("anyone may");
    set(&mut settings, "application_name", "b");
    // The last that was set comes first, as from PostgreSQL 18.
    assert_eq!(told(&mut settings), ["Asia/Tokyo", "b"]);
    settings.release(0);
    settings.commit();
    assert_eq!(told(&mut settings), ["UTC"]);
    assert_eq!(settings.style().time_zone.to_string(), "UTC");
    settings.begin();
    set(&mut settings, "TimeZone", "Asia/Tokyo");
    settings.savepoint();
    set(&mut settings, "application_name", "c");
    settings.rollback_to(0);
    assert_eq!(told(&mut settings), ["Asia/Tokyo"]);
    settings.rollback();
    assert_eq!(told(&mut settings), ["UTC"]);
    assert_eq!(settings.style().time_zone.to_string(), "UTC");
}

fn set(settings: &mut Settings, name: &str, value: &str) {
    settings.set(name, value, false).expect("anyone may");
}
