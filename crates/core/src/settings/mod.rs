//! The settings of a session: what SET sets and SHOW shows.
//!
//! Source: <https://www.postgresql.org/docs/18/config-setting.html>. Every setting of
//! PostgreSQL 18 is known with its type and bounds, whether or not it means anything here: drivers
//! set dozens that only a PostgreSQL has. Those that change how values look as text are obeyed
//! through [`TextStyle`].

mod block;
mod definition;
mod generated;
mod number;
mod value;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use trunkline_proto::SqlState;
use trunkline_proto::types::{ByteaOutput, DateStyle, IntervalStyle, TextStyle, TimeZone};

use block::{Before, Savepoint};
pub use definition::{Context, Definition, Kind};

use crate::error::{PgError, Result};

/// The version of PostgreSQL that is claimed: some clients die on anything but a bare number.
pub const SERVER_VERSION: &str = "18.4";

/// The settings of one session; what has its default takes no room.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What RESET goes back to, where it is no default: what the server and the startup packet said.
    initial: Values,
    /// What was set since, over `initial`.
    changed: Values,
    style: Arc<TextStyle>,
    /// Whether a transaction block is open.
    in_block: bool,
    /// The values before the block, once something was set in it.
    before: Option<Box<Before>>,
    /// The values at each savepoint.
    savepoints: Vec<Savepoint>,
    /// Reported settings that changed, with the value that the client was told last.
    unreported: Vec<(&'static Definition, String)>,
}

type Values = Vec<(Name, Box<str>)>;

/// The name of a setting: one of PostgreSQL's, or one with a dot that anyone may make up.
#[derive(Clone, Debug)]
enum Name {
    Known(&'static Definition),
    Custom(Box<str>),
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        match (self, other) {
            (Name::Known(one), Name::Known(other)) => std::ptr::eq(*one, *other),
            (Name::Custom(one), Name::Custom(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        }
    }
}

impl Name {
    fn find(name: &str) -> Option<Name> {
        if let Some(definition) = definition(name) {
            return Some(Name::Known(definition));
        }
        // PostgreSQL takes any name of at least two identifiers.
        let valid = |part: &str| {
            part.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
        };
        (name.contains('.') && name.split('.').all(valid)).then(|| Name::Custom(name.into()))
    }

    fn as_str(&self) -> &str {
        match self {
            Name::Known(definition) => definition.name,
            Name::Custom(name) => name,
        }
    }
}

/// What every session starts from, worked out once.
static START: LazyLock<Settings> = LazyLock::new(|| {
    let mut settings = Settings {
        initial: Values::new(),
        changed: Values::new(),
        style: Arc::default(),
        in_block: false,
        before: None,
        savepoints: Vec::new(),
        unreported: Vec::new(),
    };
    settings.style = Arc::new(settings.text_style());
    settings
});

/// Defaults that are ours, over those of a PostgreSQL without configuration.
const DEFAULTS: [(&str, &str); 5] = [
    ("server_version", SERVER_VERSION),
    ("server_version_num", "180004"),
    ("client_encoding", "UTF8"),
    ("server_encoding", "UTF8"),
    ("TimeZone", "UTC"),
];

impl Default for Settings {
    fn default() -> Settings {
        START.clone()
    }
}

impl Settings {
    /// Gives a setting its initial value, without asking who may; for the server, before the
    /// client is told.
    pub fn preset(&mut self, name: &str, value: &str) {
        if let Some(name) = Name::find(name) {
            self.start_with(&name, value.into());
        }
    }

    /// Sets what the startup packet asks for; RESET goes back to it.
    ///
    /// # Errors
    ///
    /// As for [`set`](Settings::set).
    pub fn set_at_startup(&mut self, name: &str, value: &str) -> Result<()> {
        let name = self.allowed(name, true)?;
        let value = self.canonical(&name, value)?;
        self.start_with(&name, value.into());
        Ok(())
    }

    /// Sets a setting for the session, or until the end of the transaction block if `local`.
    ///
    /// # Errors
    ///
    /// 42704 for a name that PostgreSQL does not know, 42602 for one that nobody may make up, 22023 for a value that it does not take,
    /// 55P02 for a setting that cannot be changed now.
    pub fn set(&mut self, name: &str, value: &str, local: bool) -> Result<()> {
        let name = self.allowed(name, false)?;
        let value = self.canonical(&name, value)?;
        self.assign(&name, Some(value.into()), local);
        Ok(())
    }

    /// Gives a setting the value it had when the session started.
    ///
    /// # Errors
    ///
    /// As for [`set`](Settings::set).
    pub fn reset(&mut self, name: &str, local: bool) -> Result<()> {
        let name = self.allowed(name, false)?;
        self.assign(&name, None, local);
        Ok(())
    }

    /// Gives every setting the value it had when the session started.
    pub fn reset_all(&mut self) {
        for name in self.changed_names() {
            // What identifies the session stays.
            let stays = matches!(name.as_str(), "session_authorization" | "role" | "is_superuser");
            if !stays {
                self.assign(&name, None, false);
            }
        }
    }

    /// The value of a setting as SHOW prints it; `None` for a name that is not known.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(&Name::find(name)?)
    }

    /// Every setting of PostgreSQL with its value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Definition, Cow<'_, str>)> {
        generated::SETTINGS.iter().map(|definition| (definition, self.shown(definition)))
    }

