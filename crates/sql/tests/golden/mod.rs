//! Reads the files that `ask.py` has written.

use std::path::Path;

/// Compares what `answer` makes of every text in `file` with PostgreSQL's answer.
pub(crate) fn check(file: &str, answer: impl Fn(&str) -> String) {
    let mut wrong = Vec::new();
    let cases = cases(file);
    assert!(!cases.is_empty(), "{file} has no cases");
    for (source, expected) in &cases {
        let found = answer(source);
        if found != *expected {
            wrong.push(format!("{source:?}\n  PostgreSQL: {expected}\n  trunkline:  {found}"));
        }
    }
    let (bad, all) = (wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{bad} of {all} differ:\n{}", wrong.join("\n"));
}

fn cases(file: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.split('\n').filter(|line| !line.is_empty() && !line.starts_with("##"));
    lines
        .map(|line| {
            let (source, answer) = line.split_once('\t').unwrap();
            (unescape(source), unescape(answer))
        })
        .collect()
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        plain.push(match char {
            '\\' => match chars.next().unwrap() {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'v' => '\u{b}',
                'f' => '\u{c}',
                other => other,
            },
            other => other,
        });
    }
    plain
}
