//! Which columns of relations the columns of a query are, as PostgreSQL's parse analysis keeps it of each.

use std::sync::Arc;

use super::mentions::Mention;
use super::tree::{Body, Cte, Kind, Node, Query, Select, Source, Target};

/// A column of a query: its name, and the column that it is of, if it is just that.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) name: Arc<str>,
    pub(crate) of: Option<Mention>,
}

/// How many queries are gone through for the origin of a column.
const MOST: usize = 100;

/// The origin of each column that a query shows.
pub(crate) fn origins(query: &Query) -> Vec<Origin> {
    let of = |target: &Target| Origin {
        name: target.name.clone(),
        of: Around { ctes: Vec::new(), left: MOST }.origin(query, target),
    };
    query.targets().iter().filter(|target| !target.hidden).map(of).collect()
}

/// What stands around a query.
struct Around<'a> {
    /// The queries of WITH that it sees, the outermost first.
    ctes: Vec<&'a Cte>,
    left: usize,
}

impl<'a> Around<'a> {
    /// UNION and its kin make columns of their own.
    fn origin(mut self, query: &'a Query, target: &'a Target) -> Option<Mention> {
        let Body::Select(select) = &query.body else { return None };
        self.left = self.left.checked_sub(1)?;
        self.ctes.extend(&query.ctes);
        self.of_node(select, &target.node)
    }

    fn of_node(mut self, select: &'a Select, node: &Node) -> Option<Mention> {
        let Kind::Column { level: 0, item, column } = &node.kind else { return None };
        let item = select.items.get(*item)?;
        match &item.source {
            Source::Relation { schema, name, .. } => {
                Some((*schema, name.clone(), Some(item.columns.get(*column)?.own.clone())))
            }
            Source::Query(query) => self.within(query, *column),
            Source::Cte(name) => {
                let place = self.ctes.iter().rposition(|cte| cte.name == *name)?;
                let cte = *self.ctes.get(place)?;
                // It sees those before it.
                self.ctes.truncate(place);
                self.within(&cte.query, *column)
            }
            Source::Join(columns) => {
                self.left = self.left.checked_sub(1)?;
                self.of_node(select, columns.get(*column)?)
            }
            Source::Functions { .. } => None,
        }
    }

    fn within(self, query: &'a Query, column: usize) -> Option<Mention> {
        let mut shown = query.targets().iter().filter(|target| !target.hidden);
        self.origin(query, shown.nth(column)?)
    }
}
