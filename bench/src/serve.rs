//! The server that is measured, in a process of its own.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tracing::{Event, Level, Metadata, Subscriber, span};
use trunkline::{Auth, Limits, Listener, Server, Tls, Users};

use crate::engine::{Figures, GAUGES, gauges};

/// Serves until it is told to stop, or its standard input ends: with who started it.
///
/// Says `listening PORT PROCESS` when it does, and its gauges at the end.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let flags = Flags::read(words)?;
    tracing::subscriber::set_global_default(Counter).map_err(|error| error.to_string())?;
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(1);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let served = runtime.block_on(serve(flags));
    runtime.shutdown_background();
    served.map_err(|error| error.to_string())
}

async fn serve(flags: Flags) -> Result<(), Box<dyn std::error::Error>> {
    let mut server =
        Server::builder(Figures).limits(flags.limits.clone()).danger_listen_insecurely();
    if let Some(tls) = flags.tls()? {
        server = server.tls(tls);
    }
    let server = server.auth(flags.auth()?).build();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let listener = Listener::tcp(SocketAddr::new(flags.host, 0)).await?;
    let port = listener.local_address().ok_or("no address")?.port();
    let serving = server.clone();
    let serving = tokio::spawn(async move { serving.serve(listener).await });
    println!("listening {port} {}", std::process::id());
    std::io::stdout().flush()?;
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = hang_up.recv() => {}
        }
        // As the command line does it: what cannot be read changes nothing.
        if let Err(error) = reload(&server, &flags) {
            tracing::warn!(error, "nothing was read again");
        }
    }
    // As the command line does it: asked once, it ends in good order; asked twice, at once.
    tokio::select! {
        () = server.shutdown() => {}
        _ = terminate.recv() => {}
    }
    serving.abort();
    println!("ended {}", gauges());
    Ok(())
}

fn reload(server: &Server<Figures>, flags: &Flags) -> Result<(), Box<dyn std::error::Error>> {
    Ok(server.reload(flags.auth()?, flags.tls()?)?)
}

/// What the server is told.
struct Flags {
    host: IpAddr,
    tls: Option<(String, String)>,
    /// In the form of `userlist.txt`.
    users: Option<String>,
    limits: Limits,
}

impl Flags {
    fn tls(&self) -> Result<Option<Tls>, Box<dyn std::error::Error>> {
        let Some((certificate, key)) = &self.tls else { return Ok(None) };
        Ok(Some(Tls::from_pem_files(certificate, key)?))
    }

    fn auth(&self) -> Result<Auth, Box<dyn std::error::Error>> {
        let Some(users) = &self.users else { return Ok(Auth::trust()) };
        Ok(Auth::scram(Users::new()?.userlist(users)?))
    }

    fn read(words: &[&str]) -> Result<Flags, String> {
        let mut limits = Limits::default();
        limits.connections = 20_000;
        limits.logins = 20_000;
        let mut flags = Flags { host: Ipv4Addr::LOCALHOST.into(), tls: None, users: None, limits };
        let mut words = words.iter().copied();
        while let Some(flag) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{flag} needs a value"));
            let text = value()?;
            let number = || text.parse::<usize>().map_err(|_| format!("{flag} needs a number"));
            let time = || number().map(|number| Duration::from_millis(number as u64));
            let limits = &mut flags.limits;
            match flag {
                "--host" => flags.host = text.parse().map_err(|_| format!("{flag} {text}?"))?,
                "--tls" => flags.tls = Some((text.to_owned(), value()?.to_owned())),
                "--users" => flags.users = Some(text.to_owned()),
                "--connections" => limits.connections = number()?,
                "--logins" => limits.logins = number()?,
                "--login" => limits.login = time()?,
                "--drain" => limits.drain = time()?,
                _ => return Err(format!("unknown flag {flag}")),
            }
        }
        Ok(flags)
    }
}

/// Counts the lines that the log of a server has which is told to log what goes wrong.
struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {
        GAUGES.lines.fetch_add(1, Relaxed);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
