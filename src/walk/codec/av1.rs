//! Which AV1 temporal units libavcodec's parser calls key frames.

/// The last frame that is shown says it. `None` where that is not to be seen: then the container's word counts.
pub fn is_key(sample: &[u8]) -> Option<bool> {
    let mut rest = sample;
    let mut key = None;
    while let Some((header, after)) = rest.split_first() {
        rest = after;
        if header & 4 != 0 {
            let (extension, after) = rest.split_first()?;
            rest = after;
            if extension & 0x18 != 0 {
                return None;
            }
        }
        let unit = if header & 2 != 0 {
            let (size, after) = leb128(rest)?;
            let (unit, after) = after.split_at_checked(size)?;
            rest = after;
            unit
        } else {
            std::mem::take(&mut rest)
        };
        // A frame header, alone or with its frame.
        if matches!(header.wrapping_shr(3) & 15, 3 | 6) {
            let first = *unit.first()?;
            let (again, kind, shown) = (first & 0x80 != 0, first.wrapping_shr(5) & 3, first & 0x10 != 0);
            if again || shown {
                key = Some(kind == 0 && !again);
            }
        }
    }
    key
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut rest = bytes;
    let mut value = 0usize;
    for shift in [0u32, 7, 14, 21] {
        let (byte, after) = rest.split_first()?;
        rest = after;
        value |= usize::from(byte & 0x7f).wrapping_shl(shift);
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frame_shown_tells() {
        let frame = |first| [0x32, 1, first];
        assert_eq!(is_key(&[&[0x12, 0][..], &frame(0x10)].concat()), Some(true));
        assert_eq!(is_key(&[frame(0x10), frame(0x30)].concat()), Some(false), "another kind of frame");
        assert_eq!(is_key(&[frame(0x10), frame(0x20)].concat()), Some(true), "not shown");
        assert_eq!(is_key(&[0x12, 0]), None);
        assert_eq!(is_key(&[0x32, 9, 0x10]), None, "cut");
    }
}
