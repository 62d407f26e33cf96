//! User name maps in the form of `pg_ident.conf`: which names elsewhere are which users here.

use std::collections::HashMap;
use std::sync::Arc;

use super::RulesError;
use super::token::{Line, Token, lines};

/// The maps that rules name by `map=`.
#[derive(Clone, Debug, Default)]
pub struct UserMaps(HashMap<String, UserMap>);

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct UserMap(Arc<Vec<Entry>>);

#[derive(Debug)]
struct Entry {
    system: String,
    /// `None` is `all`.
    user: Option<String>,
}

impl UserMaps {
    /// Reads lines of a map's name, the name in a certificate or token, and the user it may log in
    /// as, or `all`: <https://www.postgresql.org/docs/18/auth-username-maps.html>. Regular expressions are
    /// left out.
    ///
    /// # Errors
    ///
    /// The first line that is wrong.
    pub fn parse(text: &str) -> Result<UserMaps, RulesError> {
        let mut maps: HashMap<String, Vec<Entry>> = HashMap::new();
        for Line { number, fields } in lines(text)? {
            let (name, entry) =
                entry(fields).map_err(|message| RulesError { line: number, message })?;
            maps.entry(name).or_default().push(entry);
        }
        let maps = maps.into_iter().map(|(name, entries)| (name, UserMap(Arc::new(entries))));
        Ok(UserMaps(maps.collect()))
    }

    pub(super) fn named(&self, name: &str) -> Option<UserMap> {
        self.0.get(name).cloned()
    }
}

impl UserMap {
    /// Whether who is called `system` may log in as `user`.
    pub(crate) fn lets(&self, system: &str, user: &str) -> bool {
        let is_user = |entry: &Entry| entry.user.as_ref().is_none_or(|name| name == user);
        self.0.iter().any(|entry| entry.system == system && is_user(entry))
    }
}

fn entry(fields: Vec<Vec<Token>>) -> Result<(String, Entry), String> {
    const FORM: &str = "say MAPNAME SYSTEM-USERNAME DATABASE-USERNAME";
    let mut words = fields.into_iter().map(|field| {
        let [word] =
            <[Token; 1]>::try_from(field).map_err(|_| format!("a list of names: {FORM}"))?;
        Ok::<_, String>(word)
    });
    let mut next = || words.next().unwrap_or_else(|| Err(format!("a name is missing: {FORM}")));
    let (map, system, user) = (next()?, next()?, next()?);
    if words.next().is_some() {
        return Err(format!("there is more than three names: {FORM}"));
    }
    for name in [&system, &user] {
        if name.text.starts_with('/') {
            let text = &name.text;
            return Err(format!("\"{text}\": regular expressions are not supported: {FORM}"));
        }
    }
    if user.text.starts_with('+') && !user.quoted {
        return Err("groups are not supported: name the users".to_owned());
    }
    let user = if user.is("all") { None } else { Some(user.text) };
    Ok((map.text, Entry { system: system.text, user }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_mapped_whole_and_exactly() {
        let text = "# who is who\nm \"CN of ann\" ann\nm root all\nm x \"all\"\nother bob ann\n";
        let maps = UserMaps::parse(text).expect("maps");
        let map = maps.named("m").expect("a map");
        for (system, user, lets) in [
            ("CN of ann", "ann", true),
            ("CN of an", "ann", false),
            ("CN of ann", "Ann", false),
            ("CN of Ann", "ann", false),
            ("bob", "ann", false),
            ("root", "anybody", true),
            ("x", "all", true),
            ("x", "ann", false),
        ] {
            assert_eq!(map.lets(system, user), lets, "{system} as {user}");
        }
        assert!(maps.named("M").is_none());
    }

    #[test]
    fn what_is_wrong_names_its_line_and_the_fix() {
        for (line, message) in [
            ("m", "a name is missing: say MAPNAME"),
            ("m a", "a name is missing"),
            ("m a b c", "more than three names"),
            ("m a,b c", "a list of names"),
            ("m /^(.*)$ \\1", "\"/^(.*)$\": regular expressions are not supported"),
            ("m a +staff", "groups are not supported"),
        ] {
            let error = UserMaps::parse(&format!("\n{line}\n")).expect_err(line);
            assert_eq!(error.line, 2, "{line}");
            assert!(error.message.contains(message), "{line}: {error}");
        }
    }
}
