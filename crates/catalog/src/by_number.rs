//! Functions by their number, as FunctionCall asks for them.

use trunkline_core::{Columns, Oid, PgError, Prepared, Result};
use trunkline_sql::quote_identifier;

use crate::facts::{Proc, base_of, type_facts};
use crate::session::may_be_known_elsewhere;

/// The statement that calls a function, and the types of its parameters.
///
/// # Errors
///
/// 0A000 for what gives rows or looks at some, and for a type of which there are no values.
pub(crate) fn call(proc: &Proc) -> Result<(String, &[Oid])> {
    if proc.kind != b'f' || proc.returns_set {
        return Err(not_by_number(proc));
    }
    for oid in &proc.arguments {
        if let Some(known) = type_facts(*oid).filter(|known| known.kind == b'p') {
            let message = format!("cannot accept a value of type {}", known.name);
            return Err(PgError::unsupported(message));
        }
    }
    let places: Vec<String> = (1..=proc.arguments.len()).map(|place| format!("${place}")).collect();
    let sql = format!("SELECT {}({})", quote_identifier(&proc.name), places.join(", "));
    Ok((sql, &proc.arguments))
}

/// What was prepared, if that is a call of the function: its name alone might be another's, too.
///
/// # Errors
///
/// 0A000 for a function that nobody here can work out.
pub(crate) fn checked<S>(proc: &Proc, prepared: Result<Prepared<S>>) -> Result<Prepared<S>> {
    match prepared {
        Ok(prepared)
            if gives(&prepared, proc.result) && *prepared.parameters == *proc.arguments =>
        {
            Ok(prepared)
        }
        Err(error) if !may_be_known_elsewhere(&error) => Err(error),
        _ => Err(not_by_number(proc)),
    }
}

/// Whether the one column of a statement is of a type.
fn gives<S>(prepared: &Prepared<S>, oid: Oid) -> bool {
    match &prepared.columns {
        Columns::Known(columns) => {
            matches!(&**columns, [column] if column.type_oid == base_of(oid))
        }
        _ => false,
    }
}

fn not_by_number(proc: &Proc) -> PgError {
    PgError::unsupported(format!("cannot call function \"{}\" via fastpath interface", proc.name))
}
