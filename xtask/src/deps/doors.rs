//! Doors to the outside that the standard library opens: sockets, clocks, threads, files, the environment.
//!
//! In the crates without I/O these are arguments, so their sources may not name them.

use crate::workspace::Workspace;

const CRATES: &[&str] = &["crates/proto/src/", "crates/sql/src/", "crates/catalog/src/"];
const DOORS: &[&str] = &[
    "std::net",
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "std::os",
    "Instant::now",
    "SystemTime::now",
    "Zoned::now",
    "Timestamp::now",
];

/// What is opened with a reason: a query of the catalogs that may take long is worked out on a thread, so
/// that it can be stopped, `pg_sleep()` waits there, and `now()` tells the time.
const OPEN: &[(&str, &str)] = &[
    ("crates/catalog/src/worker.rs", "std::thread"),
    ("crates/catalog/src/worker.rs", "Instant::now"),
    ("crates/catalog/src/functions/session.rs", "SystemTime::now"),
];

/// What the compiler knows of its target, which is no environment.
const CONSTANTS: &str = "std::env::consts";

pub(super) fn breaches(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut breaches = Vec::new();
    for file in workspace.files()? {
        let plain = CRATES.iter().any(|folder| file.starts_with(folder));
        if !plain || !file.ends_with(".rs") || is_test(&file) {
            continue;
        }
        let text = std::fs::read_to_string(workspace.path(&file))
            .map_err(|error| format!("{file}: {error}"))?;
        breaches.extend(
            opened(&text)
                .filter(|(_, door)| !OPEN.contains(&(file.as_str(), *door)))
                .map(|(line, door)| format!("{file}:{line} names {door}")),
        );
    }
    Ok(breaches)
}

fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/tests/") || file.ends_with("_tests.rs")
}

/// Doors named by code that is neither a comment nor a test at the end of the file.
fn opened(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter_map(|(index, line)| {
            let line = line.replace(CONSTANTS, "");
            DOORS.iter().find(|door| line.contains(*door)).map(|&door| (index + 1, door))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_found_in_code_only() {
        let text =
            "// std::net\nuse std::net::TcpStream;\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(opened(text).collect::<Vec<_>>(), [(2, "std::net")]);
        let text = "std::env::consts::ARCH;\nstd::env::var(\"HOME\");\n";
        assert_eq!(opened(text).collect::<Vec<_>>(), [(2, "std::env")]);
    }
}
