//! The names that PostgreSQL makes up for constraints, indexes and arrays.

use std::sync::Arc;

use trunkline_core::catalog::{ConstraintKind, Index, IndexKey, Indexed, Relation};

use super::Objects;
use crate::analyze;

/// How long a name may be, in bytes.
const LONGEST: usize = 63;

/// `one_two_label`; of names that are too long the longer one is cut.
pub(super) fn object_name(one: &str, two: Option<&str>, label: &str) -> String {
    let mut behind = two.unwrap_or_default();
    let mut front = one;
    let rest = usize::from(two.is_some()) + label.len() + usize::from(!label.is_empty());
    while front.len() + behind.len() + rest > LONGEST {
        let longer = if front.len() > behind.len() { &mut front } else { &mut behind };
        let mut characters = longer.chars();
        if characters.next_back().is_none() {
            break;
        }
        *longer = characters.as_str();
    }
    let mut name = front.to_owned();
    if two.is_some() {
        name.push('_');
        name.push_str(behind);
    }
    if !label.is_empty() {
        name.push('_');
        name.push_str(label);
    }
    name
}

/// A name, or one with a number at its end, that is not taken.
fn free(make: impl Fn(&str) -> String, label: &str, is_taken: impl Fn(&str) -> bool) -> Arc<str> {
    let mut name = make(label);
    let mut number = 0_u32;
    while is_taken(&name) {
        number += 1;
        name = make(&format!("{label}{number}"));
    }
    name.into()
}

/// The name of arrays of a type, `_name`.
pub(super) fn array_name(of: &str, is_taken: impl Fn(&str) -> bool) -> Arc<str> {
    let mut name = object_name("", Some(of), "");
    let mut number = 0_u32;
    while is_taken(&name) {
        number += 1;
        name = object_name("", Some(of), &number.to_string());
    }
    name.into()
}

/// The name of a column of an index.
pub(super) fn index_column(relation: &Relation, key: &IndexKey) -> String {
    match &key.of {
        Indexed::Column(place) => column(relation, *place).to_owned(),
        Indexed::Expression(text) => {
            analyze::made_up_name(text).unwrap_or_else(|| "expr".to_owned())
        }
    }
}

fn column(relation: &Relation, place: usize) -> &str {
    relation.columns.get(place).map_or("", |one| &*one.column.name)
}

fn joined(relation: &Relation, places: &[usize]) -> String {
    let names: Vec<&str> = places.iter().map(|place| column(relation, *place)).collect();
    cut(names.join("_"))
}

/// Names of columns that are joined have at most so many bytes.
fn cut(mut name: String) -> String {
    let mut end = name.len().min(LONGEST);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

impl Objects {
    /// The name of a constraint that has none; `checked` are the columns that a check names.
    pub(super) fn constraint_name(
        &self,
        schema: u32,
        relation: &Relation,
        kind: &ConstraintKind,
        checked: &[usize],
    ) -> Arc<str> {
        let (two, label, has_index) = match kind {
            ConstraintKind::Primary(_) => (None, "pkey", true),
            ConstraintKind::Unique(key) => {
                let all: Vec<usize> = key.columns.iter().chain(&key.include).copied().collect();
                (Some(joined(relation, &all)), "key", true)
            }
            ConstraintKind::Exclude(exclusion) => {
                let keys = exclusion.elements.iter().map(|(key, _)| index_column(relation, key));
                (Some(cut(keys.collect::<Vec<_>>().join("_"))), "excl", true)
            }
            ConstraintKind::Foreign(key) => (Some(joined(relation, &key.columns)), "fkey", false),
            ConstraintKind::NotNull(place) => {
                (Some(column(relation, *place).to_owned()), "not_null", false)
            }
            _ => match checked {
                [one] => (Some(column(relation, *one).to_owned()), "check", false),
                _ => (None, "check", false),
            },
        };
        let make = |label: &str| object_name(&relation.name, two.as_deref(), label);
        free(make, label, |name| {
            self.is_constraint_named(schema, name)
                || (has_index && self.class_in(schema, name).is_some())
        })
    }

    /// The name of an index that has none.
    pub(super) fn index_name(&self, schema: u32, relation: &Relation, index: &Index) -> Arc<str> {
        let keys = index.keys.iter().map(|key| index_column(relation, key));
        let include = index.include.iter().map(|place| column(relation, *place).to_owned());
        let columns = cut(keys.chain(include).collect::<Vec<_>>().join("_"));
        let make = |label: &str| object_name(&relation.name, Some(&columns), label);
        free(make, "idx", |name| self.class_in(schema, name).is_some())
    }

    /// The name of a constraint of a domain that has none.
    pub(super) fn domain_constraint_name(
        &self,
        schema: u32,
        domain: &str,
        label: &str,
    ) -> Arc<str> {
        let make = |label: &str| object_name(domain, None, label);
        free(make, label, |name| self.is_constraint_named(schema, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PostgreSQL 18 was asked.
    #[test]
    fn long_names_are_cut() {
        let long = "t".repeat(63);
        assert_eq!(object_name(&long, Some("id"), "idx"), format!("{}_id_idx", "t".repeat(56)));
        assert_eq!(object_name(&long, None, "pkey"), format!("{}_pkey", "t".repeat(58)));
        assert_eq!(object_name("", Some(&long), ""), format!("_{}", "t".repeat(62)));
        assert_eq!(object_name("t", Some("a"), "key1"), "t_a_key1");
    }
}
