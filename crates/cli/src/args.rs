//! What the user may say: flags, environment, configuration file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::error::ErrorKind::{DisplayHelpOnMissingArgumentOrSubcommand, UnknownArgument};
use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde::{Deserialize, Deserializer};

use crate::failure::Failure;
use crate::hash_password::HashPassword;
use crate::private;

/// Put files behind psql and every PostgreSQL driver.
#[derive(Parser)]
#[command(name = "trunkline", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve folders of CSV, Parquet and NDJSON files, or a SQLite file, as a database
    Serve(Box<Serve>),
    /// Print a line for a users file: the name, and a hash of the password that is typed or piped in
    HashPassword(HashPassword),
}

/// The flags of `serve`, which hold passwords and are never printed; each may stand in the configuration file under the same name.
#[derive(Args, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Serve {
    /// Files, folders or globs; every file or folder of parts is a table. Or one SQLite file
    #[arg(value_name = "PATH")]
    #[serde(deserialize_with = "one_or_more")]
    pub(crate) paths: Vec<PathBuf>,

    /// A table by name: --table flights=data/flights-*.parquet (repeatable)
    #[arg(long = "table", value_name = "NAME=PATH")]
    #[serde(deserialize_with = "one_or_more")]
    pub(crate) table: Vec<String>,

    /// Let clients write the SQLite file, which is made if it is not there
    #[arg(long, value_name = "YES", env = "TRUNKLINE_WRITABLE", value_parser = BoolishValueParser::new())]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) writable: Option<bool>,

    /// Definitions (CREATE TABLE and the like) of what clients find beside the data: objects without rows,
    /// and keys, comments and privileges of tables
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_SCHEMA")]
    pub(crate) schema: Option<PathBuf>,

    /// Where to listen: HOST:PORT, port 0 for any, or FOLDER[:PORT] with a slash for a Unix socket
    /// (repeatable) [default: 127.0.0.1:5432]
    #[arg(long, value_name = "ADDRESS", env = "TRUNKLINE_LISTEN", value_delimiter = ',')]
    #[serde(deserialize_with = "one_or_more")]
    pub(crate) listen: Vec<String>,

    /// The database's name; without --hba `postgres` is accepted too [default: the folder's name]
    #[arg(long, value_name = "NAME", env = "TRUNKLINE_DATABASE")]
    pub(crate) database: Option<String>,

    /// A user who logs in by SCRAM-SHA-256. The password of one NAME is taken from the environment
    /// (TRUNKLINE_PASSWORD), else one is made up; in the command line others can read it (repeatable)
    #[arg(long, value_name = "NAME[:PASSWORD]", env = "TRUNKLINE_USER", hide_env_values = true)]
    #[serde(deserialize_with = "one_or_more")]
    pub(crate) user: Vec<String>,

    /// Users in the form of PgBouncer's userlist.txt
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_USERS_FILE")]
    pub(crate) users_file: Option<PathBuf>,

    /// Rules in the form of pg_hba.conf: who proves itself how
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_HBA")]
    pub(crate) hba: Option<PathBuf>,

    /// The public keys of who makes tokens for lines of oauth, a JWKS file
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_OAUTH_KEYS")]
    pub(crate) oauth_keys: Option<PathBuf>,

    /// Whom tokens must be made for: the name of this server where they are made
    #[arg(long, value_name = "NAME", env = "TRUNKLINE_OAUTH_AUDIENCE")]
    pub(crate) oauth_audience: Option<String>,

    /// The claim of a token that is the user's name [default: sub]
    #[arg(long, value_name = "NAME", env = "TRUNKLINE_OAUTH_CLAIM")]
    pub(crate) oauth_claim: Option<String>,

    /// Which names of certificates and tokens are which users, in the form of pg_ident.conf
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_IDENT")]
    pub(crate) ident: Option<PathBuf>,

    /// The certificate chain for TLS, in PEM
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_TLS_CERT")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,

    /// The authorities that sign certificates of clients, in PEM
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_TLS_CLIENT_CA")]
    pub(crate) tls_client_ca: Option<PathBuf>,

    /// Which certificates of clients are revoked, lists in PEM: each authority must have one
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_TLS_CRL")]
    pub(crate) tls_crl: Option<PathBuf>,

    /// Refuse clients without TLS on loopback too; on public addresses they always are
    #[arg(long, value_name = "YES", env = "TRUNKLINE_TLS_REQUIRED", value_parser = BoolishValueParser::new())]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) tls_required: Option<bool>,

    /// Connections at once, as far as there are files to open for them [default: 1000]
    #[arg(long, value_name = "N", env = "TRUNKLINE_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<usize>,

    /// How long a statement may take, as PostgreSQL writes it: 30s, 5min, 0 for any time. A client
    /// may set another statement_timeout [default: 5min]
    #[arg(long, value_name = "TIME", env = "TRUNKLINE_STATEMENT_TIMEOUT")]
    pub(crate) statement_timeout: Option<String>,

    /// How long a client may do nothing before it is sent away; it may set another
    /// idle_session_timeout [default: 0, any time]
    #[arg(long, value_name = "TIME", env = "TRUNKLINE_IDLE_TIMEOUT")]
    pub(crate) idle_timeout: Option<String>,

    /// How long the system of a client that is sent something may take none of it, before the
    /// connection is lost; 0 waits as long as the system does [default: 1min]
    #[arg(long, value_name = "TIME", env = "TRUNKLINE_TCP_USER_TIMEOUT")]
    pub(crate) tcp_user_timeout: Option<String>,

    /// Wrong passwords of a user from a network, after which it is refused for two minutes; 0 for no
    /// bound [default: 10]
    #[arg(long, value_name = "N", env = "TRUNKLINE_GUESSES")]
    pub(crate) guesses: Option<u32>,

    /// Memory for sorting, grouping and joining, in MiB, shared by all queries; temporary files may
    /// take eight times as much [default: half of the memory there is, at most 4096]
    #[arg(long, value_name = "MIB", env = "TRUNKLINE_MAX_MEMORY")]
    pub(crate) max_memory: Option<usize>,

    /// What to log: error, warn, info, debug or trace [default: warn]
    #[arg(long, value_name = "LEVEL", env = "TRUNKLINE_LOG")]
    pub(crate) log: Option<String>,

    /// Listen on public addresses even without users or without TLS, and let clients do without it,
    /// with a password in clear, too
    #[arg(long, value_name = "YES", env = "TRUNKLINE_INSECURE_LISTEN", value_parser = BoolishValueParser::new())]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) insecure_listen: Option<bool>,

    /// A configuration file in TOML with these flags as keys
    #[arg(long, short, value_name = "FILE", env = "TRUNKLINE_CONFIG")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,

    /// Whether users stand in the command line, where others can read it.
    #[arg(skip)]
    #[serde(skip)]
    pub(crate) users_are_visible: bool,
}

