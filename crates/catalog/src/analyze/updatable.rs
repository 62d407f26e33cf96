//! Which views can be written to as the relation that they are of.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS>.

use std::sync::Arc;

use super::mentions::has_aggregate;
use super::tree::{Body, Distinct, From, Kind, Query, Source};

/// The relation that a view is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ViewBase {
    pub(crate) schema: u32,
    pub(crate) name: Arc<str>,
    /// For each column of the view the column that it is; none for one that cannot be written to.
    pub(crate) columns: Vec<Option<Arc<str>>>,
}

/// The relation that a view of a simple query is of.
pub(crate) fn view_base(query: &Query) -> Option<ViewBase> {
    let Body::Select(select) = &query.body else { return None };
    let is_simple = query.ctes.is_empty()
        && query.limit.is_none()
        && query.offset.is_none()
        && select.distinct == Distinct::No
        && select.group.is_empty()
        && select.having.is_none()
        && !has_aggregate(&select.targets);
    let ([From::Item(only)], true) = (select.from.as_slice(), is_simple) else { return None };
    let item = select.items.get(*only)?;
    let Source::Relation { schema, name, .. } = &item.source else { return None };
    let mut columns: Vec<Option<Arc<str>>> = Vec::new();
    for target in select.targets.iter().filter(|target| !target.hidden) {
        let column = match &target.node.kind {
            Kind::Column { level: 0, column, .. } => item.columns.get(*column),
            _ => None,
        };
        // A column that was there before is only read.
        let own = column.map(|column| column.own.clone());
        columns.push(own.filter(|own| !columns.contains(&Some(own.clone()))));
    }
    Some(ViewBase { schema: *schema, name: name.clone(), columns })
}
