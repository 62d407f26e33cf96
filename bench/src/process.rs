//! What the system says of a process.

use std::time::{Duration, Instant};

/// A process that is measured, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// The memory that it has now, in KiB.
    pub(crate) fn resident(self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most memory that it had since [`forget_peak`](Process::forget_peak), in KiB.
    pub(crate) fn peak(self) -> f64 {
        self.status("VmHWM:")
    }

    /// Begins to look for the peak anew.
    pub(crate) fn forget_peak(self) -> Result<(), String> {
        let file = format!("/proc/{}/clear_refs", self.0);
        std::fs::write(&file, "5").map_err(|error| format!("{file}: {error}"))
    }

    /// Its open files, sockets among them.
    pub(crate) fn files(self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.0)).map_or(0, Iterator::count)
    }

    /// The time that it has kept processors busy.
    pub(crate) fn busy(self) -> Duration {
        let stat = self.read("stat");
        // The name before, in parentheses, may hold anything.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks = fields.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>);
        // A hundredth of a second on every Linux that there is.
        Duration::from_millis(10 * ticks.sum::<u64>())
    }

    /// The part of one processor that it keeps busy while somebody waits, in percent.
    pub(crate) async fn load(self, during: Duration) -> f64 {
        let (before, start) = (self.busy(), Instant::now());
        tokio::time::sleep(during).await;
        let busy = self.busy().saturating_sub(before);
        100.0 * busy.as_secs_f64() / start.elapsed().as_secs_f64()
    }

    fn status(self, name: &str) -> f64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }

    fn read(self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.0)).unwrap_or_default()
    }
}

/// Has this thread take only what time the others leave: who floods a server has machines of its own,
/// and must not keep those waiting who measure.
pub(crate) fn stand_back() {
    let _ = rustix::process::setpriority_process(None, 19);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_files() {
        let process = Process(std::process::id());
        assert!(process.resident() > 100.0 && process.peak() >= 100.0);
        assert!(process.files() >= 3);
        let start = Instant::now();
        while process.busy() < Duration::from_millis(20) {
            assert!(start.elapsed() < Duration::from_secs(20), "no time is counted");
        }
    }
}
