//! THREATS.md: every row names the tests that prove it, and every test it names exists.
//!
//! A proof is a path: `server::wire::threats::log::NAME` is the test `NAME` in a file of the crate in
//! `crates/server` whose path ends in `wire/threats/log`; `fuzz::NAME` is a fuzz target,
//! `interop::FILE::NAME` a scenario of a client, `conformance::NAME` a dialogue, `bench::NAME` a figure of
//! `cargo xtask bench security`, `deny::NAME` a package that `deny.toml` bans, `lint::NAME` a lint that is
//! denied in the codec. A row whose subject is still to be built says so (`later: SUBJECT`), and one that
//! cannot happen here why (`not here: REASON`).

use std::collections::BTreeSet;

use crate::workspace::Workspace;

const PAGE: &str = "THREATS.md";
const BENCH: &str = "bench/src/security/mod.rs";

/// Words that a row may wait for: the subjects of the issues that bring what it is about.
const SUBJECTS: &[&str] = &["COPY", "Python", "SQLite", "catalog", "proxy", "replication", "soak"];

/// One row of a table: its id, and what proves it.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    line: usize,
    id: &'a str,
    proof: &'a str,
}

/// One line that counts, or every row that proves nothing.
pub(crate) fn prove(workspace: &Workspace) -> Result<String, String> {
    let page = std::fs::read_to_string(workspace.path(PAGE)).map_err(|e| format!("{PAGE}: {e}"))?;
    let sources = Sources::read(workspace)?;
    let rows = rows(&page);
    let mut breaches = Vec::new();
    let (mut tests, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let (mut later, mut absent) = (0, 0);
    for row in &rows {
        let here = |what: String| format!("{PAGE}:{}: {}: {what}", row.line, row.id);
        if !ids.insert(row.id) {
            breaches.push(here("twice".into()));
        }
        if let Some(subject) = row.proof.strip_prefix("later: ") {
            later += 1;
            if !SUBJECTS.contains(&subject.split(',').next().unwrap_or(subject)) {
                breaches.push(here(format!("waits for {subject}, which nobody brings")));
            }
            continue;
        }
        if row.proof.strip_prefix("not here: ").is_some_and(|reason| !reason.is_empty()) {
            absent += 1;
            continue;
        }
        let names: Vec<&str> = row.proof.split('`').skip(1).step_by(2).collect();
        if names.is_empty() {
            breaches.push(here("names no test".into()));
        }
        if !is_named(row.id, &names) {
            breaches.push(here("no test is named after it".into()));
        }
        let gone = names.iter().filter(|name| !sources.prove(name));
        breaches.extend(gone.map(|name| here(format!("no test is called {name}"))));
        tests.extend(names);
    }
    if rows.is_empty() {
        breaches.push(format!("{PAGE}: no rows"));
    }
    match breaches.is_empty() {
        true => Ok(format!(
            "{} rows, {} proofs; {later} rows wait for other issues, {absent} cannot happen here",
            rows.len(),
            tests.len()
        )),
        false => Err(format!("not proved:\n  {}", breaches.join("\n  "))),
    }
}

/// Whether a row about what has a number (`CVE-2026-1`, `pgwire #1`) names a test that has it, too. A ban
/// or a lint has a name of its own.
fn is_named(row: &str, names: &[&str]) -> bool {
    let numbered = |id: &&str| {
        ["CVE-", "RUSTSEC-", "GHSA-"].iter().any(|kind| id.starts_with(kind)) || id.contains('#')
    };
    let ids: Vec<String> = row.split(", ").filter(numbered).map(in_a_name).collect();
    ids.is_empty()
        || names.iter().any(|name| {
            ["deny::", "lint::"].iter().any(|kind| name.starts_with(kind))
                || ids.iter().any(|id| name.contains(&format!("::{id}_")))
        })
}

/// An id as it stands in the name of a test: `pgwire_1` for `pgwire #1`.
fn in_a_name(id: &str) -> String {
    let words = id.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("_")
}

/// The rows of all tables whose last column is `proof`.
fn rows(page: &str) -> Vec<Row<'_>> {
    let mut is_table = false;
    let mut rows = Vec::new();
    for (index, text) in page.lines().enumerate() {
        let cells: Vec<&str> = text.trim().trim_matches('|').split('|').map(str::trim).collect();
        match (text.starts_with('|'), cells.as_slice()) {
            (false, _) => is_table = false,
            (true, [.., "proof"]) => is_table = true,
            (true, [first, ..]) if first.starts_with("---") => {}
            (true, [id, .., proof]) if is_table => rows.push(Row { line: index + 1, id, proof }),
            _ => {}
        }
    }
    rows
}

/// What proofs are looked up in.
struct Sources {
    /// Files, and what is in those that can prove something.
    files: Vec<(String, String)>,
}

impl Sources {
    fn read(workspace: &Workspace) -> Result<Sources, String> {
        let mut files = Vec::new();
        for file in workspace.files()? {
            let folder = file.split('/').next().unwrap_or_default();
            if matches!(
                folder,
                "bench" | "crates" | "fuzz" | "interop" | "conformance" | "xtask" | "deny.toml"
            ) && let Ok(text) = std::fs::read_to_string(workspace.path(&file))
            {
                files.push((file, text));
            }
        }
        Ok(Sources { files })
    }

