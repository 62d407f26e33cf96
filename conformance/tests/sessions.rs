//! The recorded session scripts, played to a server with SQLite behind it: no PostgreSQL is needed for that.

use std::process::Command;

use databases::Databases;
use trunkline::{Listener, Server};
use trunkline_catalog::Catalog;

#[path = "../server/databases.rs"]
mod databases;

#[test]
fn sqlite_answers_the_scripts_as_recorded_of_postgresql() {
    let folder = std::env::temp_dir().join(format!("trunkline-scripts-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = Server::builder(Catalog::new(Databases { folder: folder.clone() })).build();
    let any = ([127, 0, 0, 1], 0).into();
    let listener = runtime.block_on(Listener::tcp(any)).expect("a port");
    let port = listener.local_address().expect("an address").port();
    runtime.spawn(async move { server.serve(listener).await });
    let mut runner = Command::new(env!("CARGO_BIN_EXE_trunkline-conformance"));
    runner.current_dir(env!("CARGO_MANIFEST_DIR")).args(["--sessions", "sessions", "--brief"]);
    runner.args(["--dsn", &format!("ours=postgres://postgres@127.0.0.1:{port}/postgres")]);
    let said = runner.arg("--exceptions").output().expect("the runner runs");
    drop(runtime);
    let _ = std::fs::remove_dir_all(&folder);
    let words = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{words}{}", String::from_utf8_lossy(&said.stderr));
}
