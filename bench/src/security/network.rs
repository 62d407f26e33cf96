//! T21, T24, T27: networks and clients that are not what they should be.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream as Blocking;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use trunkline_proto::Oid;
use trunkline_proto::message::{
    Encode, Execute, Flush, NewBind, NewParse, ProtocolVersion, StartupMessage, Sync,
};

use super::idle::crowd;
use super::line::{Line, grouped};
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Target, USER, timed};
use crate::durations::Durations;
use crate::process::stand_back;
use crate::wire::Wire;

/// T24: very much is asked before anything is read.
pub(super) fn unread(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(100_000, 20_000);
    let mut lines = Vec::new();
    for (name, tls, reads) in [
        ("pipeline", false, Reads::WhenBlocked),
        ("pipeline, TLS", true, Reads::WhenBlocked),
        ("pipeline, unread", false, Reads::Afterwards),
        ("pipeline, unread, TLS", true, Reads::Afterwards),
    ] {
        let setup = Setup::new();
        let server = if tls { setup.tls() } else { setup }.start()?;
        let line = Line::new("T24", name).with(format!("{} Bind", grouped(count as u64)));
        lines.push(block_on(pipeline(line, &server, count, reads))?);
    }
    Ok(lines)
}

/// When a client reads that has much to say.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reads {
    /// As libpq: when it cannot write.
    WhenBlocked,
    /// When it has said everything.
    Afterwards,
}

async fn pipeline(
    line: Line,
    server: &Running,
    count: usize,
    reads: Reads,
) -> Result<Line, String> {
    let mut client = Client::login(&server.target()).await?;
    let parameter_types: [Oid; 0] = [];
    client.say(&NewParse { name: "s", sql: "select 1", parameter_types })?.say(&Sync)?;
    client.send().await?;
    client.answer().await?;
    let mut asked = Vec::new();
    for _ in 0..count {
        let (parameters, none) = ([] as [Option<&[u8]>; 0], &[]);
        let (portal, statement) = ("", "s");
        let bind = NewBind {
            portal,
            statement,
            parameter_formats: none,
            parameters,
            result_formats: none,
        };
        let encoded = bind
            .encode(&mut asked)
            .and_then(|()| Execute { portal: "", max_rows: 0 }.encode(&mut asked));
        encoded.map_err(|misuse| misuse.to_string())?;
    }
    Sync.encode(&mut asked).map_err(|misuse| misuse.to_string())?;
    server.process.forget_peak()?;
    let before = server.process.resident();
    let start = Instant::now();
    let heard = exchange(client.into_wire(), &asked, reads);
    let heard = tokio::time::timeout(Duration::from_secs(30), heard).await;
    let (heard, is_whole) = heard.unwrap_or_default();
    let grown = (server.process.peak() - before) / 1024.0;
    // BindComplete, a row, CommandComplete each; ReadyForQuery once.
    let missing = (count * (5 + 12 + 14) + 6).saturating_sub(heard);
    Ok(line
        .exactly(usize::from(!is_whole), 0, "hang")
        .exactly(missing, 0, "bytes missing")
        .at_most(grown, 8.0, "MiB more at the peak")
        .within(start.elapsed().as_secs_f64(), 30.0, "s"))
}

/// Says all of it and hears the answer; how long that is, and whether it came to its end.
async fn exchange(wire: Wire, asked: &[u8], reads: Reads) -> (usize, bool) {
    let (mut reading, mut writing) = tokio::io::split(wire);
    let (mut chunk, mut heard, mut end) = (vec![0; 64 * 1024], 0, Vec::new());
    let mut said = 0;
    while said < asked.len() {
        tokio::select! {
            biased;
            written = writing.write(&asked[said..asked.len().min(said + 8192)]) => match written {
                Ok(count) => said += count,
                Err(_) => return (heard, false),
            },
            read = reading.read(&mut chunk), if reads == Reads::WhenBlocked => match read {
                Ok(count) if count > 0 => heard += count,
                _ => return (heard, false),
            },
        }
    }
    if writing.flush().await.is_err() {
        return (heard, false);
    }
    while !end.ends_with(b"Z\0\0\0\x05I") {
        match reading.read(&mut chunk).await {
            Ok(count) if count > 0 => {
                heard += count;
                end.extend_from_slice(&chunk[..count]);
                end.drain(..end.len().saturating_sub(6));
            }
            _ => return (heard, false),
        }
    }
    (heard, true)
}

