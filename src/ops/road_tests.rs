//! Both roads over the same bytes: the walk gives what libavformat gives, or declines.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
// The fuzzers compare without the tests.
#![cfg_attr(not(test), allow(dead_code))]

use super::count::{self, Mode};
#[cfg(test)]
use super::left::{DAMAGED, ENCRYPTED, LEFT};
use super::road_tests_packets::{self, LEVELS};
#[cfg(test)]
use super::tests::clip;
use super::{Engine, Note, Run, Select, extract, open};
use crate::av::{self, Packet, View};
use crate::error::{Stage, Status};
use crate::io::{Buffer, Control, Inlet, Memory};
use crate::limits::Limits;
#[cfg(test)]
use crate::walk::Reason;
use crate::walk::{Data, Declined, Demux, Media, Payloads, Rules, Sample, Stop, Walk};

/// What libavformat gives: all packets, as memux has it read them.
pub fn packets(bytes: &[u8]) -> Result<Vec<View>, String> {
    let control = Control::unbounded();
    let mut source = Memory::new(bytes);
    let mut inlet = Inlet::new(&mut source, &control).map_err(|error| error.message)?;
    let (mut input, _) = open::open(&mut inlet, None, false, |_| false).map_err(|error| error.message)?;
    let mut packet = Packet::new().unwrap();
    let mut views = Vec::new();
    while let av::Next::Packet = input.read(&mut packet).map_err(|error| error.message)? {
        views.push(packet.view());
    }
    Ok(views)
}

pub fn rules() -> Rules {
    let limits = Limits::default();
    Rules {
        avformat_major: av::version::avformat_compiled() >> 16,
        max_streams: limits.max_streams,
        max_packet_bytes: limits.max_packet_bytes,
        max_probe_bytes: limits.max_probe_bytes,
    }
}

fn same(nth: usize, view: &View, sample: &Sample, name: &str) {
    let stamps = (sample.pts.or(view.pts), sample.dts.or(view.dts));
    assert_eq!((view.pts, view.dts), stamps, "{name}, sample {nth}: pts and dts");
    // FFmpeg tells no place for an attached picture, nor for what its parser cuts off behind another packet.
    assert_eq!(view.offset.unwrap_or(sample.offset), sample.offset, "{name}, sample {nth}: offset");
    assert_eq!((view.key, view.discard), (sample.key, sample.discard), "{name}, sample {nth}: key, discard");
    let bytes: Vec<u8> = sample.data.pieces().flatten().copied().collect();
    assert_eq!(view.data.len(), bytes.len(), "{name}, sample {nth}: size");
    assert!(view.data == bytes, "{name}, sample {nth}: bytes");
    assert!(sample.duration == 0 || sample.duration == view.duration, "{name}, sample {nth}: duration");
}

/// The stream that is asked for first must be walked; another may be left to libavformat.
fn compare_streams<'a>(demux: &impl Demux<'a>, views: &[View], gains: bool, name: &str) -> Result<(), Declined> {
    let first = demux.streams().iter().position(|stream| stream.media == Media::Video && !stream.is_cover);
    let first = first.unwrap_or(0);
    for index in 0..demux.streams().len() {
        match compare_stream(demux, index, views, name) {
            Err(_) if index != first && demux.streams()[index].media != Media::Video => {}
            compared => compared?,
        }
    }
    let most = views.iter().filter_map(|view| view.stream).max();
    assert!(gains || most.is_none_or(|most| most < demux.streams().len()), "{name}: streams are missing");
    Ok(())
}

fn compare_stream<'a>(demux: &impl Demux<'a>, index: usize, views: &[View], name: &str) -> Result<(), Declined> {
    let counted = match demux.count(index, &mut |_, _| Ok(())) {
        Ok(counted) => counted,
        Err(Stop::Declined(declined)) => return Err(declined),
        Err(Stop::Ended(error)) => panic!("{name}: {}", error.message),
    };
    let expected: Vec<_> = views.iter().filter(|view| view.stream == Some(index)).collect();
    assert_eq!(counted.packets, expected.len() as u64, "{name}, stream {index}: packets");
    let discarded = expected.iter().filter(|view| view.discard).count();
    assert_eq!(counted.discarded, discarded as u64, "{name}, stream {index}: discarded");
    let mut nth = 0;
    for sample in demux.samples(index) {
        let sample = sample?;
        let view = expected.get(nth).unwrap_or_else(|| panic!("{name}, stream {index}: sample {nth} too many"));
        same(nth, view, &sample, &format!("{name}, stream {index}"));
        nth += 1;
    }
    assert_eq!(nth, expected.len(), "{name}, stream {index}: samples");
    same_payloads(demux, index, &format!("{name}, stream {index}"));
    Ok(())
}

