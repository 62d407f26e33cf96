//! The templates of `to_char` and its kin.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-formatting.html>.

use trunkline_core::{PgError, Result};

/// A template of PostgreSQL in the words of chrono, which DataFusion obeys.
///
/// # Errors
///
/// 0A000 for a pattern that has no counterpart, such as `Month`, which fills up with blanks.
pub(crate) fn to_chrono(template: &str) -> Result<String> {
    let mut format = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, after) = quoted.split_once('"').unwrap_or((quoted, ""));
            format.push_str(&text.replace('%', "%%"));
            rest = after;
        } else if let Some((pattern, specifier)) = pattern_of(rest) {
            let specifier = specifier.ok_or_else(|| {
                let message = format!("the pattern \"{pattern}\" of a template is not supported");
                PgError::unsupported(message)
            })?;
            format.push_str(specifier);
            rest = rest.get(pattern.len()..).unwrap_or_default();
        } else {
            format.push_str(if character == '%' {
                "%%"
            } else {
                rest.get(..character.len_utf8()).unwrap_or_default()
            });
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(format)
}

/// The pattern at the start of a template, and its counterpart if there is one.
fn pattern_of(template: &str) -> Option<(&str, Option<&'static str>)> {
    let starts = |pattern: &str, as_written: bool| {
        let found = template.get(..pattern.len())?;
        let same = match as_written {
            true => found == pattern,
            false => found.eq_ignore_ascii_case(pattern),
        };
        same.then_some(found)
    };
    PATTERNS.iter().find_map(|&(pattern, as_written, specifier)| {
        Some((starts(pattern, as_written)?, specifier))
    })
}

/// Patterns, whether their capitals count, and chrono's words; the longer before the shorter.
const PATTERNS: &[(&str, bool, Option<&str>)] = &[
    ("FMMonth", true, Some("%B")),
    ("FMDay", true, Some("%A")),
    ("FMMM", false, Some("%-m")),
    ("FMDDD", false, Some("%-j")),
    ("FMDD", false, Some("%-d")),
    ("FMHH24", false, Some("%-H")),
    ("FMHH12", false, Some("%-I")),
    ("FMHH", false, Some("%-I")),
    ("FM", false, None),
    ("TM", false, None),
    ("HH24", false, Some("%H")),
    ("HH12", false, Some("%I")),
    ("HH", false, Some("%I")),
    ("MI", false, Some("%M")),
    ("SSSS", false, None),
    ("SS", false, Some("%S")),
    ("MS", false, Some("%3f")),
    ("US", false, Some("%6f")),
    ("FF3", false, Some("%3f")),
    ("FF6", false, Some("%6f")),
    ("FF", false, None),
    ("AM", true, Some("%p")),
    ("PM", true, Some("%p")),
    ("am", true, Some("%P")),
    ("pm", true, Some("%P")),
    ("A.M.", false, None),
    ("P.M.", false, None),
    ("Y,YYY", false, None),
    ("YYYY", false, Some("%Y")),
    ("YYY", false, None),
    ("YY", false, Some("%y")),
    ("Y", false, None),
    ("IYYY", false, Some("%G")),
    ("IY", false, None),
    ("IW", false, Some("%V")),
    ("ID", false, Some("%u")),
    ("MONTH", false, None),
    ("Mon", true, Some("%b")),
    ("MON", false, None),
    ("MM", false, Some("%m")),
    ("DAY", false, None),
    ("Dy", true, Some("%a")),
    ("DY", false, None),
    ("DDD", false, Some("%j")),
    ("DD", false, Some("%d")),
    ("D", false, None),
    ("WW", false, None),
    ("W", false, None),
    ("CC", false, None),
    ("J", false, None),
    ("Q", false, None),
    ("RM", false, None),
    ("TZH", false, None),
    ("TZM", false, None),
    ("TZ", false, None),
    ("OF", false, None),
    ("BC", false, None),
    ("AD", false, None),
];

#[cfg(test)]
mod tests {
    use super::to_chrono;

    #[test]
    fn patterns_are_translated() {
        let cases = [
            ("YYYY-MM-DD", "%Y-%m-%d"),
            ("yyyy/mm/dd hh24:mi:ss.ms", "%Y/%m/%d %H:%M:%S.%3f"),
            ("FMDD FMMonth \"of\" YYYY, 100%", "%-d %B of %Y, 100%%"),
            ("HH12:MI AM", "%I:%M %p"),
            ("IYYY-\"W\"IW", "%G-W%V"),
            ("é", "é"),
        ];
        for (template, format) in cases {
            assert_eq!(to_chrono(template).ok().as_deref(), Some(format), "{template}");
        }
        let error = to_chrono("Month").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the pattern \"Month\" of a template is not supported (0A000)"
        );
    }
}
