//! The walk alone: whatever the input is, it comes to an end, without a panic, and with little memory.

use crate::Input;
use crate::host::{count, extract_away, extract_size};
use crate::memory;
use memux::ffi::*;

/// What an operation may hold beside the input: a list of samples' edits, and something for small inputs.
const PER_BYTE: usize = 16;
const ALWAYS: usize = 1 << 20;

/// Panics (and libFuzzer ends the process) where a promise is broken.
pub fn check(data: &[u8]) {
    let Some(input) = Input::new(data) else { return };
    let most = input.file.len() * PER_BYTE + ALWAYS;
    for mode in [MEMUX_COUNT_PACKETS, MEMUX_COUNT_PRESENTED, MEMUX_COUNT_HEADER] {
        bounded(most, || count(&input, MEMUX_ENGINE_WALK, mode));
    }
    let (measured, size) = bounded(most, || extract_size(&input, MEMUX_ENGINE_WALK));
    let (gone, taken) = bounded(most, || extract_away(&input, MEMUX_ENGINE_WALK));
    assert_eq!(measured.declined, gone.declined, "measuring declines, and extracting");
    assert_eq!(gone.answer.bytes_written, taken, "bytes that the host was given, and the report");
    if !gone.declined && gone.found.status >= 0 {
        assert_eq!(size, taken, "the size that was measured, and the bytes that came");
    }
}

fn bounded<R>(most: usize, operation: impl FnOnce() -> R) -> R {
    let before = memory::held();
    memory::forget_peak();
    let result = operation();
    let grown = memory::peak().saturating_sub(before);
    assert!(grown <= most, "{grown} bytes were held at once, {most} are allowed");
    result
}