/// Without their time stamps and flags the samples are still the same ones, in the same order.
fn same_payloads<'a>(demux: &impl Demux<'a>, index: usize, name: &str) {
    let mut samples = demux.samples(index).map(Result::unwrap);
    let bytes = |data: &Data<'a>| data.pieces().flatten().copied().collect::<Vec<u8>>();
    let mut nth = 0;
    for payload in demux.payloads(index) {
        let (offset, data) = payload.unwrap();
        let sample = samples.next().unwrap_or_else(|| panic!("{name}: payload {nth} too many"));
        assert_eq!(offset, sample.offset, "{name}, payload {nth}: offset");
        assert!(bytes(&data) == bytes(&sample.data), "{name}, payload {nth}: bytes");
        nth += 1;
    }
    assert_eq!(samples.count(), 0, "{name}: payloads are missing behind {nth}");
    // Many at once, they are the same again.
    let mut singly = demux.payloads(index).map(Result::unwrap);
    let (mut many, mut room) = (demux.payloads(index), [(0, &[][..]); 7]);
    loop {
        let count = many.fill(&mut room);
        for (offset, whole) in &room[..count] {
            let (expected, data) = singly.next().unwrap_or_else(|| panic!("{name}: too many at once"));
            assert!(*offset == expected && *whole == bytes(&data), "{name}: other bytes at {offset} among many");
        }
        if count == 0 {
            let (next, expected) = (many.next().map(Result::unwrap), singly.next());
            assert_eq!(next.as_ref().map(|next| next.0), expected.map(|next| next.0), "{name}: behind many");
            if next.is_none() {
                break;
            }
        }
    }
}

fn compare_time_bases(bytes: &[u8], walk: &Walk, name: &str) {
    let control = Control::unbounded();
    let mut source = Memory::new(bytes);
    let mut inlet = Inlet::new(&mut source, &control).unwrap();
    let (input, _) = open::open(&mut inlet, None, false, |_| false).unwrap();
    for (index, stream) in walk.streams().iter().enumerate() {
        let (one, parts) = input.stream(index).unwrap().time_base;
        assert_eq!(
            (i64::from(stream.time_base.0), i64::from(stream.time_base.1)),
            (one.into(), parts.into()),
            "{name}"
        );
    }
}

/// Holds the sample tables, the counts and the extracted bytes of both roads against each other. `Err` where the walk
/// declines one of them.
pub fn compare(bytes: &[u8], name: &str) -> Result<(), Declined> {
    let samples = compare_samples(bytes, name);
    let extracted = compare_extractions(bytes, name);
    samples.and(extracted)
}

/// All that a host is told of an extraction, but for which road it was.
type Extracted = (Vec<u8>, Result<Note, (Status, Stage, Option<i32>, String)>, extract::Codec, u64, Option<i32>);

fn extracted(bytes: &[u8], engine: Engine) -> (Extracted, extract::Report) {
    let (mut buffer, mut report) = (Buffer::default(), extract::Report::default());
    let run = Run { engine, ..Run::default() };
    let note = extract::run(&mut Memory::new(bytes), &mut buffer, run, &extract::Options::annex_b(), &mut report);
    let note = note.map_err(|error| (error.status, error.stage, error.stream, error.message.into_owned()));
    ((buffer.take(), note, report.codec, report.packets, report.found.stream), report)
}

/// The road that memux chooses against libavformat's: also where a walk declines with bytes gone out already.
fn compare_extractions(bytes: &[u8], name: &str) -> Result<(), Declined> {
    // Where nothing is walked, both would be the same call.
    Walk::open(bytes, None, &rules())?;
    let (told, report) = extracted(bytes, Engine::Auto);
    let (expected, _) = extracted(bytes, Engine::Ffmpeg);
    let lengths = format!("{} bytes for {}", told.0.len(), expected.0.len());
    assert!(told.0 == expected.0, "{name}: extracted bytes differ, {lengths}");
    assert_eq!(
        (told.1, told.2, told.3, told.4),
        (expected.1, expected.2, expected.3, expected.4),
        "{name}: extraction"
    );
    match report.found.engine {
        Engine::Walk => Ok(()),
        _ => Err(Declined::new(report.found.reason, "the extraction")),
    }
}

/// Holds the sample tables and the counts of both roads against each other. `Err` where the walk declines.
pub fn compare_samples(bytes: &[u8], name: &str) -> Result<(), Declined> {
    let walk = Walk::open(bytes, None, &rules())?;
    let views = match packets(bytes) {
        Err(message) => {
            // Open, it has given no answer yet.
            let mut streams = 0..walk.streams().len();
            let counted = streams.find(|stream| walk.count(*stream, &mut |_, _| Ok(())).is_ok());
            assert!(counted.is_none(), "{name}: walked, but libavformat says {message}");
            return Ok(());
        }
        Ok(views) => views,
    };
    let gains = walk.may_gain_streams();
    match &walk {
        Walk::Mp4(movie) => compare_streams(movie, &views, gains, name)?,
        Walk::Matroska(segment) => compare_streams(segment, &views, gains, name)?,
        Walk::MpegTs(multiplex) => compare_streams(multiplex, &views, gains, name)?,
    }
    for level in LEVELS {
        road_tests_packets::compare(bytes, level, name);
    }
    compare_time_bases(bytes, &walk, name);
    compare_reports(bytes, Select::FirstVideo, name);
    Ok(())
}

