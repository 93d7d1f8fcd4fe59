//! Damaged files: the walk declines, or says what libavformat says.

use super::super::road_tests::compare;
use super::super::tests::clip;
use super::Chance;

const CLIPS: &[&str] = &[
    "h264.mp4",
    "hevc.mp4",
    "multi_edit.mp4",
    "cover_then_video.mp4",
    "mpeg4.mp4",
    "two_videos.mp4",
    "h264_fragmented.mp4",
];

#[test]
fn a_damaged_file_is_declined_or_read_as_libavformat_reads_it() {
    let (mut walked, mut declined) = (0u32, 0u32);
    for name in CLIPS {
        let bytes = clip(name);
        let mut chance = Chance::new(2);
        let media = bytes.windows(4).position(|kind| kind == b"mdat").unwrap();
        let fragments: Vec<_> = (0..bytes.len() - 4).filter(|at| &bytes[*at..at + 4] == b"moof").collect();
        for nth in 0..150 {
            let mut damaged = bytes.clone();
            for _ in 0..=chance.below(2) {
                // Mostly in what describes the media.
                let at = match nth % 5 {
                    0 => chance.index(bytes.len()),
                    1 | 2 if !fragments.is_empty() => fragments[chance.index(fragments.len())] + chance.index(200),
                    _ => chance.index(media),
                };
                damaged[at] = match chance.below(3) {
                    0 => damaged[at] ^ (1 << chance.below(8)),
                    1 => damaged[at].wrapping_add(1),
                    _ => chance.below(256) as u8,
                };
            }
            match compare(&damaged, &format!("{name} damaged, {nth}")) {
                Ok(()) => walked += 1,
                Err(_) => declined += 1,
            }
        }
    }
    assert!(walked > 100 && declined > 100, "{walked} walked, {declined} declined");
}
