//! What definitions come to; PostgreSQL's own answers about them are the differential test's.

use trunkline_catalog::ddl::{PassedOver, define};
use trunkline_core::catalog::{
    ConstraintKind, Generated, Grantee, Indexed, Relation, RelationKind, RowSecurity, Schema,
    TypeKind,
};
use trunkline_core::{Oid, SqlState};

const ALL: &str = include_str!("all.sql");

fn schemas() -> Vec<Schema> {
    define(ALL).expect("it is PostgreSQL's").snapshot.schemas
}

fn relation<'a>(schemas: &'a [Schema], name: &str) -> &'a Relation {
    let mut all = schemas.iter().flat_map(|schema| &schema.relations);
    all.find(|one| one.name == name).expect("a relation")
}

#[test]
fn a_script_is_read_to_its_end() {
    let defined = define(ALL).expect("it is PostgreSQL's");
    let line = ALL.lines().count();
    let over = PassedOver { line, what: "CREATE AGGREGATE".into() };
    assert_eq!(defined.passed_over, [over]);
    let roles: Vec<_> = defined.snapshot.roles.iter().map(|one| (&*one.name, one.login)).collect();
    assert_eq!(roles, [("reader", false), ("writer", true)]);
    assert_eq!(defined.snapshot.roles[1].member_of, [("reader".to_owned(), true)]);
    assert_eq!(defined.snapshot.extensions[0].version, "1.8");
}

#[test]
fn columns_have_their_types() {
    let schemas = schemas();
    let customer = relation(&schemas, "customer");
    let column = |name: &str| {
        let found = customer.columns.iter().find(|one| &*one.column.name == name);
        found.expect("a column")
    };
    assert_eq!((column("name").column.type_oid, column("name").column.typmod), (Oid::VARCHAR, 124));
    assert_eq!(column("credit").column.typmod, (12 << 16 | 2) + 4);
    assert_eq!(column("seen").column.typmod, 3);
    assert_eq!((column("flags").column.typmod, column("wide").column.typmod), (8, 3));
    assert_eq!(column("credit").default.as_deref(), Some("0.00"));
    assert_eq!(column("feels").default.as_deref(), Some("'sad'::mood"));
    assert_eq!(column("net").generated, Some(Generated::Stored));
    assert!(column("credit").not_null && column("id").not_null && !column("flags").not_null);
    let types = &schemas[1].types;
    assert_eq!(column("feels").column.type_oid, types[0].oid);
    assert_eq!(column("spots").column.type_oid, types[1].array);
    let TypeKind::Enum(labels) = &types[0].kind else { panic!("an enum") };
    assert_eq!(labels, &["sad", "it's ok", "glad", "happy"]);
    let TypeKind::Range(span) = &types[2].kind else { panic!("a range") };
    assert_eq!((span.of, &*span.multirange.0), (Oid::NUMERIC, "span_multirange"));
    let TypeKind::Domain(mail) = &types[3].kind else { panic!("a domain") };
    let names: Vec<_> = mail.constraints.iter().map(|one| one.name.as_deref()).collect();
    assert_eq!((names, mail.not_null), (vec![Some("has_at"), Some("mail_check1")], true));
}

