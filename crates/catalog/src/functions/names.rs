//! Names of objects, and whether they are found.

use trunkline_core::{Oid, Result};

use super::strings::text;
use crate::datum::Datum;
use crate::facts::{facts, number};
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "format_type" => format_type,
        "pg_table_is_visible" => {
            |call| visible(call, |call, oid| call.run.world.is_class_visible(oid))
        }
        "pg_type_is_visible" => {
            |call| visible(call, |call, oid| call.run.world.is_type_visible(oid))
        }
        "pg_function_is_visible" => {
            |call| visible(call, |call, oid| call.run.world.is_proc_visible(oid))
        }
        "pg_operator_is_visible" => |call| in_schema(call, "pg_operator", "oprnamespace"),
        "pg_opclass_is_visible" => |call| in_schema(call, "pg_opclass", "opcnamespace"),
        "pg_opfamily_is_visible" => |call| in_schema(call, "pg_opfamily", "opfnamespace"),
        "pg_collation_is_visible" => |call| in_schema(call, "pg_collation", "collnamespace"),
        "pg_conversion_is_visible" => |call| in_schema(call, "pg_conversion", "connamespace"),
        "pg_ts_config_is_visible" => |call| in_schema(call, "pg_ts_config", "cfgnamespace"),
        "pg_ts_dict_is_visible" => |call| in_schema(call, "pg_ts_dict", "dictnamespace"),
        "pg_ts_parser_is_visible" => |call| in_schema(call, "pg_ts_parser", "prsnamespace"),
        "pg_ts_template_is_visible" => |call| in_schema(call, "pg_ts_template", "tmplnamespace"),
        "pg_statistics_obj_is_visible" => |_| Ok(Datum::Null),
        "to_regclass" => |call| to_alias(call, Oid::REGCLASS),
        "to_regtype" => |call| to_alias(call, Oid::REGTYPE),
        "to_regproc" => |call| to_alias(call, Oid::REGPROC),
        "to_regprocedure" => |call| to_alias(call, Oid::REGPROCEDURE),
        "to_regnamespace" => |call| to_alias(call, Oid::REGNAMESPACE),
        "to_regrole" => |call| to_alias(call, Oid::REGROLE),
        "to_regoper" => |call| to_alias(call, Oid::REGOPER),
        "to_regoperator" => |call| to_alias(call, Oid::REGOPERATOR),
        "to_regcollation" => |call| to_alias(call, Oid::REGCOLLATION),
        "to_regtypemod" => |call| {
            let Some(name) = text(call, 0) else { return Ok(Datum::Null) };
            let found = call.run.world.find_modified_type(name).ok();
            Ok(found.map_or(Datum::Null, |(_, typmod)| Datum::Int(typmod.into())))
        },
        "pg_typeof" => |call| Ok(Datum::Oid(call.types.first().map_or(0, |oid| oid.0))),
        "pg_get_userbyid" => |call| {
            let oid = call.arguments.first().and_then(Datum::as_oid).unwrap_or(0);
            let name = call.run.world.role_name(oid);
            Ok(Datum::text(name.unwrap_or_else(|| format!("unknown (OID={oid})").into())))
        },
        // Sizes of rows are not known here, and a table that is elsewhere has none of its own.
        "pg_relation_size" => |call| size(call, &[Part::Own]),
        "pg_table_size" => |call| size(call, &[Part::Own, Part::Toast]),
        "pg_indexes_size" => |call| size(call, &[Part::Indexes]),
        "pg_total_relation_size" => |call| size(call, &[Part::Own, Part::Toast, Part::Indexes]),
        "pg_tablespace_size" => |_| Ok(Datum::Int(0)),
        "pg_tablespace_location" => |_| Ok(Datum::text("")),
        "pg_stat_get_live_tuples"
        | "pg_stat_get_dead_tuples"
        | "pg_stat_get_numscans"
        | "pg_stat_get_tuples_inserted"
        | "pg_stat_get_tuples_updated"
        | "pg_stat_get_tuples_deleted" => |_| Ok(Datum::Int(0)),
        _ => return None,
    })
}

