//! Clients that say their last word while a statement runs, and listen on; and those that do not.

use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use socket2::SockRef;
use tokio::sync::Semaphore;
use trunkline::{
    Client, Columns, CommandTag, Engine, Listener, Oid, Prepared, Reply, Result, Run, Server,
    Session,
};
use trunkline_proto::message::{Query, Terminate};

use crate::dialogue::Dialogue;
use crate::startup::{ANN, startup};
use crate::toy::{RunningServer, start_server};

/// Whoever is asked nothing new: whether it listens.
const ARE_YOU_THERE: &str = "S(integer_datetimes=on)";

/// Runs a statement until it may end, and tells that it ended otherwise.
#[derive(Clone)]
struct Gate {
    may_end: Arc<Semaphore>,
    given_up: Sender<()>,
}

/// Tells when it is dropped.
struct GivenUp(Sender<()>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

impl Engine for Gate {
    type Session = Gate;

    async fn open(&self, _: Client) -> Result<Gate> {
        Ok(self.clone())
    }
}

impl Session for Gate {
    type Statement = ();

    async fn prepare(&mut self, _: &str, _: &[Oid]) -> Result<Prepared<()>> {
        Ok(Prepared::new((), Columns::None))
    }

    async fn execute(&mut self, (): &(), _: Run) -> Result<Reply> {
        let guard = GivenUp(self.given_up.clone());
        self.may_end.acquire().await.expect("it is open").forget();
        std::mem::forget(guard);
        Ok(CommandTag::new("DONE").into())
    }
}

struct Gated {
    server: RunningServer<Gate>,
    may_end: Arc<Semaphore>,
    given_up: Receiver<()>,
}

impl Gated {
    fn start() -> Gated {
        let may_end = Arc::new(Semaphore::new(0));
        let (sender, given_up) = channel();
        let gate = Gate { may_end: may_end.clone(), given_up: sender };
        Gated { server: start_server(Server::builder(gate).build()), may_end, given_up }
    }

    fn is_given_up(&self) {
        self.given_up.recv_timeout(Duration::from_secs(20)).expect("the statement is given up");
    }
}

#[test]
fn who_has_said_its_last_word_is_answered() {
    let gated = Gated::start();
    for says_goodbye in [false, true] {
        let mut client = Dialogue::login(gated.server.address);
        client.say(&Query { sql: "one" }).say(&Query { sql: "another" });
        if says_goodbye {
            client.say(&Terminate);
        }
        client.send();
        client.socket.shutdown(Shutdown::Write).expect("it is open");
        assert_eq!(client.first(), ARE_YOU_THERE);
        gated.may_end.add_permits(2);
        assert_eq!(client.hear_out(), "C(DONE) Z(I) C(DONE) Z(I)");
        assert!(gated.given_up.try_recv().is_err());
    }
}

#[test]
fn a_statement_is_given_up_when_nobody_listens_any_more() {
    let gated = Gated::start();
    // Closed at once, as the system does for a client that is killed.
    let mut client = Dialogue::login(gated.server.address);
    client.say(&Query { sql: "one" }).send();
    drop(client);
    gated.is_given_up();
    // Closed by halves: of the second half the system tells only if it is sent something, or by a reset.
    let mut client = Dialogue::login(gated.server.address);
    client.say(&Query { sql: "one" }).send();
    client.socket.shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(client.first(), ARE_YOU_THERE);
    assert!(client.hears_nothing());
    SockRef::from(&client.socket).set_linger(Some(Duration::ZERO)).expect("an option");
    drop(client);
    gated.is_given_up();
}

#[test]
fn who_has_sent_much_ahead_is_answered_and_given_up_alike() {
    let gated = Gated::start();
    let ahead = |sql: &[u8]| {
        let mut client = Dialogue::login(gated.server.address);
        // More than the server reads ahead, less than the sockets hold.
        client.say(&Query { sql: "one" }).say(&Query { sql }).send();
        client.socket.shutdown(Shutdown::Write).expect("it is open");
        client
    };
    let long = vec![b' '; 100_000];
    let mut client = ahead(&long);
    assert_eq!(client.first(), ARE_YOU_THERE);
    gated.may_end.add_permits(1);
    assert_eq!(client.hear_out(), "C(DONE) Z(I) I Z(I)");
    drop(ahead(&long));
    gated.is_given_up();
}

#[test]
fn by_a_unix_socket_it_is_the_same() {
    let gated = Gated::start();
    let folder = std::env::temp_dir().join(format!("trunkline-half-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(Listener::unix(&folder, 5432)).expect("a socket");
    let server = gated.server.server.clone();
    runtime.spawn(async move { server.serve(listener).await });
    let login = || {
        let socket = UnixStream::connect(folder.join(".s.PGSQL.5432")).expect("it listens");
        let mut client = Dialogue::over(OwnedFd::from(socket).into());
        client.say(&startup(0x30000, &ANN)).hear_until('Z');
        client.say(&Query { sql: "one" }).send();
        client
    };
    let mut client = login();
    client.socket.shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(client.first(), ARE_YOU_THERE);
    gated.may_end.add_permits(1);
    assert_eq!(client.hear_out(), "C(DONE) Z(I)");
    drop(login());
    gated.is_given_up();
    let _ = std::fs::remove_dir_all(&folder);
}
