//! Functions of an array and its elements: `array_append`, `array_position` and their kin.

use trunkline_core::types::{array_of, element_of};
use trunkline_core::{Oid, Result};

use super::Translator;
use super::typed::Typed;
use crate::sqlite::types::Type;

/// What stands in each place of a call.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Array,
    Element,
    Place,
}

use Kind::{Array, Element, Place};

/// A function by its name, the kinds of its arguments, and what it gives where that is no such array.
const FUNCTIONS: [(&str, &[Kind], Option<Oid>); 8] = [
    ("array_append", &[Array, Element], None),
    ("array_prepend", &[Element, Array], None),
    ("array_cat", &[Array, Array], None),
    ("array_remove", &[Array, Element], None),
    ("array_replace", &[Array, Element, Element], None),
    ("array_position", &[Array, Element], Some(Oid::INT4)),
    ("array_position", &[Array, Element, Place], Some(Oid::INT4)),
    ("array_positions", &[Array, Element], Some(Oid::INT4_ARRAY)),
];

impl Translator<'_> {
    /// Such a call; `None` if there is none of the name and arguments.
    pub(super) fn array_search(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let function = FUNCTIONS
            .iter()
            .find(|(known, kinds, _)| *known == name && kinds.len() == values.len());
        let Some((_, kinds, result)) = function else { return Ok(None) };
        // All elements are of one type, which those that have a type become.
        let mut element = Type::UNKNOWN;
        for (value, kind) in values.iter().zip(*kinds) {
            let of = match (kind, element_of(value.ty.oid)) {
                (Place, _) => continue,
                _ if value.is_unknown() => continue,
                (Array, Some(of)) => Type::of(of),
                (Element, None) => Type::of(value.ty.oid),
                _ => return Ok(None),
            };
            match self.common(element, of) {
                Some(common) => element = Type::of(common.oid),
                None => return Ok(None),
            }
        }
        if element.is_unknown() {
            element = Type::TEXT;
        }
        let Some(array) = array_of(element.oid) else { return Ok(None) };
        let (mut arguments, mut places) = (Vec::new(), Vec::new());
        for (value, kind) in values.into_iter().zip(*kinds) {
            match kind {
                Array => arguments.push(self.coerce(value, Type::of(array))?.sql),
                Element => arguments.push(self.coerce(value, element)?.sql),
                Place => places.push(self.settle(value, Type::INT4)?.sql),
            }
        }
        arguments.push(array.0.to_string());
        arguments.extend(places);
        let sql = format!("pg_{name}({})", arguments.join(", "));
        Ok(Some(Typed::new(sql, Type::of(result.unwrap_or(array)))))
    }
}
