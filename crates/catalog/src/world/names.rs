//! Names of objects, read and written as PostgreSQL does.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::{Client, Oid, PgError, Result, SqlState};
use trunkline_sql::{Lexer, TokenKind, quote_identifier};

use super::objects::{Objects, number_of};
use super::{ClassObject, INFORMATION_SCHEMA, SUPERUSER, World};
use crate::facts::{self, OPERATORS, PG_CATALOG, PROCS, Proc, number, text, type_facts};

/// A column of names by OID, of a relation that every database has.
fn named(relation: &str, oid: &str, name: &str, schema: &str) -> HashMap<u32, (u32, Arc<str>)> {
    let Some(facts) = facts::facts(relation) else { return HashMap::new() };
    let [oid, name, schema] = [oid, name, schema].map(|column| facts.column(column));
    facts
        .rows
        .iter()
        .map(|row| (number(row, oid), (number(row, schema), text(row, name))))
        .collect()
}

static CLASSES: LazyLock<HashMap<u32, (u32, Arc<str>)>> =
    LazyLock::new(|| named("pg_class", "oid", "relname", "relnamespace"));
static COLLATIONS: LazyLock<HashMap<u32, (u32, Arc<str>)>> =
    LazyLock::new(|| named("pg_collation", "oid", "collname", "collnamespace"));
static ROLES: LazyLock<HashMap<u32, (u32, Arc<str>)>> =
    LazyLock::new(|| named("pg_authid", "oid", "rolname", ""));
static CONFIGS: LazyLock<HashMap<u32, (u32, Arc<str>)>> =
    LazyLock::new(|| named("pg_ts_config", "oid", "cfgname", "cfgnamespace"));
static DICTIONARIES: LazyLock<HashMap<u32, (u32, Arc<str>)>> =
    LazyLock::new(|| named("pg_ts_dict", "oid", "dictname", "dictnamespace"));

/// The schemas of `search_path` that there are.
pub(super) fn search_path(client: &Client, objects: &Objects) -> Vec<u32> {
    let mut path: Vec<u32> = Vec::new();
    let names = client.search_path();
    for name in &names {
        let oid = match name.as_str() {
            "pg_catalog" => Some(PG_CATALOG),
            "information_schema" => Some(*INFORMATION_SCHEMA),
            name => objects.schema_named(name),
        };
        path.extend(oid.filter(|oid| !path.contains(oid)));
    }
    if path.is_empty() && names.iter().any(|name| name == "public") {
        // An engine whose schemas have other names than PostgreSQL's has a default one all the same.
        path.extend(objects.schemas.first().map(|(oid, _)| *oid));
    }
    path
}

/// The parts of a qualified name.
pub(crate) fn split_name(text: &str) -> Result<Vec<String>> {
    let invalid = || PgError::new(SqlState::INVALID_NAME, "invalid name syntax");
    let mut lexer = Lexer::new(text);
    let mut parts = Vec::new();
    loop {
        let token = lexer.next_significant().ok_or_else(invalid)?;
        let name = token.kind.is_identifier().then(|| token.identifier(text).ok()).flatten();
        parts.push(name.ok_or_else(invalid)?.into_owned());
        match lexer.next_significant() {
            None => return Ok(parts),
            Some(token) if token.kind == TokenKind::Dot => {}
            Some(_) => return Err(invalid()),
        }
    }
}

impl World {
    /// The name of a schema.
    pub(crate) fn schema_name(&self, oid: u32) -> Option<Arc<str>> {
        match oid {
            PG_CATALOG => Some("pg_catalog".into()),
            oid if oid == *INFORMATION_SCHEMA => Some("information_schema".into()),
            99 => Some("pg_toast".into()),
            oid => self
                .objects
                .schemas
                .iter()
                .find(|(own, _)| *own == oid)
                .map(|(_, name)| name.clone()),
        }
    }

    pub(crate) fn schema_named(&self, name: &str) -> Option<u32> {
        match name {
            "pg_catalog" => Some(PG_CATALOG),
            "information_schema" => Some(*INFORMATION_SCHEMA),
            "pg_toast" => Some(99),
            name => self.objects.schema_named(name),
        }
    }

    /// Schema and name of a relation or index.
    pub(crate) fn class_name(&self, oid: u32) -> Option<(u32, Arc<str>)> {
        match CLASSES.get(&oid) {
            Some(found) => Some(found.clone()),
            None => self.objects.class(oid).map(|class| (class.schema, class.name.clone())),
        }
    }

