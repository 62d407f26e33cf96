//! GROUP BY: expressions, and the sets of ROLLUP, CUBE and GROUPING SETS.

use std::collections::{HashMap, HashSet};

use sqlparser::ast::{self, GroupByExpr};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::aggregate::misplaced;
use super::select::{GROUPING_SLOTS, List, WINDOW_SLOTS, without_parentheses};
use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{at, too_deep, unsupported};
use crate::plan::{Expr, GroupingSet};

/// How many elements CUBE may have.
const CUBE: usize = 12;
/// How many grouping sets there may be.
const SETS: usize = 4096;
/// How many keys all sets together may have.
const CELLS: usize = 1 << 20;

/// What a query groups by.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) exprs: Vec<Expr>,
    /// The keys of each grouping set; one of all keys where there is nothing but expressions.
    pub(super) sets: Vec<Vec<usize>>,
    /// Where each expression is, as it is shown for debugging.
    places: HashMap<String, usize>,
    /// How many parts each of them has, and the most: only what has as many is shown.
    sizes: HashSet<usize>,
    largest: usize,
}

impl Keys {
    /// Whether there is more than one way to group.
    pub(super) fn has_sets(&self) -> bool {
        self.sets.len() != 1 || self.sets.first().is_none_or(|set| set.len() != self.exprs.len())
    }

    fn add(&mut self, expr: Expr) -> usize {
        let place = self.exprs.len();
        let known = self.places.entry(format!("{expr:?}")).or_insert(place);
        if *known == place {
            let size = expr.count(usize::MAX);
            self.largest = self.largest.max(size);
            self.sizes.insert(size);
            self.exprs.push(expr);
        }
        *known
    }

    /// Whether there may be so many sets, each of all keys at the most.
    fn admit(&self, sets: usize, more: usize) -> Result<()> {
        if sets > SETS {
            let message = format!("too many grouping sets present (maximum {SETS})");
            return Err(at(0, SqlState::STATEMENT_TOO_COMPLEX, message));
        }
        match sets.saturating_mul(self.exprs.len().saturating_add(more)) > CELLS {
            true => Err(too_deep()),
            false => Ok(()),
        }
    }

    /// Combines each set with each of some others.
    fn combine(&mut self, others: &[Vec<usize>]) -> Result<()> {
        self.admit(self.sets.len().saturating_mul(others.len()), 0)?;
        let own = std::mem::take(&mut self.sets);
        for set in &own {
            self.sets.extend(others.iter().map(|other| distinct([set.as_slice(), other].concat())));
        }
        Ok(())
    }
}

/// Each key once.
fn distinct(mut set: Vec<usize>) -> Vec<usize> {
    set.sort_unstable();
    set.dedup();
    set
}

impl Binder {
    /// GROUP BY; `None` if there is none.
    pub(super) fn group_keys(&mut self, by: &GroupByExpr, list: &mut List) -> Result<Option<Keys>> {
        let GroupByExpr::Expressions(by, modifiers) = by else {
            return Err(unsupported(0, "GROUP BY ALL"));
        };
        if !modifiers.is_empty() {
            return Err(unsupported(0, "this GROUP BY"));
        }
        if by.is_empty() {
            return Ok(None);
        }
        let before = self.forbid("GROUP BY");
        let mut keys = Keys { sets: vec![Vec::new()], ..Keys::default() };
        for one in by {
            let sets = match one {
                ast::Expr::Rollup(parts) => {
                    let parts = self.group_sets(parts, list, &mut keys)?;
                    keys.admit(parts.len() + 1, 0)?;
                    (0..=parts.len())
                        .rev()
                        .map(|length| parts.get(..length).unwrap_or_default().concat())
                        .collect()
                }
                ast::Expr::Cube(parts) if parts.len() > CUBE => {
                    let message = format!("CUBE is limited to {CUBE} elements");
                    return Err(at(0, SqlState::TOO_MANY_COLUMNS, message));
                }
                ast::Expr::Cube(parts) => {
                    let parts = self.group_sets(parts, list, &mut keys)?;
                    keys.admit(1 << parts.len(), 0)?;
                    let of = |mask: usize| {
                        let chosen = parts.iter().enumerate();
                        let chosen = chosen.filter(|(place, _)| mask >> place & 1 == 1);
                        chosen.flat_map(|(_, part)| part.iter().copied()).collect()
                    };
                    (0..1 << parts.len()).rev().map(of).collect()
                }
                ast::Expr::GroupingSets(parts) => self.group_sets(parts, list, &mut keys)?,
                ast::Expr::Tuple(items) => vec![self.group_set(items, list, &mut keys)?],
                one => vec![self.group_set(std::slice::from_ref(one), list, &mut keys)?],
            };
            keys.combine(&sets)?;
        }
        self.allow(before);
        Ok(Some(keys))
    }

    fn group_sets(
        &mut self,
        sets: &[Vec<ast::Expr>],
        list: &mut List,
        keys: &mut Keys,
    ) -> Result<Vec<Vec<usize>>> {
        sets.iter().map(|set| self.group_set(set, list, keys)).collect()
    }