/// A list in the configuration file; one value may stand for itself.
fn one_or_more<'de, D, T>(file: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    // What stands there in its place may be a password, so it is not shown.
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a string or a list of strings")]
    enum OneOrMore<T> {
        One(T),
        More(Vec<T>),
    }
    Ok(match OneOrMore::deserialize(file)? {
        OneOrMore::One(one) => vec![one],
        OneOrMore::More(more) => more,
    })
}

impl Cli {
    /// Reads the command line and the environment. Asked for help, or for the version, the program
    /// ends here.
    pub(crate) fn read() -> Result<Cli, Failure> {
        let matches = Cli::command().try_get_matches().map_err(mistake)?;
        let mut cli = Cli::from_arg_matches(&matches).map_err(mistake)?;
        if let Command::Serve(serve) = &mut cli.command {
            serve.users_are_visible = matches.subcommand_matches("serve").is_some_and(|matches| {
                matches.value_source("user") == Some(ValueSource::CommandLine)
            });
        }
        Ok(cli)
    }
}

/// What clap says, without its paragraphs.
fn mistake(error: clap::Error) -> Failure {
    if !error.use_stderr() || error.kind() == DisplayHelpOnMissingArgumentOrSubcommand {
        error.exit();
    }
    let command = std::env::args().nth(1).filter(|name| name == "hash-password");
    if command.is_some() && error.kind() == UnknownArgument {
        // What stands there may be the password.
        return Failure::usage(
            "the password is no argument, where others can read it: type it, or pipe it in; trunkline hash-password --help tells more",
        );
    }
    let command = command.as_deref().unwrap_or("serve");
    let text = error.render().to_string();
    let mut parts = text.lines().map(str::trim);
    let first = parts.next().unwrap_or_default();
    let mut line = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    if let (true, Some(which)) = (line.ends_with(':'), parts.next()) {
        line = format!("{line} {which}");
    }
    for tip in parts.filter_map(|part| part.strip_prefix("tip: ")) {
        line = format!("{line}; {tip}");
    }
    Failure::usage(format!("{line}; trunkline {command} --help tells more"))
}

