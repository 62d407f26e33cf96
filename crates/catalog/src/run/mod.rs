//! Works out a query that is bound.

mod aggregate;
mod among;
mod budget;
mod eval;
mod from;
mod gather;
mod group;
mod keyed;
mod ordered_set;
mod packed;
mod query;
mod select;
mod stream;
mod window;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(crate) use budget::Spent;
use budget::Trial;
use trunkline_core::Result;

pub(crate) use self::budget::check_text;
pub(crate) use self::gather::Portion;
pub(crate) use self::packed::RowCell;
use crate::datum::{Datum, Row};
use crate::functions::Pattern;
use crate::plan::{Cells, Query, SetId};
use crate::world::World;

/// How much stack is left when more is taken, and how much that is.
pub(crate) const RED: usize = 128 << 10;
pub(crate) const MORE: usize = 2 << 20;

/// The run of one statement.
pub(crate) struct Run {
    pub(crate) world: Arc<World>,
    parameters: Vec<Datum>,
    /// Rows of subqueries that depend on nothing, and of WITH, by their numbers.
    kept: RefCell<HashMap<usize, Rows>>,
    /// Rows of leaves by what they are looked up by.
    indexes: RefCell<HashMap<usize, Rc<from::Lookup>>>,
    /// What values are looked for among.
    sets: RefCell<HashMap<SetId, among::Values>>,
    /// Leaves that were gone through.
    seen: RefCell<HashSet<usize>>,
    /// Leaves that are gone through once: each is the outermost one of a query that is run once.
    once: RefCell<HashSet<usize>>,
    /// Rows that were found by a key, by the number of their leaf.
    keyed: RefCell<Vec<keyed::Found>>,
    pub(crate) patterns: RefCell<HashMap<(String, bool), Rc<Pattern>>>,
    /// Relations of the catalogs, which may be in FROM more than once.
    tables: RefCell<HashMap<Part, Rows>>,
    steps: Cell<u64>,
    bytes: Cell<usize>,
    stop: Arc<AtomicBool>,
    trial: Option<Trial>,
}

/// Some cells of the rows of a relation, by schema and name.
type Part = (u32, Arc<str>, Cells);

/// Rows that are at hand.
pub(crate) type Rows = Rc<Vec<Row>>;

/// What an expression sees: the rows of its query, and of those around it.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) slots: &'a [Datum],
    pub(crate) parent: Option<&'a Frame<'a>>,
}

impl Frame<'_> {
    /// Where nothing is.
    pub(crate) const EMPTY: Frame<'static> = Frame { rows: &[], slots: &[], parent: None };

    fn at(&self, depth: usize) -> Option<&Frame<'_>> {
        let mut frame = self;
        for _ in 0..depth {
            frame = frame.parent?;
        }
        Some(frame)
    }
}

impl Run {
    /// A run with these parameters, which ends early once `stop` is set.
    pub(crate) fn new(world: Arc<World>, parameters: Vec<Datum>, stop: Arc<AtomicBool>) -> Run {
        Run {
            world,
            parameters,
            kept: RefCell::default(),
            indexes: RefCell::default(),
            sets: RefCell::default(),
            seen: RefCell::default(),
            once: RefCell::default(),
            keyed: RefCell::default(),
            patterns: RefCell::default(),
            tables: RefCell::default(),
            steps: Cell::new(0),
            bytes: Cell::new(0),
            stop,
            trial: None,
        }
    }

    /// A run that goes no further than what is done at once, and does nothing that cannot be done again.
    pub(crate) fn trial(world: Arc<World>, parameters: Vec<Datum>) -> Run {
        Run { trial: Some(Trial::default()), ..Run::new(world, parameters, Arc::default()) }
    }

    /// All rows of a statement.
    pub(crate) fn rows(&self, query: &Query) -> Result<Vec<Row>> {
        self.mark_once(query);
        self.query(query, &Frame::EMPTY)
    }
}
