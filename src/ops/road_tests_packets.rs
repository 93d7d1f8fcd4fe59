//! Both roads through an open container: the packets of the walk are libavformat's, in all that a host is shown of them.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::input::{Aim, Options, Reader, prepare};
use super::left::DAMAGED;
use super::outcome::Found;
use super::probe::Level;
use super::road_tests_made::MADE;
use super::tests::clip;
use super::{Engine, Run};
use crate::error::Status;
use crate::io::Memory;
use crate::walk::Reason;

/// All that a host is shown of a packet, but for the padding behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    stream: Option<usize>,
    position: Option<u64>,
    pts: Option<i64>,
    dts: Option<i64>,
    duration: i64,
    flags: [bool; 3],
    base: (i32, i32),
    side_data: Vec<(i32, Vec<u8>)>,
    data: Vec<u8>,
}

fn see(reader: &Reader) -> Seen {
    let packet = reader.current().unwrap();
    let base = packet.stream().and_then(|stream| reader.time_base(stream)).unwrap();
    Seen {
        stream: packet.stream(),
        position: packet.position(),
        pts: packet.pts(),
        dts: packet.dts(),
        duration: packet.duration(),
        flags: [packet.is_key(), packet.is_corrupt(), packet.is_discarded()],
        base: (base.num, base.den),
        side_data: packet.side_data().map(|(kind, data)| (kind, data.to_vec())).collect(),
        data: packet.data().to_vec(),
    }
}

type Ended = Result<(), (Status, String)>;

/// The packets, how they ended, and what was found out.
fn packets(bytes: &[u8], engine: Engine, level: Level) -> (Vec<Seen>, Ended, Found) {
    let mut source = Memory::new(bytes);
    let (road, control) = prepare(Run { engine, ..Run::default() }, None).unwrap();
    let mut seen = Vec::new();
    let told = |error: crate::error::Error| (error.status, error.message.into_owned());
    let mut reader = match Reader::open(&mut source, Some(bytes), &road, &Options { level }, &control, true) {
        Ok(reader) => reader,
        Err(error) => return (seen, Err(told(error)), Found { reason: Reason::Damaged, ..Found::default() }),
    };
    let ended = loop {
        match reader.next() {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(told(error)),
        }
        seen.push(see(&reader));
    };
    (seen, ended, reader.report().found)
}

/// Gives why it is left to libavformat.
fn compare(bytes: &[u8], level: Level, name: &str) -> Reason {
    let (told, told_end, found) = packets(bytes, Engine::Auto, level);
    if found.reason != Reason::None && found.engine == Engine::Ffmpeg && told.is_empty() {
        return found.reason;
    }
    let (expected, expected_end, expected_found) = packets(bytes, Engine::Ffmpeg, level);
    for (nth, (told, expected)) in told.iter().zip(&expected).enumerate() {
        let short = |seen: &Seen| Seen { data: seen.data[..seen.data.len().min(8)].to_vec(), ..seen.clone() };
        assert!(told == expected, "{name}, {level:?}, packet {nth}: {:?}, not {:?}", short(told), short(expected));
    }
    assert_eq!((told.len(), told_end), (expected.len(), expected_end), "{name}, {level:?}");
    assert_eq!(
        (found.completeness, found.truncated_at, found.corrupt_packets),
        (expected_found.completeness, expected_found.truncated_at, expected_found.corrupt_packets),
        "{name}, {level:?}"
    );
    found.reason
}

const LEVELS: [Level; 2] = [Level::Full, Level::Header];

/// The clips whose packets are walked to the last, whatever else is known.
const WALKED: &[&str] = &[
    "audio.m4a",
    "cover.m4a",
    "cover_then_video.mp4",
    "h264.mp4",
    "h264_moov_at_end.mp4",
    "hevc.mp4",
    "mpeg4.mp4",
    "two_videos.mp4",
];

