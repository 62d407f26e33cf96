//! What a database that is only read refuses, as PostgreSQL 18 does with
//! `default_transaction_read_only`, for a user who may not see the files of the server.

use trunkline_core::SqlState;

use crate::harness::{Differences, Harness};

#[tokio::test]
async fn writes_are_refused() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    for (sql, command) in [
        ("insert into t values (1)", "INSERT"),
        ("insert into t select * from t", "INSERT"),
        ("with w as (insert into t values (1) returning id) select * from w", "INSERT"),
        ("update t set id = 1", "UPDATE"),
        ("delete from t", "DELETE"),
        ("merge into t using t b on t.id = b.id when matched then delete", "MERGE"),
        ("truncate t", "TRUNCATE TABLE"),
        ("create table b (x int)", "CREATE TABLE"),
        ("create table b as select 1", "CREATE TABLE"),
        ("create temp table b (x int)", "CREATE TABLE"),
        ("create view v as select 1", "CREATE VIEW"),
        ("create or replace view v as select 1", "CREATE VIEW"),
        ("create schema s", "CREATE SCHEMA"),
        ("create index on t (id)", "CREATE INDEX"),
        ("create function f() returns int language sql as 'select 1'", "CREATE FUNCTION"),
        ("create extension plpgsql", "CREATE EXTENSION"),
        ("create database d", "CREATE DATABASE"),
        ("create role r", "CREATE ROLE"),
        ("alter table t add y int", "ALTER TABLE"),
        ("drop table t", "DROP TABLE"),
        ("drop view t", "DROP VIEW"),
        ("grant select on t to public", "GRANT"),
        ("comment on table t is 'x'", "COMMENT"),
        ("select 1 into b", "SELECT INTO"),
        ("select * from t for update", "SELECT FOR UPDATE"),
        ("explain analyze insert into t values (1)", "INSERT"),
    ] {
        let error = h.fail(sql).await;
        let expected = format!("cannot execute {command} in a read-only transaction (25006)");
        differences.compare(sql, error.to_string(), expected);
    }
    differences.none();
}

#[tokio::test]
async fn the_files_of_the_server_are_out_of_reach() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    for (sql, expected) in [
        ("select pg_read_file('/etc/passwd')", "permission denied for function pg_read_file"),
        (
            "select length(pg_catalog.PG_READ_FILE('x'))",
            "permission denied for function pg_read_file",
        ),
        (
            "select pg_read_binary_file('/etc/passwd', 0, 10)",
            "permission denied for function pg_read_binary_file",
        ),
        ("select * from pg_ls_dir('/etc')", "permission denied for function pg_ls_dir"),
        ("select * from pg_ls_waldir()", "permission denied for function pg_ls_waldir"),
        ("select * from pg_stat_file('/etc')", "permission denied for function pg_stat_file"),
        ("select lo_import('/etc/passwd')", "permission denied for function lo_import"),
        ("load '/tmp/x.so'", "access to libraries is not allowed"),
    ] {
        let error = h.fail(sql).await;
        differences.compare(sql, error.to_string(), format!("{expected} (42501)"));
    }
    // PostgreSQL knows none of these; other databases open files by them.
    for (sql, code) in [
        ("select * from '/etc/passwd'", "42601"),
        ("select * from 'file:///etc/passwd'", "42601"),
        ("select * from \"/etc/passwd\"", "42P01"),
        ("select * from \"../../etc/passwd\"", "42P01"),
        ("select * from \"t.csv/../../x.csv\"", "42P01"),
        ("select * from \"file:///etc/passwd\"", "42P01"),
        ("select * from \"https://localhost/x.csv\"", "42P01"),
        ("select * from \"/proc/self/environ\"", "42P01"),
        ("select * from \"..\".\"..\".\"etc\"", "0A000"),
        ("select * from read_csv('/etc/passwd')", "42P01"),
        ("select * from read_parquet('/etc/passwd')", "42P01"),
        ("select * from parquet_scan('/etc/passwd')", "42P01"),
        ("select * from glob('/etc/*')", "42P01"),
        ("attach 'x.db' as y", "42601"),
        ("install httpfs", "42601"),
        ("pragma table_info(x)", "42601"),
        ("export database 'x'", "42601"),
        ("create external table x stored as csv location '/etc/passwd'", "42601"),
    ] {
        let error = h.fail(sql).await;
        differences.compare(sql, error.sqlstate().to_string(), code);
    }
    differences.none();
}

#[tokio::test]
async fn what_would_be_answered_wrongly_is_refused() {
    let mut h = Harness::new().await;
    for sql in [
        "with r as (select random() as x) select a.x from r a, r b",
        "with r as (select id, gen_random_uuid() as u from t) select * from r where u in (select u from r)",
        "select * from generate_series(1, 3) with ordinality",
        "select * from unnest(array[1, 2]) with ordinality",
        "select id > any (select big from t) from t",
    ] {
        assert_eq!(h.fail(sql).await.sqlstate(), SqlState::FEATURE_NOT_SUPPORTED, "{sql}");
    }
    let once = "with r as (select random() as x) select x < 1 from r";
    assert_eq!(h.query(once).await.lines(), ["t"]);
}
