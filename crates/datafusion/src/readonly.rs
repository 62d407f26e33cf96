//! Files are read, never written.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, ObjectName, Query, Select, SetExpr, Statement, TableFactor, Visit, Visitor,
};
use trunkline_core::{PgError, Result, SqlState};

/// Refuses everything but queries and their explanation.
///
/// # Errors
///
/// 25006 for what would change something, 42501 for what goes to the files of the server, 42601 for
/// statements of other databases, 0A000 for the rest.
pub(crate) fn check(statement: &Statement) -> Result<()> {
    match statement {
        Statement::Query(_) => {}
        Statement::Explain { statement, .. } => return check(statement),
        other => return Err(refusal(&other.to_string())),
    }
    match statement.visit(&mut Writes) {
        ControlFlow::Break(refusal) => Err(*refusal),
        ControlFlow::Continue(()) => Ok(()),
    }
}

fn denied(message: String) -> PgError {
    PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, message)
}

fn refusal(text: &str) -> PgError {
    let command = command(text);
    match command.split(' ').next().unwrap_or_default() {
        "LOAD" => denied("access to libraries is not allowed".to_owned()),
        unknown if FOREIGN.contains(&unknown) => {
            let message = format!("syntax error at or near \"{unknown}\"");
            PgError::new(SqlState::SYNTAX_ERROR, message).position(1)
        }
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "CREATE" | "ALTER" | "DROP"
        | "GRANT" | "REVOKE" | "COMMENT" | "LOCK" | "REFRESH" => read_only(&command),
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

/// Verbs that the parser knows of other databases.
const FOREIGN: [&str; 12] = [
    "ATTACH", "CACHE", "DETACH", "EXPORT", "FLUSH", "INSTALL", "KILL", "MSCK", "OPTIMIZE",
    "PRAGMA", "UNCACHE", "UNLOAD",
];

/// Functions that read or write the files of the server.
fn is_of_files(function: &str) -> bool {
    const OF_FILES: [&str; 6] = [
        "lo_export",
        "lo_import",
        "pg_current_logfile",
        "pg_read_binary_file",
        "pg_read_file",
        "pg_stat_file",
    ];
    let listing = function.strip_prefix("pg_ls_").is_some_and(|rest| rest.ends_with("dir"));
    listing || function.starts_with("pg_file_") || OF_FILES.contains(&function)
}

/// Looks for what writes, locks, or sees files within a query.
struct Writes;

impl Writes {
    fn call(name: &ObjectName) -> ControlFlow<Box<PgError>> {
        let name = name.0.last().and_then(|part| part.as_ident());
        let name = name.map(|ident| match ident.quote_style {
            Some(_) => ident.value.clone(),
            None => ident.value.to_lowercase(),
        });
        match name.filter(|name| is_of_files(name)) {
            Some(name) => {
                let message = format!("permission denied for function {name}");
                ControlFlow::Break(Box::new(denied(message)))
            }
            None => ControlFlow::Continue(()),
        }
    }
}

impl Visitor for Writes {
    type Break = Box<PgError>;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Box<PgError>> {
        match expr {
            Expr::Function(function) => Writes::call(&function.name),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Box<PgError>> {
        match table {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => {
                Writes::call(name)
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Box<PgError>> {
        if let Some(lock) = query.locks.first() {
            let command = format!("SELECT FOR {}", lock.lock_type);
            return ControlFlow::Break(Box::new(read_only(&command)));
        }
        match &*query.body {
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement)
            | SetExpr::Merge(statement) => {
                ControlFlow::Break(Box::new(read_only(&command(&statement.to_string()))))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Box<PgError>> {
        match select.into {
            Some(_) => ControlFlow::Break(Box::new(read_only("SELECT INTO"))),
            None => ControlFlow::Continue(()),
        }
    }
}
