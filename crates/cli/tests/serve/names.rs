//! Names that mean something to a shell.

use std::process::Command;

use crate::running::{Folder, Serving, asked, trunkline};

/// Runs the line that the banner shows, as who pastes it does.
fn paste(serving: &Serving, folder: &Folder) -> String {
    let line = serving.line("  psql").trim_start_matches("  psql  ");
    let mut shell = Command::new("sh");
    let tail = "--no-psqlrc --no-align --tuples-only --command 'select a from t'";
    shell.current_dir(&folder.0).arg("-c").arg(format!("{line} {tail}"));
    let output = shell.output().expect("a shell");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_line_for_psql_runs_psql_and_nothing_else() {
    let folder = Folder::new("names");
    for name in ["plain", "$(touch pwned)\"`touch pwned`", "it's; touch pwned; '", "a\\b c"] {
        let inner = folder.0.join(name);
        std::fs::create_dir(&inner).expect("a folder");
        std::fs::write(inner.join("t.csv"), "a,b\n1,2\n").expect("a file");
        for place in [std::path::Path::new("127.0.0.1:0"), &inner] {
            let mut command = trunkline();
            command.arg("serve").arg(&inner).arg("--listen").arg(place);
            let serving = Serving::start(&mut command);
            assert_eq!(paste(&serving, &folder), "1\n", "{name}");
            assert!(!folder.0.join("pwned").exists(), "{name}");
        }
    }
}

#[test]
fn the_name_of_a_folder_does_not_write_to_the_terminal() {
    let folder = Folder::new("bells");
    let inner = folder.0.join("x\x1b[2J\nuser forged");
    std::fs::create_dir(&inner).expect("a folder");
    std::fs::write(inner.join("t.csv"), "a,b\n1,2\n").expect("a file");
    let mut command = trunkline();
    command.arg("serve").arg(&inner).arg("--listen").arg(&inner);
    let serving = Serving::start(&mut command);
    let banner = &serving.banner;
    assert!(banner.iter().any(|line| line.contains("x\\u{1b}[2J\\nuser forged")), "{banner:?}");
    assert!(!banner.iter().any(|line| line.contains('\x1b')), "{banner:?}");
    assert!(!banner.iter().any(|line| line.starts_with("user forged")), "{banner:?}");
}

#[test]
fn a_folder_has_catalogs_and_functions_of_the_session() {
    let folder = Folder::new("catalogs");
    folder.write("fruit.csv", "id,name\n1,pear\n");
    let mut serve = trunkline();
    serve.arg("serve").arg(&folder.0).args(["--listen", "127.0.0.1:0", "--database", "shop"]);
    let serving = Serving::start(&mut serve);
    let said = asked(
        &serving,
        "shop",
        "select attname, atttypid::regtype from pg_attribute where attrelid = 'fruit'::regclass and attnum > 0; \
         listen news; select pg_notify('news', 'ripe'); select pg_try_advisory_lock(1)",
    );
    for part in ["bigint", "name", "SELECT 2", "ripe", "LISTEN"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
