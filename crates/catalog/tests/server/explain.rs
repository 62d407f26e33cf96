//! EXPLAIN of what the catalogs answer, where PostgreSQL would do it in another way: `golden/explain.queries.sql` has
//! the plans that are the same.

use trunkline_catalog::{Catalog, ddl};
use trunkline_proto::message::{Execute, NewBind, NewParse, Sync};
use trunkline_proto::{Format, Oid};

use super::dialogue::Dialogue;
use super::{Fixture, Served, ask, start_with};

const SCHEMA: &str = include_str!("../golden/explain.schema.sql");

fn start() -> Served {
    let defined = ddl::define(SCHEMA).expect("definitions");
    start_with(Catalog::new(Fixture::new()).declaring(defined.snapshot))
}

/// The lines of a plan.
fn lines(client: &mut Dialogue, sql: &str) -> Vec<String> {
    let heard = ask(client, sql);
    let rows = heard.strip_prefix("T(QUERY PLAN:25:0) D(").unwrap_or_else(|| panic!("{heard}"));
    let rows = rows.strip_suffix(") C(EXPLAIN) Z(I)").unwrap_or_else(|| panic!("{heard}"));
    rows.split(") D(").map(str::to_owned).collect()
}

#[test]
fn joins_are_told_as_they_are_made() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for (query, plan) in [
        (
            "SELECT c.relname, r.rolname FROM pg_class c LEFT JOIN pg_authid r \
             ON r.oid = c.relowner AND r.rolname > 'a' WHERE c.relkind = 'r' AND r.oid IS NULL",
            "Hash Left Join
               Output: c.relname, r.rolname
               Inner Unique: false
               Hash Cond: (r.oid = c.relowner)
               Filter: (r.oid IS NULL)
               ->  Seq Scan on pg_catalog.pg_class c
                     Output: c.relname, c.relowner, c.relkind
                     Filter: (c.relkind = 'r'::\"char\")
               ->  Hash
                     Output: r.oid, r.rolname
                     ->  Seq Scan on pg_catalog.pg_authid r
                           Output: r.oid, r.rolname
                           Filter: (r.rolname > 'a'::name)",
        ),
        (
            "SELECT a.attname FROM pg_attribute a RIGHT JOIN pg_class c ON a.attrelid = c.oid \
             AND a.attnum > 0 WHERE c.relname = 'pg_am'",
            "Nested Loop Left Join
               Output: a.attname
               Inner Unique: false
               ->  Index Scan using pg_class_relname_nsp_index on pg_catalog.pg_class c
                     Output: c.oid, c.relname
                     Index Cond: (c.relname = 'pg_am'::name)
               ->  Index Scan using pg_attribute_relid_attnam_index on pg_catalog.pg_attribute a
                     Output: a.attrelid, a.attname, a.attnum
                     Index Cond: (a.attrelid = c.oid)
                     Filter: (a.attnum > 0)",
        ),
        (
            "SELECT 1 FROM pg_am FULL JOIN pg_opclass o USING (oid)",
            "Nested Loop Full Join
               Output: 1
               Inner Unique: false
               Join Filter: (pg_am.oid = o.oid)
               ->  Seq Scan on pg_catalog.pg_am
                     Output: pg_am.oid
               ->  Seq Scan on pg_catalog.pg_opclass o
                     Output: o.oid",
        ),
        (
            "SELECT x.up FROM pg_am, LATERAL (SELECT upper(o.opcname) AS up, o.oid FROM pg_opclass o \
             WHERE o.opcmethod = pg_am.oid) x, unnest(ARRAY[1, 2]) u WHERE u > 1",
            "Nested Loop
               Output: x.up
               Inner Unique: false
               ->  Nested Loop
                     Output: pg_am.oid, x.up
                     Inner Unique: false
                     ->  Seq Scan on pg_catalog.pg_am
                           Output: pg_am.oid
                     ->  Subquery Scan on x
                           Output: x.up
                           ->  Seq Scan on pg_catalog.pg_opclass o
                                 Output: upper((o.opcname)::text)
                                 Filter: (o.opcmethod = pg_am.oid)
               ->  Function Scan on pg_catalog.unnest u
                     Output: u.u
                     Function Call: unnest(ARRAY[1, 2])
                     Filter: (u.u > 1)",
        ),
        (
            "SELECT s.role_name FROM information_schema.enabled_roles s WHERE s.role_name <> 'a'",
            "Subquery Scan on s
               Output: s.role_name
               Filter: ((s.role_name)::name <> 'a'::name)
               ->  Seq Scan on pg_catalog.pg_authid
                     Output: pg_authid.rolname
                     Filter: pg_has_role(pg_authid.oid, 'USAGE'::text)",
        ),
        (
            "SELECT line_id, rank() OVER (ORDER BY line_id) FROM rail.section",
            "WindowAgg
               Output: line_id, rank() OVER (ORDER BY line_id)
               ->  Seq Scan on rail.section
                     Output: line_id",
        ),
        (
            "SELECT relkind, count(*) FROM pg_class GROUP BY ROLLUP (relkind) HAVING count(*) > 1",
            "MixedAggregate
               Output: relkind, count(*)
               Group Key: pg_class.relkind
               Filter: (count(*) > 1)
               ->  Seq Scan on pg_catalog.pg_class
                     Output: relkind",
        ),
        (
            "SELECT oid FROM pg_am EXCEPT ALL SELECT oid FROM pg_class ORDER BY 1 OFFSET 1",
            "Limit
               Output: pg_am.oid
               ->  Sort
                     Output: pg_am.oid
                     Sort Key: pg_am.oid
                     ->  HashSetOp Except All
                           Output: pg_am.oid
                           ->  Seq Scan on pg_catalog.pg_am
                                 Output: pg_am.oid
                           ->  Seq Scan on pg_catalog.pg_class
                                 Output: pg_class.oid",
        ),
    ] {
        let told = lines(&mut client, &format!("EXPLAIN (VERBOSE, COSTS off) {query}"));
        let wanted: Vec<&str> =
            plan.lines().map(|line| line.strip_prefix("             ").unwrap_or(line)).collect();
        assert_eq!(told, wanted, "{query}");
    }
}

