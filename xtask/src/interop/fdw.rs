//! postgres_fdw: a PostgreSQL 15 that has the server's tables as foreign ones.

use super::Run;
use super::clients::python;
use super::verdict::Verdicts;
use crate::halt::Halt;
use crate::servers::{Cluster, Version};

pub(super) fn run(run: &Run<'_>) -> Result<Verdicts, Halt> {
    let peer = Cluster::start(Version::Pg15, run.cache, None)?;
    let mut program = python(run, "with_fdw.py")?;
    program.env("INTEROP_PEER_PORT", peer.port.to_string());
    run.program_of(&mut program, &mut run.fresh("fdw")?)
}
