//! The clone this task runner belongs to, and what Cargo says of its packages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process;

/// The root folder of the clone.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

/// One package of the workspace and what its manifest asks for.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Names of the packages it imports to run or to build; what only its tests import is left out.
    pub(crate) imports: BTreeSet<String>,
    pub(crate) features: BTreeSet<String>,
    pub(crate) examples: BTreeSet<String>,
}

impl Package {
    /// Whether `cargo test` without more compiles it: then neither Arrow nor DataFusion is below it.
    pub(crate) fn is_light(&self) -> bool {
        !matches!(
            self.name.as_str(),
            "trunkline-arrow"
                | "trunkline-datafusion"
                | "trunkline-cli"
                | "trunkline-engines"
                | "trunkline-bench"
                | "bench-rows"
                | "xtask"
        )
    }
}

impl Workspace {
    /// The folder above this package. `cargo xtask` builds inside the clone that it works on.
    pub(crate) fn find() -> Result<Self, String> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().ok_or("xtask has no folder above it")?;
        Ok(Self { root: root.to_owned() })
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The folder that Cargo builds into.
    pub(crate) fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), |t| self.path(t))
    }

    /// A Cargo command in the root, with the Cargo that runs us.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).args(arguments);
        command
    }

    pub(crate) fn packages(&self) -> Result<Vec<Package>, String> {
        let mut cargo = self.cargo(&["metadata", "--no-deps", "--format-version", "1"]);
        packages(&process::output(&mut cargo)?)
    }

    /// Files that are committed or would be: relative to the root, with forward slashes.
    pub(crate) fn files(&self) -> Result<Vec<String>, String> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(["ls-files", "-z", "-co", "--exclude-standard"]);
        let names = process::output(&mut git)?;
        let mut files: Vec<String> = names
            .split('\0')
            .filter(|name| !name.is_empty() && self.path(name).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        Ok(files)
    }
}

fn packages(metadata: &str) -> Result<Vec<Package>, String> {
    let metadata: Value =
        serde_json::from_str(metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    packages.iter().map(package).collect::<Option<_>>().ok_or_else(|| "cargo metadata".into())
}

fn package(value: &Value) -> Option<Package> {
    let imports = value["dependencies"]
        .as_array()?
        .iter()
        .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
        .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned));
    let examples = value["targets"]
        .as_array()?
        .iter()
        .filter(|target| target["kind"][0] == "example")
        .filter_map(|target| target["name"].as_str().map(str::to_owned));
    Some(Package {
        name: value["name"].as_str()?.to_owned(),
        imports: imports.collect(),
        features: value["features"].as_object()?.keys().cloned().collect(),
        examples: examples.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dev_dependencies_are_no_imports() {
        let metadata = r#"{"packages": [{
            "name": "a", "features": {"f": []},
            "targets": [{"kind": ["lib"], "name": "a"}, {"kind": ["example"], "name": "e"}],
            "dependencies": [
                {"name": "b", "kind": null}, {"name": "c", "kind": "dev"}, {"name": "d", "kind": "build"}
            ]}]}"#;
        let packages = packages(metadata).unwrap();
        assert_eq!(packages[0].imports, BTreeSet::from(["b".to_owned(), "d".to_owned()]));
        assert_eq!(packages[0].features, BTreeSet::from(["f".to_owned()]));
        assert_eq!(packages[0].examples, BTreeSet::from(["e".to_owned()]));
    }
}
