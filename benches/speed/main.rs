//! How fast, beside what people write by hand: one process, all variants in turn, ratios within a round. Prints one
//! tab-separated row for each variant; `cargo xtask bench` makes the inputs, runs this, and draws the table.
//!
//!     speed rounds FOLDER BASELINE [quick]     all jobs on all films
//!     speed job JOB FILE BASELINE ROUNDS       one job on one film
//!     speed processes ROUNDS NAME=COMMAND...   whole processes
//!     speed once JOB VARIANT FILE BASELINE     one run, for valgrind and for peak memory (printed)

mod by_hand;
mod clock;
mod host;
mod jobs;
mod processes;

use by_hand::ByHand;
use std::path::Path;

const FILMS: [&str; 3] = ["small", "large", "long"];

fn main() {
    // FFmpeg's messages are none of the measurement's business.
    // SAFETY: a function that does nothing.
    unsafe { memux::ffi::memux_log_set(-8, Some(silence), std::ptr::null_mut(), std::ptr::null_mut()) };
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["rounds", folder, baseline] => rounds(folder.as_ref(), &ByHand::load(baseline.as_ref()), &FILMS),
        ["rounds", folder, baseline, "quick"] => {
            rounds(folder.as_ref(), &ByHand::load(baseline.as_ref()), &FILMS[..1]);
        }
        ["job", job, file, baseline, rounds] => {
            one_job(job, file.as_ref(), &ByHand::load(baseline.as_ref()), rounds.parse().expect("a number"));
        }
        ["processes", rounds, commands @ ..] => processes::run(rounds.parse().expect("a number"), commands),
        ["once", job, variant, file, baseline] => {
            once(job, variant, file.as_ref(), &ByHand::load(baseline.as_ref()));
        }
        _ => panic!("started by cargo xtask bench"),
    }
}

fn rounds(folder: &Path, by_hand: &ByHand, films: &[&str]) {
    for film in films {
        let rounds = if *film == "small" { 31 } else { 9 };
        for container in ["_faststart.mp4", "_noedit.mp4", "_fragmented.mp4", ".mkv", ".ts"] {
            let data = read(&folder.join(format!("{film}{container}")));
            report("count", film, container, clock::measure(jobs::count(&data, container, by_hand), rounds));
            if container != "_faststart.mp4" {
                continue;
            }
            report("packets", film, container, clock::measure(jobs::packets(&data, by_hand), rounds));
            // What the program written by hand cannot do: the index at the end.
            let behind = read(&folder.join(format!("{film}.mp4")));
            assert_eq!(host::count_frames(&behind), host::count_frames(&data), "{film}.mp4");
            drop(behind);
            for (job, variants) in jobs::EXTRACTIONS {
                let mut output = vec![0; data.len() + (1 << 20)];
                report(job, film, container, clock::measure(variants(&data, by_hand, &mut output), rounds));
            }
        }
    }
}

fn report(job: &str, film: &str, container: &str, measured: Vec<clock::Measured>) {
    for row in measured {
        println!("{job}\t{film}\t{container}\t{}\t{}\t{:.4}", row.name, row.time.as_nanos(), row.ratio);
    }
}

/// For whoever works on one job: `cargo xtask bench` does not ask for it.
fn one_job(job: &str, file: &Path, by_hand: &ByHand, rounds: usize) {
    let (data, mut output) = (read(file), Vec::new());
    let film = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    report(job, &film, "", clock::measure(variants(job, file, &data, by_hand, &mut output), rounds));
}

fn variants<'a>(
    job: &str,
    file: &Path,
    data: &'a [u8],
    by_hand: &'a ByHand,
    output: &'a mut Vec<u8>,
) -> Vec<clock::Variant<'a>> {
    if job == "count" {
        let container = file.to_string_lossy().rsplit_once('.').map(|(_, extension)| format!(".{extension}")).unwrap();
        return jobs::count(data, &container, by_hand);
    }
    if job == "packets" {
        return jobs::packets(data, by_hand);
    }
    let (_, variants) = jobs::EXTRACTIONS.into_iter().find(|(name, _)| *name == job).expect("a job");
    output.resize(data.len() + (1 << 20), 0);
    variants(data, by_hand, output)
}

/// Peak memory is that of the process, less what it was when the input had been read.
fn once(job: &str, variant: &str, file: &Path, by_hand: &ByHand) {
    let (data, mut output) = (read(file), Vec::new());
    let mut variants = variants(job, file, &data, by_hand, &mut output);
    let chosen = variants.iter_mut().find(|candidate| candidate.name == variant).expect("a variant");
    let before = peak();
    let answer = measured(chosen);
    println!("{answer}\t{}", peak().saturating_sub(before));
}

/// A name that valgrind can be told to look at.
#[unsafe(no_mangle)]
#[inline(never)]
fn memux_bench_measured(variant: &mut clock::Variant) -> u64 {
    (variant.run)()
}

fn measured(variant: &mut clock::Variant) -> u64 {
    memux_bench_measured(variant)
}

/// The most memory that the process ever had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

unsafe extern "C" fn silence(_: *mut std::ffi::c_void, _: i32, _: *const std::ffi::c_char) {}
