//! What takes too long, by the settings of PostgreSQL, which said what is expected here: each
//! dialogue was held with PostgreSQL 15 and 18 first, `sleep` being `pg_sleep`.

use std::time::Duration;

use trunkline::settings::Timeouts;
use trunkline::{Limits, Server};
use trunkline_proto::message::{
    AnyBackend, Close, Describe, Encode, FieldCode, Flush, Query, Sync, Target,
};

use crate::clock;
use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::startup::startup;
use crate::toy::Toy;

/// A client of a server of its own, under a clock that stands still while it talks.
struct Timed(Option<Dialogue>);

impl Timed {
    /// A client with these settings, each `name = value`.
    async fn new(settings: &[&'static str]) -> Timed {
        let mut timed = Timed::with(Limits::default()).await;
        for setting in settings {
            assert_eq!(timed.ask(&format!("SET {setting}")).await, "C(SET) Z(I)");
        }
        timed
    }

    async fn with(limits: Limits) -> Timed {
        let address = clock::start(&Server::builder(Toy).limits(limits).build()).await;
        Timed(Some(clock::client(move || Dialogue::login(address)).await))
    }

    async fn talks<T: Send + 'static>(
        &mut self,
        talks: impl FnOnce(&mut Dialogue) -> T + Send + 'static,
    ) -> T {
        let mut client = self.0.take().expect("a client");
        let (client, heard) = clock::client(move || {
            let heard = talks(&mut client);
            (client, heard)
        })
        .await;
        self.0 = Some(client);
        heard
    }

    /// A Query and its answer, which takes no time.
    async fn ask(&mut self, sql: &str) -> String {
        let sql = sql.to_owned();
        self.talks(move |client| client.say(&Query { sql: &*sql }).hear_until('Z')).await
    }

    /// Sends messages by their letters: P is a Parse of `sql`, E1 an Execute of one row.
    async fn send(&mut self, letters: &'static str, sql: &'static str) {
        self.talks(move |client| {
            let mut bytes = Vec::new();
            for letter in letters.split_whitespace() {
                message(letter, sql, &mut bytes);
            }
            client.say_raw(&bytes).send();
        })
        .await;
    }

    async fn hears_until(&mut self, last: char) -> String {
        self.talks(move |client| client.hear_until(last)).await
    }

    async fn hears_out(&mut self) -> String {
        self.talks(Dialogue::hear_out).await
    }

    /// Something is said after this time, to a millisecond or two.
    async fn hears_after(&mut self, millis: u64) {
        pass(millis - 2).await;
        assert!(self.hears_nothing().await, "not before {millis} ms");
        pass(3).await;
        assert!(!self.hears_nothing().await, "after {millis} ms");
    }

    /// Whether nothing has come that was not read yet.
    async fn hears_nothing(&mut self) -> bool {
        self.talks(|client| {
            client.socket.set_nonblocking(true).expect("a mode");
            let nothing = client.socket.peek(&mut [0]).is_err();
            client.socket.set_nonblocking(false).expect("a mode");
            nothing
        })
        .await
    }
}

async fn pass(millis: u64) {
    // Its last millisecond is to be at rest in.
    tokio::time::sleep(Duration::from_millis(millis - 1)).await;
    clock::idle().await;
}

fn message(letter: &str, sql: &str, out: &mut Vec<u8>) {
    let encoded = match letter {
        "P" => parse("", sql).encode(out),
        "B" => bind("", "").encode(out),
        "D" => Describe { target: Target::Statement, name: "" }.encode(out),
        "E" => execute("", 0).encode(out),
        "E1" => execute("", 1).encode(out),
        "C" => Close { target: Target::Portal, name: "" }.encode(out),
        "S" => Sync.encode(out),
        "H" => Flush.encode(out),
        "Q" => Query { sql }.encode(out),
        _ => unreachable!("{letter}"),
    };
    encoded.expect("a message");
}

/// Unlike `forever` it is not counted by other tests.
const FOREVER: &str = "sleep 99999999";

const LATE: &str = "E(ERROR 57014) Z(I)";

#[tokio::test(start_paused = true)]
async fn a_statement_that_takes_too_long_is_cancelled() {
    for forever in [FOREVER, "unplanned"] {
        let mut client = Timed::new(&["statement_timeout = '2s'"]).await;
        client.send("Q", forever).await;
        client.hears_after(2000).await;
        assert_eq!(client.hears_until('Z').await, LATE);
        assert_eq!(client.ask("notice").await, "N(00000) C(NOTICE) Z(I)");
        // The next one has its own time.
        client.send("P B E S", forever).await;
        client.hears_after(2000).await;
        assert!(client.hears_until('Z').await.ends_with(LATE));
    }
}

