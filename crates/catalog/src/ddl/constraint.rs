//! Constraints of tables and columns.

use std::sync::Arc;

use trunkline_core::catalog::{
    Constraint, ConstraintKind, Exclusion, ForeignKey, IndexKey, Key, Relation,
};
use trunkline_core::{PgError, SqlState};
use trunkline_sql::{Lexer, Reader, Span, TokenKind};

use super::names::Name;
use super::{Loader, Read};

/// A constraint as a statement has it: columns by name, for they may come behind it.
pub(super) struct Said {
    name: Option<String>,
    demand: Demand,
    deferrable: bool,
    deferred: bool,
    not_valid: bool,
    no_inherit: bool,
}

/// What it demands.
pub(super) enum Demand {
    NotNull,
    NotNullOf(String),
    Check(String),
    Key {
        is_primary: bool,
        columns: Vec<String>,
        include: Vec<String>,
        nulls_not_distinct: bool,
    },
    /// `PRIMARY KEY USING INDEX name`
    UsingIndex {
        is_primary: bool,
        index: String,
    },
    Foreign {
        columns: Vec<String>,
        table: Name,
        refers_to: Vec<String>,
        actions: Actions,
    },
    Exclude {
        method: String,
        elements: Span,
        condition: Option<String>,
    },
}

/// What a foreign key does.
pub(super) struct Actions {
    on_update: char,
    on_delete: char,
    matching: char,
}

impl Said {
    pub(super) fn new(name: Option<String>, demand: Demand) -> Said {
        let (deferrable, deferred, not_valid, no_inherit) = (false, false, false, false);
        Said { name, demand, deferrable, deferred, not_valid, no_inherit }
    }

    /// `[NOT] DEFERRABLE`, `INITIALLY …`, `NOT VALID`, `NO INHERIT`, `[NOT] ENFORCED`
    pub(super) fn characteristics(&mut self, reader: &mut Reader<'_>) -> Read {
        loop {
            if reader.eat("deferrable") {
                self.deferrable = true;
            } else if reader.eat("initially") {
                self.deferred = reader.eat("deferred");
                self.deferrable |= self.deferred;
                if !self.deferred {
                    reader.expect("immediate")?;
                }
            } else if reader.at("not") && reader.next_is(&["deferrable", "valid", "enforced"]) {
                reader.advance();
                self.not_valid |= reader.at("valid");
                reader.advance();
            } else if reader.at("no") && reader.next_is(&["inherit"]) {
                reader.advance();
                reader.advance();
                self.no_inherit = true;
            } else if !reader.eat("enforced") {
                return Ok(());
            }
        }
    }
}

