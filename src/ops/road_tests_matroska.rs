//! Matroska, made byte by byte and by the ffmpeg command: the walk gives what libavformat gives.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::Select;
use super::road_tests::{compare, compare_reports, packets, rules};
use super::tests::clip;
use crate::walk::{Demux, Reason, Walk};

/// An element with its size in as few bytes as will do.
fn element(id: u32, body: &[u8]) -> Vec<u8> {
    [&id_bytes(id)[..], &size(body.len()), body].concat()
}

/// A master element that does not tell its size.
fn unsized_element(id: u32, body: &[u8]) -> Vec<u8> {
    [&id_bytes(id)[..], &[0xff], body].concat()
}

fn id_bytes(id: u32) -> Vec<u8> {
    id.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()
}

fn size(size: usize) -> Vec<u8> {
    match size {
        0..0x7f => vec![0x80 | u8::try_from(size).unwrap()],
        _ => (0x1000_0000 | u32::try_from(size).unwrap()).to_be_bytes().to_vec(),
    }
}

fn uint(id: u32, value: u64) -> Vec<u8> {
    let bytes: Vec<_> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    element(id, &bytes)
}

fn float(id: u32, value: f64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

fn head() -> Vec<u8> {
    element(0x1a45_dfa3, &[uint(0x4286, 1), element(0x4282, b"matroska"), uint(0x4285, 2)].concat())
}

const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const CUES: u32 = 0x1c53_bb6b;
const TAGS: u32 = 0x1254_c367;
const VOID: u32 = 0xec;
const CRC_32: u32 = 0xbf;

fn info() -> Vec<u8> {
    element(INFO, &uint(0x002a_d7b1, 1_000_000))
}

/// A track of a kind (1 video, 2 sound, 17 subtitles), with whatever else it says.
fn track(number: u64, kind: u64, codec: &str, rest: &[Vec<u8>]) -> Vec<u8> {
    let basics = [uint(0xd7, number), uint(0x73c5, number), uint(0x83, kind), element(0x86, codec.as_bytes())];
    element(0xae, &[basics.concat(), rest.concat()].concat())
}

fn video(rest: &[Vec<u8>]) -> Vec<u8> {
    let size = element(0xe0, &[uint(0xb0, 16), uint(0xba, 16)].concat());
    track(1, 1, "V_VP8", &[&[size][..], rest].concat())
}

const MILLISECOND: u64 = 1_000_000;

/// PCM of 16 bits, with the duration of a frame in milliseconds.
fn sound(duration: u64, rest: &[Vec<u8>]) -> Vec<u8> {
    let audio = element(0xe1, &[float(0xb5, 48000.0), uint(0x9f, 1), uint(0x6264, 16)].concat());
    let duration = uint(0x0023_e383, duration * MILLISECOND);
    track(2, 2, "A_PCM/INT/LIT", &[&[audio, duration][..], rest].concat())
}

fn tracks(all: &[Vec<u8>]) -> Vec<u8> {
    element(TRACKS, &all.concat())
}

fn payload(track: u8, time: i16, flags: u8, frames: &[u8]) -> Vec<u8> {
    [&[0x80 | track][..], &time.to_be_bytes(), &[flags], frames].concat()
}

fn simple(track: u8, time: i16, flags: u8, frames: &[u8]) -> Vec<u8> {
    element(0xa3, &payload(track, time, flags, frames))
}

/// A BlockGroup; `rest`: what else is in it.
fn group(track: u8, time: i16, frames: &[u8], rest: &[Vec<u8>]) -> Vec<u8> {
    element(0xa0, &[element(0xa1, &payload(track, time, 0, frames)), rest.concat()].concat())
}

const KEY: u8 = 0x80;
const XIPH: u8 = 2;
const FIXED: u8 = 4;
const EBML: u8 = 6;

/// A frame of VP8: of a key frame, or of one that depends on others.
fn key(size: usize) -> Vec<u8> {
    let mut frame = vec![0x10, 0, 0, 0x9d, 0x01, 0x2a, 16, 0, 16, 0];
    frame.resize(size.max(10), 7);
    frame
}

fn inter(size: usize) -> Vec<u8> {
    let mut frame = vec![0x31, 0, 0];
    frame.resize(size.max(3), 9);
    frame
}

fn cluster(time: u64, blocks: &[Vec<u8>]) -> Vec<u8> {
    element(CLUSTER, &cluster_body(time, blocks))
}

fn cluster_body(time: u64, blocks: &[Vec<u8>]) -> Vec<u8> {
    [&[uint(0xe7, time)], blocks].concat().concat()
}

fn file(parts: &[Vec<u8>]) -> Vec<u8> {
    [head(), element(SEGMENT, &parts.concat())].concat()
}

fn live(parts: &[Vec<u8>]) -> Vec<u8> {
    [head(), unsized_element(SEGMENT, &parts.concat())].concat()
}

fn walked(bytes: &[u8], name: &str) {
    compare(bytes, name).unwrap_or_else(|declined| panic!("{name}: {declined:?}"));
}

/// Two Clusters of video and sound.
fn plain() -> Vec<Vec<u8>> {
    vec![
        info(),
        tracks(&[video(&[]), sound(20, &[])]),
        cluster(0, &[simple(1, 0, KEY, &key(40)), simple(2, 0, KEY, &[1; 64]), simple(1, 40, 0, &inter(300))]),
        cluster(80, &[simple(1, 0, 0, &inter(9)), simple(2, -60, KEY, &[2; 64]), simple(1, 40, KEY, &key(50))]),
    ]
}

#[test]
fn blocks_in_clusters_are_packets() {
    walked(&file(&plain()), "plain");
    walked(&live(&plain()), "live");
}

#[test]
fn laces_of_every_kind_are_packets_of_their_own() {
    let xiph = [&[3, 255, 1, 0, 2][..], &[1; 256], &[2; 2], &[3; 5]].concat();
    let fixed = [&[3][..], &[5; 16]].concat();
    let ebml = [&[3, 0x84, 0xbd, 0xc3][..], &[9; 40]].concat();
    let single = [&[0][..], &[9; 40]].concat();
    let blocks = [
        simple(1, 0, KEY, &key(40)),
        simple(2, 0, KEY | XIPH, &xiph),
        simple(2, 80, KEY | FIXED, &fixed),
        simple(2, 160, EBML, &ebml),
        simple(2, 240, KEY | XIPH, &single),
        simple(2, 260, KEY | FIXED, &single),
        simple(1, 300, FIXED, &[&[1][..], &inter(10), &inter(10)].concat()),
    ];
    // Frames of the video stream have no duration, so libavformat must find out what the second one's time is.
    let video = video(&[uint(0x0023_e383, 40 * MILLISECOND)]);
    let bytes = file(&[info(), tracks(&[video, sound(20, &[])]), cluster(5, &blocks)]);
    walked(&bytes, "laces");
    assert_eq!(packets(&bytes).unwrap().len(), 1 + 3 + 4 + 4 + 1 + 1 + 2, "the empty lace is no packet");
}

#[test]
fn laces_without_a_duration_are_counted_and_no_more() {
    let laced = |track, flags| simple(track, 0, flags | FIXED, &[&[1][..], &[5; 16]].concat());
    let sound = sound(0, &[]);
    let bytes = file(&[info(), tracks(&[video(&[]), sound]), cluster(0, &[simple(1, 0, KEY, &key(9)), laced(2, KEY)])]);
    assert_eq!(compare(&bytes, "no durations").unwrap_err().reason, Reason::Structure);
    compare_reports(&bytes, Select::Index(1), "no durations");
}

#[test]
fn laces_that_do_not_fit_are_left_to_libavformat() {
    let bad: [(u8, &[u8]); 6] = [
        (XIPH, &[1, 200, 1]),
        (XIPH, &[1, 255]),
        (FIXED, &[1, 1, 2, 3]),
        (EBML, &[1, 0x89, 1]),
        (EBML, &[2, 0x81, 0x80, 1]),
        (EBML, &[0, 0x81, 1, 1]),
    ];
    for (flags, frames) in bad {
        let blocks = [simple(1, 0, KEY, &key(9)), simple(2, 0, flags, frames), simple(1, 40, 0, &inter(9))];
        let bytes = file(&[info(), tracks(&[video(&[]), sound(20, &[])]), cluster(0, &blocks)]);
        assert!(compare(&bytes, "bad laces").is_err(), "{flags}: {frames:?}");
    }
}

#[test]
fn block_groups_tell_of_references_durations_and_additions() {
    let duration = |value| uint(0x9b, value);
    let refers = || element(0xfb, &[0xd8]);
    let more = |body: &[u8]| element(0x75a1, &element(0xa6, &[uint(0xee, 1), element(0xa5, body)].concat()));
    let blocks = [
        group(1, 0, &key(20), &[duration(40)]),
        group(1, 40, &inter(20), &[refers(), duration(35)]),
        group(1, 80, &inter(20), &[refers(), refers(), more(b"alpha"), element(VOID, &[0; 3])]),
        group(1, 120, &key(20), &[more(b""), element(CRC_32, &[0; 4]), element(0xa4, b"state")]),
        group(2, 0, &[3; 64], &[element(0x75a2, &[0x0f, 0x42, 0x40])]),
        element(0xa0, &[]),
        element(0xa0, &duration(9)),
        // Two blocks in one group: the last counts.
        element(
            0xa0,
            &[element(0xa1, &payload(1, 160, 0, &key(9))), element(0xa1, &payload(1, 170, 0, &inter(11)))].concat(),
        ),
        simple(1, 200, 0, &inter(12)),
        element(0xa3, &[]),
        simple(1, 240, 0, &[]),
    ];
    walked(&file(&[info(), tracks(&[video(&[]), sound(20, &[])]), cluster(5, &blocks)]), "groups");
}

#[test]
fn unknown_sizes_end_where_another_part_begins() {
    let blocks =
        |time| vec![simple(1, time, KEY, &key(30)), simple(2, time, KEY, &[1; 64]), group(1, time + 1, &inter(9), &[])];
    let cues = element(
        CUES,
        &element(0xbb, &[uint(0xb3, 0), element(0xb7, &[uint(0xf7, 1), uint(0xf1, 100)].concat())].concat()),
    );
    let open = |time| unsized_element(CLUSTER, &cluster_body(time, &blocks(3)));
    let front = [info(), tracks(&[video(&[]), sound(20, &[])])];
    let all = |rest: &[Vec<u8>]| live(&[&front[..], rest].concat());
    walked(&all(&[open(0), open(100), open(200)]), "open Clusters");
    walked(&all(&[open(0), cluster(100, &blocks(0)), open(200), cues.clone()]), "some of them, and Cues");
    walked(&all(&[open(0), cues.clone(), open(100)]), "Cues between");
    walked(&all(&[open(0), cues.clone(), element(TAGS, &[])]), "Cues and Tags behind");
    walked(
        &all(&[cluster(0, &blocks(0)), element(VOID, &[0; 40]), cues, cluster(9, &[])]),
        "fillers, an empty Cluster",
    );
    let open_inside = file(&[&front[..], &[open(0)]].concat());
    assert!(compare(&open_inside, "of unknown size in a Segment of known").is_err());
}

#[test]
fn checksums_fillers_and_unknown_elements_are_passed_over() {
    let blocks = [
        element(CRC_32, &[0; 4]),
        uint(0xe7, 7),
        element(0xa7, &[1]),
        element(0xab, &[0, 1]),
        simple(1, 0, KEY, &key(30)),
        element(0x4242, b"unknown"),
        uint(0xe7, 17),
        simple(1, 0, 0, &inter(30)),
        element(VOID, &[0; 200]),
        simple(1, 40, 0, &inter(30)),
    ];
    let parts = [
        element(CRC_32, &[0; 4]),
        element(VOID, &[0; 100]),
        info(),
        element(0x4242, b"unknown"),
        tracks(&[video(&[element(0x4243, b"unknown"), element(VOID, &[])])]),
        element(CLUSTER, &blocks.concat()),
        element(TAGS, &element(0x7373, &element(0x67c8, &element(0x45a3, b"TITLE")))),
    ];
    walked(&file(&parts), "checksums");
}

#[test]
fn what_is_left_out_of_all_frames_is_put_back() {
    let strip = |settings: &[u8]| {
        let compression = element(0x5034, &[uint(0x4254, 3), element(0x4255, settings)].concat());
        element(0x6d80, &element(0x6240, &compression))
    };
    let blocks = [
        simple(1, 0, KEY, &key(30)[2..]),
        simple(1, 40, KEY, &key(30)[2..]),
        simple(2, 0, KEY | FIXED, &[&[1][..], &[5; 16]].concat()),
        // Nothing is in it, and it is a packet.
        simple(2, 40, KEY, &[]),
    ];
    let both = tracks(&[video(&[strip(&[0x10, 0])]), sound(20, &[strip(b"begin")])]);
    walked(&file(&[info(), both, cluster(0, &blocks)]), "stripped");
    let nothing = tracks(&[video(&[strip(&[])]), sound(20, &[])]);
    walked(&file(&[info(), nothing, cluster(0, &blocks)]), "of nothing");
}

/// A clip's H.264, written anew with the first byte of all frames left out, as some writers do.
#[test]
fn h264_frames_of_which_a_part_is_left_out_are_looked_into() {
    let bytes = clip("h264.mkv");
    let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules()).unwrap() else { panic!("no Matroska") };
    let private = element(0x63a2, segment.streams()[0].configuration);
    let strip = element(0x6d80, &element(0x6240, &element(0x5034, &[uint(0x4254, 3), element(0x4255, &[0])].concat())));
    let track = track(1, 1, "V_MPEG4/ISO/AVC", &[private, strip]);
    let frames = packets(&bytes).unwrap().into_iter().filter(|view| view.stream == Some(0));
    let blocks: Vec<_> = frames
        .map(|view| {
            assert_eq!(view.data[0], 0, "a size's first byte");
            simple(1, i16::try_from(view.pts.unwrap()).unwrap(), 0, &view.data[1..])
        })
        .collect();
    walked(&file(&[info(), tracks(&[track]), cluster(0, &blocks)]), "stripped H.264");
}

