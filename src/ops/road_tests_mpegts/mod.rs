//! Transport streams: made in many ways, cut and damaged; the walk gives what libavformat gives, or declines.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod damage;
mod encoded;
mod make;
mod tables;

use super::road_tests::{compare, compare_samples};
use super::tests::clip;
use crate::walk::{Declined, Reason};
pub use damage::{completeness, filled, rich};
use make::*;

fn walked(maker: &Maker, name: &str) {
    compare(&maker.bytes, name).unwrap_or_else(|declined| panic!("{name}: {declined:?}"));
}

fn declined(maker: &Maker, name: &str) -> Declined {
    compare(&maker.bytes, name).expect_err(name)
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

fn h264() -> Vec<Vec<u8>> {
    pictures(&clip("h264.ts"))
}

const H264: &[Named] = &[(0x1b, VIDEO, &[])];

fn at(nth: usize) -> Pes {
    Pes { pts: Some(90_000 + 3000 * nth as u64), ..PLAIN }
}

/// Every picture in a PES packet of its own.
fn singly(maker: &mut Maker, pictures: &[Vec<u8>], how: impl Fn(usize) -> Pes) {
    for (nth, picture) in pictures.iter().enumerate() {
        maker.pes(VIDEO, 0xe0, how(nth), picture);
    }
}

#[test]
fn pictures_in_pes_packets_of_every_kind_are_walked() {
    let pictures = h264();
    for bounded in [false, true] {
        for dts in [false, true] {
            let mut maker = Maker::of(H264);
            singly(&mut maker, &pictures, |nth| Pes { bounded, dts: at(nth).pts.filter(|_| dts), ..at(nth) });
            walked(&maker, &format!("bounded {bounded}, dts {dts}"));
        }
    }
    let mut maker = Maker::of(H264);
    singly(&mut maker, &pictures, |_| PLAIN);
    walked(&maker, "without times");
}

#[test]
fn pictures_that_share_pes_packets_are_walked() {
    let pictures = h264();
    for share in [2, 3, 7] {
        let mut maker = Maker::of(H264);
        for (nth, group) in pictures.chunks(share).enumerate() {
            maker.pes(VIDEO, 0xe0, at(nth), &group.concat());
        }
        walked(&maker, &format!("{share} in a PES packet"));
    }
}

#[test]
fn pictures_that_begin_anywhere_in_a_pes_packet_are_walked() {
    let stream = h264().concat();
    let mut numbers = Numbers(7);
    for round in 0..40 {
        let mut maker = Maker::of(H264);
        let (mut rest, mut nth) = (&stream[..], 0);
        while !rest.is_empty() {
            let size = (1 + numbers.below(if round % 2 == 0 { 3000 } else { 90 })).min(rest.len());
            let most = 20 + numbers.below(165);
            maker.pes(VIDEO, 0xe0, Pes { most, bounded: numbers.below(2) == 0, ..at(nth) }, &rest[..size]);
            (rest, nth) = (&rest[size..], nth + 1);
        }
        walked(&maker, &format!("round {round}"));
    }
}

#[test]
fn a_start_code_in_two_packets_is_found_wherever_it_is_cut_and_whatever_the_second_is() {
    let pictures = h264();
    let filled = |begin: &[u8], size: usize| [begin, &vec![0x5a; size - begin.len()]].concat();
    for code in [&[0, 0, 1][..], &[0, 0, 0, 1]] {
        for cut in 0..7 {
            // The second packet is plain, or has so few bytes that they begin at an odd place or an even one.
            for size in [400, 12, 13, 14, 15, 16] {
                let mut maker = Maker::of(H264);
                singly(&mut maker, &pictures, at);
                // The PES header takes 14 bytes.
                let first = filled(&[0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x41, 0x9a], 170 + 2 * 184 - cut);
                let second = filled(&[code, &[0x41, 0x9a]].concat(), size + cut);
                maker.pes(VIDEO, 0xe0, at(pictures.len()), &[first, second].concat());
                maker.pes(VIDEO, 0xe0, at(pictures.len() + 1), &pictures[1]);
                walked(&maker, &format!("{code:?}, {cut} before {size}"));
            }
        }
    }
}

#[test]
fn a_stream_that_is_guessed_at_is_looked_at_wherever_a_pes_packet_begins() {
    for begin in [&[0xff, 0xf1][..], &[0, 0, 1]] {
        let mut maker = Maker::of(&[(0x1b, VIDEO, &[]), (0x0f, AUDIO, &[])]);
        singly(&mut maker, &h264(), at);
        for (nth, begin) in [&[0xff, 0xf1][..], begin].iter().enumerate() {
            maker.pes(AUDIO, 0xc0, Pes { bounded: true, ..at(nth) }, &[begin, &[0x55; 500][..]].concat());
        }
        match begin {
            [0, ..] => assert_eq!(declined(&maker, "a start code").reason, Reason::Structure),
            _ => walked(&maker, "none"),
        }
    }
}

#[test]
fn packets_with_a_stamp_before_or_check_bytes_behind_are_walked() {
    let pictures = h264();
    for around in [(4, 0), (0, 4), (0, 16)] {
        let mut maker = Maker { around, ..Maker::default() };
        maker.tables(&pat(0, &[(1, PMT)]), &pmt(1, 0, VIDEO, H264));
        singly(&mut maker, &pictures, at);
        walked(&maker, &format!("{around:?} bytes around"));
        maker.bytes.pop();
        declined(&maker, "cut");
    }
}

#[test]
fn streams_without_delimiters_or_parameter_sets_are_walked() {
    for kinds in [&[9][..], &[9, 6], &[9, 6, 7, 8], &[7, 8]] {
        let pictures: Vec<_> =
            h264().iter().map(|picture| without(picture, |first| kinds.contains(&(first & 0x1f)))).collect();
        for share in [1, 4] {
            let mut maker = Maker::of(H264);
            for (nth, group) in pictures.chunks(share).enumerate() {
                maker.pes(VIDEO, 0xe0, at(nth), &group.concat());
            }
            let name = format!("without {kinds:?}, {share} in a PES packet");
            if kinds.contains(&7) {
                // Nothing says how large the pictures are, so no muxer takes them.
                compare_samples(&maker.bytes, &name).unwrap();
                assert!(compare(&maker.bytes, &name).is_err());
            } else {
                walked(&maker, &name);
            }
        }
    }
}

#[test]
fn a_large_picture_is_walked_in_the_parts_that_libavformat_makes_of_it() {
    let mut pictures = h264();
    // Filler that no parser cares for: many parts, and the next pictures begin in the last of them.
    let whole = pictures[1].clone();
    let before = pictures[0].len() + whole.len() + 4;
    let near = (0..16).map(|nth| 204_400 - before + nth * 45);
    for size in near.chain([200_000, 410_000, 900_001]) {
        pictures[1] = [&whole[..], &[0, 0, 1, 12]].concat();
        pictures[1].extend(std::iter::repeat_n(0xff, size));
        let mut maker = Maker::of(H264);
        maker.pes(VIDEO, 0xe0, at(0), &pictures[..4].concat());
        singly(&mut maker, &pictures[4..], |nth| at(nth + 4));
        walked(&maker, &format!("{size} bytes more"));
    }
}

#[test]
fn a_lost_a_repeated_a_marked_and_a_scrambled_packet_are_declined() {
    let mut maker = Maker::of(H264);
    singly(&mut maker, &h264(), at);
    walked(&maker, "whole");
    let nth = |maker: &Maker, nth: usize| maker.bytes.clone().drain(nth * 188..nth * 188 + 188).collect::<Vec<u8>>();
    for at in 3..40 {
        let mut lost = maker.clone();
        lost.bytes.drain(at * 188..at * 188 + 188);
        assert_eq!(declined(&lost, "lost").reason, Reason::Damaged, "packet {at}");
        let mut repeated = maker.clone();
        repeated.bytes.splice(at * 188..at * 188, nth(&maker, at));
        assert_eq!(declined(&repeated, "repeated").reason, Reason::Damaged, "packet {at}");
        let mut marked = maker.clone();
        marked.bytes[at * 188 + 1] |= 0x80;
        assert_eq!(declined(&marked, "marked").reason, Reason::Damaged, "packet {at}");
        let mut scrambled = maker.clone();
        scrambled.bytes[at * 188 + 3] |= 0x80;
        assert_eq!(declined(&scrambled, "scrambled").reason, Reason::Encrypted, "packet {at}");
    }
}

#[test]
fn a_break_in_the_count_that_is_announced_is_walked() {
    let pictures = h264();
    let mut maker = Maker::of(H264);
    singly(&mut maker, &pictures[..5], at);
    for _ in 0..3 {
        maker.lose(VIDEO);
    }
    maker.adapted(VIDEO, true, &[0x80], &pes(0xe0, at(5), &pictures[5][..80]));
    maker.packet(VIDEO, false, &pictures[5][80..150]);
    walked(&maker, "announced");
    let flag = maker.bytes.len() - 2 * 188 + 5;
    maker.bytes[flag] = 0;
    declined(&maker, "not announced");
}

#[test]
fn what_stands_before_the_first_packet_is_left_to_libavformat() {
    for junk in [1, 4, 7, 100, 188, 376] {
        let mut maker = Maker::of(H264);
        singly(&mut maker, &h264(), at);
        maker.bytes.splice(..0, vec![0x5a; junk]);
        declined(&maker, &format!("{junk} bytes"));
    }
}
