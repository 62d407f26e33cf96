//! What every database of PostgreSQL 18 has: types, functions, operators and casts, taken from one.

mod casts;
mod procs;
mod small;
mod table;
mod types;

pub(crate) use casts::{CastContext, cast_context, is_cast_by_function};
pub(crate) use procs::{OPERATORS, Operator, PROCS, Proc, Volatility};
pub(crate) use small::Small;
pub(crate) use table::{
    Column, FIRST_MADE, cell, column_place, definition, facts, number, relation_columns,
    relation_kind, relation_oid, relations, row_type, rows_by, text,
};
pub(crate) use types::{
    array_of, base_of, element_of, is_vector, multirange_of, range_of, type_facts, type_named,
};

/// `pg_catalog`
pub(crate) const PG_CATALOG: u32 = 11;
