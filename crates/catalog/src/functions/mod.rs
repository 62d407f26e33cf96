//! Functions and operators: which ones there are here.

mod acl;
mod activity;
mod addresses;
mod array_edits;
mod arrays;
pub(crate) mod bits;
mod buckets;
mod bytes;
mod chance;
mod compiled;
mod constraint;
mod control;
mod conversions;
mod definitions;
mod describe;
mod description;
mod enums;
mod exact;
mod files;
pub(crate) mod floats;
mod from_char;
mod hardware;
mod hashes;
mod identifiers;
mod identify;
mod index;
mod index_properties;
mod inputs;
pub(crate) mod json;
mod json_edits;
mod json_records;
mod json_tree;
mod json_values;
mod json_written;
mod log_places;
mod made_intervals;
mod made_times;
pub(crate) mod math;
mod mixed_times;
mod names;
mod numbers;
mod operators;
pub(crate) use arrays::of_vectors as list_of_vectors;
pub(crate) use compiled::Pattern;
pub(crate) use enums::function as of_enum;
pub(crate) use json_records::json_records;
pub(crate) use mixed_times::is_mixed;
pub(crate) use session::{now, started};
pub(crate) use sets::unnest_rows;
mod overlay;
mod partition;
mod partition_constraint;
mod patterns;
mod privileges;
mod ranges;
mod regexps;
pub(crate) mod regress;
mod routine;
mod row_security;
mod session;
mod sets;
mod sizes;
pub(crate) mod spans;
pub(crate) mod spread;
mod statistics;
mod strings;
mod times;
mod to_char;
mod transactions;
mod trigger;
mod trigonometry;
mod updatable;
mod uuids;
mod waiting;
mod whole_parts;

use trunkline_core::{Oid, Result};

use self::bits::Bitwise;
use crate::datum::Datum;
use crate::facts::{Operator, PG_CATALOG, PROCS, Proc, element_of};
use crate::plan::{AggregateKind, Effort, Function, SetFunction};

/// What a function does; `None` for one that is not here.
pub(crate) fn function(proc: &Proc) -> Option<Function> {
    let name = &*proc.name;
    if proc.schema == *crate::world::INFORMATION_SCHEMA {
        return names::schema_function(name);
    }
    ranges::function(proc)
        .or_else(|| bits::function(name, &proc.arguments))
        .or_else(|| session::function(name))
        .or_else(|| waiting::function(name))
        .or_else(|| names::function(name))
        .or_else(|| definitions::function(name))
        .or_else(|| updatable::function(name))
        .or_else(|| privileges::function(name))
        .or_else(|| bytes::function(name, &proc.arguments))
        .or_else(|| strings::function(name, &proc.arguments))
        .or_else(|| arrays::function(name))
        .or_else(|| whole_parts::function(name, &proc.arguments))
        .or_else(|| math::function(name))
        .or_else(|| patterns::function(name))
        .or_else(|| json::function(name))
        .or_else(|| json_values::function(name))
        .or_else(|| json_edits::function(name))
        .or_else(|| regexps::function(name))
        .or_else(|| conversions::function(name))
        .or_else(|| acl::function(name))
        .or_else(|| array_edits::function(name))
        .or_else(|| times::function(name, &proc.arguments))
        .or_else(|| made_times::function(name, &proc.arguments))
        .or_else(|| from_char::function(name, &proc.arguments))
        .or_else(|| trigonometry::function(name))
        .or_else(|| hardware::function(name, &proc.arguments))
        .or_else(|| numbers::function(name, &proc.arguments))
        .or_else(|| control::function(name))
        .or_else(|| transactions::function(name))
        .or_else(|| files::function(name))
        .or_else(|| hashes::function(name))
        .or_else(|| activity::function(name))
        .or_else(|| identifiers::function(name))
        .or_else(|| uuids::function(name))
        .or_else(|| spans::function(name))
        .or_else(|| statistics::function(proc))
        .or_else(|| addresses::function(name))
        .or_else(|| made_intervals::function(name))
        .or_else(|| buckets::function(name, &proc.arguments))
        .or_else(|| log_places::function(name))
        .or_else(|| overlay::function(name, &proc.arguments))
        .or_else(|| chance::function(name, &proc.arguments))
        .or_else(|| sizes::function(name, &proc.arguments))
        .or_else(|| conversions::cast(proc))
        .or_else(|| inputs::function(proc))
}

