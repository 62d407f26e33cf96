//! Runs the client that loads a server, and reads what it has seen.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::figures::median;
use crate::process;

/// No measurement takes longer, in seconds.
const LIMIT: &str = "600";

/// A server that can be measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) port: u16,
    pub(super) process: u32,
}

/// What was seen, measurement by measurement: values by their names.
#[derive(Debug, Default)]
pub(super) struct Seen(Vec<BTreeMap<String, f64>>);

impl Seen {
    /// The median of a value; not a number where it was never seen.
    pub(super) fn value(&self, name: &str) -> f64 {
        median(self.0.iter().filter_map(|values| values.get(name)).copied())
    }

    /// The largest of a value; not a number where it was never seen.
    pub(super) fn largest(&self, name: &str) -> f64 {
        self.0.iter().filter_map(|values| values.get(name)).copied().fold(f64::NAN, f64::max)
    }

    /// Adds what was printed: a JSON object on each line.
    pub(super) fn read(&mut self, printed: &str) -> Result<(), String> {
        for line in printed.lines() {
            let value: Value =
                serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
            let object = value.as_object().ok_or_else(|| format!("{line}: no object"))?;
            let numbers = object
                .iter()
                .filter_map(|(name, value)| value.as_f64().map(|number| (name.clone(), number)));
            self.0.push(numbers.collect());
        }
        Ok(())
    }
}

/// Runs the client on one processor, or where the system wants.
pub(super) fn run(
    program: &Path,
    processor: Option<&str>,
    place: Place,
    words: &[&str],
) -> Result<String, String> {
    let mut load = Command::new("timeout");
    load.arg(LIMIT);
    if let Some(processor) = processor {
        load.args(["taskset", "-c", processor]);
    }
    load.arg(program).args(words);
    load.args(["--port", &place.port.to_string(), "--process", &place.process.to_string()]);
    process::output(&mut load)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_of_what_was_seen() {
        let mut seen = Seen::default();
        seen.read("{\"rate\":3.0,\"first_row_ms\":null}\n{\"rate\":1,\"x\":7}\n").unwrap();
        seen.read("{\"rate\":2.5}").unwrap();
        assert_eq!((seen.value("rate"), seen.value("x")), (2.5, 7.0));
        assert_eq!((seen.largest("rate"), seen.largest("x")), (3.0, 7.0));
        assert!(seen.value("first_row_ms").is_nan() && seen.largest("first_row_ms").is_nan());
        assert!(seen.read("no json").is_err() && seen.read("1").is_err());
    }
}
