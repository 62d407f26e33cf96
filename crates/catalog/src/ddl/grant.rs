//! GRANT and REVOKE.

use std::sync::Arc;

use trunkline_core::catalog::{Access, Grant, Grantee, Schema};
use trunkline_sql::{Reader, TokenKind};

use super::names::Name;
use super::{Loader, Read};

/// The privileges by name, in the order in which `aclitem` has their letters.
const PRIVILEGES: [(&str, char); 15] = [
    ("insert", 'a'),
    ("select", 'r'),
    ("update", 'w'),
    ("delete", 'd'),
    ("truncate", 'D'),
    ("references", 'x'),
    ("trigger", 't'),
    ("execute", 'X'),
    ("usage", 'U'),
    ("create", 'C'),
    ("temporary", 'T'),
    ("connect", 'c'),
    ("set", 's'),
    ("alter", 'A'),
    ("maintain", 'm'),
];

/// What privileges are of, by what its owner has and what everybody has who was told nothing.
#[derive(Clone, Copy)]
struct Kind {
    own: &'static str,
    public: &'static str,
}

const TABLE: Kind = Kind { own: "arwdDxtm", public: "" };
const SEQUENCE: Kind = Kind { own: "rwU", public: "" };
const SCHEMA: Kind = Kind { own: "UC", public: "" };
const ROUTINE: Kind = Kind { own: "X", public: "X" };
const TYPE: Kind = Kind { own: "U", public: "U" };
/// All that columns can have.
const COLUMN: &str = "arwx";

/// A statement that gives or takes.
struct Change {
    is_revoke: bool,
    /// With the option to give it to others, or of that option alone.
    option: bool,
    /// Each letter, or none for all of them, with the columns that it is about.
    privileges: Vec<(Option<char>, Vec<String>)>,
    to: Vec<Grantee>,
}

