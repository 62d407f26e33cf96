//! The rules of views: `pg_rewrite`.

use std::fmt::Write as _;

use super::row::{Maker, letter};
use super::{ClassObject, World};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// The rule of each view.
pub(super) fn rules(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_rewrite");
    let views = world.objects.relations().filter(|(class, _)| matches!(class.kind, 'v' | 'm'));
    let rows = views.map(|(class, _)| {
        maker.row([
            ("oid", Datum::Oid(world.objects.rule_of(class.oid))),
            ("rulename", Datum::text("_RETURN")),
            ("ev_class", Datum::Oid(class.oid)),
            ("ev_type", letter('1')),
            ("ev_enabled", letter('O')),
            ("is_instead", Datum::Bool(true)),
            ("ev_qual", Datum::text("<>")),
            ("ev_action", Datum::text(action(world, class))),
        ])
    });
    rows.collect()
}

/// What of PostgreSQL's tree of a view's query clients read: which columns of relations its columns are. There are
/// no expressions here to be told.
fn action(world: &World, view: &ClassObject) -> String {
    let mut targets = String::new();
    for (place, origin) in world.objects.origins_of(view.oid).iter().enumerate() {
        let of = origin.of.as_ref().and_then(|(schema, name, column)| {
            let class = world.objects.class_in(*schema, name)?;
            let mut columns = world.objects.columns(class).iter();
            let column = column.as_ref()?;
            Some((class.oid, columns.position(|own| *own.column.name == **column)? + 1))
        });
        let (relation, column) = of.unwrap_or_default();
        let separator = if place == 0 { "" } else { " " };
        let (number, name) = (place + 1, token(&origin.name));
        let _ = write!(
            targets,
            "{separator}{{TARGETENTRY :expr <> :resno {number} :resname {name} :ressortgroupref 0 \
             :resorigtbl {relation} :resorigcol {column} :resjunk false}}"
        );
    }
    format!(
        "({{QUERY :commandType 1 :querySource 0 :canSetTag true :utilityStmt <> :targetList ({targets}) :override 0}})"
    )
}

/// A name as it stands in such a tree: with a backslash before what means something there.
fn token(name: &str) -> String {
    let begins = name.starts_with(|first: char| {
        matches!(first, '<' | '"' | '+' | '-') || first.is_ascii_digit()
    });
    let mut written = String::from(if begins { "\\" } else { "" });
    for one in name.chars() {
        if matches!(one, ' ' | '\n' | '\t' | '(' | ')' | '{' | '}' | '\\') {
            written.push('\\');
        }
        written.push(one);
    }
    written
}
