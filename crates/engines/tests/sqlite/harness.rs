//! Files and servers for one test.

use std::net::SocketAddr;
use std::path::PathBuf;

use tempfile::TempDir;
use trunkline::{Client, Engine, Identity, Listener, Server};
use trunkline_catalog::Catalog;
use trunkline_core::settings::Settings;
use trunkline_engines::sqlite::{Sqlite, SqliteSession};
use trunkline_proto::message::{AnyBackend, FieldCode, Query};

use crate::dialogue::Dialogue;

/// A database in a folder that goes with it.
pub(crate) struct File {
    pub(crate) folder: TempDir,
}

impl File {
    /// A database that SQLite itself has made by these statements.
    pub(crate) fn new(sql: &str) -> File {
        let file = File { folder: TempDir::new().expect("a folder") };
        file.run(sql);
        file
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// Has SQLite itself run statements.
    pub(crate) fn run(&self, sql: &str) {
        self.connection().execute_batch(sql).expect("statements of SQLite");
    }

    /// A connection without the engine.
    pub(crate) fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).expect("a file of SQLite")
    }

    /// What SQLite itself finds: one value.
    pub(crate) fn find<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.connection().query_row(sql, [], |row| row.get(0)).expect("a value")
    }

    pub(crate) fn writable(&self) -> Sqlite {
        Sqlite::open_writable(self.path()).expect("a database")
    }

    pub(crate) fn serve(&self) -> Served {
        serve(self.writable())
    }

    /// A server that has the catalogs, too.
    pub(crate) fn serve_catalogs(&self) -> Served {
        serve(Catalog::new(self.writable()))
    }
}

/// A session without a server.
pub(crate) async fn session(engine: &Sqlite) -> (SqliteSession, Client) {
    let client = Client::new(Identity::new("ann", "test"), Settings::default());
    (engine.open(client.clone()).await.expect("a session"), client)
}

/// A server, gone when it is dropped.
pub(crate) struct Served {
    runtime: Option<tokio::runtime::Runtime>,
    pub(crate) address: SocketAddr,
}

pub(crate) fn serve(engine: impl Engine) -> Served {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(Listener::tcp(([127, 0, 0, 1], 0).into()));
    let listener = listener.expect("a free port");
    let address = listener.local_address().expect("a TCP address");
    let server = Server::builder(engine).build();
    runtime.spawn(async move { server.serve(listener).await });
    Served { runtime: Some(runtime), address }
}

impl Served {
    pub(crate) fn login(&self) -> Dialogue {
        Dialogue::login(self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Says a query and writes down the answer, but for the descriptions of rows.
pub(crate) fn ask(client: &mut Dialogue, sql: &str) -> String {
    let heard = client.say(&Query { sql }).hear_until('Z');
    heard.split(' ').filter(|word| !word.starts_with("T(")).collect::<Vec<_>>().join(" ")
}

/// Says a query that is refused; the fields of the error by their codes.
pub(crate) fn refused(client: &mut Dialogue, sql: &str) -> impl Fn(u8) -> String + use<> {
    client.say(&Query { sql }).send();
    let mut found = Vec::new();
    loop {
        match client.next().expect("the server goes on talking") {
            AnyBackend::ErrorResponse(error) => {
                for code in *b"CMDsctnW" {
                    let text = error.fields.get(FieldCode(code)).map(<[u8]>::to_vec);
                    found.push((code, String::from_utf8(text.unwrap_or_default()).expect("UTF-8")));
                }
            }
            AnyBackend::ReadyForQuery(_) => break,
            _ => {}
        }
    }
    assert!(!found.is_empty(), "not refused: {sql:.200}");
    move |code| found.iter().find(|(known, _)| *known == code).map_or("", |(_, text)| text).into()
}

/// Waits until something holds; whether it does.
pub(crate) fn eventually(mut holds: impl FnMut() -> bool) -> bool {
    let start = std::time::Instant::now();
    while start.elapsed().as_secs() < 20 {
        if holds() {
            return true;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    false
}
