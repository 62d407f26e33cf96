//! What is kept of the rows of FROM while window functions need all of them: the columns that somebody asks for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::unused::each_leaf;
use crate::plan::{Body, CteKind, Expr, Query, Select, Source};
use crate::run::{MORE, RED};

/// Where the columns of leaves stand among those that are kept.
type Places = HashMap<Asked, usize>;

/// A leaf, and a column of it.
type Asked = (usize, usize);

/// Has the windows of a query, and of those in its FROM, keep no more than they need.
///
/// Afterwards what stands behind FROM names columns of what is kept.
pub(super) fn narrow(query: &mut Query) {
    stacker::maybe_grow(RED, MORE, || {
        for cte in &mut query.ctes {
            match &mut cte.kind {
                CteKind::Plain(query) => narrow(query),
                CteKind::Recursive(of) => {
                    narrow(&mut of.first);
                    narrow(&mut of.next);
                }
            }
        }
        match &mut query.body {
            Body::Select(select) => of_select(select),
            Body::Values(_) => {}
            Body::Set { left, right, .. } => {
                narrow(&mut left.query);
                narrow(&mut right.query);
            }
        }
    });
}

fn of_select(select: &mut Select) {
    if let Some(from) = &mut select.from {
        each_leaf(from, &mut |leaf| {
            if let Source::Query(sub) = &mut leaf.source
                && let Some(sub) = Arc::get_mut(sub)
            {
                narrow(&mut sub.query);
            }
        });
    }
    if select.windows.is_empty() || select.group.is_some() || select.kept.is_some() {
        return;
    }
    let Some(kept) = asked(select) else { return };
    let places: Places = kept.iter().copied().zip(0..).collect();
    let mut rename = |expr: &mut Expr| rename(expr, &places);
    select.windows.iter_mut().for_each(|window| window.exprs_mut(&mut rename));
    select.sets.iter_mut().flat_map(|set| &mut set.arguments).for_each(&mut rename);
    select.project.iter_mut().for_each(&mut rename);
    select.kept = Some(kept);
}

/// The columns that are asked for behind FROM, if all of them are known and none by a query within.
fn asked(select: &Select) -> Option<Vec<Asked>> {
    let (mut kept, mut known, mut is_plain) = (Vec::new(), HashSet::new(), true);
    let mut note = |expr: &Expr, level: usize| match expr {
        Expr::Column { depth, leaf, column } if *depth == level => {
            is_plain &= level == 0;
            if known.insert((*leaf, *column)) {
                kept.push((*leaf, *column));
            }
        }
        Expr::WholeRow { depth, .. } if *depth == level => is_plain = false,
        _ => {}
    };
    for window in &select.windows {
        window.exprs().into_iter().for_each(|expr| expr.walk(0, &mut note));
    }
    let sets = select.sets.iter().flat_map(|set| &set.arguments);
    select.project.iter().chain(sets).for_each(|expr| expr.walk(0, &mut note));
    is_plain.then_some(kept)
}

fn rename(expr: &mut Expr, places: &Places) {
    if let Expr::Column { depth: 0, leaf, column } = expr {
        if let Some(place) = places.get(&(*leaf, *column)) {
            (*leaf, *column) = (0, *place);
        }
        return;
    }
    stacker::maybe_grow(RED, MORE, || {
        expr.parts_mut(&mut |part| rename(part, places));
    });
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::plan::Body;

    #[test]
    fn windows_keep_what_is_asked_for() {
        let kept = |sql: &str| {
            let answer = Answer::prepare(sql, &[]).expect(sql);
            let Body::Select(select) = &answer.query().body else { panic!("{sql}") };
            select.kept.as_ref().map(Vec::len)
        };
        let from = "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace";
        for (list, count) in [
            (
                "relname || nspname, row_number() OVER (PARTITION BY relkind ORDER BY relname)",
                Some(3),
            ),
            ("lag(relpages) OVER (ORDER BY c.oid), generate_series(1, relpages)", Some(2)),
            ("count(*) OVER ()", Some(0)),
            ("count(*) OVER (), (SELECT nspname)", None),
            ("count(*) OVER (), c", None),
            ("relname", None),
        ] {
            assert_eq!(kept(&format!("SELECT {list} {from}")), count, "{list}");
        }
        assert_eq!(kept("SELECT relkind, rank() OVER () FROM pg_class GROUP BY 1"), None);
    }
}
