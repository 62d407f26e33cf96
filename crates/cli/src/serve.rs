//! `trunkline serve`: from flags to a running server, and its end.

use std::io::Write;
use std::sync::Arc;

use tokio::task::JoinSet;
use trunkline::catalog::Snapshot;
use trunkline::{Engine, Limits, Server};
use trunkline_catalog::Catalog;
use trunkline_datafusion::DataFusion;

use crate::access::{Access, Loaded};
use crate::args::Serve;
use crate::banner::banner;
use crate::failure::Failure;
use crate::listen::listen;
use crate::printable::printable;
use crate::reload::Reloads;
use crate::signals::{Asked, Signals};
use crate::source::{Shown, Source};
use crate::timeouts::{time, timeouts};
use crate::{declared, log, open_files};

/// Connections at once, unless the user says otherwise.
const CONNECTIONS: usize = 1_000;

/// Room to free the plan of the deepest statement; only what is touched takes memory.
const STACK: usize = 16 << 20;

/// Serves until a signal says to stop.
pub(crate) fn serve(said: Serve) -> Result<(), Failure> {
    log::start(said.log.as_deref().unwrap_or("warn"))?;
    if said.paths.is_empty() && said.table.is_empty() {
        return Err(Failure::usage("nothing to serve: say a folder, as in trunkline serve data/"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .map_err(|error| Failure::runtime(format!("cannot start: {error}")))?;
    let outcome = runtime.block_on(run(&Arc::new(said)));
    // What still runs on a worker has been cancelled: nobody waits for it.
    runtime.shutdown_background();
    outcome
}

async fn run(said: &Arc<Serve>) -> Result<(), Failure> {
    let mut limits = Limits::default();
    limits.timeouts = timeouts(said)?;
    if let Some(user_timeout) = &said.tcp_user_timeout {
        limits.tcp_user_timeout = time("--tcp-user-timeout", user_timeout)?;
    }
    limits.guesses = said.guesses.unwrap_or(limits.guesses);
    let wanted = said.max_connections.unwrap_or(CONNECTIONS);
    if wanted == 0 {
        return Err(Failure::usage("--max-connections 0 lets nobody in: say 1 or more"));
    }
    if said.database.as_deref() == Some("") {
        return Err(Failure::usage("--database \"\" cannot be asked for: say a name, or nothing"));
    }
    let (connections, few) = open_files::fit(wanted, limits.logins);
    limits.connections = connections;
    let mut signals = Signals::new()?;
    let Some(mut opened) = opened(said, &mut signals).await? else { return Ok(()) };
    let shown = opened.source.shown().await?;
    match opened.source.clone() {
        Source::Files(database) => {
            let memory = said.max_memory.map(|mib| mib.saturating_mul(1 << 20));
            let engine = DataFusion::new(database, memory)
                .map_err(|error| Failure::runtime(format!("cannot start: {error}")))?;
            // Rules by database must not be evaded by another name.
            let engine = if said.hba.is_some() { engine.without_alias() } else { engine };
            let engine = declaring(engine, opened.declared.take());
            run_engine(said, engine, opened, &shown, (limits, few), signals).await
        }
        Source::Sqlite(engine, name) => {
            let engine = engine.named(&name);
            let engine = if said.hba.is_some() { engine.without_alias() } else { engine };
            let engine = declaring(engine, opened.declared.take());
            run_engine(said, engine, opened, &shown, (limits, few), signals).await
        }
    }
}

/// An engine with catalogs, which show what was declared, too.
fn declaring<E: Engine>(engine: E, declared: Option<Snapshot>) -> Catalog<E> {
    let engine = Catalog::new(engine);
    match declared {
        Some(declared) => engine.declaring(declared),
        None => engine,
    }
}

/// Serves an engine to the end.
async fn run_engine<E: Engine>(
    said: &Serve,
    engine: E,
    Opened { access, loaded, has_changed, .. }: Opened,
    shown: &Shown,
    (limits, few): (Limits, Option<String>),
    mut signals: Signals,
) -> Result<(), Failure> {
    let mut builder = Server::builder(engine).auth(loaded.auth.clone()).limits(limits);
    let has_tls = loaded.tls.is_some();
    if let Some(tls) = loaded.tls {
        builder = builder.tls(tls);
    }
    if said.tls_required == Some(true) {
        builder = builder.require_tls();
    }
    if said.insecure_listen == Some(true) {
        builder = builder.danger_listen_insecurely();
    }
    let server = builder.build();

    let mut listeners = Vec::new();
    let default = ["127.0.0.1:5432".to_owned()];
    let places = if said.listen.is_empty() { &default[..] } else { &said.listen };
    for place in places {
        listeners.extend(listen(place).await?);
    }
    for listener in &listeners {
        server.check(listener).map_err(|error| Failure::usage(refusal(said, &error)))?;
    }
    for warning in [&access.logins.warning, &few].into_iter().flatten() {
        let _ = writeln!(std::io::stderr(), "trunkline: warning: {}", printable(warning));
    }
    let first = access.logins.passwords.first().map(|(name, _)| name.clone());
    let example = loaded.example.or(first).unwrap_or_else(|| "postgres".to_owned());
    let made_up = &access.logins.made_up;
    let banner = banner(&listeners, shown, &example, made_up, has_tls);
    // A pipe that nobody reads any more must not end the server.
    let _ = std::io::stdout().write_all(banner.as_bytes());
    let _ = std::io::stdout().flush();

    let mut reloads = Reloads::new(access, loaded.auth);
    if has_changed {
        reloads.ask();
    }
    let mut serving = JoinSet::new();
    for listener in listeners {
        let server = server.clone();
        serving.spawn(async move { server.serve(listener).await });
    }
    let outcome = loop {
        let asked = tokio::select! {
            Some(ended) = serving.join_next() => break Err(Failure::runtime(match ended {
                Ok(Err(error)) => error.to_string(),
                _ => "the server stopped by itself".to_owned(),
            })),
            () = reloads.done(&server) => continue,
            asked = signals.next() => asked,
        };
        match asked {
            Asked::Reload => reloads.ask(),
            Asked::StopAtOnce => break Ok(()),
            Asked::Stop => {
                // Asked once, the server ends in good order; asked twice, at once.
                tokio::select! {
                    () = server.shutdown() => {}
                    () = signals.stop() => {}
                }
                break Ok(());
            }
        }
    };
    // The files of Unix sockets go with these tasks, whatever ends them.
    serving.shutdown().await;
    outcome
}

/// What is served, to whom.
struct Opened {
    access: Access,
    loaded: Loaded,
    source: Source,
    /// What stands in the file of --schema.
    declared: Option<Snapshot>,
    /// Whether somebody said meanwhile that files have changed.
    has_changed: bool,
}

/// Reads what takes long aside: a signal must not wait for it. `None` if one says to stop.
async fn opened(said: &Arc<Serve>, signals: &mut Signals) -> Result<Option<Opened>, Failure> {
    let own = said.clone();
    let mut opening = tokio::task::spawn_blocking(move || {
        let (access, loaded) = Access::open(&own)?;
        let source = Source::open(&own)?;
        let declared = own.schema.as_deref().map(declared::read).transpose()?;
        Ok((access, loaded, source, declared))
    });
    let mut has_changed = false;
    loop {
        tokio::select! {
            opened = &mut opening => {
                let (access, loaded, source, declared) =
                    opened.map_err(|error| Failure::runtime(error.to_string()))??;
                return Ok(Some(Opened { access, loaded, source, declared, has_changed }));
            }
            asked = signals.next() => match asked {
                Asked::Reload => has_changed = true,
                Asked::Stop | Asked::StopAtOnce => return Ok(None),
            },
        }
    }
}

/// Why a public address is refused, and how it would not be.
fn refusal(said: &Serve, error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::InvalidInput {
        return format!("{error}; say --tls-client-ca FILE");
    }
    let fix = match &said.hba {
        Some(path) if said.tls_cert.is_some() => {
            format!("let no line of {} trust others", path.display())
        }
        None if said.user.is_empty() && said.users_file.is_none() => {
            "say --user NAME with --tls-cert and --tls-key".to_owned()
        }
        Some(path) => {
            let path = path.display();
            format!("say --tls-cert and --tls-key, and let no line of {path} trust others")
        }
        None => "say --tls-cert and --tls-key".to_owned(),
    };
    format!("{error}; {fix}, or --insecure-listen if you mean it")
}
