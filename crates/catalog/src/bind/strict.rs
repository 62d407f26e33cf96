//! Outer joins that WHERE makes inner ones: a row that was made of NULLs would not pass it.

use std::collections::HashSet;

use super::push::collect;
use crate::plan::{Expr, From, Index, Join, JoinKind};
use crate::run::{MORE, RED};

/// FROM with inner joins in place of left ones, where a condition is not true of a right side that is NULL.
///
/// ```sql
/// FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'
/// ```
pub(super) fn without_nulls(from: From, conditions: &[Expr]) -> From {
    let mut told = HashSet::new();
    conditions.iter().for_each(|condition| is_refused(condition, &mut told));
    reduced(from, &told)
}

/// A part of FROM whose rows are wanted only where none of these leaves is NULL.
fn reduced(from: From, told: &HashSet<usize>) -> From {
    let join = match from {
        From::Leaf(_) => return from,
        From::Join(join) => *join,
    };
    stacker::maybe_grow(RED, MORE, || {
        let Join { mut kind, left, right, on, filter } = join;
        let mut leaves = HashSet::new();
        collect(&right, &mut leaves);
        if kind == JoinKind::Left && !leaves.is_disjoint(told) {
            kind = JoinKind::Inner;
        }
        let mut within = told.clone();
        on.iter().for_each(|condition| is_refused(condition, &mut within));
        let nothing = HashSet::new();
        let (of_left, of_right) = match kind {
            JoinKind::Inner => (&within, &within),
            JoinKind::Left => (told, &within),
            JoinKind::Full => (&nothing, &nothing),
        };
        let (left, right) = (reduced(left, of_left), reduced(right, of_right));
        From::Join(Box::new(Join { kind, left, right, on, filter }))
    })
}

/// Adds the leaves without whose rows a condition is not true.
fn is_refused(condition: &Expr, told: &mut HashSet<usize>) {
    match condition {
        Expr::And(all) => all.iter().for_each(|one| is_refused(one, told)),
        Expr::Or(all) => {
            let of = |one: &Expr| {
                let mut told = HashSet::new();
                is_refused(one, &mut told);
                told
            };
            let all = all.iter().map(of).reduce(|one, other| &one & &other);
            told.extend(all.unwrap_or_default());
        }
        Expr::IsBool { of, value: true, negated: false } => is_refused(of, told),
        Expr::IsNull { of, negated: true } => is_null(of, told),
        // Of an empty array it is false, which another one might make true.
        Expr::Quantified(quantified) if !quantified.all => is_null(&quantified.value, told),
        condition => is_null(condition, told),
    }
}

/// Adds the leaves without whose rows an expression is NULL.
fn is_null(expr: &Expr, told: &mut HashSet<usize>) {
    match expr {
        Expr::Column { depth: 0, leaf, .. } => {
            told.insert(*leaf);
        }
        Expr::Call(call) if call.strict => {
            stacker::maybe_grow(RED, MORE, || {
                call.arguments.iter().for_each(|argument| is_null(argument, told));
            });
        }
        Expr::Cast { of, .. } | Expr::Not(of) => {
            stacker::maybe_grow(RED, MORE, || is_null(of, told));
        }
        Expr::In { of, .. } => is_null(of, told),
        Expr::Subscript { of, indexes } => {
            is_null(of, told);
            for index in indexes {
                if let Index::One(index) = index {
                    is_null(index, told);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::plan::{Body, From, JoinKind};

    /// Whether the first join of a query is an outer one.
    fn is_outer(condition: &str) -> bool {
        let from = "pg_class c LEFT JOIN pg_am a ON a.oid = c.relam \
                    LEFT JOIN pg_index i ON i.indexrelid = c.oid";
        let sql = format!("SELECT a.amname, i.indkey FROM {from} WHERE {condition}");
        let answer = Answer::prepare(&sql, &[]).expect(&sql);
        let Body::Select(select) = &answer.query().body else { panic!("{sql}") };
        let Some(From::Join(join)) = &select.from else { panic!("{sql}") };
        let From::Join(join) = &join.left else { panic!("{sql}") };
        join.kind == JoinKind::Left
    }

    #[test]
    fn what_refuses_nulls_needs_no_outer_join() {
        for condition in [
            "a.amname = 'heap'",
            "a.amname ~ '^h'",
            "NOT a.amname = 'heap'",
            "a.amname NOT IN ('heap', 'hash')",
            "a.oid = ANY ('{2}'::oid[]) AND c.relkind = 'r'",
            "a.oid IS NOT NULL",
            "a.amname = 'heap' OR a.amname = 'hash' AND c.relkind = 'r'",
            "(a.oid > 2) IS TRUE",
            "(ARRAY['heap', 'hash'])[a.oid::int] = 'hash'",
        ] {
            assert!(!is_outer(condition), "{condition}");
        }
        for condition in [
            "c.relname = 'pg_class'",
            "a.amname IS NULL",
            "coalesce(a.amname, '') = ''",
            "a.amname = 'heap' OR c.relkind = 'v'",
            "NOT a.oid = ANY ('{}'::oid[])",
            "(a.oid > 2) IS NOT TRUE",
            "a.amname IS DISTINCT FROM 'heap'",
        ] {
            assert!(is_outer(condition), "{condition}");
        }
    }
}
