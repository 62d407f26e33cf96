//! `pg_get_partition_constraintdef`: what a bound says of the rows of a partition, as a condition.

use std::cmp::Ordering;

use trunkline_core::catalog::Indexed;
use trunkline_core::{Oid, Result};
use trunkline_sql::{Lexer, TokenKind};

use super::definitions::{column, oid};
use crate::datum::Datum;
use crate::plan::Call;
use crate::syntax::call_name;
use crate::world::{ClassObject, World, constant_text, expression_text, expression_type};

pub(super) fn definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let family = &world.objects.family;
    let Some(of) = oid(call, 0) else { return Ok(Datum::Null) };
    let mut conditions = Vec::new();
    // What holds for the rows of the whole is said first.
    for class in family.ancestors(of).iter().rev().filter_map(|oid| world.objects.class(*oid)) {
        let parents = family.parents(class.oid).first();
        let siblings = parents.map_or(0, |parent| family.children(*parent).len());
        // Those of the default one say what all the others do not, in order.
        call.run.steps(siblings)?;
        let own = call.run.timed(|| own_conditions(world, class))?;
        conditions.extend(own.unwrap_or_default());
    }
    Ok(if conditions.is_empty() { Datum::Null } else { Datum::text(joined("AND", conditions)) })
}

/// What the bound of a partition itself says, all of which must hold.
fn own_conditions(world: &World, class: &ClassObject) -> Option<Vec<String>> {
    let bound = bound_of(world, class)?;
    let parent = world.objects.class(*world.objects.family.parents(class.oid).first()?)?;
    let key = PartitionKey::new(world, parent)?;
    let is_default = bound == Bound::Default;
    match key.strategy {
        'h' => key.hash(parent.oid, &bound).map(|condition| vec![condition]),
        'l' if is_default => key.no_list(&siblings(world, parent)),
        'l' => Some(key.list(bound.groups().first()?)),
        _ if is_default => key.no_range(siblings(world, parent)),
        _ => {
            let mut conditions = key.not_null();
            conditions.extend(key.range(&bound));
            Some(conditions)
        }
    }
}

/// The bound of a partition, as it is shown.
fn bound_of(world: &World, class: &ClassObject) -> Option<Bound> {
    let bound = world.objects.relation_of(class)?.bound.as_deref()?;
    Some(Bound::read(&world.bound_text(class, bound)))
}

/// The bounds of all partitions of a table but the default one.
fn siblings(world: &World, parent: &ClassObject) -> Vec<Bound> {
    let children = world.objects.family.children(parent.oid).iter();
    let bounds = children.filter_map(|child| bound_of(world, world.objects.class(*child)?));
    bounds.filter(|bound| *bound != Bound::Default).collect()
}

/// Which rows are a partition's.
#[derive(Debug, PartialEq, Eq)]
enum Bound {
    Default,
    /// The words between each pair of brackets: the values of a list, both ends of a range.
    Values(Vec<Vec<Value>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Min,
    Max,
    Null,
    /// A constant without its quotes.
    Constant(String),
}

impl Bound {
    /// Reads a bound that was written here, so that its values are literals.
    fn read(text: &str) -> Bound {
        let (mut groups, mut word, mut is_within) = (Vec::new(), String::new(), false);
        let mut lexer = Lexer::new(text);
        while let Some(token) = lexer.next_significant() {
            match token.kind {
                TokenKind::LeftParen => {
                    is_within = true;
                    groups.push(Vec::new());
                }
                TokenKind::Comma | TokenKind::RightParen => {
                    if let Some(group) = groups.last_mut() {
                        group.push(Value::read(&std::mem::take(&mut word)));
                    }
                }
                _ if is_within => word.push_str(token.text(text)),
                _ => {}
            }
            is_within &= token.kind != TokenKind::RightParen;
        }
        if groups.is_empty() { Bound::Default } else { Bound::Values(groups) }
    }

