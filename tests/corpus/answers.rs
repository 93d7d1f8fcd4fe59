//! Each file gets the answer that the table states, by every road.

use super::host::{ROADS, Road, count, extract, extract_as};
use super::left::{DAMAGED, ENCRYPTED, LEFT};
use super::table::{CUT_IN_THE_CORPUS, Row, files, rows};
use memux::ffi::*;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

#[test]
fn each_file_gets_the_count_of_its_row_by_every_road() {
    let mut counted = 0;
    for row in rows() {
        let Some(expected) = row.expected().filter(|_| !row.has_no_video()) else { continue };
        let cut = CUT_IN_THE_CORPUS.iter().any(|(path, _)| *path == row.path);
        for road in ROADS {
            let said = count(&row.bytes(), road, row.stream, MEMUX_COUNT_PACKETS);
            let context = format!("{} stream {:?} {road:?}: {}", row.path, row.stream, said.message);
            assert_eq!(said.status, if cut { MEMUX_TRUNCATED } else { MEMUX_OK }, "{context}");
            assert_eq!((said.report.frames, said.report.packets), (expected, expected), "{context}");
            assert_eq!(said.report.stream_index, row.stream.unwrap(), "{context}");
            counted += 1;
        }
    }
    assert!(counted >= 49 * ROADS.len(), "only {counted} counts were made");
}

/// What the walk is for: the containers, by libavformat's names.
const WALKED: &[&str] = &["mov", "matroska", "mpegts"];

/// The road that a file in memory takes, and the reason for it.
pub fn road_of(row: &Row) -> (i32, i32) {
    match LEFT.iter().find(|(path, _)| *path == row.path) {
        Some((_, reason)) => (MEMUX_ENGINE_FFMPEG, *reason),
        None if WALKED.contains(&row.container.as_str()) => (MEMUX_ENGINE_WALK, MEMUX_REASON_NONE),
        None => (MEMUX_ENGINE_FFMPEG, MEMUX_REASON_CONTAINER),
    }
}

#[test]
fn each_file_takes_the_road_that_is_written_down_and_either_gives_the_answer() {
    assert_eq!((ENCRYPTED, DAMAGED), (MEMUX_REASON_ENCRYPTED, MEMUX_REASON_DAMAGED));
    let (mut walked, mut left) = (0, BTreeSet::new());
    for row in rows().iter().filter(|row| !row.has_no_video() && row.expected().is_some()) {
        let (engine, reason) = road_of(row);
        for mode in [MEMUX_COUNT_PACKETS, MEMUX_COUNT_PRESENTED, MEMUX_COUNT_HEADER] {
            let [chosen, insisted, asked] =
                [Road::Memory, Road::Walked, Road::ByFfmpeg].map(|road| count(&row.bytes(), road, row.stream, mode));
            let context = format!("{} stream {:?} mode {mode}: {}", row.path, row.stream, insisted.message);
            assert_eq!((chosen.report.engine, chosen.report.engine_reason), (engine, reason), "{context}");
            assert_eq!((asked.report.engine, asked.report.engine_reason), (MEMUX_ENGINE_FFMPEG, MEMUX_REASON_ASKED));
            assert_eq!((chosen.status, chosen.answer()), (asked.status, asked.answer()), "{context}");
            if engine == MEMUX_ENGINE_WALK {
                assert_eq!((insisted.status, insisted.answer()), (asked.status, asked.answer()), "{context}");
                walked += 1;
            } else {
                assert_eq!(insisted.status, MEMUX_ERROR_UNSUPPORTED, "{context}");
                assert_eq!(insisted.report.engine_reason, reason, "{context}");
                left.insert(row.path.clone());
            }
        }
    }
    assert!(walked >= 3 * 40, "only {walked} counts were walked");
    assert!(LEFT.iter().all(|(path, _)| left.contains(*path)), "not all of the list was looked at: {left:?}");
}

#[test]
fn the_first_stream_that_is_no_cover_is_the_one_that_is_counted() {
    for row in files().iter().filter(|row| !row.has_no_video()) {
        let Some(expected) = row.expected() else { continue };
        let said = count(&row.bytes(), Road::Memory, None, MEMUX_COUNT_PACKETS);
        assert_eq!((said.report.frames, said.report.stream_index), (expected, row.stream.unwrap()), "{}", row.path);
    }
}

