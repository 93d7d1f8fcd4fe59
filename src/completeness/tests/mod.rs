//! What is promised of a finding, one promise per test, on small inputs made here.

#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::indexing_slicing, clippy::unwrap_used)]

mod audio;
mod driver;
mod make;
mod matroska;
mod mp4;
mod mp4_claims;
mod mp4_fragments;
mod mpeg;
mod tagged;

use super::{Claim, Container, Order, Verdict, Watcher};

/// Shows `data` to a watcher in chunks of `chunk` bytes.
fn shown(container: Container, data: &[u8], size: Option<u64>, chunk: usize) -> Watcher {
    try_shown(container, data, size, chunk).unwrap()
}

fn try_shown(container: Container, data: &[u8], size: Option<u64>, chunk: usize) -> Result<Watcher, Claim> {
    let mut watcher = Watcher::new(container, size);
    let mut offset = 0;
    for bytes in data.chunks(chunk) {
        watcher.see(offset, bytes)?;
        offset += bytes.len() as u64;
    }
    Ok(watcher)
}

/// What is found, which must not depend on how the bytes came.
fn verdict(container: Container, data: &[u8]) -> Verdict {
    let end = data.len() as u64;
    let whole = shown(container, data, Some(end), data.len().max(1)).finish(end);
    for chunk in [1, 7, 32 * 1024] {
        for size in [None, Some(end)] {
            let found = shown(container, data, size, chunk).finish(end);
            assert_eq!(found, whole, "{container:?}, {end} bytes in chunks of {chunk}, size {size:?}");
        }
    }
    whole
}

fn order(container: Container, data: &[u8]) -> Order {
    shown(container, data, None, 7).order()
}

/// Cuts at every place. None may be called complete; gives the places where nothing could be told.
fn untold_cuts(container: Container, data: &[u8]) -> Vec<usize> {
    (1..data.len())
        .filter(|cut| match verdict(container, &data[..*cut]) {
            Verdict::Complete => panic!("{container:?} cut at {cut} of {} passed for complete", data.len()),
            Verdict::Truncated { at } => {
                assert_eq!(at, *cut as u64, "{container:?} cut at {cut}");
                false
            }
            Verdict::Unknown => true,
        })
        .collect()
}

/// Deterministic numbers without a pattern.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
