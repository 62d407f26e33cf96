//! A schema from its definitions: `CREATE TABLE …` and the like, as `pg_dump --schema-only` writes them.
//!
//! Statements are read token by token, since what matters of most expressions is only where they end.
//! What is no definition (INSERT, COPY, SET of anything but the search path, …) is passed over.

mod alter;
mod column;
mod comment;
mod constraint;
mod expression;
mod grant;
mod index;
mod inherit;
mod names;
mod places;
mod role;
mod routine;
mod script;
mod sequence;
mod table;
mod trigger;
mod types;
mod view;

use places::Places;
use trunkline_core::catalog::{Compactor, Extension, Numbers, Schema, Snapshot};
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Reader, SyntaxError, TokenKind, split};

/// What definitions come to.
#[derive(Clone, Debug, Default)]
pub struct Defined {
    /// The schemas with everything in them; `public` is the first.
    pub snapshot: Snapshot,
    /// Statements that define what is not known here.
    pub passed_over: Vec<PassedOver>,
}

/// A statement that defines what is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Its line, counted from 1.
    pub line: usize,
    /// Its first words, such as `CREATE AGGREGATE`.
    pub what: String,
}

/// Reads definitions: those of a script for psql, in order.
///
/// An error has the place in the script, in characters.
///
/// ```
/// let defined = trunkline_catalog::ddl::define("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")?;
/// assert_eq!(defined.snapshot.schemas[0].relations[0].name, "t");
/// # Ok::<(), trunkline_core::PgError>(())
/// ```
pub fn define(sql: &str) -> Result<Defined> {
    let plain = script::plain(sql);
    let mut loader = Loader {
        sql: &plain,
        defined: Defined::default(),
        path: vec!["public".to_owned()],
        numbers: Numbers::default(),
        relations: Places::new(),
        sequences: Places::new(),
        compactor: Compactor::default(),
    };
    loader.schemas().push(Schema { name: "public".to_owned(), ..Schema::default() });
    for statement in split(&plain) {
        let mut reader = Reader::new(statement.lexer());
        loader.statement(&mut reader).map_err(|fault| fault.of(sql, statement.span().start))?;
    }
    let mut defined = loader.defined;
    defined.snapshot.compact();
    Ok(defined)
}

/// What is wrong with a statement: how it is written, or what it says.
enum Fault {
    Syntax(SyntaxError),
    Said(PgError),
}

impl Fault {
    /// The error, at its place in the script or where the statement begins.
    fn of(self, sql: &str, start: usize) -> PgError {
        match self {
            Fault::Syntax(error) => PgError::syntax(&error, sql),
            Fault::Said(error) if error.get(b'P').is_some() => error,
            Fault::Said(error) => error.position(trunkline_sql::character_position(sql, start)),
        }
    }
}

impl From<SyntaxError> for Fault {
    fn from(error: SyntaxError) -> Fault {
        Fault::Syntax(error)
    }
}

impl From<PgError> for Fault {
    fn from(error: PgError) -> Fault {
        Fault::Said(error)
    }
}

type Read<T = ()> = Result<T, Fault>;

/// What is defined so far.
struct Loader<'a> {
    sql: &'a str,
    defined: Defined,
    /// The search path.
    path: Vec<String>,
    /// The numbers of its types.
    numbers: Numbers,
    relations: Places,
    sequences: Places,
    compactor: Compactor,
}

