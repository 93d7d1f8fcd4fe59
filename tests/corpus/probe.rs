//! What a probe says of each file, held against ffprobe.

use super::host::{Road, probe};
use super::table::{files, folder};
use super::tools::{assert_tools_are_of_our_major, output_of, scratch_file};
use memux::ffi::*;
use serde_json::Value;
use std::process::Command;

/// What is not compared, and why. No longer than ten.
const IGNORED: &[(&str, &str)] = &[("format.filename", "memory has no name")];

#[test]
fn a_probe_gives_the_tree_that_ffprobe_gives() {
    assert_tools_are_of_our_major();
    assert!(IGNORED.len() <= 10);
    let (mut compared, mut differences) = (0, Vec::new());
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let Some(expected) = ffprobe(&row.path) else { continue };
        for road in [Road::Memory, Road::Slices, Road::Cheap] {
            let (said, probed) = probe(&row.bytes(), road, MEMUX_PROBE_FULL);
            assert!(said.status >= 0, "{} {road:?}: {}", row.path, said.message);
            assert_eq!(said.report.bytes_needed, 0, "{}", row.path);
            let got: Value = serde_json::from_str(&probed.json).unwrap();
            compare(&format!("{} {road:?}", row.path), "", &expected, &got, &mut differences);
        }
        compared += 1;
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(compared >= 55, "only {compared} files were compared");
}

/// Without the file's name, which would help FFmpeg to guess; none where ffprobe gives up.
fn ffprobe(path: &str) -> Option<Value> {
    let nameless = scratch_file("probed");
    std::fs::copy(folder().join(path), &nameless).unwrap();
    let arguments = ["-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json"];
    let (probed, text) = output_of(Command::new("ffprobe").args(arguments).arg(&nameless));
    probed.then(|| serde_json::from_str(&text).unwrap())
}

/// Whole trees: what one of them has and the other has not is a difference too.
fn compare(file: &str, place: &str, expected: &Value, got: &Value, differences: &mut Vec<String>) {
    let inside = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let more = got.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(more) {
                let place = inside(name);
                let rule = place.split('.').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join(".");
                if !IGNORED.iter().any(|(ignored, _)| *ignored == rule) {
                    let (expected, got) = (expected.get(name), got.get(name));
                    compare(file, &place, expected.unwrap_or(&Value::Null), got.unwrap_or(&Value::Null), differences);
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (nth, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(file, &inside(&nth.to_string()), expected, got, differences);
            }
        }
        _ if expected == got => {}
        _ => differences.push(format!("{file}: {place}: ffprobe {expected}, memux {got}")),
    }
}

/// A server that has only the beginning of an upload asks again and again, and is told how much more it takes.
#[test]
fn a_header_is_found_in_as_few_bytes_as_are_asked_for() {
    let mut answered = 0;
    for row in files().iter().filter(|row| row.is_mp4() || row.container == "matroska") {
        let bytes = row.bytes();
        let (whole, expected) = probe(&bytes, Road::Memory, MEMUX_PROBE_HEADER);
        if whole.status < 0 {
            continue;
        }
        let mut have = bytes.len().min(64);
        for asked in 0.. {
            let (said, got) = probe(&bytes[..have], Road::Memory, MEMUX_PROBE_HEADER);
            if said.status >= 0 {
                // A container that is cut has less to say of its size and its duration, not of its streams.
                assert_eq!(got.codecs, expected.codecs, "{} in {have} bytes", row.path);
                assert!(said.report.bytes_needed == 0, "{}", row.path);
                break;
            }
            let needed = said.report.bytes_needed;
            if needed == MEMUX_UNKNOWN || needed == 0 {
                // It cannot be told, or it is damaged further on.
                have = (have * 2).min(bytes.len());
            } else {
                have += usize::try_from(needed).unwrap();
            }
            assert!(have <= bytes.len() && asked < 40, "{}: {have} bytes of {}", row.path, bytes.len());
        }
        answered += 1;
    }
    assert!(answered >= 35, "only {answered} headers were found");
}

#[test]
fn codecs_are_named_as_an_independent_writer_names_them() {
    let mut compared = 0;
    for row in files().iter().filter(|row| row.is_mp4()) {
        let bytes = row.bytes();
        let Ok(mp4) = re_mp4::Mp4::read_bytes(&bytes) else { continue };
        let (said, probed) = probe(&bytes, Road::Memory, MEMUX_PROBE_FULL);
        assert!(said.status >= 0, "{}: {}", row.path, said.message);
        for (id, track) in mp4.tracks() {
            let Some(expected) = track.codec_string(&mp4) else { continue };
            let own = probed.codecs.iter().find(|(own, _)| u32::try_from(*own) == Ok(*id));
            let Some(got) = own.and_then(|(_, codec)| codec.as_ref()) else {
                panic!("{}: track {id} is {expected}, and has no name here", row.path)
            };
            assert!(got.eq_ignore_ascii_case(&expected), "{}: {got}, should be {expected}", row.path);
            compared += 1;
        }
    }
    assert!(compared >= 10, "only {compared} names were compared");
}
