//! Arrow's errors.

use datafusion::arrow::error::ArrowError;
use trunkline_core::{PgError, SqlState};

use super::{corrupt, first_line};

/// The answer for an error of Arrow's kernels and readers.
pub(super) fn answer(error: ArrowError) -> PgError {
    match error {
        ArrowError::ExternalError(source) => super::external(source),
        ArrowError::DivideByZero => PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero"),
        ArrowError::ArithmeticOverflow(message) => overflow(&message),
        ArrowError::CastError(message) => cast(&message),
        ArrowError::ParseError(message) => parse(&message),
        ArrowError::ComputeError(message) | ArrowError::InvalidArgumentError(message) => {
            compute(&message)
        }
        ArrowError::CsvError(message) => csv(&message),
        ArrowError::NotYetImplemented(message) => PgError::unsupported(first_line(&message)),
        // Only readers of files have these.
        ArrowError::ParquetError(_) | ArrowError::JsonError(_) | ArrowError::IoError(..) => {
            corrupt(error.to_string())
        }
        ArrowError::OffsetOverflowError(_) => super::too_large(),
        ArrowError::MemoryError(message) => super::exhausted(message),
        other => super::unexpected(other.to_string()),
    }
}

/// The answer for an error of which only the words are left.
pub(super) fn by_text(text: &str) -> PgError {
    let after = |kind: &str| text.strip_prefix(kind);
    if after("Divide by zero error").is_some() {
        PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero")
    } else if let Some(rest) = after("Arithmetic overflow: ") {
        overflow(rest)
    } else if let Some(rest) = after("Cast error: ") {
        cast(rest)
    } else if let Some(rest) = after("Parser error: ") {
        parse(rest)
    } else if let Some(rest) = after("Compute error: ").or(after("Invalid argument error: ")) {
        compute(rest)
    } else if let Some(rest) = after("Csv error: ") {
        csv(rest)
    } else if ["Parquet argument error: ", "Json error: ", "Io error: "]
        .iter()
        .any(|kind| after(kind).is_some())
    {
        corrupt(text.to_owned())
    } else if after("Offset overflow error: ").is_some() {
        super::too_large()
    } else {
        super::unexpected(text.to_owned())
    }
}

fn overflow(message: &str) -> PgError {
    // The words name values of a type, never the type; an operand of more than 10 digits tells.
    let wide = message
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.parse::<u128>().is_ok_and(|value| value > 1 << 31));
    let message = if wide { "bigint out of range" } else { "integer out of range" };
    PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
}

fn cast(message: &str) -> PgError {
    // Cannot cast string 'x' to value of Int32 type
    if let Some(rest) = message.strip_prefix("Cannot cast string '")
        && let Some((value, rest)) = rest.rsplit_once("' to value of ")
    {
        return invalid_text(value, rest.split(" type").next().unwrap_or(rest));
    }
    // Can't cast value 300 to type Int8
    if let Some(rest) = message.strip_prefix("Can't cast value ") {
        let wanted = rest.rsplit_once(" to type ").map_or("", |(_, wanted)| wanted);
        return PgError::new(
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            format!("{} out of range", type_word(wanted)),
        );
    }
    PgError::new(SqlState::CANNOT_COERCE, first_line(message))
}

fn parse(message: &str) -> PgError {
    // Error while parsing value 'x' as type 'Int64' for column 0 at line 3. Row data: '[x]'
    if let Some(rest) = message.strip_prefix("Error while parsing value '")
        && let Some((value, rest)) = rest.split_once("' as type '")
        && let Some((arrow_type, rest)) = rest.split_once("' for column ")
    {
        let place = rest.split(". Row data").next().and_then(|place| place.split_once(" at line "));
        let place = place.and_then(|(column, line)| {
            // Both are counted from zero.
            let line = line.parse::<u64>().ok()?.checked_add(1)?;
            Some((line, column.parse::<u32>().ok()?.checked_add(1)?))
        });
        let error = invalid_text(value, arrow_type);
        return match place {
            Some((line, column)) => error.context(format!("line {line}, column {column}")),
            None => error,
        };
    }
    // Error parsing timestamp from 'x': …, Cannot parse string 'x' …
    let value = message.split('\'').nth(1).unwrap_or_default();
    let type_name = match () {
        () if message.contains("timestamp") => "timestamp",
        () if message.contains("interval") || message.contains("Interval") => "interval",
        () if message.contains("time") => "time",
        () => "date",
    };
    invalid_datetime(type_name, value)
}

fn invalid_text(value: &str, arrow_type: &str) -> PgError {
    let name = type_word(arrow_type);
    if arrow_type.starts_with("Date") || arrow_type.starts_with("Time") {
        return invalid_datetime(&name, value);
    }
    let number = value.trim();
    let integer = arrow_type.starts_with("Int") || arrow_type.starts_with("UInt");
    if integer
        && number.strip_prefix(['-', '+']).unwrap_or(number).bytes().all(|b| b.is_ascii_digit())
        && number.len() > 2
    {
        return PgError::new(
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            format!("value \"{value}\" is out of range for type {name}"),
        );
    }
    PgError::new(
        SqlState::INVALID_TEXT_REPRESENTATION,
        format!("invalid input syntax for type {name}: \"{value}\""),
    )
}

fn invalid_datetime(type_name: &str, value: &str) -> PgError {
    PgError::new(
        SqlState::INVALID_DATETIME_FORMAT,
        format!("invalid input syntax for type {type_name}: \"{value}\""),
    )
}

fn compute(message: &str) -> PgError {
    if message.contains("Regular expression") || message.contains("regex") {
        return super::plan::regex(message);
    }
    if message.contains("too large to store in a Decimal") || message.contains("verflow") {
        return PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow");
    }
    super::plan::execution(message)
}

fn csv(message: &str) -> PgError {
    // incorrect number of fields for line 3, expected 2 got 3
    let line = message
        .split("line ")
        .nth(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let error = PgError::new(SqlState::BAD_COPY_FILE_FORMAT, "a CSV file is malformed");
    match line.filter(|line| !line.is_empty()) {
        Some(line) => error.detail(first_line(message)).context(format!("line {line}")),
        None => error.detail(first_line(message)),
    }
}

/// PostgreSQL's word for a type that Arrow's name is known of.
pub(super) fn type_word(arrow_type: &str) -> String {
    let kind = arrow_type.split('(').next().unwrap_or(arrow_type);
    match kind {
        "Boolean" => "boolean",
        "Int8" | "Int16" | "UInt8" => "smallint",
        "Int32" | "UInt16" => "integer",
        "Int64" | "UInt32" => "bigint",
        "Float16" | "Float32" => "real",
        "Float64" => "double precision",
        "UInt64" | "Decimal32" | "Decimal64" | "Decimal128" | "Decimal256" => "numeric",
        "Date32" | "Date64" => "date",
        "Time32" | "Time64" => "time",
        "Timestamp" => "timestamp",
        "Interval" | "Duration" => "interval",
        "Binary" | "LargeBinary" | "BinaryView" | "FixedSizeBinary" => "bytea",
        "Utf8" | "LargeUtf8" | "Utf8View" => "text",
        "Null" => "unknown",
        other => return other.to_ascii_lowercase(),
    }
    .to_owned()
}
