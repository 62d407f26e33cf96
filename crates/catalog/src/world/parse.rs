//! The text of values whose types need the catalogs.

use std::sync::Arc;

use trunkline_core::types::array;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::World;
use super::names::split_name;
use crate::datum::{Datum, List};
use crate::facts::{OPERATORS, base_of, element_of, is_vector};
use crate::io;
use crate::run::check_text;

/// `regclass` and its kin.
pub(crate) fn is_alias(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::REGCLASS
            | Oid::REGTYPE
            | Oid::REGPROC
            | Oid::REGPROCEDURE
            | Oid::REGNAMESPACE
            | Oid::REGROLE
            | Oid::REGOPER
            | Oid::REGOPERATOR
            | Oid::REGCOLLATION
            | Oid::REGCONFIG
            | Oid::REGDICTIONARY
    )
}

/// Whether several operators have a name.
fn is_name_of_several(text: &str) -> bool {
    let name = text.rsplit('.').next().unwrap_or(text);
    OPERATORS.get(name).is_some_and(|all| all.len() > 1)
}

impl World {
    /// Reads the text of a value of any type.
    pub(crate) fn parse(&self, oid: Oid, text: &str) -> Result<Datum> {
        let oid = base_of(oid);
        let needs_names = |oid: Oid| is_alias(oid) || oid == Oid::ACLITEM;
        if needs_names(oid) {
            return self.parse_named(oid, text);
        }
        match element_of(oid) {
            Some(element) if needs_names(element) => {
                let parse = |item: Option<&str>| match item {
                    Some(text) => self.parse_named(element, text),
                    None => Ok(Datum::Null),
                };
                let failure = std::cell::RefCell::new(None);
                let parts = array::parse(text, b',', |item| {
                    Ok(parse(item).unwrap_or_else(|error| {
                        failure.borrow_mut().get_or_insert(error);
                        Datum::Null
                    }))
                })?;
                if let Some(error) = failure.into_inner() {
                    return Err(error);
                }
                let dimensions =
                    parts.dimensions.iter().map(|one| (one.length, one.lower)).collect();
                Ok(Datum::Array(Arc::new(List { dimensions, items: parts.elements })))
            }
            _ => io::parse_plain(oid, text, &self.style),
        }
    }

    /// Reads what has names of objects in it.
    fn parse_named(&self, oid: Oid, text: &str) -> Result<Datum> {
        match oid {
            Oid::ACLITEM => Ok(Datum::text(self.acl_text(&self.read_acl_item(text)?))),
            oid => self.parse_alias(oid, text),
        }
    }

    fn parse_alias(&self, oid: Oid, text: &str) -> Result<Datum> {
        // Of operators it is a name.
        if text == "-" && !matches!(oid, Oid::REGOPER | Oid::REGOPERATOR) {
            return Ok(Datum::Oid(0));
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return io::parse_plain(Oid::OID, text, &self.style);
        }
        if oid == Oid::REGOPER && is_name_of_several(text) {
            let message = format!("more than one operator named {text}");
            return Err(PgError::new(SqlState::AMBIGUOUS_FUNCTION, message));
        }
        match self.find_alias(oid, text)? {
            Some(found) => Ok(Datum::Oid(found)),
            None => Err(self.no_such(oid, text)),
        }
    }

    /// That there is nothing of this name, in PostgreSQL's words: most tell it as it was read, some as it was written.
    pub(crate) fn no_such(&self, alias: Oid, text: &str) -> PgError {
        let parts = split_name(text);
        let name = parts.as_ref().map_or_else(|_| text.to_owned(), |parts| parts.join("."));
        let (state, message) = match alias {
            Oid::REGCLASS => {
                (SqlState::UNDEFINED_TABLE, format!("relation \"{name}\" does not exist"))
            }
            Oid::REGPROC | Oid::REGPROCEDURE => {
                (SqlState::UNDEFINED_FUNCTION, format!("function \"{text}\" does not exist"))
            }
            Oid::REGOPER | Oid::REGOPERATOR => {
                (SqlState::UNDEFINED_FUNCTION, format!("operator does not exist: {text}"))
            }
            Oid::REGNAMESPACE => {
                (SqlState::UNDEFINED_SCHEMA, format!("schema \"{name}\" does not exist"))
            }
            Oid::REGTYPE => match parts.as_deref() {
                Ok([schema, _]) if self.schema_named(schema).is_none() => {
                    (SqlState::UNDEFINED_SCHEMA, format!("schema \"{schema}\" does not exist"))
                }
                _ => (SqlState::UNDEFINED_OBJECT, format!("type \"{name}\" does not exist")),
            },
            Oid::REGCOLLATION => {
                let message = format!("collation \"{name}\" for encoding \"UTF8\" does not exist");
                (SqlState::UNDEFINED_OBJECT, message)
            }
            other => {
                let what = match other {
                    Oid::REGROLE => "role",
                    Oid::REGCONFIG => "text search configuration",
                    _ => "text search dictionary",
                };
                (SqlState::UNDEFINED_OBJECT, format!("{what} \"{name}\" does not exist"))
            }
        };
        PgError::new(state, message)
    }

