//! How many third-party packages a user of one of our crates compiles, at the most.

use std::collections::BTreeSet;

use crate::process;
use crate::workspace::Workspace;

/// One promise about the size of a dependency tree.
pub(super) struct Budget {
    pub(super) package: &'static str,
    pub(super) features: Features,
    pub(super) limit: usize,
}

pub(super) enum Features {
    None,
    These(&'static str),
    All,
}

pub(super) const BUDGETS: &[Budget] = &[
    Budget { package: "trunkline-proto", features: Features::None, limit: 6 },
    Budget { package: "trunkline-proto", features: Features::These("auth,time"), limit: 30 },
    Budget { package: "trunkline-sql", features: Features::All, limit: 3 },
    Budget { package: "trunkline-core", features: Features::All, limit: 36 },
    Budget { package: "trunkline-catalog", features: Features::All, limit: 55 },
    Budget { package: "trunkline", features: Features::All, limit: 110 },
];

impl Budget {
    /// Names of all packages that `cargo tree -e normal` shows below this one.
    pub(super) fn tree(&self, workspace: &Workspace) -> Result<BTreeSet<String>, String> {
        let mut cargo = workspace.cargo(&["tree", "--edges", "normal", "--prefix", "none"]);
        cargo.args(["--package", self.package]);
        match self.features {
            Features::None => cargo.arg("--no-default-features"),
            Features::These(list) => cargo.args(["--no-default-features", "--features", list]),
            Features::All => cargo.arg("--all-features"),
        };
        let mut names = names(&process::output(&mut cargo)?);
        names.remove(self.package);
        Ok(names)
    }

    /// Packages of others in the tree; two versions of one package are two.
    pub(super) fn third_party(&self, workspace: &Workspace) -> Result<BTreeSet<String>, String> {
        let ours = |name: &String| name == "trunkline" || name.starts_with("trunkline-");
        Ok(self.tree(workspace)?.into_iter().filter(|name| !ours(name)).collect())
    }

    pub(super) fn breach(&self, third_party: &BTreeSet<String>) -> Option<String> {
        (third_party.len() > self.limit).then(|| {
            let names: Vec<&str> = third_party.iter().map(String::as_str).collect();
            format!(
                "{} has {} third-party packages, {} at the most: {}",
                self.package,
                third_party.len(),
                self.limit,
                names.join(" ")
            )
        })
    }

    pub(super) fn shown_features(&self) -> String {
        match self.features {
            Features::None => "(no features)".into(),
            Features::These(list) => format!("({list})"),
            Features::All => "(all features)".into(),
        }
    }
}

/// The first word of every line; two versions of one package are two.
fn names(tree: &str) -> BTreeSet<String> {
    let mut versions = BTreeSet::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        versions.insert((words.next().unwrap_or(line), words.next().unwrap_or("")));
    }
    let mut names = BTreeSet::new();
    for (name, version) in versions {
        if !names.insert(name.to_owned()) {
            names.insert(format!("{name} {version}"));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "a v1.0.0 (/x/a)\nb v1.0.0\nc v2.0.0\n\nb v1.0.0 (*)\nc v3.0.0\n";

    #[test]
    fn two_versions_count_twice() {
        let names: Vec<_> = names(TREE).into_iter().collect();
        assert_eq!(names, ["a", "b", "c", "c v3.0.0"]);
    }

    #[test]
    fn more_than_the_limit_is_a_breach() {
        let budget = Budget { package: "p", features: Features::None, limit: 4 };
        assert_eq!(budget.breach(&names(TREE)), None);
        let budget = Budget { limit: 3, ..budget };
        assert!(budget.breach(&names(TREE)).unwrap().ends_with("a b c c v3.0.0"));
    }
}
