//! Rows of the catalogs, cell by cell.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, LazyLock, OnceLock};

use trunkline_core::Oid;

use crate::datum::{Datum, Row};
use crate::facts::{self, Column, PG_CATALOG, base_of};
use crate::plan::Cells;

/// Makes rows of one relation; what is not said of a row is what most rows of it have.
pub(super) struct Maker {
    usual: &'static Usual,
    cells: Cells,
    width: usize,
}

/// What most rows of a relation have.
struct Usual {
    columns: &'static [Column],
    row: Vec<Datum>,
    /// What is said of rows, as far as somebody has made some.
    forms: [OnceLock<Form>; 4],
    /// Where the cells are that take work.
    hard: [OnceLock<(&'static str, usize)>; 16],
}

/// The cells that are said of each row, as one place of the program has them.
struct Form {
    names: Vec<&'static str>,
    /// For each column, which of them it is.
    said: Vec<Option<usize>>,
}

static USUAL: LazyLock<HashMap<Arc<str>, Usual>> = LazyLock::new(|| {
    let relations = facts::relations(PG_CATALOG);
    relations.map(|(name, columns)| (name.clone(), Usual::new(columns))).collect()
});

impl Maker {
    /// Makes whole rows of a relation of `pg_catalog`.
    pub(super) fn new(schema: u32, relation: &str) -> Maker {
        static NOTHING: LazyLock<Usual> = LazyLock::new(|| Usual::new(&[]));
        let usual = USUAL.get(relation).filter(|_| schema == PG_CATALOG).unwrap_or(&NOTHING);
        Maker { usual, cells: Cells::ALL, width: usual.row.len() }
    }

    /// Makes rows of a relation of `pg_catalog` that have some cells.
    pub(super) fn of(relation: &str, cells: Cells) -> Maker {
        let maker = Maker::new(PG_CATALOG, relation);
        Maker { cells, width: cells.width(maker.width), ..maker }
    }

    /// Whether a cell is asked for: one that takes work need not be worked out otherwise.
    pub(super) fn asks(&self, name: &'static str) -> bool {
        let place = || self.usual.place(name).unwrap_or(usize::MAX);
        let mut known = self.usual.hard.iter().map(|known| known.get_or_init(|| (name, place())));
        let known = known.find(|(known, _)| std::ptr::eq::<str>(*known, name));
        self.cells.has(known.map_or_else(place, |(_, place)| *place))
    }

    /// The cell of a row by its name.
    pub(super) fn cell(&self, row: &Row, name: &str) -> Datum {
        self.usual.place(name).and_then(|place| row.get(place)).cloned().unwrap_or_default()
    }

    /// A row of cells by name, in the order of their columns.
    pub(super) fn row<const N: usize>(&self, mut cells: [(&'static str, Datum); N]) -> Row {
        let names = || cells.iter().map(|(name, _)| *name);
        let other;
        let known =
            self.usual.forms.iter().map(|form| form.get_or_init(|| self.usual.form(names())));
        let form = match known.into_iter().find(|form| form.is_of(names())) {
            Some(form) => form,
            None => {
                other = self.usual.form(names());
                &other
            }
        };
        let (said, usual) = (&form.said, &self.usual.row);
        let cell = |place: usize| {
            let cell = match said.get(place) {
                _ if !self.cells.has(place) => None,
                Some(Some(said)) => cells.get_mut(*said).map(|(_, cell)| mem::take(cell)),
                _ => usual.get(place).cloned(),
            };
            cell.unwrap_or_default()
        };
        (0..self.width).map(cell).collect()
    }
}

impl Usual {
    fn new(columns: &'static [Column]) -> Usual {
        let row = columns
            .iter()
            .map(|column| if column.not_null { zero(column.oid) } else { Datum::Null });
        let (forms, hard) = ([const { OnceLock::new() }; 4], [const { OnceLock::new() }; 16]);
        Usual { columns, row: row.collect(), forms, hard }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| *column.name == *name)
    }

    fn form(&self, names: impl Iterator<Item = &'static str>) -> Form {
        let names: Vec<&'static str> = names.collect();
        let places: Vec<usize> = names.iter().filter_map(|name| self.place(name)).collect();
        debug_assert!(places.len() == names.len() && places.is_sorted(), "columns: {names:?}");
        let said = (0..self.row.len()).map(|place| places.iter().position(|one| *one == place));
        Form { said: said.collect(), names }
    }
}

impl Form {
    /// Whether it is of these very words of the program.
    fn is_of(&self, names: impl ExactSizeIterator<Item = &'static str>) -> bool {
        self.names.len() == names.len()
            && self.names.iter().zip(names).all(|(own, name)| std::ptr::eq::<str>(*own, name))
    }
}

/// The value of a type that says nothing.
fn zero(oid: Oid) -> Datum {
    match base_of(oid) {
        Oid::BOOL => Datum::Bool(false),
        Oid::INT2 | Oid::INT4 | Oid::INT8 => Datum::Int(0),
        Oid::FLOAT4 | Oid::FLOAT8 => Datum::Float(0.0),
        Oid::TEXT | Oid::NAME | Oid::CHAR => Datum::text(""),
        Oid::INT2VECTOR | Oid::OIDVECTOR => {
            Datum::Array(Arc::new(crate::datum::List::vector(Vec::new())))
        }
        _ => Datum::Oid(0),
    }
}

/// A number of columns or the like.
pub(super) fn count(length: usize) -> Datum {
    Datum::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

/// One letter.
pub(super) fn letter(letter: char) -> Datum {
    // There are few, and many rows.
    static LETTERS: LazyLock<Vec<Arc<str>>> =
        LazyLock::new(|| (0..128_u8).map(|byte| char::from(byte).to_string().into()).collect());
    let known = u8::try_from(letter).ok().and_then(|byte| LETTERS.get(usize::from(byte)));
    match known {
        Some(known) => Datum::Text(known.clone()),
        None => Datum::text(letter.to_string()),
    }
}

/// A letter or nothing.
pub(super) fn mark(text: &str) -> Datum {
    static NOTHING: LazyLock<Arc<str>> = LazyLock::new(|| "".into());
    match text.chars().next() {
        Some(first) => letter(first),
        None => Datum::Text(NOTHING.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Datum, Maker, count};
    use crate::facts::PG_CATALOG;
    use crate::plan::Cells;

    #[test]
    fn rows_have_the_cells_that_are_asked_for() {
        let mut cells = Cells::NONE;
        let relation = crate::facts::facts("pg_namespace").expect("a relation");
        for name in ["oid", "nspowner"] {
            cells.add(relation.column(name));
        }
        let maker = Maker::of("pg_namespace", cells);
        let asked = ["oid", "nspname", "nspowner", "nspacl"].map(|name| maker.asks(name));
        assert_eq!(asked, [true, false, true, false]);
        let row = maker.row([("oid", count(7)), ("nspname", Datum::text("a"))]);
        assert_eq!(*row, [count(7), Datum::Null, Datum::Oid(0)]);
    }

    #[test]
    fn rows_have_what_is_said_of_each() {
        let maker = Maker::new(PG_CATALOG, "pg_namespace");
        let named = |name: &str| maker.row([("oid", count(1)), ("nspname", Datum::text(name))]);
        let rows = [named("a"), named("b"), maker.row([("nspowner", count(7))]), named("c")];
        let cells = |name: &str| rows.each_ref().map(|row| maker.cell(row, name));
        assert_eq!(cells("nspname"), ["a", "b", "", "c"].map(Datum::text));
        assert_eq!(cells("oid"), [1, 1, 0, 1].map(count));
        assert_eq!(cells("nspowner"), [0, 0, 7, 0].map(count));
        assert_eq!(cells("nspacl"), [const { Datum::Null }; 4]);
        assert!(rows.iter().all(|row| row.len() == 4));
    }
}
