//! What the session's settings say of its statements.

use std::sync::Arc;

use trunkline_core::Client;
use trunkline_core::types::TextStyle;

use super::super::translate::reading::{Reading, SearchPath};
use super::Worker;

/// What they say, as long as none has changed.
pub(super) struct Settings {
    /// When they were looked at: see [`Client::changes`].
    changes: usize,
    style: Arc<TextStyle>,
    pub(super) path: SearchPath,
    role: Arc<str>,
}

impl Settings {
    pub(super) fn of(client: &Client) -> Settings {
        Settings {
            changes: client.changes(),
            style: client.style(),
            path: SearchPath::of(client),
            role: client.identity().user.clone().into(),
        }
    }
}

impl Worker<'_> {
    /// What the settings are now.
    pub(super) fn settings(&mut self) -> &Settings {
        if self.settings.changes != self.client.changes() {
            self.settings = Settings::of(&self.client);
        }
        &self.settings
    }

    /// How the session reads what is written.
    pub(in crate::sqlite) fn reading(&mut self) -> Reading {
        self.tell_settings();
        let (path, role) = (self.settings.path, self.settings.role.clone());
        Reading { style: self.guarded.surroundings.style(), path, role }
    }

    /// Tells the functions that go by settings what these are now.
    pub(super) fn tell_settings(&mut self) {
        let now = self.client.transaction_time();
        let surroundings = &self.guarded.surroundings;
        surroundings.tell(&self.settings().style, now);
    }
}
