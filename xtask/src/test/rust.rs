//! The tests that cargo runs.

use super::tally::Tally;
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub fn workspace(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    cargo_test(workspace.cargo().args(["test", "--workspace", "--no-fail-fast"]), tally)
}

/// The folder of real media that the environment names.
pub fn corpus_folder() -> Option<PathBuf> {
    std::env::var_os("MEMUX_CORPUS").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

pub fn corpus(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let folder = corpus_folder().context("MEMUX_CORPUS is not set")?;
    let folder = std::path::absolute(&folder)?;
    if !folder.is_dir() {
        bail!("MEMUX_CORPUS is no folder: {}", folder.display());
    }
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--package", "memux", "--test", "corpus"]).env("MEMUX_CORPUS", folder);
    cargo_test(&mut cargo, tally)
}

/// Shows cargo's output as it comes, and counts by the line that ends each test program.
fn cargo_test(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let line = shell::line(command);
    println!("  $ {line}");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start: {line}"))?;
    let mut counted = Counts::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("  {line}");
            counted.take(&line);
        }
    }
    let status = child.wait()?;
    tally.count(&line, counted.passed, counted.failed);
    if counted.ignored > 0 {
        bail!("{} tests are ignored: a test that does not run proves nothing", counted.ignored);
    }
    if !status.success() && counted.failed == 0 {
        bail!("{status}: {line}");
    }
    Ok(())
}

#[derive(Default, Debug, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Reads "test result: ok. 5 passed; 1 failed; 0 ignored; ...".
    fn take(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split([';', '.']) {
            let mut words = part.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<u64>().ok()).unwrap_or_default();
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn result_lines_are_added_up_and_other_lines_are_not() {
        let mut counts = Counts::default();
        counts.take("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.02s");
        counts
            .take("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s");
        counts.take("9 passed; 9 failed");
        assert_eq!(counts, Counts { passed: 7, failed: 3, ignored: 1 });
    }
}
