//! Lacing: several frames in one block, and how their sizes are told.

use super::ebml;

/// The sizes of a block's frames, at most 256.
pub struct Laces<'a> {
    sizes: [u32; 256],
    count: usize,
    /// The frames, one behind the other.
    pub frames: &'a [u8],
}

/// Nothing is laced.
pub const NONE: u8 = 0;
const XIPH: u8 = 1;
const FIXED: u8 = 2;

impl<'a> Laces<'a> {
    /// `kind`: the two bits of the block's flags; `body`: what follows the block's header. `None`: the sizes and the
    /// block contradict each other.
    pub fn read(kind: u8, body: &'a [u8]) -> Option<Self> {
        let mut laces = Laces { sizes: [0; 256], count: 1, frames: body };
        if kind == NONE {
            *laces.sizes.first_mut()? = u32::try_from(body.len()).ok()?;
            return Some(laces);
        }
        let (last, mut rest) = body.split_first()?;
        laces.count = usize::from(*last).checked_add(1)?;
        let told = laces.sizes.get_mut(..usize::from(*last))?;
        match kind {
            XIPH => xiph(told, &mut rest)?,
            FIXED => {
                let size = rest.len().checked_div(laces.count)?;
                if size.checked_mul(laces.count)? != rest.len() {
                    return None;
                }
                told.fill(u32::try_from(size).ok()?);
            }
            _ => variable(told, &mut rest)?,
        }
        let total: u64 = told.iter().map(|size| u64::from(*size)).sum();
        let left = u64::try_from(rest.len()).ok()?.checked_sub(total)?;
        *laces.sizes.get_mut(usize::from(*last))? = u32::try_from(left).ok()?;
        laces.frames = rest;
        Some(laces)
    }

    pub fn sizes(&self) -> &[u32] {
        self.sizes.get(..self.count).unwrap_or_default()
    }
}

/// Each size is a sum of bytes up to the first that is not 255.
fn xiph(sizes: &mut [u32], rest: &mut &[u8]) -> Option<()> {
    for size in sizes {
        loop {
            let byte = take(rest)?;
            *size = size.checked_add(u32::from(byte))?;
            if byte != 255 {
                break;
            }
        }
    }
    Some(())
}

/// The first size is a number, each of the others a difference to the one before.
fn variable(sizes: &mut [u32], rest: &mut &[u8]) -> Option<()> {
    let mut previous = None;
    for size in sizes.iter_mut() {
        let (value, width) = ebml::number(rest)?;
        *rest = rest.get(usize::try_from(width).ok()?..)?;
        let value = i64::try_from(value).ok()?;
        let next = match previous {
            None => value,
            Some(before) => {
                let bias = i64::try_from(ebml::largest(width) >> 1).ok()?;
                value.checked_sub(bias)?.checked_add(before)?
            }
        };
        *size = u32::try_from(next).ok().filter(|size| *size <= 0x7fff_ffff)?;
        previous = Some(next);
    }
    // One frame and no size told: libavformat reads a size all the same.
    previous.map(drop)
}

fn take(rest: &mut &[u8]) -> Option<u8> {
    let (first, others) = rest.split_first()?;
    *rest = others;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(kind: u8, body: &[u8]) -> Option<Vec<u32>> {
        Laces::read(kind, body).map(|laces| laces.sizes().to_vec())
    }

    #[test]
    fn xiph_sizes_are_sums_of_bytes() {
        let body = [&[2, 255, 3, 1][..], &[0; 260]].concat();
        assert_eq!(sizes(XIPH, &body), Some(vec![258, 1, 1]));
        assert_eq!(sizes(XIPH, &[1, 255]), None, "cut in a size");
        assert_eq!(sizes(XIPH, &[1, 5, 0]), None, "more than there is");
        assert_eq!(sizes(XIPH, &[0, 9, 9]), Some(vec![2]));
    }

    #[test]
    fn fixed_sizes_divide_the_block() {
        assert_eq!(sizes(FIXED, &[2, 1, 2, 3, 4, 5, 6]), Some(vec![2, 2, 2]));
        assert_eq!(sizes(FIXED, &[2, 1, 2, 3, 4]), None);
        assert_eq!(sizes(FIXED, &[]), None, "no count");
    }

    #[test]
    fn ebml_sizes_are_differences() {
        // 4, then 2 less, then 1 more; the rest is the last one's.
        let body = [&[3, 0x84, 0xbd, 0xc0][..], &[0; 12]].concat();
        assert_eq!(sizes(3, &body), Some(vec![4, 2, 3, 3]));
        assert_eq!(sizes(3, &[2, 0x81, 0x80, 0]), None, "below nothing");
        assert_eq!(sizes(3, &[0, 0x81, 0]), None, "a single frame");
        assert_eq!(sizes(3, &[1, 0x85, 0, 0]), None, "more than there is");
    }

    #[test]
    fn a_block_without_lacing_is_one_frame() {
        assert_eq!(sizes(NONE, &[1, 2, 3]), Some(vec![3]));
        assert_eq!(sizes(NONE, &[]), Some(vec![0]));
    }
}
