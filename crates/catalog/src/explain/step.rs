//! The steps of a plan.

use crate::syntax::Explain;

/// A step of a plan, with those that it takes its rows from.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// `Node Type`
    pub(super) kind: &'static str,
    /// What a plan in text has in place of that, with what it is on.
    pub(super) title: String,
    /// How it is done, such as the `Strategy`.
    pub(super) how: Vec<(&'static str, &'static str)>,
    /// What it is on.
    pub(super) what: Vec<(&'static str, String)>,
    /// What it is to the step above.
    pub(super) relationship: &'static str,
    /// `Subplan Name`
    pub(super) name: Option<String>,
    /// How many rows there are, where that is known before it runs.
    pub(super) rows: usize,
    /// What its columns are.
    pub(super) output: Vec<String>,
    pub(super) details: Vec<(&'static str, Detail)>,
    pub(super) inputs: Vec<Step>,
}

/// Something that is said of a step.
#[derive(Debug)]
pub(super) enum Detail {
    Text(String),
    List(Vec<String>),
    Flag(bool),
}

/// What running a statement has shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ran {
    pub(super) rows: usize,
    pub(super) milliseconds: f64,
}

/// A plan, and what is told with it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) asked: Explain,
    pub(super) root: Step,
    /// How long it took to make.
    pub(super) milliseconds: f64,
    pub(super) ran: Option<Ran>,
}

impl Step {
    pub(super) fn new(kind: &'static str) -> Step {
        Step { kind, title: kind.to_owned(), ..Step::default() }
    }

    /// A step above others.
    pub(super) fn above(kind: &'static str, input: Step) -> Step {
        let mut step = Step::new(kind);
        step.take("Outer", input);
        step
    }

    /// Adds a step that it takes rows from.
    pub(super) fn take(&mut self, relationship: &'static str, input: Step) {
        self.inputs.push(Step { relationship, ..input });
    }

    pub(super) fn detail(&mut self, label: &'static str, text: String) {
        if !text.is_empty() {
            self.details.push((label, Detail::Text(text)));
        }
    }

    pub(super) fn list(&mut self, label: &'static str, list: Vec<String>) {
        if !list.is_empty() {
            self.details.push((label, Detail::List(list)));
        }
    }

    /// Says nothing of columns.
    pub(super) fn forget_output(&mut self) {
        self.output.clear();
        stacker::maybe_grow(128 << 10, 2 << 20, || {
            self.inputs.iter_mut().for_each(Step::forget_output);
        });
    }

    /// Its inputs as they are told: what is run before any row, the others, and what is run for single rows.
    pub(super) fn inputs_in_order(&self) -> impl Iterator<Item = &Step> {
        let of = |wanted: fn(&str) -> bool| {
            self.inputs.iter().filter(move |input| wanted(input.relationship))
        };
        of(|one| one == "InitPlan")
            .chain(of(|one| !matches!(one, "InitPlan" | "SubPlan")))
            .chain(of(|one| one == "SubPlan"))
    }
}
