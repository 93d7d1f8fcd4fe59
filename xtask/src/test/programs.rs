//! The C and C++ test programs: each is a program of its own that prints TAP lines (`ok 1 - name`), run three ways: as
//! it is, under the sanitizers, under valgrind.
//!
//! What a program may ask for: `MEMUX_CLIPS` names the folder of clips, `MEMUX_SYMBOLS` the list of exports,
//! `MEMUX_TEST_MODE` says plain, sanitized or valgrind (for how long a wait may take). A name that ends in `_faults` gets the library that can be made to panic. A
//! first line `/* preload: failav */` gets tests/c/shims/failav.c loaded between itself and the libraries.

use super::proofs;
use super::symbols::{TEST_PREFIX, exported};
use super::tally::Tally;
use crate::compiler::{self, Language};
use crate::library::{self, Build};
use crate::shell::{self, Outcome};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A program that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(300);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Plain,
    Sanitized,
    Valgrind,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Sanitized => "sanitized",
            Self::Valgrind => "valgrind",
        }
    }

    fn library(self, faults: bool) -> Build {
        match (self, faults) {
            (Self::Sanitized, false) => Build::Sanitized,
            (Self::Sanitized, true) => Build::SanitizedFaults,
            (_, false) => Build::Release,
            (_, true) => Build::Faults,
        }
    }
}

pub fn plain(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    suite(workspace, Mode::Plain, tally).map(drop)
}

pub fn sanitized(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let library = library::build(workspace, Build::Sanitized)?;
    proofs::sanitizers(workspace, &library, tally)?;
    suite(workspace, Mode::Sanitized, tally)
}

pub fn valgrind(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let library = library::build(workspace, Build::Release)?;
    proofs::valgrind(workspace, &library, tally)?;
    suite(workspace, Mode::Valgrind, tally)
}

/// One test program, ready to run.
struct Program {
    name: String,
    path: PathBuf,
    preload: Option<PathBuf>,
}

fn suite(workspace: &Workspace, mode: Mode, tally: &mut Tally) -> Result<()> {
    let sources = [workspace.files("tests/c", "c")?, workspace.files("tests/cpp", "cpp")?].concat();
    let libraries = libraries(workspace, mode, &sources, tally)?;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let built = in_parallel(processors, &sources, |source| build(workspace, mode, source, &libraries));
    let mut programs = Vec::new();
    for (source, built) in sources.iter().zip(built) {
        match built {
            Ok(program) => programs.push(program),
            Err(error) => tally.fail(&format!("{} builds, {}", source.display(), mode.name()), &format!("{error:#}")),
        }
    }
    // Plain programs hold the library to promises of time, so each has the machine for itself.
    let at_once = if mode == Mode::Plain { 1 } else { processors };
    let outcomes = in_parallel(at_once, &programs, |program| run(workspace, mode, program));
    for (program, outcome) in programs.iter().zip(outcomes) {
        let (outcome, time) = outcome?;
        report(&program.name, &outcome, time, tally);
    }
    Ok(())
}

/// The libraries that the programs need in this mode, by whether they can be made to panic.
fn libraries(
    workspace: &Workspace,
    mode: Mode,
    sources: &[PathBuf],
    tally: &mut Tally,
) -> Result<BTreeMap<bool, PathBuf>> {
    let mut folders = BTreeMap::new();
    folders.insert(false, library::build(workspace, mode.library(false))?);
    if sources.iter().any(|source| wants_faults(source)) {
        let folder = library::build(workspace, mode.library(true))?;
        let file = folder.join(library::names(&workspace.version)?.built);
        let there = exported(&file)?.iter().any(|name| name.starts_with(TEST_PREFIX));
        let result = if there { Ok(()) } else { Err(anyhow::anyhow!("{} exports no {TEST_PREFIX}*", file.display())) };
        tally.check("the library for fault injection can inject faults", result);
        folders.insert(true, folder);
    }
    Ok(folders)
}

fn wants_faults(source: &Path) -> bool {
    source.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("_faults"))
}

fn build(workspace: &Workspace, mode: Mode, source: &Path, libraries: &BTreeMap<bool, PathBuf>) -> Result<Program> {
    let language = Language::of(source)?;
    let stem = source.file_stem().context("a test without a name")?.to_string_lossy().into_owned();
    let library = libraries.get(&wants_faults(source)).context("no library for it")?;
    let kind = if language == Language::C { "c" } else { "cpp" };
    let compiler = if mode == Mode::Sanitized { language.clang().to_owned() } else { compiler::system(language)? };
    let path = workspace.scratch(&format!("{kind}-{}", mode.name()))?.join(&stem);
    let mut command = compiler::program(workspace, &compiler, source, library, &path)?;
    command.args(other_units(source)?).arg("-I").arg(workspace.root.join("tests/c")).args(["-lm", "-ldl"]);
    if mode == Mode::Sanitized {
        command.args(sanitizer_flags());
    }
    compiler::compile(&mut command)?;
    let preload = preload(workspace, source)?;
    Ok(Program { name: format!("{kind}/{stem}, {}", mode.name()), path, preload })
}

/// A program of several files has the others in a folder of its name beside it.
fn other_units(source: &Path) -> Result<Vec<PathBuf>> {
    let folder = source.with_extension("");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut units = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension() == source.extension() {
            units.push(path);
        }
    }
    units.sort();
    Ok(units)
}

pub fn sanitizer_flags() -> [&'static str; 3] {
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
}

