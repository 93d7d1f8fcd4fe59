//! Both roads over the same input: where the walk does not decline, everything that it says is what FFmpeg says.

use crate::Input;
use crate::host::{Said, count, extract};
use memux::ffi::*;

/// Panics where the roads differ. Whether the walk answered at all.
pub fn check(data: &[u8]) -> bool {
    let Some(input) = Input::new(data) else { return false };
    let mut walked = false;
    for mode in [MEMUX_COUNT_PACKETS, MEMUX_COUNT_PRESENTED, MEMUX_COUNT_HEADER] {
        let walk = count(&input, MEMUX_ENGINE_WALK, mode);
        if !walk.declined {
            walked = true;
            let ffmpeg = count(&input, MEMUX_ENGINE_FFMPEG, mode);
            same(&walk, &ffmpeg, &format!("counting by mode {mode}"));
        }
    }
    walked |= extraction(&input);
    #[cfg(fuzzing)]
    if walked && input.is_plain() {
        memux::compare_samples(input.file);
    }
    walked
}

fn extraction(input: &Input) -> bool {
    let (mut walk, mut bytes) = extract(input, MEMUX_ENGINE_WALK);
    let declined = walk.declined;
    if declined {
        if bytes.is_empty() {
            return false;
        }
        // What went out before it declined has to be how FFmpeg begins, and FFmpeg has to go on from there.
        (walk, bytes) = extract(input, MEMUX_ENGINE_AUTO);
    }
    let (ffmpeg, expected) = extract(input, MEMUX_ENGINE_FFMPEG);
    let same_bytes = bytes.iter().zip(&expected).take_while(|(a, b)| a == b).count();
    let lengths = format!("{} bytes and {}, the same up to {same_bytes}", bytes.len(), expected.len());
    if walk.found.status == MEMUX_ERROR_LIMIT {
        // How much went out before the limit was met depends on how much goes out at once.
        assert!(
            walk.found.agrees(&ffmpeg.found),
            "extraction: the walk finds {:?}, FFmpeg {:?}",
            walk.found,
            ffmpeg.found
        );
        assert_eq!(same_bytes, bytes.len().min(expected.len()), "extraction up to a limit: {lengths}");
    } else {
        same(&walk, &ffmpeg, "extraction");
        assert!(bytes == expected, "extraction: {lengths}");
    }
    !declined
}

fn same<R: std::fmt::Debug + PartialEq>(walk: &Said<R>, ffmpeg: &Said<R>, what: &str) {
    let (walked, read) = (&walk.message, &ffmpeg.message);
    let (a, b) = (&walk.found, &ffmpeg.found);
    assert!(a.agrees(b), "{what}: the walk finds {a:?} ({walked:?}), and FFmpeg {b:?} ({read:?})");
    assert_eq!(walk.answer, ffmpeg.answer, "{what}: the walk ({walked:?}), and FFmpeg ({read:?})");
}
