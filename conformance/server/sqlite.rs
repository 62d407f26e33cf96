//! A trunkline server that stands behind the session scripts: SQLite and the catalogs, with a database of any name.
//!
//!     sqlite_server FOLDER
//!
//! It prints its port; everybody is believed.

mod databases;

use databases::Databases;
use trunkline::Server;
use trunkline_catalog::Catalog;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("sqlite_server FOLDER")?.into();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("sessions 127.0.0.1:{}", listener.local_addr()?.port());
    Server::builder(Catalog::new(Databases { folder })).build().serve(listener).await?;
    Ok(())
}
