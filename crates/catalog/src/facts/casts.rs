//! `pg_cast`, and what PostgreSQL casts without it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use trunkline_core::Oid;

use super::table::{facts, number, text};
use super::types::{base_of, element_of, is_vector, type_facts};

/// How freely a cast is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CastContext {
    /// Without being asked.
    Implicit,
    /// Where a value is stored.
    Assignment,
    /// Where it is written.
    Explicit,
}

static CASTS: LazyLock<HashMap<(Oid, Oid), CastContext>> = LazyLock::new(|| {
    let Some(facts) = facts("pg_cast") else { return HashMap::new() };
    let [source, target, context] =
        ["castsource", "casttarget", "castcontext"].map(|name| facts.column(name));
    let rows = facts.rows.iter().map(|row| {
        let context = match &*text(row, context) {
            "i" => CastContext::Implicit,
            "a" => CastContext::Assignment,
            _ => CastContext::Explicit,
        };
        ((Oid(number(row, source)), Oid(number(row, target))), context)
    });
    rows.collect()
});

/// The casts that a function does, rather than that the value is taken as it is or by way of text.
static BY_FUNCTION: LazyLock<HashSet<(Oid, Oid)>> = LazyLock::new(|| {
    let Some(facts) = facts("pg_cast") else { return HashSet::new() };
    let [source, target, method] =
        ["castsource", "casttarget", "castmethod"].map(|name| facts.column(name));
    let rows = facts.rows.iter().filter(|row| &*text(row, method) == "f");
    rows.map(|row| (Oid(number(row, source)), Oid(number(row, target)))).collect()
});

/// Whether a function makes one type of another.
pub(crate) fn is_cast_by_function(from: Oid, to: Oid) -> bool {
    BY_FUNCTION.contains(&(from, to))
}

/// What it takes to cast a type to another one; `None` if it cannot be done.
pub(crate) fn cast_context(from: Oid, to: Oid) -> Option<CastContext> {
    if from == to || from == Oid::UNKNOWN {
        return Some(CastContext::Implicit);
    }
    if let Some(context) = CASTS.get(&(from, to)) {
        return Some(*context);
    }
    let (source, target) = (base_of(from), base_of(to));
    if source != from || target != to {
        return cast_context(source, target);
    }
    // To `oidvector`, which looks like an array, nothing is cast that way.
    if let (Some(one), Some(two)) = (element_of(from), element_of(to))
        && !is_vector(to)
    {
        return cast_context(one, two);
    }
    let category = |oid| type_facts(oid).map(|known| known.category);
    let is_composite =
        |oid| oid == Oid::RECORD || type_facts(oid).is_some_and(|known| known.kind == b'c');
    match (category(from), category(to)) {
        _ if is_composite(from) && to == Oid::RECORD => Some(CastContext::Implicit),
        // By way of text, everything can be read, and written where it is stored.
        (_, Some(b'S')) => Some(CastContext::Assignment),
        (Some(b'S'), _) => Some(CastContext::Explicit),
        _ => None,
    }
}
