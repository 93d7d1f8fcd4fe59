//! Samples a little before they are needed. The first thing that is looked at is the length at a sample's beginning,
//! which lies where the processor has not been; asked for this early it is there when it is needed.

use crate::mem;
use crate::walk::{Data, Declined, Stop};

/// How many samples are under way. A power of two.
const AHEAD: usize = 16;

/// How much of a sample is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Where its first length stands.
    Head,
    /// All of a short one, since it will be copied. That a long one goes on the processor sees by itself.
    Body,
}

const SHORT: usize = 2 << 10;

/// Hands each of the samples that are left to `take`, with the number of each from `nth` on, until it has enough.
#[inline]
pub fn each<'a>(
    mut payloads: impl Iterator<Item = Result<(u64, Data<'a>), Declined>>,
    first: u64,
    reach: Reach,
    mut take: impl FnMut(u64, u64, &Data<'a>) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    // Offset and bytes of those that are under way; behind them one that need not wait, which the walk has looked into.
    let mut ring: [(u64, &'a [u8]); AHEAD] = [(0, &[]); AHEAD];
    let (mut put, mut given, mut behind, mut nth) = (0usize, 0usize, None, first);
    let mut more = true;
    loop {
        if more && behind.is_none() {
            match payloads.next() {
                Some(Ok((offset, Data::Whole(bytes)))) => {
                    ask_for(bytes, reach);
                    if let Some(place) = ring.get_mut(put % AHEAD) {
                        *place = (offset, bytes);
                    }
                    put = put.wrapping_add(1);
                    if put.wrapping_sub(given) < AHEAD {
                        continue;
                    }
                }
                Some(Ok(other)) => behind = Some(other),
                Some(Err(declined)) => return Err(declined.into()),
                None => more = false,
            }
        }
        let (offset, data) = match ring.get(given % AHEAD).filter(|_| given != put) {
            Some((offset, bytes)) => {
                given = given.wrapping_add(1);
                (*offset, Data::Whole(bytes))
            }
            None => match behind.take() {
                Some(behind) => behind,
                None if more => continue,
                None => return Ok(()),
            },
        };
        if !take(nth, offset, &data)? {
            return Ok(());
        }
        nth = nth.wrapping_add(1);
    }
}

#[inline(always)]
fn ask_for(bytes: &[u8], reach: Reach) {
    match reach {
        Reach::Body if bytes.len() <= SHORT => mem::prefetch_lines(bytes, 0, bytes.len()),
        _ => mem::prefetch(bytes, 0),
    }
}
