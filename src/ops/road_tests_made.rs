//! The same films in every container, as the ffmpeg command makes them: all are walked, and give what libavformat gives.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod films;

use super::road_tests::{compare, compare_reports, packets};
use super::road_tests_mpegts::completeness;
use super::{Completeness, Select};
use crate::walk::Reason;
pub use films::{Folder, units};
use std::sync::LazyLock;

/// A container by its name, and how it is asked for; the name's end is the file's.
type Container = (&'static str, &'static str);

const CONTAINERS: &[Container] = &[
    ("plain.mp4", ""),
    ("faststart.mp4", "-movflags +faststart"),
    ("plain.mov", ""),
    ("offsets.mp4", "-movflags +frag_keyframe+empty_moov"),
    ("base_moof.mp4", "-movflags +frag_keyframe+empty_moov+default_base_moof"),
    ("separate.mp4", "-movflags +frag_keyframe+empty_moov+separate_moof"),
    ("each_frame.mp4", "-movflags +frag_every_frame+empty_moov+default_base_moof"),
    ("hybrid.mp4", "-movflags +frag_keyframe"),
    ("dash.mp4", "-movflags +dash+global_sidx+frag_keyframe+delay_moov"),
    ("fragmented.mov", "-movflags +frag_keyframe+empty_moov"),
    ("plain.mkv", ""),
    ("live.mkv", "-live 1 -cluster_time_limit 300"),
    ("188.ts", ""),
    ("192.ts", "-mpegts_m2ts_mode 1 -streamid 1:4114"),
];

const WEBM: &[Container] = &[("plain.webm", ""), ("live.webm", "-live 1 -cluster_time_limit 300")];

/// From where, and how long, in seconds.
const CUTS: &[(&str, &str)] = &[("0.5", "0.4"), ("0.33", "5")];
const CUT_FILMS: &[&str] = &["plain", "in_band", "two_videos", "timecode", "hevc"];

pub struct Made {
    /// The film and its container.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// All of them, made once.
pub static MADE: LazyLock<Vec<Made>> = LazyLock::new(|| {
    // It has much to say about films that change, and about those that are cut.
    crate::av::log::set(-1, Some(std::sync::Arc::new(|_, _| {})));
    let folder = Folder::new("made");
    let mut made = Vec::new();
    for name in films::make(&folder) {
        if name.ends_with("two_bytes") {
            made.push(Made { name: format!("{name} by hand.mp4"), bytes: folder.read(&format!("{name}.mp4")) });
        }
        made.extend(into_containers(&folder, name, "", if name == "vp9" { WEBM } else { CONTAINERS }));
    }
    for name in CUT_FILMS {
        for (from, length) in CUTS {
            made.extend(into_containers(&folder, name, &format!("-ss {from} -t {length}"), CONTAINERS));
        }
    }
    made
});

/// One of them, by its name.
pub fn film(name: &str) -> &'static [u8] {
    &MADE.iter().find(|made| made.name == name).unwrap_or_else(|| panic!("{name} is not made")).bytes
}

/// A film in each container, by one call of the command.
fn into_containers(folder: &Folder, film: &str, cut: &str, containers: &[Container]) -> Vec<Made> {
    let source = if film == "vp9" { "vp9.webm".to_owned() } else { format!("{film}.mp4") };
    let outputs = containers.iter().map(|(name, how)| format!("-map 0:v -map 0:a? -c copy {how} out_{name}"));
    folder.ffmpeg(&format!("{cut} -i {source} {}", outputs.collect::<Vec<_>>().join(" ")));
    let mut made = Vec::new();
    for (name, _) in containers {
        let bytes = folder.read(&format!("out_{name}"));
        if *name == "188.ts" {
            made.push(Made { name: format!("{film} {cut} 204.ts"), bytes: with_check_bytes(&bytes) });
        }
        made.push(Made { name: format!("{film} {cut} {name}"), bytes });
    }
    made
}

