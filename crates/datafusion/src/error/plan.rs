//! Errors that DataFusion tells by words alone.

use datafusion::common::Column;
use trunkline_core::{PgError, SqlState};

use super::first_line;
use super::place::position_of_word;

/// The answer for a statement that has no plan.
pub(super) fn answer(message: &str, sql: &str) -> PgError {
    if let Some(rest) = message.strip_prefix("Invalid function '") {
        let name = rest.split('\'').next().unwrap_or_default();
        return missing_function(name, sql);
    }
    if let Some((_, rest)) = message.split_once("he window ")
        && let Some((name, _)) = rest.split_once(" is not defined")
    {
        let message = format!("window \"{name}\" does not exist");
        let error = PgError::new(SqlState::UNDEFINED_OBJECT, message);
        return match position_of_word(sql, name, 0) {
            Some(position) => error.position(position),
            None => error,
        };
    }
    let is = |words: &str| message.contains(words);
    if let Some(name) = message.strip_prefix("Invalid qualifier ") {
        return missing_from(name, sql);
    }
    if let Some(error) = of_clause(message) {
        return error;
    }
    let state = match () {
        () if is("must appear in the GROUP BY clause")
            || is("could not be resolved from available columns") =>
        {
            return placed_grouping(message, sql);
        }
        () if is("No function matches the given name") || is("Failed to coerce arguments") => {
            return mismatched_function(message, sql);
        }
        () if is("Cannot coerce arithmetic") || is("Cannot infer common argument type") => {
            SqlState::UNDEFINED_FUNCTION
        }
        () if is("aggregate function calls cannot")
            || is("Aggregate functions are not allowed") =>
        {
            SqlState::GROUPING_ERROR
        }
        () if is("same number of columns") || is("Table with alias") => SqlState::SYNTAX_ERROR,
        () if is("require unique expression names") => SqlState::DUPLICATE_COLUMN,
        () if is("incompatible data type")
            || is("Cannot cast")
            || is("must be boolean")
            || is("non-boolean") =>
        {
            SqlState::DATATYPE_MISMATCH
        }
        () if is("Invalid placeholder") => SqlState::UNDEFINED_PARAMETER,
        () => SqlState::SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION,
    };
    PgError::new(state, first_line(message))
}

/// The answer for what DataFusion cannot do yet.
pub(super) fn unsupported(message: &str, sql: &str) -> PgError {
    if let Some(expr) = message.strip_prefix("Physical plan does not support logical expression ") {
        if expr.starts_with("WindowFunction") {
            let message = "window functions are not allowed in WHERE";
            return PgError::new(SqlState::WINDOWING_ERROR, message);
        }
        return PgError::unsupported("a subquery in this place is not supported");
    }
    // Unsupported SQL type nosuchtype
    if let Some(name) = message.strip_prefix("Unsupported SQL type ")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !POSTGRESQL.contains(&&*name.to_ascii_lowercase())
    {
        let message = format!("type \"{name}\" does not exist");
        return placed(PgError::new(SqlState::UNDEFINED_OBJECT, message), name, sql);
    }
    PgError::unsupported(first_line(message))
}

/// Types that PostgreSQL has, and DataFusion has not.
const POSTGRESQL: &[&str] = &[
    "bit", "box", "cidr", "circle", "hstore", "inet", "json", "jsonb", "jsonpath", "line", "lseg",
    "macaddr", "money", "path", "point", "polygon", "regclass", "regtype", "timetz", "tsquery",
    "tsvector", "uuid", "varbit", "xml",
];

/// The answer for what should not happen, but does: DataFusion checks many things only so.
pub(super) fn internal(message: &str) -> PgError {
    tracing::warn!(error = message, "DataFusion reports an error of its own");
    let message = message.split("\nThis issue was likely caused").next().unwrap_or(message);
    PgError::internal(first_line(message))
}

/// The answer for an error in the data.
pub(super) fn execution(message: &str) -> PgError {
    let message = message.strip_prefix("Execution error: ").unwrap_or(message);
    let lower = message.to_ascii_lowercase();
    let state = match () {
        () if lower.contains("square root of a negative")
            || lower.contains("to a negative power") =>
        {
            SqlState::INVALID_ARGUMENT_FOR_POWER_FUNCTION
        }
        () if lower.contains("parse date from") || lower.contains("date value out of range") => {
            SqlState::DATETIME_FIELD_OVERFLOW
        }
        () if lower.contains("divide by zero") => {
            return PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero");
        }
        () if lower.contains("overflow") => SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        () if lower.contains("regular expression") || lower.contains("regex") => {
            return regex(message);
        }
        () if lower.contains("error parsing timestamp") || lower.contains("error parsing date") => {
            SqlState::INVALID_DATETIME_FORMAT
        }
        () if lower.contains("more than one row") => {
            return PgError::new(
                SqlState::CARDINALITY_VIOLATION,
                "more than one row returned by a subquery used as an expression",
            );
        }
        () => SqlState::DATA_EXCEPTION,
    };
    PgError::new(state, first_line(message))
}

/// The answer for a regular expression that is none, or is one that is not known here.
pub(super) fn regex(message: &str) -> PgError {
    // regex parse error:\n    (?=a)\n    ^^^\nerror: look-around, … is not supported
    let reason = message.rsplit("error: ").next().unwrap_or(message);
    let reason = first_line(reason);
    let unknown = [" is not supported", " are not supported"];
    if let Some(what) = unknown.iter().find_map(|words| reason.strip_suffix(words)) {
        let what = what.trim_end_matches(',');
        return PgError::unsupported(format!("regular expressions with {what} are not supported"));
    }
    PgError::new(
        SqlState::INVALID_REGULAR_EXPRESSION,
        format!("invalid regular expression: {reason}"),
    )
}

