//! Two zero bytes side by side: where start codes are, and nearly nowhere else.

use super::Vectors;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Where the first two zero bytes are that stand side by side.
#[inline]
pub fn zero_pair(bytes: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") {
            // SAFETY: the processor has AVX-512 for bytes and words.
            return unsafe { avx512::zero_pair(bytes) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::zero_pair(bytes) };
        }
    }
    portable(bytes)
}

/// For every processor.
pub struct Portable;

impl Vectors for Portable {
    /// Two bytes at a time, at even places: a start code there has both its zeros in one such pair, and elsewhere its last
    /// zero and its one.
    #[inline(always)]
    fn may_hold_start_code(payload: &[u8; 184]) -> bool {
        let (pairs, _) = payload.as_chunks::<2>();
        pairs.iter().fold(u16::MAX, |least, pair| least.min(u16::from_le_bytes(*pair) & NEITHER)) == 0
    }
}

/// All but the bit that tells a zero and a one from two zeros.
const NEITHER: u16 = 0xfeff;

/// Only where the processor has AVX2; named nowhere but where that was asked.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Vectors for Avx2 {
    #[inline(always)]
    fn may_hold_start_code(payload: &[u8; 184]) -> bool {
        // SAFETY: as said of the type.
        unsafe { avx2::may_hold_start_code(payload) }
    }
}

/// The same with AVX-512 for bytes and words.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Vectors for Avx512 {
    #[inline(always)]
    fn may_hold_start_code(payload: &[u8; 184]) -> bool {
        // SAFETY: as said of the type.
        unsafe { avx512::may_hold_start_code(payload) }
    }
}

/// Which of eight bytes is the first that is zero.
#[inline(always)]
pub fn first_zero(bytes: u64) -> Option<usize> {
    // The lowest bit that is set marks it.
    let zeros = bytes.wrapping_sub(LOW) & !bytes & HIGH;
    if zeros == 0 { None } else { usize::try_from(zeros.trailing_zeros() >> 3).ok() }
}

/// The first of nine bytes that is zero and has a zero behind it.
#[inline(always)]
fn pair_of(nine: &[u8; 9]) -> Option<usize> {
    let (first, second) = (nine.first_chunk()?, nine.last_chunk()?);
    first_zero(u64::from_le_bytes(*first) | u64::from_le_bytes(*second))
}

/// Leaves out the first bytes, where no pair begins: made for the compiler to turn into vector instructions.
#[inline(always)]
fn pass_over<const N: usize>(bytes: &mut &[u8]) -> bool {
    let free = bytes.first_chunk::<N>().is_some_and(|part| {
        let pairs = part.iter().zip(part.iter().skip(1));
        pairs.fold(u8::MAX, |least, (first, second)| least.min(first | second)) > 0
    });
    if free {
        *bytes = bytes.get(N.wrapping_sub(1)..).unwrap_or(&[]);
    }
    free
}

