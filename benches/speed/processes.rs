//! Whole processes: what starting one costs is the larger part of a small job. Commands take turns as variants do.

use std::process::{Command, Stdio};
use std::time::Duration;

/// The CPU time of all children that have ended.
fn children() -> Duration {
    // SAFETY: zeros are a valid struct, which the call fills.
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        assert_eq!(libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage), 0);
        usage
    };
    let time = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.try_into().unwrap()) + Duration::from_micros(time.tv_usec.try_into().unwrap())
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// Each command is a name, `=`, and a shell line. Prints its median CPU time and the median ratio of the first to it.
pub fn run(rounds: usize, commands: &[&str]) {
    let commands: Vec<(&str, &str)> = commands.iter().map(|text| text.split_once('=').expect("name=command")).collect();
    let mut times = vec![Vec::new(); commands.len()];
    for _ in 0..rounds {
        for ((name, line), times) in commands.iter().zip(&mut times) {
            let before = children();
            let exec = format!("exec {line}");
            let status = Command::new("sh").args(["-c", &exec]).stdin(Stdio::null()).stdout(Stdio::null()).status();
            assert!(status.expect("sh").success(), "{name}: {line}");
            times.push((children() - before).as_secs_f64());
        }
    }
    for ((name, _), own) in commands.iter().zip(&times) {
        let ratios = times[0].iter().zip(own).map(|(first, own)| first / own.max(1e-6)).collect();
        let nanos = super::clock::median(own.clone()) * 1e9;
        println!("process\t{name}\t{nanos:.0}\t{:.4}", super::clock::median(ratios));
    }
}
