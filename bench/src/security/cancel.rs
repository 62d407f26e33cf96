//! T15, T16: cancels that must hit what they mean, and cancels that mean nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;
use trunkline_proto::message::{ProtocolVersion, Query};

use super::line::{Line, grouped};
use super::storms::many;
use super::strangers::users;
use super::{Extent, block_on};
use crate::child::{Running, Setup};
use crate::client::{Client, Target, cancel};
use crate::dice::Dice;
use crate::durations::Durations;
use crate::engine::now;
use crate::process::{Process, stand_back};

const CLIENTS: usize = 50;

/// How many statements each of them has sent ahead.
const AHEAD: u64 = 4;

/// T15.
pub(super) fn correctness(extent: Extent) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for (name, version, tls) in [
        ("cancels, 3.0", ProtocolVersion::V3_0, false),
        ("cancels, 3.2", ProtocolVersion::V3_2, false),
        ("cancels, 3.0, TLS", ProtocolVersion::V3_0, true),
        ("cancels, 3.2, TLS", ProtocolVersion::V3_2, true),
    ] {
        let setup = Setup::new();
        let server = if tls { setup.tls() } else { setup }.start()?;
        let target = Target { version, ..server.target() };
        let count = extent.of(25_000, 1_000);
        lines.push(block_on(storm(Line::new("T15", name), &target, count))?);
        let latency = block_on(latency(&target, extent.of(500, 50)))?;
        let line =
            Line::new("T15", "cancel to 57014").with(name.split_once(' ').unwrap_or_default().1);
        let line = line.within(latency.median(), 5.0, "ms median");
        lines.push(line.within(latency.p99(), 50.0, "ms p99"));
    }
    Ok(lines)
}

/// When somebody asked for a cancel, and when the server had heard it, in nanoseconds.
type Span = (u128, u128);

async fn storm(line: Line, target: &Target, count: usize) -> Result<Line, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let spans: Arc<Vec<Mutex<Vec<Span>>>> =
        Arc::new((0..CLIENTS).map(|_| Mutex::default()).collect());
    let (mut pipelines, mut keys) = (JoinSet::new(), Vec::new());
    for number in 0..CLIENTS {
        let client = Client::login(target).await?;
        keys.push(client.key.clone());
        let (stop, spans) = (stop.clone(), spans.clone());
        pipelines.spawn(async move {
            let seen = pipeline(client, number, &stop).await?;
            let spans = spans.get(number).ok_or("no such client")?;
            let spans = spans.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Ok::<_, String>(seen.judge(spans))
        });
    }
    let keys = Arc::new(keys);
    many(count, |number| {
        let (keys, spans, target) = (keys.clone(), spans.clone(), target.clone());
        async move {
            let one = Dice::new(number).below(CLIENTS);
            let (key, spans) = keys.get(one).zip(spans.get(one)).ok_or("no such client")?;
            let start = now();
            cancel(&target, key).await?;
            spans.lock().unwrap_or_else(PoisonError::into_inner).push((start, now()));
            Ok(())
        }
    })
    .await?;
    stop.store(true, Relaxed);
    let (mut hits, mut wrong, mut statements) = (0, 0, 0);
    while let Some(verdict) = pipelines.join_next().await {
        let verdict = verdict.map_err(|error| error.to_string())??;
        hits += verdict.hits;
        wrong += verdict.wrong;
        statements += verdict.statements;
    }
    Ok(line
        .with(format!("{} against {CLIENTS} pipelines", grouped(count as u64)))
        .seen(format!("{} of {} statements hit", grouped(hits), grouped(statements)))
        .exactly(wrong, 0, "wrong"))
}

/// What one client saw of its statements, and what the server did.
struct Seen {
    /// Those that ended with 57014, and when they were sent.
    canceled: Vec<(u64, u128)>,
    /// Answers that are not those of their statements.
    mixed: usize,
    statements: u64,
    /// Ticket, start and end of each nap that was begun.
    history: String,
}

