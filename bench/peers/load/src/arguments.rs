//! What is asked for on the command line.

use std::collections::BTreeMap;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

use crate::connection::Target;
use crate::request::{Mode, Request};
use crate::server::Server;
use crate::stream;

/// Flags and their values.
pub(crate) struct Arguments(BTreeMap<String, String>);

impl Arguments {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> io::Result<Arguments> {
        let mut words = words.peekable();
        let mut found = BTreeMap::new();
        while let Some(word) = words.next() {
            let flag = word.strip_prefix("--").ok_or_else(|| wrong(&word, "is no flag"))?;
            let value = words.next_if(|next| !next.starts_with("--")).unwrap_or_default();
            found.insert(flag.to_owned(), value);
        }
        Ok(Arguments(found))
    }

    pub(crate) fn has(&self, flag: &str) -> bool {
        self.0.contains_key(flag)
    }

    pub(crate) fn text<'a>(&'a self, flag: &str, default: &'a str) -> &'a str {
        self.0.get(flag).map_or(default, String::as_str)
    }

    pub(crate) fn number<T: FromStr>(&self, flag: &str, default: T) -> io::Result<T> {
        let Some(value) = self.0.get(flag) else { return Ok(default) };
        value.parse().map_err(|_| wrong(flag, "needs a number"))
    }

    /// The process that is measured.
    pub(crate) fn server(&self) -> io::Result<Server> {
        let process = self.number("process", 0)?;
        if process == 0 { Err(wrong("--process", "is missing")) } else { Ok(Server(process)) }
    }

    pub(crate) fn target(&self) -> io::Result<Target> {
        let host =
            self.text("host", "127.0.0.1").parse().map_err(|_| wrong("host", "is no address"))?;
        Ok(Target {
            address: (std::net::IpAddr::V4(host), self.number("port", 5432)?).into(),
            user: self.text("user", "postgres").to_owned(),
            password: self.text("password", "").to_owned(),
            database: self.text("database", "postgres").to_owned(),
            tls: if self.has("tls") { Some(stream::tls()?) } else { None },
            salted: Arc::default(),
        })
    }

    pub(crate) fn mode(&self) -> io::Result<Mode> {
        let name = self.text("mode", "simple");
        Mode::named(name).ok_or_else(|| wrong(name, "is no mode"))
    }

    /// What is asked, and how: binary where the mode can choose, unless `--text` is there.
    pub(crate) fn request(&self, default: &str) -> io::Result<Request> {
        let mode = self.mode()?;
        let binary = mode != Mode::Simple && !self.has("text");
        Ok(Request::new(mode, self.text("sql", default), binary))
    }
}

fn wrong(word: &str, what: &str) -> io::Error {
    io::Error::other(format!("{word} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_values_or_none() {
        let words = ["--tls", "--port", "1", "--sql", "select 1"].map(str::to_owned);
        let arguments = Arguments::read(words.into_iter()).expect("flags");
        assert!(arguments.has("tls") && !arguments.has("scram"));
        assert_eq!(arguments.number("port", 0).ok(), Some(1));
        assert_eq!(arguments.text("sql", ""), "select 1");
        assert!(arguments.number::<u16>("tls", 0).is_err());
        assert!(arguments.server().is_err());
        assert!(Arguments::read(["port".to_owned()].into_iter()).is_err());
    }
}
