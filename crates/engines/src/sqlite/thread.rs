//! A thread of its own for a connection that blocks, and futures for what it does.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll};

use trunkline_core::answer::{Answer, answer};
use trunkline_core::{Client, PgError, Result, SqlState};

use super::connect::{self, Database};
use super::control::Control;
use super::names::Names;
use super::worker::Worker;
use super::{errors, functions};

/// Room for the deepest statement that is let in; what is not used takes no memory.
const STACK: usize = 8 << 20;

/// The thread of a session; it ends when nobody holds this any more.
#[derive(Debug)]
pub(super) struct Thread {
    jobs: mpsc::Sender<(u64, Job)>,
    control: Arc<Control>,
    last: AtomicU64,
}

type Job = Box<dyn FnOnce(&mut Worker<'_>) + Send>;

impl Thread {
    /// Starts a thread, which opens a connection to a database of these names.
    pub(super) async fn start(
        database: &Arc<Database>,
        client: &Client,
        names: Names,
    ) -> Result<Arc<Thread>> {
        let (jobs, queue) = mpsc::channel::<(u64, Job)>();
        let control = Arc::new(Control::new(&database.queue, client.interrupts()));
        let (opened, is_open) = answer::<Result<()>>();
        let (database, shared) = (database.clone(), control.clone());
        let client = client.clone();
        let work = move || {
            let guarded = match connect::connect(&database, &shared) {
                Ok(guarded) => guarded,
                Err(error) => return opened.give(Err(error)),
            };
            let called = functions::register_called(&guarded.connection, &client, &shared);
            if let Err(error) = called {
                return opened.give(Err(errors::answer(error)));
            }
            opened.give(Ok(()));
            let mut worker = Worker::new(&guarded, &shared, client, names);
            for (number, job) in queue {
                shared.set_running(number);
                job(&mut worker);
                shared.leave_queue();
            }
        };
        std::thread::Builder::new()
            .name("trunkline-sqlite".to_owned())
            .stack_size(STACK)
            .spawn(work)
            .map_err(|error| {
                PgError::new(SqlState::INSUFFICIENT_RESOURCES, "could not start a thread")
                    .source(error)
            })?;
        let thread = Arc::new(Thread { jobs, control, last: AtomicU64::new(0) });
        let call = Call { answer: is_open, thread: thread.clone(), number: 0, is_done: false };
        call.await.and_then(|opened| opened)?;
        Ok(thread)
    }

    /// Has something done; dropped before it is done, the future stops it.
    pub(super) fn call<T: Send + 'static>(
        self: &Arc<Thread>,
        job: impl FnOnce(&mut Worker<'_>) -> T + Send + 'static,
    ) -> Call<T> {
        let (given, answer) = answer();
        let number = self.send(Box::new(move |worker| given.give(job(worker))));
        Call { answer, thread: self.clone(), number, is_done: false }
    }

    /// Has something done of which nobody waits for the end.
    pub(super) fn tell(&self, job: impl FnOnce(&mut Worker<'_>) + Send + 'static) {
        self.send(Box::new(job));
    }

    /// Stops whatever runs or waits.
    pub(super) fn stop_all(&self) {
        self.control.stop(u64::MAX);
    }

    pub(super) fn control(&self) -> &Control {
        &self.control
    }

    fn send(&self, job: Job) -> u64 {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        // A thread that has panicked takes no jobs: dropped, they answer that.
        let _ = self.jobs.send((number, job));
        number
    }
}

/// What a thread will have done.
#[derive(Debug)]
pub(super) struct Call<T> {
    answer: Answer<T>,
    thread: Arc<Thread>,
    number: u64,
    is_done: bool,
}

impl<T> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let polled = Pin::new(&mut self.answer).poll(cx);
        self.is_done |= polled.is_ready();
        let over = || PgError::internal("the session's thread has ended").fatal();
        polled.map(|given| given.ok_or_else(over))
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        if !self.is_done {
            self.thread.control.stop(self.number);
        }
    }
}
