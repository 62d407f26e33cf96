//! A plan in text: a line for each step and for what is said of it.

use super::step::{Detail, Ran, Step, Told};
use crate::syntax::Explain;

/// The lines.
pub(super) fn lines(told: &Told) -> Vec<String> {
    let mut lines = Vec::new();
    put(&told.asked, &told.root, told.ran, "", 2, &mut lines);
    if told.asked.summary {
        lines.push(format!("Planning Time: {:.3} ms", told.milliseconds));
        let ran = told.ran.map(|ran| format!("Execution Time: {:.3} ms", ran.milliseconds));
        lines.extend(ran);
    }
    lines
}

/// A step behind `before`, and what is said of it so far in.
fn put(
    asked: &Explain,
    step: &Step,
    ran: Option<Ran>,
    before: &str,
    indent: usize,
    lines: &mut Vec<String>,
) {
    let mut line = format!("{before}{}", step.title);
    if asked.costs {
        line.push_str(&format!("  (cost=0.00..0.00 rows={} width=0)", step.rows));
    }
    if let Some(ran) = ran {
        let time = match asked.timing {
            true => format!("time=0.000..{:.3} ", ran.milliseconds),
            false => String::new(),
        };
        line.push_str(&format!(" (actual {time}rows={}.00 loops=1)", ran.rows));
    }
    lines.push(line);
    let space = " ".repeat(indent);
    if !step.output.is_empty() {
        lines.push(format!("{space}Output: {}", step.output.join(", ")));
    }
    for (label, detail) in &step.details {
        lines.push(match detail {
            Detail::Text(text) => format!("{space}{label}: {text}"),
            Detail::Flag(flag) => format!("{space}{label}: {flag}"),
            Detail::List(list) => format!("{space}{label}: {}", list.join(", ")),
        });
    }
    for input in step.inputs_in_order() {
        let mut indent = indent;
        if let Some(name) = &input.name {
            lines.push(format!("{space}{name}"));
            indent += 2;
        }
        let before = format!("{}->  ", " ".repeat(indent));
        stacker::maybe_grow(128 << 10, 2 << 20, || {
            put(asked, input, None, &before, indent + 6, lines);
        });
    }
}
