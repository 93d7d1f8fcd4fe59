//! `cargo xtask fuzz`: libFuzzer on the walk and FFmpeg side by side (differential), and on the walk alone (robust).

use crate::files::replace;
use crate::library::host_triple;
use crate::setup;
use crate::shell;
use crate::test::{Tally, corpus_folder};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TARGETS: [&str; 2] = ["differential", "robust"];

/// How long each runs where nobody says it.
const SECONDS: u64 = 60;

/// In the suite each tries so many new inputs, always the same ones: a change is not to fail by another's luck.
const SMOKE: [(&str, u64); 2] = [("differential", 4000), ("robust", 20_000)];
const SMOKE_SEED: u64 = 1;
const SMOKE_SECONDS: u64 = 600;

/// Coverage and comparisons for libFuzzer to be led by. All of it is in stable Rust.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Larger files teach nothing that smaller ones do not, and take longer.
const LARGEST_SEED: u64 = 100 * 1024;
const LARGEST_INPUT: u64 = 20_000;

/// One input that takes longer hangs.
const HANGS: u64 = 20;

pub fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let (mut seconds, mut targets, mut inputs) = (SECONDS, Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => seconds = words.next().context("--seconds wants a number")?.parse()?,
            target if TARGETS.contains(&target) => targets.push(target),
            input => inputs.push(std::path::absolute(input)?),
        }
    }
    if targets.is_empty() {
        targets.extend(TARGETS);
    }
    println!("1. What this machine needs");
    setup::ensure(setup::Purpose::Test)?;
    println!("2. The fuzzers");
    let fuzzers = Fuzzers::build(workspace, corpus_folder())?;
    for target in targets {
        println!("== {target}");
        if inputs.is_empty() {
            println!("{}", fuzzers.run(target, Length::Seconds(seconds))?);
        } else {
            shell::run(Command::new(fuzzers.program(target)).args(&inputs))?;
        }
    }
    Ok(())
}

/// A step of the suite: all kept inputs, then new ones.
pub fn smoke(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    // The clips alone: what is tried is not to hang on which media a machine has.
    let fuzzers = Fuzzers::build(workspace, None)?;
    for (target, runs) in SMOKE {
        let result = fuzzers.run(target, Length::Runs(runs)).map(|said| println!("  {said}"));
        tally.check(&format!("{target}: the kept inputs, and {runs} new ones"), result);
    }
    Ok(())
}

/// How long a fuzzer runs.
#[derive(Clone, Copy)]
enum Length {
    Seconds(u64),
    /// From the same beginning each time.
    Runs(u64),
}

struct Fuzzers<'w> {
    workspace: &'w Workspace,
    programs: PathBuf,
    seeds: PathBuf,
}

impl<'w> Fuzzers<'w> {
    fn build(workspace: &'w Workspace, media: Option<PathBuf>) -> Result<Self> {
        let (triple, target) = (host_triple()?, workspace.target.join("fuzz"));
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--quiet", "--package", "memux-fuzz", "--features", "libfuzzer", "--bins"]);
        // With a named target the flags do not reach the build scripts.
        cargo.args(["--profile", "fuzz", "--target", &triple, "--target-dir"]).arg(&target);
        cargo.env("RUSTFLAGS", FLAGS).env_remove("CARGO_ENCODED_RUSTFLAGS");
        shell::run(&mut cargo)?;
        let seeds = seeds(workspace, media)?;
        Ok(Fuzzers { workspace, programs: target.join(triple).join("fuzz"), seeds })
    }

    fn program(&self, target: &str) -> PathBuf {
        self.programs.join(target)
    }

