//! What an engine's panic may end: its own connection, and no other.
//!
//! Everything of the engine is made, polled and dropped within [`guarded`]; a panic that met another
//! one on its way out would end the process.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::watch::Interrupt;

/// Runs some code of the engine.
pub(crate) fn guarded<T>(code: impl FnOnce() -> T) -> Result<T, Interrupt> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|_| Interrupt::Panicked)
}

pin_project! {
    /// A call of the engine.
    pub(super) struct Call<F> {
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Call<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut future = this.project().future;
            let _ = guarded(|| future.set(None));
        }
    }
}

impl<F: Future> Call<F> {
    pub(super) fn make(call: impl FnOnce() -> F) -> Result<Call<F>, Interrupt> {
        Ok(Call { future: Some(guarded(call)?) })
    }

    pub(super) fn poll(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Result<Poll<F::Output>, Interrupt> {
        match self.project().future.as_pin_mut() {
            Some(future) => guarded(|| future.poll(cx)),
            None => Ok(Poll::Pending),
        }
    }
}

/// A session of the engine, as long as the connection lives.
#[derive(Debug)]
pub(crate) struct Guarded<S>(Option<S>);

impl<S> Guarded<S> {
    pub(crate) fn new(session: S) -> Guarded<S> {
        Guarded(Some(session))
    }
}

impl<S> Deref for Guarded<S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.0.as_ref().unwrap_or_else(|| unreachable!("only the end takes it out"))
    }
}

impl<S> DerefMut for Guarded<S> {
    fn deref_mut(&mut self) -> &mut S {
        self.0.as_mut().unwrap_or_else(|| unreachable!("only the end takes it out"))
    }
}

impl<S> Drop for Guarded<S> {
    fn drop(&mut self) {
        let session = self.0.take();
        let _ = guarded(|| drop(session));
    }
}