#[test]
fn constraints_and_indexes_are_what_they_say() {
    let schemas = schemas();
    let part = relation(&schemas, "part");
    assert_eq!((part.kind, part.unlogged), (RelationKind::Partitioned, true));
    let mut keys = part.constraints.iter().filter_map(|one| match &one.kind {
        ConstraintKind::Primary(key) => Some((&*key.columns, &*key.include)),
        _ => None,
    });
    assert_eq!(keys.next(), Some((&[0, 1][..], &[2][..])));
    let foreign: Vec<_> = part
        .constraints
        .iter()
        .filter_map(|one| match &one.kind {
            ConstraintKind::Foreign(key) => Some((&*key.refers_to, key.on_delete, one.deferred)),
            _ => None,
        })
        .collect();
    let id = &["id".to_owned()][..];
    assert_eq!(foreign, [(id, 'c', true), (id, 'a', false)]);
    let key = part.partitioned.as_ref().expect("it is partitioned");
    assert_eq!(key.keys, [Indexed::Column(0), Indexed::Expression("place + 1".into())]);
    let one = relation(&schemas, "part_1");
    let bound = "FOR VALUES FROM ('2024-01-01', 1) TO ('2025-01-01', MAXVALUE)";
    assert_eq!(one.bound.as_deref(), Some(bound));
    assert!(one.columns.iter().all(|column| column.inherited && !column.is_local));
    let index = &relation(&schemas, "customer").indexes[0];
    assert_eq!(index.name, "customer_lower_expr_idx");
    assert_eq!(index.condition.as_deref(), Some("credit > 0"));
    let key = &index.keys[0];
    assert_eq!(key.operator_class.as_deref(), Some("text_pattern_ops"));
    assert!(key.descending && !key.nulls_first);
}

#[test]
fn what_is_granted_is_known_by_letters() {
    let schemas = schemas();
    let customer = relation(&schemas, "customer");
    let grants = customer.access.grants.iter().map(|one| (&one.to, &*one.privileges));
    let all = "arwdDxtm";
    let mut shown: Vec<_> = grants.collect();
    shown
        .iter_mut()
        .for_each(|(_, letters)| *letters = if letters.len() == 8 { all } else { letters });
    let reader = Grantee::Role("reader".into());
    assert_eq!(shown, [(&Grantee::Owner, all), (&reader, "r"), (&Grantee::Public, all)]);
    let of_columns: Vec<_> = customer.columns.iter().filter(|one| !one.grants.is_empty()).collect();
    assert_eq!(of_columns.len(), 2);
    assert_eq!(of_columns[0].grants[0].privileges, "w*");
    assert_eq!(customer.row_security, RowSecurity::Forced);
    assert_eq!(customer.access.owner.as_deref(), Some("writer"));
    let add = &schemas[1].routines[0];
    let modes: String = add.arguments.iter().map(|one| one.mode).collect();
    assert_eq!((modes.as_str(), add.result, add.volatility), ("ibv", Oid::INT8, 'i'));
    assert_eq!(add.settings, ["search_path=shop, public"]);
}

#[test]
fn a_mistake_is_told_at_its_place() {
    for (sql, state, place) in [
        ("CREATE TABLE t (a int;", SqlState::SYNTAX_ERROR, "22"),
        ("SELECT 1;\nCREATE TABLE t (a nothing)", SqlState::UNDEFINED_OBJECT, "11"),
        ("CREATE TABLE t (a int); CREATE TABLE t (b int)", SqlState::DUPLICATE_TABLE, "25"),
        ("CREATE INDEX ON nothing (a)", SqlState::UNDEFINED_TABLE, "1"),
        ("CREATE TABLE nowhere.t (a int)", SqlState::INVALID_SCHEMA_NAME, "1"),
        ("CREATE TABLE t (a int, PRIMARY KEY (b))", SqlState::UNDEFINED_COLUMN, "1"),
    ] {
        let error = define(sql).expect_err(sql);
        assert_eq!((error.sqlstate(), error.get(b'P')), (state, Some(place)), "{sql}: {error}");
    }
}

/// A file that ends too early, or lacks a token, is read or refused; it never panics or goes on for ever.
#[test]
fn what_is_broken_is_refused() {
    for (at, _) in ALL.char_indices() {
        let _ = define(&ALL[..at]);
    }
    for statement in trunkline_sql::split(ALL) {
        let text = statement.text();
        for token in trunkline_sql::Lexer::new(text) {
            for instead in ["", ")", "(", "'", "\u{1}", " select "] {
                let _ = define(&format!(
                    "{}{instead}{}",
                    &text[..token.span.start],
                    &text[token.span.end..]
                ));
            }
        }
    }
}
