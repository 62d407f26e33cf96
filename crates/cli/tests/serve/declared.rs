//! `--schema`: what is declared beside the data.

use crate::running::{Folder, Serving, asked, data, mistake, trunkline};

const SCHEMA: &str = "CREATE SCHEMA kept;
CREATE TYPE kept.size AS ENUM ('S', 'L');
CREATE TABLE kept.shirts (id int PRIMARY KEY, size kept.size, note text);
COMMENT ON TABLE kept.shirts IS 'none yet';
CREATE TABLE public.airlines (carrier text PRIMARY KEY, name text);
COMMENT ON COLUMN public.airlines.name IS 'in full';
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
";

#[test]
fn what_is_declared_stands_beside_the_data() {
    let folder = Folder::new("declared");
    let schema = folder.write("schema.sql", SCHEMA).display().to_string();
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0", "--schema", &schema]);
    let serving = Serving::start(&mut command);
    let one = |sql: &str| asked(&serving, "data", sql);
    assert!(one("select count(*) from airlines").contains("16"), "the data are the folder's");
    assert!(one("select id from kept.shirts where size <> 'S'").contains("SELECT 0"));
    assert!(one("select obj_description('kept.shirts'::regclass)").contains("none yet"));
    assert!(one("select col_description('airlines'::regclass, 2)").contains("in full"));
    assert!(one("select enumlabel from pg_enum order by enumsortorder desc limit 1").contains('L'));
    // Of a table that is not there as of one that is not declared.
    assert!(one("select 1 from kept.trousers").contains("42P01"));
}

#[test]
fn a_mistake_is_told_with_its_line() {
    let folder = Folder::new("declared-mistakes");
    let schema = folder.write("schema.sql", "SELECT 1;\n\nCREATE TABLE t (a nothing);\n");
    let schema = schema.display().to_string();
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0", "--schema", &schema]);
    let (code, said) = mistake(&mut command);
    assert!(code == 2 && said.contains("schema.sql:3: type \"nothing\" does not exist"), "{said}");
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--schema", "/nowhere/at.all"]);
    let (code, said) = mistake(&mut command);
    assert!(code == 2 && said.contains("cannot read /nowhere/at.all"), "{said}");
}
