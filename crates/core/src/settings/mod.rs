//! The settings of a session: what SET sets and SHOW shows.
//!
//! Source: <https://www.postgresql.org/docs/18/config-setting.html>. Every setting of
//! PostgreSQL 18 is known with its type and bounds, whether or not it means anything here: drivers
//! set dozens that only a PostgreSQL has. Those that change how values look as text are obeyed
//! through [`TextStyle`].

mod block;
mod changes;
mod definition;
mod generated;
mod name;
mod number;
mod style;
mod timeouts;
mod transaction;
mod value;
mod values;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use trunkline_proto::types::TextStyle;
use trunkline_proto::{Encoding, SqlState};

pub use changes::MAX_BYTES;
use changes::{Changes, Layer};
use definition::REPORTED;
pub use definition::{Context, Definition, Kind, definition};
use name::Name;
pub use timeouts::Timeouts;
use transaction::{Mode, Modes};
use values::{Value, Values};

use crate::error::{PgError, Result};

/// The version of PostgreSQL that is claimed: some clients die on anything but a bare number.
pub const SERVER_VERSION: &str = "18.4";

/// The settings of one session; what has its default takes no room.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What RESET goes back to, where it is no default: what the server and the startup packet said.
    initial: Values,
    /// What was set since, over `initial`; most sessions set nothing.
    changes: Option<Box<Changes>>,
    style: Arc<TextStyle>,
    encoding: Encoding,
    /// In milliseconds; none unless one is set, as mostly.
    timeouts: Option<Box<[u32; 5]>>,
    /// 0 outside a transaction block, 1 within, and one more for each savepoint.
    depth: usize,
    /// The modes of the transaction in whose block we are.
    modes: Modes,
    /// Those that an error in it goes back to.
    first_modes: Modes,
}

