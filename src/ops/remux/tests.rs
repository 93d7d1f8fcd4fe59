//! Inputs of which there is nothing to be made, and strange orders.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::io::{Buffer, Memory};
use crate::ops::tests::clip;

fn remux(bytes: &[u8], options: &Options) -> (Result<Note>, Report, Vec<u8>) {
    let (mut buffer, mut report) = (Buffer::default(), Report::default());
    let note = run(&mut Memory::new(bytes), &mut buffer, Run::default(), options, &mut report);
    (note, report, buffer.take())
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
        let layout = Layout::Fragmented;
        let options = Options { format: "mp4".to_owned(), layout, fragment: Some(fragment), ..Options::default() };
        assert_eq!(remux(&clip("h264.mp4"), &options).0.unwrap(), Note::Done, "{fragment}");
    }
}
