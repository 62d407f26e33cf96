//! PostgreSQL's own client.

use std::process::Command;

use crate::harness::{File, ask};

/// Runs psql with arguments, if there is one; what it prints, both ways.
fn psql(port: u16, arguments: &[&str]) -> Option<(String, String)> {
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
    psql.args(arguments);
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
    let arguments: Vec<&str> = statements.iter().flat_map(|one| ["-c", one]).collect();
    let Some((out, err)) = psql(server.address.port(), &arguments) else {
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

/// What pg_dump 15 writes, without its comments, is taken as it is; what is read and numbered behind it is what
/// PostgreSQL 15 answers behind the same dump.
#[test]
#[allow(clippy::print_stderr, reason = "it tells what is skipped")]
fn a_dump_of_postgresql_is_restored() {
    let file = File::new("");
    let server = file.serve();
    let dump = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sqlite/restored.sql");
    let arguments = ["-q", "-v", "ON_ERROR_STOP=1", "-f", dump];
    let Some((_, err)) = psql(server.address.port(), &arguments) else {
        eprintln!("SKIPPED: no psql");
        return;
    };
    assert_eq!(err, "");
    let mut client = server.login();
    for (question, answer) in [
        (
            "SELECT * FROM customers ORDER BY id",
            "D(1,Ada,ada@example.org,2024-02-29 12:00:00.125,{a,\"b c\"},7) \
             D(2,Bo'b,NULL,2024-02-29 12:00:00.125,NULL,7) C(SELECT 2) Z(I)",
        ),
        ("SELECT o.id, o.total, o.note, o.double_total > 24 FROM orders o ORDER BY o.id", ""),
        ("SELECT * FROM dear ORDER BY id", ""),
        ("SELECT * FROM lines ORDER BY line", ""),
        ("INSERT INTO customers (name) VALUES ('x') RETURNING id", ""),
        ("INSERT INTO orders (customer, total) VALUES (1, 5) RETURNING id", ""),
        ("INSERT INTO lines (orders) VALUES (120) RETURNING line", ""),
        ("SELECT nextval('invoice_no')", ""),
        ("SELECT pg_get_serial_sequence('customers', 'id'), pg_get_serial_sequence('orders', 'id')", ""),
        ("SELECT sequencename, start_value, increment_by, max_value, cycle, cache_size FROM pg_sequences ORDER BY 1", ""),
        ("SELECT obj_description('orders'::regclass), col_description('orders'::regclass, 3)", ""),
        ("SELECT conname FROM pg_constraint WHERE contype IN ('p', 'f', 'c') ORDER BY conname", ""),
        ("INSERT INTO orders (customer, total) VALUES (1, -1)", ""),
        ("INSERT INTO lines VALUES (1, 1)", ""),
        ("DELETE FROM customers WHERE name = 'Ada'", ""),
        ("DROP TABLE lines, orders, customers CASCADE; SELECT count(*) FROM pg_sequences", ""),
    ] {
        assert_eq!(ask(&mut client, question), answer, "{question}");
    }
}