#[test]
fn the_packets_of_every_clip_are_libavformats_whichever_road_is_taken() {
    for entry in std::fs::read_dir(format!("{}/tests/clips", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if [".md", ".sh", ".pl"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let reasons = LEVELS.map(|level| compare(&clip(&name), level, &name));
        let expected = match &*name {
            _ if WALKED.contains(&&*name) => Some([Reason::None; 2]),
            // How long its sound lasts is learned by decoding some of it.
            "h264_fragmented.mp4" => Some([Reason::Structure, Reason::None]),
            // Times go back between its edits, which is seen when the first ones have been given.
            "multi_edit.mp4" => Some([Reason::Structure, Reason::None]),
            _ => None,
        };
        assert!(expected.is_none_or(|expected| expected == reasons), "{name}: {reasons:?}");
    }
}

#[test]
fn the_packets_of_every_film_that_is_made_are_libavformats_and_most_are_walked() {
    for made in MADE.iter().filter(|made| made.name.ends_with(".mp4") || made.name.ends_with(".mov")) {
        for level in LEVELS {
            let container = made.name.rsplit(' ').next().unwrap();
            let is_whole = matches!(container, "plain.mp4" | "faststart.mp4" | "plain.mov" | "hand.mp4");
            let is_silent_h264 = ["updated", "two_bytes"].iter().any(|film| made.name.starts_with(film));
            let is_left = match container {
                "dash.mp4" | "hybrid.mp4" => true,
                _ => !is_whole && level == Level::Full && !is_silent_h264,
            };
            let expected = if is_left { Reason::Structure } else { Reason::None };
            assert_eq!(compare(&made.bytes, level, &made.name), expected, "{} {level:?}", made.name);
        }
    }
}

const STRUCTURE: i32 = Reason::Structure as i32;

/// The files of the corpus that are left to libavformat, and why: when all is found out first, and why with
/// MEMUX_PROBE_HEADER; 0 where it is not. A container that is not walked at all does not stand here.
const PACKETS_LEFT: &[(&str, i32, i32)] = &[
    // Told to seek as it likes, libavformat does not open it.
    ("drm/sample_fragmented_clearkey.mp4", DAMAGED, DAMAGED),
    // Pictures whose rate libavformat guesses.
    ("mp4/sample_empty_track.mp4", STRUCTURE, STRUCTURE),
    // Sound of a rare codec, of which it learns how long a packet lasts.
    ("mp4/sample_fpcm_32le.mp4", STRUCTURE, STRUCTURE),
    // Sound in fragments: how long a packet lasts is known when one has been decoded.
    ("mp4/sample_fragmented.mp4", STRUCTURE, 0),
    // Read by an index of fragments.
    ("mp4/sample_fragmented_seekable_multiple_sidx.mp4", STRUCTURE, STRUCTURE),
    ("mp4/sample_mdat_too_long.mp4", DAMAGED, DAMAGED),
    ("mp4/sample_missing_stsd.mp4", DAMAGED, DAMAGED),
    // Samples in the header and in fragments.
    ("mp4/sample_partially_fragmented.mp4", STRUCTURE, STRUCTURE),
    ("mp4/sample_with_chapters.mp4", STRUCTURE, STRUCTURE),
    // Packets that libavformat divides anew.
    ("mp4/sample_with_vobsub.mp4", STRUCTURE, STRUCTURE),
];

/// Without a corpus the suite says at its end that this was not run.
#[test]
fn the_packets_of_every_file_of_the_corpus_are_libavformats_and_walked_but_for_those_listed() {
    let Some(corpus) = std::env::var_os("MEMUX_CORPUS") else { return };
    let mut left = Vec::new();
    for folder in ["3gp", "drm", "mp4"] {
        for entry in std::fs::read_dir(std::path::Path::new(&corpus).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let bytes = std::fs::read(&path).unwrap();
            let [full, header] = LEVELS.map(|level| compare(&bytes, level, &name) as i32);
            if (full, header) != (0, 0) {
                left.push((name, full, header));
            }
        }
    }
    left.sort();
    let expected: Vec<_> =
        PACKETS_LEFT.iter().map(|(name, full, header)| ((*name).to_owned(), *full, *header)).collect();
    assert_eq!(left, expected, "left to libavformat, and the list of what may be");
}

#[test]
fn the_packets_of_every_input_that_a_fuzzer_found_are_libavformats() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/differential");
    let mut walked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The first byte says how a host asks.
        let input = std::fs::read(&path).unwrap();
        for level in LEVELS {
            walked += u32::from(compare(&input[1..], level, &path.to_string_lossy()) == Reason::None);
        }
    }
    assert!(walked > 10, "{walked} are walked");
}

/// What a host may do on the way, and what it then sees: the same by both roads.
fn after(engine: Engine, bytes: &[u8], level: Level, act: &dyn Fn(&mut Reader)) -> (Vec<Seen>, Engine, Reason) {
    let mut source = Memory::new(bytes);
    let (road, control) = prepare(Run { engine, ..Run::default() }, None).unwrap();
    let mut reader = Reader::open(&mut source, Some(bytes), &road, &Options { level }, &control, true).unwrap();
    act(&mut reader);
    let mut seen = Vec::new();
    while reader.next().unwrap() {
        seen.push(see(&reader));
    }
    let found = reader.report().found;
    (seen, found.engine, found.reason)
}

