//! The table, made by the program tpchgen-cli (Apache-2.0), and whom we are compared with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::workspace::Workspace;

/// Prebuilt, on PyPI.
const GENERATOR: &str = "tpchgen-cli==4.0.0";
/// A gigabyte of all tables.
const SCALE: &str = "1";
/// So many rows of this one, says TPC-H.
pub(super) const ROWS: &str = "6001215";
pub(super) const PEER: &str = "datafusion-postgres-cli";
pub(super) const PEER_VERSION: &str = "0.19.0";

/// The program that makes the table.
pub(super) struct Generator(PathBuf);

impl Generator {
    pub(super) fn install(cache: &Cache) -> Result<Self, Halt> {
        let folder = cache.installed("tpchgen", GENERATOR, |folder| {
            let mut pip = Command::new(process::require("python3")?);
            pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]);
            process::output(pip.arg("--target").arg(folder).arg(GENERATOR))?;
            Ok(())
        })?;
        Ok(Self(folder.join("bin/tpchgen-cli")))
    }

    /// The folder that holds `lineitem.parquet`, and nothing else that is a table.
    pub(super) fn parquet(&self, cache: &Cache) -> Result<PathBuf, Halt> {
        let stamp = format!("{GENERATOR} scale {SCALE}");
        cache.installed("lineitem", &stamp, |folder| {
            let mut make = Command::new(&self.0);
            make.args(["parquet", "-s", SCALE, "-T", "lineitem", "-o"]).arg(folder);
            process::output(&mut make)?;
            Ok(())
        })
    }

    /// A script of psql that makes the same table, in one transaction.
    pub(super) fn script(&self, workspace: &Workspace, folder: &Path) -> Result<PathBuf, String> {
        let from = workspace.path("bench/postgresql/lineitem.sql");
        let failed = |file: &Path, error| format!("{}: {error}", file.display());
        let table = fs::read_to_string(&from).map_err(|error| failed(&from, error))?;
        let program = format!("{} csv -s {SCALE} -T lineitem --stdout", self.0.display());
        let script = folder.join("lineitem.sql");
        let text = format!(
            "begin;\n{table}\\copy lineitem from program '{program}' with (format csv, header)\n\
             commit;\nvacuum (freeze, analyze) lineitem;\n"
        );
        fs::write(&script, text).map_err(|error| failed(&script, error))?;
        Ok(script)
    }
}

/// Builds the peer on DataFusion, which takes half an hour once.
pub(super) fn peer(workspace: &Workspace, cache: &Cache) -> Result<PathBuf, Halt> {
    let folder = cache.installed(PEER, PEER_VERSION, |folder| {
        let version = format!("={PEER_VERSION}");
        let mut install = workspace.cargo(&["install", "--quiet", "--locked", "--root"]);
        install.arg(folder).args(["--version", &version, PEER]);
        // What it is built of is gigabytes, and not wanted again.
        let target = folder.join("target");
        process::succeed(install.env("CARGO_TARGET_DIR", &target))?;
        fs::remove_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
        Ok(())
    })?;
    Ok(folder.join("bin").join(PEER))
}
