//! Samples a little before they are needed. The first thing that is looked at is the length at a sample's beginning,
//! which lies where the processor has not been; asked for this early it is there when it is needed.

use crate::mem;
use crate::walk::{Data, Demux, Stop};
use std::ops::Range;

/// How many samples are under way. A power of two.
const AHEAD: usize = 32;

/// Hands the bytes of the samples of `range` to `take`, with the number and the offset of each, until it has enough.
pub fn each<'a>(
    demux: &impl Demux<'a>,
    stream: usize,
    range: Range<u64>,
    mut take: impl FnMut(u64, u64, &Data<'a>) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    let mut ring: [Option<(u64, Data<'a>)>; AHEAD] = std::array::from_fn(|_| None);
    let (mut came, mut put, mut next, mut wants) = (0u64, 0usize, range.start, true);
    let mut give = |waiting: Option<(u64, Data<'a>)>| {
        let Some((offset, data)) = waiting.filter(|_| wants) else { return Ok(wants) };
        wants = take(next, offset, &data)?;
        next = next.saturating_add(1);
        Ok::<_, Stop>(wants)
    };
    demux.payloads(stream, &mut |offset, data| {
        let nth = came;
        came = came.saturating_add(1);
        if !range.contains(&nth) {
            return Ok(nth < range.start);
        }
        if let Data::Whole(bytes) | Data::Prefixed(_, bytes) = &data {
            mem::prefetch(bytes, 0);
        }
        let waiting = ring.get_mut(put % AHEAD).and_then(|place| place.replace((offset, data)));
        put = put.wrapping_add(1);
        give(waiting)
    })?;
    for nth in 0..AHEAD {
        give(ring.get_mut(put.wrapping_add(nth) % AHEAD).and_then(Option::take))?;
    }
    Ok(())
}

/// The first sample's bytes.
pub fn first<'a>(demux: &impl Demux<'a>, stream: usize) -> Result<Option<Data<'a>>, Stop> {
    let mut first = None;
    demux.payloads(stream, &mut |_, data| {
        first = Some(data);
        Ok(false)
    })?;
    Ok(first)
}
