//! Numbers out of byte slices, without a way to read past the end.

/// The big-endian number of `len` (at most 8) bytes at `at`.
pub(super) fn be(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(len)?)?;
    Some(field.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}

/// The little-endian number of `len` (at most 8) bytes at `at`.
pub(super) fn le(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(len)?)?;
    Some(field.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}

/// The byte at `at`; 0 past the end.
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// The four bytes at `at`; zeros past the end.
pub(super) fn tag(bytes: &[u8], at: usize) -> [u8; 4] {
    let mut tag = [0; 4];
    let field = bytes.get(at..).unwrap_or(&[]);
    for (to, from) in tag.iter_mut().zip(field) {
        *to = *from;
    }
    tag
}

/// Whether `bytes` begin with `prefix`.
pub(super) fn begins(bytes: &[u8], at: usize, prefix: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(prefix))
}

/// What follows the first `count` bytes; empty when there are fewer.
pub(super) fn after(bytes: &[u8], count: u64) -> &[u8] {
    bytes.get(index(count)..).unwrap_or(&[])
}

/// How many bytes these are, as file offsets count.
pub(super) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A file distance as an index into memory; one that cannot be is past every slice.
pub(super) fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

/// Whether there is nothing but zeros.
pub(super) fn zeros(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
