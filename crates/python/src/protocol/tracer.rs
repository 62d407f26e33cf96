//! Lines of a conversation as libpq's PQtrace prints them, for a Python callable or file.

use pyo3::{intern, prelude::*, types::PyString};
use trunkline_proto::{
    message::{BackendTag, FrontendTag},
    trace::Trace,
};

use super::message::Side;

/// What prints, and what it prints to.
pub(super) struct Tracer {
    trace: Trace,
    /// Called with each line; or the method `write` of a file, called with the line and its newline.
    sink: Py<PyAny>,
    is_file: bool,
    /// What is printed and not told yet.
    lines: Vec<u8>,
}

impl Tracer {
    pub(super) fn new(sink: &Bound<'_, PyAny>, regress: bool) -> PyResult<Tracer> {
        let write = sink.getattr_opt(intern!(sink.py(), "write"))?;
        let is_file = write.is_some();
        let sink = write.unwrap_or_else(|| sink.clone()).unbind();
        let trace = if regress { Trace::regress() } else { Trace::new() };
        Ok(Tracer { trace, sink, is_file, lines: Vec::new() })
    }

    /// Prints a frame: an untyped packet if `is_packet`, else a message with its type byte, or one of
    /// the bytes that answer a request for encryption.
    pub(super) fn print(&mut self, side: Side, is_packet: bool, frame: &[u8]) {
        // Into memory: that does not fail.
        let out = &mut self.lines;
        let _ = match (side, frame) {
            (Side::Frontend, [_, _, _, _, body @ ..]) if is_packet => self.trace.startup(body, out),
            (Side::Backend, [byte]) => self.trace.encryption_response(*byte, out),
            (Side::Backend, [tag, _, _, _, _, body @ ..]) => {
                self.trace.backend(BackendTag(*tag), body, out)
            }
            (_, [tag, _, _, _, _, body @ ..]) => self.trace.frontend(FrontendTag(*tag), body, out),
            _ => Ok(()),
        };
    }

    /// What is printed, and to whom to tell it.
    pub(super) fn take(&mut self, py: Python<'_>) -> Option<Lines> {
        if self.lines.is_empty() {
            return None;
        }
        let lines = std::mem::take(&mut self.lines);
        Some(Lines { sink: self.sink.clone_ref(py), is_file: self.is_file, lines })
    }
}

/// Lines that are to be told when the connection is not borrowed: who hears of them may ask it.
pub(super) struct Lines {
    sink: Py<PyAny>,
    is_file: bool,
    lines: Vec<u8>,
}

impl Lines {
    pub(super) fn tell(self, py: Python<'_>) -> PyResult<()> {
        let lines = self.lines.strip_suffix(b"\n").unwrap_or(&self.lines);
        for line in lines.split(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            match self.is_file {
                true => self.sink.call1(py, (PyString::new(py, &format!("{line}\n")),))?,
                false => self.sink.call1(py, (PyString::new(py, &line),))?,
            };
        }
        Ok(())
    }
}
