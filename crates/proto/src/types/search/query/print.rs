//! How a query looks.

use super::{Item, Operator};
use crate::types::int;
use crate::types::search::quoted;

/// Appends the query of these items.
pub(super) fn print(items: &[Item], out: &mut Vec<u8>) {
    let sizes = sizes(items);
    // What is still to be printed, the next at the end: no query is too deep.
    let mut rest = vec![Piece::Part(0, None, false)];
    while let Some(piece) = rest.pop() {
        let (at, around, is_right) = match piece {
            Piece::Words(words) => {
                out.extend_from_slice(words);
                continue;
            }
            Piece::Between(operator) => {
                between(operator, out);
                continue;
            }
            Piece::Part(at, around, is_right) => (at, around, is_right),
        };
        match items.get(at) {
            None => {}
            Some(Item::Operand { lexeme, weights, is_prefix }) => {
                operand(lexeme, *weights, *is_prefix, out);
            }
            Some(Item::Operator(operator)) => {
                if around.is_some_and(|around| needs_parentheses(*operator, around, is_right)) {
                    out.extend_from_slice(b"( ");
                    rest.push(Piece::Words(b" )"));
                }
                let first = at.saturating_add(1);
                if *operator == Operator::Not {
                    out.push(b'!');
                    rest.push(Piece::Part(first, Some(*operator), false));
                    continue;
                }
                let left = first.saturating_add(sizes.get(first).copied().unwrap_or(1));
                let is_phrase = matches!(operator, Operator::Phrase(_));
                rest.push(Piece::Part(first, Some(*operator), is_phrase));
                rest.push(Piece::Between(*operator));
                rest.push(Piece::Part(left, Some(*operator), false));
            }
        }
    }
}

/// What is still to be printed of a query.
enum Piece {
    Words(&'static [u8]),
    Between(Operator),
    /// The part that begins with this item, the operator around it, and whether it is the right operand of a
    /// phrase.
    Part(usize, Option<Operator>, bool),
}

/// How many items the part has that each item begins.
fn sizes(items: &[Item]) -> Vec<usize> {
    let mut sizes = vec![1_usize; items.len()];
    for (at, item) in items.iter().enumerate().rev() {
        let Item::Operator(operator) = item else { continue };
        let size = |at: usize| sizes.get(at).copied().unwrap_or(0);
        let first = size(at.saturating_add(1));
        let second = match operator {
            Operator::Not => 0,
            _ => size(at.saturating_add(1).saturating_add(first)),
        };
        if let Some(size) = sizes.get_mut(at) {
            *size = first.saturating_add(second).saturating_add(1);
        }
    }
    sizes
}

fn between(operator: Operator, out: &mut Vec<u8>) {
    match operator {
        Operator::Or => out.extend_from_slice(b" | "),
        Operator::Phrase(1) => out.extend_from_slice(b" <-> "),
        Operator::Phrase(distance) => {
            out.extend_from_slice(b" <");
            int::text_i64(distance.cast_signed().into(), out);
            out.extend_from_slice(b"> ");
        }
        Operator::And | Operator::Not => out.extend_from_slice(b" & "),
    }
}

fn operand(lexeme: &str, weights: u8, is_prefix: bool, out: &mut Vec<u8>) {
    quoted(lexeme, out);
    if weights != 0 || is_prefix {
        out.push(b':');
    }
    if is_prefix {
        out.push(b'*');
    }
    let letters = [(8, b'A'), (4, b'B'), (2, b'C'), (1, b'D')];
    out.extend(letters.iter().filter(|(bit, _)| weights & bit != 0).map(|(_, letter)| *letter));
}

/// Whether the operator around a part would bind closer than its own.
fn needs_parentheses(own: Operator, around: Operator, is_right_of_phrase: bool) -> bool {
    own.priority() < around.priority() || (is_right_of_phrase && matches!(own, Operator::Phrase(_)))
}

#[cfg(test)]
mod tests {
    use crate::types::TsQuery;

    /// PostgreSQL itself sends such a query, but prints none: its stack is too small.
    #[test]
    fn a_deep_query_is_printed() {
        const DEEP: usize = 200_000;
        let count = i32::try_from(DEEP + 1).unwrap().to_be_bytes();
        let bytes = [&count[..], &b"\x02\x01".repeat(DEEP), b"\x01\0\0a\0"].concat();
        let mut text = Vec::new();
        TsQuery::receive(&bytes).unwrap().text(&mut text);
        assert_eq!(text, [&b"!".repeat(DEEP)[..], b"'a'"].concat());
    }
}