/// T27: one client that asks for nothing as fast as it can.
pub(super) fn floods(extent: Extent) -> Result<Vec<Line>, String> {
    let during = Duration::from_secs(extent.of(5, 1));
    let mut sync = Vec::new();
    let (mut flush, mut parse) = (Vec::new(), Vec::new());
    let parameter_types: [Oid; 0] = [];
    let encoded = Sync
        .encode(&mut sync)
        .and_then(|()| Flush.encode(&mut flush))
        .and_then(|()| NewParse { name: "", sql: "", parameter_types }.encode(&mut parse));
    encoded.map_err(|misuse| misuse.to_string())?;
    let server = Setup::new().start()?;
    let mut lines = Vec::new();
    for (name, message) in [("Sync", sync), ("Flush", flush), ("Parse", parse)] {
        let line = Line::new("T27", "flood").with(format!("of {name} beside 50 others"));
        lines.push(block_on(beside(line, &server, &message, during))?);
    }
    Ok(lines)
}

async fn beside(
    line: Line,
    server: &Running,
    message: &[u8],
    during: Duration,
) -> Result<Line, String> {
    let quiet = others(&server.target(), during).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let flood = flood(server, message, stop.clone()).map_err(|error| error.to_string())?;
    let loud = others(&server.target(), during).await;
    stop.store(true, Relaxed);
    let sent = flood.join().map_err(|_| "the flood has panicked")?;
    let (loud, rate) = (loud?, sent as f64 / during.as_secs_f64());
    Ok(line
        .seen(format!("{} a second", grouped(rate as u64)))
        .seen(format!("p99 {:.2} ms before, {:.2} ms beside", quiet.p99(), loud.p99()))
        .within(loud.p99() / quiet.p99(), 3.0, "times the p99"))
}

