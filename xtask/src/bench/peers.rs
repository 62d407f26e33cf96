//! What we are measured against, built into the cache.

use std::path::PathBuf;

use crate::cache::Cache;
use crate::process;
use crate::workspace::Workspace;

/// The programs of `bench/peers`.
pub(super) struct Peers {
    /// The client that loads a server.
    pub(super) load: PathBuf,
    /// The physical limit.
    pub(super) ceiling: PathBuf,
    /// A server on the crate `pgwire`.
    pub(super) pgwire: PathBuf,
}

impl Peers {
    /// Builds them, unless they are there.
    pub(super) fn build(workspace: &Workspace, cache: &Cache) -> Result<Self, String> {
        let target = cache.folder("peers")?;
        let mut build = workspace.cargo(&["build", "--release", "--quiet", "--locked"]);
        build.args(["--manifest-path", "bench/peers/Cargo.toml", "--target-dir"]).arg(&target);
        process::succeed(&mut build)?;
        let program = |name: &str| target.join("release").join(name);
        Ok(Self {
            load: program("bench-load"),
            ceiling: program("bench-ceiling"),
            pgwire: program("bench-pgwire"),
        })
    }

    /// Tests the client that loads, without building a peer.
    pub(super) fn test(workspace: &Workspace, cache: &Cache) -> Result<(), String> {
        let mut test = workspace.cargo(&["test", "--quiet", "--locked", "-p", "bench-load"]);
        test.args(["--manifest-path", "bench/peers/Cargo.toml", "--target-dir"]);
        process::succeed(test.arg(cache.folder("peers")?))
    }
}

/// Builds programs of ours in the profile that peers are built in; the folder where they are.
pub(super) fn build_alike(workspace: &Workspace, programs: &[&str]) -> Result<PathBuf, String> {
    let mut build = workspace.cargo(&["build", "--profile", "lto", "--quiet"]);
    process::succeed(build.args(programs))?;
    Ok(workspace.target().join("lto"))
}
