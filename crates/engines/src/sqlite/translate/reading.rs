//! How a session reads what is written.

use std::sync::{Arc, LazyLock};

use trunkline_core::Client;
use trunkline_core::types::TextStyle;

/// What the settings of a session say of its statements.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// How constants are spelled, the zone, and what `now` is.
    pub(crate) style: Arc<TextStyle>,
    pub(crate) path: SearchPath,
    /// Who asks.
    pub(crate) role: Arc<str>,
}

/// What holds where no session is: of views, when their columns are read.
pub(crate) static PLAIN: LazyLock<Reading> =
    LazyLock::new(|| Reading { style: Arc::default(), path: SearchPath::PLAIN, role: "".into() });

/// Where names without a schema are looked for, besides among the temporary ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SearchPath {
    /// Whether `public` is one of the schemas.
    pub(crate) finds_public: bool,
    /// Where something is made whose name says nothing.
    pub(crate) creates_in: Option<Schema>,
}

/// A schema that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    Public,
    /// One that only PostgreSQL fills, by its name.
    Own(&'static str),
}

impl SearchPath {
    const PLAIN: SearchPath = SearchPath { finds_public: true, creates_in: Some(Schema::Public) };

    /// That of a session.
    pub(crate) fn of(client: &Client) -> SearchPath {
        let names = client.search_path();
        let schema = |name: &String| match name.as_str() {
            "public" => Some(Schema::Public),
            "pg_catalog" => Some(Schema::Own("pg_catalog")),
            "information_schema" => Some(Schema::Own("information_schema")),
            _ => None,
        };
        SearchPath {
            finds_public: names.iter().any(|name| name == "public"),
            creates_in: names.iter().find_map(schema),
        }
    }
}
