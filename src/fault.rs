//! Places where the library can be made to panic, to prove that no panic crosses the C boundary. Empty functions
//! without the feature `fault-injection`.

#![forbid(unsafe_code)]

/// Where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Place {
    /// Below the guard of an exported function that runs an operation.
    Export = 1,
    /// Inside the trampoline that FFmpeg reads through.
    Read = 2,
    Seek = 3,
    Write = 4,
    /// On the road that does without FFmpeg.
    Walk = 5,
}

#[cfg(feature = "fault-injection")]
mod armed {
    use std::sync::atomic::{AtomicI32, Ordering};

    pub static PLACE: AtomicI32 = AtomicI32::new(0);

    /// Panics if this is the place that was armed; once.
    pub fn point(place: super::Place) {
        let place = place as i32;
        if PLACE.compare_exchange(place, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            panic!("panic injected at place {place}");
        }
    }
}

#[cfg(feature = "fault-injection")]
pub use armed::{PLACE, point};

#[cfg(not(feature = "fault-injection"))]
pub fn point(_: Place) {}
