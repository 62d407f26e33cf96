//! The short cut of the splitter against its long way.

use proptest::prelude::*;

use super::*;

fn by_token(source: &str) -> Vec<(Span, bool)> {
    let mut statements = split(source);
    let mut found = Vec::new();
    while statements.lexer.offset() < source.len() {
        found.extend(statements.next_by_token());
    }
    found.iter().map(|statement| (statement.span(), statement.is_terminated())).collect()
}

fn by_short_cut(source: &str) -> Vec<(Span, bool)> {
    split(source).map(|statement| (statement.span(), statement.is_terminated())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_short_cut_changes_nothing(
        source in "([ \n;]|select|1|'|\"|\\$|-|/|\\*|--|\\(|\\)|create |function |begin |atomic |end|é|E'|\\\\|[\u{b}\u{c}]){0,16}"
    ) {
        // Behind a last semicolon it may.
        let source = source + "\n;1;";
        prop_assert_eq!(by_token(&source), by_short_cut(&source));
    }
}

#[test]
fn a_usual_statement_takes_the_short_cut() {
    for source in
        ["select 1", "select 1;", "  select 'a' -- b", "begin", "select ';", "create table t ()"]
    {
        assert!(plain_end(source.trim_start()).is_some(), "{source}");
    }
    for source in ["select ';'; 1", "-- c\nselect 1", "create table t; 1", "select (1;2)", ";"] {
        assert!(plain_end(source).is_none(), "{source}");
    }
}

#[test]
fn a_last_semicolon_ends_even_a_broken_statement() {
    for source in ["select 'a ;", "select 1 -- c;\n", "select (1; ", "select 1; select $$;"] {
        let last = split(source).last().unwrap();
        assert!(last.is_terminated(), "{source}");
        assert!(!last.text().contains(';'), "{source}");
    }
    assert_eq!(split("-- ;").count(), 0);
}

#[test]
fn a_statement_knows_where_it_stands() {
    let source = "/* a */ select 1 /* b */ ; select 2 ";
    let statements: Vec<_> = split(source).collect();
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[0].text(), "/* a */ select 1 /* b */");
    assert!(statements[0].is_terminated());
    assert_eq!(statements[0].source(), source);
    assert_eq!(statements[1].span(), Span::new(27, 35));
    assert!(!statements[1].is_terminated());
    assert_eq!(statements[0].lexer().filter(|t| t.kind.is_significant()).count(), 2);
}
