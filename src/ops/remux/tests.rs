//! Inputs of which there is nothing to be made, and strange orders.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::error::LimitKind;
use crate::io::{Buffer, Memory};
use crate::limits::Limits;
use crate::ops::probe;
use crate::ops::tests::clip;

fn remux(bytes: &[u8], options: &Options) -> (Result<Note>, Report, Vec<u8>) {
    remux_within(Limits::default(), bytes, options)
}

fn remux_within(limits: Limits, bytes: &[u8], options: &Options) -> (Result<Note>, Report, Vec<u8>) {
    let (mut buffer, mut report) = (Buffer::default(), Report::default());
    let run = Run { limits, engine: Engine::Ffmpeg, ..Run::default() };
    let note = super::run(&mut Memory::new(bytes), &mut buffer, run, options, &mut report);
    (note, report, buffer.take())
}

fn in_fragments() -> Options {
    Options { format: "mp4".to_owned(), layout: Layout::Fragmented, ..Options::default() }
}

/// A film whose index names no key frame, and whose key frames say of themselves that they are none.
fn without_key_frames() -> Vec<u8> {
    let mut bytes = clip("h264.mp4");
    let table = bytes.windows(4).position(|name| name == b"stss").unwrap();
    let count = usize::try_from(u32::from_be_bytes(bytes[table + 8..table + 12].try_into().unwrap())).unwrap();
    bytes[table + 12..table + 12 + 4 * count].fill(0x7f);
    let samples = bytes.windows(4).position(|name| name == b"mdat").unwrap();
    for at in samples..bytes.len() - 5 {
        if bytes[at..].starts_with(&[0, 0]) && bytes[at + 4] == 0x65 {
            bytes[at + 4] = 0x61;
        }
    }
    bytes
}

#[test]
fn a_stream_without_a_frame_to_begin_with_is_no_output() {
    let bytes = without_key_frames();
    for format in ["avi", "matroska", "mpegts", "mp4", "data"] {
        let options = Options { format: format.to_owned(), streams: Some(vec![0]), ..Options::default() };
        let (note, report, output) = remux(&bytes, &options);
        assert_eq!(note.unwrap_err().status, Status::NoStream, "{format}");
        assert_eq!((report.packets, output.len()), (0, 0), "{format}");
    }
}

#[test]
fn a_list_of_no_streams_is_an_error_of_the_arguments() {
    let options = Options { format: "mp4".to_owned(), streams: Some(Vec::new()), ..Options::default() };
    let error = remux(&clip("h264.mp4"), &options).0.unwrap_err();
    assert_eq!((error.status, error.stage), (Status::NoStream, Stage::Arguments));
}

#[test]
fn fragments_may_be_as_long_as_a_host_likes() {
    for fragment in [1, i64::from(i32::MAX) + 1, i64::MAX] {
        let options = Options { fragment: Some(fragment), ..in_fragments() };
        assert_eq!(remux(&clip("h264.mp4"), &options).0.unwrap(), Note::Done, "{fragment}");
    }
}

#[test]
fn what_the_muxer_of_fragments_holds_back_is_limited() {
    let limits = |most| Limits { max_spool_bytes: most, ..Limits::default() };
    let bytes = clip("h264.mp4");
    let error = remux_within(limits(5000), &bytes, &in_fragments()).0.unwrap_err();
    assert_eq!((error.status, error.limit), (Status::Limit, LimitKind::Spool));
    let short = Options { fragment: Some(1), ..in_fragments() };
    let (note, report, _) = remux_within(limits(12_000), &bytes, &short);
    assert_eq!(note.unwrap(), Note::Done, "less is held of short fragments");
    assert!(report.bytes_written > 12_000);
}

/// A film in Matroska in which some elements hold something else.
fn with(changes: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut bytes = clip("h264.mkv");
    for (from, to) in changes {
        let at = bytes.windows(from.len()).position(|part| part == *from).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// A film with a stream of AC-3 that has no packet: its blocks are of another number.
fn with_ac3_of_no_packets() -> Vec<u8> {
    with(&[(b"A_AAC", b"A_AC3"), (&[0xd7, 0x81, 2], &[0xd7, 0x81, 3])])
}

#[test]
fn subtitles_go_along_where_they_fit_and_unless_asked_for_are_left_out_elsewhere() {
    // The sound is called subtitles.
    let bytes = with(&[(b"A_AAC", b"S_ASS"), (&[0x83, 0x81, 2], &[0x83, 0x81, 0x11])]);
    for (format, streams) in [("matroska", 2), ("mp4", 1), ("mov", 1)] {
        let mut options = Options { format: format.to_owned(), layout: Layout::Progressive, ..Options::default() };
        let (note, report, _) = remux(&bytes, &options);
        assert_eq!((note.unwrap(), report.streams), (Note::Done, streams), "{format}");
        options.streams = Some(vec![0, 1]);
        let (note, report, output) = remux(&bytes, &options);
        match note {
            Ok(_) => assert_eq!(report.streams, 2, "{format}"),
            Err(error) => {
                assert_eq!((error.status, error.stream, output.len()), (Status::Codec, Some(1), 0), "{format}")
            }
        }
    }
}

#[test]
fn fragments_with_a_stream_that_cannot_be_described_are_no_output() {
    let bytes = with_ac3_of_no_packets();
    let error = remux(&bytes, &in_fragments()).0.unwrap_err();
    assert_eq!((error.status, error.stream), (Status::NoStream, Some(1)));
    let options = Options { layout: Layout::Faststart, ..in_fragments() };
    let (note, report, _) = remux(&bytes, &options);
    assert_eq!(note.unwrap(), Note::Done, "the other layouts do without");
    assert!(report.packets > 0);
}

/// A film that begins at 177 ms; its first chapter ends at `end` milliseconds, its second lasts from 1000 to 3000.
fn with_chapters_before_its_beginning(end: u32) -> Vec<u8> {
    let options = Options { format: "matroska".to_owned(), bit_exact: true, ..Options::default() };
    let mut bytes = remux(&clip("described.mp4"), &options).2;
    let mut put = |from: &[u8], skipped: usize, to: &[u8]| {
        let at = bytes.windows(from.len()).position(|part| part == from).unwrap() + skipped;
        bytes[at..at + to.len()].copy_from_slice(to);
    };
    // Nanoseconds, in an element of as many bytes.
    put(&[0x92, 0x84, 0x3b, 0x9a, 0xca, 0x00], 2, &(end * 1_000_000).to_be_bytes());
    // The only cluster: its size has eight bytes, its time was 0.
    put(&[0x1f, 0x43, 0xb6, 0x75], 12, &[0xe7, 0x81, 200]);
    bytes
}

#[test]
fn chapters_move_with_the_streams_and_what_is_over_before_them_is_left_out() {
    for (end, kept) in [(100, None), (500, Some((0, 323_000_000)))] {
        let bytes = with_chapters_before_its_beginning(end);
        let options = Options { format: "matroska".to_owned(), ..Options::default() };
        let (note, _, output) = remux(&bytes, &options);
        assert_eq!(note.unwrap(), Note::Done);
        let found = probe::run(
            &mut Memory::new(&output),
            Run::default(),
            &probe::Options::default(),
            &mut probe::Report::default(),
        );
        let chapters = found.unwrap().0.chapters;
        let times: Vec<_> = chapters.iter().map(|chapter| (chapter.start, chapter.end)).collect();
        let expected: Vec<_> = kept.into_iter().chain([(823_000_000, 2_823_000_000)]).collect();
        assert_eq!(times, expected, "the first one ends at {end} ms");
    }
}
