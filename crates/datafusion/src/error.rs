//! DataFusion's errors in PostgreSQL's words.

mod arrow;
mod place;
mod plan;

use std::error::Error;

use datafusion::common::{DataFusionError, SchemaError};
use datafusion::sql::sqlparser::parser::ParserError;
use tokio::task::JoinError;
use trunkline_core::{PgError, SqlState};

use crate::folder::{FolderError, InFile};

pub(crate) use place::{position, position_of_literal, position_of_relation, syntax};

/// The answer for an error of a running statement.
pub(crate) fn answer(error: DataFusionError) -> PgError {
    answer_in(error, "")
}

/// The answer for an error in a text, with the place where the text is wrong.
pub(crate) fn answer_in(error: DataFusionError, sql: &str) -> PgError {
    match error {
        DataFusionError::Context(_, inner) => answer_in(*inner, sql),
        DataFusionError::Diagnostic(diagnostic, inner) => {
            let answer = answer_in(*inner, sql);
            match diagnostic.span {
                Some(span) if answer.get(b'P').is_none() && !sql.is_empty() => {
                    let (line, column) = (span.start.line, span.start.column);
                    answer.position(place::position(sql, line, column))
                }
                _ => answer,
            }
        }
        DataFusionError::Collection(errors) => match errors.into_iter().next() {
            Some(first) => answer_in(first, sql),
            None => PgError::internal("unknown error"),
        },
        DataFusionError::Shared(shared) => match std::sync::Arc::try_unwrap(shared) {
            Ok(error) => answer_in(error, sql),
            Err(shared) => by_reference(&shared),
        },
        DataFusionError::External(source) => external(source),
        DataFusionError::ArrowError(error, _) => arrow::answer(*error),
        DataFusionError::SQL(error, _) => match *error {
            ParserError::RecursionLimitExceeded => too_deep(),
            error => syntax(&error, sql),
        },
        DataFusionError::SchemaError(error, _) => schema(&error, sql),
        DataFusionError::Plan(message) => plan::answer(&message, sql),
        DataFusionError::NotImplemented(message) => plan::unsupported(&message, sql),
        DataFusionError::Execution(message) => plan::execution(&message),
        DataFusionError::ResourcesExhausted(message) => exhausted(message),
        DataFusionError::ParquetError(error) => corrupt(error),
        DataFusionError::ObjectStore(error) => unreadable(error),
        DataFusionError::IoError(error) => unreadable(error),
        DataFusionError::Internal(message) => plan::internal(&message),
        DataFusionError::ExecutionJoin(error) => panicked(*error),
        DataFusionError::Configuration(message) => {
            PgError::new(SqlState::INVALID_PARAMETER_VALUE, first_line(&message))
        }
        other => PgError::internal("the query failed").source(other.to_string()),
    }
}

/// An error that others hold, too.
fn by_reference(error: &DataFusionError) -> PgError {
    let answer = root(error);
    match chain(error).find_map(|error| error.downcast_ref::<InFile>()) {
        Some(of) => located(answer, of.table(), of.file(), of.is_whole()),
        None => answer,
    }
}

fn root(error: &DataFusionError) -> PgError {
    match error.find_root() {
        DataFusionError::ArrowError(error, _) => arrow::by_text(&error.to_string()),
        DataFusionError::Plan(message) => plan::answer(message, ""),
        DataFusionError::Execution(message) => plan::execution(message),
        DataFusionError::ResourcesExhausted(message) => exhausted(message.clone()),
        DataFusionError::External(source) => match source.downcast_ref::<PgError>() {
            Some(error) => PgError::new(error.sqlstate(), error.message().to_owned()),
            None => of_folder(source.as_ref()).unwrap_or_else(|| unexpected(source.to_string())),
        },
        DataFusionError::ParquetError(error) => corrupt(error.to_string()),
        DataFusionError::Internal(message) => plan::internal(message),
        other => of_folder(other).unwrap_or_else(|| unexpected(other.to_string())),
    }
}