    /// The settings that the client is told of when it starts.
    pub fn reported(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        REPORTED.iter().map(|definition| (definition.name, self.shown(definition)))
    }

    /// The reported settings that have changed since the client was told.
    pub fn take_reports(&mut self) -> Vec<(&'static str, String)> {
        if self.unreported.is_empty() {
            return Vec::new();
        }
        let changed = std::mem::take(&mut self.unreported);
        let now = changed.into_iter().map(|(definition, told)| {
            let value = self.shown(definition).into_owned();
            (definition.name, value, told)
        });
        now.filter(|(_, value, told)| value != told).map(|(name, value, _)| (name, value)).collect()
    }

    /// How values look as text.
    pub fn style(&self) -> Arc<TextStyle> {
        self.style.clone()
    }

    fn changed_names(&self) -> Vec<Name> {
        self.changed.iter().map(|(name, _)| name.clone()).collect()
    }

    fn value(&self, name: &Name) -> Option<Cow<'_, str>> {
        let set = get(&self.changed, name).or_else(|| get(&self.initial, name));
        match (set, name) {
            (Some(value), _) => Some(Cow::Borrowed(value)),
            (None, Name::Known(definition)) => Some(default(definition)),
            (None, Name::Custom(_)) => None,
        }
    }

    fn shown(&self, definition: &'static Definition) -> Cow<'_, str> {
        self.value(&Name::Known(definition)).unwrap_or_default()
    }

    fn allowed(&self, name: &str, startup: bool) -> Result<Name> {
        let unknown = || match name.contains('.') {
            true => PgError::new(
                SqlState::INVALID_NAME,
                format!("invalid configuration parameter name \"{name}\""),
            )
            .detail(
                "Custom parameter names must be two or more simple identifiers separated by dots.",
            ),
            false => PgError::new(
                SqlState::UNDEFINED_OBJECT,
                format!("unrecognized configuration parameter \"{name}\""),
            ),
        };
        let found = Name::find(name).ok_or_else(unknown)?;
        let Name::Known(definition) = &found else { return Ok(found) };
        let why = match definition.context {
            Context::Internal => "cannot be changed",
            Context::Postmaster => "cannot be changed without restarting the server",
            Context::Sighup => "cannot be changed now",
            Context::Backend | Context::SuperuserBackend if !startup => {
                "cannot be set after connection start"
            }
            Context::SuperuserBackend | Context::Superuser => {
                return Err(PgError::new(
                    SqlState::INSUFFICIENT_PRIVILEGE,
                    format!("permission denied to set parameter \"{}\"", definition.name),
                ));
            }
            Context::Backend | Context::User => return Ok(found),
        };
        Err(PgError::new(
            SqlState::CANT_CHANGE_RUNTIME_PARAM,
            format!("parameter \"{}\" {why}", definition.name),
        ))
    }

    fn canonical(&self, name: &Name, value: &str) -> Result<String> {
        match name {
            Name::Known(definition) => value::canonical(definition, value, &self.shown(definition)),
            Name::Custom(_) => Ok(value.to_owned()),
        }
    }

    fn start_with(&mut self, name: &Name, value: Box<str>) {
        put(&mut self.initial, name, Some(value));
        put(&mut self.changed, name, None);
        self.restyle(name);
    }

    /// `None` is what the session started with.
    fn assign(&mut self, name: &Name, value: Option<Box<str>>, local: bool) {
        if local && !self.in_block {
            // Outside a block SET LOCAL has no effect.
            return;
        }
        if self.in_block && self.before.is_none() {
            let changed = self.changed.clone();
            self.before = Some(Box::new(Before { changed, local: Vec::new() }));
        }
        if let Some(before) = &mut self.before {
            if !local {
                before.local.retain(|(covered, _)| covered != name);
            } else if before.local.iter().all(|(known, _)| known != name) {
                before.local.push((name.clone(), get(&self.changed, name).map(Box::from)));
            }
        }
        self.replace(name, value);
    }

    fn replace(&mut self, name: &Name, value: Option<Box<str>>) {
        // A name that was made up stays, with nothing to go back to.
        let is_made_up = matches!(name, Name::Custom(_)) && get(&self.initial, name).is_none();
        let value = value.or_else(|| is_made_up.then(Box::default));
        if let Name::Known(definition) = name
            && definition.reported
            && !self.unreported.iter().any(|(known, _)| known.name == definition.name)
        {
            let told = self.shown(definition).into_owned();
            self.unreported.push((definition, told));
        }
        put(&mut self.changed, name, value);
        self.restyle(name);
    }

    fn restyle(&mut self, changed: &Name) {
        if !STYLING.contains(&changed.as_str()) {
            return;
        }
        let style = self.text_style();
        if *self.style != style {
            self.style = Arc::new(style);
        }
    }

    fn text_style(&self) -> TextStyle {
        let text = |name: &str| self.get(name).unwrap_or_default();
        let default = TextStyle::default();
        TextStyle {
            date_style: DateStyle::parse(&text("DateStyle"), default.date_style)
                .unwrap_or(default.date_style),
            interval_style: IntervalStyle::parse(&text("IntervalStyle"))
                .unwrap_or(default.interval_style),
            time_zone: TimeZone::parse(&text("TimeZone")).unwrap_or(default.time_zone),
            bytea_output: ByteaOutput::parse(&text("bytea_output")).unwrap_or(default.bytea_output),
            extra_float_digits: text("extra_float_digits")
                .parse()
                .unwrap_or(default.extra_float_digits),
        }
    }
}

