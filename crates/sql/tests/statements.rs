//! Session statements against PostgreSQL: what parses, and which error the rest gives, and where.

mod golden;

use std::fmt::Write;

use trunkline_sql::recognise;

#[test]
fn statements_parse_or_fail_as_in_postgresql() {
    golden::check("statements.txt", |source| {
        let statement = recognise(source).unwrap_or_else(|| panic!("not recognised: {source:?}"));
        let Err(error) = statement else { return "ok".to_owned() };
        let position = error.position(source).map_or("-".to_owned(), |at| at.to_string());
        let mut text = format!("{} {position} {error}", error.sqlstate());
        if let Some(detail) = error.detail() {
            write!(text, " DETAIL: {detail}").unwrap();
        }
        if let Some(hint) = error.hint() {
            write!(text, " HINT: {hint}").unwrap();
        }
        text
    });
}
