//! T18, T20, T26: more than there is room for.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use trunkline_proto::Oid;
use trunkline_proto::frontend::Event;
use trunkline_proto::message::{FieldCode, NewBind, NewParse, Sync};

use super::idle::crowd;
use super::line::{Line, grouped};
use super::{Extent, block_on, has_strace};
use crate::child::{Running, Setup};
use crate::client::Client;
use crate::dice::Dice;

const CONNECTIONS: usize = 50;

/// T18: one more than there are places, again and again.
pub(super) fn connections(extent: Extent) -> Result<Vec<Line>, String> {
    let rounds = extent.of(1_000, 100);
    let server = Setup::new().flag("--connections", CONNECTIONS).start()?;
    block_on(oscillate(&server, rounds)).map(|line| vec![line])
}

async fn oscillate(server: &Running, rounds: usize) -> Result<Line, String> {
    let target = server.target();
    let mut clients = crowd(&target, CONNECTIONS).await?;
    let (mut refused, mut kept_out, mut let_in, mut dice) = (0, 0, 0, Dice::new(0));
    for _ in 0..rounds {
        let going = 1 + dice.below(10);
        for _ in 0..going {
            clients.swap_remove(dice.below(clients.len())).leave().await?;
        }
        for _ in 0..going {
            // A place that was left is free, at once.
            let client = match Client::login(&target).await {
                Ok(client) => client,
                Err(fault) if fault.is("53300") => {
                    kept_out += 1;
                    let_in_at_last(&target).await?
                }
                Err(fault) => return Err(fault.to_string()),
            };
            clients.push(client);
        }
        match Client::login(&target).await {
            Ok(_) => let_in += 1,
            Err(fault) => refused += usize::from(fault.is("53300")),
        }
    }
    Ok(Line::new("T18", "limit of connections")
        .with(format!("{rounds} times {CONNECTIONS} and one more"))
        .exactly(refused, rounds, "told 53300")
        .exactly(let_in, 0, "beyond the limit")
        .exactly(kept_out, 0, "kept out of a free place"))
}

async fn let_in_at_last(target: &crate::client::Target) -> Result<Client, String> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        match Client::login(target).await {
            Err(fault) if fault.is("53300") && Instant::now() < deadline => {}
            outcome => return Ok(outcome?),
        }
    }
}

/// T20: fewer files than clients.
pub(super) fn files(extent: Extent) -> Result<Vec<Line>, String> {
    let script = "ulimit -S -n 256; ulimit -H -n 256; exec \"$0\" \"$@\"";
    let setup = Setup::new().under(["sh", "-c", script]).flag("--login", 60_000);
    let mut lines = vec![block_on(exhausted(&setup.start()?, extent))?];
    if !has_strace() {
        lines.push(Line::skipped("T20", "errors of accept", "no strace on the PATH"));
        return Ok(lines);
    }
    let mut line = Line::new("T20", "errors of accept").with("three each, by strace");
    for error in ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED"] {
        let inject = format!("inject=accept4:error={error}:when=1..3");
        let words =
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=accept4", "-e", &inject];
        let server = Setup::new().under(words).start()?;
        let start = Instant::now();
        let login =
            block_on(async { Ok(Client::login(&server.target()).await?.ask("select 1").await?) });
        let is_in = usize::from(login.is_ok());
        let taken = start.elapsed().as_secs_f64();
        line = line.exactly(is_in, 1, &format!("let in after {error}")).within(taken, 1.0, "s");
    }
    lines.push(line);
    Ok(lines)
}

async fn exhausted(server: &Running, extent: Extent) -> Result<Line, String> {
    let target = server.target();
    let mut users = crowd(&target, 10).await?;
    let mut strangers = Vec::new();
    for _ in 0..1_000 {
        strangers
            .push(TcpStream::connect(server.address).await.map_err(|error| error.to_string())?);
    }
    // Until the last file is taken.
    while server.process.files() < 256 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let load = server.process.load(Duration::from_secs(extent.of(10, 2))).await;
    let mut answers = 0;
    for user in &mut users {
        answers += usize::from(user.ask("select 1").await.is_ok());
    }
    let start = Instant::now();
    drop(strangers);
    Client::login(&target).await?;
    let recovered = start.elapsed().as_secs_f64();
    let lines = server.gauges().await?.lines;
    Ok(Line::new("T20", "no more files")
        .with("256 files, 1,000 sockets")
        .at_most(load, 5.0, "% busy")
        .exactly(answers, users.len(), "who were there answered")
        .seen(format!("{lines} lines logged"))
        .within(recovered, 1.0, "s to the next login"))
}

/// T26: statements and portals without end.
pub(super) fn statements(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(1_000_000, 50_000);
    let server = Setup::new().start()?;
    block_on(async {
        let mut client = Client::login(&server.target()).await?;
        client.ask("select 1").await?;
        server.process.forget_peak()?;
        let before = server.process.resident();
        let refused = parse_many(&mut client, count).await?;
        let grown = (server.process.peak() - before) / 1024.0;
        let name = format!("{} Parse of new names", grouped(count as u64));
        let parsed = Line::new("T26", "statements").with(name);
        let parsed = parsed.at_most(grown, 32.0, "MiB more at the peak");
        let parsed = parsed.exactly(refused, count - KEPT, "refused with 53400");

        server.process.forget_peak()?;
        let batches = count.div_ceil(KEPT + 1);
        let refused = bind_many(&mut client, batches).await?;
        let grown = (server.process.peak() - before) / 1024.0;
        let name = format!("{} Bind of new names", grouped(count as u64));
        let bound = Line::new("T26", "portals").with(name);
        let bound = bound.at_most(grown, 32.0, "MiB more at the peak");
        let bound = bound.exactly(refused, batches, "refused with 53400");
        Ok(vec![parsed, bound])
    })
}

/// How many statements and portals a server keeps for a client unless it is told.
const KEPT: usize = 1_000;

/// Every one with a Sync of its own; how many were refused for their number.
async fn parse_many(client: &mut Client, count: usize) -> Result<usize, String> {
    let mut refused = 0;
    for start in (0..count).step_by(500) {
        let end = count.min(start + 500);
        for number in start..end {
            let name = format!("statement {number}");
            let parameter_types: [Oid; 0] = [];
            let parse = NewParse { name: name.as_str(), sql: "select 1", parameter_types };
            client.say(&parse)?.say(&Sync)?;
        }
        client.send().await?;
        refused += refusals(client, end - start).await?;
    }
    Ok(refused)
}

/// As many as there is room for and one more, and then a Sync, which ends them all.
async fn bind_many(client: &mut Client, batches: usize) -> Result<usize, String> {
    let mut refused = 0;
    for _ in 0..batches {
        for number in 0..=KEPT {
            let name = format!("portal {number}");
            let (parameters, none) = ([] as [Option<&[u8]>; 0], &[]);
            client.say(&NewBind {
                portal: &name,
                statement: "statement 1",
                parameter_formats: none,
                parameters: parameters.into_iter(),
                result_formats: none,
            })?;
        }
        client.say(&Sync)?.send().await?;
        refused += refusals(client, 1).await?;
    }
    Ok(refused)
}

/// Reads so many answers; how many of them are 53400.
async fn refusals(client: &mut Client, answers: usize) -> Result<usize, String> {
    let (mut left, mut refused) = (answers, 0);
    while left > 0 {
        match client.next().await? {
            Event::Ready(_) => left -= 1,
            Event::Error(error) => {
                let state = error.fields.get(FieldCode::SQLSTATE);
                refused += usize::from(state == Some(b"53400"));
            }
            _ => {}
        }
    }
    Ok(refused)
}
