//! Threads of connections, in a process of their own.

#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../../server/tests/wire/dialogue.rs"]
mod dialogue;
#[allow(dead_code, reason = "shared with the other tests")]
#[path = "sqlite/harness.rs"]
mod harness;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use harness::{File, ask, eventually};
use trunkline_proto::message::Query;

const LOOK: &str = "SELECT count(*) FROM pg_class WHERE relname = 't'";
const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

/// Each test counts the threads of the process.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn threads_end_with_their_sessions() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut clients: Vec<_> = (0..5).map(|_| server.login()).collect();
    // Nobody has asked anything yet.
    assert_eq!(threads(), 0);
    for client in &mut clients {
        assert_eq!(ask(client, "SELECT count(*) FROM t"), "D(0) C(SELECT 1) Z(I)");
    }
    assert_eq!(threads(), 5);
    // One is busy when it is lost.
    clients[0].say(&Query { sql: ENDLESS }).send();
    drop(clients);
    drop(server);
    assert!(eventually(|| threads() == 0), "{} threads", threads());
}

#[test]
fn what_another_session_has_read_of_definitions_needs_no_thread() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve_catalogs();
    let mut clients: Vec<_> = (0..3).map(|_| server.login()).collect();
    for client in &mut clients {
        assert_eq!(ask(client, LOOK), "D(1) C(SELECT 1) Z(I)");
    }
    assert_eq!(threads(), 1);
    assert_eq!(ask(&mut clients[1], "SELECT count(*) FROM t"), "D(0) C(SELECT 1) Z(I)");
    assert_eq!(threads(), 2);
    // Of another file, too.
    let other = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    std::fs::rename(other.path(), file.path()).expect("another file");
    let mut late = [server.login(), server.login()];
    for client in &mut late {
        assert_eq!(ask(client, LOOK), "D(1) C(SELECT 1) Z(I)");
    }
    assert_eq!(threads(), 3);
    drop((clients, late));
    drop(server);
    assert!(eventually(|| threads() == 0), "{} threads", threads());
}

/// How many threads of this process have connections.
fn threads() -> usize {
    let tasks = Path::new("/proc/self/task").read_dir().expect("Linux");
    let names = tasks.flatten().map(|task| std::fs::read_to_string(task.path().join("comm")));
    names.filter(|name| name.as_ref().is_ok_and(|name| name.starts_with("trunkline-sqlit"))).count()
}
