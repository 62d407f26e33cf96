//! The names of settings.

use std::sync::Arc;

use trunkline_proto::SqlState;

use super::definition::{Context, Definition, definition};
use super::transaction::Mode;
use crate::error::{PgError, Result};

/// The name of a setting: one of PostgreSQL's, or one with a dot that anyone may make up.
#[derive(Clone, Debug)]
pub(super) enum Name {
    Known(&'static Definition),
    Custom(Arc<str>),
}

impl Name {
    pub(super) fn find(name: &str) -> Option<Name> {
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

    /// The setting that somebody wants to set.
    ///
    /// # Errors
    ///
    /// 42704, 42602, 42501 and 55P02: see [`Settings::set`](super::Settings::set).
    pub(super) fn settable(name: &str, startup: bool) -> Result<Name> {
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

    pub(super) fn as_str(&self) -> &str {
        match self {
            Name::Known(definition) => definition.name,
            Name::Custom(name) => name,
        }
    }

    pub(super) fn known(&self) -> Option<&'static Definition> {
        match self {
            Name::Known(definition) => Some(definition),
            Name::Custom(_) => None,
        }
    }

    /// Whether it belongs to one transaction.
    pub(super) fn mode(&self) -> Option<Mode> {
        self.known().and_then(Mode::of)
    }
}
