//! What every database has in its catalogs from the beginning, as tables of text.
//!
//! A file has a head of `name:type` and rows as COPY writes them, where `"` repeats what stands above.
//! Objects that initdb numbers as it goes have other numbers on a machine with other locales: they have those of
//! a machine with the one locale `C.utf8`, as images of containers are.

use super::{Generated, Server};

/// A file, and where its rows come from: a relation, or a function.
struct Table {
    file: &'static str,
    from: &'static str,
    condition: &'static str,
    order: &'static str,
}

/// The numbers that initdb gives as it goes.
const UNPINNED: std::ops::Range<u32> = 12_000..16_384;

/// The collations of the machine's locales, in the order in which initdb finds them.
const LOCALES: &str =
    "select oid from pg_collation where oid >= 12000 and collprovider = 'c' order by 1";

/// The types of columns that hold numbers of objects: oid, regproc, regclass, oidvector, oid[].
const NUMBERS: [&str; 5] = ["26", "24", "2205", "30", "1028"];

/// What differs from day to day, or says nothing to who has no executor of PostgreSQL's.
const BLANK: [(&str, &str); 12] = [
    ("relpages", "0"),
    ("reltuples", "(-1)::real"),
    ("relallvisible", "0"),
    ("relallfrozen", "0"),
    ("relfrozenxid", "'0'::xid"),
    ("relminmxid", "'0'::xid"),
    // Trees stand as what they say.
    ("prosqlbody", "pg_get_function_sqlbody(oid)"),
    ("proargdefaults", "pg_get_expr(proargdefaults, 0)"),
    ("conbin", "pg_get_expr(conbin, 0)"),
    ("ev_qual", "'<>'::text"),
    ("ev_action", "''::text"),
    ("attmissingval", "null::anyarray"),
];

/// What a session has set is not what every database has.
const NOT_SETTINGS: [&str; 6] =
    ["setting", "source", "reset_val", "sourcefile", "sourceline", "pending_restart"];

/// The relations that every database has, and where they keep what is long.
const RELATIONS: &str = "oid < 16384";
const ATTRIBUTES: &str = "attrelid < 16384";
const INDEXES: &str = "indrelid < 16384";
/// Of the machine's locales none but one that every machine has.
const COLLATIONS: &str = "oid < 12000 or collprovider = 'i' or collname = 'C.utf8'";
/// What functions say of objects, plain and pretty where that is something else.
const SAID: [&str; 8] = [
    "create or replace view public.pg_get_viewdef as \
     select oid, plain, nullif(pretty, plain) as pretty from pg_class, \
     lateral (select pg_get_viewdef(oid) as plain, pg_get_viewdef(oid, true) as pretty) as of \
     where relkind = 'v' and oid < 16384",
    "create or replace view public.pg_relation_is_updatable as \
     select oid, pg_relation_is_updatable(oid, false) as events, \
     array(select attnum from pg_attribute where attrelid = pg_class.oid and attnum > 0 \
     and pg_column_is_updatable(attrelid, attnum, false) order by attnum) as columns \
     from pg_class where oid < 16384",
    "create or replace view public.pg_settings_get_flags as \
     select name, pg_settings_get_flags(name) as flags from pg_settings",
    // What is counted of whom, where nothing has been counted.
    "create or replace view public.pg_stat_io_rows as \
     select backend_type, object, context, reads * 0 as reads, read_bytes * 0 as read_bytes, \
     read_time * 0 as read_time, writes * 0 as writes, write_bytes * 0 as write_bytes, \
     write_time * 0 as write_time, writebacks * 0 as writebacks, \
     writeback_time * 0 as writeback_time, extends * 0 as extends, \
     extend_bytes * 0 as extend_bytes, extend_time * 0 as extend_time, hits * 0 as hits, \
     evictions * 0 as evictions, reuses * 0 as reuses, fsyncs * 0 as fsyncs, \
     fsync_time * 0 as fsync_time from pg_stat_get_io()",
    // What comes with PostgreSQL; which of its versions is made where none is named.
    "create or replace view public.pg_extension_versions as \
     select name, version, superuser, trusted, relocatable, schema, requires, comment, \
     version = default_version as is_default from pg_available_extension_versions() \
     join pg_available_extensions() using (name, comment)",
    "create or replace view public.pg_get_indexdef as \
     select indexrelid as oid, plain, nullif(pretty, plain) as pretty from pg_index, lateral \
     (select pg_get_indexdef(indexrelid) as plain, pg_get_indexdef(indexrelid, 0, true) as pretty) \
     as of where indexrelid < 16384",
    // A rule of no other kind is the query of its view.
    "create or replace view public.pg_get_ruledef as \
     select oid, plain, nullif(pretty, plain) as pretty from pg_rewrite, \
     lateral (select pg_get_ruledef(oid) as plain, pg_get_ruledef(oid, true) as pretty) as of \
     where rulename <> '_RETURN' and oid < 16384",
    "create or replace view public.pg_get_constraintdef as \
     select oid, plain, nullif(pretty, plain) as pretty from pg_constraint, lateral \
     (select pg_get_constraintdef(oid) as plain, pg_get_constraintdef(oid, true) as pretty) as of \
     where oid < 16384",
];
/// `public` is an object of the database like any other.
const DESCRIPTIONS: &str = "objoid <> 2200";