/// Holds the reports of both engines on one stream against each other. The walk must not decline.
pub fn compare_reports(bytes: &[u8], select: Select, name: &str) {
    for mode in [Mode::Packets, Mode::Presented, Mode::Header] {
        let [walked, read] = [Engine::Walk, Engine::Ffmpeg].map(|engine| {
            let (run, options) = (Run { engine, ..Run::default() }, count::Options { mode, select });
            let mut report = count::Report::default();
            let note = count::run(&mut Memory::new(bytes), run, &options, &mut report);
            let note = note.map_err(|error| (error.status, error.stream, error.message));
            (
                note,
                report.frames,
                report.header_frames,
                report.obtained_by,
                report.found.completeness,
                report.found.stream,
            )
        });
        assert_eq!(walked, read, "{name}, {mode:?}: report of the walk, report of FFmpeg");
    }
}

/// The clips that must be walked, not left to libavformat.
const WALKED: &[&str] = &[
    "audio.m4a",
    "cover.m4a",
    "cover_then_video.mp4",
    "cut.mp4",
    "h264.mkv",
    "h264.mp4",
    "h264.ts",
    "h264_fragmented.mp4",
    "h264_moov_at_end.mp4",
    "hevc.mkv",
    "hevc.mp4",
    "hevc.ts",
    "live.webm",
    "mpeg4.mp4",
    "multi_edit.mp4",
    "two_videos.mp4",
    "vp9.webm",
];

#[test]
fn the_walk_gives_libavformats_samples_for_every_clip_that_it_knows() {
    for name in WALKED {
        compare(&clip(name), name).unwrap();
    }
}

/// Without a corpus the suite says at its end that this was not run.
#[test]
fn the_walk_gives_libavformats_samples_for_every_file_of_the_corpus_but_those_listed() {
    let Some(corpus) = std::env::var_os("MEMUX_CORPUS") else { return };
    let mut left = Vec::new();
    for folder in ["3gp", "drm", "mkv", "mp4", "ts", "vp9"] {
        for entry in std::fs::read_dir(std::path::Path::new(&corpus).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            if name.ends_with(".ps") {
                // A program stream, which nobody walks.
                continue;
            }
            if let Err(declined) = compare(&std::fs::read(&path).unwrap(), &name) {
                eprintln!("{name}: {declined:?}");
                left.push((name, declined.reason as i32));
            }
        }
    }
    left.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!((ENCRYPTED, DAMAGED), (Reason::Encrypted as i32, Reason::Damaged as i32));
    let expected: Vec<_> = LEFT.iter().map(|(name, reason)| ((*name).to_owned(), *reason)).collect();
    assert_eq!(left, expected, "left to libavformat, and the list of what may be");
}

#[test]
fn the_walk_gives_libavformats_samples_for_every_input_that_a_fuzzer_found() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/differential");
    let mut walked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The first byte says how a host asks.
        let input = std::fs::read(&path).unwrap();
        walked += u32::from(compare(&input[1..], &path.to_string_lossy()).is_ok());
    }
    assert!(walked > 20, "{walked} are walked");
}

/// A stamp that the walk does not tell is not compared: so it is held here that it tells them.
#[test]
fn the_walk_tells_every_time_stamp_that_the_container_states() {
    for name in WALKED {
        let bytes = clip(name);
        let walk = Walk::open(&bytes, None, &rules()).unwrap();
        for index in (0..walk.streams().len()).filter(|index| !walk.streams()[*index].is_cover) {
            let told: Vec<(bool, bool)> = match &walk {
                Walk::Mp4(movie) => told(movie, index),
                Walk::Matroska(segment) => told(segment, index).into_iter().map(|(pts, _)| (pts, true)).collect(),
                // Stated for PES packets, and the clips have one for each picture.
                Walk::MpegTs(_) if walk.streams()[index].media != Media::Video => continue,
                Walk::MpegTs(multiplex) => told(multiplex, index).into_iter().map(|(pts, _)| (pts, true)).collect(),
            };
            assert!(!told.is_empty() && told.iter().all(|told| *told == (true, true)), "{name}, stream {index}");
        }
    }
}

#[cfg(test)]
fn told<'a>(demux: &impl Demux<'a>, index: usize) -> Vec<(bool, bool)> {
    demux.samples(index).map(Result::unwrap).map(|sample| (sample.pts.is_some(), sample.dts.is_some())).collect()
}
