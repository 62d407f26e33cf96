//! How PostgreSQL 18 shows expressions and queries: `golden/deparse/ask.py` asked it.

use std::fmt::Write;

use trunkline_core::catalog::{Attribute, Relation, RelationKind, Snapshot, Type};
use trunkline_core::settings::Settings;
use trunkline_core::{Client, Column, Identity};

use super::*;
use crate::analyze::view_columns;
use crate::world::{Objects, PUBLIC};

const ANSWERS: &str = include_str!("../../../tests/golden/deparse/answers.txt");

fn snapshot() -> Snapshot {
    let definitions = include_str!("../../../tests/golden/deparse/schema.sql");
    crate::ddl::define(definitions).expect("definitions").snapshot
}

fn world(snapshot: Snapshot) -> World {
    let client = Client::new(Identity::new("postgres", "deparse"), Settings::default());
    World::new(client, Arc::new(Objects::new(Arc::new(snapshot))))
}

/// A question, what it is about, and what was answered: plain and pretty.
fn answers() -> Vec<(&'static str, &'static str, [String; 2])> {
    let parts = ANSWERS.strip_prefix("? ").expect("a question").split("\n? ");
    let split = |part: &'static str| {
        let mut lines = part.lines();
        let (kind, text) = lines.next().and_then(|line| line.split_once(' ')).expect("a kind");
        let mut answers = [Vec::new(), Vec::new()];
        for line in lines {
            let (of, line) = line.split_at_checked(2).unwrap_or((line, ""));
            answers[usize::from(of.starts_with('+'))].push(line);
        }
        (kind, text, answers.map(|lines| lines.join("\n")))
    };
    parts.map(split).collect()
}

/// What is asked, and how it is shown here.
fn shown(kind: &str, text: &str, pretty: bool) -> Arc<str> {
    let mut snapshot = snapshot();
    let find = |world: &World, name: &str| {
        let class = world.objects.classes.iter().find(|class| *class.name == *name);
        class.map(|class| class.oid).expect("a relation")
    };
    match kind {
        "check" => {
            let world = world(snapshot);
            expression_text(&world, Some(find(&world, "people")), text, pretty)
        }
        "index" => {
            let world = world(snapshot);
            let text = match crate::syntax::is_enclosed(text) {
                true => &text[1..text.len() - 1],
                false => text,
            };
            expression_text(&world, Some(find(&world, "people")), text, pretty)
        }
        "when" => {
            let world = world(snapshot);
            trigger_condition_text(&world, find(&world, "people"), text, pretty)
        }
        "value" => {
            let (domain, text) = text.split_once(' ').expect("a domain");
            let name = domain.rsplit('.').next().expect("a name");
            let is_it = |one: &&Type| one.name == name;
            let mut types = snapshot.schemas.iter().flat_map(|schema| &schema.types);
            let oid = types.find(is_it).expect("a domain").oid;
            domain_check_text(&world(snapshot), oid.0, text, pretty)
        }
        "default" => {
            let (of, text) = text.split_once("  ").expect("a type");
            let mut table = Relation::new("asked", RelationKind::Table, []);
            let (oid, typmod) = {
                let objects = Objects::new(Arc::new(snapshot.clone()));
                Names::new(&objects, &[PUBLIC], None).type_named(of).expect("a type")
            };
            table.columns.push(Arc::new(Attribute::new(Column::new("x", oid).typmod(typmod))));
            snapshot.schemas[0].relations.push(table);
            let world = world(snapshot);
            let asked = find(&world, "asked");
            let kept = default_text(&world, asked, 0, text);
            expression_text(&world, Some(asked), &kept, pretty)
        }
        "view" => {
            let columns = {
                let objects = Objects::new(Arc::new(snapshot.clone()));
                view_columns(text, &objects, &[PUBLIC], None).unwrap_or_default()
            };
            let columns = columns.iter();
            let columns = columns
                .map(|one| Attribute::new(Column::new(&*one.name, one.oid).typmod(one.typmod)));
            let view = Relation::new("asked", RelationKind::View, columns);
            snapshot.schemas[0].relations.push(view);
            let world = world(snapshot);
            query_text(&world, find(&world, "asked"), text, pretty)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn expressions_and_queries_are_shown_as_by_postgresql() {
    let mut wrong = String::new();
    let mut count = 0;
    for (kind, text, expected) in answers() {
        for (pretty, expected) in [false, true].into_iter().zip(expected) {
            let shown = shown(kind, text, pretty);
            if *shown != *expected {
                count += 1;
                let how = if pretty { "pretty" } else { "plain" };
                writeln!(wrong, "{kind} {text}\n  {how}: {expected}\n   here: {shown}")
                    .expect("text");
            }
        }
    }
    assert!(wrong.is_empty(), "{count} differ:\n{wrong}");
}

#[test]
fn an_operator_is_seen() {
    for text in ["a > 1", "a IS NULL", "NOT a", "lower(a) || b", "(a) and (b)"] {
        assert!(has_operator(text), "{text}");
    }
    for text in ["a", "'a > b'::text", "lower(a || b)", "(a > b)", "x[1 + 2]", "0.00"] {
        assert!(!has_operator(text), "{text}");
    }
}
