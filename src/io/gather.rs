//! Slices on their way to a sink: many at a time where it takes lists of them; else the small ones together, so that a
//! write callback is worth its call.

use super::writer::MAX_PIECES;
use super::{Outlet, to_u64};
use crate::error::{Error, Result};

/// Where a callback takes no list, smaller pieces than this are put together.
const SMALL: usize = 8 << 10;
/// How much of them: what the sink copies from here is to be in the fastest cache still.
const BLOCK: usize = 16 << 10;

/// A list of so many pieces, with so many bytes, is worth a call. Longer ones are slower: what was just looked at is in
/// the cache no more when the sink comes to it.
const FEW: usize = 64;
const ENOUGH: usize = 32 << 10;

/// Hands slices to an outlet, in order. Nothing has arrived before `flush`.
pub struct Gather<'s, 'o> {
    outlet: Outlet<'o>,
    form: Form<'s>,
    /// Bytes that wait.
    waiting: usize,
    /// How many more may join them without a thought: neither is it time for a call then, nor is the limit reached.
    free: usize,
}

enum Form<'s> {
    Pieces(Vec<&'s [u8]>),
    /// What waits, at the front.
    Block(Vec<u8>),
}

impl<'s, 'o> Gather<'s, 'o> {
    pub fn new(outlet: Outlet<'o>) -> Result<Self> {
        let form = if outlet.takes_pieces() {
            let mut pieces = Vec::new();
            pieces.try_reserve_exact(MAX_PIECES).map_err(|_| Error::no_memory())?;
            Form::Pieces(pieces)
        } else {
            let mut block = Vec::new();
            block.try_reserve_exact(BLOCK).map_err(|_| Error::no_memory())?;
            block.resize(BLOCK, 0);
            Form::Block(block)
        };
        let mut gather = Gather { outlet, form, waiting: 0, free: 0 };
        gather.wait_with(0);
        Ok(gather)
    }

    #[inline]
    pub fn put(&mut self, slice: &'s [u8]) -> Result<()> {
        if slice.is_empty() || self.keep([slice]) { Ok(()) } else { self.put_with_care(slice) }
    }

    /// Takes two pieces, if nothing is in the way: neither is empty, and both are only to be kept for now.
    #[inline(always)]
    pub fn put_two(&mut self, first: &'s [u8], second: &'s [u8]) -> bool {
        !second.is_empty() && self.keep([first, second])
    }

