//! In which order the items of FROM are gone through: what can be looked up comes before what would have
//! to be gone through, whatever the text says first.

use std::collections::{HashMap, HashSet};

use trunkline_core::Oid;

use super::push::{Needed, collect, leaves_of, probe, push};
use crate::plan::{Expr, From, Join, JoinKind, Leaf, Source};

/// More items than these stay as they are written.
const MOST: usize = 40;

/// What is joined to all that comes before it.
struct Item {
    kind: JoinKind,
    from: From,
    /// What an outer join is on.
    on: Vec<Expr>,
    leaves: HashSet<usize>,
    /// The leaves that have to come before it.
    needs: HashSet<usize>,
}

/// FROM in an order that is quick, under its conditions; it has always something in it.
pub(super) fn settle(from: From, conditions: Vec<Expr>) -> Option<From> {
    let (mut items, mut all) = (Vec::new(), conditions);
    flatten(from, &mut items, &mut all);
    let needed: Vec<Needed> = all.iter().map(leaves_of).collect();
    if (2..=MOST).contains(&items.len()) {
        items = ordered(items, &links(&all, &needed));
    }
    joined(items, all, &needed)
}

fn flatten(from: From, items: &mut Vec<Item>, conditions: &mut Vec<Expr>) {
    let join = match from {
        From::Leaf(leaf) => return items.push(leaf_item(leaf, items)),
        From::Join(join) => *join,
    };
    stacker::maybe_grow(128 << 10, 2 << 20, || match join.kind {
        JoinKind::Inner => {
            flatten(join.left, items, conditions);
            flatten(join.right, items, conditions);
            conditions.extend(join.on);
        }
        JoinKind::Left => {
            flatten(join.left, items, conditions);
            let mut leaves = HashSet::new();
            collect(&join.right, &mut leaves);
            let mut needs = before(items, &join.right);
            for one in &join.on {
                let needed = leaves_of(one);
                if needed.all {
                    needs.extend(items.iter().flat_map(|item| &item.leaves));
                }
                needs.extend(needed.leaves);
            }
            needs.retain(|leaf| !leaves.contains(leaf));
            items.push(Item { kind: JoinKind::Left, from: join.right, on: join.on, leaves, needs });
        }
        JoinKind::Full => {
            let sides = settle(join.left, Vec::new()).zip(settle(join.right, Vec::new()));
            let Some((left, right)) = sides else { return };
            let (kind, on, filter) = (join.kind, join.on, join.filter);
            let from = From::Join(Box::new(Join { kind, left, right, on, filter }));
            let mut leaves = HashSet::new();
            collect(&from, &mut leaves);
            let needs = before(items, &from);
            items.push(Item { kind: JoinKind::Inner, from, on: Vec::new(), leaves, needs });
        }
    });
}

fn leaf_item(leaf: Box<Leaf>, items: &[Item]) -> Item {
    let leaves = HashSet::from([leaf.index]);
    let from = From::Leaf(leaf);
    let needs = before(items, &from);
    Item { kind: JoinKind::Inner, from, on: Vec::new(), leaves, needs }
}

/// What has to come before something LATERAL: the leaves that it names, or all if that is not known.
fn before(items: &[Item], from: &From) -> HashSet<usize> {
    let mut needs = HashSet::new();
    match from {
        From::Join(join) => {
            needs = before(items, &join.left);
            needs.extend(before(items, &join.right));
        }
        From::Leaf(leaf) => match &leaf.source {
            Source::Table(..) | Source::Cte(_) => {}
            Source::Query(sub) if !sub.is_correlated => {}
            Source::Query(_) => needs.extend(items.iter().flat_map(|item| &item.leaves)),
            Source::Functions { calls, .. } => {
                for argument in calls.iter().flat_map(|call| &call.arguments) {
                    add(argument, items, &mut needs);
                }
            }
            Source::Value(values) => values.iter().for_each(|one| add(one, items, &mut needs)),
        },
    }
    needs
}

