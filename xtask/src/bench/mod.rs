//! `cargo xtask bench`: memux beside C written by hand, the ffmpeg commands, the fastest crate, and what limits them all.
//! Times are never tests: what is printed are ratios within one run, and which of the project's goals they reach.

mod chart;
mod goals;
mod rows;

use crate::compiler::{self, Language};
use crate::examples;
use crate::library::{self, Build};
use crate::setup;
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use rows::{Process, Row};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

struct Bench<'w> {
    workspace: &'w Workspace,
    program: PathBuf,
    inputs: PathBuf,
    baseline: PathBuf,
}

/// `quick`: the small film alone, within a minute once all is built.
pub fn run(workspace: &Workspace, quick: bool) -> Result<()> {
    println!("1. What this machine needs");
    setup::ensure(setup::Purpose::Test)?;
    println!("2. Inputs, the baseline in C, the bench");
    let bench = prepare(workspace, quick)?;
    println!("3. Rounds");
    let rows = bench.rounds(quick)?;
    println!("{}", rows::table(&rows));
    println!("4. Whole processes, on the small film");
    let processes = bench.processes(if quick { 7 } else { 21 })?;
    println!("{}", rows::process_table(&processes));
    println!("5. Memory above the input, allocations, instructions");
    let costs = bench.costs(quick)?;
    println!("{costs}");
    println!("6. Goals");
    let goals = goals::table(&rows);
    println!("{goals}");
    if !quick {
        let docs = workspace.root.join("docs");
        let page = rows::page(&machine(), &rows, &processes, &costs, &goals);
        std::fs::write(docs.join("benchmarks.md"), page)?;
        std::fs::write(docs.join("benchmarks.svg"), chart::draw(&rows))?;
        println!("written: docs/benchmarks.md, docs/benchmarks.svg");
    }
    Ok(())
}

