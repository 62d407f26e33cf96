//! `EXPLAIN`: SQLite's plan of a statement, in PostgreSQL's shape, and what became of it.

use std::time::{Duration, Instant};

use trunkline_core::Result;

use super::super::cells::{Cell, Cells};
use super::super::cursor::Batch;
use super::super::errors::answer;
use super::super::functions::quote_json;
use super::super::plan::{Plan, Statement};
use super::super::translate::explain::Explain;
use super::Worker;

/// A step of SQLite's plan, with those that it is made of.
struct Node {
    id: i64,
    words: String,
    parts: Vec<Node>,
}

/// What running a statement has shown.
struct Run {
    rows: u64,
    time: Duration,
}

impl Worker<'_> {
    /// The lines of an EXPLAIN, a row each, or one document.
    pub(in super::super) fn explained(
        &mut self,
        statement: &Statement,
        values: &Cells,
    ) -> Result<Batch> {
        let plan = self.current(statement)?;
        let mut told = Batch { is_last: true, ..Batch::default() };
        let Some(explain) = &plan.translated.explain else { return Ok(told) };
        let began = Instant::now();
        let nodes = self.nodes(&plan)?;
        let planned = began.elapsed();
        let run = match explain.asked.analyze {
            true => Some(self.analyzed(statement, &plan, values)?),
            false => None,
        };
        if explain.is_json() {
            let document = document(explain, &nodes, planned, run.as_ref());
            told.cells.push(Cell::Text(document.as_bytes()));
        } else {
            for line in lines(explain, &nodes, planned, run.as_ref()) {
                told.cells.push(Cell::Text(line.as_bytes()));
            }
        }
        Ok(told)
    }

    /// What SQLite would do, of the last step: those before it make ready.
    fn nodes(&self, plan: &Plan) -> Result<Vec<Node>> {
        let Some(step) = plan.translated.steps.last() else { return Ok(Vec::new()) };
        let mut compiled = self.compile(plan, &format!("EXPLAIN QUERY PLAN {step}"))?;
        let mut rows = compiled.raw_query();
        let mut nodes = Vec::new();
        while let Some(row) = rows.next().map_err(|error| self.explain(error))? {
            let read = || Ok((row.get(0)?, row.get(1)?, row.get(3)?));
            let (id, parent, words) = read().map_err(answer)?;
            let node = Node { id, words, parts: Vec::new() };
            match find(&mut nodes, parent) {
                Some(of) => of.parts.push(node),
                None => nodes.push(node),
            }
        }
        Ok(nodes)
    }

    /// Runs the statement; what it returns is counted and dropped.
    fn analyzed(&mut self, statement: &Statement, plan: &Plan, values: &Cells) -> Result<Run> {
        let began = Instant::now();
        if plan.translated.writes {
            let outcome = self.run(statement, values)?;
            let returned = outcome.rows.cells.reader().count();
            let rows = returned.checked_div(plan.columns()).unwrap_or(0);
            return Ok(Run { rows: u64::try_from(rows).unwrap_or(0), time: began.elapsed() });
        }
        let mut rows = 0_u64;
        let is_locked = match &plan.translated.locking {
            Some(locking) => self.lock(locking)?,
            None => true,
        };
        if let (Some(step), true) = (plan.translated.steps.last(), is_locked) {
            self.tell_settings();
            let mut compiled = self.bound(plan, step, values)?;
            let mut found = compiled.raw_query();
            while found.next().map_err(|error| self.explain(error))?.is_some() {
                rows = rows.saturating_add(1);
            }
        }
        Ok(Run { rows, time: began.elapsed() })
    }
}

/// The step of this number, however deep.
fn find(nodes: &mut [Node], id: i64) -> Option<&mut Node> {
    for node in nodes {
        if node.id == id {
            return Some(node);
        }
        if let Some(found) = find(&mut node.parts, id) {
            return Some(found);
        }
    }
    None
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64() * 1000.0)
}

fn lines(explain: &Explain, nodes: &[Node], planned: Duration, run: Option<&Run>) -> Vec<String> {
    let mut heading = explain.heading.clone();
    if let Some(Run { rows, time }) = run {
        let time = match explain.asked.timing {
            true => format!("time=0.000..{} ", milliseconds(*time)),
            false => String::new(),
        };
        heading.push_str(&format!(" (actual {time}rows={rows}.00 loops=1)"));
    }
    let mut lines = vec![heading];
    put_lines(nodes, 2, &mut lines);
    if explain.asked.summary {
        lines.push(format!("Planning Time: {} ms", milliseconds(planned)));
        lines.extend(run.map(|run| format!("Execution Time: {} ms", milliseconds(run.time))));
    }
    lines
}

fn put_lines(nodes: &[Node], indent: usize, lines: &mut Vec<String>) {
    for node in nodes {
        lines.push(format!("{}->  {}", " ".repeat(indent), node.words));
        put_lines(&node.parts, indent.saturating_add(6), lines);
    }
}

fn document(explain: &Explain, nodes: &[Node], planned: Duration, run: Option<&Run>) -> String {
    let mut members = vec![format!("\"Node Type\": {}", quote_json(&explain.heading))];
    if let Some(Run { rows, time }) = run {
        if explain.asked.timing {
            members.push("\"Actual Startup Time\": 0.000".to_owned());
            members.push(format!("\"Actual Total Time\": {}", milliseconds(*time)));
        }
        members.push(format!("\"Actual Rows\": {rows}.00"));
        members.push("\"Actual Loops\": 1".to_owned());
    }
    members.extend(parts(nodes, 6));
    let mut whole = vec![format!("\"Plan\": {}", object(&members, 4))];
    if explain.asked.summary {
        whole.push(format!("\"Planning Time\": {}", milliseconds(planned)));
        whole.extend(run.map(|run| format!("\"Execution Time\": {}", milliseconds(run.time))));
    }
    format!("[\n  {}\n]", object(&whole, 2))
}

/// The member that has the steps of another, if there are any.
fn parts(nodes: &[Node], indent: usize) -> Option<String> {
    let step = |node: &Node| {
        let mut members = vec![format!("\"Node Type\": {}", quote_json(&node.words))];
        members.extend(parts(&node.parts, indent.saturating_add(4)));
        let space = " ".repeat(indent.saturating_add(2));
        format!("{space}{}", object(&members, indent.saturating_add(2)))
    };
    let steps: Vec<String> = nodes.iter().map(step).collect();
    let space = " ".repeat(indent);
    (!steps.is_empty()).then(|| format!("\"Plans\": [\n{}\n{space}]", steps.join(",\n")))
}

/// An object whose braces are so far from the left.
fn object(members: &[String], indent: usize) -> String {
    let space = " ".repeat(indent);
    let members: Vec<String> = members.iter().map(|one| format!("{space}  {one}")).collect();
    format!("{{\n{}\n{space}}}", members.join(",\n"))
}
