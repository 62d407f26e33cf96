//! Writing what a real server answers into the files.

use std::time::Duration;

use crate::dialogue::{File, Step};
use crate::play::play;
use crate::server::{NEWEST, Server};

/// Plays all dialogues and keeps the answers: those of the newest version are the expectations, those of an older
/// one are kept where they differ. Returns what could not be recorded.
pub(crate) fn record(file: &mut File, server: &Server, patience: Duration) -> Vec<String> {
    let mut failures = Vec::new();
    for dialogue in &mut file.dialogues {
        let Ok(dsn) = server.stage(dialogue, patience) else { continue };
        let mut answers = Vec::new();
        let played = play(dialogue, &dsn, server.whose(), patience, |index, _, _, heard| {
            let silent = heard.last().is_some_and(|line| line == "(nothing came)");
            let told = if silent { Err(format!("nothing came after {heard:?}")) } else { Ok(()) };
            answers.push((index, heard));
            told
        });
        if let Err(why) = played {
            failures.push(format!("{}: {why}", dialogue.name));
            continue;
        }
        for (index, heard) in answers {
            if let Some(Step::Hear { replies, older, .. }) = dialogue.steps.get_mut(index) {
                if server.version >= NEWEST {
                    *replies = heard;
                } else if *replies == heard {
                    older.remove(&server.version);
                } else {
                    older.insert(server.version, heard);
                }
            }
        }
    }
    failures
}
