//! tokio-postgres: statements described first, binary values, pipelined by polling futures together.

mod scenarios;

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;
type Scenario = Pin<Box<dyn Future<Output = Outcome>>>;

/// What is said of a scenario that this server has nothing for.
const SKIPPED: &str = "no server with a password";

fn variable(name: &str) -> Option<String> {
    std::env::var(format!("INTEROP_{name}")).ok()
}

fn server() -> Config {
    let mut config = Config::new();
    config.host(variable("HOST").unwrap_or_default());
    config.port(variable("PORT").and_then(|port| port.parse().ok()).unwrap_or(5432));
    config.user(variable("USER").unwrap_or_default());
    config.dbname(variable("DATABASE").unwrap_or_default());
    config
}

fn secure_server() -> Outcome<Config> {
    let port = variable("SECURE_PORT").ok_or(SKIPPED)?;
    let mut config = Config::new();
    config.host(variable("HOST").unwrap_or_default()).port(port.parse()?);
    config.user(variable("SECURE_USER").unwrap_or_default());
    config.dbname(variable("DATABASE").unwrap_or_default());
    config.password(variable("PASSWORD").unwrap_or_default());
    Ok(config)
}

async fn connect(config: &Config) -> Outcome<Client> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// TLS, trusting the server's own certificate.
///
/// Without channel binding: tokio-postgres-rustls 0.13 finds none to bind to.
async fn connect_by_tls(config: &Config) -> Outcome<Client> {
    let pem = std::fs::read(variable("CA").unwrap_or_default())?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls_pemfile::certs(&mut pem.as_slice()) {
        roots.add(CertificateDer::into_owned(certificate?))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (client, connection) = config.connect(MakeRustlsConnect::new(tls)).await?;
    tokio::spawn(connection);
    Ok(client)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if std::env::args().nth(1).is_some() {
        let read = scenarios::flood().await;
        return if read.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut failed = false;
    for (name, run) in scenarios::all() {
        let limit = std::time::Duration::from_secs(60);
        match tokio::time::timeout(limit, run).await {
            Ok(Ok(())) => println!("ok {name}"),
            Ok(Err(why)) if why.to_string() == SKIPPED => println!("skip {name}: {why}"),
            Ok(Err(why)) => {
                failed = true;
                let cause = why.source().map_or(String::new(), |cause| format!(": {cause}"));
                println!("FAIL {name}: {why}{cause}");
            }
            Err(_) => {
                failed = true;
                println!("FAIL {name}: no end after {limit:?}");
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
