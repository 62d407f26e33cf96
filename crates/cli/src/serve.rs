//! `trunkline serve`: from flags to a running server, and its end.

use std::io::Write;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use trunkline::{Limits, Server, Tls};
use trunkline_datafusion::{DataFusion, Database};

use crate::args::Serve;
use crate::banner::banner;
use crate::failure::Failure;
use crate::listen::listen;
use crate::users::logins;

/// Connections at once, unless the user says otherwise.
const CONNECTIONS: usize = 1_000;

/// Room to free the plan of the deepest statement; only what is touched takes memory.
const STACK: usize = 16 << 20;

/// Serves until a signal says to stop.
pub(crate) fn serve(said: Serve) -> Result<(), Failure> {
    log(said.log.as_deref().unwrap_or("warn"))?;
    if said.paths.is_empty() && said.table.is_empty() {
        return Err(Failure::usage("nothing to serve: say a folder, as in trunkline serve data/"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .map_err(|error| Failure::runtime(format!("cannot start: {error}")))?;
    let outcome = runtime.block_on(run(&said));
    // What still runs on a worker has been cancelled: nobody waits for it.
    runtime.shutdown_background();
    outcome
}

async fn run(said: &Serve) -> Result<(), Failure> {
    let logins = logins(said)?;
    let database = Database::open(said.paths.iter(), &tables(said)?, said.database.as_deref())
        .await
        .map_err(|error| Failure::usage(error.to_string()))?;
    let mut limits = Limits::default();
    limits.connections = said.max_connections.unwrap_or(CONNECTIONS);
    let memory = said.max_memory.map(|mib| mib.saturating_mul(1 << 20));
    let engine = DataFusion::new(database.clone(), memory)
        .map_err(|error| Failure::runtime(format!("cannot start: {error}")))?;
    let mut builder = Server::builder(engine).auth(logins.auth.clone()).limits(limits);
    match (&said.tls_cert, &said.tls_key) {
        (Some(certificate), Some(key)) => {
            let tls = Tls::from_pem_files(certificate, key)
                .map_err(|error| Failure::usage(format!("cannot offer TLS: {error}")))?;
            builder = builder.tls(tls);
        }
        (None, None) => {}
        _ => return Err(Failure::usage("TLS needs both --tls-cert and --tls-key")),
    }
    if said.insecure_listen {
        builder = builder.danger_listen_insecurely();
    }
    let server = builder.build();

    // The signals are awaited from before the banner on: who reads it may send them at once.
    let mut signals = Signals::new()?;
    let mut listeners = Vec::new();
    let default = ["127.0.0.1:5432".to_owned()];
    let places = if said.listen.is_empty() { &default[..] } else { &said.listen };
    for place in places {
        listeners.extend(listen(place).await?);
    }
    for listener in &listeners {
        server.check(listener).map_err(|error| {
            Failure::usage(format!("{error}; say --insecure-listen if you mean it"))
        })?;
    }
    let banner = banner(&listeners, &database, &logins, said.tls_cert.is_some()).await;
    // A pipe that nobody reads any more must not end the server.
    let _ = std::io::stdout().write_all(banner.as_bytes());
    let _ = std::io::stdout().flush();

    let mut serving = JoinSet::new();
    for listener in listeners {
        let server = server.clone();
        serving.spawn(async move { server.serve(listener).await });
    }
    tokio::select! {
        Some(ended) = serving.join_next() => match ended {
            Ok(Err(error)) => return Err(Failure::runtime(error.to_string())),
            _ => return Err(Failure::runtime("the server stopped by itself")),
        },
        () = signals.stop() => {}
    }
    // Asked once, the server ends in good order; asked twice, at once.
    tokio::select! {
        () = server.shutdown() => {}
        () = signals.stop() => {}
    }
    // The files of Unix sockets go with their listeners, which these tasks hold.
    serving.shutdown().await;
    Ok(())
}

/// The tables that were named: `NAME=PATH`.
fn tables(said: &Serve) -> Result<Vec<(String, String)>, Failure> {
    let parts = said.table.iter().map(|table| {
        let (name, path) = table.split_once('=').unwrap_or_default();
        if name.is_empty() || path.is_empty() {
            return Err(Failure::usage(format!("--table {table}: say NAME=PATH")));
        }
        Ok((name.to_owned(), path.to_owned()))
    });
    parts.collect()
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> Result<Signals, Failure> {
        let failed = |error| Failure::runtime(format!("cannot handle signals: {error}"));
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn log(level: &str) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(level).map_err(|_| {
        Failure::usage(format!("--log {level}: say error, warn, info, debug or trace"))
    })?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(())
}
