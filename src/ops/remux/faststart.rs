//! A progressive MP4 with its index moved before the samples. Every place in the index then lies further back by the
//! index's own length.

use crate::error::{Error, Result};
use crate::io::{Outlet, to_u64};

/// Boxes that hold boxes, on the way to the tables of places.
const PARENTS: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];

/// Writes the parts of `file` in their new order. A file without an index behind its samples stays as it is.
pub fn write(file: &[u8], outlet: &mut Outlet) -> Result<()> {
    let Some(parts) = split(file) else { return outlet.write(file) };
    let index = moved(parts.index, to_u64(parts.index.len()))?;
    outlet.write(parts.head)?;
    outlet.write(&index)?;
    outlet.write(parts.samples)?;
    outlet.write(parts.rest)
}

struct Parts<'f> {
    head: &'f [u8],
    samples: &'f [u8],
    index: &'f [u8],
    rest: &'f [u8],
}

fn split(file: &[u8]) -> Option<Parts<'_>> {
    let (mut at, mut samples) = (0usize, None);
    while at < file.len() {
        let (name, size) = header(file.get(at..)?)?;
        let end = at.checked_add(size).filter(|end| *end <= file.len())?;
        match (name, samples) {
            // What the muxer keeps free for a larger header goes along.
            (b"mdat" | b"free" | b"wide", None) => samples = Some(at),
            (b"moov", Some(samples)) => {
                let (index, rest) = file.get(at..)?.split_at_checked(size)?;
                return Some(Parts { head: file.get(..samples)?, samples: file.get(samples..at)?, index, rest });
            }
            (b"moov", None) => return None,
            _ => {}
        }
        at = end;
    }
    None
}

/// A box's name and its whole length.
fn header(bytes: &[u8]) -> Option<(&[u8; 4], usize)> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_first_chunk::<4>()?;
    let size = match u32::from_be_bytes(*size) {
        0 => to_u64(bytes.len()),
        1 => u64::from_be_bytes(*rest.first_chunk()?),
        size => u64::from(size),
    };
    Some((name, usize::try_from(size).ok().filter(|size| *size >= 8)?))
}

/// The index with every place `by` further back. Where a table of places is too narrow for that it becomes a wide one,
/// which makes the index longer, and the places lie further back by as much.
fn moved(index: &[u8], by: u64) -> Result<Vec<u8>> {
    let mut distance = by;
    for _ in 0..3 {
        let mut shifted = Vec::new();
        shifted.try_reserve(index.len()).map_err(|_| Error::no_memory())?;
        copy(index, distance, &mut shifted).ok_or_else(unreadable)?;
        match to_u64(shifted.len()) {
            length if length == distance => return Ok(shifted),
            length => distance = length,
        }
    }
    Err(unreadable())
}

fn unreadable() -> Error {
    Error::internal("the index that the muxer wrote cannot be read")
}

/// Copies a run of boxes, with the places in them moved.
fn copy(boxes: &[u8], by: u64, to: &mut Vec<u8>) -> Option<()> {
    let mut rest = boxes;
    while !rest.is_empty() {
        let (name, size) = header(rest)?;
        let (whole, behind) = rest.split_at_checked(size)?;
        let body = whole.get(8..)?;
        let start = to.len();
        if PARENTS.contains(&name) {
            to.extend_from_slice(whole.get(..8)?);
            copy(body, by, to)?;
            let length = u32::try_from(to.len().checked_sub(start)?).ok()?;
            to.get_mut(start..)?.first_chunk_mut::<4>().map(|size| *size = length.to_be_bytes())?;
        } else if name == b"stco" || name == b"co64" {
            places(name == b"co64", body, by, to)?;
        } else {
            to.extend_from_slice(whole);
        }
        rest = behind;
    }
    Some(())
}

