#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::messages::recovery_point;
use super::*;

/// The bits of a unit behind its header, and the one that ends it.
fn unit(header: u8, bits: &str) -> Vec<u8> {
    let mut bits: Vec<u8> = bits.bytes().filter(|bit| matches!(bit, b'0' | b'1')).map(|bit| bit - b'0').collect();
    bits.push(1);
    bits.resize(bits.len().next_multiple_of(8), 0);
    let bytes = bits.chunks(8).map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | bit));
    [header].into_iter().chain(bytes).collect()
}

/// Baseline, id 0, pictures of one macroblock in their order; `references` as a number of bits, then the rest.
fn sps(references: &str) -> Vec<u8> {
    unit(0x67, &format!("01000010 00000000 00011110 1 1 011 {references} 0 1 1 1 1 0 0"))
}

const ONE: &str = "010";
const THREE: &str = "00100";
/// Set 0 of sequence 0: no slice groups, one reference in each list.
const PPS_BITS: &str = "1 1 00 1 1 1 000 1 1 1 000";

fn pps() -> Vec<u8> {
    unit(0x68, PPS_BITS)
}

fn configuration(sps: &[u8], pps: &[u8]) -> Vec<u8> {
    let length = |set: &[u8]| [0, u8::try_from(set.len()).unwrap()];
    [&[1, 66, 0, 30, 0xff, 0xe1], &length(sps)[..], sps, &[1], &length(pps), pps].concat()
}

fn sample(units: &[&[u8]]) -> Vec<u8> {
    units.iter().flat_map(|nal| [&u32::try_from(nal.len()).unwrap().to_be_bytes()[..], nal].concat()).collect()
}

fn with(sps: &[u8]) -> LengthPrefixed {
    LengthPrefixed::new(&configuration(sps, &pps())).unwrap()
}

const IDR: &[u8] = &[0x65, 0x88, 0x80, 0];
/// Macroblock 0, slice type 7: intra only; and 5: predicted. Both by set 0.
const INTRA: &[u8] = &[0x41, 0b1000_1000, 0b1000_0000, 1];
const PREDICTED: &[u8] = &[0x41, 0b1001_1011, 0, 1];

#[test]
fn idr_and_recovery_make_key_frames() {
    let mut parser = with(&sps(THREE));
    let mut is_key = |units: &[&[u8]]| parser.is_key(&sample(units)).unwrap();
    assert!(is_key(&[&[9, 0xf0], IDR]));
    assert!(!is_key(&[PREDICTED]));
    assert!(!is_key(&[INTRA]));
    assert!(is_key(&[&[6, 6, 1, 0xc4, 0x80], INTRA]), "a recovery point");
    assert!(is_key(&[&[6, 6, 1, 0xc4, 0x80], PREDICTED]));
    assert!(is_key(&[&[6, 2, 4, 0, 0, 3, 0, 9, 6, 1, 0xc4, 0x80], INTRA]), "behind a message with an escape");
    assert!(!is_key(&[&[6, 4, 1, 0xc4, 0x80], INTRA]), "another message");
    assert!(!is_key(&[INTRA]), "each access unit for itself");
}

#[test]
fn with_one_reference_an_intra_slice_is_a_key_frame() {
    let mut parser = with(&sps(ONE));
    assert_eq!(parser.is_key(&sample(&[INTRA])), Ok(true));
    assert_eq!(parser.is_key(&sample(&[PREDICTED])), Ok(false));
    assert_eq!(parser.is_key(&sample(&[&sps(THREE), &pps(), INTRA])), Ok(false), "parameter sets on the way");
    // A further macroblock first, and set 1, which is not there.
    assert_eq!(with(&sps(ONE)).is_key(&sample(&[&[0x41, 0b0100_0010, 0b0010_1000, 1]])), Ok(true));
    assert_eq!(with(&sps(ONE)).is_key(&sample(&[&[0x41, 0b1000_1000, 0b0100_0000, 1]])), Ok(false));
    // Two references by the picture's set.
    let two = unit(0x68, "1 1 00 1 010 1 000 1 1 1 000");
    assert_eq!(with(&sps(ONE)).is_key(&sample(&[&two, INTRA])), Ok(false));
}

