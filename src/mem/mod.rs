//! What safe Rust cannot say to the processor: look at this soon, write past the cache. The last place with unsafe code
//! beside `av` and `ffi`.

mod copy;

pub use copy::{copy, stream};

mod zeros;

pub use zeros::{first_zero, zero_pair};

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

/// Asks for all cache lines from the one of the byte at `from` on to `to`.
#[inline(always)]
pub fn prefetch_lines(bytes: &[u8], from: usize, to: usize) {
    const LINE: usize = 64;
    for line in bytes.get(from..to.min(bytes.len())).unwrap_or_default().chunks(LINE) {
        prefetch(line, 0);
    }
}

/// Asks for the three cache lines from `at` on, in which a packet lies. There may be nothing: asking does no harm.
#[inline(always)]
pub fn prefetch_packet(bytes: &[u8], at: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in [0, 64, 128] {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let place = bytes.as_ptr().wrapping_add(at).wrapping_add(line);
        // SAFETY: a hint, which reads nothing and does not fault, wherever it points.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, at);
}

/// A loop that is compiled again for the vectors of AVX2 and for those of AVX-512. What it does is marked
/// `inline(always)`, which a closure cannot be.
pub trait Work {
    type Done;

    fn work<V: Vectors>(self) -> Self::Done;
}

/// What such a loop asks of the processor.
pub trait Vectors {
    /// False where no start code is and none begins that goes on behind the payload by more than a last zero.
    fn may_hold_start_code(payload: &[u8; 184]) -> bool;
}

#[inline(always)]
pub fn widely<W: Work>(work: W) -> W::Done {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn wide<W: Work>(work: W) -> W::Done {
            work.work::<zeros::Avx2>()
        }
        #[target_feature(enable = "avx512bw")]
        fn widest<W: Work>(work: W) -> W::Done {
            work.work::<zeros::Avx512>()
        }
        if is_x86_feature_detected!("avx512bw") {
            // SAFETY: the processor has AVX-512 for bytes and words.
            return unsafe { widest(work) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { wide(work) };
        }
    }
    work.work::<zeros::Portable>()
}

/// Memory of a test as a place for bytes that only such bytes are put into as are set.
#[cfg(test)]
pub fn room(bytes: &mut [u8]) -> &mut [std::mem::MaybeUninit<u8>] {
    let length = bytes.len();
    // SAFETY: one layout; the tests put nothing unset in.
    unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), length) }
}
