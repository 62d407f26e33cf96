//! The end of what others made: to free it may need the interpreter, for which no thread of the sockets waits.

use std::any::Any;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

/// Something to be freed.
pub(crate) type Buried = Box<dyn Any + Send>;

/// Frees something on a thread of its own; without one, which a fork has not, it stays.
pub(crate) fn bury(what: Buried) {
    static GRAVES: OnceLock<Option<Sender<Buried>>> = OnceLock::new();
    let graves = GRAVES.get_or_init(|| {
        let (graves, waiting) = channel::<Buried>();
        let thread = std::thread::Builder::new().name("trunkline-burial".to_owned());
        thread.spawn(move || waiting.into_iter().for_each(drop)).ok().map(|_| graves)
    });
    match graves {
        Some(graves) => drop(graves.send(what)),
        None => drop(what),
    }
}