fn external(source: Box<dyn Error + Send + Sync>) -> PgError {
    let source = match source.downcast::<PgError>() {
        Ok(answer) => return *answer,
        Err(source) => source,
    };
    let source = match source.downcast::<InFile>() {
        Ok(error) => return in_file(*error),
        Err(source) => source,
    };
    match source.downcast::<DataFusionError>() {
        Ok(error) => answer(*error),
        Err(source) => match source.downcast::<datafusion::arrow::error::ArrowError>() {
            Ok(error) => arrow::answer(*error),
            Err(source) => unexpected(source),
        },
    }
}

fn in_file(error: InFile) -> PgError {
    let (table, file) = (error.table().to_owned(), error.file().to_owned());
    let is_whole = error.is_whole();
    let answer = answer(error.into_source());
    // In a file, what was not expected is the file's.
    let answer = match answer.sqlstate() == SqlState::INTERNAL_ERROR {
        true => PgError::new(SqlState::DATA_CORRUPTED, UNREADABLE).source(answer),
        false => answer,
    };
    located(answer, &table, &file, is_whole)
}

/// Says which file of which table it was, if the error is one of its data.
fn located(answer: PgError, table: &str, file: &str, is_whole: bool) -> PgError {
    let line = answer.get(b'W').filter(|context| context.starts_with("line "));
    let code = answer.sqlstate();
    let is_of_data = line.is_some()
        || code == SqlState::DATA_CORRUPTED
        || code == SqlState::BAD_COPY_FILE_FORMAT
        || code == SqlState::PROGRAM_LIMIT_EXCEEDED;
    if !is_of_data {
        return answer;
    }
    let place = line.filter(|_| is_whole).map_or(String::new(), |line| format!(", {line}"));
    let context = format!("table {table}, file {file}{place}");
    let answer = match answer.message() == UNREADABLE {
        true => {
            let reason = Error::source(&answer).map(|reason| last(reason).to_string());
            let reason = first_line(&reason.unwrap_or_default());
            PgError::new(code, format!("{file}: damaged: {reason}"))
        }
        false => answer,
    };
    answer.field(b'W', context)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (**error).source())
}

fn last<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}

fn schema(error: &SchemaError, sql: &str) -> PgError {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            plan::missing_column(field, valid_fields, sql)
        }
        SchemaError::AmbiguousReference { field } => plan::placed(
            PgError::new(
                SqlState::AMBIGUOUS_COLUMN,
                format!("column reference \"{}\" is ambiguous", field.name),
            ),
            &field.name,
            sql,
        ),
        SchemaError::DuplicateQualifiedField { qualifier, .. } => PgError::new(
            SqlState::DUPLICATE_ALIAS,
            format!("table name \"{}\" specified more than once", qualifier.table()),
        ),
        SchemaError::DuplicateUnqualifiedField { name } => PgError::new(
            SqlState::AMBIGUOUS_COLUMN,
            format!("column name \"{}\" is used more than once", crate::names::shown(name)),
        ),
    }
}

/// Memory, or the disk for what does not fit into it.
fn exhausted(message: String) -> PgError {
    match is_of_disk(&message) {
        true => disk_full(message),
        false => PgError::new(SqlState::OUT_OF_MEMORY, "out of memory").source(message),
    }
}

/// Only words are left of the limit on temporary files once they went through a writer.
fn is_of_disk(message: &str) -> bool {
    message.contains("used disk space during the spilling process")
}

fn disk_full(source: impl Into<Box<dyn Error + Send + Sync>>) -> PgError {
    PgError::new(SqlState::DISK_FULL, "temporary files of queries take more disk than they may")
        .hint("Sort, group or join fewer rows, or give queries more memory.")
        .source(source)
}

/// The disk is full, or queries may take no more of it.
fn of_disk(source: &(dyn Error + 'static)) -> bool {
    let is_full = |error: &std::io::Error| error.kind() == std::io::ErrorKind::StorageFull;
    chain(source).any(|error| error.downcast_ref().is_some_and(is_full))
        || is_of_disk(&source.to_string())
}

/// The answer for a task of a query that did not come to its end.
pub(crate) fn panicked(error: JoinError) -> PgError {
    if error.is_cancelled() {
        return PgError::canceled();
    }
    let told = error.to_string();
    // Builders of arrays panic where 32 bits do not count their bytes.
    match told.contains("offset overflow") || told.contains("capacity overflow") {
        true => too_large(),
        false => {
            tracing::warn!(error = told, "a query panicked");
            PgError::internal("the query failed").source(error)
        }
    }
}

/// 54000 for what no array holds.
fn too_large() -> PgError {
    PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "a value of a query is larger than it can be")
}

