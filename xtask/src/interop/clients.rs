//! The clients, each in its language: how it is installed, built and started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::verdict::Verdicts;
use super::{Run, bulk, fdw, pgbench, psql, real_data, tpcb};
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::Version;
use crate::workspace::Workspace;

/// One real client.
pub(super) struct Client {
    pub(super) name: &'static str,
    pub(super) work: Work,
    pub(super) run: fn(&Run<'_>) -> Result<Verdicts, Halt>,
}

/// What a client does with the server.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Work {
    /// Reads the tables of `interop/data`.
    Reads,
    /// Makes tables of its own in an empty database.
    Writes,
}

const fn reads(name: &'static str, run: fn(&Run<'_>) -> Result<Verdicts, Halt>) -> Client {
    Client { name, work: Work::Reads, run }
}

const fn writes(name: &'static str, run: fn(&Run<'_>) -> Result<Verdicts, Halt>) -> Client {
    Client { name, work: Work::Writes, run }
}

pub(super) const CLIENTS: &[Client] = &[
    reads("psql15", |run| psql::run(run, Version::Pg15)),
    reads("psql18", |run| psql::run(run, Version::Pg18)),
    reads("pgbench15", |run| pgbench::run(run, Version::Pg15)),
    reads("pgbench18", |run| pgbench::run(run, Version::Pg18)),
    reads("psycopg", |run| run.program(&mut python(run, "with_psycopg.py")?)),
    reads("rules", |run| run.program(&mut python(run, "with_rules.py")?)),
    reads("asyncpg", |run| run.program(&mut python(run, "with_asyncpg.py")?)),
    reads("node-postgres", |run| run.program(&mut node(run, "node-postgres")?)),
    reads("pgjdbc", |run| run.program(&mut pgjdbc(run, "Main")?)),
    reads("pgx", |run| run.program(&mut go(run, ".")?)),
    reads("tokio-postgres", |run| {
        run.program(&mut rust(run.workspace, run.cache, "interop/tokio-postgres")?)
    }),
    reads("bulk", bulk::run),
    reads("real-data", real_data::run),
    writes("django", |run| {
        let mut program = python_of(run, "orm", "with_django.py")?;
        run.program_of(&mut program, &mut run.fresh("django")?)
    }),
    writes("sqlalchemy", |run| {
        let mut program = python_of(run, "orm", "with_sqlalchemy.py")?;
        run.program_of(&mut program, &mut run.fresh("sqlalchemy")?)
    }),
    writes("sequelize", |run| {
        run.program_of(&mut node(run, "sequelize")?, &mut run.fresh("sequelize")?)
    }),
    writes("typeorm", |run| run.program_of(&mut node(run, "typeorm")?, &mut run.fresh("typeorm")?)),
    writes("pgjdbc-writing", |run| {
        run.program_of(&mut pgjdbc(run, "Writing")?, &mut run.fresh("pgjdbc")?)
    }),
    writes("pgx-writing", |run| run.program_of(&mut go(run, "./writing")?, &mut run.fresh("pgx")?)),
    writes("frames", |run| {
        let mut program = python_of(run, "frames", "with_frames.py")?;
        run.program_of(&mut program, &mut run.fresh("frames")?)
    }),
    writes("postgres_fdw", fdw::run),
    writes("tpcb15", |run| tpcb::run(run, Version::Pg15)),
    writes("tpcb18", |run| tpcb::run(run, Version::Pg18)),
];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CLIENTS.iter().map(|client| client.name)
}

pub(super) fn python(run: &Run<'_>, program: &str) -> Result<Command, Halt> {
    script(run, "python-clients", "requirements.txt", program)
}

/// The same with the packages of `requirements-NAME.txt`.
fn python_of(run: &Run<'_>, name: &str, program: &str) -> Result<Command, Halt> {
    script(run, &format!("python-{name}"), &format!("requirements-{name}.txt"), program)
}

