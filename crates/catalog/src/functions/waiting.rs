//! What sessions ask of each other and of the clock: functions that may wait.

use std::time::Duration;

use trunkline_core::advisory::{AdvisoryKey, AdvisoryMode};
use trunkline_core::{Notice, PgError, Result, Signal, SqlState};

use super::math::whole;
use super::session::now;
use super::times;
use crate::datum::Datum;
use crate::plan::{Call, Function};

/// How soon who waits looks again.
const TICK: Duration = Duration::from_millis(10);

/// Whether a function that is called with so many arguments may keep a thread waiting.
pub(super) fn waits(name: &str, arguments: usize) -> bool {
    match name {
        "pg_sleep"
        | "pg_sleep_for"
        | "pg_sleep_until"
        | "pg_advisory_lock"
        | "pg_advisory_lock_shared"
        | "pg_advisory_xact_lock"
        | "pg_advisory_xact_lock_shared" => true,
        // Without a time it does not.
        "pg_terminate_backend" => arguments > 1,
        _ => false,
    }
}

pub(super) fn function(name: &str) -> Option<Function> {
    use AdvisoryMode::{Exclusive, Shared};
    Some(match name {
        "pg_sleep" => |call| {
            let seconds = call.arguments.first().and_then(Datum::as_float).unwrap_or_default();
            sleep(call, Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
        },
        "pg_sleep_for" => sleep_for,
        "pg_sleep_until" => {
            |call| sleep(call, micros(whole(call, 0).unwrap_or(0).saturating_sub(now())))
        }
        "pg_cancel_backend" => {
            |call| call.run.world.client.signal(pid(call), Signal::Cancel).map(Datum::Bool)
        }
        "pg_terminate_backend" => terminate,
        "pg_advisory_lock" => |call| await_lock(call, Exclusive, false),
        "pg_advisory_lock_shared" => |call| await_lock(call, Shared, false),
        "pg_advisory_xact_lock" => |call| await_lock(call, Exclusive, true),
        "pg_advisory_xact_lock_shared" => |call| await_lock(call, Shared, true),
        "pg_try_advisory_lock" => |call| try_lock(call, Exclusive, false),
        "pg_try_advisory_lock_shared" => |call| try_lock(call, Shared, false),
        "pg_try_advisory_xact_lock" => |call| try_lock(call, Exclusive, true),
        "pg_try_advisory_xact_lock_shared" => |call| try_lock(call, Shared, true),
        "pg_advisory_unlock" => |call| unlock(call, Exclusive),
        "pg_advisory_unlock_shared" => |call| unlock(call, Shared),
        "pg_advisory_unlock_all" => |call| {
            let client = &call.run.world.client;
            client.backends().unlock_all(client.identity().pid);
            Ok(void())
        },
        _ => return None,
    })
}

/// `void` looks like a string of nothing.
pub(super) fn void() -> Datum {
    Datum::text("")
}

fn micros(count: i64) -> Duration {
    Duration::from_micros(u64::try_from(count).unwrap_or_default())
}

fn sleep(call: &Call<'_>, duration: Duration) -> Result<Datum> {
    call.run.pause(duration)?;
    Ok(void())
}

fn sleep_for(call: &Call<'_>) -> Result<Datum> {
    let Some(interval) = times::interval(call, 0) else { return Ok(Datum::Null) };
    let days = i64::from(interval.months) * 30 + i64::from(interval.days);
    let all = days.saturating_mul(86_400_000_000).saturating_add(interval.micros);
    sleep(call, micros(all))
}

/// A process is an `int4`: what is none is nobody's.
fn pid(call: &Call<'_>) -> i32 {
    whole(call, 0).and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default()
}

/// Ends another session, and waits until it is gone, where it is said how long.
fn terminate(call: &Call<'_>) -> Result<Datum> {
    let (client, pid) = (&call.run.world.client, pid(call));
    let timeout = whole(call, 1).unwrap_or_default();
    if timeout < 0 {
        let message = "\"timeout\" must not be negative";
        return Err(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message));
    }
    if !client.signal(pid, Signal::Terminate)? || timeout == 0 {
        return Ok(Datum::Bool(client.backends().find(pid).is_some()));
    }
    let until = now().saturating_add(timeout.saturating_mul(1000));
    while client.backends().find(pid).is_some() {
        if now() >= until {
            let message =
                format!("backend with PID {pid} did not terminate within {timeout} milliseconds");
            client.notify(Notice::warning(SqlState::WARNING, message));
            return Ok(Datum::Bool(false));
        }
        call.run.pause(TICK)?;
    }
    Ok(Datum::Bool(true))
}

/// What is to be locked: one number of 64 bits, or two of 32.
fn key(call: &Call<'_>) -> AdvisoryKey {
    let low = |number: i64| u32::try_from(number & 0xffff_ffff).unwrap_or_default();
    let first = whole(call, 0).unwrap_or_default();
    let (class, object, kind) = match whole(call, 1) {
        Some(second) => (low(first), low(second), 2),
        None => (low(first >> 32), low(first), 1),
    };
    AdvisoryKey { database: call.run.world.database().0, class, object, kind }
}

fn await_lock(call: &Call<'_>, mode: AdvisoryMode, for_transaction: bool) -> Result<Datum> {
    let client = &call.run.world.client;
    client.lock(key(call), mode, for_transaction, true, call.run.stop())?;
    Ok(void())
}

fn try_lock(call: &Call<'_>, mode: AdvisoryMode, for_transaction: bool) -> Result<Datum> {
    let client = &call.run.world.client;
    client.lock(key(call), mode, for_transaction, false, call.run.stop()).map(Datum::Bool)
}

fn unlock(call: &Call<'_>, mode: AdvisoryMode) -> Result<Datum> {
    Ok(Datum::Bool(call.run.world.client.unlock(&key(call), mode)))
}
