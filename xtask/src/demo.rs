//! `cargo xtask demo`: from a clone to the first results, with each result compared with what ffmpeg says.

use crate::examples;
use crate::ffmpeg;
use crate::library::{self, Build};
use crate::setup;
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::process::Command;

pub fn run(workspace: &Workspace) -> Result<()> {
    println!("1. What this machine needs");
    setup::ensure(setup::Purpose::Demo)?;

    println!("2. The library");
    let library = library::build(workspace, Build::Release)?;

    println!("3. The examples, by the system's C and C++ compilers");
    let programs = workspace.target.join("examples-c");
    for program in examples::build(workspace, &library, Some(&programs))? {
        println!("  {}", program.display());
    }

    println!("4. The examples on a small clip");
    let clip = workspace.clip("h264.mp4");
    let out = workspace.target.join("demo");
    if out.exists() {
        // What an earlier run left must not be taken for what this one wrote.
        std::fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let ours = out.join("output.h264");
    let ours_cpp = out.join("output_cpp.h264");
    let counted = frames(&say(Command::new(programs.join("count_frames")).arg(&clip))?)?;
    let counted_by_callbacks = frames(&say(Command::new(programs.join("count_with_callbacks")).arg(&clip))?)?;
    say(Command::new(programs.join("extract_h264")).arg(&clip).arg(&ours))?;
    say(Command::new(programs.join("extract_h264_cpp")).arg(&clip).arg(&ours_cpp))?;

    println!("5. The same by ffprobe and ffmpeg");
    let truth = ffmpeg::video(&clip)?.context("ffprobe finds no video in the clip")?;
    for (how, number) in [("from memory", counted), ("by callbacks", counted_by_callbacks)] {
        ensure!(number == truth.packets, "counted {how}: {number}, but ffprobe counts {}", truth.packets);
    }
    println!("  {counted} frames from memory and by callbacks; ffprobe -count_packets: {}", truth.packets);
    let theirs = out.join("ffmpeg.h264");
    ffmpeg::extract(&clip, truth.index, "h264", &theirs)?;
    for file in [&ours, &ours_cpp] {
        let size = ffmpeg::same_bytes(file, &theirs)?;
        println!("  {}: the {size} bytes that ffmpeg -c copy -f h264 writes", file.display());
    }

    println!("\nDone. Counted and extracted {} in memory; every result equals ffmpeg's.", clip.display());
    println!("  library   {}", library.join(library::names(&workspace.version)?.soname).display());
    println!("  header    {}", workspace.include().join("memux.h").display());
    println!("  examples  {}  (sources: {})", programs.display(), workspace.root.join("examples-c").display());
    println!("  results   {}", out.display());
    Ok(())
}

/// Runs an example and shows what it prints.
fn say(command: &mut Command) -> Result<String> {
    println!("  $ {}", shell::line(command));
    let text = shell::output(command)?;
    text.lines().for_each(|line| println!("    {line}"));
    Ok(text)
}

/// The number in the line that the counting examples print.
pub fn frames(text: &str) -> Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("There are ")?.strip_suffix(" frames int total."));
    let number = line.with_context(|| format!("no count in: {text}"))?;
    number.parse().with_context(|| format!("not a number: {number}"))
}
