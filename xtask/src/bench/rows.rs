//! What the bench measured, as rows and as tables.

use anyhow::{Context, Result};
use std::fmt::Write as _;

/// One variant of one job on one film.
pub struct Row {
    pub job: String,
    pub film: String,
    pub container: String,
    pub variant: String,
    pub nanos: f64,
    /// The time of the program written by hand over this one's.
    pub ratio: f64,
}

impl Row {
    pub fn parse(line: &str) -> Result<Self> {
        let cells: Vec<&str> = line.split('\t').collect();
        let [job, film, container, variant, nanos, ratio] = cells.as_slice() else {
            anyhow::bail!("not a row of the bench: {line}");
        };
        let number = |text: &str| text.parse::<f64>().with_context(|| format!("not a number: {text}"));
        Ok(Row {
            job: (*job).into(),
            film: (*film).into(),
            container: (*container).into(),
            variant: (*variant).into(),
            nanos: number(nanos)?,
            ratio: number(ratio)?,
        })
    }
}

/// One command, as a whole process.
pub struct Process {
    pub name: String,
    pub nanos: f64,
    pub ratio: f64,
}

impl Process {
    pub fn parse(line: &str) -> Result<Self> {
        let cells: Vec<&str> = line.split('\t').collect();
        let ["process", name, nanos, ratio] = cells.as_slice() else { anyhow::bail!("not a process: {line}") };
        Ok(Process { name: (*name).into(), nanos: nanos.parse()?, ratio: ratio.parse()? })
    }
}

pub fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| job | film | container | by | time | times as fast as by hand |\n|---|---|---|---|---|---|\n");
    for row in rows {
        let container = row.container.trim_start_matches(['_', '.']);
        let _ = writeln!(
            text,
            "| {} | {} | {container} | {} | {} | {} |",
            row.job,
            row.film,
            row.variant,
            time(row.nanos),
            times(row.ratio)
        );
    }
    text
}

pub fn process_table(processes: &[Process]) -> String {
    let mut text = String::from("| command | CPU time | times as fast as by hand |\n|---|---|---|\n");
    for process in processes {
        let _ = writeln!(text, "| {} | {} | {} |", process.name, time(process.nanos), times(process.ratio));
    }
    text
}

pub fn page(machine: &str, rows: &[Row], processes: &[Process], costs: &str, goals: &str) -> String {
    format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench`; run it on your own machine. Measured on: {machine}.\n\n\
         By hand is [C as people write it](../benches/baseline/baseline.c); both do the same job on the same bytes in memory, \
         in one process, in turn, and must give one answer. Ratios are medians over the rounds, of CPU time.\n\n\
         The films: small, 1 MB, 300 frames; large, 1 GB at 20 Mb/s, 12 240 frames; long, 2 h at 250 kb/s, 216 000 frames.\n\n\
         ![Times as fast as by hand](benchmarks.svg)\n\n## Jobs in memory\n\n{}\n## Whole processes\n\n{}\n## Memory, allocations, \
         instructions\n\n{costs}\n## Goals\n\n{goals}",
        table(rows),
        process_table(processes)
    )
}

/// A time in the unit that fits it.
pub fn time(nanos: f64) -> String {
    match nanos {
        n if n >= 1e9 => format!("{:.2} s", n / 1e9),
        n if n >= 1e6 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.1} µs", n / 1e3),
    }
}

pub fn times(ratio: f64) -> String {
    if ratio >= 10.0 { format!("{ratio:.0}x") } else { format!("{ratio:.2}x") }
}
