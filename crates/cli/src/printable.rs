//! Text of others, made fit for a terminal and a log.

use std::fmt::Write;

/// The longest piece of text that is shown, in characters; a line of the log, too.
const LONGEST: usize = 1024;

/// The text on one line, with escapes for what would move the cursor, colour the terminal, forge
/// another line or turn the direction of writing; cut if it is very long.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        match is_tricky(c) {
            true => drop(write!(shown, "{}", c.escape_default())),
            false => shown.push(c),
        }
    }
    shown
}

fn is_tricky(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_on_its_line_and_colours_nothing() {
        assert_eq!(printable("größer 表 \"x\" \\"), "größer 表 \"x\" \\");
        assert_eq!(printable("a\nERROR b\r\x1b[2J\x07"), "a\\nERROR b\\r\\u{1b}[2J\\u{7}");
        assert_eq!(printable("\u{9b}1m \u{202e}drow"), "\\u{9b}1m \\u{202e}drow");
        let long = printable(&"x".repeat(5000));
        assert_eq!(long.chars().count(), LONGEST + 1);
    }
}
