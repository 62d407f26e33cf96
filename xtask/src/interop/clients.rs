//! The clients, each in its language: how it is installed, built and started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::verdict::Verdicts;
use super::{Run, bulk, pgbench, psql, real_data};
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::Version;
use crate::workspace::Workspace;

/// One real client.
pub(super) struct Client {
    pub(super) name: &'static str,
    pub(super) run: fn(&Run<'_>) -> Result<Verdicts, Halt>,
}

pub(super) const CLIENTS: &[Client] = &[
    Client { name: "psql15", run: |run| psql::run(run, Version::Pg15) },
    Client { name: "psql18", run: |run| psql::run(run, Version::Pg18) },
    Client { name: "pgbench15", run: |run| pgbench::run(run, Version::Pg15) },
    Client { name: "pgbench18", run: |run| pgbench::run(run, Version::Pg18) },
    Client { name: "psycopg", run: |run| run.program(&mut python(run, "with_psycopg.py")?) },
    Client { name: "rules", run: |run| run.program(&mut python(run, "with_rules.py")?) },
    Client { name: "asyncpg", run: |run| run.program(&mut python(run, "with_asyncpg.py")?) },
    Client { name: "node-postgres", run: |run| run.program(&mut node(run)?) },
    Client { name: "pgjdbc", run: |run| run.program(&mut java(run)?) },
    Client { name: "pgx", run: |run| run.program(&mut go(run)?) },
    Client { name: "tokio-postgres", run: |run| run.program(&mut rust(run)?) },
    Client { name: "bulk", run: bulk::run },
    Client { name: "real-data", run: real_data::run },
];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CLIENTS.iter().map(|client| client.name)
}

pub(super) fn python(run: &Run<'_>, program: &str) -> Result<Command, Halt> {
    let folder = run.workspace.path("interop/python");
    let mut command =
        Command::new(python_with(run.cache, "python-clients", &folder.join("requirements.txt"))?);
    command.arg(folder.join(program)).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

/// A Python with the packages of a list, in an environment of its own.
pub(super) fn python_with(cache: &Cache, name: &str, requirements: &Path) -> Result<PathBuf, Halt> {
    let list = read(requirements)?;
    let folder = cache.installed(name, &list, |folder| {
        let mut venv = Command::new(process::require("python3")?);
        process::output(venv.args(["-m", "venv"]).arg(folder))?;
        let mut pip = Command::new(folder.join("bin/pip"));
        process::output(pip.args(["install", "--quiet", "-r"]).arg(requirements))?;
        Ok(())
    })?;
    Ok(folder.join("bin/python"))
}

fn node(run: &Run<'_>) -> Result<Command, Halt> {
    let source = run.workspace.path("interop/node-postgres");
    let node = process::require("node")?;
    let lock = read(&source.join("package-lock.json"))?;
    let folder = run.cache.installed("node-clients", &lock, |folder| {
        let npm = process::require("npm")?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(source.join(name), folder.join(name)).map_err(|e| format!("{name}: {e}"))?;
        }
        let mut npm = Command::new(npm);
        npm.args(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]);
        process::output(npm.current_dir(folder))?;
        Ok(())
    })?;
    let mut command = Command::new(node);
    command.arg(source.join("main.js")).env("NODE_PATH", folder.join("node_modules"));
    Ok(command)
}

fn java(run: &Run<'_>) -> Result<Command, Halt> {
    let source = run.workspace.path("interop/pgjdbc");
    let (java, javac) = (process::require("java")?, process::require("javac")?);
    let pom = source.join("pom.xml");
    let jars = run.cache.installed("java-clients", &read(&pom)?, |folder| {
        let mut maven = Command::new(process::require("mvn")?);
        maven.args(["-q", "-B", "-f"]).arg(&pom).arg("dependency:copy-dependencies");
        let mut to = std::ffi::OsString::from("-DoutputDirectory=");
        to.push(folder);
        process::output(maven.arg(to))?;
        Ok(())
    })?;
    let main = source.join("Main.java");
    let classes = run.cache.installed("java-classes", &read(&main)?, |folder| {
        let mut compiler = Command::new(javac);
        compiler.arg("-cp").arg(jars.join("*")).args(["-Xlint:all", "-Werror"]);
        process::output(compiler.arg("-d").arg(folder).arg(&main))?;
        Ok(())
    })?;
    let mut command = Command::new(java);
    command.arg("-cp").arg(format!("{}:{}", classes.display(), jars.join("*").display()));
    command.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "Main"]);
    Ok(command)
}

fn go(run: &Run<'_>) -> Result<Command, Halt> {
    let go = process::require("go")?;
    let program = run.cache.folder("go-clients")?.join("pgx");
    let mut build = Command::new(go);
    build.current_dir(run.workspace.path("interop/pgx")).args(["build", "-mod=readonly", "-o"]);
    process::output(build.arg(&program).arg("."))?;
    Ok(Command::new(program))
}

/// A crate of its own, so that its client never enters our lock file.
fn rust(run: &Run<'_>) -> Result<Command, Halt> {
    let target = run.cache.folder("rust-clients")?;
    let manifest = Workspace::path(run.workspace, "interop/tokio-postgres/Cargo.toml");
    let mut build = run.workspace.cargo(&["build", "--quiet", "--locked", "--manifest-path"]);
    process::output(build.arg(manifest).arg("--target-dir").arg(&target))?;
    Ok(Command::new(target.join("debug/interop-tokio-postgres")))
}

fn read(file: &Path) -> Result<String, Halt> {
    fs::read_to_string(file).map_err(|error| Halt::Failed(format!("{}: {error}", file.display())))
}