#[test]
fn time_stamps_are_scaled_and_delayed_as_libavformat_does() {
    let blocks = [
        simple(1, -3, KEY, &key(30)),
        simple(1, 3, 0, &inter(9)),
        group(1, 40, &inter(9), &[uint(0x9b, 7)]),
        simple(2, 9, KEY | FIXED, &[&[2][..], &[5; 9]].concat()),
    ];
    for scale in [1, 20_833, 1_000_000, 41_666_667] {
        for track_scale in [1.0, 0.001, 0.75, 1.5, 33.0].into_iter().filter(|by| scale > 1 || *by >= 1.0) {
            let video = video(&[float(0x0023_314f, track_scale)]);
            let sound = sound(700, &[uint(0x56aa, 6_500_000), float(0x0023_314f, track_scale)]);
            let info = element(INFO, &uint(0x002a_d7b1, scale));
            let bytes = file(&[info, tracks(&[video, sound]), cluster(12_345, &blocks), cluster(1 << 33, &blocks)]);
            walked(&bytes, &format!("scale {scale}, of the track {track_scale}"));
        }
    }
}

#[test]
fn a_block_before_the_beginning_of_time_is_counted_and_no_more() {
    let blocks = [simple(1, -30, KEY, &key(30)), simple(1, 3, 0, &inter(9))];
    let bytes = file(&[info(), tracks(&[video(&[])]), cluster(10, &blocks)]);
    assert_eq!(compare(&bytes, "below 0").unwrap_err().reason, Reason::Structure);
    compare_reports(&bytes, Select::FirstVideo, "below 0");
}