#[tokio::test(start_paused = true)]
async fn each_statement_of_a_string_has_its_own_time() {
    let mut client = Timed::new(&["statement_timeout = 2000"]).await;
    client.send("Q", "sleep 1900; sleep 1900; sleep 99999999").await;
    client.hears_after(1900 + 1900 + 2000).await;
    assert_eq!(client.hears_until('Z').await, "C(SLEEP) C(SLEEP) E(ERROR 57014) Z(I)");
    // What a statement sets holds from the next one on.
    client.send("Q", "SET statement_timeout = 0; sleep 9000; RESET statement_timeout").await;
    client.hears_after(9000).await;
    assert_eq!(client.hears_until('Z').await, "C(SET) C(SLEEP) C(RESET) Z(I)");
    client.send("Q", "SET statement_timeout = 50; sleep 99999999").await;
    client.hears_after(50).await;
    assert_eq!(client.hears_until('Z').await, "C(SET) E(ERROR 57014) Z(I)");
}

#[tokio::test(start_paused = true)]
async fn each_execute_ends_the_time_of_its_messages() {
    let mut client = Timed::new(&["statement_timeout = 2000"]).await;
    client.send("P B E B E S", "sleep 1900").await;
    client.hears_after(3800).await;
    assert_eq!(client.hears_until('Z').await, "1 2 C(SLEEP) 2 C(SLEEP) Z(I)");
    // Set in the pipeline.
    client.send("P B E", "SET statement_timeout = 50").await;
    client.send("P B E S", "sleep 51").await;
    client.hears_after(50).await;
    let heard = client.hears_until('Z').await;
    assert_eq!(heard, "1 2 C(SET) 1 2 E(ERROR 57014) Z(I)");
}

/// What a client hears that says something, waits for three seconds, and says more.
async fn meanwhile(before: &'static str, last: char, after: &'static str) -> String {
    let mut client = Timed::new(&["statement_timeout = 2000"]).await;
    client.send(before, "rows 5").await;
    client.hears_until(last).await;
    pass(3000).await;
    // It is not told before it says something.
    assert!(client.hears_nothing().await);
    client.send(after, "notice").await;
    client.hears_until('Z').await
}