    /// Runs, and says what was done. What leads to new parts of the code is remembered until cargo's target folder is
    /// emptied, or until the suite is run.
    fn run(&self, target: &str, length: Length) -> Result<String> {
        let fuzz = self.workspace.root.join("fuzz");
        let (corpus, artifacts) = (fuzz.join("corpus"), fuzz.join("artifacts"));
        let kept = corpus.join(target);
        std::fs::create_dir_all(&artifacts)?;
        let mut command = Command::new(self.program(target));
        let found = self.workspace.scratch(&format!("fuzz-{target}"))?;
        if let Length::Runs(_) = length {
            std::fs::remove_dir_all(&found)?;
            std::fs::create_dir(&found)?;
        }
        command.arg(&found).arg(&kept);
        // What taught one may teach the other.
        command.args(TARGETS.iter().filter(|other| **other != target).map(|other| corpus.join(other))).arg(&self.seeds);
        let seconds = match length {
            Length::Seconds(seconds) => {
                command.arg(format!("-max_total_time={seconds}"));
                seconds
            }
            Length::Runs(runs) => {
                command.args([format!("-runs={runs}"), format!("-seed={SMOKE_SEED}")]);
                SMOKE_SECONDS
            }
        };
        command.arg(format!("-dict={}", fuzz.join("words.dict").display()));
        command.arg(format!("-artifact_prefix={}/{target}-", artifacts.display()));
        command.args([format!("-max_len={LARGEST_INPUT}"), format!("-timeout={HANGS}")]);
        command.args(["-rss_limit_mb=1024", "-print_final_stats=1"]);
        // Where a panic is stands in its message; what stands before that is libFuzzer's own.
        command.env("RUST_BACKTRACE", "0");
        let outcome = shell::capture(&mut command, Duration::from_secs(seconds.saturating_mul(2).saturating_add(300)))?;
        if !outcome.success() {
            bail!("{}{}", outcome.describe(), advice(target, &outcome.stderr));
        }
        let number = |name: &str| after(&outcome.stderr, name).and_then(|text| text.split_whitespace().next());
        let tried = number("stat::number_of_executed_units:").context("libFuzzer does not say what it did")?;
        let (found, covered) = (number("stat::new_units_added:"), outcome.stderr.rsplit("cov: ").next());
        let covered = covered.and_then(|text| text.split_whitespace().next()).unwrap_or("?");
        let inputs = std::fs::read_dir(&kept).with_context(|| format!("no kept inputs in {}", kept.display()))?.count();
        ensure!(inputs > 0, "no kept inputs in {}", kept.display());
        let found = found.unwrap_or("?");
        Ok(format!(
            "{target}: {inputs} kept inputs; {tried} inputs tried, {found} of them led further, \
             {covered} places in the code reached; no difference, panic, hang or lack of memory"
        ))
    }
}

/// What to do about the input that libFuzzer has written.
fn advice(target: &str, said: &str) -> String {
    match after(said, "Test unit written to ") {
        Some(path) => format!(
            "\nthe input: {path}\nagain: cargo xtask fuzz {target} {path}\n\
             when it is mended, move it to fuzz/corpus/{target}"
        ),
        None => String::new(),
    }
}

fn after<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    text.split_once(words)?.1.lines().next()
}

/// The clips, and the small files of a folder of media if there is one, each behind the byte that asks as most hosts do.
fn seeds(workspace: &Workspace, media: Option<PathBuf>) -> Result<PathBuf> {
    let folder = workspace.scratch("fuzz-seeds")?;
    std::fs::remove_dir_all(&folder)?;
    std::fs::create_dir(&folder)?;
    let mut folders = vec![workspace.root.join("tests/clips")];
    folders.extend(media);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))? {
            let path = entry?.path();
            let name = path.strip_prefix(&workspace.root).unwrap_or(&path).to_string_lossy().replace('/', "_");
            if path.is_dir() {
                folders.push(path);
            } else if is_media(&path) && path.metadata()?.len() <= LARGEST_SEED {
                let input = [vec![0], std::fs::read(&path)?].concat();
                replace(&folder.join(name), |to| std::fs::write(to, &input))?;
            }
        }
    }
    Ok(folder)
}

/// Of a container that is walked.
fn is_media(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    ["mp4", "m4a", "m4v", "mov", "3gp", "mkv", "mka", "webm", "ts"].contains(&extension.as_ref())
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn a_crash_is_told_with_the_command_that_repeats_it() {
        let said = "==1== ERROR\nartifact_prefix='a/'; Test unit written to a/robust-crash-12\nBase64: AA==\n";
        assert!(advice("robust", said).contains("again: cargo xtask fuzz robust a/robust-crash-12\n"));
        assert_eq!(advice("robust", "it could not be started"), "");
    }
}
