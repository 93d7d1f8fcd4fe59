//! Claims that libavformat would pay for with memory.

use super::super::mp4::inflate;
use super::make::*;
use super::*;

const MP4: Container = Container::Mp4;

fn constant(size: u32, count: u32) -> Vec<u8> {
    boxed(b"stsz", &[&words(&[0, size, count])])
}

fn file(traks: &[Trak], extra: &[u8]) -> Vec<u8> {
    [ftyp(), moov(traks, extra), boxed(b"mdat", &[&[0; 64]])].concat()
}

/// Refused however the bytes come; whether the size is known or not.
fn refused(data: &[u8]) -> bool {
    let outcomes: Vec<bool> = [1, 7, data.len()]
        .into_iter()
        .flat_map(|chunk| [None, Some(data.len() as u64)].map(|size| try_shown(MP4, data, size, chunk).is_err()))
        .collect();
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
    outcomes[0]
}

fn video(stsz: Vec<u8>) -> Trak {
    Trak { stsz, ..Trak::video(&[100]) }
}

#[test]
fn one_number_cannot_stand_for_billions_of_samples() {
    for count in [u32::MAX, 1 << 27] {
        let small = file(&[video(constant(1, count))], &[]);
        assert!(small.len() < 4096);
        assert!(refused(&small), "{count}");
    }
}

#[test]
fn as_many_constant_samples_as_there_may_be_bytes_are_believed() {
    assert!(!refused(&file(&[video(constant(1, 60_000))], &[])));
    let file = file(&[video(constant(1, 200_000))], &[]);
    assert!(try_shown(MP4, &file, Some(file.len() as u64), 7).is_err());
    assert!(try_shown(MP4, &file, Some(200_000), 7).is_ok());
    assert!(try_shown(MP4, &file, None, 7).is_ok());
}

#[test]
fn many_tracks_share_one_budget() {
    let traks: Vec<Trak> = (0..20).map(|_| video(constant(1, 60_000))).collect();
    let file = file(&traks, &[]);
    assert!(try_shown(MP4, &file, Some(file.len() as u64), 7).is_err());
}

#[test]
fn uncompressed_sound_may_have_any_number_of_samples() {
    let mut sound = video(constant(4, 500_000_000));
    sound.handler = *b"soun";
    sound.stts = boxed(b"stts", &[&words(&[0, 1, 500_000_000, 1])]);
    sound.stsc = boxed(b"stsc", &[&words(&[0, 1, 1, 48_000, 1])]);
    assert!(!refused(&file(&[sound], &[])));
}

#[test]
fn uncompressed_sound_may_not_claim_millions_of_packets() {
    let mut sound = video(constant(4, 500_000_000));
    sound.handler = *b"soun";
    sound.stts = boxed(b"stts", &[&words(&[0, 1, 500_000_000, 1])]);
    sound.stsc = boxed(b"stsc", &[&words(&[0, 1, 1, u32::MAX, 1])]);
    sound.chunks = vec![100; 50];
    assert!(refused(&file(&[sound], &[])));
}

#[test]
fn video_is_not_taken_for_uncompressed_sound() {
    let mut fake = video(constant(1, u32::MAX));
    fake.stts = boxed(b"stts", &[&words(&[0, 1, u32::MAX, 1])]);
    assert!(refused(&file(&[fake], &[])));
}

#[test]
fn sizes_may_not_be_claimed_beyond_their_box() {
    let extra = boxed(b"stsz", &[&words(&[0, 0, 1 << 26]), &[0; 16]]);
    assert!(refused(&file(&[Trak { extra, ..Trak::video(&[100]) }], &[])));
}

#[test]
fn a_wrong_count_of_entries_that_are_read_one_by_one_is_no_claim_whatever_is_known_of_the_size() {
    for kind in [b"ctts", b"stss", b"stts"] {
        let extra = boxed(kind, &[&words(&[0, 1 << 26]), &[0; 16]]);
        let input = file(&[Trak { extra, ..Trak::video(&[100]) }], &[]);
        for size in [None, Some(input.len() as u64)] {
            assert!(Watcher::new(Container::Mp4, size).see(0, &input).is_ok(), "{kind:?} {size:?}");
        }
    }
}

#[test]
fn a_table_in_an_odd_place_is_found() {
    let hidden = boxed(b"stsz", &[&words(&[0, 1, 1 << 28])]);
    for place in [b"udta", b"edts", b"tref"] {
        let extra = boxed(place, &[&hidden]);
        assert!(refused(&file(&[Trak { extra, ..Trak::video(&[100]) }], &[])), "{place:?}");
    }
    let handler = boxed(b"hdlr", &[&[0; 25]]);
    for before in [&[][..], &[0; 4]] {
        let extra = boxed(b"meta", &[before, &handler, &hidden]);
        assert!(refused(&file(&[Trak { extra, ..Trak::video(&[100]) }], &[])), "meta after {before:?}");
    }
    let entry = boxed(b"stsd", &[&words(&[0, 1]), &boxed(b"avc1", &[&[0; 78], &hidden])]);
    assert!(refused(&file(&[Trak { extra: entry, ..Trak::video(&[100]) }], &[])));
}

