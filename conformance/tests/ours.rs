//! The recorded dialogues, played to a server of ours: no PostgreSQL is needed for that.

use std::process::Command;

use engine::Numbers;
use trunkline::{Listener, Server};
use trunkline_catalog::Catalog;

#[path = "../server/closed.rs"]
mod closed;
#[path = "../server/engine.rs"]
mod engine;
#[path = "../server/eval.rs"]
mod eval;
#[path = "../server/parse.rs"]
mod parse;
#[path = "../server/tables.rs"]
mod tables;

#[test]
fn ours_answers_as_recorded_of_postgresql() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let builder = || Server::builder(Catalog::new(Numbers { database: "postgres".into() }));
    let open = builder().build();
    let closed = builder().auth(closed::auth().expect("users")).build();
    let folder = std::env::temp_dir().join(format!("trunkline-dialogues-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder");
    let any = ([127, 0, 0, 1], 0).into();
    let (trusting, asking, unix) = runtime.block_on(async {
        let unix = Listener::unix(&folder, 5432).await.expect("a socket");
        (Listener::tcp(any).await.expect("a port"), Listener::tcp(any).await.expect("a port"), unix)
    });
    let port = |listener: &Listener| listener.local_address().expect("an address").port();
    let dsn = |user: &str, port| format!("postgres://{user}@127.0.0.1:{port}/postgres");
    let mut runner = Command::new(env!("CARGO_BIN_EXE_trunkline-conformance"));
    runner.current_dir(env!("CARGO_MANIFEST_DIR"));
    runner.args(["--dsn", &format!("ours={}", dsn("postgres", port(&trusting)))]);
    for (way, user) in [("--password", "closed"), ("--md5", "hashed"), ("--cleartext", "clear")] {
        runner.args([way, &dsn(&format!("{user}:secret"), port(&asking))]);
    }
    runner.arg("--unix");
    runner.arg(format!("postgres://postgres@/postgres?host={}&port=5432", folder.display()));
    let by_unix = open.clone();
    runtime.spawn(async move { open.serve(trusting).await });
    runtime.spawn(async move { by_unix.serve(unix).await });
    runtime.spawn(async move { closed.serve(asking).await });
    let said = runner.args(["--exceptions", "--brief"]).output().expect("the runner runs");
    drop(runtime);
    let _ = std::fs::remove_dir_all(&folder);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}