/// What every session starts from, worked out once.
static START: LazyLock<Settings> = LazyLock::new(|| {
    let mut settings = Settings {
        initial: Values::default(),
        changes: None,
        style: Arc::default(),
        encoding: Encoding::UTF8,
        timeouts: None,
        depth: 0,
        modes: Modes::new(|_| None),
        first_modes: Modes::new(|_| None),
    };
    settings.style = Arc::new(settings.text_style());
    settings
});

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
            self.start_with(name, value.into());
        }
    }

    /// Sets what the startup packet asks for; RESET goes back to it.
    ///
    /// # Errors
    ///
    /// As for [`set`](Settings::set).
    pub fn set_at_startup(&mut self, name: &str, value: &str) -> Result<()> {
        let name = Name::settable(name, true)?;
        let value = self.canonical(&name, value)?;
        self.start_with(name, value.into());
        Ok(())
    }

    /// Sets a setting for the session, or until the end of the transaction block if `local`.
    ///
    /// `transaction_isolation`, `transaction_read_only` and `transaction_deferrable` are set until
    /// the end of the block in any case, and `session_authorization` sets `role` to none.
    ///
    /// # Errors
    ///
    /// 42704 for a name that PostgreSQL does not know, 42602 for one that nobody may make up, 22023
    /// for a value that it does not take, 55P02 for a setting that cannot be changed now, 25001 for
    /// a mode of the transaction that cannot, 53400 beyond [`MAX_BYTES`].
    pub fn set(&mut self, name: &str, value: &str, local: bool) -> Result<()> {
        let name = Name::settable(name, false)?;
        let value = self.canonical(&name, value)?;
        if let Some(mode) = name.mode() {
            // Outside a block the transaction ends with this statement.
            return match self.depth {
                0 => Ok(()),
                depth => self.modes.set(mode, &value, depth),
            };
        }
        self.admit(&name, &value, local)?;
        self.assign(&name, Some(value.into()), local);
        if let Some(role) = role_of(&name) {
            self.assign(&role, Some("none".into()), local);
        }
        Ok(())
    }

    /// Lets a setting be set where a query has run in the transaction: the modes of that may be fixed.
    ///
    /// # Errors
    ///
    /// 25001 for a mode that is; as for [`set`](Settings::set) for a value that it does not take.
    pub fn admit_mode(&self, name: &str, value: &str) -> Result<()> {
        let name = Name::settable(name, false)?;
        match name.mode() {
            Some(mode) => {
                let value = self.canonical(&name, value)?;
                self.current_modes().admit_after_query(mode, &value)
            }
            None => Ok(()),
        }
    }

    /// Gives a setting the value it had when the session started.
    ///
    /// # Errors
    ///
    /// As for [`set`](Settings::set); 0A000 for a mode of the transaction.
    pub fn reset(&mut self, name: &str, local: bool) -> Result<()> {
        let name = Name::settable(name, false)?;
        if name.mode().is_some() {
            let message = format!("parameter \"{}\" cannot be reset", name.as_str());
            return Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        // What only takes a value away is never refused.
        if local || name.known().is_none() && self.given(name.as_str()).is_none() {
            self.admit(&name, &self.original(&name), local)?;
        }
        self.assign(&name, None, local);
        if let Some(role) = role_of(&name) {
            self.assign(&role, None, local);
        }
        Ok(())
    }

    /// Gives every setting the value it had when the session started, but not those that say who
    /// the user is: RESET ALL.
    pub fn reset_all(&mut self) {
        for name in self.changed_names() {
            if !matches!(name.as_str(), "session_authorization" | "role" | "is_superuser") {
                self.assign(&name, None, false);
            }
        }
    }

    /// Gives every setting the value it had when the session started: DISCARD ALL.
    pub fn discard(&mut self) {
        for name in self.changed_names() {
            self.assign(&name, None, false);
        }
    }

    /// The value of a setting as SHOW prints it; `None` for a name that is not known.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match definition(name) {
            Some(definition) => Some(self.shown(definition)),
            None => self.given(name).map(Cow::Borrowed),
        }
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
        let Some(changes) = &mut self.changes else { return Vec::new() };
        let changed = std::mem::take(&mut changes.unreported);
        // PostgreSQL 18 tells of the last one first.
        let now = changed.into_iter().rev().map(|(definition, told)| {
            let value = self.shown(definition).into_owned();
            (definition.name, value, told)
        });
        now.filter(|(_, value, told)| value != told).map(|(name, value, _)| (name, value)).collect()
    }

    /// The schemas that `search_path` names, as it names them.
    pub fn search_path(&self) -> Vec<String> {
        self.get("search_path").and_then(|path| value::list(&path)).unwrap_or_default()
    }

    /// How values look as text.
    pub fn style(&self) -> Arc<TextStyle> {
        self.style.clone()
    }

    /// The encoding that the client speaks.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What RESET ALL has to reset: a name that was made up stays, but is empty then.
    fn changed_names(&self) -> Vec<Name> {
        let changed = self.changes.iter().flat_map(|changes| changes.iter());
        let is_reset = |name: &Name, value: &str| {
            value.is_empty() && name.known().is_none() && !self.initial.contains(name.as_str())
        };
        changed
            .filter(|(name, value)| !is_reset(name, value))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// What RESET goes back to.
    fn original(&self, name: &Name) -> Cow<'_, str> {
        let default = || name.known().map(value::default).unwrap_or_default();
        self.initial.get(name.as_str()).map_or_else(default, Cow::Borrowed)
    }

    /// The value that somebody gave to a setting, by its name in any capitals.
    fn given(&self, name: &str) -> Option<&str> {
        let set = self.changes.as_ref().and_then(|changes| changes.get(name));
        set.or_else(|| self.initial.get(name))
    }

    fn shown(&self, definition: &'static Definition) -> Cow<'_, str> {
        if let Some(mode) = Mode::of(definition) {
            return Cow::Borrowed(self.current_modes().shown(mode));
        }
        if definition.name == "seed" {
            // It is taken, and never told.
            return Cow::Borrowed(definition.default);
        }
        self.given(definition.name).map_or_else(|| value::default(definition), Cow::Borrowed)
    }

    fn canonical(&self, name: &Name, value: &str) -> Result<String> {
        match name {
            Name::Known(definition) => value::canonical(definition, value, &self.shown(definition)),
            Name::Custom(_) => Ok(value.to_owned()),
        }
    }

    fn start_with(&mut self, name: Name, value: Box<str>) {
        let known = name.known();
        self.initial.insert(name, Some(value));
        self.look_again(known.as_slice());
    }

    /// Whether there is room for a value.
    fn admit(&self, name: &Name, value: &str, local: bool) -> Result<()> {
        let layer = if local { Layer::Local } else { Layer::Kept };
        let none = Changes::default();
        let changes = self.changes.as_deref().unwrap_or(&none);
        changes.admit(layer, name.as_str(), value, self.depth)
    }

    /// Sets a value; `None` is what the session started with.
    fn assign(&mut self, name: &Name, value: Value, local: bool) {
        let depth = self.depth;
        // A name that was made up has nothing to go back to, and stays.
        let is_made_up = name.known().is_none() && self.initial.get(name.as_str()).is_none();
        if is_made_up && self.given(name.as_str()).is_none() {
            self.changes.get_or_insert_default().make_up(name);
        }
        if local && depth == 0 {
            // Outside a block SET LOCAL has no effect.
            return;
        }
        let is_reset = value.is_none();
        // What the session started with has to cover what was set since, if it is local.
        let original = (is_made_up || local).then(|| self.original(name).into());
        let value = value.or(original);
        if is_reset && self.changes.is_none() {
            return;
        }
        self.alter(name.known().as_slice(), |changes| {
            if !local {
                changes.set(Layer::Local, name, None, depth);
            }
            changes.set(if local { Layer::Local } else { Layer::Kept }, name, value, depth);
        });
    }

    /// Changes values, those of these settings of PostgreSQL among them.
    fn alter(&mut self, affected: &[&'static Definition], change: impl FnOnce(&mut Changes)) {
        for definition in affected.iter().copied().filter(|definition| definition.reported) {
            let told = self.shown(definition).into_owned();
            self.changes.get_or_insert_default().report(definition, told);
        }
        change(self.changes.get_or_insert_default());
        self.look_again(affected);
    }

    /// Works out again what these settings say.
    fn look_again(&mut self, affected: &[&'static Definition]) {
        self.restyle(affected);
        self.encode_anew(affected);
        self.retime(affected);
    }

    fn encode_anew(&mut self, affected: &[&'static Definition]) {
        if affected.iter().any(|definition| definition.name == "client_encoding") {
            let name = self.get("client_encoding").unwrap_or_default();
            self.encoding = Encoding::find(&name).unwrap_or_default();
        }
    }
}

/// SET SESSION AUTHORIZATION is SET ROLE too.
fn role_of(name: &Name) -> Option<Name> {
    (name.as_str() == "session_authorization").then(|| Name::find("role")).flatten()
}