#[test]
fn a_long_edit_list_may_not_multiply_the_samples() {
    let edits: Vec<u32> = [0, 200].into_iter().chain([1000, 0, 0x0001_0000].repeat(200)).collect();
    let extra = boxed(b"edts", &[&boxed(b"elst", &[&words(&edits)])]);
    let file = file(&[Trak { extra, ..video(constant(1, 60_000)) }], &[]);
    assert!(try_shown(MP4, &file, Some(file.len() as u64), 7).is_err());
}

fn run(flags: u32, count: u32, fields: &[u32]) -> Vec<u8> {
    let trun = boxed(b"trun", &[&words(&[flags, count]), &words(fields)]);
    let traf = boxed(b"traf", &[&boxed(b"tfhd", &[&words(&[0, 1])]), &trun]);
    boxed(b"moof", &[&traf])
}

#[test]
fn a_run_of_default_samples_may_not_claim_billions() {
    assert!(refused(&[fragmented_head(None), run(0, u32::MAX, &[])].concat()));
    assert!(refused(&[fragmented_head(None), run(1, 1 << 27, &[8])].concat()));
}

#[test]
fn a_run_may_not_claim_more_samples_than_it_lists() {
    assert!(refused(&[fragmented_head(None), run(0x301, 1 << 27, &[0, 40, 100])].concat()));
}

#[test]
fn runs_of_default_samples_add_up() {
    let runs: Vec<u8> = (0..40).flat_map(|_| run(0, 60_000, &[])).collect();
    let file = [fragmented_head(None), runs].concat();
    assert!(try_shown(MP4, &file, Some(file.len() as u64), 7).is_err());
    let one = [fragmented_head(None), run(0, 60_000, &[])].concat();
    assert!(!refused(&one));
}

#[test]
fn a_second_header_in_a_free_box_is_looked_into() {
    let inner = moov(&[video(constant(1, u32::MAX))], &[]);
    let hidden = boxed(b"free", &[&inner[8..]]);
    assert!(refused(&[ftyp(), hidden, boxed(b"mdat", &[&[0; 64]])].concat()));
}

#[test]
fn what_was_refused_stays_refused() {
    let file = file(&[video(constant(1, u32::MAX))], &[]);
    let mut watcher = Watcher::new(MP4, None);
    let first = watcher.see(0, &file).unwrap_err();
    assert!(matches!(first, Claim::TooManySamples { .. }));
    assert_eq!(watcher.see(0, &file), Err(first));
    assert_eq!(watcher.want(), None);
    assert_eq!(watcher.finish(file.len() as u64), Verdict::Unknown);
}

/// A header as QuickTime compresses it, here without making it any smaller.
fn compressed(header: &[u8], claimed: u32) -> Vec<u8> {
    let length = (header.len() as u16).to_le_bytes();
    let inverted = (!(header.len() as u16)).to_le_bytes();
    let stream = [&[0x78, 1, 1][..], &length, &inverted, header, &[0; 4]].concat();
    let cmov = [boxed(b"dcom", &[b"zlib"]), boxed(b"cmvd", &[&words(&[claimed]), &stream])].concat();
    boxed(b"moov", &[&boxed(b"cmov", &[&cmov])])
}

#[test]
fn a_compressed_header_is_read() {
    let head = ftyp().len() as u32 + 8;
    let header = moov(&[Trak::video(&[head, head + 200]), Trak::video(&[head])], &[]);
    let plain = [ftyp(), boxed(b"mdat", &[&[0x55; 400]]), compressed(&header, header.len() as u32)].concat();
    assert_eq!(verdict(MP4, &plain), Verdict::Complete);
    assert_eq!(shown(MP4, &plain, None, 7).tracks(), 2);
    assert!(!refused(&plain));
    let missing = moov(&[Trak::video(&[head, 1_000_000])], &[]);
    let cut = [ftyp(), boxed(b"mdat", &[&[0x55; 400]]), compressed(&missing, missing.len() as u32)].concat();
    assert_eq!(verdict(MP4, &cut), Verdict::Truncated { at: cut.len() as u64 });
}

#[test]
fn a_compressed_header_may_not_hide_a_claim() {
    let header = moov(&[video(constant(1, u32::MAX))], &[]);
    assert!(refused(&[ftyp(), compressed(&header, header.len() as u32)].concat()));
}

#[test]
fn a_compressed_header_may_not_claim_more_than_its_bytes_can_stand_for() {
    let header = moov(&[Trak::video(&[100])], &[]);
    assert!(refused(&[ftyp(), compressed(&header, 1 << 30)].concat()));
}

#[test]
fn a_compressed_header_may_not_hold_another() {
    let header = moov(&[Trak::video(&[100])], &[]);
    let inner = compressed(&header, header.len() as u32);
    assert!(refused(&[ftyp(), compressed(&inner, inner.len() as u32)].concat()));
}

