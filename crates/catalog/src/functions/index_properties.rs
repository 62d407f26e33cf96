//! What an access method, an index or a column of one can do: `pg_indexam_has_property` and its kin.
//!
//! Source: PostgreSQL's `amutils.c`, and what each access method says of itself.

use trunkline_core::Result;

use super::definitions::oid;
use super::strings::text;
use crate::datum::{Datum, Row};
use crate::facts::{cell, rows_by};
use crate::plan::Call;
use crate::run::Run;

/// What an access method says of itself, as properties by their names.
struct Method {
    name: &'static str,
    /// Of the method: what CREATE INDEX takes.
    can: &'static [&'static str],
    /// Of each of its indexes.
    of_indexes: &'static [&'static str],
    /// Of each column that is a key.
    of_keys: &'static [&'static str],
}

const METHODS: [Method; 6] = [
    Method {
        name: "btree",
        can: &["can_order", "can_unique", "can_multi_col", "can_exclude", "can_include"],
        of_indexes: &["clusterable", "index_scan", "bitmap_scan", "backward_scan"],
        of_keys: &["orderable", "returnable", "search_array", "search_nulls"],
    },
    Method {
        name: "hash",
        can: &["can_exclude"],
        of_indexes: &["index_scan", "bitmap_scan", "backward_scan"],
        of_keys: &[],
    },
    Method {
        name: "gist",
        can: &["can_multi_col", "can_exclude", "can_include"],
        of_indexes: &["clusterable", "index_scan", "bitmap_scan"],
        of_keys: &["search_nulls"],
    },
    Method {
        name: "spgist",
        can: &["can_exclude", "can_include"],
        of_indexes: &["index_scan", "bitmap_scan"],
        of_keys: &["search_nulls"],
    },
    Method { name: "gin", can: &["can_multi_col"], of_indexes: &["bitmap_scan"], of_keys: &[] },
    Method {
        name: "brin",
        can: &["can_multi_col"],
        of_indexes: &["bitmap_scan"],
        of_keys: &["search_nulls"],
    },
];

const OF_METHODS: [&str; 5] =
    ["can_order", "can_unique", "can_multi_col", "can_exclude", "can_include"];
const OF_INDEXES: [&str; 4] = ["clusterable", "index_scan", "bitmap_scan", "backward_scan"];

/// A bit of `indoption`.
const DESC: i64 = 1;
const NULLS_FIRST: i64 = 2;

/// The function of a gist class that makes what is kept smaller, the one that tells how far something is, and the
/// one that makes it whole again.
const COMPRESS: i64 = 3;
const DISTANCE: i64 = 8;
const FETCH: i64 = 9;

fn method(number: u32) -> Option<&'static Method> {
    let [row] = rows_by("pg_am", "oid", &Datum::Oid(number)).try_into().ok()?;
    let name = cell("pg_am", &row, "amname")?.as_str()?;
    METHODS.iter().find(|method| method.name == name)
}

fn truth(is_so: Option<bool>) -> Result<Datum> {
    Ok(is_so.map_or(Datum::Null, Datum::Bool))
}

/// The property that is asked for.
fn asked(call: &Call<'_>, place: usize) -> String {
    text(call, place).unwrap_or_default().to_ascii_lowercase()
}

/// `pg_indexam_has_property(method, property)`
pub(super) fn of_method(call: &Call<'_>) -> Result<Datum> {
    let property = asked(call, 1);
    let method = oid(call, 0).and_then(method);
    let method = method.filter(|_| OF_METHODS.contains(&&*property));
    truth(method.map(|method| method.can.contains(&&*property)))
}

/// An index, how many columns it has, and its access method.
fn index(run: &Run, number: u32) -> Result<Option<(i64, &'static Method)>> {
    let rows = run.found("pg_class", "oid", number)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let is_index =
        matches!(cell("pg_class", row, "relkind").and_then(Datum::as_str), Some("i" | "I"));
    let width = cell("pg_class", row, "relnatts").and_then(Datum::as_int).unwrap_or(0);
    let method = cell("pg_class", row, "relam").and_then(Datum::as_oid).and_then(method);
    Ok(method.filter(|_| is_index).map(|method| (width, method)))
}

