//! What functions know of the session that they are called in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_core::types::TextStyle;

/// How the session spells values, its zone, and when its transaction began; clones are the same.
///
/// Whoever runs statements tells it before each: a plan may outlive a SET.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    style: Arc<TextStyle>,
    now: Option<i64>,
    /// The style with the time in it, once somebody has asked.
    asked: Option<Arc<TextStyle>>,
}

impl Surroundings {
    /// Tells what holds from now on.
    pub(crate) fn tell(&self, style: &Arc<TextStyle>, now: Option<i64>) {
        let mut told = self.lock();
        if told.now != now || !Arc::ptr_eq(&told.style, style) {
            *told = Told { style: style.clone(), now, asked: None };
        }
    }

    /// The session's settings of the moment.
    pub(crate) fn style(&self) -> Arc<TextStyle> {
        let Told { style, now, asked } = &mut *self.lock();
        let timed = || Arc::new(TextStyle { now: *now, ..TextStyle::clone(style) });
        asked.get_or_insert_with(timed).clone()
    }

    /// What `now()` is: when the transaction began.
    pub(super) fn now(&self) -> i64 {
        self.lock().now.unwrap_or_else(present)
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const EPOCH: i64 = 946_684_800_000_000;

/// The time of the call, in microseconds since 2000-01-01 UTC.
pub(super) fn present() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX).saturating_sub(EPOCH)
}
