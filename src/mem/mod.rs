//! What safe Rust cannot say to the processor: look at this soon, write past the cache. The last place with unsafe code
//! beside `av` and `ffi`.

mod copy;

pub use copy::{copy, stream};

mod zeros;

pub use zeros::{first_zero, has_zero_pair, zero_pair};

/// Asks for the cache line that holds the byte at `at`, without waiting for it. Past the end it is nothing; elsewhere
/// than on x86-64 too.
#[inline(always)]
pub fn prefetch(bytes: &[u8], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(byte) = bytes.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint about a byte that is there; it changes nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(byte).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, at);
}

/// Memory of a test as a place for bytes that only such bytes are put into as are set.
#[cfg(test)]
pub fn room(bytes: &mut [u8]) -> &mut [std::mem::MaybeUninit<u8>] {
    let length = bytes.len();
    // SAFETY: one layout; the tests put nothing unset in.
    unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), length) }
}
