//! Work that may take long, on a thread of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use trunkline_core::answer::{Answer, answer};
use trunkline_core::{PgError, Result, SqlState};

/// How soon a thread that waits sees its flag.
const TICK: Duration = Duration::from_millis(10);

/// What a thread will have worked out. Dropped, it tells the thread to stop.
pub(crate) struct Work<T> {
    result: Answer<Result<T>>,
    stop: Arc<AtomicBool>,
}

/// Keeps a thread waiting; `false` if its flag was set meanwhile.
pub(crate) fn pause(stop: &AtomicBool, duration: Duration) -> bool {
    let begun = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let left = duration.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(TICK));
    }
    false
}

/// Does something, and says how long that took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

impl<T: Send + 'static> Work<T> {
    /// Starts a thread, which gives up soon after its flag is set.
    pub(crate) fn start(
        run: impl FnOnce(Arc<AtomicBool>) -> Result<T> + Send + 'static,
    ) -> Result<Work<T>> {
        let (giver, result) = answer();
        let stop = Arc::new(AtomicBool::new(false));
        let flag = stop.clone();
        let spawned =
            thread::Builder::new().name("catalog".to_owned()).spawn(move || giver.give(run(flag)));
        spawned.map_err(|error| {
            let message = "no thread is left for a query of the catalogs";
            PgError::new(SqlState::INSUFFICIENT_RESOURCES, message).source(error)
        })?;
        Ok(Work { result, stop })
    }
}

impl<T> Future for Work<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let over = || Err(PgError::internal("a query of the catalogs has panicked"));
        Pin::new(&mut self.result).poll(cx).map(|given| given.unwrap_or_else(over))
    }
}

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