impl Loader<'_> {
    fn schemas(&mut self) -> &mut Vec<Schema> {
        &mut self.defined.snapshot.schemas
    }

    fn statement(&mut self, reader: &mut Reader<'_>) -> Read {
        let start = reader.offset();
        if reader.eat("create") {
            self.create(reader, start)
        } else if reader.eat("alter") {
            self.alter(reader, start)
        } else if reader.eat("comment") {
            self.comment(reader)
        } else if reader.at_any(&["grant", "revoke"]) {
            self.grant(reader, start)
        } else if reader.eat("set") {
            self.set(reader)
        } else if reader.eat("select") {
            self.call(reader)
        } else if reader.eat("drop") {
            self.pass_over(start, "DROP");
            Ok(())
        } else {
            Ok(())
        }
    }

    fn create(&mut self, reader: &mut Reader<'_>, start: usize) -> Read {
        let is_replaced = reader.eat("or");
        if is_replaced {
            reader.expect("replace")?;
        }
        let unlogged = reader.eat("unlogged");
        if !unlogged {
            let _ = reader.eat("global") || reader.eat("local");
            // A temporary table is its session's.
            if reader.at_any(&["temp", "temporary"]) {
                self.pass_over(start, "CREATE TEMPORARY");
                return Ok(());
            }
        }
        if reader.eat("table") {
            return self.create_table(reader, unlogged);
        }
        let recursive = reader.eat("recursive");
        if reader.eat("view") {
            return self.create_view(reader, is_replaced, recursive);
        }
        if reader.eat("materialized") {
            reader.expect("view")?;
            return self.create_materialized_view(reader);
        }
        let unique = reader.eat("unique");
        if reader.eat("index") {
            return self.create_index(reader, unique);
        }
        let constraint = reader.eat("constraint");
        if reader.eat("trigger") {
            return self.create_trigger(reader, constraint);
        }
        if reader.eat("schema") {
            self.create_schema(reader)
        } else if reader.eat("sequence") {
            self.create_sequence(reader)
        } else if reader.eat("type") {
            self.create_type(reader, start)
        } else if reader.eat("domain") {
            self.create_domain(reader)
        } else if reader.eat("function") {
            self.create_routine(reader, false)
        } else if reader.eat("procedure") {
            self.create_routine(reader, true)
        } else if reader.eat("policy") {
            self.create_policy(reader)
        } else if reader.at_any(&["role", "user", "group"]) {
            self.create_role(reader)
        } else if reader.eat("extension") {
            self.create_extension(reader)
        } else if reader.at("database") {
            Ok(())
        } else {
            let what = reader.word().to_ascii_uppercase();
            self.pass_over(start, &format!("CREATE {what}"));
            Ok(())
        }
    }

    /// `CREATE SCHEMA [IF NOT EXISTS] name [AUTHORIZATION role]`
    fn create_schema(&mut self, reader: &mut Reader<'_>) -> Read {
        let is_optional = if_not_exists(reader)?;
        let named = if reader.at("authorization") { None } else { Some(reader.name()?) };
        let owner = if reader.eat("authorization") { Some(reader.name()?) } else { None };
        let name = named.or_else(|| owner.clone()).unwrap_or_default();
        if self.schemas().iter().any(|schema| schema.name == name) {
            if is_optional || name == "public" {
                return Ok(());
            }
            let message = format!("schema \"{name}\" already exists");
            return Err(PgError::new(SqlState::DUPLICATE_SCHEMA, message).into());
        }
        let mut schema = Schema { name, ..Schema::default() };
        schema.access.owner = owner;
        self.schemas().push(schema);
        Ok(())
    }

    /// `CREATE EXTENSION [IF NOT EXISTS] name [WITH] [SCHEMA schema] [VERSION version]`
    fn create_extension(&mut self, reader: &mut Reader<'_>) -> Read {
        if_not_exists(reader)?;
        let name = reader.name()?;
        if self.defined.snapshot.extensions.iter().any(|one| one.name == name) {
            return Ok(());
        }
        let (mut schema, mut version) = ("public".to_owned(), "1.0".to_owned());
        while !reader.at_end() {
            if reader.eat("schema") {
                schema = reader.name()?;
            } else if reader.eat("version") {
                version = if reader.at_string() { reader.string()? } else { reader.name()? };
            } else {
                reader.skip()?;
            }
        }
        let extension = Extension { name, schema, version, comment: None };
        self.defined.snapshot.extensions.push(extension);
        Ok(())
    }

    /// `SET search_path = …`; no other setting has to do with what names mean.
    fn set(&mut self, reader: &mut Reader<'_>) -> Read {
        let _ = reader.eat("session") || reader.eat("local");
        if !reader.eat("search_path") {
            return Ok(());
        }
        if !reader.eat("to") && !reader.eat_operator("=") {
            return Err(reader.unexpected().into());
        }
        let mut path = Vec::new();
        loop {
            path.push(if reader.at_string() { reader.string()? } else { reader.label()? });
            if !reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        path.retain(|name| !name.is_empty() && name != "default");
        self.path = path;
        Ok(())
    }

    /// `SELECT pg_catalog.set_config('search_path', '…', false)`, with which a dump begins.
    fn call(&mut self, reader: &mut Reader<'_>) -> Read {
        if reader.eat("pg_catalog") {
            reader.expect_kind(TokenKind::Dot)?;
        }
        if !reader.eat("set_config") {
            return Ok(());
        }
        reader.expect_kind(TokenKind::LeftParen)?;
        if !reader.at_string() || reader.string()? != "search_path" {
            return Ok(());
        }
        reader.expect_kind(TokenKind::Comma)?;
        let names = reader.string()?;
        let names = names.split(',').map(|name| name.trim().trim_matches('"').to_owned());
        self.path = names.filter(|name| !name.is_empty()).collect();
        Ok(())
    }

    /// Notes a definition of what is not known here.
    fn pass_over(&mut self, start: usize, what: &str) {
        let line = self.sql.get(..start).unwrap_or_default().matches('\n').count() + 1;
        self.defined.passed_over.push(PassedOver { line, what: what.to_owned() });
    }
}

/// `IF NOT EXISTS`
fn if_not_exists(reader: &mut Reader<'_>) -> Read<bool> {
    let found = reader.eat("if");
    if found {
        reader.expect("not")?;
        reader.expect("exists")?;
    }
    Ok(found)
}