impl Loader<'_> {
    /// `GRANT privileges ON objects TO roles`, `GRANT role TO role`, and REVOKE of both
    pub(super) fn grant(&mut self, reader: &mut Reader<'_>, start: usize) -> Read {
        let is_revoke = reader.at("revoke");
        reader.advance();
        let mut option = false;
        if is_revoke && reader.at("grant") && reader.next_is(&["option"]) {
            option = true;
            (0..3).for_each(|_| reader.advance());
        }
        let mut privileges = Vec::new();
        let mut words = Vec::new();
        loop {
            let word = reader.label()?;
            let letter = PRIVILEGES
                .iter()
                .find(|(name, _)| *name == word || (word == "temp" && *name == "temporary"));
            if word == "all" {
                let _ = reader.eat("privileges");
            }
            let has_columns = reader.at_kind(TokenKind::LeftParen);
            let columns = if has_columns { Self::name_list(reader)? } else { Vec::new() };
            privileges.push((letter.map(|(_, letter)| *letter), columns));
            words.push(word);
            if !reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        if !reader.eat("on") {
            return self.grant_roles(reader, &words, is_revoke);
        }
        let kind = self.granted_kind(reader)?;
        let Some((kind, objects)) = kind else {
            self.pass_over(start, "GRANT of this kind");
            return Ok(());
        };
        if !reader.eat("to") {
            reader.expect("from")?;
        }
        let mut to = vec![grantee(reader)?];
        while reader.eat_kind(TokenKind::Comma) {
            to.push(grantee(reader)?);
        }
        if reader.at("with") && reader.next_is(&["grant"]) {
            option = true;
        }
        let change = Change { is_revoke, option, privileges, to };
        for object in objects {
            self.change(kind, &object, &change)?;
        }
        Ok(())
    }

    /// `GRANT role, … TO role, … [WITH ADMIN OPTION]`
    fn grant_roles(
        &mut self,
        reader: &mut Reader<'_>,
        granted: &[String],
        is_revoke: bool,
    ) -> Read {
        reader.advance();
        let mut members = vec![reader.label()?];
        while reader.eat_kind(TokenKind::Comma) {
            members.push(reader.label()?);
        }
        let is_admin = reader.at("with") && reader.next_is(&["admin"]);
        for member in &members {
            let Some(role) = self.role(member) else { continue };
            for name in granted {
                role.member_of.retain(|(own, _)| own != name);
                if !is_revoke {
                    role.member_of.push((name.clone(), is_admin));
                }
            }
        }
        Ok(())
    }

    /// What a statement grants something of, with the names; of what the model has no place for, nothing.
    fn granted_kind(&mut self, reader: &mut Reader<'_>) -> Read<Option<(Object, Vec<Granted>)>> {
        if reader.eat("all") {
            let what = reader.label()?;
            reader.expect("in")?;
            reader.expect("schema")?;
            let object = match what.as_str() {
                "tables" => Object::Table,
                "sequences" => Object::Sequence,
                _ => Object::Routine,
            };
            let mut schemas = Vec::new();
            loop {
                schemas.push(Granted::AllIn(reader.name()?));
                if !reader.eat_kind(TokenKind::Comma) {
                    return Ok(Some((object, schemas)));
                }
            }
        }
        let object = match reader.word().to_ascii_lowercase().as_str() {
            "table" => Some(Object::Table),
            "sequence" => Some(Object::Sequence),
            "schema" => Some(Object::Schema),
            "function" | "procedure" | "routine" => Some(Object::Routine),
            "type" | "domain" => Some(Object::Type),
            "database" | "foreign" | "language" | "large" | "parameter" | "tablespace" => {
                return Ok(None);
            }
            _ => None,
        };
        if object.is_some() {
            reader.advance();
        }
        let object = object.unwrap_or(Object::Table);
        let mut names = Vec::new();
        loop {
            names.push(Granted::Name(Name::read(reader)?));
            if object == Object::Routine && reader.at_kind(TokenKind::LeftParen) {
                let arguments = self.arguments(reader)?;
                let types = arguments.iter().map(|one| one.type_oid.0).collect();
                if let Some(Granted::Name(name)) = names.pop() {
                    names.push(Granted::Routine(name, types));
                }
            }
            if !reader.eat_kind(TokenKind::Comma) {
                return Ok(Some((object, names)));
            }
        }
    }

    fn change(&mut self, object: Object, of: &Granted, change: &Change) -> Read {
        let (name, types) = match of {
            Granted::AllIn(schema) => {
                let found = self.schemas().iter_mut().find(|one| one.name == *schema);
                found.into_iter().for_each(|schema| all_in(schema, object, change));
                return Ok(());
            }
            Granted::Name(name) => (name, None),
            Granted::Routine(name, types) => (name, Some(types)),
        };
        match object {
            Object::Table if self.sequence(name).is_some() => {
                if let Some(sequence) = self.sequence(name) {
                    change.apply(SEQUENCE, &mut sequence.access);
                }
            }
            Object::Table => {
                let relation = self.relation(name)?;
                change.apply(TABLE, &mut relation.access);
                for attribute in relation.columns.iter_mut().map(Arc::make_mut) {
                    change.apply_column(&attribute.column.name, &mut attribute.grants);
                }
            }
            Object::Sequence => {
                if let Some(sequence) = self.sequence(name) {
                    change.apply(SEQUENCE, &mut sequence.access);
                }
            }
            Object::Schema => {
                let found = self.schemas().iter_mut().find(|schema| schema.name == name.plain);
                found.into_iter().for_each(|schema| change.apply(SCHEMA, &mut schema.access));
            }
            Object::Type => change.apply(TYPE, &mut self.type_mut(name)?.access),
            Object::Routine => {
                let path = self.path.clone();
                let is_in = |schema: &Schema| match &name.schema {
                    Some(own) => *own == schema.name,
                    None => path.contains(&schema.name),
                };
                let schemas = self.schemas().iter_mut().filter(|schema| is_in(schema));
                for routine in schemas.flat_map(|schema| &mut schema.routines) {
                    let given =
                        routine.arguments.iter().filter(|one| !matches!(one.mode, 'o' | 't'));
                    let own: Vec<u32> = given.map(|one| one.type_oid.0).collect();
                    if routine.name == name.plain && types.is_none_or(|types| *types == own) {
                        change.apply(ROUTINE, &mut routine.access);
                    }
                }
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Object {
    Table,
    Sequence,
    Schema,
    Routine,
    Type,
}

enum Granted {
    Name(Name),
    Routine(Name, Vec<u32>),
    /// `ALL … IN SCHEMA name`
    AllIn(String),
}

fn all_in(schema: &mut Schema, object: Object, change: &Change) {
    match object {
        Object::Sequence => {
            schema.sequences.iter_mut().for_each(|one| change.apply(SEQUENCE, &mut one.access));
        }
        Object::Routine => {
            schema.routines.iter_mut().for_each(|one| change.apply(ROUTINE, &mut one.access));
        }
        _ => schema.relations.iter_mut().for_each(|one| change.apply(TABLE, &mut one.access)),
    }
}

impl Change {
    /// Changes what is granted of something; what is usual is said first, as PostgreSQL does.
    fn apply(&self, kind: Kind, access: &mut Access) {
        let whole: Vec<Option<char>> = self
            .privileges
            .iter()
            .filter(|(_, columns)| columns.is_empty())
            .map(|(letter, _)| *letter)
            .collect();
        if whole.is_empty() {
            return;
        }
        if access.grants.is_empty() {
            for (to, privileges) in [(Grantee::Public, kind.public), (Grantee::Owner, kind.own)] {
                if !privileges.is_empty() {
                    let privileges = privileges.to_owned();
                    access.grants.push(Grant { to, privileges, by: Grantee::Owner });
                }
            }
        }
        // What is granted to the owner by its name is the owner's.
        let is_owner =
            |to: &Grantee| matches!(to, Grantee::Role(role) if access.owner.as_ref() == Some(role));
        let to = self.to.iter().map(|to| if is_owner(to) { Grantee::Owner } else { to.clone() });
        let to: Vec<Grantee> = to.collect();
        self.merge(&whole, kind.own, &mut access.grants, &to);
    }

    fn apply_column(&self, column: &str, grants: &mut Vec<Grant>) {
        let own: Vec<Option<char>> = self
            .privileges
            .iter()
            .filter(|(_, columns)| columns.iter().any(|name| name == column))
            .map(|(letter, _)| *letter)
            .collect();
        if !own.is_empty() {
            self.merge(&own, COLUMN, grants, &self.to);
        }
    }

    fn merge(&self, letters: &[Option<char>], all: &str, grants: &mut Vec<Grant>, to: &[Grantee]) {
        let wanted: Vec<char> = match letters.contains(&None) {
            true => all.chars().collect(),
            false => letters.iter().flatten().copied().collect(),
        };
        for to in to {
            let place = grants.iter().position(|grant| grant.to == *to);
            let place = place.unwrap_or_else(|| {
                let (to, by) = (to.clone(), Grantee::Owner);
                grants.push(Grant { to, privileges: String::new(), by });
                grants.len() - 1
            });
            let Some(grant) = grants.get_mut(place) else { continue };
            grant.privileges = self.changed(&grant.privileges, &wanted);
        }
        grants.retain(|grant| !grant.privileges.is_empty());
    }

    /// Letters with others, or without them.
    fn changed(&self, privileges: &str, letters: &[char]) -> String {
        let has = |letter: char| privileges.contains(letter);
        let may_give = |letter: char| privileges.contains(&format!("{letter}*"));
        let mut changed = String::new();
        for (_, letter) in PRIVILEGES {
            let is_meant = letters.contains(&letter);
            let stays = match (is_meant, self.is_revoke) {
                (true, false) => true,
                (true, true) => self.option && has(letter),
                (false, _) => has(letter),
            };
            let gives = match (is_meant, self.is_revoke) {
                (true, false) => self.option || may_give(letter),
                (true, true) => false,
                (false, _) => may_give(letter),
            };
            if stays {
                changed.push(letter);
                changed.push_str(if gives { "*" } else { "" });
            }
        }
        changed
    }
}

/// `[GROUP] role`, `PUBLIC`, `CURRENT_USER`
fn grantee(reader: &mut Reader<'_>) -> Read<Grantee> {
    if reader.at("group") && reader.next().is_some_and(|next| next.kind.is_identifier()) {
        reader.advance();
    }
    let is_word = reader.kind() == Some(TokenKind::Word);
    let name = reader.label()?;
    Ok(match name.as_str() {
        "public" if is_word => Grantee::Public,
        "current_user" | "current_role" | "session_user" if is_word => Grantee::Owner,
        _ => Grantee::Role(name),
    })
}
