//! The steps of the test command, cheapest first.

use super::{Run, deny};
use crate::halt::Halt;
use crate::workspace::Package;
use crate::{
    bench, catalog, codegen, conformance, deps, interop, process, python, threats, tidy, types,
};

/// One proof.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) run: fn(&Run<'_>) -> Result<String, Halt>,
}

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "the sources are formatted",
        run: |run| {
            cargo(run, &["fmt", "--all", "--check"])?;
            cargo(run, &["fmt", "--all", "--check", "--manifest-path", PEERS])
        },
    },
    Step {
        name: "tidy",
        what: "sizes, names, stubs, paths, commands in the documentation",
        run: tidy,
    },
    Step { name: "deps", what: "the law of imports, the budgets, the lock file", run: deps },
    Step {
        name: "threats",
        what: "every row of THREATS.md names tests that exist",
        run: |run| Ok(threats::prove(run.workspace)?),
    },
    Step { name: "deny", what: "licences, bans and sources of dependencies", run: deny::check },
    Step { name: "xtask", what: "the tests of this task runner and of the benches", run: xtask },
    Step { name: "codegen", what: "generated code is what PostgreSQL 18 says", run: codegen },
    Step {
        name: "clippy",
        what: "no warnings in the crates without DataFusion",
        run: |run| {
            cargo(
                run,
                &["clippy", "--quiet", "--all-targets", "--all-features", "--", "-Dwarnings"],
            )
        },
    },
    Step {
        name: "unit",
        what: "unit tests, tests of examples and doc tests of the crates without DataFusion",
        run: |run| cargo(run, &["test", "--quiet", "--all-features"]),
    },
    Step {
        name: "features",
        what: "every crate builds with each of its features alone",
        run: features,
    },
    Step {
        name: "types",
        what: "text and binary of every type, compared with PostgreSQL 15 and 18, in short",
        run: |run| types::compare(run.workspace, &run.cache, None, None),
    },
    Step {
        name: "conformance",
        what: "dialogues and session scripts, with PostgreSQL 15 and 18 and servers of ours, compared",
        run: |run| conformance::task(run.workspace, &["--brief".into()]),
    },
    Step { name: "doc", what: "the documentation has no broken link", run: doc },
    Step {
        name: "build",
        what: "the binary, in the release profile",
        run: |run| cargo(run, &["build", "--release", "--quiet", "-p", "trunkline-cli"]),
    },
    Step {
        name: "catalog",
        what: "what clients see of the same definitions in PostgreSQL 18 and served by us",
        run: |run| catalog::task(run.workspace, &[]),
    },
    Step {
        name: "security",
        what: "the figures of what clients can do to a server, in their short form",
        run: |run| {
            bench::task(run.workspace, &["security".into(), "--short".into()])?;
            Ok(String::new())
        },
    },
    Step {
        name: "engine",
        what: "tests of the crates with Arrow and DataFusion, in the release profile",
        run: |run| cargo(run, &engine("test", &[])),
    },
    Step {
        name: "lint",
        what: "no warnings in the crates with Arrow, DataFusion and Python",
        run: |run| {
            let more = ["-p", "trunkline-python", "--all-targets", "--", "-Dwarnings"];
            cargo(run, &engine("clippy", &more))
        },
    },
    Step {
        name: "python",
        what: "the Python package: its wheel, its types, its tests with real clients",
        run: |run| python::task(run.workspace, &[]),
    },
    Step { name: "fuzz", what: "the fuzzers' corpora and mutations of them, replayed", run: fuzz },
    Step {
        name: "interop",
        what: "real clients against trunkline",
        run: |run| interop(run, "trunkline"),
    },
    Step {
        name: "interop-sqlite",
        what: "clients that write, against a SQLite file; interop/differs.txt has what cannot hold",
        run: |run| {
            let words = ["--against", "sqlite"].iter().chain(ON_SQLITE);
            let words: Vec<String> = words.map(|word| (*word).to_owned()).collect();
            interop::task(run.workspace, &words)
        },
    },
    Step {
        name: "interop-15",
        what: "the same expectations against PostgreSQL 15",
        run: |run| interop(run, "pg15"),
    },
    Step {
        name: "interop-18",
        what: "the same expectations against PostgreSQL 18",
        run: |run| interop(run, "pg18"),
    },
];