#[test]
fn a_whole_sequence_is_read_before_it_counts() {
    // High, 4:4:4, one scaling list that goes on to its end, all of usability and cropping.
    let list = "1 1".to_string() + &"1".repeat(15) + &"0".repeat(11);
    let start = "01100100 00000000 00011110 1 00100 0 1 1 0 1";
    let order = "1 010 1 00100 00110 010 011";
    let picture = format!("{ONE} 0 1 1 0 1 1 1 010 010 1 1");
    let decoder = format!("1 1 {} 1 1 1 {}", "0".repeat(8), "0".repeat(20));
    let (aspect, signal) = (format!("1 {} {}", "1".repeat(8), "1".repeat(32)), format!("1 0101 1 {}", "0".repeat(24)));
    let timing = format!("1 {0} {0} 1", "1".repeat(32));
    let usability = format!("1 {aspect} 1 1 {signal} 1 1 1 {timing} {decoder} {decoder} 0 1 1 0 1 1 1 1 1 1");
    let whole = format!("{start} {list} {order} {picture} {usability}");
    assert_eq!(with(&unit(0x67, &whole)).is_key(&sample(&[INTRA])), Ok(true));
    let whole: String = whole.split_whitespace().collect();
    for end in 24..whole.len() {
        let mut parser = with(&unit(0x67, &whole[..end]));
        assert!(parser.is_key(&sample(&[INTRA])).is_err(), "{end}");
        assert_eq!(parser.is_key(&sample(&[PREDICTED])), Ok(false), "{end}");
    }
}

#[test]
fn a_picture_set_is_read_as_a_whole_too() {
    let further = |rest: &str| {
        let set = unit(0x68, &format!("{PPS_BITS} {rest}"));
        LengthPrefixed::new(&configuration(&sps(ONE), &set)).unwrap().is_key(&sample(&[INTRA]))
    };
    assert_eq!(further("1 1 00000000 1"), Ok(true), "transform of 8x8 and lists, none of them there");
    assert_eq!(further("0 0 000011001"), Ok(true), "an offset of -12");
    assert!(further("0 0 000011011").is_err(), "of -13");
    assert!(further("1 1 0000").is_err(), "cut");
}

#[test]
fn a_picture_set_whose_sequence_is_replaced_is_not_certain() {
    let mut parser = with(&sps(ONE));
    assert_eq!(parser.is_key(&sample(&[&sps(ONE), INTRA])), Ok(true), "the same again");
    assert!(parser.is_key(&sample(&[&sps(THREE), INTRA])).is_err());
    assert_eq!(parser.is_key(&sample(&[&pps(), INTRA])), Ok(false));
}

#[test]
fn what_is_not_understood_is_declined_where_it_matters() {
    assert!(LengthPrefixed::new(b"\0\0\0\x01\0\0\0\0").is_err(), "no avcC");
    assert!(LengthPrefixed::new(&configuration(&sps(ONE), &pps())[..12]).is_err(), "cut");
    let mut parser = with(&sps(ONE));
    assert!(parser.is_key(&sample(&[&[6, 0, 0, 1, 4], INTRA])).is_err(), "a start code");
    assert!(parser.is_key(&sample(&[&[0x41, 0b1000_1000, 0, 0, 1], INTRA])).is_err(), "a start code in a slice");
    assert!(parser.is_key(&sample(&[&[0x41, 0b1000_0101, 0b1000_0000]])).is_err(), "a slice of type 10");
    assert_eq!(parser.is_key(&[0, 0, 9, 9, 1]), Ok(false), "no slice");
    assert_eq!(parser.is_key(&sample(&[&[0x67, 66], PREDICTED])), Ok(false), "a set that breaks off");
    assert!(parser.is_key(&sample(&[INTRA])).is_err(), "from there on");
    assert_eq!(parser.is_key(&sample(&[IDR])), Ok(true));
}

#[test]
fn a_recovery_point_is_found_among_other_messages() {
    assert_eq!(recovery_point(&[6, 2, 2, 9, 9, 6, 1, 0xc4, 0x80]), Ok(true));
    assert_eq!(recovery_point(&[6, 2, 2, 6, 1, 0x80]), Ok(false), "inside of one");
    assert_eq!(recovery_point(&[6, 2, 200, 6, 1, 0xc4, 0x80]), Ok(false), "one that reaches past the end");
    assert!(recovery_point(&[6, 5, 2, 9, 9, 6, 1, 0xc4, 0x80]).is_err(), "behind one with a fault");
    assert!(recovery_point(&[6, 45, 1, 0, 6, 1, 0xc4, 0x80]).is_err(), "behind one that is not known");
    assert!(recovery_point(&[6, 6, 5, 0, 0, 3, 0, 0x40, 0, 0, 0x80]).is_err(), "more frames than there can be");
}
