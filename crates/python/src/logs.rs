//! What the server itself has to say, for Python's logger `trunkline`.
//!
//! Nothing of the server waits for the interpreter: a thread of its own tells the logger what has gathered.

use std::fmt::{Debug, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use pyo3::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::error;

/// The most lines that wait to be told; more are counted.
const WAITING: usize = 1024;

/// Python's number of the least severe level that is told.
static LEVEL: AtomicU8 = AtomicU8::new(30);

/// Lets the logger hear of what its level lets through now.
pub(crate) fn begin(py: Python<'_>) -> PyResult<()> {
    static BEGUN: OnceLock<()> = OnceLock::new();
    let logging = py.import("logging")?;
    let logger = logging.call_method1("getLogger", ("trunkline",))?;
    let level: u32 = logger.call_method0("getEffectiveLevel")?.extract()?;
    LEVEL.store(u8::try_from(level).unwrap_or(u8::MAX), Ordering::Relaxed);
    BEGUN.get_or_init(|| {
        let (lines, waiting) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("trunkline-log".to_owned());
        if thread.spawn(move || tell(&waiting)).is_ok() {
            let forward = Forward { lines, left_out: AtomicUsize::new(0) };
            // Nobody else sets one: this is the extension's own.
            let _ = tracing::subscriber::set_global_default(forward);
        }
    });
    tracing::callsite::rebuild_interest_cache();
    Ok(())
}

struct Line {
    level: u8,
    text: String,
}

/// Tells the logger of all lines, those at once that have gathered.
fn tell(waiting: &Receiver<Line>) {
    while let Ok(first) = waiting.recv() {
        let told = Python::try_attach(|py| {
            for line in std::iter::once(first).chain(waiting.try_iter()) {
                error::log_line(py, line.level, &line.text);
            }
        });
        if told.is_none() {
            // The interpreter is ending.
            return;
        }
    }
}

struct Forward {
    lines: SyncSender<Line>,
    left_out: AtomicUsize,
}

impl Subscriber for Forward {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && metadata.target().trim_start_matches('_').starts_with("trunkline")
            && number(*metadata.level()) >= LEVEL.load(Ordering::Relaxed)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            let _ = write!(text.fields, " lines_left_out={left_out}");
        }
        let text = text.message + &text.fields;
        let line = Line { level: number(*event.metadata().level()), text };
        if self.lines.try_send(line).is_err() {
            self.left_out.fetch_add(left_out + 1, Ordering::Relaxed);
        }
    }

    // No span is enabled.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The number of a level in Python's `logging`; what is less than DEBUG has none there.
fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG => 10,
        Level::TRACE => 5,
    }
}

/// The message of an event, and its fields behind it: strings with their line breaks and escapes shown as such.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