/// Fifty clients that ask once in a while.
async fn others(target: &Target, during: Duration) -> Result<Durations, String> {
    let mut clients = JoinSet::new();
    for mut client in crowd(target, 50).await? {
        clients.spawn(async move {
            let (mut durations, start) = (Durations::default(), Instant::now());
            while start.elapsed() < during {
                let (answer, taken) = timed(client.ask("select 1")).await;
                answer?;
                durations.push(taken);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Ok::<_, String>(durations)
        });
    }
    let mut all = Durations::default();
    while let Some(durations) = clients.join_next().await {
        all.extend(durations.map_err(|error| error.to_string())??);
    }
    Ok(all)
}

/// A thread that says the same again and again, and one that drops the answers; how many messages
/// it sent.
fn flood(
    server: &Running,
    message: &[u8],
    stop: Arc<AtomicBool>,
) -> std::io::Result<std::thread::JoinHandle<usize>> {
    let mut socket = Blocking::connect(server.address)?;
    let mut hello = Vec::new();
    let parameters = [("user", USER)];
    let startup = StartupMessage { version: ProtocolVersion::V3_0, parameters };
    startup.encode(&mut hello).map_err(std::io::Error::other)?;
    socket.write_all(&hello)?;
    let mut reading = socket.try_clone()?;
    std::thread::spawn(move || {
        stand_back();
        let mut chunk = vec![0; 64 * 1024];
        while reading.read(&mut chunk).is_ok_and(|count| count > 0) {}
    });
    let per_write = (64 * 1024) / message.len();
    let many = message.repeat(per_write);
    Ok(std::thread::spawn(move || {
        stand_back();
        let mut sent = 0;
        while !stop.load(Relaxed) && socket.write_all(&many).is_ok() {
            sent += per_write;
        }
        let _ = socket.shutdown(std::net::Shutdown::Both);
        sent
    }))
}

/// T21: clients behind a network that takes everything and brings nothing.
pub(super) fn half_open(_: Extent) -> Result<Vec<Line>, String> {
    let network = match Network::new() {
        Ok(network) => network,
        Err(why) => return Ok(vec![Line::skipped("T21", "half-open", why)]),
    };
    let server = Setup::new().host(&network.host).start()?;
    let _clients = network.client(&server)?;
    let gauges = block_on(server.gauges())?;
    if (gauges.sessions, gauges.running) != (3, 1) {
        return Err(format!("not the clients that were expected: {gauges:?}"));
    }
    network.cut()?;
    let start = Instant::now();
    let (mut stopped, mut gone) = (None, None);
    while gone.is_none() && start.elapsed() < Duration::from_secs(180) {
        let gauges = block_on(server.gauges())?;
        let now = start.elapsed().as_secs_f64();
        stopped = stopped.or((gauges.running == 0).then_some(now));
        gone = gone.or((gauges.sessions == 1).then_some(now));
        std::thread::sleep(Duration::from_millis(250));
    }
    let (stopped, gone) = (stopped.unwrap_or(f64::MAX), gone.unwrap_or(f64::MAX));
    let line = Line::new("T21", "half-open").with("one idle, one within a query");
    let line = line.at_most(stopped, 130.0, "s until the query is cancelled");
    Ok(vec![line.at_most(gone, 130.0, "s until both are gone")])
}

/// A network of its own for some clients, gone when it is dropped.
struct Network {
    name: String,
    host: String,
}

impl Network {
    fn new() -> Result<Network, String> {
        let process = std::process::id();
        let (name, third) = (format!("trunkline{process}"), process % 200);
        let (host, guest) = (format!("10.213.{third}.1"), format!("10.213.{third}.2"));
        let (here, there) = (format!("tl{process}a"), format!("tl{process}b"));
        ip(&["netns", "add", &name])?;
        let network = Network { name, host };
        let name = network.name.as_str();
        ip(&["link", "add", &here, "type", "veth", "peer", "name", &there, "netns", name])?;
        ip(&["addr", "add", &format!("{}/30", network.host), "dev", &here])?;
        ip(&["link", "set", &here, "up"])?;
        ip(&["-n", name, "addr", "add", &format!("{guest}/30"), "dev", &there])?;
        ip(&["-n", name, "link", "set", &there, "up"])?;
        Ok(network)
    }

    /// A process with two clients, when they have logged in and one of them has asked.
    fn client(&self, server: &Running) -> Result<Holding, String> {
        let failed = |error: std::io::Error| format!("no client: {error}");
        let itself = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(itself).arg("hold");
        command.arg(server.address.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let mut line = String::new();
        let said = child.stdout.take().map(BufReader::new);
        let read = said.map(|mut said| said.read_line(&mut line));
        match (read, line.trim_end()) {
            (Some(Ok(_)), "holding") => Ok(Holding(child)),
            _ => Err("the clients do not come in".to_owned()),
        }
    }

    /// From now on nothing comes back.
    fn cut(&self) -> Result<(), String> {
        ip(&["-n", &self.name, "route", "add", "blackhole", &format!("{}/32", self.host)])
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The pair of interfaces goes with it.
        let _ = ip(&["netns", "del", &self.name]);
    }
}

fn ip(words: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(words).output().map_err(|error| format!("ip: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr).trim_end().replace('\n', " ");
            Err(format!("ip {}: {said}", words.join(" ")))
        }
    }
}

/// The process of clients that wait.
struct Holding(Child);

impl Drop for Holding {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Two clients that wait for the end of standard input: one idle, one for an answer.
pub(crate) fn hold(words: &[&str]) -> Result<(), String> {
    let [address] = words else { return Err("where?".to_owned()) };
    let target = Target::new(address.parse().map_err(|_| format!("no address: {address}"))?);
    block_on(async {
        let mut idle = Client::login(&target).await?;
        idle.ask("select 1").await?;
        let mut busy = Client::login(&target).await?;
        busy.say(&trunkline_proto::message::Query { sql: "nap 600000 1" })?.send().await?;
        while idle.ask("gauges").await?.concat().split(' ').nth(2) != Some("1") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        println!("holding");
        std::io::stdout().flush().map_err(|error| error.to_string())?;
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        Ok(())
    })
}
