//! What nobody asks for is not worked out: columns of a relation or a query in FROM, and relations that an outer
//! join adds to rows without making them more.

use std::collections::HashSet;
use std::sync::Arc;

use crate::datum::Datum;
use crate::facts::{self, PG_CATALOG};
use crate::plan::{
    Body, Cells, CteKind, Distinct, Expr, From, Join, JoinKind, Leaf, Query, Select, SetOperation,
    Source,
};

/// The columns by which a relation of `pg_catalog` has one row at most, beside `oid`.
const UNIQUE: [(&str, &[&str]); 5] = [
    ("pg_attrdef", &["adrelid", "adnum"]),
    ("pg_attribute", &["attrelid", "attnum"]),
    ("pg_description", &["objoid", "classoid", "objsubid"]),
    ("pg_index", &["indexrelid"]),
    ("pg_sequence", &["seqrelid"]),
];

/// Takes out of a query, and of those in its FROM, what nobody asks for.
pub(super) fn take_out(query: &mut Query) {
    stacker::maybe_grow(128 << 10, 2 << 20, || {
        for cte in &mut query.ctes {
            match &mut cte.kind {
                CteKind::Plain(query) => take_out(query),
                CteKind::Recursive(of) => {
                    take_out(&mut of.first);
                    take_out(&mut of.next);
                }
            }
        }
        match &mut query.body {
            Body::Select(select) => of_select(select),
            Body::Values(_) => {}
            Body::Set { left, right, .. } => {
                take_out(&mut left.query);
                take_out(&mut right.query);
            }
        }
    });
}

fn of_select(select: &mut Select) {
    let mut asked = Asked::of(select);
    let Some(from) = select.from.take() else { return };
    let mut is_less = false;
    select.from = Some(without_joins(from, &mut asked, &mut is_less));
    if is_less {
        asked = Asked::of(select);
    }
    if let Some(from) = &mut select.from {
        each_leaf(from, &mut |leaf| of_leaf(leaf, &asked));
    }
}

/// What is asked of each leaf of a SELECT.
struct Asked {
    columns: HashSet<(usize, usize)>,
    /// Leaves of which the whole row is asked.
    whole: HashSet<usize>,
    /// How often each leaf is asked for anything.
    times: Vec<usize>,
}

impl Asked {
    fn new(leaves: usize) -> Asked {
        Asked { columns: HashSet::new(), whole: HashSet::new(), times: vec![0; leaves] }
    }

    fn of(select: &Select) -> Asked {
        let mut asked = Asked::new(select.leaves);
        select.walk(0, &mut |expr, level| asked.note(expr, level));
        asked
    }

    fn note(&mut self, expr: &Expr, level: usize) {
        let Some(leaf) = leaf_of(expr, level) else { return };
        match expr {
            Expr::Column { column, .. } => self.columns.insert((leaf, *column)),
            _ => self.whole.insert(leaf),
        };
        if let Some(times) = self.times.get_mut(leaf) {
            *times += 1;
        }
    }

    /// Whether nothing asks for a leaf but its own conditions; then what these and those of its join ask for is
    /// asked for no more.
    fn forgets(&mut self, leaf: &Leaf, on: &[Expr]) -> bool {
        let mut own = Vec::new();
        let mut note = |expr: &Expr, level: usize| own.extend(leaf_of(expr, level));
        leaf.walk(0, &mut note);
        let by_itself = own.iter().filter(|of| **of == leaf.index).count();
        if self.times.get(leaf.index) != Some(&by_itself) {
            return false;
        }
        let mut note = |expr: &Expr, level: usize| own.extend(leaf_of(expr, level));
        on.iter().for_each(|expr| expr.walk(0, &mut note));
        for of in own {
            if let Some(times) = self.times.get_mut(of) {
                *times = times.saturating_sub(1);
            }
        }
        true
    }
}

/// The leaf of the query itself that an expression asks for.
fn leaf_of(expr: &Expr, level: usize) -> Option<usize> {
    match expr {
        Expr::Column { depth, leaf, .. } | Expr::WholeRow { depth, leaf, .. }
            if *depth == level =>
        {
            Some(*leaf)
        }
        _ => None,
    }
}

