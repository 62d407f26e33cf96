//! A session statement: the first byte chooses its verb, the rest is what follows it.
use trunkline_sql::split;

const VERBS: [&str; 24] = [
    "SET",
    "SET LOCAL",
    "SET TRANSACTION",
    "SHOW",
    "RESET",
    "BEGIN",
    "START TRANSACTION",
    "COMMIT",
    "ROLLBACK",
    "ROLLBACK TO",
    "SAVEPOINT",
    "RELEASE",
    "PREPARE",
    "EXECUTE",
    "DEALLOCATE",
    "DECLARE",
    "FETCH",
    "MOVE",
    "CLOSE",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "DISCARD",
    "COPY",
];

/// Panics on what must not be: the same words mean the same, however they are laid out.
pub fn run(data: &[u8]) {
    let Some((verb, rest)) = data.split_first() else { return };
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    let verb = VERBS[usize::from(*verb) % VERBS.len()];
    let laid_out = format!("{}\n{rest}", verb.to_lowercase().replace(' ', "\t"));
    assert_eq!(recognised(&format!("{verb} {rest}")), recognised(&laid_out), "{verb} {rest:?}");
}

/// What the first statement of a text is, with all its places.
fn recognised(text: &str) -> Option<Result<String, Option<usize>>> {
    let recognised = split(text).next()?.recognise()?;
    if let Err(error) = &recognised {
        assert!(error.offset().is_none_or(|offset| text.is_char_boundary(offset)), "{text:?}");
    }
    Some(match recognised {
        Ok(statement) => Ok(format!("{statement:?}")),
        Err(error) => Err(error.offset()),
    })
}
