//! FLV tags, RIFF chunks, Ogg pages.

use super::make::chunk;
use super::*;

fn tag(kind: u8, time: u32, data: &[u8]) -> Vec<u8> {
    let size = data.len() as u32;
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&size.to_be_bytes()[1..]);
    bytes.extend_from_slice(&time.to_be_bytes()[1..]);
    bytes.extend_from_slice(&[(time >> 24) as u8, 0, 0, 0]);
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(&(size + 11).to_be_bytes());
    bytes
}

fn number(name: &str, value: f64) -> Vec<u8> {
    [&(name.len() as u16).to_be_bytes()[..], name.as_bytes(), &[0], &value.to_be_bytes()].concat()
}

fn metadata(duration: f64, size: f64) -> Vec<u8> {
    let numbers = [number("duration", duration), number("width", 64.0), number("filesize", size)].concat();
    tag(18, 0, &[&[2, 0, 10][..], b"onMetaData", &[8, 0, 0, 0, 3], &numbers, &[0, 0, 9]].concat())
}

fn flv_with(metadata: &[u8], frames: u32, end: bool) -> Vec<u8> {
    let mut bytes = b"FLV\x01\x05\0\0\0\x09\0\0\0\0".to_vec();
    bytes.extend_from_slice(metadata);
    for frame in 0..frames {
        bytes.extend(tag(9, frame * 500, &[0x17, 1, 0, 0, 0, 1, 2, 3]));
        bytes.extend(tag(8, frame * 500, &[0xaf, 1, 2, 3]));
    }
    if end {
        bytes.extend(tag(9, frames * 500, &[0x17, 2, 0, 0, 0]));
    }
    bytes
}

pub fn flv() -> Vec<u8> {
    let size = flv_with(&metadata(3.0, 0.0), 6, true).len();
    flv_with(&metadata(3.0, size as f64), 6, true)
}

#[test]
fn an_flv_that_ends_with_its_end_of_sequence_is_complete() {
    assert_eq!(verdict(Container::Flv, &flv()), Verdict::Complete);
    assert_eq!(verdict(Container::Flv, &flv_with(&[], 4, true)), Verdict::Complete);
    assert_eq!(shown(Container::Flv, &flv(), None, 7).tracks(), 2);
}

#[test]
fn no_cut_flv_passes_for_complete() {
    let whole = flv();
    assert_eq!(untold_cuts(Container::Flv, &whole), [13]);
}

#[test]
fn an_flv_tag_that_is_cut_is_found_without_metadata() {
    let whole = flv_with(&[], 3, false);
    assert_eq!(verdict(Container::Flv, &whole), Verdict::Unknown);
    for cut in untold_cuts(Container::Flv, &whole).into_iter().filter(|cut| *cut > 13) {
        assert!([23, 42].contains(&((cut - 13) % 42 + if (cut - 13) % 42 == 0 { 42 } else { 0 })), "{cut}");
    }
}

#[test]
fn a_wrong_file_size_does_not_make_an_flv_truncated_whose_video_has_come_to_its_end() {
    let wrong = flv_with(&metadata(3.0, 1_000_000.0), 6, true);
    assert_eq!(verdict(Container::Flv, &wrong), Verdict::Unknown);
    let cut = flv_with(&metadata(2.9, 1_000_000.0), 6, false);
    assert_eq!(verdict(Container::Flv, &cut), Verdict::Truncated { at: cut.len() as u64 });
}

fn main_header(flags: u32) -> Vec<u8> {
    let mut fields = [0_u8; 56];
    fields[12..16].copy_from_slice(&flags.to_le_bytes());
    chunk(b"avih", &[&fields])
}

