//! Cursors that are cut short.

use trunkline_proto::message::Query;

use crate::dialogue::Dialogue;
use crate::toy;

fn ask(client: &mut Dialogue, sql: &str) -> String {
    client.say(&Query { sql }).hear_until('Z')
}

#[test]
fn who_goes_through_endless_rows_hears_of_timeouts() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for (scroll, ways) in [
        ("no scroll", ["move all c", "fetch absolute 2000000000 c", "fetch relative 2000000000 c"]),
        ("", ["move all c", "fetch last c", "move forward all c"]),
        ("scroll", ["move all c", "fetch last c", "fetch -1 c; fetch absolute -1 c"]),
    ] {
        for way in ways {
            ask(&mut client, &format!("begin; declare c {scroll} cursor for table endless"));
            ask(&mut client, "set local statement_timeout = 50");
            let heard = ask(&mut client, way);
            assert!(heard.ends_with("E(ERROR 57014) Z(E)"), "{scroll} {way}: {heard}");
            assert_eq!(ask(&mut client, "rollback"), "C(ROLLBACK) Z(I)");
        }
    }
}

#[test]
fn a_cursor_that_is_cut_short_cannot_be_run_again() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for scroll in ["no scroll", "scroll"] {
        for way in ["fetch all c", "move all c"] {
            ask(
                &mut client,
                &format!("begin; declare c {scroll} cursor for table endless; savepoint s"),
            );
            ask(&mut client, "set local statement_timeout = 50");
            let heard = ask(&mut client, way);
            assert!(heard.ends_with("E(ERROR 57014) Z(E)"), "{scroll} {way}");
            ask(&mut client, "rollback to s");
            assert_eq!(ask(&mut client, "fetch c"), "E(ERROR 55000) Z(E)", "{scroll} {way}");
            ask(&mut client, "rollback");
        }
    }
}

#[test]
fn a_commit_that_has_too_much_to_hold_is_undone() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    ask(&mut client, "begin; declare c cursor with hold for table endless; fetch c");
    ask(&mut client, "set local statement_timeout = 50");
    assert_eq!(ask(&mut client, "commit"), "E(ERROR 57014) Z(I)");
    assert_eq!(ask(&mut client, "fetch c"), "E(ERROR 34000) Z(I)");
    assert!(
        ask(&mut client, "declare c cursor with hold for table rows 3").starts_with("C(DECLARE")
    );
    assert!(ask(&mut client, "fetch all c").ends_with("C(FETCH 3) Z(I)"));
}

#[test]
fn what_a_statement_would_disturb_is_kept_before_it() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for scroll in ["no scroll", "", "scroll"] {
        ask(
            &mut client,
            &format!("begin; declare c {scroll} cursor for table rows 100000; fetch c"),
        );
        assert_eq!(ask(&mut client, "disturb"), "C(DISTURB) Z(T)", "{scroll}");
        assert_eq!(ask(&mut client, "move 99998 c"), "C(MOVE 99998) Z(T)", "{scroll}");
        let heard = ask(&mut client, "fetch all c");
        assert!(heard.ends_with("C(FETCH 1) Z(T)"), "{scroll}: {heard}");
        ask(&mut client, "rollback");
    }
    // An error among those rows is told to who comes there.
    ask(&mut client, "begin; declare c cursor for table late 2");
    assert_eq!(ask(&mut client, "disturb"), "C(DISTURB) Z(T)");
    assert!(ask(&mut client, "fetch 2 from c").ends_with("C(FETCH 2) Z(T)"));
    assert!(ask(&mut client, "fetch c").ends_with("Z(E)"));
    ask(&mut client, "rollback");
}

#[test]
fn a_statement_that_would_disturb_too_much_is_cut_short() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    ask(&mut client, "begin; declare c cursor for table endless; fetch c; savepoint s");
    ask(&mut client, "set local statement_timeout = 50");
    assert_eq!(ask(&mut client, "disturb"), "E(ERROR 57014) Z(E)");
    ask(&mut client, "rollback to s");
    assert_eq!(ask(&mut client, "fetch c"), "E(ERROR 55000) Z(E)");
}
