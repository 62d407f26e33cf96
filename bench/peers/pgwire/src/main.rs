//! A server on the crate `pgwire`, written as its careful user would: a row encoder that is used
//! again, statements parsed once, schemas and the verifier of the password kept.
//!
//!     bench-pgwire --port 5433 [--tls server.crt server.key] [--scram]
//!     bench-pgwire codec [ROWS]
//!
//! It answers `select 1`, and `select * from rows` with a million of them. With `--scram` the
//! user is `bench_scram`, the password `secret`.

mod codec;
mod handler;
mod login;

use std::error::Error;
use std::sync::Arc;

use pgwire::api::PgWireServerHandlers;
use pgwire::tokio::process_socket;
use tokio::net::TcpSocket;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use handler::{Handler, Plain};
use login::Scram;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1).peekable();
    if words.next_if(|word| word == "codec").is_some() {
        let rows = words.next().map_or(Ok(1_000_000), |word| word.parse())?;
        return codec::run(rows);
    }
    let (mut port, mut scram, mut tls) = (5433, false, None);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--port" => port = value()?.parse()?,
            "--tls" => tls = Some(acceptor(&value()?, &value()?)?),
            "--scram" => scram = true,
            _ => return Err(format!("unknown flag {word}").into()),
        }
    }
    let handler = Arc::new(Handler::new(1_000_000));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if scram {
        let server = Scram::new(handler);
        // On a worker, not on the main thread: a task that blocks there is slower to wake others.
        runtime.block_on(runtime.spawn(listen(port, tls, Arc::new(server))))??;
    } else {
        runtime.block_on(runtime.spawn(listen(port, tls, Arc::new(Plain(handler)))))??;
    }
    Ok(())
}

async fn listen<H: PgWireServerHandlers + Send + Sync + 'static>(
    port: u16,
    tls: Option<TlsAcceptor>,
    handlers: Arc<H>,
) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    let listener = socket.listen(4096)?;
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (tls, handlers) = (tls.clone(), handlers.clone());
        tokio::spawn(async move {
            stream.set_nodelay(true)?;
            process_socket(stream, tls, handlers).await
        });
    }
}

fn acceptor(certificate: &str, key: &str) -> Result<TlsAcceptor, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
