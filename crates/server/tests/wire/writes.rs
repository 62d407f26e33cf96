//! How often the server writes: once for each thing that a client waits for.

use std::io::Read;

use trunkline_proto::message::{Query, Sync};

use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::toy;

/// The sizes of the reads in which an answer arrives, when each is awaited: the server's writes.
fn reads(client: &mut Dialogue, length: usize) -> Vec<usize> {
    client.send();
    // Room for all writes to arrive before the first read: then they can only be told apart if
    // the server made the client wait between them.
    let mut sizes = Vec::new();
    let mut total = 0;
    let mut chunk = vec![0; 1 << 20];
    while total < length {
        let count = client.socket.read(&mut chunk).expect("the server answers");
        sizes.push(count);
        total += count;
    }
    sizes
}

#[test]
fn a_pipeline_of_ten_is_one_write() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("s", "one")).say(&Sync);
    client.hear_until('Z');
    for _ in 0..10 {
        client.say(&bind("", "s")).say(&execute("", 0)).say(&Sync);
    }
    // BindComplete, DataRow of one digit, CommandComplete `SELECT 1`, ReadyForQuery.
    let length = 10 * (5 + 12 + 14 + 6);
    assert_eq!(reads(&mut client, length), [length]);
}

#[test]
fn a_query_is_one_write() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&Query { sql: "one; one; one" });
    let length = 3 * (34 + 12 + 14) + 6;
    assert_eq!(reads(&mut client, length), [length]);
}

/// How often the server writes for this, said a hundred times and each time answered.
#[cfg(target_os = "linux")]
fn writes(say: fn(&mut Dialogue)) -> u32 {
    const ROUNDS: u32 = 100;
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    client.say(&parse("s", "one")).say(&Sync).hear_until('Z');
    let before = crate::segments::received(&client.socket);
    for _ in 0..ROUNDS {
        say(&mut client);
        client.hear_until('Z');
    }
    let writes = crate::segments::received(&client.socket) - before;
    assert_eq!(writes % ROUNDS, 0, "{writes} in {ROUNDS} rounds");
    writes / ROUNDS
}

/// As the kernel counts.
#[cfg(target_os = "linux")]
#[test]
fn a_query_is_one_write_in_every_mode() {
    use trunkline_proto::message::{Describe, Flush, Target};
    let counted = [
        writes(|client| {
            client.say(&Query { sql: "one" });
        }),
        writes(|client| {
            let describe = Describe { target: Target::Portal, name: "" };
            client.say(&parse("", "one")).say(&bind("", ""));
            client.say(&describe).say(&execute("", 0)).say(&Sync);
        }),
        writes(|client| {
            client.say(&bind("", "s")).say(&execute("", 0)).say(&Sync);
        }),
        writes(|client| {
            for _ in 0..32 {
                client.say(&bind("", "s")).say(&execute("", 0));
            }
            client.say(&Sync);
        }),
        // What more has come is answered before anything is sent.
        writes(|client| {
            client.say(&bind("", "s")).say(&execute("", 0)).say(&Flush).say(&Sync);
        }),
    ];
    assert_eq!(counted, [1; 5]);
}

#[test]
fn a_big_result_comes_in_chunks_while_it_is_made() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let mut chunk = [0; 1024];
    client.say(&Query { sql: "endless" }).send();
    // The first rows are here although there is no last one.
    assert!(client.socket.read(&mut chunk).expect("rows") > 0);
}

#[test]
fn t24_a_client_that_writes_much_before_it_reads_is_heard() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    // Its answers are more than the socket buffers hold, its questions less than we read ahead.
    for _ in 0..100 {
        client.say(&Query { sql: "rows 5000" });
    }
    client.send();
    for _ in 0..100 {
        assert!(client.hear_until_ready());
    }
}
