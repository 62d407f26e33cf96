//! The columns of views: PostgreSQL 18 was asked for their types.

use std::sync::Arc;

use trunkline_core::Column;
use trunkline_core::catalog::{
    Attribute, Constraint, ConstraintKind, Domain, Relation, RelationKind, Schema, Snapshot, Type,
    TypeKind,
};

use super::*;

const STATUS: Oid = Oid(20_001);
const EMAIL: Oid = Oid(20_003);

fn objects() -> Objects {
    let column =
        |name: &str, oid: Oid, typmod: i32| Attribute::new(Column::new(name, oid).typmod(typmod));
    let orders = Relation::new(
        "orders",
        RelationKind::Table,
        [
            column("id", Oid::UUID, -1),
            column("customer_id", Oid::INT4, -1),
            column("status", STATUS, -1),
            column("email", EMAIL, -1),
        ],
    );
    let mut items = Relation::new(
        "order_items",
        RelationKind::Table,
        [
            column("order_id", Oid::UUID, -1),
            column("qty", Oid::INT4, -1),
            column("unit_price", Oid::NUMERIC, (10 << 16 | 2) + 4),
        ],
    );
    items.constraints.push(Constraint::new(None, ConstraintKind::Check("qty > 0".to_owned())));
    let labels = vec!["new".to_owned(), "paid".to_owned()];
    let domain = Domain {
        of: Column::new("", Oid::VARCHAR).typmod(259),
        not_null: false,
        default: None,
        constraints: Vec::new(),
        collation: None,
    };
    let sales = Schema {
        name: "sales".to_owned(),
        relations: vec![orders, items],
        types: vec![
            Type::new("order_status", STATUS, Oid(20_002), TypeKind::Enum(labels)),
            Type::new("email", EMAIL, Oid(20_004), TypeKind::Domain(Box::new(domain))),
        ],
        ..Schema::default()
    };
    let public = Schema { name: "public".to_owned(), ..Schema::default() };
    let snapshot = Snapshot { schemas: vec![public, sales], ..Snapshot::default() };
    Objects::new(Arc::new(snapshot))
}

fn columns(sql: &str) -> String {
    let objects = objects();
    let names = Names::new(&objects, &[crate::world::PUBLIC], None);
    match view_columns(sql, &objects, &[crate::world::PUBLIC], None) {
        Ok(columns) => {
            let shown = columns.iter();
            let shown =
                shown.map(|one| format!("{} {}", one.name, names.type_text(one.oid, one.typmod)));
            shown.collect::<Vec<_>>().join(", ")
        }
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn columns_of_views_have_the_types_that_postgresql_gives_them() {
    for (sql, expected) in [
        (
            "SELECT o.id, o.customer_id, sum(i.qty * i.unit_price) AS total FROM sales.orders o \
             JOIN sales.order_items i ON i.order_id = o.id GROUP BY o.id, o.customer_id",
            "id uuid, customer_id integer, total numeric",
        ),
        ("SELECT unit_price FROM sales.order_items", "unit_price numeric(10,2)"),
        (
            "SELECT max(status), count(*), array_agg(status) FROM sales.orders WHERE status <> 'paid'",
            "max sales.order_status, count bigint, array_agg sales.order_status[]",
        ),
        (
            "SELECT email, lower(email), email || 'x' AS y, email::text FROM sales.orders",
            "email sales.email, lower text, y text, email text",
        ),
        (
            "SELECT coalesce(status, 'new'), CASE WHEN true THEN email END, o FROM sales.orders o",
            "coalesce sales.order_status, case character varying, o sales.orders",
        ),
        (
            "SELECT 'x', 1.5, 1, 3000000000, now(), CURRENT_DATE",
            "?column? text, ?column? numeric, ?column? integer, ?column? bigint, now timestamp with time zone, current_date date",
        ),
        (
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t",
            "n integer",
        ),
        ("SELECT 1 AS a UNION SELECT 2.5", "a numeric"),
        ("VALUES (1, 'a'), (2, NULL)", "column1 integer, column2 text"),
        (
            "SELECT g, ordinality FROM generate_series(1, 3) WITH ORDINALITY g",
            "g integer, ordinality bigint",
        ),
        (
            "SELECT * FROM sales.orders JOIN sales.order_items i ON true JOIN LATERAL (SELECT i.qty AS q) x USING (q)",
            "",
        ),
    ] {
        if expected.is_empty() {
            assert!(columns(sql).contains("does not exist"), "{sql}: {}", columns(sql));
        } else {
            assert_eq!(columns(sql), expected, "{sql}");
        }
    }
}
