//! A conversation on the hot path allocates nothing, on neither side.

use allocation_counter::measure;
use bytes::BytesMut;
use trunkline_proto::{
    Format, Limits, Oid,
    backend::{self, Channel, Startup, Step, TransactionStatus},
    frontend::{self, LoginStep},
    message::{
        BindComplete, CommandComplete, DataRow, Describe, Encode, Execute, NewBind, NewParse,
        NoData, ParseComplete, ProtocolVersion, Query, RowDescription, Sync, Target,
    },
    wire::Input,
};

/// A read buffer that has been split before: the first split of a buffer allocates its counter.
fn buffer() -> BytesMut {
    let mut buffer = BytesMut::with_capacity(64 * 1024);
    buffer.extend_from_slice(b"x");
    drop(buffer.split_to(1));
    buffer
}

fn connected() -> (frontend::Connection, backend::Connection) {
    let (mut sent, mut answer) = (Vec::new(), Vec::new());
    let login = frontend::Startup::new(&Limits::default())
        .log_in(ProtocolVersion::V3_0, [("user", "alice")], &mut sent)
        .expect("legal parameters");
    let startup = Startup::new(&Limits::default(), Channel::Tcp);
    let step = startup.step(&mut BytesMut::from(&sent[..]), &mut answer);
    let Ok(Step::Login(client)) = step else { panic!("{step:?}") };
    let settings: [(&str, &str); 0] = [];
    let ready = client.trust(&mut answer);
    let server = ready.finish(settings, 1, b"key!", &mut answer).expect("a legal key");
    let mut input = BytesMut::from(&answer[..]);
    let step = login.step(&mut input, &mut sent);
    let Ok(LoginStep::Authenticated(authenticated)) = step else { panic!("{step:?}") };
    let mut client = authenticated.connection;
    while client.receive(&mut input).expect("a legal answer").is_some() {}
    (client, server)
}

fn serve(server: &mut backend::Connection, input: &mut impl Input, output: &mut Vec<u8>) {
    while let Some(event) = server.receive(input).expect("a legal message") {
        match event {
            backend::Event::Parse(_) => server.send(&ParseComplete, output),
            backend::Event::Bind(_) => server.send(&BindComplete, output),
            backend::Event::Describe(_) => server.send(&NoData, output),
            backend::Event::Execute(_) => {
                assert!(server.may_send_rows());
                DataRow { values: [Some("1"), None] }.encode(output).expect("it fits");
                server.send(&CommandComplete { tag: "SELECT 1" }, output)
            }
            backend::Event::Query(_) => {
                let fields: [trunkline_proto::message::FieldDescription<&str>; 0] = [];
                server.send(&RowDescription { fields }, output).expect("legal now");
                server.send(&CommandComplete { tag: "SELECT 0" }, output).expect("legal now");
                server.ready(TransactionStatus::Idle, output)
            }
            backend::Event::Sync => server.ready(TransactionStatus::Idle, output),
            other => panic!("{other:?}"),
        }
        .expect("legal now");
    }
}

#[test]
fn a_server_answers_without_allocating() {
    let (mut client, mut server) = connected();
    let (mut sent, mut output) = (Vec::new(), Vec::with_capacity(64 * 1024));
    for _ in 0..10 {
        let parse = NewParse { name: "s", sql: "select $1", parameter_types: [Oid::INT4] };
        client.send(&parse, &mut sent).expect("legal now");
        let bind = NewBind {
            portal: "",
            statement: "s",
            parameter_formats: &[Format::Binary],
            parameters: [Some([0; 4]), None],
            result_formats: &[Format::Binary],
        };
        client.send(&bind, &mut sent).expect("legal now");
        let describe = Describe { target: Target::Portal, name: "" };
        client.send(&describe, &mut sent).expect("legal now");
        client.send(&Execute { portal: "", max_rows: 0 }, &mut sent).expect("legal now");
        client.send(&Sync, &mut sent).expect("legal now");
        client.send(&Query { sql: "select" }, &mut sent).expect("legal now");
    }
    // Messages that borrow; those of the other test own their bytes.
    let allocated = measure(|| serve(&mut server, &mut &sent[..], &mut output));
    assert_eq!(allocated.count_total, 0);

    let mut input = buffer();
    input.extend_from_slice(&output);
    let mut events = 0;
    let allocated = measure(|| {
        while client.receive(&mut input).expect("a legal answer").is_some() {
            events += 1;
        }
    });
    assert_eq!((events, client.owed()), (90, 0));
    // At the end the client gives back the room of its queue; it takes none.
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn a_client_asks_without_allocating() {
    let (mut client, mut server) = connected();
    let (mut sent, mut output) = (Vec::with_capacity(4096), Vec::with_capacity(4096));
    let (mut to_server, mut to_client) = (buffer(), buffer());
    let allocated = measure(|| {
        for _ in 0..10 {
            sent.clear();
            client.send(&Query { sql: "select" }, &mut sent).expect("legal now");
            to_server.extend_from_slice(&sent);
            serve(&mut server, &mut to_server, &mut output);
            to_client.extend_from_slice(&output);
            output.clear();
            while client.receive(&mut to_client).expect("a legal answer").is_some() {}
        }
    });
    assert_eq!(allocated.count_total, 0);
}
