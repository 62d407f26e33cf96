//! Names of types, in all the spellings of SQL.

use crate::error::SyntaxError;
use crate::lexer::Lexer;
use crate::reader::Reader;
use crate::token::{Span, TokenKind};

/// A type as a statement names it: `int`, `s.t[]`, `numeric(10, 2)`, `timestamp with time zone`.
///
/// The words of SQL are resolved as PostgreSQL does, so `int` is `pg_catalog.int4`; every other
/// name is only folded, and which schema it is found in is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeName {
    /// What stands before the name, outermost first; `pg_catalog` for the words of SQL.
    pub qualifiers: Vec<String>,
    /// The name itself, such as `int4`.
    pub name: String,
    /// `(…)` behind the name: expressions, as written.
    pub modifiers: Vec<Span>,
    /// How many array dimensions are declared. To PostgreSQL all above 0 are the same.
    pub dimensions: usize,
    /// `SETOF`.
    pub set_of: bool,
    /// Where the whole stands.
    pub span: Span,
}

impl TypeName {
    /// Reads a text that is only the name of a type.
    ///
    /// ```
    /// use trunkline_sql::TypeName;
    /// let name = TypeName::parse("double precision[]")?;
    /// assert_eq!((name.name.as_str(), name.dimensions), ("float8", 1));
    /// # Ok::<(), trunkline_sql::SyntaxError>(())
    /// ```
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        let mut reader = Reader::new(Lexer::new(source));
        let name = type_name(&mut reader)?;
        if reader.kind().is_some() { Err(reader.unexpected()) } else { Ok(name) }
    }

    /// Reads the name of a type that stands in a statement.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, SyntaxError> {
        type_name(reader)
    }
}

/// `Typename`
pub(super) fn type_name(reader: &mut Reader<'_>) -> Result<TypeName, SyntaxError> {
    let start = reader.offset();
    let set_of = reader.eat("setof");
    let mut name = match built_in(reader)? {
        Some(name) => name,
        None => generic(reader)?,
    };
    name.set_of = set_of;
    if reader.eat("array") {
        name.dimensions = 1;
        if reader.eat_kind(TokenKind::LeftBracket) {
            reader.integer()?;
            reader.expect_kind(TokenKind::RightBracket)?;
        }
    } else {
        while reader.eat_kind(TokenKind::LeftBracket) {
            if !reader.at_kind(TokenKind::RightBracket) {
                reader.integer()?;
            }
            reader.expect_kind(TokenKind::RightBracket)?;
            name.dimensions = name.dimensions.saturating_add(1);
        }
    }
    name.span = Span::new(start, reader.taken());
    Ok(name)
}

/// A type that the grammar knows by key words.
fn built_in(reader: &mut Reader<'_>) -> Result<Option<TypeName>, SyntaxError> {
    let word = reader.word().to_ascii_lowercase();
    let name = match word.as_str() {
        "int" | "integer" => "int4",
        "smallint" => "int2",
        "bigint" => "int8",
        "real" => "float4",
        "boolean" => "bool",
        "json" => "json",
        "float" => return float(reader).map(Some),
        "double" if reader.next_is(&["precision"]) => {
            reader.advance();
            "float8"
        }
        "decimal" | "dec" | "numeric" => {
            reader.advance();
            return with_modifiers(reader, "numeric").map(Some);
        }
        "bit" => {
            reader.advance();
            let name = if reader.eat("varying") { "varbit" } else { "bit" };
            return with_modifiers(reader, name).map(Some);
        }
        "character" | "char" | "nchar" | "varchar" | "national" => {
            return character(reader).map(Some);
        }
        "time" => return time(reader, "time", "timetz").map(Some),
        "timestamp" => return time(reader, "timestamp", "timestamptz").map(Some),
        "interval" => return interval(reader).map(Some),
        _ => return Ok(None),
    };
    reader.advance();
    Ok(Some(system_type(name, Vec::new())))
}

/// `FLOAT [ ( precision ) ]`
fn float(reader: &mut Reader<'_>) -> Result<TypeName, SyntaxError> {
    reader.advance();
    let mut name = "float8";
    if reader.eat_kind(TokenKind::LeftParen) {
        let offset = reader.offset();
        let bits = reader.integer()?;
        reader.expect_kind(TokenKind::RightParen)?;
        let complaint = match bits {
            ..1 => Some("precision for type float must be at least 1 bit"),
            54.. => Some("precision for type float must be less than 54 bits"),
            _ => None,
        };
        if let Some(message) = complaint {
            return Err(SyntaxError::at(message, offset).with_sqlstate("22023"));
        }
        if bits <= 24 {
            name = "float4";
        }
    }
    Ok(system_type(name, Vec::new()))
}

