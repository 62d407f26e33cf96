//! A text from a client: lexed, split, recognised and outlined.
use trunkline_sql::{Lexer, Outline, split};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let text = std::str::from_utf8(data).unwrap_or_else(|error| {
        std::str::from_utf8(&data[..error.valid_up_to()]).unwrap_or_default()
    });
    let mut end = 0;
    for token in Lexer::new(text) {
        assert!(token.span.start == end && token.span.end > end);
        let _ = (token.identifier(text), token.string(text));
        end = token.span.end;
    }
    assert_eq!(end, text.len());
    let statements: Vec<_> = split(text).collect();
    for statement in &statements {
        if let Some(Err(error)) = statement.recognise() {
            assert!(error.offset().is_none_or(|offset| offset <= text.len()));
        }
        let outline = Outline::of(statement.lexer());
        assert!(outline.tables.iter().all(|table| !table.span.text(text).is_empty()));
    }
    let texts: Vec<_> = statements.iter().map(|statement| statement.text()).collect();
    let joined = texts.join("\n;\n");
    // A semicolon at the very end cuts even in a comment or a broken string.
    assert!(joined.ends_with(';') || split(&joined).map(|statement| statement.text()).eq(texts));
}
