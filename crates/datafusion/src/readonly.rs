//! Files are read, never written.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Query, Select, SetExpr, Statement, Visit, Visitor};
use trunkline_core::{PgError, Result, SqlState};

/// Refuses everything but queries and their explanation.
///
/// # Errors
///
/// 25006 for what would change something, 0A000 for other statements.
pub(crate) fn check(statement: &Statement) -> Result<()> {
    match statement {
        Statement::Query(_) => {}
        Statement::Explain { statement, .. } => return check(statement),
        Statement::Copy { .. } => return Err(PgError::unsupported("COPY is not supported")),
        other => return Err(refusal(&other.to_string())),
    }
    match statement.visit(&mut Writes) {
        ControlFlow::Break(command) => Err(read_only(&command)),
        ControlFlow::Continue(()) => Ok(()),
    }
}

fn refusal(text: &str) -> PgError {
    let command = command(text);
    match command.split(' ').next().unwrap_or_default() {
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "CREATE" | "ALTER" | "DROP"
        | "GRANT" | "REVOKE" | "COMMENT" | "LOCK" => read_only(&command),
        _ => PgError::unsupported(format!("{command} is not supported")),
    }
}

fn read_only(command: &str) -> PgError {
    PgError::new(
        SqlState::READ_ONLY_SQL_TRANSACTION,
        format!("cannot execute {command} in a read-only transaction"),
    )
}

/// The words of a statement's command tag.
fn command(text: &str) -> String {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_ascii_uppercase);
    let verb = words.find(|word| !word.is_empty()).unwrap_or_default();
    let with_object = matches!(&*verb, "CREATE" | "ALTER" | "DROP" | "TRUNCATE");
    let object = words.find(|word| !(word.is_empty() || MODIFIERS.contains(&&**word)));
    match object {
        _ if verb == "TRUNCATE" => "TRUNCATE TABLE".to_owned(),
        Some(object) if with_object => {
            let second = match &*object {
                "MATERIALIZED" => " VIEW",
                "FOREIGN" => " TABLE",
                _ => "",
            };
            format!("{verb} {object}{second}")
        }
        _ => verb,
    }
}

/// What may stand between CREATE and the kind of what is created.
const MODIFIERS: [&str; 9] =
    ["OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "UNIQUE", "EXTERNAL"];

/// Looks for what writes, or locks, within a query.
struct Writes;

impl Visitor for Writes {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        if let Some(lock) = query.locks.first() {
            return ControlFlow::Break(format!("SELECT FOR {}", lock.lock_type));
        }
        match &*query.body {
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement)
            | SetExpr::Merge(statement) => ControlFlow::Break(command(&statement.to_string())),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<String> {
        match select.into {
            Some(_) => ControlFlow::Break("SELECT INTO".to_owned()),
            None => ControlFlow::Continue(()),
        }
    }
}