/// The workspace of what we are measured against.
pub(super) const PEERS: &str = "bench/peers/Cargo.toml";

/// The clients that find all they ask of a SQLite file.
const ON_SQLITE: &[&str] = &[
    "django",
    "sqlalchemy",
    "sequelize",
    "typeorm",
    "pgjdbc-writing",
    "pgx-writing",
    "frames",
    "postgres_fdw",
    "tpcb15",
    "tpcb18",
];

/// Shares the release profile's artefacts with the binary, since DataFusion takes minutes to compile.
fn engine<'a>(verb: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec![verb, "--release", "--quiet"];
    words.extend(["-p", "trunkline-arrow", "-p", "trunkline-datafusion", "-p", "trunkline-cli"]);
    words.extend(more);
    words
}

fn cargo(run: &Run<'_>, arguments: &[&str]) -> Result<String, Halt> {
    process::succeed(&mut run.workspace.cargo(arguments))?;
    Ok(String::new())
}

fn tidy(run: &Run<'_>) -> Result<String, Halt> {
    Ok(tidy::prove(run.workspace)?.trim_end().to_owned())
}

fn deps(run: &Run<'_>) -> Result<String, Halt> {
    let metadata = ["metadata", "--locked", "--format-version", "1"];
    process::output(&mut run.workspace.cargo(&metadata))?;
    // What we are measured against is not compiled here, but its lock file and licences are looked at.
    process::output(run.workspace.cargo(&metadata).args(["--manifest-path", PEERS]))?;
    print!("{}", deps::prove(run.workspace)?);
    Ok(String::new())
}

fn codegen(run: &Run<'_>) -> Result<String, Halt> {
    codegen::check(run.workspace, &run.cache)
}

/// Warnings too: what a feature alone leaves unused is only seen without the others.
fn features(run: &Run<'_>) -> Result<String, Halt> {
    let mut seen = 0;
    for package in run.workspace.packages()?.into_iter().filter(Package::is_light) {
        let alone = package.features.iter().filter(|feature| *feature != "default");
        for feature in alone.map(String::as_str).chain([""]) {
            let mut clippy = run.workspace.cargo(&["clippy", "--quiet", "--no-default-features"]);
            clippy.args(["-p", &package.name, "--features", feature, "--", "-Dwarnings"]);
            process::succeed(&mut clippy)?;
            seen += 1;
        }
    }
    Ok(format!("{seen} combinations"))
}

fn xtask(run: &Run<'_>) -> Result<String, Halt> {
    let these = ["--quiet", "-p", "xtask", "-p", "trunkline-bench", "-p", "bench-rows"];
    cargo(run, &[&["clippy"], &these[..], &["--all-targets", "--", "-Dwarnings"]].concat())?;
    cargo(run, &[&["test"], &these[..]].concat())
}

fn doc(run: &Run<'_>) -> Result<String, Halt> {
    let mut doc = run.workspace.cargo(&["doc", "--quiet", "--no-deps", "--all-features"]);
    process::succeed(doc.env("RUSTDOCFLAGS", "-Dwarnings"))?;
    Ok(String::new())
}

/// Without a fuzzer: the toolchain is the stable one.
fn fuzz(run: &Run<'_>) -> Result<String, Halt> {
    let target = run.cache.folder("fuzz")?;
    let mut test = run.workspace.cargo(&["test", "--quiet", "--locked", "--target-dir"]);
    test.arg(target).args(["--manifest-path", "fuzz/Cargo.toml", "--test", "replay"]);
    let said = process::output(test.args(["--", "--nocapture"]))?;
    let counted = said.lines().find_map(|line| line.get(line.find("replayed ")?..));
    Ok(counted.ok_or_else(|| "nothing was replayed".to_owned())?.to_owned())
}

fn interop(run: &Run<'_>, against: &str) -> Result<String, Halt> {
    interop::task(run.workspace, &["--against".into(), against.into()])
}