fn avi_parts(flags: u32) -> [Vec<u8>; 3] {
    let stream = chunk(b"LIST", &[b"strl", &chunk(b"strh", &[&[0; 56]]), &chunk(b"strf", &[&[0; 40]])]);
    [
        chunk(b"LIST", &[b"hdrl", &main_header(flags), &stream, &stream]),
        chunk(b"LIST", &[b"movi", &chunk(b"00dc", &[&[5; 31]]), &chunk(b"01wb", &[&[6; 20]])]),
        chunk(b"idx1", &[&[0; 32]]),
    ]
}

pub fn avi() -> Vec<u8> {
    let [head, movi, index] = avi_parts(0x10);
    chunk(b"RIFF", &[b"AVI ", &head, &movi, &index])
}

pub fn wav() -> Vec<u8> {
    chunk(b"RIFF", &[b"WAVE", &chunk(b"fmt ", &[&[1; 16]]), &chunk(b"data", &[&[7; 200]])])
}

#[test]
fn a_riff_file_is_complete_where_its_chunks_end() {
    assert_eq!(verdict(Container::Avi, &avi()), Verdict::Complete);
    assert_eq!(verdict(Container::Wav, &wav()), Verdict::Complete);
    assert_eq!(shown(Container::Avi, &avi(), None, 7).tracks(), 2);
}

#[test]
fn every_cut_of_a_riff_file_is_found() {
    assert!(untold_cuts(Container::Avi, &avi()).is_empty());
    assert!(untold_cuts(Container::Wav, &wav()).is_empty());
}

#[test]
fn an_outermost_size_that_counts_its_own_header_is_forgiven() {
    let mut file = wav();
    let size = file.len() as u32;
    file[4..8].copy_from_slice(&size.to_le_bytes());
    assert_eq!(verdict(Container::Wav, &file), Verdict::Complete);
}

#[test]
fn a_missing_pad_byte_at_the_end_is_forgiven() {
    let odd = chunk(b"RIFF", &[b"WAVE", &chunk(b"fmt ", &[&[1; 16]]), b"data\x05\0\0\0sound"]);
    let file = &odd[..odd.len() - 1];
    assert_eq!(verdict(Container::Wav, file), Verdict::Complete);
}

#[test]
fn sizes_left_open_tell_nothing_of_a_wav() {
    let mut file = wav();
    let data = file.len() - 204;
    file[4..8].fill(0xff);
    file[data..data + 4].fill(0xff);
    assert_eq!(verdict(Container::Wav, &file), Verdict::Unknown);
}

