//! Values of one type made ones of another, as the parser of PostgreSQL does.
//!
//! Source: <https://www.postgresql.org/docs/18/typeconv.html>.

use trunkline_core::{Oid, Result};

use super::tree::{Convert, Kind, Node};
use super::{Analyzer, Names};
use crate::bind::resolve::common_type;
use crate::bind::type_name;
use crate::error::{at, mismatch};
use crate::facts::{CastContext, cast_context, is_cast_by_function, type_facts};
use crate::io;
use crate::world::is_alias;
use trunkline_core::SqlState;

/// `any`, `anyelement` and their family: what is given stays what it is.
pub(super) fn is_polymorphic(oid: Oid) -> bool {
    matches!(oid.0, 2276 | 2277 | 2283 | 2776 | 3500 | 3831 | 4537 | 5077..=5080 | 4538)
}

impl Names<'_> {
    /// The type that stands for one in the search for a function: of those that somebody made what they
    /// are like.
    pub(super) fn stand_in(&self, oid: Oid) -> Oid {
        if type_facts(oid).is_some() || oid == Oid::UNKNOWN {
            return oid;
        }
        if self.is_enum(oid) {
            return Oid::ANYENUM;
        }
        let base = self.base_of(oid).0;
        if base != oid {
            return self.stand_in(base);
        }
        if self.element_of(oid).is_some() { Oid::ANYARRAY } else { Oid::RECORD }
    }

    /// Whether something of the type `from` can be given where `to` is wanted.
    pub(super) fn takes(&self, to: Oid, from: Oid) -> bool {
        from == Oid::UNKNOWN
            || is_polymorphic(to)
            || self.context(from, to) == Some(CastContext::Implicit)
    }

    /// What it takes to make one type of another.
    fn context(&self, from: Oid, to: Oid) -> Option<CastContext> {
        let is_built_in = |oid| oid == Oid::UNKNOWN || type_facts(oid).is_some();
        if from == to || (is_built_in(from) && is_built_in(to)) {
            return cast_context(from, to);
        }
        let (source, target) = (self.base_of(from).0, self.base_of(to).0);
        if (source, target) != (from, to) {
            return self.context(source, target);
        }
        if let (Some(one), Some(two)) = (self.element_of(from), self.element_of(to)) {
            return self.context(one, two);
        }
        let is_row = |oid| oid == Oid::RECORD || !self.fields_of(oid).is_empty();
        let is_string = |oid| type_facts(oid).is_some_and(|known| known.category == b'S');
        match () {
            () if is_row(from) && to == Oid::RECORD => Some(CastContext::Implicit),
            () if from == Oid::RECORD && is_row(to) => Some(CastContext::Implicit),
            () if is_string(to) => Some(CastContext::Assignment),
            () if is_string(from) => Some(CastContext::Explicit),
            () => None,
        }
    }
}

/// The types whose values are cut or rounded to a modifier.
fn has_modifier(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::VARCHAR
            | Oid::BPCHAR
            | Oid::NUMERIC
            | Oid::BIT
            | Oid::VARBIT
            | Oid::TIME
            | Oid::TIMETZ
            | Oid::TIMESTAMP
            | Oid::TIMESTAMPTZ
            | Oid::INTERVAL
    )
}

