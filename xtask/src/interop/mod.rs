//! Real clients against a server: ours, or a real PostgreSQL that proves the expectations.

mod bulk;
mod clients;
mod differs;
mod fdw;
mod pgbench;
mod place;
mod psql;
mod real_data;
mod target;
mod tpcb;
mod verdict;

use std::time::{Duration, Instant};

pub(crate) use clients::{jars, java, node_packages, python_with, rust, rust_programs};
use differs::Differs;
use place::Fresh;
pub(crate) use psql::difference;
use target::{Kind, Target};
pub(crate) use target::{Ours, built};
use verdict::{Verdict, Verdicts};

use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Scratch, Version};
use crate::workspace::Workspace;

/// No client needs longer, warm or cold.
const CLIENT_LIMIT: Duration = Duration::from_secs(300);

/// Where clients are built and what they are told.
pub(crate) struct Run<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) cache: &'a Cache,
    target: Target,
    scratch: Scratch,
    /// Write what psql prints as the expectation.
    bless: bool,
}

/// `--against NAME|DSN`, `--bless`, and the names of clients, all of them by default.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<String, Halt> {
    let mut against = "trunkline";
    let mut bless = false;
    let mut named: Vec<&str> = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--against" => {
                against = words.next().ok_or_else(|| "--against what?".to_owned())?;
            }
            "--bless" => bless = true,
            name if clients::names().any(|known| known == name) => named.push(name),
            name => {
                let known: Vec<&str> = clients::names().collect();
                return Err(Halt::Failed(format!("no client {name}: {}", known.join(" "))));
            }
        }
    }
    let cache = Cache::find()?;
    let scratch = Scratch::new("interop")?;
    let target = Target::start(against, workspace, &cache, scratch.path())?;
    let mut run = Run { workspace, cache: &cache, target, scratch, bless };
    run.all(&named)
}

impl Run<'_> {
    fn all(&mut self, named: &[&str]) -> Result<String, Halt> {
        let differs = match self.target.kind {
            Kind::Sqlite(_) => Differs::read(self.workspace)?,
            _ => Differs::default(),
        };
        let mut all = Verdicts::default();
        for client in clients::CLIENTS {
            let asked = named.contains(&client.name);
            if !(asked || named.is_empty() && self.target.invites(client.work)) {
                continue;
            }
            let start = Instant::now();
            let verdicts = (client.run)(self).unwrap_or_else(|halt| match halt {
                Halt::Skipped(why) => Verdicts::one(Verdict::Skip("all".into(), why)),
                Halt::Failed(why) => Verdicts::one(Verdict::Fail("start".into(), why)),
            });
            let verdicts = differs.judge(client.name, verdicts);
            println!(
                "  {:<16}{}  ({:.1} s)",
                client.name,
                verdicts.summary(),
                start.elapsed().as_secs_f32()
            );
            for line in verdicts.remarks() {
                println!("      {line}");
            }
            all.extend(verdicts);
        }
        if let Some(ended) = self.target.ended() {
            return Err(Halt::Failed(format!("the server ended: {ended}")));
        }
        let summary = format!("{}, against {}", all.summary(), self.target.name());
        if all.failed() == 0 { Ok(summary) } else { Err(Halt::Failed(summary)) }
    }

    /// Runs a program that prints its own verdicts.
    fn program(&self, command: &mut std::process::Command) -> Result<Verdicts, Halt> {
        self.judge(command.envs(self.target.environment()))
    }

    /// The same in a database of its own.
    fn program_of(
        &self,
        command: &mut std::process::Command,
        fresh: &mut Fresh,
    ) -> Result<Verdicts, Halt> {
        let mut verdicts = self.judge(command.envs(fresh.place.environment()))?;
        if let Some(ended) = fresh.ended() {
            verdicts.push(Verdict::Fail("server".into(), format!("ended: {ended}")));
        }
        Ok(verdicts)
    }

    /// An empty database of this name.
    fn fresh(&self, name: &str) -> Result<Fresh, Halt> {
        Fresh::make(&self.target, name, self.cache, self.scratch.path())
    }

    /// The same against another server of ours than the target.
    fn program_at(&self, command: &mut std::process::Command, port: u16) -> Result<Verdicts, Halt> {
        command.envs(self.target.environment());
        self.judge(command.env("INTEROP_PORT", port.to_string()))
    }

    fn judge(&self, command: &mut std::process::Command) -> Result<Verdicts, Halt> {
        let log = self.scratch.path().join("client");
        let mut child = process::spawn_logged(command, &log)?;
        let ended = process::wait(&mut child, CLIENT_LIMIT)?;
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        let mut verdicts = Verdicts::read(&said);
        if !ended.is_some_and(|status| status.success()) && verdicts.failed() == 0 {
            let tail: Vec<&str> = said.lines().rev().take(15).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            let how = ended.map_or("ended by us".into(), |status| status.to_string());
            verdicts.push(Verdict::Fail("exit".into(), format!("{how}\n{}", tail.join("\n"))));
        }
        Ok(verdicts)
    }

    fn clients_of(&self, version: Version) -> Result<std::path::PathBuf, Halt> {
        version.clients(self.cache)
    }
}
