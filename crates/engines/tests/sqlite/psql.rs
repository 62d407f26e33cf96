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
    let server = file.serve_catalogs();
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
             D(2,Bo'b,NULL,2024-02-29 12:00:00.125,NULL,7) C(SELECT 2)",
        ),
        (
            "SELECT id, total, note, double_total > 24 FROM orders ORDER BY id",
            "D(100,12.50,it's new,t) D(110,3.00,it's new,f) D(120,99.99,it's new,t) C(SELECT 3)",
        ),
        ("SELECT * FROM dear ORDER BY id", "D(100,Ada,12.50) D(120,Ada,99.99) C(SELECT 2)"),
        ("SELECT * FROM lines ORDER BY line", "D(100,1,\\x00ff) D(110,2,\\x) C(SELECT 2)"),
        ("INSERT INTO customers (name) VALUES ('x') RETURNING id", "D(3) C(INSERT 0 1)"),
        (
            "INSERT INTO orders (customer, total) VALUES (1, 5) RETURNING id",
            "D(130) C(INSERT 0 1)",
        ),
        ("INSERT INTO lines (orders) VALUES (120) RETURNING line", "D(3) C(INSERT 0 1)"),
        ("SELECT nextval('invoice_no')", "D(1050) C(SELECT 1)"),
        (
            "SELECT pg_get_serial_sequence('customers', 'id'), pg_get_serial_sequence('orders', 'id')",
            "D(public.customers_id_seq,public.orders_id_seq) C(SELECT 1)",
        ),
        (
            "SELECT sequencename, start_value, increment_by, max_value, cycle, cache_size
             FROM pg_sequences ORDER BY 1",
            "D(customers_id_seq,1,1,2147483647,f,1) D(invoice_no,1000,5,32767,t,10) \
             D(lines_line_seq,1,1,32767,f,1) D(orders_id_seq,100,10,9223372036854775807,f,1) \
             C(SELECT 4)",
        ),
        (
            "SELECT obj_description('orders'::regclass), col_description('orders'::regclass, 3)",
            "D(what was bought,in EUR) C(SELECT 1)",
        ),
        (
            "SELECT conname FROM pg_constraint WHERE conrelid >= 16384 AND contype IN ('p', 'f', 'c')
             ORDER BY conname",
            "D(customers_pkey) D(lines_orders_fkey) D(lines_pkey) D(orders_customer_fkey) \
             D(orders_pkey) D(orders_total_check) C(SELECT 6)",
        ),
        ("INSERT INTO orders (customer, total) VALUES (1, -1)", "E(ERROR 23514)"),
        ("INSERT INTO orders (id, customer) VALUES (1, 1)", "E(ERROR 428C9)"),
        ("INSERT INTO lines VALUES (1, 1)", "E(ERROR 23503)"),
        ("DELETE FROM customers WHERE name = 'Ada'", "E(ERROR 23503)"),
        ("INSERT INTO customers (name) VALUES ('ADA')", "E(ERROR 23505)"),
        ("DROP TABLE lines", "C(DROP TABLE)"),
        ("SELECT count(*) FROM pg_sequences", "D(3) C(SELECT 1)"),
    ] {
        assert_eq!(ask(&mut client, question), format!("{answer} Z(I)"), "{question}");
    }
}
