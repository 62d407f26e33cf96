//! The file of users, in the form of PgBouncer's `userlist.txt`.
//!
//! Source: <https://www.pgbouncer.org/config.html#authentication-file-format>.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::users::UsersError;

/// A user of the file.
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    pub(super) user: String,
    /// It may be a password in clear.
    pub(super) secret: Zeroizing<String>,
}

/// The lines that name users, each user once.
///
/// PgBouncer ignores what stands behind the secret, and of two secrets takes the last: a quote that
/// is not doubled, or a line that was forgotten, changes who gets in. Here both are errors, but for
/// more fields in quotes, which the files of old have, and for a line that says the same again.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, UsersError> {
    let mut found: Vec<Line> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        let number = index + 1;
        let (user, secret) = fields(line).map_err(|why| UsersError::Line { number, why })?;
        match places.get(&user).and_then(|at| found.get(*at)) {
            None => {
                places.insert(user.clone(), found.len());
                found.push(Line { number, user, secret });
            }
            Some(first) if first.secret == secret => {}
            Some(Line { number: first, .. }) => {
                let why = format!("the user of line {first} with another secret: leave one");
                return Err(UsersError::Line { number, why });
            }
        }
    }
    Ok(found)
}

/// The name and the secret of a line.
fn fields(line: &str) -> Result<(String, Zeroizing<String>), String> {
    let (mut user, rest) = quoted(line).ok_or("expected \"name\" in double quotes")?;
    let (secret, mut rest) =
        quoted(rest.trim_start()).ok_or("expected \"secret\" in double quotes after the name")?;
    while !rest.is_empty() {
        let field = rest.strip_prefix([' ', '\t']).map(str::trim_start);
        (_, rest) = field
            .and_then(quoted)
            .ok_or("expected the end of the line after \"secret\": a quote within is doubled")?;
    }
    Ok((std::mem::take(&mut *user), secret))
}

/// A string in double quotes at the start of `text`, and what follows it.
fn quoted(text: &str) -> Option<(Zeroizing<String>, &str)> {
    let mut rest = text.strip_prefix('"')?;
    // Never moved, which would leave copies.
    let mut value = Zeroizing::new(String::with_capacity(rest.len()));
    loop {
        let (part, after) = rest.split_once('"')?;
        value.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let lines = lines(text).map_err(|error| error.to_string())?;
        Ok(lines.into_iter().map(|line| (line.user, line.secret.to_string())).collect())
    }

    #[test]
    fn a_line_is_a_name_and_a_secret() {
        let pair = |user: &str, secret: &str| (user.to_owned(), secret.to_owned());
        let text = "; users\n# too\n\n\"ann\" \"one\"\r\n  \"a \"\"b\"\"\"\t\"two\"\"\" \"\"\n\
                    \"old\" \"md5\" \"valid until\"\t\"x\" \n\"ann\" \"one\"\n";
        let expected = [pair("ann", "one"), pair("a \"b\"", "two\""), pair("old", "md5")];
        assert_eq!(read(text).as_deref(), Ok(&expected[..]));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_its_line() {
        for (line, why) in [
            ("bob", "expected \"name\" in double quotes"),
            ("\"bob", "expected \"name\" in double quotes"),
            ("\"bob\"", "expected \"secret\" in double quotes after the name"),
            ("\"bob\" two", "expected \"secret\" in double quotes after the name"),
            ("\"bob\"\"two\"", "expected \"secret\" in double quotes after the name"),
            ("\"bob\" \"two\" junk", "expected the end of the line after \"secret\""),
            // The password is `tw"o`, or `tw"o "x`.
            ("\"bob\" \"tw\"o\"", "expected the end of the line after \"secret\""),
            ("\"bob\" \"tw\"o \"x\"", "expected the end of the line after \"secret\""),
            ("\"bob\" \"two\" \"x", "expected the end of the line after \"secret\""),
            ("\"bob\" \"two\" ; his", "expected the end of the line after \"secret\""),
            ("\"ann\" \"two\"", "the user of line 2 with another secret: leave one"),
            ("\"ann\" \"\"", "the user of line 2 with another secret: leave one"),
        ] {
            let error = read(&format!("; users\n\"ann\" \"one\"\n\n{line}\n")).expect_err(line);
            assert!(error.starts_with(&format!("line 4: {why}")), "{line}: {error}");
        }
    }
}