fn attachment(name: &str, media_type: &str, data: &[u8]) -> Vec<u8> {
    let parts = [element(0x466e, name.as_bytes()), element(0x4660, media_type.as_bytes()), element(0x465c, data)];
    element(0x61a7, &[parts.concat(), uint(0x46ae, 77)].concat())
}

#[test]
fn attachments_become_streams_behind_the_tracks() {
    let files = [
        attachment("font.ttf", "application/x-truetype-font", b"font"),
        attachment("cover.jpg", "image/jpeg", b"\xff\xd8\xff\xe0"),
        element(0x61a7, &element(0x466e, b"incomplete")),
        attachment("cover.png", "image/png", b"\x89PNG"),
    ];
    let parts = [&[info(), element(0x1941_a469, &files.concat())][..], &plain()[1..]].concat();
    let bytes = file(&parts);
    walked(&bytes, "attachments");
    let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules()).unwrap() else { panic!("no Matroska") };
    let covers: Vec<_> = segment.streams().iter().map(|stream| stream.is_cover).collect();
    assert_eq!(covers, [false, false, false, true, true]);
    for stream in 0..6 {
        compare_reports(&bytes, Select::Index(stream), "attachments");
    }
}

#[test]
fn tracks_that_are_no_streams_are_passed_over() {
    let all = [
        track(3, 0x12, "B_VOBBTN", &[]),
        track(4, 1, "A_VORBIS", &[]),
        video(&[]),
        element(0xae, &[uint(0xd7, 5), uint(0x83, 2)].concat()),
        track(6, 0x11, "S_TEXT/UTF8", &[]),
        track(1, 1, "V_VP9", &[]),
        track(7, 0x21, "D_UNKNOWN", &[]),
        track(200, 1, "V_UNKNOWN", &[]),
    ];
    let blocks = [
        simple(3, 0, 0, b"buttons"),
        simple(4, 0, XIPH, &[9]),
        simple(1, 0, KEY, &key(30)),
        group(6, 0, b"Hello", &[uint(0x9b, 2000)]),
        group(6, 1000, b"World", &[uint(0x9b, 2000)]),
        simple(7, 5, KEY, b"data"),
        simple(7, 6, 0, b"data"),
        element(0xa3, &[0x40, 200, 0, 9, 0, 1, 2, 3]),
        element(0xa3, &[0x40, 200, 0, 19, 0x80, 1, 2, 3]),
        simple(1, 40, 0, &inter(30)),
    ];
    let bytes = file(&[info(), tracks(&all), cluster(0, &blocks)]);
    walked(&bytes, "odd tracks");
    let stray = file(&[info(), tracks(&all), cluster(0, &[simple(9, 0, 0, b"whose?")])]);
    assert!(compare(&stray, "a block of no track").is_err());
}