#[test]
fn all_that_deflate_may_do_is_understood() {
    let text: String = (1..40).map(|n| format!("{n} bottles of beer, {} ", n * n)).collect();
    let fixed = b"\x78\x01\x4b\xcb\xac\x48\x4d\x51\x48\x43\x22\x93\xf3\x53\x52\x8b\x01";
    assert_eq!(inflate(fixed, 100), Some(b"fixed fixed fixed codes".to_vec()));
    let run = [0x78, 0xda, 0x4b, 0x4c, 0x4a, 0x4e, 0x24, 0x17, 0x01, 0x00];
    assert_eq!(inflate(&run, 60), Some(b"abc".repeat(20)));
    assert_eq!(inflate(&DYNAMIC, 1000), Some(text.into_bytes()));
    assert_eq!(inflate(&DYNAMIC, 922), None);
    for cut in 0..DYNAMIC.len() {
        assert_eq!(inflate(&DYNAMIC[..cut], 1000), None, "{cut}");
    }
}

/// What zlib makes of that text at its highest level, without the check sum.
const DYNAMIC: [u8; 203] = [
    0x78, 0xda, 0x6d, 0x92, 0x4b, 0x0e, 0xc3, 0x30, 0x08, 0x44, 0xaf, 0xc2, 0x01, 0xba, 0x30, 0x1f, 0x63, 0x73, 0x9d,
    0x48, 0xe9, 0xaa, 0x52, 0xa4, 0x36, 0xf7, 0x57, 0x27, 0x6b, 0x66, 0x3b, 0xc6, 0x36, 0x8f, 0x87, 0xca, 0x71, 0xdd,
    0xf7, 0xe7, 0xfc, 0xc9, 0xf5, 0x96, 0xe3, 0x3c, 0xbf, 0x2f, 0x51, 0xb1, 0x1e, 0x86, 0x78, 0x0f, 0x0b, 0x71, 0xbf,
    0x9e, 0x32, 0x7b, 0x6a, 0x53, 0xb2, 0xa7, 0x9e, 0xb2, 0xc8, 0x5f, 0x25, 0xbb, 0xa7, 0x19, 0xf8, 0xaf, 0xa5, 0x5b,
    0x45, 0x07, 0x69, 0x62, 0x0c, 0x51, 0x25, 0xb9, 0xa1, 0x9e, 0xe0, 0x69, 0x84, 0xa8, 0x33, 0x98, 0xc2, 0x19, 0xc9,
    0x2b, 0x45, 0x19, 0x26, 0x38, 0x35, 0x19, 0x3e, 0xea, 0x09, 0xaa, 0x6d, 0xbc, 0x4f, 0x60, 0xdd, 0xd0, 0x4f, 0xb1,
    0x81, 0xc1, 0x0e, 0xe1, 0x0d, 0xf0, 0x1a, 0xe1, 0x8d, 0x40, 0x3d, 0xd3, 0xb9, 0x43, 0x8c, 0xf0, 0x4e, 0x2b, 0x31,
    0xc2, 0x3b, 0x57, 0x3e, 0x0a, 0xbb, 0x14, 0x84, 0x46, 0x78, 0xf3, 0xa9, 0x27, 0xbc, 0xeb, 0x79, 0x9f, 0xf0, 0xae,
    0xa7, 0x1f, 0xa6, 0x17, 0xfd, 0x3b, 0xe1, 0x2d, 0xf0, 0x3a, 0xe1, 0x2d, 0xcc, 0xc7, 0x99, 0xdf, 0x01, 0x2a, 0x67,
    0x82, 0x07, 0x0c, 0x38, 0x33, 0xac, 0x50, 0xe6, 0x93, 0xad, 0x10, 0x98, 0x3d, 0xd9, 0x01, 0x96, 0xc2, 0x09, 0xb4,
    0x3a, 0xb6, 0xc8, 0x37, 0xdd, 0x3a, 0x74, 0x45, 0xb0, 0x75, 0x42, 0xe6, 0x1f,
];

/// `moov` with one track whose number is `number`, and a fragment before or behind it.
fn numbered(number: &[u8], fragment_first: bool) -> Vec<u8> {
    let tkhd = boxed(b"tkhd", &[&[0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0], number, &[0; 68]]);
    let name: &[u8; 4] = if number.is_empty() { b"hdkt" } else { b"tkhd" };
    let tkhd = [&tkhd[..4], name, &tkhd[8..]].concat();
    let header = boxed(b"moov", &[&boxed(b"trak", &[&tkhd])]);
    let fragment = boxed(b"moof", &[&boxed(b"traf", &[&boxed(b"trun", &[&[0; 8]])])]);
    let parts = if fragment_first { [fragment, header] } else { [header, fragment] };
    [ftyp(), parts.concat()].concat()
}

#[test]
fn fragments_of_a_track_without_a_number_are_refused_in_either_order() {
    for first in [false, true] {
        for number in [&[][..], &[0x80, 0, 0, 0], &[0xff; 4]] {
            assert!(refused(&numbered(number, first)), "{number:?}, fragment first: {first}");
        }
        assert!(!refused(&numbered(&[0, 0, 0, 1], first)), "fragment first: {first}");
    }
}
