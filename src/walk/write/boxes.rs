//! Boxes of MP4, written one inside the other.

/// Writes `kind` around what `contents` writes.
pub fn within(out: &mut Vec<u8>, kind: &[u8; 4], contents: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    contents(out);
    let size = u32::try_from(out.len().saturating_sub(at)).unwrap_or(u32::MAX);
    put_at(out, at, size);
}

/// Puts a number where room was left for it.
pub fn put_at(out: &mut [u8], at: usize, value: u32) {
    if let Some(place) = out.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<4>()) {
        *place = value.to_be_bytes();
    }
}

pub fn u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub fn u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub fn u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Several numbers of 32 bits.
pub fn all(out: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|value| u32(out, *value));
}
