//! Proof that the tools which the other tests rely on do find what they look for: programs with one deliberate mistake
//! each must be caught, the mistake made inside the library's own code included.

use super::programs::{Mode, runner, sanitizer_flags};
use super::tally::Tally;
use crate::compiler::{self, Language};
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const OVERFLOW: &str = "heap-buffer-overflow";

pub fn sanitizers(workspace: &Workspace, library: &Path, tally: &mut Tally) -> Result<()> {
    let clang = Language::C.clang();
    let build = |name: &str| build(workspace, clang, &sanitizer_flags(), library, name, "sanitized");
    let overflow = build("overflow")?;
    tally.check("AddressSanitizer is linked into the programs", linked_in(&overflow, "__asan_init"));
    tally.check(
        "the library is compiled under AddressSanitizer",
        linked_in(&library.join(crate::library::names(&workspace.version)?.built), "__asan_"),
    );
    tally.check("a write past the end is caught", caught(workspace, Mode::Sanitized, &overflow, OVERFLOW));
    tally.check(
        "a read past the end inside the library is caught",
        caught(workspace, Mode::Sanitized, &build("lied_size")?, OVERFLOW),
    );
    tally.check(
        "undefined behaviour is caught",
        caught(workspace, Mode::Sanitized, &build("undefined")?, "runtime error: signed integer overflow"),
    );
    tally.check(
        "a leaked source is caught",
        caught(workspace, Mode::Sanitized, &build("leak")?, "LeakSanitizer: detected memory leaks"),
    );
    Ok(())
}

pub fn valgrind(workspace: &Workspace, library: &Path, tally: &mut Tally) -> Result<()> {
    let compiler = compiler::system(Language::C)?;
    let build = |name: &str| build(workspace, &compiler, &[], library, name, "plain");
    tally.check(
        "valgrind catches a write past the end",
        caught(workspace, Mode::Valgrind, &build("overflow")?, "Invalid write"),
    );
    tally.check(
        "valgrind catches a leaked source",
        caught(workspace, Mode::Valgrind, &build("leak")?, "definitely lost"),
    );
    Ok(())
}

fn build(
    workspace: &Workspace,
    compiler: &str,
    flags: &[&str],
    library: &Path,
    name: &str,
    folder: &str,
) -> Result<PathBuf> {
    let source = workspace.root.join("xtask/proofs").join(name).with_extension("c");
    let program = workspace.scratch(&format!("proofs-{folder}"))?.join(name);
    compiler::compile(compiler::program(workspace, compiler, &source, library, &program)?.args(flags))?;
    Ok(program)
}

fn linked_in(file: &Path, symbol: &str) -> Result<()> {
    let listing =
        [shell::output(Command::new("nm").arg(file))?, shell::output(Command::new("nm").arg("-D").arg(file))?].concat();
    ensure!(listing.contains(symbol), "{} has no symbol {symbol}", file.display());
    Ok(())
}

fn caught(workspace: &Workspace, mode: Mode, program: &Path, message: &str) -> Result<()> {
    let outcome = shell::capture(&mut runner(workspace, mode, program), Duration::from_secs(120))?;
    ensure!(!outcome.success(), "the program ended well");
    ensure!(outcome.stderr.contains(message), "not reported: {message}\n{}", outcome.describe());
    Ok(())
}
