//! ALTER, as far as dumps and migrations use it.

use std::sync::Arc;

use trunkline_core::catalog::{Access, RowSecurity};
use trunkline_core::{PgError, SqlState};
use trunkline_sql::{Reader, TokenKind};

use super::constraint::column_of;
use super::names::Name;
use super::table::Found;
use super::{Loader, Read};

impl Loader<'_> {
    pub(super) fn alter(&mut self, reader: &mut Reader<'_>, start: usize) -> Read {
        let kind = reader.label()?;
        match kind.as_str() {
            "table" => return self.alter_table(reader, start),
            "view" | "index" | "materialized" | "foreign" => {
                if matches!(kind.as_str(), "materialized" | "foreign") {
                    reader.advance();
                }
                let name = Name::read(reader)?;
                if reader.eat("owner") {
                    let owner = owner(reader)?;
                    if let Ok(relation) = self.relation(&name) {
                        relation.access.owner = owner;
                    }
                    return Ok(());
                }
                // An index of a partition is one of a partitioned index where its keys are the same.
                if reader.at("attach") {
                    return Ok(());
                }
            }
            "sequence" => {
                let name = Name::read(reader)?;
                if reader.eat("owner") {
                    let owner = owner(reader)?;
                    self.own(&name, &owner);
                    return Ok(());
                }
                let Some(mut changed) = self.sequence(&name).cloned() else { return Ok(()) };
                self.sequence_options(reader, &mut changed, false)?;
                self.sequence(&name).into_iter().for_each(|own| own.clone_from(&changed));
                return Ok(());
            }
            "schema" => {
                let name = reader.name()?;
                if reader.eat("owner") {
                    let owner = owner(reader)?;
                    if let Some(schema) = self.schemas().iter_mut().find(|one| one.name == name) {
                        schema.access.owner = owner;
                    }
                    return Ok(());
                }
            }
            "type" | "domain" => {
                let name = Name::read(reader)?;
                if reader.eat("owner") {
                    let owner = owner(reader)?;
                    self.type_mut(&name)?.access.owner = owner;
                    return Ok(());
                }
                if reader.eat("add") && reader.eat("value") {
                    return self.add_label(reader, &name);
                }
            }
            "function" | "procedure" | "routine" => {
                let routine = self.routine(reader)?;
                if reader.eat("owner") {
                    let owner = owner(reader)?;
                    routine.into_iter().for_each(|one| one.access.owner.clone_from(&owner));
                    return Ok(());
                }
            }
            "role" | "user" => {
                let name = reader.name()?;
                let Some(mut role) = self.role(&name).cloned() else { return Ok(()) };
                if !reader.at_any(&["set", "reset", "in", "rename"]) {
                    self.role_options(reader, &mut role)?;
                    if let Some(own) = self.role(&name) {
                        *own = role;
                    }
                }
                return Ok(());
            }
            "database" | "default" | "extension" | "system" => return Ok(()),
            _ => {}
        }
        self.pass_over(start, &format!("ALTER {}", kind.to_ascii_uppercase()));
        Ok(())
    }

    /// `ADD VALUE [IF NOT EXISTS] 'label' [BEFORE | AFTER 'other']`
    fn add_label(&mut self, reader: &mut Reader<'_>, name: &Name) -> Read {
        super::if_not_exists(reader)?;
        let label = reader.string()?;
        let is_before = reader.at("before");
        let other = if is_before || reader.at("after") {
            reader.advance();
            Some(reader.string()?)
        } else {
            None
        };
        let trunkline_core::catalog::TypeKind::Enum(labels) = &mut self.type_mut(name)?.kind else {
            let message = format!("\"{}\" is not an enum", name.plain);
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message).into());
        };
        if !labels.contains(&label) {
            let found = other.and_then(|other| labels.iter().position(|one| *one == other));
            let at = found.map_or(labels.len(), |at| if is_before { at } else { at + 1 });
            labels.insert(at, label);
        }
        Ok(())
    }

    fn own(&mut self, name: &Name, owner: &Option<String>) {
        let access: Option<&mut Access> = self.sequence(name).map(|one| &mut one.access);
        access.into_iter().for_each(|access| access.owner.clone_from(owner));
    }

    /// `ALTER TABLE [IF EXISTS] [ONLY] name action, …`
    fn alter_table(&mut self, reader: &mut Reader<'_>, start: usize) -> Read {
        if reader.eat("if") {
            reader.expect("exists")?;
        }
        let only = reader.eat("only");
        let name = Name::read(reader)?;
        let Some((schema, place)) = self.relation_place(&name) else {
            // A dump alters views and sequences so, too.
            if self.sequence(&name).is_none() {
                return self.relation(&name).map(drop);
            }
            if reader.eat("owner") {
                let owner = owner(reader)?;
                self.own(&name, &owner);
            }
            return Ok(());
        };
        loop {
            // Out of the model while it is changed, so that what it refers to can be looked for.
            let Some(mut relation) = self.relation_at((schema, place)).cloned() else {
                return Ok(());
            };
            let had = (relation.columns.len(), relation.constraints.len());
            let known = self.alter_action(reader, (schema, &mut relation), start)?;
            self.finish_keys(&mut relation);
            if !only {
                self.hand_down((schema, &relation), had);
            }
            if let Some(own) = self.relation_at((schema, place)) {
                *own = relation;
            }
            if !known || !reader.eat_kind(TokenKind::Comma) {
                return Ok(());
            }
        }
    }

    /// One action; `false` if it says nothing to the model.
    fn alter_action(
        &mut self,
        reader: &mut Reader<'_>,
        (place, relation): (usize, &mut trunkline_core::catalog::Relation),
        start: usize,
    ) -> Read<bool> {
        if reader.eat("add") {
            if let Some(said) = self.table_constraint(reader)? {
                self.constrain(place, relation, None, said)?;
                return Ok(true);
            }
            let _ = reader.eat("column");
            super::if_not_exists(reader)?;
            let name = reader.name()?;
            if relation.columns.iter().any(|one| *one.column.name == *name) {
                reader.rest()?;
                return Ok(false);
            }
            let table = relation.name.clone();
            let (mut attribute, sequence) = self.column(reader, place, &table, &name)?;
            let mut found = Found::default();
            found.sequences.extend(sequence);
            let schema = self.schema_name(place);
            let said =
                self.column_constraints(reader, (&schema, &table), &mut attribute, &mut found)?;
            relation.columns.push(Arc::new(attribute));
            let at = relation.columns.len() - 1;
            for said in said {
                self.constrain(place, relation, Some(at), said)?;
            }
            self.add_sequences(place, found.sequences);
            return Ok(true);
        }
        if reader.eat("alter") {
            let _ = reader.eat("column");
            let name = reader.name()?;
            let at = column_of(relation, &name)?;
            let (schema, table) = (self.schema_name(place), relation.name.clone());
            let Some(attribute) = relation.columns.get_mut(at) else { return Ok(false) };
            let attribute = Arc::make_mut(attribute);
            if reader.eat("set") {
                if reader.eat("default") {
                    attribute.default = Some(self.default(reader)?.into());
                } else if reader.eat("not") {
                    reader.expect("null")?;
                    attribute.not_null = true;
                } else if reader.eat("data") {
                    reader.expect("type")?;
                    let new = self.typed_column(reader, &name)?;
                    (attribute.column, attribute.dimensions) = (new.column, new.dimensions);
                } else {
                    self.default(reader)?;
                }
            } else if reader.eat("drop") {
                match reader.label()?.as_str() {
                    "default" => attribute.default = None,
                    "not" => {
                        reader.expect("null")?;
                        attribute.not_null = false;
                    }
                    _ => {}
                }
            } else if reader.eat("type") {
                let new = self.typed_column(reader, &name)?;
                (attribute.column, attribute.dimensions) = (new.column, new.dimensions);
            } else if reader.eat("add") {
                reader.expect("generated")?;
                let sequence = self.generated(reader, (&schema, &table), attribute)?;
                self.add_sequences(place, sequence);
            }
            return Ok(true);
        }
        if reader.eat("owner") {
            relation.access.owner = owner(reader)?;
            return Ok(true);
        }
        if reader.eat("attach") {
            self.attach(reader, (place, relation))?;
            return Ok(true);
        }
        if reader.at_any(&["enable", "disable", "force", "no"]) {
            return Self::alter_security(reader, relation);
        }
        if reader.eat("inherit") {
            let parent = Name::read(reader)?;
            self.inherit(relation, &parent, false)?;
            return Ok(true);
        }
        if reader.at_any(&["cluster", "set", "validate"]) {
            reader.rest()?;
            return Ok(false);
        }
        let what = reader.word().to_ascii_uppercase();
        self.pass_over(start, &format!("ALTER TABLE {what}"));
        Ok(false)
    }

    /// `ENABLE | DISABLE | FORCE | NO FORCE ROW LEVEL SECURITY`, `ENABLE | DISABLE TRIGGER name`
    fn alter_security(
        reader: &mut Reader<'_>,
        relation: &mut trunkline_core::catalog::Relation,
    ) -> Read<bool> {
        let what = reader.label()?;
        if what == "no" {
            reader.expect("force")?;
        }
        let mode = if reader.eat("replica") {
            'R'
        } else if reader.eat("always") {
            'A'
        } else if what == "disable" {
            'D'
        } else {
            'O'
        };
        if reader.eat("trigger") {
            let name = reader.label()?;
            for trigger in &mut relation.triggers {
                if trigger.name == name || name == "all" || name == "user" {
                    trigger.enabled = mode;
                }
            }
            return Ok(true);
        }
        reader.expect("row")?;
        reader.expect("level")?;
        reader.expect("security")?;
        let is_forced =
            matches!(relation.row_security, RowSecurity::Forced | RowSecurity::ForcedButOff);
        let is_on = matches!(relation.row_security, RowSecurity::Forced | RowSecurity::Enabled);
        let (is_on, is_forced) = match what.as_str() {
            "enable" => (true, is_forced),
            "disable" => (false, is_forced),
            "force" => (is_on, true),
            _ => (is_on, false),
        };
        relation.row_security = match (is_on, is_forced) {
            (true, true) => RowSecurity::Forced,
            (true, false) => RowSecurity::Enabled,
            (false, true) => RowSecurity::ForcedButOff,
            (false, false) => RowSecurity::Off,
        };
        Ok(true)
    }
}

/// `TO role`
fn owner(reader: &mut Reader<'_>) -> Read<Option<String>> {
    reader.expect("to")?;
    Ok(Some(reader.label()?))
}
