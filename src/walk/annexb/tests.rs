//! What other majors of FFmpeg than the one at hand do. What that one does, its own muxer tells (src/ops/extract).

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::walk::{Media, Reason};

/// Two sets of one byte behind their headers.
const AVCC: &[u8] = &[1, 66, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 1, 1, 0, 2, 0x68, 2];

fn hvcc() -> Vec<u8> {
    [&[1; 21][..], &[0xff, 1, 33, 0, 1, 0, 3, 0x42, 1, 7]].concat()
}

struct Bare(Vec<u8>);

impl<'a> Out<'a> for Bare {
    fn put(&mut self, slice: &'a [u8]) -> Result<(), Stop> {
        self.0.extend_from_slice(slice);
        Ok(())
    }
}

fn rules(avformat_major: u32) -> Rules {
    Rules { avformat_major, max_streams: 9, max_packet_bytes: 1 << 20, max_probe_bytes: 1 << 20 }
}

fn sample(units: &[&[u8]]) -> Vec<u8> {
    units.iter().flat_map(|unit| [&[0, 0, 0, unit.len() as u8][..], unit].concat()).collect()
}

fn convert(major: u32, codec: Codec, configuration: &[u8], samples: &[Vec<u8>]) -> Result<Vec<u8>, Declined> {
    let stream = Stream {
        media: Media::Video,
        codec,
        is_cover: false,
        time_base: (1, 25),
        configuration,
        header_frames: None,
        has_dimensions: true,
    };
    let first = Data::Whole(&samples[0]);
    let mut filter = Filter::new(&stream, &first, &rules(major))?;
    let mut out = Bare(Vec::new());
    for bytes in samples {
        match filter.sample(&Data::Whole(bytes), &mut out) {
            Ok(()) => {}
            Err(Stop::Declined(declined)) => return Err(declined),
            Err(Stop::Ended(error)) => panic!("{}", error.message),
        }
    }
    Ok(out.0)
}

fn units(units: &[(usize, &[u8])]) -> Vec<u8> {
    units.iter().flat_map(|(start, unit)| [&[0, 0, 0, 1][4 - start..], unit].concat()).collect()
}

const SPS: &[u8] = &[0x67, 1];
const PPS: &[u8] = &[0x68, 2];
const IDR: &[u8] = &[0x65, 0x88, 3];
const SLICE: &[u8] = &[0x41, 0x9a, 4];
const PERIOD: &[u8] = &[0x06, 0, 1];

#[test]
fn a_buffering_period_gets_the_sets_in_front_since_ffmpeg_8() {
    let samples = [sample(&[PERIOD, IDR]), sample(&[SLICE]), sample(&[PERIOD, IDR])];
    let old = units(&[(4, PERIOD), (4, SPS), (4, PPS), (3, IDR)]);
    let new = units(&[(4, SPS), (4, PPS), (3, PERIOD), (3, IDR)]);
    let slice = units(&[(4, SLICE)]);
    let converted = |major| convert(major, Codec::H264, AVCC, &samples);
    assert_eq!(converted(59).unwrap(), [old.clone(), slice.clone(), old].concat());
    assert_eq!(converted(62).unwrap(), [new.clone(), slice.clone(), new].concat());
    assert_eq!(converted(60).unwrap_err().reason, Reason::Structure);
    assert_eq!(converted(61).unwrap_err().reason, Reason::Structure);
}

#[test]
fn sets_in_a_sample_replace_the_stored_ones_since_ffmpeg_7() {
    let other: [&[u8]; 3] = [&[0x67, 9], &[0x67, 8], &[0x68, 7]];
    let samples = [sample(&[other[0], other[1], other[2], IDR]), sample(&[SLICE]), sample(&[IDR])];
    let brought = units(&[(4, other[0]), (4, other[1]), (4, other[2]), (3, IDR), (4, SLICE)]);
    let latest = units(&[(4, other[0]), (4, other[1]), (4, other[2]), (3, IDR)]);
    let converted = |major| convert(major, Codec::H264, AVCC, &samples).unwrap();
    assert_eq!(converted(62), [brought.clone(), latest].concat());
    assert_eq!(converted(61), converted(62));
    // To an older filter the sets that came along once are there for good.
    assert_eq!(converted(59), [brought, units(&[(4, IDR)])].concat());
}

#[test]
fn what_majors_do_differently_is_declined_where_that_is_not_known_for_certain() {
    let long: Vec<u8> = [&[0, 0, 1, 4][..], &[0x65; 260]].concat();
    assert!(convert(59, Codec::H264, AVCC, std::slice::from_ref(&long)).is_ok());
    assert!(convert(61, Codec::H264, AVCC, std::slice::from_ref(&long)).is_err());

    let (configuration, irap) = (hvcc(), &[0x26, 1, 5][..]);
    let with_set = [sample(&[&[0x42, 1, 9], irap])];
    let without = [sample(&[irap])];
    assert_eq!(
        convert(59, Codec::Hevc, &configuration, &with_set).unwrap(),
        units(&[(4, &[0x42, 1, 9]), (4, &[0x42, 1, 7]), (4, irap)])
    );
    assert!(convert(61, Codec::Hevc, &configuration, &with_set).is_err());
    for major in [59, 60, 61, 63] {
        let expected = units(&[(4, &[0x42, 1, 7]), (4, irap)]);
        assert_eq!(convert(major, Codec::Hevc, &configuration, &without).unwrap(), expected, "{major}");
    }
}

#[test]
fn an_output_that_a_packet_could_not_hold_is_declined_before_it_is_made() {
    // Some 300 kilobytes of sets in front of each of 20 000 pictures of two bytes.
    let set = vec![0x67; 60_000];
    let mut configuration = vec![1, 66, 0, 30, 0xff, 0xe5];
    for _ in 0..5 {
        configuration.extend(60_000u16.to_be_bytes());
        configuration.extend(&set);
    }
    configuration.push(0);
    let bytes = sample(&[&[0x65, 0x88][..]; 20_000]);
    let declined = convert(59, Codec::H264, &configuration, &[bytes]).unwrap_err();
    assert_eq!(declined.reason, Reason::Structure);
}
