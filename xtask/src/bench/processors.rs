//! The processors that this process may use: there may be others, and not always 0 and 1.

use std::fs;

/// Their numbers, as `taskset` takes them; none where the system does not say.
pub(super) fn own() -> Vec<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    list.map(numbers).unwrap_or_default()
}

/// Reads a list like `0-3,8`.
fn numbers(list: &str) -> Vec<String> {
    let ranges = list.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse::<u32>().ok()?..=last.parse().ok()?)
    });
    ranges.flatten().map(|number| number.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_numbers_and_ranges() {
        assert_eq!(numbers("\t0-1\n"), ["0", "1"]);
        assert_eq!(numbers("3,6-8,10"), ["3", "6", "7", "8", "10"]);
        assert!(numbers("").is_empty());
    }
}
