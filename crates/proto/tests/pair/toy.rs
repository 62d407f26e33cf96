//! A server of a few statements, which answers each message before it takes the next.

use bytes::BytesMut;
use trunkline_proto::{
    Format, Oid, PeerError, SqlState,
    backend::{Connection, Event},
    message::{
        BindComplete, CloseComplete, CommandComplete, CopyInResponse, CopyOutResponse, DataRow,
        EmptyQueryResponse, Encode, FieldDescription, FunctionCallResponse, NoData,
        ParameterDescription, ParseComplete, PgStr, PortalSuspended, RowDescription, Target,
        TransactionStatus,
    },
};

use crate::harness::error;

/// `select`, `rows` (suspended), `fail`, `copy in`, `copy out`, anything else is done.
#[derive(Default)]
pub(crate) struct Toy {
    statement: PgStr,
    copied: usize,
    /// Whether the COPY in hand came by a Query.
    is_simple: bool,
}

impl Toy {
    /// Answers everything in `input`; the error that ends the connection is answered too.
    pub(crate) fn serve(
        &mut self,
        connection: &mut Connection,
        input: &mut BytesMut,
        output: &mut Vec<u8>,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            match connection.receive(input) {
                Ok(None) => return events,
                Ok(Some(event)) => {
                    events.push(event.clone());
                    self.answer(connection, event, output);
                }
                Err(error) => {
                    self.apologise(connection, &error, output);
                    if error.is_fatal() {
                        return events;
                    }
                }
            }
        }
    }

    fn apologise(&mut self, connection: &mut Connection, error: &PeerError, output: &mut Vec<u8>) {
        if error.is_fatal() {
            error.encode(output).expect("it can be written");
            return;
        }
        connection.fail(&error.response(), output).expect("it is owed");
        if connection.owes_ready() {
            connection.ready(TransactionStatus::Idle, output).expect("it is owed");
        }
    }

    fn answer(&mut self, connection: &mut Connection, event: Event, output: &mut Vec<u8>) {
        let idle = TransactionStatus::Idle;
        match event {
            Event::Query(query) => {
                self.is_simple = true;
                self.run(connection, query.sql.as_str().unwrap_or("other"), output);
                if !connection.is_copying_in() {
                    connection.ready(idle, output).expect("it is owed");
                }
                return;
            }
            Event::Parse(parse) if parse.sql() == b"bad" => {
                connection.fail(&error("ERROR", SqlState::SYNTAX_ERROR), output)
            }
            Event::Parse(parse) => {
                self.statement = PgStr::from(bytes::Bytes::copy_from_slice(parse.sql()));
                connection.send(&ParseComplete, output)
            }
            Event::Bind(_) => connection.send(&BindComplete, output),
            Event::MalformedBind(_) => {
                let unknown = error("ERROR", SqlState::INVALID_SQL_STATEMENT_NAME);
                connection.fail(&unknown, output)
            }
            Event::Close(_) => connection.send(&CloseComplete, output),
            Event::Describe(describe) => {
                if describe.target == Target::Statement {
                    let types = [Oid::INT4];
                    connection.send(&ParameterDescription { types }, output).expect("legal");
                }
                if self.statement == "select" {
                    connection.send(&RowDescription { fields: columns() }, output)
                } else {
                    connection.send(&NoData, output)
                }
            }
            Event::Execute(_) => {
                self.is_simple = false;
                let statement = self.statement.clone();
                self.run(connection, statement.as_str().unwrap_or("other"), output);
                return;
            }
            Event::Sync => connection.ready(idle, output),
            Event::FunctionCall(_) => {
                connection
                    .send(&FunctionCallResponse { value: Some("7") }, output)
                    .expect("it is owed");
                connection.ready(idle, output)
            }
            Event::MalformedCall { .. } => {
                let unknown = error("ERROR", SqlState::UNDEFINED_FUNCTION);
                connection.fail(&unknown, output).expect("it is owed");
                connection.ready(idle, output)
            }
            Event::CopyData(data) => {
                self.copied += data.data.len();
                Ok(())
            }
            Event::CopyDone => {
                let tag = format!("COPY {}", std::mem::take(&mut self.copied));
                connection.send(&CommandComplete { tag }, output).expect("it is owed");
                self.after_copy(connection, output);
                return;
            }
            Event::CopyFail(_) => {
                let canceled = error("ERROR", SqlState::QUERY_CANCELED);
                connection.fail(&canceled, output).expect("it is owed");
                self.after_copy(connection, output);
                return;
            }
            Event::Flush | Event::Terminate => Ok(()),
            other => panic!("{other:?}"),
        }
        .expect("legal now");
    }

    fn run(&mut self, connection: &mut Connection, sql: &str, output: &mut Vec<u8>) {
        match sql {
            "" => connection.send(&EmptyQueryResponse, output),
            "select" => {
                if self.is_simple {
                    connection.send(&RowDescription { fields: columns() }, output).expect("legal");
                }
                assert!(connection.may_send_rows());
                // As a server of many rows does: past the table.
                DataRow { values: [Some("1")] }.encode(output).expect("it can be written");
                connection.send(&CommandComplete { tag: "SELECT 1" }, output)
            }
            "rows" if !self.is_simple => connection.send(&PortalSuspended, output),
            "fail" => connection.fail(&error("ERROR", SqlState::DIVISION_BY_ZERO), output),
            "copy in" => {
                let columns = [0_i16, 0];
                connection.send(&CopyInResponse { format: Format::Text, columns }, output)
            }
            "copy out" => {
                let columns = [0_i16];
                let response = CopyOutResponse { format: Format::Text, columns };
                connection.send(&response, output).expect("legal");
                assert!(connection.may_send_copy_data());
                let data = trunkline_proto::message::CopyData { data: "1\n" };
                connection.send(&data, output).expect("legal");
                connection.send(&trunkline_proto::message::CopyDone, output).expect("legal");
                connection.send(&CommandComplete { tag: "COPY 1" }, output)
            }
            _ => connection.send(&CommandComplete { tag: "DONE" }, output),
        }
        .expect("legal now");
    }

    fn after_copy(&self, connection: &mut Connection, output: &mut Vec<u8>) {
        if self.is_simple {
            connection.ready(TransactionStatus::Idle, output).expect("it is owed");
        }
    }
}

fn columns() -> [FieldDescription<&'static str>; 1] {
    [FieldDescription {
        name: "n",
        table: Oid(0),
        column: 0,
        type_oid: Oid::INT4,
        typlen: 4,
        typmod: -1,
        format: Format::Text.code(),
    }]
}