/// `pg_index_has_property(index, property)`
pub(super) fn of_index(call: &Call<'_>) -> Result<Datum> {
    let Some(number) = oid(call, 0) else { return Ok(Datum::Null) };
    let property = asked(call, 1);
    let index = index(call.run, number)?.filter(|_| OF_INDEXES.contains(&&*property));
    truth(index.map(|(_, method)| method.of_indexes.contains(&&*property)))
}

/// `pg_index_column_has_property(index, column, property)`
pub(super) fn of_column(call: &Call<'_>) -> Result<Datum> {
    let (Some(number), Some(column)) = (oid(call, 0), call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    let (run, column, property) = (call.run, column.as_int().unwrap_or(0), asked(call, 2));
    let Some((width, method)) = index(run, number)? else { return Ok(Datum::Null) };
    if !(1..=width).contains(&column) {
        return Ok(Datum::Null);
    }
    let rows = run.found("pg_index", "indexrelid", number)?;
    let Some(row) = rows.first() else { return Ok(Datum::Null) };
    let keys = cell("pg_index", row, "indnkeyatts").and_then(Datum::as_int).unwrap_or(0);
    if column > keys {
        return truth(of_included(method, &property));
    }
    let of_key = |vector| {
        let list = cell("pg_index", row, vector)?.as_list()?;
        list.items.get(usize::try_from(column - 1).ok()?)
    };
    let options = of_key("indoption").and_then(Datum::as_int).unwrap_or(0);
    let has_order = method.can.contains(&"can_order");
    truth(match &*property {
        "asc" => Some(has_order && options & DESC == 0),
        "desc" => Some(has_order && options & DESC != 0),
        "nulls_first" => Some(has_order && options & NULLS_FIRST != 0),
        "nulls_last" => Some(has_order && options & NULLS_FIRST == 0),
        "distance_orderable" | "returnable" if matches!(method.name, "gist" | "spgist") => {
            of_key("indclass").and_then(Datum::as_oid).and_then(|class| {
                let class = Class::new(class)?;
                Some(match (method.name, &*property) {
                    ("gist", "returnable") => class.has(FETCH) || !class.has(COMPRESS),
                    ("gist", _) => class.has(DISTANCE),
                    (_, "returnable") => class.is_kept_whole,
                    _ => class.orders(),
                })
            })
        }
        "distance_orderable" => Some(false),
        "orderable" | "returnable" | "search_array" | "search_nulls" => {
            Some(method.of_keys.contains(&&*property))
        }
        _ => None,
    })
}

/// What is only kept beside the keys is in no order, and not looked for.
fn of_included(method: &Method, property: &str) -> Option<bool> {
    match (property, method.name) {
        ("orderable", _) | ("distance_orderable", "btree") => Some(false),
        ("returnable", "btree" | "spgist") => Some(true),
        _ => None,
    }
}

/// An operator class of gist or spgist.
struct Class {
    family: u32,
    of: u32,
    /// Whether what is kept is of the type that is given.
    is_kept_whole: bool,
}

impl Class {
    fn new(number: u32) -> Option<Class> {
        let [row] = rows_by("pg_opclass", "oid", &Datum::Oid(number)).try_into().ok()?;
        let number = |name| cell("pg_opclass", &row, name).and_then(Datum::as_oid);
        Some(Class {
            family: number("opcfamily")?,
            of: number("opcintype")?,
            is_kept_whole: number("opckeytype")? == 0,
        })
    }

    /// Whether it has a function of this number.
    fn has(&self, function: i64) -> bool {
        let rows = rows_by("pg_amproc", "amprocfamily", &Datum::Oid(self.family));
        let is_it = |row: &Row| {
            let is = |name| cell("pg_amproc", row, name).and_then(Datum::as_oid) == Some(self.of);
            is("amproclefttype")
                && is("amprocrighttype")
                && cell("pg_amproc", row, "amprocnum").and_then(Datum::as_int) == Some(function)
        };
        rows.iter().any(is_it)
    }

    /// Whether an operator of its family says how far things are from each other.
    fn orders(&self) -> bool {
        let rows = rows_by("pg_amop", "amopfamily", &Datum::Oid(self.family));
        let is_it = |row: &Row| {
            let is = |name| cell("pg_amop", row, name).and_then(Datum::as_oid) == Some(self.of);
            (is("amoplefttype") || is("amoprighttype"))
                && cell("pg_amop", row, "amoppurpose").and_then(Datum::as_str) == Some("o")
        };
        rows.iter().any(is_it)
    }
}
