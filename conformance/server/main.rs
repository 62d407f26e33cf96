//! A trunkline server that stands behind the dialogues: a real server, and an engine of numbers.
//!
//!     conformance_server DATABASE FOLDER [CERTIFICATE KEY]
//!
//! It prints a line for each address: `open` (everybody is believed), `unix` (a folder with a socket), and `closed`
//! (the users `closed`, `hashed` and `clear` have the password `secret`: for SCRAM, MD5, and in clear within TLS).

mod closed;
mod engine;
mod eval;
mod parse;
mod tables;

use engine::Numbers;
use trunkline::{Listener, Server, ServerBuilder, Tls};
use trunkline_catalog::Catalog;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (database, folder, pem) = match &words[..] {
        [database, folder] => (database, folder, None),
        [database, folder, certificate, key] => (database, folder, Some((certificate, key))),
        _ => return Err("conformance_server DATABASE FOLDER [CERTIFICATE KEY]".into()),
    };
    let tls = pem.map(|(certificate, key)| Tls::from_pem_files(certificate, key)).transpose()?;
    let builder = || -> ServerBuilder<Catalog<Numbers>> {
        let builder = Server::builder(Catalog::new(Numbers { database: database.clone() }));
        match &tls {
            Some(tls) => builder.tls(tls.clone()),
            None => builder,
        }
    };
    let open = builder().build();
    let closed = builder().auth(closed::auth()?).build();
    let tcp = || tokio::net::TcpListener::bind("127.0.0.1:0");
    let (trusting, asking) = (tcp().await?, tcp().await?);
    let unix = Listener::unix(folder, 5432).await?;
    println!("open 127.0.0.1:{}", trusting.local_addr()?.port());
    println!("unix {folder}");
    println!("closed 127.0.0.1:{}", asking.local_addr()?.port());
    tokio::try_join!(open.serve(trusting), open.serve(unix), closed.serve(asking))?;
    Ok(())
}
