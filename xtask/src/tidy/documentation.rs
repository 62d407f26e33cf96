//! Commands and links in the documentation, which must name what exists.

use std::collections::BTreeSet;

use crate::workspace::Workspace;

/// What commands and links may name.
pub(super) struct Known {
    packages: BTreeSet<String>,
    examples: BTreeSet<String>,
    tasks: BTreeSet<String>,
    /// Files, and every folder above one.
    paths: BTreeSet<String>,
}

impl Known {
    pub(super) fn of(workspace: &Workspace, files: &[String]) -> Result<Self, String> {
        let packages = workspace.packages()?;
        Ok(Self {
            examples: packages.iter().flat_map(|package| package.examples.clone()).collect(),
            packages: packages.into_iter().map(|package| package.name).collect(),
            tasks: crate::TASKS.lines().filter_map(task).map(str::to_owned).collect(),
            paths: files.iter().flat_map(|file| above(file)).collect(),
        })
    }

    fn path(&self, from: &str, target: &str) -> bool {
        let target = target.split(['#', '?']).next().unwrap_or(target);
        let mut parts: Vec<&str> = from.split('/').collect();
        parts.pop();
        for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        parts.is_empty() || self.paths.contains(&parts.join("/"))
    }
}

pub(super) fn breaches(file: &str, text: &str, known: &Known) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut fence = None;
    for (index, line) in text.lines().enumerate() {
        let here = |what: String| format!("{file}:{}: {what}", index + 1);
        if let Some(language) = line.trim_start().strip_prefix("```") {
            fence = fence.is_none().then(|| language.trim().to_owned());
        } else if fence.is_some() {
            breaches.extend(stale(line, known).map(here));
        } else {
            breaches.extend(code_spans(line).filter_map(|span| stale(span, known)).map(here));
            let gone = links(line).filter(|target| !known.path(file, target));
            breaches.extend(gone.map(|target| here(format!("links to {target}, which is gone"))));
        }
    }
    breaches
}

/// What a command line names that does not exist.
fn stale(line: &str, known: &Known) -> Option<String> {
    let words: Vec<&str> = line.split('#').next()?.split_whitespace().collect();
    let cargo = words.iter().position(|word| *word == "cargo")?;
    let words = words.get(cargo + 1..)?;
    let after = |flags: &[&str]| {
        words.iter().position(|word| flags.contains(word)).and_then(|at| words.get(at + 1)).copied()
    };
    if let (Some(&"xtask"), Some(task)) = (words.first(), words.get(1)) {
        return (!known.tasks.contains(*task)).then(|| format!("no task is called {task}"));
    }
    if !matches!(words.first(), Some(&("run" | "build" | "test" | "check" | "clippy" | "bench"))) {
        return None;
    }
    let no_package = after(&["-p", "--package"]).filter(|name| !known.packages.contains(*name));
    let no_example = after(&["--example"]).filter(|name| !known.examples.contains(*name));
    no_package
        .map(|name| format!("no package is called {name}"))
        .or_else(|| no_example.map(|name| format!("no example is called {name}")))
}

fn task(line: &str) -> Option<&str> {
    line.strip_prefix("cargo xtask ")?.split_whitespace().next()
}

fn above(file: &str) -> impl Iterator<Item = String> {
    let folders = file.match_indices('/').map(|(at, _)| file.get(..at).unwrap_or(file).to_owned());
    folders.chain([file.to_owned()]).collect::<Vec<_>>().into_iter()
}

fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Targets of `[text](target)` that point into the repository.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains(':') && !target.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Known {
            packages: set(&["trunkline-cli"]),
            examples: set(&["fixed"]),
            tasks: set(&["deps"]),
            paths: ["README.md", "docs/a.md"].iter().flat_map(|file| above(file)).collect(),
        }
    }

    #[test]
    fn stale_commands_are_found_in_fences_and_spans() {
        let text =
            "Run `cargo xtask nothing`.\n```sh\ncargo run -p gone\ncargo run --example no\n```\n";
        let found = breaches("README.md", text, &known());
        assert_eq!(found.len(), 3, "{found:?}");
        let fresh = "`cargo xtask deps` ```\n```sh\nX=1 cargo run --release -p trunkline-cli -- -p x\n\
             cargo run -p trunkline-cli --example fixed\ncargo install ripgrep -p whatever\n```\n";
        assert_eq!(breaches("README.md", fresh, &known()), [""; 0]);
    }

    #[test]
    fn links_into_the_repository_must_lead_somewhere() {
        let text = "[a](docs/a.md) [b](gone.md#x) [c](https://example.org) [d](#here) [e](docs)";
        let found = breaches("README.md", text, &known());
        assert_eq!(found, ["README.md:1: links to gone.md#x, which is gone"]);
        assert_eq!(breaches("docs/a.md", "[up](../README.md)", &known()), [""; 0]);
    }
}
