//! Nothing takes a client and a server out of step.

use trunkline::{
    Client, Column, Columns, Engine, Oid, Prepared, Reply, Result, Rows, Run, Server, Session,
};
use trunkline_proto::message::{Query, Sync};

use crate::cancel::{alone, running};
use crate::dialogue::Dialogue;
use crate::messages::{cancel, extended};
use crate::toy::{self, start_server};

/// A cancel comes while half of the next message is here: its other half is no message.
#[test]
fn cve_2015_0244_a_cancel_in_the_middle_of_a_message() {
    let _alone = alone();
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    let key = client.key.clone();
    // What is left of it, taken for a message of its own, would be one that says goodbye.
    let next = [&b"Q\0\0\0\x0f"[..], b"notice X  \0"].concat();
    for cut in 1..next.len() {
        client.say(&Query { sql: "forever" }).say_raw(&next[..cut]).send();
        running(1);
        cancel(server.address, &key);
        assert_eq!(client.hear_until('Z'), "E(ERROR 57014) Z(I)", "{cut}");
        running(0);
        client.say_raw(&next[cut..]);
        assert_eq!(client.hear_until('Z'), "N(00000) C(NOTICE) Z(I)", "{cut}");
    }
}

/// Announces a number, and returns what its statement says.
struct Liar;

impl Engine for Liar {
    type Session = Liar;

    async fn open(&self, _: Client) -> Result<Liar> {
        Ok(Liar)
    }
}

impl Session for Liar {
    type Statement = String;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<String>> {
        let columns = Columns::Known([Column::from(("n", Oid::INT4))].into());
        Ok(Prepared::new(sql.to_owned(), columns))
    }

    async fn execute(&mut self, statement: &String, _: Run) -> Result<Reply> {
        Ok(match statement.as_str() {
            "more" => Rows::new([("n", Oid::INT4), ("m", Oid::INT4)]).row((1, 2)).into(),
            "less" => Rows::new::<Column>([]).row(Vec::new()).into(),
            "other" => Rows::new([("n", Oid::TEXT)]).row(("one".to_owned(),)).into(),
            _ => Rows::new([("n", Oid::INT4)]).row((1,)).into(),
        })
    }
}

#[test]
fn cve_2026_16239_rows_that_are_not_what_was_described() {
    let server = start_server(Server::builder(Liar).build());
    let mut client = Dialogue::login(server.address);
    for sql in ["more", "less", "other"] {
        assert_eq!(client.say(&Query { sql }).hear_until('Z'), "E(ERROR 0A000) Z(I)", "{sql}");
        extended(&mut client, sql).say(&Sync);
        assert_eq!(client.hear_until('Z'), "1 2 E(ERROR 0A000) Z(I)", "{sql}");
    }
    let heard = client.say(&Query { sql: "honest" }).hear_until('Z');
    assert_eq!(heard, "T(n:23:0) D(1) C(SELECT 1) Z(I)");
}
