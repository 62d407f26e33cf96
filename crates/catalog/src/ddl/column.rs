//! Columns, and what is said of one behind its type.

use trunkline_core::catalog::{Access, Attribute, Generated, Sequence, sequence_name};
use trunkline_core::{Column, Oid};
use trunkline_sql::{Reader, TokenKind, quote_identifier};

use super::constraint::{Demand, Said};
use super::sequence::usual;
use super::table::Found;
use super::{Loader, Read};

impl Loader<'_> {
    /// A column with its type; `serial` is an integer with a sequence.
    pub(super) fn column(
        &mut self,
        reader: &mut Reader<'_>,
        place: usize,
        table: &str,
        name: &str,
    ) -> Read<(Attribute, Option<Sequence>)> {
        let serial = match reader.word().to_ascii_lowercase().as_str() {
            "serial" | "serial4" => Some(Oid::INT4),
            "bigserial" | "serial8" => Some(Oid::INT8),
            "smallserial" | "serial2" => Some(Oid::INT2),
            _ => None,
        };
        if let Some(oid) = serial {
            reader.advance();
            let mut attribute = Attribute::new(Column::new(name, oid));
            attribute.not_null = true;
            let sequence_name = self.free_sequence(place, &sequence_name(table, name));
            let schema = self.schema_name(place);
            let shown =
                format!("{}.{}", quote_identifier(&schema), quote_identifier(&sequence_name));
            attribute.default =
                Some(format!("nextval('{}'::regclass)", shown.replace('\'', "''")).into());
            let mut sequence = usual(sequence_name, oid);
            sequence.owner = Some((table.to_owned(), name.to_owned()));
            return Ok((attribute, Some(sequence)));
        }
        Ok((self.typed_column(reader, name)?, None))
    }

    /// A name for a sequence that nothing in the schema has.
    pub(super) fn free_sequence(&self, place: usize, wanted: &str) -> String {
        let numbered = (1..).map(|number| format!("{wanted}{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        names.find(|name| !self.is_taken(place, name)).unwrap_or_else(|| wanted.to_owned())
    }

    /// What stands behind the type of a column; what tables can say, too, is answered.
    pub(super) fn column_constraints(
        &mut self,
        reader: &mut Reader<'_>,
        (schema, table): (&str, &str),
        attribute: &mut Attribute,
        found: &mut Found,
    ) -> Read<Vec<Said>> {
        let mut said: Vec<Said> = Vec::new();
        while !reader.at_end()
            && !reader.at_kind(TokenKind::Comma)
            && !reader.at_kind(TokenKind::RightParen)
        {
            if reader.eat("collate") {
                attribute.collation = Some(super::names::Name::read(reader)?.plain.into());
                continue;
            }
            if reader.at_any(&["compression", "storage"]) {
                reader.advance();
                reader.advance();
                continue;
            }
            let name = if reader.eat("constraint") { Some(reader.name()?) } else { None };
            if reader.eat("not") {
                if reader.eat("deferrable") {
                    continue;
                }
                reader.expect("null")?;
                attribute.not_null = true;
                let no_inherit = reader.eat("no") && reader.eat("inherit");
                if name.is_some() || no_inherit {
                    said.push(Said::new(name, Demand::NotNull));
                }
            } else if reader.eat("null") {
            } else if reader.eat("default") {
                attribute.default = Some(self.default(reader)?.into());
            } else if reader.eat("generated") {
                let sequence = self.generated(reader, (schema, table), attribute)?;
                found.sequences.extend(sequence);
            } else if let Some(demand) = self.demand(reader, true)? {
                let mut one = Said::new(name, demand);
                one.characteristics(reader)?;
                said.push(one);
            } else if reader.at_any(&["deferrable", "initially"]) {
                match said.last_mut() {
                    Some(last) => last.characteristics(reader)?,
                    None => return Err(reader.unexpected().into()),
                }
            } else {
                return Err(reader.unexpected().into());
            }
        }
        Ok(said)
    }

    /// `GENERATED … AS IDENTITY [(options)]`, `GENERATED ALWAYS AS (expression) [STORED | VIRTUAL]`
    pub(super) fn generated(
        &mut self,
        reader: &mut Reader<'_>,
        (schema, table): (&str, &str),
        attribute: &mut Attribute,
    ) -> Read<Option<Sequence>> {
        let always = reader.eat("always");
        if !always {
            reader.expect("by")?;
            reader.expect("default")?;
        }
        reader.expect("as")?;
        if !reader.eat("identity") {
            attribute.default = Some(self.enclosed(reader)?.into());
            let is_stored = reader.eat("stored");
            let _ = reader.eat("virtual");
            let kind = if is_stored { Generated::Stored } else { Generated::Virtual };
            attribute.generated = Some(kind);
            return Ok(None);
        }
        attribute.not_null = true;
        attribute.generated = Some(if always { Generated::Always } else { Generated::ByDefault });
        let place = self.defined.snapshot.schemas.iter().position(|one| one.name == schema);
        let column = attribute.column.name.to_string();
        let made_up = self.free_sequence(place.unwrap_or(0), &sequence_name(table, &column));
        let mut sequence = usual(made_up, attribute.column.type_oid);
        sequence.owner = Some((table.to_owned(), column));
        sequence.access = Access::default();
        if reader.eat_kind(TokenKind::LeftParen) {
            self.sequence_options(reader, &mut sequence, true)?;
            reader.expect_kind(TokenKind::RightParen)?;
        }
        Ok(Some(sequence))
    }
}
