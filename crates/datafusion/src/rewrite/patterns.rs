//! Patterns that mean something else to DataFusion: SIMILAR TO, and dots that match line breaks.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Value, ValueWithSpan};

use super::{calls, take};

/// Gives a regular expression the meaning that it has in PostgreSQL: a dot matches line breaks, too,
/// and there are other words for the ends of words and for classes of characters.
///
/// Of one that is not written in the statement only the dots are cared for.
///
/// Source: <https://www.postgresql.org/docs/18/functions-matching.html#FUNCTIONS-POSIX-REGEXP>.
pub(super) fn translate(pattern: &mut Expr) {
    match pattern {
        Expr::Nested(inner) => translate(inner),
        Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text),
            ..
        }) => {
            *text = translated(text);
            // An option costs DataFusion's short cuts, and a pattern may begin with its own.
            if text.contains('.') && !text.starts_with("(?") {
                text.insert_str(0, ACROSS_LINES);
            }
        }
        Expr::Value(ValueWithSpan { value: Value::Null, .. }) => {}
        computed => {
            let option = calls::string(ACROSS_LINES);
            *computed = calls::binary(option, BinaryOperator::StringConcat, take(computed));
        }
    }
}

/// The option by which a dot matches line breaks.
const ACROSS_LINES: &str = "(?s)";

/// A pattern in the words of Rust's `regex`.
fn translated(pattern: &str) -> String {
    const CLASSES: [(&str, &str); 5] = [
        ("[:alpha:]", r"\p{Alphabetic}"),
        ("[:alnum:]", r"\p{Alphabetic}\p{Nd}"),
        ("[:lower:]", r"\p{Lowercase}"),
        ("[:upper:]", r"\p{Uppercase}"),
        ("[:space:]", r"\s"),
    ];
    let (mut text, mut rest) = (String::with_capacity(pattern.len()), pattern);
    while let Some(character) = rest.chars().next() {
        let class = CLASSES
            .into_iter()
            .find_map(|(class, word)| rest.strip_prefix(class).map(|behind| (word, behind)));
        if let Some((word, behind)) = class {
            text.push_str(word);
            rest = behind;
            continue;
        }
        let mut behind = rest.chars();
        behind.next();
        if character == '\\'
            && let Some(escaped) = behind.next()
        {
            match escaped {
                'm' => text.push_str(r"\b{start}"),
                'M' => text.push_str(r"\b{end}"),
                'y' => text.push_str(r"\b"),
                'Y' => text.push_str(r"\B"),
                'Z' => text.push_str(r"\z"),
                other => text.extend(['\\', other]),
            }
        } else {
            text.push(character);
        }
        rest = behind.as_str();
    }
    text
}

/// Gives what replaces a match the meaning that it has in PostgreSQL: `\1` is a group and `\&` the
/// match, and a dollar is a dollar.
pub(super) fn replacement(replacement: &mut Expr) {
    let Expr::Value(value) = replacement else { return };
    let (Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text)) = &mut value.value
    else {
        return;
    };
    let mut translated = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('$', _) => translated.push_str("$$"),
            ('\\', Some('&')) => {
                characters.next();
                translated.push_str("${0}");
            }
            ('\\', Some(group @ '1'..='9')) => {
                translated.extend(['$', '{', *group, '}']);
                characters.next();
            }
            ('\\', Some('\\')) => {
                characters.next();
                translated.push('\\');
            }
            (character, _) => translated.push(character),
        }
    }
    *text = translated;
}

/// Whether an operator takes a regular expression.
pub(super) fn is_match(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::PGRegexMatch
            | BinaryOperator::PGRegexIMatch
            | BinaryOperator::PGRegexNotMatch
            | BinaryOperator::PGRegexNotIMatch
    )
}

/// The regular expression of a pattern of SIMILAR TO, which is one with `%` and `_`.
pub(super) fn similar_to(pattern: &Expr, escape: Option<&ValueWithSpan>) -> Option<String> {
    let text = |value: &ValueWithSpan| match &value.value {
        Value::SingleQuotedString(text) => Some(text.clone()),
        _ => None,
    };
    let Expr::Value(pattern) = pattern else { return None };
    let escape = escape.and_then(text).map_or(Some('\\'), |escape| escape.chars().next());
    let (mut regex, mut escaped, mut in_class) = (format!("{ACROSS_LINES}^(?:"), false, false);
    for character in text(pattern)?.chars() {
        match character {
            _ if escaped => {
                escaped = false;
                if !character.is_alphanumeric() {
                    regex.push('\\');
                }
                regex.push(character);
            }
            _ if Some(character) == escape => escaped = true,
            '%' if !in_class => regex.push_str(".*"),
            '_' if !in_class => regex.push('.'),
            '.' | '^' | '$' | '\\' if !in_class => regex.extend(['\\', character]),
            _ => {
                in_class = character == '[' || in_class && character != ']';
                regex.push(character);
            }
        }
    }
    regex.push_str(")$");
    Some(regex)
}
