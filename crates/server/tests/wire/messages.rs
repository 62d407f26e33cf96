//! Messages as most tests say them.

use std::net::SocketAddr;

use trunkline::{Format, Oid};
use trunkline_proto::message::{CancelRequest, Encode, Execute, NewBind, NewParse};

use crate::dialogue::Dialogue;

/// A Parse that leaves the types of parameters to the server.
pub(crate) fn parse<'a>(name: &'a str, sql: &'a str) -> impl Encode + 'a {
    NewParse { name, sql, parameter_types: Vec::<Oid>::new() }
}

/// A Bind without values.
pub(crate) fn bind<'a>(portal: &'a str, statement: &'a str) -> impl Encode + 'a {
    bind_with(portal, statement, &[], &[])
}

/// A Bind of values in text.
pub(crate) fn bind_with<'a>(
    portal: &'a str,
    statement: &'a str,
    values: &'a [Option<&'a [u8]>],
    result_formats: &'a [Format],
) -> impl Encode + 'a {
    NewBind {
        portal,
        statement,
        parameter_formats: &[],
        parameters: values.iter().copied(),
        result_formats,
    }
}

pub(crate) fn execute(portal: &str, max_rows: i32) -> Execute<&str> {
    Execute { portal, max_rows }
}

/// A whole statement of the extended protocol, without a name, up to its Execute.
pub(crate) fn extended<'a>(client: &'a mut Dialogue, sql: &str) -> &'a mut Dialogue {
    client.say(&parse("", sql)).say(&bind("", "")).say(&execute("", 0))
}

/// The process and key of a client.
pub(crate) type Key = (i32, Vec<u8>);

pub(crate) fn cancel_request((process_id, key): &Key) -> CancelRequest<Vec<u8>> {
    CancelRequest { process_id: *process_id, key: key.clone() }
}

/// Cancels what a client runs; it is over when the server has read it.
pub(crate) fn cancel(address: SocketAddr, key: &Key) {
    assert_eq!(Dialogue::silent(address).say(&cancel_request(key)).hear_out(), "");
}
