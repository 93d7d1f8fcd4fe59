//! Slices on their way to a sink: many at a time where it takes lists of them; else the small ones together, so that a
//! write callback is worth its call.

use super::writer::MAX_PIECES;
use super::{Outlet, to_u64};
use crate::error::{Error, Result};

/// Where a callback takes no list, smaller pieces than this are put together.
const SMALL: usize = 8 << 10;
/// How much of them.
const BLOCK: usize = 64 << 10;

/// A list of so many pieces, with so many bytes, is worth a call. Longer ones are slower: what was just looked at is in
/// the cache no more when the sink comes to it.
const FEW: usize = 64;
const ENOUGH: usize = 128 << 10;

/// Hands slices to an outlet, in order. Nothing has arrived before `flush`.
pub struct Gather<'s, 'o> {
    outlet: Outlet<'o>,
    form: Form<'s>,
    /// Bytes that wait.
    waiting: usize,
    /// Bytes that may still come.
    left: u64,
}

enum Form<'s> {
    Pieces(Vec<&'s [u8]>),
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
            Form::Block(block)
        };
        let left = outlet.left();
        Ok(Gather { outlet, form, waiting: 0, left })
    }

    #[inline]
    pub fn put(&mut self, slice: &'s [u8]) -> Result<()> {
        if slice.is_empty() {
            return Ok(());
        }
        match self.left.checked_sub(to_u64(slice.len())) {
            Some(left) => self.left = left,
            None => return self.end_at_limit(slice),
        }
        match &mut self.form {
            Form::Pieces(pieces) => {
                pieces.push(slice);
                self.waiting = self.waiting.saturating_add(slice.len());
                let enough = pieces.len() >= MAX_PIECES || pieces.len() >= FEW && self.waiting >= ENOUGH;
                if enough { self.flush() } else { Ok(()) }
            }
            Form::Block(block) if slice.len() < SMALL && self.waiting.saturating_add(slice.len()) <= BLOCK => {
                block.extend_from_slice(slice);
                self.waiting = block.len();
                Ok(())
            }
            Form::Block(_) => self.put_by_itself(slice),
        }
    }

    /// Takes two pieces, if nothing is in the way: neither is empty, and both are only to be kept for now.
    #[inline]
    pub fn put_two(&mut self, first: &'s [u8], second: &'s [u8]) -> bool {
        let size = first.len().saturating_add(second.len());
        let Some(left) = self.left.checked_sub(to_u64(size)) else { return false };
        if second.is_empty() {
            return false;
        }
        match &mut self.form {
            Form::Pieces(pieces) => {
                let waiting = self.waiting.saturating_add(size);
                if pieces.len() >= FEW.saturating_sub(2)
                    && (waiting >= ENOUGH || pieces.len() >= MAX_PIECES.saturating_sub(2))
                {
                    return false;
                }
                pieces.extend_from_slice(&[first, second]);
                self.waiting = waiting;
            }
            Form::Block(block) => {
                if size >= SMALL || self.waiting.saturating_add(size) > BLOCK {
                    return false;
                }
                block.extend_from_slice(first);
                block.extend_from_slice(second);
                self.waiting = block.len();
            }
        }
        self.left = left;
        true
    }

    /// What came before the limit still goes out.
    #[cold]
    fn end_at_limit(&mut self, slice: &'s [u8]) -> Result<()> {
        self.flush()?;
        self.outlet.write(slice)
    }

    /// What waits goes first.
    fn put_by_itself(&mut self, slice: &'s [u8]) -> Result<()> {
        self.flush()?;
        match &mut self.form {
            Form::Block(block) if slice.len() < SMALL => {
                block.extend_from_slice(slice);
                self.waiting = block.len();
                Ok(())
            }
            _ => self.outlet.write(slice),
        }
    }

    /// Hands over what waits.
    pub fn flush(&mut self) -> Result<()> {
        let size = std::mem::take(&mut self.waiting);
        match &mut self.form {
            Form::Pieces(pieces) => {
                let result = self.outlet.gather(pieces, size);
                pieces.clear();
                result
            }
            Form::Block(block) => {
                let result = if block.is_empty() { Ok(()) } else { self.outlet.write(block) };
                block.clear();
                result
            }
        }
    }

    /// Whether the bytes themselves are gone over, and not only where they are.
    pub fn copies(&self) -> bool {
        matches!(self.form, Form::Block(_)) || self.outlet.copies()
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
        let (_, calls, _) = gathered(false, &[100; 655]);
        assert_eq!(calls, 1);
        let (_, calls, _) = gathered(false, &[100; 656]);
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
            [(1, 1024, 1), (1, 2049, 3), (4096, 64, 1), (4096, 65, 2), (1000, 132, 1), (1000, 133, 2)];
        for (size, count, expected) in lists {
            let (_, calls, _) = gathered(true, &vec![size; count]);
            assert_eq!(calls, expected, "{count} pieces of {size} bytes");
        }
    }
}
