//! A SQLite file behind the command.

use std::path::Path;
use std::process::Command;

use crate::running::{Folder, Serving, asked, mistake, trunkline};

fn serve(file: &Path, flags: &[&str]) -> Command {
    let mut command = trunkline();
    command.arg("serve").arg(file).args(["--listen", "127.0.0.1:0"]).args(flags);
    command
}

#[test]
fn what_one_server_writes_another_reads() {
    let folder = Folder::new("sqlite");
    let file = folder.0.join("shop.db");
    let writing = Serving::start(&mut serve(&file, &["--writable"]));
    assert_eq!(writing.line("trunkline "), "trunkline 0.1.0: database \"shop\"");
    let sql = "create table items (id serial primary key, name varchar(20) not null); \
               insert into items (name) values ('pear') returning id; \
               select current_setting('application_name'), count(*) from pg_class where relname = 'items'";
    let said = asked(&writing, "shop", sql);
    assert!(said.contains("INSERT 0 1") && said.contains("SELECT 1"), "{said}");
    drop(writing);
    let reading = Serving::start_whole(&mut serve(&file, &[]));
    assert_eq!(reading.line("  items"), "  items");
    assert_eq!(reading.line("    id"), "    id integer, name character varying");
    assert!(asked(&reading, "postgres", "select name from items").contains("pear"));
    let said = asked(&reading, "shop", "delete from items");
    assert!(said.contains("25006") && said.contains("read-only transaction"), "{said}");
}

#[test]
fn rules_are_not_evaded_by_another_name() {
    let folder = Folder::new("sqlite-names");
    let file = folder.0.join("shop.sqlite");
    let rules = folder.secret("pg_hba.conf", "host all all 127.0.0.1/32 trust\n");
    let rules = rules.display().to_string();
    let serving = Serving::start(&mut serve(&file, &["--writable", "--hba", &rules]));
    assert!(asked(&serving, "shop", "select 1").contains("SELECT 1"));
    for other in ["postgres", "shop.sqlite"] {
        assert!(asked(&serving, other, "select 1").contains("3D000"), "{other}");
    }
}

#[test]
fn mistakes_name_the_way_out() {
    let folder = Folder::new("sqlite-mistakes");
    let file = folder.0.join("a.db");
    drop(Serving::start(&mut serve(&file, &["--writable"])));
    folder.write("b.db", "this is no database, but it is long enough to be read as one");
    let other = folder.write("c.csv", "id\n1\n");
    let other = other.display().to_string();
    let cases: [(&str, &[&str], &str); 4] = [
        ("a.db", &[&other], "serve it by itself"),
        ("c.csv", &["--writable"], "--writable is for a SQLite database"),
        ("gone/d.db", &["--writable"], "gone/d.db"),
        ("gone.db", &[], "there is no such file"),
    ];
    for (name, flags, hint) in cases {
        let (code, said) = mistake(&mut serve(&folder.0.join(name), flags));
        assert!(code == 2 && said.contains(hint), "{name}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}
