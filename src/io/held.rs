//! Bytes of the input that were read and may be wanted again.

use super::to_u64;
use crate::error::{Error, Result};

/// A stretch of the input, in memory.
#[derive(Default)]
pub struct Held {
    start: u64,
    bytes: Vec<u8>,
}

impl Held {
    pub fn start(&self) -> u64 {
        self.start
    }

    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.len())
    }

    pub fn len(&self) -> u64 {
        to_u64(self.bytes.len())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is held from `offset` on; nothing if that is not held.
    pub fn from(&self, offset: u64) -> &[u8] {
        let skip = offset.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        skip.and_then(|skip| self.bytes.get(skip..)).unwrap_or_default()
    }

    /// Holds up to `count` bytes more, as `read` gives them; says how many.
    pub fn fill(&mut self, count: usize, read: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<usize> {
        let held = self.bytes.len();
        self.bytes.try_reserve(count).map_err(|_| Error::no_memory())?;
        self.bytes.resize(held.saturating_add(count), 0);
        let read = self.bytes.get_mut(held..).map_or(Ok(0), read);
        self.bytes.truncate(held.saturating_add(*read.as_ref().unwrap_or(&0)));
        read
    }

    /// Holds `bytes` too, which come next in the input.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.try_reserve(bytes.len()).map_err(|_| Error::no_memory())?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Holds the last of what is held and of `bytes`, which come next in the input: `count` of them at the least.
    pub fn slide(&mut self, bytes: &[u8], count: usize) -> Result<()> {
        let surplus = bytes.len().saturating_sub(count);
        if surplus > 0 {
            self.start = self.end().saturating_add(to_u64(surplus));
            self.bytes.clear();
        }
        self.push(bytes.get(surplus..).unwrap_or_default())?;
        self.keep_last(count);
        Ok(())
    }

    /// Lets go of all but the last `count` bytes; not at each call, so that a byte is moved once and no oftener.
    fn keep_last(&mut self, count: usize) {
        if self.bytes.len() > count.saturating_mul(2) {
            let surplus = self.bytes.len().saturating_sub(count);
            self.bytes.drain(..surplus);
            self.start = self.start.saturating_add(to_u64(surplus));
        }
    }

    /// Lets go of everything.
    pub fn clear(&mut self) {
        *self = Held { start: self.end(), bytes: Vec::new() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_found_by_its_offset_however_far_the_stretch_has_moved() {
        let (mut held, mut offset) = (Held::default(), 0u64);
        for round in 0..100u8 {
            held.slide(&[round; 10], 25).unwrap();
            offset += 10;
            assert_eq!(held.end(), offset);
            assert!(held.len() <= 60 && held.len() >= offset.min(25));
            assert_eq!(held.from(offset - 1), [round]);
            assert!(held.from(offset).is_empty());
            assert_eq!(held.from(held.start()).len() as u64, held.len());
            if held.start() > 0 {
                assert!(held.from(held.start() - 1).is_empty());
            }
        }
        held.clear();
        assert_eq!((held.start(), held.len()), (1000, 0));
    }

    #[test]
    fn of_a_piece_that_is_longer_than_what_is_to_be_held_only_the_end_is_held() {
        for count in [0, 3, 10] {
            let mut held = Held::default();
            held.push(b"before").unwrap();
            held.slide(b"0123456789", count).unwrap();
            assert_eq!((held.end(), held.len()), (16, if count == 10 { 16 } else { to_u64(count) }));
            assert!(b"before0123456789".ends_with(held.bytes()));
        }
    }
}
