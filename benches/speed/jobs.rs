//! The jobs, and the ways to do each: first by hand in C, then memux, then others, then what limits them all.

use super::by_hand::ByHand;
use super::clock::{Clock, Variant};
use super::host::{self, Target};
use memux::ffi::{MEMUX_ENGINE_FFMPEG, MEMUX_ENGINE_WALK};
use std::cell::RefCell;
use std::rc::Rc;

fn variant<'a>(name: &'static str, run: impl FnMut() -> u64 + 'a) -> Variant<'a> {
    Variant { name, clock: Clock::Cpu, run: Box::new(run) }
}

pub fn count<'a>(data: &'a [u8], container: &str, by_hand: &'a ByHand) -> Vec<Variant<'a>> {
    let mut variants = vec![
        variant("by hand", || by_hand.count(data)),
        variant("memux", || host::count_frames(data)),
        variant("memux, walk", || host::count(data, MEMUX_ENGINE_WALK)),
        variant("memux, FFmpeg", || host::count(data, MEMUX_ENGINE_FFMPEG)),
        variant("memux, callbacks", || host::count_with_callbacks(data, true)),
        variant("memux, callbacks without seek", || host::count_with_callbacks(data, false)),
    ];
    if container.ends_with(".mp4") {
        variants.push(variant("crate mp4", || crate_mp4(data)));
    }
    variants.push(variant("limit: libavformat alone", || by_hand.leanest_count(data)));
    variants.push(variant("limit: all bytes once", || all_bytes(data)));
    variants
}

/// All packets of all streams, as a host is shown them.
pub fn packets<'a>(data: &'a [u8], by_hand: &'a ByHand) -> Vec<Variant<'a>> {
    vec![
        variant("by hand", || by_hand.packets(data)),
        variant("memux, walk", || host::packets(data, MEMUX_ENGINE_WALK)),
        variant("memux, FFmpeg", || host::packets(data, MEMUX_ENGINE_FFMPEG)),
    ]
}

fn crate_mp4(data: &[u8]) -> u64 {
    let file = mp4::Mp4Reader::read_header(std::io::Cursor::new(data), data.len() as u64).expect("an MP4");
    let video = file.tracks().values().find(|track| matches!(track.track_type(), Ok(mp4::TrackType::Video)));
    u64::from(video.expect("a video track").sample_count())
}

/// Reading memory, and no more: eight bytes at a time.
fn all_bytes(data: &[u8]) -> u64 {
    let (words, rest) = data.as_chunks::<8>();
    let sum = words.iter().fold(0u64, |sum, word| sum.wrapping_add(u64::from_ne_bytes(*word)));
    rest.iter().fold(sum, |sum, byte| sum.wrapping_add(u64::from(*byte)))
}

/// Makes the variants of a job on one film, with room for its output.
pub type Extraction = for<'a> fn(&'a [u8], &'a ByHand, &'a mut [u8]) -> Vec<Variant<'a>>;

pub const EXTRACTIONS: [(&str, Extraction); 5] = [
    ("extract, gather sink", |data, by_hand, _| gather(data, by_hand)),
    ("extract, copying sink", copying),
    ("extract into the host's buffer", into_buffer),
    ("remux to fragmented MP4, gather sink", |data, by_hand, _| into_fragments(data, by_hand)),
    ("remux to fragmented MP4, copying sink", copying_fragments),
];

fn extract_by_hand(data: &[u8], by_hand: &ByHand, target: &mut Target) -> u64 {
    target.written = 0;
    by_hand.extract(data, host::write, std::ptr::from_mut(target).cast());
    target.written as u64
}

fn extract_leanest(data: &[u8], by_hand: &ByHand, target: &mut Target) -> u64 {
    target.written = 0;
    by_hand.leanest_extract(data, host::write, std::ptr::from_mut(target).cast());
    target.written as u64
}

fn nowhere() -> Target<'static> {
    Target { buffer: &mut [], written: 0, pieces: None }
}

/// The sink takes note of the bytes and copies nothing.
fn gather<'a>(data: &'a [u8], by_hand: &'a ByHand) -> Vec<Variant<'a>> {
    vec![
        variant("by hand", || extract_by_hand(data, by_hand, &mut nowhere())),
        variant("memux, walk", || host::extract(data, MEMUX_ENGINE_WALK, true, &mut nowhere())),
        variant("memux, FFmpeg", || host::extract(data, MEMUX_ENGINE_FFMPEG, true, &mut nowhere())),
        variant("memux, callbacks", || host::extract_with_callbacks(data, &mut nowhere())),
        variant("limit: libavformat alone", || extract_leanest(data, by_hand, &mut nowhere())),
    ]
}

/// Not only as many bytes: the same ones.
fn assert_same_bytes(data: &[u8], by_hand: &ByHand, output: &mut [u8]) {
    let mut target = Target { buffer: output, written: 0, pieces: None };
    let size = extract_by_hand(data, by_hand, &mut target) as usize;
    let expected = target.buffer[..size].to_vec();
    target.buffer[..size].fill(0);
    host::extract(data, MEMUX_ENGINE_WALK, false, &mut target);
    assert!(target.written == size && target.buffer[..size] == expected, "the walk's bytes are not those by hand");
}

