//! What PostgreSQL knows of a setting.

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
