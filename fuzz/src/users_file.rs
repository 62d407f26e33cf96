//! A file of users in the form of PgBouncer's `userlist.txt`.
use trunkline::{Users, UsersError};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // A password in clear costs the time of its verifier: a few are enough.
    if text.matches('"').count() > 16 {
        return;
    }
    match Users::with_secret([7; 32]).userlist(text) {
        Ok(users) => {
            let (names, lines) = (users.names().count(), text.lines().count());
            assert!(names <= lines);
            let shown = format!("{users:?}");
            assert!(shown.len() < 100, "it shows no secret: {shown}");
        }
        Err(UsersError::Line { number, why }) => {
            assert!((1..=text.lines().count()).contains(&number) && !why.is_empty());
        }
        Err(error) => panic!("{error}"),
    }
}