    /// Takes the slices, if they are only to be kept for now.
    #[inline(always)]
    fn keep<const N: usize>(&mut self, slices: [&'s [u8]; N]) -> bool {
        let size = slices.iter().fold(0usize, |size, slice| size.saturating_add(slice.len()));
        let Some(free) = self.free.checked_sub(size) else { return false };
        let waiting = self.waiting.wrapping_add(size);
        match &mut self.form {
            Form::Pieces(pieces) => {
                if pieces.len() >= MAX_PIECES.saturating_sub(N) {
                    return false;
                }
                pieces.extend_from_slice(&slices);
            }
            Form::Block(block) => {
                let Some(mut place) = block.get_mut(self.waiting..waiting).filter(|_| size < SMALL) else {
                    return false;
                };
                for slice in slices {
                    let Some((front, rest)) = place.split_at_mut_checked(slice.len()) else { return false };
                    front.copy_from_slice(slice);
                    place = rest;
                }
            }
        }
        (self.waiting, self.free) = (waiting, free);
        true
    }

    /// A slice that a call is due with, or that is too much.
    #[inline(never)]
    fn put_with_care(&mut self, slice: &'s [u8]) -> Result<()> {
        let waiting = self.waiting.saturating_add(slice.len());
        if to_u64(waiting) > self.outlet.left() {
            // What came before the limit still goes out.
            self.flush()?;
            return self.outlet.write(slice);
        }
        if let Form::Pieces(pieces) = &mut self.form {
            pieces.push(slice);
            let enough = pieces.len() >= MAX_PIECES || pieces.len() >= FEW && waiting >= ENOUGH;
            self.wait_with(waiting);
            return if enough { self.flush() } else { Ok(()) };
        }
        // What waits goes first.
        self.flush()?;
        if self.keep([slice]) {
            return Ok(());
        }
        let result = self.outlet.write(slice);
        self.wait_with(0);
        result
    }

    /// So many bytes wait now.
    fn wait_with(&mut self, waiting: usize) {
        let room = match self.form {
            Form::Pieces(_) => ENOUGH.saturating_sub(1),
            Form::Block(_) => BLOCK,
        };
        let left = usize::try_from(self.outlet.left()).unwrap_or(usize::MAX);
        self.waiting = waiting;
        self.free = room.min(left).saturating_sub(waiting);
    }

    /// Hands over what waits.
    pub fn flush(&mut self) -> Result<()> {
        let size = self.waiting;
        let result = match &mut self.form {
            Form::Pieces(pieces) => {
                let result = self.outlet.gather(pieces, size);
                pieces.clear();
                result
            }
            Form::Block(block) => match block.get(..size) {
                None | Some([]) => Ok(()),
                Some(block) => self.outlet.write(block),
            },
        };
        self.wait_with(0);
        result
    }

    /// How far the output has come, what waits included.
    pub fn position(&self) -> u64 {
        self.outlet.position().saturating_add(to_u64(self.waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{FakeWriter, QUICK};
    use super::super::{Control, Writer};
    use super::*;

    fn gathered(only_slices: bool, sizes: &[usize]) -> (Vec<u8>, usize, Vec<u8>) {
        let bytes: Vec<u8> = (0..sizes.iter().sum::<usize>()).map(|byte| (byte % 251) as u8).collect();
        let control = Control::unbounded();
        let mut writer = Writer::new(FakeWriter { only_slices, ..FakeWriter::default() }, QUICK, None);
        let mut gather = Gather::new(Outlet::new(&mut writer, &control)).unwrap();
        let mut rest = bytes.as_slice();
        for size in sizes {
            let (slice, after) = rest.split_at(*size);
            gather.put(slice).unwrap();
            rest = after;
            assert_eq!(gather.position(), (bytes.len() - rest.len()) as u64);
        }
        gather.flush().unwrap();
        let host = writer.into_host();
        (host.taken, host.calls, bytes)
    }

    #[test]
    fn every_mixture_of_sizes_arrives_in_order() {
        let mixtures: [&[usize]; 7] = [
            &[],
            &[0, 1, 0],
            &[4, 100, 3, 8191, 3, 8192, 4, 8193, 1],
            &[8191; 30],
            &[65536, 1, 65535, 2],
            &[1; 3000],
            &[60000, 8000, 8000, 70000, 3],
        ];
        for sizes in mixtures {
            for only_slices in [false, true] {
                let (taken, _, bytes) = gathered(only_slices, sizes);
                assert!(taken == bytes, "{sizes:?}");
            }
        }
    }

    #[test]
    fn small_pieces_are_put_together_and_large_ones_passed_through() {
        let (_, calls, _) = gathered(false, &[100; 163]);
        assert_eq!(calls, 1);
        let (_, calls, _) = gathered(false, &[100; 164]);
        assert_eq!(calls, 2);
        let (_, calls, _) = gathered(false, &[4, 9000, 4, 9000, 9000]);
        assert_eq!(calls, 5);
        let (_, calls, _) = gathered(true, &[4, 9000, 4, 9000, 9000]);
        assert_eq!(calls, 1);
    }

    /// As extraction puts a start code and a unit.
    #[test]
    fn two_at_once_arrive_as_one_by_one_and_in_as_many_calls() {
        for only_slices in [false, true] {
            for (size, count) in [(1, 5000), (100, 3000), (8184, 100), (8189, 100), (20_000, 100)] {
                let sizes: Vec<usize> = std::iter::repeat_n([4, size], count).flatten().collect();
                let (singly, calls, bytes) = gathered(only_slices, &sizes);
                let control = Control::unbounded();
                let mut writer = Writer::new(FakeWriter { only_slices, ..FakeWriter::default() }, QUICK, None);
                let mut gather = Gather::new(Outlet::new(&mut writer, &control)).unwrap();
                for unit in bytes.chunks(size + 4) {
                    let (start, unit) = unit.split_at(4);
                    if !gather.put_two(start, unit) {
                        gather.put(start).unwrap();
                        gather.put(unit).unwrap();
                    }
                }
                gather.flush().unwrap();
                let host = writer.into_host();
                assert!(host.taken == singly, "{size}, {only_slices}");
                assert!(
                    host.longest <= MAX_PIECES && host.calls.abs_diff(calls) <= calls / 50,
                    "{size}: {}",
                    host.calls
                );
            }
        }
    }

    #[test]
    fn a_list_goes_out_when_it_is_worth_a_call_or_full() {
        let lists: [(usize, usize, usize); 6] =
            [(1, 1024, 1), (1, 2049, 3), (4096, 64, 1), (4096, 65, 2), (300, 110, 1), (300, 111, 2)];
        for (size, count, expected) in lists {
            let (_, calls, _) = gathered(true, &vec![size; count]);
            assert_eq!(calls, expected, "{count} pieces of {size} bytes");
        }
    }
}
