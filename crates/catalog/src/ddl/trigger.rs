//! Triggers and policies.

use trunkline_core::catalog::{Policy, Timing, Trigger, TriggerEvent};
use trunkline_sql::{Reader, TokenKind};

use super::constraint::column_of;
use super::names::Name;
use super::{Loader, Read};

impl Loader<'_> {
    pub(super) fn create_trigger(&mut self, reader: &mut Reader<'_>, is_constraint: bool) -> Read {
        let name = reader.name()?;
        let timing = if reader.eat("before") {
            Timing::Before
        } else if reader.eat("after") {
            Timing::After
        } else {
            reader.expect("instead")?;
            reader.expect("of")?;
            Timing::InsteadOf
        };
        let (mut events, mut columns) = (Vec::new(), Vec::new());
        loop {
            events.push(match reader.label()?.as_str() {
                "insert" => TriggerEvent::Insert,
                "update" => TriggerEvent::Update,
                "delete" => TriggerEvent::Delete,
                "truncate" => TriggerEvent::Truncate,
                _ => return Err(reader.unexpected().into()),
            });
            if reader.eat("of") {
                columns.push(reader.name()?);
                while reader.eat_kind(TokenKind::Comma) {
                    columns.push(reader.name()?);
                }
            }
            if !reader.eat("or") {
                break;
            }
        }
        reader.expect("on")?;
        let table = Name::read(reader)?;
        let mut trigger = Trigger::new(name, Default::default(), timing, events);
        trigger.constraint = is_constraint.then_some((false, false));
        self.trigger_options(reader, &mut trigger)?;
        reader.advance();
        let function = Name::read(reader)?;
        trigger.arguments = arguments(reader)?;
        let schema = self.schema_of_routine(&function);
        trigger.function = (schema, function.plain);
        let relation = self.relation(&table)?;
        let places = columns.iter().map(|column| column_of(relation, column));
        trigger.columns = places.collect::<Read<_>>()?;
        relation.triggers.retain(|one| one.name != trigger.name);
        relation.triggers.push(trigger);
        Ok(())
    }

    /// What stands between the table and `EXECUTE FUNCTION`; behind it the reader is at its second word.
    fn trigger_options(&mut self, reader: &mut Reader<'_>, trigger: &mut Trigger) -> Read {
        while !reader.eat("execute") {
            if reader.eat("for") {
                let _ = reader.eat("each");
                trigger.for_each_row = reader.at("row");
                reader.advance();
            } else if reader.eat("when") {
                trigger.condition = Some(self.enclosed(reader)?);
            } else if reader.eat("referencing") {
                while reader.at_any(&["old", "new"]) {
                    let is_old = reader.at("old");
                    reader.advance();
                    let _ = reader.eat("table") || reader.eat("row");
                    let _ = reader.eat("as");
                    let name = Some(reader.name()?);
                    if is_old { trigger.transition.0 = name } else { trigger.transition.1 = name }
                }
            } else if reader.eat("deferrable") {
                trigger.constraint = Some((true, trigger.constraint.is_some_and(|(_, late)| late)));
            } else if reader.eat("initially") {
                let late = reader.at("deferred");
                reader.advance();
                trigger.constraint =
                    Some((late || trigger.constraint == Some((true, false)), late));
            } else if reader.at_end() {
                return Err(reader.unexpected().into());
            } else {
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// The schema in which a function is found; that of the path if it is nowhere.
    fn schema_of_routine(&self, name: &Name) -> String {
        if let Some(schema) = &name.schema {
            return schema.clone();
        }
        let has = |schema: &&String| {
            self.defined.snapshot.schemas.iter().any(|one| {
                one.name == **schema && one.routines.iter().any(|own| own.name == name.plain)
            })
        };
        let found = self.path.iter().find(has).or(self.path.first());
        found.cloned().unwrap_or_else(|| "pg_catalog".to_owned())
    }

    pub(super) fn create_policy(&mut self, reader: &mut Reader<'_>) -> Read {
        let name = reader.name()?;
        reader.expect("on")?;
        let table = Name::read(reader)?;
        let mut policy = Policy::new(name, '*');
        while !reader.at_end() {
            if reader.eat("as") {
                policy.permissive = reader.label()? == "permissive";
            } else if reader.eat("for") {
                policy.command = match reader.label()?.as_str() {
                    "select" => 'r',
                    "insert" => 'a',
                    "update" => 'w',
                    "delete" => 'd',
                    _ => '*',
                };
            } else if reader.eat("to") {
                policy.roles = roles(reader)?;
            } else if reader.eat("using") {
                policy.using = Some(self.enclosed(reader)?);
            } else {
                reader.expect("with")?;
                reader.expect("check")?;
                policy.check = Some(self.enclosed(reader)?);
            }
        }
        self.relation(&table)?.policies.push(policy);
        Ok(())
    }
}

/// Roles by name; `PUBLIC` is nobody in particular.
fn roles(reader: &mut Reader<'_>) -> Read<Vec<String>> {
    let mut roles = vec![reader.label()?];
    while reader.eat_kind(TokenKind::Comma) {
        roles.push(reader.label()?);
    }
    roles.retain(|role| role != "public");
    Ok(roles)
}

/// `( 'text', 1, … )`
fn arguments(reader: &mut Reader<'_>) -> Read<Vec<String>> {
    reader.expect_kind(TokenKind::LeftParen)?;
    let mut arguments = Vec::new();
    while !reader.eat_kind(TokenKind::RightParen) {
        let is_word = reader.kind().is_some_and(TokenKind::is_identifier);
        arguments.push(if reader.at_string() {
            reader.string()?
        } else if is_word {
            reader.label()?
        } else {
            reader.number()?
        });
        let _ = reader.eat_kind(TokenKind::Comma);
    }
    Ok(arguments)
}
