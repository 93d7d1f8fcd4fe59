//! Clips and made films, cut wherever a part of the container begins, and at 64 other places: what is still walked gives
//! what libavformat gives.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod parts;

use super::road_tests::compare;
use super::road_tests_made::MADE;
use super::road_tests_mp4::Chance;
use super::road_tests_mpegts::{filled, rich};
use super::tests::clip;
use parts::{boxes, elements, packets};
use std::collections::BTreeSet;

/// Beside the beginnings of parts.
const ELSEWHERE: usize = 64;

/// Cuts at each beginning of a part and elsewhere. Gives how many cuts were walked, and how many were left to libavformat.
fn cut(name: &str, bytes: &[u8], parts: fn(&[u8]) -> BTreeSet<usize>) -> (usize, usize) {
    let places = parts(bytes);
    assert!(places.len() > 20, "{name}: {} parts", places.len());
    // Other places for each file, and the same ones each time.
    let seed = name.bytes().fold(1, |seed: u64, byte| seed.wrapping_mul(31) ^ u64::from(byte));
    let mut chance = Chance::new(seed);
    let elsewhere = (0..ELSEWHERE).map(|_| chance.index(bytes.len()));
    let (mut walked, mut left) = (0, 0);
    for end in places.iter().copied().chain(elsewhere).filter(|end| *end < bytes.len()) {
        match compare(&bytes[..end], &format!("{name} cut at {end}")) {
            Ok(()) => walked += 1,
            Err(_) => left += 1,
        }
    }
    (walked, left)
}

/// The films of these names, or all, in containers with these.
fn made(films: &[&str], containers: &[&str]) -> Vec<(&'static str, &'static [u8])> {
    let wanted = |name: &str| {
        let film =
            films.is_empty() || films.iter().any(|film| name.split_once(' ').is_some_and(|name| name.0 == *film));
        film && containers.iter().any(|container| name.ends_with(container))
    };
    MADE.iter().filter(|made| wanted(&made.name)).map(|made| (made.name.as_str(), made.bytes.as_slice())).collect()
}

const ALL: &[&str] = &[];

#[test]
fn an_mp4_or_quicktime_file_cut_at_any_box_is_declined_or_read_as_libavformat_reads_it() {
    let clips = [
        "audio.m4a",
        "cover.m4a",
        "cover_then_video.mp4",
        "cut.mp4",
        "h264.mp4",
        "h264_moov_at_end.mp4",
        "hevc.mp4",
        "mpeg4.mp4",
        "multi_edit.mp4",
        "two_videos.mp4",
    ];
    for name in clips {
        let (walked, left) = cut(name, &clip(name), boxes);
        // What comes behind the media and the header may be missing.
        assert!(walked * 10 < left, "{name}: {walked} walked, {left} declined");
    }
    let films = made(ALL, &["plain.mp4", "faststart.mp4", "plain.mov", "by hand.mp4"]);
    assert!(films.len() > 70, "{} films", films.len());
    for (name, bytes) in films {
        let (walked, left) = cut(name, bytes, boxes);
        assert!(walked * 10 < left, "{name}: {walked} walked, {left} declined");
    }
}

#[test]
fn a_fragmented_file_cut_at_any_box_is_declined_or_read_as_libavformat_reads_it() {
    let (walked, left) = cut("h264_fragmented.mp4", &clip("h264_fragmented.mp4"), boxes);
    // Behind a fragment nothing says that there are more.
    assert!(walked >= 4 && left > 100, "{walked} walked, {left} declined");
    let layouts = ["offsets.mp4", "base_moof.mp4", "separate.mp4", "hybrid.mp4", "dash.mp4", "fragmented.mov"];
    let few = ["plain", "timecode", "two_videos", "updated", "two_bytes", "hevc"];
    let films = [made(&few, &layouts), made(&["plain"], &["each_frame.mp4"])].concat();
    assert!(films.len() > 60, "{} films", films.len());
    for (name, bytes) in films {
        let (walked, left) = cut(name, bytes, boxes);
        // An index says that there are more.
        let told = name.contains("dash");
        assert!(left > 64 && (walked > 0 || told), "{name}: {walked} walked, {left} declined");
    }
}

#[test]
fn a_matroska_file_cut_at_any_element_is_declined_or_read_as_libavformat_reads_it() {
    for name in ["h264.mkv", "hevc.mkv", "vp9.webm"] {
        let (walked, left) = cut(name, &clip(name), elements);
        assert!(walked == 0 && left > 300, "{name}: {walked} walked, {left} declined");
    }
    for (name, bytes) in made(ALL, &["plain.mkv", "plain.webm"]) {
        let (walked, left) = cut(name, bytes, elements);
        assert!(walked == 0 && left > 150, "{name}: {walked} walked, {left} declined");
    }
    // Where no size says so, a cut passes unseen: behind each of ffmpeg's Clusters, behind each block of the clip's.
    let live = clip("live.webm");
    let films = made(&["plain", "hevc_two_bytes", "vp9"], &["  live.mkv", "  live.webm"]);
    assert_eq!(films.len(), 3);
    for (name, bytes, least) in
        films.into_iter().map(|(name, bytes)| (name, bytes, 2)).chain([("live.webm", live.as_slice(), 100)])
    {
        let (walked, left) = cut(name, bytes, elements);
        assert!(walked >= least && left > 100, "{name}: {walked} walked, {left} declined");
    }
}

#[test]
fn a_transport_stream_cut_at_any_packet_is_declined_or_read_as_libavformat_reads_it() {
    let clips = ["h264.ts", "hevc.ts"].map(|name| (name, clip(name)));
    let clips = clips.iter().map(|(name, bytes)| (*name, bytes.as_slice()));
    let films =
        ["two_videos  188.ts", "in_band  192.ts", "hevc_hrd  204.ts"].map(|film| film.split_once("  ").unwrap());
    let films = films.map(|(film, container)| made(&[film], &[&format!("  {container}")])[0]);
    // Several programs, tables that come late, pictures that share PES packets; and ends that may be none.
    let [h264, mpeg2] = filled();
    let by_hand = [("rich", rich()), ("filled H.264", h264), ("filled MPEG-2", mpeg2)];
    by_hand.iter().for_each(|(name, bytes)| compare(bytes, name).unwrap());
    let by_hand = by_hand.iter().map(|(name, bytes)| (*name, bytes.as_slice()));
    for (name, bytes) in clips.chain(films).chain(by_hand) {
        let (walked, left) = cut(name, bytes, packets);
        assert!(walked > 5 && left > 50, "{name}: {walked} walked, {left} declined");
    }
}

/// Without a corpus the suite says at its end that this was not run.
#[test]
fn every_file_of_the_corpus_cut_at_its_parts_is_declined_or_read_as_libavformat_reads_it() {
    let Some(corpus) = std::env::var_os("MEMUX_CORPUS") else { return };
    let mut all = 0;
    for folder in ["3gp", "drm", "mkv", "mp4", "ts", "vp9"] {
        for entry in std::fs::read_dir(std::path::Path::new(&corpus).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let bytes = std::fs::read(&path).unwrap();
            let parts: fn(&[u8]) -> BTreeSet<usize> = match () {
                () if name.ends_with(".ps") => continue,
                () if folder == "ts" => packets,
                () if bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) => elements,
                () => boxes,
            };
            let (walked, left) = cut(&name, &bytes, parts);
            assert!(walked < left, "{name}: {walked} walked, {left} declined");
            all += 1;
        }
    }
    assert!(all > 40, "only {all} files were cut");
}