impl Serve {
    /// What the user said, with the configuration file where nothing else was said.
    ///
    /// Flags win over the environment, and that over the file. A list is taken whole from one of
    /// them, never mixed. Paths in the file are relative to the file.
    pub(crate) fn settled(self) -> Result<Serve, Failure> {
        let Some(path) = self.config.clone() else { return Ok(self) };
        let failed = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
        let mut opened = File::open(&path).map_err(failed)?;
        let mut text = String::new();
        opened.read_to_string(&mut text).map_err(failed)?;
        let file: Serve = toml::from_str(&text).map_err(|error| {
            let line = error.span().and_then(|span| text.get(..span.start));
            let line = line.map_or(1, |before| before.matches('\n').count() + 1);
            Failure::usage(format!("{} line {line}: {}", path.display(), error.message()))
        })?;
        if file.user.iter().any(|user| user.contains(':')) {
            let found = opened.metadata().map_err(failed)?;
            private::check(&path, "file with passwords", &found)?;
        }
        let file = file.relative_to(path.parent().unwrap_or(Path::new("")));
        fn list<T>(said: Vec<T>, file: Vec<T>) -> Vec<T> {
            if said.is_empty() { file } else { said }
        }
        Ok(Serve {
            paths: list(self.paths, file.paths),
            table: list(self.table, file.table),
            writable: self.writable.or(file.writable),
            schema: self.schema.or(file.schema),
            listen: list(self.listen, file.listen),
            database: self.database.or(file.database),
            user: list(self.user, file.user),
            users_file: self.users_file.or(file.users_file),
            hba: self.hba.or(file.hba),
            oauth_keys: self.oauth_keys.or(file.oauth_keys),
            oauth_claim: self.oauth_claim.or(file.oauth_claim),
            oauth_audience: self.oauth_audience.or(file.oauth_audience),
            ident: self.ident.or(file.ident),
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            tls_client_ca: self.tls_client_ca.or(file.tls_client_ca),
            tls_crl: self.tls_crl.or(file.tls_crl),
            tls_required: self.tls_required.or(file.tls_required),
            max_connections: self.max_connections.or(file.max_connections),
            statement_timeout: self.statement_timeout.or(file.statement_timeout),
            idle_timeout: self.idle_timeout.or(file.idle_timeout),
            tcp_user_timeout: self.tcp_user_timeout.or(file.tcp_user_timeout),
            guesses: self.guesses.or(file.guesses),
            max_memory: self.max_memory.or(file.max_memory),
            log: self.log.or(file.log),
            insecure_listen: self.insecure_listen.or(file.insecure_listen),
            config: self.config,
            users_are_visible: self.users_are_visible,
        })
    }

    fn relative_to(mut self, folder: &Path) -> Serve {
        let paths = self.paths.iter_mut();
        let files = [
            &mut self.schema,
            &mut self.users_file,
            &mut self.hba,
            &mut self.oauth_keys,
            &mut self.ident,
            &mut self.tls_cert,
            &mut self.tls_key,
            &mut self.tls_client_ca,
            &mut self.tls_crl,
        ];
        for path in paths.chain(files.into_iter().flatten()) {
            *path = folder.join(&path);
        }
        for table in &mut self.table {
            if let Some((name, path)) = table.split_once('=') {
                *table = format!("{name}={}", folder.join(path).display());
            }
        }
        self
    }
}
