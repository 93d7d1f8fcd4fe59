//! Samples a little before they are needed. The first thing that is looked at is the length at a sample's beginning,
//! which lies where the processor has not been; asked for this early it is there when it is needed.

use crate::mem;
use crate::walk::{Data, Declined, Payloads, Stop};

/// How many samples are asked for at once: no more than the processor takes note of without a stop.
const BATCH: usize = 16;
/// So many times as many are under way. A power of two.
const BATCHES: usize = 2;

/// Where each of some samples begins, and its bytes.
type Batch<'a> = [(u64, &'a [u8]); BATCH];

/// Samples that are handed on together.
#[derive(Clone, Copy)]
pub enum Samples<'s, 'a> {
    Whole(&'s [(u64, &'a [u8])]),
    /// The walk has looked into it already.
    Other(u64, &'s Data<'a>),
}

impl Samples<'_, '_> {
    pub fn count(&self) -> usize {
        match self {
            Samples::Whole(samples) => samples.len(),
            Samples::Other(..) => 1,
        }
    }

    /// Where the `nth` of them begins.
    pub fn offset(&self, nth: usize) -> u64 {
        match self {
            Samples::Whole(samples) => samples.get(nth).map_or(0, |(offset, _)| *offset),
            Samples::Other(offset, _) => *offset,
        }
    }
}

/// Why a batch is no longer than it is.
enum End<'a> {
    More,
    Other(u64, Data<'a>),
    Over,
}

/// Hands all samples to `take`, at most so many at a time, until it has enough.
#[inline]
pub fn each<'a>(
    mut payloads: impl Payloads<'a>,
    most: usize,
    mut take: impl FnMut(Samples<'_, 'a>) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    let mut ring: [(usize, Batch); BATCHES] = [(0, [(0, &[]); BATCH]); BATCHES];
    let (mut put, mut given, mut end) = (0usize, 0usize, End::More);
    loop {
        while matches!(end, End::More) && put.wrapping_sub(given) < BATCHES {
            let Some((count, batch)) = ring.get_mut(put % BATCHES) else { break };
            (*count, end) = fill(batch, &mut payloads)?;
            put = put.wrapping_add(1);
        }
        if given != put {
            let Some((count, batch)) = ring.get(given % BATCHES) else { return Ok(()) };
            for samples in batch.get(..*count).unwrap_or_default().chunks(most.max(1)) {
                if !take(Samples::Whole(samples))? {
                    return Ok(());
                }
            }
            given = given.wrapping_add(1);
            continue;
        }
        match std::mem::replace(&mut end, End::More) {
            End::More => {}
            End::Other(offset, data) => {
                if !take(Samples::Other(offset, &data))? {
                    return Ok(());
                }
            }
            End::Over => return Ok(()),
        }
    }
}

/// Asks for the next samples, and gives how many there are.
#[inline]
fn fill<'a>(batch: &mut Batch<'a>, payloads: &mut impl Payloads<'a>) -> Result<(usize, End<'a>), Declined> {
    let count = payloads.fill(batch);
    if count > 0 {
        batch.iter().take(count).for_each(|(_, bytes)| mem::prefetch(bytes, 0));
        return Ok((count, End::More));
    }
    for (count, place) in batch.iter_mut().enumerate() {
        match payloads.next() {
            Some(Ok((offset, Data::Whole(bytes)))) => {
                mem::prefetch(bytes, 0);
                *place = (offset, bytes);
            }
            Some(Ok((offset, data))) => return Ok((count, End::Other(offset, data))),
            Some(Err(declined)) => return Err(declined),
            None => return Ok((count, End::Over)),
        }
    }
    Ok((BATCH, End::More))
}
