//! Two threads copy into the host's memory, each one half of the output. A first pass finds where the second half
//! begins, and what the filter remembers there.

use super::lookahead;
use super::walk::{self, Job, Mark, measure};
use crate::error::Error;
use crate::io::{Place, Sink, to_u64};
use crate::walk::annexb::{Filter, Out};
use crate::walk::{Demux, Stop};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A smaller output is not worth a second thread.
const WORTH: u64 = 8 << 20;

/// The first pass takes a note this often: for every 32nd part of the input, but not for less than this.
const PARTS: u64 = 32;
const PART: u64 = 64 << 10;

/// How many samples go by before the operation may be ended.
const PACE: u64 = 64;

/// A place in the output where a thread can begin.
struct Note<'a> {
    filter: Filter<'a>,
    samples: u64,
    size: u64,
}

/// Gives the number of packets; `None` where one thread is to do it: too little output, or too little room.
pub fn extract<'a>(
    demux: &(impl Demux<'a> + Sync),
    stream: usize,
    filter: &Filter<'a>,
    job: &Job,
    sink: &mut dyn Sink,
) -> Result<Option<u64>, Stop> {
    let part = job.control.progress().bytes_total.unwrap_or(0).div_euclid(PARTS).max(PART);
    let (mut notes, mut packets, mut next) = (Vec::new(), 0, part);
    let size = measure(demux, stream, filter, job, |mark: Mark<'_, 'a>| {
        packets = mark.samples;
        if mark.size >= next && notes.try_reserve(1).is_ok() {
            next = mark.size.saturating_add(part);
            notes.push(Note { filter: mark.filter.clone(), samples: mark.samples, size: mark.size });
        }
    })?;
    let Some(middle) = notes.into_iter().min_by_key(|note| note.size.abs_diff(size / 2)) else { return Ok(None) };
    let room = sink.room().unwrap_or_default();
    let fits = usize::try_from(size).ok().and_then(|size| room.get_mut(..size));
    let (Some(room), Ok(split)) = (fits, usize::try_from(middle.size)) else { return Ok(None) };
    let Some((front, back)) = room.split_at_mut_checked(split) else { return Ok(None) };
    if size < WORTH || size > job.control.limits.max_output_bytes {
        return Ok(None);
    }
    let (stop, from) = (AtomicBool::new(false), middle.samples);
    let result = std::thread::scope(|scope| {
        let second = || fill(demux, stream, from..packets, middle.filter, back, |_| !stop.load(Ordering::Relaxed));
        let builder = std::thread::Builder::new().name("memux-extract".into());
        let Ok(second) = builder.spawn_scoped(scope, second) else { return Ok(false) };
        let mut ended = Ok(());
        let first = fill(demux, stream, 0..from, filter.clone(), front, |samples| {
            ended = job.control.has_walked(0, samples);
            ended.is_ok()
        });
        while first.is_ok() && ended.is_ok() && !second.is_finished() {
            ended = job.control.check();
            std::thread::sleep(Duration::from_micros(200));
        }
        stop.store(ended.is_err() || first.is_err(), Ordering::Relaxed);
        let second = second.join().unwrap_or_else(|_| Err(Error::internal("a thread of memux panicked").into()));
        ended?;
        first.and(second).map(|()| true)
    })?;
    if !result {
        return Ok(None);
    }
    sink.has_filled(size, job.control);
    Ok(Some(packets))
}

/// Fills `room` to its last byte with the samples of `range`, as long as `go_on` says so.
fn fill<'a>(
    demux: &impl Demux<'a>,
    stream: usize,
    range: Range<u64>,
    mut filter: Filter<'a>,
    room: &mut [MaybeUninit<u8>],
    mut go_on: impl FnMut(u64) -> bool,
) -> Result<(), Stop> {
    let size = to_u64(room.len());
    let (mut place, mut stopped) = (Place::new(room), false);
    place.is_large();
    let skipped = usize::try_from(range.start).unwrap_or(usize::MAX);
    let count = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
    let payloads = demux.payloads(stream).skip(skipped).take(count);
    let (mut nth, mut next) = (range.start, range.start);
    lookahead::each(payloads, usize::MAX, |samples| {
        if nth >= next {
            next = nth.saturating_add(PACE);
            stopped = !go_on(nth);
        }
        if !stopped {
            nth = nth.saturating_add(to_u64(samples.count()));
            walk::put(&mut filter, samples, &mut Into(&mut place)).map_err(|(_, stop)| stop)?;
        }
        Ok(!stopped)
    })?;
    if stopped || place.position() == size {
        return Ok(());
    }
    Err(Error::internal("an output has another length than was measured").into())
}

struct Into<'p, 'b>(&'p mut Place<'b>);

impl<'a> Out<'a> for Into<'_, '_> {
    #[inline]
    fn put(&mut self, slice: &'a [u8]) -> Result<(), Stop> {
        self.0.put(slice);
        Ok(())
    }
}
