//! Work that may take long, on a thread of its own.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use trunkline_core::{PgError, Result};

/// What a thread will have worked out. Dropped, it tells the thread to stop.
pub(crate) struct Work<T> {
    shared: Arc<Shared<T>>,
    stop: Arc<AtomicBool>,
}

struct Shared<T>(Mutex<State<T>>);

struct State<T> {
    result: Option<Result<T>>,
    waker: Option<Waker>,
}

impl<T: Send + 'static> Work<T> {
    /// Starts a thread, which gives up soon after its flag is set.
    pub(crate) fn start(
        run: impl FnOnce(Arc<AtomicBool>) -> Result<T> + Send + 'static,
    ) -> Result<Work<T>> {
        let shared = Arc::new(Shared(Mutex::new(State { result: None, waker: None })));
        let stop = Arc::new(AtomicBool::new(false));
        let (own, flag) = (shared.clone(), stop.clone());
        let spawned = thread::Builder::new().name("catalog".into()).spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(|| run(flag)));
            let result = done
                .unwrap_or_else(|_| Err(PgError::internal("a query of the catalogs has panicked")));
            let waker = {
                let mut state = own.0.lock().unwrap_or_else(PoisonError::into_inner);
                state.result = Some(result);
                state.waker.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        match spawned {
            Ok(_) => Ok(Work { shared, stop }),
            Err(error) => Err(PgError::new(
                trunkline_core::SqlState::INSUFFICIENT_RESOURCES,
                "no thread is left for a query of the catalogs",
            )
            .source(error)),
        }
    }
}

impl<T> Future for Work<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut state = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
