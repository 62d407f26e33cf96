//! Real data served by us and loaded into PostgreSQL 18: the same statements give the same rows.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Run;
use super::clients::{python, python_with};
use super::target::Ours;
use super::verdict::Verdicts;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Cluster, Version};

pub(super) fn run(run: &Run<'_>) -> Result<Verdicts, Halt> {
    let binary = run.target.binary()?;
    let data = data(run)?;
    let server = Ours::start(binary, &data.join("served"), run.scratch.path(), &[])?;
    let peer = Cluster::start(Version::Pg18, run.cache, None)?;
    let mut program = python(run, "with_real_data.py")?;
    program.env("INTEROP_PEER_PORT", peer.port.to_string());
    program.env("INTEROP_PEER_DATA", data.join("postgres"));
    run.program_at(&mut program, server.port)
}

/// Made once: forty megabytes in each of the two forms.
fn data(run: &Run<'_>) -> Result<PathBuf, Halt> {
    let script = run.workspace.path("interop/make_real_data.py");
    let stamp = fs::read_to_string(&script).map_err(|e| format!("{}: {e}", script.display()))?;
    let requirements = run.workspace.path("interop/python/requirements-real-data.txt");
    let python = python_with(run.cache, "python-real-data", &requirements)?;
    run.cache.installed("real-data", &stamp, |folder| {
        process::output(Command::new(python).arg(&script).arg(folder))?;
        Ok(())
    })
}
