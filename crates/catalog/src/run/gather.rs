//! The rows of a statement, on their way to whoever asked for them.

use std::vec;

use trunkline_core::Result;

use super::packed::{Pack, Place, RowCell};
use super::query::compare_rows;
use super::{Frame, Run};
use crate::datum::{Datum, Row};
use crate::plan::{Body, Distinct, Query, Select, SortKey};

/// How many bytes of rows are handed on together.
const PORTION: usize = 64 << 10;

/// Some rows of a statement.
#[derive(Debug)]
pub(crate) enum Portion {
    Made(vec::IntoIter<Row>),
    /// They had to wait for one another.
    Packed(Pack, vec::IntoIter<Place>),
}

impl Portion {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Portion::Made(rows) => rows.as_slice().is_empty(),
            Portion::Packed(_, rows) => rows.as_slice().is_empty(),
        }
    }

    /// Takes its first row out, and hands on the cells of that.
    pub(crate) fn tell(&mut self, mut tell: impl FnMut(RowCell<'_>) -> Result<()>) -> Result<()> {
        match self {
            Portion::Made(rows) => {
                let row = rows.next();
                row.iter().flat_map(|row| row.iter()).try_for_each(|cell| tell(RowCell::Is(cell)))
            }
            Portion::Packed(pack, rows) => {
                rows.next().map_or(Ok(()), |place| pack.tell(place, tell))
            }
        }
    }
}

impl From<Vec<Row>> for Portion {
    fn from(rows: Vec<Row>) -> Portion {
        Portion::Made(rows.into_iter())
    }
}

impl Run {
    /// Works out a statement, and hands on its rows a portion at a time, with the bytes that each is counted with: as
    /// they are made, if they stay as they are then. `give` says whether more are wanted, or refuses them.
    pub(crate) fn gather(
        &self,
        query: &Query,
        give: &mut dyn FnMut(Portion, usize) -> Result<bool>,
    ) -> Result<()> {
        self.mark_once(query);
        if let Some(select) = ordered(query) {
            let (pack, rows, bytes) = self.ordered(query, select)?;
            give(Portion::Packed(pack, rows.into_iter()), bytes)?;
            return Ok(());
        }
        let (mut rows, mut bytes) = (Vec::new(), 0);
        self.pass(query, &mut |row| {
            bytes += self.hold(&row)?;
            rows.push(row);
            let is_full = bytes >= PORTION;
            if !is_full {
                return Ok(true);
            }
            give(std::mem::take(&mut rows).into(), std::mem::take(&mut bytes))
        })?;
        if !rows.is_empty() {
            give(rows.into(), bytes)?;
        }
        Ok(())
    }

