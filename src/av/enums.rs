//! FFmpeg's enum members as the integers that they are. The bindings make Rust enums of them, and the FFmpeg that is loaded
//! may hold a value that its headers did not name when this was compiled: read as an enum that is undefined behaviour.

use super::ffmpeg as ff;
use libc::c_int;

/// # Safety
/// `member` is the address of an enum member of one of FFmpeg's structs, which lives.
pub unsafe fn number<E>(member: *const E) -> c_int {
    const { assert!(size_of::<E>() == size_of::<c_int>() && align_of::<E>() == align_of::<c_int>()) };
    // SAFETY: the caller's promise; as large as an int.
    unsafe { member.cast::<c_int>().read() }
}

pub fn codec_id(known: &ff::AVCodecParameters) -> c_int {
    // SAFETY: borrowed.
    unsafe { number(&raw const known.codec_id) }
}

pub fn codec_type(known: &ff::AVCodecParameters) -> c_int {
    // SAFETY: borrowed.
    unsafe { number(&raw const known.codec_type) }
}

pub fn channel_order(known: &ff::AVCodecParameters) -> c_int {
    // SAFETY: borrowed.
    unsafe { number(&raw const known.ch_layout.order) }
}
