//! The account that servers of PostgreSQL run under: they refuse to run as root.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::process;

/// A user without privileges, needed only when we are root.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// `None` when we are not root: then servers run as we do.
    pub(crate) fn unprivileged() -> Result<Option<Self>, String> {
        if process::output(Command::new("id").arg("-u"))?.trim() != "0" {
            return Ok(None);
        }
        let accounts =
            std::fs::read_to_string("/etc/passwd").map_err(|e| format!("/etc/passwd: {e}"))?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| Self::named(name, &accounts))
            .map(Some)
            .ok_or_else(|| "root, and no account postgres or nobody to run a server under".into())
    }

    fn named(name: &str, accounts: &str) -> Option<Self> {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(Self { user: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }

    /// A command that runs under this account and no other group.
    pub(super) fn run_under(account: Option<Self>, command: &mut Command) {
        if let Some(Self { user, group }) = account {
            command.uid(user).gid(group);
        }
    }

    pub(super) fn give(account: Option<Self>, path: &Path) -> Result<(), String> {
        let Some(Self { user, group }) = account else { return Ok(()) };
        std::os::unix::fs::chown(path, Some(user), Some(group))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_by_their_whole_name() {
        let accounts =
            "root:x:0:0:root:/:/bin/sh\nnobody2:x:7:8::/:/x\nnobody:x:65534:65533::/:/x\n";
        assert_eq!(Account::named("nobody", accounts), Some(Account { user: 65534, group: 65533 }));
        assert_eq!(Account::named("postgres", accounts), None);
    }
}
