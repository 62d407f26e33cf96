//! A script, and what `pg_dumpall --roles-only` and `pg_dump --schema-only` of PostgreSQL 15 and 18 make of it, come to the
//! same: but for the order, the texts of expressions, and what belongs to whoever ran the script.

use std::collections::BTreeSet;

use trunkline_catalog::ddl::define;
use trunkline_core::catalog::{
    Access, Attribute, Constraint, ConstraintKind, Grant, Grantee, Index, IndexKey, Indexed,
    Relation, Schema, Sequence, Snapshot, Type, TypeKind, object_name,
};

/// Who ran the script.
const OWNER: &str = "postgres";

fn script() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../interop/catalog/schema.sql");
    std::fs::read_to_string(path).expect("the script of `cargo xtask catalog`")
}

fn is_the_same(dump: &str) {
    let facts = |sql: &str| {
        let defined = define(sql).expect("it is PostgreSQL's");
        assert_eq!(defined.passed_over, [], "nothing is passed over");
        facts(&defined.snapshot)
    };
    let (said, dumped) = (facts(&script()), facts(dump));
    let only_said = said.difference(&dumped).map(|fact| format!("- {fact}\n"));
    let only_dumped = dumped.difference(&said).map(|fact| format!("+ {fact}\n"));
    let differences: BTreeSet<String> = only_said.chain(only_dumped).collect();
    assert!(differences.is_empty(), "{}", differences.into_iter().collect::<String>());
}

#[test]
fn a_dump_of_15_comes_to_the_same() {
    is_the_same(include_str!("15.sql"));
}

#[test]
fn a_dump_of_18_comes_to_the_same() {
    is_the_same(include_str!("18.sql"));
}

/// Each in a line that begins with the name of the object.
fn facts(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut facts = Facts::default();
    for role in snapshot.roles.iter().filter(|role| role.name != OWNER) {
        facts.add(&role.name, role);
    }
    for extension in &snapshot.extensions {
        facts.add(&extension.name, extension);
    }
    snapshot.schemas.iter().for_each(|schema| facts.schema(schema));
    facts.0
}

#[derive(Default)]
struct Facts(BTreeSet<String>);

impl Facts {
    fn add(&mut self, name: &str, fact: impl std::fmt::Debug) {
        self.0.insert(format!("{name}: {fact:?}"));
    }

    fn schema(&mut self, schema: &Schema) {
        let of = |name: &str| format!("{}.{name}", schema.name);
        self.access(&schema.name, &schema.access);
        for comment in &schema.comments {
            self.add(&schema.name, comment);
        }
        for relation in &schema.relations {
            self.relation(&of(&relation.name), relation);
        }
        for sequence in &schema.sequences {
            self.access(&of(&sequence.name), &sequence.access);
            let sequence = Sequence { access: Access::default(), ..sequence.clone() };
            self.add(&of(&sequence.name), &sequence);
        }
        for one in &schema.types {
            self.of_type(&of(&one.name), one);
        }
        for routine in &schema.routines {
            let name = format!("{}/{}", of(&routine.name), routine.arguments.len());
            self.access(&name, &routine.access);
            let mut routine = routine.clone();
            routine.access = Access::default();
            for argument in &mut routine.arguments {
                argument.default = argument.default.as_ref().map(|_| "…".to_owned());
            }
            self.add(&name, &routine);
        }
    }

    fn relation(&mut self, name: &str, relation: &Relation) {
        self.access(name, &relation.access);
        self.add(name, (relation.kind, relation.row_security, relation.unlogged));
        self.add(name, (&relation.comment, &relation.options, &relation.parents));
        // A dump quotes its constants.
        let bound = relation.bound.as_ref().map(|bound| bound.to_lowercase().replace('\'', ""));
        self.add(name, bound);
        self.add(name, relation.definition.is_some());
        if let Some(key) = &relation.partitioned {
            let keys: Vec<_> =
                key.keys.iter().map(|key| matches!(key, Indexed::Column(_))).collect();
            self.add(name, (key.strategy, keys));
        }
        for (place, column) in relation.columns.iter().enumerate() {
            self.add(name, format!("column {place} is {}", column.column.name));
            self.column(&format!("{name}.{}", column.column.name), column);
        }
        for constraint in &relation.constraints {
            self.constraint(name, relation, constraint);
        }
        for index in &relation.indexes {
            self.index(name, index);
        }
        for trigger in &relation.triggers {
            let mut trigger = trigger.clone();
            trigger.condition = trigger.condition.map(|_| "…".to_owned());
            self.add(name, trigger);
        }
        for policy in &relation.policies {
            let mut policy = policy.clone();
            policy.roles.sort_unstable();
            policy.using = policy.using.map(|_| "…".to_owned());
            policy.check = policy.check.map(|_| "…".to_owned());
            self.add(name, policy);
        }
    }