fn read(reader: &mut Reader, packets: usize) {
    for _ in 0..packets {
        assert!(reader.next().unwrap());
    }
}

#[test]
fn whatever_a_host_does_on_the_way_goes_on_with_the_same_packets() {
    type Act<'f> = (&'f str, Option<Reason>, &'f dyn Fn(&mut Reader));
    let acts: [Act; 8] = [
        ("seek", Some(Reason::Job), &|reader| {
            read(reader, 31);
            assert!(reader.seek(1_200_000, Aim::Exact).unwrap().is_some());
        }),
        ("seek to a key frame at once", Some(Reason::Job), &|reader| {
            assert!(reader.seek(2_000_000, Aim::Keyframe).unwrap().is_some());
        }),
        ("seek behind the end", Some(Reason::Job), &|reader| {
            while reader.next().unwrap() {}
            reader.seek(0, Aim::Keyframe).unwrap();
        }),
        ("choose", None, &|reader| {
            read(reader, 7);
            reader.select(&[1]).unwrap();
        }),
        ("choose nothing", None, &|reader| {
            read(reader, 7);
            reader.select(&[]).unwrap();
        }),
        ("choose at once, and again", None, &|reader| {
            reader.select(&[]).unwrap();
            reader.select(&[1]).unwrap();
        }),
        ("choose what was passed over", Some(Reason::Structure), &|reader| {
            reader.select(&[0]).unwrap();
            read(reader, 20);
            reader.select(&[0, 1]).unwrap();
        }),
        ("choose to and fro, and seek", Some(Reason::Job), &|reader| {
            read(reader, 3);
            reader.select(&[0]).unwrap();
            read(reader, 5);
            reader.select(&[1]).unwrap();
            reader.seek(1_000_000, Aim::Exact).unwrap();
            reader.select(&[1, 0]).unwrap();
        }),
    ];
    for name in ["h264.mp4", "h264_moov_at_end.mp4", "hevc.mp4"] {
        for level in LEVELS {
            for (what, reason, act) in acts {
                let bytes = clip(name);
                let (told, engine, why) = after(Engine::Auto, &bytes, level, act);
                let (expected, ..) = after(Engine::Ffmpeg, &bytes, level, act);
                assert!(told == expected, "{name}, {level:?}, {what}: {} packets, {}", told.len(), expected.len());
                let road = reason.map_or((Engine::Walk, Reason::None), |reason| (Engine::Ffmpeg, reason));
                assert_eq!((engine, why), road, "{name}, {level:?}, {what}");
            }
        }
    }
}

#[test]
fn a_host_that_insists_on_the_walk_is_refused_what_ffmpeg_alone_does_and_goes_on() {
    let act = |reader: &mut Reader| {
        reader.select(&[0]).unwrap();
        read(reader, 5);
        assert_eq!(reader.seek(0, Aim::Exact).unwrap_err().status, Status::Unsupported);
        assert_eq!(reader.select(&[1]).unwrap_err().status, Status::Unsupported);
    };
    let (told, engine, _) = after(Engine::Walk, &clip("h264.mp4"), Level::Full, &act);
    assert_eq!((told.len(), engine), (70, Engine::Walk));
    // It shows on the way that this one is not walked to its end.
    let (told, ended, _) = packets(&clip("multi_edit.mp4"), Engine::Walk, Level::Full);
    assert!(!told.is_empty() && ended.unwrap_err().0 == Status::Unsupported);
}

/// Packets are pieces of the host's memory, not copies.
#[test]
fn what_is_walked_is_not_copied() {
    let bytes = clip("h264.mp4");
    let run = Run { engine: Engine::Walk, ..Run::default() };
    let (mut source, (road, control)) = (Memory::new(&bytes), prepare(run, None).unwrap());
    let mut reader = Reader::open(&mut source, Some(&bytes), &road, &Options::default(), &control, true).unwrap();
    while reader.next().unwrap() {
        let packet = reader.current().unwrap();
        let at = usize::try_from(packet.position().unwrap()).unwrap();
        assert!(std::ptr::eq(packet.data(), &bytes[at..at + packet.data().len()]));
        assert_eq!(packet.padding(), 0);
    }
    assert_eq!(reader.report().found.bytes_read, bytes.len() as u64);
}
