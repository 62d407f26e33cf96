//! COMMENT ON.

use std::sync::Arc;

use trunkline_core::catalog::{Comment, Commented};
use trunkline_sql::{Reader, TokenKind};

use super::constraint::column_of;
use super::names::Name;
use super::{Loader, Read};

impl Loader<'_> {
    /// `COMMENT ON kind name IS 'text'`
    pub(super) fn comment(&mut self, reader: &mut Reader<'_>) -> Read {
        reader.expect("on")?;
        let mut kind = reader.label()?;
        if matches!(kind.as_str(), "materialized" | "foreign" | "event" | "text" | "access") {
            kind = reader.label()?;
        }
        match kind.as_str() {
            "table" | "view" => {
                let name = Name::read(reader)?;
                let text = text(reader)?;
                self.relation(&name)?.comment = text;
            }
            "column" => self.comment_column(reader)?,
            "schema" => {
                let name = reader.name()?;
                let text = text(reader)?;
                if let Some(schema) = self.schemas().iter_mut().find(|one| one.name == name) {
                    schema.comments.retain(|one| one.on != Commented::Schema);
                    let text = text.unwrap_or_default();
                    schema.comments.push(Comment { on: Commented::Schema, text });
                }
            }
            "index" | "sequence" => {
                let name = Name::read(reader)?;
                let on = Commented::Class(name.plain.clone());
                let text = text(reader)?;
                let schema = self.schema_for(&name)?;
                schema.comments.extend(text.map(|text| Comment { on, text }));
            }
            "constraint" => {
                let name = reader.name()?;
                reader.expect("on")?;
                if reader.eat("domain") {
                    return Ok(());
                }
                let table = Name::read(reader)?;
                let on = Commented::Constraint { table: table.plain.clone(), name };
                let text = text(reader)?;
                let schema = self.schema_for(&table)?;
                schema.comments.extend(text.map(|text| Comment { on, text }));
            }
            "type" | "domain" => {
                let name = Name::read(reader)?;
                let text = text(reader)?;
                self.type_mut(&name)?.comment = text;
            }
            "function" | "procedure" | "routine" => {
                if let Some(routine) = self.routine(reader)? {
                    routine.comment = text(reader)?;
                }
            }
            "trigger" | "policy" => {
                let name = reader.name()?;
                reader.expect("on")?;
                let table = Name::read(reader)?;
                let text = text(reader)?;
                let relation = self.relation(&table)?;
                if kind == "trigger" {
                    let found = relation.triggers.iter_mut().find(|one| one.name == name);
                    found.into_iter().for_each(|one| one.comment.clone_from(&text));
                } else {
                    let found = relation.policies.iter_mut().find(|one| one.name == name);
                    found.into_iter().for_each(|one| one.comment.clone_from(&text));
                }
            }
            "role" => {
                let name = reader.name()?;
                let text = text(reader)?;
                self.role(&name).into_iter().for_each(|role| role.comment.clone_from(&text));
            }
            "extension" => {
                let name = reader.name()?;
                let text = text(reader)?;
                let extensions = &mut self.defined.snapshot.extensions;
                let found = extensions.iter_mut().find(|one| one.name == name);
                found.into_iter().for_each(|one| one.comment.clone_from(&text));
            }
            "database" => {
                reader.name()?;
                self.defined.snapshot.comment = text(reader)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// `COLUMN relation.column`
    fn comment_column(&mut self, reader: &mut Reader<'_>) -> Read {
        let mut parts = vec![reader.name()?];
        while reader.eat_kind(TokenKind::Dot) {
            parts.push(reader.label()?);
        }
        let column = parts.pop().unwrap_or_default();
        let plain = parts.pop().unwrap_or_default();
        let name = Name { schema: parts.pop(), plain };
        let text: Option<Box<str>> = text(reader)?.map(Into::into);
        if self.relation_place(&name).is_none()
            && let trunkline_core::catalog::TypeKind::Composite(columns) =
                &mut self.type_mut(&name)?.kind
        {
            let found = columns.iter_mut().find(|one| *one.column.name == *column);
            found.into_iter().for_each(|one| Arc::make_mut(one).comment.clone_from(&text));
            return Ok(());
        }
        let relation = self.relation(&name)?;
        let at = column_of(relation, &column)?;
        if let Some(attribute) = relation.columns.get_mut(at) {
            Arc::make_mut(attribute).comment = text;
        }
        Ok(())
    }
}

/// `IS 'text'`, `IS NULL`
fn text(reader: &mut Reader<'_>) -> Read<Option<String>> {
    reader.expect("is")?;
    if reader.eat("null") { Ok(None) } else { Ok(Some(reader.string()?)) }
}
