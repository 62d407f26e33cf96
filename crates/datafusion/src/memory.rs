//! How much memory there is.

use std::fs;
use std::path::Path;

/// Unless told otherwise, queries hold at most this much,
const MOST: usize = 4 << 30;

/// ... and at most one part in so many of what there is.
const SHARE: u64 = 2;

/// What queries may hold when nobody says.
pub(crate) fn default() -> usize {
    of(Path::new("/"))
}

/// The same on a system whose files lie under a root.
fn of(root: &Path) -> usize {
    let limits = machine(root).into_iter().chain(groups(root));
    let share = limits.min().map(|bytes| bytes / SHARE);
    share.and_then(|share| usize::try_from(share).ok()).map_or(MOST, |share| share.min(MOST))
}

/// <https://www.kernel.org/doc/html/latest/filesystems/proc.html#meminfo>
fn machine(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// What the control groups of this process allow, and those that they are in.
///
/// <https://www.kernel.org/doc/html/latest/admin-guide/cgroup-v2.html>
fn groups(root: &Path) -> Vec<u64> {
    let text = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let mut limits = Vec::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else { continue };
        let (mount, file) = match controllers {
            "" => ("sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        // Within a container the path is that of the host, and the mount already the group.
        for ancestor in Path::new(group.trim_start_matches('/')).ancestors() {
            let path = root.join(mount).join(ancestor).join(file);
            let limit = fs::read_to_string(path).ok();
            limits.extend(limit.and_then(|limit| limit.trim().parse::<u64>().ok()));
        }
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(files: &[(&str, &str)]) -> usize {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        of(root.path())
    }

    #[test]
    fn half_of_what_there_is_up_to_a_limit() {
        let machine = ("proc/meminfo", "MemTotal:        2097152 kB\nMemFree: 1 kB\n");
        assert_eq!(system(&[]), 4 << 30);
        assert_eq!(system(&[machine]), 1 << 30);
        assert_eq!(system(&[("proc/meminfo", "MemTotal: 67108864 kB\n")]), 4 << 30);
        let group = ("proc/self/cgroup", "0::/a/b\n");
        let limit = ("sys/fs/cgroup/a/memory.max", "536870912\n");
        let none = ("sys/fs/cgroup/a/b/memory.max", "max\n");
        assert_eq!(system(&[machine, group, limit, none]), 256 << 20);
        assert_eq!(system(&[machine, group, none]), 1 << 30);
        let old = ("proc/self/cgroup", "5:cpu,memory:/x\n1:name=systemd:/x\n");
        let limit = ("sys/fs/cgroup/memory/memory.limit_in_bytes", "104857600\n");
        assert_eq!(system(&[machine, old, limit]), 50 << 20);
        let unlimited = ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assert_eq!(system(&[machine, old, unlimited]), 1 << 30);
    }
}
