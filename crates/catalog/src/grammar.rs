//! Calls that the grammar writes in a way of its own.

use std::borrow::Cow;

use sqlparser::ast::{Expr, TrimWhereField, Value};

/// A call of a function that does not look like one.
pub(crate) struct GrammarCall<'a> {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<Cow<'a, Expr>>,
    /// Words, such as FROM, stand in place of commas.
    pub(crate) is_worded: bool,
}

/// The call that an expression is.
///
/// Source: <https://www.postgresql.org/docs/18/functions-string.html>.
pub(crate) fn call(expr: &Expr) -> Option<GrammarCall<'_>> {
    let (name, arguments): (_, Vec<&Expr>) = match expr {
        Expr::AtTimeZone { timestamp, time_zone } => ("timezone", vec![time_zone, timestamp]),
        Expr::Ceil { expr, .. } => ("ceil", vec![expr]),
        Expr::Extract { field, expr, .. } => {
            let field = field.to_string().trim_matches('\'').to_ascii_lowercase();
            let field = Expr::value(Value::SingleQuotedString(field));
            let arguments = vec![Cow::Owned(field), Cow::Borrowed(&**expr)];
            return Some(GrammarCall { name: "extract", arguments, is_worded: true });
        }
        Expr::Floor { expr, .. } => ("floor", vec![expr]),
        Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let mut arguments = vec![&**expr, overlay_what, overlay_from];
            arguments.extend(overlay_for.as_deref());
            ("overlay", arguments)
        }
        Expr::Position { expr, r#in } => ("position", vec![r#in, expr]),
        Expr::Substring { expr, substring_from, substring_for, shorthand, .. } => {
            let mut arguments = vec![&**expr];
            arguments.extend(substring_from.as_deref());
            arguments.extend(substring_for.as_deref());
            (if *shorthand { "substr" } else { "substring" }, arguments)
        }
        Expr::Trim { expr, trim_where, trim_what, trim_characters } => {
            let name = match trim_where {
                Some(TrimWhereField::Leading) => "ltrim",
                Some(TrimWhereField::Trailing) => "rtrim",
                Some(TrimWhereField::Both) | None => "btrim",
            };
            let mut arguments = vec![&**expr];
            arguments.extend(trim_what.as_deref());
            arguments.extend(trim_characters.iter().flatten());
            (name, arguments)
        }
        _ => return None,
    };
    let mut arguments: Vec<_> = arguments.into_iter().map(Cow::Borrowed).collect();
    if let Expr::Substring { substring_from: None, .. } = expr {
        // With FOR alone it begins at the first letter.
        let first = Expr::value(Value::Number("1".to_owned(), false));
        arguments.insert(1, Cow::Owned(first));
    }
    let is_plain = matches!(
        expr,
        Expr::Ceil { .. } | Expr::Floor { .. } | Expr::Substring { special: true, .. }
    );
    Some(GrammarCall { name, arguments, is_worded: !is_plain })
}
