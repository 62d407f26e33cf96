//! psql's commands that describe: what they print of both servers.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::Run;
use super::awaiting::Found;
use super::pair::Pair;
use crate::halt::Halt;
use crate::interop::difference;
use crate::process;
use crate::servers::Version;

const LIST: &str = "interop/catalog/commands.txt";
/// psql itself prints it before the answer to each command.
const MARK: &str = "===== ";
/// For all commands, of a server that is not optimized, too.
const LIMIT: Duration = Duration::from_secs(300);

/// What this psql is called in lists.
pub(super) fn name(version: Version) -> &'static str {
    match version {
        Version::Pg15 => "psql15",
        Version::Pg18 => "psql18",
    }
}

/// Asks both servers everything; the answers stay in the target folder, for whoever wants to compare them.
pub(super) fn compare(run: &Run<'_>, version: Version, pair: &Pair) -> Result<Vec<Found>, Halt> {
    let psql = version.clients(run.cache)?.join("psql");
    let list = fs::read_to_string(run.workspace.path(LIST))
        .map_err(|error| Halt::Failed(format!("{LIST}: {error}")))?;
    let commands = commands(&list, version);
    let folder = run.workspace.target().join("catalog");
    let failed = |error: std::io::Error| Halt::Failed(format!("{}: {error}", folder.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    let script = run.scratch.path().join(name(version)).with_extension("sql");
    let lines =
        commands.iter().map(|command| format!("\\echo '{MARK}'{}\n{command}\n", quoted(command)));
    fs::write(&script, lines.collect::<String>()).map_err(failed)?;
    let mut said = Vec::new();
    for (address, server) in pair.addresses().iter().zip(["postgresql", "ours"]) {
        let log = folder.join(format!("{}.{server}", name(version)));
        said.push(ask(&psql, address, &script, &log)?);
    }
    let answers: Vec<Vec<&str>> = said.iter().map(|said| answers(said)).collect();
    let answer = |server: usize, place: usize| {
        answers.get(server).and_then(|all| all.get(place)).copied().unwrap_or("")
    };
    let found = commands.iter().enumerate().map(|(place, command)| Found {
        asked: (*command).to_owned(),
        difference: differs(answer(0, place), answer(1, place)),
    });
    Ok(found.collect())
}

/// The commands of a list, without those of a later psql.
fn commands(list: &str, version: Version) -> Vec<&str> {
    list.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter_map(|line| match line.strip_prefix("18 ") {
            Some(command) => (version == Version::Pg18).then_some(command),
            None => Some(line),
        })
        .collect()
}

/// As an argument of psql's own commands.
fn quoted(command: &str) -> String {
    format!("'{}'", command.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn ask(psql: &Path, address: &str, script: &Path, log: &Path) -> Result<String, Halt> {
    let mut command = Command::new(psql);
    command.args(["-X", "-f"]).arg(script).arg(address);
    command.env("LC_ALL", "C.UTF-8").env("PGCLIENTENCODING", "UTF8").env_remove("PAGER");
    process::wait(&mut process::spawn_logged(&mut command, log)?, LIMIT)?;
    fs::read_to_string(log).map_err(|error| Halt::Failed(format!("{}: {error}", log.display())))
}

/// What was said behind each mark, without the mark's own line.
fn answers(said: &str) -> Vec<&str> {
    said.split(MARK)
        .skip(1)
        .map(|part| part.split_once('\n').map_or("", |(_, answer)| answer))
        .collect()
}

/// The first line that is not the same, but for the sizes of what only one of the two stores.
fn differs(expected: &str, found: &str) -> Option<String> {
    if expected.contains("Size") {
        return difference(&without_sizes(expected), &without_sizes(found));
    }
    difference(expected, found)
}

/// Lines without sizes, and without what columns are filled up with to the widest size.
fn without_sizes(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let mut words: Vec<&str> = Vec::new();
        for word in line.split_whitespace() {
            let is_unit = matches!(word, "bytes" | "kB" | "MB" | "GB");
            match words.last_mut() {
                Some(last) if is_unit && last.parse::<u64>().is_ok() => *last = "(size)",
                _ if word.starts_with("--") => words.push("--"),
                _ => words.push(word),
            }
        }
        plain.push_str(&words.join(" "));
        plain.push('\n');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_of_the_psql() {
        let list = "# why\n\n\\d\n18 \\drg\n\\dt \"a\"\n";
        assert_eq!(commands(list, Version::Pg15), ["\\d", "\\dt \"a\""]);
        assert_eq!(commands(list, Version::Pg18), ["\\d", "\\drg", "\\dt \"a\""]);
    }

    #[test]
    fn answers_stand_behind_their_marks() {
        assert_eq!(answers("===== \\d\none\n\n===== \\dt\n===== x"), ["one\n\n", "", ""]);
    }

    #[test]
    fn sizes_are_left_out_and_nothing_else() {
        let expected = " Name |    Size    | Description\n------+------------+----\n a    | 8192 bytes | 8 men\n";
        let found =
            " Name |  Size   | Description\n------+---------+----\n a    | 0 bytes | 8 men\n";
        assert_eq!(differs(expected, found), None);
        assert!(differs(expected, &found.replace("8 men", "9 men")).is_some());
        assert!(differs("a | 1 kB\n", "a | 2 kB\n").is_some());
    }
}
