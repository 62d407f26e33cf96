//! Functions, procedures and triggers.

use trunkline_proto::Oid;

use super::Access;

/// A function or a procedure (`pg_proc`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Routine {
    /// Its name; several may have the same one, with other arguments.
    pub name: String,
    /// What it is.
    pub kind: RoutineKind,
    /// Its arguments, with those that it gives back.
    pub arguments: Vec<Argument>,
    /// What it returns; of a procedure [`Oid::VOID`], or [`Oid::RECORD`] if it has arguments to give back.
    pub result: Oid,
    /// Whether it returns rows (SETOF, TABLE).
    pub returns_set: bool,
    /// Its language, such as `sql`.
    pub language: String,
    /// Its text.
    pub source: String,
    /// `i` for IMMUTABLE, `s` STABLE, `v` VOLATILE (`pg_proc.provolatile`).
    pub volatility: char,
    /// Whether it is NULL of NULL (STRICT).
    pub strict: bool,
    /// Whether it runs as its owner (SECURITY DEFINER).
    pub security_definer: bool,
    /// Whether it tells nothing of its arguments (LEAKPROOF).
    pub leakproof: bool,
    /// `s` for SAFE, `r` RESTRICTED, `u` UNSAFE (`pg_proc.proparallel`).
    pub parallel: char,
    /// What a call costs, if that was said (COST).
    pub cost: Option<u32>,
    /// How many rows it gives, if that was said (ROWS).
    pub rows: Option<u32>,
    /// What it sets while it runs, each as `name=value`.
    pub settings: Vec<String>,
    /// What is said of it.
    pub comment: Option<String>,
    /// Whose it is.
    pub access: Access,
}

impl Routine {
    /// A function of which nothing else is said.
    pub fn new(name: impl Into<String>, arguments: Vec<Argument>, result: Oid) -> Routine {
        Routine {
            name: name.into(),
            kind: RoutineKind::Function,
            arguments,
            result,
            returns_set: false,
            language: "sql".to_owned(),
            source: String::new(),
            volatility: 'v',
            strict: false,
            security_definer: false,
            leakproof: false,
            parallel: 'u',
            cost: None,
            rows: None,
            settings: Vec::new(),
            comment: None,
            access: Access::default(),
        }
    }
}

/// What a routine is (`pg_proc.prokind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RoutineKind {
    /// A function.
    Function,
    /// A procedure, for CALL.
    Procedure,
    /// An aggregate.
    Aggregate,
}

/// An argument of a routine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name; it is empty if there is none.
    pub name: String,
    /// `i` for IN, `o` OUT, `b` INOUT, `v` VARIADIC, `t` a column of TABLE (`pg_proc.proargmodes`).
    pub mode: char,
    /// Its type.
    pub type_oid: Oid,
    /// What it is by default: an expression.
    pub default: Option<String>,
}

/// A trigger (`pg_trigger`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// Schema and name of the function that it calls, which has no arguments of its own.
    pub function: (String, String),
    /// When it is called.
    pub timing: Timing,
    /// Whether it is called for each row, not for each statement.
    pub for_each_row: bool,
    /// What calls it.
    pub events: Vec<TriggerEvent>,
    /// The columns of UPDATE OF.
    pub columns: Vec<usize>,
    /// Under which condition: an expression of `old` and `new`.
    pub condition: Option<String>,
    /// What it gives to the function.
    pub arguments: Vec<String>,
    /// The names of the tables of old and new rows (REFERENCING).
    pub transition: (Option<String>, Option<String>),
    /// Of a constraint trigger, whether it may wait for the end of the transaction, and whether it does.
    pub constraint: Option<(bool, bool)>,
    /// `O` for where it is usual, `D` disabled, `R` in replicas, `A` always (`pg_trigger.tgenabled`).
    pub enabled: char,
    /// What is said of it.
    pub comment: Option<String>,
}

impl Trigger {
    /// A trigger of each statement, of which nothing else is said.
    pub fn new(
        name: impl Into<String>,
        function: (String, String),
        timing: Timing,
        events: Vec<TriggerEvent>,
    ) -> Trigger {
        Trigger {
            name: name.into(),
            function,
            timing,
            for_each_row: false,
            events,
            columns: Vec::new(),
            condition: None,
            arguments: Vec::new(),
            transition: (None, None),
            constraint: None,
            enabled: 'O',
            comment: None,
        }
    }
}

/// When a trigger is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timing {
    /// Before what calls it.
    Before,
    /// Behind it.
    After,
    /// In its place.
    InsteadOf,
}

/// What calls a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TriggerEvent {
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
    /// TRUNCATE.
    Truncate,
}
