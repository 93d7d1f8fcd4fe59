//! Claims that libavformat would pay for with memory.

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
fn tables_may_not_claim_more_than_their_box_holds() {
    for (kind, head) in [(b"stsz", vec![0, 0, 1 << 26]), (b"ctts", vec![0, 1 << 26]), (b"stss", vec![0, 1 << 26])] {
        let extra = boxed(kind, &[&words(&head), &[0; 16]]);
        assert!(refused(&file(&[Trak { extra, ..Trak::video(&[100]) }], &[])), "{kind:?}");
    }
}

#[test]
fn a_table_in_an_odd_place_is_found() {
    let hidden = boxed(b"stsz", &[&words(&[0, 1, 1 << 28])]);
    for place in [b"udta", b"edts", b"tref"] {
        let extra = boxed(place, &[&hidden]);
        assert!(refused(&file(&[Trak { extra, ..Trak::video(&[100]) }], &[])), "{place:?}");
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