    /// A table, a view or a sequence that is none of the catalogs'.
    pub(crate) fn declared_class(&self, schema: Option<&str>, name: &str) -> Option<&ClassObject> {
        let found = match schema {
            Some(schema) => self.objects.find_named(schema, name),
            None => self.path.iter().find_map(|schema| self.objects.class_in(*schema, name)),
        };
        found.filter(|class| class.index.is_none())
    }

    fn class_in(&self, schema: u32, name: &str) -> Option<u32> {
        let own = self.objects.class_in(schema, name).map(|class| class.oid);
        own.or_else(|| facts::relation_oid(schema, name))
    }

    /// The schemas in which a name is looked for: `pg_catalog` first, unless the path says where.
    fn searched(&self) -> impl Iterator<Item = u32> {
        let first = (!self.path.contains(&PG_CATALOG)).then_some(PG_CATALOG);
        first.into_iter().chain(self.path.iter().copied())
    }

    /// Whether a name without a schema means what is in this schema.
    fn is_visible(&self, schema: u32, finds: impl Fn(u32) -> bool) -> bool {
        self.searched().find(|schema| finds(*schema)) == Some(schema)
    }

    /// `pg_table_is_visible`
    pub(crate) fn is_class_visible(&self, oid: u32) -> Option<bool> {
        let (schema, name) = self.class_name(oid)?;
        Some(self.is_visible(schema, |schema| self.class_in(schema, &name).is_some()))
    }

    /// `pg_type_is_visible`
    pub(crate) fn is_type_visible(&self, oid: u32) -> Option<bool> {
        let (schema, name) = self.type_name(oid)?;
        Some(self.is_visible(schema, |schema| self.type_in(schema, &name).is_some()))
    }

    /// Whether what has no name but a schema is found without it.
    pub(crate) fn is_schema_searched(&self, schema: u32) -> bool {
        self.searched().any(|own| own == schema)
    }

    /// Schema and name of a type.
    pub(crate) fn type_name(&self, oid: u32) -> Option<(u32, Arc<str>)> {
        if let Some(known) = type_facts(Oid(oid)) {
            return Some((known.schema, known.name.clone()));
        }
        let (place, is_array) = *self.objects.types.get(&oid)?;
        let class = self.objects.classes.get(place)?;
        let name = if is_array { format!("_{}", class.name).into() } else { class.name.clone() };
        Some((class.schema, name))
    }

    fn type_in(&self, schema: u32, name: &str) -> Option<u32> {
        if let Some(oid) = facts::type_named(schema, name) {
            return Some(oid.0);
        }
        if let Some(class) = self.objects.class_in(schema, name).filter(|class| class.row_type != 0)
        {
            return Some(class.row_type);
        }
        let class = self.objects.class_in(schema, name.strip_prefix('_')?)?;
        Some(class.array_type).filter(|oid| *oid != 0)
    }

    /// `regclass`: a relation by its name.
    pub(crate) fn find_class(&self, text: &str) -> Result<Option<u32>> {
        let parts = split_name(text)?;
        Ok(match parts.as_slice() {
            [name] => self.searched().find_map(|schema| self.class_in(schema, name)),
            [schema, name] | [_, schema, name] => {
                self.schema_named(schema).and_then(|schema| self.class_in(schema, name))
            }
            _ => None,
        })
    }

    /// A name as it is written where `regclass` shows it.
    fn shown(&self, schema: u32, name: &str, is_visible: bool) -> String {
        match self.schema_name(schema) {
            Some(schema) if !is_visible => {
                format!("{}.{}", quote_identifier(&schema), quote_identifier(name))
            }
            _ => quote_identifier(name).into_owned(),
        }
    }

    /// The text of a relation's number.
    pub(crate) fn class_text(&self, oid: u32) -> Option<String> {
        let (schema, name) = self.class_name(oid)?;
        Some(self.shown(schema, &name, self.is_class_visible(oid)?))
    }

    /// `regtype`: a type by its name.
    pub(crate) fn find_type(&self, text: &str) -> Result<Option<u32>> {
        let parsed = match trunkline_sql::TypeName::parse(text) {
            Ok(parsed) => parsed,
            Err(error) => return Err(PgError::syntax(&error, text).unplaced()),
        };
        let found = match parsed.qualifiers.last() {
            None => self.searched().find_map(|schema| self.type_in(schema, &parsed.name)),
            Some(schema) => {
                self.schema_named(schema).and_then(|schema| self.type_in(schema, &parsed.name))
            }
        };
        Ok(if parsed.dimensions > 0 { found.and_then(|oid| self.array_of(oid)) } else { found })
    }

    fn array_of(&self, oid: u32) -> Option<u32> {
        if let Some(array) = facts::array_of(Oid(oid)) {
            return Some(array.0);
        }
        let (place, _) = self.objects.types.get(&oid)?;
        self.objects.classes.get(*place).map(|class| class.array_type)
    }

