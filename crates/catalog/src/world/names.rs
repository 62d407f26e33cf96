//! Names of objects, read and written as PostgreSQL does.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::{Client, Oid, PgError, Result, SqlState};
use trunkline_sql::{Lexer, TokenKind, quote_identifier};

use super::modifier::modified;
use super::objects::Objects;
use super::toast::PG_TOAST;
use super::types::TypeWhat;
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
/// The number of a role that every cluster has, by its name.
pub(super) fn predefined_role(name: &str) -> Option<u32> {
    static NUMBERS: LazyLock<HashMap<Arc<str>, u32>> =
        LazyLock::new(|| ROLES.iter().map(|(oid, (_, name))| (name.clone(), *oid)).collect());
    match name {
        "postgres" => Some(SUPERUSER),
        name => NUMBERS.get(name).copied(),
    }
}

/// Whether every cluster has a role.
pub(super) fn is_predefined_role(oid: u32) -> bool {
    oid == SUPERUSER || ROLES.contains_key(&oid)
}

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
            PG_TOAST => Some("pg_toast".into()),
            oid => self.objects.schema_name(oid),
        }
    }

    pub(crate) fn schema_named(&self, name: &str) -> Option<u32> {
        match name {
            "pg_catalog" => Some(PG_CATALOG),
            "information_schema" => Some(*INFORMATION_SCHEMA),
            "pg_toast" => Some(PG_TOAST),
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
        self.objects.types.get(oid).map(|of| (of.schema, of.name.clone()))
    }

    fn type_in(&self, schema: u32, name: &str) -> Option<u32> {
        match facts::type_named(schema, name) {
            Some(oid) => Some(oid.0),
            None => self.objects.types.named(schema, name),
        }
    }

    /// A name with its schema, unless that is one in which names are looked for.
    pub(crate) fn shown_in(&self, schema: u32, name: &str) -> String {
        self.shown(schema, name, self.is_schema_searched(schema))
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

    /// A type by its name, and its modifier.
    ///
    /// # Errors
    ///
    /// 42704 if there is none, 42601 for what is no name.
    pub(crate) fn find_modified_type(&self, text: &str) -> Result<(Oid, i32)> {
        match crate::bind::named_type(text, 0) {
            Err(error) if error.sqlstate() == SqlState::UNDEFINED_OBJECT => {
                self.find_type(text)?.map(|oid| (Oid(oid), -1)).ok_or(error)
            }
            known => known,
        }
    }

    fn array_of(&self, oid: u32) -> Option<u32> {
        if let Some(array) = facts::array_of(Oid(oid)) {
            return Some(array.0);
        }
        self.objects.types.get(oid).map(|of| of.array).filter(|array| *array != 0)
    }

    /// `format_type`; `typmod` is -1 where there is none.
    pub(crate) fn type_text(&self, oid: u32, typmod: i32) -> Option<String> {
        let is_vector = matches!(Oid(oid), Oid::INT2VECTOR | Oid::OIDVECTOR);
        let element = match self.objects.types.get(oid).map(|of| of.what) {
            Some(TypeWhat::Array(element)) => Some(element),
            Some(_) => None,
            None => facts::element_of(Oid(oid)).map(|oid| oid.0).filter(|_| !is_vector),
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
        if oid == SUPERUSER {
            return Some("postgres".into());
        }
        if let Some((_, name)) = ROLES.get(&oid) {
            return Some(name.clone());
        }
        let (own, name) = self.session_role();
        if own == oid {
            return Some(name);
        }
        self.objects.role_names.get(&oid).cloned()
    }

    pub(crate) fn role_named(&self, name: &str) -> Option<u32> {
        let number = self.objects.role_number(name);
        let is_known = number == SUPERUSER
            || ROLES.contains_key(&number)
            || self.objects.roles.contains_key(name)
            || *self.session_role().1 == *name;
        is_known.then_some(number)
    }

    /// The role that the session began with: it owns what is not the catalogs'.
    pub(crate) fn session_role(&self) -> (u32, Arc<str>) {
        self.role_of(&self.client)
    }

    /// The role of a session, and its number.
    pub(super) fn role_of(&self, client: &Client) -> (u32, Arc<str>) {
        let name: Arc<str> = (*client.identity().user).into();
        (self.objects.role_number(&name), name)
    }

    /// The database that the client is in.
    pub(crate) fn database(&self) -> (u32, Arc<str>) {
        self.database_of(&self.client)
    }

    /// The database of a session, and its number.
    pub(super) fn database_of(&self, client: &Client) -> (u32, Arc<str>) {
        let name: Arc<str> = (*client.identity().database).into();
        let oid = match &*name {
            "postgres" => 5,
            name => self.objects.number_besides("database", name),
        };
        (oid, name)
    }

    /// The text of a number of another kind; `None` shows the number itself.
    pub(crate) fn other_text(&self, kind: Oid, oid: u32) -> Option<String> {
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
            Oid::REGPROC => {
                let (schema, name, _) = self.proc(oid)?;
                // A name that several have says which schema.
                let is_one = self
                    .is_visible(schema, |schema| !self.procs(schema, &name).is_empty())
                    && self.procs(schema, &name).len() == 1;
                Some(self.shown(schema, &name, is_one))
            }
            Oid::REGPROCEDURE => {
                let (schema, name, arguments) = self.proc(oid)?;
                let is_visible = self.is_proc_visible(oid)?;
                let name = self.shown(schema, &name, is_visible);
                Some(format!("{name}({})", self.type_list(&arguments, ",")))
            }
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
                    if oid.0 == 0 { Some("NONE".into()) } else { self.type_text(oid.0, -1) }
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
            Oid::REGPROC => {
                let mut found = self.schemas_for(&parts)?.into_iter();
                let all = found.find_map(|schema| {
                    Some(self.procs(schema, name)).filter(|all| !all.is_empty())
                });
                match all.as_deref() {
                    Some([one]) => Some(one.0),
                    Some([_, _, ..]) => {
                        let message = format!("more than one function named \"{text}\"");
                        return Err(PgError::new(SqlState::AMBIGUOUS_FUNCTION, message));
                    }
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// The schemas where a name is looked for: the one that it says, or those of the path.
    fn schemas_for(&self, parts: &[String]) -> Result<Vec<u32>> {
        Ok(match parts {
            [_] => self.searched().collect(),
            [schema, _] | [_, schema, _] => self.schema_named(schema).into_iter().collect(),
            _ => Vec::new(),
        })
    }

    /// Schema, name and argument types of a routine.
    pub(crate) fn proc(&self, oid: u32) -> Option<(u32, Arc<str>, Vec<Oid>)> {
        if let Some(proc) = proc_by_oid(oid) {
            return Some((proc.schema, proc.name.clone(), proc.arguments.clone()));
        }
        let own = self.objects.routines.get(oid)?;
        Some((own.schema, own.name.clone(), own.inputs.clone()))
    }

    /// Numbers and argument types of the routines of a name in a schema.
    fn procs(&self, schema: u32, name: &str) -> Vec<(u32, Vec<Oid>)> {
        let known = PROCS.get(name).map(Vec::as_slice).unwrap_or_default();
        let known = known.iter().filter(|proc| proc.schema == schema);
        let known = known.map(|proc| (proc.oid, proc.arguments.clone()));
        let own = self.objects.routines.named(schema, name);
        known.chain(own.map(|own| (own.oid, own.inputs.clone()))).collect()
    }

    /// `pg_function_is_visible`: whether a call by name and types alone means it.
    pub(crate) fn is_proc_visible(&self, oid: u32) -> Option<bool> {
        let (schema, name, arguments) = self.proc(oid)?;
        Some(self.is_visible(schema, |schema| {
            self.procs(schema, &name).iter().any(|(_, own)| *own == arguments)
        }))
    }

    /// The number of a collation by its name, perhaps with a schema.
    pub(crate) fn collation_named(&self, name: &str) -> Option<u32> {
        static NUMBERS: LazyLock<HashMap<Arc<str>, u32>> = LazyLock::new(|| {
            COLLATIONS.iter().map(|(oid, (_, name))| (name.clone(), *oid)).collect()
        });
        let last = split_name(name).ok().and_then(|mut parts| parts.pop());
        // As it is first: `C` is a name that is written in quotes.
        let direct = NUMBERS.get(name).copied();
        direct.or_else(|| NUMBERS.get(last?.as_str()).copied())
    }

    /// The name of a collation.
    pub(crate) fn collation_name(&self, oid: u32) -> Option<Arc<str>> {
        COLLATIONS.get(&oid).map(|(_, name)| name.clone())
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
        if kind == Oid::REGPROCEDURE {
            let parts = split_name(name)?;
            let Some(last) = parts.last() else { return Ok(None) };
            let found = self.schemas_for(&parts)?.into_iter().find_map(|schema| {
                let mut all = self.procs(schema, last).into_iter();
                all.find(|(_, arguments)| *arguments == types).map(|(oid, _)| oid)
            });
            return Ok(found);
        }
        let name = name.trim().rsplit('.').next().unwrap_or(name);
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
