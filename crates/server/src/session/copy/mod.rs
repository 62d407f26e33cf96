//! COPY between an engine and the client.

mod input;
mod output;
mod recoder;
mod relation;

use trunkline_core::{PgError, Reply, Result, Session, SqlState};
use trunkline_proto::copy::{CopyDirection as Direction, CopyValue as Given, Options};
use trunkline_sql::character_position;
use trunkline_sql::statement::{Copy, CopyDirection, CopyEndpoint, CopyValue};

use crate::connection::{Connection, Stop};

impl<S: Session> Connection<S> {
    /// Answers COPY; `source` is the text in which it stands, and `ahead` what the client has sent behind it.
    pub(super) async fn copy(
        &mut self,
        copy: &Copy,
        source: &str,
        ahead: &mut &[u8],
    ) -> Result<Reply, Stop> {
        if copy.endpoint != CopyEndpoint::Client {
            return Err(refuse(copy).into());
        }
        match copy.direction {
            CopyDirection::To => self.copy_to(copy, source).await,
            CopyDirection::From => self.copy_from(copy, source, ahead).await,
        }
    }
}

/// The options of a COPY.
///
/// # Errors
///
/// PostgreSQL's, at their place in the statement.
fn options(copy: &Copy, source: &str) -> Result<Options> {
    let direction = match copy.direction {
        CopyDirection::From => Direction::From,
        CopyDirection::To => Direction::To,
    };
    let given = copy.options.iter().map(|option| {
        let value = match &option.value {
            CopyValue::Absent => Given::Absent,
            CopyValue::Text(text) => Given::Text(text),
            CopyValue::Number(number) => Given::Number(number),
            CopyValue::All => Given::All,
            CopyValue::List(words) => Given::List(words),
        };
        (option.name.as_str(), value)
    });
    Options::new(direction, given).map_err(|error| {
        let place = error.option().and_then(|place| copy.options.get(place));
        let error = PgError::from(error);
        match place {
            Some(option) => error.position(character_position(source, option.offset)),
            None => error,
        }
    })
}

/// Nobody may have the files and programs of the server.
fn refuse(copy: &Copy) -> PgError {
    let (what, role) = match (&copy.endpoint, copy.direction) {
        (CopyEndpoint::File(_), CopyDirection::To) => ("COPY to a file", "pg_write_server_files"),
        (CopyEndpoint::File(_), CopyDirection::From) => {
            ("COPY from a file", "pg_read_server_files")
        }
        (CopyEndpoint::Program(_) | CopyEndpoint::Client, _) => {
            ("COPY to or from an external program", "pg_execute_server_program")
        }
    };
    PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, format!("permission denied to {what}"))
        .detail(format!("Only roles with privileges of the \"{role}\" role may {what}."))
        .hint(
            "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.",
        )
}
