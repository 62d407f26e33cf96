//! What a session has by name: what is kept of it, and the lists that the catalogs show.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_core::{Columns, Inventory, OpenCursor, PreparedStatement, Session};

use super::Connection;
use super::portals::{Portal, Statement};

/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const EPOCH: i64 = 946_684_800_000_000;

/// How often a plan is made for the values at hand, before one for all values is.
const CUSTOM_PLANS: u64 = 5;

/// What time it is, in microseconds since 2000-01-01 UTC.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX).saturating_sub(EPOCH)
}

/// Where a statement is from.
#[derive(Debug)]
pub(crate) struct Origin {
    /// The text in which it was sent.
    pub(crate) text: Arc<str>,
    /// When it was prepared.
    at: i64,
    /// Whether by PREPARE.
    from_sql: bool,
}

impl Origin {
    /// A statement in a text that the protocol brought.
    pub(crate) fn of(text: &str) -> Origin {
        Origin { text: text.into(), at: now(), from_sql: false }
    }

    /// The same of PREPARE.
    pub(crate) fn by_sql(self) -> Origin {
        Origin { from_sql: true, ..self }
    }
}

/// The setting that says which plans are made.
pub(super) const PLAN_CACHE_MODE: &str = "plan_cache_mode";

/// What `plan_cache_mode` says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum PlanChoice {
    #[default]
    Auto,
    Generic,
    Custom,
}

impl PlanChoice {
    /// What the setting says.
    pub(super) fn of(mode: Option<&str>) -> PlanChoice {
        match mode {
            Some("force_generic_plan") => PlanChoice::Generic,
            Some("force_custom_plan") => PlanChoice::Custom,
            _ => PlanChoice::Auto,
        }
    }
}

/// How often a statement was run by which kind of plan, as PostgreSQL would choose it.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    generic: AtomicU64,
    custom: AtomicU64,
}

impl Plans {
    /// One more, with values for parameters or without.
    pub(crate) fn count(&self, has_values: bool, choice: PlanChoice) {
        let is_custom = has_values
            && match choice {
                PlanChoice::Auto => self.custom.load(Ordering::Relaxed) < CUSTOM_PLANS,
                PlanChoice::Generic => false,
                PlanChoice::Custom => true,
            };
        let counter = if is_custom { &self.custom } else { &self.generic };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl<S: Session> Connection<S> {
    /// Which plans are asked for.
    pub(crate) fn plan_choice(&self) -> PlanChoice {
        match self.has_news() {
            true => PlanChoice::of(self.client.setting(PLAN_CACHE_MODE).as_deref()),
            false => self.plan_choice,
        }
    }

    /// What the session has by name now.
    pub(super) fn inventory(&self) -> Arc<Inventory> {
        let mut inventory = Inventory::default();
        inventory.cursors.extend(self.portals.iter().map(|(name, portal)| cursor(name, portal)));
        let named = self.statements.iter().map(|(name, statement)| prepared(name, statement));
        inventory.statements.extend(named);
        let listening = self.listening.iter().flat_map(|listening| listening.channels());
        inventory.channels.extend(listening.map(str::to_owned));
        Arc::new(inventory)
    }
}

fn cursor<S>(name: &str, portal: &Portal<S>) -> OpenCursor {
    let options = &portal.options;
    OpenCursor {
        name: name.to_owned(),
        statement: portal.statement.origin.text.clone(),
        is_holdable: options.hold,
        is_binary: options.is_binary,
        // PostgreSQL looks at the plan: that of a simple query goes back, too.
        is_scrollable: options.scroll.unwrap_or(portal.statement.key.is_some()),
        created: portal.created,
    }
}

fn prepared<S>(name: &str, statement: &Statement<S>) -> PreparedStatement {
    let results = match &statement.columns {
        Columns::Known(columns) => Some(columns.iter().map(|column| column.type_oid).collect()),
        Columns::None | Columns::AfterBind => None,
    };
    PreparedStatement {
        name: name.to_owned(),
        statement: statement.origin.text.clone(),
        prepared: statement.origin.at,
        parameters: statement.parameters.clone(),
        results,
        from_sql: statement.origin.from_sql,
        generic_plans: statement.plans.generic.load(Ordering::Relaxed),
        custom_plans: statement.plans.custom.load(Ordering::Relaxed),
    }
}
