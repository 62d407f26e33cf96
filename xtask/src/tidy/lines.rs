//! Rules about lines: stubs, switched-off tests, and what belongs to one machine only.

/// Split in two where they stand, so that this file does not break its own rules.
const STUBS: &[(&str, &[&str])] = &[
    (concat!("#[", "ignore"), &["rs"]),
    (concat!("todo", "!("), &["rs"]),
    (concat!("unimplemented", "!("), &["rs"]),
    (concat!("dbg", "!("), &["rs"]),
    (concat!("mark.", "skip"), &["py"]),
    (concat!("raise NotImplemented", "Error"), &["py"]),
    (concat!("t.", "Skip("), &["go"]),
];

/// Home and work folders of people and machines.
const PLACES: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/Use", "rs/"),
    concat!("/tm", "p/pg18"),
];

pub(super) fn breaches(file: &str, text: &str) -> Vec<String> {
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    let mut breaches = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let here = |what: &str| format!("{file}:{}: {what}", index + 1);
        for (stub, endings) in STUBS {
            if endings.contains(&ending) && line.contains(stub) && !is_comment(line) {
                breaches.push(here(stub));
            }
        }
        if let Some(place) = PLACES.iter().find(|place| names_place(line, place)) {
            breaches.push(here(&format!("names the folder {place} of a machine")));
        }
        if file.ends_with("package-lock.json") && line.contains(concat!("\"resol", "ved\": \"http"))
        {
            breaches
                .push(here("names the host of a registry (npm: omit-lockfile-registry-resolved)"));
        }
    }
    breaches
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with('#') && !line.starts_with("#[")
}

/// A place at the start of a path, not in the middle of one.
fn names_place(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_are_found_in_code() {
        let stub = format!("    {}\"later\")", STUBS[1].0);
        assert_eq!(breaches("a.rs", &stub).len(), 1);
        assert_eq!(breaches("a.rs", &format!("// {stub}")).len(), 0);
        assert_eq!(breaches("a.md", &stub).len(), 0);
        assert_eq!(breaches("a.rs", &format!("{}]", STUBS[0].0)).len(), 1);
    }

    #[test]
    fn places_of_a_machine_are_found_everywhere() {
        let path = format!("see {}x", PLACES[1]);
        assert_eq!(breaches("a.md", &path).len(), 1);
        let inside = format!("see src{}x", PLACES[1]);
        assert_eq!(breaches("a.md", &inside).len(), 0);
    }
}
