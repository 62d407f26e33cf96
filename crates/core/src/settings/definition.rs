//! What PostgreSQL knows of a setting.

use std::cmp::Ordering;
use std::sync::LazyLock;

use super::generated;

/// A setting of PostgreSQL 18, as `pg_settings` describes it.
#[derive(Debug)]
pub struct Definition {
    /// Its name, in PostgreSQL's capitals.
    pub name: &'static str,
    /// Its type and bounds.
    pub kind: Kind,
    /// Its value before any configuration, in its own unit.
    pub default: &'static str,
    /// Who may set it, and when.
    pub context: Context,
    /// Whether clients are told of changes by ParameterStatus.
    pub reported: bool,
    /// What it is, in one sentence.
    pub description: &'static str,
}

/// The type of a setting.
#[derive(Debug)]
pub enum Kind {
    /// on or off.
    Bool,
    /// One of these words.
    Enum(&'static [&'static str]),
    /// A whole number, in `unit` if it has one.
    Integer {
        /// The smallest value.
        min: i64,
        /// The largest value.
        max: i64,
        /// `kB`, `8kB`, `MB`, `B`, `ms`, `s` or `min`.
        unit: Option<&'static str>,
    },
    /// A number, in `unit` if it has one.
    Real {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
        /// As for integers.
        unit: Option<&'static str>,
    },
    /// Any text.
    String,
}

/// Who may set a setting, and when (`pg_settings.context`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Nobody.
    Internal,
    /// The server's start only.
    Postmaster,
    /// The server's configuration only.
    Sighup,
    /// A superuser, in the startup packet.
    SuperuserBackend,
    /// Anyone, in the startup packet.
    Backend,
    /// A superuser.
    Superuser,
    /// Anyone.
    User,
}

/// What PostgreSQL knows of a setting, by its name in any capitals.
pub fn definition(name: &str) -> Option<&'static Definition> {
    let name = match name {
        // What PostgreSQL called them once.
        _ if name.eq_ignore_ascii_case("sort_mem") => "work_mem",
        _ if name.eq_ignore_ascii_case("vacuum_mem") => "maintenance_work_mem",
        _ if name.eq_ignore_ascii_case("ssl_ecdh_curve") => "ssl_groups",
        _ => name,
    };
    let found = generated::SETTINGS.binary_search_by(|known| compare(known.name, name));
    let hidden = || HIDDEN.iter().find(|known| compare(known.name, name).is_eq());
    found.ok().and_then(|place| generated::SETTINGS.get(place)).or_else(hidden)
}

/// Settings that SHOW ALL leaves out, and `pg_settings` too.
static HIDDEN: [Definition; 4] = [
    Definition {
        name: "is_superuser",
        kind: Kind::Bool,
        default: "off",
        context: Context::Internal,
        reported: true,
        description: "Shows whether the current user is a superuser.",
    },
    Definition {
        name: "role",
        kind: Kind::String,
        default: "none",
        context: Context::User,
        reported: false,
        description: "Sets the current role.",
    },
    Definition {
        name: "session_authorization",
        kind: Kind::String,
        default: "",
        context: Context::User,
        reported: true,
        description: "Sets the session user name.",
    },
    Definition {
        name: "seed",
        kind: Kind::Real { min: -1.0, max: 1.0, unit: None },
        default: "unavailable",
        context: Context::User,
        reported: false,
        description: "Sets the seed for random-number generation.",
    },
];

/// The settings that the client is told of.
pub(super) static REPORTED: LazyLock<Vec<&'static Definition>> = LazyLock::new(|| {
    generated::SETTINGS.iter().chain(&HIDDEN).filter(|known| known.reported).collect()
});

/// The order of names, which know no capitals.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let one = one.bytes().map(|byte| byte.to_ascii_lowercase());
    one.cmp(other.bytes().map(|byte| byte.to_ascii_lowercase()))
}
