//! What the commands need of the machine: found by trying it, installed by the system's package manager, tried again.
//! Nothing is installed, and no package list is fetched, when nothing is missing.

mod needs;
mod packages;

use anyhow::{Result, bail};
use needs::{NEEDS, Need};
use packages::Manager;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Demo,
    Test,
}

/// Comes back only when everything that the purpose needs is there.
pub fn ensure(purpose: Purpose) -> Result<()> {
    let wanted = || NEEDS.iter().filter(|need| need.demo || purpose == Purpose::Test);
    let missing: Vec<&Need> = wanted().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        println!("  all there: {}", names(&wanted().collect::<Vec<_>>()));
        return Ok(());
    }
    println!("  missing: {}", names(&missing));
    let Some(manager) = Manager::find() else {
        bail!("no supported package manager on this system; please install:\n{}", by_hand(&missing));
    };
    if !cfg!(target_os = "linux") && purpose == Purpose::Test {
        println!("  note: the test suite as a whole runs on Linux only");
    }
    manager.install(&missing)?;
    let still: Vec<&Need> = missing.into_iter().filter(|need| !(need.present)()).collect();
    if !still.is_empty() {
        bail!("still missing after the installation; please install:\n{}", by_hand(&still));
    }
    println!("  all there now");
    Ok(())
}

fn names(needs: &[&Need]) -> String {
    needs.iter().map(|need| need.name).collect::<Vec<_>>().join(", ")
}

fn by_hand(needs: &[&Need]) -> String {
    needs.iter().map(|need| format!("  - {} ({})", need.name, need.why)).collect::<Vec<_>>().join("\n")
}
