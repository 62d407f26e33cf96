//! Lines and words of `pg_hba.conf` and `pg_ident.conf`.

use super::RulesError;

/// A word; one that begins in quotes is a name, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) quoted: bool,
}

impl Token {
    /// Whether it is this word of the language.
    pub(super) fn is(&self, word: &str) -> bool {
        !self.quoted && self.text == word
    }
}

/// A line with something on it: fields between blanks, each a list between commas.
#[derive(Debug)]
pub(super) struct Line {
    /// The number of its first line in the file, from 1: a backslash at the end joins the next.
    pub(super) number: usize,
    pub(super) fields: Vec<Vec<Token>>,
}

/// The lines that are neither empty nor comments.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, RulesError> {
    let mut found = Vec::new();
    let mut physical = text.lines().enumerate();
    while let Some((index, first)) = physical.next() {
        let number = index + 1;
        let mut line = first.trim_end_matches('\r').to_owned();
        while line.ends_with('\\') {
            let Some((_, next)) = physical.next() else { break };
            line.pop();
            line.push_str(next.trim_end_matches('\r'));
        }
        let fields = fields(&line).map_err(|message| RulesError { line: number, message })?;
        if !fields.is_empty() {
            found.push(Line { number, fields });
        }
    }
    Ok(found)
}

fn fields(line: &str) -> Result<Vec<Vec<Token>>, String> {
    let mut rest = line;
    let mut fields = Vec::new();
    loop {
        let mut field = Vec::new();
        // A comma at the end of a word, with any blanks behind it, makes the next one join it.
        while let Some((token, comma)) = token(&mut rest)? {
            field.push(token);
            if !comma {
                break;
            }
        }
        match field.is_empty() {
            true => return Ok(fields),
            false => fields.push(field),
        }
    }
}

/// Takes a word off `rest`, and whether a comma followed it; `None` at the end or at a comment.
fn token(rest: &mut &str) -> Result<Option<(Token, bool)>, String> {
    let start = rest.trim_start_matches(|c| is_blank(c) || c == ',');
    let mut token = Token { text: String::new(), quoted: false };
    let (mut in_quotes, mut seen_quote, mut comma) = (false, false, false);
    let mut chars = start.char_indices().peekable();
    let mut end = start.len();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                // Two of them within quotes are one of the name.
                if in_quotes && chars.next_if(|(_, next)| *next == '"').is_some() {
                    token.text.push('"');
                    continue;
                }
                token.quoted |= token.text.is_empty() && !in_quotes;
                (in_quotes, seen_quote) = (!in_quotes, true);
            }
            c if in_quotes => token.text.push(c),
            '#' => {
                *rest = "";
                return Ok((seen_quote || !token.text.is_empty()).then_some((token, false)));
            }
            ',' => {
                (end, comma) = (at + 1, true);
                break;
            }
            c if is_blank(c) => {
                end = at;
                break;
            }
            c => token.text.push(c),
        }
    }
    if in_quotes {
        return Err("a quote is not closed: end the name with \"".to_owned());
    }
    *rest = start.get(end..).unwrap_or_default();
    Ok((seen_quote || !token.text.is_empty()).then_some((token, comma)))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as `number field field`, lists with commas, names that were quoted in brackets.
    fn shown(text: &str) -> Vec<String> {
        let word = |token: &Token| match token.quoted {
            true => format!("[{}]", token.text),
            false => token.text.clone(),
        };
        let field = |field: &Vec<Token>| field.iter().map(word).collect::<Vec<_>>().join(",");
        let line = |line: &Line| {
            let fields: Vec<_> = line.fields.iter().map(field).collect();
            format!("{} {}", line.number, fields.join(" "))
        };
        lines(text).expect("lines").iter().map(line).collect()
    }

    #[test]
    fn comments_and_empty_lines_are_nothing() {
        assert_eq!(shown("# a\n\n  \t\r\na b # c\n  #\n\"#\" c#d\n"), ["4 a b", "6 [#] c"]);
    }

    #[test]
    fn lists_have_blanks_around_their_commas_only_behind() {
        assert_eq!(shown("a,b, c d\n,a b,\n"), ["1 a,b,c d", "2 a b"]);
        assert_eq!(shown("a ,b\n"), ["1 a b"]);
    }

    #[test]
    fn quotes_keep_blanks_and_make_names() {
        assert_eq!(
            shown("\"a b\" \"all\" a\"b c\"d \"x\"\"y\" \"\"\n"),
            ["1 [a b] [all] ab cd [x\"y] []"]
        );
        assert_eq!(shown("a,\"b,c\"\n"), ["1 a,[b,c]"]);
        assert_eq!(lines("\na \"b").expect_err("open").line, 2);
    }

    #[test]
    fn a_backslash_at_the_end_joins_the_next_line() {
        assert_eq!(shown("a \\\nb\\\r\nc\nd\n"), ["1 a bc", "4 d"]);
        assert_eq!(shown("# a \\\nb\nc\n"), ["3 c"]);
    }
}
