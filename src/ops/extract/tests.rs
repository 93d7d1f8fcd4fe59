//! Both ways of extracting over the same bytes: the walk gives what libavformat's muxer gives, or declines.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod files;
pub mod movie;
mod watched;
mod whole_packets;

use super::walk::{Job, from};
use super::*;
use crate::io::testing::{FakeWriter, QUICK};
use crate::io::{Buffer, Control, Memory, Writer};
use crate::limits::Limits;
use crate::ops::road_tests::rules;
use crate::ops::tests::clip;
use crate::ops::{Completeness, Engine};
use crate::walk::{self, Declined, Stop};
use movie::{Track, avcc, hvcc, sample, unit};

/// The same numbers every time.
pub struct Random(u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// What came out, how many packets that was, and how it ended.
type Outcome = (Vec<u8>, u64, Result<Note>);

fn by_ffmpeg(bytes: &[u8]) -> Outcome {
    // It has much to say about streams that are made up.
    crate::av::log::set(-1, Some(std::sync::Arc::new(|_, _| {})));
    let (mut buffer, mut report) = (Buffer::default(), Report::default());
    let run = Run { engine: Engine::Ffmpeg, ..Run::default() };
    let note = super::run(&mut Memory::new(bytes), &mut buffer, run, &Options::annex_b(), &mut report);
    let taken = buffer.take();
    assert_eq!(taken.len() as u64, report.bytes_written);
    (taken, report.packets, note)
}

fn walk_to(track: &Track, prefix: usize, sink: &mut dyn Sink, control: &Control) -> std::result::Result<u64, Stop> {
    let (rules, options, mut report) = (rules(), Options::annex_b(), Report::default());
    let job = Job { rules: &rules, control, options: &options };
    from(&track.demux(prefix), 0, &job, sink, &mut report).map(|()| report.packets)
}

/// The walk, and libavformat from where it declines: what came out and how it ended, and why it declined.
fn both_ways(track: &Track, prefix: usize, only_slices: bool) -> (Outcome, Option<Declined>) {
    let control = Control::unbounded();
    let mut sink = Writer::new(FakeWriter { only_slices, ..FakeWriter::default() }, QUICK, None);
    match walk_to(track, prefix, &mut sink, &control) {
        Ok(packets) => ((sink.into_host().taken, packets, Ok(Note::Done)), None),
        Err(Stop::Ended(error)) => panic!("{}", error.message),
        Err(Stop::Declined(declined)) => {
            let (mut report, mut found) = (Report::default(), Found::default());
            let movie = track.movie();
            let (options, written) = (Options::annex_b(), sink.position());
            let outlet = Outlet::again(&mut sink, &control, written);
            let note = by_libavformat(&mut Memory::new(&movie), outlet, None, &options, &mut report, &mut found);
            assert_eq!(control.progress().bytes_written, sink.position());
            ((sink.into_host().taken, report.packets, note), Some(declined))
        }
    }
}

/// Holds both ways against each other; tells whether the walk declined.
fn compare(track: &Track, name: &str) -> Option<Declined> {
    let expected = by_ffmpeg(&track.movie());
    let mut reason = None;
    for (prefix, only_slices) in [(0, false), (0, true), (3, true), (5, false)] {
        let (got, declined) = both_ways(track, prefix, only_slices);
        assert!(got.0 == expected.0, "{name}: bytes, {prefix}, {declined:?}\n{:x?}\n{:x?}", got.0, expected.0);
        assert_eq!(got.1, expected.1, "{name}: packets");
        let ends = |note: &Result<Note>| note.as_ref().map(|note| *note).map_err(|error| error.status);
        assert_eq!(ends(&got.2), ends(&expected.2), "{name}: {declined:?}");
        reason = declined;
    }
    reason
}

fn random_units(codec: walk::Codec, kinds: &[u8], random: &mut Random) -> Vec<Vec<u8>> {
    let count = random.below(6) + 1;
    let kinds: Vec<u8> = (0..count).map(|_| kinds[random.below(kinds.len())]).collect();
    let smallest = |kind| match (codec, kind) {
        (walk::Codec::Hevc, _) | (_, 5) => 2,
        _ => 0,
    };
    kinds.iter().map(|kind| unit(codec, *kind, smallest(*kind) + random.below(30), random)).collect()
}

fn random_track(codec: walk::Codec, random: &mut Random) -> Track {
    let width = random.below(4) + 1;
    let mut list = |most, kind| -> Vec<Vec<u8>> {
        let count = random.below(most);
        (0..count)
            .map(|_| {
                let size = random.below(20);
                unit(codec, kind, size, random)
            })
            .collect()
    };
    let (configuration, kinds): (_, &[u8]) = if codec == walk::Codec::Hevc {
        let lists = [(32, list(2, 32)), (33, list(3, 33)), (34, list(3, 34)), (39, list(2, 39))];
        let units: Vec<(u8, Vec<&[u8]>)> =
            lists.iter().map(|(kind, units)| (*kind, units.iter().map(Vec::as_slice).collect())).collect();
        let units: Vec<(u8, &[&[u8]])> = units.iter().map(|(kind, units)| (*kind, units.as_slice())).collect();
        (hvcc(width, &units), &[0, 1, 16, 19, 20, 21, 32, 33, 34, 39, 40])
    } else {
        let (sps, pps) = (list(4, 7), list(4, 8));
        let slices = |units: &'_ [Vec<u8>]| -> Vec<Vec<u8>> { units.to_vec() };
        let (sps, pps) = (slices(&sps), slices(&pps));
        let [sps, pps]: [Vec<&[u8]>; 2] = [&sps, &pps].map(|units| units.iter().map(Vec::as_slice).collect());
        (avcc(width, &sps, &pps), &[1, 1, 5, 5, 5, 6, 6, 7, 8, 9, 12, 20])
    };
    let samples = (0..random.below(12) + 1).map(|_| {
        let units = random_units(codec, kinds, random);
        let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
        sample(width, &units)
    });
    Track { codec, configuration, samples: samples.collect() }
}

#[test]
fn every_order_of_units_comes_out_as_the_muxer_writes_it() {
    for codec in [walk::Codec::H264, walk::Codec::Hevc] {
        let mut random = Random(7);
        for nth in 0..400 {
            let track = random_track(codec, &mut random);
            assert_eq!(compare(&track, &format!("{codec:?} {nth}")), None, "{codec:?} {nth}");
        }
    }
}

#[test]
fn what_hangs_on_bytes_behind_the_sample_is_left_to_libavformat() {
    let mut track = long_track(3);
    track.samples[1] = sample(4, &[&[0x65]]);
    assert!(compare(&track, "an IDR slice of one byte").is_some());
    track.samples[1] = vec![];
    assert!(matches!(walk_to(&track, 0, &mut Buffer::default(), &Control::unbounded()), Err(Stop::Declined(_))));
}

#[test]
fn a_damaged_sample_ends_both_ways_alike_and_nothing_is_written_twice() {
    for codec in [walk::Codec::H264, walk::Codec::Hevc] {
        let mut random = Random(11);
        let mut declined = 0;
        for nth in 0..400 {
            let mut track = random_track(codec, &mut random);
            let index = random.below(track.samples.len());
            let sample = &mut track.samples[index];
            match random.below(3) {
                0 => sample.truncate((sample.len() - 1).max(1)),
                1 => sample.push(0),
                _ => {
                    let at = random.below(sample.len());
                    sample[at] ^= 1 << random.below(8);
                }
            }
            declined += u32::from(compare(&track, &format!("{codec:?} {nth}")).is_some());
        }
        assert!(declined > 100, "only {declined} of 400 were damaged");
    }
}

/// As long as it takes for bytes to have gone out.
fn long_track(count: usize) -> Track {
    let mut random = Random(3);
    let [sps, pps] = [7, 8].map(|kind| unit(walk::Codec::H264, kind, 12, &mut random));
    let samples = (0..count).map(|nth| {
        let kind = if nth % 50 == 0 { 5 } else { 1 };
        let size = if nth % 7 == 0 { 9000 } else { 300 };
        let [sei, slice] = [(6, 20), (kind, size)].map(|(kind, size)| unit(walk::Codec::H264, kind, size, &mut random));
        sample(4, &[&sei, &slice])
    });
    let samples = samples.collect();
    Track { codec: walk::Codec::H264, configuration: avcc(4, &[&sps], &[&pps]), samples }
}

#[test]
fn a_walk_that_declines_after_bytes_have_gone_out_is_gone_on_with() {
    for bad in [0, 1, 300, 999] {
        let mut track = long_track(1000);
        track.samples[bad][0] = 0xff;
        let declined = compare(&track, &format!("bad sample {bad}"));
        assert!(declined.is_some());
        let expected = by_ffmpeg(&track.movie());
        assert!(bad == 0 || matches!(expected.2, Ok(Note::Truncated)));
    }
    // Bytes did go out.
    let mut track = long_track(1000);
    track.samples[999][0] = 0xff;
    for only_slices in [false, true] {
        let mut sink = Writer::new(FakeWriter { only_slices, ..FakeWriter::default() }, QUICK, None);
        assert!(walk_to(&track, 0, &mut sink, &Control::unbounded()).is_err());
        assert!(sink.position() > 100_000, "{}", sink.position());
    }
}

#[test]
fn the_first_sample_decides_whether_there_is_anything_to_convert() {
    let mut random = Random(5);
    let [sps, pps] = [7, 8].map(|kind| unit(walk::Codec::H264, kind, 10, &mut random));
    let slice = |size, random: &mut Random| unit(walk::Codec::H264, 5, size, random);
    let configurations = [
        avcc(4, &[&sps], &[&pps]),
        avcc(4, &[], &[&pps]),
        avcc(4, &[&sps], &[]),
        avcc(4, &[], &[]),
        vec![],
        vec![1, 2, 3],
        vec![0, 0, 1, 9, 9, 9, 9, 9],
        vec![0, 0, 0, 1, 9, 9, 9, 9, 9],
        avcc(4, &[&sps], &[&pps])[..20].to_vec(),
    ];
    for (nth, configuration) in configurations.into_iter().enumerate() {
        // A length of 256 to 511, and of 1, looks like a start code; a sample of four bytes is not looked at.
        for first in [300, 1, 255, 256, 511, 512, 40] {
            let samples = vec![sample(4, &[&slice(first, &mut random)]), sample(4, &[&slice(50, &mut random)])];
            let track = Track { codec: walk::Codec::H264, configuration: configuration.clone(), samples };
            compare(&track, &format!("configuration {nth}, first {first}"));
        }
        let samples = vec![vec![9, 9, 9, 9], sample(4, &[&slice(50, &mut random)])];
        let track = Track { codec: walk::Codec::H264, configuration: configuration.clone(), samples };
        compare(&track, &format!("configuration {nth}, short"));
        let samples = vec![[&[0, 0, 0, 1][..], &slice(50, &mut random)].concat(), vec![7; 40]];
        let track = Track { codec: walk::Codec::H264, configuration, samples };
        compare(&track, &format!("configuration {nth}, Annex B"));
    }
}

#[test]
fn a_configuration_of_hevc_that_is_odd_is_taken_as_the_muxer_takes_it() {
    let mut random = Random(9);
    let whole = hvcc(4, &[(32, &[&[64, 1, 2]]), (33, &[&[66, 1, 2, 3]]), (34, &[&[68, 1]])]);
    for length in 0..whole.len() {
        let units = [unit(walk::Codec::Hevc, 19, 40, &mut random), unit(walk::Codec::Hevc, 1, 30, &mut random)];
        let samples = units.iter().map(|unit| sample(4, &[unit])).collect();
        let track = Track { codec: walk::Codec::Hevc, configuration: whole[..length].to_vec(), samples };
        // Where it breaks off inside, this libavformat makes up bytes: nothing is promised but that the walk declines.
        let control = Control::unbounded();
        if length < 23 {
            compare(&track, &format!("{length} bytes"));
        } else {
            let walked = walk_to(&track, 0, &mut Buffer::default(), &control);
            assert!(matches!(walked, Err(Stop::Declined(_))), "{length} bytes");
        }
    }
    let track =
        Track { codec: walk::Codec::Hevc, configuration: hvcc(4, &[(1, &[&[1, 2]])]), samples: vec![vec![9; 40]] };
    assert!(compare(&track, "a slice among the sets").is_some());
}

fn configuration(bytes: &[u8], name: &[u8; 4]) -> Vec<u8> {
    let at = bytes.windows(4).position(|window| window == name).unwrap();
    let size = u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap()) as usize;
    bytes[at + 4..at + size - 4].to_vec()
}