    fn column(&mut self, name: &str, column: &Attribute) {
        let Attribute { not_null, generated, inherited, is_local, .. } = column;
        self.add(name, (&column.column, not_null, generated, inherited, is_local));
        self.add(name, (column.default.is_some(), &column.comment, &column.collation));
        self.grants(name, &column.grants);
    }

    fn constraint(&mut self, name: &str, relation: &Relation, constraint: &Constraint) {
        let names = |places: &[usize]| -> Vec<&str> {
            places.iter().map(|at| &*relation.columns[*at].column.name).collect()
        };
        let (columns, label, what) = match &constraint.kind {
            ConstraintKind::Primary(key) => (vec![], "pkey", format!("{key:?}")),
            ConstraintKind::Unique(key) => (names(&key.columns), "key", format!("{key:?}")),
            ConstraintKind::Foreign(key) => (names(&key.columns), "fkey", format!("{key:?}")),
            ConstraintKind::Exclude(one) => {
                let operators: Vec<_> = one.elements.iter().map(|(_, operator)| operator).collect();
                (vec![], "excl", format!("{} {operators:?}", one.method))
            }
            ConstraintKind::Check(_) => (vec![], "check", String::new()),
            // Since PostgreSQL 18 dumps name them only if they have another name than the usual one.
            ConstraintKind::NotNull(_) => return,
            _ => (vec![], "", "another kind".to_owned()),
        };
        let usual = match label {
            "pkey" => format!("{}_pkey", relation.name),
            _ => object_name(&relation.name, &columns.join("_"), label),
        };
        let given = constraint.name.as_ref().filter(|given| **given != usual);
        let Constraint { deferrable, deferred, not_valid, no_inherit, .. } = constraint;
        self.add(name, (label, given, what, (deferrable, deferred, not_valid, no_inherit)));
    }

    fn index(&mut self, name: &str, index: &Index) {
        let mut index = index.clone();
        index.condition = index.condition.map(|_| "…".to_owned());
        for key in &mut index.keys {
            expression_aside(key);
            // A dump does not name the usual one of a type.
            key.operator_class.take_if(|class| class == "inet_ops");
        }
        self.add(name, index);
    }

    fn of_type(&mut self, name: &str, one: &Type) {
        self.access(name, &one.access);
        self.add(name, (one.oid, one.array, &one.comment));
        match &one.kind {
            TypeKind::Domain(domain) => {
                let checks: Vec<_> =
                    domain.constraints.iter().map(|one| (&one.name, one.not_valid)).collect();
                self.add(name, (&domain.of, domain.not_null, domain.default.is_some(), checks));
                self.add(name, &domain.collation);
            }
            TypeKind::Composite(columns) => {
                for column in columns {
                    self.column(&format!("{name}.{}", column.column.name), column);
                }
            }
            kind => self.add(name, kind),
        }
    }

    /// What the owner has is not told: only a dump says it, and only of what was granted.
    fn access(&mut self, name: &str, access: &Access) {
        let owner = access.owner.as_ref().filter(|owner| *owner != OWNER);
        self.add(name, ("owner", owner));
        self.grants(name, &access.grants);
    }

    fn grants(&mut self, name: &str, grants: &[Grant]) {
        for grant in grants {
            let mut letters: Vec<char> = grant.privileges.chars().collect();
            letters.sort_unstable();
            if grant.to != Grantee::Owner {
                self.add(name, ("grant", &grant.to, letters.iter().collect::<String>()));
            }
        }
    }
}

fn expression_aside(key: &mut IndexKey) {
    if let Indexed::Expression(text) = &mut key.of {
        "…".clone_into(text);
    }
}