/// 42703, or 42P01 when the table before the point is missing.
pub(super) fn missing_column(column: &Column, known: &[Column], sql: &str) -> PgError {
    let name = crate::names::shown(&column.name);
    if let Some(relation) = &column.relation
        && !known.iter().any(|known| known.relation.as_ref() == Some(relation))
    {
        return missing_from(relation.table(), sql);
    }
    match &column.relation {
        Some(relation) => placed(
            PgError::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column {}.{name} does not exist", relation.table()),
            ),
            relation.table(),
            sql,
        ),
        None => placed(
            PgError::new(SqlState::UNDEFINED_COLUMN, format!("column \"{name}\" does not exist")),
            name,
            sql,
        ),
    }
}

fn missing_from(table: &str, sql: &str) -> PgError {
    let message = format!("missing FROM-clause entry for table \"{table}\"");
    placed(PgError::new(SqlState::UNDEFINED_TABLE, message), table, sql)
}

/// What is wrong with the numbers and counts of clauses.
fn of_clause(message: &str) -> Option<PgError> {
    let number = |before: &str| {
        let rest = message.split(before).nth(1)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(digits)
    };
    let not_in_list = |clause: &str, position: &str| {
        PgError::new(
            SqlState::INVALID_COLUMN_REFERENCE,
            format!("{clause} position {position} is not in select list"),
        )
    };
    if let Some(position) = number("Order by column out of bounds, specified: ") {
        return Some(not_in_list("ORDER BY", &position));
    }
    if let Some(position) = number("Cannot find column with position ") {
        return Some(not_in_list("GROUP BY", &position));
    }
    for (clause, state) in [
        ("LIMIT", SqlState::INVALID_ROW_COUNT_IN_LIMIT_CLAUSE),
        ("OFFSET", SqlState::INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE),
    ] {
        if message.starts_with(&format!("{clause} must be >= 0")) {
            return Some(PgError::new(state, format!("{clause} must not be negative")));
        }
        if message.starts_with(&format!("Expected {clause} to be an integer")) {
            let message = format!("argument of {clause} must be type bigint");
            return Some(PgError::new(SqlState::DATATYPE_MISMATCH, message));
        }
    }
    if message.contains("queries have different number of columns") {
        let operation = message.split(' ').next().unwrap_or("UNION");
        let message = format!("each {operation} query must have the same number of columns");
        return Some(PgError::new(SqlState::SYNTAX_ERROR, message));
    }
    let grouping = |message: &'static str| Some(PgError::new(SqlState::GROUPING_ERROR, message));
    if message.contains("not allowed in the WHERE clause") {
        return grouping("aggregate functions are not allowed in WHERE");
    }
    if message.contains("ggregate function calls cannot be nested") {
        return grouping("aggregate function calls cannot be nested");
    }
    if message.starts_with("For SELECT DISTINCT, ORDER BY expressions") {
        let message = "for SELECT DISTINCT, ORDER BY expressions must appear in select list";
        return Some(PgError::new(SqlState::INVALID_COLUMN_REFERENCE, message));
    }
    if message.starts_with("Too many columns! The subquery should only return one column") {
        let message = "subquery must return only one column";
        return Some(PgError::new(SqlState::SYNTAX_ERROR, message));
    }
    let arithmetic = message.split("Cannot coerce arithmetic expression ").nth(1);
    let (left, rest) = arithmetic?.split_once(' ')?;
    let (operator, rest) = rest.split_once(' ')?;
    let right = rest.split(' ').next()?;
    let word = super::arrow::type_word;
    Some(PgError::new(
        SqlState::UNDEFINED_FUNCTION,
        format!("operator does not exist: {} {operator} {}", word(left), word(right)),
    ))
}

fn missing_function(name: &str, sql: &str) -> PgError {
    let error =
        PgError::new(SqlState::UNDEFINED_FUNCTION, format!("function {name} does not exist"));
    placed(error, name, sql)
}

fn mismatched_function(message: &str, sql: &str) -> PgError {
    // … No function matches the given name and argument types 'abs(Utf8)'. You might …
    let call = message.split("argument types '").nth(1).and_then(|rest| rest.split('\'').next());
    let Some(call) = call else {
        return PgError::new(SqlState::UNDEFINED_FUNCTION, first_line(message));
    };
    let name = call.split('(').next().unwrap_or_default();
    let arguments = call.get(name.len()..).unwrap_or_default().trim_matches(['(', ')']);
    let arguments =
        arguments.split(", ").map(super::arrow::type_word).collect::<Vec<_>>().join(", ");
    let error = PgError::new(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {name}({arguments}) does not exist"),
    )
    .hint(
        "No function matches the given name and argument types. \
         You might need to add explicit type casts.",
    );
    placed(error, name, sql)
}

fn placed_grouping(message: &str, sql: &str) -> PgError {
    // … Column in SELECT must be in GROUP BY or an aggregate function: … "t.a" …
    let column = message.split('"').nth(1).unwrap_or_default();
    let error = PgError::new(
        SqlState::GROUPING_ERROR,
        format!(
            "column \"{column}\" must appear in the GROUP BY clause or be used in an aggregate function"
        ),
    );
    placed(error, column.rsplit('.').next().unwrap_or(column), sql)
}

/// Adds the place of a word, if there is one.
pub(super) fn placed(error: PgError, word: &str, sql: &str) -> PgError {
    match position_of_word(sql, word, 0) {
        Some(position) => error.position(position),
        None => error,
    }
}
