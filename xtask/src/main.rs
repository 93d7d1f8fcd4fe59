//! The project's commands. They are Rust, and need nothing but cargo, so that one clone and one toolchain are enough to
//! start; what else a command needs, it finds or installs itself.

mod bench;
mod compiler;
mod demo;
mod examples;
mod ffmpeg;
mod files;
mod fuzz;
mod header;
mod install;
mod library;
mod setup;
mod shell;
mod test;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask <command>

  demo                   install what is missing, build, run the examples on a small clip, compare with ffmpeg
  test [STEP]            install what is missing, then run the whole test suite, or only steps with STEP in their name
  setup [demo|test]      install what these commands need, nothing else (default: test)
  examples [--out DIR]   build the C and C++ examples (default: examples-c in the target folder)
  install --prefix DIR   install header, libraries, pkg-config and CMake files (DESTDIR is honoured)
  bench [--quick]        measure memux beside C written by hand, the ffmpeg commands and the limits; quick: within a minute
  fuzz [--seconds N] [differential|robust] [FILE...]
                         look for inputs on which the walk and FFmpeg differ, or which the walk cannot bear; with
                         files, only those are tried again
  header [--check]       write include/memux.h anew from the code, or check that it is up to date
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = ExitCode::SUCCESS;
    match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => print!("{HELP}"),
        ["demo"] => demo::run(&Workspace::find()?)?,
        ["test"] => return test::run(&Workspace::find()?, ""),
        ["test", part] => return test::run(&Workspace::find()?, part),
        ["setup"] | ["setup", "test"] => setup::ensure(setup::Purpose::Test)?,
        ["setup", "demo"] => setup::ensure(setup::Purpose::Demo)?,
        ["examples"] => examples::run(&Workspace::find()?, None)?,
        ["examples", "--out", folder] => examples::run(&Workspace::find()?, Some(folder.as_ref()))?,
        ["install", "--prefix", prefix] => install::run(&Workspace::find()?, prefix.as_ref())?,
        ["bench"] => bench::run(&Workspace::find()?, false)?,
        ["bench", "--quick"] => bench::run(&Workspace::find()?, true)?,
        ["fuzz", words @ ..] => fuzz::run(&Workspace::find()?, words)?,
        ["header"] => header::run(&Workspace::find()?, header::Mode::Write)?,
        ["header", "--check"] => header::run(&Workspace::find()?, header::Mode::Check)?,
        _ => bail!("not a command: {}\n\n{HELP}", words.join(" ")),
    }
    Ok(done)
}