/// FROM without outer joins that add at most one row to each, of which nothing is asked.
///
/// The last join is looked at first: only what is joined later asks for what was joined before.
fn without_joins(from: From, asked: &mut Asked, is_less: &mut bool) -> From {
    let From::Join(join) = from else { return from };
    let Join { kind, left, right, on, filter } = *join;
    if let From::Leaf(leaf) = &right
        && kind == JoinKind::Left
        && filter.is_empty()
        && has_one_row(leaf)
        && asked.forgets(leaf, &on)
    {
        *is_less = true;
        return stacker::maybe_grow(128 << 10, 2 << 20, || without_joins(left, asked, is_less));
    }
    let left = stacker::maybe_grow(128 << 10, 2 << 20, || without_joins(left, asked, is_less));
    From::Join(Box::new(Join { kind, left, right, on, filter }))
}

/// Whether a leaf gives one row at most: what it is looked up by is unique.
fn has_one_row(leaf: &Leaf) -> bool {
    let Source::Table(PG_CATALOG, relation) = &leaf.source else { return false };
    let columns = facts::relation_columns(PG_CATALOG, relation).unwrap_or_default();
    let is_looked_up = |name: &str| {
        leaf.probe.iter().any(|probe| match &probe.own {
            Expr::Column { depth: 0, leaf: of, column } if *of == leaf.index => {
                columns.get(*column).is_some_and(|column| *column.name == *name)
            }
            _ => false,
        })
    };
    let unique = UNIQUE.iter().find(|(name, _)| **name == **relation);
    unique.map_or_else(
        || is_looked_up("oid"),
        |(_, columns)| columns.iter().all(|name| is_looked_up(name)),
    )
}

pub(super) fn each_leaf(from: &mut From, see: &mut dyn FnMut(&mut Leaf)) {
    match from {
        From::Leaf(leaf) => see(leaf),
        From::Join(join) => stacker::maybe_grow(128 << 10, 2 << 20, || {
            each_leaf(&mut join.left, see);
            each_leaf(&mut join.right, see);
        }),
    }
}

fn of_leaf(leaf: &mut Leaf, asked: &Asked) {
    let is_whole = asked.whole.contains(&leaf.index);
    let columns = asked.columns.iter().filter(|(of, _)| *of == leaf.index);
    let columns = columns.map(|(_, column)| *column);
    if leaf.key.is_some() {
        let index = leaf.index;
        leaf.own = leaf.filter.extract_if(.., |one| one.is_of_leaf(index)).collect();
    }
    match &mut leaf.source {
        Source::Table(..) if !is_whole => {
            leaf.cells = Cells::NONE;
            columns.for_each(|column| leaf.cells.add(column));
        }
        Source::Query(sub) => {
            // Whoever shares it asks for more.
            let Some(sub) = Arc::get_mut(sub) else { return };
            if !is_whole {
                forget(&mut sub.query, &columns.collect());
            }
            take_out(&mut sub.query);
        }
        _ => {}
    }
}

/// Makes of a query only some columns, and of others NULL.
fn forget(query: &mut Query, asked: &HashSet<usize>) {
    if query.distinct != Distinct::No {
        return;
    }
    let mut asked = asked.clone();
    asked.extend(query.order.iter().map(|key| key.column));
    match &mut query.body {
        Body::Select(select) => {
            let mut end = 0;
            for (place, expr) in select.project.iter_mut().enumerate() {
                if asked.contains(&place) || is_volatile(expr) {
                    end = place + 1;
                } else {
                    *expr = Expr::Const(Datum::Null);
                }
            }
            select.project.truncate(end);
            query.width = query.width.min(end);
        }
        Body::Set { operation: SetOperation::Union, all: true, left, right } => {
            stacker::maybe_grow(128 << 10, 2 << 20, || {
                forget(&mut left.query, &asked);
                forget(&mut right.query, &asked);
            });
        }
        Body::Set { .. } | Body::Values(_) => {}
    }
}

