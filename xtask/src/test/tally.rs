//! Counting: each test is one, whichever program ran it.

use anyhow::Result;
use std::fmt;

#[derive(Default)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    /// The names of what failed, for the summary.
    pub failures: Vec<String>,
}

impl Tally {
    pub fn total(&self) -> u64 {
        self.passed + self.failed
    }

    /// Counts one test and prints its result.
    pub fn check(&mut self, name: &str, result: Result<()>) {
        match result {
            Ok(()) => {
                println!("  ok   {name}");
                self.passed += 1;
            }
            Err(error) => self.fail(name, &format!("{error:#}")),
        }
    }

    pub fn fail(&mut self, name: &str, reason: &str) {
        println!("  FAIL {name}\n    {}", reason.replace('\n', "\n    "));
        self.failed += 1;
        self.failures.push(name.to_owned());
    }

    /// Counts what another program counted.
    pub fn count(&mut self, name: &str, passed: u64, failed: u64) {
        self.passed += passed;
        self.failed += failed;
        if failed > 0 {
            self.failures.push(name.to_owned());
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures.iter().cloned());
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}
