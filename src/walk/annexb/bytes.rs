//! A sample's bytes, in one piece or behind a prefix that the container took off.

use super::{Out, StartCode};
use crate::walk::Stop;
use crate::walk::bytes::be;

pub trait Bytes<'a>: Copy {
    fn length(self) -> usize;

    fn byte(self, at: usize) -> Option<u8>;

    /// The number of `width` bytes at `at`.
    fn number(self, at: usize, width: usize) -> Option<usize>;

    /// In one piece, if it lies so.
    fn whole(self, start: usize, end: usize) -> Option<&'a [u8]>;

    /// Gives the unit there behind a start code.
    fn put(self, code: StartCode, start: usize, end: usize, out: &mut impl Out<'a>) -> Result<(), Stop>;

    /// Where the unit lies whose length stands at `at`; `None` if it does not lie within.
    #[inline]
    fn unit(self, at: usize, width: usize) -> Option<(usize, usize)> {
        let size = self.number(at, width)?;
        let start = at.checked_add(width)?;
        let end = start.checked_add(size)?;
        (end <= self.length()).then_some((start, end))
    }
}

impl<'a> Bytes<'a> for &'a [u8] {
    #[inline]
    fn length(self) -> usize {
        self.len()
    }

    #[inline]
    fn byte(self, at: usize) -> Option<u8> {
        self.get(at).copied()
    }

    #[inline]
    fn number(self, at: usize, width: usize) -> Option<usize> {
        if width == 4 {
            let four = self.get(at..)?.first_chunk::<4>()?;
            return usize::try_from(u32::from_be_bytes(*four)).ok();
        }
        let bytes = self.get(at..at.checked_add(width)?)?;
        usize::try_from(be(bytes)).ok()
    }

    #[inline]
    fn whole(self, start: usize, end: usize) -> Option<&'a [u8]> {
        self.get(start..end)
    }

    #[inline(always)]
    fn put(self, code: StartCode, start: usize, end: usize, out: &mut impl Out<'a>) -> Result<(), Stop> {
        match self.get(start..end) {
            Some(unit) => out.put_unit(code, unit),
            None => Ok(()),
        }
    }
}

/// One piece after another.
#[derive(Clone, Copy)]
pub struct Joined<'a>(pub &'a [u8], pub &'a [u8]);

impl<'a> Joined<'a> {
    /// What of the bytes lies in the first piece, and what in the second.
    fn parts(self, start: usize, end: usize) -> (&'a [u8], &'a [u8]) {
        let first = self.0.len();
        let before = self.0.get(start.min(first)..end.min(first));
        let after = self.1.get(start.saturating_sub(first)..end.saturating_sub(first));
        (before.unwrap_or_default(), after.unwrap_or_default())
    }
}

impl<'a> Bytes<'a> for Joined<'a> {
    fn length(self) -> usize {
        self.0.len().saturating_add(self.1.len())
    }

    fn byte(self, at: usize) -> Option<u8> {
        match at.checked_sub(self.0.len()) {
            None => self.0.get(at).copied(),
            Some(at) => self.1.get(at).copied(),
        }
    }

    fn number(self, at: usize, width: usize) -> Option<usize> {
        (0..width).try_fold(0, |number, index| Some(number << 8 | usize::from(self.byte(at.checked_add(index)?)?)))
    }

    fn whole(self, start: usize, end: usize) -> Option<&'a [u8]> {
        match self.parts(start, end) {
            (whole, []) | ([], whole) => Some(whole),
            _ => None,
        }
    }

    fn put(self, code: StartCode, start: usize, end: usize, out: &mut impl Out<'a>) -> Result<(), Stop> {
        out.put(code.bytes())?;
        let (before, after) = self.parts(start, end);
        out.put(before)?;
        out.put(after)
    }
}

/// Whether these bytes are Annex B themselves, as the filters look at it.
pub fn begins_a_unit(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, 1, ..] | [0, 0, 0, 1, ..])
}
