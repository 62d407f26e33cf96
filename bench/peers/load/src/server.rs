//! What the system says of the server: of its process, and of its children.

use std::collections::HashMap;
use std::fs;

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server(pub(crate) u32);

impl Server {
    /// The time that it has kept processors busy, in seconds.
    pub(crate) fn busy(self) -> f64 {
        self.tree().iter().map(|process| of_threads(*process) + of_the_gone(*process)).sum()
    }

    /// The memory that it has now, in KiB.
    pub(crate) fn resident(self) -> f64 {
        self.tree().iter().map(|process| status(*process, "VmRSS:")).sum()
    }

    /// The most memory of one process since [`forget_peak`](Server::forget_peak), in KiB.
    pub(crate) fn peak(self) -> f64 {
        self.tree().iter().map(|process| status(*process, "VmHWM:")).fold(0.0, f64::max)
    }

    pub(crate) fn forget_peak(self) {
        for process in self.tree() {
            // A process of another account cannot be told so; then its peak is that of its life.
            let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
        }
    }

    /// Itself, its children, theirs, and so on.
    fn tree(self) -> Vec<u32> {
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        for process in processes {
            let parent = read(process, "stat").and_then(|s| behind_name(&s).nth(1)?.parse().ok());
            if let Some(parent) = parent {
                children.entry(parent).or_default().push(process);
            }
        }
        let mut tree = vec![self.0];
        let mut next = 0;
        while let Some(process) = tree.get(next) {
            tree.extend(children.get(process).into_iter().flatten().copied().collect::<Vec<_>>());
            next += 1;
        }
        tree
    }
}

/// The time of a process's threads. By the scheduler's account: that of `stat` is in hundredths of
/// a second, and each of many processes takes less.
fn of_threads(process: u32) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let accounts = tasks.filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
    let times = accounts.filter_map(|account| account.split(' ').next()?.parse::<u64>().ok());
    times.sum::<u64>() as f64 / 1e9
}

/// The time of a process's children that have ended.
fn of_the_gone(process: u32) -> f64 {
    let stat = read(process, "stat").unwrap_or_default();
    let ticks = behind_name(&stat).skip(13).take(2).filter_map(|field| field.parse::<u64>().ok());
    ticks.sum::<u64>() as f64 / rustix::param::clock_ticks_per_second() as f64
}

fn read(process: u32, file: &str) -> Option<String> {
    fs::read_to_string(format!("/proc/{process}/{file}")).ok()
}

/// The fields of a `stat`, from the third on: the name before them may hold anything.
fn behind_name(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace()
}

fn status(process: u32, name: &str) -> f64 {
    let status = read(process, "status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn this_process_and_its_children_are_seen() {
        let server = Server(std::process::id());
        let mut child = std::process::Command::new("sleep").arg("100").spawn().expect("sleep");
        assert!(server.tree().contains(&child.id()));
        child.kill().and_then(|()| child.wait()).expect("it was there");
        assert!(server.resident() > 100.0 && server.peak() >= 100.0);
        let start = Instant::now();
        while server.busy() < 0.02 {
            assert!(start.elapsed() < Duration::from_secs(20), "no time is counted");
        }
    }
}