fn portable(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    while pass_over::<129>(&mut rest) || pass_over::<33>(&mut rest) {}
    while let Some(nine) = rest.first_chunk::<9>() {
        if let Some(nth) = pair_of(nine) {
            return Some(bytes.len().wrapping_sub(rest.len()).wrapping_add(nth));
        }
        rest = rest.get(8..)?;
    }
    if let Some(last) = bytes.last_chunk::<9>() {
        // Some of these have been looked at.
        return pair_of(last).map(|nth| bytes.len().wrapping_sub(9).wrapping_add(nth));
    }
    bytes.windows(2).position(|pair| pair == [0, 0])
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_cmpeq_epi16, _mm256_loadu_si256, _mm256_min_epu16,
        _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi16, _mm256_setzero_si256,
    };

    /// Zero where a zero byte has another behind it.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn both(part: &[u8; 33]) -> __m256i {
        let from = part.as_ptr();
        // SAFETY: 32 bytes from the first and from the second on are there; the loads need no alignment.
        let (first, second) = unsafe { (_mm256_loadu_si256(from.cast()), _mm256_loadu_si256(from.add(1).cast())) };
        _mm256_or_si256(first, second)
    }

    /// A bit for each byte that is zero.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn zeros(bytes: __m256i) -> u32 {
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())).cast_unsigned()
    }

    #[target_feature(enable = "avx2")]
    pub fn zero_pair(bytes: &[u8]) -> Option<usize> {
        let nth = |pairs: u32| usize::try_from(pairs.trailing_zeros()).ok();
        let mut rest = bytes;
        while let Some(part) = rest.first_chunk::<33>() {
            let pairs = zeros(both(part));
            if pairs != 0 {
                return nth(pairs).map(|nth| bytes.len().wrapping_sub(rest.len()).wrapping_add(nth));
            }
            rest = rest.get(32..)?;
        }
        let Some(last) = bytes.last_chunk::<33>() else { return super::portable(bytes) };
        // Some of these have been looked at.
        let pairs = zeros(both(last));
        if pairs == 0 { None } else { nth(pairs).map(|nth| bytes.len().wrapping_sub(33).wrapping_add(nth)) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn may_hold_start_code(payload: &[u8; 184]) -> bool {
        let from = payload.as_ptr();
        let mut least = _mm256_set1_epi16(-1);
        for at in [0, 32, 64, 96, 128, 152] {
            // SAFETY: 32 bytes from there on are in the payload; the load needs no alignment.
            let part = unsafe { _mm256_loadu_si256(from.add(at).cast()) };
            let neither = _mm256_and_si256(part, _mm256_set1_epi16(super::NEITHER.cast_signed()));
            least = _mm256_min_epu16(least, neither);
        }
        _mm256_movemask_epi8(_mm256_cmpeq_epi16(least, _mm256_setzero_si256())) != 0
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        _mm512_loadu_si512, _mm512_maskz_loadu_epi8, _mm512_or_si512, _mm512_set1_epi8, _mm512_set1_epi16,
        _mm512_testn_epi8_mask, _mm512_testn_epi16_mask,
    };

    #[target_feature(enable = "avx512bw")]
    pub fn zero_pair(bytes: &[u8]) -> Option<usize> {
        let nth = |pairs: u64| usize::try_from(pairs.trailing_zeros()).ok();
        let all = _mm512_set1_epi8(-1);
        let mut rest = bytes;
        while let Some(part) = rest.first_chunk::<65>() {
            let from = part.as_ptr();
            // SAFETY: 64 bytes from the first and from the second on are there; the loads need no alignment.
            let (first, second) = unsafe { (_mm512_loadu_si512(from.cast()), _mm512_loadu_si512(from.add(1).cast())) };
            let pairs = _mm512_testn_epi8_mask(_mm512_or_si512(first, second), all);
            if pairs != 0 {
                return nth(pairs).map(|nth| bytes.len().wrapping_sub(rest.len()).wrapping_add(nth));
            }
            rest = rest.get(64..)?;
        }
        // Of the last bytes, no more than 64, those that have one behind them.
        let there = u64::MAX.checked_shr(64u32.wrapping_sub(u32::try_from(rest.len()).ok()?))?;
        let from = rest.as_ptr().cast();
        // SAFETY: only the bytes that are there are read.
        let (first, second) = unsafe {
            (_mm512_maskz_loadu_epi8(there, from), _mm512_maskz_loadu_epi8(there >> 1, from.wrapping_add(1)))
        };
        let pairs = _mm512_testn_epi8_mask(_mm512_or_si512(first, second), all) & (there >> 1);
        if pairs == 0 { None } else { nth(pairs).map(|nth| bytes.len().wrapping_sub(rest.len()).wrapping_add(nth)) }
    }

    #[inline]
    #[target_feature(enable = "avx512bw")]
    pub fn may_hold_start_code(payload: &[u8; 184]) -> bool {
        let from = payload.as_ptr();
        let neither = _mm512_set1_epi16(super::NEITHER.cast_signed());
        // SAFETY: 64 bytes from there on are in the payload; the load needs no alignment.
        let pairs = |at| unsafe { _mm512_testn_epi16_mask(_mm512_loadu_si512(from.add(at).cast()), neither) };
        pairs(0) | pairs(64) | pairs(120) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the first pair is, found in every way that the processor has.
    fn pair(bytes: &[u8]) -> Option<usize> {
        let pair = portable(bytes);
        #[cfg(target_arch = "x86_64")]
        // SAFETY: each is called where the processor has what it needs.
        unsafe {
            assert!(!is_x86_feature_detected!("avx2") || avx2::zero_pair(bytes) == pair);
            assert!(!is_x86_feature_detected!("avx512bw") || avx512::zero_pair(bytes) == pair);
        }
        assert_eq!(zero_pair(bytes), pair);
        pair
    }

    #[test]
    fn two_zeros_are_found_wherever_they_are_with_and_without_vectors() {
        for size in 0..=184 {
            for at in 0..size.max(1) {
                let mut bytes = vec![7; size];
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = 0);
                assert_eq!(pair(&bytes), None, "{at} of {size}");
                bytes.iter_mut().skip(at).take(2).for_each(|byte| *byte = 0);
                let there = (at + 1 < size).then_some(at);
                assert_eq!(pair(&bytes), there, "{at} of {size}");
                // Another pair further on changes nothing.
                bytes.iter_mut().skip(at + 3).for_each(|byte| *byte = 0);
                assert_eq!(pair(&bytes) == Some(at), there.is_some(), "{at} of {size}");
            }
        }
    }

    #[test]
    fn no_start_code_passes_wherever_it_is_nor_its_two_zeros_at_the_end() {
        let may_hold = |payload: &[u8; 184]| {
            let may_hold = Portable::may_hold_start_code(payload);
            #[cfg(target_arch = "x86_64")]
            {
                assert!(!is_x86_feature_detected!("avx2") || Avx2::may_hold_start_code(payload) == may_hold);
                assert!(!is_x86_feature_detected!("avx512bw") || Avx512::may_hold_start_code(payload) == may_hold);
            }
            may_hold
        };
        for filling in [1, 2, 3, 7, 0xff] {
            assert!(!may_hold(&[filling; 184]));
            for at in 0..184 {
                let mut payload = [filling; 184];
                payload.iter_mut().skip(at).zip([0, 0, 1]).for_each(|(to, from)| *to = from);
                assert!(may_hold(&payload) || at == 183, "{at}");
                payload[at] = filling;
                payload.iter_mut().skip(at).take(3).for_each(|byte| *byte = filling);
                payload[at] = 0;
                assert!(!may_hold(&payload) || filling == 1, "{at}");
            }
        }
    }
}
