//! Every container, cut at the boundaries of its packets: there a shorter file looks best.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::boundaries::{Kind, Packet, places, untold};
use super::cut_tests::found;
use super::tests::clip;
use super::{Completeness, Note, Run, open};
use crate::av::{self, Next};
use crate::io::{Inlet, Memory, Source};
use std::collections::BTreeMap;

/// Where libavformat finds the packets of all streams.
fn packets(bytes: &[u8]) -> Vec<Packet> {
    let mut source = Memory::new(bytes);
    let control = open::control(Run::default(), source.unblock()).unwrap();
    let mut inlet = Inlet::new(&mut source, &control).unwrap();
    let (mut input, _) = open::open(&mut inlet, None, false, |_| false).unwrap();
    let (mut packet, mut packets) = (av::Packet::new().unwrap(), Vec::new());
    while input.read(&mut packet).unwrap() == Next::Packet {
        let offset = packet.offset().map(|offset| usize::try_from(offset).unwrap());
        packets.push(Packet { offset, size: usize::try_from(packet.size()).unwrap() });
    }
    packets
}

/// Where a clip has more boundaries, so many of them are taken, spread evenly.
const BOUNDARIES: usize = 220;

/// Cuts each clip at its boundaries; gives how often each reason not to see it held.
fn cut_at_boundaries(names: &[&str]) -> BTreeMap<&'static str, usize> {
    let mut reasons = BTreeMap::new();
    for name in names {
        let (bytes, kind) = (clip(name), Kind::of(name));
        let places: Vec<_> = places(kind, &bytes, &packets(&bytes)).into_iter().collect();
        assert!(places.len() >= 40, "{name}: only {} boundaries", places.len());
        let taken = places.len().min(BOUNDARIES);
        for end in (0..taken).map(|nth| places[nth * places.len() / taken]) {
            let (note, completeness) = found(&bytes, end, name);
            let complete = completeness == Completeness::Complete;
            if note == Some(Note::Done) || complete {
                let reason = untold(kind, &bytes, end, complete);
                let reason =
                    reason.unwrap_or_else(|| panic!("{name} cut at {end} passes for whole ({completeness:?})"));
                *reasons.entry(reason).or_insert(0) += 1;
            }
        }
    }
    reasons
}

#[test]
fn a_container_that_promises_a_length_is_found_to_be_cut_at_boundaries_of_its_packets() {
    let reasons = cut_at_boundaries(&[
        "h264.mp4",
        "h264_moov_at_end.mp4",
        "multi_edit.mp4",
        "cover_then_video.mp4",
        "h264.mkv",
        "vp9.webm",
        "h264.avi",
        "h264.flv",
    ]);
    assert!(reasons.is_empty(), "{reasons:#?}");
}

#[test]
fn a_container_without_a_length_is_found_to_be_cut_at_boundaries_where_that_can_be_told() {
    for (name, most) in [
        // Every packet is whole PES packets.
        ("h264.ts", 220),
        ("mpeg2.mpg", 4),
        // One for each fragment.
        ("h264_fragmented.mp4", 5),
        // One for each block, of which some six in ten are taken.
        ("live.webm", 130),
    ] {
        let reasons = cut_at_boundaries(&[name]);
        let untold: usize = reasons.values().sum();
        assert!((1..=most).contains(&untold), "{name}: {untold} cuts left no trace: {reasons:#?}");
    }
}