#[test]
fn a_file_without_video_has_no_such_stream_and_a_cover_is_none() {
    let mut refused = 0;
    for row in rows().iter().filter(|row| row.has_no_video()) {
        for road in ROADS {
            for stream in [None, row.stream] {
                let said = count(&row.bytes(), road, stream, MEMUX_COUNT_PACKETS);
                // By its index a sound stream may be counted; there is none to be taken for video.
                assert_eq!(said.status, MEMUX_ERROR_NO_STREAM, "{} {road:?} {stream:?}: {}", row.path, said.message);
                assert_eq!(said.report.frames, MEMUX_UNKNOWN, "{}", row.path);
                refused += 1;
            }
        }
    }
    assert!(refused >= 90, "only {refused} refusals were looked at");
}

#[test]
fn a_playlist_is_refused_at_once_by_every_road() {
    let mut refused = 0;
    for row in rows().iter().filter(|row| row.is_playlist()) {
        for road in ROADS {
            let started = Instant::now();
            let said = count(&row.bytes(), road, None, MEMUX_COUNT_PACKETS);
            assert_eq!(said.status, MEMUX_ERROR_REFUSED, "{} {road:?}: {}", row.path, said.message);
            assert!(started.elapsed() < Duration::from_secs(5), "{} took {:?}", row.path, started.elapsed());
            refused += 1;
        }
    }
    assert!(refused >= 3 * ROADS.len());
}

#[test]
fn only_a_file_that_must_be_sought_in_is_spooled() {
    let mut spooled = Vec::new();
    for row in rows().iter().filter(|row| !row.has_no_video() && !row.is_playlist()) {
        let said = count(&row.bytes(), Road::NoSeek, row.stream, MEMUX_COUNT_PACKETS);
        match said.report.spooled_bytes {
            0 => {}
            bytes => {
                assert_eq!(usize::try_from(bytes).unwrap(), row.size, "{}", row.path);
                spooled.push(row.path.clone());
            }
        }
        if row.path.starts_with("ts/") || row.path.contains("fragmented") {
            assert_eq!(said.report.spooled_bytes, 0, "{}", row.path);
        }
        for other in [Road::Memory, Road::ByFfmpeg, Road::Slices, Road::Cheap, Road::Expensive] {
            let said = count(&row.bytes(), other, row.stream, MEMUX_COUNT_PACKETS);
            assert_eq!(said.report.spooled_bytes, 0, "{} {other:?}", row.path);
        }
    }
    for must in ["mkv/sample_last_cluster.mkv", "mp4/bt601.mov", "mp4/long_1080p_lowbitrate.mp4", "mp4/sample_vvc.mp4"]
    {
        assert!(spooled.iter().any(|path| path == must), "{must} was not spooled");
    }
    for must_not in ["mkv/sample.mkv", "mp4/sample.mp4", "vp9/bear-vp9.webm", "flv/sample.flv", "avi/sample.avi"] {
        assert!(!spooled.iter().any(|path| path == must_not), "{must_not} was spooled");
    }
}

#[test]
fn a_stream_that_holds_no_packet_counts_nought_and_extracts_to_an_error() {
    for row in rows().iter().filter(|row| row.packets == Some(0)) {
        for road in ROADS {
            let (said, output) = extract(&row.bytes(), road, row.stream);
            assert_eq!(said.status, MEMUX_ERROR_NO_STREAM, "{} {road:?}: {}", row.path, said.message);
            assert!(output.is_empty(), "{}", row.path);
        }
    }
}

#[test]
fn a_codec_that_has_no_annex_b_form_is_an_error_and_nothing_is_written() {
    let mut refused = 0;
    for row in rows().iter().filter(|row| row.packets.is_some_and(|packets| packets > 0)) {
        if !row.is_annex_b() && !row.has_no_video() {
            let (said, output) = extract_as(&row.bytes(), Road::Memory, row.stream, MEMUX_FRAMING_ANNEXB);
            assert_eq!((said.status, output.len()), (MEMUX_ERROR_CODEC, 0), "{}: {}", row.path, said.message);
            refused += 1;
        }
    }
    assert!(refused >= 10, "only {refused} other codecs were tried");
}