#[test]
fn real_streams_come_out_as_the_muxer_writes_them() {
    for (name, codec, of) in [
        ("h264.mp4", walk::Codec::H264, b"avcC"),
        ("cut.mp4", walk::Codec::H264, b"avcC"),
        ("hevc.mp4", walk::Codec::Hevc, b"hvcC"),
    ] {
        let bytes = clip(name);
        let views = crate::ops::road_tests::packets(&bytes).unwrap();
        let samples = views.into_iter().filter(|view| view.stream == Some(0)).map(|view| view.data).collect();
        let track = Track { codec, configuration: configuration(&bytes, of), samples };
        let ((walked, packets, _), declined) = both_ways(&track, 0, true);
        assert_eq!(declined, None, "{name}");
        let (expected, count, _) = by_ffmpeg(&bytes);
        assert!(walked == expected && packets == count, "{name}");
    }
}

#[test]
fn the_limit_on_output_holds_to_the_byte() {
    let track = long_track(500);
    let (bytes, ..) = by_ffmpeg(&track.movie());
    for (limit, fits) in [(bytes.len() as u64, true), (bytes.len() as u64 - 1, false), (1, false)] {
        for only_slices in [false, true] {
            let limits = Limits { max_output_bytes: limit, ..Limits::default() };
            let control = Control::new(limits, None, None, None);
            let mut sink = Writer::new(FakeWriter { only_slices, ..FakeWriter::default() }, QUICK, None);
            match walk_to(&track, 0, &mut sink, &control) {
                Ok(_) => assert!(fits),
                Err(Stop::Ended(error)) => {
                    assert_eq!((error.status, error.limit), (Status::Limit, LimitKind::Output));
                    // All but the slice that would have been too much has gone out.
                    assert!(!fits && sink.position() <= limit && sink.position() + 9000 > limit);
                }
                Err(Stop::Declined(declined)) => panic!("{declined:?}"),
            }
            let taken = sink.into_host().taken;
            assert!(taken == bytes[..taken.len()]);
        }
    }
}

