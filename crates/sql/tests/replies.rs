//! Splitting against PostgreSQL: as many statements as it answered, each with its command tag.

mod golden;

use trunkline_sql::{Outline, Statement, split};

#[test]
fn statements_are_split_and_tagged_as_in_postgresql() {
    golden::check("replies.txt", |source| {
        let tags: Vec<_> = split(source).map(|statement| tag(&statement)).collect();
        if tags.is_empty() { "empty".to_owned() } else { tags.join("|") }
    });
}

/// The tag without its counts, which only running the statement gives.
fn tag(statement: &Statement<'_>) -> String {
    let outline = Outline::of(statement.lexer());
    let tag = match statement.recognise() {
        Some(session) => session.unwrap().command_tag(),
        None => outline.command_tag,
    };
    assert_eq!(tag, outline.command_tag, "{}", statement.text());
    tag.to_owned()
}
