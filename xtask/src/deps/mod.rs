//! Proves the law of imports and the budgets of third-party packages.

mod budget;
mod doors;
mod law;

use std::fmt::Write as _;

use crate::workspace::Workspace;

/// The counts of third-party packages, or every breach.
pub(crate) fn prove(workspace: &Workspace) -> Result<String, String> {
    let packages = workspace.packages()?;
    let mut breaches = law::breaches(&packages);
    breaches.extend(doors::breaches(workspace)?);
    let mut report = String::new();
    for budget in budget::BUDGETS {
        if !packages.iter().any(|package| package.name == budget.package) {
            continue;
        }
        let third_party = budget.third_party(workspace)?;
        let _ = writeln!(
            report,
            "{:<22}{:<18}{:>4} third-party packages of {:>3}",
            budget.package,
            budget.shown_features(),
            third_party.len(),
            budget.limit
        );
        breaches.extend(budget.breach(&third_party));
    }
    for package in &packages {
        breaches.extend(law::foreign(workspace, package)?);
    }
    if breaches.is_empty() {
        return Ok(report);
    }
    Err(format!("{report}the law of imports is broken:\n  {}", breaches.join("\n  ")))
}