/// An error of which nothing is known but its words.
fn unexpected(source: impl Into<Box<dyn Error + Send + Sync>>) -> PgError {
    let source = source.into();
    if let Some(told) = of_folder(&*source) {
        return told;
    }
    if of_disk(&*source) {
        return disk_full(source);
    }
    let told = source.to_string();
    if told.contains("regex parse error") {
        return plan::regex(&told);
    }
    tracing::warn!(error = told, "a query failed");
    PgError::internal("the query failed").source(source)
}

/// What is in a file is not what it should be. The error may name paths: the client never sees it.
pub(crate) fn corrupt(source: impl Into<Box<dyn Error + Send + Sync>>) -> PgError {
    let source = source.into();
    if let Some(told) = of_folder(&*source) {
        return told;
    }
    if of_disk(&*source) {
        return disk_full(source);
    }
    tracing::warn!(error = %source, "a file could not be read");
    PgError::new(SqlState::DATA_CORRUPTED, UNREADABLE).source(source)
}

/// What is said of damage where its file is not known.
const UNREADABLE: &str = "the data of a table could not be read";

fn unreadable(source: impl Into<Box<dyn Error + Send + Sync>>) -> PgError {
    let source = source.into();
    if let Some(told) = of_folder(&*source) {
        return told;
    }
    if of_disk(&*source) {
        return disk_full(source);
    }
    tracing::warn!(error = %source, "a file could not be read");
    PgError::new(SqlState::IO_ERROR, "a file of a table could not be read").source(source)
}

/// What the folder says of its files is for the client: it names them without their folder's path.
fn of_folder(source: &(dyn Error + 'static)) -> Option<PgError> {
    let mut told = chain(source).filter_map(|error| error.downcast_ref::<FolderError>());
    told.next().map(|error| PgError::new(error.code(), error.to_string()))
}

pub(crate) fn too_deep() -> PgError {
    PgError::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
        .hint("Nest the statement less deeply.")
}

/// DataFusion's messages go on for lines with hints and candidates.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mut characters = line.chars();
    match characters.next() {
        Some(first)
            if !line.starts_with(|c: char| c.is_ascii_uppercase())
                || line.chars().nth(1).is_some_and(|c| c.is_ascii_uppercase()) =>
        {
            format!("{first}{}", characters.as_str())
        }
        Some(first) => format!("{}{}", first.to_lowercase(), characters.as_str()),
        None => "the query failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::error::ArrowError;

    use super::*;

    #[tokio::test]
    async fn panics_of_queries_are_no_damage() {
        let panic = |message: &'static str| tokio::spawn(async move { panic!("{message}") });
        let code =
            |joined: std::result::Result<(), JoinError>| panicked(joined.unwrap_err()).sqlstate();
        assert_eq!(code(panic("index out of bounds").await), SqlState::INTERNAL_ERROR);
        assert_eq!(
            code(panic("byte array offset overflow").await),
            SqlState::PROGRAM_LIMIT_EXCEEDED
        );
        let task = tokio::spawn(std::future::pending());
        task.abort();
        assert_eq!(code(task.await), SqlState::QUERY_CANCELED);
    }

    #[test]
    fn what_is_unexpected_is_damage_in_a_file_alone() {
        let unexpected = || DataFusionError::from(ArrowError::SchemaError("x".to_owned()));
        assert_eq!(answer(unexpected()).sqlstate(), SqlState::INTERNAL_ERROR);
        let error = InFile::wrap("t", "t.parquet", true, unexpected());
        assert_eq!(answer(error).sqlstate(), SqlState::DATA_CORRUPTED);
        let overflow = DataFusionError::from(ArrowError::OffsetOverflowError(1));
        assert_eq!(answer(overflow).sqlstate(), SqlState::PROGRAM_LIMIT_EXCEEDED);
    }
}
