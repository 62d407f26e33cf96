//! Which columns of relations the columns of a query are, as PostgreSQL's parse analysis keeps it of each.

use std::sync::Arc;

use super::mentions::Mention;
use super::tree::{Body, Kind, Node, Query, Select, Source, Target};

/// A column of a query: its name, and the column that it is of, if it is just that.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) name: Arc<str>,
    pub(crate) of: Option<Mention>,
}

/// The origin of each column that a query shows.
pub(crate) fn origins(query: &Query) -> Vec<Origin> {
    let shown = query.targets().iter().filter(|target| !target.hidden);
    shown.map(|target| Origin { name: target.name.clone(), of: origin(query, target) }).collect()
}

/// UNION and its kin make columns of their own.
fn origin(query: &Query, target: &Target) -> Option<Mention> {
    let Body::Select(select) = &query.body else { return None };
    of_node(query, select, &target.node)
}

fn of_node(query: &Query, select: &Select, node: &Node) -> Option<Mention> {
    let Kind::Column { level: 0, item, column } = &node.kind else { return None };
    let item = select.items.get(*item)?;
    let within = |query: &Query| {
        let mut shown = query.targets().iter().filter(|target| !target.hidden);
        origin(query, shown.nth(*column)?)
    };
    match &item.source {
        Source::Relation { schema, name, .. } => {
            Some((*schema, name.clone(), Some(item.columns.get(*column)?.own.clone())))
        }
        Source::Query(query) => within(query),
        Source::Cte(name) => within(&query.ctes.iter().find(|cte| cte.name == *name)?.query),
        Source::Join(columns) => of_node(query, select, columns.get(*column)?),
        Source::Functions { .. } => None,
    }
}