#[test]
fn costs_are_not_known_and_times_are_told() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    let plain = lines(&mut client, "EXPLAIN SELECT 'stop'::rail.signal");
    assert_eq!(plain, ["Result  (cost=0.00..0.00 rows=1 width=0)"]);
    let timed = lines(&mut client, "EXPLAIN ANALYZE VERBOSE SELECT oid FROM pg_am");
    let [scan, output, planned, run] = timed.as_slice() else { panic!("{timed:?}") };
    assert!(scan.starts_with(
        "Seq Scan on pg_catalog.pg_am  (cost=0.00..0.00 rows=0 width=0) (actual time=0.000.."
    ));
    assert!(scan.ends_with(" rows=7.00 loops=1)") && output == "  Output: oid", "{timed:?}");
    assert!(planned.starts_with("Planning Time: ") && run.starts_with("Execution Time: "));
    // What it does is done.
    lines(
        &mut client,
        "EXPLAIN ANALYZE SELECT set_config('a.b', 'done', false) FROM pg_am LIMIT 1",
    );
    assert!(ask(&mut client, "SELECT current_setting('a.b')").contains("D(done)"));
}

#[test]
fn what_is_prepared_is_explained_with_its_arguments() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    ask(
        &mut client,
        "PREPARE a AS SELECT $1::rail.signal, $2::rail.speed FROM pg_am WHERE oid > $3",
    );
    let told = lines(&mut client, "EXPLAIN (VERBOSE, COSTS off) EXECUTE a(NULL, NULL, '7')");
    assert_eq!(told[1], "  Output: NULL::rail.signal, (NULL::smallint)::rail.speed");
    // A parameter of the EXPLAIN itself has a value of its own each time.
    let sql = "EXPLAIN (ANALYZE, COSTS off, SUMMARY off, TIMING off) SELECT oid FROM pg_class WHERE oid = $1";
    client.say(&NewParse { name: "", sql, parameter_types: [Oid(0)] }).say(&NewBind {
        portal: "",
        statement: "",
        parameter_formats: &[Format::Text],
        parameters: [Some(&b"1259"[..])].into_iter(),
        result_formats: &[Format::Text],
    });
    let heard = client.say(&Execute { portal: "", max_rows: 0 }).say(&Sync).hear_until('Z');
    let first = "Index Scan using pg_class_oid_index on pg_class (actual rows=1.00 loops=1)";
    assert_eq!(heard, format!("1 2 D({first}) D(  Index Cond: (oid = $1)) C(EXPLAIN) Z(I)"));
}

async fn anything(query: trunkline_core::Query) -> trunkline_core::Result<trunkline_core::RowSet> {
    Ok(trunkline_core::Rows::new([("asked", Oid::TEXT)]).row((query.sql().to_owned(),)))
}

#[test]
fn what_is_the_engines_is_explained_there() {
    let server = start_with(Catalog::new(trunkline_core::query_fn(anything)));
    let mut client = Dialogue::login(server.address);
    for sql in
        ["EXPLAIN SELECT 1", "EXPLAIN ANALYZE INSERT INTO t VALUES (1)", "EXPLAIN (a) VALUES (1)"]
    {
        assert!(ask(&mut client, sql).contains(&format!("D({sql})")), "{sql}");
    }
}