    /// `format_type`; `typmod` is -1 where there is none.
    pub(crate) fn type_text(&self, oid: u32, typmod: i32) -> Option<String> {
        let element = match self.objects.types.get(&oid) {
            Some((place, true)) => self.objects.classes.get(*place).map(|class| class.row_type),
            Some(_) => None,
            None => facts::element_of(Oid(oid))
                .map(|oid| oid.0)
                .filter(|_| !matches!(Oid(oid), Oid::INT2VECTOR | Oid::OIDVECTOR)),
        };
        if let Some(element) = element {
            return Some(format!("{}[]", self.type_text(element, typmod)?));
        }
        if let Some(name) = trunkline_core::types::name_of(Oid(oid)) {
            return Some(modified(Oid(oid), name, typmod));
        }
        let (schema, name) = self.type_name(oid)?;
        Some(self.shown(schema, &name, self.is_type_visible(oid)?))
    }

    /// The name of a role.
    pub(crate) fn role_name(&self, oid: u32) -> Option<Arc<str>> {
        self.roles().into_iter().find(|(own, _)| *own == oid).map(|(_, name)| name)
    }

    pub(crate) fn role_named(&self, name: &str) -> Option<u32> {
        self.roles().into_iter().find(|(_, own)| **own == *name).map(|(oid, _)| oid)
    }

    /// The role that the session began with: it owns what is not the catalogs'.
    pub(crate) fn session_role(&self) -> (u32, Arc<str>) {
        World::role_of(&self.client)
    }

    /// The role of a session, and its number.
    pub(super) fn role_of(client: &Client) -> (u32, Arc<str>) {
        let name: Arc<str> = (*client.identity().user).into();
        let known = ROLES.iter().find(|(_, (_, own))| *own == name).map(|(oid, _)| *oid);
        let oid = if &*name == "postgres" {
            SUPERUSER
        } else {
            known.unwrap_or_else(|| number_of("role", &name))
        };
        (oid, name)
    }

    /// All roles: the superuser, this session's and those that every cluster has.
    pub(crate) fn roles(&self) -> Vec<(u32, Arc<str>)> {
        let mut roles = vec![(SUPERUSER, "postgres".into())];
        let own = self.session_role();
        if own.0 != SUPERUSER && !ROLES.contains_key(&own.0) {
            roles.push(own);
        }
        roles.extend(ROLES.iter().map(|(oid, (_, name))| (*oid, name.clone())));
        roles
    }

    /// The database that the client is in.
    pub(crate) fn database(&self) -> (u32, Arc<str>) {
        World::database_of(&self.client)
    }

    /// The database of a session, and its number.
    pub(super) fn database_of(client: &Client) -> (u32, Arc<str>) {
        let name: Arc<str> = (*client.identity().database).into();
        let oid = if &*name == "postgres" { 5 } else { number_of("database", &name) };
        (oid, name)
    }

    /// The text of a number of another kind; `None` shows the number itself.
    pub(super) fn other_text(&self, kind: Oid, oid: u32) -> Option<String> {
        let of = |names: &HashMap<u32, (u32, Arc<str>)>| {
            let (schema, name) = names.get(&oid)?;
            Some(self.shown(*schema, name, *schema == PG_CATALOG))
        };
        match kind {
            Oid::REGNAMESPACE => {
                self.schema_name(oid).map(|name| quote_identifier(&name).into_owned())
            }
            Oid::REGROLE => self.role_name(oid).map(|name| quote_identifier(&name).into_owned()),
            Oid::REGCOLLATION => of(&COLLATIONS),
            Oid::REGCONFIG => of(&CONFIGS),
            Oid::REGDICTIONARY => of(&DICTIONARIES),
            Oid::REGPROC => proc_by_oid(oid).map(|proc| {
                // A name that several have says which schema.
                let is_one = PROCS.get(&proc.name).is_some_and(|all| all.len() == 1);
                self.shown(proc.schema, &proc.name, is_one && proc.schema == PG_CATALOG)
            }),
            Oid::REGPROCEDURE => proc_by_oid(oid).map(|proc| {
                let name = self.shown(proc.schema, &proc.name, proc.schema == PG_CATALOG);
                format!("{name}({})", self.type_list(&proc.arguments, ","))
            }),
            Oid::REGOPER | Oid::REGOPERATOR => {
                let operator = OPERATORS.values().flatten().find(|operator| operator.oid == oid)?;
                let name = &operator.name;
                if kind == Oid::REGOPER {
                    let is_one = OPERATORS.get(name).is_some_and(|all| all.len() == 1);
                    return Some(if is_one {
                        name.to_string()
                    } else {
                        format!("pg_catalog.{name}")
                    });
                }
                let of = |oid: Oid| {
                    if oid.0 == 0 { Some("none".into()) } else { self.type_text(oid.0, -1) }
                };
                Some(format!("{name}({},{})", of(operator.left)?, of(operator.right)?))
            }
            _ => None,
        }
    }