fn prepare<'w>(workspace: &'w Workspace, quick: bool) -> Result<Bench<'w>> {
    let inputs = workspace.target.join("bench-inputs");
    let mut make = Command::new("bash");
    make.arg(workspace.root.join("benches/inputs.sh")).arg(&inputs);
    if quick {
        make.arg("quick");
    }
    shell::run(&mut make)?;
    let baseline = workspace.scratch("bench")?.join("libbaseline.so");
    let mut compile = Command::new(compiler::system(Language::C)?);
    compile.args(["-std=c99", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror"]);
    compile.arg(workspace.root.join("benches/baseline/baseline.c")).arg("-o").arg(&baseline);
    compile.args(ffmpeg_flags()?);
    compiler::compile(&mut compile)?;
    let mut cargo = workspace.cargo();
    cargo.args(["bench", "--quiet", "--bench", "speed", "--no-run", "--message-format", "json"]);
    let messages = shell::output(&mut cargo)?;
    let program = messages
        .lines()
        .filter(|line| line.contains("\"name\":\"speed\""))
        .find_map(|line| line.split_once("\"executable\":\"")?.1.split_once('"'))
        .context("cargo names no bench program")?
        .0;
    Ok(Bench { workspace, program: program.into(), inputs, baseline })
}

fn ffmpeg_flags() -> Result<Vec<String>> {
    let mut ask = Command::new("pkg-config");
    ask.args(["--cflags", "--libs", "libavformat", "libavcodec", "libavutil"]);
    Ok(shell::output(&mut ask)?.split_whitespace().map(str::to_owned).collect())
}

impl Bench<'_> {
    fn rounds(&self, quick: bool) -> Result<Vec<Row>> {
        let mut command = Command::new(&self.program);
        command.arg("rounds").arg(&self.inputs).arg(&self.baseline).args(quick.then_some("quick"));
        let outcome = shell::capture(&mut command, Duration::from_secs(3600))?;
        if !outcome.success() {
            bail!("{}\n    {}", shell::line(&command), outcome.describe());
        }
        outcome.stdout.lines().map(Row::parse).collect()
    }

    fn processes(&self, rounds: u32) -> Result<Vec<Process>> {
        let library = library::build(self.workspace, Build::Release)?;
        let programs = self.workspace.scratch("bench")?;
        examples::build(self.workspace, &library, Some(&programs))?;
        let by_hand = programs.join("by_hand");
        let mut compile = Command::new(compiler::system(Language::C)?);
        compile.args(["-std=c99", "-O2"]).arg(self.workspace.root.join("tests/oracle/by_hand.c"));
        compile.arg("-o").arg(&by_hand).args(ffmpeg_flags()?);
        compiler::compile(&mut compile)?;
        let (film, by_hand) = (self.inputs.join("small_faststart.mp4"), by_hand.display());
        let (film, example) = (film.display(), |name| programs.join(name).display().to_string());
        let mut all = Vec::new();
        let jobs = [
            vec![
                format!("count by hand={by_hand} count {film}"),
                format!("memux count_frames={} {film}", example("count_frames")),
                format!(
                    "ffprobe -count_packets=ffprobe -v quiet -count_packets -show_entries stream=nb_read_packets {film}"
                ),
            ],
            vec![
                format!("extract by hand={by_hand} extract {film} /dev/null"),
                format!("memux extract_h264={} {film} /dev/null", example("extract_h264")),
                format!("ffmpeg -c copy=ffmpeg -nostdin -v quiet -y -i {film} -map 0:v -c copy -f h264 /dev/null"),
            ],
        ];
        for commands in jobs {
            let mut command = Command::new(&self.program);
            command.arg("processes").arg(rounds.to_string()).args(commands);
            let rows = shell::output(&mut command)?;
            all.extend(rows.lines().map(Process::parse).collect::<Result<Vec<_>>>()?);
        }
        Ok(all)
    }

    /// What one run costs beside time: no noise in it.
    fn costs(&self, quick: bool) -> Result<String> {
        let film = if quick { "small_faststart.mp4" } else { "long_faststart.mp4" };
        let mut text =
            String::from("| job | by | memory above the input | allocations | instructions |\n|---|---|---|---|---|\n");
        for (job, variants) in [
            ("count", ["by hand", "memux, walk", "memux, FFmpeg"]),
            ("extract, gather sink", ["by hand", "memux, walk", "memux, FFmpeg"]),
        ] {
            for variant in variants {
                let peak = self.once(&mut Command::new(&self.program), job, variant, film)?;
                let kib = peak.1.parse::<u64>().unwrap_or(0) / 1024;
                let (allocations, instructions) = self.valgrind(job, variant)?;
                text += &format!("| {job} | {variant} | {kib} KiB ({film}) | {allocations} | {instructions} |\n");
            }
        }
        Ok(text + "\nAllocations and instructions are those of the job on the small film, FFmpeg's included.\n")
    }

    /// The answer, and what the bench measured of its own memory.
    fn once(&self, command: &mut Command, job: &str, variant: &str, film: &str) -> Result<(String, String)> {
        command.args(["once", job, variant]).arg(self.inputs.join(film)).arg(&self.baseline);
        let said = shell::output(command)?;
        let (answer, peak) = said.trim().split_once('\t').context("the bench says nothing")?;
        Ok((answer.to_owned(), peak.to_owned()))
    }

    /// Allocations and instructions of one run.
    fn valgrind(&self, job: &str, variant: &str) -> Result<(String, String)> {
        let film = "small_faststart.mp4";
        let folder = self.workspace.scratch("bench")?;
        let out = folder.join("callgrind.out");
        let mut counting = Command::new("valgrind");
        counting.args(["--tool=callgrind", "--quiet", "--toggle-collect=memux_bench_measured"]);
        counting.arg(format!("--callgrind-out-file={}", out.display())).arg(&self.program);
        self.once(&mut counting, job, variant, film)?;
        let profile = std::fs::read_to_string(&out)?;
        let instructions = total(&profile).context("callgrind counted nothing")?;
        let allocations: u64 = calls(&profile, &["malloc", "calloc", "posix_memalign", "memalign", "realloc"]);
        Ok((allocations.to_string(), instructions.to_string()))
    }
}

fn total(profile: &str) -> Option<u64> {
    let line = profile.lines().find_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")))?;
    line.split_whitespace().next()?.parse().ok()
}

/// How often functions of these names were called. In a profile a call is the line of the callee's name, which may be
/// a number that stands for a name given before, and the line with the number of calls behind it.
fn calls(profile: &str, functions: &[&str]) -> u64 {
    let mut names = std::collections::HashMap::new();
    let (mut called, mut sum) = (false, 0);
    for line in profile.lines() {
        if let Some(callee) = line.strip_prefix("fn=").or(line.strip_prefix("cfn=")) {
            let (number, name) = callee.split_once(' ').map_or((callee, None), |(number, name)| (number, Some(name)));
            if let Some(name) = name {
                names.insert(number.to_owned(), name.split(['\'', '@']).next().unwrap_or(name).to_owned());
            }
            let name = names.get(number).map_or("", String::as_str);
            called = line.starts_with("cfn=") && functions.contains(&name);
        } else if let Some(count) = line.strip_prefix("calls=")
            && called
        {
            sum += count.split_whitespace().next().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    sum
}

/// The processor and FFmpeg, which every figure depends on.
fn machine() -> String {
    let info = std::fs::read_to_string(Path::new("/proc/cpuinfo")).unwrap_or_default();
    let named = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("");
    let processor = named.trim_start_matches(['\t', ' ', ':']).to_owned();
    let ffmpeg = shell::output(Command::new("ffmpeg").arg("-version")).unwrap_or_default();
    format!("{processor}; {}", ffmpeg.lines().next().unwrap_or("").split(" Copyright").next().unwrap_or(""))
}
