//! What the golden files cannot ask of PostgreSQL: kinds, targets, functions, changes.

use super::*;

fn names(mentions: &[Mention<'_>]) -> Vec<String> {
    mentions
        .iter()
        .map(|mention| match &mention.schema {
            Some(schema) => format!("{schema}.{}", mention.name),
            None => mention.name.to_string(),
        })
        .collect()
}

#[test]
fn kinds_are_those_of_the_main_statement() {
    use StatementKind::*;
    let cases = [
        ("", Empty),
        ("-- c", Empty),
        ("select 1", Select),
        ("((values (1)))", Select),
        ("table t", Select),
        ("with a as (select 1) select 1", Select),
        ("with a as (select 1), b as (delete from t returning *) insert into u table a", Insert),
        ("with recursive a (b) as (select 1) update t set a = 1", Update),
        ("with a as (select 1) delete from t", Delete),
        ("with a as (select 1) merge into t using a on true when matched then delete", Merge),
        ("insert into t values (1)", Insert),
        ("copy t to stdout", Copy),
        ("truncate t", Truncate),
        ("explain insert into t values (1)", Explain),
        ("explain with a as (select 1) delete from t", Explain),
        ("call p(1)", Call),
        ("do $$$$", Do),
        ("create table t ()", Definition),
        ("grant a to b", Definition),
        ("prepare p as with a as (select 1) delete from t", Session),
        ("set a = 1", Session),
        ("vacuum", Other),
        ("frobnicate t", Other),
        ("'", Other),
    ];
    for (source, kind) in cases {
        assert_eq!(outline(source).kind, kind, "{source}");
    }
}

#[test]
fn targets_are_written() {
    let cases = [
        ("insert into s.t (a, b) select a, b from u", "s.t", "u"),
        ("insert into t as x values (1) on conflict (a) do update set b = 2", "t", ""),
        ("update only t set a = (select max(a) from u) from v where true", "t", "u v"),
        ("delete from t using u, v where t.a = u.a", "t", "u v"),
        ("merge into t using u on t.a = u.a when matched then update set b = 1", "t", "u"),
        (
            "merge into t using (select * from u) x on true when not matched then insert values (1)",
            "t",
            "u",
        ),
        ("select * into temp table t from u", "t", "u"),
        ("select a as into, b as from from t", "", "t"),
        ("with recursive as (select * from t) select * from recursive", "", "t"),
        ("with recursive (a) as (select * from t) select * from recursive", "", "t"),
        ("truncate table t, only s.u restart identity", "t s.u", ""),
        ("copy t (a) from stdin", "t", ""),
        ("copy t (a) to stdout", "", "t"),
        ("copy (select * from t) to stdout", "", "t"),
        ("create table if not exists t (a numeric(10, 2), b int references u)", "t", ""),
        ("create temp table t as select * from u", "t", "u"),
        ("create table t (a int) partition by list (a)", "t", ""),
        ("create or replace view v as with a as (select * from t) select * from a", "v", "t"),
        ("create materialized view if not exists v as table t with no data", "v", "t"),
        ("alter table if exists only t add column a int, add b int", "t", ""),
        ("drop table if exists t, s.u cascade", "t s.u", ""),
        ("drop view v", "v", ""),
        ("explain analyze update t set a = 1", "t", ""),
        ("declare c cursor for select * from t", "", "t"),
        ("prepare p (int) as insert into t select * from u where a = $1", "t", "u"),
        ("with a as (insert into t select * from u returning *) select * from a", "t", "u"),
    ];
    for (source, targets, others) in cases {
        let outline = outline(source);
        let (written, read): (Vec<_>, Vec<_>) =
            outline.tables.into_iter().partition(|table| table.is_target);
        assert_eq!(
            (names(&written).join(" ").as_str(), names(&read).join(" ").as_str()),
            (targets, others),
            "{source}"
        );
    }
}

#[test]
fn functions_are_those_that_are_called() {
    let cases = [
        ("select f(1), s.g(h(2)), count(*), \"F\"(3)", "f s.g h count F"),
        ("select version(), pg_catalog.current_setting('a')", "version pg_catalog.current_setting"),
        ("select coalesce(a, nullif(b, 1)), a in (1), exists (select 1), (a) and (b)", ""),
        ("select sum(a) over (partition by (b)) from t where a = any (f(1))", "sum f"),
        ("select * from f(1) as x(a, b), t", "f"),
        ("with a(b) as (values (1)) select a::numeric(10, 2), a::varbit(3) from a", ""),
        ("call s.p(1)", "s.p"),
        ("insert into t (a) values (f(1))", "f"),
        ("create table t (a int default f(1))", ""),
        ("execute p (1)", ""),
    ];
    for (source, functions) in cases {
        assert_eq!(names(&outline(source).functions).join(" "), functions, "{source}");
    }
}

#[test]
fn a_recursive_query_knows_its_own_name() {
    for (source, tables) in [
        (
            "with recursive a as (select 1 union all select n from a join t on true) select * from a",
            "t",
        ),
        ("select array(with recursive a as (select * from a x) select * from a)", ""),
        ("with a as (select * from a) select * from a", "a"),
    ] {
        assert_eq!(names(&outline(source).tables).join(" "), tables, "{source}");
    }
}

#[test]
fn an_alias_with_columns_is_no_call() {
    for source in ["select * from (values (1)) s(a)", "select * from t s(a), u as v(b)"] {
        assert_eq!(outline(source).functions, [], "{source}");
    }
    assert_eq!(names(&outline("select * from t join u on (true) and f(a)").functions), ["f"]);
}

#[test]
fn changes_are_noticed() {
    let reads = [
        "select 1",
        "select a from t where b = 'delete from t'",
        "with a as (select 1) table a",
        "explain delete from t",
        "explain (analyze false) delete from t",
        "copy t to stdout",
        "show a",
        "declare c cursor for select 1",
        "select share, key from t",
    ];
    for source in reads {
        assert!(outline(source).is_read_only, "{source}");
    }
    let changes = [
        "insert into t values (1)",
        "with a as (delete from t returning *) select * from a",
        "select * from t for update",
        "select * from t for no key update",
        "select * from t for key share",
        "select 1 into t",
        "select nextval('s')",
        "explain analyze delete from t",
        "explain (verbose, analyze) delete from t",
        "copy t from stdin",
        "copy (delete from t returning *) to stdout",
        "create table t ()",
        "truncate t",
        "call p()",
        "do ''",
        "vacuum",
        "notify x",
        "prepare p as delete from t",
        "frobnicate",
    ];
    for source in changes {
        assert!(!outline(source).is_read_only, "{source}");
    }
}

#[test]
fn parameters_are_counted_by_their_highest_number() {
    assert_eq!(outline("select $2, $1, '$9', $$ $7 $$ -- $8").parameters, 2);
    assert_eq!(outline("select 1").parameters, 0);
}

#[test]
fn a_mention_spans_its_whole_name() {
    let source = "select * from \"S\" . t x";
    let outline = outline(source);
    assert_eq!(outline.tables[0].span.text(source), "\"S\" . t");
}