/// Functions of `information_schema`.
pub(super) fn schema_function(name: &str) -> Option<Function> {
    Some(match name {
        "_pg_truetypid" => |call| Ok(of_base(call, "atttypid", "typbasetype")),
        "_pg_truetypmod" => |call| Ok(of_base(call, "atttypmod", "typtypmod")),
        "_pg_char_max_length" => |call| {
            typmod(call, |oid, typmod| match oid {
                Oid::VARCHAR | Oid::BPCHAR if typmod > 4 => Some(i64::from(typmod) - 4),
                Oid::BIT | Oid::VARBIT if typmod >= 0 => Some(typmod.into()),
                _ => None,
            })
        },
        "_pg_char_octet_length" => |call| {
            typmod(call, |oid, typmod| match oid {
                Oid::VARCHAR | Oid::BPCHAR if typmod > 4 => Some((i64::from(typmod) - 4) * 4),
                Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR => Some(1 << 30),
                _ => None,
            })
        },
        "_pg_numeric_precision" => |call| {
            typmod(call, |oid, typmod| match oid {
                Oid::INT2 => Some(16),
                Oid::INT4 => Some(32),
                Oid::INT8 => Some(64),
                Oid::FLOAT4 => Some(24),
                Oid::FLOAT8 => Some(53),
                Oid::NUMERIC if typmod >= 4 => Some(((i64::from(typmod) - 4) >> 16) & 0xffff),
                _ => None,
            })
        },
        "_pg_numeric_precision_radix" => |call| {
            typmod(call, |oid, _| match oid {
                Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::FLOAT4 | Oid::FLOAT8 => Some(2),
                Oid::NUMERIC => Some(10),
                _ => None,
            })
        },
        "_pg_numeric_scale" => |call| {
            typmod(call, |oid, typmod| match oid {
                Oid::INT2 | Oid::INT4 | Oid::INT8 => Some(0),
                Oid::NUMERIC if typmod >= 4 => {
                    Some((((i64::from(typmod) - 4) & 0x7ff) ^ 1024) - 1024)
                }
                _ => None,
            })
        },
        "_pg_interval_type" => interval_type,
        "_pg_datetime_precision" => |call| {
            typmod(call, |oid, typmod| match oid {
                Oid::DATE => Some(0),
                Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => {
                    Some(if typmod < 0 { 6 } else { typmod.into() })
                }
                Oid::INTERVAL => Some(if typmod < 0 || typmod & 0xffff == 0xffff {
                    6
                } else {
                    i64::from(typmod & 0xffff)
                }),
                _ => None,
            })
        },
        _ => return None,
    })
}

/// What a column says of its type, or the domain that it is of, from a row of `pg_attribute` and one of
/// `pg_type`.
fn of_base(call: &Call<'_>, column: &str, domain: &str) -> Datum {
    let field = |place: usize, name: &str| match call.arguments.get(place) {
        Some(Datum::Record(record)) => {
            let found = record.iter().find(|(own, ..)| ***own == *name);
            found.map_or(Datum::Null, |(.., value)| value.clone())
        }
        _ => Datum::Null,
    };
    match field(1, "typtype").as_str() {
        Some("d") => field(1, domain),
        Some(_) => field(0, column),
        None => Datum::Null,
    }
}

/// The fields of an interval, as `DAY TO SECOND(3)`.
fn interval_type(call: &Call<'_>) -> Result<Datum> {
    let oid = call.arguments.first().and_then(Datum::as_oid).filter(|oid| *oid == Oid::INTERVAL.0);
    let typmod = call.arguments.get(1).and_then(Datum::as_int);
    let typmod = typmod.and_then(|typmod| i32::try_from(typmod).ok()).unwrap_or(-1);
    let text = oid.and_then(|oid| call.run.world.type_text(oid, typmod));
    let fields = text.as_deref().and_then(|text| text.strip_prefix("interval "));
    Ok(fields.map_or(Datum::Null, |fields| Datum::text(fields.to_uppercase())))
}

/// A fact of a type and its modifier.
fn typmod(call: &Call<'_>, fact: fn(Oid, i32) -> Option<i64>) -> Result<Datum> {
    let oid = call.arguments.first().and_then(Datum::as_oid).unwrap_or(0);
    let typmod =
        call.arguments.get(1).and_then(Datum::as_int).and_then(|value| i32::try_from(value).ok());
    Ok(fact(Oid(oid), typmod.unwrap_or(-1)).map_or(Datum::Null, Datum::Int))
}

