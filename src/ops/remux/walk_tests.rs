//! Both roads make fragmented MP4: what is in it is the same, or the walk declines.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::io::testing::{FakeWriter, QUICK};
use crate::io::{Buffer, Control, Memory, Writer};
use crate::limits::Limits;
use crate::ops::road_tests::packets;
use crate::ops::tests::clip;
use crate::walk::Reason;

const CLIPS: [&str; 12] = [
    "h264.mp4",
    "h264_moov_at_end.mp4",
    "h264_fragmented.mp4",
    "hevc.mp4",
    "two_videos.mp4",
    "audio.m4a",
    "described.mp4",
    "mpeg4.mp4",
    "cut.mp4",
    "multi_edit.mp4",
    "cover.m4a",
    "cover_then_video.mp4",
];

/// The clips that are left to libavformat, and why.
const LEFT: [(&str, Reason); 6] = [
    // Tags and chapters beside plain texts.
    ("described.mp4", Reason::Structure),
    // A codec that is not carried over.
    ("mpeg4.mp4", Reason::Structure),
    // Pictures that edits drop.
    ("cut.mp4", Reason::Structure),
    ("multi_edit.mp4", Reason::Structure),
    // Pictures that are streams.
    ("cover.m4a", Reason::Job),
    ("cover_then_video.mp4", Reason::Structure),
];

/// The same of the corpus.
const LEFT_OF_THE_CORPUS: [(&str, &str); 24] = [
    ("3gp/bbb_176x144_128kbps_15fps_h263.3gp", "a codec that is not carried over here"),
    ("drm/sample_fragmented_clearkey.mp4", "encrypted"),
    ("mp4/bbb_800x640_768kbps_30fps_vp9.mp4", "a codec that is not carried over here"),
    ("mp4/bt601.mov", "a box of a track that is not carried over here"),
    ("mp4/dolbyVision-hdr.MOV", "a box of a track that is not carried over here"),
    ("mp4/iibbibb_editlist_videoonly.mp4", "edits that an edit list of the output cannot tell"),
    ("mp4/long_180p_av1.mp4", "a codec that is not carried over here"),
    ("mp4/sample.mp4", "a tag that is not carried over here"),
    ("mp4/sample_12_5fps_720p_1s.mp4", "a language that is not told by its letters"),
    ("mp4/sample_2_byte_NAL_length.mp4", "metadata that is not carried over here"),
    ("mp4/sample_av1.mp4", "a codec that is not carried over here"),
    ("mp4/sample_edit_list_only_preroll_sync_sample.mp4", "edits that an edit list of the output cannot tell"),
    ("mp4/sample_empty_track.mp4", "metadata that is not carried over here"),
    ("mp4/sample_fpcm_32le.mp4", "a codec that is not carried over here"),
    ("mp4/sample_mdat_too_long.mp4", "a box that does not fit the one around it"),
    ("mp4/sample_missing_stsd.mp4", "a track without what every track has"),
    ("mp4/sample_partially_fragmented.mp4", "samples before fragments"),
    ("mp4/sample_rotate_and_reflect.mp4", "a tag that is not carried over here"),
    ("mp4/sample_vvc.mp4", "a codec that is not carried over here"),
    ("mp4/sample_with_chapters.mp4", "a box of a track that is not carried over here"),
    ("mp4/sample_with_fake_auxiliary_tracks.mp4", "a box of the movie that is not carried over here"),
    ("mp4/sample_with_invalid_nalu.mp4", "metadata that is not carried over here"),
    ("mp4/sample_with_metadata.mp4", "a tag that is not carried over here"),
    ("mp4/sample_with_vobsub.mp4", "a codec that is not carried over here"),
];

fn in_fragments() -> Options {
    Options { format: "mp4".to_owned(), layout: Layout::Fragmented, ..Options::default() }
}

fn remux(bytes: &[u8], engine: Engine, options: &Options) -> (Result<Note>, Report, Vec<u8>) {
    let (mut buffer, mut report) = (Buffer::default(), Report::default());
    let run = Run { engine, ..Run::default() };
    let note = super::run(&mut Memory::new(bytes), &mut buffer, run, options, &mut report);
    (note, report, buffer.take())
}

