//! What one client may take.

use std::time::Duration;

use trunkline_core::settings::Timeouts;

/// The bounds of a server; each default is safe for a public address. `docs/limits.md` has them in a
/// table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once; more get 53300.
    pub connections: usize,
    /// How many of those connections are kept for `admins`, as `superuser_reserved_connections`:
    /// others get 53300 when so few are left. Without admins none are.
    pub reserved: usize,
    /// The names of users for whom connections are kept, and for whom the next two bounds do not
    /// hold. Under trust anybody can say that this is his name.
    pub admins: Vec<String>,
    /// Connections of one user at once; more get 53300.
    pub connections_per_user: Option<usize>,
    /// Connections to one database at once; more get 53300.
    pub connections_per_database: Option<usize>,
    /// Sockets at once, beyond those `connections`, whose clients have not yet proved who they are.
    ///
    /// So a burst of as many clients as there is room for is let in, from one host too. When more
    /// come, the IPv4 address or /64 network of IPv6 that has the most such sockets loses its
    /// oldest, which gets 53300. Clients of Unix sockets are not counted: they are the owner's.
    pub logins: usize,
    /// The time from the first byte to the end of the login, TLS included. Who has not proved by
    /// then who it is hears nothing, as from PostgreSQL.
    pub login: Duration,
    /// Wrong passwords of a user from one network (an IPv4 address, a /64 of IPv6) within 150
    /// seconds, after which that user is refused from there for 120 seconds, in the words for a
    /// wrong password, even if it is right. Zero is any number. Clients of Unix sockets are never
    /// refused.
    pub guesses: u32,
    /// Named prepared statements a connection.
    pub statements: usize,
    /// The text and parameter types of all named prepared statements of a connection, in bytes.
    pub statement_bytes: usize,
    /// Named portals a connection, cursors among them.
    pub portals: usize,
    /// The parameter values of all named portals of a connection, in bytes.
    pub portal_bytes: usize,
    /// The files of all cursors of a connection that have to keep their rows (SCROLL, WITH HOLD
    /// behind its transaction, or before they change), in bytes; beyond, 53400, as with `temp_file_limit`.
    pub cursor_files: u64,
    /// Channels that a connection may LISTEN to.
    pub channels: usize,
    /// What may wait for listeners of NOTIFY that do not take it, of all connections, in bytes; beyond,
    /// NOTIFY gets 54000.
    pub notifications: usize,
    /// What the settings `statement_timeout`, `transaction_timeout`, `idle_session_timeout` and
    /// `idle_in_transaction_session_timeout` are unless a client sets them: none, as in PostgreSQL.
    pub timeouts: Timeouts,
    /// The longest that those timeouts can be, whatever a client sets; where it is zero, a client
    /// may set anything. SHOW still shows what was set.
    pub max_timeouts: Timeouts,
    /// How long a TCP connection is silent before the system asks whether the client is still there,
    /// as `tcp_keepalives_idle` of PostgreSQL: zero leaves it to the system. So are the next two.
    pub tcp_keepalives_idle: Duration,
    /// How long after a question without an answer it asks again.
    pub tcp_keepalives_interval: Duration,
    /// After how many questions without an answer the client is lost.
    pub tcp_keepalives_count: u32,
    /// How long what was sent may wait for the client's machine to take it; then the client is lost.
    /// A client that stops reading for so long is lost, too. Zero is for ever.
    pub tcp_user_timeout: Duration,
    /// How long shutdown waits for running statements before it cancels them, and ends what does
    /// not end by itself.
    pub drain: Duration,
    /// The longest message a client may send, in bytes.
    pub message: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 100,
            reserved: 3,
            admins: Vec::new(),
            connections_per_user: None,
            connections_per_database: None,
            logins: 256,
            login: Duration::from_secs(30),
            guesses: 10,
            statements: 1_000,
            statement_bytes: 16 * 1024 * 1024,
            portals: 1_000,
            portal_bytes: 64 * 1024 * 1024,
            cursor_files: 10 * 1024 * 1024 * 1024,
            channels: 10_000,
            notifications: 64 * 1024 * 1024,
            timeouts: Timeouts::default(),
            max_timeouts: Timeouts::default(),
            tcp_keepalives_idle: Duration::from_secs(60),
            tcp_keepalives_interval: Duration::from_secs(10),
            tcp_keepalives_count: 6,
            tcp_user_timeout: Duration::from_secs(60),
            drain: Duration::from_secs(30),
            message: 64 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests;
