//! PostgreSQL's own client.

use std::process::Command;

use crate::harness::File;

/// Runs psql with statements, if there is one; what it prints, both ways.
fn psql(port: u16, statements: &[&str]) -> Option<(String, String)> {
    let mut psql = Command::new("psql");
    psql.args([
        "-X",
        "-A",
        "-t",
        "-h",
        "127.0.0.1",
        "-U",
        "ann",
        "-d",
        "test",
        "-p",
        &port.to_string(),
    ]);
    for statement in statements {
        psql.args(["-c", statement]);
    }
    match psql.output() {
        Ok(output) => {
            let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
            Some((text(output.stdout), text(output.stderr)))
        }
        Err(_) => None,
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "it tells what is skipped")]
fn psql_makes_fills_and_reads_a_table() {
    let file = File::new("");
    let server = file.serve();
    let statements = [
        "CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL, born date)",
        "INSERT INTO people (name, born) VALUES ('Ann', '2001-02-03'), ('Bob', NULL) RETURNING id",
        "BEGIN; UPDATE people SET name = 'Eve' WHERE id = 2; ROLLBACK",
        "SELECT id, name, born FROM people ORDER BY id",
        "INSERT INTO people (born) VALUES ('2000-01-01')",
        "COPY people TO STDOUT",
    ];
    let Some((out, err)) = psql(server.address.port(), &statements) else {
        eprintln!("SKIPPED: no psql");
        return;
    };
    assert_eq!(
        out,
        "CREATE TABLE\n1\n2\nINSERT 0 2\nBEGIN\nUPDATE 1\nROLLBACK\n1|Ann|2001-02-03\n2|Bob|\n\
         1\tAnn\t2001-02-03\n2\tBob\t\\N\n"
    );
    let told = "ERROR:  null value in column \"name\" of relation \"people\" violates not-null constraint\n\
                DETAIL:  Failing row contains (3, null, 2000-01-01).\n";
    assert_eq!(err, told);
}
