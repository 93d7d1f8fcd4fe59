//! An AVCDecoderConfigurationRecord: how wide the lengths of NAL units are, and the parameter sets.

use crate::walk::bytes::Cursor;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Sequence,
    Picture,
}

/// Hands each set to `visit`, and gives how many bytes a length has; `None` for a record that ends too early.
pub fn read<'a, E>(
    record: &'a [u8],
    mut visit: impl FnMut(List, &'a [u8]) -> Result<(), E>,
) -> Result<Option<usize>, E> {
    let mut cursor = Cursor::new(record);
    let Some((_, lengths)) = cursor.take(4).zip(cursor.u8()).filter(|_| record.len() >= 7) else { return Ok(None) };
    for (list, mask) in [(List::Sequence, 0x1f), (List::Picture, 0xff)] {
        let Some(count) = cursor.u8() else { return Ok(None) };
        for _ in 0..count & mask {
            let Some(set) = cursor.u16().and_then(|size| cursor.take(u64::from(size))) else { return Ok(None) };
            visit(list, set)?;
        }
    }
    Ok(Some(usize::from(lengths & 3).saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_its_sets_and_one_that_breaks_off_gives_nothing() {
        let record = [1, 66, 0, 30, 0xfd, 0xe2, 0, 1, 7, 0, 0, 1, 0, 2, 8, 9];
        let read = |record| {
            let mut sets = Vec::new();
            let width = read(record, |list, set| {
                sets.push((list, set.to_vec()));
                Ok::<_, ()>(())
            });
            (width.unwrap(), sets)
        };
        let sets = vec![(List::Sequence, vec![7]), (List::Sequence, vec![]), (List::Picture, vec![8, 9])];
        assert_eq!(read(&record), (Some(2), sets));
        for end in 0..record.len() {
            assert_eq!(read(&record[..end]).0, None, "{end}");
        }
    }
}