impl Loader<'_> {
    /// A constraint of a table, if one stands here.
    pub(super) fn table_constraint(&mut self, reader: &mut Reader<'_>) -> Read<Option<Said>> {
        let name = if reader.eat("constraint") { Some(reader.name()?) } else { None };
        let is_not_null = reader.at("not") && reader.next_is(&["null"]);
        let demand = if is_not_null {
            reader.advance();
            reader.advance();
            Some(Demand::NotNullOf(reader.name()?))
        } else {
            self.demand(reader, false)?
        };
        match (demand, name) {
            (Some(demand), name) => {
                let mut said = Said::new(name, demand);
                said.characteristics(reader)?;
                Ok(Some(said))
            }
            (None, None) => Ok(None),
            (None, Some(_)) => Err(reader.unexpected().into()),
        }
    }

    /// What a constraint demands, of a column or of the columns that it names.
    pub(super) fn demand(
        &mut self,
        reader: &mut Reader<'_>,
        of_column: bool,
    ) -> Read<Option<Demand>> {
        if reader.eat("check") {
            return Ok(Some(Demand::Check(self.enclosed(reader)?)));
        }
        let is_primary = reader.at("primary") && reader.next_is(&["key"]);
        if is_primary || reader.at("unique") {
            reader.advance();
            if is_primary {
                reader.advance();
            }
            return self.key(reader, is_primary, of_column).map(Some);
        }
        let is_foreign = !of_column && reader.at("foreign") && reader.next_is(&["key"]);
        if is_foreign || (of_column && reader.at("references")) {
            let mut columns = Vec::new();
            if is_foreign {
                reader.advance();
                reader.advance();
                columns = Self::name_list(reader)?;
            }
            reader.expect("references")?;
            let table = Name::read(reader)?;
            let has_columns = reader.at_kind(TokenKind::LeftParen);
            let refers_to = if has_columns { Self::name_list(reader)? } else { Vec::new() };
            let actions = actions(reader)?;
            return Ok(Some(Demand::Foreign { columns, table, refers_to, actions }));
        }
        let is_exclusion = !of_column
            && reader.at("exclude")
            && reader.next().is_some_and(|next| {
                next.kind == TokenKind::LeftParen || next.is_word(self.sql, "using")
            });
        if is_exclusion {
            reader.advance();
            let method = if reader.eat("using") { reader.name()? } else { "btree".to_owned() };
            let start = reader.offset();
            reader.skip()?;
            let elements = Span::new(start + 1, reader.taken().saturating_sub(1));
            let condition = if reader.eat("where") { Some(self.enclosed(reader)?) } else { None };
            return Ok(Some(Demand::Exclude { method, elements, condition }));
        }
        Ok(None)
    }

    fn key(&mut self, reader: &mut Reader<'_>, is_primary: bool, of_column: bool) -> Read<Demand> {
        if reader.eat("using") {
            reader.expect("index")?;
            if reader.at("tablespace") {
                reader.advance();
            } else {
                return Ok(Demand::UsingIndex { is_primary, index: reader.name()? });
            }
        }
        let mut nulls_not_distinct = false;
        if reader.eat("nulls") {
            nulls_not_distinct = reader.eat("not");
            reader.expect("distinct")?;
        }
        let columns = if of_column { Vec::new() } else { Self::name_list(reader)? };
        let include = if reader.eat("include") { Self::name_list(reader)? } else { Vec::new() };
        if reader.eat("with") {
            self.options(reader)?;
        }
        if reader.eat("using") {
            reader.expect("index")?;
            reader.expect("tablespace")?;
            reader.name()?;
        }
        Ok(Demand::Key { is_primary, columns, include, nulls_not_distinct })
    }

    /// Adds a constraint to a table that has its columns by now.
    pub(super) fn constrain(
        &mut self,
        place: usize,
        relation: &mut Relation,
        column: Option<usize>,
        said: Said,
    ) -> Read {
        let places = |relation: &Relation, names: &[String]| -> Read<Vec<usize>> {
            if let (Some(column), true) = (column, names.is_empty()) {
                return Ok(vec![column]);
            }
            names.iter().map(|name| column_of(relation, name)).collect()
        };
        let mut name = said.name;
        let kind = match said.demand {
            Demand::NotNull => ConstraintKind::NotNull(column.unwrap_or(0)),
            Demand::NotNullOf(name) => {
                let at = column_of(relation, &name)?;
                if let Some(column) = relation.columns.get_mut(at) {
                    Arc::make_mut(column).not_null = true;
                }
                ConstraintKind::NotNull(at)
            }
            Demand::Check(text) => {
                name = Some(name.unwrap_or_else(|| check_name(relation, &text)));
                ConstraintKind::Check(text)
            }
            Demand::Key { is_primary, columns, include, nulls_not_distinct } => {
                let columns = places(relation, &columns)?;
                let include = include.iter().map(|name| column_of(relation, name));
                let include = include.collect::<Read<Vec<usize>>>()?;
                let key = Key { columns, include, nulls_not_distinct };
                if is_primary { ConstraintKind::Primary(key) } else { ConstraintKind::Unique(key) }
            }
            Demand::UsingIndex { is_primary, index } => {
                let at = relation.indexes.iter().position(|one| one.name == index);
                let Some(at) = at else {
                    let message = format!("index \"{index}\" does not exist");
                    return Err(PgError::new(SqlState::UNDEFINED_OBJECT, message).into());
                };
                let own = relation.indexes.remove(at);
                name = Some(name.unwrap_or(index));
                let columns = own.keys.iter().filter_map(IndexKey::column).collect();
                let nulls_not_distinct = own.nulls_not_distinct;
                let key = Key { columns, include: own.include, nulls_not_distinct };
                if is_primary { ConstraintKind::Primary(key) } else { ConstraintKind::Unique(key) }
            }
            Demand::Foreign { columns, table, refers_to, actions } => {
                let columns = places(relation, &columns)?;
                let (schema, table, refers_to) =
                    self.referred(place, relation, &table, refers_to)?;
                let mut key = ForeignKey::new(columns, schema, table, refers_to);
                (key.on_update, key.on_delete) = (actions.on_update, actions.on_delete);
                key.matching = actions.matching;
                ConstraintKind::Foreign(key.into())
            }
            Demand::Exclude { method, elements, condition } => {
                let elements = self.exclusion(relation, elements)?;
                let exclusion = Exclusion { method, elements, condition };
                ConstraintKind::Exclude(Box::new(exclusion))
            }
        };
        let mut constraint = Constraint::new(name, kind);
        (constraint.deferrable, constraint.deferred) = (said.deferrable, said.deferred);
        (constraint.not_valid, constraint.no_inherit) = (said.not_valid, said.no_inherit);
        relation.constraints.push(constraint);
        Ok(())
    }

    /// Schema, table and columns that a foreign key refers to: the primary key where it names none.
    fn referred(
        &mut self,
        place: usize,
        relation: &Relation,
        table: &Name,
        names: Vec<String>,
    ) -> Read<(String, String, Vec<String>)> {
        let own = self.schema_name(place);
        let is_own = table.plain == relation.name
            && table.schema.as_ref().is_none_or(|schema| *schema == own);
        let found = self.relation_place(table);
        let schema = match found {
            Some((place, _)) if !is_own => self.schema_name(place),
            _ if is_own => own,
            _ => return Err(super::names::missing("relation", SqlState::UNDEFINED_TABLE, table)),
        };
        if !names.is_empty() {
            return Ok((schema, table.plain.clone(), names));
        }
        let target = if is_own {
            Some(relation)
        } else {
            self.relation_at(found.unwrap_or((0, 0))).map(|one| &*one)
        };
        let key = target.and_then(|target| {
            let key = target.constraints.iter().find_map(|one| match &one.kind {
                ConstraintKind::Primary(key) => Some(key),
                _ => None,
            })?;
            let name = |at: &usize| Some(target.columns.get(*at)?.column.name.to_string());
            key.columns.iter().map(name).collect::<Option<Vec<String>>>()
        });
        match key {
            Some(names) => Ok((schema, table.plain.clone(), names)),
            None => {
                let message =
                    format!("there is no primary key for referenced table \"{}\"", table.plain);
                Err(PgError::new(SqlState::UNDEFINED_OBJECT, message).into())
            }
        }
    }

    /// `key WITH operator, …`
    fn exclusion(&self, relation: &Relation, span: Span) -> Read<Vec<(IndexKey, String)>> {
        let mut elements = Vec::new();
        let mut reader = Reader::new(Lexer::new(self.sql).within(span));
        loop {
            let key = index_key(self.sql, &mut reader, relation)?;
            reader.expect("with")?;
            let start = reader.offset();
            while !reader.at_end() && !reader.at_kind(TokenKind::Comma) {
                reader.skip()?;
            }
            let operator = Span::new(start, reader.taken()).text(self.sql);
            elements.push((key, operator.to_owned()));
            if !reader.eat_kind(TokenKind::Comma) {
                return Ok(elements);
            }
        }
    }
}