    pub(crate) fn type_list(&self, types: &[Oid], separator: &str) -> String {
        let names = types.iter().map(|oid| self.type_text(oid.0, -1).unwrap_or_default());
        names.collect::<Vec<_>>().join(separator)
    }

    /// The number of an object of another kind by its name.
    pub(super) fn find_other(&self, kind: Oid, text: &str) -> Result<Option<u32>> {
        if kind == Oid::REGPROCEDURE || kind == Oid::REGOPERATOR {
            return self.find_signature(kind, text);
        }
        if kind == Oid::REGOPER {
            let name = text.rsplit('.').next().unwrap_or(text);
            return Ok(match OPERATORS.get(name).map(Vec::as_slice) {
                Some([one]) => Some(one.oid),
                _ => None,
            });
        }
        let parts = split_name(text)?;
        let Some(name) = parts.last() else { return Ok(None) };
        let by_name = |names: &HashMap<u32, (u32, Arc<str>)>| {
            names.iter().find(|(_, (_, own))| **own == **name).map(|(oid, _)| *oid)
        };
        Ok(match kind {
            Oid::REGNAMESPACE => self.schema_named(name),
            Oid::REGROLE => self.role_named(name),
            Oid::REGCOLLATION => by_name(&COLLATIONS),
            Oid::REGCONFIG => by_name(&CONFIGS),
            Oid::REGDICTIONARY => by_name(&DICTIONARIES),
            Oid::REGPROC => match PROCS.get(name.as_str()).map(Vec::as_slice) {
                Some([one]) => Some(one.oid),
                Some([_, _, ..]) => {
                    let message = format!("more than one function named \"{text}\"");
                    return Err(PgError::new(SqlState::AMBIGUOUS_FUNCTION, message));
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// `name(type, type)`
    fn find_signature(&self, kind: Oid, text: &str) -> Result<Option<u32>> {
        let invalid =
            || PgError::new(SqlState::INVALID_TEXT_REPRESENTATION, "expected a left parenthesis");
        let (name, rest) = text.split_once('(').ok_or_else(invalid)?;
        let list = rest.strip_suffix(')').unwrap_or(rest);
        let mut types = Vec::new();
        for one in list.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            match if one.eq_ignore_ascii_case("none") { Some(0) } else { self.find_type(one)? } {
                Some(oid) => types.push(Oid(oid)),
                None => return Ok(None),
            }
        }
        let name = name.trim().rsplit('.').next().unwrap_or(name);
        if kind == Oid::REGPROCEDURE {
            let procs = PROCS.get(name).map(Vec::as_slice).unwrap_or_default();
            return Ok(procs.iter().find(|proc| proc.arguments == types).map(|proc| proc.oid));
        }
        let operators = OPERATORS.get(name).map(Vec::as_slice).unwrap_or_default();
        Ok(operators.iter().find(|one| types == [one.left, one.right]).map(|one| one.oid))
    }
}

static PROCS_BY_OID: LazyLock<HashMap<u32, &'static Proc>> =
    LazyLock::new(|| PROCS.values().flatten().map(|proc| (proc.oid, proc)).collect());

/// A function by its number.
pub(crate) fn proc_by_oid(oid: u32) -> Option<&'static Proc> {
    PROCS_BY_OID.get(&oid).copied()
}

/// A type's name with its modifier.
pub(crate) fn modified(oid: Oid, name: &str, typmod: i32) -> String {
    if typmod < 0 {
        // `character` alone would be one of a single character.
        return if oid == Oid::BPCHAR { "character".to_owned() } else { name.to_owned() };
    }
    match oid {
        Oid::VARCHAR | Oid::BPCHAR if typmod > 4 => format!("{name}({})", typmod - 4),
        Oid::BIT | Oid::VARBIT => format!("{name}({typmod})"),
        Oid::NUMERIC if typmod >= 4 => {
            let packed = typmod - 4;
            let scale = ((packed & 0x7ff) ^ 1024) - 1024;
            format!("numeric({},{scale})", (packed >> 16) & 0xffff)
        }
        Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => match name.split_once(' ') {
            Some((first, rest)) => format!("{first}({typmod}) {rest}"),
            None => format!("{name}({typmod})"),
        },
        _ => name.to_owned(),
    }
}