/// Transport packets of 204 bytes, which ffmpeg reads and does not write.
fn with_check_bytes(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(188).flat_map(|packet| packet.iter().copied().chain([0x22; 16])).collect()
}

#[test]
fn every_film_in_every_container_is_walked_and_gives_libavformats_packets_and_bytes() {
    let mut seem_cut = Vec::new();
    for made in MADE.iter() {
        match compare(&made.bytes, &made.name) {
            Ok(()) => {}
            // One transport stream in 184 seems to be cut, since its last packet happens to be filled.
            Err(declined)
                if declined.reason == Reason::Damaged
                    && made.name.ends_with(".ts")
                    && completeness(&made.bytes) == Completeness::Truncated =>
            {
                seem_cut.push(&made.name);
            }
            Err(declined) => panic!("{}: {declined:?}", made.name),
        }
        let two = made.name.starts_with("two_videos");
        let videos = if two { 2 } else { 1 };
        (1..videos).for_each(|stream| compare_reports(&made.bytes, Select::Index(stream), &made.name));
    }
    assert!(MADE.len() > 300, "{} files", MADE.len());
    assert!(seem_cut.len() <= 3, "{seem_cut:?}");
}

/// The films are what their names say: else all of this would be of one kind.
#[test]
fn the_films_hold_what_they_are_made_for() {
    // As units of 4-byte lengths; a picture's first bytes say what comes along with it.
    let kinds = |name: &str, kind: fn(u8) -> u8| -> Vec<Vec<u8>> {
        let pictures = packets(film(name)).unwrap().into_iter().filter(|view| view.stream == Some(0));
        pictures.map(|view| units(&view.data, 4).map(|unit| kind(unit[0])).collect()).collect()
    };
    let h264: fn(u8) -> u8 = |byte| byte & 31;
    let hevc: fn(u8) -> u8 = |byte| byte >> 1 & 63;
    let with = |pictures: &[Vec<u8>], kind: u8| pictures.iter().filter(|units| units.contains(&kind)).count();
    let plain = kinds("plain  plain.mp4", h264);
    assert_eq!((plain.len(), with(&plain, 7), with(&plain, 5)), (25, 0, 4));
    assert_eq!(with(&kinds("all_intra  plain.mp4", h264), 5), 25);
    // A buffering period with each key frame, a picture's timing with each.
    assert_eq!(with(&kinds("hrd  plain.mp4", h264), 6), 25);
    assert_eq!(with(&kinds("in_band  plain.mp4", h264), 7), 4);
    assert_eq!(with(&kinds("updated  plain.mp4", h264), 7), 8);
    assert_eq!(
        with(&kinds("hevc_all_intra  plain.mp4", hevc), 20) + with(&kinds("hevc_all_intra  plain.mp4", hevc), 19),
        25
    );
    assert_eq!(with(&kinds("hevc_in_band  plain.mp4", hevc), 33), 4);
    assert_eq!(with(&kinds("hevc_updated  plain.mp4", hevc), 33), 8);
    assert!(with(&kinds("hevc_hrd  plain.mp4", hevc), 39) >= 25);
    for name in ["two_bytes", "hevc_two_bytes"] {
        for container in ["plain.mp4", "each_frame.mp4", "plain.mov", "plain.mkv"] {
            let pictures = packets(film(&format!("{name}  {container}"))).unwrap();
            let all = pictures.iter().filter(|view| view.stream == Some(0));
            assert!(all.clone().all(|view| units(&view.data, 2).all(|unit| !unit.is_empty())), "{name} {container}");
            assert!(all.count() == 25);
        }
    }
    for container in ["plain.mp4", "plain.mov", "dash.mp4"] {
        assert!(film(&format!("timecode  {container}")).windows(4).any(|kind| kind == b"tmcd"), "{container}");
    }
    // A cut leaves an edit list that discards what stands before it.
    let cut = packets(film("plain -ss 0.5 -t 0.4 plain.mp4")).unwrap();
    assert!(cut.iter().any(|view| view.discard && view.stream == Some(0)));
}
