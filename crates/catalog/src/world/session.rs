//! What the catalogs say of the cluster and of this session.

use trunkline_core::advisory::AdvisoryLock;
use trunkline_core::settings::SERVER_VERSION;
use trunkline_core::{Activity, ActivityState, Client, Oid, Result};

use super::row::{Maker, letter};
use super::{SUPERUSER, World};
use crate::datum::{Datum, Row};
use crate::facts::{self, PG_CATALOG, text};

/// The number of an extension of the snapshot.
pub(super) fn extension_oid(world: &World, name: &str) -> u32 {
    world.objects.number_besides("extension", name)
}

/// What was installed; what every database has is not named again.
pub(super) fn extensions(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_extension");
    let installed = world.objects.snapshot.extensions.iter().filter(|one| one.name != "plpgsql");
    let rows = installed.map(|extension| {
        let schema = world.schema_named(&extension.schema).unwrap_or(PG_CATALOG);
        maker.row([
            ("oid", Datum::Oid(extension_oid(world, &extension.name))),
            ("extname", Datum::text(extension.name.as_str())),
            ("extowner", Datum::Oid(world.session_role().0)),
            ("extnamespace", Datum::Oid(schema)),
            ("extrelocatable", Datum::Bool(true)),
            ("extversion", Datum::text(extension.version.as_str())),
        ])
    });
    rows.collect()
}

/// The databases that every cluster has besides those that somebody made: number, name, whether it is a
/// template, and what is said of it.
pub(super) const DATABASES: [(u32, &str, bool, &str); 3] = [
    (1, "template1", true, "default template for new databases"),
    (4, "template0", true, "unmodifiable empty database"),
    (5, "postgres", false, "default administrative connection database"),
];

/// The database of the session, and those that every cluster has: whether there are others is not known here.
pub(super) fn databases(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_database");
    let row = |oid: u32, name: Datum, owner: u32, is_template: bool| {
        let of_template = || Datum::texts(["=c/postgres", "postgres=CTc/postgres"]);
        maker.row([
            ("oid", Datum::Oid(oid)),
            ("datname", name),
            ("datdba", Datum::Oid(owner)),
            ("encoding", Datum::Int(6)),
            ("datlocprovider", letter('c')),
            ("datistemplate", Datum::Bool(is_template)),
            ("datallowconn", Datum::Bool(oid != 4)),
            ("datconnlimit", Datum::Int(-1)),
            // What initdb of PostgreSQL 18 leaves.
            ("datfrozenxid", Datum::Oid(744)),
            ("datminmxid", Datum::Oid(1)),
            ("dattablespace", Datum::Oid(1663)),
            ("datcollate", Datum::text("C.UTF-8")),
            ("datctype", Datum::text("C.UTF-8")),
            ("datacl", if is_template { of_template() } else { Datum::Null }),
        ])
    };
    let (own, name) = world.database();
    let others = DATABASES.iter().filter(|(_, other, ..)| **other != *name);
    let others = others
        .map(|(oid, name, is_template, _)| row(*oid, Datum::text(*name), SUPERUSER, *is_template));
    let owner = world.session_role().0;
    others.chain([row(own, Datum::Text(name.clone()), owner, false)]).collect()
}

/// What each transaction sets anew.
const OF_TRANSACTIONS: [&str; 3] =
    ["transaction_deferrable", "transaction_isolation", "transaction_read_only"];

/// What SHOW says otherwise than it is kept, of settings that nobody sets here.
const SHOWN_OTHERWISE: [&str; 4] =
    ["archive_command", "data_directory_mode", "log_file_mode", "unix_socket_permissions"];

/// Every setting as it is now.
pub(super) fn settings(world: &World) -> Result<Vec<Row>> {
    let Some(facts) = facts::facts("pg_settings") else { return Ok(Vec::new()) };
    let maker = Maker::new(PG_CATALOG, "pg_settings");
    let cell = |row: &Row, name: &str| row.get(facts.column(name)).cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for fact in &facts.rows {
        let name = text(fact, facts.column("name"));
        let shown = world.client.setting(&name).unwrap_or_default();
        let setting = plain(&shown, cell(fact, "unit").as_str(), cell(fact, "vartype").as_str());
        let boot = cell(fact, "boot_val");
        let context = cell(fact, "context");
        let is_otherwise = SHOWN_OTHERWISE.contains(&&*name);
        let is_default = is_otherwise || boot.as_str() == Some(&setting) || boot.is_null();
        // What no session can set is the server's.
        let is_servers = matches!(context.as_str(), Some("internal" | "postmaster" | "sighup"));
        let source = match context.as_str() {
            _ if is_default && OF_TRANSACTIONS.contains(&&*name) => "override",
            _ if is_default => "default",
            Some("internal") => "default",
            _ if is_servers => "command line",
            _ => "session",
        };
        let is_given = is_servers && !is_otherwise;
        let reset = if is_given { Datum::text(setting.as_str()) } else { boot.clone() };
        rows.push(maker.row([
            ("name", Datum::Text(name)),
            ("setting", Datum::text(setting)),
            ("unit", cell(fact, "unit")),
            ("category", cell(fact, "category")),
            ("short_desc", cell(fact, "short_desc")),
            ("extra_desc", cell(fact, "extra_desc")),
            ("context", context),
            ("vartype", cell(fact, "vartype")),
            ("source", Datum::text(source)),
            ("min_val", cell(fact, "min_val")),
            ("max_val", cell(fact, "max_val")),
            ("enumvals", cell(fact, "enumvals")),
            ("boot_val", boot),
            ("reset_val", reset),
            ("pending_restart", Datum::Bool(false)),
        ]));
    }
    Ok(rows)
}

