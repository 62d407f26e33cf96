//! Who listens, and what waits for who does not.

use std::time::{Duration, Instant};

use trunkline::{Limits, SqlState};
use trunkline_proto::message::Query;

use crate::dialogue::Dialogue;
use crate::toy::{self, RunningServer};

fn listener(server: &RunningServer, sql: &str) -> Dialogue {
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql }).hear_until('Z');
    client
}

#[test]
fn the_program_tells_its_clients() {
    let server = toy::start();
    let (mut ann, mut bob) = (listener(&server, "listen news"), listener(&server, "listen news"));
    assert_eq!(server.server.notify("news", "good").expect("it is told"), 2);
    assert_eq!(server.server.notify("rumours", "bad").expect("it is told"), 0);
    assert_eq!((ann.first(), bob.first()), ("A(0 news good)".into(), "A(0 news good)".into()));
    // In a block nothing is heard before its end.
    ann.say(&Query { sql: "begin" }).hear_until('Z');
    assert_eq!(server.server.notify("news", "").expect("it is told"), 2);
    assert_eq!(bob.first(), "A(0 news )");
    assert_eq!(
        ann.say(&Query { sql: "one" }).hear_until('Z'),
        "T(?column?:23:0) D(1) C(SELECT 1) Z(T)"
    );
    assert_eq!(ann.say(&Query { sql: "commit" }).hear_until('Z'), "C(COMMIT) A(0 news ) Z(I)");
    for (channel, payload) in [("", ""), (&*"c".repeat(64), ""), ("c", &*"p".repeat(8_000))] {
        let error = server.server.notify(channel, payload).expect_err("it cannot be said");
        assert_eq!(error.sqlstate(), SqlState::INVALID_PARAMETER_VALUE);
    }
}

#[test]
fn who_is_gone_listens_no_more() {
    let server = toy::start();
    let ann = listener(&server, "listen a");
    let _bob = listener(&server, "listen a; listen b");
    drop(ann);
    let begun = Instant::now();
    while server.server.notify("a", "").expect("it is told") > 1 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the server knows that she is gone");
        std::thread::yield_now();
    }
    assert_eq!(server.server.notify("b", "").expect("it is told"), 1);
}

#[test]
fn who_does_not_listen_to_the_end_fills_the_queue() {
    let mut limits = Limits::default();
    limits.notifications = 100_000;
    let server = toy::start_with(|builder| builder.limits(limits));
    let mut deaf = listener(&server, "listen c");
    deaf.say(&Query { sql: "begin" }).hear_until('Z');
    let payload = "p".repeat(1_000);
    let said = (0..1_000).take_while(|_| server.server.notify("c", &payload).is_ok()).count();
    assert!((90..100).contains(&said), "{said}");
    let mut other = Dialogue::login(server.address);
    let sql = format!("notify c, '{payload}{payload}'");
    let heard = other.say(&Query { sql: sql.as_str() }).hear_until('Z');
    assert_eq!(heard, "E(ERROR 54000) Z(I)");
    let heard = deaf.say(&Query { sql: "rollback" }).hear_until('Z');
    let rest = heard.matches("A(0 c p").count();
    // What is too much for one chunk comes behind ReadyForQuery.
    for _ in rest..said {
        assert!(deaf.first().starts_with("A(0 c p"));
    }
    assert_eq!(other.say(&Query { sql: "notify c" }).hear_until('Z'), "C(NOTIFY) Z(I)");
    assert!(deaf.first().ends_with(" c )"));
    // Of one who leaves, nothing waits.
    deaf.say(&Query { sql: "begin" }).hear_until('Z');
    while server.server.notify("c", &payload).is_ok() {}
    drop(deaf);
    let begun = Instant::now();
    while server.server.notify("c", &payload).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is forgotten");
        std::thread::yield_now();
    }
}

#[test]
fn a_transaction_cannot_say_more_than_the_queue_holds() {
    let mut limits = Limits::default();
    limits.notifications = 10_000;
    limits.channels = 3;
    let server = toy::start_with(|builder| builder.limits(limits));
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "begin" }).hear_until('Z');
    let payload = "p".repeat(1_000);
    let mut say = |number: u32| {
        let sql = format!("notify c, '{number}{payload}'");
        client.say(&Query { sql: sql.as_str() }).hear_until('Z')
    };
    let said = (0..100).take_while(|number| say(*number) == "C(NOTIFY) Z(T)").count();
    assert!((8..=10).contains(&said), "{said}");
    assert_eq!(client.say(&Query { sql: "rollback" }).hear_until('Z'), "C(ROLLBACK) Z(I)");
    let many = "listen a; listen b; listen c; listen d";
    let heard = client.say(&Query { sql: many }).hear_until('Z');
    assert_eq!(heard, "C(LISTEN) C(LISTEN) C(LISTEN) E(ERROR 53400) Z(I)");
}

#[test]
fn what_many_say_at_once_is_heard_in_order_and_whole() {
    let server = toy::start();
    let mut client = listener(&server, "listen c");
    let (talkers, words) = (4, 500);
    let threads: Vec<_> = (0..talkers)
        .map(|talker| {
            let address = server.address;
            std::thread::spawn(move || {
                let mut client = Dialogue::login(address);
                for word in 0..words {
                    let sql = format!("notify c, '{talker} {word}'");
                    client.say(&Query { sql: sql.as_str() }).hear_until('Z');
                }
            })
        })
        .collect();
    let mut next = [0; 4];
    while next != [words; 4] {
        let heard = client.first();
        let (_, payload) = heard.trim_end_matches(')').split_once(" c ").expect("a notification");
        let (talker, word) = payload.split_once(' ').expect("two numbers");
        let talker: usize = talker.parse().expect("a number");
        assert_eq!(word.parse(), Ok(next[talker]), "{heard}");
        next[talker] += 1;
    }
    for thread in threads {
        thread.join().expect("it talked");
    }
}
