//! Room for what is done for a client, which connections that wait do not hold.
//!
//! A future is as large as the longest way through it. Connections mostly wait, so that the one which answers
//! lives in a box of its own while it runs; the boxes are kept by the thread, like the
//! [buffers](crate::buffers), for else every burst of messages would cost an allocation.

use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// How many rooms a thread keeps.
const KEPT: usize = 8;

thread_local! {
    static ROOMS: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Room for a future, boxed twice: the inner box is pinned, the outer one forgets the type.
struct Room<F>(Pin<Box<Option<F>>>);

/// Runs a future in a room, to its end. It is moved there at once: what an async function is given, it holds.
pub(super) fn run<F: Future + 'static>(future: F) -> impl Future<Output = F::Output> {
    let mut room = take::<F>();
    room.0.as_mut().set(Some(future));
    async move {
        let output = poll_fn(|cx| match room.0.as_mut().as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Pending,
        })
        .await;
        room.0.as_mut().set(None);
        ROOMS.with_borrow_mut(|rooms| {
            if rooms.len() < KEPT {
                rooms.push(room);
            }
        });
        output
    }
}

/// A room that was kept for such futures: servers of two kinds may share a thread.
fn take<F: 'static>() -> Box<Room<F>> {
    let kept = ROOMS.with_borrow_mut(|rooms| {
        let fitting = rooms.iter().rposition(|room| room.is::<Room<F>>())?;
        rooms.swap_remove(fitting).downcast().ok()
    });
    kept.unwrap_or_else(|| Box::new(Room(Box::pin(None))))
}
