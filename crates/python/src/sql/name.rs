//! The names that PostgreSQL gives to columns: `FigureColname` of its `parse_target.c`, by token.

use trunkline_sql::{KeywordCategory, Lexer, Reader, Span, TokenKind, TypeName, keyword_category};

use super::parser::Parser;

/// What PostgreSQL calls a column that has no other name.
const NONE: &str = "?column?";

/// Words that make an operation of what stands around them.
const OPERATIONS: [&str; 10] =
    ["and", "between", "ilike", "in", "is", "isnull", "like", "not", "notnull", "or"];

/// Words before a parenthesis that are called otherwise than they are written, or not told here.
const RENAMED: [(&str, Option<&str>); 8] = [
    ("cast", None),
    ("setof", None),
    ("trim", None),
    ("treat", None),
    ("xmlserialize", None),
    ("operator", None),
    ("nullif", Some("nullif")),
    ("position", Some("position")),
];

/// The name of the column that an expression makes, where it can be told.
pub(super) fn of(source: &str, span: Span) -> Option<String> {
    let mut depth = 0_usize;
    let mut last = None;
    for token in Lexer::new(source).within(span).filter(|token| token.kind.is_significant()) {
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
            // `*` of all columns, with what a dialect makes of it.
            TokenKind::Operator
                if matches!(last, None | Some(TokenKind::Dot)) && token.text(source) == "*" =>
            {
                return None;
            }
            TokenKind::Operator if depth == 0 => return Some(NONE.to_owned()),
            TokenKind::Word if depth == 0 && last != Some(TokenKind::Dot) => {
                let is = |word: &&str| token.is_word(source, word);
                if token.is_word(source, "case") || token.is_word(source, "at") {
                    return None;
                }
                if OPERATIONS.iter().any(is) {
                    return Some(NONE.to_owned());
                }
            }
            _ => {}
        }
        last = Some(token.kind);
    }
    operand(&mut Reader::new(Lexer::new(source).within(span)))
}

/// The name of what no operator is in.
fn operand(reader: &mut Reader<'_>) -> Option<String> {
    let is_value = reader.at_string()
        || reader.at_any(&["true", "false", "null"])
        || matches!(
            reader.kind(),
            Some(
                TokenKind::Integer
                    | TokenKind::Numeric
                    | TokenKind::Parameter
                    | TokenKind::BitString
                    | TokenKind::HexString
            )
        );
    let (mut name, mut is_weak) = if is_value {
        reader.advance();
        (NONE.to_owned(), true)
    } else {
        (called(reader)?, false)
    };
    loop {
        if reader.eat_kind(TokenKind::Typecast) {
            let cast = TypeName::read(reader).ok()?;
            if is_weak {
                name = cast.name;
                is_weak = true;
            }
        } else if reader.eat_kind(TokenKind::LeftBracket) {
            pass(reader);
        } else if reader.at_any(&["filter", "over"]) {
            reader.advance();
            if reader.eat_kind(TokenKind::LeftParen) { pass(reader) } else { reader.advance() }
        } else if reader.eat("collate") {
            reader.label().ok()?;
            while reader.eat_kind(TokenKind::Dot) {
                reader.label().ok()?;
            }
        } else {
            break;
        }
    }
    (reader.kind().is_none() && reader.at_end()).then_some(name)
}

/// The name of a column, a function or a construct that looks like one.
fn called(reader: &mut Reader<'_>) -> Option<String> {
    let word = reader.word().to_ascii_lowercase();
    let mut name = reader.label().ok()?;
    let mut is_qualified = false;
    while reader.eat_kind(TokenKind::Dot) {
        is_qualified = true;
        name = reader.label().ok()?;
    }
    if reader.at_kind(TokenKind::LeftParen) {
        if !is_qualified && let Some((_, renamed)) = RENAMED.iter().find(|(from, _)| *from == word)
        {
            name = renamed.map(str::to_owned)?;
        }
        reader.advance();
        pass(reader);
    } else if reader.at_kind(TokenKind::LeftBracket) && word == "array" && !is_qualified {
        reader.advance();
        pass(reader);
    } else if !is_qualified
        && keyword_category(&word) == Some(KeywordCategory::Reserved)
        && !word.starts_with("current_")
        && !matches!(word.as_str(), "user" | "session_user" | "localtime" | "localtimestamp")
    {
        return None;
    }
    Some(name)
}

/// Passes to behind the parenthesis or bracket that is open.
fn pass(reader: &mut Reader<'_>) {
    let mut depth = 1_usize;
    while depth > 0 && reader.kind().is_some() {
        match reader.kind() {
            Some(TokenKind::LeftParen | TokenKind::LeftBracket) => depth += 1,
            Some(TokenKind::RightParen | TokenKind::RightBracket) => depth -= 1,
            _ => {}
        }
        reader.advance();
    }
}

/// Cuts `AS label` or a label without AS off an expression that is not understood.
pub(super) fn without_alias(source: &str, span: Span) -> (Span, Option<String>) {
    let mut last = [None; 3];
    for token in Lexer::new(source).within(span).filter(|token| token.kind.is_significant()) {
        last = [last[1], last[2], Some(token)];
    }
    let [before, Some(previous), Some(label)] = last else { return (span, None) };
    let mut reader = Parser::new(Lexer::new(source).within(label.span));
    let with_as = previous.is_word(source, "as");
    let behind = if with_as { before } else { Some(previous) };
    let Some(behind) = behind else { return (span, None) };
    // Without AS only what surely ends an expression: `a b c` may be anything.
    let ends = matches!(behind.kind, TokenKind::RightParen | TokenKind::RightBracket);
    let alias = if with_as {
        reader.reader.label().ok()
    } else if ends {
        reader.alias().ok().flatten()
    } else {
        None
    };
    match alias {
        Some(alias) => (Span::new(span.start, behind.span.end), Some(alias)),
        None => (span, None),
    }
}