/// What PostgreSQL knows of a setting, by its name in any capitals.
pub fn definition(name: &str) -> Option<&'static Definition> {
    let name = match name {
        // An older spelling that clients still send.
        _ if name.eq_ignore_ascii_case("time zone") => "TimeZone",
        _ => name,
    };
    let wanted = name.to_ascii_lowercase();
    let found = generated::SETTINGS.binary_search_by(|known| {
        known.name.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(wanted.bytes())
    });
    let hidden = || HIDDEN.iter().find(|known| known.name == wanted);
    found.ok().and_then(|place| generated::SETTINGS.get(place)).or_else(hidden)
}

/// Settings that SHOW ALL leaves out, and `pg_settings` too.
static HIDDEN: [Definition; 3] = [
    Definition {
        name: "is_superuser",
        kind: Kind::Bool,
        default: "off",
        context: Context::Internal,
        reported: true,
    },
    Definition {
        name: "role",
        kind: Kind::String,
        default: "none",
        context: Context::User,
        reported: false,
    },
    Definition {
        name: "session_authorization",
        kind: Kind::String,
        default: "",
        context: Context::User,
        reported: true,
    },
];

static REPORTED: LazyLock<Vec<&'static Definition>> = LazyLock::new(|| {
    generated::SETTINGS.iter().chain(&HIDDEN).filter(|known| known.reported).collect()
});

/// The settings that change how values look as text.
const STYLING: [&str; 5] =
    ["DateStyle", "IntervalStyle", "TimeZone", "bytea_output", "extra_float_digits"];

/// The value of a setting that nobody has set, as SHOW prints it.
fn default(definition: &'static Definition) -> Cow<'static, str> {
    match DEFAULTS.iter().find(|(name, _)| *name == definition.name) {
        Some((_, value)) => Cow::Borrowed(*value),
        None => value::shown_default(definition),
    }
}

fn get<'v>(values: &'v Values, name: &Name) -> Option<&'v str> {
    values.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
}

fn put(values: &mut Values, name: &Name, value: Option<Box<str>>) {
    let place = values.iter().position(|(known, _)| known == name);
    match (place.and_then(|place| values.get_mut(place)), value) {
        (Some((_, old)), Some(new)) => *old = new,
        (None, Some(new)) => values.push((name.clone(), new)),
        (_, None) => values.retain(|(known, _)| known != name),
    }
}
