//! memux: media I/O entirely in memory. A host hands over a pointer, or its read and seek callbacks, and gets results,
//! or bytes through its own write callback. The public face is the C API in [`ffi`], declared in `include/memux.h`.
//!
//! Layers, one direction: `ffi` → `ops` → `av` → FFmpeg, and `ops` → `walk` beside it, which does without; `io`, `mem`,
//! `completeness`, `description`, `error` and `limits` are leaves.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

#[cfg(panic = "abort")]
compile_error!(
    "memux must be built with panic = \"unwind\": a panic is caught at the C boundary, it must not end the host"
);

mod av;
mod completeness;
mod description;
mod error;
mod fault;
pub mod ffi;
mod io;
mod limits;
mod mem;
mod ops;
mod walk;

/// For the project's own fuzzers: panics where both roads differ on a sample. Whether the walk knows the file.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn compare_samples(bytes: &[u8]) -> bool {
    ops::road_tests::compare_samples(bytes, "input").is_ok()
}
