//! Clients that ask again as soon as they have an answer.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::epoll;
use serde_json::json;

use crate::arguments::Arguments;
use crate::connection::{Connection, closed};
use crate::histogram::Histogram;
use crate::request::Request;
use crate::scan::Scan;

/// When measuring begins and ends.
#[derive(Default)]
struct Bell {
    on: AtomicBool,
    stop: AtomicBool,
}

/// What one thread has seen.
struct Seen {
    queries: u64,
    taken: Histogram,
    since: Option<Instant>,
    /// How long it has measured, in seconds.
    measured: f64,
    wrong: u64,
}

/// One thread drives all clients; under TLS each has its own, for rustls cannot be asked whether
/// it would block.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let (target, server) = (arguments.target()?, arguments.server()?);
    let request = arguments.request("select 1")?;
    let count: usize = arguments.number("connections", 1)?;
    let seconds = arguments.number("seconds", 1.5)?;
    let warm_up = arguments.number("warm-up", 0.3)?;
    let mut connections = Vec::with_capacity(count);
    for _ in 0..count {
        let mut connection = Connection::open(&target)?;
        if let Some(preparation) = &request.preparation {
            connection.ask(preparation)?;
        }
        connections.push(connection);
    }
    let bell = Bell::default();
    let is_alone = count == 1 || arguments.has("tls");
    let (busy, took, seen) = thread::scope(|scope| {
        let (request, bell) = (&request, &bell);
        let mut threads = Vec::new();
        if is_alone {
            for connection in connections {
                threads.push(scope.spawn(move || alone(connection, request, bell)));
            }
        } else {
            threads.push(scope.spawn(move || many(connections, request, bell)));
        }
        thread::sleep(Duration::from_secs_f64(warm_up));
        let (busy, start) = (server.busy(), Instant::now());
        bell.on.store(true, Ordering::Relaxed);
        thread::sleep(Duration::from_secs_f64(seconds));
        let (busy, took) = (server.busy() - busy, start.elapsed().as_secs_f64());
        bell.stop.store(true, Ordering::Relaxed);
        let ended = threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| io::Error::other("a panic"))?);
        Ok::<_, io::Error>((busy, took, ended.collect::<io::Result<Vec<_>>>()?))
    })?;
    let (mut rate, mut taken, mut wrong) = (0.0, Histogram::new(), 0);
    for seen in &seen {
        rate += seen.queries as f64 / seen.measured.max(1e-9);
        taken.merge(&seen.taken);
        wrong += seen.wrong;
    }
    if wrong > 0 {
        return Err(io::Error::other(format!("{wrong} answers were wrong")));
    }
    let line = json!({
        "rate": rate,
        "cpu_us": busy * 1e6 / (rate * took),
        "p50_us": taken.quantile(0.5),
        "p99_us": taken.quantile(0.99),
    });
    println!("{line}");
    Ok(())
}

impl Seen {
    fn new() -> Seen {
        Seen { queries: 0, taken: Histogram::new(), since: None, measured: 0.0, wrong: 0 }
    }

    /// An answer is whole.
    fn add(&mut self, scan: &Scan, request: &Request, taken: Duration, is_measured: bool) {
        if scan.rows != request.queries || scan.errors > 0 {
            self.wrong += 1;
        }
        if is_measured {
            self.queries += request.queries;
            self.taken.add(taken.as_nanos() as u64);
        }
    }

    /// Whether the bell has rung, looked at now.
    fn heeds(&mut self, bell: &Bell, now: Instant) -> bool {
        let on = bell.on.load(Ordering::Relaxed);
        if on && self.since.is_none() {
            self.since = Some(now);
        }
        on
    }

    fn ended(mut self) -> Seen {
        self.measured = self.since.map_or(0.0, |since| since.elapsed().as_secs_f64());
        self
    }
}

/// One client that waits for its answers.
fn alone(mut connection: Connection, request: &Request, bell: &Bell) -> io::Result<Seen> {
    let mut seen = Seen::new();
    let mut buffer = vec![0; 256 * 1024];
    while !bell.stop.load(Ordering::Relaxed) {
        let asked = Instant::now();
        let is_measured = seen.heeds(bell, asked);
        connection.send(&request.bytes)?;
        let mut scan = Scan::default();
        while scan.readies < request.readies {
            let count = connection.stream.read(&mut buffer)?;
            if count == 0 {
                return Err(closed());
            }
            scan.feed(&buffer[..count]);
        }
        seen.add(&scan, request, asked.elapsed(), is_measured);
    }
    Ok(seen.ended())
}

/// Many clients, each asked again as soon as it has its answer.
fn many(mut connections: Vec<Connection>, request: &Request, bell: &Bell) -> io::Result<Seen> {
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut state: Vec<(Scan, Instant)> = Vec::with_capacity(connections.len());
    for (number, connection) in connections.iter_mut().enumerate() {
        connection.stream.socket().set_nonblocking(true)?;
        let data = epoll::EventData::new_u64(number as u64);
        let socket = connection.stream.socket().as_fd();
        epoll::add(&poll, socket, data, epoll::EventFlags::IN)?;
        ask(connection, request)?;
        state.push((Scan::default(), Instant::now()));
    }
    let mut seen = Seen::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut events = Vec::with_capacity(256);
    let wait = rustix::event::Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
    while !bell.stop.load(Ordering::Relaxed) {
        events.clear();
        epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), Some(&wait))?;
        let is_measured = seen.heeds(bell, Instant::now());
        for event in &events {
            let number = event.data.u64() as usize;
            let (connection, (scan, asked)) = (&mut connections[number], &mut state[number]);
            let count = match connection.stream.read(&mut buffer) {
                Ok(0) => return Err(closed()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            };
            scan.feed(&buffer[..count]);
            if scan.readies >= request.readies {
                let now = Instant::now();
                seen.add(scan, request, now - *asked, is_measured);
                (*scan, *asked) = (Scan::default(), now);
                ask(connection, request)?;
            }
        }
    }
    Ok(seen.ended())
}

/// A request is far smaller than the socket's buffer: one write.
fn ask(connection: &mut Connection, request: &Request) -> io::Result<()> {
    let written = connection.stream.write(&request.bytes)?;
    if written == request.bytes.len() { Ok(()) } else { Err(io::Error::other("a short write")) }
}