#[tokio::test(start_paused = true)]
async fn the_time_between_the_messages_of_a_statement_counts() {
    for more in ["S", "B E S", "C S", "H S", "Q"] {
        assert_eq!(meanwhile("P H", '1', more).await, LATE);
    }
    assert_eq!(meanwhile("P D H", 'T', "S").await, LATE);
    // A portal that is suspended is not complete.
    assert_eq!(meanwhile("P B E1 H", 's', "E1 S").await, LATE);
    assert_eq!(meanwhile("P B E1 H", 's', "S").await, LATE);
    // A Flush hears of it at once, and what follows is skipped.
    let mut client = Timed::new(&["statement_timeout = 2000"]).await;
    client.send("P H", "rows 5").await;
    client.hears_until('1').await;
    pass(3000).await;
    client.send("H", "").await;
    assert_eq!(client.hears_until('E').await, "E(ERROR 57014)");
    client.send("B E S", "").await;
    assert_eq!(client.hears_until('Z').await, "Z(I)");
    // These are nothing that would be timed.
    assert_eq!(meanwhile("P B E H", 'C', "S").await, "Z(I)");
    assert_eq!(meanwhile("P B E H", 'C', "C S").await, "3 Z(I)");
    assert_eq!(meanwhile("C H", '3', "S").await, "Z(I)");
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_has_no_more_time_than_others() {
    let mut client = Timed::new(&["statement_timeout = 2000"]).await;
    client.send("Q", "endless").await;
    pass(2001).await;
    // What was written meanwhile comes first.
    assert!(client.hears_until('Z').await.ends_with(LATE));
}

/// A client that does something and then nothing; what ends it after two seconds, if anything.
async fn silent(settings: &[&'static str], does: &[&'static str]) -> Option<String> {
    let mut client = Timed::new(settings).await;
    for what in does {
        match what.split_once(": ") {
            // The last answer comes first.
            Some((last, letters)) => {
                client.send(letters, "one").await;
                for last in last.chars() {
                    client.hears_until(last).await;
                }
            }
            None => assert!(client.ask(what).await.contains("Z(")),
        }
    }
    pass(1990).await;
    assert!(client.hears_nothing().await, "before its time: {settings:?} {does:?}");
    pass(20).await;
    match client.hears_nothing().await {
        true => {
            pass(100_000).await;
            assert!(client.hears_nothing().await, "after its time: {settings:?} {does:?}");
            None
        }
        false => Some(client.hears_out().await),
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_does_nothing_is_ended() {
    const IDLE: &str = "idle_session_timeout = 2000";
    let ended = Some("E(FATAL 57P05)".to_owned());
    assert_eq!(silent(&[IDLE], &[]).await, ended);
    assert_eq!(silent(&[IDLE], &["one"]).await, ended);
    assert_eq!(silent(&[IDLE], &["BEGIN", "COMMIT"]).await, ended);
    assert_eq!(silent(&["idle_session_timeout = '1s'", IDLE], &[]).await, ended);
    assert_eq!(silent(&[IDLE], &["BEGIN"]).await, None);
    // Only who was told that the server is ready is idle.
    assert_eq!(silent(&[IDLE], &[": H"]).await, None);
    assert_eq!(silent(&[IDLE], &["3: C H"]).await, None);
    assert_eq!(silent(&[IDLE], &["C: P B E H"]).await, None);
    assert_eq!(silent(&[IDLE, "idle_session_timeout = 0"], &[]).await, None);
}

#[tokio::test(start_paused = true)]
async fn half_a_message_is_nothing() {
    let mut client = Timed::new(&["idle_session_timeout = 2000"]).await;
    pass(1000).await;
    client
        .talks(|client| {
            client.say_raw(b"Q\0\0\0\x20SEL").send();
        })
        .await;
    client.hears_after(1000).await;
    assert_eq!(client.hears_out().await, "E(FATAL 57P05)");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_in_which_nothing_is_done_is_ended() {
    const IDLE: &str = "idle_in_transaction_session_timeout = 2000";
    let ended = Some("E(FATAL 25P03)".to_owned());
    assert_eq!(silent(&[IDLE], &["BEGIN"]).await, ended);
    assert_eq!(silent(&[IDLE], &["BEGIN", "nonsense"]).await, ended);
    assert_eq!(silent(&[IDLE], &[]).await, None);
    assert_eq!(silent(&[IDLE], &["BEGIN", "COMMIT"]).await, None);
    assert_eq!(silent(&[IDLE], &["BEGIN", "1: P H"]).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_takes_too_long_is_ended() {
    const TIME: &str = "transaction_timeout = 2000";
    let ended = Some("E(FATAL 25P04)".to_owned());
    assert_eq!(silent(&[TIME], &["BEGIN"]).await, ended);
    assert_eq!(silent(&[TIME], &["BEGIN", "one"]).await, ended);
    assert_eq!(silent(&[], &["BEGIN", "SET transaction_timeout = 2000"]).await, ended);
    assert_eq!(silent(&[], &["BEGIN", "SET LOCAL transaction_timeout = 2000"]).await, ended);
    // Not changed any more, but turned off.
    assert_eq!(silent(&[TIME], &["BEGIN", "SET transaction_timeout = 9000"]).await, ended);
    assert_eq!(silent(&[TIME], &["BEGIN", "SET transaction_timeout = 0"]).await, None);
    // Without BEGIN, too.
    assert_eq!(silent(&[TIME], &["1: P H"]).await, ended);
    assert_eq!(silent(&[TIME], &["C: P B E H"]).await, ended);
    assert_eq!(silent(&[TIME], &["3: C H"]).await, None);
    assert_eq!(silent(&[TIME], &["one"]).await, None);
    // An error ends it, though its block waits for a ROLLBACK.
    assert_eq!(silent(&[TIME], &["BEGIN", "nonsense"]).await, None);
    let back = ["BEGIN", "SAVEPOINT a", "nonsense", "ROLLBACK TO a"];
    assert_eq!(silent(&[TIME], &back).await, None);
    // Of two timeouts the sooner counts; of two that are the same that of the transaction.
    let idle = "idle_in_transaction_session_timeout = 2000";
    assert_eq!(silent(&[TIME, idle], &["BEGIN"]).await, ended);
    let idle = "idle_in_transaction_session_timeout = 2500";
    assert_eq!(silent(&[TIME, idle], &["BEGIN", "nonsense"]).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_statements_of_a_transaction_share_its_time() {
    const TIME: &str = "transaction_timeout = 2000";
    let mut client = Timed::new(&[TIME]).await;
    client.send("Q", "sleep 1500; sleep 1500").await;
    client.hears_after(2000).await;
    assert_eq!(client.hears_out().await, "C(SLEEP) E(FATAL 25P04)");
    let mut client = Timed::new(&[TIME, "statement_timeout = 2000"]).await;
    client.send("Q", "sleep 1500; COMMIT; sleep 1500").await;
    client.hears_after(3000).await;
    assert_eq!(client.hears_until('Z').await, "C(SLEEP) N(25P01) C(COMMIT) C(SLEEP) Z(I)");
    client.send("Q", FOREVER).await;
    client.hears_after(2000).await;
    assert_eq!(client.hears_out().await, "E(FATAL 25P04)");
    // The next one of a chain has its own.
    let mut client = Timed::new(&[TIME]).await;
    client.ask("BEGIN").await;
    pass(1500).await;
    client.ask("COMMIT AND CHAIN").await;
    client.hears_after(2000).await;
    assert_eq!(client.hears_out().await, "E(FATAL 25P04)");
}

#[tokio::test(start_paused = true)]
async fn a_server_says_what_sessions_start_with_and_how_long_the_longest_is() {
    let mut limits = Limits::default();
    limits.timeouts.statement = Duration::from_secs(2);
    limits.max_timeouts.statement = Duration::from_secs(3);
    limits.max_timeouts.idle_session = Duration::from_secs(60);
    let mut client = Timed::with(limits.clone()).await;
    assert!(client.ask("SHOW statement_timeout").await.contains("D(2s)"));
    client.send("Q", FOREVER).await;
    client.hears_after(2000).await;
    assert_eq!(client.hears_until('Z').await, LATE);
    for more in ["0", "'1h'", "3001"] {
        client.ask(&format!("SET statement_timeout = {more}")).await;
        client.send("Q", FOREVER).await;
        client.hears_after(3000).await;
        assert_eq!(client.hears_until('Z').await, LATE);
    }
    assert!(client.ask("RESET statement_timeout; SHOW statement_timeout").await.contains("D(2s)"));
    client.hears_after(60_000).await;
    assert_eq!(client.hears_out().await, "E(FATAL 57P05)");
}

#[tokio::test(start_paused = true)]
async fn a_client_may_say_so_when_it_starts() {
    let address = clock::start(&Server::builder(Toy).build()).await;
    let options = "-c statement_timeout=2s -c idle_session_timeout=3s";
    let client = clock::client(move || {
        let mut client = Dialogue::silent(address);
        let parameters = [("user", "ann"), ("database", "toy"), ("options", options)];
        client.say(&startup(0x30000, &parameters)).hear_until('Z');
        client
    });
    let mut client = Timed(Some(client.await));
    client.send("Q", FOREVER).await;
    client.hears_after(2000).await;
    assert_eq!(client.hears_until('Z').await, LATE);
    client.hears_after(3000).await;
    assert_eq!(client.hears_out().await, "E(FATAL 57P05)");
}

#[tokio::test(start_paused = true)]
async fn what_is_said_is_what_postgresql_says() {
    let said = [
        ("statement_timeout", "Q", "canceling statement due to statement timeout"),
        ("transaction_timeout", "Q", "terminating connection due to transaction timeout"),
        ("idle_session_timeout", "", "terminating connection due to idle-session timeout"),
    ];
    let idle = (
        "idle_in_transaction_session_timeout",
        "BEGIN",
        "terminating connection due to idle-in-transaction timeout",
    );
    for (setting, does, words) in said.into_iter().chain([idle]) {
        let mut client = Timed::new(&[]).await;
        client.ask(&format!("SET {setting} = 1000")).await;
        match does {
            "BEGIN" => drop(client.ask(does).await),
            letters => client.send(letters, FOREVER).await,
        }
        pass(1001).await;
        let heard = client.talks(|client| client.next()).await;
        let Some(AnyBackend::ErrorResponse(error)) = heard else { panic!("{heard:?}") };
        let message = error.fields.get(FieldCode::MESSAGE).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(message), words);
    }
}

#[test]
fn a_limit_without_timeouts_is_postgresqls_default() {
    assert!(Limits::default().timeouts.is_none() && Limits::default().max_timeouts.is_none());
    assert_eq!(Limits::default().timeouts, Timeouts::default());
}
