//! The tables of an outline against those that PostgreSQL records as dependencies of a view.

mod golden;

use trunkline_sql::outline;

#[test]
fn tables_are_those_that_postgresql_depends_on() {
    golden::check("tables.txt", |source| {
        let mut names: Vec<String> = outline(source)
            .tables
            .iter()
            .map(|table| match &table.schema {
                Some(schema) if schema != "public" => format!("{schema}.{}", table.name),
                _ => table.name.to_string(),
            })
            .collect();
        names.sort_by_key(|name| name.to_lowercase());
        names.dedup();
        names.join(" ")
    });
}