pub(super) use super::index::index_key;

/// The place of a column, or 42703.
pub(super) fn column_of(relation: &Relation, name: &str) -> Read<usize> {
    let found = relation.columns.iter().position(|one| *one.column.name == *name);
    found.ok_or_else(|| {
        let message = format!("column \"{name}\" of relation \"{}\" does not exist", relation.name);
        PgError::new(SqlState::UNDEFINED_COLUMN, message).into()
    })
}

/// The name of a check: of its table and, if it is about one only, of its column.
fn check_name(relation: &Relation, text: &str) -> String {
    let mut lexer = Lexer::new(text);
    let mut column = None;
    let mut several = false;
    while let Some(token) = lexer.next_significant() {
        let Ok(name) = token.identifier(text) else { continue };
        if !token.kind.is_identifier()
            || !relation.columns.iter().any(|one| *one.column.name == *name)
        {
            continue;
        }
        match &column {
            None => column = Some(name.into_owned()),
            Some(known) if *known == *name => {}
            Some(_) => several = true,
        }
    }
    let wanted = match column.filter(|_| !several) {
        Some(column) => format!("{}_{column}_check", relation.name),
        None => format!("{}_check", relation.name),
    };
    let is_taken =
        |name: &String| relation.constraints.iter().any(|one| one.name.as_ref() == Some(name));
    let numbered = (1..).map(|number| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.clone()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or(wanted)
}

/// `MATCH …`, `ON UPDATE …`, `ON DELETE …`
fn actions(reader: &mut Reader<'_>) -> Read<Actions> {
    let mut actions = Actions { on_update: 'a', on_delete: 'a', matching: 's' };
    loop {
        if reader.eat("match") {
            actions.matching = reader.label()?.chars().next().unwrap_or('s');
        } else if reader.eat("on") {
            let is_update = reader.eat("update");
            if !is_update {
                reader.expect("delete")?;
            }
            let action = action(reader)?;
            if is_update {
                actions.on_update = action;
            } else {
                actions.on_delete = action;
            }
        } else {
            return Ok(actions);
        }
    }
}

fn action(reader: &mut Reader<'_>) -> Read<char> {
    Ok(match reader.label()?.as_str() {
        "no" => {
            reader.expect("action")?;
            'a'
        }
        "restrict" => 'r',
        "cascade" => 'c',
        "set" => {
            let letter = if reader.eat("null") { 'n' } else { 'd' };
            if letter == 'd' {
                reader.expect("default")?;
            }
            if reader.at_kind(TokenKind::LeftParen) {
                reader.skip()?;
            }
            letter
        }
        _ => return Err(reader.unexpected().into()),
    })
}
