//! `pg_proc` and `pg_operator`, by name.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;

use super::table::{Facts, facts, number, passing_facts, text};
use crate::datum::{Datum, Row};

/// A function, as `pg_proc` has it.
#[derive(Clone, Debug)]
pub(crate) struct Proc {
    pub(crate) oid: u32,
    pub(crate) name: Arc<str>,
    pub(crate) schema: u32,
    pub(crate) arguments: Vec<Oid>,
    pub(crate) defaults: usize,
    /// The type of the elements of VARIADIC, or zero.
    pub(crate) variadic: Oid,
    pub(crate) result: Oid,
    /// The names of its arguments; none if they have none.
    pub(crate) names: Vec<Arc<str>>,
    /// What stands for the last arguments if they are left out, as SQL.
    pub(crate) default_texts: Option<Arc<str>>,
    /// Names and types of the columns that it gives, if they are several.
    pub(crate) outputs: Vec<(Arc<str>, Oid)>,
    pub(crate) strict: bool,
    pub(crate) returns_set: bool,
    pub(crate) volatility: Volatility,
    pub(crate) kind: u8,
}

/// What the value of a function depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Volatility {
    /// Its arguments alone: PostgreSQL works out such a call while it plans.
    Immutable,
    /// What there is, too: it is the same throughout a statement.
    Stable,
    /// Each call may give another value, or do something.
    Volatile,
}

/// An operator, as `pg_operator` has it.
#[derive(Clone, Debug)]
pub(crate) struct Operator {
    pub(crate) oid: u32,
    pub(crate) name: Arc<str>,
    /// Zero for a prefix operator.
    pub(crate) left: Oid,
    pub(crate) right: Oid,
    pub(crate) result: Oid,
}

/// Functions by name.
pub(crate) static PROCS: LazyLock<HashMap<Arc<str>, Vec<Proc>>> = LazyLock::new(|| {
    let mut procs: HashMap<Arc<str>, Vec<Proc>> = HashMap::new();
    let facts = passing_facts("pg_proc");
    for row in &facts.rows {
        let known = proc(&facts, row);
        procs.entry(known.name.clone()).or_default().push(known);
    }
    procs.values_mut().for_each(Vec::shrink_to_fit);
    procs
});

/// Operators by name.
pub(crate) static OPERATORS: LazyLock<HashMap<Arc<str>, Vec<Operator>>> = LazyLock::new(|| {
    let mut operators: HashMap<Arc<str>, Vec<Operator>> = HashMap::new();
    let Some(facts) = facts("pg_operator") else { return operators };
    let columns = ["oid", "oprname", "oprleft", "oprright", "oprresult"];
    let [oid, name, left, right, result] = columns.map(|name| facts.column(name));
    for row in &facts.rows {
        let known = Operator {
            oid: number(row, oid),
            name: text(row, name),
            left: Oid(number(row, left)),
            right: Oid(number(row, right)),
            result: Oid(number(row, result)),
        };
        operators.entry(known.name.clone()).or_default().push(known);
    }
    operators
});

fn proc(facts: &Facts, row: &Row) -> Proc {
    let column = |name| row.get(facts.column(name)).cloned().unwrap_or_default();
    let letter = |name| text(row, facts.column(name)).bytes().next().unwrap_or(b' ');
    let oid = |name| number(row, facts.column(name));
    let truth = |name| column(name).is_true();
    let oids = |name| -> Vec<Oid> {
        let list = column(name);
        let items = list.as_list().map(|list| list.items.as_slice()).unwrap_or_default();
        items.iter().filter_map(|item| item.as_oid().map(Oid)).collect()
    };
    Proc {
        oid: oid("oid"),
        name: text(row, facts.column("proname")),
        schema: oid("pronamespace"),
        arguments: oids("proargtypes"),
        defaults: column("pronargdefaults")
            .as_int()
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(0),
        variadic: Oid(oid("provariadic")),
        result: Oid(oid("prorettype")),
        names: inputs(&column("proargnames"), &column("proargmodes")),
        default_texts: match column("proargdefaults") {
            Datum::Text(texts) => Some(texts),
            _ => None,
        },
        outputs: outputs(&column("proargnames"), &column("proargmodes"), &oids("proallargtypes")),
        strict: truth("proisstrict"),
        returns_set: truth("proretset"),
        volatility: match letter("provolatile") {
            b'i' => Volatility::Immutable,
            b's' => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        kind: letter("prokind"),
    }
}

/// The names of what is given to it.
fn inputs(names: &Datum, modes: &Datum) -> Vec<Arc<str>> {
    let Some(names) = names.as_list() else { return Vec::new() };
    let mode = |place: usize| modes.as_list().and_then(|modes| modes.items.get(place)?.as_str());
    let all = names.items.iter().enumerate();
    all.filter(|(place, _)| matches!(mode(*place), None | Some("i" | "b" | "v")))
        .map(|(_, name)| name.as_str().unwrap_or_default().into())
        .collect()
}

/// The OUT arguments.
fn outputs(names: &Datum, modes: &Datum, types: &[Oid]) -> Vec<(Arc<str>, Oid)> {
    let (Some(names), Some(modes)) = (names.as_list(), modes.as_list()) else { return Vec::new() };
    let all = names.items.iter().zip(&modes.items).zip(types);
    all.filter(|((_, mode), _)| matches!(mode.as_str(), Some("o" | "b" | "t")))
        .map(|((name, _), oid)| (name.as_str().unwrap_or_default().into(), *oid))
        .collect()
}
