//! The physical limit: answers that were made before, or rows that are really encoded.
//!
//!     bench-ceiling --port 5434 [--encode] [--tls server.crt server.key]
//!
//! Messages are walked only to know how many answers are due. A statement that names `rows` is
//! answered with a million of them: prebuilt, in writes of 256 KiB; with `--encode` written anew
//! each time, in writes of 64 KiB. Any other statement is answered with one row.

mod answers;
mod client;

use std::error::Error;
use std::sync::Arc;

use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use answers::Answers;
use client::{State, serve};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut port, mut encode, mut tls) = (5434, false, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--port" => port = value()?.parse()?,
            "--encode" => encode = true,
            "--tls" => tls = Some(acceptor(&value()?, &value()?)?),
            _ => return Err(format!("unknown flag {word}").into()),
        }
    }
    let answers = Arc::new(Answers::new(encode));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // On a worker, not on the main thread: a task that blocks there is slower to wake others.
    runtime.block_on(runtime.spawn(async move {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(([127, 0, 0, 1], port).into())?;
        let listener = socket.listen(4096)?;
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            tokio::spawn(greet(stream, answers.clone(), tls.clone()));
        }
        #[allow(unreachable_code, reason = "says of what type the errors are")]
        Ok::<_, std::io::Error>(())
    }))??;
    Ok(())
}

async fn greet(
    stream: TcpStream,
    answers: Arc<Answers>,
    tls: Option<TlsAcceptor>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (stream, state) = serve(stream, State::default(), &answers, tls.is_some()).await?;
    if let (true, Some(tls)) = (state.wants_tls, tls) {
        serve(tls.accept(stream).await?, State::default(), &answers, false).await?;
    }
    Ok(())
}

fn acceptor(certificate: &str, key: &str) -> Result<TlsAcceptor, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