fn script(run: &Run<'_>, name: &str, list: &str, program: &str) -> Result<Command, Halt> {
    let folder = run.workspace.path("interop/python");
    let mut command = Command::new(python_with(run.cache, name, &folder.join(list))?);
    command.arg(folder.join(program)).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

/// A Python with the packages of a list, in an environment of its own.
pub(crate) fn python_with(cache: &Cache, name: &str, requirements: &Path) -> Result<PathBuf, Halt> {
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

fn node(run: &Run<'_>, name: &str) -> Result<Command, Halt> {
    let node = process::require("node")?;
    let packages = node_packages(run.workspace, run.cache, name)?;
    let mut command = Command::new(node);
    command.arg(run.workspace.path("interop").join(name).join("main.js"));
    command.env("NODE_PATH", packages);
    Ok(command)
}

/// The packages of a folder below `interop`, as `NODE_PATH` names them.
pub(crate) fn node_packages(
    workspace: &Workspace,
    cache: &Cache,
    name: &str,
) -> Result<PathBuf, Halt> {
    let source = workspace.path("interop").join(name);
    let lock = read(&source.join("package-lock.json"))?;
    let folder = cache.installed(&format!("node-{name}"), &lock, |folder| {
        let npm = process::require("npm")?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(source.join(name), folder.join(name)).map_err(|e| format!("{name}: {e}"))?;
        }
        let mut npm = Command::new(npm);
        npm.args(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]);
        process::output(npm.current_dir(folder))?;
        Ok(())
    })?;
    Ok(folder.join("node_modules"))
}

fn pgjdbc(run: &Run<'_>, class: &str) -> Result<Command, Halt> {
    java(run.workspace, run.cache, "interop/pgjdbc", class)
}

/// A program in a folder of the workspace, with the driver.
pub(crate) fn java(
    workspace: &Workspace,
    cache: &Cache,
    folder: &str,
    class: &str,
) -> Result<Command, Halt> {
    let (java, javac) = (process::require("java")?, process::require("javac")?);
    let jars = jars(workspace, cache)?;
    let main = workspace.path(folder).join(format!("{class}.java"));
    let classes = cache.installed(&format!("java-classes-{class}"), &read(&main)?, |folder| {
        let mut compiler = Command::new(javac);
        compiler.arg("-cp").arg(&jars).args(["-Xlint:all", "-Werror"]);
        process::output(compiler.arg("-d").arg(folder).arg(&main))?;
        Ok(())
    })?;
    let mut command = Command::new(java);
    command.arg("-cp").arg(format!("{}:{}", classes.display(), jars.display()));
    command.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", class]);
    Ok(command)
}

/// The driver and what it needs, as a class path names them.
pub(crate) fn jars(workspace: &Workspace, cache: &Cache) -> Result<PathBuf, Halt> {
    let pom = workspace.path("interop/pgjdbc/pom.xml");
    let jars = cache.installed("java-clients", &read(&pom)?, |folder| {
        let mut maven = Command::new(process::require("mvn")?);
        maven.args(["-q", "-B", "-f"]).arg(&pom).arg("dependency:copy-dependencies");
        let mut to = std::ffi::OsString::from("-DoutputDirectory=");
        to.push(folder);
        process::output(maven.arg(to))?;
        Ok(())
    })?;
    Ok(jars.join("*"))
}

fn go(run: &Run<'_>, package: &str) -> Result<Command, Halt> {
    let go = process::require("go")?;
    let name = package.strip_prefix("./").unwrap_or("pgx");
    let program = run.cache.folder("go-clients")?.join(name);
    let mut build = Command::new(go);
    build.current_dir(run.workspace.path("interop/pgx")).args(["build", "-mod=readonly", "-o"]);
    process::output(build.arg(&program).arg(package))?;
    Ok(Command::new(program))
}

/// A crate of its own in a folder of the workspace, so that its client never enters our lock file.
///
/// Its program is called after the folder.
pub(crate) fn rust(workspace: &Workspace, cache: &Cache, folder: &str) -> Result<Command, Halt> {
    let programs = rust_programs(workspace, cache, folder)?;
    Ok(Command::new(programs.join(folder.replace('/', "-"))))
}

/// Where the programs of such a crate are.
pub(crate) fn rust_programs(
    workspace: &Workspace,
    cache: &Cache,
    folder: &str,
) -> Result<PathBuf, Halt> {
    let target = cache.folder("rust-clients")?;
    let manifest = workspace.path(folder).join("Cargo.toml");
    let mut build = workspace.cargo(&["build", "--quiet", "--locked", "--manifest-path"]);
    process::output(build.arg(manifest).arg("--target-dir").arg(&target))?;
    Ok(target.join("debug"))
}

fn read(file: &Path) -> Result<String, Halt> {
    fs::read_to_string(file).map_err(|error| Halt::Failed(format!("{}: {error}", file.display())))
}
