//! House rules that a reader would otherwise have to watch: sizes, names, stubs, paths, stale commands.

mod documentation;
mod files;
mod lines;

use std::collections::BTreeSet;

use crate::workspace::Workspace;

/// One line that says what was read, or every breach.
pub(crate) fn prove(workspace: &Workspace) -> Result<String, String> {
    let files = workspace.files()?;
    let known = documentation::Known::of(workspace, &files)?;
    let mut breaches: BTreeSet<String> =
        files::REQUIRED.iter().filter_map(|file| files::missing(file, &files)).collect();
    let mut read = 0;
    for file in &files {
        breaches.extend(files::name_breach(file));
        let bytes = std::fs::read(workspace.path(file)).map_err(|e| format!("{file}: {e}"))?;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        read += 1;
        breaches.extend(files::size_breach(file, &text));
        breaches.extend(lines::breaches(file, &text));
        if file.ends_with(".md") {
            breaches.extend(documentation::breaches(file, &text, &known));
        }
    }
    if breaches.is_empty() {
        return Ok(format!("{read} text files are tidy\n"));
    }
    let breaches: Vec<String> = breaches.into_iter().collect();
    Err(format!("not tidy:\n  {}", breaches.join("\n  ")))
}