    /// The number of what a name stands for.
    pub(crate) fn find_alias(&self, oid: Oid, text: &str) -> Result<Option<u32>> {
        match oid {
            Oid::REGCLASS => self.find_class(text),
            Oid::REGTYPE => self.find_type(text),
            kind => self.find_other(kind, text),
        }
    }

    /// The text of a value of any type.
    ///
    /// # Errors
    ///
    /// 53400 if it is too long: what a value shares with others is written anew, and with more quotes in each
    /// record around it.
    pub(crate) fn text(&self, value: &Datum, oid: Oid) -> Result<String> {
        let oid = base_of(oid);
        match value {
            Datum::Text(text) => Ok(text.to_string()),
            Datum::Oid(number) if is_alias(oid) => Ok(self.alias_text(oid, *number)),
            Datum::Array(list) => self.list_text(list, oid),
            Datum::Record(record) => {
                let mut out = String::from("(");
                for (place, (_, oid, field)) in record.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    if !field.is_null() {
                        io::push_field(&self.text(field, oid)?, &mut out);
                        check_text(out.len())?;
                    }
                }
                out.push(')');
                Ok(out)
            }
            value => io::text_plain(value, oid, &self.style),
        }
    }

    fn alias_text(&self, kind: Oid, oid: u32) -> String {
        let is_operator = matches!(kind, Oid::REGOPER | Oid::REGOPERATOR);
        if oid == 0 {
            return if is_operator { "0" } else { "-" }.to_owned();
        }
        let name = match kind {
            Oid::REGCLASS => self.class_text(oid),
            Oid::REGTYPE => self.type_text(oid, -1),
            kind => self.other_text(kind, oid),
        };
        name.unwrap_or_else(|| oid.to_string())
    }

    fn list_text(&self, list: &List, oid: Oid) -> Result<String> {
        let element = element_of(oid).or_else(|| self.style.types.element_of(oid));
        let element = element.map_or(Oid::TEXT, |element| self.base_of(element));
        if is_vector(oid) {
            let items = list.items.iter().map(|item| self.text(item, element));
            return Ok(items.collect::<Result<Vec<_>>>()?.join(" "));
        }
        let mut out = Vec::new();
        if !list.items.is_empty() && list.dimensions.iter().any(|(_, lower)| *lower != 1) {
            let shown = list.dimensions.iter();
            let shown = shown
                .map(|&(length, lower)| array::Dimension { length, lower })
                .collect::<Vec<_>>();
            array::text_dimensions(&shown, &mut out);
        }
        let lengths: Vec<usize> = list
            .dimensions
            .iter()
            .map(|(length, _)| usize::try_from(*length).unwrap_or(0))
            .collect();
        self.push_list(&list.items, &lengths, element, &mut out)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    fn push_list(
        &self,
        items: &[Datum],
        lengths: &[usize],
        element: Oid,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        out.push(b'{');
        let inner: usize = lengths.iter().skip(1).product();
        if lengths.len() > 1 && inner > 0 {
            for (place, part) in items.chunks(inner).enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                self.push_list(part, lengths.get(1..).unwrap_or_default(), element, out)?;
            }
        } else {
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                match item {
                    Datum::Null => out.extend_from_slice(b"NULL"),
                    item => io::push_element(&self.text(item, element)?, out),
                }
                check_text(out.len())?;
            }
        }
        out.push(b'}');
        Ok(())
    }
}
