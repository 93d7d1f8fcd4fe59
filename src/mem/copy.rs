//! Copies into memory that holds nothing yet: through the cache, and past it for what will not be looked at soon.

use std::mem::MaybeUninit;

/// Copies what fits, and gives how much that was.
#[inline]
pub fn copy(to: &mut [MaybeUninit<u8>], from: &[u8]) -> usize {
    let count = to.len().min(from.len());
    // SAFETY: both sides have `count` bytes; a borrow that may be written to overlaps no other.
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_mut_ptr().cast::<u8>(), count) };
    count
}

/// As `copy`, past the cache where the processor can: what is written does not push out what others need. It pays for a
/// few kilobytes and more, in an output that is larger than the cache.
#[inline]
pub fn stream(to: &mut [MaybeUninit<u8>], from: &[u8]) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the processor can, as it says itself; every x86-64 can do the other.
        unsafe {
            if std::arch::is_x86_feature_detected!("avx") { x86::stream_32(to, from) } else { x86::stream_16(to, from) }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    copy(to, from)
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::copy;
    use std::arch::x86_64::{
        __m128i, __m256i, _mm_loadu_si128, _mm_sfence, _mm_stream_si128, _mm256_loadu_si256, _mm256_stream_si256,
    };
    use std::mem::MaybeUninit;

    /// Whole cache lines are what the memory takes best.
    const LINE: usize = 64;

    macro_rules! streaming {
        ($name:ident, $feature:literal, $vector:ty, $load:ident, $store:ident) => {
            /// # Safety
            /// The processor has the feature.
            #[target_feature(enable = $feature)]
            pub unsafe fn $name(to: &mut [MaybeUninit<u8>], from: &[u8]) -> usize {
                let count = to.len().min(from.len());
                // Up to the first whole line, by way of the cache.
                let head = to.as_ptr().align_offset(LINE).min(count);
                let (Some((to_head, to)), Some((from_head, from))) =
                    (to.split_at_mut_checked(head), from.split_at_checked(head))
                else {
                    return 0;
                };
                copy(to_head, from_head);
                for (target, source) in to.chunks_exact_mut(LINE).zip(from.chunks_exact(LINE)) {
                    let (source, target) = (source.as_ptr().cast::<$vector>(), target.as_mut_ptr().cast::<$vector>());
                    for part in 0..LINE / size_of::<$vector>() {
                        // SAFETY: within the LINE bytes that both have there; the target is aligned to a line.
                        unsafe { $store(target.add(part), $load(source.add(part))) };
                    }
                }
                // Nobody may see these bytes before they are there: other threads, and this one, look afterwards.
                _mm_sfence();
                let rest = to.len().min(from.len()) / LINE * LINE;
                copy(to.get_mut(rest..).unwrap_or_default(), from.get(rest..).unwrap_or_default());
                count
            }
        };
    }

    streaming!(stream_32, "avx", __m256i, _mm256_loadu_si256, _mm256_stream_si256);
    streaming!(stream_16, "sse2", __m128i, _mm_loadu_si128, _mm_stream_si128);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(by: impl Fn(&mut [MaybeUninit<u8>], &[u8]) -> usize) {
        let from: Vec<u8> = (0..5000u32).map(|byte| (byte * 7 % 251) as u8).collect();
        for start in [0, 1, 31, 32, 63, 64, 65] {
            for length in [0, 1, 15, 16, 63, 64, 65, 127, 128, 129, 1000, 4096, 4900] {
                let mut to = vec![MaybeUninit::new(0xEEu8); 5100];
                assert_eq!(by(&mut to[start..start + length], &from[3..]), length);
                // SAFETY: every byte was set above.
                let to: Vec<u8> = to.iter().map(|byte| unsafe { byte.assume_init() }).collect();
                assert!(to[start..start + length] == from[3..3 + length], "{start}, {length}");
                assert!(to[..start].iter().chain(&to[start + length..]).all(|byte| *byte == 0xEE), "{start}, {length}");
            }
        }
        let mut to = [MaybeUninit::new(0u8); 10];
        assert_eq!(by(&mut to, &from), 10);
        assert_eq!(by(&mut to, &from[..3]), 3);
    }

    #[test]
    fn every_way_of_copying_copies_all_and_nothing_beside_it() {
        copied(copy);
        copied(stream);
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: every x86-64 has it.
            copied(|to, from| unsafe { x86::stream_16(to, from) });
        }
    }
}