    fn groups(&self) -> &[Vec<Value>] {
        match self {
            Bound::Default => &[],
            Bound::Values(groups) => groups,
        }
    }
}

impl Value {
    fn read(word: &str) -> Value {
        match word {
            "MINVALUE" => Value::Min,
            "MAXVALUE" => Value::Max,
            "NULL" => Value::Null,
            word => {
                let inner = word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
                Value::Constant(
                    inner.map_or_else(|| word.to_owned(), |text| text.replace("''", "'")),
                )
            }
        }
    }

    fn constant(&self) -> Option<&str> {
        match self {
            Value::Constant(text) => Some(text),
            _ => None,
        }
    }
}

/// By what a table is divided.
struct PartitionKey<'a> {
    world: &'a World,
    strategy: char,
    parts: Vec<Part>,
}

/// A column or an expression of a key.
struct Part {
    text: String,
    /// The same as the type that is compared.
    compared: String,
    oid: Oid,
    typmod: i32,
}

impl<'a> PartitionKey<'a> {
    fn new(world: &'a World, table: &ClassObject) -> Option<PartitionKey<'a>> {
        let relation = world.objects.relation_of(table)?;
        let key = relation.partitioned.as_ref()?;
        let parts = key.keys.iter().map(|one| {
            let (text, (oid, typmod)) = match one {
                Indexed::Column(place) => {
                    let of = relation.columns.get(*place).map(|one| &one.column);
                    let of = of.map_or((Oid::TEXT, -1), |one| (one.type_oid, one.typmod));
                    (column(relation, *place), of)
                }
                Indexed::Expression(text) => {
                    let shown = expression_text(world, Some(table.oid), text, false);
                    // An operator already stands in brackets, or will.
                    let is_whole = call_name(&shown).is_some() || shown.starts_with('(');
                    let shown = if is_whole { shown.to_string() } else { format!("({shown})") };
                    (shown, expression_type(world, table.oid, text))
                }
            };
            let other = world.compared_as(oid);
            let other = other.and_then(|oid| world.type_text(oid.0, -1));
            let compared = other.map_or_else(|| text.clone(), |other| format!("({text})::{other}"));
            Part { text, compared, oid, typmod }
        });
        Some(PartitionKey { world, strategy: key.strategy, parts: parts.collect() })
    }

    fn hash(&self, table: u32, bound: &Bound) -> Option<String> {
        let words = bound.groups().first()?.iter().filter_map(Value::constant);
        // `modulus 2` and `remainder 0`, written as one word each.
        let numbers = words.map(|word| word.trim_start_matches(|one: char| !one.is_ascii_digit()));
        let arguments = numbers.chain(self.parts.iter().map(|part| part.text.as_str()));
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        Some(format!("satisfies_hash_partition('{table}'::oid, {arguments})"))
    }

    fn list(&self, values: &[Value]) -> Vec<String> {
        let Some(part) = self.parts.first() else { return Vec::new() };
        let constants = values.iter().filter_map(Value::constant);
        let constants: Vec<String> = constants.map(|one| self.constant(part, one)).collect();
        let is_one = match constants.as_slice() {
            [] => None,
            [one] => Some(format!("({} = {one})", part.compared)),
            all => Some(format!("({} = ANY (ARRAY[{}]))", part.compared, all.join(", "))),
        };
        if values.contains(&Value::Null) {
            let is_null = format!("({} IS NULL)", part.text);
            return vec![joined("OR", std::iter::once(is_null).chain(is_one).collect())];
        }
        std::iter::once(format!("({} IS NOT NULL)", part.text)).chain(is_one).collect()
    }

    /// Nothing that another partition has.
    fn no_list(&self, siblings: &[Bound]) -> Option<Vec<String>> {
        let mut values: Vec<Value> =
            siblings.iter().flat_map(|bound| bound.groups().iter().flatten()).cloned().collect();
        values.sort_by(|one, other| self.compare(0, one, other));
        if values.is_empty() {
            return None;
        }
        Some(vec![format!("(NOT {})", joined("AND", self.list(&values)))])
    }

    fn not_null(&self) -> Vec<String> {
        self.parts.iter().map(|part| format!("({} IS NOT NULL)", part.text)).collect()
    }

    fn range(&self, bound: &Bound) -> Vec<String> {
        let [lower, upper] = bound.groups() else { return Vec::new() };
        let ends = lower.iter().zip(upper);
        // Columns of which there is one value only.
        let same = ends.take_while(|(lower, upper)| lower.constant().is_some() && lower == upper);
        let same = same.count();
        let mut conditions: Vec<String> = lower
            .iter()
            .take(same)
            .zip(&self.parts)
            .filter_map(|(value, part)| self.comparison(part, "=", value))
            .collect();
        let ends = [(lower, ">", ">=", Value::Min), (upper, "<", "<=", Value::Max)];
        for (end, beyond, or_same, open) in ends {
            let arms = self.arms(same, end, (beyond, or_same), &open);
            if !arms.is_empty() {
                conditions.push(joined("OR", arms));
            }
        }
        conditions
    }

    /// One end of a range: beyond its first value, or at that and beyond its second, and so on.
    fn arms(
        &self,
        from: usize,
        end: &[Value],
        (beyond, or_same): (&str, &str),
        open: &Value,
    ) -> Vec<String> {
        let mut arms = Vec::new();
        for last in from..self.parts.len() {
            let (Some(part), Some(value)) = (self.parts.get(last), end.get(last)) else { break };
            let next = end.get(last + 1);
            // The rows at an end are those of the partition that begins there.
            let is_lower = *open == Value::Min;
            let is_with_end = next == Some(open) || (next.is_none() && is_lower);
            let operator = if is_with_end { or_same } else { beyond };
            let Some(own) = self.comparison(part, operator, value) else { break };
            let at = end.iter().zip(&self.parts).take(last).skip(from);
            let at = at.filter_map(|(value, part)| self.comparison(part, "=", value));
            arms.push(joined("AND", at.chain([own]).collect()));
            if !matches!(next, Some(Value::Constant(_))) {
                break;
            }
        }
        arms
    }

    /// Nothing that another partition has.
    fn no_range(&self, mut siblings: Vec<Bound>) -> Option<Vec<String>> {
        siblings.sort_by(|one, other| {
            let lower = |bound: &Bound| bound.groups().first().cloned().unwrap_or_default();
            let (one, other) = (lower(one), lower(other));
            let orders = one.iter().zip(&other).enumerate();
            let mut orders = orders.map(|(place, (one, other))| self.compare(place, one, other));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        let each = siblings.iter().map(|bound| match self.range(bound) {
            // It has all of them.
            open if open.is_empty() => joined("AND", self.not_null()),
            conditions => joined("AND", conditions),
        });
        let each: Vec<String> = each.collect();
        if each.is_empty() {
            return None;
        }
        let mut conditions = self.not_null();
        conditions.push(joined("OR", each));
        Some(vec![format!("(NOT {})", joined("AND", conditions))])
    }

    fn comparison(&self, part: &Part, operator: &str, value: &Value) -> Option<String> {
        let constant = self.constant(part, value.constant()?);
        Some(format!("({} {operator} {constant})", part.compared))
    }

    fn constant(&self, part: &Part, text: &str) -> String {
        let text = match text {
            "true" if part.oid == Oid::BOOL => "t",
            text => text,
        };
        constant_text(self.world, text, part.oid, part.typmod)
    }

    /// The order of two values of a part.
    fn compare(&self, place: usize, one: &Value, other: &Value) -> Ordering {
        let oid = self.parts.get(place).map_or(Oid::TEXT, |part| self.world.base_of(part.oid));
        let read = |value: &Value| {
            let rank = match value {
                Value::Min => 0,
                Value::Constant(_) => 1,
                Value::Max | Value::Null => 2,
            };
            let parsed = value.constant().and_then(|text| self.world.parse(oid, text).ok());
            (rank, parsed.unwrap_or_default())
        };
        let ((one, first), (other, second)) = (read(one), read(other));
        one.cmp(&other).then_with(|| first.compare(&second))
    }
}

/// Conditions with a word between them.
fn joined(word: &str, mut conditions: Vec<String>) -> String {
    match conditions.len() {
        1 => conditions.pop().unwrap_or_default(),
        _ => format!("({})", conditions.join(&format!(" {word} "))),
    }
}