#[test]
fn tracks_behind_the_clusters_are_found_through_the_seek_head() {
    let place = |id: u32, at: usize| {
        let at = u32::try_from(at).unwrap().to_be_bytes();
        element(0x4dbb, &[element(0x53ab, &id.to_be_bytes()), element(0x53ac, &at)].concat())
    };
    let parts = plain();
    let clusters = parts[2..].concat();
    let second = |at| element(0x114d_9b74, &[place(TRACKS, at), place(CUES, 5)].concat());
    let first =
        |info, more| element(0x114d_9b74, &[place(INFO, info), place(0x114d_9b74, more), place(CLUSTER, 0)].concat());
    let (front, more) = (first(0, 0).len(), second(0).len());
    let info_at = front + clusters.len() + more;
    let order = [
        first(info_at, front + clusters.len()),
        clusters,
        second(info_at + parts[0].len()),
        parts[0].clone(),
        parts[1].clone(),
    ];
    // The entry for Cues leads astray, which nobody minds as long as nobody seeks in time.
    let bytes = file(&order);
    let found = compare(&bytes, "Tracks last");
    assert_eq!(found.map_err(|declined| declined.what), Err("a SeekHead that points astray"));
    let honest = |head: Vec<u8>| {
        let mut order = order.clone();
        order[2] = head;
        order
    };
    let second = element(0x114d_9b74, &[place(TRACKS, info_at + parts[0].len()), element(VOID, &[0; 13])].concat());
    assert_eq!(second.len(), more - 2, "as long as the other, but for a Void's head");
    let mut padded = second;
    padded.extend(element(VOID, &[]));
    walked(&file(&honest(padded)), "Tracks last, with an honest SeekHead");
    let mut lost = order.clone();
    lost[0] = element(VOID, &vec![0; front - 2]);
    assert!(compare(&file(&lost), "no SeekHead").is_err());
}

