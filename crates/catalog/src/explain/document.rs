//! A plan as one document: JSON, XML or YAML.

use super::step::{Detail, Ran, Step, Told};
use crate::functions::json::push_string;
use crate::syntax::{Explain, ExplainFormat};

/// What a document is made of.
enum Value {
    Text(String),
    /// A number or a truth value.
    Bare(String),
    List(Vec<String>),
    Group(Group),
    /// Groups of the same kind, each called by this name where they have one.
    Groups(&'static str, Vec<Group>),
}

type Group = Vec<(&'static str, Value)>;

/// The document.
pub(super) fn document(told: &Told) -> String {
    let mut whole = vec![("Plan", Value::Group(group(&told.asked, &told.root, told.ran)))];
    let time = |milliseconds: f64| Value::Bare(format!("{milliseconds:.3}"));
    if told.asked.summary {
        whole.push(("Planning Time", time(told.milliseconds)));
    }
    if told.ran.is_some() {
        whole.push(("Triggers", Value::Groups("Trigger", Vec::new())));
    }
    if let Some(ran) = told.ran.filter(|_| told.asked.summary) {
        whole.push(("Execution Time", time(ran.milliseconds)));
    }
    let mut out = String::new();
    match told.asked.format {
        ExplainFormat::Xml => {
            out.push_str("<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Query>\n");
            xml(&whole, 4, &mut out);
            out.push_str("  </Query>\n</explain>");
        }
        ExplainFormat::Yaml => yaml_item(&whole, 0, &mut out),
        ExplainFormat::Json | ExplainFormat::Text => {
            out.push_str("[\n  ");
            json(&whole, 2, &mut out);
            out.push_str("\n]");
        }
    }
    out
}

fn group(asked: &Explain, step: &Step, ran: Option<Ran>) -> Group {
    let text = |text: &str| Value::Text(text.to_owned());
    let bare = |value: &str| Value::Bare(value.to_owned());
    let mut group = vec![("Node Type", text(step.kind))];
    group.extend(step.how.iter().map(|(label, how)| (*label, text(how))));
    if !step.relationship.is_empty() {
        group.push(("Parent Relationship", text(step.relationship)));
    }
    group.extend(step.name.iter().map(|name| ("Subplan Name", text(name))));
    group.push(("Parallel Aware", bare("false")));
    group.push(("Async Capable", bare("false")));
    group.extend(step.what.iter().map(|(label, what)| (*label, text(what))));
    if asked.costs {
        group.push(("Startup Cost", bare("0.00")));
        group.push(("Total Cost", bare("0.00")));
        group.push(("Plan Rows", Value::Bare(step.rows.to_string())));
        group.push(("Plan Width", bare("0")));
    }
    if let Some(ran) = ran {
        if asked.timing {
            group.push(("Actual Startup Time", bare("0.000")));
            group.push(("Actual Total Time", Value::Bare(format!("{:.3}", ran.milliseconds))));
        }
        group.push(("Actual Rows", Value::Bare(format!("{}.00", ran.rows))));
        group.push(("Actual Loops", bare("1")));
    }
    group.push(("Disabled", bare("false")));
    if !step.output.is_empty() {
        group.push(("Output", Value::List(step.output.clone())));
    }
    for (label, detail) in &step.details {
        group.push((
            *label,
            match detail {
                Detail::Flag(flag) => Value::Bare(flag.to_string()),
                Detail::Text(value) => text(value),
                Detail::List(list) => Value::List(list.clone()),
            },
        ));
    }
    let inputs: Vec<Group> = step
        .inputs_in_order()
        .map(|input| stacker::maybe_grow(128 << 10, 2 << 20, || self::group(asked, input, None)))
        .collect();
    if !inputs.is_empty() {
        group.push(("Plans", Value::Groups("Plan", inputs)));
    }
    group
}

/// An object whose braces are so far in.
fn json(group: &Group, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    out.push('{');
    for (place, (label, value)) in group.iter().enumerate() {
        out.push_str(if place > 0 { ",\n" } else { "\n" });
        out.push_str(&format!("{space}  \"{label}\": "));
        match value {
            Value::Text(text) => out.push_str(&quoted_json(text)),
            Value::Bare(text) => out.push_str(text),
            Value::List(list) => {
                let items: Vec<String> = list.iter().map(|item| quoted_json(item)).collect();
                out.push_str(&format!("[{}]", items.join(", ")));
            }
            Value::Group(group) => deeper(|| json(group, indent + 2, out)),
            Value::Groups(_, groups) => {
                out.push('[');
                for (place, group) in groups.iter().enumerate() {
                    out.push_str(if place > 0 { ",\n" } else { "\n" });
                    out.push_str(&format!("{space}    "));
                    deeper(|| json(group, indent + 4, out));
                }
                out.push_str(&format!("\n{space}  ]"));
            }
        }
    }
    out.push_str(&format!("\n{space}}}"));
}

fn xml(group: &Group, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    for (label, value) in group {
        let tag = label.replace(' ', "-");
        let mut within = |text: &str| out.push_str(&format!("{space}<{tag}>{text}</{tag}>\n"));
        match value {
            Value::Text(text) => within(&escaped(text)),
            Value::Bare(text) => within(text),
            Value::List(list) => {
                out.push_str(&format!("{space}<{tag}>\n"));
                for item in list {
                    out.push_str(&format!("{space}  <Item>{}</Item>\n", escaped(item)));
                }
                out.push_str(&format!("{space}</{tag}>\n"));
            }
            Value::Group(group) => {
                out.push_str(&format!("{space}<{tag}>\n"));
                deeper(|| xml(group, indent + 2, out));
                out.push_str(&format!("{space}</{tag}>\n"));
            }
            Value::Groups(name, groups) => {
                out.push_str(&format!("{space}<{tag}>\n"));
                for group in groups {
                    out.push_str(&format!("{space}  <{name}>\n"));
                    deeper(|| xml(group, indent + 4, out));
                    out.push_str(&format!("{space}  </{name}>\n"));
                }
                out.push_str(&format!("{space}</{tag}>\n"));
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('\r', "&#x0d;")
}

/// An item of a list that is a group, so far in.
fn yaml_item(group: &Group, indent: usize, out: &mut String) {
    out.push_str(&format!("{}- ", " ".repeat(indent)));
    yaml(group, indent + 2, out);
}

/// A group that is so far in, but for the first line.
fn yaml(group: &Group, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    for (place, (label, value)) in group.iter().enumerate() {
        if place > 0 {
            out.push_str(&format!("\n{space}"));
        }
        out.push_str(&format!("{label}: "));
        match value {
            Value::Text(text) => out.push_str(&quoted_json(text)),
            Value::Bare(text) => out.push_str(text),
            Value::List(list) => {
                for item in list {
                    out.push_str(&format!("\n{space}  - {}", quoted_json(item)));
                }
            }
            Value::Group(group) => {
                out.push_str(&format!("\n{space}  "));
                deeper(|| yaml(group, indent + 2, out));
            }
            Value::Groups(_, groups) => {
                for group in groups {
                    out.push('\n');
                    deeper(|| yaml_item(group, indent + 2, out));
                }
            }
        }
    }
}

fn quoted_json(text: &str) -> String {
    let mut out = String::new();
    push_string(text, &mut out);
    out
}

fn deeper(run: impl FnOnce()) {
    stacker::maybe_grow(128 << 10, 2 << 20, run);
}
