//! Paths into JSON documents.

use crate::dice::Random;

pub(super) fn path(random: &mut Random) -> String {
    let mode = random.pick(&["", "", "", "", "strict ", "lax ", "Strict "]);
    let body = match random.below(3) {
        0 => predicate(random, 3),
        _ => expression(random, 3),
    };
    format!("{mode}{body}")
}

fn predicate(random: &mut Random, depth: u64) -> String {
    let left = |random: &mut Random| expression(random, depth.saturating_sub(1));
    if depth == 0 {
        return format!("@.a {} 1", comparison(random));
    }
    let inner = |random: &mut Random| predicate(random, depth - 1);
    match random.below(12) {
        0 => format!("{} && {}", inner(random), inner(random)),
        1 => format!("{} || {}", inner(random), inner(random)),
        2 => format!("!({})", inner(random)),
        3 => format!("({}) is unknown", inner(random)),
        4 => format!("exists({})", left(random)),
        5 => format!("!exists ({})", left(random)),
        6 => format!("({})", inner(random)),
        7 => format!(
            "{} starts with {}",
            left(random),
            random.pick(&["\"x\"", "$v", "$\"a b\"", "1"])
        ),
        8 => {
            let flags = random.pick(&[
                "",
                "",
                " flag \"i\"",
                " flag \"\"",
                " flag \"xq\"",
                " flag \"smi\"",
            ]);
            format!("{} like_regex \"^a.b\"{flags}", left(random))
        }
        _ => format!("{} {} {}", left(random), comparison(random), left(random)),
    }
}

fn comparison(random: &mut Random) -> &'static str {
    random.pick(&["==", "=", "!=", "<>", "<", "<=", ">", ">="])
}

fn expression(random: &mut Random, depth: u64) -> String {
    if depth == 0 {
        return scalar(random);
    }
    let inner = |random: &mut Random| expression(random, depth - 1);
    match random.below(10) {
        0 => {
            let operator = random.pick(&["+", "-", "*", "/", "%", " + ", " - "]);
            format!("{}{operator}{}", inner(random), inner(random))
        }
        1 => format!("{}{}", random.pick(&["-", "+", "- "]), inner(random)),
        2 => format!("({})", inner(random)),
        3 => format!("({}){}", inner(random), accessor(random, depth - 1)),
        4 => format!("({}){}", predicate(random, depth - 1), accessor(random, depth - 1)),
        5 => scalar(random),
        _ => {
            let count = random.below(4);
            let steps: String = (0..count).map(|_| accessor(random, depth - 1)).collect();
            format!("{}{steps}", random.pick(&["$", "$", "@", "$v", "\"s\"", "$\"v w\"", "last"]))
        }
    }
}

fn scalar(random: &mut Random) -> String {
    let pick = random.pick(&[
        "$",
        "$",
        "@",
        "last",
        "null",
        "true",
        "false",
        "$v",
        "1",
        "1.50",
        ".5",
        "1.",
        "1e3",
        "0x1F",
        "1_000",
        "0",
        "-0",
        "1e-2",
        "\"a\"",
        "\"\\u0061\\x62\\n\"",
        "\"\\u{1F600}\"",
        "True",
        "x",
    ]);
    match random.below(4) {
        0 => random.below(1_000_000).to_string(),
        _ => pick.to_owned(),
    }
}

fn accessor(random: &mut Random, depth: u64) -> String {
    match random.below(12) {
        0 => ".*".to_owned(),
        1 => "[*]".to_owned(),
        2 => format!("[{}]", expression(random, depth)),
        3 => {
            let to = format!(
                "{} to {}",
                expression(random, depth),
                random.pick(&["last", "last - 1", "7"])
            );
            format!("[0, {to}]")
        }
        4 => {
            let levels = [
                "",
                "{2}",
                "{last}",
                "{1 to 3}",
                "{0 to last}",
                "{last to 2}",
                "{0}",
                "{2 to last}",
                "{x}",
            ];
            format!(".**{}", random.pick(&levels))
        }
        5 => format!(" ? ({})", predicate(random, depth)),
        6 | 7 => {
            let methods = [
                "abs()",
                "size()",
                "type()",
                "floor()",
                "double()",
                "ceiling()",
                "keyvalue()",
                "bigint()",
                "boolean()",
                "integer()",
                "number()",
                "string()",
                "date()",
                "datetime()",
                "datetime(\"HH\")",
                "time()",
                "time(3)",
                "time_tz(0)",
                "timestamp()",
                "timestamp_tz(6)",
                "decimal()",
                "decimal(3)",
                "decimal(-3, +2)",
                "decimal(1,2,3)",
                "none()",
                "TYPE ( )",
                "date(1)",
            ];
            format!(".{}", random.pick(&methods))
        }
        _ => {
            let keys = [
                ".a",
                ".b",
                ".\"a b\"",
                ".type",
                ".Null",
                ".true",
                ".to",
                ".é",
                ".a\\u0062",
                ".last",
                ". a",
                ".a /* c */",
                ".\"\\\"\"",
                ".\"\\t\"",
                ".lax",
                ".$a",
                ".1",
            ];
            random.pick(&keys).to_owned()
        }
    }
}
