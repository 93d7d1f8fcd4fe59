//! Makes the library panic on purpose. Only in builds for the project's own tests, and in no header.

use super::guard;
use crate::fault::PLACE;
use std::sync::atomic::Ordering;

/// The next time that the library comes to `place` it panics; 0 is nowhere.
#[unsafe(no_mangle)]
pub extern "C" fn memux_test_panic_at(place: i32) {
    guard::value((), || PLACE.store(place, Ordering::SeqCst))
}
