//! `cargo xtask test`: the whole suite as a list of named steps. A step that fails does not stop the others; what
//! counts is the summary and the exit code.

mod consume;
mod examples;
mod headers;
mod muxing;
mod programs;
mod proofs;
mod readme;
mod rust;
mod symbols;
mod tally;

use crate::fuzz;
use crate::setup;
use crate::workspace::Workspace;
use anyhow::{Result, ensure};
use std::process::ExitCode;
use std::time::{Duration, Instant};

pub use rust::corpus_folder;
pub use tally::Tally;

/// A part of the suite. An error that it returns counts as one failed test.
struct Step {
    name: &'static str,
    run: fn(&Workspace, &mut Tally) -> Result<()>,
}

const STEPS: [Step; 11] = [
    Step { name: "Rust tests", run: rust::workspace },
    Step { name: "corpus", run: rust::corpus },
    Step { name: "exported symbols", run: symbols::run },
    Step { name: "headers", run: headers::run },
    Step { name: "C and C++ programs, plain", run: programs::plain },
    Step { name: "C and C++ programs, sanitized", run: programs::sanitized },
    Step { name: "C and C++ programs, valgrind", run: programs::valgrind },
    Step { name: "examples", run: examples::run },
    Step { name: "installation and its consumers", run: consume::run },
    Step { name: "README program", run: readme::run },
    Step { name: "fuzzers", run: fuzz::smoke },
];

struct Done {
    name: &'static str,
    tally: Tally,
    time: Duration,
}

/// Runs the steps whose name contains `part`: all of them if it is empty.
pub fn run(workspace: &Workspace, part: &str) -> Result<ExitCode> {
    ensure!(STEPS.iter().any(|step| step.name.contains(part)), "no step is called {part}");
    println!("== what this machine needs");
    setup::ensure(setup::Purpose::Test)?;
    let corpus = rust::corpus_folder().is_some();
    let wanted = |step: &&Step| step.name.contains(part) && (corpus || step.name != "corpus");
    let done: Vec<Done> = STEPS.iter().filter(wanted).map(|step| run_step(workspace, step)).collect();
    if !part.is_empty() {
        println!("\nonly steps with {part:?} in their name were run");
    }
    Ok(summary(&done, corpus))
}

fn run_step(workspace: &Workspace, step: &Step) -> Done {
    println!("\n== {}", step.name);
    let started = Instant::now();
    let mut tally = Tally::default();
    if let Err(error) = (step.run)(workspace, &mut tally) {
        tally.fail(step.name, &format!("{error:#}"));
    } else if tally.total() == 0 {
        tally.fail(step.name, "it tested nothing");
    }
    let time = started.elapsed();
    println!("-- {}: {tally}, {:.1} s", step.name, time.as_secs_f64());
    Done { name: step.name, tally, time }
}

fn summary(done: &[Done], corpus: bool) -> ExitCode {
    println!("\n== summary");
    let mut all = Tally::default();
    for step in done {
        let verdict = if step.tally.failed == 0 { "ok  " } else { "FAIL" };
        println!("{verdict} {:<34} {:>6.1} s  {}", step.name, step.time.as_secs_f64(), step.tally);
        all.add(&step.tally);
    }
    for failure in &all.failures {
        println!("FAILED: {failure}");
    }
    let time: Duration = done.iter().map(|step| step.time).sum();
    println!("{:.0} s in all", time.as_secs_f64());
    println!("{} passed, {} failed", all.passed, all.failed);
    if !corpus {
        println!("CORPUS TESTS NOT RUN: MEMUX_CORPUS is not set");
    }
    if all.failed == 0 && all.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