/// Into memory of `capacity` bytes, by so many threads: what is in there, and how it ended.
fn into_memory(track: &Track, capacity: usize, threads: u32) -> (Vec<u8>, u64, std::result::Result<u64, Stop>) {
    let mut memory = vec![0xEE; capacity];
    let control = Control::unbounded();
    control.set_total(Some(track.samples.iter().map(|sample| sample.len() as u64).sum()));
    let (rules, options, mut report) = (rules(), Options { threads, ..Options::annex_b() }, Report::default());
    let job = Job { rules: &rules, control: &control, options: &options };
    let mut place = Place::new(crate::mem::room(&mut memory));
    place.is_large();
    let result = from(&track.demux(0), 0, &job, &mut place, &mut report).map(|()| report.packets);
    let size = place.position();
    (memory, size, result)
}

#[test]
fn memory_of_the_host_holds_the_output_whatever_the_number_of_threads() {
    let mut track = long_track(9000);
    // Sets that come along are remembered to the end, in the second half too: no others are put in.
    let mut random = Random(4);
    let units = [7, 8, 5].map(|kind| unit(walk::Codec::H264, kind, 20, &mut random));
    track.samples[0] = sample(4, &[&units[0], &units[1], &units[2]]);
    let (bytes, packets, _) = by_ffmpeg(&track.movie());
    assert!(bytes.len() > 8 << 20);
    for threads in [1, 2] {
        for capacity in [bytes.len() + 100, bytes.len(), bytes.len() - 1, 100, 0] {
            let (memory, size, result) = into_memory(&track, capacity, threads);
            assert_eq!((size, result.unwrap()), (bytes.len() as u64, packets), "{threads} threads, {capacity} bytes");
            let kept = capacity.min(bytes.len());
            assert!(memory[..kept] == bytes[..kept], "{threads} threads, {capacity} bytes");
            assert!(memory[kept..].iter().all(|byte| *byte == 0xEE));
        }
    }
}