    fn prove(&self, proof: &str) -> bool {
        let parts: Vec<&str> = proof.split("::").collect();
        match parts.as_slice() {
            ["deny", package] => self.has("deny.toml", &format!("\"{package}\"")),
            ["lint", lint] => self.has("crates/proto/src/lib.rs", &format!("clippy::{lint}")),
            ["bench", "malformed"] => self.is_there("crates/proto/examples/malformed/main.rs"),
            ["fuzz", target] => self.is_there(&format!("fuzz/fuzz_targets/{target}.rs")),
            ["bench", figure] => self.has(BENCH, &format!("id: \"{figure}\"")),
            ["conformance", name] => self.dialogue(name),
            ["interop", file, name] => self.scenario(file, name),
            ["python", file, name] => self.python(file, name),
            ["xtask", modules @ .., name] => self.test("xtask/", modules, name),
            [package, modules @ .., name] => {
                self.test(&format!("crates/{package}/"), modules, name)
            }
            [] | [_] => false,
        }
    }

    fn is_there(&self, file: &str) -> bool {
        self.files.iter().any(|(name, _)| name == file)
    }

    fn has(&self, file: &str, word: &str) -> bool {
        self.files.iter().any(|(name, text)| name == file && text.contains(word))
    }

    fn dialogue(&self, name: &str) -> bool {
        self.files.iter().any(|(file, text)| {
            file.starts_with("conformance/dialogues/") && text.lines().any(|line| line == name)
        })
    }

    fn scenario(&self, file: &str, name: &str) -> bool {
        self.files.iter().any(|(path, text)| {
            path.starts_with("interop/") && stem(path).ends_with(file) && text.contains(name)
        })
    }

    /// A test of the Python package, in a file of this name.
    fn python(&self, file: &str, name: &str) -> bool {
        self.files.iter().any(|(path, text)| {
            path.starts_with("crates/python/tests/")
                && path.ends_with(&format!("/{file}.py"))
                && text.contains(&format!("\ndef {name}("))
        })
    }

    fn test(&self, folder: &str, modules: &[&str], name: &str) -> bool {
        let ending = modules.join("/");
        self.files.iter().any(|(path, text)| {
            path.strip_prefix(folder)
                .is_some_and(|path| format!("/{}", stem(path)).ends_with(&format!("/{ending}")))
                && path.ends_with(".rs")
                && has_test(text, name)
        })
    }
}

/// The path of a module: `a/b` for `a/b.rs`, `a/b/mod.rs`, `a/b/main.rs` and `a/b/tests.rs`.
fn stem(path: &str) -> &str {
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let module = ["/mod", "/main", "/tests"].iter().find_map(|end| path.strip_suffix(end));
    module.unwrap_or(path)
}

/// Whether a function of this name is a test, of the harness, of tokio or of proptest.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_it = |line: &str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        let rest = line.strip_prefix("fn ").and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with('('))
    };
    lines.iter().enumerate().filter(|(_, line)| is_it(line)).any(|(at, _)| {
        let above = lines.iter().take(at).rev().take_while(|line| line.starts_with(['#', '/']));
        above
            .into_iter()
            .any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        Sources {
            files: vec![
                file(
                    "crates/server/tests/wire/threats/log.rs",
                    "#[test]\nfn told() {}\nfn no() {}",
                ),
                file(
                    "crates/proto/src/lock/mod.rs",
                    "  /// It is.\n  #[tokio::test(x)]\n  async fn kept() {}",
                ),
                file("fuzz/fuzz_targets/value.rs", ""),
                file("deny.toml", "deny = [\"rsa\"]"),
            ],
        }
    }

    #[test]
    fn proofs_are_found_where_they_say() {
        for proof in ["server::wire::threats::log::told", "server::threats::log::told"] {
            assert!(sources().prove(proof), "{proof}");
        }
        for proof in ["proto::lock::kept", "fuzz::value", "deny::rsa"] {
            assert!(sources().prove(proof), "{proof}");
        }
    }

    #[test]
    fn what_is_no_test_proves_nothing() {
        for proof in [
            "server::wire::threats::log::no",
            "server::wire::threats::log::tol",
            "server::wire::og::told",
            "proto::wire::threats::log::told",
            "fuzz::values",
            "deny::openssl",
            "told",
            "",
        ] {
            assert!(!sources().prove(proof), "{proof}");
        }
    }

    #[test]
    fn what_has_a_number_has_a_test_of_its_name() {
        for (row, name) in [
            ("CVE-2026-1, CVE-2026-2", "proto::auth::cve_2026_2_is_refused"),
            ("pgwire #12", "server::wire::pgwire_12_is_closed"),
            ("RUSTSEC-2023-0071", "deny::rsa"),
            ("names", "server::wire::whatever"),
        ] {
            assert!(is_named(row, &[name]), "{row}");
        }
        for (row, name) in [
            ("CVE-2026-1", "proto::auth::cve_2026_12_is_refused"),
            ("pgwire #12", "server::wire::is_closed"),
        ] {
            assert!(!is_named(row, &["fuzz::value", name]), "{row}");
        }
    }

    #[test]
    fn the_page_of_promises_is_there() {
        let page = |name: &str| {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a root");
            std::fs::read_to_string(root.join(name)).expect(name)
        };
        for section in ["## Reporting", "## What is promised", "## Defaults"] {
            assert!(page("SECURITY.md").contains(section), "{section}");
        }
        for from in ["README.md", "THREATS.md"] {
            assert!(page(from).contains("](SECURITY.md)"), "{from}");
        }
    }

    #[test]
    fn rows_have_an_id_and_a_proof() {
        let page = "| id | threat | proof |\n|---|---|---|\n| a | b | `c::d` |\n\n| no | table |\n";
        assert_eq!(rows(page), [Row { line: 3, id: "a", proof: "`c::d`" }]);
    }
}
