//! Notices that belong to no command: they come with what ends next.

use trunkline::{
    Client, Columns, CommandTag, Engine, Notice, Oid, Prepared, Reply, Result, Run, Server,
    Session, Severity, SqlState,
};
use trunkline_proto::message::{Describe, Sync, Target};

use crate::dialogue::Dialogue;
use crate::messages::{bind, execute, parse};
use crate::toy;

/// Says something when a statement is prepared, and something else when it is kept.
struct Talkative;

struct Talking(Client);

impl Engine for Talkative {
    type Session = Talking;

    async fn open(&self, client: Client) -> Result<Talking> {
        Ok(Talking(client))
    }
}

impl Talking {
    fn say(&self, sqlstate: SqlState) {
        self.0.notify(Notice::new(Severity::Notice, sqlstate, "hear"));
    }
}

impl Session for Talking {
    type Statement = ();

    async fn prepare(&mut self, _: &str, _: &[Oid]) -> Result<Prepared<()>> {
        self.say(SqlState::WARNING);
        Ok(Prepared::new((), Columns::None))
    }

    async fn execute(&mut self, (): &(), _: Run) -> Result<Reply> {
        Ok(CommandTag::new("DONE").into())
    }

    async fn commit(&mut self) -> Result<()> {
        self.say(SqlState::SUCCESSFUL_COMPLETION);
        Ok(())
    }
}

#[test]
fn a_notice_of_no_command_comes_before_ready_for_query_and_once() {
    let server = toy::start_server(Server::builder(Talkative).build());
    let mut client = Dialogue::login(server.address);
    client.say(&parse("s", "x")).say(&Sync);
    assert_eq!(client.hear_until('Z'), "1 N(01000) Z(I)");
    client.say(&Describe { target: Target::Statement, name: "s" }).say(&Sync);
    assert_eq!(client.hear_until('Z'), "t() n Z(I)");
    // The transaction of two statements ends with the Sync, which completes no command.
    for _ in 0..2 {
        client.say(&bind("", "s")).say(&execute("", 0));
    }
    client.say(&Sync);
    assert_eq!(client.hear_until('Z'), "2 C(DONE) 2 C(DONE) N(00000) Z(I)");
}
