//! Inputs of which there is nothing to be made, and strange orders.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::error::LimitKind;
use crate::io::{Buffer, Memory};
use crate::limits::Limits;
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

/// A film with a stream of AC-3 that has no packet: its blocks are of another number.
fn with_ac3_of_no_packets() -> Vec<u8> {
    let mut bytes = clip("h264.mkv");
    let mut put = |from: &[u8], to: &[u8]| {
        let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
    };
    put(b"A_AAC", b"A_AC3");
    put(&[0xd7, 0x81, 2], &[0xd7, 0x81, 3]);
    bytes
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