/// `CHARACTER`, `CHAR`, `NATIONAL CHARACTER`, `NATIONAL CHAR`, `NCHAR` with or without `VARYING`,
/// or `VARCHAR`
fn character(reader: &mut Reader<'_>) -> Result<TypeName, SyntaxError> {
    let varying = if reader.eat("varchar") {
        true
    } else {
        if reader.eat("national") && !reader.at_any(&["character", "char"]) {
            return Err(reader.unexpected());
        }
        reader.advance();
        reader.eat("varying")
    };
    let length = precision(reader)?;
    Ok(system_type(if varying { "varchar" } else { "bpchar" }, length))
}

/// `TIME` or `TIMESTAMP`, `[ ( precision ) ] [ { WITH | WITHOUT } TIME ZONE ]`
fn time(
    reader: &mut Reader<'_>,
    plain: &'static str,
    zoned: &'static str,
) -> Result<TypeName, SyntaxError> {
    reader.advance();
    let precision = precision(reader)?;
    let with = reader.at("with");
    let mut name = plain;
    if (with || reader.at("without")) && reader.next_is(&["time"]) {
        reader.advance();
        reader.advance();
        reader.expect("zone")?;
        name = if with { zoned } else { plain };
    }
    Ok(system_type(name, precision))
}

/// `INTERVAL [ fields | ( precision ) ]`
fn interval(reader: &mut Reader<'_>) -> Result<TypeName, SyntaxError> {
    reader.advance();
    let mut modifiers = precision(reader)?;
    if modifiers.is_empty() {
        let start = reader.offset();
        if interval_qualifier(reader)?.is_some() {
            modifiers.push(Span::new(start, reader.taken()));
        }
    }
    Ok(system_type("interval", modifiers))
}

/// The fields of an interval, `first [ TO last ]`, if any are named.
pub(super) fn interval_qualifier(
    reader: &mut Reader<'_>,
) -> Result<Option<(&'static str, &'static str)>, SyntaxError> {
    let Some(&(first, finer)) = INTERVAL_FIELDS.iter().find(|(field, _)| reader.at(field)) else {
        return Ok(None);
    };
    reader.advance();
    let mut last = first;
    if !finer.is_empty() && reader.eat("to") {
        let found = finer.iter().find(|field| reader.at(field));
        last = found.ok_or_else(|| reader.unexpected())?;
        reader.advance();
    }
    if last == "second" {
        precision(reader)?;
    }
    Ok(Some((first, last)))
}

/// The fields of intervals and those that may stand behind their `TO`.
const INTERVAL_FIELDS: [(&str, &[&str]); 6] = [
    ("year", &["month"]),
    ("month", &[]),
    ("day", &["hour", "minute", "second"]),
    ("hour", &["minute", "second"]),
    ("minute", &["second"]),
    ("second", &[]),
];

/// Any other type: `name [ . name … ] [ ( expression, … ) ]`
fn generic(reader: &mut Reader<'_>) -> Result<TypeName, SyntaxError> {
    let mut name = reader.type_function_name()?;
    let mut qualifiers = Vec::new();
    while reader.eat_kind(TokenKind::Dot) {
        qualifiers.push(std::mem::replace(&mut name, reader.label()?));
    }
    let plain = with_modifiers(reader, "")?;
    Ok(TypeName { qualifiers, name, ..plain })
}

fn with_modifiers(reader: &mut Reader<'_>, name: &str) -> Result<TypeName, SyntaxError> {
    let modifiers =
        if reader.at_kind(TokenKind::LeftParen) { reader.expressions()? } else { Vec::new() };
    Ok(system_type(name, modifiers))
}

/// `[ ( integer ) ]`
fn precision(reader: &mut Reader<'_>) -> Result<Vec<Span>, SyntaxError> {
    if !reader.eat_kind(TokenKind::LeftParen) {
        return Ok(Vec::new());
    }
    let start = reader.offset();
    reader.integer()?;
    let span = Span::new(start, reader.taken());
    reader.expect_kind(TokenKind::RightParen)?;
    Ok(vec![span])
}

fn system_type(name: &str, modifiers: Vec<Span>) -> TypeName {
    TypeName {
        qualifiers: vec!["pg_catalog".to_owned()],
        name: name.to_owned(),
        modifiers,
        dimensions: 0,
        set_of: false,
        span: Span::default(),
    }
}
