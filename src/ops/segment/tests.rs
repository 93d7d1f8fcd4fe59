//! Segments are marked off where they are to be, are all there is, and can be read.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::io::{Buffer, Memory};
use crate::ops::digest;
use crate::ops::tests::clip;

#[derive(Default)]
struct Kept {
    segments: Vec<(Segment, Vec<u8>)>,
    /// With `Cut::Host`: packets after which the next may begin.
    every: usize,
    seen: usize,
}

impl Taker for Kept {
    fn take(&mut self, segment: &Segment, bytes: &[u8]) -> Result<()> {
        self.segments.push((*segment, bytes.to_vec()));
        Ok(())
    }

    fn cuts(&mut self, packet: &Packet, _: &Stream) -> Result<bool> {
        self.seen += 1;
        Ok(packet.is_key() && self.seen >= self.every)
    }
}

fn segments(name: &str, format: &str, cut: Cut, duration: i64) -> (Vec<(Segment, Vec<u8>)>, Report) {
    let options = Options {
        remux: remux::Options { format: format.to_owned(), bit_exact: true, ..remux::Options::default() },
        cut,
        duration: Some(duration),
    };
    let (mut kept, mut report) = (Kept { every: 40, ..Kept::default() }, Report::default());
    let note = run(&mut Memory::new(&clip(name)), &mut kept, Run::default(), &options, &mut report);
    assert_eq!(note.unwrap(), Note::Done, "{name} as {format}");
    (kept.segments, report)
}

fn streams_of(bytes: &[u8]) -> Vec<digest::Stream> {
    let options = digest::Options::default();
    digest::run(&mut Memory::new(bytes), Run::default(), &options, &mut digest::Report::default()).unwrap().0.streams
}

#[test]
fn put_together_they_hold_all_that_the_input_does() {
    for name in ["h264.mp4", "h264.mkv", "h264_fragmented.mp4", "hevc.mp4"] {
        let (all, report) = segments(name, "mp4", Cut::Keyframe, 0);
        let whole: Vec<u8> = all.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        assert_eq!(streams_of(&whole), streams_of(&clip(name)), "{name}");
        assert_eq!((report.streams, report.bytes_written), (2, to_u64(whole.len())));
        assert!(all[0].0.is_init && all.len() == 6, "{name}: {}", all.len());
    }
}

#[test]
fn each_can_be_read_by_itself() {
    for format in ["mp4", "mpegts"] {
        let (all, report) = segments("h264.mp4", format, Cut::Keyframe, 0);
        let init = all.iter().find(|(segment, _)| segment.is_init).map(|(_, bytes)| bytes.clone()).unwrap_or_default();
        assert_eq!(init.is_empty(), format == "mpegts");
        let mut offset = 0;
        let mut packets = 0;
        for (segment, bytes) in &all {
            assert_eq!((segment.offset, segment.size), (offset, to_u64(bytes.len())));
            offset += segment.size;
            if segment.is_init {
                continue;
            }
            let alone = [init.as_slice(), bytes].concat();
            let mut report = digest::Report::default();
            digest::run(&mut Memory::new(&alone), Run::default(), &digest::Options::default(), &mut report).unwrap();
            packets += report.packets;
            assert!(segment.starts_with_key && segment.streams == 3, "{segment:?}");
        }
        assert_eq!((packets, report.packets), (206, 206), "{format}");
    }
}

#[test]
fn they_are_as_long_as_they_are_to_be_and_leave_nothing_out() {
    let lengths = |cut, duration| {
        let (all, _) = segments("h264.mp4", "mp4", cut, duration);
        let media: Vec<_> = all.into_iter().map(|(segment, _)| segment).filter(|segment| !segment.is_init).collect();
        for (one, next) in media.iter().zip(&media[1..]) {
            assert_eq!((one.start + one.duration, one.sequence + 1), (next.start, next.sequence));
        }
        assert_eq!(media.iter().map(|segment| segment.duration).sum::<i64>(), 3_000_000);
        media.iter().map(|segment| segment.duration / 1000).collect::<Vec<_>>()
    };
    assert_eq!(lengths(Cut::Keyframe, 0), [600; 5]);
    // As the ffmpeg command's hls muxer marks them off.
    assert_eq!(lengths(Cut::Duration, 1_000_000), [1200, 1200, 600]);
    assert_eq!(lengths(Cut::Duration, 600_000), [600; 5]);
    assert_eq!(lengths(Cut::Duration, 10_000_000), [3000]);
    assert_eq!(lengths(Cut::Host, 0), [1800, 600, 600]);
}

#[test]
fn sound_alone_is_marked_off_by_time() {
    let (all, report) = segments("audio.m4a", "mp4", Cut::Duration, 1_000_000);
    let media: Vec<_> = all.iter().filter(|(segment, _)| !segment.is_init).collect();
    assert!(media.len() == 3 || media.len() == 4, "{}", media.len());
    assert_eq!(report.packets, 131);
}

#[test]
fn other_containers_come_in_no_segments() {
    let options = Options {
        remux: remux::Options { format: "matroska".to_owned(), ..remux::Options::default() },
        ..Options::default()
    };
    let mut kept = Kept::default();
    let note = run(&mut Memory::new(&clip("h264.mp4")), &mut kept, Run::default(), &options, &mut Report::default());
    assert_eq!(note.unwrap_err().status, Status::Unsupported);
    assert!(kept.segments.is_empty());
    // The muxer that would write files by itself is none of them.
    let options =
        Options { remux: remux::Options { format: "hls".to_owned(), ..remux::Options::default() }, ..options };
    let note = run(&mut Memory::new(&clip("h264.mp4")), &mut kept, Run::default(), &options, &mut Report::default());
    assert_eq!(note.unwrap_err().status, Status::Refused);
}

#[test]
fn the_bytes_are_those_of_one_remux_where_there_is_one_segment() {
    let (all, _) = segments("h264.mp4", "mpegts", Cut::Duration, 10_000_000);
    let options = remux::Options { format: "mpegts".to_owned(), bit_exact: true, ..remux::Options::default() };
    let mut buffer = Buffer::default();
    remux::run(
        &mut Memory::new(&clip("h264.mp4")),
        &mut buffer,
        Run::default(),
        &options,
        &mut remux::Report::default(),
    )
    .unwrap();
    assert!(all[0].1 == buffer.take());
}