    /// The rows of a query that has an order and nothing else for which they would have to be there together.
    fn ordered(&self, query: &Query, select: &Select) -> Result<(Pack, Vec<Place>, usize)> {
        for cte in &query.ctes {
            self.cte(cte, &Frame::EMPTY)?;
        }
        let (mut keys, mut rows, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut pack = Pack::new(query.width);
        self.each_made(select, &Frame::EMPTY, &mut |row| {
            let (place, mut size) = pack.push(&row);
            for key in &query.order {
                let key = row.get(key.column).cloned().unwrap_or_default();
                size += key.size() + size_of::<Datum>();
                keys.push(key);
            }
            self.charge(size)?;
            bytes += size;
            rows.push(place);
            Ok(true)
        })?;
        // The keys of a row are all that is left of it.
        let order = query.order.iter().enumerate();
        let order: Vec<SortKey> =
            order.map(|(column, key)| SortKey { column, ..key.clone() }).collect();
        let mut places: Vec<usize> = (0..rows.len()).collect();
        let of = |place: usize| keys.get(place * order.len()..).unwrap_or_default();
        places.sort_by(|one, two| compare_rows(of(*one), of(*two), &order));
        drop(keys);
        let sorted = places.into_iter().filter_map(|place| rows.get(place).copied());
        let mut sorted: Vec<Place> = sorted.collect();
        self.cut(query, &Frame::EMPTY, &mut sorted)?;
        if sorted.len() < rows.len() / 2 {
            // The others are not kept for those.
            (pack, bytes) = pack.only(&mut sorted);
        }
        Ok((pack, sorted, bytes))
    }
}

/// The SELECT of a query that has an order and nothing else for which its rows would have to be there together.
fn ordered(query: &Query) -> Option<&Select> {
    match &query.body {
        Body::Select(select) if query.distinct == Distinct::No && !query.order.is_empty() => {
            Some(select)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{PORTION, Portion, RowCell};
    use crate::answer::Answer;
    use crate::datum::Row;
    use crate::run::Run;
    use crate::world::{World, world_of};

    fn run(world: &Arc<World>) -> Run {
        Run::new(world.clone(), Vec::new(), Arc::default())
    }

    /// The rows of a query, those of each portion for themselves, and the bytes of the largest.
    fn portions(world: &Arc<World>, sql: &str) -> (Vec<Vec<Row>>, usize) {
        let (answer, run) = (Answer::prepare(sql, &[]).expect(sql), run(world));
        let (mut portions, mut most) = (Vec::new(), 0);
        let give = &mut |mut portion: Portion, bytes| {
            most = most.max(bytes);
            let mut rows = Vec::new();
            while !portion.is_empty() {
                let mut row = Vec::new();
                let tell = |cell: RowCell<'_>| {
                    row.push(cell.into());
                    Ok(())
                };
                portion.tell(tell).expect(sql);
                rows.push(row.into());
            }
            portions.push(rows);
            Ok(true)
        };
        run.gather(answer.query(), give).expect(sql);
        (portions, most)
    }

    #[test]
    fn rows_are_the_same_however_they_are_handed_on() {
        let world = world_of(300);
        for sql in [
            "SELECT * FROM pg_class",
            "SELECT oid, relname FROM pg_class ORDER BY relkind DESC, relname",
            "SELECT relname FROM pg_class ORDER BY relkind, -oid::bigint LIMIT 20 OFFSET 7",
            "SELECT DISTINCT relkind FROM pg_class ORDER BY 1",
            "SELECT DISTINCT ON (relkind) relkind, relname FROM pg_class ORDER BY 1, 2 DESC",
            "SELECT relkind, count(*) FROM pg_class GROUP BY 1 HAVING count(*) > 1 ORDER BY 2",
            "SELECT relkind, count(*) FROM pg_class GROUP BY 1 LIMIT 2",
            "SELECT relname, rank() OVER (ORDER BY relkind) FROM pg_class",
            "SELECT 1 UNION ALL SELECT 2 ORDER BY 1 DESC",
            "WITH c AS (SELECT * FROM pg_type) SELECT * FROM c ORDER BY typname",
            "VALUES (1), (2) OFFSET 1",
            "SELECT 1 WHERE false",
        ] {
            let answer = Answer::prepare(sql, &[]).expect(sql);
            let expected = run(&world).rows(answer.query()).expect(sql);
            let (portions, _) = portions(&world, sql);
            assert_eq!(portions.concat(), expected, "{sql}");
        }
    }

    #[test]
    fn rows_that_need_not_wait_are_handed_on_while_others_are_made() {
        let (portions, most) = portions(&world_of(300), "SELECT * FROM information_schema.columns");
        assert!(portions.len() > 30, "{} portions", portions.len());
        assert!(most < 2 * PORTION, "{most} bytes");
    }

    #[test]
    fn rows_that_wait_take_little() {
        let sql = "SELECT * FROM information_schema.columns";
        let (sorted, bytes) = portions(&world_of(300), &format!("{sql} ORDER BY table_name"));
        let [rows] = sorted.as_slice() else { panic!("{} portions", sorted.len()) };
        assert!(bytes / rows.len() < 450, "{} bytes each", bytes / rows.len());
    }

    #[test]
    fn rows_behind_a_limit_are_not_kept() {
        let sql = "SELECT * FROM pg_class ORDER BY relname";
        let (all, few) =
            (portions(&world_of(300), sql), portions(&world_of(300), &format!("{sql} LIMIT 10")));
        assert_eq!(few.0.concat(), all.0.concat()[..10]);
        assert!(few.1 < all.1 / 50, "{} bytes of {}", few.1, all.1);
    }

    #[test]
    fn nothing_is_made_that_nobody_wants() {
        let world = world_of(300);
        let answer = Answer::prepare("SELECT * FROM information_schema.columns", &[]).expect("SQL");
        let steps = |wanted: bool| {
            let run = run(&world);
            run.gather(answer.query(), &mut |_, _| Ok(wanted)).expect("rows");
            run.steps_taken()
        };
        assert!(steps(false) < steps(true) / 10);
    }
}
