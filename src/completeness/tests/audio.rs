//! Bare audio frames, and FLAC.

use super::*;

/// CRC with the polynomial of FLAC's frame headers (8 bits) or frames (16).
fn crc(bytes: &[u8], bits: u32, polynomial: u32) -> u32 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << (bits - 8), |crc, _| {
            let carried = if crc >> (bits - 1) & 1 == 1 { polynomial } else { 0 };
            (crc << 1 ^ carried) & (u32::MAX >> (32 - bits))
        })
    })
}

/// The header of a frame of 192 samples.
fn flac_header(number: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xf8, 0x10, 0x00, number];
    bytes.push(crc(&bytes, 8, 0x07) as u8);
    bytes
}

/// A frame of 192 samples, among whose bytes are those of another frame's header.
fn flac_frame(number: u8) -> Vec<u8> {
    let mut bytes = flac_header(number);
    bytes.extend((0..44).map(|nth: u8| nth.wrapping_mul(7).wrapping_add(number)));
    bytes.extend(flac_header(99));
    bytes.extend((crc(&bytes, 16, 0x8005) as u16).to_be_bytes());
    bytes
}

fn flac_with(total: u32) -> Vec<u8> {
    let mut bytes = b"fLaC\x80\0\0\x22".to_vec();
    bytes.extend_from_slice(&[0, 192, 0, 192, 0, 0, 0, 0, 0, 0, 0x0a, 0xc4, 0x42, 0xf0]);
    bytes.extend_from_slice(&total.to_be_bytes());
    bytes.extend_from_slice(&[0; 16]);
    (0..5).for_each(|number| bytes.extend(flac_frame(number)));
    bytes
}

pub fn flac() -> Vec<u8> {
    flac_with(5 * 192)
}

#[test]
fn a_flac_is_complete_when_its_last_frame_is_whole() {
    assert_eq!(verdict(Container::Flac, &flac()), Verdict::Complete);
}

#[test]
fn every_cut_of_a_flac_is_found() {
    // With less than its name it might be anything.
    assert_eq!(untold_cuts(Container::Flac, &flac()), [1, 2, 3]);
}

#[test]
fn a_tag_behind_the_last_flac_frame_is_of_no_account() {
    let tagged = [flac(), b"TAG".to_vec(), vec![0; 125]].concat();
    assert_eq!(verdict(Container::Flac, &tagged), Verdict::Complete);
}

#[test]
fn a_flac_of_open_length_is_unknown_at_a_frame_end_and_truncated_inside() {
    let open = flac_with(0);
    assert_eq!(verdict(Container::Flac, &open), Verdict::Unknown);
    assert_eq!(verdict(Container::Flac, &open[..open.len() - 58]), Verdict::Unknown);
    let cut = open.len() - 1;
    assert_eq!(verdict(Container::Flac, &open[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn a_damaged_flac_frame_is_not_a_missing_one() {
    let mut damaged = flac();
    let middle = damaged.len() - 58 * 2 - 20;
    damaged[middle] ^= 1;
    assert_eq!(verdict(Container::Flac, &damaged), Verdict::Complete);
}

/// 128 kbit/s at 44.1 kHz: 417 bytes.
fn mp3_frame(tag: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfb, 0x90, 0x00];
    bytes.resize(36, 0);
    bytes.extend_from_slice(tag);
    bytes.resize(417, 0x11);
    bytes
}

fn mp3_with(frames: u32, size: u32) -> Vec<u8> {
    let tag = [&b"Xing\0\0\0\x03"[..], &frames.to_be_bytes(), &size.to_be_bytes()].concat();
    let id3 = [&b"ID3\x04\0\0\0\0\0\x0a"[..], &[0; 10]].concat();
    [id3, mp3_frame(&tag), mp3_frame(&[]), mp3_frame(&[]), mp3_frame(&[])].concat()
}

pub fn mp3() -> Vec<u8> {
    mp3_with(3, 4 * 417)
}

#[test]
fn an_mp3_with_all_the_frames_that_its_tag_counts_is_complete() {
    assert_eq!(verdict(Container::Mp3, &mp3()), Verdict::Complete);
    let tagged = [mp3(), b"TAG".to_vec(), vec![0; 125]].concat();
    assert_eq!(verdict(Container::Mp3, &tagged), Verdict::Complete);
    for cut in mp3().len() + 1..tagged.len() {
        assert_eq!(verdict(Container::Mp3, &tagged[..cut]), Verdict::Truncated { at: cut as u64 });
    }
    assert_eq!(verdict(Container::Mp3, &[&mp3()[..], b"\n"].concat()), Verdict::Complete);
}

#[test]
fn zeros_that_a_tag_does_not_count_are_passed_over() {
    let padded = [mp3()[..20].to_vec(), vec![0; 10], mp3()[20..].to_vec()].concat();
    assert_eq!(verdict(Container::Mp3, &padded), Verdict::Complete);
}

#[test]
fn every_cut_of_an_mp3_that_counts_its_frames_is_found() {
    let head = 20 + 56;
    assert!(untold_cuts(Container::Mp3, &mp3()).iter().all(|cut| *cut < head));
}

#[test]
fn two_numbers_that_disagree_do_not_make_an_mp3_truncated() {
    assert_eq!(verdict(Container::Mp3, &mp3_with(3, 1 << 20)), Verdict::Complete);
    assert_eq!(verdict(Container::Mp3, &mp3_with(9, 4 * 417)), Verdict::Unknown);
}

#[test]
fn an_mp3_without_a_count_is_truncated_only_inside_a_frame() {
    let bare = [mp3_frame(&[]), mp3_frame(&[]), mp3_frame(&[])].concat();
    assert_eq!(verdict(Container::Mp3, &bare), Verdict::Unknown);
    assert_eq!(verdict(Container::Mp3, &bare[..834]), Verdict::Unknown);
    assert_eq!(verdict(Container::Mp3, &bare[..900]), Verdict::Truncated { at: 900 });
}

fn adts_frame(size: u16) -> Vec<u8> {
    let mut bytes =
        vec![0xff, 0xf1, 0x50, 0x80 | (size >> 11) as u8, (size >> 3) as u8, (size << 5) as u8 | 0x1f, 0xfc];
    bytes.resize(usize::from(size), 0x21);
    bytes
}

pub fn adts() -> Vec<u8> {
    [adts_frame(100), adts_frame(50), adts_frame(70)].concat()
}

#[test]
fn aac_frames_are_truncated_only_inside_one() {
    assert_eq!(verdict(Container::Aac, &adts()), Verdict::Unknown);
    let untold = untold_cuts(Container::Aac, &adts()).into_iter().filter(|cut| *cut > 9);
    assert_eq!(untold.collect::<Vec<_>>(), [100, 150]);
}

pub fn amr() -> Vec<u8> {
    let frame = |head: u8, size: usize| [vec![head], vec![0x55; size - 1]].concat();
    [b"#!AMR\n".to_vec(), frame(0x3c, 32), frame(0x04, 13), frame(0x3c, 32)].concat()
}

#[test]
fn amr_frames_are_truncated_only_inside_one() {
    assert_eq!(verdict(Container::Amr, &amr()), Verdict::Unknown);
    assert_eq!(untold_cuts(Container::Amr, &amr()).into_iter().filter(|cut| *cut > 8).collect::<Vec<_>>(), [38, 51]);
}