struct Judged {
    hits: u64,
    wrong: usize,
    statements: u64,
}

/// Naps, always some of them ahead; every one is answered by its ticket or by 57014.
async fn pipeline(mut client: Client, number: usize, stop: &AtomicBool) -> Result<Seen, String> {
    let (mut asked, mut answered, mut mixed) = (0, 0, 0);
    let (mut canceled, mut sent) = (Vec::new(), VecDeque::new());
    let mut dice = Dice::new(number);
    loop {
        while asked < answered + AHEAD && !stop.load(Relaxed) {
            let sql = format!("nap {} {asked}", 1 + dice.below(4));
            client.say(&Query { sql: &sql })?;
            sent.push_back(now());
            asked += 1;
        }
        client.send().await?;
        if answered == asked {
            break;
        }
        let sent = sent.pop_front().unwrap_or_default();
        match client.answer().await {
            Ok(rows) => mixed += usize::from(rows != [answered.to_string()]),
            Err(fault) if fault.is("57014") => canceled.push((answered, sent)),
            Err(fault) => return Err(format!("statement {answered}: {fault}")),
        }
        answered += 1;
    }
    let history = loop {
        match client.ask("history").await {
            // The last cancels are still on their way.
            Err(fault) if fault.is("57014") => {}
            history => break history?.concat(),
        }
    };
    Ok(Seen { canceled, mixed, statements: answered, history })
}

impl Seen {
    /// A statement is cancelled rightly if a cancel was under way while it ran, and each cancel
    /// stops one at the most.
    fn judge(self, mut spans: Vec<Span>) -> Judged {
        let mut naps = HashMap::new();
        let words: Vec<u128> =
            self.history.split_whitespace().map(|word| word.parse().unwrap_or_default()).collect();
        for nap in words.chunks_exact(3) {
            naps.insert(nap[0] as u64, (nap[1], nap[2]));
        }
        spans.sort_by_key(|span| span.1);
        let mut wrong = self.mixed;
        for (ticket, sent) in &self.canceled {
            // It runs from the end of the one before, or when it came, to the start of the one behind.
            let before = (0..*ticket).rev().find_map(|ticket| naps.get(&ticket));
            let behind = (ticket + 1..self.statements).find_map(|ticket| naps.get(&ticket));
            let start = before.map_or(0, |nap| nap.1).max(*sent);
            let end = behind.map_or(u128::MAX, |nap| nap.0);
            match spans.iter().position(|span| span.0 <= end && span.1 >= start) {
                Some(at) => drop(spans.remove(at)),
                None => wrong += 1,
            }
        }
        Judged { hits: self.canceled.len() as u64, wrong, statements: self.statements }
    }
}

/// How long it takes from the wish to cancel to the answer of the statement.
async fn latency(target: &Target, count: usize) -> Result<Durations, String> {
    let mut client = Client::login(target).await?;
    let key = client.key.clone();
    let mut taken = Durations::default();
    for number in 0..count {
        client.say(&Query { sql: "nap 60000 1" })?.send().await?;
        tokio::time::sleep(Duration::from_micros(Dice::new(number).below(4000) as u64 + 2000))
            .await;
        let start = Instant::now();
        let (canceled, answer) = tokio::join!(cancel(target, &key), async {
            let answer = client.answer().await;
            taken.push(start.elapsed());
            answer
        });
        canceled?;
        if !answer.as_ref().is_err_and(|fault| fault.is("57014")) {
            return Err(format!("a cancelled nap ended with {answer:?}"));
        }
    }
    Ok(taken)
}

/// T16: keys that are nobody's.
pub(super) fn flood(extent: Extent) -> Result<Vec<Line>, String> {
    // Together the seats that strangers can have, and room for who is just being turned away: 32.
    let server = Setup::new().flag("--connections", 30).flag("--logins", 180).start()?;
    block_on(flooded(&server, Duration::from_secs(extent.of(30, 1)))).map(|line| vec![line])
}