#[test]
fn what_only_libavformat_can_make_packets_of_is_left_to_it() {
    let zlib = element(0x6d80, &element(0x6240, &element(0x5034, &uint(0x4254, 0))));
    let declined = [
        sound(20, &[zlib]),
        track(2, 2, "A_MPEG/L3", &[]),
        track(2, 2, "A_WAVPACK4", &[]),
        track(2, 2, "A_EAC3", &[]),
        track(2, 0x21, "D_WEBVTT/SUBTITLES", &[]),
    ];
    for track in declined {
        let bytes = file(&[&[info(), tracks(&[video(&[]), track])][..], &plain()[2..]].concat());
        let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules()).unwrap() else { panic!("no Matroska") };
        assert!(segment.count(1, &mut |_, _| Ok(())).is_err());
        assert!(segment.samples(1).next().is_some_and(|sample| sample.is_err()));
        // The video beside it is another matter.
        compare_reports(&bytes, Select::FirstVideo, "beside");
    }
}

/// Where elements begin, and where their bodies do.
fn boundaries(bytes: &[u8], from: usize, to: usize, found: &mut Vec<usize>) {
    let width = |at: usize| bytes[at].leading_zeros() as usize + 1;
    let mut at = from;
    while at < to {
        let id_end = at + width(at);
        let body = id_end + width(id_end);
        let size = bytes[id_end..body].iter().fold(0, |size: usize, byte| size << 8 | usize::from(*byte));
        let ones = (1 << (7 * (body - id_end))) - 1;
        let end = if size & ones == ones { to } else { body + (size & ones) };
        found.extend([at, id_end, body]);
        let id = bytes[at..id_end].iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        if matches!(id, SEGMENT | CLUSTER | TRACKS | 0xae | 0xa0) {
            boundaries(bytes, body, end.min(to), found);
        }
        at = end;
    }
}