/// Whether an expression has to be worked out, whoever asks for it.
fn is_volatile(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(0, &mut |expr, _| found |= expr.is_volatile());
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trunkline_core::settings::Settings;
    use trunkline_core::{Client, Identity};

    use crate::answer::Answer;
    use crate::run::Run;
    use crate::world::{Objects, World};

    /// What a query gives first, and in how many steps, where there are many tables.
    fn run(sql: &str) -> (String, u64) {
        let tables = (0..200).map(|table| {
            format!("CREATE TABLE t{table} (id int PRIMARY KEY, name varchar(20) DEFAULT 'x');")
        });
        let defined = crate::ddl::define(&tables.collect::<String>()).expect("definitions");
        let client = Client::new(Identity::new("postgres", "many"), Settings::default());
        let world = World::new(client, Arc::new(Objects::new(Arc::new(defined.snapshot))));
        let answer = Answer::prepare(sql, &[]).expect(sql);
        let run = Run::new(Arc::new(world), Vec::new(), Arc::default());
        let rows = run.rows(answer.query()).expect(sql);
        let first = rows.first().and_then(|row| row.first());
        (format!("{first:?}"), run.steps_taken())
    }

    #[test]
    fn columns_that_nobody_asks_for_are_not_worked_out() {
        let count = "SELECT count(*) FROM";
        let columns = "information_schema.columns WHERE table_schema = 'public'";
        for (less, more) in [
            (
                format!("{count} {columns}"),
                format!("{count} (SELECT * FROM {columns} OFFSET 0) x WHERE x IS NOT NULL OR true"),
            ),
            (
                format!("{count} (SELECT repeat(relname, 2) FROM pg_class) x"),
                format!(
                    "{count} (SELECT repeat(relname, 2) AS two FROM pg_class) x WHERE two > ''"
                ),
            ),
            (
                format!(
                    "{count} (SELECT oid, upper(relname) FROM pg_class UNION ALL SELECT 1, 'x') x"
                ),
                format!(
                    "{count} (SELECT oid, upper(relname) u FROM pg_class UNION ALL SELECT 1, 'x') x WHERE u > ''"
                ),
            ),
        ] {
            let ((few, less_steps), (all, more_steps)) = (run(&less), run(&more));
            assert_eq!(few, all, "{less}");
            assert!(less_steps < more_steps * 3 / 4, "{less}: {less_steps} of {more_steps}");
        }
    }

    #[test]
    fn joins_that_nobody_asks_for_are_not_made() {
        let from = "SELECT count(*) FROM pg_attribute a LEFT JOIN pg_attrdef d \
                    ON d.adrelid = a.attrelid AND d.adnum = a.attnum";
        let ((few, less), (all, more)) =
            (run(from), run(&format!("{from} WHERE d.oid > 0 OR d.oid IS NULL")));
        assert_eq!(few, all);
        assert!(less < more / 2, "{less} of {more}");
        // One that gives more rows than one for each stays.
        let (more, _) = run("SELECT count(*) - (SELECT count(*) FROM pg_class) FROM pg_class c \
                             LEFT JOIN pg_attribute a ON a.attrelid = c.oid");
        assert!(!more.contains("Int(0)"), "{more}");
    }

    /// Each join is looked at once, however many there are, and what one asks of another goes with it.
    #[test]
    fn joins_that_ask_of_each_other_go_together() {
        let joins = (1..=50).map(|number| {
            let before = number - 1;
            format!(" LEFT JOIN pg_namespace n{number} ON n{number}.oid = n{before}.oid")
        });
        let sql = format!("SELECT count(*) FROM pg_namespace n0{}", joins.collect::<String>());
        let (few, less) = run(&sql);
        let (all, none) = run("SELECT count(*) FROM pg_namespace");
        assert_eq!((few, less), (all, none));
        let (_, more) = run(&format!("{sql} WHERE n50.nspname <> ''"));
        assert!(less < more / 10, "{less} of {more}");
    }

    #[test]
    fn what_does_something_is_done() {
        for (sql, left) in [
            ("SELECT count(*) FROM (SELECT set_config('a.b', 'set', false)) x", "set"),
            ("SELECT count(*) FROM (SELECT 1 AS one, set_config('a.b', 'set', false)) x", "set"),
        ] {
            let told = format!("SELECT current_setting('a.b') FROM ({sql}) y WHERE y.count = 1");
            assert!(run(&told).0.contains(left), "{told}");
        }
        // Nobody asks for what fails.
        assert!(
            run("SELECT count(*) FROM (SELECT 1 / (length(amname) - length(amname)) FROM pg_am) x")
                .0
                .contains("Int(7)")
        );
    }
}
