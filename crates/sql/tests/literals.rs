//! The values of strings and names against PostgreSQL's.

mod golden;

use trunkline_sql::{Lexer, quote_identifier, quote_literal};

#[test]
fn strings_have_the_value_that_postgresql_gives_them() {
    golden::check("strings.txt", |source| {
        let mut lexer = Lexer::new(source);
        let token = lexer.next().unwrap();
        assert_eq!(lexer.next(), None, "{source}");
        token.string(source).unwrap().into_owned()
    });
}

#[test]
fn names_are_folded_and_cut_as_in_postgresql() {
    golden::check("names.txt", |source| {
        let mut lexer = Lexer::new(source);
        let token = lexer.next().unwrap();
        assert_eq!(lexer.next(), None, "{source}");
        token.identifier(source).unwrap().into_owned()
    });
}

#[test]
fn names_and_values_are_quoted_as_in_postgresql() {
    golden::check("quoting.txt", |source| {
        format!("{} {}", quote_identifier(source), quote_literal(source))
    });
    assert_eq!(quote_identifier(""), "\"\"");
}
