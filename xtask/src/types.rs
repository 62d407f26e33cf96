//! The values of each family, by real servers and by us: the long form of a test of trunkline-proto.

use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Cluster, Version};
use crate::workspace::Workspace;

/// How many values a family gets, unless it is said.
const VALUES: u32 = 20_000;

const USAGE: &str = "cargo xtask types [--values N] [--only NAME]";

/// Compares so many values of every family, or of those with a name in theirs.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Halt> {
    let (mut values, mut only) = (VALUES, None);
    for pair in arguments.chunks(2) {
        match pair {
            [word, count] if word == "--values" => {
                values = count.parse().map_err(|_| Halt::Failed(USAGE.into()))?;
            }
            [word, name] if word == "--only" => only = Some(name.as_str()),
            _ => return Err(Halt::Failed(USAGE.into())),
        }
    }
    compare(workspace, &Cache::find()?, Some(values), only).map(|_| ())
}

/// Runs the test against both versions; without a number of values in its short form.
///
/// Where there is no PostgreSQL 15, only 18 is asked.
pub(crate) fn compare(
    workspace: &Workspace,
    cache: &Cache,
    values: Option<u32>,
    only: Option<&str>,
) -> Result<String, Halt> {
    let newest = Cluster::start(Version::Pg18, cache, None)?;
    let oldest = match Cluster::start(Version::Pg15, cache, None) {
        Err(Halt::Skipped(why)) => Err(why),
        started => Ok(started?),
    };
    let mut test = workspace.cargo(&["test", "--quiet", "--all-features"]);
    // To optimize pays for millions of values.
    if values.is_some() {
        test.arg("--release");
    }
    test.args(["-p", "trunkline-proto", "--test", "types_live", "--", "--nocapture"]);
    let address = |server: &Cluster| format!("127.0.0.1:{}", server.port);
    test.env("TRUNKLINE_TEST_PG", address(&newest));
    if let Ok(server) = &oldest {
        test.env("TRUNKLINE_TEST_PG15", address(server));
    }
    if let Some(values) = values {
        test.env("TRUNKLINE_TYPES_VALUES", values.to_string());
    }
    if let Some(only) = only {
        test.env("TRUNKLINE_TYPES_ONLY", only);
    }
    process::succeed(&mut test)?;
    Ok(oldest.err().map(|why| format!("18 only: {why}")).unwrap_or_default())
}
