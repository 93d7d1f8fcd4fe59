//! Transport streams that are damaged: what is walked is what libavformat gives.

use super::Numbers;
use super::make::*;
use super::{at, h264};
use crate::io::Memory;
use crate::ops::count::{self, Mode};
use crate::ops::road_tests::compare;
use crate::ops::tests::clip;
use crate::ops::{Completeness, Run, Select};

pub fn completeness(bytes: &[u8]) -> Completeness {
    let mut report = count::Report::default();
    let run = Run { engine: crate::ops::Engine::Ffmpeg, ..Run::default() };
    let options = count::Options { mode: Mode::Packets, select: Select::FirstVideo };
    drop(count::run(&mut Memory::new(bytes), run, &options, &mut report));
    report.found.completeness
}

#[test]
fn a_unit_that_is_no_pes_packet_is_declined_on_the_video_and_of_no_account_elsewhere() {
    let pictures = h264();
    for (pid, fine) in [(VIDEO, false), (AUDIO, true), (0x333, true)] {
        let mut maker = Maker::of(&[(0x1b, VIDEO, &[]), (0x0f, AUDIO, &[])]);
        for (nth, picture) in pictures.iter().enumerate() {
            maker.pes(VIDEO, 0xe0, at(nth), picture);
            maker.packet(pid, true, &[9; 184]);
            maker.packet(pid, false, &[9; 184]);
        }
        maker.pes(VIDEO, 0xe0, at(99), &pictures[0]);
        assert_eq!(compare(&maker.bytes, "no PES packet").is_ok(), fine, "on {pid}");
    }
}

/// A stream with several programs, a guide, stamps before the packets and pictures that share PES packets.
pub fn rich() -> Vec<u8> {
    let pictures = h264();
    let mut maker = Maker { around: (4, 0), ..Maker::default() };
    let first = pmt(1, 0, VIDEO, &[(0x1b, VIDEO, &[]), (0x0f, AUDIO, &[10, 4, 1, 2, 3, 0])]);
    maker.tables(&pat(0, &[(1, PMT), (2, 0x1001)]), &first);
    maker.section(0x12, &section(0x4e, 1, 0, &[0; 200]));
    for (nth, group) in pictures.chunks(2).enumerate() {
        if nth % 3 == 2 {
            maker.section(0x1001, &pmt(2, 0, 0x200, &[(0x06, 0x200, &[5, 4, b'H', b'E', b'V', b'C'])]));
        }
        maker.pes(VIDEO, 0xe0, Pes { bounded: nth % 2 == 0, ..at(nth) }, &group.concat());
        maker.packet(0x1fff, false, &[0xff; 184]);
    }
    maker.bytes
}

/// Pictures that fill their last packets, so that it does not show by those that one is cut off: of H.264, and of MPEG-2,
/// whose own headers tell.
pub fn filled() -> [Vec<u8>; 2] {
    [(0x1b, h264()), (0x02, pictures(&clip("mpeg2.mpg")))].map(|(kind, pictures)| {
        let mut maker = Maker::of(&[(kind, VIDEO, &[])]);
        for (nth, mut picture) in pictures.into_iter().take(12).enumerate() {
            let size = pes(0xe0, at(nth), &picture).len();
            picture.resize(picture.len() + size.next_multiple_of(184) - size, 0);
            maker.pes(VIDEO, 0xe0, at(nth), &picture);
        }
        maker.bytes
    })
}

#[test]
fn a_stream_with_changed_bytes_is_declined_or_walked_as_libavformat_reads_it() {
    let mut numbers = Numbers(11);
    for (name, bytes) in [("h264.ts", clip("h264.ts")), ("hevc.ts", clip("hevc.ts")), ("rich", rich())] {
        let (mut walked, mut left) = (0, 0);
        for round in 0..300 {
            let mut bytes = bytes.clone();
            for _ in 0..1 + round % 3 {
                // Half of the changes are in headers, where they matter more.
                let packet = numbers.below(bytes.len() / 188) * 188;
                let place = if round % 2 == 0 { packet + numbers.below(30) } else { numbers.below(bytes.len()) };
                bytes[place] =
                    if round % 5 == 0 { numbers.below(256) as u8 } else { bytes[place] ^ 1 << numbers.below(8) };
            }
            match compare(&bytes, &format!("{name}, round {round}")) {
                Ok(()) => walked += 1,
                Err(_) => left += 1,
            }
        }
        assert!(walked > 20 && left > 20, "{name}: {walked} walked, {left} declined");
    }
}
