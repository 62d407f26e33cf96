//! Which of our crates may import which, and which third-party packages a crate may never reach.

use std::collections::BTreeSet;

use super::budget::{Budget, Features};
use crate::workspace::{Package, Workspace};

/// What one crate may import of ours, and what it may never reach, directly or through others.
struct Law {
    package: &'static str,
    may_import: &'static [&'static str],
    /// Names, or beginnings of names when they end in `*`.
    never: &'static [&'static str],
}

const RUNTIMES: &[&str] = &["tokio", "tokio-*", "async-std", "smol", "mio", "socket2", "hyper"];
const ENGINES: &[&str] = &["arrow", "arrow-*", "parquet", "datafusion", "datafusion-*", "rusqlite"];
const RANDOM: &[&str] = &["rand", "rand_core", "getrandom", "fastrand"];
const SERVER: &[&str] = &["trunkline", "rustls"];

const LAWS: &[Law] = &[
    Law { package: "trunkline-proto", may_import: &[], never: RANDOM },
    Law { package: "trunkline-sql", may_import: &[], never: RANDOM },
    Law {
        package: "trunkline-core",
        may_import: &["trunkline-proto", "trunkline-sql"],
        never: SERVER,
    },
    Law {
        package: "trunkline-arrow",
        may_import: &["trunkline-proto", "trunkline-core"],
        never: SERVER,
    },
    Law {
        package: "trunkline-catalog",
        may_import: &["trunkline-proto", "trunkline-sql", "trunkline-core"],
        never: SERVER,
    },
    Law {
        package: "trunkline",
        may_import: &["trunkline-proto", "trunkline-sql", "trunkline-core"],
        never: ENGINES,
    },
    Law {
        package: "trunkline-engines",
        may_import: &[
            "trunkline-proto",
            "trunkline-sql",
            "trunkline-core",
            "trunkline-catalog",
            "trunkline-arrow",
        ],
        never: SERVER,
    },
    Law {
        package: "trunkline-datafusion",
        may_import: &["trunkline-proto", "trunkline-core", "trunkline-catalog", "trunkline-arrow"],
        never: SERVER,
    },
    // A fault in our codec must not hide behind itself.
    Law { package: "trunkline-conformance", may_import: &[], never: &["trunkline-*", "tokio"] },
    // Nor may what we are measured against be made of what is measured.
    Law { package: "bench-rows", may_import: &[], never: &["trunkline", "trunkline-*", "tokio"] },
];

/// Crates that know neither a runtime nor an engine, so that anyone can use them.
const PLAIN: &[&str] = &["trunkline-proto", "trunkline-sql", "trunkline-core", "trunkline-catalog"];

/// Wiring: they import anything, and nothing imports them.
const LEAVES: &[&str] = &["trunkline-cli", "trunkline-python", "trunkline-bench", "xtask"];

/// Breaches in the manifests themselves. A crate of ours that the table does not know is one.
pub(super) fn breaches(packages: &[Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut breaches = Vec::new();
    for package in packages {
        let leaf = LEAVES.contains(&package.name.as_str());
        let law = LAWS.iter().find(|law| law.package == package.name);
        if law.is_none() && !leaf {
            breaches.push(format!("{} has no row in the law of imports", package.name));
        }
        for import in package.imports.iter().filter(|import| ours.contains(import.as_str())) {
            if LEAVES.contains(&import.as_str()) {
                breaches.push(format!("{} imports {import}, which nothing may", package.name));
            } else if law.is_some_and(|law| !law.may_import.contains(&import.as_str())) {
                breaches.push(format!("{} may not import {import}", package.name));
            }
        }
    }
    breaches
}

/// Breaches anywhere below a crate, with every feature on.
pub(super) fn foreign(workspace: &Workspace, package: &Package) -> Result<Vec<String>, String> {
    let Some(law) = LAWS.iter().find(|law| law.package == package.name) else {
        return Ok(Vec::new());
    };
    let all = Budget { package: law.package, features: Features::All, limit: usize::MAX };
    Ok(law.broken_by(&all.tree(workspace)?))
}

impl Law {
    fn broken_by(&self, reached: &BTreeSet<String>) -> Vec<String> {
        let plain = PLAIN.contains(&self.package);
        let general = [RUNTIMES, ENGINES].into_iter().flatten().filter(|_| plain);
        let never: Vec<&str> = self.never.iter().chain(general).copied().collect();
        reached
            .iter()
            .filter(|name| never.iter().any(|pattern| matches(pattern, name)))
            .map(|name| format!("{} reaches {name}", self.package))
            .collect()
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, imports: &[&str]) -> Package {
        Package {
            name: name.into(),
            imports: imports.iter().map(|&import| import.into()).collect(),
            features: BTreeSet::new(),
            examples: BTreeSet::new(),
        }
    }

    fn reached(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.into()).collect()
    }

    #[test]
    fn lawful_imports_pass() {
        let packages = [
            package("trunkline-proto", &["bytes"]),
            package("trunkline", &["trunkline-proto", "tokio"]),
            package("trunkline-cli", &["trunkline", "trunkline-proto"]),
        ];
        assert_eq!(breaches(&packages), [""; 0]);
    }

    #[test]
    fn unlawful_imports_are_named() {
        let packages = [
            package("trunkline-proto", &["trunkline"]),
            package("trunkline", &["trunkline-cli"]),
            package("trunkline-cli", &[]),
            package("trunkline-new", &[]),
        ];
        assert_eq!(
            breaches(&packages),
            [
                "trunkline-proto may not import trunkline",
                "trunkline imports trunkline-cli, which nothing may",
                "trunkline-new has no row in the law of imports",
            ]
        );
    }

    #[test]
    fn a_runtime_below_a_plain_crate_is_found() {
        let law = LAWS.iter().find(|law| law.package == "trunkline-core").unwrap();
        let found = law.broken_by(&reached(&["bytes", "tokio-util", "arrow", "trunkline"]));
        assert_eq!(found.len(), 3, "{found:?}");
        let server = LAWS.iter().find(|law| law.package == "trunkline").unwrap();
        assert_eq!(server.broken_by(&reached(&["tokio", "rustls"])), [""; 0]);
        assert_eq!(server.broken_by(&reached(&["datafusion-common"])).len(), 1);
    }
}
