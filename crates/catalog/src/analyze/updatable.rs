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
    let shown = select.targets.iter().filter(|target| !target.hidden);
    let columns = shown.map(|target| match &target.node.kind {
        Kind::Column { level: 0, column, .. } => Some(item.columns.get(*column)?.own.clone()),
        _ => None,
    });
    Some(ViewBase { schema: *schema, name: name.clone(), columns: columns.collect() })
}