/// Builds the shim that the source's first line names.
fn preload(workspace: &Workspace, source: &Path) -> Result<Option<PathBuf>> {
    let text = std::fs::read_to_string(source)?;
    let first = text.lines().next().unwrap_or_default();
    let Some(name) = first.strip_prefix("/* preload: ").and_then(|rest| rest.strip_suffix(" */")) else {
        return Ok(None);
    };
    let shim = workspace.root.join("tests/c/shims").join(name).with_extension("c");
    ensure!(shim.exists(), "{} asks for {name}, which is not in tests/c/shims", source.display());
    // A file for each program: several are built at once.
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let out = workspace.scratch("shims")?.join(format!("{name}-{stem}.so"));
    compiler::compile(&mut compiler::shim(&compiler::system(Language::C)?, &shim, &out))?;
    Ok(Some(out))
}

/// The command that runs a program in a mode.
pub fn runner(workspace: &Workspace, mode: Mode, program: &Path) -> Command {
    let mut command = Command::new(if mode == Mode::Valgrind { Path::new("valgrind") } else { program });
    if mode == Mode::Valgrind {
        let kinds = "definite,indirect,possible";
        command.args(["--quiet", "--leak-check=full", "--error-exitcode=9"]);
        command.args([format!("--show-leak-kinds={kinds}"), format!("--errors-for-leak-kinds={kinds}")]);
        command.arg(format!("--suppressions={}", workspace.root.join("tests/c/valgrind.supp").display()));
        command.arg(program);
    }
    // Cargo's folders stand in there: a library left in one would come before the one that the program was linked with.
    command.env_remove("LD_LIBRARY_PATH");
    command.env("MEMUX_CLIPS", workspace.root.join("tests/clips")).env("MEMUX_TEST_MODE", mode.name());
    command.env("MEMUX_SYMBOLS", workspace.root.join("packaging/symbols.txt"));
    command.env("ASAN_OPTIONS", "detect_leaks=1:strict_string_checks=1").env("UBSAN_OPTIONS", "print_stacktrace=1");
    command
}

fn run(workspace: &Workspace, mode: Mode, program: &Program) -> Result<(Outcome, Duration)> {
    let started = Instant::now();
    let mut command = runner(workspace, mode, &program.path);
    if let Some(shim) = &program.preload {
        command.env("LD_PRELOAD", shim);
    }
    let mut outcome = shell::capture(&mut command, LIMIT)?;
    if !outcome.success() && outcome.stderr.contains(TOOL_BROKE) {
        // It is not the program that has failed: once more, and that counts.
        outcome = shell::capture(&mut command, LIMIT)?;
    }
    Ok((outcome, started.elapsed()))
}

/// What the leak checker says when it has crashed itself, as it does now and then while it stops the threads.
const TOOL_BROKE: &str = "LeakSanitizer has encountered a fatal error";

/// Counts a program's TAP lines; a bad end counts as a failure of its own, whatever the lines say.
fn report(name: &str, outcome: &Outcome, time: Duration, tally: &mut Tally) {
    let counted = tap(&outcome.stdout);
    let time = time.as_secs_f64();
    let problem = counted.and_then(|(passed, failed)| {
        ensure!(outcome.success() || failed > 0, "it ended badly");
        ensure!(!outcome.success() || failed == 0, "it says that tests failed, and ends well");
        ensure!(passed + failed > 0, "it tested nothing");
        Ok((passed, failed))
    });
    match problem {
        Ok((passed, 0)) => {
            println!("  ok   {name}: {passed} tests, {time:.1} s");
            tally.count(name, passed, 0);
        }
        Ok((passed, failed)) => {
            println!("  FAIL {name}: {failed} of {} tests, {time:.1} s\n    {}", passed + failed, outcome.describe());
            tally.count(name, passed, failed);
        }
        Err(error) => tally.fail(name, &format!("{error} ({time:.1} s): {}", outcome.describe())),
    }
}

/// Passed and failed tests in TAP output, its plan checked if it has one.
fn tap(output: &str) -> Result<(u64, u64)> {
    let (mut passed, mut failed, mut plan) = (0, 0, None);
    for line in output.lines() {
        if line.starts_with("ok ") {
            passed += 1;
        } else if line.starts_with("not ok ") {
            failed += 1;
        } else if let Some(count) = line.strip_prefix("1..") {
            plan = Some(count.trim().parse::<u64>().with_context(|| format!("a plan of {count}"))?);
        }
    }
    match plan {
        Some(planned) if planned != passed + failed => bail!("{planned} tests planned, {} run", passed + failed),
        _ => Ok((passed, failed)),
    }
}

/// Applies a function to all, that many at once; results in the order of the items.
fn in_parallel<T: Sync, R: Send>(workers: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.iter().enumerate());
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some((index, item)) = next else { break };
                    let result = work(item);
                    if let Ok(mut results) = results.lock() {
                        results.insert(index, result);
                    }
                }
            });
        }
    });
    results.into_inner().map(|results| results.into_values().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{in_parallel, tap};

    #[test]
    fn tap_lines_are_counted_and_a_broken_plan_is_an_error() {
        assert_eq!(tap("1..2\nok 1 - a\nnoise\nnot ok 2 - b\n").ok(), Some((1, 1)));
        assert_eq!(tap("ok 1 - a\n").ok(), Some((1, 0)));
        assert!(tap("1..3\nok 1 - a\n").is_err());
        assert!(tap("1..x\n").is_err());
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..50).collect();
        assert_eq!(in_parallel(4, &items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }
}
