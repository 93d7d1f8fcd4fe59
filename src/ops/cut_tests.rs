//! Every container, cut in many places: libavformat calls most of these a success.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::count::Mode;
use super::tests::{by_every_road, clip, count};
use super::{Completeness, Note, Select};

/// Twenty places, spread evenly, and the bytes around them that are likely to be boundaries.
fn places(size: usize) -> Vec<usize> {
    let mut places: Vec<_> = (1..=20).map(|part| size * part / 21).collect();
    places.extend([1, 8, 32, 188, 376, size / 188 * 94, size - 188, size - 1]);
    places
}

/// What is found of the first `end` bytes, by each road; the roads must agree.
pub fn found(bytes: &[u8], end: usize, context: &str) -> (Option<Note>, Completeness) {
    let mut all = Vec::new();
    by_every_road(&bytes[..end], |road, source| {
        let (note, report) = count(source, Mode::Packets, Select::FirstVideo);
        if report.found.completeness == Completeness::Truncated {
            let at = report.found.truncated_at;
            assert!(at.is_some_and(|at| at <= end as u64), "{context} cut at {end}, {road}: broken off at {at:?}");
        }
        all.push((road, note.ok(), report.found.completeness));
    });
    let (_, note, completeness) = all[0];
    for (road, other, finding) in &all {
        assert_eq!((*other, *finding), (note, completeness), "{context} cut at {end}: {road} disagrees: {all:?}");
    }
    (note, completeness)
}

#[test]
fn each_container_that_promises_a_length_is_found_to_be_cut_wherever_it_is_cut() {
    for name in [
        "h264.mp4",
        "h264_moov_at_end.mp4",
        "h264_fragmented.mp4",
        "cut.mp4",
        "h264.mkv",
        "vp9.webm",
        "h264.avi",
        "h264.flv",
    ] {
        let bytes = clip(name);
        for end in places(bytes.len()) {
            let (note, completeness) = found(&bytes, end, name);
            assert_ne!(
                note,
                Some(Note::Done),
                "{name} cut at {end} of {} passes for whole ({completeness:?})",
                bytes.len()
            );
        }
    }
}

/// Whether a PES packet or a section is under way after the first `count` packets of a transport stream: then the next
/// packet of some PID does not begin one.
fn inside_a_unit(stream: &[u8], count: usize) -> bool {
    let mut seen = Vec::new();
    stream.chunks(188).skip(count).any(|packet| {
        let (pid, begins) = (u16::from_be_bytes([packet[1], packet[2]]) & 0x1fff, packet[1] & 0x40 != 0);
        let (payload, first) = (packet[3] & 0x10 != 0, !seen.contains(&pid));
        if payload {
            seen.push(pid);
        }
        payload && first && !begins
    })
}

#[test]
fn a_transport_stream_is_found_to_be_cut_unless_it_is_cut_between_two_units() {
    for name in ["h264.ts", "hevc.ts"] {
        let bytes = clip(name);
        let (mut inside, mut untold) = (0, 0);
        // Fewer are too few to be sure that they are packets.
        for packets in (11..bytes.len() / 188).step_by(3) {
            let (note, completeness) = found(&bytes, packets * 188, name);
            assert_ne!(completeness, Completeness::Complete, "{name} after packet {packets}");
            if inside_a_unit(&bytes, packets) {
                inside += 1;
                untold += usize::from(note == Some(Note::Done));
            }
            let (note, _) = found(&bytes, packets * 188 + packets % 187 + 1, name);
            assert_ne!(note, Some(Note::Done), "{name} in packet {packets}");
        }
        assert!(inside > 30 && untold == 0, "{name}: {untold} of {inside} cuts inside a unit were not found");
    }
}

#[test]
fn a_stream_without_a_promised_length_is_never_called_complete_when_it_is_cut() {
    for name in ["mpeg2.mpg", "live.webm"] {
        let bytes = clip(name);
        let mut truncated = 0;
        for end in places(bytes.len()) {
            let (note, completeness) = found(&bytes, end, name);
            assert_ne!(completeness, Completeness::Complete, "{name} cut at {end}");
            truncated += usize::from(note != Some(Note::Done));
        }
        assert!(truncated >= 25, "{name}: only {truncated} of the cuts were found");
    }
}