    fn group_set(
        &mut self,
        items: &[ast::Expr],
        list: &mut List,
        keys: &mut Keys,
    ) -> Result<Vec<usize>> {
        let set = items.iter().map(|one| Ok(keys.add(self.group_key(one, list)?)));
        Ok(distinct(set.collect::<Result<_>>()?))
    }

    /// An expression, or the number or the name of a column of the list.
    fn group_key(&mut self, one: &ast::Expr, list: &mut List) -> Result<Expr> {
        let one = without_parentheses(one);
        let width = list.items.len();
        let mut column = self.position(one, "GROUP BY", width)?;
        // A name is a column of FROM first, then one of the list, and only then a whole row.
        if let ast::Expr::Identifier(ident) = one
            && !self.is_column(ident)
        {
            column = self.named_column(ident, list, width, "GROUP BY")?;
        }
        let item = column.and_then(|column| list.items.get(column));
        let Some(item) = item else {
            let typed = self.expr(one)?;
            self.check_grouped(&typed)?;
            return Ok(typed.expr);
        };
        self.check_key(&item.expr)?;
        self.check_grouped(item)?;
        Ok(item.expr.clone())
    }
}

impl Keys {
    /// Has an expression that is grouped by, and what GROUPING says, be read from the leaf behind all others,
    /// where they stand for each group: of a set without it, a key is NULL.
    ///
    /// Columns stay what they are: they become NULL in their own rows, where subqueries see them, too.
    pub(super) fn replace(&self, expr: &mut Expr, leaf: usize) {
        let column = match expr {
            Expr::Column { .. } => return,
            Expr::Slot { depth: 0, slot } if (GROUPING_SLOTS..WINDOW_SLOTS).contains(slot) => {
                Some(self.exprs.len() + (*slot - GROUPING_SLOTS))
            }
            ref expr if self.sizes.contains(&expr.count(self.largest)) => {
                self.places.get(&format!("{expr:?}")).copied()
            }
            _ => None,
        };
        if let Some(column) = column {
            *expr = Expr::Column { depth: 0, leaf, column };
            return;
        }
        stacker::maybe_grow(128 << 10, 2 << 20, || {
            expr.parts_mut(&mut |part| self.replace(part, leaf));
        });
    }
}

impl Binder {
    /// `GROUPING(…)`: which of some keys are not in the set of a group, a bit for each.
    pub(super) fn grouping(&mut self, list: &[ast::FunctionArg], place: usize) -> Result<Typed> {
        if list.is_empty() || list.len() > 31 {
            let message = "GROUPING must have fewer than 32 arguments";
            return Err(at(place, SqlState::TOO_MANY_ARGUMENTS, message));
        }
        if let Some(clause) = self.scope().no_aggregates {
            return Err(misplaced("grouping operations", clause, place));
        }
        let mentions = self.scope().mentions.len();
        let arguments = self.arguments(list)?;
        self.scope().mentions.truncate(mentions);
        let slot = GROUPING_SLOTS + self.scope().groupings.len();
        self.scope().groupings.push(arguments);
        self.scope().places.insert(slot, place);
        Ok(Typed::new(Expr::Slot { depth: 0, slot }, Oid::INT4).placed(place))
    }
}

/// The grouping sets, each with what every GROUPING says of it; none where nothing tells them apart from
/// plain keys.
pub(super) fn sets(keys: Option<&Keys>, groupings: &[Vec<Typed>]) -> Result<Vec<GroupingSet>> {
    if groupings.is_empty() && !keys.is_some_and(Keys::has_sets) {
        return Ok(Vec::new());
    }
    let place = |argument: &Typed| {
        let places = keys.map(|keys| &keys.places);
        let known = places.and_then(|places| places.get(&format!("{:?}", argument.expr)));
        known.copied().ok_or_else(|| no_key(argument.place))
    };
    let groupings = groupings.iter().map(|all| all.iter().map(place).collect());
    let groupings: Vec<Vec<usize>> = groupings.collect::<Result<_>>()?;
    let Some(keys) = keys else { return Ok(Vec::new()) };
    keys.admit(keys.sets.len(), groupings.iter().map(Vec::len).sum())?;
    let sets = keys.sets.iter().map(|set| {
        let mut lacks = vec![true; keys.exprs.len()];
        for key in set {
            lacks.get_mut(*key).into_iter().for_each(|lacks| *lacks = false);
        }
        let bit = |key: &usize| i64::from(lacks.get(*key).copied().unwrap_or(true));
        let bits =
            |all: &Vec<usize>| Datum::Int(all.iter().fold(0, |bits, key| bits << 1 | bit(key)));
        let says = groupings.iter().map(bits).collect();
        GroupingSet { keys: set.clone(), says, lacks }
    });
    Ok(sets.collect())
}

fn no_key(place: usize) -> PgError {
    let message =
        "arguments to GROUPING must be grouping expressions of the associated query level";
    at(place, SqlState::GROUPING_ERROR, message)
}