fn add(expr: &Expr, items: &[Item], needs: &mut HashSet<usize>) {
    let needed = leaves_of(expr);
    if needed.all {
        needs.extend(items.iter().flat_map(|item| &item.leaves));
    }
    needs.extend(needed.leaves);
}

/// A condition by which the rows of a leaf can be looked up, once the others are known.
struct Link {
    leaf: usize,
    others: Vec<usize>,
}

fn links(conditions: &[Expr], needed: &[Needed]) -> Vec<Link> {
    // What has few values is no way to find a row.
    let is_telling = |one: &Expr| match one {
        Expr::Call(call) => !call.types.iter().any(|oid| matches!(*oid, Oid::BOOL | Oid::CHAR)),
        _ => false,
    };
    let mut links = Vec::new();
    let all = conditions.iter().zip(needed).filter(|(one, needed)| !needed.all && is_telling(one));
    for (condition, needed) in all {
        for leaf in &needed.leaves {
            if probe(condition, &HashSet::from([*leaf])).is_some() {
                let others = needed.leaves.iter().copied().filter(|one| one != leaf).collect();
                links.push(Link { leaf: *leaf, others });
            }
        }
    }
    links
}

/// The item by which most is looked up comes next; outer joins come when they are needed, or last.
fn ordered(mut left: Vec<Item>, links: &[Link]) -> Vec<Item> {
    let mut done: HashSet<usize> = HashSet::new();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let ready = |item: &Item| item.needs.is_subset(&done);
        let lookups = |item: &Item| match &item.from {
            From::Leaf(leaf) => {
                let own = links.iter().filter(|link| link.leaf == leaf.index);
                own.filter(|link| link.others.iter().all(|other| done.contains(other))).count()
            }
            From::Join(_) => 0,
        };
        let mut best: Option<(usize, usize)> = None;
        let inner = left.iter().enumerate().filter(|(_, item)| item.kind == JoinKind::Inner);
        for (place, item) in inner.filter(|(_, item)| ready(item)) {
            let found = lookups(item);
            if best.is_none_or(|(_, most)| found > most) {
                best = Some((place, found));
            }
        }
        let outer = || {
            let mut outer = left.iter().enumerate().filter(|(_, item)| item.kind == JoinKind::Left);
            outer.find(|(_, item)| ready(item)).map(|(place, _)| place)
        };
        // Rather an outer join that something hangs on than all rows with all others.
        let place = match best {
            Some((place, found)) if found > 0 || done.is_empty() => {
                before_relation(&left, place, links, &done)
            }
            Some((place, _)) => outer().unwrap_or(place),
            None if done.is_empty() => 0,
            None => outer().unwrap_or(0),
        };
        let item = left.remove(place);
        done.extend(&item.leaves);
        order.push(item);
    }
    order
}

/// What comes before a relation: a query of FROM or a function by which, beside what is known, its rows are found,
/// unless it could be looked up itself behind the relation; otherwise the relation.
fn before_relation(items: &[Item], place: usize, links: &[Link], done: &HashSet<usize>) -> usize {
    let leaf = |item: &Item| match &item.from {
        From::Leaf(leaf) => Some((leaf.index, matches!(leaf.source, Source::Table(..)))),
        From::Join(_) => None,
    };
    let Some((relation, true)) = items.get(place).and_then(leaf) else { return place };
    let finds = |item: &Item| {
        let Some((other, false)) = leaf(item) else { return false };
        let is_first = done.is_empty();
        let is_ready = item.needs.is_subset(done) && (item.kind == JoinKind::Inner || !is_first);
        let is_link = |link: &Link, of: usize, by: usize| {
            let is_known = |leaf: &usize| *leaf == by || done.contains(leaf);
            link.leaf == of && link.others.contains(&by) && link.others.iter().all(is_known)
        };
        let finds = |of, by| links.iter().any(|link| is_link(link, of, by));
        is_ready && finds(relation, other) && (is_first || !finds(other, relation))
    };
    items.iter().position(finds).unwrap_or(place)
}