/// All that a probe says, but for the muxer's name, the size with what follows from it, and bit rates: those
/// that the input tells are kept, where the muxer tells what it has measured in the first fragment.
fn describe(bytes: &[u8]) -> String {
    let control = Control::unbounded();
    let mut source = Memory::new(bytes);
    let mut inlet = Inlet::new(&mut source, &control).unwrap();
    let (mut input, _) = open::open(&mut inlet, None, true, |_| false).unwrap();
    let mut description = input.describe(Depth::Container).unwrap();
    description.container.tags.retain(|tag| tag.key != "encoder");
    (description.container.size, description.container.bit_rate) = Default::default();
    for stream in &mut description.streams {
        (stream.bit_rate, stream.max_bit_rate) = Default::default();
    }
    format!("{description:#?}")
}

/// Gives why the walk declined, and holds both outputs against each other if it did not.
fn compare(name: &str, bytes: &[u8], options: &Options) -> Reason {
    let (note, report, output) = remux(bytes, Engine::Auto, options);
    let note = note.unwrap();
    let (expected_note, expected, other) = remux(bytes, Engine::Ffmpeg, options);
    assert_eq!(note, expected_note.unwrap(), "{name}");
    assert_eq!((report.packets, report.streams, report.layout), (expected.packets, expected.streams, expected.layout));
    assert_eq!(report.bytes_written, output.len() as u64, "{name}");
    if report.found.engine != Engine::Walk {
        return report.found.reason;
    }
    let (walked, expected) = (describe(&output), describe(&other));
    let differing = walked.lines().zip(expected.lines()).find(|(walked, expected)| walked != expected);
    assert_eq!(differing, None, "{name}");
    let (walked, expected) = (packets(&output).unwrap(), packets(&other).unwrap());
    assert_eq!(walked.len(), expected.len(), "{name}");
    for (nth, (walked, expected)) in walked.iter().zip(&expected).enumerate() {
        let of = |view: &crate::av::View| (view.stream, view.pts, view.dts, view.duration, view.key, view.discard);
        assert_eq!(of(walked), of(expected), "{name}, packet {nth}");
        assert!(walked.data == expected.data, "{name}, packet {nth}: bytes");
    }
    Reason::None
}

/// The files of the corpus that go the walk's road, each with each of its layouts of fragments.
#[test]
fn both_roads_give_the_same_packets_of_every_file_of_the_corpus() {
    let Some(corpus) = std::env::var_os("MEMUX_CORPUS") else { return };
    let (mut walked, mut left) = (0, Vec::new());
    for folder in ["3gp", "drm", "mp4"] {
        for entry in std::fs::read_dir(std::path::Path::new(&corpus).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let bytes = std::fs::read(&path).unwrap();
            let Err(error) = remux(&bytes, Engine::Walk, &in_fragments()).0 else {
                assert_eq!(compare(&name, &bytes, &in_fragments()), Reason::None, "{name}");
                walked += 1;
                continue;
            };
            left.push((name, error.message.rsplit(": ").next().unwrap().to_owned()));
        }
    }
    left.sort();
    let expected: Vec<_> =
        LEFT_OF_THE_CORPUS.iter().map(|(name, why)| ((*name).to_owned(), (*why).to_owned())).collect();
    assert_eq!((left, walked), (expected, 7), "left to libavformat, and the list of what may be; how many are walked");
}

#[test]
fn both_roads_give_the_same_packets() {
    let mut left = Vec::new();
    for name in CLIPS {
        for fragment in [None, Some(300_000), Some(1)] {
            let options = Options { fragment, ..in_fragments() };
            let reason = compare(name, &clip(name), &options);
            if reason != Reason::None && fragment.is_none() {
                left.push((name, reason));
            }
        }
    }
    assert_eq!(left, LEFT);
}

/// What came out, in how many calls, when the call number `fails` fails.
fn failing(bytes: &[u8], only_slices: bool, fails: usize) -> (Result<Note>, Report, FakeWriter) {
    let answers = (0..fails).map(|_| i64::MAX).chain([-5]).collect();
    let host = FakeWriter { only_slices, answers, clamp: true, ..FakeWriter::default() };
    let mut writer = Writer::new(host, QUICK, None);
    let mut report = Report::default();
    let run = Run { engine: Engine::Walk, ..Run::default() };
    let note = super::run(&mut Memory::new(bytes), &mut writer, run, &in_fragments(), &mut report);
    (note, report, writer.into_host())
}