/// A setting in its own unit: SHOW says `128MB`, the view 16384 pages of 8kB.
fn plain(shown: &str, unit: Option<&str>, kind: Option<&str>) -> String {
    let Some(unit) = unit.filter(|_| matches!(kind, Some("integer" | "real"))) else {
        return shown.to_owned();
    };
    let split = shown.find(|one: char| one.is_ascii_alphabetic()).unwrap_or(shown.len());
    let (number, suffix) =
        (shown.get(..split).unwrap_or_default(), shown.get(split..).unwrap_or_default());
    let (Ok(value), Some(from), Some(to)) =
        (number.parse::<i128>(), size_of(suffix), size_of(unit))
    else {
        return number.to_owned();
    };
    if suffix.is_empty() { number.to_owned() } else { (value * from / to).to_string() }
}

/// A unit in bytes, or in microseconds.
fn size_of(unit: &str) -> Option<i128> {
    Some(match unit {
        "B" | "us" | "" => 1,
        "kB" => 1 << 10,
        "8kB" => 8 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        "TB" => 1 << 40,
        "ms" => 1_000,
        "s" => 1_000_000,
        "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return None,
    })
}

/// All sessions of the server, this one first.
fn sessions(world: &World) -> Vec<Client> {
    let own = world.client.identity().pid;
    let mut all = world.client.backends().all();
    all.retain(|client| client.identity().pid != own);
    all.insert(0, world.client.clone());
    all
}

/// Whether the session may know what another one does, and from where: of its own user, or all of them.
fn may_know(world: &World, other: &Client) -> bool {
    let is_super = || world.client.setting("is_superuser").as_deref() == Some("on");
    other.identity().user == world.client.identity().user || is_super()
}

/// What sessions do, and from where.
pub(super) fn activity(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_stat_activity");
    let all = sessions(world);
    let rows = all.iter().map(|client| {
        let identity = client.identity();
        let (database, database_name) = world.database_of(client);
        let (role, role_name) = world.role_of(client);
        let application = client.setting("application_name").unwrap_or_default();
        let is_told = may_know(world, client);
        let address = identity.address.filter(|_| is_told);
        let port = address.map_or(-1, |address| i64::from(address.port()));
        let address = address.and_then(|it| world.parse(Oid::INET, &it.ip().to_string()).ok());
        let activity = if is_told { client.activity() } else { Activity::hidden() };
        let state = activity.state;
        use ActivityState::{Active, FastPath, IdleInTransaction};
        let has_transaction = matches!(state, Some(Active | FastPath | IdleInTransaction));
        let transaction = client.transaction_time().filter(|_| has_transaction);
        let time = |time: Option<i64>| time.map_or(Datum::Null, Datum::Int);
        let told = |cell: Datum| if is_told { cell } else { Datum::Null };
        maker.row([
            ("datid", Datum::Oid(database)),
            ("datname", Datum::Text(database_name)),
            ("pid", Datum::Int(identity.pid.into())),
            ("usesysid", Datum::Oid(role)),
            ("usename", Datum::Text(role_name)),
            ("application_name", Datum::text(application)),
            ("client_addr", address.unwrap_or_default()),
            ("client_port", told(Datum::Int(port))),
            ("backend_start", time(activity.began)),
            ("xact_start", time(transaction)),
            ("query_start", time(activity.query_start)),
            ("state_change", time(activity.state_change)),
            ("state", state.map_or(Datum::Null, |state| Datum::text(state.name()))),
            ("query", Datum::text(activity.query)),
            ("backend_type", told(Datum::text("client backend"))),
        ])
    });
    rows.collect()
}

/// The advisory locks; no others are known here.
pub(super) fn locks(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_locks");
    let locks = world.client.backends().locks();
    let rows = locks.iter().map(|AdvisoryLock { request, granted }| {
        maker.row([
            ("locktype", Datum::text("advisory")),
            ("database", Datum::Oid(request.key.database)),
            ("classid", Datum::Oid(request.key.class)),
            ("objid", Datum::Oid(request.key.object)),
            ("objsubid", Datum::Int(request.key.kind.into())),
            ("pid", Datum::Int(request.pid.into())),
            ("mode", Datum::text(request.mode.name())),
            ("granted", Datum::Bool(*granted)),
            ("fastpath", Datum::Bool(false)),
        ])
    });
    rows.collect()
}

pub(super) fn encryption(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_stat_ssl");
    let row = |client: &Client| {
        let identity = client.identity();
        maker.row([
            ("pid", Datum::Int(identity.pid.into())),
            ("ssl", Datum::Bool(identity.encrypted)),
        ])
    };
    sessions(world).iter().filter(|client| may_know(world, client)).map(row).collect()
}

pub(super) fn gssapi(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_stat_gssapi");
    let row = |client: &Client| {
        maker.row([
            ("pid", Datum::Int(client.identity().pid.into())),
            ("gss_authenticated", Datum::Bool(false)),
            ("encrypted", Datum::Bool(false)),
            ("credentials_delegated", Datum::Bool(false)),
        ])
    };
    sessions(world).iter().filter(|client| may_know(world, client)).map(row).collect()
}

/// `version()`
pub(crate) fn version() -> String {
    format!(
        "PostgreSQL {SERVER_VERSION} on {}-{}, compiled by rustc, {}-bit",
        std::env::consts::ARCH,
        std::env::consts::OS,
        usize::BITS
    )
}
