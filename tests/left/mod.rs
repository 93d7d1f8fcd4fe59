//! The files of the corpus that the walk leaves to libavformat, and why. A file that comes onto this list, or off it, fails
//! the tests of both sides: those on the walk itself and those through the C API.

/// As the C API has them: MEMUX_REASON_*.
pub const ENCRYPTED: i32 = 7;
pub const DAMAGED: i32 = 8;

/// Only encryption, damage, and parts that the walk does not know may stand here.
pub const LEFT: &[(&str, i32)] = &[
    ("drm/sample_fragmented_clearkey.mp4", ENCRYPTED),
    // Its media are said to go on behind the end.
    ("mp4/sample_mdat_too_long.mp4", DAMAGED),
    // A track without a description of its samples.
    ("mp4/sample_missing_stsd.mp4", DAMAGED),
    // Cut in its last packet.
    ("ts/sample_with_sdt.ts", DAMAGED),
];