impl Analyzer<'_> {
    /// Makes an expression one of the type `to`, if that goes without being asked.
    pub(super) fn coerce(&mut self, node: Node, to: Oid) -> Result<Node> {
        self.convert(node, to, -1, CastContext::Implicit, true)
    }

    /// Makes an expression one of the type `to`, with its modifier.
    pub(super) fn convert(
        &mut self,
        node: Node,
        to: Oid,
        typmod: i32,
        context: CastContext,
        implicit: bool,
    ) -> Result<Node> {
        if let Kind::Collate { of, collation } = node.kind {
            let of = Box::new(self.convert(*of, to, typmod, context, implicit)?);
            let (oid, typmod) = (of.oid, of.typmod);
            return Ok(Node { kind: Kind::Collate { of, collation }, oid, typmod });
        }
        let (converted, is_new) = self.change_type(node, to, context, implicit)?;
        if self.names.is_domain(to) {
            return Ok(converted);
        }
        Ok(self.change_modifier(converted, typmod, implicit, is_new))
    }

    /// An expression of the type `to`, and whether it is another one than before.
    fn change_type(
        &mut self,
        node: Node,
        to: Oid,
        context: CastContext,
        implicit: bool,
    ) -> Result<(Node, bool)> {
        let is_row = to == Oid::RECORD && !self.names.fields_of(node.oid).is_empty();
        if node.oid == to || is_row || is_polymorphic(to) {
            return Ok((node, false));
        }
        let (base, base_typmod) = self.names.base_of(to);
        match &node.kind {
            Kind::Const(value) if node.is_unknown() => {
                let text = value.as_deref().map(|text| self.canonical(base, text));
                let literal = Node::new(Kind::Const(text.map(Into::into)), base);
                let is_whole = base == to;
                let literal = match is_whole {
                    true => literal,
                    false => self.to_domain(literal, to, base_typmod, implicit),
                };
                return Ok((literal, true));
            }
            Kind::Tuple(items) => {
                let fields = self.names.fields_of(base);
                if !fields.is_empty() && items.len() == fields.len() {
                    let items = items.clone().into_iter().zip(fields);
                    let items = items.map(|(item, (_, oid, typmod))| {
                        self.convert(item, oid, typmod, context, true)
                    });
                    let row = Node::new(Kind::Tuple(items.collect::<Result<_>>()?), base);
                    return Ok((made(row, to, implicit, false), true));
                }
            }
            _ => {}
        }
        let is_possible = node.is_unknown()
            || self.names.context(node.oid, to).is_some_and(|needed| needed <= context);
        if !is_possible {
            let (from, to) = (self.type_shown(node.oid), self.type_shown(to));
            let message = format!("cannot cast type {from} to {to}");
            return Err(at(0, SqlState::CANNOT_COERCE, message));
        }
        let from = self.names.base_of(node.oid).0;
        if base == to {
            return Ok((made(node, to, implicit, is_cast_by_function(from, to)), true));
        }
        let inner = match from == base {
            true => node,
            false => made(node, base, implicit, is_cast_by_function(from, base)),
        };
        Ok((self.to_domain(inner, to, base_typmod, implicit), true))
    }

    /// A value of a domain's base type as one of the domain.
    fn to_domain(&self, node: Node, to: Oid, base_typmod: i32, implicit: bool) -> Node {
        let cut = self.change_modifier(node, base_typmod, true, false);
        made(hidden(cut), to, implicit, false)
    }

    /// Cuts or rounds a value to its type's modifier; what was done to it before is not shown then.
    fn change_modifier(&self, node: Node, typmod: i32, implicit: bool, is_new: bool) -> Node {
        let element = self.names.element_of(node.oid);
        if typmod < 0 || typmod == node.typmod || !has_modifier(element.unwrap_or(node.oid)) {
            return node;
        }
        let oid = node.oid;
        let is_literal = matches!(node.kind, Kind::Const(_));
        let of = if is_new && !is_literal { hidden(node) } else { node };
        let mut cut = made(of, oid, implicit, element.is_none());
        cut.typmod = typmod;
        cut
    }

    /// The text of a literal as its type writes it; what it cannot read stays as somebody wrote it.
    fn canonical(&self, oid: Oid, text: &str) -> String {
        if oid == Oid::REGCLASS {
            return self.names.class_text(text).unwrap_or_else(|| text.to_owned());
        }
        let element = self.names.element_of(oid).unwrap_or(oid);
        if is_alias(element) || type_facts(element).is_none() || oid == Oid::RECORD {
            return text.to_owned();
        }
        let value = io::parse_plain(oid, text, self.style);
        let written = value.and_then(|value| io::text_plain(&value, oid, self.style));
        written.unwrap_or_else(|_| text.to_owned())
    }

    /// The name of a type for an error.
    pub(super) fn type_shown(&self, oid: Oid) -> String {
        if type_facts(oid).is_some() { type_name(oid) } else { self.names.type_text(oid, -1) }
    }

    /// The type that several expressions have in common.
    pub(super) fn common(&self, all: &[&Node], clause: &str) -> Result<Oid> {
        let types: Vec<Oid> = all.iter().map(|node| node.oid).collect();
        let mut known = types.iter().filter(|oid| **oid != Oid::UNKNOWN);
        if let Some(first) = known.next()
            && known.all(|oid| oid == first)
        {
            let is_exact = !types.contains(&Oid::UNKNOWN);
            return Ok(if is_exact { *first } else { self.names.base_of(*first).0 });
        }
        let bases: Vec<Oid> = types.iter().map(|oid| self.names.base_of(*oid).0).collect();
        common_type(&bases).ok_or_else(|| {
            let one = bases.iter().find(|oid| **oid != Oid::UNKNOWN).copied().unwrap_or(Oid::TEXT);
            let two = bases.iter().find(|oid| **oid != Oid::UNKNOWN && **oid != one);
            let (one, two) = (self.type_shown(one), self.type_shown(two.copied().unwrap_or(one)));
            mismatch(0, format!("{clause} types {one} and {two} cannot be matched"))
        })
    }

    /// Gives all expressions one type.
    pub(super) fn unify(&mut self, all: Vec<Node>, clause: &str) -> Result<(Vec<Node>, Oid, i32)> {
        let oid = self.common(&all.iter().collect::<Vec<_>>(), clause)?;
        let all: Vec<Node> =
            all.into_iter().map(|node| self.coerce(node, oid)).collect::<Result<_>>()?;
        let first = all.first().map_or(-1, |node| node.typmod);
        let typmod = if all.iter().all(|node| node.typmod == first) { first } else { -1 };
        Ok((all, oid, typmod))
    }

    /// A condition.
    pub(super) fn condition(&mut self, node: Node, clause: &str) -> Result<Node> {
        if self.names.base_of(node.oid).0 != Oid::BOOL && !node.is_unknown() {
            let message = format!(
                "argument of {clause} must be type boolean, not type {}",
                self.type_shown(node.oid)
            );
            return Err(mismatch(0, message));
        }
        self.coerce(node, Oid::BOOL)
    }
}

fn made(of: Node, to: Oid, implicit: bool, by_function: bool) -> Node {
    Node::new(Kind::Convert(Box::new(Convert { of, implicit, by_function })), to)
}

/// A conversion that is not shown.
fn hidden(mut node: Node) -> Node {
    if let Kind::Convert(convert) = &mut node.kind {
        convert.implicit = true;
    }
    node
}
