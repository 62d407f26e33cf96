//! COPY, as far as it is answered.

use trunkline_core::{PgError, SqlState};
use trunkline_sql::statement::{Copy, CopyDirection, CopyEndpoint};

/// Why a COPY is not done: nobody may have the files and programs of the server, and the rest is
/// not built.
pub(super) fn refuse(copy: &Copy) -> PgError {
    let (what, role) = match (&copy.endpoint, copy.direction) {
        (CopyEndpoint::Client, _) => return PgError::unsupported("COPY is not supported"),
        (CopyEndpoint::File(_), CopyDirection::To) => ("COPY to a file", "pg_write_server_files"),
        (CopyEndpoint::File(_), CopyDirection::From) => {
            ("COPY from a file", "pg_read_server_files")
        }
        (CopyEndpoint::Program(_), _) => {
            ("COPY to or from an external program", "pg_execute_server_program")
        }
    };
    PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, format!("permission denied to {what}"))
        .detail(format!("Only roles with privileges of the \"{role}\" role may {what}."))
        .hint(
            "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.",
        )
}