/// How many wrong keys a second, from how many threads, and how many of them may wait for their end at
/// a time: more than the server may keep.
const RATE: usize = 10_000;
const STRANGERS: usize = 8;
const OPEN: usize = 2_000;

async fn flooded(server: &Running, during: Duration) -> Result<Line, String> {
    let target = server.target();
    let files = server.process.files();
    // Counted all the time, for it takes time itself.
    let live = Live::count(server.process);
    let (quiet, _) = users(&target, during.min(Duration::from_secs(5))).await;
    let (sent, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (lines, start) = (server.gauges().await?.lines, Instant::now());
    let strangers: Vec<_> = (0..STRANGERS)
        .map(|number| {
            let (target, sent, stop) = (target.clone(), sent.clone(), stop.clone());
            std::thread::spawn(move || stranger(number, &target, &sent, &stop))
        })
        .collect();
    let (loud, refused) = users(&target, during).await;
    let rate = sent.load(Relaxed) as f64 / during.as_secs_f64();
    stop.store(true, Relaxed);
    for stranger in strangers {
        stranger.join().map_err(|_| "a stranger has panicked")??;
    }
    let live = live.most()?.saturating_sub(files);
    // Where others have the processor, the flood lasts longer than it was meant to.
    let lines = (server.gauges().await?.lines - lines) as f64 / start.elapsed().as_secs_f64();
    Ok(Line::new("T16", "flood of cancels")
        .at_least(rate, RATE as f64, "a second")
        .at_most(live as f64, 256.0, "live")
        .at_most(lines, 10.0, "lines logged a second")
        .exactly(refused, 0, "users refused")
        .seen(format!("p99 {:.2} ms before", quiet.p99()))
        .within(loud.p99() / quiet.p99(), 2.0, "times the login p99"))
}

/// A thread that looks again and again how many files a process has open.
struct Live {
    stop: Arc<AtomicBool>,
    counting: std::thread::JoinHandle<usize>,
}

impl Live {
    fn count(process: Process) -> Live {
        let stop = Arc::new(AtomicBool::new(false));
        let counting = std::thread::spawn({
            let stop = stop.clone();
            move || {
                stand_back();
                let mut most = 0;
                while !stop.load(Relaxed) {
                    most = most.max(process.files());
                    std::thread::sleep(Duration::from_millis(20));
                }
                most
            }
        });
        Live { stop, counting }
    }

    /// The most that there were.
    fn most(self) -> Result<usize, String> {
        self.stop.store(true, Relaxed);
        self.counting.join().map_err(|_| "the counting has panicked".to_owned())
    }
}

/// Sends its share of the wrong keys when they are due, whether those before are over or not.
fn stranger(
    number: usize,
    target: &Target,
    sent: &Arc<AtomicUsize>,
    stop: &AtomicBool,
) -> Result<(), String> {
    stand_back();
    // No two of them at the same time, as far as timers tell times apart: what comes at a time makes
    // others wait for what no network brings at a time.
    // A little more than what is asked for, since threads begin and end a little late.
    let every = Duration::from_secs(1) / (RATE / STRANGERS + RATE / STRANGERS / 100) as u32;
    std::thread::sleep(every * number as u32 / STRANGERS as u32);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    runtime.block_on(async {
        let (mut dice, mut requests, mut due) = (Dice::new(number), JoinSet::new(), Instant::now());
        while !stop.load(Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            while requests.try_join_next().is_some() {}
            while due < Instant::now() && requests.len() < OPEN / STRANGERS {
                due += every;
                let key =
                    (dice.throw() as i32, Bytes::copy_from_slice(&dice.throw().to_be_bytes()[..4]));
                // From other networks than the users', as far as loopback has such.
                let from = Some([127, 0, 0, 2 + dice.below(8) as u8].into());
                let (target, sent) = (Target { from, ..target.clone() }, sent.clone());
                requests.spawn(async move {
                    if cancel(&target, &key).await.is_ok() {
                        sent.fetch_add(1, Relaxed);
                    }
                });
            }
        }
    });
    Ok(())
}