fn format_type(call: &Call<'_>) -> Result<Datum> {
    let Some(oid) = call.arguments.first().and_then(Datum::as_oid) else { return Ok(Datum::Null) };
    let typmod = call.arguments.get(1).and_then(Datum::as_int);
    if oid == 0 {
        return Ok(Datum::text("-"));
    }
    let name = match typmod {
        Some(typmod) => call.run.world.type_text(oid, i32::try_from(typmod).unwrap_or(-1)),
        None => call.run.world.type_text(oid, -1),
    };
    // With a modifier that says nothing, `character` would mean `character(1)`, and so would `bit`.
    let name = match (name, typmod) {
        (Some(name), Some(-1)) => {
            let (one, list) = name.strip_suffix("[]").map_or((&*name, ""), |one| (one, "[]"));
            Some(match one {
                "character" => format!("bpchar{list}"),
                "bit" => format!("\"bit\"{list}"),
                _ => name,
            })
        }
        (name, _) => name,
    };
    Ok(Datum::text(name.unwrap_or_else(|| "???".to_owned())))
}

fn visible(call: &Call<'_>, look: fn(&Call<'_>, u32) -> Option<bool>) -> Result<Datum> {
    let oid = call.arguments.first().and_then(Datum::as_oid);
    Ok(oid.and_then(|oid| look(call, oid)).map_or(Datum::Null, Datum::Bool))
}

/// Whether an object of a catalog is found without its schema.
fn in_schema(call: &Call<'_>, relation: &str, column: &str) -> Result<Datum> {
    let (Some(oid), Some(facts)) =
        (call.arguments.first().and_then(Datum::as_oid), facts(relation))
    else {
        return Ok(Datum::Null);
    };
    let (own, schema) = (facts.column("oid"), facts.column(column));
    let found = facts.rows.iter().find(|row| number(row, own) == oid);
    Ok(found.map_or(Datum::Null, |row| {
        Datum::Bool(call.run.world.is_schema_searched(number(row, schema)))
    }))
}

fn to_alias(call: &Call<'_>, oid: Oid) -> Result<Datum> {
    let Some(name) = text(call, 0) else { return Ok(Datum::Null) };
    if let Ok(number) = name.parse::<u32>() {
        return Ok(Datum::Oid(number));
    }
    // Of operators it is a name.
    if name == "-" && !matches!(oid, Oid::REGOPER | Oid::REGOPERATOR) {
        return Ok(Datum::Oid(0));
    }
    // What cannot be a name is none.
    Ok(call.run.world.find_alias(oid, name).ok().flatten().map_or(Datum::Null, Datum::Oid))
}

/// What is counted of a relation.
#[derive(PartialEq, Eq)]
enum Part {
    Own,
    /// Where it keeps what is long.
    Toast,
    Indexes,
}

/// How many bytes the pages of parts of a relation have that are there without rows.
fn size(call: &Call<'_>, parts: &[Part]) -> Result<Datum> {
    const PAGE: i64 = 8192;
    let world = &call.run.world;
    let Some(oid) = call.arguments.first().and_then(Datum::as_oid) else { return Ok(Datum::Null) };
    if world.class_name(oid).is_none() {
        return Ok(Datum::Null);
    }
    let fork = call.arguments.get(1).and_then(Datum::as_str).unwrap_or("main");
    if !["main", "fsm", "vm", "init"].contains(&fork) {
        let hint = "Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".";
        return Err(crate::error::bad_argument("invalid fork name").hint(hint));
    }
    let is_main = fork == "main";
    let Some(class) = world.objects.class(oid) else { return Ok(Datum::Int(0)) };
    let of_indexes =
        |table| -> i64 { world.objects.indexes_of(table).map(|(class, _)| class.pages()).sum() };
    let mut pages = 0;
    if parts.contains(&Part::Own) && is_main {
        pages += class.pages();
    }
    // The index of what is kept for a table is of the table, too.
    if parts.contains(&Part::Toast) {
        pages += world.objects.toasts.get(&oid).copied().map_or(0, of_indexes);
    }
    if parts.contains(&Part::Indexes) {
        pages += of_indexes(oid);
    }
    Ok(Datum::Int(pages * PAGE))
}
