//! Which types the parameters of a statement have, as far as its text tells.

use trunkline::types::{array_of, oid_of};
use trunkline::{Oid, PgError, parameter_count};
use trunkline_sql::{Lexer, Reader, TokenKind, TypeName};

/// The types of `$1`, `$2`, …: what the client declared, else what was `described`, else what the text casts them to
/// (`$1::int`, `CAST($1 AS int)`), `bigint` behind LIMIT and OFFSET, and text for the rest.
///
/// # Errors
///
/// 42P02 for a number that no Bind can reach.
pub(crate) fn types(sql: &str, hints: &[Oid], described: &[Oid]) -> Result<Vec<Oid>, PgError> {
    let count = parameter_count(sql)?.max(described.len()).max(hints.len());
    let mut types = vec![Oid::UNSPECIFIED; count];
    for list in [hints, described] {
        for (ty, known) in types.iter_mut().zip(list) {
            if *ty == Oid::UNSPECIFIED {
                *ty = *known;
            }
        }
    }
    if types.contains(&Oid::UNSPECIFIED) {
        cast(sql, &mut types);
    }
    for ty in types.iter_mut().filter(|ty| **ty == Oid::UNSPECIFIED) {
        *ty = Oid::TEXT;
    }
    Ok(types)
}

/// Gives those a type that have none and are cast to one.
fn cast(sql: &str, types: &mut [Oid]) {
    let mut before = "";
    let mut reader = Reader::new(Lexer::new(sql));
    while let Some(kind) = reader.kind() {
        let start = reader.offset();
        reader.advance();
        let word = sql.get(start..reader.taken()).unwrap_or_default();
        if kind != TokenKind::Parameter {
            before = word;
            continue;
        }
        let number = word.trim_start_matches('$').parse::<usize>().ok();
        let is_count = ["limit", "offset"].iter().any(|clause| before.eq_ignore_ascii_case(clause));
        let found = match () {
            () if is_count => Some(Oid::INT8),
            () if reader.eat_kind(TokenKind::Typecast) || reader.eat("as") => {
                type_name(&mut reader)
            }
            () => None,
        };
        let place = number.and_then(|number| types.get_mut(number.checked_sub(1)?));
        if let (Some(place), Some(found)) = (place, found)
            && *place == Oid::UNSPECIFIED
        {
            *place = found;
        }
        before = word;
    }
}

fn type_name(reader: &mut Reader<'_>) -> Option<Oid> {
    // What is no type of PostgreSQL's is one of the handler's language.
    let name = TypeName::read(reader).ok()?;
    let oid = oid_of(&name.name)?;
    if name.dimensions == 0 { Some(oid) } else { array_of(oid) }
}