/// A table of places: version and flags, a count, and so many numbers.
fn places(is_wide: bool, body: &[u8], by: u64, to: &mut Vec<u8>) -> Option<()> {
    let (head, entries) = body.split_first_chunk::<8>()?;
    let width = if is_wide { 8 } else { 4 };
    let read = |entry: &[u8]| entry.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    let moved = |entry: &[u8]| read(entry).checked_add(by);
    let all = entries.chunks_exact(width).map(moved).collect::<Option<Vec<_>>>()?;
    let becomes_wide = is_wide || all.iter().any(|place| u32::try_from(*place).is_err());
    let length = all.len().checked_mul(if becomes_wide { 8 } else { 4 })?.checked_add(16)?;
    to.extend_from_slice(&u32::try_from(length).ok()?.to_be_bytes());
    to.extend_from_slice(if becomes_wide { b"co64" } else { b"stco" });
    to.extend_from_slice(head);
    for place in all {
        match u32::try_from(place) {
            Ok(place) if !becomes_wide => to.extend_from_slice(&place.to_be_bytes()),
            _ => to.extend_from_slice(&place.to_be_bytes()),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Buffer, Control};

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap();
        [&size.to_be_bytes()[..], name, body].concat()
    }

    fn table(places: &[u32]) -> Vec<u8> {
        let count = u32::try_from(places.len()).unwrap();
        let numbers: Vec<u8> = places.iter().flat_map(|place| place.to_be_bytes()).collect();
        let table = boxed(b"stco", &[&[0; 4][..], &count.to_be_bytes(), &numbers].concat());
        [b"stbl", b"minf", b"mdia", b"trak", b"moov"].iter().fold(table, |inner, name| boxed(name, &inner))
    }

    fn written(file: &[u8]) -> Vec<u8> {
        let (mut buffer, control) = (Buffer::default(), Control::unbounded());
        write(file, &mut Outlet::new(&mut buffer, &control)).unwrap();
        buffer.take()
    }

    #[test]
    fn places_move_by_the_length_of_the_index() {
        let (head, samples) = (boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"mdat", b"samples"));
        let index = table(&[24, 27]);
        let file = [&head[..], &samples, &index].concat();
        let by = u32::try_from(index.len()).unwrap();
        assert_eq!(written(&file), [&head[..], &table(&[24 + by, 27 + by]), &samples].concat());
    }

    #[test]
    fn a_table_that_grows_too_narrow_becomes_a_wide_one_and_counts_its_own_growth() {
        let index = table(&[1, u32::MAX - 10]);
        let wide = moved(&index, to_u64(index.len())).unwrap();
        assert_eq!(wide.len(), index.len() + 8);
        let by = to_u64(wide.len());
        let numbers: Vec<_> =
            wide[wide.len() - 16..].chunks(8).map(|place| u64::from_be_bytes(place.try_into().unwrap())).collect();
        assert_eq!(numbers, [1 + by, u64::from(u32::MAX - 10) + by]);
        assert!(wide.windows(4).any(|name| name == b"co64"));
    }

    #[test]
    fn what_is_free_before_the_samples_long_boxes_wide_tables_and_the_rest_go_along() {
        let wide = |place: u64| {
            let body = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &place.to_be_bytes()].concat();
            PARENTS.iter().rev().fold(boxed(b"co64", &body), |inner, name| boxed(name, &inner))
        };
        let (head, free, rest) = (boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"free", b""), boxed(b"uuid", b"behind"));
        let samples = [&1u32.to_be_bytes()[..], b"mdat", &23u64.to_be_bytes(), b"samples"].concat();
        let index = wide(40);
        let by = to_u64(index.len());
        let file = [&head[..], &free, &samples, &index, &rest].concat();
        assert_eq!(written(&file), [&head[..], &wide(40 + by), &free, &samples, &rest].concat());
    }

    #[test]
    fn a_file_whose_index_comes_first_stays_as_it_is() {
        let file = [table(&[100]), boxed(b"mdat", b"samples")].concat();
        assert_eq!(written(&file), file);
    }
}
