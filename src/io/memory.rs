//! Sources that lie in memory: one block, or several in order.

use super::{Control, Seekability, Source, TraceKind, to_i64, to_u64};
use crate::error::Result;

/// One block of memory.
pub struct Memory<'a> {
    bytes: &'a [u8],
    position: u64,
}

impl<'a> Memory<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Memory { bytes, position: 0 }
    }
}

impl Source for Memory<'_> {
    fn begin(&mut self, _: &Control) -> Result<()> {
        self.position = 0;
        Ok(())
    }

    fn read(&mut self, buf: &mut [u8], control: &Control) -> Result<usize> {
        let rest = usize::try_from(self.position).ok().and_then(|at| self.bytes.get(at..)).unwrap_or_default();
        traced_copy(rest, buf, &mut self.position, control)
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        traced_seek(offset, &mut self.position, control);
        Ok(())
    }

    fn size(&mut self, _: &Control) -> Result<Option<u64>> {
        Ok(Some(to_u64(self.bytes.len())))
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn seekability(&self) -> Seekability {
        Seekability::Cheap
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self.bytes)
    }
}

/// Several blocks of memory, read as one: network buffers, the pieces of a blob.
pub struct Slices<'a> {
    /// Each block with the offset of its first byte.
    slices: Vec<(u64, &'a [u8])>,
    size: u64,
    position: u64,
}

impl<'a> Slices<'a> {
    pub fn new(blocks: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut size = 0u64;
        let slices = blocks
            .into_iter()
            .filter(|block| !block.is_empty())
            .map(|block| {
                let start = size;
                size = size.saturating_add(to_u64(block.len()));
                (start, block)
            })
            .collect();
        Slices { slices, size, position: 0 }
    }

    /// What is left of the block that the position lies in.
    fn rest(&self) -> &'a [u8] {
        let index = self.slices.partition_point(|(start, _)| *start <= self.position);
        let Some((start, block)) = index.checked_sub(1).and_then(|index| self.slices.get(index)) else {
            return &[];
        };
        let skip = usize::try_from(self.position.saturating_sub(*start)).unwrap_or(usize::MAX);
        block.get(skip..).unwrap_or_default()
    }
}

impl Source for Slices<'_> {
    fn begin(&mut self, _: &Control) -> Result<()> {
        self.position = 0;
        Ok(())
    }

    fn read(&mut self, buf: &mut [u8], control: &Control) -> Result<usize> {
        traced_copy(self.rest(), buf, &mut self.position, control)
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        traced_seek(offset, &mut self.position, control);
        Ok(())
    }

    fn size(&mut self, _: &Control) -> Result<Option<u64>> {
        Ok(Some(self.size))
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn seekability(&self) -> Seekability {
        Seekability::Cheap
    }

    fn as_slice(&self) -> Option<&[u8]> {
        match self.slices.as_slice() {
            [] => Some(&[]),
            [(_, block)] => Some(block),
            _ => None,
        }
    }
}

fn traced_copy(rest: &[u8], buf: &mut [u8], position: &mut u64, control: &Control) -> Result<usize> {
    control.check()?;
    let count = buf.len().min(rest.len());
    control.traced(TraceKind::Read, i64::try_from(*position).unwrap_or(i64::MAX), buf.len(), || {
        if let (Some(to), Some(from)) = (buf.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        to_i64(count)
    });
    *position = position.saturating_add(to_u64(count));
    control.has_read(to_u64(count))?;
    Ok(count)
}

fn traced_seek(offset: u64, position: &mut u64, control: &Control) {
    let target = i64::try_from(offset).unwrap_or(i64::MAX);
    control.traced(TraceKind::Seek, target, 0, || target);
    *position = offset;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(source: &mut dyn Source, step: usize) -> Vec<u8> {
        let control = Control::unbounded();
        source.begin(&control).unwrap();
        let (mut all, mut buf) = (Vec::new(), vec![0; step]);
        loop {
            match source.read(&mut buf, &control).unwrap() {
                0 => return all,
                n => all.extend_from_slice(&buf[..n]),
            }
        }
    }

    #[test]
    fn slices_read_as_one_whatever_their_cuts() {
        let bytes: Vec<u8> = (0..100).collect();
        for cut in 0..=100 {
            let (a, b) = bytes.split_at(cut);
            for step in [1, 7, 64, 1000] {
                assert_eq!(read_all(&mut Slices::new([a, &[][..], b]), step), bytes);
            }
        }
        assert!(read_all(&mut Slices::new([]), 5).is_empty());
        assert_eq!(read_all(&mut Memory::new(&bytes), 9), bytes);
    }

    #[test]
    fn a_seek_lands_on_the_byte_asked_for_and_past_the_end_is_the_end() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut source = Slices::new(bytes.chunks(9));
        let control = Control::unbounded();
        let mut byte = [0];
        for offset in [99, 0, 8, 9, 10, 50] {
            source.seek(offset, &control).unwrap();
            assert_eq!(source.read(&mut byte, &control).unwrap(), 1);
            assert_eq!(u64::from(byte[0]), offset);
        }
        source.seek(1000, &control).unwrap();
        assert_eq!(source.read(&mut byte, &control).unwrap(), 0);
    }
}
