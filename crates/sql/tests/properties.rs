//! What holds for every text, however broken.

use proptest::prelude::*;
use trunkline_sql::{Lexer, Span, TokenKind, outline, parameters, recognise, split};

/// Any text, or one made of what lexers and splitters stumble over.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "'",
        "''",
        "\"",
        "$",
        "$$",
        "$a$",
        "$1",
        "--",
        "/*",
        "*/",
        "\n",
        " ",
        ";",
        "(",
        ")",
        "[",
        "E'",
        "U&'",
        "u&\"",
        "B'",
        "\\",
        "\\'",
        "\\u00e9",
        "0x",
        "1_",
        "1e",
        "..",
        "::",
        ":=",
        "=>",
        "+",
        "-",
        "@",
        "é",
        "😀",
        "\0",
        "a",
        "select",
        "create",
        "or replace",
        "function",
        "procedure",
        "begin",
        "atomic",
        "end",
        "case",
        "with",
        "as",
        "from",
        "join",
        "into",
        "insert",
        "update",
        "delete",
        "table",
        "set",
        "local",
        "to",
        "=",
        "time zone",
        "interval",
        "show",
        "prepare",
        "execute",
        "declare",
        "cursor",
        "for",
        "fetch",
        "copy",
        "stdin",
        "transaction",
        "isolation level",
        "uescape '!'",
        "x",
        ",",
        ".",
        "*",
        "12",
    ]);
    let soup = prop::collection::vec((pieces, prop::sample::select(vec!["", " "])), 0..24)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(a, b)| [a, b]).collect::<String>());
    prop_oneof![any::<String>(), soup.clone(), soup]
}

fn is_blank(source: &str) -> bool {
    Lexer::new(source)
        .all(|token| !token.kind.is_significant() || token.kind == TokenKind::Semicolon)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn tokens_cover_the_text(source in text()) {
        let mut end = 0;
        for token in Lexer::new(&source) {
            prop_assert_eq!(token.span.start, end);
            prop_assert!(token.span.end > end);
            prop_assert_eq!(token.text(&source).len(), token.span.len());
            let _ = (token.string(&source), token.identifier(&source), token.integer(&source));
            end = token.span.end;
        }
        prop_assert_eq!(end, source.len());
    }

    #[test]
    fn statements_leave_out_nothing_but_blanks(source in text()) {
        let mut end = 0;
        for statement in split(&source) {
            let span = statement.span();
            prop_assert!(is_blank(Span::new(end, span.start).text(&source)));
            prop_assert!(!is_blank(statement.text()));
            prop_assert_eq!(statement.text(), statement.text().trim_matches([' ', '\n']));
            end = span.end;
        }
        prop_assert!(is_blank(source.get(end..).unwrap()));
    }

    #[test]
    fn statements_joined_split_into_the_same(source in text()) {
        let texts: Vec<_> = split(&source).map(|statement| statement.text()).collect();
        let joined = texts.join("\n;\n");
        // A semicolon at the very end cuts even in a comment or a broken string.
        prop_assume!(!joined.ends_with(';'));
        let again: Vec<_> = split(&joined).map(|statement| statement.text()).collect();
        prop_assert_eq!(texts, again);
    }

    #[test]
    fn errors_have_a_place_in_the_text(source in text()) {
        for statement in split(&source) {
            let alone = recognise(statement.text());
            let Some(Err(error)) = statement.recognise() else { continue };
            prop_assert!(alone.is_some_and(|statement| statement.is_err()));
            prop_assert!(!error.message().is_empty() && error.sqlstate().len() == 5);
            if let Some(position) = error.position(&source) {
                prop_assert!((1..=source.chars().count() + 1).contains(&position));
            }
        }
    }

    #[test]
    fn outlines_stay_within_the_text(source in text()) {
        let outline = outline(&source);
        for mention in outline.tables.iter().chain(&outline.functions) {
            prop_assert!(!mention.span.text(&source).is_empty());
        }
        let highest = parameters(&source).map(|parameter| parameter.number).max();
        prop_assert_eq!(outline.parameters, highest.unwrap_or(0));
    }

    #[test]
    fn quoted_text_is_read_back(value in any::<String>()) {
        let doubled = format!("'{}'", value.replace('\'', "''"));
        let unicode = format!("U&'{}'", value.replace('\'', "''").replace('\\', "\\\\"));
        for source in [doubled, unicode] {
            let token = Lexer::new(&source).next().unwrap();
            prop_assert_eq!(token.span.len(), source.len());
            prop_assert_eq!(token.string(&source).unwrap(), &*value);
        }
        let escaped = format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
        let token = Lexer::new(&escaped).next().unwrap();
        prop_assert_eq!(token.span.len(), escaped.len());
        // PostgreSQL has no NUL in strings, and only escapes could make one.
        if !value.contains('\0') {
            prop_assert_eq!(token.string(&escaped).unwrap(), &*value);
        }
        let name = format!("\"{}\"", value.replace('"', "\"\""));
        let token = Lexer::new(&name).next().unwrap();
        prop_assert_eq!(token.span.len(), name.len());
        if !value.is_empty() {
            prop_assert!(value.starts_with(&*token.identifier(&name).unwrap()));
        }
    }
}
