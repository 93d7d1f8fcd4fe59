//! Samples a little before they are needed. The first thing that is looked at is the length at a sample's beginning,
//! which lies where the processor has not been; asked for this early it is there when it is needed.

use crate::mem;
use crate::walk::{Data, Declined, Sample};

/// How many samples are under way. A power of two.
const AHEAD: usize = 32;

pub struct Lookahead<'a, I> {
    samples: I,
    ring: [Option<Piece<'a>>; AHEAD],
    next: usize,
}

/// Where a sample lies, and its bytes.
type Piece<'a> = Result<(u64, Data<'a>), Declined>;

impl<'a, I: Iterator<Item = Result<Sample<'a>, Declined>>> Lookahead<'a, I> {
    pub fn new(mut samples: I) -> Self {
        let ring = std::array::from_fn(|_| fetch(&mut samples));
        Lookahead { samples, ring, next: 0 }
    }
}

impl<'a, I: Iterator<Item = Result<Sample<'a>, Declined>>> Iterator for Lookahead<'a, I> {
    type Item = Piece<'a>;

    #[inline]
    fn next(&mut self) -> Option<Piece<'a>> {
        let slot = self.ring.get_mut(self.next % AHEAD)?;
        self.next = self.next.wrapping_add(1);
        // An iterator that has ended is not asked again: what is in its place ends this one.
        let piece = slot.take()?;
        *slot = fetch(&mut self.samples);
        Some(piece)
    }
}

#[inline]
fn fetch<'a>(samples: &mut impl Iterator<Item = Result<Sample<'a>, Declined>>) -> Option<Piece<'a>> {
    let sample = samples.next()?.map(|sample| (sample.offset, sample.data));
    if let Ok((_, Data::Whole(bytes) | Data::Prefixed(_, bytes))) = &sample {
        mem::prefetch(bytes, 0);
    }
    Some(sample)
}