#[test]
fn a_large_wav_has_its_sizes_in_a_chunk_of_their_own() {
    let large = |size: u64, data: u64| chunk(b"ds64", &[&size.to_le_bytes(), &data.to_le_bytes(), &[0; 12]]);
    let body = |ds64: &[u8]| {
        let mut file = chunk(b"RF64", &[b"WAVE", ds64, &chunk(b"fmt ", &[&[1; 16]]), &chunk(b"data", &[&[7; 200]])]);
        let data = file.len() - 204;
        file[4..8].fill(0xff);
        file[data..data + 4].fill(0xff);
        file
    };
    let size = body(&large(0, 0)).len() as u64 - 8;
    let whole = body(&large(size, 200));
    assert_eq!(verdict(Container::Wav, &whole), Verdict::Complete);
    let cut = whole.len() - 1;
    assert_eq!(verdict(Container::Wav, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn an_avi_left_open_is_followed_chunk_by_chunk() {
    let [head, mut movi, _] = avi_parts(0);
    movi[4..8].fill(0);
    let mut file = chunk(b"RIFF", &[b"AVI ", &head, &movi]);
    file[4..8].fill(0);
    assert_eq!(verdict(Container::Avi, &file), Verdict::Unknown);
    let cut = file.len() - 1;
    assert_eq!(verdict(Container::Avi, &file[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn riffs_left_open_may_follow_each_other() {
    let open = |kind: &[u8; 4], parts: &[&[u8]]| {
        let mut bytes = chunk(kind, parts);
        bytes[4..8].fill(0);
        bytes
    };
    let [head, ..] = avi_parts(0);
    let movi = open(b"LIST", &[b"movi", &chunk(b"00dc", &[&[5; 30]])]);
    let file = [open(b"RIFF", &[b"AVI ", &head, &movi]), open(b"RIFF", &[b"AVIX", &movi])].concat();
    assert_eq!(verdict(Container::Avi, &file), Verdict::Unknown);
    let cut = file.len() - 1;
    assert_eq!(verdict(Container::Avi, &file[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn an_announced_avi_index_that_is_missing_is_a_cut() {
    let [head, mut movi, _] = avi_parts(0x10);
    movi[4..8].fill(0);
    let mut file = chunk(b"RIFF", &[b"AVI ", &head, &movi]);
    file[4..8].fill(0);
    assert_eq!(verdict(Container::Avi, &file), Verdict::Truncated { at: file.len() as u64 });
}

#[test]
fn the_super_index_promises_the_riffs_that_follow() {
    let with_index = |place: u64| {
        let index = [&[4, 0, 0, 0, 1, 0, 0, 0][..], &[0; 16], &place.to_le_bytes(), &64_u32.to_le_bytes(), &[0; 4]];
        let stream = chunk(b"LIST", &[b"strl", &chunk(b"strh", &[&[0; 56]]), &chunk(b"indx", &index)]);
        let head = chunk(b"LIST", &[b"hdrl", &main_header(0), &stream]);
        chunk(b"RIFF", &[b"AVI ", &head, &chunk(b"LIST", &[b"movi", &[0; 16]])])
    };
    let first = with_index(0).len() as u64;
    let second = chunk(b"RIFF", &[b"AVIX", &chunk(b"LIST", &[b"movi", &chunk(b"ix00", &[&[0; 56]])])]);
    let whole = [with_index(first + 24), second].concat();
    assert_eq!(verdict(Container::Avi, &whole), Verdict::Complete);
    assert_eq!(verdict(Container::Avi, &whole[..first as usize]), Verdict::Truncated { at: first });
}

fn page(flags: u8, serial: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"OggS\0".to_vec();
    bytes.push(flags);
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&[serial, 0, 0, 0]);
    bytes.extend_from_slice(&[0; 8]);
    bytes.push(1);
    bytes.push(data.len() as u8);
    bytes.extend_from_slice(data);
    bytes
}

pub fn ogg() -> Vec<u8> {
    let begins = [page(2, 1, b"first"), page(2, 2, b"second")].concat();
    [begins, page(0, 1, &[3; 90]), page(0, 2, &[4; 80]), page(4, 1, &[5; 70]), page(4, 2, &[6; 60])].concat()
}

#[test]
fn an_ogg_is_complete_when_each_stream_has_had_its_last_page() {
    assert_eq!(verdict(Container::Ogg, &ogg()), Verdict::Complete);
    assert_eq!(shown(Container::Ogg, &ogg(), None, 7).tracks(), 2);
}

#[test]
fn every_cut_of_an_ogg_is_found() {
    // With less than a capture pattern it might be anything.
    assert_eq!(untold_cuts(Container::Ogg, &ogg()), [1, 2, 3]);
}

#[test]
fn a_stream_that_goes_on_after_its_last_page_has_not_ended() {
    let chained = [ogg(), page(2, 1, b"again")].concat();
    assert_eq!(verdict(Container::Ogg, &chained), Verdict::Truncated { at: chained.len() as u64 });
}

#[test]
fn junk_between_ogg_pages_is_passed_over() {
    let data = [page(2, 1, b"first"), vec![0x4f; 333], page(4, 1, b"last")].concat();
    assert_eq!(verdict(Container::Ogg, &data), Verdict::Complete);
}

#[test]
fn junk_behind_the_last_ogg_page_is_of_no_account() {
    assert_eq!(verdict(Container::Ogg, &[ogg(), vec![1; 50]].concat()), Verdict::Complete);
}