/// The sink copies the bytes into memory that is there.
fn copying<'a>(data: &'a [u8], by_hand: &'a ByHand, output: &'a mut [u8]) -> Vec<Variant<'a>> {
    assert_same_bytes(data, by_hand, output);
    let mut list = Target { pieces: Some(Vec::new()), ..nowhere() };
    host::extract(data, MEMUX_ENGINE_WALK, true, &mut list);
    let pieces = list.pieces.unwrap_or_default();
    let output = Rc::new(RefCell::new(output));
    let into = |work: fn(&'a [u8], &'a ByHand, &mut Target) -> u64| {
        let output = Rc::clone(&output);
        move || work(data, by_hand, &mut Target { buffer: &mut output.borrow_mut(), written: 0, pieces: None })
    };
    let copied = Rc::clone(&output);
    vec![
        variant("by hand", into(extract_by_hand)),
        variant("memux, walk", into(|data, _, target| host::extract(data, MEMUX_ENGINE_WALK, false, target))),
        variant("memux, walk, writev", into(|data, _, target| host::extract(data, MEMUX_ENGINE_WALK, true, target))),
        variant("memux, FFmpeg", into(|data, _, target| host::extract(data, MEMUX_ENGINE_FFMPEG, false, target))),
        variant("memux, callbacks", into(|data, _, target| host::extract_with_callbacks(data, target))),
        variant("limit: libavformat alone", into(extract_leanest)),
        variant("limit: memcpy of the payload", move || host::copy(&pieces, &mut copied.borrow_mut())),
    ]
}

/// One call writes into the host's memory; by hand that is the copying sink.
fn into_buffer<'a>(data: &'a [u8], by_hand: &'a ByHand, output: &'a mut [u8]) -> Vec<Variant<'a>> {
    let mut list = Target { pieces: Some(Vec::new()), ..nowhere() };
    host::extract(data, MEMUX_ENGINE_WALK, true, &mut list);
    let pieces = list.pieces.unwrap_or_default();
    let output = Rc::new(RefCell::new(output));
    let into = |threads: i32| {
        let output = Rc::clone(&output);
        move || host::extract_into(data, MEMUX_ENGINE_WALK, threads, &mut output.borrow_mut())
    };
    let (hand, copied) = (Rc::clone(&output), Rc::clone(&output));
    let by_hand = move || {
        let mut output = hand.borrow_mut();
        extract_by_hand(data, by_hand, &mut Target { buffer: &mut output, written: 0, pieces: None })
    };
    vec![
        variant("by hand", by_hand),
        variant("memux, walk", into(1)),
        Variant { name: "memux, walk, two threads (wall)", clock: Clock::Wall, run: Box::new(into(2)) },
        variant("memux, size alone", || host::extract_size(data, MEMUX_ENGINE_WALK)),
        variant("limit: memcpy of the payload", move || host::copy(&pieces, &mut copied.borrow_mut())),
    ]
}

fn remux_by_hand(data: &[u8], by_hand: &ByHand, target: &mut Target) -> u64 {
    target.written = 0;
    by_hand.remux(data, host::write, std::ptr::from_mut(target).cast())
}

/// The sink takes note of the bytes and copies nothing.
fn into_fragments<'a>(data: &'a [u8], by_hand: &'a ByHand) -> Vec<Variant<'a>> {
    vec![
        variant("by hand", || remux_by_hand(data, by_hand, &mut nowhere())),
        variant("memux, walk", || host::remux(data, MEMUX_ENGINE_WALK, true, &mut nowhere())),
        variant("memux, FFmpeg", || host::remux(data, MEMUX_ENGINE_FFMPEG, true, &mut nowhere())),
    ]
}

/// The sink copies the bytes into memory that is there.
fn copying_fragments<'a>(data: &'a [u8], by_hand: &'a ByHand, output: &'a mut [u8]) -> Vec<Variant<'a>> {
    let mut list = Target { pieces: Some(Vec::new()), ..nowhere() };
    host::remux(data, MEMUX_ENGINE_WALK, true, &mut list);
    // Headers are gone by now: as many bytes of the film stand for them.
    let within = data.as_ptr_range();
    let pieces = list.pieces.unwrap_or_default().into_iter();
    let pieces: Vec<_> = pieces
        .map(|(piece, size)| (if within.contains(&piece) { piece } else { data.as_ptr() }, size.min(data.len())))
        .collect();
    let output = Rc::new(RefCell::new(output));
    let into = |work: fn(&'a [u8], &'a ByHand, &mut Target) -> u64| {
        let output = Rc::clone(&output);
        move || work(data, by_hand, &mut Target { buffer: &mut output.borrow_mut(), written: 0, pieces: None })
    };
    let copied = Rc::clone(&output);
    vec![
        variant("by hand", into(remux_by_hand)),
        variant("memux, walk", into(|data, _, target| host::remux(data, MEMUX_ENGINE_WALK, false, target))),
        variant("memux, walk, writev", into(|data, _, target| host::remux(data, MEMUX_ENGINE_WALK, true, target))),
        variant("limit: memcpy of the payload", move || host::copy(&pieces, &mut copied.borrow_mut())),
    ]
}