/// What an operator does.
pub(crate) fn operator(operator: &Operator) -> Option<Function> {
    operators::operator(operator)
}

pub(crate) use json_values::order as order_of_jsonb;

/// A comparison by its name.
pub(crate) fn comparison(name: &str) -> Option<Function> {
    operators::comparison(name)
}

/// What a call of a function of this name takes, with so many arguments.
///
/// Short is what is known to be: what tells of the session.
pub(crate) fn effort(name: &str, arguments: usize) -> Effort {
    match name {
        name if waiting::waits(name, arguments) => Effort::Waiting,
        name if session::function(name).or_else(|| waiting::function(name)).is_some() => {
            Effort::Short
        }
        _ => Effort::Long,
    }
}

/// What an operator of this name takes.
pub(crate) fn effort_of_operator(name: &str) -> Effort {
    if name == "||" || comparison(name).is_some() { Effort::Short } else { Effort::Long }
}

/// Whether an operator has something to say of NULL: an array takes it as an element.
pub(crate) fn takes_null(operator: &Operator) -> bool {
    let is_list =
        |oid: Oid| element_of(oid).is_some() || matches!(oid.0, 2277 | 2283 | 5077 | 5078);
    &*operator.name == "||" && (is_list(operator.left) || is_list(operator.right))
}

/// What a function does that gives rows.
pub(crate) fn set(proc: &Proc) -> Option<SetFunction> {
    sets::function(proc)
        .or_else(|| transactions::rows(&proc.name))
        .or_else(|| files::rows(&proc.name))
        .or_else(|| activity::rows(&proc.name))
        .or_else(|| regexps::rows(&proc.name))
        .or_else(|| json_values::rows(&proc.name))
}

/// An aggregate by its name.
pub(crate) fn aggregate(name: &str) -> Option<AggregateKind> {
    Some(match name {
        "count" => AggregateKind::Count,
        "sum" => AggregateKind::Sum,
        "avg" => AggregateKind::Average,
        "min" => AggregateKind::Min,
        "max" => AggregateKind::Max,
        "bool_and" | "every" => AggregateKind::And,
        "bool_or" => AggregateKind::Or,
        "string_agg" => AggregateKind::Join,
        "array_agg" => AggregateKind::List,
        "json_agg" | "jsonb_agg" => AggregateKind::JsonList { strict: false },
        "json_agg_strict" | "jsonb_agg_strict" => AggregateKind::JsonList { strict: true },
        "json_object_agg" | "jsonb_object_agg" => AggregateKind::JsonObject { strict: false },
        "json_object_agg_strict" | "jsonb_object_agg_strict" => {
            AggregateKind::JsonObject { strict: true }
        }
        "bit_and" => AggregateKind::Bits(Bitwise::And),
        "bit_or" => AggregateKind::Bits(Bitwise::Or),
        "bit_xor" => AggregateKind::Bits(Bitwise::Xor),
        "any_value" => AggregateKind::First,
        "mode" => AggregateKind::Mode,
        "percentile_cont" => AggregateKind::Percentile { between: true },
        "percentile_disc" => AggregateKind::Percentile { between: false },
        name => match regress::Regress::named(name) {
            Some(regress) => AggregateKind::Regress(regress),
            None => AggregateKind::Spread(spread::Spread::named(name)?),
        },
    })
}

/// Whether aggregates are found in a schema.
pub(crate) fn is_aggregate_schema(schema: u32) -> bool {
    schema == PG_CATALOG
}

/// Whether a function says something of objects of the database.
pub(crate) fn needs_objects(name: &str) -> bool {
    names::function(name).is_some()
        || definitions::function(name).is_some()
        || updatable::function(name).is_some()
        || privileges::function(name).is_some()
        || acl::function(name).is_some()
}

/// Whether a function says something of the session or the catalogs, so that a statement without any
/// relation is answered here.
pub(crate) fn is_of_catalogs(name: &str) -> bool {
    session::function(name).is_some_and(|_| name != "now")
        || needs_objects(name)
        || name.starts_with("pg_")
}

/// The row that a function of one name gives which has several columns.
fn row_of(name: &str, values: Vec<Datum>) -> Result<Datum> {
    let fields = PROCS.get(name).and_then(|procs| procs.first()).map(|proc| &proc.outputs);
    Datum::record(&fields.cloned().unwrap_or_default().into(), values.into())
}
