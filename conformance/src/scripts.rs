//! Session scripts: each finds the same tables, made for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::dialogue::File;
use crate::dsn::Dsn;
use crate::frontend;
use crate::link::Link;

/// How many of a hundred scripts must be the same; each other one is explained.
pub(crate) const SAME: usize = 97;

/// The statements that make the tables, beside the scripts.
const TABLES: &str = "tables.sql";
/// Which scripts differ for good, and which only today, beside the scripts.
const DIFFERS: &str = "differs.txt";
const AWAITS: &str = "awaiting.txt";

/// What all scripts of a folder have in common.
pub(crate) struct Scripts {
    tables: String,
    /// Which scripts of trunkline differ, and the fact that forbids sameness.
    differs: BTreeMap<String, String>,
    /// Which scripts await something that trunkline has not got yet.
    awaits: BTreeMap<String, String>,
    made: AtomicUsize,
}

impl Scripts {
    /// Reads what stands beside the scripts.
    pub(crate) fn read(folder: &Path) -> Result<Scripts, String> {
        let read = |name| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let list = |name| parse_list(&read(name)?).map_err(|why| format!("{name}: {why}"));
        let (differs, awaits) = (list(DIFFERS)?, list(AWAITS)?);
        Ok(Scripts { tables: read(TABLES)?, differs, awaits, made: AtomicUsize::new(0) })
    }

    /// Whether a file of the folder holds scripts.
    pub(crate) fn is_script(path: &Path) -> bool {
        path.file_name().is_none_or(|name| name != TABLES && name != DIFFERS && name != AWAITS)
    }

    /// Why a script of trunkline differs.
    pub(crate) fn fact(&self, script: &str) -> Option<&str> {
        self.differs.get(script).map(String::as_str)
    }

    /// What a script of trunkline awaits.
    pub(crate) fn awaits(&self, script: &str) -> Option<&str> {
        self.awaits.get(script).map(String::as_str)
    }

    /// What the lists name wrongly: no script at all, or one without exceptions.
    pub(crate) fn fault(&self, files: &[File]) -> Option<String> {
        let is_script = |name: &String| {
            files.iter().flat_map(|file| &file.dialogues).any(|script| script.name == *name)
        };
        if let Some(name) = self.awaits.keys().find(|name| !is_script(name)) {
            return Some(format!("{AWAITS}: there is no script {name}"));
        }
        self.differs.keys().find_map(|name| {
            let has_it = |file: &&File| file.dialogues.iter().any(|script| script.name == *name);
            match files.iter().find(has_it) {
                None => Some(format!("{DIFFERS}: there is no script {name}")),
                Some(file) if file.is_without_exceptions() => {
                    Some(format!("{DIFFERS}: {name} may not differ: it is the session's"))
                }
                Some(_) => None,
            }
        })
    }

    /// An empty database, for one script after the other; `server` is a PostgreSQL.
    pub(crate) fn database(server: &Dsn, patience: Duration) -> Result<Database, String> {
        let name = format!("scripts_{}", std::process::id());
        run(server, patience, &format!("create database {name}"))?;
        let mut dsn = server.clone();
        dsn.database = name;
        Ok(Database { dsn, maker: server.clone(), patience })
    }

    /// The tables, as they are before a script: anew in the database of a PostgreSQL, in one of their own elsewhere,
    /// since a server of ours has one of any name, empty, for whoever asks first.
    pub(crate) fn tables(
        &self,
        server: &Dsn,
        own: Option<&Database>,
        patience: Duration,
    ) -> Result<Dsn, String> {
        let mut dsn = server.clone();
        match own {
            Some(database) => {
                dsn = database.dsn.clone();
                run(&dsn, patience, "drop schema public cascade; create schema public")?;
            }
            None => {
                let number = self.made.fetch_add(1, Ordering::Relaxed);
                dsn.database = format!("script_{}_{number}", std::process::id());
            }
        }
        run(&dsn, patience, &self.tables)?;
        Ok(dsn)
    }
}

/// Lines `name: fact`; the fact may go on in lines that begin with a blank.
fn parse_list(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut list = BTreeMap::new();
    let mut last: Option<String> = None;
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if line.starts_with(' ') {
            let fact = last.as_ref().and_then(|name| list.get_mut(name));
            let fact: &mut String = fact.ok_or_else(|| format!("{line}: of which script?"))?;
            *fact = format!("{fact} {}", line.trim()).trim_start().to_owned();
            continue;
        }
        let (name, fact) = line.split_once(':').ok_or_else(|| format!("{line}: why?"))?;
        if list.insert(name.to_owned(), fact.trim().to_owned()).is_some() {
            return Err(format!("{name} is there twice"));
        }
        last = Some(name.to_owned());
    }
    match list.iter().find(|(_, fact)| fact.is_empty()) {
        Some((name, _)) => Err(format!("{name}: why?")),
        None => Ok(list),
    }
}

/// The database of the scripts, which ends with this.
pub(crate) struct Database {
    dsn: Dsn,
    /// Where it has to be dropped.
    maker: Dsn,
    patience: Duration,
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("drop database {} with (force)", self.dsn.database);
        let _ = run(&self.maker, self.patience, &drop);
    }
}

/// Runs statements that must not fail, and leaves only when the server has let go.
fn run(dsn: &Dsn, patience: Duration, sql: &str) -> Result<(), String> {
    let mut link = Link::login(dsn, patience)?;
    link.say(&[frontend::query(sql), frontend::typed(b'X', &[])].concat());
    let mut failure = None;
    loop {
        match link.hear()? {
            line if line == "closed" => return failure.map_or(Ok(()), Err),
            line if line.starts_with("ErrorResponse") => {
                failure.get_or_insert_with(|| format!("the tables cannot be made: {line}"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exception_has_its_fact() {
        let list = parse_list("# Why.\n\na: one\n  and more\nb:\n  two\n").unwrap();
        let found: Vec<_> = list.iter().map(|(name, fact)| (&name[..], &fact[..])).collect();
        assert_eq!(found, [("a", "one and more"), ("b", "two")]);
        for text in ["a\n", "a:\n", "  fact\n", "a: b\na: c\n"] {
            assert!(parse_list(text).is_err(), "{text}");
        }
    }

    #[test]
    fn exceptions_are_of_scripts_that_may_have_some() {
        let scripts = |list| Scripts {
            tables: String::new(),
            differs: parse_list(list).unwrap(),
            awaits: parse_list("x: more\n").unwrap(),
            made: AtomicUsize::new(0),
        };
        let files = ["x\n  > sql a\n", "@ no exceptions\n\ny\n  > sql b\n"];
        let files: Vec<File> = files.map(|text| File::parse(text).unwrap()).into();
        assert_eq!(scripts("x: fact\n").fault(&files), None);
        assert!(scripts("y: fact\n").fault(&files).unwrap().contains("may not differ"));
        assert!(scripts("z: fact\n").fault(&files).unwrap().contains("no script"));
    }
}
