//! No trap of the list is without its dialogue, or its test where only a client can fall into it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Chapters of the checklist that dialogues are named after, `1_1` to `1_11`, without the tables of messages.
const SECTIONS: [&str; 9] = ["1_1", "1_2", "1_5", "1_6", "1_7", "1_8", "1_9", "1_10", "1_11"];

/// The numbers that dialogues begin with: `T37` or `1_8`.
fn numbers(here: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(here.join("dialogues")).expect("a folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        let names = text.lines().filter(|line| line.starts_with(char::is_alphanumeric));
        for name in names {
            let mut parts = name.split('_');
            let first = parts.next().unwrap_or_default();
            found.insert(match first.starts_with('T') {
                true => first.to_owned(),
                false => format!("{first}_{}", parts.next().unwrap_or_default()),
            });
        }
    }
    found
}

#[test]
fn every_dialogue_says_what_it_shows() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(here.join("dialogues")).expect("a folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let named = line.starts_with(char::is_alphanumeric);
            let prose = |next: &str| !next.trim_start().starts_with(['@', '>', '<']);
            assert!(!named || lines.next().is_some_and(prose), "{line}: what does it show?");
        }
    }
}

#[test]
fn every_trap_has_its_dialogue_or_its_test() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dialogues = numbers(here);
    let list = fs::read_to_string(here.join("traps.txt")).expect("the list");
    let mut listed = Vec::new();
    let mut proved = dialogues.clone();
    let mut faults = Vec::new();
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (first, second) = line.trim().split_once(' ').expect("a number and words");
        if line.starts_with('T') {
            listed.push(first.to_owned());
            continue;
        }
        let file = fs::read_to_string(here.join("..").join(first)).unwrap_or_default();
        let has_it = file.contains("#[test]\n") && file.contains(&format!("fn {second}("));
        match listed.last().filter(|_| has_it) {
            Some(trap) => drop(proved.insert(trap.clone())),
            None => faults.push(format!("{first} has no test {second}")),
        }
    }
    let all: Vec<String> = (1..=70).map(|number| format!("T{number}")).collect();
    assert_eq!(listed, all, "the list has each number once, in order");
    faults.extend(listed.iter().filter(|trap| !proved.contains(*trap)).cloned());
    let strangers = dialogues.iter().filter(|name| name.starts_with('T') && !listed.contains(name));
    faults.extend(strangers.map(|name| format!("{name} is not in the list")));
    let missing = SECTIONS.iter().filter(|section| !dialogues.contains(**section));
    faults.extend(missing.map(|section| format!("no dialogue of section {section}")));
    assert!(faults.is_empty(), "{faults:#?}");
}
