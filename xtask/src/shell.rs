//! Running other programs: always without standard input, so that nothing ever waits for a person, and with an error
//! that names the command and says how it ended.

use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How a captured program ended, and all it said.
pub struct Outcome {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub timed_out: bool,
}

impl Outcome {
    pub fn success(&self) -> bool {
        self.status.success() && !self.timed_out
    }

    /// The way it ended, and of both streams what a person needs to see of a failure: how it began and how it ended.
    pub fn describe(&self) -> String {
        let mut text = if self.timed_out { "ran out of time".to_owned() } else { self.status.to_string() };
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let lines: Vec<&str> = stream.lines().collect();
            let left_out = HEAD..lines.len().saturating_sub(TAIL);
            for (number, line) in lines.iter().enumerate().filter(|(number, _)| !left_out.contains(number)) {
                if number == left_out.end && !left_out.is_empty() {
                    let _ = write!(text, "\n    ({} lines left out)", left_out.len());
                }
                let _ = write!(text, "\n    {name}: {line}");
            }
        }
        text
    }
}

/// How many lines of a failure's output are shown from its start and from its end.
const HEAD: usize = 15;
const TAIL: usize = 30;

/// Runs a program whose output goes straight to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    println!("  $ {line}");
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start: {line}"))?;
    if !status.success() {
        bail!("{status}: {line}");
    }
    Ok(())
}

/// The standard output of a program that has to succeed.
pub fn output(command: &mut Command) -> Result<String> {
    let outcome = capture(command, Duration::from_secs(600))?;
    if !outcome.success() {
        bail!("{}\n    {}", line(command), outcome.describe());
    }
    Ok(outcome.stdout)
}

/// Whether a program starts and succeeds, whatever it says.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program to its end or to the time limit, keeping what it writes.
pub fn capture(command: &mut Command, limit: Duration) -> Result<Outcome> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start: {}", line(command)))?;
    // Each stream has a thread of its own: a full pipe would stop the program.
    let stdout = child.stdout.take().map(|stream| thread::spawn(move || text_of(stream)));
    let stderr = child.stderr.take().map(|stream| thread::spawn(move || text_of(stream)));
    let (status, timed_out) = wait(&mut child, limit)?;
    let join =
        |reader: Option<thread::JoinHandle<String>>| reader.and_then(|thread| thread.join().ok()).unwrap_or_default();
    Ok(Outcome { status, stdout: join(stdout), stderr: join(stderr), timed_out })
}

fn text_of(mut stream: impl Read) -> String {
    let mut bytes = Vec::new();
    // What was read before an error is still worth showing.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child, limit: Duration) -> Result<(ExitStatus, bool)> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, false));
        }
        if started.elapsed() > limit {
            child.kill()?;
            return Ok((child.wait()?, true));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