#[test]
fn a_sink_that_fails_ends_it_and_has_what_came_before() {
    let bytes = clip("h264.mp4");
    let (note, _, whole) = remux(&bytes, Engine::Walk, &in_fragments());
    note.unwrap();
    for only_slices in [false, true] {
        let mut calls = 0;
        loop {
            let (note, report, host) = failing(&bytes, only_slices, calls);
            assert!(whole.starts_with(&host.taken));
            assert_eq!(report.bytes_written, host.taken.len() as u64);
            let Err(error) = note else { break };
            assert_eq!((error.status, report.found.engine), (Status::Sink, Engine::Walk));
            assert!(host.taken.len() < whole.len());
            calls += 1;
        }
        assert!(calls > 4, "{calls} calls");
    }
}

#[test]
fn more_than_the_limit_on_output_is_not_written() {
    let bytes = clip("h264.mp4");
    let whole = remux(&bytes, Engine::Walk, &in_fragments()).2;
    for (most, fits) in [(whole.len(), true), (whole.len() - 1, false), (9000, false), (0, false)] {
        let (mut buffer, mut report) = (Buffer::default(), Report::default());
        let limits = Limits { max_output_bytes: most as u64, ..Limits::default() };
        let run = Run { engine: Engine::Walk, limits, ..Run::default() };
        let note = super::run(&mut Memory::new(&bytes), &mut buffer, run, &in_fragments(), &mut report);
        assert_eq!(note.map_err(|error| error.status).err(), (!fits).then_some(Status::Limit), "{most}");
        let taken = buffer.take();
        assert!(taken.len() <= most && whole.starts_with(&taken));
        assert_eq!(report.bytes_written, taken.len() as u64);
    }
}

#[test]
fn a_cut_input_is_declined_before_anything_is_written() {
    let bytes = clip("h264.mp4");
    for cut in (1..bytes.len()).step_by(997) {
        let (note, report, output) = remux(&bytes[..cut], Engine::Walk, &in_fragments());
        assert_eq!(note.unwrap_err().status, Status::Unsupported, "cut at {cut}");
        assert_eq!((report.bytes_written, output.len()), (0, 0), "cut at {cut}");
    }
}

#[test]
fn what_the_walk_does_not_make_is_made_by_libavformat() {
    let bytes = clip("h264.mp4");
    let tag = Tag { key: "title".to_owned(), value: "A".to_owned() };
    let others = [
        Options { layout: Layout::Faststart, ..in_fragments() },
        Options { format: "mov".to_owned(), ..in_fragments() },
        Options { tags: vec![tag], ..in_fragments() },
        Options { drops_tags: true, ..in_fragments() },
        Options { tag_policy: TagPolicy::InBand, ..in_fragments() },
    ];
    for options in others {
        let (note, report, _) = remux(&bytes, Engine::Auto, &options);
        assert_eq!(
            (note.unwrap(), report.found.engine, report.found.reason),
            (Note::Done, Engine::Ffmpeg, Reason::Job)
        );
    }
    for streams in [vec![], vec![7], vec![0, 0], vec![-1]] {
        let options = Options { streams: Some(streams), ..in_fragments() };
        let [one, other] = [Engine::Auto, Engine::Ffmpeg].map(|engine| remux(&bytes, engine, &options).0.unwrap_err());
        assert_eq!((one.status, one.message), (other.status, other.message));
    }
}

#[test]
fn streams_come_in_the_order_in_which_they_are_chosen() {
    for streams in [vec![1, 0], vec![0], vec![1]] {
        let options = Options { streams: Some(streams), ..in_fragments() };
        assert_eq!(compare("h264.mp4", &clip("h264.mp4"), &options), Reason::None);
    }
}

/// One that is written by others, and knows nothing of FFmpeg's ways.
#[test]
fn another_reader_finds_the_same_samples() {
    let bytes = clip("h264.mp4");
    let (note, report, output) = remux(&bytes, Engine::Walk, &in_fragments());
    note.unwrap();
    let size = output.len() as u64;
    let reader = mp4::Mp4Reader::read_header(std::io::Cursor::new(&output), size).unwrap();
    let counts: Vec<u32> = [1, 2].iter().map(|id| reader.sample_count(*id).unwrap()).collect();
    assert_eq!(u64::from(counts.iter().sum::<u32>()), report.packets);
    assert_eq!(counts[0], 75, "as the header of the input has it");
}
