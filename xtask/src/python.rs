//! The Python package: its wheel as users install it, its types, its tests with real clients.

use std::path::Path;
use std::process::Command;

use crate::cache::Cache;
use crate::debian;
use crate::halt::Halt;
use crate::interop::{jars, node_packages, python_with, rust_programs};
use crate::process;
use crate::servers::{Cluster, Version};
use crate::workspace::Workspace;

/// What is described by stubs: the extension, and the modules that are made of it.
const STUBS: &[&str] = &["trunkline._trunkline", "trunkline.protocol", "trunkline._sql"];
const TESTS: &str = "crates/python/tests";

/// Redis, and what it needs that not every machine has.
const REDIS: [&str; 4] = ["redis-server", "redis-tools", "liblzf1", "libjemalloc2"];

/// A wheel may be so large, in bytes.
const WHEEL: u64 = 15_000_000;

/// Makes the wheel, installs it beside the clients, and runs mypy and all tests, or those that pytest is told.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<String, Halt> {
    let cache = Cache::find()?;
    let requirements = workspace.path(TESTS).join("requirements.txt");
    let python = python_with(&cache, "python-package", &requirements)?;
    let size = install(workspace, &cache, &python)?;
    let mut mypy = Command::new(&python);
    process::succeed(mypy.args(["-m", "mypy", "--strict", "-p", "trunkline"]))?;
    let mut stubs = Command::new(&python);
    process::succeed(stubs.args(["-m", "mypy.stubtest"]).args(STUBS))?;
    let redis = debian::unpacked(&cache, "redis", &REDIS)?;
    let server = Cluster::start(Version::Pg18, &cache, None)?;
    let mut tests = Command::new(&python);
    tests.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    tests.arg(workspace.path(TESTS)).args(arguments);
    let address = format!("host=127.0.0.1 port={} user=postgres dbname=postgres", server.port);
    tests.env("TRUNKLINE_POSTGRES", address).env("PYTHONDONTWRITEBYTECODE", "1");
    tests.env("TRUNKLINE_TEST_POSTGRESQL", format!("127.0.0.1:{}", server.port));
    tests.env("TRUNKLINE_REDIS", redis.join("usr/bin/redis-server"));
    tests.env("TRUNKLINE_PGJDBC", jars(workspace, &cache)?);
    tests.env("TRUNKLINE_NODE_PATH", node_packages(workspace, &cache, "node-postgres")?);
    let programs = rust_programs(workspace, &cache, "interop/tokio-postgres")?;
    tests.env("TRUNKLINE_TOKIO_POSTGRES", programs.join("asks"));
    process::succeed(&mut tests)?;
    Ok(format!("a wheel of {:.1} MB", megabytes(size)))
}

/// Makes a wheel and installs it; its size in bytes.
fn install(workspace: &Workspace, cache: &Cache, python: &Path) -> Result<u64, Halt> {
    let folder = cache.folder("wheel")?;
    for old in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        std::fs::remove_file(old.path()).map_err(|error| error.to_string())?;
    }
    let mut maturin = Command::new(python);
    maturin.args(["-m", "maturin", "build", "--quiet", "--release", "--locked", "--out"]);
    process::output(maturin.arg(&folder).current_dir(workspace.path(".")))?;
    let wheel = std::fs::read_dir(&folder).into_iter().flatten().flatten().next();
    let wheel = wheel.ok_or_else(|| "maturin made no wheel".to_owned())?;
    let size = wheel.metadata().map_err(|error| error.to_string())?.len();
    if size > WHEEL {
        let message = format!("the wheel has {size} bytes, {WHEEL} at the most");
        return Err(Halt::Failed(message));
    }
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall"]);
    process::output(pip.arg(wheel.path()))?;
    Ok(size)
}

#[allow(clippy::cast_precision_loss, reason = "a figure for the table")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
