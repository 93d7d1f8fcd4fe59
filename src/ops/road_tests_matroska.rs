//! Matroska, made byte by byte and by the ffmpeg command: the walk gives what libavformat gives.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod blocks;
mod damage;
mod made;
mod tracks;

use super::road_tests::compare;

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

fn attachment(name: &str, media_type: &str, data: &[u8]) -> Vec<u8> {
    let parts = [element(0x466e, name.as_bytes()), element(0x4660, media_type.as_bytes()), element(0x465c, data)];
    element(0x61a7, &[parts.concat(), uint(0x46ae, 77)].concat())
}