/// The items one after another, each condition where all that it needs is known.
fn joined(items: Vec<Item>, conditions: Vec<Expr>, needed: &[Needed]) -> Option<From> {
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        places.extend(item.leaves.iter().map(|leaf| (*leaf, place)));
    }
    let last = items.len().saturating_sub(1);
    let mut waiting: Vec<Vec<Expr>> = items.iter().map(|_| Vec::new()).collect();
    for (condition, needed) in conditions.into_iter().zip(needed) {
        let known = needed.leaves.iter().filter_map(|leaf| places.get(leaf));
        let place = if needed.all { last } else { known.max().copied().unwrap_or(0) };
        if let Some(here) = waiting.get_mut(place) {
            here.push(condition);
        }
    }
    let mut done: Option<From> = None;
    for (item, conditions) in items.into_iter().zip(waiting) {
        let (mut right, mut filter) = (item.from, Vec::new());
        if item.kind == JoinKind::Left {
            right = settle(right, item.on)?;
            filter = conditions;
        } else {
            conditions.into_iter().for_each(|one| push(&mut right, one));
        }
        done = Some(match done {
            None => right,
            Some(left) => {
                let join = Join { kind: item.kind, left, right, on: Vec::new(), filter };
                From::Join(Box::new(join))
            }
        });
    }
    done
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::plan::{Body, From, Source};

    /// Whether what is gone through first is a relation.
    fn begins_with_relation(sql: &str) -> bool {
        let answer = Answer::prepare(sql, &[]).expect(sql);
        let Body::Select(select) = &answer.query().body else { panic!("{sql}") };
        let mut from = select.from.as_ref().expect(sql);
        while let From::Join(join) = from {
            from = &join.left;
        }
        matches!(from, From::Leaf(leaf) if matches!(leaf.source, Source::Table(..)))
    }

    /// Which of 1,600 places of a key there are is asked once for each key, not for each column of its table.
    #[test]
    fn what_is_no_lookup_comes_before_the_relation_that_is_looked_up_by_it() {
        let sql = "SELECT 1 FROM pg_constraint c \
                   LEFT JOIN generate_series(1, 1600) o ON c.conkey[o] IS NOT NULL \
                   LEFT JOIN pg_attribute a ON c.conrelid = a.attrelid AND a.attnum = c.conkey[o] \
                   WHERE a.attname > 'id'";
        let answer = Answer::prepare(sql, &[]).expect(sql);
        let Body::Select(select) = &answer.query().body else { panic!("{sql}") };
        let Some(From::Join(join)) = &select.from else { panic!("{sql}") };
        let From::Leaf(last) = &join.right else { panic!("{sql}") };
        assert!(matches!(last.source, Source::Table(..)) && last.probe.len() == 2, "{last:?}");
    }

    #[test]
    fn what_finds_the_rows_of_a_relation_comes_before_it() {
        for sql in [
            "SELECT 1 FROM pg_attribute a JOIN (SELECT conrelid FROM pg_constraint OFFSET 0) c \
             ON a.attrelid = c.conrelid",
            "SELECT 1 FROM pg_attribute a, unnest(ARRAY[1::oid]) k WHERE a.attrelid = k",
        ] {
            assert!(!begins_with_relation(sql), "{sql}");
        }
        for sql in [
            "SELECT 1 FROM pg_attribute a, unnest(a.attacl) k WHERE k::text = a.attname",
            "SELECT 1 FROM pg_attribute a, unnest(ARRAY[1::oid]) k WHERE a.attnum < k::int",
            "SELECT 1 FROM pg_attribute a LEFT JOIN unnest(ARRAY[1::oid]) k ON a.attrelid = k",
        ] {
            assert!(begins_with_relation(sql), "{sql}");
        }
    }
}
