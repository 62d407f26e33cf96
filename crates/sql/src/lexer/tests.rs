//! What the golden files cannot ask of PostgreSQL: the kinds of tokens.

use super::*;

fn kinds(source: &str) -> Vec<TokenKind> {
    Lexer::new(source).map(|token| token.kind).collect()
}

#[test]
fn every_kind_is_told_apart() {
    use TokenKind::*;
    let cases = [
        ("\n\t", Whitespace),
        ("--x", LineComment),
        ("/*/**/*/", BlockComment),
        ("select", Word),
        ("\"a\"", QuotedIdentifier),
        ("U&\"a\"", UnicodeIdentifier),
        ("'a'", String),
        ("E'a'", EscapeString),
        ("u&'a'", UnicodeString),
        ("b'1'", BitString),
        ("X'f'", HexString),
        ("$_$a$_$", DollarString),
        ("0b1", Integer),
        ("1.", Numeric),
        ("1e5", Numeric),
        ("$1", Parameter),
        ("->>", Operator),
        ("=", Operator),
        ("::", Typecast),
        (":=", ColonEquals),
        ("=>", EqualsGreater),
        ("..", DotDot),
        (".", Dot),
        (",", Comma),
        (";", Semicolon),
        (":", Colon),
        ("(", LeftParen),
        (")", RightParen),
        ("[", LeftBracket),
        ("]", RightBracket),
        ("{", Unknown),
        ("\0", Unknown),
        ("'", Invalid(Flaw::UnterminatedString)),
    ];
    for (source, kind) in cases {
        assert_eq!(kinds(source), [kind], "{source:?}");
    }
}

#[test]
fn within_confines_the_lexer_and_keeps_offsets() {
    let lexer = Lexer::new("a 'b' c").within(Span::new(2, 4));
    let tokens: Vec<_> = lexer.collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].span, Span::new(2, 4));
    assert_eq!(tokens[0].kind, TokenKind::Invalid(Flaw::UnterminatedString));
    assert_eq!(Lexer::new("é").within(Span::new(1, 2)).count(), 0);
    assert_eq!(Lexer::new("a").within(Span::new(0, 9)).count(), 0);
    assert_eq!(Lexer::new("a").within(Span::new(1, 0)).count(), 0);
}