macro_rules! tables {
    ($($name:literal $condition:expr, $order:literal;)*) => {
        &[$(Table {
            file: concat!("crates/catalog/data/", $name, ".tsv"),
            from: $name,
            condition: $condition,
            order: $order,
        }),*]
    };
}

const TABLES: &[Table] = tables! {
    "information_schema.sql_features" "true", "1, 3";
    "information_schema.sql_implementation_info" "true", "1";
    "information_schema.sql_parts" "true", "1";
    "information_schema.sql_sizing" "true", "1";
    "pg_aggregate" "true", "1";
    "pg_am" "true", "1";
    "pg_amop" "true", "1";
    "pg_amproc" "true", "1";
    "pg_attribute" ATTRIBUTES, "attrelid, attnum";
    "pg_auth_members" "true", "1";
    "pg_authid" "rolname <> 'postgres' and oid < 12000", "1";
    "pg_cast" "true", "1";
    "pg_class" RELATIONS, "1";
    "pg_collation" COLLATIONS, "1";
    "pg_constraint" "oid < 16384", "1";
    "pg_conversion" "true", "1";
    "pg_depend" "objid < 16384", "classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype";
    "pg_description" DESCRIPTIONS, "classoid, objoid, objsubid";
    "pg_extension" "true", "1";
    "pg_extension_versions" "true", "name collate \"C\", version collate \"C\"";
    "pg_get_catalog_foreign_keys" "true", "fktable::oid, fkcols, pktable::oid";
    "pg_get_constraintdef" "true", "1";
    "pg_get_indexdef" "true", "1";
    "pg_get_keywords" "true", "word collate \"C\"";
    "pg_get_ruledef" "true", "1";
    "pg_get_viewdef" "true", "1";
    "pg_index" INDEXES, "1";
    "pg_init_privs" "true", "classoid, objoid, objsubid";
    "pg_language" "true", "1";
    "pg_namespace" "oid <> 2200", "1";
    "pg_opclass" "true", "ctid";
    "pg_operator" "true", "1";
    "pg_opfamily" "true", "1";
    "pg_proc" "oid < 16384", "1";
    "pg_range" "true", "1";
    "pg_relation_is_updatable" "events <> 0", "1";
    "pg_rewrite" "oid < 16384", "1";
    "pg_settings" "category <> 'Customized Options'", "name collate \"C\"";
    "pg_settings_get_flags" "flags <> '{}'", "name collate \"C\"";
    "pg_stat_io_rows" "true", "1, 2, 3";
    "pg_tablespace" "true", "1";
    "pg_timezone_abbrevs" "true", "abbrev collate \"C\"";
    "pg_ts_config" "true", "1";
    "pg_ts_config_map" "true", "1, 2, 3";
    "pg_ts_dict" "true", "1";
    "pg_ts_parser" "true", "1";
    "pg_ts_template" "true", "1";
    "pg_type" "oid < 16384 and typnamespace <> 99", "ctid";
    "pg_wait_events" "type <> 'Extension'", "type collate \"C\", name collate \"C\"";
};

/// Columns of a relation, or those that a function gives.
fn columns_query(from: &str) -> String {
    format!(
        "select attname, atttypid from (select attname, \
         coalesce((select nullif(typbasetype, 0) from pg_type t where t.oid = atttypid), atttypid) \
         as atttypid, attnum from pg_attribute \
         where attrelid = to_regclass('{from}') and attnum > 0 \
         union all select name, type, place from pg_proc, \
         unnest(proargnames, proallargtypes) with ordinality as a(name, type, place) \
         where proname = '{from}') as columns order by attnum"
    )
}

struct Column {
    name: String,
    oid: String,
}