/// The same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}

/// Files of many parts, small enough to be read very often.
fn small_files() -> Vec<(&'static str, Vec<u8>)> {
    let compression = |settings: &[u8]| element(0x5034, &[uint(0x4254, 3), element(0x4255, settings)].concat());
    let strip = element(0x6d80, &element(0x6240, &compression(&[0x10, 0])));
    let laced = simple(2, 80, KEY | XIPH, &[&[3, 2, 1, 0][..], &[1; 9]].concat());
    let refers = [element(0xfb, &[0xd8]), uint(0x9b, 40)];
    let opus = track(2, 2, "A_OPUS", &[element(0xe1, &float(0xb5, 48000.0)), uint(0x0023_e383, 20 * MILLISECOND)]);
    let blocks = [
        simple(1, 0, KEY, &key(20)),
        simple(2, 0, KEY, &[0xfc, 1, 2, 3]),
        group(1, 40, &inter(9), &refers),
        simple(2, 20, KEY, &[0xff, 0x83, 1, 0, 7, 8]),
        simple(2, 40, KEY | EBML, &[&[2, 0x82, 0xbf][..], &[0xfc; 7]].concat()),
        simple(1, 80, 0, &inter(30)),
    ];
    let cues = element(CUES, &element(0xbb, &uint(0xb3, 0)));
    let front = [info(), tracks(&[video(&[]), opus])];
    let open = |time| unsized_element(CLUSTER, &cluster_body(time, &blocks));
    let mut with_lace = plain();
    with_lace.push(cluster(200, &[laced, group(1, 0, &key(10), &[]), group(2, 1, &[1, 2], &refers)]));
    with_lace.insert(1, element(0x1941_a469, &attachment("cover.png", "image/png", b"\x89PNG")));
    let stripped = [info(), tracks(&[video(&[strip]), sound(20, &[])]), cluster(0, &[simple(1, 0, KEY, &key(9)[2..])])];
    vec![
        ("laces", file(&with_lace)),
        ("live, with laces", live(&with_lace)),
        ("open Clusters", live(&[&front[..], &[open(0), open(100), cues]].concat())),
        ("stripped", file(&stripped)),
    ]
}

#[test]
fn files_cut_anywhere_are_read_as_libavformat_does_or_left_to_it() {
    for (name, bytes) in small_files() {
        walked(&bytes, name);
        let left = (1..bytes.len()).filter(|end| compare(&bytes[..*end], &format!("{name}, cut at {end}")).is_err());
        let left = left.count();
        let is_live = bytes.windows(5).any(|five| five == [0x18, 0x53, 0x80, 0x67, 0xff]);
        let walks_some = left < bytes.len() - 1;
        assert_eq!(walks_some, is_live, "{name}: only where no size says so may a cut pass unseen");
    }
    for name in ["h264.mkv", "hevc.mkv", "vp9.webm", "live.webm"] {
        let bytes = clip(name);
        let mut places = Vec::new();
        boundaries(&bytes, 0, bytes.len(), &mut places);
        let mut dice = Dice(1);
        places.extend((0..64).map(|_| dice.roll(bytes.len())));
        places.retain(|end| *end < bytes.len());
        assert!(places.len() > 300, "{name}: {} places", places.len());
        for end in places {
            let _ = compare(&bytes[..end], &format!("{name}, cut at {end}"));
        }
    }
}

#[test]
fn damaged_files_are_read_as_libavformat_does_or_left_to_it() {
    let mut dice = Dice(2);
    let mut files = small_files();
    // Of the clips, the head and the first blocks.
    files.extend(["h264.mkv", "vp9.webm", "live.webm"].map(|name| (name, clip(name))));
    for (name, bytes) in files {
        let reach = bytes.len().min(1500);
        let mut walked = 0;
        for _ in 0..400 {
            let mut damaged = bytes.clone();
            let mut what = Vec::new();
            for _ in 0..=dice.roll(3) {
                let (at, value) = (dice.roll(reach), u8::try_from(dice.roll(256)).unwrap());
                // Most damage that nobody notices changes a byte by little.
                damaged[at] = if dice.roll(2) == 0 { value } else { damaged[at] ^ (1 << dice.roll(8)) };
                what.push((at, damaged[at]));
            }
            walked += u32::from(compare(&damaged, &format!("{name}, with {what:?}")).is_ok());
        }
        assert!((1..400).contains(&walked), "{name}: {walked} of 400 were walked");
    }
}