#[test]
fn an_odd_sample_in_the_second_half_is_left_to_libavformat_from_the_start() {
    let mut track = long_track(9000);
    track.samples[8000][0] = 0xff;
    let (memory, size, result) = into_memory(&track, 16 << 20, 2);
    assert!(matches!(result, Err(Stop::Declined(_))) && size == 0);
    assert!(memory.iter().all(|byte| *byte == 0xEE));
}

#[test]
fn a_buffer_of_the_library_is_as_large_as_what_it_holds() {
    let track = long_track(1000);
    let (bytes, ..) = by_ffmpeg(&track.movie());
    let mut buffer = Buffer::default();
    walk_to(&track, 0, &mut buffer, &Control::unbounded()).unwrap();
    let taken = buffer.take();
    assert!(taken == bytes);
    assert_eq!(taken.capacity(), bytes.len());
}

#[test]
fn the_size_is_that_of_the_output_and_too_little_room_is_told_with_it() {
    let bytes = clip("h264.mp4");
    let (whole, packets, _) = by_ffmpeg(&bytes);
    for engine in [Engine::Auto, Engine::Ffmpeg] {
        let run = || Run { engine, ..Run::default() };
        let mut report = Report::default();
        let (note, size) = run_to_size(&mut Memory::new(&bytes), run(), &Options::annex_b(), &mut report).unwrap();
        assert_eq!((note, size, report.packets), (Note::Done, whole.len() as u64, packets));
        assert_eq!((report.bytes_written, report.found.completeness), (0, Completeness::Complete));
        for capacity in [0, 1000, whole.len() - 1, whole.len(), whole.len() + 9] {
            let mut memory = vec![0xEE; capacity];
            let room = crate::mem::room(&mut memory);
            let result = run_into(&mut Memory::new(&bytes), room, run(), &Options::annex_b(), &mut report);
            let kept = capacity.min(whole.len());
            assert!(memory[..kept] == whole[..kept] && memory[kept..].iter().all(|byte| *byte == 0xEE));
            assert_eq!((report.bytes_written, report.packets), (kept as u64, packets));
            match result {
                Ok(note) => assert!(note == Note::Done && capacity >= whole.len()),
                Err(error) => {
                    assert_eq!((error.status, error.limit), (Status::Limit, LimitKind::Output));
                    assert!(capacity < whole.len() && error.message.contains(&whole.len().to_string()));
                }
            }
        }
    }
}