/// A table as the server has it, without marks and with the server's numbers.
struct Content {
    file: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// Every file.
pub(super) fn files(server: &Server) -> Result<Vec<Generated>, String> {
    for view in SAID {
        server.rows(view)?;
    }
    let all: Result<Vec<Content>, String> =
        TABLES.iter().map(|table| content(server, table)).collect();
    let all = all?;
    let locales = server.rows(LOCALES)?;
    let numbering = Numbering::new(&locales)?;
    Ok(all
        .iter()
        .map(|content| Generated { file: content.file, text: content.text(&numbering) })
        .collect())
}

fn content(server: &Server, table: &Table) -> Result<Content, String> {
    let from = table.from;
    let mut columns = Vec::new();
    for row in server.rows(&columns_query(from))? {
        let [name, oid] = row.as_slice() else { return Err(format!("{from}: {row:?}")) };
        if from != "pg_settings" || !NOT_SETTINGS.contains(&name.as_str()) {
            columns.push(Column { name: name.clone(), oid: oid.clone() });
        }
    }
    let list: Vec<String> = columns.iter().map(selected).collect();
    let is_function = matches!(from, "pg_get_keywords" | "pg_get_catalog_foreign_keys");
    let relation = if is_function { format!("{from}()") } else { from.to_owned() };
    let rows = server.rows(&format!(
        "copy (select {} from {relation} where {} order by {}) to stdout",
        list.join(", "),
        table.condition,
        table.order
    ))?;
    match rows.iter().find(|row| row.len() != columns.len()) {
        Some(row) => Err(format!("{from}: {row:?}")),
        None => Ok(Content { file: table.file, columns, rows }),
    }
}

fn selected(column: &Column) -> String {
    let name = &column.name;
    let blank = BLANK.iter().find(|(blank, _)| blank == name);
    let value = blank.map_or(name.as_str(), |(_, value)| value);
    // A function stands as a number: its name may have others beside it. So does a relation.
    let cast = if matches!(column.oid.as_str(), "24" | "2205") { "::oid" } else { "" };
    format!("{value}{cast} as \"{name}\"")
}

impl Content {
    fn text(&self, numbering: &Numbering) -> String {
        let head = self.columns.iter().map(|column| format!("{}:{}", column.name, column.oid));
        let mut lines = vec![head.collect::<Vec<_>>().join("\t")];
        let mut above: Vec<String> = Vec::new();
        for row in &self.rows {
            let cells = row.iter().zip(&self.columns);
            let row: Vec<String> =
                cells.map(|(cell, column)| numbering.cell(cell, column)).collect();
            let marked = row.iter().enumerate().map(|(place, cell)| {
                if above.get(place) == Some(cell) { "\"" } else { cell.as_str() }
            });
            lines.push(marked.collect::<Vec<_>>().join("\t"));
            above = row;
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// What numbers become that initdb gave as it went.
struct Numbering {
    /// The number of the first locale's collation.
    first: u32,
    /// How many locales there are besides.
    others: u32,
}

impl Numbering {
    fn new(locales: &[Vec<String>]) -> Result<Numbering, String> {
        let first = locales.first().and_then(|row| row.first()?.parse().ok());
        let first = first.ok_or("the machine has no locale `C.utf8`")?;
        let others = u32::try_from(locales.len()).map_err(|error| error.to_string())? - 1;
        Ok(Numbering { first, others })
    }

    fn number(&self, number: u32) -> u32 {
        match UNPINNED.contains(&number) && number > self.first {
            // All locales have the number of the first: all but one are left out.
            true => number.saturating_sub(self.others).max(self.first),
            false => number,
        }
    }

    fn cell(&self, cell: &str, column: &Column) -> String {
        if let Some(name) = cell.strip_prefix("pg_toast_") {
            // What belongs to a table is named after its number.
            return format!("pg_toast_{}", self.numbers(name, &['_']));
        }
        match NUMBERS.contains(&column.oid.as_str()) {
            true => self.numbers(cell, &[' ', ',', '{', '}']),
            false => cell.to_owned(),
        }
    }

    fn numbers(&self, text: &str, between: &[char]) -> String {
        let parts = text.split_inclusive(between).map(|part| {
            let digits = part.trim_end_matches(between);
            let rest = part.get(digits.len()..).unwrap_or_default();
            match digits.parse() {
                Ok(number) => self.number(number).to_string() + rest,
                Err(_) => part.to_owned(),
            }
        });
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_one_locale_and_repeats_are_marked() {
        let column = |name: &str, oid: &str| Column { name: name.into(), oid: oid.into() };
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let content = Content {
            file: "x",
            columns: vec![
                column("oid", "26"),
                column("types", "30"),
                column("size", "23"),
                column("name", "19"),
            ],
            rows: vec![
                row(["13144", "23 12361", "13144", "pg_toast_12340"]),
                row(["12363", "23 12361", "13150", "pg_toast_13144_index"]),
                row(["11", "{13144,26}", "1", "13144"]),
            ],
        };
        let locales = [["12359"], ["12360"], ["12361"]].map(|row| row.map(str::to_owned).to_vec());
        let numbering = Numbering::new(&locales).unwrap();
        assert_eq!(
            content.text(&numbering),
            "oid:26\ttypes:30\tsize:23\tname:19\n\
             13142\t23 12359\t13144\tpg_toast_12340\n\
             12361\t\"\t13150\tpg_toast_13142_index\n\
             11\t{13142,26}\t1\t13144\n"
        );
        assert!(Numbering::new(&[]).is_err());
    }
}
