//! Transport streams that are read at a lean pace, beside the same bytes read thoroughly: one answer, whatever is wrong
//! with them. A source that cannot seek is always read thoroughly, since it cannot be begun again.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::count::{self, Mode};
use super::tests::clip;
use super::{Engine, Run, Select};
use crate::io::testing::{FakeReader, QUICK};
use crate::io::{HostReader, Memory, Reader, Seekability, Source};
use std::cell::Cell;
use std::rc::Rc;

/// Counts how often it is sent back to its beginning.
struct Returning {
    host: FakeReader,
    returns: Rc<Cell<usize>>,
}

impl HostReader for Returning {
    fn read(&mut self, buf: &mut [u8]) -> i32 {
        self.host.read(buf)
    }

    fn seek(&mut self, offset: i64, whence: i32) -> i64 {
        self.returns.set(self.returns.get() + usize::from(offset == 0 && whence == libc::SEEK_SET));
        self.host.seek(offset, whence)
    }
}

const PACKET: usize = 188;

/// The same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// All that a host is told but for the calls and what they brought.
fn told(source: &mut dyn Source, mode: Mode) -> String {
    crate::av::log::set(-1, Some(std::sync::Arc::new(|_, _| {})));
    let run = Run { engine: Engine::Ffmpeg, ..Run::default() };
    let (options, mut report) = (count::Options { mode, select: Select::FirstVideo }, count::Report::default());
    let note = count::run(source, run, &options, &mut report).map_err(|error| (error.status, error.message));
    (report.found.bytes_read, report.found.calls) = (0, crate::io::Calls::default());
    format!("{note:?} {report:?}")
}

fn compare(bytes: &[u8], modes: &[Mode], context: &str) {
    for mode in modes.iter().copied() {
        let reader = |seekability| Reader::new(FakeReader::new(bytes), seekability, None, None, QUICK);
        let thorough = told(&mut reader(Seekability::None), mode);
        assert_eq!(told(&mut Memory::new(bytes), mode), thorough, "memory, {context}");
        assert_eq!(told(&mut reader(Seekability::Cheap), mode), thorough, "callbacks, {context}");
    }
}

fn pid(packet: &[u8]) -> u16 {
    u16::from_be_bytes([packet[1] & 0x1f, packet[2]])
}

#[test]
fn whatever_is_wrong_with_a_transport_stream_a_lean_count_is_a_thorough_one() {
    let mut random = Random(11);
    for name in ["h264.ts", "hevc.ts"] {
        let whole = clip(name);
        compare(&whole, &[Mode::Packets, Mode::Presented, Mode::Header], name);
        let count = whole.len() / PACKET;
        for round in 0..240 {
            let mut packets: Vec<Vec<u8>> = whole.chunks(PACKET).map(<[u8]>::to_vec).collect();
            // Half of the damage to other streams than the video, which is most of the packets.
            let mut at = random.below(count);
            if round % 2 == 0 {
                let others: Vec<usize> = (0..count).filter(|nth| pid(&packets[*nth]) != 0x100).collect();
                at = others[random.below(others.len())];
            }
            match round / 2 % 10 {
                0 => drop(packets.remove(at)),
                1 => packets.insert(at, packets[at].clone()),
                2 => packets[at][1] |= 0x80,
                3 => packets[at][3] ^= 1 + random.below(15) as u8,
                4 => packets[at][0] = 0,
                5 => packets[at].truncate(random.below(PACKET)),
                6 => packets[at][3] ^= 0xc0,
                7 => packets.truncate(at),
                8 => {
                    let byte = 4 + random.below(20);
                    packets[at][byte] = random.below(256) as u8;
                }
                _ => {
                    let junk = vec![random.below(256) as u8; 1 + random.below(1000)];
                    packets.insert(at, junk);
                }
            }
            compare(&packets.concat(), &[Mode::Packets], &format!("{name}, round {round}, packet {at}"));
        }
    }
}

/// A length in a PES packet of another stream that is not that of the packet: no counter tells of it.
#[test]
fn a_wrong_length_in_another_stream_is_told_at_a_lean_pace_too() {
    for name in ["h264.ts", "hevc.ts"] {
        let whole = clip(name);
        let begins = |packet: &[u8]| packet[1] & 0x40 != 0 && pid(packet) == 0x101;
        let nth = whole.chunks(PACKET).position(begins).expect("a second stream");
        let start = (nth * PACKET..).find(|at| whole[*at..].starts_with(&[0, 0, 1])).unwrap();
        for change in [1, 255, 17] {
            let mut bytes = whole.clone();
            bytes[start + 5] = bytes[start + 5].wrapping_add(change);
            compare(&bytes, &[Mode::Packets], &format!("{name}, length changed by {change}"));
            // One that is too short is passed over by libavformat: its parser does not keep the mark.
            let said = told(&mut Memory::new(&bytes), Mode::Packets);
            assert!(change == 255 || said.contains("Truncated"), "{name}, {change}: {said}");
        }
    }
}

#[test]
fn a_stream_in_order_is_read_once_and_one_that_is_not_is_begun_again() {
    let whole = clip("h264.ts");
    let reads = |bytes: &[u8]| {
        let returns = Rc::new(Cell::new(0));
        let host = Returning { host: FakeReader::new(bytes), returns: Rc::clone(&returns) };
        told(&mut Reader::new(host, Seekability::Cheap, Some(bytes.len() as u64), None, QUICK), Mode::Packets);
        returns.get()
    };
    assert_eq!(reads(&whole), 0);
    let mut lost = whole.clone();
    lost.drain(whole.len() / PACKET / 2 * PACKET..(whole.len() / PACKET / 2 + 1) * PACKET);
    assert_eq!(reads(&lost), 1);
}
