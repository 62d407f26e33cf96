//! Functions and procedures.

use trunkline_core::Oid;
use trunkline_core::catalog::{Argument, Routine, RoutineKind};
use trunkline_sql::{Reader, Span, TokenKind};

use super::names::Name;
use super::{Loader, Read};

impl Loader<'_> {
    pub(super) fn create_routine(&mut self, reader: &mut Reader<'_>, is_procedure: bool) -> Read {
        let name = Name::read(reader)?;
        let mut arguments = self.arguments(reader)?;
        let mut routine = Routine::new(name.plain.as_str(), Vec::new(), Oid::VOID);
        if is_procedure {
            routine.kind = RoutineKind::Procedure;
        }
        let mut returned = None;
        if reader.eat("returns") {
            if reader.eat("table") {
                let columns = self.arguments(reader)?;
                arguments.extend(columns.into_iter().map(|one| Argument { mode: 't', ..one }));
                routine.returns_set = true;
            } else {
                let (oid, _, set_of) = self.data_type(reader)?;
                (returned, routine.returns_set) = (Some(oid), set_of);
            }
        }
        routine.result = returned.unwrap_or_else(|| match result_of(&arguments) {
            // A procedure gives a row back, be it of one column.
            given if is_procedure && given != Oid::VOID => Oid::RECORD,
            given => given,
        });
        routine.arguments = arguments;
        self.routine_options(reader, &mut routine)?;
        let same = identity(&routine);
        let schema = self.schema_for(&name)?;
        schema.routines.retain(|one| one.name != routine.name || identity(one) != same);
        schema.routines.push(routine);
        Ok(())
    }

    /// `( [mode] [name] type [DEFAULT expression], … )`
    pub(super) fn arguments(&mut self, reader: &mut Reader<'_>) -> Read<Vec<Argument>> {
        reader.expect_kind(TokenKind::LeftParen)?;
        let mut arguments = Vec::new();
        while !reader.eat_kind(TokenKind::RightParen) {
            arguments.push(self.argument(reader)?);
            if !reader.at_kind(TokenKind::RightParen) {
                reader.expect_kind(TokenKind::Comma)?;
            }
        }
        Ok(arguments)
    }

    fn argument(&mut self, reader: &mut Reader<'_>) -> Read<Argument> {
        let mut mode = read_mode(reader);
        let mut name = String::new();
        // A word is a name if a type stands behind it.
        let names = reader.next().is_some_and(|next| {
            next.kind.is_identifier()
                && !["default", "precision", "varying", "with", "without", "array"]
                    .iter()
                    .any(|word| next.is_word(self.sql, word))
        });
        let is_pair = reader.at_any(&["setof", "national"])
            || (reader.at_any(&["character", "double", "bit", "time", "timestamp", "interval"])
                && !names);
        if names && !is_pair {
            name = reader.label()?;
            if let 'i' = mode {
                mode = read_mode(reader);
            }
        }
        let (type_oid, _, _) = self.data_type(reader)?;
        let has_default = reader.eat("default") || reader.eat_operator("=");
        let default = if has_default { Some(self.default(reader)?) } else { None };
        Ok(Argument { name, mode, type_oid, default })
    }

    fn routine_options(&mut self, reader: &mut Reader<'_>, routine: &mut Routine) -> Read {
        while !reader.at_end() {
            if reader.eat("language") {
                routine.language =
                    if reader.at_string() { reader.string()? } else { reader.name()? };
            } else if reader.eat("as") {
                routine.source = reader.string()?;
                if reader.eat_kind(TokenKind::Comma) {
                    routine.source = reader.string()?;
                }
            } else if reader.at_any(&["immutable", "stable", "volatile"]) {
                routine.volatility =
                    reader.word().chars().next().unwrap_or('v').to_ascii_lowercase();
                reader.advance();
            } else if reader.eat("strict") {
                routine.strict = true;
            } else if reader.eat("returns") {
                // NULL ON NULL INPUT
                routine.strict = true;
                (0..4).for_each(|_| reader.advance());
            } else if reader.eat("called") {
                (0..4).for_each(|_| reader.advance());
            } else if reader.eat("external") {
            } else if reader.eat("security") {
                routine.security_definer = reader.at("definer");
                reader.advance();
            } else if reader.eat("not") {
                reader.advance();
            } else if reader.eat("leakproof") {
                routine.leakproof = true;
            } else if reader.eat("parallel") {
                routine.parallel = reader.label()?.chars().next().unwrap_or('u');
            } else if reader.eat("cost") {
                routine.cost = reader.number()?.parse().ok();
            } else if reader.eat("rows") {
                routine.rows = reader.number()?.parse().ok();
            } else if reader.eat("set") {
                let setting = self.setting(reader)?;
                routine.settings.push(setting);
            } else if reader.at_any(&["return", "begin"]) {
                let start = reader.offset();
                let span = reader.rest()?;
                routine.source = Span::new(start, span.end).text(self.sql).to_owned();
            } else {
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// `name TO value`
    fn setting(&self, reader: &mut Reader<'_>) -> Read<String> {
        let mut name = reader.label()?;
        if reader.eat_kind(TokenKind::Dot) {
            name = format!("{name}.{}", reader.label()?);
        }
        let _ = reader.eat("to") || reader.eat_operator("=");
        let mut values = Vec::new();
        loop {
            values.push(if reader.at_string() { reader.string()? } else { reader.label()? });
            if !reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        Ok(format!("{name}={}", values.join(", ")))
    }

    /// The routine that a statement names next, with its arguments if it says them.
    pub(super) fn routine(&mut self, reader: &mut Reader<'_>) -> Read<Option<&mut Routine>> {
        let name = Name::read(reader)?;
        let types = if reader.at_kind(TokenKind::LeftParen) {
            let arguments = self.arguments(reader)?;
            let given = arguments.iter().filter(|one| !matches!(one.mode, 'o' | 't'));
            Some(given.map(|one| one.type_oid).collect::<Vec<Oid>>())
        } else {
            None
        };
        let path = match &name.schema {
            Some(schema) => vec![schema.clone()],
            None => self.path.clone(),
        };
        let schemas = self.schemas().iter_mut().filter(|schema| path.contains(&schema.name));
        let mut routines = schemas.flat_map(|schema| &mut schema.routines);
        Ok(routines.find(|one| {
            one.name == name.plain && types.as_ref().is_none_or(|types| *types == identity(one))
        }))
    }
}

/// The types by which a routine is told from others of its name.
fn identity(routine: &Routine) -> Vec<Oid> {
    let given = routine.arguments.iter().filter(|one| !matches!(one.mode, 'o' | 't'));
    given.map(|one| one.type_oid).collect()
}

fn read_mode(reader: &mut Reader<'_>) -> char {
    if reader.eat("in") {
        if reader.eat("out") { 'b' } else { 'i' }
    } else if reader.eat("out") {
        'o'
    } else if reader.eat("inout") {
        'b'
    } else if reader.eat("variadic") {
        'v'
    } else {
        'i'
    }
}

/// What a routine gives back that does not say it: of its arguments those that are for that.
fn result_of(arguments: &[Argument]) -> Oid {
    let mut given = arguments.iter().filter(|one| matches!(one.mode, 'o' | 'b' | 't'));
    match (given.next(), given.next()) {
        (Some(only), None) => only.type_oid,
        (Some(_), Some(_)) => Oid::RECORD,
        _ => Oid::VOID,
    }
}
